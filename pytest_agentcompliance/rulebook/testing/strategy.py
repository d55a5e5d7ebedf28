"""testing/strategy: the strategy of the task was followed, as the order of the commits and the tests tell."""

import re
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Commit, FileChange, History, Proofs, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.made import BESIDE, GENERATED, MIGRATIONS, says_generated
from pytest_agentcompliance.parsing.testcode import is_source, is_test, is_test_code
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence.task import Task

Named = Literal["", "tdd", "characterization", "test-after", "bug-fix", "refactor", "flexible"]

BEFORE, AFTER = "regression before", "regression after"  # what ``agent-compliance prove --regression`` calls its two proofs
MOST_READ = 30_000_000  # characters of base's tests in which names are looked for
SHORTEST = 3  # characters of a name that a test is known by
_WORD = re.compile(r"[^\W\d]\w*")
# Tests in languages that are not read: where one was added, nobody can say that there is none.
_OTHER = re.compile(r"\.(?:rs|java|kts?|scala|rb|php|cs|swift|exs?|dart|c|cc|cpp|sh|bats|vue|svelte)$", re.IGNORECASE)
_INLINE = re.compile(r"#\[(?:\w{1,40}::)?test\b|#\[cfg\(test\)\]")
_PLAIN = frozenset([
    "main", "index", "init", "default", "run", "get", "set", "name", "value", "types", "utils", "type", "app", "self", "test",
])  # fmt: skip

_CODE = "def tax(sum):\n    return sum * 0.19\n"
_FIXED = "def tax(sum):\n    return round(sum * 0.19, 2)\n"
_TEST = "from till import tax\n\n\ndef test_tax():\n    assert tax(100) == 19\n"
_PRIVATE = "def _cut_off(sum):\n    return sum\n"
_CASE = "\n\ndef test_cents():\n    assert tax(0.5) == 0.1\n"
_FEW = "No other code.\n"


def _task(strategy: str) -> str:
    return f"# Task SHOP-1\n\n- Task ID: SHOP-1\n- Strategy: {strategy}\n"


