"""A syntax tree as the grammar's child process tells it: nodes with their kinds, places and children."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.lines import Lines

LARGEST = 400_000  # characters of a module; nobody writes longer ones that declare routes
_DROPPED = frozenset({"comment", "string_start", "string_end", "import_prefix", "line_continuation"})


@dataclass(slots=True, eq=False)
class Node:
    """One named node. Its children are the named ones, without comments."""

    kind: str
    start: int
    end: int
    source: str
    children: list["Node"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it says."""
        return self.source[self.start : self.end]

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


@dataclass(slots=True, eq=False)
class Source:
    """One module's text, read."""

    path: str
    text: str
    root: Node
    line: Lines


@lru_cache(maxsize=128)  # several rules ask about one file
def read(path: str, text: str, name: str = "python") -> Source | None:
    """The tree of a text that the grammar called ``name`` reads; None when it cannot or may not say."""
    if len(text) > LARGEST:
        return None
    said = grammar.find([({"rule": {"pattern": "$ANY"}}, ())], name, text)
    if said is None:
        return None
    root = Node("module", 0, len(text), text)
    around = [root]
    for one in said:
        if one.kind in _DROPPED or (one.kind in ("module", "program") and len(around) == 1 and not root.children):
            continue
        while len(around) > 1 and around[-1].end < one.end:
            around.pop()
        while len(around) > 1 and around[-1].end <= one.start and one.end > one.start:
            around.pop()
        node = Node(one.kind, one.start, one.end, text)
        around[-1].children.append(node)
        around.append(node)
    return Source(path, text, root, Lines(text))
