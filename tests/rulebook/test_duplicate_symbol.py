"""architecture/duplicate-symbol on what an Example cannot say: its messages, what it leaves out, odd and unreadable files."""

from collections.abc import Mapping

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.audit import yield_into
from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import Run
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.architecture import duplicate_symbol
from pytest_agentcompliance.rulebook.architecture.duplicate_symbol import DuplicateSymbol
from pytest_agentcompliance.verdict import Finding

SLUG = "export function slug(title: string) {\n  return title.toLowerCase()\n}\n"
PYTHON = "def slug(title, other):\n    return title.strip(other).lower().replace(' ', '-')\n"
POINT = "export interface Point { x: number; y: number }\n"


def judged(
    before: Mapping[str, str], added: Mapping[str, str], rule: DuplicateSymbol | None = None, gone: tuple[str, ...] = ()
) -> tuple[list[Finding], str]:
    after = {path: text for path, text in {**before, **added}.items() if path not in gone}
    findings: list[Finding] = []
    why = yield_into(findings, (rule or DuplicateSymbol()).findings_in(workshop.run_of(Example("", before=before, after=after))))
    return findings, why


def test_message_names_both_places_and_what_is_the_same() -> None:
    (found,), why = judged({"lib/slug.ts": "// one\n" + SLUG, "old/slug.ts": SLUG.replace("to", "TO")}, {"api/x.ts": SLUG})
    assert found.message == (
        "function slug is new here, and lib/slug.ts:2 exports it already with the same parameters (title); old/slug.ts:1 too"
    )
    assert (str(found.at), found.evidence, why) == ("api/x.ts:1", "function slug", "")


def test_many_other_places_are_counted() -> None:
    (found,), _ = judged({f"lib/{n}.ts": POINT for n in range(5)}, {"api/x.ts": POINT})
    assert found.message.endswith(
        "lib/0.ts:1 exports it already with the same members (x, y); lib/1.ts:1, lib/2.ts:1 and 2 more too"
    )


def test_a_copy_of_what_was_moved_in_this_change_is_no_copy() -> None:
    assert judged({"a.ts": SLUG, "b.ts": SLUG}, {"c.ts": SLUG}, gone=("b.ts",)) == ([], "")
    assert judged({"a.ts": SLUG}, {"a.ts": SLUG.replace("export ", ""), "c.ts": SLUG}) == ([], "")
    assert [str(one.at) for one in judged({"a.ts": SLUG}, {"a.ts": "// kept\n" + SLUG, "c.ts": SLUG})[0]] == ["c.ts:1"]


def test_what_the_module_exported_before_is_not_new() -> None:
    assert judged({"a.ts": SLUG, "b.ts": SLUG}, {"b.ts": "\n\n" + SLUG + "// more\n"}) == ([], "")
    assert [str(one.at) for one in judged({"a.ts": SLUG, "b.ts": SLUG[7:]}, {"b.ts": SLUG})[0]] == ["b.ts:1"]


def test_a_use_or_a_word_is_no_export() -> None:
    others = {
        "a.ts": "import { slug } from 'x'\n", "b.ts": "// export function slug(title)\nexport const y = () => slug\n",
        "c.md": SLUG, "d.vue": SLUG, "e.ts": "export * from './slug'\nexport { slug } from './slug'\n",
    }  # fmt: skip
    assert judged(others, {"x.ts": SLUG}) == ([], "")


def test_languages_do_not_mix() -> None:
    python = "def slug(title):\n    return title.lower()\n"
    assert judged({"a.py": python}, {"b.ts": SLUG}) == ([], "")
    assert [str(one.at) for one in judged({"a.py": python}, {"b.py": python})[0]] == ["b.py:1"]
    assert [str(one.at) for one in judged({"a.js": SLUG.replace(": string", "")}, {"b.ts": SLUG})[0]] == ["b.ts:1"]


def test_names_to_ignore_may_be_patterns() -> None:
    assert judged({"a.ts": SLUG}, {"b.ts": SLUG}, DuplicateSymbol(ignored=["s*g"])) == ([], "")
    assert len(judged({"a.ts": POINT}, {"b.ts": POINT}, DuplicateSymbol(ignored=["s*g"]))[0]) == 1


def test_a_custom_is_told() -> None:
    before = {f"lib/{n}.ts": SLUG for n in range(3)}
    assert judged(before, {"b.ts": SLUG}, DuplicateSymbol(most_places=2)) == (
        [], "names that so many modules export that they are a custom: slug",
    )  # fmt: skip


def test_what_is_not_parsed_is_told() -> None:
    found, why = judged({"a.ts": SLUG, "b.ts": SLUG}, {"x.ts": SLUG}, DuplicateSymbol(most_parsed=2))
    assert (len(found), why) == (1, "not parsed, so not compared: b.ts")
    found, why = judged({"a.ts": SLUG + "x " * 600_000}, {"x.ts": SLUG})
    assert (found, why) == ([], "not parsed, so not compared: a.ts")


