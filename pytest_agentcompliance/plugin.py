"""The face toward pytest, while it sleeps: options, the wake-up, and fixtures. Imports pytest alone until it is woken."""

import os
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence import ChangeSet, ChunkLog, Run

SETTINGS = (
    ("base", "REV", "where the run started (default: what CI says, the upstream, main); on the command line alone"),
    ("head", "REV", "where it ended (default: the work tree as it stands); on the command line alone"),
    ("profile", "NAME", "hold the run to this profile; may be repeated"),
    ("story", "ID", "the story that the run worked on"),
    ("log", "FILE", "the log that the agent wrote"),
    ("policy", "FILE", "a policy outside the repository; it beats all"),
    ("evidence", "KIND=PATH", "where evidence lies, as transcript=FILE; may be repeated"),
    ("reruns", "DIR", "what 'agent-compliance prove --rerun --to DIR' wrote, outside of the repository"),
    ("output", "FORMAT[:FILE]", "text, json or another format, to the terminal or a file; may be repeated"),
    ("bundle", "FILE", "write all the evidence that the verdicts rest on, with secrets masked, as .tar or .tar.gz"),
)
NAMES = tuple(name for name, _, _ in SETTINGS)
REPEATED = {"profile", "evidence", "output"}
PATHS = {"log", "policy", "reruns", "bundle"}

# What asks pytest for something else than a session. Only on the command line: addopts belong to the audited tree.
OTHER_ERRANDS = ("help", "version", "markers", "showfixtures", "show_fixtures_per_test", "cacheshow")

ERRAND = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("agent-compliance", "hold a coding agent's run to its spec")
    group.addoption("--agent-compliance", action="store_true", help="audit the run: every verdict is a test")
    group.addoption("--agent-compliance-only", action="store_true", help="the same; load nothing of the tree, nor its ini file")
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
    if not (options.agent_compliance or options.agent_compliance_only) or _works_for_another():
        return (yield)
    given = parser.parse_known_args([str(one) for one in early_config.invocation_params.args])
    if any(getattr(given, errand, False) for errand in OTHER_ERRANDS):
        early_config.stash[ERRAND] = True
        return (yield)
    with _own_path():
        from pytest_agentcompliance import collection

        keep = collection.wake(early_config, given, parser, NAMES)
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
    if (text := getattr(config, "workerinput", {}).get("agent_compliance")) and _works_for_another():
        from pytest_agentcompliance import collection
        from pytest_agentcompliance.reporters import json

        collection.work(config, json.loads(text))
    elif not config.pluginmanager.has_plugin("agent-compliance-record"):
        raise pytest.UsageError(
            "agent-compliance: there are no verdicts in this process: somebody unregistered them, or the plugin was loaded too "
            "late to judge before the first conftest, or PYTEST_XDIST_WORKER is set and this is no worker of xdist's"
        )


def _works_for_another() -> bool:
    """Whether this is a worker of xdist's, whose controller has judged. No process that was itself asked to judge is one."""
    return "PYTEST_XDIST_WORKER" in os.environ and not any(one.startswith("--agent-compliance") for one in sys.orig_argv)


@contextmanager
def _own_path() -> Iterator[None]:
    """Import from nowhere in the audited tree, which ``python -m`` and PYTHONPATH would: only from what is installed."""
    kept, here = list(sys.path), Path.cwd()
    top = os.path.realpath(next((one for one in (here, *here.parents) if (one / ".git").exists()), here))
    installed = tuple(os.path.join(os.path.realpath(one), "") for one in (sys.prefix, Path(__file__).parents[1]))

    def apart(folder: str) -> bool:
        real = os.path.join(os.path.realpath(folder), "")
        return real.startswith(installed) or not real.startswith(os.path.join(top, ""))

    sys.path[:] = [one for one in kept if apart(one)]
    try:
        yield
    finally:
        sys.path[:] = kept


@pytest.fixture(scope="session")
def agent_run(pytestconfig: pytest.Config) -> "Run":
    """What a coding agent did between base and head, for checks written by hand: ``changes``, ``log``, ``commits``, ``tree``,
    ``report``, ``proofs``, ``transcript``."""
    from pytest_agentcompliance import engine, terminal
    from pytest_agentcompliance.collection import apart, asked
    from pytest_agentcompliance.errors import AgentComplianceError

    said = asked.said(pytestconfig, NAMES)
    one = {name: values[-1] for name, values in said.items() if name not in REPEATED | PATHS}
    paths = {name: Path(said[name][-1]) for name in PATHS & said.keys() - {"bundle"}}  # nothing is judged here
    profiles = tuple(said.get("profile", ()))
    try:
        evidence = terminal.by_kind(said.get("evidence", ()))
        around = asked.around(pytestconfig)
        options = engine.Options(around, profiles=profiles, evidence=evidence, **one, **paths)  # type: ignore[arg-type]
        kinds = {"changes", "documents", "log", "commits", "tree", "report", "proofs", "transcript"}
        return engine.evidence(options, kinds)
    except AgentComplianceError as wrong:
        raise pytest.fail.Exception(f"agent-compliance: {apart.respelled(str(wrong), NAMES)}", pytrace=False) from None


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
