"""The promises that a report claims: the items of its part "Promises Verified", and what else of it speaks of one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from pytest_agentcompliance.parsing.intent import ids, tables
from pytest_agentcompliance.parsing.markdown import Line
from pytest_agentcompliance.parsing.reports import deliverables
from pytest_agentcompliance.parsing.reports.sections import Section, key

TITLES = (
    "Promises Verified", "Promises", "Promises Kept", "Promises Protected", "Promise Verification", "Promises Verification",
    "Verified Promises", "Promises from Intent", "Intent Promises", "Promise Status", "Promises Validated", "Intent Compliance",
)  # fmt: skip
MOST = 500  # items of a report
_LONGEST, _LONGEST_LINE, _LONGEST_LABEL = 1_000, 8_000, 100  # characters of one, of a line that is looked at, of a label
_NOT = re.compile(
    r"(?i)\b(?:not|un)[ -]?(?:yet |fully |directly )?"
    r"(?:affected|touched|applicable|verified|covered|relevant|implemented|changed|met|in scope|part of)\b"
    r"|\bn/a\b|\bpending\b|\bdeferred\b|\bpartial(?:ly)?\b|\bfail(?:ed|s|ing)\b|\bunkept\b|\bbroken\b(?! when)"
    r"|\bout of scope\b|\bat risk\b|\bto ?do\b|\bunaffected\b|\bremaining\b|\bfollow[- ]?ups?\b|\blater\b|\bfuture\b"
    r"|[❌✗✘☐⬜🔲⏳🚧⚠]"
)
_ALL = re.compile(
    r"(?i)^\W*(?:(?:verified|checked|protects?|keeps?|preserves?|honou?rs?)(?: that)? )?(?:all|every|each|the)(?: of)?"
    r"(?: the| our| \d+)?(?: \w+){0,2} (?:promises?|guarantees?|commitments?)\b"
)
_NONE = re.compile(
    r"(?i)^\W*(?:(?:none|n/a|nothing|not applicable)(?:\W*$|\W{1,3}(?:to|in this|here|affected|applicable|apply|applies|for this)\b"
    r"|\W{1,3}(?:(?:is|are|was|were) )?(?:affected|touched|changed|relevant|claimed)\b)"
    r"|n/a\b|none of (?:the |these |our |its )(?:\w+ ){0,3}(?:promises?|guarantees?|commitments?)\b"
    r"|no (?:\w+ ){0,3}(?:promises?|guarantees?|commitments?)\b)"
    r"|\bno (?:\w+ ){0,2}(?:promises?|guarantees?) (?:\w+ ){0,3}(?:affected|broken|touched|changed|violated|apply|applies)\b"
)
_YES = re.compile(
    r"(?i)^\W*(?:yes|kept|verified|pass(?:ed)?|done|met|validated|ok|protected|honou?red)\W*$|[✅✓✔☑]|\[x\]"
)
# What says of a promise that stands above it how it was verified.
_FIELD = re.compile(
    r"(?i)^(?:\[[ x]\])?[*_`\s✅✓✔-]{0,8}(?:unit |integration |e2e )?"
    r"(?:tests?|test (?:files?|cases?|names?)|(?:verified|covered|proved|tested|checked|protected) (?:by|in|with)"
    r"|proof|evidence|verification|coverage|status|how|where|implementation)[*_`\s]{0,4}:"
)
_TITLE = re.compile(r"(?:\*\*|__)[^*_]{1,100}(?:\*\*|__):?")
_MARKS = re.compile(r"<!--.*?(?:-->|$)|(?<!/)\*\*|__|~~|<[a-z/][^<>]{0,60}>")


@dataclass(frozen=True, slots=True)
class Claim:
    """One item. ``more`` is what stands below it, or in the other cells of its row; ``ticked`` None where it has no box."""

    text: str
    line: int
    ticked: bool | None = None
    more: tuple[str, ...] = ()
    general: bool = False  # it speaks of all promises at once

    @property
    def all(self) -> str:
        return " \n".join((self.text, *self.more))


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a report claims. ``prose`` is what its part says beside the items, ``line`` where the part begins, 0 without one."""

    claims: tuple[Claim, ...] = ()
    prose: tuple[tuple[int, str], ...] = ()
    line: int = 0
    more: int = 0  # items that were not read, since there are too many


def read(text: str, titles: Iterable[str] = TITLES) -> Claimed:
    """What the part of a report with one of these titles claims."""
    return _read(text, tuple(titles))


@lru_cache(maxsize=4)
def _read(text: str, titles: tuple[str, ...]) -> Claimed:
    wanted = {key(one) for one in titles}
    parts = [one for one in deliverables.parts(text, titles) if key(one.title) in wanted or not _NOT.search(one.title)]
    parts = [one for one in parts if not one.title.rstrip().endswith("?")]
    if not parts:
        return Claimed()
    best = [one for one in parts if key(one.title) in wanted] or parts[:1]
    ticks = {box.line: box.ticked for box in deliverables.checklist(text)}
    claims, prose, seen = list[Claim](), list[tuple[int, str]](), set[int]()
    for part in sorted(best, key=lambda one: one.line):
        for one in _of(part, ticks):
            line = one.line
            if line in seen:
                continue
            seen.add(line)
            if one.text.startswith("\0"):
                prose.append((line, one.text[1:]))
            else:
                claims.append(one)
    return Claimed(tuple(claims[:MOST]), tuple(prose), min(one.line for one in best), max(0, len(claims) - MOST))


