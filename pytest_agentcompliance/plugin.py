"""The face toward pytest, while it sleeps: options, the wake-up, and fixtures. Imports pytest alone until it is woken."""

import os
import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_agentcompliance.evidence import ChangeSet, ChunkLog, Run

SETTINGS = (
    ("base", "REV", "where the run started (default: what CI says, the upstream, main)"),
    ("head", "REV", "where it ended (default: the work tree as it stands)"),
    ("profile", "NAME", "hold the run to this profile; may be repeated"),
    ("story", "ID", "the story that the run worked on"),
    ("log", "FILE", "the log that the agent wrote"),
    ("policy", "FILE", "a policy outside the repository; it beats all"),
    ("output", "FORMAT[:FILE]", "json or text, to the terminal or a file; may be repeated"),
)
REPEATED = {"profile", "output"}
PATHS = {"log", "policy"}
FORMATS = ("json", "text")

# What asks pytest for something else than a session. Only on the command line: addopts belong to the audited tree.
OTHER_ERRANDS = ("help", "version", "markers", "showfixtures", "show_fixtures_per_test", "cacheshow")

# The child takes nothing from these: they load code, or steer a pytest or a coverage that is not its own.
KEPT_FROM_CHILD = ("PYTEST_", "PYTHON", "COV_")

ERRAND = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("agent-compliance", "hold a coding agent's run to its spec")
    group.addoption("--agent-compliance", action="store_true", help="audit the run: every verdict is a test")
    group.addoption("--agent-compliance-only", action="store_true", help="the same; collect and load nothing else")
    for name, metavar, text in SETTINGS:
        action = "append" if name in REPEATED else "store"
        group.addoption(f"--agent-compliance-{name}", metavar=metavar, action=action, default=None, help=text)
        if name in REPEATED:
            parser.addini(f"agent_compliance_{name}", f"{text} (one a line)", type="linelist", default=[])
        else:
            parser.addini(f"agent_compliance_{name}", text, type="string", default="")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> Generator[None, Any, Any]:
    """Judge before the first line of the audited tree's own code can run."""
    options = early_config.known_args_namespace
    if not (options.agent_compliance or options.agent_compliance_only):
        return (yield)
    if options.agent_compliance_only:
        options.noconftest = True
    if "PYTEST_XDIST_WORKER" in os.environ:  # the controller has judged
        return (yield)
    given = parser.parse_known_args([str(one) for one in early_config.invocation_params.args])
    if any(getattr(given, errand, False) for errand in OTHER_ERRANDS):
        early_config.stash[ERRAND] = True
        return (yield)
    keep = _wake(early_config, given)
    try:
        return (yield)
    except SystemExit as stop:
        raise pytest.UsageError(f"agent-compliance: a conftest ended the session with exit code {stop.code}") from stop
    finally:
        keep()  # a conftest that is loaded here can already unregister plugins


def pytest_configure(config: pytest.Config) -> None:
    options = config.option
    if not (options.agent_compliance or options.agent_compliance_only) or ERRAND in config.stash:
        return
    if text := getattr(config, "workerinput", {}).get("agent_compliance"):
        from pytest_agentcompliance import collection
        from pytest_agentcompliance.reporters import json

        collection.work(config, json.loads(text))
    elif not config.pluginmanager.has_plugin("agent-compliance-record"):
        raise pytest.UsageError(
            "agent-compliance: there are no verdicts in this process: somebody unregistered them, or the plugin was loaded too "
            "late to judge before the first conftest, or PYTEST_XDIST_WORKER is set and this is no worker of xdist's"
        )


def _wake(config: pytest.Config, given: Any) -> Any:
    """Make the audit and register its items and its record; returns what makes sure that both are still registered."""
    from pytest_agentcompliance import collection
    from pytest_agentcompliance.errors import EvidenceError
    from pytest_agentcompliance.reporters import json

    settings = _settings(config, config.known_args_namespace)
    outputs = [one.partition(":")[::2] for one in settings.pop("output", [])]
    if wrong := [name for name, _ in outputs if name not in FORMATS]:
        raise pytest.UsageError(f"agent-compliance: there is no format {wrong[0]!r}; there are: {', '.join(FORMATS)}")
    try:
        audit = json.loads(_judged_apart(config, settings))
    except EvidenceError as wrong_text:
        raise pytest.UsageError(f"agent-compliance could not judge: {wrong_text}") from wrong_text
    unsaid = {name: values for name, values in settings.items() if not getattr(given, f"agent_compliance_{name}", None)}
    return collection.wake(config, audit, given, [(name, file) for name, file in outputs], unsaid)


