"""Rollouts of Codex, old and new, and what ``codex exec --json`` prints."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pytest_agentcompliance.parsing.shell.prefixes import SHELLS as NAMES
from pytest_agentcompliance.parsing.shell.scripts import commands
from pytest_agentcompliance.parsing.shell.words import LONGEST
from pytest_agentcompliance.parsing.transcripts import outcome, patches
from pytest_agentcompliance.parsing.transcripts.happened import Happened, Result, Speaker, Tape, moment
from pytest_agentcompliance.parsing.transcripts.texts import as_list, as_mapping, as_number, as_text, plain, text_of

WRAPPED = frozenset(("session_meta", "response_item", "event_msg", "turn_context", "compacted", "inter_agent_communication"))
ITEMS = frozenset((
    "function_call", "function_call_output", "local_shell_call", "custom_tool_call", "custom_tool_call_output", "web_search_call",
))  # fmt: skip
EXEC = frozenset((
    "thread.started", "turn.started", "turn.completed", "turn.failed", "item.started", "item.updated", "item.completed",
))  # fmt: skip
SHELLS = frozenset(("shell", "exec_command", "shell_command", "container.exec", "local_shell", "bash"))
MACHINE = (  # how what the harness puts in the mouth of a person begins
    "<environment_context>", "<user_instructions>", "# AGENTS.md instructions", "<permissions", "<turn_aborted>", "<skill>",
    "<subagent", "<collaboration_mode>", "<INSTRUCTIONS>",
)  # fmt: skip
REFUSALS = ("exec command", "execution", "rejected", "patch rejected", "aborted", "user", "command was", "err", "unsupported")
FAILURES = (
    "failed", "error", "execution error", "exec error", "apply_patch verification failed", "err:", "verification failed",
)  # fmt: skip
EXITED = re.compile(r"^(?:Process exited with code|Exit code:|\[?exit code:?) (-?\d{1,6})", re.MULTILINE)
DENIED = re.compile(r"failed in sandbox [^\n]{0,200}?exit code: (-?\d{1,6})")
SESSION = re.compile(r"^Process running with session ID (\d{1,20})", re.MULTILINE)
PRINTED = re.compile(r"^(?:Output|Final output):\r?\n", re.MULTILINE)
SCRIPTED = re.compile(r"\btools\.(exec_command|shell_command|shell|apply_patch)\(\s*")
ONLY_PATCHES = frozenset(("cd", "apply_patch", "applypatch", "true", "set"))


def is_record(record: Mapping[str, object]) -> str:
    """Which of the two grammars a record is of; empty where it is of none."""
    kind = record.get("type")
    if kind in WRAPPED and isinstance(record.get("payload"), dict):
        return "codex rollout"
    if kind in EXEC or (isinstance(record.get("msg"), dict) and "id" in record):
        return "codex exec"
    if kind in ITEMS and ("call_id" in record or "action" in record):
        return "codex rollout"
    if kind == "message" and "role" in record and _is_item(record.get("content")):
        return "codex rollout"
    if (kind == "reasoning" and "summary" in record) or "record_type" in record:
        return "codex rollout"
    return "codex rollout" if "instructions" in record and "timestamp" in record and "id" in record else ""


def _is_item(content: object) -> bool:
    return any(as_mapping(one).get("type") in ("input_text", "output_text") for one in as_list(content)[:20])


class Reader:
    """The records of one file."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._session, self._cwd = "", ""
        self._began = False
        self._called: dict[str, list[Happened]] = {}  # by the id of the call
        self._running: dict[str, Happened] = {}  # by the number of the session that the shell gave
        self._asks: dict[str, str] = {}
        self._open: set[str] = set()
        self._scripts: set[str] = set()  # calls of a script, which does not tell how its commands ended
        self._heard: dict[str, Counter[str]] = {}
        self._given: dict[str, Any] = {}

    def take(self, record: Mapping[str, Any], line: int) -> None:
        """Read one record."""
        kind = as_text(record.get("type"))
        payload = record.get("payload")
        self._given = {"session": self._session, "cwd": self._cwd, "when": moment(record.get("timestamp"))}
        if kind in ("session_meta", "turn_context") or "git" in record:
            self._stands(as_mapping(payload) or record)
        elif kind == "compacted":
            if not self._began:
                self._tape.gap("it begins with a compacted history")
        elif kind in EXEC:
            self._exec(kind, record, line)
        elif kind == "event_msg" or isinstance(record.get("msg"), dict):
            self._event(as_mapping(payload) or as_mapping(record.get("msg")), line)
        else:
            self._item(as_mapping(payload) or record, line)

    def finish(self) -> None:
        """No more is to come."""

    def _stands(self, told: Mapping[str, object]) -> None:
        self._session = as_text(told.get("id")) or self._session
        self._cwd = as_text(told.get("cwd")) or self._cwd

    def _add(self, step: Happened, ref: str = "") -> Happened:
        for name, value in self._given.items():
            if name != "cwd" or not step.cwd:
                setattr(step, name, value)
        self._began = True
        added = self._tape.add(step, ref)
        if ref:
            self._called.setdefault(ref, []).append(added)
        return added

    # Items: what the model said and called

    def _item(self, item: Mapping[str, Any], line: int) -> None:
        kind, ref = item.get("type"), as_text(item.get("call_id")) or as_text(item.get("id"))
        if kind == "message":
            self._says(as_text(item.get("role")), text_of(item.get("content")), "item", line)
        elif kind in ("function_call", "custom_tool_call", "local_shell_call"):
            if ref and self._tape.has(ref):
                return
            for step in self._steps(item, line):
                self._add(step, ref)
            if item.get("name") == "exec":
                self._scripts.add(ref)
            if item.get("name") == "write_stdin":
                self._asks[ref] = str(_arguments(item.get("arguments")).get("session_id", ""))
        elif kind in ("function_call_output", "custom_tool_call_output"):
            self._answered(ref, item.get("output"))
        elif kind == "web_search_call":
            self._add(Happened("call", line, "web_search", arguments=as_mapping(item.get("action"))))

    def _says(self, role: str, text: str, by: str, line: int) -> None:
        """A message. What is said stands in a file as an item, as an event, or as both."""
        if not text.strip() or role == "function":
            return
        machine = role != "user" or text.lstrip().startswith(MACHINE)
        who: Speaker = "agent" if role == "assistant" else "system" if machine else "person"
        key = f"{who} {text.strip()[:500]}"
        heard = self._heard.setdefault(key, Counter())
        heard[by] += 1
        if heard[by] > heard["said"]:
            heard["said"] += 1
            self._add(Happened("message", line, text, speaker=who))

    def _steps(self, item: Mapping[str, Any], line: int) -> Iterator[Happened]:
        name = as_text(item.get("name")) or "local_shell"
        given = _arguments(item.get("arguments", item.get("input")))
        action = as_mapping(item.get("action"))
        if name == "exec" and isinstance(item.get("input"), str):
            plain = Happened("call", line, name, arguments={"input": item["input"]})
            yield from _scripted(item["input"][: LONGEST], line) or [plain]
        elif name == "apply_patch":
            text = as_text(item.get("input")) or as_text(given.get("input")) or as_text(given.get("patch"))
            yield from _edits(text or as_text(item.get("arguments")), "", line) or [Happened("call", line, name)]
        elif name in SHELLS:
            command = given.get("command", given.get("cmd", action.get("command")))
            folder = as_text(given.get("workdir")) or as_text(action.get("working_directory"))
            yield from _commands(command, folder, line) or [Happened("call", line, name, arguments=given)]
        else:
            yield Happened("call", line, name, arguments=given)

    def _answered(self, ref: str, output: object) -> None:
        text, code, session = _output(output)
        asked = self._asks.pop(ref, "")
        if asked in self._running and not session:
            self._ended(self._running.pop(asked), text, code)
        result: Result = ("fail" if code else "pass") if code is not None else _unsaid(text)
        if session or (result == "pass" and ref in self._scripts and self._tape.kind_of(ref) == "command"):
            result = ""
        facts = {"exit_code": code, "background": bool(session)} if self._tape.kind_of(ref) == "command" else {}
        for step in self._tape.answer(ref, text, result, **facts):
            if session and step.kind == "command":
                self._running[session] = step

    def _ended(self, step: Happened, text: str, code: int | None) -> None:
        step.exit_code, step.background = code, False
        self._tape.end(step, f"{step.output}\n{text}", ("fail" if code else "pass") if code is not None else "")

    # Events: what the harness did

    def _event(self, event: Mapping[str, Any], line: int) -> None:
        kind, ref = as_text(event.get("type")), as_text(event.get("call_id"))
        if kind in ("agent_message", "user_message"):
            self._says("assistant" if kind == "agent_message" else "user", as_text(event.get("message")), "event", line)
        elif kind == "session_configured":
            self._session = as_text(event.get("session_id")) or self._session
        elif kind == "exec_command_begin" and ref not in self._called:
            for step in _commands(event.get("command"), as_text(event.get("cwd")), line):
                self._add(step, ref)
        elif kind == "exec_command_end":
            self._executed(event, ref, line)
        elif kind in ("patch_apply_begin", "patch_apply_end"):
            self._applied(event, ref, line, ended=kind == "patch_apply_end")
        elif kind == "mcp_tool_call_end" and ref not in self._called:
            call = as_mapping(event.get("invocation"))
            step = self._add(_of_server(call, line))
            self._tape.end(step, "", "fail" if "Err" in as_mapping(event.get("result")) else "pass")
        elif kind == "context_compacted" and not self._began:
            self._tape.gap("it begins with a compacted history")

    def _executed(self, event: Mapping[str, Any], ref: str, line: int) -> None:
        if ref not in self._called:
            for step in _commands(event.get("command"), as_text(event.get("cwd")), line):
                self._add(step, ref)
        code = as_number(event.get("exit_code"))
        text = as_text(event.get("aggregated_output")) or as_text(event.get("stdout")) + as_text(event.get("stderr"))
        for step in self._called.get(ref, []):
            if step.kind == "command":
                step.exit_code, step.background = code, False
            refused = event.get("status") == "declined"
            self._tape.settle(ref, step, text or step.output, "refused" if refused else "fail" if code else "pass")

    def _applied(self, event: Mapping[str, Any], ref: str, line: int, *, ended: bool) -> None:
        if ref not in self._called:
            for path, change in as_mapping(event.get("changes")).items():
                for step in _changed(str(path), as_mapping(change), line):
                    self._add(step, ref)
        for step in self._called.get(ref, []) if ended else ():
            if step.kind == "edit":
                self._tape.settle(ref, step, as_text(event.get("stderr")), "pass" if event.get("success") is True else "fail")

    # codex exec --json

    def _exec(self, kind: str, record: Mapping[str, Any], line: int) -> None:
        if kind == "thread.started":
            self._session = as_text(record.get("thread_id"))
        elif kind == "turn.failed":
            self._tape.gap("the session ended with an error")
        item = as_mapping(record.get("item"))
        what = as_text(item.get("type", item.get("item_type")))
        ref = f"{self._tape.file} {self._session} {as_text(item.get('id'))}"
        if not what or kind == "item.updated":
            return
        if what in ("agent_message", "assistant_message"):
            if kind == "item.completed":
                self._add(Happened("message", line, as_text(item.get("text"))))
            return
        if ref not in self._open:
            for step in _exec_steps(what, item, line):
                self._add(step, ref)
            self._open.add(ref)
        if kind == "item.completed":
            self._open.discard(ref)
            code = as_number(item.get("exit_code"))
            status = item.get("status")
            result: Result = "refused" if status == "declined" else "fail" if code or status == "failed" else "pass"
            facts: dict[str, object] = {"exit_code": code} if self._tape.kind_of(ref) == "command" else {}
            if what in ("web_search", "todo_list") and self._tape.kind_of(ref) == "call":  # now it is known what was asked
                facts = {"arguments": plain({key: item[key] for key in ("query", "items") if key in item})}
            if self._tape.kind_of(ref):
                text = as_text(item.get("aggregated_output")) or text_of(as_mapping(item.get("result")).get("content"))
                self._tape.answer(ref, text or as_text(as_mapping(item.get("error")).get("message")), result, **facts)


