"""A plan as a list of units: headings, rows of tables with their headers, items of lists, labels, fences, lines of text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_agentcompliance.parsing.markdown import Line, stripped

Kind = Literal["heading", "row", "item", "text", "fence"]
_RULE = re.compile(r"[-:|\s]+")
_ESCAPED = "\0"
_DOCUMENT = "\0document"
MOST_CELLS = 40

# Titles of sections that plan nothing: what is there already, what is for later, what others do, how it is tested.
_KEPT = re.compile(
    r"\b(?:existing|already|current(?:ly)?(?: state| schema| api)?|as-is|baseline|unchanged|out[- ]of[- ]scope|non[- ]?goals?|"
    r"not in (?:scope|this (?:phase|release|version|iteration|sprint))|"
    r"future|deferred|nice[- ]to[- ]have|stretch goals?|postponed|rejected|third[- ]party|external apis?|upstream|deprecated|"
    r"what (?:already )?exists|what stays)\b"
    # What may be the name of a resource too is meant where it is all that the title says.
    r"|^[\W\d]*(?:later|backlog|alternatives?(?: considered)?|removed|removals?|roll-?back(?: plan)?|risks?(?: .{0,40})?|"
    r"references?|appendix)[\W\d]*$",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:front[- ]?end|client[- ]side|test(?:ing)? (?:plan|strategy|cases)|smoke tests?|curl)\b"
    r"|^[\W\d]*(?:testing|tests?|unit tests?|verification|manual (?:testing|verification)|usage(?: examples?)?|ui|"
    r"clients?)[\W\d]*$",
    re.IGNORECASE,
)
_OURS = re.compile(r"\b(?:back[- ]?end|server|endpoints?|apis?|routes?|database|schema|models?)\b", re.IGNORECASE)
# ... unless the title speaks of what is to be made of them.
_PLANNED = re.compile(r"\b(?:new|add|extend|implement|create|build|changes?|updated?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unit:
    """One of them. ``titles`` are the headings that it stands under, outermost first, without its own and that of the document.

    ``cells`` and ``header`` are a row's, the header in small letters; ``indent`` is an item's, ``level`` a heading's;
    ``info`` is a fence's language, and ``text`` all that stands in it; its ``line`` is that of the first line within.
    """

    kind: Kind
    text: str
    line: int
    titles: tuple[str, ...] = ()
    level: int = 0
    indent: int = 0
    info: str = ""
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()

    @property
    def section(self) -> str:
        """The heading that it stands under."""
        return self.titles[-1] if self.titles else ""

    @property
    def kept(self) -> bool:
        """Whether a heading above it says that nothing of it is to be built."""
        return any(is_kept(one) for one in self.titles)


def is_kept(title: str) -> bool:
    """Whether a title is one of a section that plans nothing."""
    title = title[:200]
    if _PLANNED.search(title) is not None:
        return False
    return _KEPT.search(title) is not None or (_OTHERS.search(title) is not None and _OURS.search(title) is None)


def units(lines: Sequence[Line]) -> list[Unit]:
    """The units of a text, in order, in linear time."""
    return list(_units(lines))


def _units(lines: Sequence[Line]) -> Iterator[Unit]:
    heads: list[tuple[int, str]] = []
    titles: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    begun = False  # the first heading is the title of the document where it is its highest
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.kind == "fence":
            end = at + 1
            while end < len(lines) and lines[end].kind in ("code", "blank") and not _closes(lines[end]):
                end += 1
            within = lines[at + 1 : end]
            yield Unit(
                "fence", "\n".join(one.text for one in within), line.number + 1, titles, indent=line.indent,
                info=(line.info.split() or [""])[0].lower(),
            )  # fmt: skip
            at = end + 1 if end < len(lines) and lines[end].kind == "fence" else end
            continue
        row = line.kind in ("text", "html") and line.body.startswith("|") and line.body.count("|") > 1
        if not row:
            header = ()
        if line.kind == "heading":
            heads = [one for one in heads if one[0] < line.level]
            title = plain(line.body)
            yield Unit("heading", line.body, line.number, tuple(one for _, one in heads if one is not _DOCUMENT), level=line.level)
            heads.append((line.level, title if begun or line.level > 1 else _DOCUMENT))
            begun = True
            titles = tuple(one for _, one in heads if one is not _DOCUMENT)
        elif row:
            cells = cells_of(line.body)
            if at + 1 < len(lines) and not header and _RULE.fullmatch(lines[at + 1].body) and "-" in lines[at + 1].body:
                header = tuple(plain(one).lower() for one in cells)
                at += 1
            elif header and not _RULE.fullmatch(line.body):
                yield Unit("row", line.body, line.number, titles, cells=cells, header=header)
        elif line.kind in ("text", "html") and line.body:
            kind: Kind = "item" if line.marker else "text"
            yield Unit(kind, line.body, line.number, titles, indent=line.indent)
        at += 1


def _closes(line: Line) -> bool:
    return line.kind == "fence"


def cells_of(body: str) -> tuple[str, ...]:
    """The cells of a row; an escaped bar stands in its cell."""
    said = body.strip().removeprefix("|").removesuffix("|").replace("\\|", _ESCAPED)
    return tuple(one.strip().replace(_ESCAPED, "|") for one in said.split("|")[:MOST_CELLS])


def plain(text: str) -> str:
    """A text without emphasis and code marks."""
    return stripped(text).replace("**", "").replace("`", "").replace("__", "").strip()


def column(header: Sequence[str], names: "re.Pattern[str]") -> int | None:
    """The first column whose title is one of the names."""
    return next((at for at, one in enumerate(header) if names.fullmatch(one)), None)
