"""Folders drawn with lines or by indentation, and plain lists of paths, out of a block of code."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.planned import Mood

_LEAD = late(r"[\s│├└─┬┌┐┘┤┼|+`\\*•-]*")
_BRANCH = late(r"[│├└]|\|--|\+--|`--")
_LETTERS = late(r"(?:[AMDRC?]{1,2}\d{0,3}|\+|NEW|MODIFIED|[-+]{3})\s+(?:[ab]/(?=\S))?")
_ASIDE = late(r"\s+(?:#|//|←|<-+|--?>?|—|–|→|\()|\s{2,}")
_LEFT = late(
    r"(?i)\b(?:unchanged|untouched|no\s+(?:\w+\s+)?changes?|not\s+(?:changed|modified|touched)|existing|exists|already\s+(?:exists|there)"
    r"|read[- ]only|reference)\b"
)
_CHANGED = late(r"(?i)\b(?:new|add|modif|updat|extend|creat|edit|chang|delet|remov|renam|rewrit)\w*")
_LISTED = late(r"[\w.@\[(][^\s]*$")
DEEPEST = 40


class Drawn(NamedTuple):
    """One path of a drawing, from the folder that it begins with; a folder ends in a slash."""

    text: str
    line: int
    mood: Mood


def read(lines: Sequence[tuple[int, str]]) -> Iterator[Drawn]:
    """The files of a drawing, and its folders that have nothing in them; of a list without one the paths as they are."""
    rows = [row for number, text in lines if (row := _row(number, text)) is not None]
    stack: list[tuple[int, str]] = []
    for at, row in enumerate(rows):
        while stack and stack[-1][0] >= row.column:
            stack.pop()
        following = rows[at + 1].column if at + 1 < len(rows) else -1
        holds = following > row.column and "." not in row.name[1:].rstrip("/").rpartition("/")[2].lstrip(".")
        above = stack[-1][1] if stack else ""
        path = row.name if row.name.startswith("/") or not above else f"{above}/{row.name}"
        if holds or (row.name.endswith("/") and following > row.column):
            if len(stack) < DEEPEST:
                stack.append((row.column, path.rstrip("/")))
            continue
        if row.drawn or "/" in row.name or "." in row.name or above:
            yield Drawn(path, row.number, row.mood)


class _Row(NamedTuple):
    number: int
    column: int
    name: str
    mood: Mood
    drawn: bool


def _row(number: int, text: str) -> _Row | None:
    text = text[:1000].expandtabs(4)
    lead = _LEAD.match(text)
    assert lead is not None  # it matches the empty text
    rest = text[lead.end() :].rstrip(" │|")
    letters = _LETTERS.match(rest)
    if letters:
        rest = rest[letters.end() :]
    if not rest or rest.startswith("#"):
        return None
    aside = _ASIDE.search(rest)
    name, said = (rest[: aside.start()], rest[aside.start() :]) if aside else (rest, "")
    name = name.strip("`*\"',")
    if not _LISTED.match(name):
        return None
    mood: Mood = "looked-at" if _LEFT.search(said) and not _CHANGED.search(said.lower().replace("unchanged", "")) else "planned"
    return _Row(number, lead.end(), name, mood, bool(_BRANCH.search(lead[0])))
