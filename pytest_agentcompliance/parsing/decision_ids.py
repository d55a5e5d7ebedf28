"""Which decisions a text names by their ids, and whether it relies on them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pytest_agentcompliance.parsing.late import late

LONGEST_ID, LONGEST_LINE = 60, 5000
FEW = 20

_HEDGE = late(
    r"(?i)\b(?:pending|await|awaiting|awaits|waiting|waits|blocked|escalat\w+|unconfirmed|not (?:yet )?confirmed|proposed"
    r"|decision (?:required|needed)|needs? (?:an? |the )?(?:decision|confirmation|answer)|open (?:decision|question))\b"
)
_TOKEN = late(r"[A-Za-z0-9_-]+")  # cut first, matched then: an id that is looked for in a line takes quadratic time
_ID = late(r"([a-z][a-z0-9]*(?:[-_][a-z0-9]+)*)[-_](\d{1,6})")
_TOLD = late(r"(?i)\b(?:decisions?|decided|chosen|confirmed)\b")
_LED = late(r"(?i)\b(?:per|by|see|under|following|follows?|according to)\s+\W{0,3}$")
_ENTITLES = late(r"\W{0,4}[:—–-]")


class Id(NamedTuple):
    """An id in a line: as written, in its normal form, what is before its number, and where it begins and ends."""

    written: str
    normal: str
    prefix: str
    start: int
    end: int


class Named:
    """``relied``: the decisions that a text builds on; ``unknown``: ids of the register's kind that it does not hold.

    Each by its normal form, with the first line. A line that says that the decision is pending does not build on it.
    """

    def __init__(self, lines: Iterable[tuple[int, str]], ids: Iterable[str], prefixes: Iterable[str]) -> None:
        self.relied: dict[str, int] = {}
        self.unknown: dict[str, tuple[int, str]] = {}
        known = {normal(one) for one in ids}
        own = {prefix(one) for one in known} - {""}
        wanted = own | {one.lower() for one in prefixes}
        stems = {prefix(one) or one for one in known} | wanted
        few = stems if len(stems) <= FEW else None  # a search for each is quicker than to cut every line into words
        for number, full in lines:
            line = full[:LONGEST_LINE]
            if few is not None and not any(stem in low for low in [line.lower()] for stem in few):
                continue
            found = [one for one in _ids(line) if one.normal in known or one.prefix in wanted]
            if not found:
                continue
            hedged = bool(_HEDGE.search(line))
            for one in found:
                if one.normal not in known:
                    if one.prefix in own or _tells(line, one):
                        self.unknown.setdefault(one.normal, (number, one.written))
                elif not hedged:
                    self.relied.setdefault(one.normal, number)


def normal(name: str) -> str:
    """An id without letter case and leading zeros."""
    name = name.strip().lower()[:LONGEST_ID]
    hit = _ID.fullmatch(name)
    return f"{hit[1]}-{int(hit[2])}" if hit else name


def prefix(name: str) -> str:
    """What is before the number of an id; empty for one of another form."""
    hit = _ID.fullmatch(name.lower()[:LONGEST_ID])
    return hit[1] if hit else ""


def _ids(line: str) -> Iterator[Id]:
    for token in _TOKEN.finditer(line):
        written = token[0].rstrip("-_")
        if len(written) <= LONGEST_ID and not written.isalpha():
            yield Id(written, normal(written), prefix(written), token.start(), token.start() + len(written))


def _tells(line: str, one: Id) -> bool:
    """Whether a line tells of a decision, and not of something else that has such a number."""
    before, after = line[max(0, one.start - 40) : one.start], line[one.end : one.end + 20]
    entitles = not line[: one.start].strip("#*-_ `[") and bool(_ENTITLES.match(after))
    return entitles or bool(_LED.search(before)) or bool(_TOLD.search(line))
