"""Sessions of Claude Code: the JSONL that it keeps, sub-agents included, and what ``--output-format stream-json`` prints."""

import re
from collections.abc import Mapping
from typing import Any

from pytest_agentcompliance.parsing.transcripts import claude_tools, outcome
from pytest_agentcompliance.parsing.transcripts.happened import Happened, Result, Speaker, Tape, moment
from pytest_agentcompliance.parsing.transcripts.texts import as_list, as_mapping, as_text, text_of

RECORDS = frozenset((
    "assistant", "user", "system", "progress", "result", "summary", "queue-operation", "file-history-snapshot", "attachment",
    "stream_event", "rate_limit_event", "tool_progress", "last-prompt", "custom-title", "agent-name", "permission-mode", "pr-link",
    "control_request", "control_response", "ai-title", "mode",
))  # fmt: skip
STREAM = frozenset(("session_id", "tool_use_result", "parent_tool_use_id"))
TASKS = ("bash_id", "shell_id", "task_id")
OUTPUTS = frozenset(("BashOutput", "TaskOutput", "AgentOutputTool", "KillShell", "KillBash", "TaskStop"))
STARTED = re.compile(r"running in (?:the )?background with ID: ([A-Za-z0-9_-]{1,80})")
MACHINE = (  # how what the harness puts in the mouth of a person begins
    "<system-reminder>", "<command-", "<local-command", "<user-prompt-submit-hook>", "Caveat: ", "<bash-", "<task-notification>",
    "This session is being continued from", "[Request interrupted", "Stop hook feedback", "Base directory for this skill:",
)  # fmt: skip
BARE = "bare "


def is_record(record: Mapping[str, object]) -> str:
    """Which of the two grammars a record is of; empty where it is of none."""
    kind = record.get("type")
    if kind in ("tool_use", "tool_result") and ("name" in record or "tool_use_id" in record or "tool_name" in record):
        return "claude stream-json"
    if kind not in RECORDS:
        return ""
    if STREAM & record.keys():
        return "claude stream-json"
    if {"sessionId", "uuid", "leafUuid", "messageId", "isSidechain"} & record.keys():
        return "claude session"
    message = record.get("message")
    if kind in ("assistant", "user") and (isinstance(message, dict) or "content" in record):
        return "claude stream-json"
    return ""


