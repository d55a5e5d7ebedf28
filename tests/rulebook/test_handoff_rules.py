"""Which hand-off counts, and what its numbers are held to, beyond what the rules' own examples show."""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance import workshop
from pytest_agentcompliance.audit import yield_into
from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import Report, Run
from pytest_agentcompliance.evidence.handed_over import Heard, heard
from pytest_agentcompliance.parsing.handoff.sample import REPORT
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.rulebook.handoff.counts import Counts
from pytest_agentcompliance.rulebook.handoff.schema import Schema
from pytest_agentcompliance.rulebook.handoff.self_healing import SelfHealing
from pytest_agentcompliance.rulebook.handoff.verification import Verification
from pytest_agentcompliance.verdict import Finding
from tests.conftest import GitRepo
from tests.proving import prove
from tests.rulebook.said import messages, why
from tests.sources import proving

DATA = json.loads(REPORT.partition("```json\n")[2].partition("```")[0])
OTHER = REPORT.replace("Backend Developer", "Frontend Developer")
GREEN = "collected 3 items\n\ntests/test_carts.py ...      [100%]\n\n============ 3 passed in 0.12s ============\n"
RED = "collected 3 items\n\ntests/test_carts.py ..F      [100%]\n\n============ 1 failed, 2 passed in 0.12s ============\n"
RULES = (Schema(), Verification(), SelfHealing(), Counts())
PASSED = {"command": "pytest", "output": GREEN, "result": "pass"}
FAILED = {"command": "pytest", "output": RED, "result": "fail", "exit_code": 1}
EDIT = {"edit": "src/carts.py"}


def counts(**given: Any) -> Heard:
    run = workshop.run_of(Example("", **given))
    return heard(run.report, run.transcript, run.changes)


def where(found: Heard) -> str:
    return str(found.mine.place(found.mine.found.line)) if found.mine is not None else ""


def judged(rule: Rule, run: Run) -> list[Finding]:
    found: list[Finding] = []
    yield_into(found, rule.findings_in(run))
    return found


# Which one counts


def test_the_report_goes_before_what_was_said_on_the_way() -> None:
    assert where(counts(report=REPORT, transcript=({"says": REPORT},))) == "REPORT.md:6"


def test_the_last_message_counts() -> None:
    assert where(counts(transcript=({"says": REPORT}, {"says": REPORT}, {"says": "Shall I go on?"}))) == "SESSION.jsonl:2"


@pytest.mark.parametrize("speaker", ["person", "system"])
def test_what_a_person_said_is_no_hand_off(speaker: str) -> None:
    assert where(counts(transcript=({"says": REPORT, "speaker": speaker}, {"says": "I will build it."}))) == ""


def test_a_sub_agent_hands_over_where_the_main_one_does_not() -> None:
    assert where(counts(transcript=({"says": REPORT, "agent": "sub"}, {"says": "All agents are done."}))) == "SESSION.jsonl:1"
    assert where(counts(transcript=({"says": REPORT}, {"says": REPORT, "agent": "sub"}))) == "SESSION.jsonl:1"


@pytest.mark.parametrize(
    "arguments", [DATA, {"handoff_json": json.dumps(DATA)}, {"payload": DATA, "project": "a"}], ids=["as it is", "text", "within"]
)
def test_a_call_that_records_it_counts(arguments: Mapping[str, object]) -> None:
    assert where(counts(transcript=({"call": "mcp__tools__record_tracked_handoff", "arguments": arguments},))) == "SESSION.jsonl:1"
    refused = {"call": "record_handoff", "arguments": arguments, "result": "refused"}
    assert where(counts(transcript=(refused,))) == ""


@pytest.mark.parametrize("path", ["docs/HANDOFF.md", "docs/handoff/backend.md", "reports/handoff-backend.json", "BACKEND-LOG.md"])
def test_papers_of_the_run_count(path: str) -> None:
    text = json.dumps(DATA, indent=2) if path.endswith(".json") else REPORT
    assert where(counts(after={path: text, "src/a.py": "a = 1\n"})).partition(":")[0] == path


