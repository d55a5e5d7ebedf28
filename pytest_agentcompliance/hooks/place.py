"""Where an event happened: the repository, and the transcript as far as it can be relied on."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.hooks.event import Event
from pytest_agentcompliance.sources.location import Location, locate

TAIL = 1 << 20  # bytes of a transcript in which what has just happened must stand
PATIENCE, PAUSE = 2.0, 0.1  # seconds that the harness has to write it down


def roots(event: Event) -> list[Path]:
    """The tops of the work trees that the agent works in, the one that is judged first; none where there is no repository.

    That is where the agent is, as long as it is a work tree of the project's own repository, and else the project's.
    """
    found: list[Location] = []
    for folder in event.folders():
        try:
            found.append(locate(folder))
        except (UsageError, OSError, ValueError):
            continue
    if len(found) == 2 and found[0].common_dir != found[1].common_dir:
        found.reverse()
    return list(dict.fromkeys(one.root for one in found if one.root is not None))


def evidence(event: Event, wait: Callable[[float], None] = time.sleep) -> dict[str, str]:
    """The transcript as evidence, once what has just happened stands in it: a harness writes it late. Else nothing."""
    if not event.transcript or not (event.last_words.strip() or event.tool_use):
        return {}
    left = PATIENCE
    while not _has(Path(event.transcript), event):
        if left <= 0:
            return {}
        wait(PAUSE)
        left -= PAUSE
    return {"transcript": event.transcript}


def _has(file: Path, event: Event) -> bool:
    lines = _last_lines(file)
    if event.tool_use:
        return any(event.tool_use.encode("utf-8", "replace") in line for line in lines)
    said = next((text for line in lines if (text := _said(line, event))), "")
    return bool(said) and said in event.last_words


def _last_lines(file: Path) -> list[bytes]:
    """The last lines, the last one first."""
    try:
        with file.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - TAIL))
            return stream.read(TAIL).splitlines()[::-1]
    except OSError:
        return []


def _said(line: bytes, event: Event) -> str:
    """The last text of an agent's message; nothing of a subagent's where the main agent is about to stop."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(found, dict) or found.get("type") != "assistant":
        return ""
    if found.get("isSidechain") is True and event.name == "Stop":
        return ""
    message = found.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    texts = [part.get("text") for part in parts if isinstance(part, dict) and part.get("type") == "text"]
    return next((text.strip() for text in reversed(texts) if isinstance(text, str) and text.strip()), "")
