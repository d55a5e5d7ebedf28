"""One module of a tree: its syntax, its names, and what it exports."""

from functools import cached_property

from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.routes import Span
from pytest_agentcompliance.parsing.routes.scripts.tree import Node
from pytest_agentcompliance.parsing.routes.scripts.values import Scope, Thing, Value


class Module:
    """``text`` has blanks for comments. ``exports`` are the local names or values by what they are exported as."""

    def __init__(self, path: str, text: str, root: Node, *, candidate: bool) -> None:
        self.path, self.text, self.root, self.candidate = path, text, root, candidate
        self.scope = Scope(None, self)
        self.exports: dict[str, Value] = {}  # a Local for what is a name here
        self.stars: list[str] = []
        self.common = Thing({"exports": Thing()})
        self.started = False
        self.statuses: dict[tuple[int, int], frozenset[int]] = {}  # of its functions, as they are asked for
        self.scope.names |= {"module": self.common, "exports": self.common.fields["exports"]}

    def at(self, node: Node) -> str:
        """The text of a node."""
        return self.text[node.start : node.end]

    @cached_property
    def lines(self) -> Lines:
        """Its lines."""
        return Lines(self.text)

    def span(self, start: int, end: int) -> Span:
        """Lines of this file."""
        return Span(self.path, self.lines(start), self.lines(max(start, end - 1)))


class Local:
    """An export of a name of the module."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


def unquoted(text: str) -> str:
    """A name without the quotes that it may stand in."""
    return text.strip("\"'`")
