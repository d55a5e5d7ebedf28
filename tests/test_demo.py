"""The demo: which clauses its agent breaks, where, and that the same run without its deeds breaks none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentcompliance import engine, profile
from pytest_agentcompliance.cli import DEMOS, STACKS
from pytest_agentcompliance.demo import CODER, SHOWS, Show, Tale, make, play, switch
from pytest_agentcompliance.demo.coder.words import log_of
from pytest_agentcompliance.errors import AgentComplianceError, UsageError

RUNS = CODER.runs
ALL = [(show, tale) for show in SHOWS.values() for tale in show.runs]
each_show = pytest.mark.parametrize("show", SHOWS.values(), ids=SHOWS)
each_run = pytest.mark.parametrize(("show", "tale"), ALL, ids=[f"{show.name}-{tale.name}" for show, tale in ALL])


@each_run
def test_exactly_what_was_announced_is_found(tmp_path: Path, show: Show, tale: Tale) -> None:
    root = make(tmp_path / "demo", show)
    switch(root, tale.branch)
    output, code, verdicts = play.audited(root, tmp_path / "verdicts.json")
    assert play.found(verdicts) == play.planned(tale), output
    assert code == 1
    for breach in tale.breaches:
        assert breach.clause in output
        assert breach.rule in output
    assert list(tale.breaches) == sorted(tale.breaches, key=lambda one: (one.clause, one.rule)), "they are told in order"


@pytest.mark.walk
@each_run
def test_mended_run_is_green(tmp_path: Path, show: Show, tale: Tale) -> None:
    root = make(tmp_path / "demo", show, mended=True)
    switch(root, tale.branch)
    output, code, verdicts = play.audited(root, tmp_path / "verdicts.json")
    assert (play.found(verdicts), code) == ({}, 0), output
    kept = {(one["clause"], one["rule"]) for one in verdicts if one["outcome"] == "kept"}
    assert kept >= set(play.planned(tale))


def test_shell_knows_every_show() -> None:
    stacks = [f"{name}-{stack}" for name, all_of in STACKS.items() for stack in all_of[1:]]
    assert list(SHOWS) == [*DEMOS, *stacks]


@each_show
def test_every_clause_of_the_profile_is_broken_once(show: Show) -> None:
    """Over all runs; what is not built, and what only a person can judge, apart."""
    judged = {clause.id for clause in profile.load(show.profile).clauses if any(bound.rule for bound in clause.rules)}
    assert {breach.clause for tale in show.runs for breach in tale.breaches} == judged


def test_policy_is_the_one_that_init_proposes_and_lies_on_main(tmp_path: Path) -> None:
    root = make(tmp_path / "demo", CODER)

    def git(*args: str) -> str:
        return subprocess.run(["git", *args], cwd=root, check=True, capture_output=True, text=True).stdout

    assert f"name: {CODER.profile}\n    feature_dir: plans/features/wishlist\n" in git("show", "main:agent-compliance.yaml")
    assert git("rev-parse", "--abbrev-ref", "HEAD").strip() == RUNS[0].branch
    assert git("status", "--porcelain") == ""
    assert git("log", "--format=%an", "main..").split() == ["wish-agent", "wish-agent"]


def test_commits_are_the_same_every_time_whatever_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def head(root: Path) -> list[str]:
        return [(root / ".git" / "refs" / "heads" / tale.branch).read_text() for tale in RUNS]

    first = head(make(tmp_path / "one", CODER))
    (tmp_path / "gitconfig").write_text("[user]\nname = Mallory\n[commit]\ngpgsign = true\n[core]\nautocrlf = true\n")
    for name, value in {"GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"), "GIT_AUTHOR_NAME": "Mallory",
                        "GIT_DIR": str(tmp_path / "one" / ".git"), "TZ": "Asia/Tokyo"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    assert head(make(tmp_path / "two", CODER)) == first


def test_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty; pass a folder that is, or a new one"):
        make(tmp_path, CODER)
    with pytest.raises(UsageError, match="pass a new folder"):
        make(tmp_path / "mine.txt", CODER)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_demo_that_finds_something_else_fails(tmp_path: Path) -> None:
    verdicts = play.audited(make(tmp_path / "demo", CODER, mended=True), tmp_path / "verdicts.json")[2]
    with pytest.raises(AgentComplianceError, match=r"'code' did not go as planned: pytest exits with 0, .* C3-03\["):
        play.as_planned(RUNS[0], 0, verdicts)


def test_one_run_is_told_alone_and_whole(tmp_path: Path) -> None:
    lines: list[str] = []
    play.run(CODER, tmp_path / "kept", lines.append, "stop")
    said = "\n".join(lines)
    assert "C3-14[blockers/format]" in said
    assert "The run 'code'" not in said
    head = (tmp_path / "kept" / ".git" / "HEAD").read_text()
    assert head.strip() == f"ref: refs/heads/{RUNS[0].branch}"


def test_demo_from_the_shell(tmp_path: Path) -> None:
    """It goes as planned under variables that CI, git and pytest would take for advice, and says what was seen."""
    hostile = {"PYTEST_ADDOPTS": "--no-such-option", "GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "no-such", "GIT_DIR": "/nowhere"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest_agentcompliance", "demo", "--keep", "kept wishes"],
        cwd=tmp_path, env={**os.environ, **hostile}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    for tale in RUNS:
        for breach in tale.breaches:
            assert f"  {breach.clause}  The agent {breach.deed.split(',')[0][:60]}" in done.stdout
    assert f"cd '{tmp_path / 'kept wishes'}' && " in done.stdout
    assert (tmp_path / "kept wishes" / log_of("WISH-001")).is_file()
    assert not (tmp_path / "kept wishes" / ".pytest_cache").exists()


def test_head_that_is_named_by_its_branch_names_the_story(tmp_path: Path) -> None:
    """Its log lies where none belongs, so that nothing but the branch says which story it is; another branch is checked out."""
    root, stop = make(tmp_path / "demo", CODER), RUNS[2]
    audit = engine.audit(engine.Options(root, base="main", head=stop.branch, environ={}))
    verdicts = [one for one in audit.verdicts if one.findings]
    assert {(one.clause, one.rule): tuple(sorted(str(each.at) for each in one.findings)) for one in verdicts} == play.planned(stop)
