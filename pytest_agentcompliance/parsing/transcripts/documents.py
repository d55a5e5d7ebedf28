"""One JSON document over many lines, as trajectories are saved: its parts, each with the line on which it begins."""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from pytest_agentcompliance.parsing.transcripts.jsonl import DECODER, NoJSON

WHITE = re.compile(r"[ \t\r\n]*")


class Part(NamedTuple):
    """A member of the document (``key``), or one item of a list that was asked for item by item (``item``)."""

    key: str
    value: Any
    line: int
    item: bool = False


def parts(text: str, split: Collection[str]) -> Iterator[Part]:
    """The members of an object, or the items of a list (their key is empty). Lists under the keys of ``split`` come item by item.

    Raises ``NoJSON`` where the document is none, after the parts that could be read.
    """
    try:
        yield from _Walk(text).parts(split)
    except (json.JSONDecodeError, IndexError) as wrong:
        raise NoJSON("a document that is broken off, or no JSON") from wrong
    except RecursionError as wrong:
        raise NoJSON("a document that is nested too deep") from wrong
    except (ValueError, MemoryError) as wrong:
        raise NoJSON("a document with a value that JSON has not") from wrong


class _Walk:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._line, self._counted = 1, 0

    def parts(self, split: Collection[str]) -> Iterator[Part]:
        start = self._next()
        if start == "[":
            yield from self._items("")
        elif start == "{":
            self._at += 1
            while self._next() != "}":
                key, self._at = DECODER.raw_decode(self._text, self._at)
                if not isinstance(key, str) or self._next() != ":":
                    raise NoJSON("a document that is no JSON")
                self._at += 1
                if self._next() == "[" and key in split:
                    yield from self._items(key)
                else:
                    yield self._value(key)
                self._comma("}")
            self._at += 1
        else:
            raise NoJSON("a document that is no JSON")
        if self._text[self._at :].strip():
            raise NoJSON("text after the end of a document")

    def _items(self, key: str) -> Iterator[Part]:
        self._at += 1
        while self._next() != "]":
            yield self._value(key, item=True)
            self._comma("]")
        self._at += 1

    def _value(self, key: str, *, item: bool = False) -> Part:
        self._next()
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        value, self._at = DECODER.raw_decode(self._text, self._at)
        return Part(key, value, self._line, item)

    def _comma(self, end: str) -> None:
        if self._next() == ",":
            self._at += 1
        elif self._text[self._at] != end:
            raise NoJSON("a document that is no JSON")

    def _next(self) -> str:
        """The next character that is not white space. Raises ``IndexError`` at the end."""
        if (white := WHITE.match(self._text, self._at)) is not None:
            self._at = white.end()
        return self._text[self._at]
