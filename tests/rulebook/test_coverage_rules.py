"""testing/coverage-minimum and testing/coverage-changed-lines: what they say, when they do not judge, and a whole run."""

from collections.abc import Mapping

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.audit import yield_into
from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import Coverage
from pytest_agentcompliance.evidence.coverage import CoverageReport
from pytest_agentcompliance.parsing.coverage.record import Measured, Totals
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.rulebook.testing.coverage_changed_lines import CoverageChangedLines
from pytest_agentcompliance.rulebook.testing.coverage_minimum import CoverageMinimum
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from pytest_agentcompliance.verdict import Finding
from tests.conftest import GitRepo
from tests.rulebook.said import messages, why

FIVE = "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n"
UNIT = CoverageMinimum(integration=0)


def lcov(covered: int, of: int = 5, path: str = "a.py") -> str:
    return f"SF:{path}\n" + "".join(f"DA:{line},{int(line <= covered)}\n" for line in range(1, of + 1)) + "end_of_record\n"


def example(coverage: Mapping[str, str], report: str | None = None, stale: Mapping[str, str] | None = None) -> Example:
    return Example("x", after={"a.py": FIVE}, coverage=coverage, report=report, stale=stale or {})


def refused(rule: Rule, one: Example) -> str:
    with pytest.raises(NotJudged) as wrong:
        list(rule.findings_in(workshop.run_of(one)))
    return str(wrong.value)


def checked(rule: CoverageMinimum, *reports: CoverageReport) -> list[Finding]:
    return list(rule.check(Coverage(reports), None, None))


# The minimum


def test_it_says_how_much_and_where_most_is_missing() -> None:
    assert messages(UNIT, example({"lcov.info": lcov(3)})) == [
        "unit coverage is 60 %, 3 of 5 lines; at least 80 % is asked for; most is missing in a.py (2 lines)"
    ]


def test_what_was_measured_is_said_where_it_is_enough() -> None:
    assert why(UNIT, example({"lcov.info": lcov(4)})) == "unit coverage is 80 % of 5 lines (lcov.info)"


def test_a_number_is_rounded_down() -> None:
    report = CoverageReport("coverage-summary.json", Measured("x", totals=Totals(7999, 10000)))
    said = "unit coverage is 79.9 %, 7,999 of 10,000 lines; at least 80 % is asked for"
    assert [one.message for one in checked(UNIT, report)] == [said]


def test_nothing_is_kept_for_want_of_a_report() -> None:
    assert refused(CoverageMinimum(), example({})).count("there is no report") == 2
    said = refused(CoverageMinimum(), example({"lcov.info": lcov(5)}))
    assert said.startswith("there is no report of the coverage of integration tests")
    assert "unit coverage is 100 % of 5 lines" in said


def test_a_kind_that_lacks_does_not_hide_the_other() -> None:
    one = example({"lcov.info": lcov(1)})
    found: list[Finding] = []
    with pytest.raises(NotJudged):
        yield_into(found, CoverageMinimum().findings_in(workshop.run_of(one)))
    assert [str(finding.at) for finding in found] == ["lcov.info"]


def test_a_report_from_before_the_run_claims_nothing() -> None:
    old = CoverageReport("lcov.info", Measured("lcov", totals=Totals(5, 5)), stale="it is as base has it", own=False)
    with pytest.raises(NotJudged, match="it is as base has it"):
        checked(UNIT, old)


def test_a_report_that_could_not_be_read_is_named() -> None:
    with pytest.raises(NotJudged, match=r"coverage\.xml: it is no XML"):
        checked(UNIT, CoverageReport("coverage.xml", Measured("x", problem="it is no XML")))


def test_a_report_of_another_tree_tells_nothing() -> None:
    said = refused(UNIT, example({"lcov.info": lcov(5) + lcov(1, 1, "x.py") + lcov(1, 1, "y.py")}))
    assert "2 of the 3 files of lcov.info are not in the tree" in said


def test_a_report_that_counts_no_line_tells_nothing() -> None:
    assert "counts no line" in refused(UNIT, example({"lcov.info": "SF:a.py\nend_of_record\n"}))


@pytest.mark.parametrize("path", [
    "coverage/integration/lcov.info", "integration-coverage.xml", "e2e/lcov.info", "a/end-to-end/c.info",
])  # fmt: skip
def test_kinds_are_told_by_the_path(path: str) -> None:
    assert messages(CoverageMinimum(unit=0), example({path: lcov(3)}))[0].startswith("integration coverage is 60 %")
    assert messages(CoverageMinimum(unit=0, integration=60), example({path: lcov(3)})) == []


def test_a_claim_is_held_against_every_number_that_could_be_meant() -> None:
    branches = "SF:a.py\nDA:1,1\nDA:2,0\nBRDA:1,0,0,1\nBRDA:1,0,1,1\nend_of_record\n"
    rule = CoverageMinimum(unit=10, integration=0)
    assert messages(rule, example({"lcov.info": branches}, "Coverage: 100%\n")) == []
    assert messages(rule, example({"lcov.info": lcov(3)}, "Coverage: 61%\n")) == []
    assert messages(rule, example({"lcov.info": lcov(3)}, "Coverage: 62%\n")) == [
        "the report says that the coverage is 62 %; the coverage reports say 60 %"
    ]
    assert messages(rule, example({"lcov.info": lcov(3)}, "Integration coverage: 99%\n")) == []  # nothing measures that


