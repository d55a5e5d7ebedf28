"""``agent-compliance prove`` as a process of its own, over a real repository."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_agentcompliance.parsing.proofs import statement
from pytest_agentcompliance.parsing.proofs.record import FOLDER, Record
from tests.conftest import GitRepo
from tests.in_toto import validated

PROVE = (sys.executable, "-m", "pytest_agentcompliance", "prove")
PYTHON = (sys.executable, "-c")
PATIENCE = 120  # seconds, after which a test hangs


def environ(repo: GitRepo, more: Mapping[str, str] | None = None) -> dict[str, str]:
    return {**repo.env, "PYTHONDONTWRITEBYTECODE": "1", **(more or {})}


def prove(
    repo: GitRepo, name: str, *command: str, options: tuple[str, ...] = (), folder: str = "", **more: Any
) -> "subprocess.CompletedProcess[bytes]":
    """Prove a command in a folder of the repository."""
    given = {"stdin": subprocess.DEVNULL, "capture_output": True, "env": environ(repo), "timeout": PATIENCE, **more}
    if "input" in given:
        del given["stdin"]
    return subprocess.run([*PROVE, name, *options, "--", *command], cwd=repo.root / folder, check=False, **given)


def files(repo: GitRepo) -> list[Path]:
    return sorted((repo.root / FOLDER).glob("*.json"))


def records(repo: GitRepo) -> list[Record]:
    """All proofs in the order of their files. Each is held against in-toto's own library and against its output."""
    found = []
    for file in files(repo):
        plain, _ = statement.payload(file.read_bytes())
        validated(plain)
        record = statement.from_statement(plain)
        assert file.name.endswith(f"-{statement.digest(plain)[:8]}.json")
        if record.output.file:
            assert hashlib.sha256((file.parent / record.output.file).read_bytes()).hexdigest() == record.output.sha256
        found.append(record)
    return found


def record(repo: GitRepo) -> Record:
    """The last one."""
    return records(repo)[-1]


def output(repo: GitRepo) -> str:
    """What was kept of what the last command printed."""
    name = record(repo).output.file
    return (repo.root / FOLDER / name).read_text() if name else ""


def snapshot(folder: Path) -> dict[str, tuple[object, ...]]:
    """All that lies in a folder, with what the system says of it; folders of proofs left out."""
    found: dict[str, tuple[object, ...]] = {}
    for at, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".agent-compliance"]
        for name in [*folders, *names]:
            path = Path(at, name)
            one = path.lstat()
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            stamp = (one.st_mtime_ns, one.st_ctime_ns) if path != folder else ()
            found[str(path.relative_to(folder))] = (one.st_mode, one.st_ino, one.st_size, stamp, content)
    return found
