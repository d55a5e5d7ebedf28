"""Bytes into JSON values, a line at a time; what is no JSON, or would take too much memory, is told apart and not kept."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

LINE = 32 * 1024 * 1024  # bytes of one line, and of one document
VALUES = 2_000_000  # in one line; 32 MiB of brackets would need gigabytes
LIKE_A_RECORD = re.compile(rb'\{\s*"(?:type|parentUuid|uuid|sessionId|session_id|timestamp|id|role|isSidechain|instance_id)"\s*:')


class Line(NamedTuple):
    """``data`` is None where the line is too long; ``whole``: it has its line feed."""

    number: int
    data: bytes | None
    whole: bool = True


class NoJSON(Exception):
    """A text is no JSON that can be used; the message says of which kind."""


def lines(parts: Iterable[bytes], first: int = 1) -> Iterator[Line]:
    """The lines of a stream, whatever the sizes of its parts are; one that is too long is passed over and not kept."""
    held: list[bytes] = []
    size, number = 0, first
    for part in parts:
        start = 0
        while True:
            end = part.find(b"\n", start)
            piece = part[start:] if end < 0 else part[start:end]
            size += len(piece)
            if size > LINE:
                held.clear()
            elif piece:
                held.append(piece)
            if end < 0:
                break
            yield Line(number, b"".join(held) if size <= LINE else None)
            held.clear()
            size, number, start = 0, number + 1, end + 1
    if size:
        yield Line(number, b"".join(held) if size <= LINE else None, whole=False)


def value(data: bytes) -> Any:
    """One JSON value. Raises ``NoJSON``."""
    if data.count(b",") + data.count(b"[") + data.count(b"{") > VALUES:
        raise NoJSON("a line with too many values")
    try:
        return DECODER.decode(data.decode("utf-8", "replace").removeprefix("\ufeff"))
    except RecursionError as wrong:
        raise NoJSON("a line that is nested too deep") from wrong
    except json.JSONDecodeError as wrong:
        raise NoJSON("a line that is no JSON") from wrong
    except (ValueError, MemoryError) as wrong:  # a number of thousands of digits, NaN
        raise NoJSON("a line with a value that JSON has not") from wrong


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


# A key that stands twice is none of its business: Codex writes the id of a search so. The last one counts, as everywhere.
DECODER = json.JSONDecoder(parse_constant=_constant)
