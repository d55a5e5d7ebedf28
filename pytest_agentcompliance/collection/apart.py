"""The audit in a process of its own, into which neither the audited tree's modules nor its environment reach."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pytest_agentcompliance.collection.asked import Asked
from pytest_agentcompliance.reporters import formats
from pytest_agentcompliance.reporters.text import shown

# The child takes nothing from these: they load code, or steer a pytest, a coverage, a git that is not its own.
KEPT_FROM_CHILD = (
    "PYTEST_", "PYTHON", "COV_", "COVERAGE_", "PYDANTIC_", "GIT_",
    "LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES", "OPENSSL_CONF",
)  # fmt: skip
OURS = ("output", "bundle")  # what is written here, and not by the child
LAST_WORDS = 20  # lines


def judged(asked: Asked, folder: Path, names: Sequence[str]) -> tuple[str, dict[str, bytes]]:
    """The audit's JSON, and as the child wrote them the bundle, and the formats that were asked for and show more than it has.

    What the child could not make of these is not there. Raises ``pytest.UsageError`` with what it said where there is no audit.
    """
    rich = [name for name in dict.fromkeys(name for name, _ in asked.outputs) if name in formats.RICH]
    with TemporaryDirectory(prefix="agent-compliance-") as between:
        files = {name: Path(between) / name for name in rich}
        also = [f"--output={name}:{file}" for name, file in files.items()]
        if bundles := asked.settings.get("bundle"):
            (Path(between) / "bundle").mkdir()
            files["bundle"] = Path(between) / "bundle" / Path(bundles[-1]).name  # which says whether it is zipped
            also.append(f"--bundle={files['bundle']}")
        told = _told(asked, folder, names, also)
        return told, {name: file.read_bytes() for name, file in files.items() if file.is_file()}


def _told(asked: Asked, folder: Path, names: Sequence[str], also: Sequence[str]) -> str:
    command = [sys.executable, "-I", "-m", "pytest_agentcompliance", "audit", f"--repo={asked.repository}", "--output=json", *also]
    command += [f"--{name}={value}" for name, values in asked.settings.items() if name not in OURS for value in values]
    environ = {name: value for name, value in os.environ.items() if not name.upper().startswith(KEPT_FROM_CHILD)}
    done = subprocess.run(
        command + asked.session, cwd=folder, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode in (0, 1, 3) and done.stdout.strip():
        return done.stdout.decode("utf-8", "backslashreplace")
    last_words = respelled(_readable(done.stderr), names)
    if done.returncode == 2:
        raise pytest.UsageError(last_words)
    silent = f"exit code {done.returncode}, and no word"
    raise pytest.UsageError(f"agent-compliance could not judge: {last_words.removeprefix('agent-compliance: ') or silent}")


def _readable(stderr: bytes) -> str:
    """The end of what the child said, without control characters."""
    said = stderr.decode("utf-8", "backslashreplace").strip().splitlines()[-LAST_WORDS:]
    return "\n".join(map(shown, said))


def respelled(text: str, names: Sequence[str]) -> str:
    """A message of the command's with its options as pytest knows them."""
    ours = re.sub(rf"(?<![\w-])--({'|'.join(names)})(?![\w-])", r"--agent-compliance-\1", text)
    return re.sub(r"(?<![\w-])--repo(?![\w-])", "--rootdir", ours)
