"""testing/coverage-changed-lines: the lines that the run added or changed are run by tests, as coverage reports say."""

from collections import Counter
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet, FileChange
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: when there is a report
    from pytest_agentcompliance.evidence import Coverage
    from pytest_agentcompliance.parsing.coverage.record import FileCoverage

BLOCK = 3  # lines in a row that another place lost, from which they were moved
SHOWN = 12  # ranges that are listed
_EMPTY = frozenset(("", "{", "}", "})", ")", "};", "),", "},"))

_CODE = (
    "def add(a, b):\n    if a > 10:\n        return 10\n    return a + b\n\n\n"
    "def low(a):\n    if a < 0:\n        return 0\n    return a\n"
)
_LCOV = "SF:a.py\n" + "".join(f"DA:{line},{{{line}}}\n" for line in (1, 2, 3, 4, 7, 8, 9, 10)) + "end_of_record\n"


def _lcov(missed: str = "", path: str = "a.py") -> str:
    lines = {str(line): "0" if str(line) in missed.split() else "1" for line in range(11)}
    return _LCOV.format(*(lines[str(line)] for line in range(11))).replace("a.py", path)


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of one file that were changed and that a report counts."""

    change: FileChange
    counted: tuple[int, ...]
    missed: tuple[int, ...]


class CoverageChangedLines(Rule):
    """The lines that the run added or changed are run by tests, as coverage reports say.

    Why: the coverage of all code hides the change. Ten thousand old lines that are tested say nothing of the hundred
    new ones that are not, and those are what the run answers for.

    Counted are the lines that the diff added and that a report counts; blank lines, comments and what a report was told to
    leave out are none. The percentage is that of the whole change, as diff-cover counts it, without tests and without what
    only moved; below the minimum each file with uncovered lines is a finding. A changed file with code of which no report
    speaks is one where the reports speak of files beside it: no test has loaded it.

    Blind spots: a line that ran is not a line that is tested. Branches are not counted. Files that a tool was told to leave out
    look like files that nothing loads. Reports that are out of date are another rule's matter and count for nothing here.
    """

    minimum: float = Field(default=80, ge=0, le=100, description="The least coverage of the changed lines, in per cent.")
    least: int = Field(default=5, ge=1, description="Counted lines from which the percentage is asked for; fewer are shown only.")
    exempt: list[str] = Field(
        default=[
            "*.d.ts", "*.config.*", "*.stories.*", "**/migrations/**", "**/generated/**", "*.gen.*", "*_pb2*.py", "*.pb.go",
            "**/scripts/**", "**/bin/**", "setup.py", "conftest.py", "**/__mocks__/**", "**/fixtures/**", "**/types.ts",
            "**/index.ts",
        ],
        description="Globs of files that no test has to run.",
    )  # fmt: skip

    remedy: ClassVar[Remedy] = Remedy("fix", "Write a test that runs these lines and would fail if they did something else.")
    examples = (
        Example(
            "Changed lines that no test runs are reported, file by file.",
            before={"a.py": _CODE[:68]}, after={"a.py": _CODE + "# done\n", "b.py": "x = 1\n"},
            given={"least": 3}, coverage={"lcov.info": _lcov("8 9 10") + "SF:b.py\nDA:1,1\nend_of_record\n"}, finds=("a.py:8",),
        ),
        Example(
            "A file that nothing loads is reported, where the report speaks of those beside it.",
            after={"src/a.py": _CODE, "src/b.py": _CODE.replace("add", "sub")}, coverage={"lcov.info": _lcov(path="src/a.py")},
            finds=("src/b.py",),
        ),
        Example(
            "Too few lines to ask for a percentage are shown only.",
            before={"a.py": _CODE.replace("return 10", "return 9")}, after={"a.py": _CODE}, coverage={"lcov.info": _lcov("3")},
            styles=("a.py:3",),
        ),
        Example(
            "What the minimum leaves room for is kept.",
            after={"a.py": _CODE}, coverage={"lcov.info": _lcov("3")},
        ),
        Example(
            "What was uncovered before and is not touched is kept.",
            before={"a.py": _CODE}, after={"a.py": _CODE.replace("return a\n", "return abs(a)\n")},
            coverage={"lcov.info": _lcov("1 2 3 4")},
        ),
        Example(
            "What only moved is kept, and so are tests.",
            before={"b.py": _CODE}, after={"a.py": _CODE, "test_a.py": "def test():\n    assert 1\n"},
            coverage={"lcov.info": _lcov("1 2 3 4 7 8 9 10") + "SF:test_a.py\nDA:1,0\nDA:2,0\nend_of_record\n"},
        ),
        Example(
            "A file without code is kept, and so is one of which nobody measured anything near.",
            after={"src/a.py": _CODE, "src/b.py": '"""Names."""\n', "web/c.ts": "export const f = () => 1\n"},
            coverage={"lcov.info": _lcov(path="src/a.py")},
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet, coverage: "Coverage") -> Generator[Finding, None, str]:
        fresh = [one.measured for one in coverage.reports if not one.stale and not one.measured.problem and one.measured.files]
        if not fresh:
            nothing = "it speaks of no file of the tree"
            whys = [f"{one.path}: {one.measured.problem or one.stale or nothing}" for one in coverage.reports]
            raise NotJudged(f"no coverage report holds for the end of the run: {'; '.join(whys[:3])}")
        from pytest_agentcompliance.parsing.coverage.merged import merged

        files = merged(fresh)
        spans = {path for one in fresh if one.spans for path in one.files}
        mine = [one for one in changes if self._asked(one)]
        moved = _Moved(changes)
        lines = [_of(one, files[one.path], moved, one.path in spans) for one in changes.readable(mine) if files.get(one.path)]
        counted, missed = sum(len(one.counted) for one in lines), sum(len(one.missed) for one in lines)
        percent = 100.0 * (counted - missed) / counted if counted else 100.0
        if percent < self.minimum:
            for one in lines:
                if one.missed:
                    yield self._finding(one, percent, counted)
        unknown = [one for one in mine if one.path not in files or not (files[one.path].hits or files[one.path].excluded)]
        strangers = [one for one in changes.readable(unknown) if _has_code(one, moved)]
        beside = _folders(path for path, one in files.items() if one.hits)
        for change in strangers:
            if change.path in files:  # it may have been left out as a whole: not every format tells
                yield Finding("a coverage report knows the file, and counts no line of it", Place(change.path), "style", "no line")
            elif change.path.rpartition("/")[0] in beside:
                yield Finding("no coverage report speaks of the file, and they do of those beside it: no test loads it",
                              Place(change.path), evidence="not measured")  # fmt: skip
        elsewhere = [one.path for one in strangers if one.path.rpartition("/")[0] not in beside]
        if elsewhere and not counted:
            raise NotJudged(_told(percent, counted, elsewhere))
        return _told(percent, counted, elsewhere)

    def _asked(self, change: FileChange) -> bool:
        from pytest_agentcompliance.parsing.testcode import is_test

        if not change.is_text or is_test(change.path) or matches(change.path, self.exempt):
            return False
        return change.renamed_from is None

    def _finding(self, one: _Lines, percent: float, counted: int) -> Finding:
        missed = one.missed
        level: Level
        said = f"{len(missed)} of {len(one.counted)} changed lines are run by no test: {_ranges(one.counted, missed)}"
        if counted < self.least:
            whole, level = "too few to ask for a percentage", "style"
        else:
            covered = f"{int(percent * 10) / 10:g} %"
            whole, level = f"the whole change is covered to {covered}, and {self.minimum:g} % is asked for", "breach"
        texts = {line.number: line.text.strip() for line in one.change.added}
        evidence = "\n".join(texts.get(number, "") for number in missed[:20])
        return Finding(f"{said}; {whole}", Place(one.change.path, missed[0]), level, evidence)


def _of(change: FileChange, file: "FileCoverage", moved: "_Moved", spans: bool) -> _Lines:
    fresh = [line for line in moved.left(change) if line[0] in file.hits]
    if spans:  # a stretch of code has lines without any
        fresh = [line for line in fresh if line[1].strip() not in _EMPTY and not line[1].lstrip().startswith("//")]
    counted = tuple(number for number, _ in fresh)
    return _Lines(change, counted, tuple(number for number in counted if not file.hits[number]))


class _Moved:
    """The lines that the change took away somewhere: a block of them that is there again is not new."""

    def __init__(self, changes: ChangeSet) -> None:
        from pytest_agentcompliance.parsing.testcode import is_source

        gone: Counter[str] = Counter()
        for change in changes.readable(one for one in changes if is_source(one.path) and one.before is not None):
            if change.after is None and change.before is not None:  # git prints no patch of it
                gone.update(line.strip() for line in change.before.text().split("\n"))
            else:
                gone.update(line.text.strip() for line in change.removed)
        self._gone = gone

    def left(self, change: FileChange) -> list[tuple[int, str]]:
        """The added lines of a file without the blocks that were moved there."""
        found: list[tuple[int, str]] = []
        block: list[tuple[int, str]] = []
        taken: Counter[str] = Counter()
        for line in [*change.added, None]:
            text = line.text.strip() if line is not None else ""
            follows = line is not None and (not block or block[-1][0] == line.number - 1)
            if line is not None and follows and self._gone[text] > taken[text]:
                taken[text] += 1
                block.append((line.number, line.text))
                continue
            if sum(bool(one[1].strip()) for one in block) < BLOCK:
                found += block
            else:
                self._gone -= taken
            block, taken = [], Counter()
            if line is not None and self._gone[text] > 0:
                taken[text] += 1
                block.append((line.number, line.text))
            elif line is not None:
                found.append((line.number, line.text))
        return found


def _has_code(change: FileChange, moved: _Moved) -> bool:
    """Whether lines were added in which something is done: in a function or a class, and not only named."""
    from pytest_agentcompliance.parsing.testcode import is_source

    if not is_source(change.path):
        return False
    signs = ("def ", "return ", "raise ") if change.path.endswith((".py", ".pyi")) else ("function", "=>", "return ", "throw ")
    texts = [text for _, text in moved.left(change)]
    return any(sign in text for text in texts for sign in signs) and sum(bool(text.strip()) for text in texts) > BLOCK


def _folders(paths: Iterable[str]) -> frozenset[str]:
    return frozenset(path.rpartition("/")[0] for path in paths)


def _ranges(counted: tuple[int, ...], missed: tuple[int, ...]) -> str:
    """Lines as ranges; a range goes on over lines that nobody counts."""
    found: list[list[int]] = []
    gone = set(missed)
    last_missed = False
    for number in sorted(counted):
        if number in gone:
            if last_missed:
                found[-1][1] = number
            else:
                found.append([number, number])
        last_missed = number in gone
    texts = [str(start) if start == end else f"{start}-{end}" for start, end in found]
    return ", ".join(texts[:SHOWN]) + (f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else "")


def _told(percent: float, counted: int, elsewhere: list[str]) -> str:
    said = f"{int(percent * 10) / 10:g} % of {counted:,} changed lines that a report counts are covered" if counted else ""
    said = said or "no report counts a line that was changed"
    if elsewhere:
        some = ", ".join(elsewhere[:3]) + (f" and {len(elsewhere) - 3} more" if len(elsewhere) > 3 else "")
        said += f"; no report speaks of {some}, or of files beside"
    return said

