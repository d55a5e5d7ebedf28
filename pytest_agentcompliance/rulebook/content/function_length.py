"""content/function-length: no function is added, or grows, beyond a length."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.made import GENERATED, MIGRATIONS
from pytest_agentcompliance.parsing.testcode import is_source
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: a grammar is asked when a file of code has changed
    from pytest_agentcompliance.parsing.outline import Symbol

ENDINGS = (".py", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".go")
EXEMPT = [*GENERATED, *MIGRATIONS, "**/fixtures/**", "**/*-fixtures/**", "**/__mocks__/**", "**/mocks/**", "*.stories.*"]
STEP = "    total = total + step(total)\n"
ROW = '        "name": "value", "other": 3,\n'
SCRIPT = "  total = step(total)\n"


class FunctionLength(Rule):
    """No function is added, or grows, beyond a length.

    Why: a function that does not fit on a screen does more than one thing, and nobody can test one of them alone.

    A line counts when it says what is done: blank lines, comments, docstrings, the rows of tables, the lines of a long text and
    the bodies of the functions that have a name inside of it do not. A function that was too long before is reported when it
    grows by ``most_growth`` lines; by fewer it is a remark on style. One that only moved, in a file or to another, is not new.

    Blind spots: functions without a name; a component that draws (it has tags); whether a short function is focused; a function
    that was renamed and grew counts as new; files that no grammar reads.
    """

    most_lines: int = Field(default=60, ge=5, description="The lines of code that a function may have.")
    most_growth: int = Field(
        default=20, ge=1, description="The lines by which a function that was too long before may grow in one change."
    )
    exempt: list[str] = Field(
        default=EXEMPT,
        description="Globs of files that are left out: generated and built code, migrations, seeds. Tests always are.",
    )

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    candidates: ClassVar[Candidates] = Candidates(paths=tuple(f"*{ending}" for ending in ENDINGS))
    remedy: ClassVar[Remedy] = Remedy("fix", "Give each thing that it does a function of its own, with a name that says which.")
    examples = (
        Example(
            "A long function that is new is reported at its name.",
            given={"most_lines": 10}, after={"a.py": "def add(total):\n" + STEP * 10 + "    return total\n"}, finds=("a.py:1",),
        ),
        Example(
            "So are methods, arrow functions and Go.",
            given={"most_lines": 10},
            after={
                "a.ts": f"class A {{\n  async add(total: number) {{\n{SCRIPT * 12}  }}\n}}\n",
                "b.ts": f"const b = (total) => {{\n{SCRIPT * 12}}}\n",
                "c.go": "package c\n\nfunc Add(total int) int {\n" + "\ttotal = step(total)\n" * 12 + "\treturn total\n}\n",
            },
            finds=("a.ts:2", "b.ts:1", "c.go:3"),
        ),
        Example(
            "One that was short enough and is not any more is reported.",
            given={"most_lines": 10},
            before={"a.py": "def add(total):\n" + STEP * 5}, after={"a.py": "def add(total):\n" + STEP * 12}, finds=("a.py:1",),
        ),
        Example(
            "One that was too long already is reported when it grows by much, and by little as a remark.",
            given={"most_lines": 10, "most_growth": 5},
            before={"a.py": "def add(total):\n" + STEP * 20, "b.py": "def add(total):\n" + STEP * 20},
            after={"a.py": "def add(total):\n" + STEP * 30, "b.py": "def add(total):\n" + STEP * 22},
            finds=("a.py:1",), styles=("b.py:1",),
        ),
        Example(
            "One that moved to another file, or lost lines, is kept.",
            given={"most_lines": 10},
            before={"a.py": "def add(total):\n" + STEP * 20, "b.py": "def sub(total):\n" + STEP * 20},
            after={"c.py": "def add(total):\n" + STEP * 20, "b.py": "def sub(total):\n" + STEP * 19},
        ),
        Example(
            "Comments, blank lines, tables and long texts are no code; the functions inside of one count for themselves.",
            given={"most_lines": 10},
            after={
                "a.py": 'def add(total):\n    """Add.\n' + "    More.\n" * 9 + '    """\n' + "    # why\n\n" * 9 + "    pass\n",
                "b.py": "def rows():\n    return [\n      {\n" + ROW * 20 + "      },\n    ]\n",
                "c.py": 'def query():\n    return """\n' + "    select a from b\n" * 20 + '    """\n',
                "d.ts": "function make() {\n" + ("  function inner(total) {\n" + SCRIPT * 4 + "  }\n") * 4 + "  return inner\n}\n",
            },
        ),
        Example(
            "Tests, generated code, migrations and components are kept.",
            given={"most_lines": 10},
            after={
                "tests/test_a.py": "def test_add(total):\n" + STEP * 20, "src/a.test.ts": "function a() {\n" + SCRIPT * 20 + "}\n",
                "db/migrations/1.py": "def up(total):\n" + STEP * 20, "api/a.gen.ts": "function a() {\n" + SCRIPT * 20 + "}\n",
                "web/Page.tsx": "export function Page() {\n" + SCRIPT * 20 + "  return <p>{total}</p>\n}\n",
            },
        ),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        text = "def add(total):\n" + STEP * (self.most_lines + 1)
        return (Example("A function that is too long.", after={"canary.py": text}),)

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        mine = [one for one in self.touched(changes) if is_source(one.path) and not matches(one.path, self.exempt)]
        first = {one.after.oid: one for one in reversed(mine) if one.after is not None}  # a copy is reported once
        once = (one for one in mine if one.after is not None and first[one.after.oid] is one)
        long = [(change, found) for change in changes.readable(once) if (found := self._long(change))]
        new = {one.symbol.name for _, found in long for one in found if not one.before}
        gone = _lost(changes, self.exempt, new) if new else {}
        for change, found in long:
            for one in found:
                lengths = gone.get(one.symbol.name)
                before = one.before or (lengths.pop() if lengths else 0)
                if one.now > before and (finding := self._finding(change, one, before)):
                    yield finding

    def _long(self, change: FileChange) -> list["_Long"]:
        """The functions of head that are too long, and longer than at base."""
        after = _functions(change.after, self.most_lines)
        before = _functions(change.before) if after else {}
        return [
            _Long(symbol, now, old)
            for key, (symbol, now) in after.items()
            if now > (old := before[key][1] if key in before else 0)
        ]

    def _finding(self, change: FileChange, one: "_Long", before: int) -> Finding | None:
        name, limit = one.symbol.qualified, self.most_lines
        level: Level = "breach"
        if not before:
            message = f"{one.symbol.kind} {name} is new and has {one.now} lines of code; {limit} are the most"
        elif before <= limit:
            message = f"{one.symbol.kind} {name} grew from {before} to {one.now} lines of code; {limit} are the most"
        else:
            message = f"{one.symbol.kind} {name} was too long with {before} lines of code and has {one.now} now ({limit} at most)"
            level = "breach" if one.now - before >= self.most_growth else "style"
        return Finding(message, Place(change.path, one.symbol.line), level, evidence=f"{one.symbol.kind} {name}")


@dataclass(frozen=True, slots=True)
class _Long:
    """A function that is too long, with its length now and at base, where base has it under its name."""

    symbol: "Symbol"
    now: int
    before: int


def _functions(content: Content | None, longer_than: int = 0) -> "dict[tuple[str, int], tuple[Symbol, int]]":
    """The functions of a file with their lengths, by their name and which of that name they are."""
    if content is None or not content.mode.startswith("100"):
        return {}
    from pytest_agentcompliance.parsing.outline import outline
    from pytest_agentcompliance.parsing.outline.length import Lengths, may_be_long

    text = content.text()
    if not may_be_long(text, content.path, longer_than):
        return {}
    found = outline(content.path, text)
    lengths: Lengths | None = None
    met: dict[str, int] = {}
    known: dict[tuple[str, int], tuple[Symbol, int]] = {}
    for one in found:
        if not one.is_function:
            continue
        key = one.qualified, met.get(one.qualified, 0)
        met[one.qualified] = key[1] + 1
        if one.end - one.line < longer_than:
            continue
        lengths = lengths or Lengths(text, content.path, found)
        length = lengths.of(one)
        if length > longer_than and not lengths.draws(one):
            known[key] = one, length
    return known


def _lost(changes: ChangeSet, exempt: list[str], names: set[str]) -> dict[str, list[int]]:
    """The lengths of the functions that files lost, by name: one of them may be here now. The longest is taken first."""
    found: dict[str, list[int]] = {}
    asked = {name: re.compile(rf"{re.escape(name)}(?<!\w{re.escape(name)})(?!\w)") for name in sorted(names)}
    files = (one for one in changes if one.path.lower().endswith(ENDINGS) and one.before is not None)
    for change in changes.readable(one for one in files if not matches(one.path, exempt)):
        if change.before is None:
            continue
        text = change.before.text()
        # A search for letters alone runs at memory's speed; one for many names at once tries each of them at each place.
        if not any(name in text and whole.search(text) for name, whole in asked.items()):
            continue
        after = {key[0] for key in _functions(change.after)}
        for (name, _), (symbol, length) in _functions(change.before).items():
            if name not in after and symbol.name in names:
                found.setdefault(symbol.name, []).append(length)
    return {name: sorted(lengths) for name, lengths in found.items()}