@pytest.mark.parametrize(
    ("ending", "text", "padding"),
    [
        ("ts", SLUG, f"// {'x' * 1_100_000}\n"), ("ts", SLUG, f"/* {'x' * 100_000} */ "), ("ts", SLUG, " " * 1_100_000),
        ("py", PYTHON, f"# {'x' * 1_100_000}\n"), ("py", PYTHON, f"    # {'x' * 100_000}\n"),
    ],
    ids=["comment", "block", "blanks", "python", "indented"],
)  # fmt: skip
def test_padding_hides_no_copy(ending: str, text: str, padding: str) -> None:
    found, _ = judged({f"a.{ending}": text}, {f"x.{ending}": padding + text, f"y.{ending}": text})
    assert len(found) == 2


def test_a_copy_that_no_grammar_reads_is_unread() -> None:
    base = {"a.ts": SLUG}
    after = base | {"x.ts": SLUG + "x " * 600_000, "y.ts": "z " * 600_000, "z.ts": SLUG}
    run = workshop.run_of(Example("", before=base, after=after))
    (found,) = DuplicateSymbol().findings_in(run)
    assert found.at is not None
    assert (found.at.path, list(run.ledger.unread)) == ("z.ts", ["x.ts"])


def test_what_comes_after_the_last_module_that_is_parsed_is_unread() -> None:
    base = {"a.ts": SLUG, "b.ts": POINT}
    run = workshop.run_of(Example("", before=base, after=base | {"x.ts": SLUG, "y.ts": POINT}))
    (found,) = DuplicateSymbol(most_parsed=2).findings_in(run)
    assert found.at is not None
    assert {found.at.path, *run.ledger.unread} == {"x.ts", "y.ts"}


def test_names_beyond_the_limit_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicate_symbol, "MOST_NAMES", 2)
    assert judged({"a.ts": SLUG}, {"x.ts": SLUG + POINT + "export const aaa = (b) => b\n"}) == (
        [], "1 of 3 new names were not looked for",
    )  # fmt: skip


def test_files_that_are_no_modules_are_not_read() -> None:
    example = Example(
        "", before={"a.ts": SLUG}, after={"a.ts": SLUG}, links={"b.ts": "a.ts", "c.ts": "export function slug(title) {}"}
    )
    assert list(DuplicateSymbol().findings_in(workshop.run_of(example))) == []


def test_an_unreadable_module_hides_nothing() -> None:
    run = workshop.run_of(Example("", before={"a.ts": SLUG, "b.ts": SLUG}, after={"a.ts": SLUG, "b.ts": SLUG, "x.ts": SLUG}))
    assert run.tree is not None

    class Broken:
        def content(self, oid: str) -> bytes:
            raise Unreadable(oid, "missing")

    object.__setattr__(run.tree.base.files["a.ts"], "reader", Broken())
    (found,) = DuplicateSymbol().findings_in(run)
    assert "b.ts:1 exports it" in found.message
    assert run.ledger.unread == {"a.ts": "missing"}


@pytest.mark.parametrize(
    "data",
    [
        "",
        "\0" + SLUG,
        "\udcff" + SLUG,
        SLUG * 3,
        "{-" * 500,
        "export {" * 5_000,
        "export const slug = " + "(" * 3_000,
        "\r\r" + SLUG,
    ],
    ids=["empty", "nul", "surrogate", "thrice", "odd", "lists", "nested", "lone-cr"],
)
@pytest.mark.parametrize("path", ["x.ts", "x.js", "x.py", "x.go"])
def test_no_content_makes_it_fail(data: str, path: str) -> None:
    for before, added in (({"a.ts": SLUG}, {path: data}), ({path: data}, {"a.ts": SLUG})):
        findings, _ = judged(before, added)
        assert all(one.at is not None and one.at.path in added for one in findings)


def run_twice(run: Run) -> list[list[Finding]]:
    return [list(DuplicateSymbol().findings_in(run)) for _ in range(2)]


def test_findings_come_in_the_order_of_the_files() -> None:
    added = {"z.ts": "// z\n" + SLUG + POINT, "b.ts": POINT + SLUG}
    run = workshop.run_of(Example("", before={"lib.ts": SLUG + POINT}, after={"lib.ts": SLUG + POINT, **added}))
    one, two = run_twice(run)
    assert one == two
    assert [str(finding.at) for finding in one] == ["b.ts:1", "b.ts:2", "z.ts:2", "z.ts:5"]


def test_a_module_that_is_copied_as_it_is_is_told_once() -> None:
    text = (
        SLUG
        + POINT
        + "export enum Size { S, M }\nexport const Level = z.enum(['a', 'b'])\nexport type Level = z.infer<typeof Level>\n"
    )
    (found,), _ = judged({"lib.ts": text, "old.ts": SLUG}, {"api/lib.ts": text})
    assert found.message == "this module is lib.ts once more, byte for byte: slug, Point and 2 more are in both"
    assert (str(found.at), found.evidence) == ("api/lib.ts:1", "module lib.ts")