def _exec_steps(what: str, item: Mapping[str, Any], line: int) -> Iterator[Happened]:
    if what == "command_execution":
        yield from _commands(item.get("command"), "", line)
    elif what == "file_change":
        for change in map(as_mapping, as_list(item.get("changes"))):
            if as_text(change.get("path")):
                yield Happened("edit", line, path=as_text(change.get("path")), gone=change.get("kind") == "delete")
    elif what == "mcp_tool_call":
        yield _of_server(item, line)
    elif what in ("web_search", "todo_list"):
        yield Happened("call", line, what, arguments={key: item[key] for key in ("query", "items") if key in item})


def _of_server(call: Mapping[str, Any], line: int) -> Happened:
    """A call of a tool that an MCP server offers, named as Claude Code names it."""
    name = f"mcp__{as_text(call.get('server'))}__{as_text(call.get('tool'))}"
    return Happened("call", line, name, arguments=as_mapping(call.get("arguments")))


def _arguments(value: object) -> Mapping[str, Any]:
    if isinstance(value, str):
        try:
            return as_mapping(json.loads(value))
        except (ValueError, RecursionError):
            return {}
    return as_mapping(value)


def _commands(command: object, folder: str, line: int) -> list[Happened]:
    """A command as it would be typed; what it patches are edits, and where it does nothing else it is those alone."""
    words = [as_text(one) for one in command] if isinstance(command, list) else []
    if words[:1] in (["apply_patch"], ["applypatch"]) and len(words) > 1:
        return _edits(words[1], folder, line)
    script = unwrapped(words) if words else unwrapped_line(as_text(command))
    if not script.strip():
        return []
    found = [Happened("command", line, script, cwd=folder)]
    if patches.BEGIN in script:
        simple = commands(script)
        edits = [
            step
            for one in simple
            for step in _edits(one.fed or " ".join(word.text for word in one.words), _joined(folder, one.folder or ""), line)
        ]
        found = edits + ([] if edits and all(one.name in ONLY_PATCHES for one in simple) else found)
    return found


