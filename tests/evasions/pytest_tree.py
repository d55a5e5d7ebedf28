"""The audited tree's own pytest code against the face toward pytest: each session fails, and the command of record says why."""

import os
import subprocess
import sys

from tests.evasions.harness import APP, BASE, HONEST, MARKER, TODO, Expected, Must, Stage, attack, control

EARLY = "An isolated child judges before the first conftest is loaded; what disagrees with it later fails the session."
ROOM = "packages/backend"
OWN = "def test_own():\n    assert True\n"
FOREIGN = ("PYTEST", "PYTHON", "GIT_", "GITHUB_", "CI_", "COV_")


def session(stage: Stage, *words: str, **env: str) -> int:
    """The exit code of a session that audits the run, made in the room that the run may change."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--agent-compliance",
         f"--agent-compliance-base={stage.base}", *words],
        cwd=stage.root / ROOM, env={**clean, "PYTHONDONTWRITEBYTECODE": "1", **env}, capture_output=True, stdin=subprocess.DEVNULL,
        check=False,
    )  # fmt: skip
    return done.returncode


def broken(stage: Stage, **files: str) -> Expected:
    """A run with a marker in it, and with code of its own for pytest."""
    stage.commit("work", {APP: TODO, f"{ROOM}/test_own.py": OWN, **{f"{ROOM}/{name}": text for name, text in files.items()}})
    return Must(MARKER, APP)


@attack(family="pytest_tree", also_hides_from=("pytest",), defeated=EARLY)
def conftest_that_rewrites_reports(stage: Stage) -> Expected:
    """Every report becomes a pass, and the exit status 0 at the end."""
    code = """\
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    report.outcome, report.longrepr = "passed", None
    return report

@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    session.exitstatus = 0
"""
    expected = broken(stage, **{"conftest.py": code})
    assert session(stage) != 0
    return expected


@control("conftest_that_rewrites_reports")
def conftest_of_an_honest_run(stage: Stage) -> None:
    """A conftest with fixtures, an order of its own and a marker; tests that pass."""
    code = """\
import pytest

@pytest.fixture
def number():
    return 3

def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes its time")

def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.name)
"""
    own = "import pytest\n\n@pytest.mark.slow\ndef test_number(number):\n    assert number == 3\n"
    stage.commit("work", {APP: BASE[APP] + HONEST, f"{ROOM}/conftest.py": code, f"{ROOM}/test_number.py": own})
    assert session(stage) == 0


@attack(family="pytest_tree", also_hides_from=("pytest",), defeated=EARLY)
def conftest_that_unregisters_the_plugin(stage: Stage) -> Expected:
    """The plugin is unregistered and blocked as soon as the conftest is loaded; its items are dropped besides."""
    code = """\
def _out(manager):
    for name, plugin in list(manager.list_name_plugin()):
        if plugin is not None and "compliance" in str(name) + str(getattr(plugin, "__name__", "")):
            manager.unregister(plugin)
            manager.set_blocked(name)

def pytest_configure(config):
    _out(config.pluginmanager)

def pytest_collection_modifyitems(session, items):
    _out(session.config.pluginmanager)
    items[:] = [item for item in items if item.name == "test_own"]
"""
    expected = broken(stage, **{"conftest.py": code})
    assert session(stage) != 0
    return expected


@attack(family="pytest_tree", also_hides_from=("pytest",), defeated=EARLY)
def modules_in_the_place_of_ours(stage: Stage) -> Expected:
    """Modules with the names of those that the audit imports, in the folder where `python -m pytest` is started."""
    gone = "import os\nos._exit(0)\n"
    names = ("yaml", "git", "unidiff", "click", "pydantic", "pathspec", "pytest_agentcompliance/engine")
    expected = broken(stage, **{f"{name}.py": gone for name in names})
    assert session(stage) != 0
    return expected


@attack(family="pytest_tree", also_hides_from=("pytest",), defeated="Options that choose among items lose verdicts, which fails.")
def options_of_the_tree_and_the_environment(stage: Stage) -> Expected:
    """An ini file that takes the broken item out, and a variable of the environment that only collects."""
    expected = broken(stage, **{"pytest.ini": "[pytest]\naddopts = -k test_own --no-header\n"})
    assert session(stage, PYTEST_ADDOPTS="--co") != 0
    return expected


@control("options_of_the_tree_and_the_environment")
def options_of_an_honest_tree(stage: Stage) -> None:
    """An ini file with options that leave every item where it is."""
    ini = "[pytest]\naddopts = -ra --strict-markers\ntestpaths = .\n"
    stage.found({f"{ROOM}/pytest.ini": ini, f"{ROOM}/test_own.py": OWN})
    stage.commit("work", {APP: BASE[APP] + HONEST})
    assert session(stage, PYTEST_ADDOPTS="--color=no") == 0


@attack(
    family="pytest_tree", also_hides_from=("pytest",), defeated="Not in that session: the command of record runs no code of it.",
    reach="A test that ends its process takes the exit code along: gate on agent-compliance audit, or --agent-compliance-only.",
)
def test_that_ends_the_process(stage: Stage) -> Expected:
    """A test module that leaves with exit code 0 as soon as it is imported."""
    expected = broken(stage, **{"test_end.py": "import os\nos._exit(0)\n"})
    assert session(stage, "--agent-compliance-only") != 0
    return expected
