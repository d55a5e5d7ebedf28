"""What the README shows is what comes out, what it tells people to type exists, and CI runs its command."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from io import StringIO
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from pytest_agentcompliance import policy, profile
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.demo import CODER, make, play
from pytest_agentcompliance.reporters import formats
from tests.conftest import GitRepo

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
SHOWN = {block.partition("\n")[0]: block.partition("\n")[2] for kind, block in BLOCKS if kind == "console"}
COMMANDS = [line.strip() for line in README.splitlines() if line.startswith("    python3 -m venv")]
LEFT_OUT = "[...]"
SECONDS = re.compile(r" in \d+\.\d+s\b ?|=+| after \d+\.\d s\b")


def told(text: str) -> list[str]:
    """Lines without what differs from run to run: seconds, and the length of pytest's rules."""
    return [SECONDS.sub("", line).strip() for line in text.splitlines()]


def missing(shown: str, real: str) -> str:
    """The first shown line that does not come next in the real output, where nothing may lie between but what is left out."""
    lines, at, gap = told(real), 0, False
    for line in told(shown):
        if line == LEFT_OUT:
            gap = True
            continue
        start, hole, end = line.partition(LEFT_OUT)
        for position in range(at, len(lines) if gap else min(at + 1, len(lines))):
            if lines[position] == line or (hole and lines[position].startswith(start) and lines[position].endswith(end)):
                at, gap = position + 1, False
                break
        else:
            return line
    return ""


def test_a_line_that_is_not_there_is_noticed() -> None:
    assert missing("a\n[...]\nd", "a\nb\nc\nd") == ""
    assert missing("a\nd", "a\nb\nc\nd") == "d"
    assert missing("a\n[...]\nb", "a\nc") == "b"
    assert missing("== 1 failed in 0.10s ==", "=== 1 failed in 2.34s ===") == ""
    assert missing("== 1 failed in 0.10s ==", "=== 2 failed in 2.34s ===") != ""
    assert missing("wrote [...]x.yaml", "wrote /a/x.yaml") == ""


def test_demo_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", StringIO())  # no terminal, even under -s
    lines: list[str] = []
    play.run(CODER, None, lines.append)
    assert missing(SHOWN["$ agent-compliance demo"], "\n".join(lines)) == ""


def test_init_is_shown_as_it_is(repo: GitRepo) -> None:
    repo.write("packages/backend/wishlist/src/list.ts", "")
    repo.write("plans/features/wishlist/in-progress/WISH-001/WISH-001.md", "")
    done = CliRunner().invoke(main, ["init", "--repo", str(repo.root)])
    assert missing(SHOWN["$ agent-compliance init"], done.output) == ""


def test_proof_is_shown_as_it_is(repo: GitRepo) -> None:
    """What the command prints and what we say of it, as one stream, as a terminal has it."""
    repo.commit("start", {"test_it.py": "def test_it() -> None:\n    assert True\n", ".gitignore": "__pycache__\n"})
    repo.branch("agent")
    [(line, shown)] = [one for one in SHOWN.items() if "prove" in one[0]]
    words = [sys.executable, "-m", "pytest_agentcompliance", *line.split()[2:]]
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environ |= {"PYTEST_ADDOPTS": "-p no:cacheprovider --color=no", "COLUMNS": "80"}
    done = subprocess.run(words, cwd=repo.root, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
    assert missing(shown, done.stdout.decode()) == ""


def test_policy_that_is_shown_holds(tmp_path: Path) -> None:
    """It fits its profile, and on the demo it does what it says: a clause is off, a finding is excused."""
    [text] = [block for kind, block in BLOCKS if kind == "yaml" and block.startswith("profiles:")]
    parsed = policy.parse(text, "README.md")
    drafts = [profile.read(one.name) for one in parsed.profiles]
    parsed.check(drafts)
    (tmp_path / "policy.yaml").write_text(text, "utf-8")
    root = make(tmp_path / "demo", CODER)
    done = CliRunner().invoke(main, ["audit", "--repo", str(root), "--policy", str(tmp_path / "policy.yaml"), "--base", "main"])
    assert done.exit_code == 1
    assert "our agents end their runs in the pull request" in done.output
    assert "the alarms belong to this story" in done.output


def test_workflow_that_is_shown_uses_the_action_that_is_there() -> None:
    [text] = [block for kind, block in BLOCKS if kind == "yaml" and "\njobs:" in block]
    workflow, action = yaml.safe_load(text), yaml.safe_load((CHECKOUT / "action.yml").read_text("utf-8"))
    *_, step = workflow["jobs"]["audit"]["steps"]
    assert step["uses"].rpartition("@")[2] == f"v{version('pytest-agentcompliance')}"
    assert set(step.get("with", {})) <= set(action["inputs"])


def test_every_format_is_in_the_table() -> None:
    [rows] = re.findall(r"^\| format \| for \|\n.*?\n(.*?)\n\n", README, re.MULTILINE | re.DOTALL)
    assert {name for row in rows.splitlines() for name in re.findall("`([a-z-]+)`", row.split("|")[1])} == set(formats.FORMATS)


def test_exit_codes_mean_what_they_say(tmp_path: Path) -> None:
    assert re.findall(r"^\| (\d) \|", README, re.MULTILINE) == ["0", "1", "2", "3"]
    whole, broken = make(tmp_path / "mended", CODER, mended=True), make(tmp_path / "demo", CODER)

    def code(root: Path, *more: str) -> int:
        return CliRunner().invoke(main, ["audit", "--repo", str(root), *more]).exit_code

    assert code(whole, "--base", "main") == 0
    assert code(broken, "--base", "main") == 1
    assert code(broken, "--base", "no-such-branch") == 2
    play_git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(broken)]
    tree = subprocess.run([*play_git, "write-tree"], check=True, capture_output=True, text=True).stdout.strip()
    lone = subprocess.run([*play_git, "commit-tree", tree, "-m", "x"], check=True, capture_output=True, text=True).stdout.strip()
    assert code(broken, "--base", lone) == 3


