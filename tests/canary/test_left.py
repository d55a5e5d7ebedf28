"""What a run leaves beside its change, planted: the readers of an audit find in it what the example says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_agentcompliance import engine, workshop
from pytest_agentcompliance.canary.clone import Clone, cloned
from pytest_agentcompliance.canary.left import Unplantable
from pytest_agentcompliance.canary.places import places
from pytest_agentcompliance.canary.plant import Plant, plant
from pytest_agentcompliance.evidence import Run
from pytest_agentcompliance.evidence.proofs import Freshness
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo

PASSED = "collected 3 items\n\ntests/test_cart.py ...\n\n============ 3 passed in 0.12s ============\n"


@pytest.fixture
def clone(repo: GitRepo) -> Iterator[Clone]:
    repo.commit("start", {"README.md": "hello\n", ".agent-compliance/proofs/0001-old-00000000.json": "{}\n"})
    with Repository(repo.root) as original, cloned(original) as made:
        yield made


def planted(clone: Clone, repo: GitRepo, example: Example) -> tuple[Plant, Run]:
    where = places(example, {}, {})
    made = plant(clone, clone.tree_of(repo.git("rev-parse", "HEAD")), example, where)
    options = engine.Options(clone.folder, made.base, made.head, ("backend-engineer",), evidence=where.evidence, environ={})
    return made, engine.evidence(options, ["changes", "report", "proofs", "transcript", "documents"])


def test_a_transcript_says_what_the_example_says(clone: Clone, repo: GitRepo) -> None:
    example = Example(
        "Steps.",
        before={"docs/plan.md": "# Plan\n", "IMPLEMENTATION-PLAN.md": "# Plan\n"},
        after={"docs/plan.md": "# Plan\n", "IMPLEMENTATION-PLAN.md": "# Plan\n", "src/a.ts": "1\n"},
        transcript=(
            {"says": "build it", "speaker": "person"},
            {"says": "a reminder", "speaker": "system"},
            {"read": "docs/plan.md", "lines": (3, 20)},
            {"read": "IMPLEMENTATION-PLAN.md"},
            {"command": "pnpm test", "exit_code": 2, "result": "fail", "output": "it failed", "folder": "packages/a"},
            {"command": "git push", "result": "refused"},
            {"call": "mcp__guard__check", "arguments": {"path": "x"}, "output": '{"allowed": true}', "result": "pass"},
            {"edit": "src/a.ts", "agent": "a1"},
            {"edit": "src/b.ts", "before": "1", "after": "2", "everywhere": True},
            {"edit": "src/c.ts", "gone": True},
            {"says": "Done."},
        ),
    )
    _, run = planted(clone, repo, example)
    assert run.transcript is not None
    assert run.transcript.complete, run.transcript.notes
    plan = "canary/CANARY-1/IMPLEMENTATION-PLAN.md"
    told = [
        (step.kind, step.speaker if step.kind == "message" else step.result, step.path or step.text)
        for step in run.transcript.steps
    ]
    assert told == [
        ("message", "person", "build it"), ("message", "system", "a reminder"),
        ("read", "pass", "docs/plan.md"), ("read", "pass", plan),
        ("command", "fail", "pnpm test"), ("command", "refused", "git push"), ("call", "pass", "mcp__guard__check"),
        ("edit", "pass", "src/a.ts"), ("edit", "pass", "src/b.ts"), ("command", "pass", "rm src/c.ts"),
        ("message", "agent", "Done."),
    ]  # fmt: skip
    steps = run.transcript.steps
    assert steps[2].lines == (3, 20)
    assert (steps[4].exit_code, steps[4].folder, steps[4].output.splitlines()[-1]) == (2, "packages/a", "it failed")
    assert (dict(steps[6].arguments), steps[6].output) == ({"path": "x"}, '{"allowed": true}')
    assert (steps[7].after, steps[7].agent) == ("1\n", "a1")
    assert (steps[8].before, steps[8].after, steps[8].everywhere) == ("1", "2", True)
    assert (run.transcript.last_word or steps[0]).text == "Done."


def test_a_report_lies_where_it_is_looked_for(clone: Clone, repo: GitRepo) -> None:
    _, run = planted(clone, repo, Example("x", after={"a.ts": "1\n"}, report="## Skills Used\n\n- pytest\n"))
    assert run.report is not None
    assert (run.report.path, run.report.text) == ("canary/CANARY-1/REPORT.md", "## Skills Used\n\n- pytest\n")
    example = Example("x", report="{}\n")
    assert places(example, {"report": ("docs/*.md",)}, {})[workshop.REPORT_PATH] == "docs/canary.md"


@pytest.mark.parametrize("freshness", ["exact", "equivalent", "rebased", "stale"])
def test_a_proof_is_as_fresh_as_the_example_says(clone: Clone, repo: GitRepo, freshness: Freshness) -> None:
    proofs = (
        {"name": "unit tests", "command": "pytest -q 'a b'", "output": PASSED, "freshness": freshness},
        {"name": "lint", "command": "ruff check", "exit_code": 1, "output": "a.py:1:1: F401\n", "freshness": freshness},
        {"refused": "whatever"},
    )
    _, run = planted(clone, repo, Example("x", before={"a.py": "1\n"}, after={"a.py": "2\n", "b.py": "3\n"}, proofs=proofs))
    assert run.proofs is not None
    assert [(one.name, one.command, one.exit_code, one.freshness) for one in run.proofs.proofs] == [
        ("unit tests", ("pytest", "-q", "a b"), 0, freshness), ("lint", ("ruff", "check"), 1, freshness),
    ]  # fmt: skip
    assert [one.passed for one in run.proofs.proofs[0].work] == [3]
    assert run.proofs.proofs[0].output == PASSED
    [refused] = run.proofs.refused
    assert refused.why.startswith("it is no proof")
    assert (freshness == "stale") == bool(run.proofs.proofs[0].differs)


def test_a_chain_that_was_there_before_is_out_of_the_way(clone: Clone, repo: GitRepo) -> None:
    made, run = planted(clone, repo, Example("x", after={"a.py": "2\n"}, proofs=({"command": "pytest", "output": PASSED},)))
    assert run.proofs is not None
    assert not run.proofs.refused
    listed = GitRepo(clone.folder).git("ls-tree", "-r", "--name-only", made.base).splitlines()
    assert listed == ["README.md"]


def test_what_only_a_key_could_make_cannot_be_planted(clone: Clone, repo: GitRepo) -> None:
    for more in ({"trust": 2, "signer": "ci"}, {"trust": 3}, {"new": False}):
        example = Example("Signed.", after={"a.py": "2\n"}, proofs=({"command": "pytest", **more},))
        with pytest.raises(Unplantable, match=r"'Signed\.' has a proof that only a key, or another run, could make"):
            planted(clone, repo, example)


def test_the_canary_says_what_it_could_not_plant(repo: GitRepo, tmp_path: Path) -> None:
    from pytest_agentcompliance.canary import trial

    gate = "spec: x\nclauses:\n  G-01: {says: a, rules: {transcript/forbidden-reads: {paths: [secret.md]}}}\n"
    gate += "  G-02: {says: a, rules: {transcript/forbidden-reads: {paths: []}}}\n"
    law = {"agent-compliance.yaml": "profiles:\n  - name: gate\n", ".agent-compliance/profiles/gate.yaml": gate}
    repo.commit("start", law)
    made = trial.run(engine.Options(repo.root, environ={}))
    rows = {row.clause: row for row in made.rows}
    assert str(rows["G-01"].state) == "found"
    assert rows["G-01"].at.startswith("canary/CANARY-1/SESSION.jsonl:")
    assert str(rows["G-02"].state) == "could not plant"
    assert made.exit_code == 3
    assert rows["G-02"].why == "nothing is known that breaks it with the parameters that it has here"
