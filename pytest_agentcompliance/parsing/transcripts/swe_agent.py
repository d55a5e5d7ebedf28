"""Trajectories of SWE-agent, and of mini-swe-agent."""

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

from pytest_agentcompliance.parsing.transcripts import editor, jsonl
from pytest_agentcompliance.parsing.transcripts.happened import Happened, Result, Tape, moment
from pytest_agentcompliance.parsing.transcripts.texts import as_list, as_mapping, as_number, as_text, text_of

SHOWN = re.compile(r"\[File: ([^\n(]{1,1000}?)\r? \((\d{1,9}) lines total\)\]")
ABOVE, BELOW = re.compile(r"\((\d{1,9}) (?:more )?lines above"), re.compile(r"\((\d{1,9}) (?:more )?lines below")
RETURNED = re.compile(r"<returncode>\s*(-?\d{1,6})\s*</returncode>")
PRINTED = re.compile(r"<output(?:_head)?>\r?\n?")
FENCE = re.compile(r"```(?:mswea_bash_command|bash|sh|shell)[ \t]*\r?\n([\s\S]*?)\r?\n?```")
LOOKS = frozenset(("open", "goto", "scroll_down", "scroll_up", "view", "show_linenumbers"))
EDITS = frozenset(("edit", "insert", "create", "str_replace", "append", "undo_edit", "edit_linerange"))
CALLS = frozenset((
    "submit", "find_file", "search_dir", "search_file", "filemap", "set_cursors", "exit_cost", "exit_context", "exit_format",
    "exit_forfeit", "exit_error", "skip",
))  # fmt: skip
UNDONE = (  # how an answer begins after which nothing was edited
    "your proposed edit has introduced", "your edit was not applied", "file not updated", "no file open", "usage:", "error:",
    "your command was blocked",
)  # fmt: skip


def is_record(record: Mapping[str, object]) -> str:
    """Which of the two formats a record is of; empty where it is of none."""
    if isinstance(record.get("trajectory"), list):
        return "swe-agent"
    if isinstance(record.get("action"), str) and isinstance(record.get("observation"), str):
        return "swe-agent" if {"thought", "response", "state"} & record.keys() else ""
    if isinstance(messages := record.get("messages"), list):
        return "mini-swe-agent" if any(isinstance(one, dict) and {"role", "content"} <= one.keys() for one in messages[:5]) else ""
    spoken = record.get("role") in ("system", "user", "assistant", "tool", "exit") and "content" in record
    return "mini-swe-agent" if spoken and "type" not in record else ""


