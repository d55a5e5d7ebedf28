"""The rules over the diff on hostile and odd files, and on what an Example cannot say: modes, missing and unreadable blobs."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from pytest_agentcompliance import workshop
from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Ledger
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.rulebook.content.todo import Todo
from pytest_agentcompliance.rulebook.files.http_location import HttpLocation
from pytest_agentcompliance.rulebook.integrity.hidden_changes import HiddenChanges
from pytest_agentcompliance.rulebook.scope.allowed_paths import AllowedPaths
from pytest_agentcompliance.rulebook.scope.frontend_files import FrontendFiles
from pytest_agentcompliance.sources import diff

NOTHING, A, B, C = "0" * 40, "a" * 40, "b" * 40, "c" * 40
RULES: tuple[Rule, ...] = (Todo(), FrontendFiles(), AllowedPaths(allowed=["src/**"]), HttpLocation())


def changes(raw: list[diff.Record], blobs: Mapping[str, bytes]) -> ChangeSet:
    """A change set whose patches are its head's contents, as the blobs give them; a blob that is not there is unreadable."""

    def content(oid: str) -> bytes:
        if oid not in blobs:
            raise Unreadable(oid, "missing")
        return blobs[oid]

    heads = [blobs.get(one.new, b"").replace(b"\n", b"\n+") for one in raw]
    stream = b"".join(b"diff --git a/f b/f\n@@ -0,0 +1 @@\n+" + head + b"\n" for head in heads)
    ledger = Ledger()
    return diff.change_set(raw, diff.Patches(stream, 0, raw, content), ledger, as_of=datetime(2026, 6, 1, tzinfo=UTC))


def added(path: bytes, oid: str = A, mode: str = "100644") -> diff.Record:
    return diff.Record("000000", mode, NOTHING, oid, "A", path)


