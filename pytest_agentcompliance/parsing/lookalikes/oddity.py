"""One thing in a line that is not what it looks like."""

import unicodedata
from typing import Literal, NamedTuple

Kind = Literal["code", "prose"]
Level = Literal["breach", "style"]
MOST = 200  # oddities of one line and level that are told: a longer row says nothing more
_ABOUT = 12  # characters on either side that are shown
_CONTROLS = {
    "\x08": "BACKSPACE", "\x0b": "VERTICAL TAB", "\x0c": "FORM FEED", "\r": "CARRIAGE RETURN", "\x1b": "ESCAPE", "\x7f": "DELETE",
    "\x85": "NEXT LINE", "\x9b": "CONTROL SEQUENCE INTRODUCER",
}  # fmt: skip


class Oddity(NamedTuple):
    """``sort`` is what a person calls it, ``key`` what makes two of them the same one, ``said`` what it is and where it stands."""

    sort: str
    level: Level
    at: int
    key: str
    said: str


def named(char: str) -> str:
    """A character by its number and name."""
    name = unicodedata.name(char, "") or _CONTROLS.get(char, "")
    return f"U+{ord(char):04X} {name}".rstrip()


def around(line: str, start: int, length: int = 1) -> str:
    """What stands around a place of a line, with all that is not ASCII written as escapes."""
    return ascii(line[max(0, start - _ABOUT) : start + length + _ABOUT])
