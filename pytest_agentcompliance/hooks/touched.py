"""Which logs a tool has touched: files with the heading of a chunk that do not look as they did when they were read last."""

from collections.abc import Iterator
from pathlib import Path

from pytest_agentcompliance.hooks.event import Event
from pytest_agentcompliance.hooks.memory import Memory

LARGEST = 4 * 1024 * 1024  # bytes
DRESS = b"#*_>-` \t\xef\xbb\xbf"  # what may stand before the word


def logs(event: Event, memory: Memory) -> dict[Path, str]:
    """The logs, each with what its file looks like now. Those that are known are looked at whatever the tool was."""
    found: dict[Path, str] = {}
    for path in dict.fromkeys([*_named(event), *map(Path, memory.logs)]):
        try:
            stat = path.stat()
            look = f"{stat.st_mtime_ns}:{stat.st_size}"
            if memory.logs.get(str(path)) != look and stat.st_size <= LARGEST and path.is_file() and _has_chunk(path.read_bytes()):
                found[path] = look
        except (OSError, ValueError):  # it has gone again, or its name can be none
            continue
    return found


def _named(event: Event) -> Iterator[Path]:
    folders = list(event.folders())
    for paper in event.papers:
        yield from (folder / paper for folder in folders)  # one that is absolute stays as it is


def _has_chunk(data: bytes) -> bool:
    for line in data.lower().splitlines():
        bare = line.lstrip(DRESS)
        if bare.startswith(b"chunk") and any(48 <= one <= 57 for one in bare[5:24]):
            return True
    return False
