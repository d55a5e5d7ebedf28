"""report/promises: each promise that a report claims is one that the intent makes, and none that the change touches is left out."""

import re
from collections.abc import Generator, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Document, Documents, Report, Tree
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.intent import Intent
    from pytest_agentcompliance.parsing.intent.claimed import Claim, Claimed
    from pytest_agentcompliance.parsing.intent.matching import Made
    from pytest_agentcompliance.parsing.intent.tests_named import Named

_SHOWN = 5
_CASE = re.compile(r"test_\w{3,}|Test[A-Z]\w{2,}")
_MOST_ADDED = 20_000  # lines of a change whose words are held against the promises
_TELLING = 3  # words of a promise that the change has to have before it speaks of it
_SHARE = 0.8  # of its words
_INTENT = (
    "# Product intent\n\n## Promises\n\n- PRM-001: Saved carts are never lost\n- PRM-002: Prices are shown with tax\n\n"
    "## Invariants\n\n- INV-001: A cart belongs to one customer\n\n## Non-goals\n\n- A marketplace for other shops\n"
)
_TESTED = "## Tests\n\n- [x] 4 passed\n\n## Promises Verified\n\n"


class Promises(Rule):
    """Each promise that the report says it verified is one that the intent makes, with a test named, and none is left out.

    Why: "Promises Verified" is what a product owner reads of a report. A promise that nobody made is praise of oneself, and one
    that is ticked without a test is a hope.

    A claim is known by the id of a promise, else by its words: how much the two say the same is a number from 0 to 1, which the
    finding shows beside the nearest promise. From ``like`` on it is that promise, below ``unlike`` it is none; between the two,
    and where the words stand elsewhere in the intent, it is a remark. Promises, invariants, contracts and what the intent says
    never happens may be claimed. A ticked claim names its test where its item, its part or the part about tests does, or where a
    test has its id. A promise is left out where it names a file that the change touches and no line of the report speaks of it;
    where only its words stand in the change that is a remark. The intent counts as base has it.

    Blind spots: words that say the same with other words, or the opposite with the same. Whether the test that is named tests
    the promise. A promise that names no file, in words that the code has not, is left out without a word.
    """

    titles: list[str] = Field(default=[], description="More titles of the part with the promises, beside those that are known.")
    like: float = Field(default=0.4, ge=0, le=1, description="From here on the words of a claim are those of a promise.")
    unlike: float = Field(default=0.3, ge=0, le=1, description="Below it the words of a claim are those of no promise.")
    untested: Level = Field(default="breach", description="What it is that a ticked promise names no test.")
    left_out: Level = Field(
        default="breach", description="What it is that the report leaves out a promise that names a file which the change touches."
    )
    tests: list[str] = Field(
        default=["**/tests/**", "**/test/**", "**/__tests__/**", "**/*.test.*", "**/*.spec.*", "**/test_*.py", "**/*_test.*"],
        description="Globs of tests; what only they touch affects no promise.",
    )

    remedy = Remedy(
        "fix",
        "Claim the promises of the intent, by their ids, name the test that shows each, and speak of every one that the change"
        " touches. A promise that ought to be made is for the owner of the intent to write.",
    )
    examples = (
        Example(
            "A promise that the intent never made is reported, by its words and by its id.",
            before={"INTENT.md": _INTENT},
            after={"INTENT.md": _INTENT, "tests/test_cart.py": "def test_kept(): ...\n"},
            report=_TESTED + "- [x] Saved carts are never lost (tests/test_cart.py)\n"
            "- [x] Parcels arrive on the next day (tests/test_cart.py)\n- [x] PRM-007 (tests/test_cart.py)\n",
            finds=("REPORT.md:8", "REPORT.md:9"),
        ),
        Example(
            "One that the run itself wrote into the intent is none that base makes.",
            before={"INTENT.md": _INTENT},
            after={"INTENT.md": _INTENT.replace("\n## Inv", "- PRM-003: Parcels arrive on the next day\n\n## Inv"),
                   "tests/test_cart.py": "def test_kept(): ...\n"},
            report=_TESTED + "- [x] PRM-003: Parcels arrive on the next day - tests/test_cart.py\n",
            finds=("REPORT.md:7",),
        ),
        Example(
            "A ticked promise without a test is reported; one that only says it was tested is a remark.",
            before={"INTENT.md": _INTENT},
            after={"INTENT.md": _INTENT, "src/cart.py": "1\n"},
            report="## Promises Verified\n\n- [x] PRM-001\n- [x] PRM-002 (tested by hand)\n",
            finds=("REPORT.md:3",),
            styles=("REPORT.md:4",),
        ),
        Example(
            "A test that does not exist is no test.",
            before={"INTENT.md": _INTENT},
            after={"INTENT.md": _INTENT, "src/cart.py": "1\n"},
            report=_TESTED + "- [x] PRM-001: tests/test_cart.py::test_kept\n",
            finds=("REPORT.md:7",),
        ),
        Example(
            "A promise that names a file of the change and is not spoken of is reported.",
            before={"INTENT.md": _INTENT.replace("with tax", "with tax\n  - Module: src/prices.py"), "src/prices.py": "1\n"},
            after={"INTENT.md": _INTENT.replace("with tax", "with tax\n  - Module: src/prices.py"), "src/prices.py": "2\n",
                   "tests/test_cart.py": "def test_kept(): ...\n"},
            report=_TESTED + "- [x] PRM-001: carts are kept, tests/test_cart.py\n",
            finds=("REPORT.md:5",),
        ),
        Example(
            "A word for all promises names none; another number, or one between two, is a remark.",
            before={"INTENT.md": _INTENT},
            after={"INTENT.md": _INTENT, "tests/test_cart.py": "def test_kept(): ...\n"},
            report=_TESTED + "- [x] All promises from the intent\n- [x] A marketplace for other shops: tests/test_cart.py\n",
            styles=("REPORT.md:7", "REPORT.md:8"),
        ),
        Example(
            "Promises by id, by words, by an invariant and in a table are kept, with the tests that they name.",
            before={"INTENT.md": _INTENT},
            after={"INTENT.md": _INTENT, "src/cart.py": "2\n", "tests/test_cart.py": "def test_kept(): ...  # PRM-002\n"},
            report="## Promises Verified\n\n| Promise | Status | Test |\n|---|---|---|\n"
            "| Saved carts never get lost | kept | test_kept |\n| PRM-002: tax in prices | kept | |\n"
            "| INV-001 | kept | tests/test_cart.py |\n",
        ),
        Example(
            "A test in the part about tests is named for the promise that it names.",
            before={"INTENT.md": _INTENT},
            after={"INTENT.md": _INTENT, "tests/test_cart.py": "def test_kept(): ...\n"},
            report="## Tests\n\n- [x] tests/test_cart.py::test_kept (PRM-001)\n\n## Promises Verified\n\n- [x] PRM-001 carts\n",
        ),
        Example(
            "Open boxes, and promises that a report says it does not touch, claim nothing.",
            before={"INTENT.md": _INTENT},
            after={"INTENT.md": _INTENT, "src/cart.py": "2\n"},
            report="## Promises Verified\n\n- [ ] PRM-001\n\nNot affected:\n\n- Parcels arrive on the next day\n",
        ),
    )  # fmt: skip

    def check(
        self, report: Report | None, documents: Documents, changes: ChangeSet, tree: Tree
    ) -> Generator[Finding, None, str]:
        if report is None or report.problem:
            raise NotJudged(report.problem if report else "the run left no report; one where reports are looked for is judged")
        if not report.new:
            raise NotJudged("the report was there before the run")
        from pytest_agentcompliance.parsing.intent import claimed, matching  # start-up time: where there is a report

        intents, why = _intents(documents)
        made = matching.Made(intents, like=self.like, unlike=self.unlike)
        told = claimed.read(report.text, (*claimed.TITLES, *self.titles))
        shown = _Tests(tree, report, made)
        spoken: set[int] = set()
        matched: list[str] = []
        for claim in told.claims:
            if claim.general:
                message = f"{claim.text[:120]!r} names no promise; each is to be named"
                yield Finding(message, _at(report, claim.line), "style", f"general {claim.text[:200]}")
                continue
            answer = made.of(claim)
            spoken |= {one for one, _ in answer.promises}
            matched += [f"line {claim.line} is {made.promises[one].name} ({how})" for one, how in answer.promises]
            for level, message, evidence in answer.problems:
                yield Finding(message, _at(report, claim.line), level, evidence)
            if claim.ticked and answer.promises:
                yield from self._tested(report, claim, told, [one for one, _ in answer.promises], shown)
        yield from self._left(report, told, made, spoken, changes)
        if told.more:
            raise NotJudged(f"the report claims {told.more} promises more than are read")
        return "; ".join(filter(None, [why, *matched[:50]]))

    def _tested(self, report: Report, claim: "Claim", told: "Claimed", promises: list[int], shown: "_Tests") -> Iterator[Finding]:
        """What is to be said of the tests that a ticked claim names."""
        from pytest_agentcompliance.parsing.intent import tests_named

        named = tests_named.read(claim.all)
        at, what = _at(report, claim.line), claim.text[:120]
        if named:
            if absent := shown.absent(named):
                yield Finding(f"{what!r} is ticked with {absent}, which is no test at head", at, evidence=f"absent {absent}")
            return
        if any(tests_named.read(prose) for _, prose in told.prose) or shown.elsewhere(promises):
            return
        if named.spoken:
            yield Finding(f"{what!r} says that it was tested and names no test", at, "style", f"unnamed {what}")
        else:
            yield Finding(f"{what!r} is ticked, and no test is named for it", at, self.untested, f"untested {what}")

    def _left(self, report: Report, told: "Claimed", made: "Made", spoken: set[int], changes: ChangeSet) -> Iterator[Finding]:
        """The promises that the change could affect and no line of the report speaks of."""
        from pytest_agentcompliance.parsing.intent import claimed

        open_ = made.unspoken(spoken, (line for _, line in claimed.lines(report.text)))
        if not open_:
            return
        at = _at(report, told.line or 1)
        paths = [path for path in changes.paths if not matches(path, self.tests)]
        words: frozenset[str] | None = None
        likely: list[str] = []
        for number in open_:
            one = made.promises[number]
            if named := made.files_of(number, paths):
                message = f"{one.name} names {named[0]}, which the change touches, and the report does not speak of it"
                yield Finding(message, at, self.left_out, f"left out {one.id or one.text[:200]}")
                continue
            words = _words(changes, paths) if words is None else words
            if made.stands_in(number, words, _TELLING, _SHARE):
                likely.append(one.name)
        if likely:
            more = f" and {len(likely) - _SHOWN} more" if len(likely) > _SHOWN else ""
            message = f"the change speaks of promises that the report does not: {'; '.join(likely[:_SHOWN])}{more}"
            yield Finding(message, at, "style", f"likely {', '.join(likely)}")


