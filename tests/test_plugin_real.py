"""The face toward pytest with the real audit of real repositories, and the fixtures for checks written by hand."""

import sys
from datetime import UTC, datetime
from json import dumps as json_of
from pathlib import Path
from textwrap import dedent

import pytest

from pytest_agentcompliance.reporters import json
from pytest_agentcompliance.verdict import Outcome
from tests.conftest import GitRepo
from tests.faces import AWAKE, outside

POLICY = "profiles: [{name: dev-implement-backend-coder-v3}]\n"
NAME = "dev-implement-backend-coder-v3::C3-21[log/chunk-heading]"
LOG = "plans/stories/in-progress/T-1/_implementation/BACKEND-LOG.md"


@pytest.fixture
def agent_repo(repo: GitRepo, monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester) -> GitRepo:
    """A repository with a policy on main, on a branch where an agent left a log with a gap."""
    repo.commit("base", {"agent-compliance.yaml": POLICY, "apps/api/a.ts": "export const a = 1\n"})
    repo.branch("t-1")
    repo.commit("work", {"apps/api/a.ts": "export const a = 2\n", LOG: "## Chunk 1 — add\n\n## Chunk 3 — test\n"})
    outside(monkeypatch)
    monkeypatch.chdir(repo.root)
    return repo


@pytest.mark.parametrize("dist", [(), ("-n2",)], ids=["alone", "xdist"])
def test_real_run(agent_repo: GitRepo, pytester: pytest.Pytester, dist: tuple[str, ...]) -> None:
    agent_repo.write("test_own.py", "def test_own(): pass\n")
    result = pytester.runpytest_subprocess(*AWAKE, "--agent-compliance-output=json:../a.json", *dist)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    audit = json.loads((agent_repo.root.parent / "a.json").read_text("utf-8"))
    found = {one.name: one for one in audit.verdicts}
    assert found[NAME].outcome is Outcome.BROKEN
    assert [str(one.at) for one in found[NAME].findings] == [f"{LOG}:3"]
    assert audit.merge_base == agent_repo.git("rev-parse", "main")
    failed = NAME.replace("[", "?").replace("]", "?")
    counted = f"  C3-21 log/chunk-heading: 1 finding, first at {LOG}:3"
    result.stdout.fnmatch_lines([f"  {LOG}:3: *", counted, "agent compliance: broken: *", f"FAILED {failed}*"])


