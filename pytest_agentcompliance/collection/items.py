"""The verdicts as test items, in the only session or in that of an xdist worker."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest

from pytest_agentcompliance.reporters import text
from pytest_agentcompliance.verdict import Audit, Outcome, Verdict

MOST_FINGERPRINTS = 50  # of one item, among its properties
MOST_NAMED = 20  # files in one reason

Reported = Literal["passed", "failed", "skipped"]


def item_name(verdict: Verdict) -> str:
    """The node id of the verdict's item."""
    return text.shown(verdict.name)


def expected(verdict: Verdict) -> Reported:
    """What pytest must say of the verdict's item."""
    if verdict.breaks:
        return "failed" if verdict.severity == "error" else "passed"
    if verdict.undecided:
        return "failed" if verdict.severity == "error" else "skipped"
    return "passed" if verdict.outcome in (Outcome.KEPT, Outcome.WAIVED) else "skipped"


class Items:
    """Brings the verdicts into the session that runs them: the only one, or that of an xdist worker."""

    def __init__(self, audit: Audit, only: bool) -> None:
        self.audit, self.only = audit, only
        self.names = [item_name(verdict) for verdict in audit.verdicts]
        self.asked: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "agent_compliance: a verdict of the audit of a coding agent's run")
        # Ours are no files: pytest would not find them.
        self.asked = [one for one in config.args if self.means(one, config.invocation_params.dir)]
        config.args[:] = [] if self.only else [one for one in config.args if one not in self.asked]

    def means(self, argument: str, folder: Path) -> bool:
        """Whether an argument of the command line means items of ours, and no file."""
        return any(_covers(argument, name) for name in self.names) and ("::" in argument or not (folder / argument).exists())

    @pytest.hookimpl(tryfirst=True)  # so that -k and -m choose among verdicts too
    def pytest_collection_modifyitems(self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
        ours: list[pytest.Item] = []
        for profile in dict.fromkeys(verdict.profile for verdict in self.audit.verdicts):
            name = text.shown(profile)
            verdicts = [one for one in self.audit.verdicts if one.profile == profile]
            # A node that hangs on the session gets a node id without its name, unless it is told.
            ours += session.genitems(ProfileCollector.from_parent(session, name=name, nodeid=name, verdicts=verdicts))
        kept = [item for item in ours if not self.asked or any(_covers(one, item.nodeid) for one in self.asked)]
        items += kept
        if dropped := [item for item in ours if item not in kept]:
            config.hook.pytest_deselected(items=dropped)


class ProfileCollector(pytest.Collector):
    """The verdicts of one profile."""

    def __init__(self, *, verdicts: Sequence[Verdict], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.verdicts = verdicts

    def collect(self) -> Iterator["VerdictItem"]:
        for verdict in self.verdicts:
            # pytest tells a node id's brackets from its names when it reads one back (--lf), not when it makes one of a name.
            nodeid = item_name(verdict)
            yield VerdictItem.from_parent(self, name=nodeid.removeprefix(f"{self.name}::"), nodeid=nodeid, verdict=verdict)


class VerdictItem(pytest.Item):
    """Reports one verdict, which was made before the session began."""

    def __init__(self, *, verdict: Verdict, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.verdict = verdict
        self.add_marker("agent_compliance")
        facts = [("clause", verdict.clause), ("rule", verdict.rule), ("severity", verdict.severity), ("outcome", verdict.outcome)]
        facts += [("section", verdict.section)] if verdict.section else []
        facts += [("fingerprint", one.fingerprint) for one in verdict.findings[:MOST_FINGERPRINTS]]
        self.user_properties += [(name, text.shown(str(value))) for name, value in facts]

    def setup(self) -> None:
        """An error, in pytest's words: the rule could not decide."""
        if self.verdict.undecided and expected(self.verdict) == "failed" and not self.verdict.breaks:
            pytest.fail(text.explain(self.verdict), pytrace=False)

    def runtest(self) -> None:
        match expected(self.verdict):
            case "failed":
                pytest.fail(text.explain(self.verdict), pytrace=False)
            case "skipped":
                pytest.skip(_reason(self.verdict))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *rest: Any, **more: Any) -> Any:
        """The whole text once; in the short summary, which on CI is not cut, its first line."""
        shown = super().repr_failure(excinfo, *rest, **more)
        if (crash := getattr(shown, "reprcrash", None)) is not None:
            crash.message = crash.message.partition("\n")[0]
        return shown

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The first file that is there, of those that the findings name; else where pytest's root is."""
        root = self.config.rootpath
        for place in (one.at for one in self.verdict.findings if one.at):
            if place.path.isprintable() and (root / place.path).is_file():
                return root / place.path, None if place.line is None else place.line - 1, self.name
        return self.config.inipath or root, None, self.name


def _covers(argument: str, name: str) -> bool:
    """Whether an argument names the item, its clause or its profile."""
    return name == argument or name.startswith((f"{argument}::", f"{argument}["))


def _reason(verdict: Verdict) -> str:
    unread = f"could not be read: {', '.join(verdict.unread[:MOST_NAMED])}" if verdict.unread else ""
    return text.shown(f"{verdict.outcome}: {verdict.why or unread or 'no reason was given'}")
