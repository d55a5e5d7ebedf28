"""testing/accompany-code: new logic comes with tests that touch it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, FileChange, Tree
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.made import BESIDE, GENERATED, MIGRATIONS, SCRIPTS
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.outline import Symbol

EXEMPT = [
    *GENERATED, *MIGRATIONS, *BESIDE, *SCRIPTS,
    # where things are put together, named or started
    "**/index.*", "**/__init__.py", "**/__main__.py", "**/main.*", "**/cli.*", "**/cli/**", "**/cmd/**/main.go", "*.module.ts",
    "docs/**", "hack/**", "tools/**", "**/test-*.*",
    "**/types.*", "**/types/**", "*.types.*", "**/constants.*", "**/constants/**", "**/config.*", "**/settings.*", "*.pyi",
    # what a browser shows is looked at otherwise
    "*.tsx", "*.jsx",
]  # fmt: skip
_BRANCH = re.compile(
    r"\b(?:if|elif|else|for|while|switch|case|match|except|catch|filter|reduce|sort|sorted)\b|&&|\|\||\?\?|\?(?![.:])| and | or "
)
_GENERIC = frozenset(
    """
    index main utils util helpers helper common base core types models model schema schemas service services handler handlers route
    routes router routers api app client server store constants config page layout errors views
    """.split()  # noqa: SIM905 - a table of words
)
_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")
TELLING = 12  # characters of a line by which it is known again
MOVED = 0.6  # of the lines of a function that stood elsewhere before
LARGEST = 1_000_000  # characters of a test in which names are looked for


@dataclass(frozen=True, slots=True)
class _Test:
    path: str
    stem: str
    words: frozenset[str]


_SUM = (
    "def total(rows):\n    found = 0\n    for row in rows:\n        if row.paid:\n            found += row.sum\n"
    "        elif row.due:\n            found -= row.sum\n    return found\n"
)
_TOTAL = (
    "export function total(rows: Row[]): number {\n  let found = 0;\n  for (const row of rows) {\n    if (row.paid) {\n"
    "      found += row.sum;\n    } else if (row.due) {\n      found -= row.sum;\n    }\n  }\n  return found;\n}\n"
)


class AccompanyCode(Rule):
    """New logic comes with a new or changed test that touches it.

    Why: what was written without a test was run by nobody but its author, if at all. The next change breaks it and no one notices;
    and an agent that reports "done" has shown nothing.

    New logic is a function or method that base has nowhere under that name, with some lines and a branch or loop in it; or one that
    grew by as much. It is touched by a test file that the run added or changed and that names it, its class or its module, lies
    beside it in Go's way, or is called after its file. One that grew is also touched by a test that names it already.
    What was moved, copied or put into a function of its own, types, constants, wiring, generated code, migrations, scripts,
    entry points and what a browser shows is left out.

    Blind spots: that a test names something does not say that it checks it. Logic outside of functions, and in a language other
    than Python, TypeScript, JavaScript and Go. A test that reaches the logic through something else alone (an HTTP route, a caller
    that the run did not change) is not seen to touch it.
    """

    lines: int = Field(
        default=8,
        ge=1,
        description="Lines of code in a new function, or more of them in one that was there, from which it is owed a test.",
    )
    branches: int = Field(default=1, ge=0, description="Branches and loops that it must have.")
    exempt: list[str] = Field(
        default=EXEMPT, description="Globs of code that is owed no test; a later !glob takes files out again."
    )

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    candidates: ClassVar[Candidates] = Candidates(
        paths=("*.py", "*.ts", "*.mts", "*.cts", "*.tsx", "*.js", "*.mjs", "*.cjs", "*.jsx", "*.go")
    )
    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Write tests for it: what it is for, and each branch of it. Name the function or its module in them."
    )
    examples = (
        Example("A new function with a loop and no test is reported.", after={"shop/till.py": _SUM}, finds=("shop/till.py:1",)),
        Example(
            "A test of something else is none of it.",
            before={"tests/test_cart.py": "def test_cart():\n    assert cart() == 1\n"},
            after={
                "src/till.ts": _TOTAL, "tests/test_cart.py": "def test_cart():\n    assert cart() == 2\n"
            }, finds=("src/till.ts:1",),
        ),
        Example(
            "A new method without a test is reported at its line.",
            before={"shop/till.py": "class Till:\n    pass\n"},
            after={
                "shop/till.py": "class Till:\n    " + _SUM.replace("\n", "\n    ").replace("(rows", "(self, rows").rstrip() + "\n"
            },
            finds=("shop/till.py:2",),
        ),
        Example(
            "One that a new test names is kept.",
            after={
                "shop/till.py": _SUM,
                "tests/test_sums.py": "from shop import total\n\ndef test_total():\n    assert total([]) == 0\n",
            },
        ),
        Example(
            "A test that is called after the file touches it.",
            after={"src/till.ts": _TOTAL, "src/__tests__/till.test.ts": "it('x', () => {})\n"},
        ),
        Example(
            "What was only moved is kept.", before={"shop/till.py": _SUM}, after={"shop/sums/till.py": _SUM + "\n\nLIMIT = 1\n"}
        ),
        Example("A few plain lines are owed none.", after={"shop/till.py": "def total(rows):\n    return sum(rows)\n"}),
        Example(
            "Wiring, types and scripts are owed none.",
            after={"scripts/fill.py": _SUM, "src/index.ts": _TOTAL, "src/types/rows.ts": _TOTAL},
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet, tree: Tree | None) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.testcode import is_source

        copies = _Copies(tree)
        mine = [
            one for one in self.touched(changes)
            if one.is_text and one.renamed_from is None and is_source(one.path) and not matches(one.path, self.exempt)
            and not _is_copy(one, copies)
        ]  # fmt: skip
        if not mine:
            return
        owed = list(self._owed(changes, mine))
        gone = _bodies(changes) if owed else frozenset()
        lines = _lines(changes) if owed else frozenset()
        tests = _tests(changes) if owed else []
        reached = _through(changes, tests) if tests else []
        known: dict[str, frozenset[str]] | None = None
        for change, *both in owed:
            left = [[one for one in some if one.name not in gone and not _moved(change, one, lines)] for some in both]
            fresh, grown = ([] if any(_touches(test, change.path, some) for test in tests) else some for some in left)
            if grown and tree is not None:
                known = known or _known(tree, [one for _, _, some in owed for one in some])
                grown = [one for one in grown if not known.get(one.name)]
            if (found := fresh + grown) and not any(_reached(test, change.path, found) for test in reached):
                names = ", ".join(one.qualified for one in found[:3]) + (" \u2026" if len(found) > 3 else "")
                what = "new logic has" if fresh else "logic that grew has"
                text = f"{what} no new or changed test that touches it: {names}"
                yield Finding(text, Place(change.path, found[0].line), evidence=" ".join(one.qualified for one in found))

    def _owed(self, changes: ChangeSet, mine: list[FileChange]) -> "Iterator[tuple[FileChange, list[Symbol], list[Symbol]]]":
        """The functions of each file that are new or grew by enough."""
        from pytest_agentcompliance.parsing.outline import outline
        from pytest_agentcompliance.parsing.outline.length import Lengths

        for change in changes.readable(mine):
            assert change.after is not None
            text = change.after.text()
            old_text = change.before.text() if change.before else ""
            added = {line.number for line in change.added}
            if len(added) < self.lines:
                continue
            symbols = [one for one in outline(change.path, text) if one.is_function]
            old = {one.qualified: one for one in outline(change.path, old_text) if one.is_function} if old_text else {}
            sizes, was = Lengths(text, change.path, symbols), Lengths(old_text, change.path, list(old.values()))
            fresh: list[Symbol] = []
            grown: list[Symbol] = []
            for one in symbols:
                if sum(number in added for number in range(one.line, one.end + 1)) < self.lines or sizes.draws(one):
                    continue
                before = old.get(one.qualified)
                size = sizes.of(one) - (was.of(before) if before else 0)
                branches = _branches(text, one) - (_branches(old_text, before) if before else 0)
                if size < self.lines or branches < self.branches or "migrat" in one.name.lower():
                    continue
                (grown if before else fresh).append(one)
            if fresh or grown:
                yield change, fresh, grown


class _Copies:
    """The contents that base has already, under whatever path: listed when a new file is looked at."""

    def __init__(self, tree: Tree | None) -> None:
        self._tree = tree
        self._ids: frozenset[str] | None = None

    def __contains__(self, oid: str) -> bool:
        if self._ids is None:
            self._ids = frozenset(one.oid for one in self._tree.base.files.values()) if self._tree is not None else frozenset()
        return oid in self._ids


def _is_copy(change: FileChange, copies: _Copies) -> bool:
    return change.kind == "added" and change.after is not None and change.after.oid in copies


def _branches(text: str, one: "Symbol") -> int:
    return len(_BRANCH.findall(text, one.body, one.stop))


def _bodies(changes: ChangeSet) -> frozenset[str]:
    """The names of the functions that files lost: what has them now was moved."""
    from pytest_agentcompliance.parsing.outline import outline
    from pytest_agentcompliance.parsing.testcode import is_source

    found: set[str] = set()
    for one in changes.readable(each for each in changes if each.before is not None and is_source(each.path)):
        assert one.before is not None
        if one.after is not None and not one.removed:
            continue
        there = Counter(each.name for each in outline(one.path, one.after.text())) if one.after is not None else Counter[str]()
        found |= set(Counter(each.name for each in outline(one.path, one.before.text()) if each.is_function) - there)
    return frozenset(found)


def _lines(changes: ChangeSet) -> frozenset[str]:
    """The lines of code that the change took out somewhere, if there is enough in them to know them again."""
    from pytest_agentcompliance.parsing.testcode import is_source

    found: set[str] = set()
    for one in changes.readable(each for each in changes if each.before is not None and each.is_text and is_source(each.path)):
        assert one.before is not None
        went = [line.text for line in one.removed] if one.after is not None else one.before.text().split("\n")
        found.update(said for line in went if len(said := line.strip()) >= TELLING)
    return frozenset(found)


def _moved(change: FileChange, one: "Symbol", lines: frozenset[str]) -> bool:
    """Whether most of what was added to a function stood elsewhere before: it was put into a function of its own."""
    added = [line.text.strip() for line in change.added if one.line < line.number <= one.end]
    added = [said for said in added if len(said) >= TELLING]
    return bool(added) and sum(said in lines for said in added) >= MOVED * len(added)


def _tests(changes: ChangeSet) -> list[_Test]:
    from pytest_agentcompliance.parsing.testcode import is_test_code
    from pytest_agentcompliance.parsing.testcode.gone import stem

    there = (one for one in changes if one.is_text and is_test_code(one.path) and one.renamed_from is None)
    return [
        _Test(one.path, stem(one.path), frozenset(_WORD.findall(one.after.text()[:LARGEST])))
        for one in changes.readable(there)
        if one.after is not None
    ]


def _touches(test: _Test, path: str, found: "list[Symbol]") -> bool:
    from pytest_agentcompliance.parsing.testcode.gone import stem

    if any(one.name in test.words or (one.parent and one.parent in test.words) for one in found):
        return True
    folder, mine = path.rpartition("/")[0], stem(path)
    if path.endswith(".go"):
        return test.path.endswith("_test.go") and test.path.rpartition("/")[0] == folder
    near = not folder or folder.rpartition("/")[2] in test.path.split("/") or folder.rpartition("/")[2] in test.words
    if mine in _GENERIC:
        return near and (test.stem == mine or mine in test.words or test.stem == stem(folder))
    if test.stem == mine or test.stem.startswith(mine + "_") or mine.startswith(test.stem + "_"):
        return True
    return len(mine) > 3 and (
        mine in test.words or mine.replace("_", "-") in test.words or path.rpartition("/")[2].partition(".")[0] in test.words
    )


def _through(changes: ChangeSet, tests: list[_Test]) -> list[_Test]:
    """The changed files of code that tests touch by their names: what those call is tested through them."""
    from pytest_agentcompliance.parsing.testcode import is_source
    from pytest_agentcompliance.parsing.testcode.gone import stem

    there = [one for one in changes if one.is_text and is_source(one.path) and any(_touches(test, one.path, []) for test in tests)]
    return [
        _Test(one.path, stem(one.path), frozenset(_WORD.findall(one.after.text()[:LARGEST])))
        for one in changes.readable(there)
        if one.after is not None
    ]


def _reached(through: _Test, path: str, found: "list[Symbol]") -> bool:
    """Whether a tested file calls what was found, or imports its module."""
    if through.path == path:
        return False
    name = path.rpartition("/")[2].partition(".")[0]
    return any(
        one.name in through.words for one in found if len(one.name) > 4
    ) or (name.lower() not in _GENERIC and name in through.words)


def _known(tree: Tree, grown: "list[Symbol]") -> dict[str, frozenset[str]]:
    """The tests of base that name what grew."""
    from pytest_agentcompliance.parsing.testcode import is_test_code

    found = tree.base.where([one.name for one in grown], (".py", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".go"))
    return {name: frozenset(path for path in paths if is_test_code(path)) for name, paths in found.items()}
