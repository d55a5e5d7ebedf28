"""Markdown line by line: what kind each line is, by the block structure of CommonMark."""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.parsing.markdown_blocks import Block, Kind, blocks

__all__ = ["Bounds", "Kind", "Line", "joined", "read", "stripped", "too_much", "unticked", "visible", "word_set"]

MOST = 60_000  # lines and marks of a text; a log of 430 KB with 1,000 chunks has 25,000
MOST_OF_ALL = 5 * MOST  # of all versions of a text that one rule reads

NEWLINE = re.compile(r"\r\n?|\n")  # as markdown-it splits
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff\0]")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u3000]")
_ITEM = re.compile(r"[ \t]*(?:([-*+•‣▪◦–]|\d{1,4}[.)])(?=\s))?\s*(?:\[[ xX✓✔~-]\]\s+)?")
_MARK = re.compile(r"[-+*>](?=[-+*>\s])|[.)](?=\s)")
_TICK = re.compile(r"^(?:[✓✔✅☑❌✗✘⚠⏸🔴🟢🟡➕📝]\s*)+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``number`` counts from 1; ``level`` is a heading's; ``info`` the language of a fence's opening mark.

    ``text`` is the line as written. ``body`` is it without indentation, list marker, check box and invisible marks;
    ``indent`` counts columns before the marker; ``marker`` is empty where the line is no list item.
    """

    number: int
    kind: Kind
    text: str
    body: str
    indent: int = 0
    marker: str = ""
    level: int = 0
    info: str = ""


def read(text: str) -> list[Line]:
    """All lines of a text, in linear time; a byte order mark at its start is dropped."""
    text = text.removeprefix("\ufeff")
    rows = NEWLINE.split(text)
    if rows[-1] == "":
        rows.pop()
    return [_line(at, row, block) for at, (row, block) in enumerate(zip(rows, blocks(rows), strict=True))]


def too_much(text: str) -> str:
    """Why a text is not read: what reading costs grows with its lines and with the marks of lists and quotes in them."""
    count = _size(text)
    return f"has {count:,} lines and marks of lists and quotes; more than {MOST:,} are not read" if count > MOST else ""


def _size(text: str) -> int:
    return len(NEWLINE.findall(text)) + len(_MARK.findall(text))


class Bounds:
    """What one rule reads of the texts of a run, however many versions of them there are."""

    def __init__(self) -> None:
        self.left = MOST_OF_ALL
        self.last: deque[str] = deque(maxlen=3)  # who reads a text knows it still

    def take(self, path: str, text: str) -> str:
        """The text. Raises ``Unreadable`` where it is too much to read, or all of them are."""
        if text in self.last:
            return text
        if why := too_much(text):
            raise Unreadable(path, f"it {why}")
        self.last.append(text)
        self.left -= _size(text)
        if self.left < 0:
            raise Unreadable(path, f"its versions have more than {MOST_OF_ALL:,} lines and marks of lists and quotes")
        return text


def word_set(text: str, apart: str | None = None) -> frozenset[str]:
    """A set of words that are written as one text, between white space or ``apart``."""
    return frozenset(text.split(apart))


def visible(text: str) -> str:
    """A text without marks that have no width, its odd spaces made plain."""
    return text if text.isascii() and "\0" not in text else _SPACES.sub(" ", INVISIBLE.sub("", text))


def unticked(text: str) -> str:
    """A text without the check marks and lights at its start."""
    return text if text[:1].isascii() else _TICK.sub("", text)


def stripped(text: str) -> str:
    """A text without emphasis marks around its words; what stands in code stays as it is."""
    if "**" not in text:
        return text.strip()
    parts = text.split("`")
    return "`".join(part if at % 2 and at + 1 < len(parts) else part.replace("**", "") for at, part in enumerate(parts)).strip()


def joined(lines: Iterable[Line]) -> str:
    """The source text of lines, without blank ones and breaks at its end."""
    kept = list(lines)
    while kept and kept[-1].kind in ("blank", "rule"):
        kept.pop()
    return "\n".join(line.text for line in kept)


def _line(at: int, row: str, block: Block) -> Line:
    kind, level, info = block
    seen = visible(row)
    if kind == "heading":
        body = seen.strip()
        if body.startswith("#"):
            body = body.lstrip("#").strip()
            body = re.sub(r"\s#+$", "", body)
        return Line(at + 1, kind, row, body, level=level, info=info)
    if not seen.strip():
        return Line(at + 1, "blank" if kind == "text" else kind, row, "")
    if kind in ("code", "fence", "rule", "hidden", "under"):
        return Line(at + 1, kind, row, seen.strip(), info=info)
    if kind == "html":
        seen = re.sub(r"</?[A-Za-z][^<>]*>", " ", seen)
    item = _ITEM.match(seen)
    assert item is not None  # it matches the empty text
    lead = seen[: len(seen) - len(seen.lstrip(" \t"))]
    return Line(at + 1, kind, row, seen[item.end() :].strip(), len(lead.expandtabs(4)), item[1] or "")
