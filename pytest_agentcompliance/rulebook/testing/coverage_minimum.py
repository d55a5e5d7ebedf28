"""testing/coverage-minimum: unit and integration coverage reach their minimum, as coverage reports of the end of the run say."""

import math
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:  # start-up time: when there is a report
    from pytest_agentcompliance.evidence import Coverage, CoverageReport, Report, Task
    from pytest_agentcompliance.parsing.coverage.record import FileCoverage, Totals

Kind = Literal["unit", "integration"]
KINDS: tuple[Kind, ...] = ("unit", "integration")
NEAR = 1.0  # of a hundred: what a report may round

_LCOV = "SF:a.py\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,1\nDA:5,{}\nend_of_record\n"
_XML = (
    '<?xml version="1.0" ?>\n<coverage line-rate="1" timestamp="0">\n<packages><package name="."><classes>'
    '<class name="a.py" filename="a.py"><methods/><lines>\n<line number="1" hits="1"/>\n<line number="2" hits="{}"/>\n'
    "</lines></class></classes></package></packages></coverage>\n"
)
_FIVE = "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n"


@dataclass(frozen=True, slots=True)
class _Said:
    """What was measured, and what could not be judged."""

    told: list[str]
    lacking: list[str]


class CoverageMinimum(Rule):
    """Unit and integration coverage reach their minimum, as coverage reports of the end of the run say.

    Why: a number in a report of work is cheap. What ran is written down by the tool that watched it, line by line, and
    can be counted again.

    All reports of one kind are one: a line that any of them saw run, ran. What is counted are the lines of the files that the
    tree has, and not the number that a report gives itself. A report that does not speak for the end of the run counts for
    nothing; one that the run left so is a breach, unless another of its kind holds. A sentence of the final report that
    says plainly how much is covered, and says more than was measured, is a breach. Without a report of a kind that has a
    minimum the clause is not judged. Where the task that was given asks for more, that counts.

    Blind spots: which tests a report comes from is told by its path alone. A report can be written by hand; one that fits
    the lines of the files is believed. Files that the tool was told to leave out lower nothing. How old a report is, is told
    by its lines, the order of the commits, and clocks that the run could set.
    """

    unit: float = Field(
        default=80, ge=0, le=100, description="The least unit coverage, in per cent of lines; 0: none is asked for."
    )
    integration: float = Field(
        default=70, ge=0, le=100, description="The least integration coverage, in per cent of lines; 0: none is asked for."
    )
    integration_reports: list[str] = Field(
        default=["*integration*", "*e2e*", "*end-to-end*"],
        description="Globs of the reports that integration tests write; all others are unit tests'.",
    )
    required: bool = Field(default=False, description="Whether a report that is not there is a breach, and not only not judged.")

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Test what no test runs, then measure again on the final tree and leave that report."
    )
    examples = (
        Example(
            "Fewer lines than the minimum are reported, whatever the report says of itself.",
            given={"integration": 0}, after={"a.py": "a = 1\nb = 2\n"}, coverage={"coverage.xml": _XML.format(0)},
            finds=("coverage.xml",),
        ),
        Example(
            "Each kind has its own minimum, told by the report's path.",
            after={"a.py": _FIVE},
            coverage={"coverage/lcov.info": _LCOV.format(1),
                      "coverage-integration/lcov.info": _LCOV.format(0).replace("4,1", "4,0")},
            finds=("coverage-integration/lcov.info",),
        ),
        Example(
            "A report that does not speak for the end of the run is reported.",
            given={"integration": 0}, after={"a.py": _FIVE}, coverage={"lcov.info": _LCOV.format(1)},
            stale={"lcov.info": "it counts line 5 of a.py, which has 4"}, finds=("lcov.info",),
        ),
        Example(
            "A sentence that says more than was measured is reported.",
            given={"integration": 0}, after={"a.py": _FIVE}, coverage={"lcov.info": _LCOV.format(0)},
            report="# Report\n\n## Test Results\n\n- 14 tests passed\n- Unit test coverage: 96%\n", finds=("REPORT.md:6",),
        ),
        Example(
            "Where a report is required, none is a breach.", given={"required": True, "integration": 0}, after={"a.py": _FIVE},
            finds=("None",),
        ),
        Example(
            "Where the task asks for more, that counts.",
            given={"integration": 0}, after={"a.py": _FIVE}, coverage={"lcov.info": _LCOV.format(0)},
            task="Task ID: T-1\nDescription: add\nStrategy: tdd\nQuality Gates: unit test coverage >= 90%\n", finds=("lcov.info",),
        ),
        Example(
            "What reaches the minimum is kept; so is a number that was rounded.",
            after={"a.py": _FIVE},
            coverage={"lcov.info": _LCOV.format(0), "e2e/lcov.info": _LCOV.format(0)},
            report="Unit coverage: 80.4%. All tests pass.\n",
        ),
        Example(
            "Several reports of one kind are one: what one of them saw run, ran.",
            given={"integration": 0}, after={"a.py": "a = 1\nb = 2\n"},
            coverage={"coverage.xml": _XML.format(0), "lcov.info": "SF:a.py\nDA:2,3\nend_of_record\n"},
        ),
        Example(
            "Targets, files and older numbers are no sentences about what was measured.",
            given={"integration": 0}, after={"a.py": _FIVE}, coverage={"lcov.info": _LCOV.format(0)},
            report="- Unit test coverage >= 90%\n- Coverage target: 95%\n- `a.py` coverage: 100%\n- Branch coverage: 91%\n"
                   "- Coverage of the new module: 100%\n- Acceptance criteria coverage: 100%\n",
        ),
        Example(
            "One that is out of date beside one that holds is a matter of style.",
            given={"integration": 0}, after={"a.py": _FIVE},
            coverage={"lcov.info": _LCOV.format(1), "coverage.xml": _XML.format(1)},
            stale={"coverage.xml": "a commit after the one that has it changed a.py, which it covers"}, styles=("coverage.xml",),
        ),
    )  # fmt: skip

    def check(
        self, coverage: "Coverage | None", report: "Report | None", task: "Task | None"
    ) -> Generator[Finding, None, str]:
        reports = coverage.reports if coverage is not None else ()
        said = _Said([], [])
        gates = _gates(task)
        figures: dict[str, list[float]] = {}
        for kind in KINDS:
            least = max(self.unit if kind == "unit" else self.integration, gates.get(kind, 0))
            mine = [one for one in reports if self._kind(one) == kind]
            fresh = [one for one in mine if _holds(one)]
            yield from _stale(mine, beside=bool(fresh))
            if least:
                yield from self._judged(kind, least, mine, said)
            figures[kind] = list(_figures(fresh))
        if report is not None and not report.problem:
            yield from _contradicted(report, figures)
        if said.lacking:
            raise NotJudged("; ".join([*said.lacking, *said.told]))
        return "; ".join(said.told)

    def _kind(self, report: "CoverageReport") -> Kind:
        return "integration" if matches(report.path.lstrip("/"), self.integration_reports) else "unit"

    def _judged(self, kind: Kind, least: float, mine: "list[CoverageReport]", said: _Said) -> Iterator[Finding]:
        """One kind held against its minimum."""
        fresh = [one for one in mine if _holds(one)]
        if not fresh:
            why = [f"{one.path}: {one.measured.problem or one.stale}" for one in mine]
            aside = f"; {'; '.join(why[:2])}{' ...' if len(why) > 2 else ''}" if why else ""
            if self.required and not mine:
                yield Finding(f"the run left no report of the coverage of {kind} tests", evidence=f"no {kind} report")
            elif not any(one.stale and one.own for one in mine):
                said.lacking.append(f"there is no report of the coverage of {kind} tests that holds for the end of the run{aside}")
            return
        totals, files, why_not = _measured(fresh)
        if why_not:
            said.lacking.append(f"{kind} coverage: {why_not}")
            return
        where = f"{fresh[0].path}{f' and {len(fresh) - 1} more' if len(fresh) > 1 else ''}"
        said.told.append(f"{kind} coverage is {_shown(totals.percent)} % of {totals.total:,} lines ({where})")
        if totals.percent < least:
            yield Finding(
                f"{kind} coverage is {_shown(totals.percent)} %, {totals.covered:,} of {totals.total:,} lines; "
                f"at least {least:g} % is asked for{_least_covered(files)}",
                Place(fresh[0].path), evidence=f"{kind} coverage below {least:g}",
            )  # fmt: skip


