"""report/promises: each promise that a report claims is one that the intent makes, and none that the change touches is left out."""

import re
from collections.abc import Generator, Iterable, Iterator
from functools import cached_property
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
    from pytest_agentcompliance.parsing.intent.matching import Answer, Made
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
    where the words stand elsewhere in the intent, and where they or the name of the test have a telling word of a promise that
    no other line speaks of, it is a remark. Promises, invariants, contracts and what the intent says never happens may be
    claimed; what it says that nobody promises may not. A ticked claim names its test where its item, its part or the part about
    tests does, by its file, its name or its title, or where a test has its id. A promise is left out where it names a file that
    the change touches and no line of the report speaks of it; where only its words stand in the change that is a remark, and
    where nothing does it is asked for with ``unmentioned``. The intent counts as base has it.

    Blind spots: words that say the same with none of its words, or the opposite with the same; an id beside words of its own.
    Whether the test that is named tests the promise. A claim that nobody promised, beside a promise that was left out, where
    both have a word that the others have not.
    """

    titles: list[str] = Field(default=[], description="More titles of the part with the promises, beside those that are known.")
    like: float = Field(default=0.4, ge=0, le=1, description="From here on the words of a claim are those of a promise.")
    unlike: float = Field(default=0.3, ge=0, le=1, description="Below it the words of a claim are those of no promise.")
    untested: Level = Field(default="breach", description="What it is that a ticked promise names no test.")
    left_out: Level = Field(
        default="breach", description="What it is that the report leaves out a promise that names a file which the change touches."
    )
    unmentioned: Level | None = Field(
        default=None,
        description="What it is that no line speaks of a promise, whatever the change touches; by default it is no finding.",
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
            "A ticked promise without a test is reported, and so is one that only says it was tested.",
            before={"INTENT.md": _INTENT},
            after={"INTENT.md": _INTENT, "src/cart.py": "1\n"},
            report="## Promises Verified\n\n- [x] PRM-001\n- [x] PRM-002 (tested by hand)\n",
            finds=("REPORT.md:3", "REPORT.md:4"),
        ),
        Example(
            "Where the report names tests, one that only says it was tested is a remark.",
            before={"INTENT.md": _INTENT},
            after={"INTENT.md": _INTENT, "tests/test_cart.py": "def test_kept(): ...\n"},
            report="## Tests\n\n- [x] tests/test_cart.py\n\n## Promises Verified\n\n- [x] PRM-001 (unit tests)\n",
            styles=("REPORT.md:7",),
        ),
        Example(
            "A promise of which no line speaks can be asked for, and so can each one that a word for all of them hides.",
            given={"unmentioned": "breach"},
            before={"INTENT.md": _INTENT},
            after={"INTENT.md": _INTENT, "tests/test_cart.py": "def test_kept(): ...\n"},
            report="## Promises Verified\n\n- [x] PRM-001: tests/test_cart.py\n",
            finds=("REPORT.md:1",),
        ),
        Example(
            "One that the report says it does not touch is spoken of.",
            given={"unmentioned": "breach"},
            before={"INTENT.md": _INTENT},
            after={"INTENT.md": _INTENT, "tests/test_cart.py": "def test_kept(): ...\n"},
            report="## Promises Verified\n\n- [x] PRM-001: tests/test_cart.py\n\n## Notes\n\n- PRM-002 is not affected.\n",
        ),
        Example(
            "What the intent says that nobody promises is claimed by nobody.",
            before={"INTENT.md": _INTENT + "\n## What we do not promise\n\n- Support at night\n"},
            after={"INTENT.md": _INTENT, "tests/test_cart.py": "def test_kept(): ...\n"},
            report=_TESTED + "- [x] Support at night: tests/test_cart.py\n",
            finds=("REPORT.md:7",),
        ),
        Example(
            "Other words for a promise that nothing else speaks of are a remark; so are those of its test.",
            given={"unmentioned": "breach"},
            before={"INTENT.md": _INTENT},
            after={"INTENT.md": _INTENT, "tests/test_cart.py": "def test_a_saved_cart_survives(): ...\n"},
            report=_TESTED + "- [x] Baskets survive: test_a_saved_cart_survives\n"
            "- [x] VAT is a part of what is shown: tests/test_cart.py\n",
            styles=("REPORT.md:7", "REPORT.md:8"),
        ),
        Example(
            "A promise as a title, with its tests below, is one claim.",
            before={"INTENT.md": _INTENT},
            after={"INTENT.md": _INTENT, "tests/test_cart.py": "def test_kept(): ...\n"},
            report="## Promises Verified\n\n### Saved carts are never lost\n\n- [x] written before the answer\n"
            "- [x] Test: `test_kept`\n\n### PRM-002\n\n- [x] one place adds it\n- [x] tests/test_cart.py\n",
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
        answers = [(claim, matching.Answer([], []) if claim.general else made.of(claim)) for claim in told.claims]
        spoken = {one for _, answer in answers for one, _ in answer.promises}
        answers = self._in_other_words(report, answers, spoken, made)
        matched: list[str] = []
        for claim, answer in answers:
            if claim.general:
                message = f"{claim.text[:120]!r} names no promise; each is to be named"
                yield Finding(message, _at(report, claim.line), "style", f"general {claim.text[:200]}")
            spoken |= {one for one, _ in answer.promises}
            matched += [f"line {claim.line} is {made.promises[one].name} ({how})" for one, how in answer.promises]
            for level, message, evidence in answer.problems:
                yield Finding(message, _at(report, claim.line), level, evidence)
            if claim.ticked and (answer.promises or claim.general):
                yield from self._tested(report, claim, told, [one for one, _ in answer.promises], shown)
        yield from self._left(report, told, made, spoken, changes)
        if told.more:
            raise NotJudged(f"the report claims {told.more} promises more than are read")
        return "; ".join(filter(None, [why, *matched[:50]]))

    def _in_other_words(
        self, report: Report, answers: "list[tuple[Claim, Answer]]", spoken: set[int], made: "Made"
    ) -> "list[tuple[Claim, Answer]]":
        """The answers; a claim in words of none may mean a promise that nothing else speaks of, which is a remark."""
        from pytest_agentcompliance.parsing.intent import claimed, matching, tests_named

        strange = [at for at, (_, answer) in enumerate(answers) if answer.strange]
        if not strange:
            return answers
        # What stands below such a claim is its own, blank lines between, and speaks of no other promise.
        asking = [answers[at][0] for at in strange]
        own = {line for claim in asking for line in range(claim.line, claim.line + 2 * len(claim.more) + 1)}
        others = (line for number, line in claimed.lines(report.text) if number not in own)
        open_ = made.unspoken(spoken, others)
        asked = [(claim, f"{tests_named.words(claim.all)} {' '.join(claim.more)}") for claim in asking]
        meant = made.in_other_words(asked, open_)
        for place, (promise, share) in meant.items():
            claim, _ = answers[strange[place]]
            message = f"{claim.text[:160]!r} may be {made.promises[promise].name} in other words ({share:.2f} alike)"
            answer = matching.Answer([(promise, "in other words")], [("style", message, f"reworded {claim.text[:160]}")])
            answers[strange[place]] = claim, answer
        return answers

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
        if shown.by_title(claim.all) or (claim.general and shown.lines):
            return
        if named.spoken and shown.lines:
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
        rest: list[str] = []
        for number in open_:
            one = made.promises[number]
            if named := made.files_of(number, paths):
                message = f"{one.name} names {named[0]}, which the change touches, and the report does not speak of it"
                yield Finding(message, at, self.left_out, f"left out {one.id or one.text[:200]}")
                continue
            words = _words(changes, paths) if words is None else words
            (likely if made.stands_in(number, words, _TELLING, _SHARE) else rest).append(one.name)
        if likely:
            message = f"the change speaks of promises that the report does not: {_some(likely)}"
            yield Finding(message, at, self.unmentioned or "style", f"likely {', '.join(likely)}")
        if rest and self.unmentioned is not None:
            message = f"no line of the report speaks of {_some(rest)}"
            yield Finding(message, at, self.unmentioned, f"unmentioned {', '.join(rest)}")


class _Tests:
    """Which tests there are, and which promises they and the part about tests name."""

    def __init__(self, tree: Tree, report: Report, made: "Made") -> None:
        self._tree, self._report, self._made = tree, report, made

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

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the report that name a test."""
        from pytest_agentcompliance.parsing.intent import claimed, tests_named

        return [line for _, line in claimed.lines(self._report.text) if tests_named.read(line)]

    def by_title(self, text: str) -> bool:
        """Whether a text has, between quotation marks, the title of a test that stands at head."""
        from pytest_agentcompliance.parsing.intent import tests_named

        titles = frozenset(tests_named.quoted(text))
        found = self._tree.head.where(titles) if titles else {}
        return any(tests_named.is_test(path) for paths in found.values() for path in paths)

    def elsewhere(self, promises: list[int]) -> bool:
        """Whether a line about tests speaks of one of the promises, or a test has its id."""
        from pytest_agentcompliance.parsing.intent import tests_named

        if any(self._made.speaks(line, promises) for line in self.lines):
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


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{'; '.join(names[:_SHOWN])}{more}"


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
