"""The face toward pytest, awake: every verdict of the audit is a test item, and none of them can vanish or change unseen."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from pytest_agentcompliance.collection import apart, guard, outputs
from pytest_agentcompliance.collection import asked as asking
from pytest_agentcompliance.collection.items import Items
from pytest_agentcompliance.collection.record import Record
from pytest_agentcompliance.errors import EvidenceError
from pytest_agentcompliance.reporters import formats, json
from pytest_agentcompliance.verdict import Audit

ITEMS, RECORD = "agent-compliance-items", "agent-compliance-record"


def wake(config: pytest.Config, given: Any, parser: pytest.Parser, names: Sequence[str]) -> Callable[[], None]:
    """Make the audit, register what brings its verdicts into the session and what watches over them.

    ``given`` is the command line alone, without addopts; ``names`` are those of the settings.
    Returns a function that registers both again where somebody has unregistered them. Where nothing of the tree is to be
    loaded, it does not return: the session is another one, and ends here.
    """
    plugins = config.pluginmanager
    if made := next((one for one in plugins.get_plugins() if isinstance(one, Made)), None):
        asked, audit, rich, lost = made.asked, made.audit, made.rich, made.lost
    else:
        asked = asking.asked(config, given, parser, names)
        if wrong := [name for name, _ in asked.outputs if name not in formats.FORMATS]:
            known = ", ".join(formats.FORMATS)
            raise pytest.UsageError(f"agent-compliance: there is no format {wrong[0]!r}; there are: {known}")
        folder = config.invocation_params.dir
        outputs.hold(asked.files(folder), asked.repository)
        try:
            told, rich = apart.judged(asked, folder, names)
            audit = json.loads(told)
        except EvidenceError as unread:
            raise pytest.UsageError(f"agent-compliance could not judge: {unread}") from unread
        wanted = [name for name, _ in (*asked.outputs, *asked.files(folder))]
        lost = (*outputs.lost(rich, wanted), *outputs.write(audit, rich, asked.files(folder)))
        if config.known_args_namespace.agent_compliance_only:
            raise SystemExit(_alone(config, Made(asked, audit, rich, lost)))
    items = Items(audit, config.known_args_namespace.agent_compliance_only)
    record = Record(config, items, given=given, asked=asked, rich=rich, lost=lost)
    if record.must_fail and made is None:
        guard.stand(config, record.last_words)

    def keep() -> None:
        for plugin, name in ((items, ITEMS), (record, RECORD)):
            if not plugins.is_registered(plugin):
                plugins.unblock(name)
                plugins.register(plugin, name)

    keep()
    return keep


@dataclass(frozen=True, slots=True, eq=False)  # pytest keeps its plugins in sets
class Made:
    """What a session that loads nothing of the tree is given, as a plugin."""

    asked: asking.Asked
    audit: Audit
    rich: Mapping[str, bytes]  # the formats that show more than the audit, as the child wrote them
    lost: tuple[str, ...] = ()  # what is to be said of those that it could not


def _alone(config: pytest.Config, made: Made) -> int:
    """A session of its own for the verdicts: with the command line, and no ini file, addopts, conftest or test of the tree."""
    args = [str(one) for one in config.invocation_params.args]
    end = args.index("--") if "--" in args else len(args)
    args[end:end] = ["-c", os.devnull, f"--rootdir={made.asked.repository}", "--agent-compliance-only", "--noconftest"]
    addopts = os.environ.pop("PYTEST_ADDOPTS", None)
    try:
        return int(pytest.main(args, plugins=[made]))
    finally:
        if addopts is not None:
            os.environ["PYTEST_ADDOPTS"] = addopts


def work(config: pytest.Config, audit: Audit) -> None:
    """Bring the verdicts that the controller made into an xdist worker's session."""
    config.pluginmanager.register(Items(audit, config.option.agent_compliance_only), ITEMS)