@pytest.mark.parametrize(
    "path",
    ["agents/backend-dev.md", ".claude/agents/backend.md", "templates/handoff.md", "schemas/examples/valid-handoff.json",
     "docs/PLAN.md", "docs/HANDOFF_PROTOCOL.md", "prompts/handoff.md", "tests/fixtures/handoff.json", "src/handoff.py"],
)  # fmt: skip
def test_prompts_templates_and_examples_do_not(path: str) -> None:
    text = json.dumps(DATA, indent=2) if path.endswith(".json") else REPORT
    assert where(counts(after={path: text})) == ""


def test_a_paper_that_was_there_before_is_not_the_run_s_word() -> None:
    there = {"docs/HANDOFF.md": REPORT}
    assert where(counts(before=there, after={**there, "a.py": "a = 1\n"})) == ""


def test_a_report_that_base_has_already_is_not_the_run_s_word() -> None:
    run = workshop.run_of(Example("", report=REPORT))
    assert run.report is not None
    assert heard(replace(run.report, new=False), None, run.changes).mine is None


def test_a_file_that_is_ignored_counts_by_the_step_that_wrote_it() -> None:
    assert where(counts(transcript=({"edit": "/tmp/handoff.json", "after": json.dumps(DATA)},))) == "SESSION.jsonl:1"
    assert where(counts(transcript=({"edit": "agents/handoff.json", "after": json.dumps(DATA)},))) == ""


def test_other_agents_are_named() -> None:
    found = counts(report=OTHER)
    assert (found.mine, found.strangers) == (None, ("Frontend Developer",))
    assert found.why.endswith("; there are those of Frontend Developer")


@pytest.mark.parametrize("agent", ["backend-dev", "Back-End Engineer", "BACKEND DEVELOPER AGENT", "Senior backend developer", ""])
def test_names_of_this_agent(agent: str) -> None:
    assert where(counts(report=REPORT.replace("Backend Developer", agent))) == "REPORT.md:6"


def test_another_agent_can_be_named() -> None:
    other = Schema(agents=["front*"])
    assert why(other, Example("", report=REPORT + OTHER)).startswith("judged by the hand-off at REPORT.md:30")


def test_a_sketch_in_a_message_is_no_hand_off_and_in_a_report_is_one_that_is_broken() -> None:
    sketch = 'I will answer with `{"handoff": {...}, "deliverables": {...}, "next_agent": "QA"}`.'
    assert where(counts(transcript=({"says": sketch},))) == ""
    assert where(counts(report=f"# Report\n\n{sketch}\n")) == "REPORT.md:3"
    assert where(counts(report=f"{REPORT}\n{sketch}\n")) == "REPORT.md:6"


def test_a_template_in_a_message_is_none() -> None:
    template = REPORT.replace('"complete"', '"<status>"')
    assert where(counts(transcript=({"says": template},))) == ""
    assert where(counts(report=f"{REPORT}\n{template}\n")) == "REPORT.md:6"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_without_a_hand_off_nothing_is_judged(rule: Rule) -> None:
    run = workshop.run_of(Example("", after={"src/a.py": "a = 1\n"}, report="# Report\n\nAll done.\n"))
    with pytest.raises(NotJudged, match="there is no hand-off of this agent in what the run said"):
        judged(rule, run)


@pytest.mark.parametrize("rule", RULES[1:], ids=lambda rule: type(rule).__name__)
def test_what_cannot_be_read_is_judged_by_the_schema_alone(rule: Rule) -> None:
    run = workshop.run_of(Example("", report=REPORT.replace('"80%"', "80%")))
    with pytest.raises(NotJudged, match="cannot be read: handoff/schema says why"):
        judged(rule, run)
    assert len(judged(Schema(), run)) == 1


def test_a_finding_in_the_text_of_a_pull_request_has_its_line() -> None:
    run = workshop.run_of(Example("", report=REPORT.replace('"QA Engineer"', "null")))
    run = replace(run, report=Report("pull request", run.report.text if run.report else "", "pull request"))
    assert [str(one.at) for one in judged(Schema(), run)] == ["pull request:22"]


# That it is owed

DONE = {"says": "I have implemented the carts. All tests pass."}