class Strategy(Rule):
    """The strategy of the task was followed, as the order of the commits and the tests tell.

    Why: a test that was written first has been seen to fail, and one that came before an edit says what the code did. The same
    test written afterwards proves neither: it was made to fit.

    The strategy is that of the task, else the parameter. tdd: a test that names what is new was committed before the code that
    brings it, so that it could not pass then. characterization: tests that name the code were committed before it was edited,
    unless base has some. bug-fix: there is a new test or assertion that names what was changed, or a proof of
    ``agent-compliance prove --regression``, that failed without the fix and passes with it. refactor: no assertion of base's is
    gone, and no public name was removed or changed. test-after: tests came at all. flexible is not judged.

    Blind spots: which test covers which code is told by names. What came in one commit has no order, and that is a remark;
    where the whole run is one commit, only that there are tests is asked, and so it is of tests in languages that are not read.
    Commits can be put into another order afterwards.
    """

    strategy: Named = Field(default="", description="The strategy where the task names none; empty: it is not judged then.")
    exempt: list[str] = Field(
        default=[*GENERATED, *MIGRATIONS, *BESIDE],
        description="Globs of code that no test is asked for; a later !glob takes some out."
    )

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Write the test that the strategy asks for, see it fail without the code, and commit it in that order."
    )
    examples = (
        Example(
            "Code that came before its test is reported where tests were to come first.", task=_task("tdd"),
            commits=({"till.py": _CODE}, {"test_till.py": _TEST}), finds=("till.py:1",),
        ),
        Example("So is code that no test came with.", given={"strategy": "tdd"}, after={"till.py": _CODE}, finds=("till.py:1",)),
        Example(
            "So is an edit of code that nothing had described before.", task=_task("characterization"), before={"till.py": _CODE},
            commits=({"till.py": _FIXED}, {"test_till.py": _TEST}), finds=("till.py",),
        ),
        Example("So is the fix of a bug without a test.", task=_task("bug-fix"), before={"till.py": _CODE},
                after={"till.py": _FIXED}, finds=("till.py",)),
        Example("So is an assertion that a refactoring took away.", task=_task("refactor"),
                before={"till.py": _CODE, "test_till.py": _TEST + _CASE}, after={"till.py": _FIXED, "test_till.py": _TEST},
                finds=("test_till.py",)),
        Example("So is code without any test, where tests were to follow.", task=_task("test-after"), after={"till.py": _CODE},
                finds=("till.py",)),
        Example("A test that came first is kept.", task=_task("tdd"), commits=({"test_till.py": _TEST}, {"till.py": _CODE})),
        Example("Test and code in one of several commits have no order.", task=_task("tdd"),
                commits=({"README.md": _FEW}, {"test_till.py": _TEST, "till.py": _CODE}), styles=("till.py:1",)),
        Example("One commit has none either.", task=_task("tdd"), after={"test_till.py": _TEST, "till.py": _CODE}),
        Example("Code that base has tests for may be edited.", task=_task("characterization"),
                before={"till.py": _CODE, "test_till.py": _TEST}, commits=({"till.py": _FIXED}, {"README.md": _FEW})),
        Example("What is private is tested by another name.", task=_task("tdd"),
                commits=({"test_till.py": _TEST, "till.py": _CODE}, {"till.py": f"{_CODE}\n\n{_PRIVATE}"},
                         {"test_till.py": f"{_TEST}\n\ndef test_cut():\n    assert tax(1) < 1  # by _cut_off\n"}),
                styles=("till.py:1",)),
        Example("A fix with a test of what it changed is kept.", task=_task("bug-fix"),
                before={"till.py": _CODE, "test_till.py": _TEST}, after={"till.py": _FIXED, "test_till.py": _TEST + _CASE}),
        Example("So is one whose test is written in another language.", task=_task("bug-fix"),
                before={"till.py": _CODE, "a.rs": ""}, after={"till.py": _FIXED, "a.rs": "#[test]\nfn cents() {}\n"}),
        Example("What changes no code needs no test.", task=_task("bug-fix"), before={"till.py": _CODE},
                after={"till.py": "# The tax of a sum.\n" + _CODE}),
        Example("A refactoring may rename what is asserted about, and add tests.", task=_task("refactor"),
                before={"till.py": _CODE, "test_till.py": _TEST},
                after={"till.py": _CODE.replace("sum", "total"), "test_till.py": _TEST.replace("100", "100.0") + _CASE}),
    )  # fmt: skip

    def check(
        self, changes: ChangeSet, tree: Tree, task: "Task | None", commits: History | None, proofs: Proofs | None
    ) -> Generator[Finding, None, str]:
        strategy = self._strategy(task)
        run = _Run(changes, tree, tuple(self.exempt), commits)
        if not run.sources:
            raise NotJudged("the run changed no code of the product that tests could be asked for")
        if strategy in ("tdd", "characterization"):
            yield from _ordered(run, strategy)
            return f"the strategy is {strategy}; {run.order}"
        if strategy == "bug-fix":
            if said := _proved(proofs):
                return f"the strategy is bug-fix; {said}"
            yield from _fixed(run)
        elif strategy == "refactor":
            yield from _kept(run)
        elif not run.has_tests and run.changed:
            yield _finding(run.changed[0], "tests were to follow the code (test-after), and the run adds none", "no test")
        return f"the strategy is {strategy}"

    def _strategy(self, task: "Task | None") -> str:
        found = ""
        if task is not None and task.text:
            from pytest_agentcompliance.parsing import task as tasks  # start-up time: when there is one

            found = tasks.read(task.text).strategy
        found = found or self.strategy
        if not found:
            raise NotJudged("neither the task nor the policy names a strategy")
        if found == "flexible":
            raise NotJudged("the strategy is flexible: any order of tests and code follows it")
        return found