def _scripted(script: str, line: int) -> list[Happened]:
    """The commands that a script in JavaScript runs through the tools that it is given."""
    found: list[Happened] = []
    for call in SCRIPTED.finditer(script):
        try:
            given, _ = json.JSONDecoder().raw_decode(script, call.end())
        except (ValueError, RecursionError):
            continue
        if call[1] == "apply_patch":
            found += _edits(as_text(given) or as_text(as_mapping(given).get("input")), "", line)
        else:
            told = as_mapping(given)
            found += _commands(told.get("cmd", told.get("command")), as_text(told.get("workdir")), line)
    return found


def _joined(folder: str, step: str) -> str:
    return step if step.startswith("/") or not folder else f"{folder}/{step}" if step else folder


def unwrapped(words: list[str]) -> str:
    """The script of ``bash -lc SCRIPT``, else the words as they would be typed."""
    import shlex

    name = words[0].rpartition("/")[2].rpartition("\\")[2]
    if len(words) == 3 and words[1].startswith("-") and name.removesuffix(".exe") in NAMES:
        return words[2]
    return shlex.join(words)


def unwrapped_line(line: str) -> str:
    """The same of a line that is already typed."""
    import shlex

    if re.match(r"(?:[\w./-]{0,100}/)?(?:bash|zsh|sh) -l?c ", line[:200]):
        try:
            words = shlex.split(line[: LONGEST])
        except ValueError:
            return line
        return unwrapped(words) if len(words) == 3 else line
    return line


