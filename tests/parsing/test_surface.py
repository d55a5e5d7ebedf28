"""What a package offers, and what two versions of it have not in common."""

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.evidence import Run
from pytest_agentcompliance.parsing.surface import notes, offered, python, signatures
from pytest_agentcompliance.parsing.surface.differences import Found, differences
from pytest_agentcompliance.rule import Example

NODE = '{"name": "shop", "version": "1.0.0", "main": "dist/index.js"}\n'


def compared(before: dict[str, str], after: dict[str, str]) -> Found:
    run: Run = workshop.run_of(Example("", before=before, after=after))
    assert run.changes is not None
    assert run.tree is not None
    return differences([one.path for one in run.changes], run.tree.base.files, run.tree.head.files)


def told(found: Found) -> list[tuple[str, str]]:
    return sorted((one.change, one.name) for one in found.differences)


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("function f(a: string): void", "function f(): void", ["its parameter a was removed"]),
        ("function f(a: string): void", "function f(a: string, b?: number): void", []),
        ("function f(a: string): void", "function f(a: string, b = 1): void", []),
        ("function f(a: string): void", "function f(a: string, ...b: number[]): void", []),
        ("function f(a: string): void", "function f(a: string, b: number): void", ["its parameter b is new and must be given"]),
        ("function f(a: X, b: X): void", "function f(b: X, a: X): void", ["its parameters are in another order (b, a)"]),
        ("function f(a?: string): void", "function f(a: string): void", ["its parameter a must be given now"]),
        ("function f(a: string): void", "function f(b: string): void", []),
        ("function f(a: string | null): void", "function f(a: string): void", ["its parameter a does not take null any more"]),
        ("function f(a: string): void", "function f(a: string | number): void", []),
        ("function f(a: 'x' | 'y'): void", "function f(a: string): void", []),
        ("function f(a: boolean): void", "function f(a: true | false): void", []),
        ("function f(a: Shop): void", "function f(a: Store): void", []),
        ("function f(): number", "async function f(): Promise<number>", ["it returns a promise now"]),
        ("function f(): number", "function f(): number | undefined", ["it may return undefined now"]),
        ("f=(a: string, go: (b: number) => void) =>", "f=(a: string, go: (b: number, c: number) => void) =>", []),
        ("function f({ a, b }: Options): void", "function f({ a }: Options): void", []),
        ("function f<T extends (a: string) => void>(a: T): void", "function f<T>(a: T): void", []),
        ("function f(b: string): void", "function f(a: string, b: string): void", ["its parameter a was put in before b"]),
    ],
)
def test_signatures_are_compared(before: str, after: str, what: list[str]) -> None:
    first, second = signatures.read(before), signatures.read(after)
    assert first is not None
    assert second is not None
    assert list(signatures.broken(first, second, typed=True)) == what


def test_without_types_a_parameter_may_be_left_out() -> None:
    first, second = signatures.read("function f(a = 1)"), signatures.read("function f(a)")
    assert first is not None
    assert second is not None
    assert list(signatures.broken(first, second, typed=False)) == []
    assert signatures.read("class A") is None


@pytest.mark.parametrize("text", ["function f(" * 2000, "f=(a: '" + "\\" * 3000, "f<" * 4000 + "(", "f((" * 900 + "))" * 900, ""])
def test_hostile_signatures_raise_nothing(text: str) -> None:
    first = signatures.read(text)
    assert first is None or list(signatures.broken(first, first, typed=True)) == []


def test_members_are_read() -> None:
    body = "{ readonly id: string; note?: { a: string; b: number }, go(a: string): void\n 'x-y': 1 }"
    assert signatures.members(body) == {"id": True, "note": False, "go": True, "x-y": True}


def test_barrels_are_followed() -> None:
    before = {
        "package.json": NODE,
        "src/index.ts": "export * from './a'\nexport { b as c, type D } from './b'\nimport { e } from './b'\nexport { e }\n",
        "src/a.ts": "export * from './index'\nexport const a = 1\n", "src/b.ts": "export const b = 1\nexport interface D {}\n",
    }  # fmt: skip
    found = compared(before, before | {"src/a.ts": "export const a2 = 1\n"})
    assert told(found) == [("added", "a2"), ("removed", "a")]


def test_an_entry_that_means_no_file_is_said() -> None:
    before = {"package.json": NODE.replace("dist/index.js", "built/all.js"), "src/a.ts": "export const a = 1\n"}
    found = compared(before, before | {"src/a.ts": ""})
    assert (told(found), found.unresolved) == ([], ["package.json: built/all.js"])


def test_members_of_classes_and_enums_count() -> None:
    text = "export class A {\n  go(a: string) {}\n  private own() {}\n  stop() {}\n}\nexport enum B { X, Y }\n"
    before = {"package.json": NODE, "src/index.ts": text}
    after = text.replace("go(a: string)", "go(a: string, b: string)").replace("  stop() {}\n", "").replace("X, Y", "X")
    found = compared(before, before | {"src/index.ts": after.replace("  private own() {}\n", "")})
    assert told(found) == [("changed", "A.go"), ("changed", "B"), ("removed", "A.stop")]


def test_python_is_compared_without_being_imported() -> None:
    before, after = "def f(a, b=1): ...\nclass C:\n    def m(self): ...\n", "def f(a, b): ...\nclass C: ...\n"
    assert sorted(python.broken(before, after)) == [("C.m", "it was removed"), ("f", "its parameter b must be given now")]


@pytest.mark.parametrize("text", ["def f(:", "x = " + "(" * 5000, "-" * 50_000 + "1", "a\0b", "x = '\\d'\n", "class A:\n" * 200])
def test_hostile_python_raises_nothing(text: str) -> None:
    assert list(python.broken("def f(a): ...\n", text)) in ([], [("f", "it was removed")])


def test_packages_are_told_apart() -> None:
    run = workshop.run_of(Example("", before={}, after={
        "a/package.json": NODE, "b/package.json": '{"name": "b", "private": true, "main": "x.js"}', "c/package.json": "{",
        "d/pyproject.toml": '[project]\nname = "d"\n', "e/setup.py": 'setup(\n    name="e",\n)\n',
        "f/package.json": '{"name": "f"}',
    }))  # fmt: skip
    assert run.tree is not None
    files = run.tree.head.files
    read = {path: offered.package_of(path, files) for path in ("a/x.ts", "b/x.ts", "c/x.ts", "d/x.py", "e/x.py", "f/x.ts")}
    assert {path: one and one.released for path, one in read.items()} == {
        "a/x.ts": True, "b/x.ts": False, "c/x.ts": None, "d/x.py": False, "e/x.py": True, "f/x.ts": False,
    }  # fmt: skip


@pytest.mark.parametrize("path", ["CHANGELOG.md", "a/CHANGES.rst", ".changeset/a.md", "newsfragments/1.fix", "CHANGES/1.rst"])
def test_changelogs_are_known(path: str) -> None:
    assert notes.is_changelog(path)


@pytest.mark.parametrize("path", ["changes.py", ".changeset/README.md", "docs/newsletter.md", "src/changelog.ts", "history/a.md"])
def test_what_is_no_changelog(path: str) -> None:
    assert not notes.is_changelog(path)


def test_commits_say_what_they_are() -> None:
    assert [notes.kind_of(text) for text in ("feat(a)!: b", "Fix: b", "merge b", "")] == ["feat!", "fix", "", ""]
    assert notes.says_breaking("fix: a\n\nBREAKING CHANGE: b\n")
    assert not notes.says_breaking("fix: breaking change\n")