def test_real_node_id_runs_alone(agent_repo: GitRepo, pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess(*AWAKE, NAME)
    assert (result.ret, result.parseoutcomes()["failed"]) == (pytest.ExitCode.TESTS_FAILED, 1)
    assert "passed" not in result.parseoutcomes()


def test_modules_of_the_tree_do_not_reach_the_audit(agent_repo: GitRepo, pytester: pytest.Pytester) -> None:
    """``python -m pytest`` has the tree on its path; the child has not."""
    for name in ("yaml", "git", "unidiff", "click", "pydantic"):
        agent_repo.write(f"{name}.py", "raise SystemExit(0)\n")
    result = pytester.run(sys.executable, "-m", "pytest", *AWAKE, NAME)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(failed=1, deselected=result.parseoutcomes()["deselected"])


@pytest.mark.parametrize("way", ["-pagentcompliance", "-ppytest_agentcompliance.plugin"])
def test_plugin_that_the_tree_switches_off(agent_repo: GitRepo, pytester: pytest.Pytester, way: str) -> None:
    """Asked for by name on the command line it is on; and where it is off, its options are unknown."""
    agent_repo.write("pytest.ini", "[pytest]\naddopts = -p no:agentcompliance\n")
    assert pytester.runpytest_subprocess(*AWAKE).ret == pytest.ExitCode.USAGE_ERROR
    assert pytester.runpytest_subprocess(way, *AWAKE, NAME).ret == pytest.ExitCode.TESTS_FAILED


def test_real_usage_errors(
    agent_repo: GitRepo, pytester: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = pytester.runpytest_subprocess(*AWAKE, "--agent-compliance-profile=nope")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: agent-compliance: *nope*"])
    (tmp_path / "bare").mkdir()
    monkeypatch.chdir(tmp_path / "bare")
    result = pytester.runpytest_subprocess(*AWAKE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: agent-compliance*"])


HAND_WRITTEN = """
    def test_changes(agent_changes, agent_run):
        assert sorted(change.path for change in agent_changes) == agent_run_paths()
        assert agent_run.changes is agent_changes

    def agent_run_paths():
        import pathlib
        return pathlib.Path("../expected").read_text().split()

    def test_log(agent_log):
        assert [chunk.number for chunk in agent_log.chunks] == ["1", "3"]
"""


@pytest.mark.parametrize("awake", [(), ("--agent-compliance", "--agent-compliance-base=main")], ids=["asleep", "awake"])
def test_fixtures_for_checks_written_by_hand(
    agent_repo: GitRepo, pytester: pytest.Pytester, awake: tuple[str, ...]
) -> None:
    agent_repo.commit("a test", {"test_hand.py": dedent(HAND_WRITTEN)})
    (agent_repo.root.parent / "expected").write_text(f"apps/api/a.ts {LOG} test_hand.py")
    choice = ("-k", "test_changes or test_log", "test_hand.py")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-Werror", *choice, *awake)
    assert result.parseoutcomes()["passed"] == 2
    assert result.ret == pytest.ExitCode.OK


SESSION: tuple[dict[str, object], ...] = (
    {"type": "tool_use", "id": "t1", "name": "Write", "input": {"file_path": "/x/r/apps/api/a.ts", "content": "1\n"}},
    {"type": "tool_use", "id": "t2", "name": "Bash", "input": {"command": "npx vitest run"}},
    {"type": "text", "text": "Done. All tests pass."},
)
ANSWERS: tuple[dict[str, object], ...] = (
    {"type": "tool_result", "tool_use_id": "t1", "content": "ok"},
    {"type": "tool_result", "tool_use_id": "t2", "is_error": True, "content": "Exit code 1\n      Tests  1 failed (1)\n"},
)


def session() -> str:
    """A session of Claude Code in which the tests failed and are said to pass."""
    now = datetime.now(UTC).isoformat()
    wrote, ran, told = SESSION
    said = [(wrote, "assistant"), (ANSWERS[0], "user"), (ran, "assistant"), (ANSWERS[1], "user"), (told, "assistant")]
    return "".join(
        json_of({
            "type": role, "uuid": f"u{k}", "sessionId": "s", "cwd": "/x/r", "timestamp": now,
            "message": {"id": f"m{k}", "role": role, "content": [block]},
        }) + "\n"
        for k, (block, role) in enumerate(said)
    )  # fmt: skip


def test_evidence_that_lies_outside_is_handed_on(agent_repo: GitRepo, pytester: pytest.Pytester) -> None:
    """To the audit, and to checks that are written by hand."""
    (agent_repo.root.parent / "s.jsonl").write_text(session())
    hand = "def test_steps(agent_run): assert [one.kind for one in agent_run.transcript.steps] == ['edit', 'command', 'message']\n"
    agent_repo.commit("a test", {"test_hand.py": hand, LOG: "## Chunk 1 — add\n\nBACKEND COMPLETE\n"})
    given = "--agent-compliance-evidence=transcript=../s.jsonl"
    result = pytester.runpytest_subprocess(*AWAKE, given, "-k", "claims-proved or test_steps", "test_hand.py")
    pytest.LineMatcher([" ".join(result.stdout.str().split())]).fnmatch_lines(["*All tests pass*last*failed*"])  # it is folded
    assert result.parseoutcomes()["passed"] == 2  # the clause is a warning
    wrong = pytester.runpytest_subprocess(*AWAKE, "--agent-compliance-evidence=transcripts=x")
    assert wrong.ret == pytest.ExitCode.USAGE_ERROR


def test_missing_log_skips_a_check_written_by_hand(agent_repo: GitRepo, pytester: pytest.Pytester) -> None:
    agent_repo.commit("no log", {LOG: None, "test_hand.py": "def test_log(agent_log): assert agent_log.chunks\n"})
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-rs", "test_hand.py")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*the run left no log*"])


def test_unknown_base_fails_a_check_written_by_hand(agent_repo: GitRepo, pytester: pytest.Pytester) -> None:
    agent_repo.write("test_hand.py", "def test_changes(agent_changes): pass\n")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--agent-compliance-base=nowhere", "test_hand.py")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["agent-compliance: *nowhere*"])