def test_a_claim_is_not_held_against_what_does_not_hold() -> None:
    one = example({"lcov.info": lcov(3)}, "Coverage: 99%\n", {"lcov.info": "too old"})
    assert messages(UNIT, one) == ["the coverage report does not speak for the end of the run: too old"]


# The changed lines

CODE = "def f(a):\n    if a:\n        return 1\n    return 2\n"


def test_lines_are_listed_as_ranges_over_what_nobody_counts() -> None:
    body = "".join(f"x{number} = {number}\n\n" for number in range(1, 11))
    report = "SF:a.py\n" + "".join(f"DA:{line},{int(line in (1, 9))}\n" for line in range(1, 20, 2)) + "end_of_record\n"
    assert messages(CoverageChangedLines(), Example("x", after={"a.py": body}, coverage={"lcov.info": report})) == [
        "8 of 10 changed lines are run by no test: 3-7, 11-19; the whole change is covered to 20 %, and 80 % is asked for"
    ]


def test_without_a_report_that_holds_it_is_not_judged() -> None:
    one = Example("x", after={"a.py": CODE}, coverage={"lcov.info": lcov(4, 4)}, stale={"lcov.info": "too old"})
    assert "lcov.info: too old" in refused(CoverageChangedLines(), one)
    other = Example("x", after={"a.py": CODE}, coverage={"lcov.info": lcov(4, 4, "gone.py")})
    assert "speaks of no file of the tree" in refused(CoverageChangedLines(), other)


def test_what_it_says_where_nothing_is_wrong() -> None:
    one = Example("x", after={"a.py": CODE, "web/b.ts": "export const f = (a) => {\n  a()\n  a()\n  return 1\n}\n"},
                  coverage={"lcov.info": lcov(4, 4)})  # fmt: skip
    assert why(CoverageChangedLines(), one) == (
        "100 % of 4 changed lines that a report counts are covered; no report speaks of web/b.ts, or of files beside"
    )
    other = Example("x", before={"a.py": CODE}, after={"a.py": CODE, "b.md": "x\n"}, coverage={"lcov.info": lcov(1, 4)})
    assert why(CoverageChangedLines(), other) == "no report counts a line that was changed"


def test_file_without_a_line_that_is_counted_is_a_stranger() -> None:
    empty = Example("x", after={"a.py": CODE}, coverage={"lcov.info": "SF:a.py\nend_of_record\nSF:b.py\nDA:1,1\nend_of_record\n"})
    assert refused(CoverageChangedLines(), empty).startswith("no report counts a line that was changed; no report speaks of a.py")
    xml = (
        '<coverage><packages><package><classes><class filename="a.py"><lines/></class>'
        '<class filename="b.py"><lines><line number="1" hits="1"/></lines></class></classes></package></packages></coverage>'
    )
    other = Example("x", before={"b.py": "b = 1\n"}, after={"a.py": CODE, "b.py": "b = 1\n"}, coverage={"coverage.xml": xml})
    [finding] = CoverageChangedLines().findings_in(workshop.run_of(other))
    assert (str(finding.at), finding.level) == ("a.py", "style")


def test_lines_of_a_stretch_without_code_are_not_counted() -> None:
    code = "package a\n\nfunc f() {\n\tx()\n\n\t// why\n\ty()\n}\n"
    profile = "mode: set\na.go:3.10,8.2 2 0\n"
    one = Example("x", after={"a.go": code}, coverage={"cover.out": profile})
    assert messages(CoverageChangedLines(least=1), one)[0].startswith("3 of 3 changed lines are run by no test: 3-7")


def test_a_block_that_moved_between_files_is_not_new() -> None:
    more = "def g(a):\n    for one in a:\n        print(one)\n    return a\n"
    report = "SF:b.py\n" + "".join(f"DA:{line},0\n" for line in range(1, 9)) + "end_of_record\n"
    moved = Example("x", before={"a.py": CODE + more, "b.py": ""}, after={"a.py": CODE, "b.py": more},
                    coverage={"lcov.info": report})  # fmt: skip
    assert messages(CoverageChangedLines(least=1), moved) == []
    copied = Example("x", before={"a.py": CODE + more, "b.py": ""}, after={"a.py": CODE, "b.py": more + "\n" + more},
                     coverage={"lcov.info": report})  # fmt: skip
    assert len(messages(CoverageChangedLines(least=1), copied)) == 1


def test_a_whole_run(repo: GitRepo) -> None:
    """A report that ignore files leave out, of the work tree as it stands."""
    repo.commit("start", {"src/a.py": CODE, ".gitignore": "coverage/\n"})
    repo.branch("agent")
    repo.write("src/a.py", CODE + "\n\ndef g(a):\n    for one in a:\n        print(one)\n    return 3\n    return 4\n")
    repo.write("coverage/lcov.info", lcov(4, 4, "src/a.py") + "SF:src/a.py\n" + "".join(f"DA:{n},0\n" for n in range(7, 12)))
    with Repository(repo.root) as repository:
        wanted = Wanted(globs={"coverage": ("**/coverage/lcov.info",)})
        run = gather.gather(repository, ends.find(repository, "main", None, {}), CoverageChangedLines.reads, wanted)
        assert [(str(one.at), one.level) for one in CoverageChangedLines().findings_in(run)] == [("src/a.py:7", "breach")]
