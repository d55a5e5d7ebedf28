"""Placeholders of texts that no grammar may read: the plainest kinds, by patterns of one line."""

import re
from collections.abc import Iterator, Sequence

from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.grammar import Match
from pytest_agentcompliance.parsing.placeholders.book import Pattern

_UNBUILT = r"[^\n]{0,200}?(?:[Nn]ot[ _-]?(?:yet[ _-]?)?[Ii]mplemented|[Uu]nimplemented)"
_KINDS = {
    "script": re.compile(rf"\bthrow\s{_UNBUILT}"),
    "python": re.compile(rf"^[ \t]*raise\b{_UNBUILT}", re.MULTILINE),
    "go": re.compile(rf"\bpanic\({_UNBUILT}"),
}
_MOST = 1000  # of one file: more say nothing more


def find(text: str, name: str, patterns: Sequence[Pattern]) -> tuple[Match, ...]:
    """What the entry ``throws`` of the book would match, roughly; classes are not told apart."""
    index = next((at for at, one in enumerate(patterns) if one.id == "throws"), None)
    if index is None:
        return ()
    style = name if name in _KINDS else "script"
    return tuple(_matches(blanked(text, {"python": "x.py", "go": "x.go"}.get(name, "x.ts")), _KINDS[style], index))


def _matches(text: str, kind: re.Pattern[str], index: int) -> Iterator[Match]:
    for count, found in enumerate(kind.finditer(text)):
        if count == _MOST:
            return
        start = found.start() + len(found[0]) - len(found[0].lstrip())
        yield Match(index, start, found.end(), "rough")
