"""A syntax tree as the grammar's child process tells it: nodes with their kinds, places and children."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.routes.keeping import once

LARGEST = 400_000  # characters of a module; nobody writes longer ones that declare routes
_TOPS = frozenset({"module", "program"})
_DROPPED = frozenset({"comment", "string_start", "string_end", "import_prefix", "line_continuation"})


class Rows:
    """The nodes of a text, each before those inside it: the kind of each, where it begins and where it ends.

    Objects are made of those alone that somebody looks at: of most of a tree nobody does.
    """

    __slots__ = ("ends", "kinds", "names", "starts", "text")

    def __init__(self, text: str, names: list[str], row: list[int]) -> None:
        self.text, self.names = text, names
        self.kinds, self.starts, self.ends = array("I", row[0::3]), array("I", row[1::3]), array("I", row[2::3])

    def kind(self, at: int) -> str:
        """The kind of a node."""
        return self.names[self.kinds[at]]

    def after(self, at: int, last: int) -> int:
        """The first node, before ``last``, that does not lie within one; what is empty lies within what ends there."""
        end = self.ends[at]
        found = bisect_left(self.starts, end, at + 1, last)
        while found < last and self.ends[found] == end:
            found += 1
        return found

    def between(self, at: int, last: int) -> Iterator["Node"]:
        """The outermost nodes from one place to another."""
        while at < last:
            if (kind := self.kind(at)) in _DROPPED:
                at += 1
                continue
            after = self.after(at, last)
            yield Node(kind, self.starts[at], self.ends[at], self, (at + 1, after))
            at = after


class Node:
    """One named node. Its children are the named ones, without comments."""

    __slots__ = ("_children", "_inside", "_rows", "end", "kind", "start")

    def __init__(self, kind: str, start: int, end: int, rows: Rows, inside: tuple[int, int]) -> None:
        self.kind, self.start, self.end = kind, start, end
        self._rows, self._inside = rows, inside
        self._children: list[Node] | None = None

    @property
    def children(self) -> list["Node"]:
        """The nodes right inside it."""
        if self._children is None:
            self._children = list(self._rows.between(*self._inside))
        return self._children

    @property
    def source(self) -> str:
        """The text of the whole module."""
        return self._rows.text

    @property
    def text(self) -> str:
        """What it says."""
        return self._rows.text[self.start : self.end]

    def first(self, *kinds: str) -> "Node | None":
        """Its first child of some kind."""
        return next((one for one in self.children if one.kind in kinds), None)

    def walk(self) -> Iterator["Node"]:
        """It and all below, in the order of the text."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting += reversed(one.children)

    def has(self, marks: Sequence[int]) -> bool:
        """Whether one of some offsets lies in it, which are sorted: what has none is not gone through by whoever looks for them."""
        at = bisect_left(marks, self.start)
        return at < len(marks) and marks[at] < self.end


@dataclass(slots=True, eq=False)
class Source:
    """One module's text, read."""

    path: str
    text: str
    root: Node
    line: Lines
    count: int  # of its nodes


def read(path: str, text: str, name: str = "python") -> Source | None:
    """The tree of a text that the grammar called ``name`` reads; None when it cannot or may not say."""
    return once(("python", path, text, name), lambda: _read(path, text, name), lambda found: found.count if found else 0)


@lru_cache(maxsize=128)  # several rules ask about one file
def _read(path: str, text: str, name: str) -> Source | None:
    said = grammar.nodes([{"pattern": "$ANY"}], name, text) if len(text) <= LARGEST else None
    if said is None:
        return None
    rows = Rows(text, *said[0])
    count = len(rows.kinds)
    first = next((at for at in range(count) if rows.kind(at) not in _DROPPED and rows.kind(at) not in _TOPS), count)
    return Source(path, text, Node("module", 0, len(text), rows, (first, count)), Lines(text), count)
