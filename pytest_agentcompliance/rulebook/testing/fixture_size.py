"""testing/fixture-size: no long golden file, snapshot or fixture is added, and no test holds one within its own text."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, FileChange
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

FIXTURES = [
    "**/fixtures/**", "**/fixture/**", "**/__fixtures__/**", "**/testdata/**", "**/test-data/**", "**/test_data/**", "**/golden/**",
    "**/goldens/**", "**/__snapshots__/**", "*.snap", "*.golden", "*.approved.*",
]  # fmt: skip
EXEMPT = [
    # what a tool writes for itself
    "*-lock.json", "*-lock.yaml", "*.lock", "*.lockb", "npm-shrinkwrap.json", "go.sum",
    # recorded answers, which stand in for a real service
    "**/cassettes/**", "**/__recordings__/**", "**/recordings/**",
    # what runs of evaluations and of tests leave behind, and what tells them what to do
    "**/evals/**", "**/eval/**", "**/results/**", "**/logs/**", "**/reports/**", "**/archive/**", "**/specs/**",
    # prose, and pictures that a browser test compares or leaves behind
    "README*", "**/*-snapshots/**", "**/screenshots/**",
]  # fmt: skip
DATA = (
    ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".xml", ".html", ".txt", ".sql", ".yaml", ".yml", ".bin", ".dat", ".db",
    ".sqlite", ".zip", ".gz", ".tar",
    ".png", ".jpg", ".jpeg", ".gif", ".pdf", ".parquet", ".pkl", ".mp3", ".mp4", ".wav", ".log", ".out",
)  # fmt: skip
_TESTS = re.compile(r"(?:^|/)(?:tests?|__tests__)/", re.IGNORECASE)
_CODE = (".py", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".go", ".rs", ".java", ".kt", ".rb", ".php", ".cs", ".sh")
_MARKS = re.compile(r"`|\"\"\"|\'\'\'")
_TESTED = re.compile(
    r"\bexpect\(|^[ \t]+assert |^[ \t]*(?:async )?def test_|^func Test|^[ \t]*(?:it|test|describe)\(", re.MULTILINE
)
MOST_PLANTED = 100_000  # lines that a canary may have
MORE = 5  # a file that is edited may grow by a fifth of the limit
# Texts of many lines, by the grammar: of these a test holds an inline snapshot or a golden file.
_STRINGS = {"python": ("string",), "go": ("raw_string_literal",), "javascript": ("template_string",)}
_STRINGS["typescript"] = _STRINGS["tsx"] = _STRINGS["javascript"]

_LONG = "".join(f"row {number}\n" for number in range(30))


class FixtureSize(Rule):
    """No long golden file, snapshot or fixture is added, and no test holds one within its own text.

    Why: nobody reads a thousand lines of expected output. Such a file breaks at every change, is written anew without a look,
    and so tests nothing; a small one that is made for the case says what matters.

    Fixtures are the files in the folders that are called so, snapshots, and the data among tests. A file is too long when it
    has more lines or bytes than the limit; one that was there before, where it also grew by a fifth of it. What was moved is
    not new. In the code of tests texts of many lines count.

    Blind spots: many small files that are one large one together. A file that grows a little in every run. Texts in tests
    that hold tests. Large lists and objects in code, which tables of cases look like. Fixtures that a test makes while it
    runs, and the lines of code that makes them.
    """

    lines: int = Field(default=500, ge=1, description="The most lines of a fixture that is text.")
    size: int = Field(default=100_000, ge=1, description="The most bytes of a fixture, text or not.")
    inline: int = Field(default=100, ge=1, description="The most lines of one text in the code of a test.")
    fixtures: list[str] = Field(default=FIXTURES, description="Globs of fixtures, beside the data in the folders of tests.")
    exempt: list[str] = Field(default=EXEMPT, description="Globs of files that may be of any size.")

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Cut the fixture down to what the test looks at, or build it in the test, and assert on what matters."
    )
    examples = (
        Example(
            "A fixture of more lines than the limit is reported.", given={"lines": 20},
            after={"tests/fixtures/rows.txt": _LONG}, finds=("tests/fixtures/rows.txt",),
        ),
        Example(
            "So is one long line of data among tests, and a snapshot that grew.", given={"lines": 20, "size": 500},
            before={"api/__snapshots__/a.test.ts.snap": _LONG[:70]},
            after={"tests/data.json": "[" + "1," * 300 + "1]\n", "api/__snapshots__/a.test.ts.snap": _LONG},
            finds=("api/__snapshots__/a.test.ts.snap", "tests/data.json"),
        ),
        Example(
            "A text of many lines in a test is reported where it begins.", given={"inline": 20},
            after={"tests/test_a.py": f'def test():\n    assert out() == """\n{_LONG}"""\n',
                   "a.test.ts": f"test('a', () => {{\n  expect(out()).toMatchInlineSnapshot(`\n{_LONG}`)\n}})\n"},
            finds=("a.test.ts:2", "tests/test_a.py:2"),
        ),
        Example(
            "Small fixtures are kept, lock files, recorded answers, and data that is no test's.", given={"lines": 20, "size": 500},
            after={"tests/fixtures/a.json": "{}\n", "tests/app/package-lock.json": _LONG * 9, "tests/cassettes/a.yaml": _LONG,
                   "data/rows.txt": _LONG, "tests/helpers.py": _LONG.replace("row ", "x = ")},
        ),
        Example(
            "What was moved is kept, and what was long and grew by little.", given={"lines": 20},
            before={"tests/fixtures/a.txt": _LONG, "tests/fixtures/b.txt": _LONG, "tests/fixtures/old/c.txt": _LONG},
            after={"tests/fixtures/new/a.txt": _LONG, "tests/fixtures/b.txt": _LONG + "row\n",
                   "tests/fixtures/new/c.txt": _LONG.replace("row 3", "line 3")},
        ),
        Example(
            "Text in code that is no test's is kept, and a test of many lines.", given={"inline": 20},
            after={"a.py": f'HELP = """\n{_LONG}"""\n', "tests/test_b.py": "def test():\n" + "    assert f()\n" * 40},
        ),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        """One line more than may be, unless that is more than anybody would plant."""
        rows = "".join(f"{number}\n" for number in range(self.lines + 1)) if self.lines < MOST_PLANTED else "x" * (self.size + 1)
        if len(rows) > MOST_PLANTED * 10:
            return ()
        return (Example("A fixture of one line too many.", after={"tests/canary.json": rows}, finds=("tests/canary.json",)),)

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.testcode import is_test_code

        fixtures = {one.position for one in changes if self._is_fixture(one.path)}
        tests = {one.position for one in changes if is_test_code(one.path) and not matches(one.path, self.exempt)}
        gone = [one for one in changes if one.after is None and one.position in fixtures]
        asked = [one for one in changes if one.position in fixtures | tests and one.is_text and one.renamed_from is None]
        for change in changes.readable(asked):
            if change.position in fixtures:
                yield from self._file(change, gone)
            else:
                yield from self._inline(change)

    def _is_fixture(self, path: str) -> bool:
        if (path.lower().endswith(DATA) and _TESTS.search(path)) or matches(path, self.fixtures):
            return not matches(path, self.exempt)
        return False

    def _file(self, change: FileChange, gone: list[FileChange]) -> Iterator[Finding]:
        lines, size, text = _measures(change)
        counted = text and not change.path.lower().endswith(_CODE)  # code that makes fixtures is no golden file
        too_long = [f"{lines:,} lines"] if counted and lines > self.lines else []
        if size > self.size:
            too_long.append(f"{size:,} bytes")
        if not too_long:
            return
        before = change if change.before is not None else next((one for one in gone if _name(one.path) == _name(change.path)), None)
        if before is not None:
            old_lines, old_size, _ = _measures(before, old=True)
            if lines - old_lines <= self.lines // MORE and size - old_size <= self.size // MORE:
                return
        limit = " and ".join([f"{self.lines:,} lines" if counted else "", f"{self.size:,} bytes"]).removeprefix(" and ")
        what, much = f"a {'' if text else 'binary '}fixture", " and ".join(too_long)
        done = f"{what} of {much} was added" if change.before is None else f"{what} grew to {much}"
        yield Finding(f"{done}; {limit} are enough", Place(change.path), evidence="size")

    def _inline(self, change: FileChange) -> Iterator[Finding]:
        if change.after is None:
            return
        runs = [len(list(run)) for _, run in groupby(enumerate(change.added), lambda one: one[1].number - one[0])]
        if max(runs, default=0) <= self.inline // 2:  # cheap, before anything is parsed
            return
        from pytest_agentcompliance.parsing import grammar
        from pytest_agentcompliance.parsing.languages import language_of
        from pytest_agentcompliance.parsing.lines import Lines

        text = change.after.text()
        if not _may_hold(text, self.inline):
            return
        language = language_of(change.path, text)
        kinds = _STRINGS.get(language.name) if language is not None else None
        if language is None or kinds is None:
            return
        added = {line.number for line in change.added}
        at = Lines(text)
        for one in grammar.find([({"rule": {"any": [{"kind": kind} for kind in kinds]}}, ())], language.grammar, text) or ():
            first, last = at(one.start), at(max(one.start, one.end - 1))
            fresh = sum(number in added for number in range(first, last + 1))
            if last - first > self.inline and fresh > self.inline // 2:
                said = f"a text of {last - first + 1:,} lines stands in the code of a test; {self.inline:,} are enough"
                yield Finding(said, Place(change.path, first), evidence=text[one.start : one.start + 200])


def _may_hold(text: str, lines: int) -> bool:
    """Whether so many lines lie between two marks of a string without a test among them: cheap, before anything is parsed."""
    return any(piece.count("\n") > lines and not _TESTED.search(piece) for piece in _MARKS.split(text))


def _measures(change: FileChange, *, old: bool = False) -> tuple[int, int, bool]:
    """Lines, bytes, and whether it is text."""
    side = change.before if old else change.after
    data = side.bytes() if side is not None else b""
    return data.count(b"\n") + (not data.endswith(b"\n")), len(data), b"\0" not in data[:8000]


def _name(path: str) -> str:
    return path.rpartition("/")[2]
