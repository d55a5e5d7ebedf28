"""The rules over proofs where an example cannot show it: what is not judged, what is printed, and what is hostile."""

from dataclasses import replace
from typing import Any

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.audit import judge, yield_into
from pytest_agentcompliance.evidence import Run, Transcript
from pytest_agentcompliance.evidence.proofs import Proofs
from pytest_agentcompliance.profile import BoundRule, Clause
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.rulebook.proofs.required import Required
from pytest_agentcompliance.rulebook.proofs.sequence import Sequence
from pytest_agentcompliance.verdict import Finding, Outcome, Verdict

CODE = {"src/a.ts": "export const a = 1;\n"}
NODE = {**CODE, "package.json": '{"scripts": {"build": "vite build", "test": "vitest run"}}\n'}
GREEN = " Test Files  1 passed (1)\n      Tests  3 passed (3)\n"


def run(**fields: Any) -> Run:
    return workshop.run_of(Example("", **{"after": CODE, **fields}))


def verdict(rule: Rule, evidence: Run) -> Verdict:
    clause = Clause("X-1", "says", "error", ())
    return judge("p", clause, BoundRule("proofs/x", rule, "error"), evidence)


def findings(rule: Rule, evidence: Run) -> tuple[list[Finding], str]:
    found: list[Finding] = []
    return found, yield_into(found, rule.findings_in(evidence))


def test_a_proof_that_cannot_be_read_makes_the_verdict_undecided_and_no_breach() -> None:
    broken = replace(run(), proofs=Proofs(problem="proofs/0001-x.json: its object is missing"))
    made = verdict(Required(), broken)
    assert (made.outcome, made.undecided, made.unread) == (Outcome.NOT_JUDGED, True, ("proofs/0001-x.json",))


def test_trust_freshness_and_counts_are_printed() -> None:
    proof = {"name": "tests", "command": "npx vitest run", "output": GREEN, "trust": 2, "signer": "ci", "freshness": "equivalent"}
    _, why = findings(Required(), run(proofs=(proof,)))
    assert why == (
        "tests: npx vitest run: this tree but for evidence, trust L2, signed by ci, vitest: 3 passed, 0 failed, 0 skipped"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"exit_code": -9, "ended": "signal"}, "tests failed: it was ended by signal 9"),
        ({"exit_code": -15, "ended": "timeout", "seconds": 600.4}, "tests failed: it was ended after 600 seconds"),
        ({"exit_code": None, "ended": "not started"}, "tests failed: it did not start"),
        ({"exit_code": 0}, "this is no proof of tests: nothing in its output tells that a test ran"),
    ],
)
def test_how_a_command_ended_is_said(fields: dict[str, Any], said: str) -> None:
    found, _ = findings(Required(), run(proofs=({"name": "tests", "command": "npx vitest run", "output": "x\n", **fields},)))
    assert [one.message.partition(";")[0] for one in found] == [said]


def test_a_command_that_changes_what_it_checks_is_told_so() -> None:
    proof = {"name": "lint", "command": "eslint --fix .", "freshness": "stale", "differs": ("src/a.ts",), "changed": ("src/a.ts",)}
    (one,), _ = findings(Required(checks=["lint"]), run(proofs=(proof,)))
    assert "the command itself changed src/a.ts; run it until it changes nothing" in one.message


def test_many_paths_are_counted() -> None:
    proof = {"name": "t", "command": "npx vitest run", "output": GREEN, "freshness": "stale", "differs": tuple("abcdefg")}
    (one,), _ = findings(Required(), run(proofs=(proof,)))
    assert "a, b, c and 4 more changed since" in one.message


def session(*steps: dict[str, Any], complete: bool = True) -> Run:
    made = run(before=NODE, after={**NODE, "src/a.ts": "2\n"}, transcript=steps)
    assert isinstance(made.transcript, Transcript)
    return replace(made, transcript=replace(made.transcript, complete=complete))


BUILT = ({"command": "npm run build", "result": "pass"},)


def test_what_an_incomplete_transcript_does_not_show_is_not_judged() -> None:
    assert verdict(Sequence(), session(*BUILT)).outcome is Outcome.BROKEN
    assert verdict(Sequence(), session(*BUILT, complete=False)).outcome is Outcome.NOT_JUDGED


def test_what_another_agent_may_have_run_is_not_judged() -> None:
    made = verdict(Sequence(), session(*BUILT, {"call": "Task", "arguments": {"prompt": "run the tests"}}))
    assert (made.outcome, made.why) == (Outcome.NOT_JUDGED, "other agents worked whose steps the transcript does not show")


def test_an_edit_by_the_shell_makes_another_tree() -> None:
    steps = ({"command": "npm run build"}, {"command": "sed -i s/1/2/ src/a.ts"}, {"command": "npx vitest run"})
    (one,), _ = findings(Sequence(), session(*steps))
    assert "build ran before the last edit alone" in one.message


def test_no_evidence_and_no_project_are_not_judged() -> None:
    assert verdict(Sequence(), run(after=NODE)).outcome is Outcome.NOT_JUDGED
    made = verdict(Sequence(), run(after={"main.go": "package main\n"}, transcript=BUILT))
    assert (made.outcome, made.why.partition(";")[0]) == (
        Outcome.NOT_JUDGED, "no project of Node or Python has code that changed",
    )  # fmt: skip


@pytest.mark.parametrize("text", ["[]", "{", '{"scripts": []}', '{"scripts": {"build": 1}}', "[" * 100_000, '{"scripts": null}'])
def test_no_manifest_makes_it_fail(text: str) -> None:
    steps = ({"command": "npm run build"}, {"command": "npx vitest run"})
    made = run(after={**CODE, "package.json": text}, transcript=steps)
    assert verdict(Sequence(), made).outcome in (Outcome.KEPT, Outcome.BROKEN)
