"""One event of an agent's harness, as its hook protocol gives it on stdin: data of others, of which nothing is certain.

code.claude.com/docs/en/hooks: the fields that all events have, and those of PostToolUse, Stop and SubagentStop.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pytest_agentcompliance.hooks.door import LIMIT, PAPERS

APART = re.compile(r"[\s'\"`<>|&;(){}$*?,=]+")  # what stands between the words of a command, or of its output
PLACED = re.compile(r"(?::\d+)*:?\Z")  # a line's number behind a path
MOST = 50  # papers that one command may name
SAID = 100_000  # characters of a command's output that are looked through
AGENTS = ("subagent", "workflow", "teammate", "cloud session")  # what wakes the agent up again when it is done
ENDS = tuple(ending.decode() for ending in PAPERS)
ENDINGS = (".jsonl", ".ndjson", ".json")  # of a transcript


class NoEvent(ValueError):
    """What came is no event; the text says why."""


@dataclass(frozen=True, slots=True)
class Event:
    """``papers`` are the files that a tool was given, or that a command or its output names, as they are written.

    ``active``: the agent goes on already because a hook did not let it stop. ``waits``: others work for it, and will wake it.
    """

    name: str = ""
    session: str = ""
    folder: str = ""
    transcript: str = ""
    mode: str = ""
    tool_use: str = ""
    papers: tuple[str, ...] = ()
    last_words: str = ""
    active: bool = False
    waits: bool = False

    def folders(self) -> Iterator[Path]:
        """Where the agent works, and where its session began."""
        for folder in (self.folder, os.environ.get("CLAUDE_PROJECT_DIR", "")):
            if folder and "\0" not in folder and (path := Path(folder)).is_absolute() and path.is_dir():
                yield path


def parse(data: bytes) -> Event:
    """The event. Raises ``NoEvent``."""
    if not data.strip():
        raise NoEvent("there is no event on stdin: a harness for agents calls this, see docs/guides/hooks.md")
    if len(data) > LIMIT:
        raise NoEvent(f"the event has more than {LIMIT:,} bytes and was not read")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as wrong:
        raise NoEvent(f"what stands on stdin is no JSON: {str(wrong)[:100]}") from wrong
    if not isinstance(found, dict):
        raise NoEvent("what stands on stdin is no event: it is no object")
    agent = _text(found, "agent_id")
    return Event(
        name=_text(found, "hook_event_name"),
        session=f"{_text(found, 'session_id')}{f':{agent}' if agent else ''}" if _text(found, "session_id") else "",
        folder=_text(found, "cwd"),
        transcript=_transcript(_text(found, "agent_transcript_path") or _text(found, "transcript_path")),
        mode=_text(found, "permission_mode"),
        tool_use=_text(found, "tool_use_id"),
        papers=tuple(_papers(found)),
        last_words=_text(found, "last_assistant_message"),
        active=found.get("stop_hook_active") is True,
        waits=any(
            isinstance(one, dict) and one.get("type") in AGENTS and one.get("status") in (None, "running", "pending")
            for one in _list(found.get("background_tasks"))
        ),
    )


def _text(found: object, name: str) -> str:
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) and "\0" not in value else ""


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _papers(found: dict[str, object]) -> Iterator[str]:
    """A file that a tool was given; of a command all that it or its output names."""
    given, said = found.get("tool_input"), found.get("tool_response")
    if path := _text(given, "file_path") or _text(given, "path"):
        yield from [path] if path.endswith(ENDS) else []
        return
    command = _text(given, "command")
    if command:
        text = "\n".join([command, *(one[:SAID] for one in (_text(said, "stdout"), _text(said, "stderr")))])
        names = dict.fromkeys(PLACED.sub("", word.rstrip(".")) for word in APART.split(text))
        yield from [one for one in names if one.endswith(ENDS)][:MOST]


def _transcript(written: str) -> str:
    """A transcript that lies there as a file; nothing else is ever opened for one."""
    if not written.endswith(ENDINGS):
        return ""
    path = Path(written)
    try:
        path = path.expanduser()
        return str(path) if path.is_absolute() and path.is_file() else ""
    except (OSError, RuntimeError, ValueError):
        return ""
