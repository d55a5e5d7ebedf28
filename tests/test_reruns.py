"""``--reruns``: the folder in which a CI says what it ran again, and where that folder must not lie."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pytest_agentcompliance.cli import main
from tests.conftest import GitRepo
from tests.faces import AWAKE, Judged, outside, stand_in

POLICY = "profiles: [{name: dev-implement-backend-coder-v3}]\n"


@pytest.fixture
def ready(repo: GitRepo) -> GitRepo:
    repo.commit("base", {"agent-compliance.yaml": POLICY})
    repo.branch("agent")
    repo.commit("work", {"a.md": "x\n", "reruns/.keep": ""})
    return repo


def audit(repo: GitRepo, reruns: Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["audit", "--repo", str(repo.root), "--base", "main", "--reruns", str(reruns)])
    return done.exit_code, done.output


@pytest.mark.parametrize("within", ["reruns", ".", ".git", "new/folder"])
def test_folder_in_the_repository_is_refused(ready: GitRepo, within: str) -> None:
    code, said = audit(ready, ready.root / within)
    assert code == 2
    assert "it lies in the repository, where the run itself can write" in said


def test_link_into_the_repository_is_refused(ready: GitRepo) -> None:
    link = ready.root.parent / "link"
    link.symlink_to(ready.root / "reruns")
    code, said = audit(ready, link)
    assert (code, "it lies in the repository" in said) == (2, True)


def test_folder_that_is_not_there_is_refused(ready: GitRepo) -> None:
    (ready.root.parent / "file").write_text("")
    for name in ("nowhere", "file"):
        code, said = audit(ready, ready.root.parent / name)
        assert code == 2
        assert "there is no such folder; 'agent-compliance prove --rerun --to DIR' makes it" in said


def test_folder_outside_is_taken(ready: GitRepo) -> None:
    (ready.root.parent / "reruns").mkdir()
    assert audit(ready, ready.root.parent / "reruns")[0] in (0, 1)


# Every program that a process starts is told to the hook; Python offers no way to take one away again.
WATCHED = """
import os, sys
def hook(event, given):
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.startfile", "pty.spawn"):
        print("RAN", event, os.path.basename(os.fsdecode(given[0])), file=sys.stderr)
sys.addaudithook(hook)
from pytest_agentcompliance.cli import main
main(["audit", "--base", "main", "--reruns", sys.argv[1]])
"""


def test_audit_runs_nothing_but_git(ready: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what base's policy lists, nor what a proof names, nor what a rerun names."""
    monkeypatch.chdir(ready.root)
    trace = ready.root.parent / "trace"
    touch = [sys.executable, "-c", f"open({str(trace)!r}, 'w')"]
    ready.git("checkout", "--quiet", "main")
    listed = "".join(f"    - {{name: {name}, command: {touch!r}}}\n" for name in ("one", "two"))
    ready.commit("law", {"agent-compliance.yaml": f"{POLICY}proofs:\n  rerun:\n{listed}"})
    ready.git("checkout", "--quiet", "agent")
    ready.git("rebase", "--quiet", "main")
    where = ["--base", "main", "--repo", str(ready.root)]
    assert CliRunner().invoke(main, ["prove", "one", *where, "--", *touch]).exit_code == 0
    ready.commit("proof")
    done = CliRunner().invoke(main, ["prove", "--rerun", *where, "--to", str(ready.root.parent / "reruns")])
    assert done.exit_code == 0, done.output
    assert trace.exists()
    trace.unlink()
    watched = subprocess.run(
        [sys.executable, "-c", WATCHED, str(ready.root.parent / "reruns")],
        cwd=ready.root, env=ready.env, check=False, capture_output=True, text=True,
    )  # fmt: skip
    ran = {line.split()[2] for line in watched.stderr.splitlines() if line.startswith("RAN")}
    assert watched.returncode in (0, 1), watched.stderr
    assert ran == {"git"}
    assert not trace.exists()


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judged:
    return stand_in(tmp_path / "child", monkeypatch)


def test_pytest_hands_the_folder_on(tmp_path: Path, judged: Judged, pytester: pytest.Pytester) -> None:
    (tmp_path / "child").mkdir()
    child = judged()
    pytester.runpytest_inprocess(*AWAKE, "--agent-compliance-reruns", "there")
    assert f"--reruns={pytester.path / 'there'}" in (child / "args").read_text().split("\n")


def test_pytest_says_it_with_its_own_option(
    ready: GitRepo, monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester
) -> None:
    outside(monkeypatch)
    monkeypatch.chdir(ready.root)
    result = pytester.runpytest_inprocess(*AWAKE, "--agent-compliance-base=main", "--agent-compliance-reruns=reruns")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--agent-compliance-reruns *reruns: it lies in the repository*"])
