"""An audit depends on what is audited alone: not on hashes, locale, time zone, or the order in which files were written."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_agentcompliance.demo import CODER, Tale, make, switch

each_run = pytest.mark.parametrize("tale", CODER.runs, ids=lambda tale: tale.name)
HERE = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP") if name in os.environ}


def audited(root: Path, *words: str, **environment: str) -> bytes:
    asked = ["--repo", str(root), "--base", "main", "--output", "json", *words]
    done = subprocess.run(
        [sys.executable, "-m", "pytest_agentcompliance", "audit", *asked],
        cwd=root.parent, env={**HERE, **environment}, stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    return done.stdout


@each_run
def test_two_runs_say_the_same_byte_for_byte(tmp_path: Path, tale: Tale) -> None:
    root = make(tmp_path / "demo", CODER)
    first = audited(root, "--head", tale.branch, PYTHONHASHSEED="1", LC_ALL="C", TZ="UTC")
    elsewhere = {"LC_ALL": "C.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Asia/Tokyo", "HOME": str(tmp_path)}
    second = audited(root, "--head", tale.branch, PYTHONHASHSEED="2", **elsewhere)
    assert CODER.profile.encode() in first
    assert first == second


@pytest.mark.walk
@each_run
def test_order_in_which_files_lie_in_their_folders_makes_no_difference(tmp_path: Path, tale: Tale) -> None:
    """Of the work tree as it stands: both have the same files, one has them written backwards."""
    root = make(tmp_path / "demo", CODER)
    switch(root, tale.branch)
    files = {path.relative_to(root): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
    forward, backward = tmp_path / "forward" / "demo", tmp_path / "backward" / "demo"
    lay(forward, files)
    lay(backward, dict(reversed(files.items())))
    assert audited(forward, PYTHONHASHSEED="1") == audited(backward, PYTHONHASHSEED="2")


def lay(root: Path, files: Mapping[Path, bytes]) -> None:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    (root / ".git" / "refs" / "tags").mkdir(parents=True, exist_ok=True)
    shutil.rmtree(root / ".git" / "logs", ignore_errors=True)
