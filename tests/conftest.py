"""Real git repositories for every test that needs one."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Imported here on purpose: an in-process pytester run forgets every module first
# imported inside it, and a module that is imported twice has two of each class.
import pytest_agentcompliance.collection  # noqa: F401

pytest_plugins = ["pytester"]

# A slow machine is no defect: nothing that hypothesis drives is timed.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

WHO = ("Ada", "ada@example.org")


@dataclass(frozen=True)
class GitRepo:
    """A repository of its own, with nothing of the user's configuration or environment in it."""

    root: Path

    @property
    def env(self) -> dict[str, str]:
        """The whole environment that git gets: HOME is an empty folder beside the repository's root."""
        name, mail = WHO
        kept = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP") if key in os.environ}
        home = str(self.root.parent / "nobody-home")
        return kept | {
            "HOME": home, "XDG_CONFIG_HOME": home, "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0",
            "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": mail, "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": mail,
        }  # fmt: skip

    def git(self, *args: str) -> str:
        """What ``git args`` prints, without the last line end. Raises ``CalledProcessError`` when it fails."""
        done = subprocess.run(
            ["git", *args], cwd=self.root, env=self.env, check=True, capture_output=True, stdin=subprocess.DEVNULL
        )
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file of the work tree, byte for byte, and the folders above it."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)
        return file

    def commit(self, message: str, files: Mapping[str, str | bytes | None] | None = None) -> str:
        """Write the files (None deletes one), commit all that the work tree has, and return the commit's id."""
        for path, content in (files or {}).items():
            if content is None:
                (self.root / path).unlink()
            else:
                self.write(path, content)
        self.git("add", "--all", "--force", ".")
        self.git("commit", "--quiet", "--allow-empty", "--no-verify", "-m", message)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str) -> None:
        """Make a branch here and go on there."""
        self.git("checkout", "--quiet", "-b", name)


def new_repo(root: Path) -> GitRepo:
    """An empty repository at ``root``, on an unborn branch ``main``."""
    root.mkdir(parents=True, exist_ok=True)
    made = GitRepo(root)
    made.git("init", "--quiet", "--template=", "--initial-branch=main", ".")
    made.git("config", "core.autocrlf", "false")
    return made


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """An empty repository in a folder of the test's own."""
    return new_repo(tmp_path / "repo")
