"""A whole log in the specified form, held to the facts that it had; what would change one of them stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pytest_agentcompliance.evidence import ChunkLog
from pytest_agentcompliance.logbook import fix_chunk, fix_ends, fix_facts, fix_rows
from pytest_agentcompliance.logbook.fix_chunk import WAYS, Way
from pytest_agentcompliance.logbook.fix_facts import ChunkFacts, Facts
from pytest_agentcompliance.logbook.fix_rows import Row
from pytest_agentcompliance.parsing import log_chunks, log_signals, markdown
from pytest_agentcompliance.parsing.log_chunks import Head
from pytest_agentcompliance.parsing.log_signals import Said
from pytest_agentcompliance.parsing.markdown import Line
from pytest_agentcompliance.sources import log

MOST_ALONE = 8  # edits outside of the chunks that are tried one by one when they cannot all be kept


@dataclass(slots=True)
class Plan:
    """What is to be mended: a way for each chunk (None: none), headings to level 2, and the lines outside of the chunks."""

    ways: list[Way | None]
    levels: bool = True
    ends: frozenset[int] | None = None  # None: all of them


@dataclass
class Source:
    """A log as it is read: its rows, the reader's lines and outline, and what it says."""

    text: str
    path: str
    rows: list[Row] = field(init=False)
    lines: list[Line] = field(init=False)
    outline: log_chunks.Outline = field(init=False)
    levels: list[int] = field(init=False)
    signals: dict[int, Said] = field(init=False)  # by line, counted from 0: those that stand in no chunk
    counted: frozenset[int] = field(init=False)  # the lines that head a token summary

    def __post_init__(self) -> None:
        self.rows = fix_rows.split(self.text)
        self.lines = markdown.read(self.text)
        self.outline = log_chunks.outline(self.lines)
        self.levels = fix_ends.levels(self.lines, self.outline.heads)
        inside = {at for head in self.outline.heads for at in range(head.first - 1, head.end)}
        self.signals = {number - 1: said for number, said in self.outline.signals if number - 1 not in inside}
        self.counted = frozenset(
            first for first, end in self.outline.token_spans if any(map(log_signals.tokens, self.lines[first:end]))
        )

    @cached_property
    def parsed(self) -> ChunkLog:
        return log.parse(self.text, self.path)

    @cached_property
    def facts(self) -> Facts:
        return fix_facts.of(self.parsed)


def rewritten(source: Source) -> Source:
    """The log in the specified form as far as its facts allow; the log itself where they allow nothing."""
    heads = source.outline.heads
    plan = Plan([WAYS[0]] * len(heads))
    text = render(source, plan)
    if text == source.text:
        return source
    new = Source(text, source.path)
    if new.facts == source.facts:
        return new
    plan.ways = [_way(source, at, facts) for at, facts in enumerate(source.facts.chunks)]
    for levels in (True, False):
        plan.levels = levels
        for ends in _choices(source):
            plan.ends = ends
            new = Source(render(source, plan), source.path)
            if new.facts == source.facts:
                return new
    if len(new.facts.chunks) == len(heads):  # leave the chunks that would not say the same
        said = zip(plan.ways, source.facts.chunks, new.facts.chunks, strict=True)
        plan.ways = [way if before == after else None for way, before, after in said]
        new = Source(render(source, plan), source.path)
    return new if new.facts == source.facts else source


def _choices(source: Source) -> list[frozenset[int] | None]:
    """Which lines outside of the chunks to mend: all, each alone, none."""
    edits = sorted([*source.signals, *source.counted])
    alone = [frozenset((at,)) for at in reversed(edits)] if 1 < len(edits) <= MOST_ALONE else []
    return [None, *alone, frozenset()]


