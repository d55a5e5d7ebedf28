"""What real tools print, green, red, with nothing to do and filtered, is read as what was really there."""

import contextlib
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentcompliance.parsing.work import read
from tests.real_tools.projects import MAKERS, STATES, TOOLS, environment

pytestmark = pytest.mark.walk


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("tool", TOOLS)
def test_is_read_as_what_was_there(tool: str, state: str, tmp_path: Path) -> None:
    project = MAKERS[state](tool, tmp_path)
    done = subprocess.run(
        project.command, cwd=project.folder, env=environment(), check=False, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    output = done.stdout.decode("utf-8", "replace")
    assert (read(shlex.join(project.command), output), done.returncode) == (project.work, project.exit_code), output
    assert read("make lint test", output) == project.work, "and where the command does not name the tool"


@pytest.mark.skipif(sys.platform == "win32", reason="has no such terminals")
@pytest.mark.parametrize("tool", ["pytest", "unittest", "vitest", "jest", "mocha", "eslint", "tsc"])
def test_on_a_terminal(tool: str, tmp_path: Path) -> None:
    """There, tools write in colours, and over what they wrote before."""
    import pty

    project = MAKERS["red"](tool, tmp_path)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        project.command,
        cwd=project.folder,
        env={**environment(), "TERM": "xterm-256color"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as child:
        os.close(theirs)
        output = b""
        with contextlib.suppress(OSError):  # which is how its end is told
            while data := os.read(ours, 65_536):
                output += data
    os.close(ours)
    assert child.returncode == project.exit_code
    assert read(shlex.join(project.command), output.decode("utf-8", "replace")) == project.work, output
