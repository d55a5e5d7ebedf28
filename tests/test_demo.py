"""The demo: which clauses its agent breaks, where, and that the same run without its deeds breaks none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentcompliance.demo import BREACHES, make, play, tale
from pytest_agentcompliance.errors import AgentComplianceError, UsageError

PLANNED = {(breach.clause, breach.rule): tuple(sorted(breach.places)) for breach in BREACHES}


def test_exactly_what_was_announced_is_broken(tmp_path: Path) -> None:
    output, code, verdicts = play.audited(make(tmp_path / "demo"), tmp_path / "verdicts.json")
    assert play.broken(verdicts) == PLANNED, output
    assert code == 1
    for breach in BREACHES:
        assert f"{breach.clause}[{breach.rule}]" in output
        assert all(place in output for place in breach.places)


def test_mended_run_is_green(tmp_path: Path) -> None:
    output, code, verdicts = play.audited(make(tmp_path / "demo", mended=True), tmp_path / "verdicts.json")
    assert (play.broken(verdicts), code) == ({}, 0), output
    assert [finding for one in verdicts for finding in one["findings"]] == []
    kept = {(one["clause"], one["rule"]) for one in verdicts if one["outcome"] == "kept"}
    assert kept >= set(PLANNED)


def test_policy_is_the_one_that_init_proposes_and_lies_on_main(tmp_path: Path) -> None:
    root = make(tmp_path / "demo")

    def git(*args: str) -> str:
        return subprocess.run(["git", *args], cwd=root, check=True, capture_output=True, text=True).stdout

    assert f"name: {tale.PROFILE}\n    feature_dir: plans/features/wishlist\n" in git("show", "main:agent-compliance.yaml")
    assert git("rev-parse", "--abbrev-ref", "HEAD").strip() == tale.BRANCH
    assert git("status", "--porcelain") == ""
    assert git("log", "--format=%an", "main..").split() == ["wish-agent", "wish-agent"]


def test_commits_are_the_same_every_time_whatever_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def head(root: Path) -> str:
        return (root / ".git" / "refs" / "heads" / tale.BRANCH).read_text()

    first = head(make(tmp_path / "one"))
    (tmp_path / "gitconfig").write_text("[user]\nname = Mallory\n[commit]\ngpgsign = true\n[core]\nautocrlf = true\n")
    for name, value in {"GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"), "GIT_AUTHOR_NAME": "Mallory",
                        "GIT_DIR": str(tmp_path / "one" / ".git"), "TZ": "Asia/Tokyo"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    assert head(make(tmp_path / "two")) == first


def test_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty; pass a folder that is, or a new one"):
        make(tmp_path)
    with pytest.raises(UsageError, match="pass a new folder"):
        make(tmp_path / "mine.txt")
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_demo_that_finds_something_else_fails(tmp_path: Path) -> None:
    verdicts = play.audited(make(tmp_path / "demo", mended=True), tmp_path / "verdicts.json")[2]
    with pytest.raises(AgentComplianceError, match=r"not go as planned: pytest exits with 0, .* C3-03\[scope/allowed-paths\]"):
        play.as_planned(0, verdicts)


def test_demo_from_the_shell(tmp_path: Path) -> None:
    """It goes as planned under variables that CI, git and pytest would take for advice, and says what was seen."""
    hostile = {"PYTEST_ADDOPTS": "--no-such-option", "GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "no-such", "GIT_DIR": "/nowhere"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest_agentcompliance", "demo", "--keep", "kept wishes"],
        cwd=tmp_path, env={**os.environ, **hostile}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    for breach in BREACHES:
        assert f"  {breach.clause}  The agent {breach.deed.split(',')[0][:60]}" in done.stdout
    assert f"cd '{tmp_path / 'kept wishes'}' && " in done.stdout
    assert (tmp_path / "kept wishes" / tale.LOG).is_file()
    assert not (tmp_path / "kept wishes" / ".pytest_cache").exists()