def test_it_is_owed_where_the_whole_transcript_ends_in_done() -> None:
    assert len(messages(Schema(), Example("", transcript=(EDIT, DONE)))) == 1


@pytest.mark.parametrize(
    "steps",
    [
        (DONE,),  # nothing was done
        (EDIT, {"says": "## CHECKPOINT: G5.2 Services\n\nI have implemented the services.\n\n**DECISION:** ___"}),
        (EDIT, {"says": "## SELF-HEALING ESCALATION\n\nI have implemented all but one."}),
        (EDIT, {"says": "Which of the two do you want?"}),
    ],
)
def test_it_is_not_owed_before_the_end(steps: tuple[dict[str, object], ...]) -> None:
    with pytest.raises(NotJudged):
        messages(Schema(), Example("", transcript=steps))


def test_it_is_not_owed_where_a_part_of_the_transcript_is_missing() -> None:
    run = workshop.run_of(Example("", transcript=(EDIT, DONE)))
    assert run.transcript is not None
    for broken in (replace(run.transcript, complete=False), replace(run.transcript, gaps=(1,))):
        with pytest.raises(NotJudged):
            judged(Schema(), replace(run, transcript=broken))
    with pytest.raises(NotJudged):
        judged(Schema(required=False), run)


# The numbers

CHECKED = ({"name": "tests", "command": "pytest", "output": GREEN}, {"name": "lint", "command": "ruff check"})
SHORT = REPORT.replace('"build": 0, ', "")


def proof(name: str, command: str, **given: Any) -> dict[str, Any]:
    return {"name": name, "command": command, **given}


def test_without_proof_and_transcript_the_numbers_are_not_judged() -> None:
    with pytest.raises(NotJudged, match="nothing that the run left tells what came of 'build', 'test', 'lint'"):
        messages(Verification(), Example("", report=REPORT))


def test_what_the_hand_off_itself_contradicts_is_found_without_proof() -> None:
    run = workshop.run_of(Example("", report=REPORT.replace('"lint": 0', '"lint": 2')))
    found: list[Finding] = []
    with pytest.raises(NotJudged):
        yield_into(found, Verification().findings_in(run))
    assert [one.message for one in found] == [
        "the hand-off says that the work is complete, and that 'lint' ended with 2",
        "the hand-off says that all checks passed; 'lint' did not",
    ]


def test_a_failure_that_the_proof_does_not_bear_out_is_found() -> None:
    report = SHORT.replace('"complete"', '"blocked"').replace('"test": 0', '"test": 1').replace("true", "false")
    assert messages(Verification(), Example("", report=report, proofs=CHECKED)) == [
        "the hand-off says that 'test' ended with 1; the proof says that it passed: 'pytest' at .agent-compliance/proofs/0001.json"
    ]


def test_a_proof_that_found_no_test_and_did_not_end_well_contradicts() -> None:
    none = proof("tests", "pytest", output="collected 0 items\n\n===== no tests ran in 0.01s =====\n", exit_code=5)
    assert len(messages(Verification(), Example("", report=SHORT, proofs=(none, CHECKED[1])))) == 1
    empty = {**none, "exit_code": 0}
    assert messages(Verification(), Example("", report=SHORT, proofs=(empty, CHECKED[1]))) == []
    assert len(messages(Verification(), Example("", report=SHORT, proofs=(empty, CHECKED[1])), "style")) == 1


def test_the_same_line_that_ends_well_makes_good_what_failed_in_it() -> None:
    report = SHORT.replace('"lint": 0', '"typecheck": 0, "lint": 0')
    build = {"command": "npm run build", "output": "src/a.ts(1,1): error TS2322: wrong\nFound 1 error in src/a.ts:1\n"}
    ended = (PASSED, {"command": "ruff check", "result": "pass"}, {"says": report})
    wrong = {**build, "result": "fail", "exit_code": 2}
    right = {**build, "output": "built\n", "result": "pass"}
    assert len(messages(Verification(), Example("", transcript=(EDIT, wrong, EDIT, *ended)))) == 1
    with pytest.raises(NotJudged):  # that the types are right nobody said; that they are wrong neither
        messages(Verification(), Example("", transcript=(EDIT, wrong, EDIT, right, *ended)))


