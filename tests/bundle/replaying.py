"""Bundles, and the place where they are replayed: an empty folder, and no git that could be found."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest_agentcompliance

HOME = Path(pytest_agentcompliance.__file__).parents[1]
COMMAND = "import sys; sys.path.insert(0, sys.argv.pop(1)); from pytest_agentcompliance.__main__ import run; run()"
# All bundles of a folder, in one process: each format of each goes to a file beside it.
EVERY = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv.pop(1))
from pytest_agentcompliance import bundle, terminal
for file in sorted(Path(sys.argv[1]).glob("*.tar*")):
    done = bundle.read(file)
    Path(f"{file}.said").write_text(chr(10).join(done.said))
    for name in sys.argv[2:]:
        terminal.write(done.account, name, f"{file}.{name}.again", None)
print("git" in sys.modules)
"""


@dataclass(frozen=True)
class Ran:
    """What a process printed, and how it ended."""

    code: int
    out: bytes
    err: str


def ran(folder: Path, *args: str, script: str = COMMAND, path: str = os.environ["PATH"]) -> Ran:
    """The package that is tested, in a process of its own, in a folder; ``path`` is where it finds other programs."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, str(HOME), *args], cwd=folder, env={"PATH": path, "HOME": str(folder)},
        capture_output=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr.decode("utf-8", "backslashreplace"))


def replayed(bundle: Path, empty: Path, *args: str) -> Ran:
    """The audit again, in an empty folder and without a git."""
    empty.mkdir(exist_ok=True)
    assert not list(empty.iterdir())
    return ran(empty, "audit", "--from-bundle", str(bundle), *args, path=str(empty))
