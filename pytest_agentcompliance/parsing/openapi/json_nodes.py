"""JSON as the nodes that YAML is read as, with their lines: what tools write is often too large for a reader of YAML."""

import json
import re
from dataclasses import dataclass, field

from pytest_agentcompliance.parsing.yaml_nodes import DEEPEST, Mapping, Node, Scalar, Sequence, TooMuch

LONGEST = 1 << 22  # characters; read at some 5 MB/s
MOST_NODES = 400_000

_TOKEN = re.compile(r"[ \t\r\n]*+(\"(?:[^\"\\]++|\\.)*+\"|[{}\[\],:]|[^\s{}\[\],:\"]++)", re.DOTALL)


@dataclass(slots=True)
class _Open:
    """A container whose end has not come yet; of a mapping, ``key`` waits for its value."""

    mapping: bool
    line: int
    items: list[tuple[Scalar, Node]] = field(default_factory=list)
    parts: list[Node] = field(default_factory=list)
    key: Scalar | None = None
    after: str = ""  # the last token: what may come next hangs on it


def read(text: str) -> Node | None:
    """The value that a text of JSON stands for; None where it is none. Raises ``TooMuch``."""
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] not in ("{", "["):
        return None
    if len(text) > LONGEST:
        raise TooMuch(f"it has {len(text):,} characters; of JSON more than {LONGEST:,} are not read")
    try:
        return _built(text)
    except _Broken:
        return None


class _Broken(Exception):
    """The text is no JSON."""


def _built(text: str) -> Node | None:
    builder = _Builder()
    at, line = 0, 1
    end = len(text.rstrip(" \t\r\n"))
    while at < end:
        token = _TOKEN.match(text, at)
        if token is None or builder.done is not None:
            raise _Broken
        line += text.count("\n", at, token.start(1))
        builder.take(token[1], line)
        line += text.count("\n", token.start(1), token.end())
        at = token.end()
    if builder.done is None:
        raise _Broken
    return builder.done


class _Builder:
    """Tokens into nodes. Raises ``_Broken`` where one stands at a place that is not its own."""

    def __init__(self) -> None:
        self.done: Node | None = None
        self._open: list[_Open] = []
        self._count = 0

    def take(self, word: str, line: int) -> None:
        if word in "{[":
            self._begin(word == "{", line)
        elif word in "}]":
            self._end(word == "}")
        elif word in ",:":
            if not self._open or self._open[-1].after != ("key" if word == ":" else "value"):
                raise _Broken
            self._open[-1].after = word
        else:
            self._scalar(Scalar(_text(word), line, word[0] != '"'))

    def _begin(self, mapping: bool, line: int) -> None:
        if len(self._open) >= DEEPEST:
            raise TooMuch(f"its values lie deeper than {DEEPEST} levels")
        self._expects_value()
        self._open.append(_Open(mapping, line))

    def _end(self, mapping: bool) -> None:
        if not self._open or self._open[-1].mapping != mapping or self._open[-1].after in (",", ":", "key"):
            raise _Broken
        last = self._open.pop()
        self._place(Mapping(tuple(last.items), last.line) if last.mapping else Sequence(tuple(last.parts), last.line))

    def _scalar(self, scalar: Scalar) -> None:
        if self._open and self._open[-1].mapping and self._open[-1].after in ("", ","):
            if scalar.plain:
                raise _Broken
            self._open[-1].key, self._open[-1].after = scalar, "key"
        else:
            self._expects_value()
            self._place(scalar)

    def _expects_value(self) -> None:
        self._count += 1
        if self._count > MOST_NODES:
            raise TooMuch(f"it stands for more than {MOST_NODES:,} values")
        if self._open and self._open[-1].after not in ((":",) if self._open[-1].mapping else ("", ",")):
            raise _Broken

    def _place(self, value: Node) -> None:
        if not self._open:
            self.done = value
            return
        around = self._open[-1]
        if around.key is not None:
            around.items.append((around.key, value))
            around.key = None
        else:
            around.parts.append(value)
        around.after = "value"


def _text(word: str) -> str:
    if word[0] != '"':
        return word
    if "\\" not in word:
        return word[1:-1]
    try:
        return str(json.loads(word, strict=False)).encode("utf-8", "replace").decode("utf-8")
    except ValueError as wrong:
        raise _Broken from wrong
