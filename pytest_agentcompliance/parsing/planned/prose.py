"""Lines of text with the titles, labels, lists and tables that they stand in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pytest_agentcompliance.parsing import markdown
from pytest_agentcompliance.parsing.planned import Mood, Named, moods, names
from pytest_agentcompliance.parsing.planned.moods import Around, Title

_LABEL = re.compile(r"[\W_]{0,8}([A-Za-z][\w /&'’()+-]{0,70}?)[*_]{0,3}\s{0,2}:[*_]{0,3}(?=\s|$)")
_NO = re.compile(
    r"(?i)\W*(?:no|false|none|n/?a|unchanged|untouched|no\s+changes?(?:\s+\w+)?|read(?:[- ]only)?|exists?|reference"
    r"|implemented)\W*|[❌✗]"
)
_ROW = re.compile(r"(?<!\\)\|")
_COMMAND = re.compile(
    r"`{0,2}\$?\s*(?:pnpm|npm|npx|yarn|git|node|tsc|docker|curl|cd|make|python3?|pytest|bash|sh|uv|go|cargo|ls|cat|grep|rg)\s"
)
_ENDS = (".", "!", "?", ":", ";")


@dataclass(slots=True)
class Prose:
    """Reads lines of text: headings, labels, lists and tables."""

    title: Title | None = None
    _headings: list[tuple[int, Title | None]] = field(default_factory=list)
    _label: Title | None = None
    _listed: bool = False
    _nest: list[tuple[int, Title | None]] = field(default_factory=list)
    _columns: list[Title | None] | None = None
    _last: str = ""  # the text that the next line may go on from

    @property
    def mood(self) -> Mood:
        """What the titles above say of what stands here without a word."""
        said = self._label or self.title
        return said if said in ("looked-at", "excluded") else "planned"

    def line(self, line: markdown.Line, following: markdown.Line | None) -> Iterator[Named]:
        """One line of Markdown that is no code."""
        body, behind = line.body, ""
        if following is not None and following.kind == "text" and not following.marker and not following.body.startswith("|"):
            behind = following.body
        if line.kind == "heading":
            self._heading(line)
            yield from self._said(line.number, body, self.title, 0, whole=True)
        elif not body:
            self._columns, self._last = None, ""
        elif body.startswith("|"):
            yield from self._row(line, following.body if following else "")
        else:
            yield from self.text(line.number, body, line.indent, bool(line.marker), behind)

    def _heading(self, line: markdown.Line) -> None:
        while self._headings and self._headings[-1][0] >= line.level:
            self._headings.pop()
        above = self._headings[-1][1] if self._headings else None
        # The first title of a document says nothing of what is in it, unless that is its scope.
        is_first = line.level == 1 and self.title is None and not self._headings
        own = moods.of_title(line.body) if not is_first or re.search(r"(?i)\bscope\b", line.body) else None
        self.title = own or above
        self._headings.append((line.level, self.title))
        self._label, self._nest, self._columns, self._last = None, [], None, ""

    def text(self, number: int, body: str, indent: int, is_item: bool, behind: str = "") -> Iterator[Named]:
        """A paragraph's line or an item of a list; ``behind`` is the line after it, where that may go on from it."""
        self._columns = None
        while self._nest and self._nest[-1][0] >= indent:
            self._nest.pop()
        if not is_item and self._listed and not indent:
            self._label = None  # the list below a label is over
        self._listed = is_item or (self._listed and indent > 0)
        above = self._nest[-1][1] if self._nest else self._label or self.title
        label = _LABEL.match(markdown.unticked(body))
        own = moods.of_title(label[1]) if label else None
        heads = body.rstrip("*_ ").endswith(":")
        if not own and heads and len(body) < 120:
            own = moods.of_title(body)
        title = own or above
        if is_item:
            self._nest.append((indent, title if heads or own else above))
        elif heads or (label and not body[label.end() :].strip()):
            self._label = title
        elif not indent:
            self._label = None
        around = Around("" if is_item or self._last.endswith(_ENDS) else self._last, "" if body.endswith(_ENDS) else behind)
        self._last = body
        lead = label.end() if label else 0 if is_item else -1
        yield from self._said(number, body, title, lead, around)

    def _said(
        self, number: int, body: str, title: Title | None, lead: int, around: Around = moods.NOTHING, *, whole: bool = False
    ) -> Iterator[Named]:
        """The names of a line, with what it says of them."""
        if _COMMAND.match(body) or not any(mark in body for mark in "/.`"):
            return
        if found := names.names(body):
            for one, mood in zip(found, moods.of_names(body, found, title, around, lead=lead, whole=whole), strict=True):
                yield Named(one.text, number, one.kind, mood)

    def _row(self, line: markdown.Line, following: str) -> Iterator[Named]:
        cells = [cell.strip() for cell in _ROW.split(line.body.strip("|"))]
        if not line.body.strip("|:- \t"):
            return
        if self._columns is None:
            is_head = "-" in following and not following.strip("|:- \t")
            self._columns = [moods.of_title(cell) for cell in cells] if is_head else []
            if is_head:
                return
        above = self._label or self.title
        if not self._columns and not names.names(cells[0]):
            above = moods.of_title(cells[0]) or above  # a row that begins with what it is about
        refused = any(_NO.fullmatch(cell[:100]) for cell in cells)
        for at, cell in enumerate(cells):
            column = self._columns[at] if at < len(self._columns) else None
            title = above if above in ("looked-at", "excluded") else "looked-at" if refused else column or above
            yield from self._said(line.number, cell, title, 0 if at == 0 or column == "planned" else -1)
