"""What the answer of a tool says of a key: in JSON that of the outermost object that has it, in prose every mention."""

import json
import re
from collections.abc import Iterator

LONGEST = 64 * 1024  # characters of an answer
DEEPEST = 12  # levels of one, those counted within texts that are JSON themselves
MOST = 10_000  # values that are looked at
IN_A_ROW = 20  # values of one text, one after the other
_SCALAR = r"\\?[\"']?\s{0,8}[:=]\s{0,8}\\?[\"']?([^\s\"'\\,;}\])]{1,100})"


def told(answer: str, key: str) -> tuple[str, ...]:
    """The values that an answer gives a key, as text; none where it does not speak of it.

    What lies deeper in an object does not count beside what stands outside of it: a part may say yes where the whole says no.
    """
    prose, level = _read(answer[:LONGEST])
    found = _mentions(prose, key)
    left = MOST
    for _ in range(DEEPEST):
        here = [one for each in level if isinstance(each, dict) for word, one in each.items() if word.lower() == key.lower()]
        if here or not level:
            found += map(_said, here)
            break
        level = [one for each in level for one in _inner(each)][:left]
        left -= len(level)
    return tuple(dict.fromkeys(found or _mentions(answer[:LONGEST], key)))


def _mentions(text: str, key: str) -> list[str]:
    return [one.rstrip(".") for one in re.findall(rf"(?<![A-Za-z0-9_]){re.escape(key)}{_SCALAR}", text, re.IGNORECASE)]


def _read(text: str) -> tuple[str, list[object]]:
    """What stands before the JSON of a text, and its values; a text without any is prose."""
    reader = json.JSONDecoder()
    text = text.strip()
    start = 0 if text[:1] in ("{", "[", '"') else text.find("{")
    at, found = max(start, 0), list[object]()
    try:
        while start >= 0 and at < len(text) and len(found) < IN_A_ROW:
            value, at = reader.raw_decode(text, at)
            found.append(value)
            at += len(text[at:]) - len(text[at:].lstrip())
    except (ValueError, RecursionError):
        pass
    if found and isinstance(found[0], str):
        return _read(found[0]) if found[0].lstrip()[:1] in ("{", "[") else (found[0], [])
    return (text[:start], found) if found else (text, [])


def _inner(value: object) -> Iterator[object]:
    """What lies directly within a value; a text that is JSON is what it holds."""
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(one, str) and one.lstrip()[:1] in ("{", "["):
            yield from _read(one)[1]
        elif isinstance(one, dict | list):
            yield one


def _said(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, bool | int | float | None) else type(value).__name__
