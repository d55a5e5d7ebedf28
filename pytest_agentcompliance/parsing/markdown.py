"""Markdown line by line: what kind each line is, by the block structure of CommonMark."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# heading: a top-level one; under: the rest of a heading; fence: the marks of a fence; code: what stands in it;
# indented: code by its indentation; hidden: comments, scripts and the like; rule: a thematic break.
Kind = Literal["text", "blank", "heading", "under", "fence", "code", "indented", "html", "hidden", "rule"]

NEWLINE = re.compile(r"\r\n?|\n")  # as markdown-it splits
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff\0]")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u3000]")
_HIDDEN = ("<!--", "<script", "<style", "<pre", "<textarea", "<![cdata[", "<?", "<!")
# Of a line nested deeper than any log is, only its text is shown to the parser, whose recursion is bounded.
_DEEP = re.compile(r"^(?:[ \t]{60,}|(?:[ \t]*(?:(?:[-*+]|\d{1,9}[.)])(?=[ \t])|>)){21,})[^\n]*", re.MULTILINE)
_ITEM = re.compile(r"[ \t]*(?:([-*+•‣▪◦–]|\d{1,4}[.)])(?=\s))?\s*(?:\[[ xX✓✔~-]\]\s+)?")
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
    kinds: dict[int, tuple[Kind, int, str]] = {}
    for token in _parser().parse(_DEEP.sub(_flat, NEWLINE.sub("\n", text))):
        if token.map is None:
            continue
        first, last = token.map
        if token.type == "heading_open" and token.level == 0:
            kinds.update((at, ("under", 0, "")) for at in range(first + 1, last))
            kinds[first] = ("heading", int(token.tag[1:]), token.markup)
        elif token.type == "fence":
            kinds.update((at, ("code", 0, token.info.strip().lower())) for at in range(first + 1, last))
            kinds[first] = ("fence", 0, token.info.strip().lower())
            if last - 1 > first and last <= len(rows) and rows[last - 1].strip(" \t>").startswith(token.markup):
                kinds[last - 1] = ("fence", 0, "")
        elif token.type == "code_block":
            kinds.update((at, ("indented", 0, "")) for at in range(first, last))
        elif token.type == "html_block":
            kind: Kind = "hidden" if token.content.lstrip().lower().startswith(_HIDDEN) else "html"
            kinds.update((at, (kind, 0, "")) for at in range(first, last))
        elif token.type == "hr":
            kinds[first] = ("rule", 0, "")
    plain: tuple[Kind, int, str] = ("text", 0, "")
    return [_line(at, row, *kinds.get(at, plain)) for at, row in enumerate(rows)]


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
    """A text without emphasis marks around its words; the names in code stay as they are."""
    return text.replace("**", "").strip()


def joined(lines: Iterable[Line]) -> str:
    """The source text of lines, without blank ones and breaks at its end."""
    kept = list(lines)
    while kept and kept[-1].kind in ("blank", "rule"):
        kept.pop()
    return "\n".join(line.text for line in kept)


def _line(at: int, row: str, kind: Kind, level: int, info: str) -> Line:
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


def _flat(deep: re.Match[str]) -> str:
    line = deep[0]
    return line[: min(len(line) - len(line.lstrip(" \t")), 60)] + "x"


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": 300})
    parser.core.ruler.enableOnly(["normalize", "block"])
    parser.disable("reference")  # a definition is a line like another: it is never hidden
    return parser
