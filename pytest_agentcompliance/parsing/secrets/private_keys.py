"""Private keys in text, whole or cut off."""

import re
from collections.abc import Iterator

_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_FINISH = re.compile(r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_ARMOUR = re.compile(r"[ \t>|\"'+\\rn]{0,20}[A-Za-z0-9+/=:, .-]{0,200}[\"'\\rn,;]{0,8}")


def private_keys(text: str) -> Iterator[tuple[int, int]]:
    """From where one begins to where it ends; one whose end or whose beginning was cut off is as long as its armour."""
    at = 0
    while begin := _BEGIN.search(text, at):
        finish = _FINISH.search(text, begin.end(), begin.end() + 20_000)
        at = finish.end() if finish else _armoured(text, begin.end())
        yield begin.start(), at
    first = _FINISH.search(text)
    if first and text.rfind("-----BEGIN ", 0, first.start()) == -1:
        start = _armoured_before(text, first.start())
        yield start, first.end()


def _armoured(text: str, at: int) -> int:
    """Where the lines of a key end that go on from here."""
    end = at
    for _ in range(400):
        newline = text.find("\n", end)
        line = text[end : newline if newline != -1 else len(text)].strip()
        if len(line) > 200 or not _ARMOUR.fullmatch(line) or (" " in line and ":" not in line):
            return end
        if newline == -1:
            return len(text)
        end = newline + 1
    return end


def _armoured_before(text: str, at: int) -> int:
    start = at
    for _ in range(400):
        if start == 0:
            return 0
        newline = text.rfind("\n", 0, start - 1)
        line = text[newline + 1 : start].strip()
        if line and (len(line) > 200 or not _ARMOUR.fullmatch(line) or " " in line):
            return start
        start = newline + 1
    return start