class Reader:
    """The records of one file. A call waits on the tape until its answer comes."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._said: dict[str, Happened] = {}  # the message of the agent that is still going on, by who speaks
        self._parts: set[tuple[str, str]] = set()
        self._tasks: dict[str, Happened] = {}  # commands in the background
        self._asks: dict[str, str] = {}  # the calls that ask for their output
        self._bare: dict[str, str] = {}
        self._began: set[str] = set()  # sessions and sub-agents of which there was a step
        self._stream: dict[str, bool] = {}  # sessions of a stream, and whether each had its end
        self._cwd: dict[str, str] = {}

    def take(self, record: Mapping[str, Any], line: int) -> None:
        """Read one record."""
        kind, session = record.get("type"), as_text(record.get("sessionId", record.get("session_id")))
        agent = as_text(record.get("agentId")) if record.get("isSidechain") is True or "agentId" in record else ""
        agent = agent or as_text(record.get("parent_tool_use_id")) or ("sub-agent" if record.get("isSidechain") is True else "")
        cwd = as_text(record.get("cwd"))
        if cwd:
            self._cwd[session] = cwd
        where = cwd or self._cwd.get(session, "")
        given = {"session": session, "agent": agent, "cwd": where, "when": moment(record.get("timestamp"))}
        if kind in ("assistant", "user"):
            self._message(record, line, given)
        elif kind == "system":
            if record.get("subtype") == "init":
                self._stream.setdefault(session, False)
            elif record.get("subtype") == "compact_boundary" and session + agent not in self._began:
                self._tape.gap("it begins with a compacted history")
        elif kind == "result":
            self._result(record, line, given)
        elif kind == "progress":
            self._progress(record, line)
        elif kind in ("tool_use", "tool_result"):
            self._alone(record, line, given)

    def finish(self) -> None:
        """No more is to come."""
        if any(not ended for ended in self._stream.values()):
            self._tape.gap("the stream has no end")

    def _message(self, record: Mapping[str, Any], line: int, given: dict[str, Any]) -> None:
        message = as_mapping(record.get("message", record))
        content, uuid = message.get("content"), as_text(record.get("uuid"))
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else as_list(content)
        again = bool(uuid) and self._tape.has(f"uuid {uuid}")
        if record.get("isCompactSummary") is True and given["session"] + given["agent"] not in self._began:
            self._tape.gap("it begins with a compacted history")
        for number, block in enumerate(blocks[:10_000]):
            if not isinstance(block, dict):
                continue
            kind = block.get("type")
            if kind == "tool_use":
                self._call(block, line, given, f"{uuid} {number}")
            elif kind == "tool_result":
                self._answer(block, record)
            elif kind == "text" and not again:
                text = as_text(block.get("text"))
                if record.get("type") == "assistant":
                    self._says(text, as_text(message.get("id")), line, given)
                else:
                    self._hears(text, record, line, given)

    def _says(self, text: str, message: str, line: int, given: dict[str, Any]) -> None:
        if not text.strip() or text.strip() == "(no content)":
            return
        key = f"{given['session']} {given['agent']} {message}"
        if message and (key, text[:2000]) in self._parts:
            return  # a stream that repeats what it said
        open_one = self._said.get(f"{given['session']} {given['agent']}")
        if message and open_one is not None and (key, "") in self._parts:
            self._tape.say(open_one, text)
        else:
            open_one = self._tape.add(Happened("message", line, text, speaker="agent", **given))
            self._parts = {(key, "")}
            self._said[f"{given['session']} {given['agent']}"] = open_one
        self._parts.add((key, text[:2000]))
        self._began.add(given["session"] + given["agent"])

    def _hears(self, text: str, record: Mapping[str, Any], line: int, given: dict[str, Any]) -> None:
        if not text.strip():
            return
        machine = record.get("isMeta") is True or record.get("isSynthetic") is True or record.get("isCompactSummary") is True
        who: Speaker = "system" if machine or given["agent"] or text.lstrip().startswith(MACHINE) else "person"
        self._tape.add(Happened("message", line, text, speaker=who, **given))
        self._began.add(given["session"] + given["agent"])

    def _call(self, block: Mapping[str, Any], line: int, given: dict[str, Any], number: str) -> None:
        name, ref = as_text(block.get("name")), as_text(block.get("id")) or number
        if not name or self._tape.has(ref):
            return
        self._said.pop(f"{given['session']} {given['agent']}", None)
        arguments = as_mapping(block.get("input"))
        for step in claude_tools.steps(name, arguments, line):
            for field, value in given.items():
                setattr(step, field, value)
            self._tape.add(step, ref)
        if name in OUTPUTS:
            self._asks[ref] = next((as_text(arguments[key]) for key in TASKS if as_text(arguments.get(key))), "")
        self._began.add(given["session"] + given["agent"])

    def _answer(self, block: Mapping[str, Any], record: Mapping[str, Any]) -> None:
        ref, output = as_text(block.get("tool_use_id")), text_of(block.get("content"))
        details = record.get("toolUseResult", record.get("tool_use_result"))
        self._answered(ref, output, block.get("is_error") is True, details)

    def _answered(self, ref: str, output: str, wrong: bool, details: object) -> None:
        said = as_mapping(details)
        result: Result = outcome.of_error(output) if wrong else "pass"
        facts: dict[str, object] = {}
        if said.get("interrupted") is True:
            result = "fail" if "timed out" in output[-400:] + output[:400] else "refused"
        code = outcome.exit_code(output) if wrong else None
        if code is not None:
            facts["exit_code"] = code
        if (shown := claude_tools.lines_read(details)) is not None:
            facts["lines"] = shown
        task = as_text(said.get("backgroundTaskId")) or (found[1] if (found := STARTED.search(output[:400])) and not wrong else "")
        if task and not wrong:
            result, facts["background"] = "", True
        for step in self._tape.answer(ref, output, result, **facts):
            if task and step.kind == "command":
                self._tasks[task] = step
        if (asked := self._asks.pop(ref, "")) in self._tasks and not wrong:
            self._ended(asked, output, said)

    def _ended(self, task: str, output: str, said: Mapping[str, object]) -> None:
        """What is told of a command in the background when its output is asked for."""
        inner = as_mapping(said.get("task", said))
        code = inner.get("exitCode")
        code = code if isinstance(code, int) and not isinstance(code, bool) else outcome.ended(output)
        if code is None:
            return
        step = self._tasks.pop(task)
        step.exit_code, step.background = code, False
        self._tape.end(step, output, "fail" if code else "pass")

    def _alone(self, record: Mapping[str, Any], line: int, given: dict[str, Any]) -> None:
        """A call or an answer that no message holds; where they have no ids, an answer is that of the last call of its name."""
        name = as_text(record.get("name", record.get("tool_name")))
        if record.get("type") == "tool_use":
            self._bare[name] = as_text(record.get("id")) or f"{BARE}{self._tape.file} {line}"
            self._call({**record, "id": self._bare[name]}, line, given, "")
        else:
            ref = as_text(record.get("tool_use_id")) or self._bare.pop(name, "")
            output = text_of(record.get("content", record.get("output")))
            self._answered(ref, output, record.get("is_error") is True or record.get("success") is False, None)

    def _progress(self, record: Mapping[str, Any], line: int) -> None:
        """What a sub-agent says, as its parent's file has it."""
        data = as_mapping(record.get("data"))
        inner = data.get("message")
        if data.get("type") == "agent_progress" and isinstance(inner, dict) and inner.get("type") in ("assistant", "user"):
            around = {key: record[key] for key in ("sessionId", "cwd", "timestamp") if key in record}
            self._message(inner, line, self._around({**around, **inner}, as_text(data.get("agentId"))))

    def _around(self, record: Mapping[str, Any], agent: str) -> dict[str, Any]:
        session, cwd = as_text(record.get("sessionId")), as_text(record.get("cwd"))
        return {"session": session, "agent": agent or "sub-agent", "cwd": cwd, "when": moment(record.get("timestamp"))}

    def _result(self, record: Mapping[str, Any], line: int, given: dict[str, Any]) -> None:
        """The end of a stream; its text is the last message once more, or says what went wrong."""
        session = given["session"]
        self._stream[session] = True
        text = as_text(record.get("result"))
        last = self._said.get(f"{session} ")
        if record.get("is_error") is True or record.get("subtype") not in ("success", None):
            self._tape.gap("the session ended with an error")
            if text and (last is None or last.text.strip() != text.strip()):
                self._tape.add(Happened("message", line, text, speaker="system", **given))
        elif text.strip() and (last is None or text.strip()[:2000] not in last.text):
            self._tape.add(Happened("message", line, text, speaker="agent", **given))