def _of(part: Section, ticks: dict[int, bool]) -> Iterator[Claim]:
    """The items of one part; what is no item begins with a NUL."""
    if part.rest.strip():
        yield Claim(f"\0{_plain(part.rest)}", part.line)
    yield from _Part(part, ticks).items()


class _Part:
    """One pass over the lines of a part."""

    def __init__(self, part: Section, ticks: dict[int, bool]) -> None:
        lines = (one for one in part.lines if one.body.strip() and one.kind in ("text", "html", "heading"))
        self._lines = [one for one in lines if len(one.body) < _LONGEST_LINE]
        self._rows = {row.line: row for row in tables.rows(part.lines)}
        self._ticks = ticks
        self._left = min((one.indent for one in self._lines if one.marker), default=0)
        self._heads = dict(self._promises())
        self._out = False  # what follows is said not to be verified
        self._open: Claim | None = None
        self._under = False  # the promise that is open is a title, and what follows belongs to it

    def _promises(self) -> Iterator[tuple[int, bool | None]]:
        """The titles that are promises themselves, each with its box or that of one of the items below it.

        They have an id and none of their items has, or an item below says how they were verified.
        """
        title: Line | None = None
        below: list[Line] = []
        for line in [*self._lines, None]:
            if line is not None and not self._is_title(line, _plain(line.body)):
                below.append(line)
                continue
            if title is not None and not tables.is_row(below[0] if below else title):
                named = next(ids.within(_plain(title.body)), None) is not None
                if (named and not any(next(ids.within(one.body), None) for one in below)) or (
                    not named and any(_FIELD.match(one.body) for one in below)
                ):
                    boxes = {self._ticks[one.number] for one in (title, *below) if one.number in self._ticks}
                    yield title.number, max(boxes, default=None)
            title, below = line, []

    def items(self) -> Iterator[Claim]:
        for line in self._lines:
            plain = _plain(line.body)
            within = self._under and not self._is_title(line, plain)
            begins = not within and self._begins(line, plain)
            if self._open is not None and not begins and (line.indent > 0 or line.marker or within):
                self._open = replace(self._open, more=(*self._open.more, plain[:_LONGEST])[:50])
                continue
            if self._open is not None:
                yield self._open
                self._open = None
            yield from self._taken(line, plain)
        if self._open is not None:
            yield self._open

    def _begins(self, line: Line, plain: str) -> bool:
        return tables.is_row(line) or self._is_item(line, plain) or self._is_title(line, plain)

    def _taken(self, line: Line, plain: str) -> Iterator[Claim]:
        """A line that belongs to no item before it."""
        if tables.is_row(line):
            row = self._rows.get(line.number)
            if row is not None and not self._out:
                yield from _row(row, self._ticks)
        elif self._is_item(line, plain):
            self._under = line.number in self._heads
            ticked = self._heads.get(line.number, self._ticks.get(line.number))
            self._open = None if self._out and not self._under else _claim(plain, line, ticked)
        elif self._is_title(line, plain):
            self._under, self._out = False, bool(_NOT.search(plain))
        elif not self._out:
            yield Claim(f"\0{plain[:_LONGEST]}", line.number)

    def _is_title(self, line: Line, plain: str) -> bool:
        if line.kind == "heading":
            return True
        label = plain.rstrip(" *").endswith(":") or _TITLE.fullmatch(line.body.strip()) is not None
        return not line.marker and label and len(plain) < _LONGEST_LABEL

    def _is_item(self, line: Line, plain: str) -> bool:
        if line.number in self._heads:
            return True
        if line.kind == "heading":
            return next(ids.within(plain), None) is not None
        if line.marker:
            return line.indent <= self._left + 1
        return line.number in self._ticks


def _claim(text: str, line: Line, ticked: bool | None) -> Claim | None:
    text = re.sub(r"^(?:\[[ xX✓✔~-]\]|[✅✓✔☑️\s])+\s*", "", text)
    if ticked is False or not text.strip() or _NONE.search(text):
        return None
    if ticked is None and _NOT.search(text[:300]):
        return None
    return Claim(text[:_LONGEST], line.number, ticked, general=_ALL.match(text) is not None)


def _row(row: tables.Row, ticks: dict[int, bool]) -> Iterator[Claim]:
    state = row.under("status", "state", "result", "verified", "kept", "validated", "protected")
    text = row.under("promise", "promises", "guarantee", "commitment", "statement")
    if not text:
        text = next((cell for cell in row.cells if len(cell.split()) > 1 and cell != state), "")
    first = row.cells[0] if row.cells else ""
    name = first if first != text and next(ids.within(first), None) is not None else ""
    if not (text or name) or _NONE.search(text) or (state and _NOT.search(state)):
        return
    ticked = ticks.get(row.line)
    if ticked is False and not state:
        return
    said = f"{name}: {text}" if name else text
    more = tuple(cell for cell in row.cells if cell and cell not in (text, name, state))
    yes = True if ticked or (state and _YES.search(state)) else None
    yield Claim(said[:_LONGEST], row.line, yes, more, _ALL.match(text) is not None)


def _plain(text: str) -> str:
    return _MARKS.sub("", text).strip()


def lines(text: str) -> Iterator[tuple[int, str]]:
    """All that a report says, line by line, headings too."""
    for line in deliverables.lines(text):
        if line.body.strip() and line.kind not in ("fence", "hidden"):
            yield line.number, _plain(line.body)[:_LONGEST]