@dataclass(frozen=True)
class _Run:
    """What the run changed, as far as strategies ask for it."""

    changes: ChangeSet
    tree: Tree
    exempt: tuple[str, ...]
    history: History | None

    @cached_property
    def sources(self) -> list[FileChange]:
        """Code of the product that was added or edited."""
        ours = (one for one in self.changes if one.after is not None and _is_code(one) and is_source(one.path))
        wanted = (one for one in ours if not one.renamed_from and not matches(one.path, self.exempt))
        return [one for one in self.changes.readable(wanted) if one.after is not None and not says_generated(one.after.text())]

    @cached_property
    def tests(self) -> list[FileChange]:
        return list(self.changes.readable(one for one in self.changes if _is_code(one) and is_test_code(one.path)))

    @cached_property
    def tested(self) -> list[FileChange]:
        """Files of tests with a test or an assertion more."""
        return [one for one in self.tests if _grown(one)]

    @cached_property
    def has_tests(self) -> bool:
        return any(_grown(one) for one in self.tests) or any(_tests_elsewhere(one) for one in self.changes if _is_code(one))

    @cached_property
    def changed(self) -> list[FileChange]:
        """The sources that are other code now: not those of which comments, form or a version alone were changed."""
        from pytest_agentcompliance.parsing.churn.kinds import churn

        def same(one: FileChange) -> bool:
            if one.before is None or one.after is None:
                return False
            return churn(one.before.text(), one.after.text(), one.path) is not None

        return [one for one in self.sources if not same(one)]

    @cached_property
    def commits(self) -> list[Commit]:
        """Those that bring something of their own."""
        return [one for one in self.history if len(one.parents) < 2] if self.history is not None else []

    @property
    def order(self) -> str:
        return "the order of tests and code was read from its commits" if len(self.commits) > 1 else (
            "its commits are one, so that no order can be told and only that there are tests was asked"
        )  # fmt: skip

    @cached_property
    def steps(self) -> list[tuple[dict[str, Counter[str]], Counter[str]]]:
        """Of each commit the words that each file of code gained, and those that its tests gained."""
        found = []
        for commit in self.commits:
            code: dict[str, Counter[str]] = {}
            tests: Counter[str] = Counter()
            try:
                for one in commit.changes:
                    if _is_code(one) and (is_source(one.path) or is_test_code(one.path)):
                        gained = _words(one)
                        if is_source(one.path):
                            code[one.path] = gained
                        else:
                            tests += gained
            except Unreadable as wrong:
                raise NotJudged(f"the order of the commits cannot be told: {wrong.path}: {wrong.reason}") from wrong
            found.append((code, tests))
        return found

    def names(self, change: FileChange) -> dict[str, int]:
        """What one file declares at its end, with its line."""
        from pytest_agentcompliance.parsing.outline import outline

        text = change.after.text() if change.after is not None else ""
        found = {one.name: one.line for one in outline(change.path, text) if one.kind in ("function", "method", "class")}
        return {name: line for name, line in found.items() if _tells(name)}

    def seen(self, change: FileChange) -> frozenset[str]:
        """The names that a test can use: of what is private it tests what it does, not what it is called."""
        from pytest_agentcompliance.parsing.outline import outline

        text = change.after.text() if change.after is not None else ""
        return frozenset(one.name for one in outline(change.path, text) if one.public)

    def new(self, change: FileChange) -> dict[str, int]:
        """The names that no changed file declared before, not even as private ones."""
        known = {_bare(name) for name in self.declared}
        return {name: line for name, line in self.names(change).items() if _bare(name) not in known}

    @cached_property
    def declared(self) -> frozenset[str]:
        from pytest_agentcompliance.parsing.outline import outline

        before = [one for one in self.changes if one.before is not None and _is_code(one) and is_source(one.path)]
        return frozenset(
            symbol.name for one in self.changes.readable(before) if one.before is not None
            for symbol in outline(one.path, one.before.text())
        )  # fmt: skip


