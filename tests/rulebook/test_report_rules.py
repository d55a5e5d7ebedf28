"""The rules over the final report: its parts, its list of files, its checklist. Beyond what their own examples show."""

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.audit import yield_into
from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import Report
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.report.checklist import _LINES, Checklist
from pytest_agentcompliance.rulebook.report.files_match_diff import FilesMatchDiff
from pytest_agentcompliance.rulebook.report.sections import Sections
from pytest_agentcompliance.verdict import Finding, Outcome, Verdict

FULL = "".join(f"- [x] {line}\n" for line in _LINES)
OTHER_WORDS = {
    "Changes limited to minimal necessary files and lines": "Only minimal changes were made",
    "All new public code documented with examples": "Public code is documented (docstrings)",
    "Inline comments exist for non-obvious logic explaining the why": "Comments explain why",
    "Unit tests cover new code and edge cases; integration tests added when required": "Unit tests cover edge cases",
    "Linting and type checks pass": "Lint: clean",
    "No existing behavior is broken; if breaking, changelog and migration notes included": "Existing behaviour not broken",
    "Unit test coverage >= 80%": "Coverage (unit): 84 %",
    "Integration test coverage >= 70%": "Integration tests: 71 % coverage",
    "All tests passing": "All 111 tests pass (111/111)",
    "Input validation on all endpoints": "Endpoints validate their input",
    "Secrets not hardcoded (environment variables)": "No hard-coded secrets",
    "No scope violations (non-goals respected)": "Non-goals respected",
}


def verdict(rule: str, *findings: Finding, outcome: Outcome = Outcome.BROKEN) -> Verdict:
    return Verdict("p", "C-1", "says", rule, "error", outcome, findings)


def boxes(report: str, *verdicts: Verdict, rule: Checklist | None = None) -> list[tuple[str, str]]:
    """The findings of the checklist: level and message."""
    found = (rule or Checklist()).check(report=Report("R.md", report), verdicts=verdicts)
    return [(one.level, one.message) for one in found]


def breaches(report: str, *verdicts: Verdict) -> list[str]:
    return [message for level, message in boxes(report, *verdicts) if level == "breach"]


SECRET = Finding("an AWS key: AKIA****", Place("a.py", 3))
BOUND = [
    (line, rule.partition(":")[0], rule.partition(":")[2].strip())
    for line, rules in _LINES.items()
    for rule in rules
]  # fmt: skip


@pytest.mark.parametrize(("line", "rule", "word"), BOUND, ids=[f"{line[:20]}-{rule}-{word}" for line, rule, word in BOUND])
def test_every_line_is_false_where_a_rule_that_speaks_for_it_broke(line: str, rule: str, word: str) -> None:
    broken = verdict(rule, Finding(f"{word} found wrong", Place("a.py", 3)))
    for report, said in ((FULL, line), (FULL.replace(line, OTHER_WORDS[line]), OTHER_WORDS[line])):
        assert breaches(report, broken) == [f"the box {said!r} is ticked; {rule} found otherwise: {word} found wrong (a.py:3)"]
        assert breaches(report.replace(f"[x] {said}", f"[ ] {said}"), broken) == [f"the box {said!r} is open"]


@pytest.mark.parametrize(("line", "said"), OTHER_WORDS.items())
def test_each_line_is_told_from_the_others_in_other_words(line: str, said: str) -> None:
    assert breaches(FULL.replace(line, said)) == []
    [missing] = breaches(FULL.replace(f"- [x] {line}\n", ""))
    assert missing == f"1 of the 12 lines of the checklist are missing: {line}"


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.BROKEN])
def test_only_a_broken_verdict_contradicts(outcome: Outcome) -> None:
    assert breaches(FULL, verdict("security/secrets", SECRET, outcome=outcome)) == []


def test_a_remark_on_style_contradicts_nothing() -> None:
    style = Finding("a remark", Place("a.py", 1), "style")
    assert breaches(FULL, verdict("security/secrets", style)) == []
    assert len(breaches(FULL, verdict("security/secrets", style, SECRET))) == 1


def test_the_coverage_of_one_kind_says_nothing_of_the_other() -> None:
    unit = verdict("testing/coverage-minimum", Finding("unit coverage is 12 %", Place("coverage.xml")))
    assert ["Unit test" in message for message in breaches(FULL, unit)] == [True]
    stale = verdict("testing/coverage-minimum", Finding("the report is stale", Place("coverage.xml")))
    assert len(breaches(FULL, stale)) == 2


def test_a_rule_that_was_judged_is_no_remark() -> None:
    kept = [verdict(rule, outcome=Outcome.KEPT) for _, rule, _ in BOUND]
    assert boxes(FULL, *kept) == []
    said = "ticked, and nothing in this audit could check it: Secrets not hardcoded (environment variables)"
    assert boxes(FULL, *(one for one in kept if one.rule != "security/secrets")) == [("style", said)]


def test_a_box_that_is_open_in_one_place_and_ticked_in_another_is_a_remark() -> None:
    assert breaches(FULL + "- [ ] All tests passing\n") == []


def test_what_is_missing_may_be_a_remark() -> None:
    rule = Checklist(missing="style")
    assert [level for level, _ in boxes("- [x] All tests passing\n", rule=rule)] == ["style", "style"]
    assert [level for level, _ in boxes("Done.\n", rule=rule)] == ["style"]


def test_lines_of_ones_own() -> None:
    rule = Checklist(lines={"Screenshots were compared": ["content/todo"]})
    assert boxes("- [x] The screenshots: all compared\n", verdict("content/todo", SECRET), rule=rule)[0][0] == "breach"


