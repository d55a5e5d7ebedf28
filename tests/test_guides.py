"""docs/guides/: each guide is followed from top to bottom in a repository of its own, and prints what it shows.

A block below a line that names a file is that file. In a block of the console each line that begins with ``$ `` is typed, and what
stands below it comes out, but for what is left out with ``[...]``.
"""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pytest_agentcompliance import policy, profile
from tests.conftest import GitRepo
from tests.test_readme import LEFT_OUT, missing

pytestmark = pytest.mark.walk

GUIDES = Path(__file__).parent.parent / "docs" / "guides"
BLOCK = re.compile(r"(?:^`([^`\n]+)`:\n\n)?^(`{3,})(\w+)\n(.*?)^\2$", re.MULTILINE | re.DOTALL)
FOLLOWED = ("five-minutes", "monorepo", "writing-a-profile", "writing-a-rule")


def blocks(guide: str) -> list[tuple[str, str, str]]:
    """Kind, file and text of each block of code."""
    text = (GUIDES / f"{guide}.md").read_text("utf-8")
    return [(kind, file, body) for file, _, kind, body in BLOCK.findall(text)]


def typed(console: str) -> list[tuple[str, str]]:
    """The commands of a block, each with what it is said to print."""
    found: list[tuple[str, str]] = []
    for line in console.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        else:
            command, shown = found[-1]
            found[-1] = (command, f"{shown}{line}\n")
    return found


@pytest.fixture
def shell(repo: GitRepo, tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has the package installed, and nothing else of this machine."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, words in (("agent-compliance", "-m pytest_agentcompliance"), ("python", "")):
        file = folder / name
        file.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        file.chmod(file.stat().st_mode | stat.S_IEXEC)
    path = f"{folder}{os.pathsep}{repo.env['PATH']}"
    return {**repo.env, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(repo.root)}


def installed(repo: GitRepo, project: str) -> None:
    """What pip makes of the package of the guide, for a Python that finds the repository on its path; git does not see it."""
    import tomllib

    read = tomllib.loads(project)["project"]
    points = read["entry-points"]["agent_compliance"]
    lines = "".join(f"{name} = {where}\n" for name, where in points.items())
    repo.write(f"{read['name']}.dist-info/entry_points.txt", f"[agent_compliance]\n{lines}")
    repo.write(f"{read['name']}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {read['name']}\nVersion: {read['version']}\n")
    (repo.root / ".git" / "info").mkdir(exist_ok=True)
    (repo.root / ".git" / "info" / "exclude").write_text("*.dist-info/\n")


@pytest.mark.parametrize("guide", FOLLOWED)
def test_guide_can_be_followed(guide: str, repo: GitRepo, shell: dict[str, str]) -> None:
    count = 0
    for kind, file, body in blocks(guide):
        if file:
            repo.write(file, body)
            if file == "pyproject.toml":
                installed(repo, body)
        elif kind == "console":
            for command, shown in typed(body):
                count += 1
                done = subprocess.run(
                    ["bash", "-c", command], cwd=repo.root, env=shell, check=False, stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                )  # fmt: skip
                printed = done.stdout.decode()
                assert done.returncode == 0, f"{command}\n{printed}"
                assert missing(shown, printed) == "", f"{command}\n{printed}"
                assert printed or not shown.replace(LEFT_OUT, "").strip()
    assert count > 1


@pytest.mark.parametrize("guide", [file.stem for file in sorted(GUIDES.glob("*.md"))])
def test_what_a_guide_shows_can_be_read(guide: str) -> None:
    """YAML is YAML, a policy and a profile are such, and what is typed for the shell is no mistake of syntax."""
    for kind, file, body in blocks(guide):
        if kind == "yaml":
            for read in yaml.safe_load_all(body):
                assert read
        if file.startswith(profile.FOLDER):
            texts = {Path(name).stem: text for _, name, text in blocks(guide)}
            assert profile.read(Path(file).stem, texts.get).spelled
        if file == policy.FILE:
            assert policy.parse(body, file).profiles
        if kind == "sh":
            subprocess.run(["bash", "-n"], input=body.encode(), check=True)