class _Tests:
    """Which tests there are, and which promises they and the part about tests name."""

    def __init__(self, tree: Tree, report: Report, made: "Made") -> None:
        self._tree, self._report, self._made = tree, report, made
        self._lines: list[str] | None = None

    def absent(self, named: "Named") -> str:
        """A test that a claim names and head has not, where it has none of those that are named."""
        ends = tuple(one.strip("*").rstrip("/") for one in named.files)
        if named.titles or not (ends or named.cases):
            return ""
        cases = [one for one in named.cases if _CASE.match(one)]
        if len(cases) < len(named.cases) or any("*" in end for end in ends):
            return ""  # words that may be a test's, or a group of them
        # By the name of the file alone: where the report's paths begin nobody says.
        names = {end.rpartition("/")[2] for end in ends}
        if any(not names.isdisjoint(path.split("/")) for path in self._tree.head.files):
            return ""
        if cases and self._tree.head.having(frozenset(cases)):
            return ""
        return (*ends, *cases)[0]

    def elsewhere(self, promises: list[int]) -> bool:
        """Whether a line about tests speaks of one of the promises, or a test has its id."""
        from pytest_agentcompliance.parsing.intent import claimed, tests_named

        if self._lines is None:
            self._lines = [line for _, line in claimed.lines(self._report.text) if tests_named.read(line)]
        if any(self._made.speaks(line, promises) for line in self._lines):
            return True
        ids = frozenset(name for one in promises if len(name := self._made.promises[one].id) > 3 and re.fullmatch(r"[\w-]+", name))
        found = self._tree.head.where(ids) if ids else {}
        return any(tests_named.is_test(path) for paths in found.values() for path in paths)