@pytest.mark.parametrize("rule", [Checklist(), Sections(), FilesMatchDiff()])
def test_a_report_that_was_there_before_is_not_judged(rule: Checklist | Sections | FilesMatchDiff) -> None:
    old = Report("R.md", FULL, new=False)
    changes = workshop.run_of(Example("")).changes
    given = {"verdicts": ()} if isinstance(rule, Checklist) else {"changes": changes}
    with pytest.raises(NotJudged, match="before the run"):
        list(rule.check(report=old, **given))


def test_a_finding_in_a_transcript_stands_at_the_line_of_its_message() -> None:
    report = Report("S.jsonl", "## Summary\n\nx\n\n## Files Changed\n\n- a.py\n", "transcript", 41)
    changes = workshop.run_of(Example("", after={"a.py": "1\n", "b.py": "1\n"})).changes
    assert changes is not None
    assert {str(one.at) for one in Sections().check(report=report, changes=changes)} == {"S.jsonl:41"}


def sections(report: str, **more: object) -> list[str]:
    example = Example("", report=report, **more)  # type: ignore[arg-type]
    return [one.message for one in Sections().findings_in(workshop.run_of(example)) if one.level == "breach"]


ALL = (
    "## Summary\n\nBuilt the cart.\n\n## Files Changed\n\n- a.py\n\n## Test Results\n\n4 passed\n\n"
    "## Scope Compliance\n\nNo non-goal work.\n\n## Skills Used\n\nNone\n"
)


@pytest.mark.parametrize(
    ("path", "text", "due"),
    [
        ("api/a.py", "@app.get('/a')\ndef a(): ...\n", True),
        ("api/a.py", "@router.post(\n    '/a')\ndef a(): ...\n", True),
        ("src/a.ts", "router.delete('/a/:id', remove)\n", True),
        ("src/a.controller.ts", "  @Post('x')\n  add() {}\n", True),
        ("main.go", "\tmux.HandleFunc(\"/a\", list)\n", True),
        ("web/app/api/x/route.ts", "export const GET = 1\n", True),
        ("src/a.test.ts", "app.get('/a', (q, r) => r.end())\n", False),
        ("src/a.ts", "const one = api.get(key)\ncache.delete('a')\n", False),
        ("docs/a.md", "app.get('/a')\n", False),
    ],
)
def test_when_api_documentation_is_due(path: str, text: str, due: bool) -> None:
    assert [path in message for message in sections(ALL, after={path: text})] == [True] * due
    beside = sections(ALL, before={path: text}, after={path: text + "x = 1\n"})
    assert [path in message for message in beside] == [True] * path.endswith("route.ts")
    assert sections(ALL + "\n## API\n\nGET /a\n", after={path: text}) == []


@pytest.mark.parametrize("text", ["TBD", "Backend of the shop.", "See above", "N/A"])
def test_a_scope_that_confirms_nothing(text: str) -> None:
    assert len(sections(ALL.replace("No non-goal work.", text))) == 1


@pytest.mark.parametrize(
    "text",
    ["I did NOT implement any of the non-goals", "Work was limited to the API.", "✅ Within scope", "Nothing else was touched."],
)
def test_a_scope_that_is_confirmed(text: str) -> None:
    assert sections(ALL.replace("No non-goal work.", text)) == []


def files(report: str, **more: object) -> list[str]:
    run = workshop.run_of(Example("", report=report, **more))  # type: ignore[arg-type]
    return [one.message for one in FilesMatchDiff().findings_in(run) if one.level == "breach"]


def test_what_a_line_says_of_its_file_counts_more_than_the_heading() -> None:
    report = "### Files Created\n\n| File | What |\n|---|---|\n| `a.py` | Updated the sum |\n"
    assert files(report, before={"a.py": "1\n"}, after={"a.py": "2\n"}) == []
    assert len(files(report.replace("Updated the", "The"), before={"a.py": "1\n"}, after={"a.py": "2\n"})) == 1


@pytest.mark.parametrize(
    "path", ["package-lock.json", "dist/a.js", "src/__snapshots__/a.snap", ".claude-sessions/logs/a.jsonl", "REPORT.md"]
)
def test_what_need_not_be_listed_and_may_be(path: str) -> None:
    assert files("## Files Changed\n\n- a.py\n", after={"a.py": "1\n", path: "1\n"}) == []
    assert files(f"## Files Changed\n\n- a.py\n- {path}\n", after={"a.py": "1\n"}) == []


def test_paths_of_the_agents_machine_are_told_by_the_others() -> None:
    report = "## Files Changed\n\n- /home/ada/x/shop/api/a.py\n- /home/ada/x/shop/README.md\n- /home/ada/x/shop/never.py\n"
    assert files(report, after={"api/a.py": "1\n", "README.md": "1\n"}) == [
        "'/home/ada/x/shop/never.py' is listed, and is not in the change"
    ]


def test_a_report_without_a_list_is_not_judged() -> None:
    run = workshop.run_of(Example("", report="## Summary\n\nx\n", after={"a.py": "1\n"}))
    with pytest.raises(NotJudged, match="no list of files"):
        list(FilesMatchDiff().findings_in(run))


def test_a_path_without_an_ending_that_is_named_is_no_breach() -> None:
    report = "## Files Changed\n\n- a.py\n- .tools/run - a command\n"
    assert files(report, after={"a.py": "1\n", ".tools/run": "1\n"}) == []


def test_how_many_are_listed_is_said() -> None:
    run = workshop.run_of(Example("", report="## Files Changed\n\n- a.py\n", after={"a.py": "1\n", "b.py": "1\n"}))
    assert yield_into([], FilesMatchDiff().findings_in(run)) == "1 of 2 files are listed"
