"""Calls that hang on one another, as one chain of names: ``db.select().from(users).where(x)``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pytest_agentcompliance.parsing import grammar

_LONGEST = 400  # characters of a name, from its end: a function in brackets may stand before it
_MOST = 60  # links of a chain that are looked at
_NOISE = re.compile(r"[\s?!\\]+")
_AWAIT = re.compile(r"\bawait\s*\(?\s*$")
_LEADING = re.compile(r"^(?:await|return|void|yield)\s+")
_LEADS = frozenset("arvy")
_TYPES = re.compile(r"<[^<>()]{0,200}(?:<[^<>()]{0,200}>[^<>()]{0,200})?>$")
_FIRST = {"nthChild": {"position": 1, "ofRule": {"not": {"kind": "comment"}}}, "pattern": "$GIVEN"}


@dataclass(frozen=True, slots=True)
class Link:
    """One name of a chain; ``held`` is where its arguments stand with their brackets, None where it is not called."""

    name: str
    held: tuple[int, int] | None = None
    given: tuple[int, int] | None = None
    tagged: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain from its first name to the end of its last call."""

    start: int
    end: int
    links: tuple[Link, ...]
    awaited: bool

    @property
    def name(self) -> str:
        """The names of it without what is handed in."""
        return ".".join(one.name for one in self.links if one.name)[:120]


def chains(text: str, plain: str, name: str) -> Iterator[Chain]:
    """The chains of a text in the order of their starts; none where no grammar may read it. ``plain``: without its comments."""
    found = grammar.find(_patterns("call" if name == "python" else "call_expression"), name, text) or ()
    starts: dict[int, list[grammar.Match]] = {}
    for one in found:
        if one.held[0] is not None:
            starts.setdefault(one.start, []).append(one)
    for start in sorted(starts):
        calls = sorted(starts[start], key=lambda one: one.end)[:_MOST]
        before = plain[max(0, start - 40) : start]
        awaited = "await" in before and _AWAIT.search(before) is not None
        links: list[Link] = []
        at = start
        for one in calls:
            held, given = one.held
            assert held is not None
            said = plain[max(at, held[0] - _LONGEST) : held[0]]
            # The grammar takes "await sql<T>`...`" for one call.
            if at == start and said.lstrip()[:1] in _LEADS and _LEADING.match(said.lstrip()):
                awaited = awaited or said.lstrip().startswith("await")
                said = _LEADING.sub("", said.lstrip())
            told = _NOISE.sub("", said)
            names = (_TYPES.sub("", told) if told.endswith(">") else told).split(".")
            tagged = text[held[0] : held[0] + 1] == "`"
            links += [Link(each) for each in names[:-1] if each]
            links.append(Link(names[-1], held, held if tagged else given, tagged))
            at = held[1]
        yield Chain(start, calls[-1].end, tuple(links), awaited)


@cache
def _patterns(kind: str) -> list[tuple[dict[str, Any], tuple[str, ...]]]:
    held = {"field": "arguments", "pattern": "$HELD"}
    return [({"rule": {"kind": kind, "any": [{"has": {**held, "has": _FIRST}}, {"has": held}]}}, ("HELD", "GIVEN"))]
