"""Events of OpenHands: one a line, a list of them, or the runs of ``output.jsonl`` with their ``history``."""

from collections.abc import Mapping
from typing import Any

from pytest_agentcompliance.parsing.transcripts import editor, outcome
from pytest_agentcompliance.parsing.transcripts.happened import Happened, Result, Speaker, Tape, moment
from pytest_agentcompliance.parsing.transcripts.shell_edits import END
from pytest_agentcompliance.parsing.transcripts.texts import as_mapping, as_number, as_text

SILENT = frozenset((
    "", "recall", "think", "change_agent_state", "null", "start", "pause", "resume", "stop", "agent_state_changed", "condensation",
    "condensation_request", "loop_recovery", "error",
))  # fmt: skip
CALLS = frozenset((
    "run_ipython", "browse", "browse_interactive", "call_tool_mcp", "mcp", "delegate", "task_tracking", "push", "send_pr",
))  # fmt: skip
RUNNING = -1  # the exit code of a command that did not end yet


def is_record(record: Mapping[str, object]) -> str:
    """The name of the format where a record is of it."""
    if isinstance(record.get("history"), list) and ("instance_id" in record or "git_patch" in record or "test_result" in record):
        return "openhands"
    kind = record.get("action", record.get("observation"))
    if not isinstance(kind, str) or ("action" in record and "observation" in record):
        return ""
    known = kind in SILENT or kind in CALLS or kind in ("run", "read", "write", "edit", "message", "finish", "system", "reject")
    return "openhands" if known or "args" in record or "extras" in record else ""


