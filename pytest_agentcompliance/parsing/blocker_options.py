"""The options that a blocker lists: numbered, lettered, or with no mark to name them by."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.markdown import Line

OptionKind = Literal["numbered", "lettered", "unmarked"]

_BARE = late(r"[*_`#~>]+")
_WORD = late(r"(?i)^option\s+#?(?:(\d{1,3})|([a-z]|i{1,3}|iv))(?![a-z0-9])[\s:.)\]–—-]*(.*)$")
_NUMBER = late(r"^\(?(\d{1,3})[.):](?:\s+(.*))?$")
_LETTER = late(r"^\(?([A-Za-z])[.):](?:\s+(.*))?$")
_IN_LINE = late(r"(?:^|[\s;,])\(?(\d{1,2}|[A-Za-z])[.)]\s+(?=\S)")
_PLACEHOLDER = late(r"^\[[^\]]*\]$")


@dataclass(frozen=True, slots=True)
class Option:
    """One option: the mark that it can be named by, and what it says. ``dress`` is empty for ``1. text``."""

    kind: OptionKind
    mark: str
    text: str
    line: int
    dress: str = ""


def options_in(lines: Iterable[Line]) -> tuple[Option, ...]:
    """The options that the lines of one part list; a placeholder or an empty line of the template is none."""
    given = [line for line in lines if line.kind in ("text", "heading", "html") and line.body]
    marked = _in_line(given[0]) if given and not given[0].marker else []
    marked = marked or [one for line in given if (one := _marked(line))]
    if not marked:
        marked = [Option("unmarked", line.marker, line.body, line.number) for line in given if line.marker and line.indent < 2]
    seen: dict[str, Option] = {}
    for one in marked:
        text = _BARE.sub("", one.text).strip(" :-–—.")
        if text and not _PLACEHOLDER.match(text):
            seen.setdefault(f"{one.kind}{one.mark}" if one.mark not in ("-", "*", "+") else f"{one.line}", one)
    return tuple(seen.values())


def _marked(line: Line) -> Option | None:
    body = _BARE.sub("", line.body[:600]).strip()
    if body.startswith("|"):
        cells = [cell.strip() for cell in body.strip("|").split("|")]
        found = _named(cells[0] if _WORD.match(cells[0]) else cells[0] + ".", line, "table")
        text = " | ".join(cells[1:])
        return None if found is None else Option(found.kind, found.mark, found.text or text, line.number, "table")
    if line.indent >= 4:
        return None
    if line.marker[:1].isdigit():
        word = _WORD.match(body)
        return Option("numbered", line.marker.rstrip(".)"), (word[3] if word else body), line.number)
    return _named(body, line, "heading" if line.kind == "heading" else "list item" if line.marker else "no list")


def _named(body: str, line: Line, dress: str) -> Option | None:
    if word := _WORD.match(body):
        # "**Option A**" with its text below it is an option as well as one with its text behind it.
        return Option("numbered" if word[1] else "lettered", (word[1] or word[2]).upper(), word[3] or body, line.number, dress)
    if number := _NUMBER.match(body):
        return Option("numbered", number[1], number[2] or "", line.number, dress)
    if letter := _LETTER.match(body):
        return Option("lettered", letter[1].upper(), letter[2] or "", line.number, dress)
    return None


def _in_line(line: Line) -> list[Option]:
    """``1. this; 2. that`` on the line of the label."""
    body = line.body[:4000]
    marks = list(_IN_LINE.finditer(body))
    if len(marks) < 2:
        return []
    ends = [one.start() for one in marks[1:]] + [len(body)]
    return [
        Option(
            "numbered" if one[1].isdigit() else "lettered",
            one[1].upper(),
            body[one.end() : end].strip(" ;,"),
            line.number,
            "one line",
        )
        for one, end in zip(marks, ends, strict=True)
    ]