def places(rule: Rule, given: ChangeSet) -> list[str]:
    return [str(finding.at) for finding in rule.check(changes=given)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
@pytest.mark.parametrize(
    "name", [b"src/a.ts", b"src/a.tsx", b"src/a.py", b"src/a.sql", b"src/a.vue", b"src/\xff.js", b"src/new\nline.yml"]
)
@pytest.mark.parametrize(
    "data",
    [b"", b"\0TODO </p> \0", b"\xff\xfe\xfdTODO </p>", "// TODO: react </p>".encode("utf-16"), b"{-" * 50,
     b"TODO </" * 300_000, b"\r\r\r// TODO"],
    ids=["empty", "nul", "not-utf-8", "utf-16", "odd", "long-line", "lone-cr"],
)
def test_no_content_makes_a_rule_fail(rule: Rule, name: bytes, data: bytes) -> None:
    found = list(rule.check(changes=changes([added(name)], {A: data})))
    assert all(finding.at and finding.at.path.startswith("src/") for finding in found)


@pytest.mark.parametrize(
    "data",
    ["\ufeff// TODO: x".encode("utf-16-le"), "// TODO: x".encode("utf-16-le"), b"// TO\0DO: x", b"\xef\xbb\xbf// TODO: x",
     b"a\r// TODO: x", b"// \xff. TODO: x", b"x" * 3_000_000 + b" // TODO: x"],
    ids=["utf-16", "utf-16-unmarked", "nul", "bom", "lone-cr", "latin-1", "long-line"],
)  # fmt: skip
def test_marker_is_found_in_odd_text(data: bytes) -> None:
    expected = ["src/a.ts:1"]
    assert places(Todo(), changes([added(b"src/a.ts")], {A: data})) == expected


def test_unreadable_file_is_noted_and_hides_nothing() -> None:
    given = changes([added(b"src/a.ts", B), added(b"src/b.ts", A)], {A: b"// TODO: x\nimport 'react'\n"})
    assert places(Todo(), given) == ["src/b.ts:1"]
    assert places(FrontendFiles(), given) == ["src/b.ts:2"]


def test_submodule_is_judged_by_its_path_and_a_link_by_its_target() -> None:
    raw = [
        diff.Record("160000", "160000", A, B, "M", b"libs/sub"), diff.Record("100644", "120000", A, C, "T", b"src/link"),
        added(b"src/sub", B, "160000"),
    ]  # fmt: skip
    stream = [*raw[:1], added(b"src/link", C, "120000"), raw[2]]
    found = list(AllowedPaths(allowed=["src/**"]).check(changes=changes(stream, {A: b"x", C: b"../../etc"})))
    assert [(str(one.at), "submodule" in one.message, "symbolic link" in one.message) for one in found] == [
        ("libs/sub", True, False), ("src/link", False, True),
    ]  # fmt: skip


def test_move_names_both_ends() -> None:
    run = workshop.run_of(Example("", before={"web/a": "1\n"}, after={"lib/a": "1\n"}))
    assert run.changes is not None
    messages = [one.message for one in AllowedPaths(allowed=["src/**"]).check(changes=run.changes)]
    assert messages == [
        "the file was moved here from web/a; allowed is src/**", "the file was moved away to lib/a; allowed is src/**",
    ]  # fmt: skip


def test_long_list_of_globs_is_shortened() -> None:
    run = workshop.run_of(Example("", after={"x": "1\n"}))
    assert run.changes is not None
    (found,) = AllowedPaths(allowed=[f"{n}/**" for n in range(9)]).check(changes=run.changes)
    assert found.message.endswith("4/**, 5/** and 3 more")


@pytest.mark.parametrize("word", [
    "T\u0336O\u0336D\u0336O\u0336", "TO\u0336DO", "T\u20ddODO", "\u24c9\u24c4\u24b9\u24c4", "T\u24c4DO", "TOD\u24c4",
    "\U0001d413\U0001d40e\U0001d403\U0001d40e", "\U0001f163\U0001f15e\U0001f153\U0001f15e",
    "\U0001f183\ufe0f\U0001f17e\ufe0f\U0001f173\ufe0f\U0001f17e", "\u1d40\u1d3c\u1d30\u1d3c",
    "\u1d1b\u1d0f\u1d05\u1d0f",
    "\u13a2ODO", "TO\ua4d3O", "T\u2c9eDO", "T\u0555DO", "&#84;&#79;&#68;&#79;", "&#00084;ODO", "&#84ODO",
])  # fmt: skip
def test_disguised_marker_is_searched_for_in_code_and_in_markup(word: str) -> None:
    run = workshop.run_of(Example("", after={"a.ts": f"// {word}: x\n", "b.html": f"<!-- {word}: x -->\n"}))
    assert run.changes is not None
    assert places(Todo(), run.changes) == ["a.ts:1", "b.html:1"]


@pytest.mark.parametrize("word", ["TO&shy;DO", "&Topf;ODO", "t&#111;do", "T&#8203;ODO", "T&#x200B;ODO", "TOD&Ocy;"])
def test_entity_in_a_marker_of_markup(word: str) -> None:
    run = workshop.run_of(Example("", after={"a.vue": f"<!-- {word}: x -->\n"}))
    assert run.changes is not None
    assert places(Todo(), run.changes) == ["a.vue:1"]


def test_marker_of_entities_that_moved_with_its_file_is_no_new_one() -> None:
    marker = "<!-- TO&shy;DO: x -->\n"
    for before, after, expected in (("", "<p></p>\n", ["b.html:1"]), (marker, "<p></p>\n", []), (marker, marker, ["b.html:2"])):
        run = workshop.run_of(Example("", before={"a.html": f"{before}<p>1</p>\n"}, after={"b.html": f"{marker}{after}"}))
        assert run.changes is not None
        assert places(Todo(), run.changes) == expected


def test_link_through_one_of_base_is_named_with_where_it_leads() -> None:
    shop = workshop.run_of(Example("", links={"api/root": "..", "api/away": "/srv", "web/app.ts": "x"}))
    run = workshop.run_of(Example("", links={
        "api/a/web": "../root/web", "api/a/own": "../root/api", "api/a/srv": "../away/x", "api/a/up": "../root/../x",
        "api/a/dots": "../ROOT/web",
    }))  # fmt: skip
    assert run.changes is not None
    assert shop.tree is not None
    found = {str(one.at): one.message for one in AllowedPaths(allowed=["api/**"]).check(run.changes, shop.tree)}
    outside = "which is outside of what is allowed: api/**"
    assert found == {
        "api/a/dots": f"a symbolic link leads to '../ROOT/web' (that is 'web'), {outside}",
        "api/a/srv": f"a symbolic link leads to '../away/x' (that is out of the tree), {outside}",
        "api/a/up": f"a symbolic link leads to '../root/../x' (that is out of the tree), {outside}",
        "api/a/web": f"a symbolic link leads to '../root/web' (that is 'web'), {outside}",
    }
    hidden = {str(one.at): one.message for one in HiddenChanges.model_validate({}).check(run.changes, None, None, shop.tree)}
    through = "which is outside of the tree through other links"
    assert hidden == {
        "api/a/srv": f"a symbolic link leads to '../away/x', {through}",
        "api/a/up": f"a symbolic link leads to '../root/../x', {through}",
    }


def test_words_of_one_language_and_files_left_out() -> None:
    rule = Todo(languages={"python": ["LATER"]}, allow=["vendor/**"])
    after = {"a.py": "# LATER x\n# TODO x\n", "a.ts": "// LATER x\n// TODO x\n", "vendor/a.ts": "// TODO x\n"}
    run = workshop.run_of(Example("", after=after))
    assert run.changes is not None
    assert places(rule, run.changes) == ["a.py:1", "a.ts:2"]
    with pytest.raises(ValidationError, match="no language is called pyhton"):
        Todo(languages={"pyhton": ["LATER"]})


@pytest.mark.parametrize(
    ("marker", "says"),
    [
        ("TODO: x", "names no owner and no date"), ("TODO(anna): x", "names no date"), ("TODO 2030-01-01: x", "names no owner"),
        ("TODO(anna, 2026-05-31): x", "was due on 2026-05-31"), ("TODO(anna, 2026-13-01)", "which is no date"),
        ("TODO(JIRA-1, 2030-01-01)", "no owner"),
        ("TODO(tbd, 2030-01-01)", "no owner"), ("TODO(anna, 2026-06-01): x", ""), ("TODO @anna by 2030/01/02", ""),
        ("TODO(anna due: 2030-01-01)", ""), ("TODO [bob, 2030-01-01] x", ""), ("TODO: x, owner: bob, 2030-01-01", ""),
        ("FIXME(o'neil) 2030-1-2", ""),
    ],
)  # fmt: skip
def test_owner_and_date(marker: str, says: str) -> None:
    found = list(Todo(mode="owned").check(changes=changes([added(b"a.py")], {A: f"# {marker}\n".encode()})))
    assert [says in one.message for one in found] == ([True] if says else [])
    assert all(one.remedy is not None and "a date that has not passed" in one.remedy.text for one in found)


def test_own_frontend_folders_and_what_is_taken_out_of_them() -> None:
    rule = FrontendFiles(paths=["site/**", "!site/api/**"])
    run = workshop.run_of(Example("", after={"site/a.ts": "1\n", "site/api/b.ts": "1\n", "SITE/c.ts": "1\n",
    "apps/web/d.ts": "1\n"}))
    assert run.changes is not None
    assert [str(one.at) for one in rule.check(changes=run.changes)] == ["SITE/c.ts", "site/a.ts"]


def test_frontend_glob_that_matched_is_named() -> None:
    run = workshop.run_of(Example("", after={"apps/web/a.ts": "1\n"}))
    assert run.changes is not None
    assert [one.message for one in FrontendFiles().check(changes=run.changes)] == ["a file of the frontend (apps/web/**) was added"]