class Reader:
    """The events of one file. An observation names the action that it answers, or follows it."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._run = ""  # which of several runs in one file
        self._cwd, self._session = "", ""
        self._last = ""  # the action that an observation without a cause answers
        self._running: Happened | None = None  # a command that did not end yet
        self._inputs: set[str] = set()
        self._said: set[str] = set()
        self._now: dict[str, Any] = {}

    def take(self, record: Mapping[str, Any], line: int) -> None:
        """Read one event, or one whole run."""
        history = record.get("history")
        if not isinstance(history, list):
            self._event(record, line)
            return
        self._run = as_text(record.get("instance_id")) or f"run {line}"
        self._session, self._cwd, self._last, self._running = self._run, "", "", None
        for one in history:
            for event in one if isinstance(one, list) else [one]:  # in old runs an action and its observation are a pair
                if isinstance(event, dict):
                    self._event(event, line)

    def finish(self) -> None:
        """No more is to come."""

    def _event(self, event: Mapping[str, Any], line: int) -> None:
        if isinstance(event.get("observation"), str):
            self._observed(event)
        elif isinstance(event.get("action"), str):
            self._acted(event, line)

    def _acted(self, event: Mapping[str, Any], line: int) -> None:
        kind = event["action"]
        given = {**{key: value for key, value in event.items() if key != "args"}, **as_mapping(event.get("args"))}
        number = as_number(event.get("id"))
        name = str(number) if number is not None else f"line {line} {len(self._tape.steps)}"
        ref = f"{self._tape.file} {self._run} {name}"
        if number is not None and self._tape.has(ref):
            return
        self._now = {"session": self._session, "cwd": self._cwd, "when": moment(event.get("timestamp"))}
        thought = as_text(given.get("thought")).strip()
        if kind in ("message", "system", "finish", "reject"):
            self._message(kind, event, given, line, thought)
            return
        if thought and event.get("source", "agent") == "agent":
            self._tape.add(Happened("message", line, thought, **self._now))
        step = self._step(kind, given, line, ref)
        if step is not None:
            for name, value in self._now.items():
                setattr(step, name, value)
            self._tape.add(step, ref)
        self._last = ref

    def _step(self, kind: str, given: Mapping[str, Any], line: int, ref: str) -> Happened | None:
        path = as_text(given.get("path"))
        if kind == "run":
            command = as_text(given.get("command"))
            if not command or given.get("is_input") in (True, "true"):  # it goes to the command that runs
                self._inputs.add(ref)
                return Happened("call", line, "input", arguments={"text": command}) if command else None
            return Happened("command", line, command, background=given.get("background") is True)
        if kind == "read" and path:
            return Happened("read", line, path=path, lines=_read_lines(given))
        if kind == "write" and path:
            whole = as_number(given.get("start")) in (None, 0) and as_number(given.get("end")) in (None, -1)
            return Happened("edit", line, path=path, after=as_text(given.get("content")) if whole else None)
        if kind == "edit" and path:
            return editor.step(given, line) or Happened("edit", line, path=path)
        if kind in CALLS or kind not in SILENT:
            inner = given.get("arguments")
            arguments = inner if isinstance(inner, dict) else given
            return Happened("call", line, as_text(given.get("name")) or kind, arguments=arguments)
        return None

    def _message(self, kind: str, event: Mapping[str, Any], given: Mapping[str, Any], line: int, thought: str) -> None:
        texts = [thought, *(as_text(given.get(key)).strip() for key in ("content", "final_thought"))]
        outputs = as_mapping(given.get("outputs"))
        texts += [as_text(outputs.get("content")).strip()]
        text = "\n\n".join(dict.fromkeys(one for one in texts if one)) or as_text(event.get("message")).strip()
        source = event.get("source", "agent" if kind in ("finish", "reject") or self._said else "user")
        who: Speaker = "system" if kind == "system" else "person" if source == "user" else "agent"
        self._said.add(kind)
        if text:
            self._tape.add(Happened("message", line, text, speaker=who, **self._now))

    def _observed(self, event: Mapping[str, Any]) -> None:
        kind, extras = event["observation"], as_mapping(event.get("extras"))
        cause = as_number(event.get("cause"))
        ref = f"{self._tape.file} {self._run} {cause}" if cause is not None else self._last
        data = as_mapping(extras.get("metadata"))
        self._cwd = as_text(data.get("working_dir")) or self._cwd
        output = as_text(event.get("content"))
        if kind == "error":
            self._tape.answer(ref, output, outcome.of_error(output)) if self._tape.kind_of(ref) else None
        elif kind in ("user_rejected", "reject"):
            self._tape.answer(ref, output, "refused")
        elif kind == "run":
            code = as_number(data.get("exit_code", extras.get("exit_code", event.get("exit_code"))))
            stays = "cd " not in as_text(extras.get("command"))  # it is told where the command ended, not where it began
            self._ran(ref, output, code, as_text(data.get("working_dir")) if stays else "")
        elif self._tape.kind_of(ref):
            wrong = event.get("success") is False or (kind in ("edit", "read", "write") and editor.failed(output))
            self._tape.answer(ref, output, "fail" if wrong else "pass")

    def _ran(self, ref: str, output: str, code: int | None, folder: str) -> None:
        result: Result = "" if code is None or code == RUNNING else "fail" if code else "pass"
        if ref in self._inputs:
            self._inputs.discard(ref)
            if self._tape.kind_of(ref):
                self._tape.answer(ref, output, "")
            if self._running is not None and result:
                self._running.exit_code, self._running.background = code, False
                self._tape.end(self._running, f"{self._running.output}\n{output}", result)
                self._running = None
            return
        facts: dict[str, object] = {"exit_code": None if code == RUNNING else code}
        if code == RUNNING:
            facts["background"] = True
        self._tape.moved(ref, folder)
        for step in self._tape.answer(ref, output, result, **facts):
            self._running = step if code == RUNNING else None


def _read_lines(given: Mapping[str, Any]) -> tuple[int, int] | None:
    if (asked := editor.view_range(given.get("view_range"))) is not None:
        return asked
    start, end = as_number(given.get("start")), as_number(given.get("end"))
    if (start or 0) <= 0 and (end is None or end < 0):
        return None
    first = max(start or 0, 0) + 1
    return first, END if end is None or end < 0 else max(end, first)
