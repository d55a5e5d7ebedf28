"""testing/accompany-code: new logic comes with tests that touch it."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, FileChange, Line, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.made import BESIDE, GENERATED, MIGRATIONS, SCRIPTS
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy, unformatted

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.models import Model
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
# What methods of classes are called everywhere: a test that has such a word means the class, or another one.
_USUAL = frozenset("add create delete find findAll findMany findOne get getAll list remove save update".split())  # noqa: SIM905
_WIRING = ["**/index.*", "**/__init__.py", "**/main.*", "*.module.ts", "**/App.tsx"]  # it names whatever there is
TELLING = 12  # characters of a line by which it is known again
MOVED = 0.6  # of the lines of a function that stood elsewhere before
LARGEST = 1_000_000  # characters of a test in which names are looked for
_HOME = re.compile(r"(?i)model|schema|entit|table|orm\b")  # where models lie, most often
MOST = 20  # files of base in which a new model is looked for


@dataclass(frozen=True, slots=True)
class _Test:
    path: str
    stem: str
    words: frozenset[str]


_SUM = (
    "def total(rows):\n    found = 0\n    for row in rows:\n        if row.paid:\n            found += row.sum\n"
    "        elif row.due:\n            found -= row.sum\n    return found\n"
)
_ORDERS = "model Order {\n  id    Int    @id\n  total Int\n  note  String?\n}\n"
_INVOICE = (
    "\n\nclass InvoiceModel(Base):\n    __tablename__ = 'invoices'\n    id = Column(Integer, primary_key=True)\n"
    "    sum = Column(Integer)\n"
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

    With ``tables``, so is a table that the change makes (a model of Prisma, Drizzle, TypeORM, SQLAlchemy or SQLModel that base has
    not): by its model, its table or its delegate, in the singular or the plural, by the path of an endpoint or by
    the name of a changed file that speaks of it. New fields that no test names are a remark; tables that only join two others are
    owed none.

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
    tables: bool = Field(default=False, description="Whether a table that the change makes is owed a test that names it.")

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    candidates: ClassVar[Candidates] = Candidates(
        paths=("*.prisma", "*.py", "*.ts", "*.mts", "*.cts", "*.tsx", "*.js", "*.mjs", "*.cjs", "*.jsx", "*.go")
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
        Example(
            "With `tables`, a table that no test names is reported.", given={"tables": True},
            after={"prisma/schema.prisma": _ORDERS, "tests/till.test.ts": "it('pays', () => { expect(pay()).toBe(1) })\n"},
            finds=("prisma/schema.prisma:1",),
        ),
        Example(
            "So is one beside others that have theirs.", given={"tables": True}, before={"app/models.py": "import a\n"},
            after={"app/models.py": "import a\n" + _INVOICE, "tests/test_a.py": "def test_a():\n    assert a.invoicing\n"},
            finds=("app/models.py:4",),
        ),
        Example(
            "A test that names its delegate, in whatever form, is enough; new fields of an old table are a remark.",
            given={"tables": True}, before={"app/models.py": _INVOICE, "prisma/schema.prisma": ""},
            after={
                "prisma/schema.prisma": _ORDERS, "tests/till.test.ts": "it('pays', () => prisma.order.count())\n",
                "app/models.py": _INVOICE + "    paid_on = Column(Date)\n",
            },
            styles=("app/models.py:7",),
        ),
        Example(
            "So is one that calls the path of an endpoint that carries it.", given={"tables": True},
            after={
                "app/models.py": _INVOICE, "tests/test_a.py": "def test_a(client):\n    assert client.get('/billing/open').ok\n",
                "app/api.py": "router = APIRouter(prefix='/billing')\n\n\n@router.get('/open')\n"
                              "def listed():\n    return InvoiceModel.all()\n",
            },
        ),
        Example(
            "A table that moved, or only joins two others, is owed none.", given={"tables": True},
            before={"prisma/schema.prisma": _ORDERS},
            after={"db/schema.prisma": _ORDERS + "model OrderTag {\n  orderId Int\n  tagId Int\n  @@id([orderId, tagId])\n"
                   "  order Order @relation(fields: [orderId], references: [id])\n"
                   "  tag Tag @relation(fields: [tagId], references: [id])\n}\n"},
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet, tree: Tree | None) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.testcode import is_source

        if self.tables:
            yield from _untested(changes, tree)
        copies = _Copies(tree)
        mine = [
            one for one in self.touched(changes)
            if one.is_text and one.renamed_from is None and is_source(one.path) and not matches(one.path, self.exempt)
            and not _is_copy(one, copies)
        ]  # fmt: skip
        if not mine:
            return
        mine, tests, through = _untouched(changes, self._grown(changes, mine))
        owed = [each for each in self._owed(changes, mine) if any(_is_open(some, tests) for some in each[1:])]
        gone = _bodies(changes, frozenset(one.name for _, *both in owed for some in both for one in some))
        lines = _lines(changes) if owed else frozenset()
        known: dict[str, frozenset[str]] | None = None
        for change, *both in owed:
            left = [[one for one in some if one.name not in gone and not _moved(change, one, lines)] for some in both]
            fresh, grown = ([] if any(_touches(test, change.path, some) for test in tests) else some for some in left)
            if grown and tree is not None:
                known = known or _known(tree, [one for _, _, some in owed for one in some])
                grown = [one for one in grown if not known.get(one.name)]
            if (found := fresh + grown) and not any(_reached(test, change.path, found) for test in through):
                names = ", ".join(one.qualified for one in found[:3]) + (" \u2026" if len(found) > 3 else "")
                what = "new logic has" if fresh else "logic that grew has"
                text = f"{what} no new or changed test that touches it: {names}"
                yield Finding(text, Place(change.path, found[0].line), evidence=" ".join(one.qualified for one in found))

    def _grown(self, changes: ChangeSet, mine: list[FileChange]) -> list[FileChange]:
        """The files to which enough lines were added."""
        return [one for one in changes.readable(mine) if len({line.number for line in one.added}) >= self.lines]

    def _owed(self, changes: ChangeSet, mine: list[FileChange]) -> "Iterator[tuple[FileChange, list[Symbol], list[Symbol]]]":
        """The functions of each file that are new or grew by enough."""
        from pytest_agentcompliance.parsing.outline import outline
        from pytest_agentcompliance.parsing.outline.length import Lengths

        for change in mine:
            assert change.after is not None
            text = change.after.text()
            if not _has_branches(text, 0, len(text), self.branches):
                continue
            added = sorted({line.number for line in change.added})
            symbols = [one for one in outline(change.path, text) if one.is_function]
            wide = [
                one for one in symbols
                if bisect_right(added, one.end) - bisect_left(added, one.line) >= self.lines and "migrat" not in one.name.lower()
                and _has_branches(text, one.body, one.stop, self.branches)
            ]  # fmt: skip
            if not wide:  # the grammar is not asked for what base had
                continue
            old_text = change.before.text() if change.before else ""
            old = {one.qualified: one for one in outline(change.path, old_text) if one.is_function} if old_text else {}
            pairs = [(one, old.get(one.qualified)) for one in wide]
            pairs = [
                (one, before) for one, before in pairs
                if before is None or _branches(text, one) - _branches(old_text, before) >= self.branches
            ]  # fmt: skip
            if not pairs:  # nor for comments
                continue
            sizes, was = Lengths(text, change.path, symbols), None
            fresh: list[Symbol] = []
            grown: list[Symbol] = []
            for one, before in pairs:
                if (size := sizes.of(one)) < self.lines or sizes.draws(one):
                    continue
                if before is not None:
                    was = was or Lengths(old_text, change.path, list(old.values()))
                    size -= was.of(before)
                if size >= self.lines:
                    (grown if before else fresh).append(one)
            if fresh or grown:
                yield change, fresh, grown


def _untested(changes: ChangeSet, tree: Tree | None) -> Iterator[Finding]:
    """The tables that the change makes and no test of it names, and the fields."""
    from pytest_agentcompliance.parsing import models
    from pytest_agentcompliance.parsing.models import spoken

    mine = [one for one in changes if one.is_text and spoken.may_hold(one.path) and (one.added or None in (one.before, one.after))]
    before, after = _models(changes, mine, head=False), _models(changes, mine, head=True)
    if not after:
        return
    old, now = models.read(before), models.read(after)
    made, grown = list(spoken.fresh(old, now)), list(spoken.grown(old, now))
    if not made and not grown:
        return
    tests = [spoken.squeezed(text) for text in _test_texts(changes)]
    lacking = [one for one in made if not any(spoken.speaks(test, name) for test in tests for name in spoken.names(one))]
    lacking = [one for one in lacking if not _elsewhere(one, tree, before.keys() | after.keys())]
    carried = _carried(changes, _tests(changes), tests, after.keys()) if lacking and tests else []
    for one in lacking:
        if not any(spoken.speaks(text, name) for text in carried for name in spoken.names(one)):
            named = f"{one.table} ({one.name})" if one.table and one.table != one.name else one.name
            text = f"the new table {named[:100]} has no new or changed test that names it"
            yield Finding(text, Place(one.path, one.line), evidence=f"table {one.name}")
    for one, fields in grown:
        if left := [each for each in fields if not any(spoken.speaks(test, each.name) for test in tests)]:
            names = ", ".join(each.name for each in left[:3]) + (" \u2026" if len(left) > 3 else "")
            text = f"no new or changed test names the new fields of {one.name[:100]}: {names[:200]}"
            yield Finding(text, Place(one.path, left[0].line), "style", f"fields {one.name} {names}")


def _models(changes: ChangeSet, mine: list[FileChange], *, head: bool) -> dict[str, str]:
    """The texts of one side that may hold models."""
    from pytest_agentcompliance.parsing.models.spoken import has_tables

    found: dict[str, str] = {}
    for one in changes.readable(mine):
        side = one.after if head else one.before
        if side is not None and is_file(side.mode) and has_tables(side.path, text := side.text()):
            found[side.path] = text
    return found


def _test_texts(changes: ChangeSet) -> Iterator[str]:
    from pytest_agentcompliance.parsing.testcode import is_test_code

    for one in changes.readable(one for one in changes if one.is_text and is_test_code(one.path)):
        if one.after is not None and (one.added or one.before is None):
            yield one.after.text()[:LARGEST]


def _elsewhere(one: "Model", tree: Tree | None, read: Collection[str]) -> bool:
    """Whether base has the model in a file that the change leaves alone."""
    if tree is None:
        return False
    from pytest_agentcompliance.parsing import models
    from pytest_agentcompliance.parsing.models import spoken
    from pytest_agentcompliance.parsing.models.differences import plain

    endings = (".prisma",) if one.tool == "prisma" else (".py",) if one.path.endswith(".py") else models.SCRIPTS
    paths = [path for path in tree.base.where([one.name], endings).get(one.name, ()) if path not in read]
    paths.sort(key=lambda path: (not _HOME.search(path), path))
    texts = {path: tree.base.files[path].text() for path in paths[:MOST] if spoken.may_hold(path) and path in tree.base.files}
    there = models.read({path: text for path, text in texts.items() if spoken.has_tables(path, text)}).models
    return any(each.name == one.name or (one.table and plain(each.table) == plain(one.table)) for each in there)


def _carried(changes: ChangeSet, tests: list[_Test], squeezed: list[str], models: Collection[str]) -> list[str]:
    """The changed files that tests touch, by their names or by the path of an endpoint, as squeezed texts."""
    from pytest_agentcompliance.parsing.models import spoken
    from pytest_agentcompliance.parsing.testcode import is_source
    from pytest_agentcompliance.parsing.testcode.gone import stem

    found: list[str] = []
    for one in changes.readable(each for each in changes if each.is_text and is_source(each.path) and each.path not in models):
        if one.after is None or not is_file(one.after.mode):
            continue
        text = one.after.text()[:LARGEST]
        vague = stem(one.path) in _GENERIC or one.path.endswith("__init__.py")  # it names whatever there is
        touched = not vague and any(_touches(test, one.path, []) for test in tests)
        if touched or any(path in test for path in spoken.endpoints(one.path, text) for test in squeezed):
            found.append(spoken.squeezed(text))
    return found


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


def _has_branches(text: str, start: int, end: int, least: int) -> bool:
    return least <= 0 or next(islice(_BRANCH.finditer(text, start, end), least - 1, None), None) is not None


def _bodies(changes: ChangeSet, names: frozenset[str]) -> frozenset[str]:
    """Those of the names whose functions files lost: what has them now was moved."""
    from pytest_agentcompliance.parsing.outline import outline
    from pytest_agentcompliance.parsing.testcode import is_source

    found: set[str] = set()
    for one in changes.readable(each for each in changes if names and each.before is not None and is_source(each.path)):
        assert one.before is not None
        if one.after is not None and not one.removed:
            continue
        old = one.before.text()
        if not any(name in old for name in names - found):
            continue
        there = Counter(each.name for each in outline(one.path, one.after.text())) if one.after is not None else Counter[str]()
        found |= names & set(Counter(each.name for each in outline(one.path, old) if each.is_function) - there)
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

    there = changes.readable(one for one in changes if one.is_text and is_test_code(one.path) and one.renamed_from is None)
    return _words_of(changes, (one for one in there if not _is_layout(one)))


def _is_layout(change: FileChange) -> bool:
    """Whether nothing but the layout of a file is another one."""
    if change.before is None or change.after is None or _said(change.added) != _said(change.removed):
        return False  # most are told by the words of the patch alone
    return unformatted(change.before.text()) == unformatted(change.after.text())


def _said(lines: Iterable[Line]) -> list[str]:
    """The words of lines, sorted: a formatter may join, part and reorder them, and adds none."""
    return sorted(word for line in lines for word in _WORD.findall(line.text))


def _words_of(changes: ChangeSet, there: Iterable[FileChange]) -> list[_Test]:
    from pytest_agentcompliance.parsing.testcode.gone import stem

    return [
        _Test(one.path, stem(one.path), frozenset(_WORD.findall(one.after.text()[:LARGEST])))
        for one in changes.readable(there)
        if one.after is not None
    ]


def _untouched(changes: ChangeSet, mine: list[FileChange]) -> tuple[list[FileChange], list[_Test], list[_Test]]:
    """The files that no test touches as they are called, whatever is in them; with the tests, and the code that those touch."""
    tests = _tests(changes) if mine else []
    if not tests:
        return mine, [], []
    touched = _touched(changes, tests)
    known = {one.path for one in touched}
    mine = [one for one in mine if one.path not in known]
    through = _words_of(changes, (one for one in touched if not matches(one.path, _WIRING))) if mine else []
    return [one for one in mine if not any(_reached(test, one.path, []) for test in through)], tests, through


def _is_open(some: "list[Symbol]", tests: list[_Test]) -> bool:
    """Whether one of the functions is named by no test: only then it matters which of them moved."""
    return any(not any(_names(test, one) for test in tests) for one in some)


def _names(test: _Test, one: "Symbol") -> bool:
    usual = one.parent and one.name in _USUAL
    return (one.name in test.words and not usual) or bool(one.parent and one.parent in test.words)


@lru_cache(maxsize=4096)  # each file is held against each test
def _stem(path: str) -> str:
    from pytest_agentcompliance.parsing.testcode.gone import stem

    return stem(path)


def _touches(test: _Test, path: str, found: "list[Symbol]") -> bool:
    if any(_names(test, one) for one in found):
        return True
    folder, mine = path.rpartition("/")[0], _stem(path)
    if path.endswith(".go"):
        return test.path.endswith("_test.go") and test.path.rpartition("/")[0] == folder
    if mine in _GENERIC:
        near = not folder or folder.rpartition("/")[2] in test.path.split("/") or folder.rpartition("/")[2] in test.words
        return near and (test.stem == mine or mine in test.words or test.stem == _stem(folder))
    if test.stem == mine or test.stem.startswith(mine + "_") or mine.startswith(test.stem + "_"):
        return True
    return len(mine) > 3 and (
        mine in test.words or mine.replace("_", "-") in test.words or path.rpartition("/")[2].partition(".")[0] in test.words
    )


def _touched(changes: ChangeSet, tests: list[_Test]) -> list[FileChange]:
    """The changed files of code that tests touch by their names: what those call is tested through them."""
    from pytest_agentcompliance.parsing.testcode import is_source

    return [one for one in changes if one.is_text and is_source(one.path) and any(_touches(test, one.path, []) for test in tests)]


def _reached(through: _Test, path: str, found: "list[Symbol]") -> bool:
    """Whether a tested file calls what was found, or imports its module."""
    if through.path == path:
        return False
    name = path.rpartition("/")[2].partition(".")[0]
    return any(
        one.name in through.words for one in found if len(one.name) > 4 and not (one.parent and one.name in _USUAL)
    ) or (name.lower() not in _GENERIC and name in through.words)


def _known(tree: Tree, grown: "list[Symbol]") -> dict[str, frozenset[str]]:
    """The tests of base that name what grew."""
    from pytest_agentcompliance.parsing.testcode import is_test_code

    found = tree.base.where([one.name for one in grown], (".py", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".go"))
    return {name: frozenset(path for path in paths if is_test_code(path)) for name, paths in found.items()}