def test_a_line_that_hides_how_the_tests_ended() -> None:
    """Of a step of the transcript it leaves open what came of them; a proof of it makes nothing good."""
    told = {"command": "pytest | tail -5", "output": GREEN, "result": "pass"}
    hidden = {"command": "pytest | tail -1", "output": "done\n", "result": "pass"}
    ended = ({"command": "ruff check", "result": "pass"}, {"says": SHORT})
    for steps in ((EDIT, FAILED, EDIT, told, *ended), (EDIT, FAILED, EDIT, hidden, *ended)):
        assert judged(Verification(), workshop.run_of(Example("", transcript=steps))) == []
    bad = proof("tests", "pytest", output=RED, exit_code=1, tree="a")
    proofs = (bad, proof("tests", "sh -c 'pytest | tail -1'", output="done\n"))
    assert len(messages(Verification(), Example("", report=SHORT, proofs=(*proofs, CHECKED[1])))) == 1


@pytest.mark.parametrize(("differs", "level"), [(("docs/HANDOFF.md",), None), (("REPORT.md", "a.py"), "style")])
def test_prose_that_was_written_since_leaves_a_proof_what_it_was(differs: tuple[str, ...], level: str | None) -> None:
    stale = {**CHECKED[0], "freshness": "stale", "differs": differs}
    found = judged(Verification(), workshop.run_of(Example("", report=SHORT, proofs=(stale, CHECKED[1]))))
    assert [one.level for one in found] == ([level] if level else [])


def test_where_one_tool_failed_and_another_passed_it_is_a_remark() -> None:
    proofs = (*CHECKED, proof("e2e", "npx playwright test", exit_code=1, output="  1 failed\n  2 passed (3s)\n"))
    example = Example("", report=SHORT, proofs=proofs)
    assert messages(Verification(), example) == []
    assert len(messages(Verification(), example, "style")) == 1


@pytest.mark.parametrize(("code", "found"), [(0, 0), (1, 1)])
def test_a_command_without_a_kind_is_held_by_its_line(code: int, found: int) -> None:
    report = SHORT.replace('"lint": 0', '"lint": 0, "prisma_generate": 0')
    proofs = (*CHECKED, proof("generate", "npx prisma generate", exit_code=code))
    assert len(messages(Verification(), Example("", report=report, proofs=proofs))) == found


def test_of_a_line_of_several_commands_nobody_knows_which_failed() -> None:
    report = SHORT.replace('"lint": 0', '"lint": 0, "prisma_generate": 0')
    failed = proof("generate", "sh -c 'npx prisma generate && npm run seed'", exit_code=1)
    assert messages(Verification(), Example("", report=report, proofs=(*CHECKED, failed))) == []


def test_a_later_run_of_the_transcript_makes_good_a_proof_of_before() -> None:
    stale = proof("tests", "pytest", output=RED, exit_code=1, freshness="stale", differs=("src/carts.py",))
    example = Example("", report=SHORT, proofs=(stale, CHECKED[1]), transcript=(EDIT, PASSED))
    assert messages(Verification(), example) == []
    assert len(messages(Verification(), replace(example, transcript=(EDIT, FAILED)))) == 1


def test_what_ran_behind_the_hand_off_is_no_part_of_it() -> None:
    steps = (EDIT, PASSED, {"command": "ruff check", "result": "pass"}, {"says": SHORT}, EDIT, FAILED)
    assert messages(Verification(), Example("", transcript=steps)) == []
    assert len(messages(Verification(), Example("", transcript=(*steps[:1], FAILED, *steps[2:])))) == 1


def test_a_gap_behind_the_last_run_accuses_nobody() -> None:
    run = workshop.run_of(Example("", transcript=(EDIT, FAILED, {"command": "ruff check", "result": "pass"}, {"says": SHORT})))
    assert run.transcript is not None
    assert len(judged(Verification(), run)) == 1
    with pytest.raises(NotJudged, match="tells what came of 'test', 'lint'"):
        judged(Verification(), replace(run, transcript=replace(run.transcript, gaps=(3,))))


# The attempts


def logged(*rows: Mapping[str, object], final: str = "success", **more: object) -> str:
    return json.dumps({**DATA, "self_healing_log": {"attempts": list(rows), "final_status": final}, **more})


