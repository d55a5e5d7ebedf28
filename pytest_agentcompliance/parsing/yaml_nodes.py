"""YAML and JSON of the audited tree as nodes with their lines: scalars as written, anchors shared, bounded, never raises."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from pytest_agentcompliance.parsing.late import late

LONGEST = 1 << 20  # characters; libyaml hands out events at some 2 MB/s
MOST_NODES = 100_000  # with each alias counted as all that it stands for, so that a walk over the nodes is as short
DEEPEST = 100  # with aliases followed, so that a recursive walk is safe

_UNFIT = late("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\r(?!\n)")
_DIRECTIVE = late(r"^%(?:TAG|YAML)[ \t][^\n]*", re.MULTILINE)  # thousands of them take libyaml quadratic time
_SURROGATES = late(r"\\u[dD][89abAB][0-9a-fA-F]{2}|\\u[dD][c-fC-F][0-9a-fA-F]{2}")  # JSON writes them in pairs, YAML none


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it is written, without its quotation marks: ``22:22`` is a text. ``plain``: it has no such marks."""

    text: str
    line: int
    plain: bool = True


@dataclass(frozen=True)
class Mapping:
    """Keys and values in order; what ``<<`` merges comes after the mapping's own, without what those override."""

    items: "tuple[tuple[Scalar, Node], ...]"
    line: int

    @cached_property
    def _by_key(self) -> "dict[str, Node]":
        return {key.text: value for key, value in self.items}

    def get(self, key: str) -> "Node | None":
        """The value of a key; of the last one, where the key stands more than once."""
        return self._by_key.get(key)


@dataclass(frozen=True, slots=True)
class Sequence:
    """The items of a list, in order."""

    items: "tuple[Node, ...]"
    line: int


Node = Scalar | Mapping | Sequence


def documents(text: str) -> tuple[Node, ...] | None:
    """The documents of a text, lines counted at newlines alone; None where it is broken, too large, too deep or a bomb.

    Comments in JSON are to be blanked before (``comments.blanked``). Tags are passed over. An alias of nothing, or of
    what it stands in, is the text that it is written as.
    """
    try:
        return bounded(text)
    except TooMuch:
        return None


def bounded(text: str) -> tuple[Node, ...] | None:
    """The same for a caller that has to tell a broken text, which is None, from one over a bound, which raises ``TooMuch``."""
    if len(text) > LONGEST:
        raise TooMuch(f"it has {len(text):,} characters; of YAML more than {LONGEST:,} are not read")
    import yaml  # start-up time

    text = _UNFIT.sub(" ", _DIRECTIVE.sub("", text.removeprefix("\ufeff")))
    if text.lstrip()[:1] in ("{", "["):
        text = _SURROGATES.sub(r"\\ufffd", text)
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.take(event)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return tuple(builder.documents)


class TooMuch(Exception):
    """The text stands for more than is read; says what of."""


_TOO_DEEP = f"its values lie deeper than {DEEPEST} levels"
_TOO_MANY = f"it stands for more than {MOST_NODES:,} values"


@dataclass(slots=True)
class _Open:
    """A container whose end has not come yet: a mapping's keys and values in turn, or a list's items."""

    mapping: bool
    line: int
    anchor: str | None
    parts: list[Node] = field(default_factory=list)
    merged: list[Node] = field(default_factory=list)
    awaits_key: bool = True
    merges: bool = False  # the key that waits for its value is <<
    weight: int = 1
    height: int = 0


@dataclass(frozen=True, slots=True)
class _Built:
    """A node with all that it stands for: how many nodes, and how deep."""

    node: Node
    weight: int = 1
    height: int = 0


class _Builder:
    """Events into nodes. An alias is the very node of its anchor, weighed again."""

    def __init__(self) -> None:
        self.documents: list[Node] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, _Built] = {}
        self._weight = 0  # of what is written, and of what is merged
        self._expanded = 0  # of all documents, as a walk over them meets it

    def take(self, event: object) -> None:
        from yaml import events

        if isinstance(event, events.ScalarEvent):
            built = _Built(Scalar(event.value, _line(event), not event.style))
            self._keep(event.anchor, built)
            self._place(built)
        elif isinstance(event, events.CollectionStartEvent):
            if len(self._open) >= DEEPEST:
                raise TooMuch(_TOO_DEEP)
            self._open.append(_Open(isinstance(event, events.MappingStartEvent), _line(event), event.anchor))
        elif isinstance(event, events.CollectionEndEvent):
            done = self._open.pop()
            node = Mapping(tuple(self._items(done)), done.line) if done.mapping else Sequence(tuple(done.parts), done.line)
            built = _Built(node, done.weight, done.height)
            self._keep(done.anchor, built)
            self._place(built)
        elif isinstance(event, events.AliasEvent):
            self._place(self._anchors.get(event.anchor or "") or _Built(Scalar(f"*{event.anchor}", _line(event))))
        elif isinstance(event, events.DocumentStartEvent):
            self._anchors, self._open = {}, []

    def _keep(self, anchor: str | None, built: _Built) -> None:
        if anchor is not None:
            self._anchors[anchor] = built

    def _place(self, built: _Built) -> None:
        self._weigh(1)
        if not self._open:
            self._expanded += built.weight
            if self._expanded > MOST_NODES:
                raise TooMuch(_TOO_MANY)
            self.documents.append(built.node)
            return
        around = self._open[-1]
        around.weight += built.weight
        around.height = max(around.height, built.height + 1)
        if around.weight > MOST_NODES:
            raise TooMuch(_TOO_MANY)
        if around.height + len(self._open) > DEEPEST:
            raise TooMuch(_TOO_DEEP)
        if not around.mapping:
            around.parts.append(built.node)
        elif around.awaits_key:
            key = built.node if isinstance(built.node, Scalar) else Scalar("", built.node.line)
            around.merges = key.text == "<<" and key.plain
            around.awaits_key = False
            if not around.merges:
                around.parts.append(key)
        else:
            (around.merged if around.merges else around.parts).append(built.node)
            around.awaits_key = True

    def _weigh(self, more: int) -> None:
        self._weight += more
        if self._weight > MOST_NODES:
            raise TooMuch(_TOO_MANY)

    def _items(self, done: _Open) -> "Iterator[tuple[Scalar, Node]]":
        """Keys and values of a mapping; what it merges counts against the bound, key by key."""
        seen: set[str] = set()
        for key, value in zip(done.parts[::2], done.parts[1::2], strict=False):
            assert isinstance(key, Scalar)
            seen.add(key.text)
            yield key, value
        for one in done.merged:
            for source in one.items if isinstance(one, Sequence) else (one,):
                for key, value in source.items if isinstance(source, Mapping) else ():
                    self._weigh(1)
                    if key.text not in seen:
                        seen.add(key.text)
                        yield key, value


def _line(event: object) -> int:
    mark = getattr(event, "start_mark", None)
    return mark.line + 1 if mark else 1


def walked(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Every node with the keys that lead to it; the items of a list stand at the list's own path."""
    yield path, node
    if isinstance(node, Mapping):
        for key, value in node.items:
            yield from walked(value, (*path, key.text))
    elif isinstance(node, Sequence):
        for one in node.items:
            yield from walked(one, path)