class Reader:
    """The steps of one file."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._open = ""  # the file that the editor shows
        self._began = False
        self._calls: list[str] = []  # commands of mini-swe-agent that wait for their answer

    def take(self, record: Mapping[str, Any], line: int) -> None:
        """Read one step, one message, or a whole trajectory."""
        if isinstance(record.get("action"), str):  # a step may hold the messages that led to it
            self._step(record, line)
            return
        for key, read in (("trajectory", self._step), ("messages", self._message)):
            if isinstance(record.get(key), list):
                for one in record[key]:
                    if isinstance(one, dict):
                        read(one, line)
                return
        self._message(record, line)

    def finish(self) -> None:
        """No more is to come."""

    # SWE-agent

    def _step(self, record: Mapping[str, Any], line: int) -> None:
        state = _state(record.get("state"))
        cwd = as_text(state.get("working_dir"))
        thought, action = as_text(record.get("thought")).strip(), as_text(record.get("action")).strip()
        observation = as_text(record.get("observation"))
        if thought:
            self._tape.add(Happened("message", line, thought, cwd=cwd))
        if not action:
            return
        shown = SHOWN.search(observation[:4000])
        if shown:
            self._open = shown[1].strip()
        word = action.split(None, 1)[0].rpartition("/")[2]
        step = self._tool(word, action, observation, line)
        if step is None:
            step = Happened("command", line, action)
        step.cwd = cwd
        self._tape.add(step)
        result: Result = ""
        if step.kind != "command":
            wrong = editor.failed(observation) or (step.kind == "edit" and observation.lstrip()[:200].lower().startswith(UNDONE))
            result = "fail" if wrong else "pass"
        self._tape.end(step, observation, result)

    def _tool(self, word: str, action: str, observation: str, line: int) -> Happened | None:
        """What one of the harness's own tools does; None where it is a command of the shell."""
        words = _words(action)
        operands = [one for one in words[1:] if not one.startswith("-")]
        if word in ("str_replace_editor", "edit_anthropic"):
            return editor.step(_options(words), line) or Happened("call", line, word, arguments={"words": words[1:20]})
        if word in LOOKS:
            path = self._open or (operands[0] if word == "open" and operands else "")
            return Happened("read", line, path=path, lines=_lines(observation)) if path else Happened("call", line, word)
        if word in EDITS:
            path = operands[0] if word == "create" and operands else self._open
            if not path:
                return Happened("call", line, word)
            return Happened("edit", line, path=path, after="" if word == "create" else None)
        if word in CALLS:
            return Happened("call", line, word, arguments={"words": words[1:20]})
        return None

    # mini-swe-agent

    def _message(self, record: Mapping[str, Any], line: int) -> None:
        role, text, extra = record.get("role"), text_of(record.get("content")), as_mapping(record.get("extra"))
        when = moment(extra.get("timestamp", record.get("timestamp")))
        if role == "assistant":
            self._began = True
            commands = _commands(record, text, extra)
            said = FENCE.sub("", text).strip() if any(FENCE.search(text) for _ in commands[:1]) else text.strip()
            if said:
                self._tape.add(Happened("message", line, said, when=when))
            for number, (command, named) in enumerate(commands):
                ref = named or f"{self._tape.file} line {line} {len(self._tape.steps)} {number}"
                if not self._tape.has(ref):
                    self._tape.add(Happened("command", line, command, when=when), ref)
                    self._calls.append(ref)
        elif self._calls and (role in ("tool", "exit") or "returncode" in extra or RETURNED.search(text[:2000]) or not text):
            named = as_text(record.get("tool_call_id"))
            ref = named if named in self._calls else self._calls[0]
            self._calls.remove(ref)
            self._returned(ref, text, extra, ended=role == "exit")
        elif role == "exit":
            return
        elif text.strip():
            machine = role == "system" or self._began  # after the task, what comes in a person's name is the harness's
            self._tape.add(Happened("message", line, text, speaker="system" if machine else "person", when=when))

    def _returned(self, ref: str, text: str, extra: Mapping[str, object], *, ended: bool) -> None:
        found = RETURNED.search(text[:2000])
        code = as_number(extra.get("returncode"))
        if code is None and found:
            code = int(found[1])
        raw = extra.get("raw_output")
        output = raw if isinstance(raw, str) else PRINTED.split(text, 1)[-1].rpartition("</output>")[0] or text
        result: Result = ("fail" if code else "pass") if code is not None else "pass" if ended else ""
        if code is None and "timed out" in text[:400]:
            result = "fail"
        self._tape.answer(ref, output, result, exit_code=code)


def _state(value: object) -> Mapping[str, object]:
    if isinstance(value, str) and len(value) < 10_000:
        try:
            return as_mapping(jsonl.value(value.encode("utf-8", "replace")))
        except jsonl.NoJSON:
            return {}
    return as_mapping(value)


def _words(action: str) -> list[str]:
    try:
        return shlex.split(action[:300_000])
    except ValueError:  # an open quote
        return action[:10_000].split()


def _options(words: list[str]) -> dict[str, object]:
    """The words of a call of ``str_replace_editor`` as its arguments."""
    found: dict[str, object] = dict(zip(("command", "path"), words[1:3], strict=False))
    at = 3
    while at < len(words):
        name, _, value = words[at].removeprefix("--").partition("=")
        if name == "view_range":
            found[name] = [int(one) for one in re.findall(r"-?\d{1,9}", value or " ".join(words[at + 1 : at + 3]))]
            at += 1 if value else 3
        elif words[at].startswith("--") and not value and at + 1 < len(words):
            found[name] = words[at + 1]
            at += 2
        else:
            found[name] = value
            at += 1
    return found


def _lines(observation: str) -> tuple[int, int] | None:
    """The part of a file that the editor showed; None where it was the whole."""
    shown = SHOWN.search(observation[:4000])
    above, below = ABOVE.search(observation[:4000]), BELOW.search(observation[-400:])
    if shown is None or (above is None and below is None):
        return None
    first, last = int(above[1]) + 1 if above else 1, int(shown[2]) - (int(below[1]) if below else 0)
    return first, max(first, last)


def _commands(record: Mapping[str, Any], text: str, extra: Mapping[str, object]) -> list[tuple[str, str]]:
    """The commands of a message, each with the id under which its answer comes, where it has one."""
    calls = []
    for call in as_list(record.get("tool_calls"))[:200]:
        function = as_mapping(as_mapping(call).get("function"))
        try:
            given = as_mapping(json.loads(as_text(function.get("arguments")) or "{}"))
        except (ValueError, RecursionError):
            given = {}
        calls.append((as_text(given.get("command")), as_text(as_mapping(call).get("id"))))
    actions = map(as_mapping, as_list(extra.get("actions"))[:200])
    calls = calls or [(as_text(one.get("command")), as_text(one.get("tool_call_id"))) for one in actions]
    calls = calls or [(found[1], "") for found in FENCE.finditer(text)][:1]
    return [(command, ref) for command, ref in calls if command]