ONCE = logged({"attempt": 1, "status": "success"})


def red(tree: str, command: str = "pytest") -> dict[str, Any]:
    return proof("tests", command, tree=tree, output=RED, exit_code=1)


def green(tree: str) -> dict[str, Any]:
    return proof("tests", "pytest", tree=tree, output=GREEN)


def test_hidden_failures_are_counted_and_named() -> None:
    example = Example("", report=ONCE, proofs=(red("a"), red("b"), green("c")))
    assert messages(SelfHealing(), example) == [
        "the self_healing_log shows a success at the first attempt; by the proofs the checks failed on 2 states of the files: "
        "pytest: 2 passed, 1 failed, 0 skipped (.agent-compliance/proofs/0001.json); "
        "pytest: 2 passed, 1 failed, 0 skipped (.agent-compliance/proofs/0002.json)"
    ]


def test_an_attempt_that_names_its_error_tells_of_the_failure() -> None:
    report = logged({"attempt": 1, "status": "fixed", "error": "TS2345", "fix": "typed"})
    assert messages(SelfHealing(), Example("", report=report, proofs=(red("a"), green("b")))) == []


def test_more_logged_than_shown_is_kept() -> None:
    assert messages(SelfHealing(), Example("", report=REPORT, proofs=(green("a"),))) == []


def test_one_failure_of_a_transcript_is_a_remark() -> None:
    steps = (EDIT, FAILED, EDIT, PASSED, {"says": ONCE})
    assert messages(SelfHealing(), Example("", transcript=steps)) == []
    assert len(messages(SelfHealing(), Example("", transcript=steps), "style")) == 1


def test_what_failed_before_the_first_edit_is_no_attempt() -> None:
    steps = (FAILED, EDIT, PASSED, {"says": ONCE})
    assert messages(SelfHealing(), Example("", transcript=steps), "style") == []


def test_a_real_proof_of_before_any_work_is_no_attempt(repo: GitRepo) -> None:
    repo.commit("start", {"a.py": "a = 1\n"})
    repo.branch("agent")
    proving.prove(repo, output=RED, exit_code=1)
    repo.write("a.py", "a = 2\n")
    proving.prove(repo, output=GREEN)
    repo.commit("work")
    proofs = proving.read(repo)
    assert proofs is not None
    assert [one.untouched for one in proofs.proofs] == [True, False]
    run = replace(workshop.run_of(Example("", report=ONCE)), proofs=proofs)
    assert judged(SelfHealing(), run) == []


def test_a_transcript_with_gaps_does_not_tell_how_often() -> None:
    run = workshop.run_of(Example("", transcript=(EDIT, FAILED, EDIT, PASSED, {"says": ONCE})))
    assert run.transcript is not None
    with pytest.raises(NotJudged, match="steps of the transcript are missing"):
        judged(SelfHealing(), replace(run, transcript=replace(run.transcript, gaps=(3,))))


def test_without_proof_and_transcript_only_the_log_itself_is_judged() -> None:
    run = workshop.run_of(Example("", report=logged({"attempt": 2, "status": "success"})))
    found: list[Finding] = []
    with pytest.raises(NotJudged, match="no proof and no transcript"):
        yield_into(found, SelfHealing().findings_in(run))
    assert [one.message for one in found] == [
        "attempt 1 of the self_healing_log has the number 2; attempts are numbered from 1, and none is left out"
    ]


def test_four_failures_in_a_row_without_a_question_are_found() -> None:
    rows = [{"attempt": n, "status": "failed", "error": "E"} for n in (1, 2, 3)]
    example = Example(
        "", report=logged(*rows, {"attempt": 4, "status": "success", "fix": "f"}),
        proofs=(red("a"), red("b"), red("c"), red("d"), green("e")),
    )  # fmt: skip
    said = messages(SelfHealing(), example)
    assert said == [
        "the self_healing_log has 4 attempts; after 3 a person is asked",
        "the self_healing_log shows 3 attempts that failed; by the proofs the checks failed on 4 states of the files: "
        "pytest: 2 passed, 1 failed, 0 skipped (.agent-compliance/proofs/0001.json); "
        "pytest: 2 passed, 1 failed, 0 skipped (.agent-compliance/proofs/0002.json)",
        "the tests failed 4 times in a row, and nobody was asked: 'pytest'",
    ]
    asked = replace(example, transcript=({"says": "## SELF-HEALING ESCALATION\n"},))
    assert len(messages(SelfHealing(), asked)) == len(said) - 1


