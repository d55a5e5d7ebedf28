"""The face toward pytest, awake: every verdict of the audit is a test item, and none of them can vanish or change unseen."""

import os
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from pytest_agentcompliance.collection import apart, guard
from pytest_agentcompliance.collection import asked as asking
from pytest_agentcompliance.errors import EvidenceError
from pytest_agentcompliance.reporters import json, text
from pytest_agentcompliance.verdict import Audit, Outcome, Verdict

ITEMS, RECORD = "agent-compliance-items", "agent-compliance-record"

MOST_FINGERPRINTS = 50  # of one item, among its properties
MOST_NAMED = 20  # items in one line of complaint

# What chooses among items; of the command line's alone, because addopts belong to the audited tree.
CHOOSING = ("keyword", "markexpr", "deselect", "lf", "stepwise", "stepwise_skip", "collectonly", "setuponly", "setupplan")

MARKUP: Mapping[str, dict[str, bool]] = {
    "": {}, "bold": {"bold": True}, "dim": {"light": True},
    "red": {"red": True}, "yellow": {"yellow": True}, "green": {"green": True},
}  # fmt: skip

Reported = Literal["passed", "failed", "skipped"]


def wake(config: pytest.Config, given: Any, parser: pytest.Parser, names: Sequence[str]) -> Callable[[], None]:
    """Make the audit, register what brings its verdicts into the session and what watches over them.

    ``given`` is the command line alone, without addopts; ``names`` are those of the settings.
    Returns a function that registers both again where somebody has unregistered them. Where nothing of the tree is to be
    loaded, it does not return: the session is another one, and ends here.
    """
    plugins = config.pluginmanager
    if made := next((one for one in plugins.get_plugins() if isinstance(one, Made)), None):
        asked, audit = made.asked, made.audit
    else:
        asked = asking.asked(config, given, parser, names)
        if wrong := [name for name, _ in asked.outputs if name not in asking.FORMATS]:
            known = ", ".join(asking.FORMATS)
            raise pytest.UsageError(f"agent-compliance: there is no format {wrong[0]!r}; there are: {known}")
        try:
            audit = json.loads(apart.judged(asked, config.invocation_params.dir, names))
        except EvidenceError as unread:
            raise pytest.UsageError(f"agent-compliance could not judge: {unread}") from unread
        _write(audit, asked.files(config.invocation_params.dir))
        if config.known_args_namespace.agent_compliance_only:
            raise SystemExit(_alone(config, Made(asked, audit)))
    items = Items(audit, config.known_args_namespace.agent_compliance_only)
    record = Record(config, items, given=given, asked=asked)
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