class _Given(NamedTuple):
    intents: "list[tuple[str, Intent]]"
    why: str


def _intents(documents: Documents) -> _Given:
    """The intents that count, each with its path: those of base; where base has none, those that the run wrote itself."""
    base, head = documents.base("intent"), documents.head("intent")
    if not (base or head):
        where = ", ".join(documents.globs("intent")) or "any place"
        raise NotJudged(f"there is no intent at {where}, neither at base nor at head")
    given = list(_read(base or head))
    if not any(intent.promises for _, intent in given):
        unread = [f"{path}:{one.line}: {one.why}" for path, intent in given for one in intent.unread]
        names = " and ".join(one.path for one in base or head)
        raise NotJudged(f"{names} makes no promise that can be read" + (f" ({'; '.join(unread[:_SHOWN])})" if unread else ""))
    return _Given(given, "" if base else f"judged by {given[0][0]}, which the run wrote itself: base has none")


def _read(documents: Iterable[Document]) -> "Iterator[tuple[str, Intent]]":
    from pytest_agentcompliance.parsing.intent import read

    for document in documents:
        try:
            yield document.path, read(document.text())
        except Unreadable:
            continue  # the ledger was told; the verdict names the file


def _words(changes: ChangeSet, paths: list[str]) -> frozenset[str]:
    """The telling words of the code that a change adds, and of its paths; documents are no code."""
    from pytest_agentcompliance.parsing.intent import likeness

    wanted = {path for path in paths if not matches(path, ["*.md", "*.mdx", "*.rst", "*.txt", "*.json", "*.lock", "*.y*ml"])}
    found, left = set[str](), _MOST_ADDED
    for change in changes.readable(one for one in changes if one.path in wanted):
        found |= likeness.stems(change.path)
        for line in change.added[:left]:
            found |= likeness.stems(line.text[:400])
        left = max(0, left - len(change.added))
    return frozenset(found)


def _at(report: Report, line: int) -> Place:
    """A line of the report; a message of a transcript stands in one line of that, however many it has itself."""
    return Place(report.path, report.line if report.source == "transcript" else report.line + line - 1)