def _ordered(run: _Run, strategy: str) -> Iterator[Finding]:
    """tdd and characterization: tests come before the code that they name."""
    first = strategy == "tdd"
    asked = {one.path: run.new(one) if first else _known(run, one) for one in run.sources if first or one.kind == "modified"}
    asked = {path: names for path, names in asked.items() if names}
    changes = {one.path: one for one in run.sources}
    said: dict[str, Finding] = {}
    if not run.has_tests:
        what = "a test was to come before the code (tdd)" if first else "tests were to describe the code before it is edited"
        for path, names in asked.items():
            line = min(names.values()) if first else None
            said[path] = _finding(changes[path], f"{what}, and the run adds none", "no test", line)
    elif len(run.commits) > 1:
        for path, names in asked.items():
            if (one := _late(run, changes[path], names, strategy)) is not None:
                said[path] = one
    covered = _covered(run, {path: asked[path] for path in said}) if said and not first else frozenset()
    left = [one for path, one in said.items() if path not in covered]
    yield from left if run.has_tests else left[:1]


def _late(run: _Run, change: FileChange, names: dict[str, int], strategy: str) -> Finding | None:
    """What is to be said of a file whose tests did not come first."""
    first, path = strategy == "tdd", change.path
    if first and not (names := {name: line for name, line in names.items() if name in run.seen(change)}):
        return None
    edited = _first((_has(code.get(path), names) if first else path in code) for code, _ in run.steps)
    tested = _first(_has(tests, names) for _, tests in run.steps)
    if edited is None or (tested is not None and tested < edited):
        return None
    line = min(names.values()) if first else None
    shown = ", ".join(sorted(names, key=lambda name: names[name])[:3])
    if tested is None:
        said = f"no test of the run names what {'is new' if first else 'was edited'} here ({shown})"
        return _finding(change, said, "unnamed", line, "style")
    if tested == edited:
        said = f"test and code came in one commit ({_called(run.commits[edited])}): which was first cannot be told"
        return _finding(change, said, "one commit", line, "style")
    said = (
        f"the code ({shown}) came in commit {_called(run.commits[edited])}, and the first test that names it later, in "
        f"{_called(run.commits[tested])}; the strategy is {strategy}"
    )
    return _finding(change, said, f"late {strategy}", line)


def _known(run: _Run, change: FileChange) -> dict[str, int]:
    """What a file declares and declared before, and the file's own name: what a test of it would name."""
    stem = _stem(change.path)
    old = {name: line for name, line in run.names(change).items() if name in run.declared}
    return old | ({stem: 1} if _tells(stem) else {})


def _covered(run: _Run, asked: dict[str, dict[str, int]]) -> frozenset[str]:
    """The files that tests of base name."""
    left = {path: frozenset(names) for path, names in asked.items()}
    stems = {_stem(path).lower() for path in asked}
    files = [(path, content) for path, content in run.tree.base.files.items() if is_test_code(path) and is_file(content.mode)]
    files.sort(key=lambda one: (not any(stem in one[0].lower() for stem in stems), one[0]))
    size = 0
    for _, content in files:  # those that are called like the code come first: most is known after a few
        if not left or size > MOST_READ:
            break
        try:
            text = content.text()
        except Unreadable:
            continue
        size += len(text)
        words = frozenset(_WORD.findall(text))
        left = {path: names for path, names in left.items() if not names & words}
    return frozenset(asked.keys() - left.keys())


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def _fixed(run: _Run) -> Iterator[Finding]:
    """bug-fix: a test more, of what was changed."""
    if not run.has_tests:
        said = "a bug was to be fixed with a regression test, and the run adds no test or assertion"
        yield from [_finding(one, said, "no test") for one in run.changed[:1]]
        return
    if not run.tested:  # in a language that is not read
        return
    words: set[str] = set()
    for test in run.tested:
        words |= {*_WORD.findall(test.after.text() if test.after is not None else "")}
    stems = {_stem(one.path) for one in run.sources}
    if not words & ({name for one in run.sources for name in run.names(one)} | stems):
        said = "no test that the run adds names anything of the code that it changes: whether one fails without the fix is open"
        yield _finding(run.tested[0], said, "unnamed", None, "style")