class Record:
    """Watches, in the process that was started, over what becomes of the verdicts; and shows them."""

    def __init__(self, config: pytest.Config, items: Items, *, given: Any, asked: asking.Asked) -> None:
        self.config, self.items, self.given, self.unsaid = config, items, given, asked.unsaid
        self.formats = [name for name, file in asked.outputs if not file]
        folder = config.invocation_params.dir
        # What was written to, say, /dev/stdout is no file to look at again.
        self.files = [(name, file) for name, file in asked.files(folder) if _plain(file)]
        self.audit = audit = items.audit
        self.verdicts = {item_name(verdict): verdict for verdict in audit.verdicts}
        self.reports: dict[str, set[tuple[str, str]]] = {}
        self.failed = False
        self.chosen = any(getattr(given, one, None) for one in CHOOSING) or any(
            items.means(str(one), folder) for one in given.file_or_dir
        )

    @property
    def must_fail(self) -> list[str]:
        """Items that no session may end in 0 with, whatever becomes of them."""
        return [] if self.chosen else [name for name, one in self.verdicts.items() if expected(one) == "failed"]

    def last_words(self, code: int) -> list[str]:
        """What is wrong about a session that ended with this exit code, in a process that it could not reach."""
        found = []
        if code == 0:
            found.append(f"agent-compliance: the session ended with exit code 0, and these fail: {self._named(self.must_fail)}")
        altered = _rewritten(self.audit, self.files)
        return found + [f"agent-compliance: {file} was altered during the session, and is put back" for file in altered]

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["agent_compliance"] = json.dumps(self.audit)  # xdist carries plain text alone

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.failed |= report.failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed |= report.failed
        if report.nodeid in self.verdicts:
            # An expected failure is "skipped" here, and so counts as altered.
            self.reports.setdefault(report.nodeid, set()).add((str(report.when), str(report.outcome)))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, Any, Any]:
        result = yield
        if self.complaints():
            session.testsfailed += 1
        return result

    def pytest_terminal_summary(self, terminalreporter: "pytest.TerminalReporter", exitstatus: int) -> None:
        if self.given.collectonly:
            return
        show = terminalreporter
        show.section("agent compliance")
        if self.formats:
            for name in self.formats:
                self._print(show, name)
        else:
            self._print(show, "")
        if self.unsaid:
            made = ", ".join(f"{name}={value}" for name, values in self.unsaid.items() for value in values)
            show.write_line(f"set by pytest's configuration, not on the command line: {text.shown(made)}", yellow=True)
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED):
            for complaint in self.complaints():
                show.write_line(complaint, red=True)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_cmdline_main(self) -> Generator[None, Any, Any]:
        """The last word on the exit code: nothing that the session loaded can make it 0 against the verdicts."""
        try:
            code = yield
        except SystemExit as stop:
            code = stop.code
        if code:
            return code
        wrong = self.complaints()
        plugins = self.config.pluginmanager
        if not (plugins.is_registered(self) and plugins.is_registered(self.items)):
            wrong.append("agent-compliance: its plugin was unregistered during the session")
        if failed := [name for name in self.verdicts if self.reported(name) == "failed"]:
            wrong.append(f"agent-compliance: the exit code was 0, and these failed: {self._named(failed)}")
        if not wrong:
            return code
        for complaint in wrong:
            sys.stderr.write(f"{complaint}\n")
        return pytest.ExitCode.TESTS_FAILED

    def complaints(self) -> list[str]:
        """What became of the verdicts that should not have: those that no item reported, and those that it changed."""
        found = []
        stopped = self.given.maxfail and self.failed
        if not (self.chosen or stopped) and (lost := [name for name in self.verdicts if not self.reported(name)]):
            found.append(f"agent-compliance: never judged: {self._named(lost)}")
        # One that fails and need not is loud enough.
        altered = [name for name, one in self.verdicts.items() if self.reported(name) not in (None, "failed", expected(one))]
        if altered:
            told = [f"{name} ({self.verdicts[name].outcome}, reported {self.reported(name)})" for name in altered]
            found.append(f"agent-compliance: altered: {self._named(told)}")
        return found

    def reported(self, name: str) -> Reported | None:
        """What pytest said of an item in the end; None when it did not get to its end."""
        reports = self.reports.get(name, set())
        outcomes = {outcome for _, outcome in reports}
        if "failed" in outcomes:
            return "failed"
        if "skipped" in outcomes:
            return "skipped"
        return "passed" if ("call", "passed") in reports else None

    def _named(self, names: Sequence[str]) -> str:
        """Clauses and rules, without the profile; it is the same for most."""
        told = " ".join(name.partition("::")[2] for name in names[:MOST_NAMED])
        return told + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")

    def _print(self, show: "pytest.TerminalReporter", name: str) -> None:
        if name == "json":
            for line in json.dumps(self.audit).splitlines():
                show.write_line(line)
            return
        verbose = name == "text" or self.config.get_verbosity() > 0
        width = self.config.get_terminal_writer().fullwidth
        # What each failed item has told already, above, is counted here and not told again; what nobody asked for is counted too.
        told = self.config.getoption("tbstyle") not in ("no", "line") and not verbose
        enough = {"failed", None} if self.chosen else {"failed"}
        brief = told and all(self.reported(name) in enough for name, one in self.verdicts.items() if expected(one) == "failed")
        for style, line in text.lines(self.audit, verbose=verbose, brief=brief, width=width):
            show.write_line(line, **MARKUP[style])


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


def _write(audit: Audit, files: Sequence[tuple[str, Path]]) -> None:
    """Before the session, so that nothing that it loads can come between. Raises ``pytest.UsageError``."""
    for name, file in files:
        try:
            file.write_bytes(_written(audit, name))
        except OSError as wrong:
            raise pytest.UsageError(f"agent-compliance: --agent-compliance-output {name}:{file}: {wrong.strerror}") from wrong


def _rewritten(audit: Audit, files: Sequence[tuple[str, Path]]) -> Iterator[Path]:
    """Put back what is no longer what was written. Two outputs may go to one file; the last one counts."""
    for file, name in {file: name for name, file in files}.items():
        content = _written(audit, name)
        try:
            if not _plain(file) or file.read_bytes() != content:
                yield file
                file.unlink(missing_ok=True)  # a link that took its place leads elsewhere
                file.write_bytes(content)
        except OSError:
            yield file


def _plain(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()


def _written(audit: Audit, name: str) -> bytes:
    content = json.dumps(audit) if name == "json" else "".join(f"{line}\n" for _, line in text.lines(audit, verbose=True))
    return content.encode("utf-8")