def _gates(task: "Task | None") -> Mapping[str, float]:
    """What the task that was given asks for: the run's own words ask for nothing."""
    if task is None or task.problem or not task.given:
        return {}
    from pytest_agentcompliance.parsing.task import read

    return read(task.text).gates


def _holds(report: "CoverageReport") -> bool:
    return not report.stale and not report.measured.problem


def _stale(reports: "list[CoverageReport]", *, beside: bool) -> Iterator[Finding]:
    """The reports that the run left and that do not hold: beside one that does, they only mislead."""
    for one in reports:
        if one.stale and one.own:
            yield Finding(
                f"the coverage report does not speak for the end of the run: {one.stale}", Place(one.path),
                "style" if beside else "breach", "stale",
            )  # fmt: skip


def _measured(reports: "list[CoverageReport]") -> "tuple[Totals, list[FileCoverage], str]":
    """What the reports of one kind come to, the files, and why it cannot be told."""
    from pytest_agentcompliance.parsing.coverage.merged import merged, total
    from pytest_agentcompliance.parsing.coverage.record import Totals

    files = merged(one.measured for one in reports)
    unmatched = max(one.measured.unmatched for one in reports)
    totals = total(files.values())
    if not files and not unmatched:
        totals = max((one.measured.totals for one in reports), key=lambda one: one.total, default=Totals())
    if unmatched > len(files):
        every = unmatched + len(files)
        return totals, [], f"{unmatched} of the {every} files of {reports[0].path} are not in the tree, or cannot be told apart"
    return totals, list(files.values()), "" if totals.total else f"{reports[0].path} counts no line"


