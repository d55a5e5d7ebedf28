"""JSON with the line of each value; comments and commas behind the last value are let through and noted. Linear, bounded."""

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field

from pytest_agentcompliance.parsing.handoff.record import Note, Value

DEEPEST = 40
MOST = 20_000  # values of one text
LONGEST = 1024 * 1024  # characters

_SPACE = re.compile(r"[\s\ufeff\u200b]*")
_STRING = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.])")
_WORD = re.compile(r"(true|false|null)\b")
_WORDS = {"true": True, "false": False, "null": None}
_NEWLINE = re.compile(r"\n")


class Broken(Exception):
    """What stands at ``at`` is no JSON, and cannot be taken for it."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__(why)
        self.at, self.why = at, why


@dataclass
class Parser:
    """One text, in which objects are read wherever they begin."""

    text: str
    left: int = MOST
    quirks: list[Note] = field(default_factory=list)
    twice: list[Note] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rows = [found.end() for found in _NEWLINE.finditer(self.text)]
        self._last_close = self.text.rfind("*/")

    def line(self, at: int) -> int:
        """The number of the line, from 1, in which a character stands."""
        return bisect_right(self._rows, at) + 1

    def object_at(self, at: int) -> tuple[Value, int]:
        """The object whose brace stands there, and where it ends. Raises ``Broken``."""
        self.quirks, self.twice = [], []
        return self._value(at, 0)

    def _value(self, at: int, depth: int) -> tuple[Value, int]:
        self.left -= 1
        if depth > DEEPEST or self.left < 0:
            raise Broken(at, "it is too deep, or too much, to be read")
        mark = self.text[at : at + 1]
        if mark == "{":
            return self._object(at, depth)
        if mark == "[":
            return self._array(at, depth)
        line = self.line(at)
        if mark == '"':
            text, end = self._string(at)
            return Value(line, text), end
        if found := _WORD.match(self.text, at):
            return Value(line, _WORDS[found[1]]), found.end()
        if found := _NUMBER.match(self.text, at):
            try:
                return Value(line, json.loads(found[0])), found.end()
            except ValueError:  # thousands of digits
                raise Broken(at, "a number has too many digits") from None
        raise Broken(at, f"a value was expected, and {_shown(self.text, at)} stands there")

    def _object(self, start: int, depth: int) -> tuple[Value, int]:
        fields: dict[str, Value] = {}
        keys: dict[str, int] = {}
        at = self._on(start + 1)
        while self.text[at : at + 1] != "}":
            if self.text[at : at + 1] != '"':
                raise Broken(at, f"the name of a field, in quotes, was expected, and {_shown(self.text, at)} stands there")
            line = self.line(at)
            name, end = self._string(at)
            at = self._on(end)
            if self.text[at : at + 1] != ":":
                raise Broken(at, f"a colon was expected behind {name[:40]!r}, and {_shown(self.text, at)} stands there")
            value, end = self._value(self._on(at + 1), depth + 1)
            if name in fields:
                self.twice.append(Note(line, name))
            fields[name], keys[name] = value, line
            at = self._behind(end, "}")
        plain = {name: value.plain for name, value in fields.items()}
        return Value(self.line(start), plain, fields, keys=keys), at + 1

    def _array(self, start: int, depth: int) -> tuple[Value, int]:
        items: list[Value] = []
        at = self._on(start + 1)
        while self.text[at : at + 1] != "]":
            value, end = self._value(at, depth + 1)
            items.append(value)
            at = self._behind(end, "]")
        return Value(self.line(start), [one.plain for one in items], items=tuple(items)), at + 1

    def _behind(self, end: int, close: str) -> int:
        """Where the next value begins, or the bracket stands, behind a value."""
        at = self._on(end)
        mark = self.text[at : at + 1]
        if mark == close:
            return at
        if mark != ",":
            raise Broken(at, f"a comma or {close!r} was expected, and {_shown(self.text, at)} stands there")
        comma = at
        at = self._on(at + 1)
        if self.text[at : at + 1] == close:
            self.quirks.append(Note(self.line(comma), "a comma behind the last value"))
        return at

    def _string(self, at: int) -> tuple[str, int]:
        found = _STRING.match(self.text, at)
        if found is None:
            end = self.text.find("\n", at)
            raise Broken(len(self.text) if end < 0 else end, "a text has no closing quote on its line")
        try:
            return json.loads(found[0], strict=False), found.end()
        except ValueError:
            raise Broken(found.end(), f"{found[0][:40]} has an escape that JSON does not know") from None

    def _on(self, at: int) -> int:
        """Over blanks and comments."""
        while True:
            found = _SPACE.match(self.text, at)
            at = found.end() if found else at
            two = self.text[at : at + 2]
            if two == "//" or two[:1] == "#":
                self.quirks.append(Note(self.line(at), "a comment"))
                end = self.text.find("\n", at)
                at = len(self.text) if end < 0 else end
            elif two == "/*":
                self.quirks.append(Note(self.line(at), "a comment"))
                if self._last_close < at + 2:
                    raise Broken(len(self.text), "a comment has no end")
                at = self.text.index("*/", at + 2) + 2
            else:
                return at


def _shown(text: str, at: int) -> str:
    word = next(iter(text[at : at + 12].split()), "") if not text[at : at + 1].isspace() else ""
    return repr(word) if word else "the end" if at >= len(text) else "a blank"
