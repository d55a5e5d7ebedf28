"""The demo's repository: real commits of a fictitious agent, a branch for each run, the same ids every time."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pytest_agentcompliance import adoption, policy
from pytest_agentcompliance.demo.tale import Files, Show, Step
from pytest_agentcompliance.errors import AgentComplianceError, UsageError
from pytest_agentcompliance.sources.shadow import find_git

PEOPLE = {"Ada": "ada@example.org", "wish-agent": "agent@example.org"}
PROVE = ("-P", "-m", "pytest_agentcompliance", "prove", "--quiet")
KEPT = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")


def make(root: Path, show: Show, *, mended: bool = False) -> Path:
    """Make a show's repository in an empty folder, on the first run's branch; ``main`` has the policy.

    ``mended``: the runs keep every clause. Raises ``UsageError`` where something lies in the folder already.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        if any(root.iterdir()):
            raise UsageError(f"{root} is not empty; pass a folder that is, or a new one")
    except OSError as wrong:
        raise UsageError(f"{root}: {wrong.strerror}; pass a new folder") from wrong
    git = _Git(root)
    git("init", "--quiet", "--template=", "--initial-branch=main", ".")
    git("config", "core.autocrlf", "false")
    _write(root, show.before)
    _write(root, {policy.FILE: show.policy or adoption.propose(root).text})
    git.commit("Ada", "Plan the story, and hold agents to their spec")
    for tale in reversed(show.runs):
        git("checkout", "--quiet", "-b", tale.branch, "main")
        for step in tale.mended if mended else tale.broken:
            _write(root, step.files)
            git.commit("wish-agent", step.message)
            _prove(root, step, git, show.tools)
    return root


def _prove(root: Path, step: Step, git: "_Git", tools: Mapping[str, str]) -> None:
    """Record what the agent ran after a step, and commit the proofs. Raises ``AgentComplianceError`` where a command fails."""
    if not step.proved:
        return
    with tempfile.TemporaryDirectory(prefix="agent-compliance-tools-") as folder:
        for name, script in tools.items():
            file = Path(folder, name)
            file.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
            file.chmod(0o755)
        beside = os.pathsep.join([folder, os.path.dirname(sys.executable), os.environ.get("PATH", "")])  # Python's own
        _run_proved(root, step, {**os.environ, "PATH": beside, "PYTHONDONTWRITEBYTECODE": "1"})
    git.commit("wish-agent", "Record what the checks said of this tree", ".agent-compliance")


def _run_proved(root: Path, step: Step, environment: Mapping[str, str]) -> None:
    for name, command in step.proved.items():
        said = [sys.executable, *PROVE, name, "--", *command]
        done = subprocess.run(
            said, cwd=root, env=environment, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        if done.returncode:
            raise AgentComplianceError(f"the demo could not prove {name}:\n{done.stdout}{done.stderr}")


def switch(root: Path, branch: str) -> None:
    """Put the work tree on a branch."""
    _Git(root)("checkout", "--quiet", branch, "--")


class _Git:
    """git in one folder, with nothing of the user's environment or configuration."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.executable = find_git(root)
        self.minutes = 0

    def __call__(self, *args: str, **extra: str) -> None:
        subprocess.run(
            [self.executable, *args], cwd=self.root, env={**self._environment(), **extra},
            check=True, capture_output=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def commit(self, who: str, message: str, folder: str = ".") -> None:
        """Commit all that lies there, or in a folder, ten minutes after the last commit."""
        day = f"2026-03-02T{9 + self.minutes // 60:02}:{self.minutes % 60:02}:00+00:00"
        self.minutes += 10
        people = {f"GIT_{role}_NAME": who for role in ("AUTHOR", "COMMITTER")}
        people |= {f"GIT_{role}_EMAIL": PEOPLE[who] for role in ("AUTHOR", "COMMITTER")}
        people |= {f"GIT_{role}_DATE": day for role in ("AUTHOR", "COMMITTER")}
        self("add", "--all", "--force", folder)
        self("commit", "--quiet", "--no-verify", "--no-gpg-sign", "-m", message, **people)

    def _environment(self) -> Mapping[str, str]:
        nobody = {"HOME": str(self.root / ".git"), "XDG_CONFIG_HOME": str(self.root / ".git"), "LC_ALL": "C.UTF-8"}
        nobody |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
        return {name: os.environ[name] for name in KEPT if name in os.environ} | nobody


def _write(root: Path, files: Files) -> None:
    for path, text in files.items():
        file = root / path
        if text is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))