def _figures(reports: "list[CoverageReport]") -> Iterator[float]:
    """All numbers that somebody could honestly call the coverage."""
    for totals in [one.measured.totals for one in reports] + ([_measured(reports)[0]] if reports else []):
        if totals.total:
            yield totals.percent
            if totals.branches:
                yield 100.0 * totals.covered_branches / totals.branches
                yield 100.0 * (totals.covered + totals.covered_branches) / (totals.total + totals.branches)


def _contradicted(report: "Report", figures: dict[str, list[float]]) -> Iterator[Finding]:
    from pytest_agentcompliance.parsing.coverage.said import said

    for one in said(report.text):
        known = figures[one.kind] if one.kind else [*figures["unit"], *figures["integration"]]
        if known and one.percent > max(known) + NEAR:
            which = f"the {one.kind} coverage" if one.kind else "the coverage"
            yield Finding(
                f"the report says that {which} is {one.percent:g} %; the coverage reports say {_shown(max(known))} %",
                Place(report.path, report.line + one.line - 1), evidence=one.text,
            )  # fmt: skip


def _least_covered(files: "Iterable[FileCoverage]") -> str:
    """The files that lack most, by lines."""
    lacking = sorted(((one.totals.total - one.totals.covered, one.path) for one in files), key=lambda one: (-one[0], one[1]))
    some = [f"{path} ({count:,} lines)" for count, path in lacking[:3] if count]
    return f"; most is missing in {', '.join(some)}" if some else ""


def _shown(percent: float) -> str:
    """Rounded down: what misses the minimum does not look as if it met it."""
    return f"{math.floor(percent * 10) / 10:g}"