def _way(source: Source, at: int, facts: ChunkFacts) -> Way | None:
    """The most that can be mended of a chunk by itself."""
    head = source.outline.heads[at]
    said = [one.kind for number, one in source.outline.signals if head.first <= number <= head.end]
    for way in WAYS:
        rows = [Row(f"## Chunk {facts.number or '—'} — {facts.name}"), *_chunk(source, head, source.levels[at], way, promote=True)]
        found = fix_facts.of(log.parse("\n".join(row.text for row in rows), source.path))
        if len(found.chunks) == 1 and not found.files and found.chunks[0].fields == facts.fields:
            one = found.chunks[0]
            if (one.files, one.commands, [kind for kind, _ in found.signals]) == (facts.files, facts.commands, said):
                return way
    return None


def render(source: Source, plan: Plan) -> str:
    """The log with all of a plan's edits."""
    rows: list[Row] = []
    at = 0
    for index, head in enumerate(source.outline.heads):
        rows += _outside(source, at, head.first - 1, plan, source.levels[index - 1] if index else fix_ends.LEVEL)
        level = fix_ends.LEVEL if plan.levels else source.levels[index]
        top = source.rows[head.first - 1]
        rows.append(Row(_upright(head.line, fix_ends.heading(head, level)), top.end))
        rows += _chunk(source, head, source.levels[index], plan.ways[index], promote=plan.levels)
        at = head.end
    rows += _outside(source, at, len(source.rows), plan, source.levels[-1] if source.levels else fix_ends.LEVEL)
    return fix_rows.joined(rows, source.text)


def _chunk(source: Source, head: Head, level: int, way: Way | None, *, promote: bool) -> list[Row]:
    """The lines under a chunk's heading."""
    first = head.first
    if head.dresses and head.line.kind == "heading" and head.line.info in ("=", "-"):
        first = fix_ends.underlined(source.lines, head.first - 1)
    lines: Sequence[Line] = source.lines[first : head.end]
    placed = fix_chunk.rewritten(lines, way) if way else ((line, line.text) for line in lines)
    rows = []
    for line, text in placed:
        row = source.rows[line.number - 1]
        risen = None
        if promote and level < fix_ends.LEVEL and line.kind == "heading" and text == line.text:
            risen = fix_ends.relevelled(source.lines, line.number - 1, min(line.level + fix_ends.LEVEL - level, 6))
        new = _upright(line, risen[0] if risen and risen[1] == 1 else text)
        rows.append(row if new == row.text else Row(new, row.end))
    return rows


def _outside(source: Source, first: int, end: int, plan: Plan, level: int) -> list[Row]:
    """The lines between two chunks."""
    lines, rows = source.lines, list[Row]()
    risen = dict(fix_ends.promoted(lines, first, end, level)) if plan.levels and level > fix_ends.LEVEL and first else {}
    last = source.outline.heads[-1].first if source.outline.heads else 0
    at = first
    while at < end:
        line, row, chosen = lines[at], source.rows[at], plan.ends is None or at in plan.ends
        new: str | None = None
        if chosen and at in source.signals:
            new = fix_ends.signal(line, source.signals[at], late=at >= last)
        if new is not None:
            if rows and not fix_rows.is_blank(rows[-1]):
                rows.append(Row("", row.end))
            rows.append(Row(new, row.end))
            at = fix_ends.underlined(lines, at)
            if line.kind == "heading" and at < len(lines) and lines[at].kind != "blank":
                rows.append(Row("", row.end))
            continue
        if chosen and at in source.counted and at not in source.signals and fix_ends.counts(line):
            rows.append(Row(fix_ends.TOKENS, row.end))
            at = fix_ends.underlined(lines, at)
            continue
        risen_to = fix_ends.relevelled(lines, at, risen[at]) if at in risen else None
        text = _upright(line, risen_to[0] if risen_to else row.text)
        rows.append(row if text == row.text else Row(text, row.end))
        at += risen_to[1] if risen_to else 1
    return rows


def _upright(line: Line, text: str) -> str:
    """A heading without indentation, or it would be part of the list that now stands above it."""
    return text.lstrip(" ") if line.kind in ("heading", "under") else text