def test_check_of_a_team_that_is_shown_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester) -> None:
    [code] = [block for kind, block in BLOCKS if kind == "python"]
    root = make(pytester.path / "demo", CODER)
    (root / "test_ours.py").write_text(code, "utf-8")
    monkeypatch.chdir(root)
    for name in ("GITHUB_ACTIONS", "CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        monkeypatch.delenv(name, raising=False)
    pytester.runpytest_subprocess("-p", "no:cacheprovider", "test_ours.py").assert_outcomes(passed=1)
    (root / "poetry.lock").write_text("")
    pytester.runpytest_subprocess("-p", "no:cacheprovider", "test_ours.py").assert_outcomes(failed=1)


def options(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts}


def mentioned() -> Iterator[tuple[str, list[str]]]:
    commands = "|".join(main.commands)
    for command, rest in re.findall(rf"\bagent-compliance ({commands}|[a-z]+(?=`))([^`\n]*)", README):
        yield command, re.findall(r"--[a-z-]+", rest)


def test_what_people_are_told_to_type_exists(pytester: pytest.Pytester) -> None:
    assert {command for command, _ in mentioned()} == set(main.commands)
    for command, given in mentioned():
        assert set(given) <= options(main.commands[command]), command
    assert {"--fail-on", "--output", "--base"} <= options(main.commands["audit"])
    known = pytester.runpytest_subprocess("--help").stdout.str()
    for option in set(re.findall(r"--agent-compliance[a-z-]*", README)):
        assert re.search(rf"{option}\b(?!-)", known), option


def test_two_commands_set_everything_up() -> None:
    """Each is one line; the environment variables of a developer and of CI are not needed."""
    assert COMMANDS == [
        "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/agent-compliance demo",
        "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/python -m pytest",
    ]


def test_ci_runs_the_command_of_the_readme() -> None:
    """It takes it out of the README itself; what it takes is the line that is there."""
    script = (CHECKOUT / ".ci" / "run").read_text("utf-8")
    [line] = [line for line in script.splitlines() if line.startswith("command=")]
    took = subprocess.run(["bash", "-c", f'{line}\nprintf %s "$command"'], cwd=CHECKOUT, check=True, capture_output=True, text=True)
    assert took.stdout == COMMANDS[1]
    assert script.count('eval "${command//.venv/$at}') == 1
    subprocess.run(["bash", "-n", ".ci/run"], cwd=CHECKOUT, check=True)


def test_links_lead_somewhere() -> None:
    for page in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", (CHECKOUT / page).read_text("utf-8")):
            assert (CHECKOUT / target).exists(), f"{page} links to {target}"


def test_architecture_names_every_room() -> None:
    """A module of the package, or a part of sources, that the page does not name is a room without a door plate."""
    text = (CHECKOUT / "ARCHITECTURE.md").read_text("utf-8")
    [rooms] = re.findall(r"## Rooms\n\n```\n(.*?)```", text, re.DOTALL)
    package = CHECKOUT / "pytest_agentcompliance"
    found = {file.name if file.suffix == ".py" else f"{file.name}/" for file in package.iterdir()
             if file.suffix == ".py" or (file / "__init__.py").exists()} - {"__init__.py", "__main__.py"}  # fmt: skip
    assert {name for name in found if name not in rooms} == set()
    parts = {file.stem for file in (package / "sources").glob("*.py")} - {"__init__"}
    assert {name for name in parts if not re.search(rf"^  [a-z, ]*\b{name}\b", rooms, re.MULTILINE)} == set()
