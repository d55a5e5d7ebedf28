"""The ids of promises, in whichever spelling: ``PRM-001``, ``P1``, ``Promise #3``."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

LONGEST = 4_000  # characters of a text that are looked through
MOST = 200  # numbers that one range stands for
# Prefixes that mean a promise wherever they stand; all others only where the intent itself uses them.
PROMISES = frozenset(("prm", "prom", "promise", "promises", "guarantee", "guar", "commitment"))
OTHERS = frozenset(("inv", "invariant", "anti", "bhv", "contract"))
_LETTERS = frozenset(("p", "pr", "g", "up", "cp"))  # of an id where they open a sentence
_ID = re.compile(r"(?<![\w.-])([A-Za-z]{1,12})(?:[-_]|\s?#\s?|\s)?(\d{1,4})(?![\w%])")
_RANGE = re.compile(r"\s{0,2}(?:-|–|—|\.\.|…|to|through)\s{0,2}(?:([A-Za-z]{1,12})[-_ ]?)?(\d{1,4})(?![\w%])")
_OPENS = re.compile(r"^[\s*_`\[(#]*$")


class Id(NamedTuple):
    """An id: its prefix in small letters and its number, as it is written, and where it begins and ends."""

    prefix: str
    number: int
    written: str
    start: int
    end: int

    @property
    def key(self) -> tuple[str, int]:
        return self.prefix, self.number


def within(text: str, prefixes: Iterable[str] = ()) -> Iterator[Id]:
    """The ids in a text, ranges such as ``P1-P4`` one by one. ``prefixes`` are those that the intent uses."""
    known = {*PROMISES, *OTHERS, *prefixes}
    text = text[:LONGEST]
    at = 0
    while (hit := _ID.search(text, at)) is not None:
        at, prefix = hit.end(), hit[1].lower()
        apart = " " in hit[0] and "#" not in hit[0]
        opening = prefix in _LETTERS and hit[1].isupper() and not apart and _OPENS.match(text[: hit.start()]) is not None
        if prefix not in known and not opening:
            continue
        if len(prefix) < 3 and (apart or not hit[1].isupper()):
            continue
        yield Id(prefix, int(hit[2]), hit[0], hit.start(), hit.end())
        through = _RANGE.match(text, at)
        if through is not None and (through[1] or prefix).lower() == prefix and int(hit[2]) < int(through[2]) <= int(hit[2]) + MOST:
            at = through.end()
            yield from (
                Id(prefix, number, f"{hit[1]}{number}", hit.start(), at) for number in range(int(hit[2]) + 1, int(through[2]) + 1)
            )


def opening(text: str, prefixes: Iterable[str] = ()) -> tuple[Id, str] | None:
    """The id that a text opens with, and the rest of it."""
    first = next(within(text[:80], prefixes), None)
    if first is None or not _OPENS.match(text[: first.start]):
        return None
    return first, text[first.end :].lstrip(" \t*_`])").lstrip(":.)—–-| \t").lstrip(" *_`")
