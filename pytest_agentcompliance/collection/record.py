"""What becomes of the verdicts in a session: watched over, and shown at its end."""

import sys
from collections.abc import Generator, Mapping, Sequence
from typing import Any

import pytest

from pytest_agentcompliance.collection import asked as asking
from pytest_agentcompliance.collection import outputs
from pytest_agentcompliance.collection.items import Items, Reported, expected, item_name
from pytest_agentcompliance.reporters import json, text

MOST_NAMED = 20  # items in one line of complaint

# What chooses among items; of the command line's alone, because addopts belong to the audited tree.
CHOOSING = ("keyword", "markexpr", "deselect", "lf", "stepwise", "stepwise_skip", "collectonly", "setuponly", "setupplan")

MARKUP: Mapping[str, dict[str, bool]] = {
    "": {}, "bold": {"bold": True}, "dim": {"light": True},
    "red": {"red": True}, "yellow": {"yellow": True}, "green": {"green": True},
}  # fmt: skip


class Record:
    """Watches, in the process that was started, over what becomes of the verdicts; and shows them."""

    def __init__(
        self, config: pytest.Config, items: Items, *, given: Any, asked: asking.Asked, rich: Mapping[str, bytes],
        lost: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.rich, self.lost = rich, lost
        self.config, self.items, self.given, self.unsaid = config, items, given, asked.unsaid
        self.formats = [name for name, file in asked.outputs if not file]
        folder = config.invocation_params.dir
        # What was written to, say, /dev/stdout is no file to look at again.
        self.files = [(name, file) for name, file in asked.files(folder) if outputs.is_plain(file)]
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
        altered = outputs.rewritten(self.audit, self.rich, self.files)
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
        """What became of the verdicts that should not have: outputs without them, those that no item reported, that it changed."""
        found = [*self.lost]
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
        if name in self.rich:
            for line in self.rich[name].decode("utf-8").splitlines():
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