def test_four_failures_with_a_success_between_are_two_loops() -> None:
    rows = [{"attempt": 1, "status": "failed", "error": "E"}, {"attempt": 2, "status": "failed", "error": "E", "fix": "f"},
            {"attempt": 3, "status": "success", "fix": "f"}]  # fmt: skip
    proofs = (red("a"), red("b"), green("c"), red("d"), red("e"), green("f"))
    assert messages(SelfHealing(), Example("", report=logged(*rows, *rows), proofs=proofs)) == []


def test_a_log_that_is_missing_or_no_list_is_found() -> None:
    assert messages(SelfHealing(), Example("", report=json.dumps({k: v for k, v in DATA.items() if k != "self_healing_log"}))) == [
        "the hand-off has no self_healing_log"
    ]
    assert messages(SelfHealing(), Example("", report=json.dumps({**DATA, "self_healing_log": {"attempts": 2}}))) == [
        "the hand-off has no list of attempts in its self_healing_log"
    ]


# The counts

MODELS = "".join(f"model M{n} {{\n  id Int @id\n}}\n" for n in range(3))


def express(*routes: str) -> str:
    lines = [f"app.{method}('{path}', (req, res) => res.json({{}}));" for method, path in (one.split() for one in routes)]
    return "\n".join(["import express from 'express';", "const app = express();", *lines, "app.listen(3000);"]) + "\n"


FOUR = ("get /a", "post /a", "get /c", "post /c")
EXPRESS = express(*FOUR)
NODE = {"package.json": '{"dependencies": {"express": "4"}}\n', "src/app.ts": EXPRESS, "prisma/schema.prisma": MODELS}


def claimed(**deliverables: object) -> str:
    return json.dumps({**DATA, "deliverables": deliverables})


def levels(example: Example) -> list[str]:
    return [one.level for one in judged(Counts(), workshop.run_of(example))]


@pytest.mark.parametrize(("number", "expected"), [(4, []), (2, ["style"]), (5, ["breach"]), (3, ["breach"]), (0, ["breach"])])
def test_endpoints_of_a_new_tree(number: int, expected: list[str]) -> None:
    assert levels(Example("", report=claimed(endpoints=number), after=NODE)) == expected


@pytest.mark.parametrize(("number", "expected"), [(8, []), (2, []), (6, []), (3, ["style"]), (7, ["breach"]), (4, ["breach"])])
def test_endpoints_of_the_tree_of_the_change_and_of_the_files_that_changed(number: int, expected: list[str]) -> None:
    """Base has six in two files; the change brings two into the file that has four. All of them are on three paths."""
    before = {**NODE, "src/other.ts": express("get /b", "post /b")}
    after = {**before, "src/app.ts": express(*FOUR, "put /a", "delete /a")}
    assert levels(Example("", report=claimed(endpoints={"total": number}), before=before, after=after)) == expected


def test_tables_are_models_and_those_that_migrations_make_where_there_are_none() -> None:
    said = Example("", report=claimed(database={"tables": 3, "migrations": 0}), after=NODE)
    assert messages(Counts(), said) == []
    sql = {"db/migrations/1_a.up.sql": "CREATE TABLE a (id int);\nCREATE TABLE IF NOT EXISTS public.b (id int);\n",
           "db/migrations/1_a.down.sql": "DROP TABLE a;\n", "src/a.py": "a = 1\n"}  # fmt: skip
    assert messages(Counts(), Example("", report=claimed(database={"tables": 2, "migrations": 1}), after=sql)) == []
    assert len(messages(Counts(), Example("", report=claimed(database={"tables": 3, "migrations": 2}), after=sql))) == 2


