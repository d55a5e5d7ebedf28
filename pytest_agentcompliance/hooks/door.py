"""The door of every hook. Most calls after a tool have nothing to do and end here: it imports what Python has loaded already."""

import sys

LIMIT = 64 * 1024 * 1024  # bytes of an event; one that is larger is not read
PAPERS = (b".md", b".markdown", b".mdx", b".txt")  # what a log can be

_read: list[bytes] = []


def read() -> bytes:
    """What stands on stdin, once; nothing where a terminal or nobody is there."""
    if not _read:
        stdin = sys.stdin
        _read.append(b"" if stdin is None or stdin.isatty() else stdin.buffer.read(LIMIT + 1))
    return _read[0]


def take() -> bytes:
    """The same for whoever answers: afterwards the door has forgotten it."""
    data = read()
    _read.clear()
    return data


def is_idle(data: bytes) -> bool:
    """Whether the tool that an event tells of touched no log: mostly it names no paper at all."""
    if len(data) > LIMIT:
        return True
    return data[:1] == b"{" and (not any(ending in data for ending in PAPERS) or _touches_nothing(data))


def _touches_nothing(data: bytes) -> bool:
    from pytest_agentcompliance.hooks import event, memory, touched  # start-up time: what reads JSON takes as long as all before

    try:
        found = event.parse(data)
        return not touched.logs(found, memory.load(found.session))
    except Exception:  # whoever reads it again says so
        return False
