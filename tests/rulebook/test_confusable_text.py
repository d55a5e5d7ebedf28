"""What integrity/confusable-text makes of whole changes: what is new, what only moved, what is text at all."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance import engine, workshop
from pytest_agentcompliance.parsing.lookalikes.text import oddities
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.integrity.confusable_text import FEW, MOST, ConfusableText
from pytest_agentcompliance.rulebook.scope.allowed_paths import AllowedPaths
from pytest_agentcompliance.rulebook.scope.frontend_files import FrontendFiles
from pytest_agentcompliance.rulebook.scope.planned_files import PlannedFiles
from pytest_agentcompliance.verdict import Finding
from tests.conftest import GitRepo
from tests.rulebook.said import messages


def found(example: Example, rule: ConfusableText | None = None) -> list[Finding]:
    return list((rule or ConfusableText()).findings_in(workshop.run_of(example)))


def places(example: Example, rule: ConfusableText | None = None) -> list[str]:
    return [str(one.at) for one in found(example, rule)]


def in_repository(repo: GitRepo, base: str) -> list[tuple[str, str]]:
    with engine.opened(engine.Options(repo=repo.root, base=base, head="HEAD", profiles=("backend-engineer",))) as one:
        run = one.gather(one.bound[0], ConfusableText.reads)
        return [(str(finding.at), finding.level) for finding in ConfusableText().findings_in(run)]


def test_real_repository(repo: GitRepo) -> None:
    base = repo.commit("base", {"a.py": "x = 1\r\ny = 'a\u200bb'\r\n", "old.py": "p\u0430ypal = 1\n", "crlf.txt": "a\r\n"})
    repo.commit("work", {
        "a.py": "# new\r\ny = 'a\u200bb'\r\nz = 'c\u202ed'\r\n", "old.py": None, "new.py": "p\u0430ypal = 1\n# and more\n",
        "crlf.txt": "a\r\nb\r\n", "wide.py": "\ufeffs = 'x\u200by'\n".encode("utf-16"),
        "pic.bin": b"\x89P\0\xe2\x80\x8b\x1b\xff",
        "dir/\u0441lient.py": "1\n", "nul.py": b"T\0\xe2\x80\x8bODO = 1\n",
    })  # fmt: skip
    assert in_repository(repo, base) == [
        ("dir/\u0441lient.py", "breach"), ("a.py:3", "breach"), ("nul.py:1", "breach"), ("wide.py:1", "breach"),
    ]  # fmt: skip


def test_second_one_of_the_same_is_new() -> None:
    assert places(Example("", before={"a.py": "'a\u200bb'\n"}, after={"a.py": "'a\u200bb'\n\n'a\u200bb'\n"})) == ["a.py:3"]


def test_one_that_came_from_prose_into_code_is_new() -> None:
    moved = Example("", before={"a.md": "a\u200bb\n"}, after={"a.py": "a\u200bb\n"})
    assert places(moved) == ["a.py:1"]
    assert places(Example("", before={"a.md": "a\u200bb\n"}, after={"b.md": "a\u200bb\n"})) == []


def test_line_that_was_edited_elsewhere_keeps_what_it_had() -> None:
    before, after = "x = call('a\u200bb', one)\n", "y = call('a\u200bb', two)\n"
    assert places(Example("", before={"a.py": before}, after={"a.py": after})) == []


def test_files_left_out_and_own_prose() -> None:
    after = {"samples/a.py": "a\u202eb\n", "texts/b.ts": "a\u200bb\n", "c.ts": "a\u200bb\n"}
    rule = ConfusableText(allow=["samples/**"], prose=["texts/**"])
    assert [(str(one.at), one.level) for one in found(Example("", after=after), rule)] == [("c.ts:1", "breach"),
    ("texts/b.ts:1", "style")]


def test_long_row_is_cut_and_remarks_hide_no_breach() -> None:
    text = "x\u202ey\n" * (MOST + 3) + "\ufe0f z\n" * 50
    all_of_it = found(Example("", after={"a.py": text}))
    breaches = [one for one in all_of_it if one.level == "breach"]
    assert len(breaches) == MOST
    assert breaches[-1].message.endswith("; 3 more lines of this file have the like")
    assert len(all_of_it) == MOST + FEW


def test_what_many_of_a_line_are_is_said_once() -> None:
    (one,) = found(Example("", after={"a.py": "x\u200by\u200bz\u2060\n"}))
    assert one.message == r"an invisible character: U+200B ZERO WIDTH SPACE in 'x\u200by\u200bz\u2060', and 2 more in this line"
    assert one.evidence == "U+200B ZERO WIDTH SPACE in x|y; U+200B ZERO WIDTH SPACE in y|z; U+2060 WORD JOINER in z|"


@pytest.mark.parametrize("name", ["lib/us\u0435r.ts", "lib/a\\b.ts", "lib/a .ts/x"])
def test_name_that_base_had_accuses_nobody(name: str) -> None:
    odd = Example("", before={f"old/{name}": "1\n"}, after={f"new/{name}": "1\n2\n"})
    assert places(odd) == []


def test_folder_that_base_had_accuses_nobody() -> None:
    tree = {"us\u0435rs/a.ts": "1\n"}
    assert places(Example("", before=tree, after=tree | {"us\u0435rs/b.ts": "1\n"})) == []
    assert places(Example("", before={"users/a.ts": "1\n"}, after={"users/a.ts": "1\n",
    "us\u0435rs/b.ts": "1\n"})) == ["us\u0435rs/b.ts"]


def test_link_that_leads_where_it_led_accuses_nobody() -> None:
    assert places(Example("", links={"a": "us\u0435rs/x"})) == ["a"]
    assert places(Example("", links={"a": "users/x"})) == []


_LETTERS = "a1_ -=\\%/\u0430\u0436\u0441\u03b1\u0391\uff41\u01c3\u0261\u13aa\u0585\u2c9f\ua4d4\u1d1b\ufb01\u017f\u212a\U0001d400"
_HIDDEN = "\ufe0f\u200d\u200c\u200b\u200e\u202e\u2066\u2060\ufeff\u00ad\u180e\u3164\u115f\uffa0\u034f\u061c\u17b4\u180b\u206a\ufff9"
_ELSE = "\U000e0067\U000e0100\u10e7\U0001f642\U0001f3f4\r\x1b\x08\x7f\u0085\u2028\u037e\u05d0\U0001d173\U0001bca0#"


@given(st.text(alphabet=_LETTERS + _HIDDEN + _ELSE, max_size=8) | st.text(max_size=30))
def test_all_that_is_odd_is_searched_for(line: str) -> None:
    line = line.replace("\n", "").replace("\0", "")
    patterns = ConfusableText().wanted().patterns()
    patch = b"+" + line.encode("utf-8", "surrogatepass") + b"\n"
    if any(chain(oddities(line, "code"), oddities(line, "prose"))):
        assert any(one.search(patch) for one in patterns)


def test_every_character_that_is_odd_in_a_word_is_searched_for() -> None:
    patterns = ConfusableText().wanted().patterns()
    for number in chain(range(1, 0xD800), range(0xE000, 0x1FC00), range(0xE0000, 0xE0200)):
        char = chr(number)
        if char != "\n" and (not char.isascii() or not char.isprintable()):
            line = f"get{char}item"
            if next(oddities(line, "code"), None):
                assert any(one.search(b"+" + line.encode() + b"\n") for one in patterns), ascii(line)


def test_look_alikes_are_named_as_such_by_the_rules_that_forbid_paths() -> None:
    example = Example("", after={"apps/w\u0435b/a.ts": "1\n", "apps/api/b.\u0441ss": "1\n"})
    assert messages(FrontendFiles(), example) == [
        "a look-alike of a .css file is frontend work", "a look-alike of a file of the frontend (apps/web/**) was added",
    ]  # fmt: skip
    denied = AllowedPaths(allowed=["apps/**"], denied=["apps/web/**"])
    assert messages(denied, example) == ["the file was added; it is a look-alike of what is denied by apps/web/**"]


def test_look_alike_of_what_a_plan_leaves_out_is_left_out() -> None:
    scope = "touched_paths_globs:\n  - apps/api/**\nnon_goals:\n  - Changing apps/api/auth/\n"
    example = Example("", before={"SCOPE.yaml": scope}, after={"SCOPE.yaml": scope, "apps/api/\u0430uth/b.ts": "1\n",
    "apps/api/c.ts": "1\n"})
    (message,) = messages(PlannedFiles(), example)
    assert "is left out by" in message


def test_pictures_and_archives_are_not_looked_at_and_unknown_endings_are() -> None:
    text = "x\u202ey\n"
    after = {"a.png": text, "b.ZIP": text, "c.unheard": text, "noending": text}
    assert places(Example("", after=after)) == ["c.unheard:1", "noending:1"]
    assert places(Example("", before={"a.png": text}, after={"a.py": text})) == ["a.py:1"]


def test_recorded_output_of_unknown_ending_is_taken_for_data() -> None:
    (one, *_) = found(Example("", after={"typescript": "\x1b[2K\x1b[1Gpnpm test\n"}))
    assert one.level == "style"
    assert [one.level for one in found(Example("", after={"a.sh": "printf '\x1b[2K'\n"}))] == ["breach"]