def _judged_apart(config: pytest.Config, settings: dict[str, list[str]]) -> str:
    """The audit's JSON from an isolated child, into which neither the tree's modules nor its environment reach."""
    import subprocess

    command = [sys.executable, "-I", "-m", "pytest_agentcompliance", "audit", f"--repo={_repository(config)}", "--output=json"]
    command += [f"--{name}={value}" for name, values in settings.items() for value in values]
    environ = {name: value for name, value in os.environ.items() if not name.upper().startswith(KEPT_FROM_CHILD)}
    where = config.invocation_params.dir
    done = subprocess.run(command, cwd=where, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode in (0, 1, 3) and done.stdout.strip():
        return done.stdout.decode("utf-8", "backslashreplace")
    last_words = _respelled(_readable(done.stderr))
    if done.returncode == 2:
        raise pytest.UsageError(last_words)
    silent = f"exit code {done.returncode}, and no word"
    raise pytest.UsageError(f"agent-compliance could not judge: {last_words.removeprefix('agent-compliance: ') or silent}")


def _readable(stderr: bytes) -> str:
    """The end of what the child said, without control characters."""
    from pytest_agentcompliance.reporters.text import shown

    said = stderr.decode("utf-8", "backslashreplace").strip().splitlines()[-20:]
    return "\n".join(map(shown, said))


def _respelled(text: str) -> str:
    """A message of the command's with its options as pytest knows them."""
    import re

    ours = re.sub(rf"(?<![\w-])--({'|'.join(name for name, _, _ in SETTINGS)})(?![\w-])", r"--agent-compliance-\1", text)
    return re.sub(r"(?<![\w-])--repo(?![\w-])", "--rootdir", ours)


def _repository(config: pytest.Config) -> "Path":
    """Pytest's root where that lies in a repository, else where pytest was started."""
    root = config.rootpath
    return root if any((one / ".git").exists() for one in (root, *root.parents)) else config.invocation_params.dir


def _settings(config: pytest.Config, options: Any) -> dict[str, list[str]]:
    """What was asked for, without what was not: the command line's and addopts' word, else the ini file's.

    Paths are absolute: those of the ini file are taken from where it lies, the others from where pytest was started.
    """
    found: dict[str, list[str]] = {}
    for name, _, _ in SETTINGS:
        value, start = getattr(options, f"agent_compliance_{name}", None), config.invocation_params.dir
        if not value:
            value, start = config.getini(f"agent_compliance_{name}"), config.inipath.parent if config.inipath else config.rootpath
        if value:
            values = value if isinstance(value, list) else [value]
            found[name] = [str(start / one) for one in values] if name in PATHS else values
    return found


@pytest.fixture(scope="session")
def agent_run(pytestconfig: pytest.Config) -> "Run":
    """What a coding agent did between base and head, for checks written by hand: ``changes``, ``log``, ``commits``, ``tree``."""
    from pathlib import Path

    from pytest_agentcompliance import engine
    from pytest_agentcompliance.errors import AgentComplianceError

    asked = _settings(pytestconfig, pytestconfig.option)
    one = {name: values[-1] for name, values in asked.items() if name not in REPEATED | PATHS}
    paths = {name: Path(asked[name][-1]) for name in PATHS & asked.keys()}
    profiles = tuple(asked.get("profile", ()))
    try:
        options = engine.Options(repo=_repository(pytestconfig), profiles=profiles, **one, **paths)  # type: ignore[arg-type]
        return engine.evidence(options, {"changes", "documents", "log", "commits", "tree"})
    except AgentComplianceError as wrong:
        raise pytest.fail.Exception(f"agent-compliance: {_respelled(str(wrong))}", pytrace=False) from None


@pytest.fixture(scope="session")
def agent_changes(agent_run: "Run") -> "ChangeSet":
    """The files that the run changed."""
    if agent_run.changes is None:
        pytest.skip(agent_run.problem("changes"))
    return agent_run.changes


@pytest.fixture(scope="session")
def agent_log(agent_run: "Run") -> "ChunkLog":
    """The log that the agent wrote; the test is skipped, with the reason, where the run left none that can be read."""
    if agent_run.log is None or agent_run.log.problem:
        pytest.skip(agent_run.problem("log"))
    return agent_run.log
