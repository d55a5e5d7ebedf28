"""Where code states a status before it answers: ``res.status(404)``, ``reply.statusCode = 404``, ``res.writeHead(404)``."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from pytest_agentcompliance.parsing.built_sql.source import Source, Spot

_STATES = re.compile(
    r"(?<![\w.$])([A-Za-z_$][\w$]{0,60})\.(?:(?:status|code|writeHead)\s?(?=\()|(?:statusCode|status)\s?=(?![=>]))"
)
_ASKS = re.compile(r"\b(?:else|if|for|while)\b[^{};]*\Z")
_LONGEST_LINE = 300
_MOST = 20  # statements of one name that are looked at, from an answer back


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement: where it stands, its status, and where the block ends that it stands in."""

    at: int
    status: Spot
    until: int


class Statements:
    """The statements of a file that give an answer its status, by the name of what answers."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._by_name: dict[str, list[Stated]] = {}
        places = list(_STATES.finditer(source.code))
        for one, until in zip(places, _ends(source, [one.start() for one in places]), strict=True):
            status = self._status(one.start(), one.end())
            if status is not None:
                self._by_name.setdefault(one[1], []).append(Stated(one.start(), status, until))

    def before(self, name: str, at: int) -> Spot | None:
        """The status that was stated for what answers at an offset: the last one in a block around it, of the same function."""
        known = self._by_name.get(name, [])
        last = bisect_left(known, at, key=lambda one: one.at)
        for one in reversed(known[max(0, last - _MOST) : last]):
            if one.until > at and self._source.function(one.at) == self._source.function(at):
                return one.status
        return None

    def _status(self, start: int, end: int) -> Spot | None:
        """What is stated, where the statement stands alone."""
        code = self._source.code
        line = code.rfind("\n", max(0, start - _LONGEST_LINE), start)
        before = code[max(line + 1, start - _LONGEST_LINE) : start].rstrip()
        if before and before[-1] not in ";{}":
            return None
        if not before and line > 0 and _ASKS.search(code[max(code.rfind("\n", 0, line) + 1, line - _LONGEST_LINE) : line]):
            return None  # not in all cases
        if code[end : end + 1] != "(":
            stop = re.compile(r"[;\n]").search(code, end, end + _LONGEST_LINE)
            return (end, stop.start()) if stop else None
        closed = self._source.pairs.get(end, -1)
        after = code[closed + 1 : closed + _LONGEST_LINE].lstrip()[:1]
        parts = self._source.split(end + 1, closed)[:1] if closed > end and after not in (".", "?", "(", ",") else []
        return parts[0] if parts else None


def _ends(source: Source, places: list[int]) -> Iterable[int]:
    """Where the innermost block around each of some places ends."""
    opened = sorted(at for at, other in source.pairs.items() if other > at and source.code[at] == "{")
    ends: list[int] = []
    number = 0
    for place in places:
        while number < len(opened) and opened[number] < place:
            while ends and ends[-1] < opened[number]:
                ends.pop()
            ends.append(source.pairs[opened[number]])
            number += 1
        while ends and ends[-1] < place:
            ends.pop()
        yield ends[-1] if ends else len(source.code)
