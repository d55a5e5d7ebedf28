"""One exported thing with its shape, and the door to the readers of each language."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_agentcompliance.parsing.grammar import Match
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.suppressions.apart import unexplained

_KEY = re.compile(r"\s*(?:\.\.\.)?\s*([A-Za-z_$][\w$]*)")
_PARAMETER = re.compile(r"(?:@\w+\([^()]{0,200}\)\s*)?(?:(?:public|private|protected|readonly)\s+)*([\w$]+)")
_LONGEST = 5000  # characters of one parameter

Kind = Literal["function", "class", "type", "schema", "enum"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """One exported thing: the line of its name, its text, and the names of its parts in their order.

    ``members`` are the parameters of a function, the public methods and fields of a class, the members of a type, a
    schema or an enum. A type whose members are not told one by one has none: its text is all there is to compare.
    ``source`` names the schema that a type is derived from.
    """

    name: str
    kind: Kind
    line: int
    members: tuple[str, ...]
    text: str
    source: str = ""

    @property
    def constructs(self) -> bool:
        """Whether it is a constructor by Go's custom: ``NewClient`` of one package has nothing to do with another's."""
        return self.text.startswith("func New")


def exported(text: str, path: str) -> tuple[Symbol, ...] | None:
    """What a module exports and declares itself; None when its grammar cannot or may not say."""
    language = language_of(path, text)
    if language is None:
        return ()
    plain = unexplained(text, path)  # what tools are told is no part of a shape
    if language.name in ("javascript", "typescript", "tsx"):
        from pytest_agentcompliance.parsing.exports import scripts

        return scripts.read(text, plain, language.grammar)
    if language.name == "python":
        from pytest_agentcompliance.parsing.exports import python

        return python.read(text, plain)
    if language.name == "go":
        from pytest_agentcompliance.parsing.exports import go

        return go.read(text, plain)
    return ()


class Parts:
    """The matches of some patterns, in the order of the text, the outer before the inner."""

    def __init__(self, matches: Sequence[Match], *patterns: int) -> None:
        self._all = sorted((one for one in matches if one.pattern in patterns), key=lambda one: (one.start, -one.end))
        self._starts = [one.start for one in self._all]

    def of(self, start: int, end: int) -> list[Match]:
        """Those that lie in a stretch of the text; what lies in one of them is a part of that, and left out."""
        found: list[Match] = []
        for one in self._all[bisect_left(self._starts, start) : bisect_left(self._starts, end)]:
            if one.end <= end and (not found or one.start >= found[-1].end):
                found.append(one)
        return found


def held(text: str, match: Match, variable: int = 0) -> str:
    """What a variable of a match stands for; empty where it stands for nothing."""
    place = match.held[variable]
    return text[place[0] : place[1]] if place is not None else ""


def parameters(texts: Iterable[str]) -> tuple[str, ...]:
    """What parameters are called: without types, defaults, stars and leading underscores; of one taken apart its keys."""
    found = []
    for text in texts:
        given = text.lstrip("*. \t\r\n")
        if given.startswith("{"):
            keys = (_KEY.match(entry) for entry in given[1:_LONGEST].partition("}")[0].split(","))
            found.append("{" + ", ".join(sorted(one[1] for one in keys if one)) + "}")
        elif (one := _PARAMETER.match(given)) and one[1] not in ("self", "cls", "this"):
            found.append(one[1].lstrip("_") or "_")
    return tuple(found)