def _kept(run: _Run) -> Iterator[Finding]:
    """refactor: what was asserted is asserted, and what was public is public."""
    from pytest_agentcompliance.parsing import testcode

    gone: dict[str, Counter[tuple[str, str]]] = {}
    came: Counter[tuple[str, str]] = Counter()
    said: dict[tuple[str, str], str] = {}
    for one in run.tests:
        sides = []
        for side in (one.before, one.after):
            found = testcode.assertions(one.path, side.text()) if side is not None else ()
            said |= {(each.relation, each.expected): each.text for each in found}
            sides.append(Counter((each.relation, each.expected) for each in found))
        gone[one.path] = sides[0] - sides[1]
        came += sides[1] - sides[0]
    for path, lost in gone.items():
        left = lost - came
        came -= lost
        if left:
            shown = said[next(iter(left))][:80]
            change = run.changes.by_path[path]
            told = f"a refactoring changes no assertion, and {left.total()} of base's are gone here: {shown}"
            yield _finding(change, told, shown)
    yield from _public(run)


def _public(run: _Run) -> Iterator[Finding]:
    from pytest_agentcompliance.parsing.surface.differences import differences

    touched = [one.path for one in run.changes if _is_code(one) and is_source(one.path) and not matches(one.path, run.exempt)]
    for one in differences(touched, run.tree.base.files, run.tree.head.files, released=False).differences:
        if one.change != "added":
            place = Place(one.path, one.line if one.at_head else None)
            yield Finding(f"a refactoring changes no public API: {one.what}", place, evidence=f"public {one.change} {one.name}")


def _proved(proofs: Proofs | None) -> str:
    """That a proof shows a test which failed without the fix and passes with it; empty where none does."""
    known = proofs.proofs if proofs is not None else ()
    for after in reversed([one for one in known if one.name == AFTER and one.green and one.freshness != "stale"]):
        for before in known:
            failed = before.ended == "exit" and bool(before.exit_code) and any(work.failing for work in before.work)
            same = (before.command, before.folder) == (after.command, after.folder)
            code = [path for path in before.differs if is_source(path)]
            # It ran over the tests of the end and other code: what else it ran over says nothing of the fix.
            if before.name == BEFORE and failed and same and code and not any(is_test_code(path) for path in before.differs):
                return f"{before.at} shows {before.line} fail without the fix, {after.at} shows it pass"
    return ""


def _finding(change: FileChange, said: str, evidence: str, line: int | None = None, level: Level = "breach") -> Finding:
    return Finding(said, Place(change.path, line), level, evidence)


def _called(commit: Commit) -> str:
    return f"{commit.id[:9]} {commit.message.partition(chr(10))[0][:50]!r}"


def _first(found: Iterator[bool]) -> int | None:
    return next((number for number, one in enumerate(found) if one), None)


def _has(gained: Counter[str] | None, names: dict[str, int]) -> bool:
    return gained is not None and any(name in gained for name in names)


def _bare(name: str) -> str:
    """A name without what says that it is private: an underscore, in Go a small letter."""
    return name.lstrip("_").lower()


def _tells(name: str) -> bool:
    return len(name) >= SHORTEST and name.lower() not in _PLAIN and not name.startswith("__")


def _is_code(change: FileChange) -> bool:
    return all(is_file(side.mode) for side in (change.before, change.after) if side is not None)


def _words(change: FileChange) -> Counter[str]:
    """The words that a file has more often than before."""
    old, new = (_WORD.findall(side.text()) if side is not None else [] for side in (change.before, change.after))
    return Counter(new) - Counter(old)


def _tests_elsewhere(change: FileChange) -> bool:
    """Whether a test was added in a language of which no more is read."""
    if change.after is None or not _OTHER.search(change.path):
        return False
    if is_test(change.path):
        return bool(change.added)
    return change.path.endswith(".rs") and any(_INLINE.search(line.text) for line in change.added)


def _grown(change: FileChange) -> bool:
    """Whether a file of tests has a test, or something that is asserted, more than before."""
    from pytest_agentcompliance.parsing import testcode

    sides = (side for side in (change.before, change.after))
    old, new = (testcode.read(change.path, side.text()) if side is not None else None for side in sides)
    if new is None:
        return False
    told = [[*(one.name for one in side.cases), *(one.text for one in side.assertions)] if side else [] for side in (old, new)]
    return bool(Counter(told[1]) - Counter(told[0]))
