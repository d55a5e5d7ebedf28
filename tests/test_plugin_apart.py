"""What of the tree runs before the audit, what of it is never loaded, and the command that holds wherever pytest cannot."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import GitRepo
from tests.faces import AWAKE, outside

POLICY = "profiles: [{name: dev-implement-backend-coder-v3}]\n"
LOG = "plans/stories/in-progress/T-1/_implementation/BACKEND-LOG.md"
END = "import os; os._exit(0)\n"
STARTED: Mapping[str, tuple[str | Path, ...]] = {
    "pytest": (Path(sys.executable).with_name("pytest"),),
    "python -m pytest": (sys.executable, "-m", "pytest"),
}
RECORD = (sys.executable, "-I", "-m", "pytest", "-c", "/dev/null", "--rootdir=.", "--agent-compliance-only", "-pno:cacheprovider")
ONLY = ("--agent-compliance-only", "-p", "no:cacheprovider")
PLUGIN = {"pytest.ini": "[pytest]\naddopts = -p tests_plugin\n"}
HERE = {"PYTHONPATH": "."}

Files = Mapping[str, str | None]


@pytest.fixture
def tree(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> GitRepo:
    """A repository where an agent broke C3-21."""
    repo.commit("base", {"agent-compliance.yaml": POLICY, "tests_plugin.py": "", "test_own.py": "def test_own(): pass\n"})
    repo.branch("t-1")
    repo.commit("work", {LOG: "## Chunk 1 — add\n\n## Chunk 3 — test\n"})
    outside(monkeypatch)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.chdir(repo.root)
    return repo


def run(*args: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """As a person starts it: pytester would put the tree on the path of its children."""
    environ = {**os.environ, **variables}
    return subprocess.run(args, env=environ, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


def broken(*args: str | Path, **variables: str) -> bool:
    """Whether the audit was made, and said what the run did."""
    result = run(*args, **variables)
    return result.returncode == pytest.ExitCode.TESTS_FAILED and "C3-21 log/chunk-heading: 1 finding" in result.stdout


@pytest.mark.parametrize("how", STARTED)
def test_nothing_of_the_tree_is_loaded(tree: GitRepo, how: str) -> None:
    names = ["conftest", "test_own", "yaml", "git", "unidiff", "click", "pydantic", "sitecustomize", "usercustomize"]
    if how == "pytest":  # with -m the tree is on the path, and no plugin can say anything about what pytest itself imports
        names += ["pytest", "json", "subprocess", "shlex", "_pytest", "pluggy", "pytest_agentcompliance", "xdist/__init__"]
    tree.commit("evil", {f"{name}.py": END for name in names} | {"pytest.ini": "[pytest]\naddopts = --co -k nothing\n"})
    assert broken(*STARTED[how], *ONLY)


BEFORE_US: Mapping[str, tuple[Files, Mapping[str, str]]] = {
    "plugin of addopts": ({**PLUGIN, "tests_plugin.py": END}, HERE),
    "filter of warnings": ({"pytest.ini": "[pytest]\nfilterwarnings = error::evil.W\npythonpath = .\n", "evil.py": END}, {}),
    "switched off": (
        {"pytest.ini": "[pytest]\naddopts = -p no:agentcompliance\n",
         "conftest.py": "def pytest_addoption(parser): parser.addoption('--agent-compliance-only', action='store_true')\n"}, {},
    ),
    "no plugins": (
        {"pytest.ini": "[pytest]\naddopts = --disable-plugin-autoload\n",
         "conftest.py": "def pytest_addoption(parser): parser.addoption('--agent-compliance-only', action='store_true')\n"}, {},
    ),
    "PYTHONPATH": ({"sitecustomize.py": END}, HERE),
    "shadow of pytest": ({"pytest.py": END, "_pytest.py": END, "json.py": END, "pytest_agentcompliance.py": END}, {}),
    "PYTHONHOME": ({}, {"PYTHONHOME": "/nowhere"}),
}  # fmt: skip


@pytest.mark.parametrize("case", BEFORE_US)
def test_command_of_record_holds_where_pytest_cannot(tree: GitRepo, case: str) -> None:
    files, variables = BEFORE_US[case]
    tree.commit("evil", files)
    assert not broken(*STARTED["python -m pytest"], *ONLY, **variables)
    assert broken(*RECORD, **variables)


LIE = """
import subprocess
class Done:
    returncode, stdout, stderr = 0, b"{}", b""
real = subprocess.run
subprocess.run = lambda *args, **kwargs: Done if "pytest_agentcompliance" in str(args) else real(*args, **kwargs)
"""


@pytest.mark.parametrize(
    ("files", "variables", "culprit"),
    [
        ({**PLUGIN, "tests_plugin.py": "changed = True\n"}, HERE, "tests_plugin.py"),
        ({**PLUGIN, "tests_plugin.py": "import helper\n", "helper.py": ""}, HERE, ".py"),
        ({"sitecustomize.py": "mine = True\n"}, HERE, "sitecustomize.py"),
        ({"extra.py": "mine = True\n"}, {**HERE, "PYTEST_PLUGINS": "extra"}, "extra.py"),
    ],
    ids=["plugin", "what a plugin imports", "sitecustomize", "PYTEST_PLUGINS"],
)
def test_code_that_ran_before_and_that_the_run_changed_is_refused(
    tree: GitRepo, files: Files, variables: Mapping[str, str], culprit: str
) -> None:
    tree.commit("evil", files)
    result = run(*STARTED["pytest"], *AWAKE, **variables)
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"{culprit}, which pytest loaded before the audit, was changed by the run that it would judge" in result.stderr
    assert "agent-compliance audit" in result.stderr


def test_code_that_ran_before_and_lies_is_no_audit(tree: GitRepo) -> None:
    tree.commit("evil", {**PLUGIN, "tests_plugin.py": LIE})
    assert run(*STARTED["pytest"], *AWAKE, **HERE).returncode == pytest.ExitCode.USAGE_ERROR


def test_code_that_ran_before_and_that_the_run_left_alone_is_fine(tree: GitRepo) -> None:
    tree.git("checkout", "--quiet", "main")
    tree.commit("a plugin", PLUGIN)
    tree.git("checkout", "--quiet", "-b", "t-2")
    tree.commit("work", {LOG: "## Chunk 1 — add\n\n## Chunk 3 — test\n"})
    assert broken(*STARTED["pytest"], *AWAKE, **HERE)


def test_environment_does_not_reach_the_audit(tree: GitRepo) -> None:
    tree.commit("evil", {"evil.py": END, "rc": "[run]\nplugins = evil\n", "bin/git": "#!/bin/sh\nexit 0\n"})
    (tree.root / "bin/git").chmod(0o755)
    variables = {
        "PYTEST_XDIST_WORKER": "gw0", "PYTHONOPTIMIZE": "2", "PYTHONSTARTUP": "evil.py", "PYTHONSAFEPATH": "1",
        "GIT_DIR": "/nowhere", "GIT_OBJECT_DIRECTORY": "/nowhere", "GIT_CONFIG_COUNT": "x", "OPENSSL_CONF": "rc",
        "PYDANTIC_DISABLE_PLUGINS": "0", "PATH": f"bin:{tree.root / 'bin'}:{os.environ['PATH']}",
    }  # fmt: skip
    assert broken(*STARTED["pytest"], *AWAKE, **variables)
    assert broken(*STARTED["pytest"], *ONLY, COVERAGE_PROCESS_START="rc")
