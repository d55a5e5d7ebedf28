"""What kind of block each line of a Markdown text belongs to, by the block structure of CommonMark."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from pytest_agentcompliance.parsing.late import late

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# heading: a top-level one; under: the rest of a heading; fence: the marks of a fence; code: what stands in it;
# indented: code by its indentation; hidden: comments, scripts and the like; rule: a thematic break.
Kind = Literal["text", "blank", "heading", "under", "fence", "code", "indented", "html", "hidden", "rule"]


class Block(NamedTuple):
    """The kind of a line; ``level`` is a heading's; ``info`` the language of a fence, or the marks of a heading."""

    kind: Kind
    level: int = 0
    info: str = ""


SHORT = 500  # characters of a line that is remembered
TEXT = Block("text")
_RULE = Block("rule")
_INDENTED = Block("indented")
_HEADINGS = {level: Block("heading", level, "#" * level) for level in range(1, 7)}
_HIDDEN = ("<!--", "<script", "<style", "<pre", "<textarea", "<![cdata[", "<?", "<!")
# Of a line nested deeper than any log is, only its text is shown to the parser, whose recursion is bounded.
_DEEP = late(r"^(?:[ \t]{60,}|(?:[ \t]*(?:(?:[-*+]|\d{1,9}[.)])(?=[ \t])|>)){21,})[^\n]*", re.MULTILINE)
_HEADING = late(r"(#{1,6})(?:[ \t]|$)")
_FENCE = late(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
# The start of a line that is text wherever it stands: at most one list marker, and then no mark of another block.
_TEXT = late(r"( *)(?:(?:[-*+]|\d{1,9}[.)]) {1,4})?(?![ \t<>#]|[-*+][ \t]|\d{1,9}[.)][ \t])[^\s]")
_MARKS = late(r"[ \t>*+\-=_.)\d]*$")  # what may be a rule, an underline or a list marker without text


def blocks(rows: list[str]) -> list[Block]:
    """A block for each line. Only the parts of a text that need it are shown to the parser, which is slow.

    A part begins at a heading at the left edge, which ends whatever is open but a fence and HTML.
    """
    found: list[Block] = []
    while len(found) < len(rows):
        first = len(found)
        plain = _plain(rows, first)
        if plain is not None:
            found.extend(plain)
            continue
        # A fence or a comment may hold lines that look like headings: then twice as much is parsed, until it ends.
        end = _next(rows, first + 1)
        parsed, is_open = _parsed(rows[first:end])
        while is_open and end < len(rows):
            end = _next(rows, min(2 * end - first, len(rows)))
            parsed, is_open = _parsed(rows[first:end])
        found.extend(parsed)
    return found


def _next(rows: list[str], at: int) -> int:
    """The next line from here on that looks like a heading at the left edge."""
    while at < len(rows) and not (rows[at].startswith("#") and _HEADING.match(rows[at])):
        at += 1
    return at


def _plain(rows: list[str], first: int) -> list[Block] | None:
    """The blocks from one heading to the next, where they need no parser; None where they do."""
    found: list[Block] = []
    paragraph = False  # the line before is text: a deep indentation behind it is no code, an underline no rule
    at = first
    while at < len(rows):
        row = rows[at]
        shape = _again(row) if len(row) <= SHORT else _shape(row)
        if shape == "text" or (shape == "deep" and paragraph):
            paragraph = True
            found.append(TEXT)
        elif shape == "blank":
            paragraph = False
            found.append(TEXT)
        elif isinstance(shape, Block):
            if at > first:
                break
            found.append(shape)
        elif shape == "opening":
            block = _comment(rows, at) if row.startswith("<") else _fenced(rows, at)
            if block is None:
                return None
            paragraph = False
            found.extend(block)
        elif shape == "dashes" and not paragraph:
            found.append(_RULE)
        else:
            return None
        at = first + len(found)
    return found


def _shape(row: str) -> Block | Literal["blank", "opening", "dashes", "text", "deep", "unclear"]:
    """What a line is by itself: a heading, or text wherever it stands; ``deep`` is text only behind some."""
    if not row.strip(" \t"):
        return "blank"
    if row.startswith("#") and (heading := _HEADING.match(row)):
        return _HEADINGS[len(heading[1])]
    if row.startswith(("```", "~~~", "<!--")):
        return "opening"
    if row.startswith("---") and not row.rstrip(" ").strip("-"):
        return "dashes"
    start = _TEXT.match(row)
    if start is None or "```" in row or "~~~" in row or _MARKS.match(row):
        return "unclear"
    return "deep" if len(start[1]) > 3 else "text"


_again = lru_cache(maxsize=8192)(_shape)  # the versions of a log have most of their lines in common


def _fenced(rows: list[str], first: int) -> list[Block] | None:
    """A fence at the left edge with what stands in it; None where the line opens none."""
    opened = _FENCE.match(rows[first])
    if opened is None:
        return None
    marks, info = opened[1] or opened[3], (opened[2] or opened[4] or "").strip().lower()
    code = Block("code", 0, info)
    found = [Block("fence", 0, info)]
    for at in range(first + 1, len(rows)):
        row = rows[at].rstrip(" \t")
        bare = row.lstrip(" ")
        if len(bare) >= len(marks) and len(row) - len(bare) < 4 and bare == marks[0] * len(bare):
            return [*found, Block("fence")]
        found.append(code)
    return found


def _comment(rows: list[str], first: int) -> list[Block]:
    """A comment at the left edge, to the line in which it ends."""
    end = next((at for at in range(first, len(rows)) if "-->" in rows[at]), len(rows) - 1)
    return [Block("hidden")] * (end + 1 - first)


def _parsed(rows: list[str]) -> tuple[list[Block], bool]:
    """The blocks as the parser sees them, and whether the last one goes on behind the last line."""
    found = [TEXT] * (len(rows) + 1)
    rows = [*rows, "#"]  # what a part ends at: a heading at the left edge, which only a fence or HTML can swallow
    for token in _tokens(rows):
        if token.map is not None:
            for at, block in _of(token, token.map[0], token.map[1], rows):
                found[at] = block
    end = found.pop()
    return found, end.kind != "heading"


def _of(token: "Token", first: int, last: int, rows: list[str]) -> Iterator[tuple[int, Block]]:
    if token.type == "heading_open" and token.level == 0:
        yield first, Block("heading", int(token.tag[1:]), token.markup)
        yield from ((at, Block("under")) for at in range(first + 1, last))
    elif token.type == "fence":
        info = token.info.strip().lower()
        yield first, Block("fence", 0, info)
        yield from ((at, Block("code", 0, info)) for at in range(first + 1, last))
        if last - 1 > first and last <= len(rows) and rows[last - 1].strip(" \t>").startswith(token.markup):
            yield last - 1, Block("fence")
    elif token.type == "code_block":
        yield from ((at, _INDENTED) for at in range(first, last))
    elif token.type == "html_block":
        hidden = token.content.lstrip().lower().startswith(_HIDDEN)
        yield from ((at, Block("hidden" if hidden else "html")) for at in range(first, last))
    elif token.type == "hr":
        yield first, _RULE


def _tokens(rows: list[str]) -> "Iterable[Token]":
    return _parser().parse(_DEEP.sub(_flat, "\n".join(rows)))


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
