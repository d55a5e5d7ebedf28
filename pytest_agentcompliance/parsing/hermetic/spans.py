"""Nodes of a grammar as spans, and which of them lie around a place."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_agentcompliance.parsing import grammar

LONGEST = 700  # characters of a node that are looked at
DEEPEST = 200  # nodes within nodes that are gone through


@dataclass(frozen=True, slots=True)
class Span:
    """A node: its offsets; of a call, where what it calls ends. Texts are cut out when they are asked for, and never whole."""

    start: int
    end: int
    source: str = field(repr=False, compare=False)
    called: int = 0

    @property
    def text(self) -> str:
        return self.source[self.start : min(self.end, self.start + LONGEST)]

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def callee(self) -> str:
        """What a call calls, on one line."""
        return "".join(self.source[max(self.start, self.called - LONGEST) : self.called].split()) if self.called else ""

    @property
    def arguments(self) -> str:
        if not self.called:
            return ""
        inner = self.source[self.called : min(self.end, self.called + LONGEST)].partition("(")[2]
        return (inner.rpartition(")")[0] if self.end - self.called <= LONGEST else inner).strip()


class Nest:
    """Spans of which each lies within another or beside it, as nodes of one tree do."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(spans, key=lambda one: (one.start, -one.end))
        self._starts = [one.start for one in self._spans]
        self._above: list[int] = []
        stack: list[int] = []
        for number, one in enumerate(self._spans):
            while stack and self._spans[stack[-1]].end < one.end:
                stack.pop()
            self._above.append(stack[-1] if stack else -1)
            stack.append(number)

    def around(self, one: Span) -> Span | None:
        """The smallest span that holds another one, and is not that one."""
        at = bisect_right(self._starts, one.start) - 1
        for _ in range(DEEPEST):
            if at < 0:
                break
            found = self._spans[at]
            if one.end <= found.end and (found.start, found.end) != (one.start, one.end):
                return found
            at = self._above[at]
        return None


def calls(kind: str, regex: str) -> dict[str, object]:
    """The calls of whatever is called so."""
    return {"kind": kind, "has": {"field": "function", "all": [{"pattern": "$F"}, {"regex": regex}]}}


def found(kinds: Iterable[dict[str, object]], name: str, text: str) -> list[list[Span]] | None:
    """The nodes of each of several rules, in order; None where the grammar does not say."""
    rules = [({"rule": rule}, ("F",) if "has" in rule else ()) for rule in kinds]
    said = grammar.find(rules, name, text)
    if said is None:
        return None
    spans: list[list[Span]] = [[] for _ in rules]
    for one in said:
        held = one.held[0] if one.held else None
        spans[one.pattern].append(Span(one.start, one.end, text, held[1] if held is not None else 0))
    return spans