def test_endpoints_of_the_project_that_changed() -> None:
    before = {f"{name}/{path}": text for name in ("api", "admin") for path, text in NODE.items() if "prisma" not in path}
    after = {**before, "api/src/health.ts": express("get /health", "get /z")}
    for number, expected in ((10, []), (9, []), (6, []), (5, []), (2, []), (1, []), (4, ["breach"]), (3, ["breach"])):
        assert levels(Example("", report=claimed(endpoints=number), before=before, after=after)) == expected, number


def test_what_cannot_be_counted_is_not_judged() -> None:
    with pytest.raises(NotJudged, match="nothing in the tree is known to be counted; coverage: there is no report of it"):
        messages(Counts(), Example("", report=claimed(endpoints=4, test_coverage="82%"), after={"main.go": "package main\n"}))
    said = why(Counts(), Example("", report=claimed(endpoints=4, test_coverage="82%"), after=NODE))
    assert said == "endpoints: 4, as in the tree; coverage: there is no report of it that holds for the end of the run"


def test_routes_of_tests_and_of_the_specs_are_not_counted() -> None:
    after = {**NODE, "tests/app.test.ts": express("get /t", "get /u"), "specs/mock.ts": express("get /s", "get /v")}
    assert messages(Counts(), Example("", report=claimed(endpoints=4), after=after)) == []
    assert len(messages(Counts(), Example("", report=claimed(endpoints=8), after=after))) == 1


@pytest.mark.parametrize(
    ("said", "level"), [("80%", ""), ("80.9%", ""), ("79.2%", ""), ("82%", "breach"), ("60%", "style"), (0.8, "")]
)
def test_coverage_is_as_measured(said: object, level: str) -> None:
    lcov = "SF:a.py\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,1\nDA:5,0\nend_of_record\n"
    example = Example("", report=claimed(test_coverage=said), after={"a.py": "a\nb\nc\nd\ne\n"}, coverage={"lcov.info": lcov})
    assert [one.level for one in judged(Counts(), workshop.run_of(example))] == ([level] if level else [])


def test_coverage_that_is_out_of_date_tells_nothing() -> None:
    lcov = "SF:a.py\nDA:1,1\nend_of_record\n"
    example = Example("", report=claimed(test_coverage="82%"), after={"a.py": "a\n"}, coverage={"lcov.info": lcov},
                      stale={"lcov.info": "a.py changed"})  # fmt: skip
    with pytest.raises(NotJudged, match="no report of it that holds"):
        messages(Counts(), example)


# Whatever stands there

_LEAVES: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, 1, -1, 2, 82.5, 1e308, 10**400, "", "0", "failed", "82%", "<x>", "a|b", "\udc80", "x" * 5000, [1, 2], {}]
)
_NAMES = st.sampled_from(
    ["handoff", "deliverables", "verification", "self_healing_log", "api", "next_agent", "attempts", "test", "endpoints",
     "database", "test_coverage", "final_status", "attempt", "status", "exit_code", "all_passed", "tables", "checks", "command"]
)  # fmt: skip
_ANYTHING = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4), max_leaves=8
)


@settings(max_examples=40)
@given(st.dictionaries(_NAMES, _ANYTHING, max_size=5), st.dictionaries(_NAMES, _ANYTHING, max_size=3))
def test_no_hand_off_makes_a_rule_fail(top: dict[str, Any], checks: dict[str, Any]) -> None:
    data = {**DATA, "verification": {**DATA["verification"], **checks}, **top, "handoff": DATA["handoff"]}
    example = Example("", report=json.dumps(data, indent=2), after=NODE, proofs=(red("a"), green("b")), transcript=(EDIT, FAILED))
    run = workshop.run_of(example)
    for rule in RULES:
        found: list[Finding] = []
        with suppress(NotJudged):
            yield_into(found, rule.findings_in(run))
        assert all(one.at is not None and len(one.message) < 1000 for one in found)


# All of it, from the outside


APP = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/carts')\ndef carts() -> list[int]:\n    return []\n"
POLICY = {"README.md": "hello\n", "agent-compliance.yaml": "profiles:\n  - name: backend-developer-v6\n"}


