"""What a text says that the coverage of all code is: the plain sentences alone, and no target, file or part."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 300  # characters of a line that is read
_NUMBER = r"(?<![\d.])(\d{1,3}(?:\.\d{1,3})?)\s?%"
_AFTER = re.compile(r"\bcoverage\b[^\d%\n`]{0,25}?" + _NUMBER, re.IGNORECASE)
_BEFORE = re.compile(_NUMBER + r"\s{1,3}(?:[a-z]{1,12}\s){0,3}coverage\b", re.IGNORECASE)
# What makes it a target, an older number, another measure, or a part of the code.
_OTHER = re.compile(
    r"[<>\u2265\u2264`]|\b(?:targets?|thresholds?|minimum|min|requir\w*|goals?|least|gates?|aim\w*|should|must|need\w*|expect\w*|was|were"
    r"|before|previous\w*|prior|baseline|from|increas\w*|rais\w*|improv\w*|above|over|below|under|exceed\w*|branch\w*|functions?"
    r"|statements?|methods?|files?|modules?|components?|new|changed|diff|patch|packages?|services?|routes?|handlers?|class(?:es)?"
    r"|endpoints?|types?|docs?|documentation|docstrings?|criteria|scenarios?|requirements?|stories|api|except|each|per|estimated?|expected"
    r"|not|no|n/a|if|will|would)\b|\w/\w|\w\.(?:py|[cm]?[jt]sx?|go|java|php)\b",
    re.IGNORECASE,
)
_KIND = re.compile(r"\b(unit|integration|e2e|end-to-end)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """One such sentence: its line, the number, and the tests that it speaks of (``unit``, ``integration``, or any)."""

    line: int
    percent: float
    kind: str
    text: str


def said(text: str) -> Iterator[Said]:
    """Line by line; never fails."""
    for number, line in enumerate(text.split("\n"), 1):
        if "overage" not in line or "%" not in line or len(line) > LONGEST or _OTHER.search(line):
            continue
        found = [*_AFTER.finditer(line), *_BEFORE.finditer(line)]
        values = {float(one[1]) for one in found}
        kinds = {one.lower() for one in _KIND.findall(line)}
        if len(values) == 1 and len(kinds) < 2 and (value := values.pop()) <= 100:
            yield Said(number, value, {"unit": "unit", "": ""}.get(next(iter(kinds), ""), "integration"), line.strip())
