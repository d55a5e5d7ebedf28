"""Markdown line by line: what kind each line is, by the block structure of CommonMark."""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.markdown_blocks import SHORT, Block, Kind, blocks

__all__ = ["SHORT", "Bounds", "Kind", "Line", "headed", "joined", "read", "stripped", "too_much", "unticked", "visible", "word_set"]

MOST = 60_000  # lines and marks of a text; a log of 430 KB with 1,000 chunks has 25,000
MOST_OF_ALL = 5 * MOST  # of all versions of a text that one rule reads
_Seen = tuple[Kind, str, int, str, int, str]  # of a line: its kind, body, indentation, marker, level, language

NEWLINE = late(r"\r\n?|\n")  # as markdown-it splits
INVISIBLE = late("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff\0]")
_SPACES = late("[\u00a0\u2000-\u200a\u202f\u3000]")
_ITEM = late(r"[ \t]*(?:([-*+•‣▪◦–]|\d{1,4}[.)])(?=\s))?\s*(?:\[[ xX✓✔~-]\]\s+)?")
_MARK = late(r"[-+*>](?=[-+*>\s])|[.)](?=\s)")
_TICK = late(r"^(?:[✓✔✅☑❌✗✘⚠⏸🔴🟢🟡➕📝]\s*)+")


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
    rows = _rows(text)
    return [_line(at, row, block) for at, (row, block) in enumerate(zip(rows, blocks(rows), strict=True))]


def headed(text: str) -> list[Line]:
    """The headings of a text, and the lines that may begin in bold letters; others may be among them."""
    rows = _rows(text)
    return [
        _line(at, row, block)
        for at, (row, block) in enumerate(zip(rows, blocks(rows), strict=True))
        if block.kind == "heading" or "**" in row or "__" in row or not row.isascii() or "\0" in row
    ]


def _rows(text: str) -> list[str]:
    rows = NEWLINE.split(text.removeprefix("\ufeff"))
    if rows[-1] == "":
        rows.pop()
    return rows


def too_much(text: str) -> str:
    """Why a text is not read: what reading costs grows with its lines and with the marks of lists and quotes in them."""
    return _too_much(_size(text))


def _too_much(count: int) -> str:
    return f"has {count:,} lines and marks of lists and quotes; more than {MOST:,} are not read" if count > MOST else ""


def _size(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n") + len(_MARK.findall(text))


class Bounds:
    """What one rule reads of the texts of a run, however many versions of them there are."""

    def __init__(self) -> None:
        self.left = MOST_OF_ALL
        self.last: deque[str] = deque(maxlen=3)  # who reads a text knows it still

    def take(self, path: str, text: str) -> str:
        """The text. Raises ``Unreadable`` where it is too much to read, or all of them are."""
        if text in self.last:
            return text
        size = _size(text)
        if why := _too_much(size):
            raise Unreadable(path, f"it {why}")
        self.last.append(text)
        self.left -= size
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
    kind, body, indent, marker, level, info = _again(row, block) if len(row) <= SHORT else _seen(row, block)
    return Line(at + 1, kind, row, body, indent, marker, level, info)


@lru_cache(maxsize=8192)  # the versions of a log have most of their lines in common, and so have its chunks
def _again(row: str, block: Block) -> _Seen:
    return _seen(row, block)


def _seen(row: str, block: Block) -> _Seen:
    kind, level, info = block
    seen = visible(row)
    if kind == "heading":
        body = seen.strip()
        if body.startswith("#"):
            body = body.lstrip("#").strip()
            body = re.sub(r"\s#+$", "", body)
        return kind, body, 0, "", level, info
    if not seen.strip():
        return "blank" if kind == "text" else kind, "", 0, "", 0, ""
    if kind in ("code", "fence", "rule", "hidden", "under"):
        return kind, seen.strip(), 0, "", 0, info
    if kind == "html":
        seen = re.sub(r"</?[A-Za-z][^<>]*>", " ", seen)
    item = _ITEM.match(seen)
    assert item is not None  # it matches the empty text
    lead = seen[: len(seen) - len(seen.lstrip(" \t"))]
    return kind, seen[item.end() :].strip(), len(lead.expandtabs(4)), item[1] or "", 0, ""