def _edits(text: str, folder: str, line: int) -> list[Happened]:
    return [
        Happened("edit", line, path=one.path, cwd=folder, before=one.before, after=one.after, gone=one.gone)
        for one in patches.read(text)
    ]


def _changed(path: str, change: Mapping[str, Any], line: int) -> Iterator[Happened]:
    kind = next((one for one in ("add", "delete", "update") if one in change), as_text(change.get("type")))
    inner = as_mapping(change.get(kind)) or change
    if kind == "add":
        content = inner.get("content")
        yield Happened("edit", line, path=path, after=content if isinstance(content, str) else None)
    elif kind == "update" and as_text(inner.get("move_path")):
        yield Happened("edit", line, path=path, gone=True)
        yield Happened("edit", line, path=as_text(inner.get("move_path")))
    else:
        yield Happened("edit", line, path=path, gone=kind == "delete")


def _output(value: object) -> tuple[str, int | None, str]:
    """What a call printed, its exit code where it is told, and the number of the session in which it still runs."""
    text = text_of(value)
    code: int | None = None
    if text.startswith('{"output"'):
        given = _arguments(text)
        code = as_number(as_mapping(given.get("metadata")).get("exit_code"))
        return as_text(given.get("output")) if given else text, code, ""
    if denied := DENIED.match(text):
        return text, int(denied[1]), ""
    start = text.find("\nChunk ID: ", 0, LONGEST) + 1  # a warning that quotes the command may stand before it
    head = text[start : start + 2000]
    printed = PRINTED.search(head)
    told = head[: printed.start()] if printed else head[:300]
    if found := EXITED.search(told):
        code = int(found[1])
    running = SESSION.search(told)
    return text[start + printed.end() :] if printed else text, code, running[1] if running and code is None else ""


def _unsaid(text: str) -> Result:
    """The outcome of a call that no exit code tells."""
    head = text.lstrip()[:300].lower()
    if head.startswith(REFUSALS) and outcome.of_error(text) == "refused":
        return "refused"
    return "fail" if head.startswith(FAILURES) else "pass"