def audited(repo: GitRepo) -> dict[str, dict[str, Any]]:
    """The verdicts on the hand-off, by rule."""
    shown = subprocess.run(
        [sys.executable, "-m", "pytest_agentcompliance", "audit", "--base", "main", "--output", "json"],
        cwd=repo.root, env={**repo.env, "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, check=False, text=True,
    )  # fmt: skip
    return {one["rule"]: one for one in json.loads(shown.stdout)["verdicts"] if one["rule"].startswith("handoff/")}


def test_an_honest_run_is_kept(repo: GitRepo) -> None:
    repo.commit("start", POLICY)
    repo.branch("agent")
    repo.write("app/main.py", APP)
    repo.write("tests/test_carts.py", "def test_carts() -> None:\n    assert [] == [1]\n")
    tests = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    lint = (sys.executable, "-m", "ruff", "check", "--no-cache", ".")
    assert prove(repo, "tests", *tests).returncode == 1
    repo.write("tests/test_carts.py", "def test_carts() -> None:\n    assert [] == []\n")
    assert prove(repo, "lint", *lint).returncode == 0
    assert prove(repo, "tests", *tests).returncode == 0
    report = {**DATA, "deliverables": {"endpoints": {"total": 1}}, "verification": {"all_passed": True, "test": 0, "lint": 0}}
    repo.commit("work", {"docs/HANDOFF.md": f"# Hand-off\n\n```json\n{json.dumps(report, indent=2)}\n```\n"})
    verdicts = audited(repo)
    for rule in ("schema", "verification", "self-healing", "counts"):
        assert (verdicts[f"handoff/{rule}"]["outcome"], verdicts[f"handoff/{rule}"]["findings"]) == ("kept", []), rule


def test_a_run_is_held_to_its_hand_off(repo: GitRepo) -> None:
    repo.commit("start", POLICY)
    repo.branch("agent")
    repo.write("app/main.py", APP)
    for number in (1, 2):
        repo.write("tests/test_carts.py", f"def test_carts() -> None:\n    assert [] == [{number}]\n")
        assert prove(repo, "tests", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider").returncode == 1
    once = REPORT.replace(REPORT.partition('"attempts": [\n')[2].partition("    ],")[0], '{ "attempt": 1, "status": "success" }\n')
    repo.commit("work", {"docs/HANDOFF.md": once})
    verdicts = audited(repo)
    assert verdicts["handoff/schema"]["outcome"] == "kept"
    found = {rule: [one["line"] for one in verdicts[rule]["findings"] if one["level"] == "breach"] for rule in verdicts}
    assert {rule: lines for rule, lines in found.items() if lines} == {
        "handoff/verification": [13], "handoff/self-healing": [16, 18], "handoff/counts": [9, 10],
    }  # fmt: skip


def test_a_hand_off_that_is_folded_away_does_not_go_before_one_in_sight() -> None:
    folded = f"<details><summary>More</summary>\n\n{REPORT}\n</details>\n"
    assert where(counts(report=f"{REPORT}\n{folded}")) == "REPORT.md:6"
    assert where(counts(report=folded)) == "REPORT.md:8"


def test_a_build_that_the_type_checker_broke_off_is_a_failed_build() -> None:
    red = {"command": "npm run build", "output": "a.ts(1,1): error TS2322: no", "result": "fail", "exit_code": 1}
    lint = {"command": "npm run lint", "output": "", "result": "pass"}
    example = Example("x", after={"src/carts.py": "1\n"}, report=REPORT, transcript=(EDIT, PASSED, lint, red, {"says": "Done."}))
    assert any("'build' ended with 0" in one for one in messages(Verification(), example))


def test_the_definition_of_an_agent_is_no_paper_of_the_run() -> None:
    assert where(counts(after={"agents/backend-report.md": REPORT})) == ""


def test_who_says_that_all_is_done_in_prose_owes_the_block() -> None:
    def said(text: str) -> Example:
        return Example("x", after={"src/carts.py": "1\n"}, transcript=(EDIT, PASSED, {"says": text}))

    for text in ("Hand-off complete. Next agent: QA Engineer.", "The backend is complete."):
        assert len(messages(Schema(), said(text))) == 1
    with pytest.raises(NotJudged):
        messages(Schema(), said("The hand-off is not complete: the carts are missing."))
