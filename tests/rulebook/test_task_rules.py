"""The rules over the delegated task, beyond what their own examples show: where they point, and whose the task is."""

from dataclasses import replace

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.audit import yield_into
from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import Run, Task
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.artifacts.task_valid import TaskValid
from pytest_agentcompliance.rulebook.scope.non_goals import NonGoals
from pytest_agentcompliance.verdict import Finding
from tests.rulebook.said import messages, why

TASK = "id: T-1\nstrategy: tdd\nnon_goals:\n  - web/**\n  - Password breach checking in the background\n"


def judged(rule: TaskValid | NonGoals, run: Run) -> tuple[list[Finding], str]:
    found: list[Finding] = []
    return found, yield_into(found, rule.findings_in(run))


def test_a_task_in_a_transcript_has_the_line_of_its_message() -> None:
    run = workshop.run_of(Example("", task=TASK, after={"web/a.ts": "1\n"}))
    run = replace(run, task=Task("S.jsonl", TASK, "transcript", 41))
    found, said = judged(TaskValid(), run)
    assert {str(one.at) for one in found} == {"S.jsonl:41"}
    assert said == "the task T-1 is what the transcript says that it was told"
    [finding], _ = judged(NonGoals(), run)
    assert (str(finding.at), "S.jsonl:41" in finding.message) == ("web/a.ts", True)


def test_a_task_that_the_run_wrote_itself_is_said() -> None:
    example = Example("", after={"TASK.md": TASK, "web/a.ts": "1\n"})
    assert why(TaskValid(), example) == "the task T-1 is a file; the run wrote it itself"
    assert why(NonGoals(), example).endswith("; the run wrote the task itself")


def test_sentences_are_counted() -> None:
    said = why(NonGoals(), Example("", task=TASK, after={"api/a.ts": "1\n"}))
    assert said == (
        "1 of 2 non-goals were held against the paths; 1 in sentences that no path can be held against:"
        " Password breach checking in the background"
    )


def test_a_task_without_non_goals_is_not_judged_by_them() -> None:
    with pytest.raises(NotJudged, match="lists no non-goals"):
        judged(NonGoals(), workshop.run_of(Example("", task="id: T-1\nstrategy: tdd\n", after={"a.py": "1\n"})))


def test_a_glob_rules_out_what_a_name_does_not() -> None:
    after = {"frontend/README.md": "1\n", "frontend/a.ts": "1\n"}
    named = Example("", task=TASK.replace("web/**", "frontend"), after=after)
    assert [str(one.at) for one in judged(NonGoals(), workshop.run_of(named))[0]] == ["frontend/a.ts"]
    globbed = Example("", task=TASK.replace("web/**", "frontend/**"), after=after)
    assert len(judged(NonGoals(), workshop.run_of(globbed))[0]) == 2


def test_what_is_owed_is_a_parameter() -> None:
    assert messages(TaskValid(required=["id", "strategy"]), Example("", task=TASK)) == []
    low = TASK + "description: build it\nquality_gates: {unit: 60, integration: 50}\nknown_risks: none\n"
    assert len(messages(TaskValid(), Example("", task=low))) == 2
    assert messages(TaskValid(unit=60, integration=50), Example("", task=low)) == []


def test_gates_without_coverage_are_said_at_their_line() -> None:
    text = "# Task T-1: build the cart\n\n**Quality Gates:**\n- No secrets in code\n"
    found, _ = judged(TaskValid(required=["gates"]), workshop.run_of(Example("", task=text)))
    assert [(one.message, str(one.at)) for one in found] == [
        ("the quality gates name no coverage of unit and integration tests", "TASK.md:3")
    ]
