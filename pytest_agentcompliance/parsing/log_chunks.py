"""Where the chunks of a log begin and end, and where it says how the run ended."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

from pytest_agentcompliance.parsing import log_signals, markdown
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.log_signals import Said
from pytest_agentcompliance.parsing.markdown import Line, stripped, unticked

MOST_NUMBERS = 1000  # that one heading may stand for

_HEADING = late(
    r"(?i)^(?:\d{1,4}[.)]\s+)?chunks?(?P<space>\s*[#:]?\s*)(?P<number>\d+(?:\.\d+)*[a-z]?(?![a-z0-9])|[ivxlc]+(?![a-z0-9])|[a-z](?![a-z0-9]))?"
    r"(?P<more>(?:\s*(?:[-–—]|to|through|thru|,|&|and|\+)\s*(?:chunk\s+)?\d+(?![\w.]))*)(?P<of>\s*(?:/|of)\s*\d+)?"
    r"(?P<mark>\s*(?P<dash>[-–—―−:.|~·•]+|->|→|(?=\())\s*|\s+|$)(?P<name>.*)$"
)
_WIDE = late(r"\s{3,}")
_ROMAN = late(r"(?i)^(?=.)(?:c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})$")
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True, slots=True)
class Head:
    """A chunk's heading. Its content is ``lines[first:end]``."""

    line: Line
    number: str
    numbers: tuple[int, ...]
    name: str
    first: int
    end: int
    dresses: tuple[str, ...]


@dataclass(slots=True)
class Outline:
    """The chunks, the signals with their line numbers, and the spans (from, to) that only count tokens."""

    heads: list[Head] = field(default_factory=list)
    signals: list[tuple[int, Said]] = field(default_factory=list)
    token_spans: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    number: str
    numbers: tuple[int, ...]
    name: str
    level: int
    dresses: tuple[str, ...]


@lru_cache(maxsize=4)
def read(text: str) -> tuple[list[Line], Outline]:
    """The lines of a log and its outline. Several rules ask for the same versions of a log; none may change what it gets."""
    lines = markdown.read(text)
    return lines, outline(lines)


@lru_cache(maxsize=4)
def numbers(text: str) -> tuple[str, ...]:
    """The numbers of the chunks of a log as its outline has them; what stands in the chunks is not looked at."""
    return tuple(found.number for _, found in sorted(_starts(markdown.headed(text)).items(), key=itemgetter(0)))


def outline(lines: list[Line]) -> Outline:
    """The chunks of a log in the order of their headings, and what else gives it its shape."""
    starts = _starts(lines)
    found = Outline()
    heading, depth = "", 0  # what the current line stands under
    opened: tuple[int, _Found] | None = None
    tokens: tuple[int, int] | None = None  # where a token summary began, and its level

    def close(at: int) -> None:
        nonlocal opened
        if opened is not None:
            start, one = opened
            found.heads.append(Head(lines[start], one.number, one.numbers, one.name, start + 1, at, one.dresses))
            opened = None

    for at, line in ((at, line) for at, line in enumerate(lines) if line.kind in ("text", "heading")):
        start = starts.get(at)
        if tokens and (start or (line.kind == "heading" and line.level <= tokens[1])):
            found.token_spans.append((tokens[0], at))
            tokens = None
        if start:
            close(at)
            opened = (at, start)
            heading, depth = line.body, start.level
            continue
        said = log_signals.signal(line, heading, depth if opened is None else 3)
        if said:
            found.signals.append((line.number, said))
            if tokens and tokens[1] == 7:
                found.token_spans.append((tokens[0], at))
                tokens = None
            if said.kind == "complete" and line.marker:
                continue
            if not said.dress.startswith("status line") or (said.kind == "complete" and "other words" not in said.dress):
                close(at)
        if log_signals.counts_tokens(line) and tokens is None:
            close(at)
            tokens = (at, line.level or 7)
        if line.kind == "heading":
            if opened is not None and line.level <= opened[1].level:
                close(at)
            heading, depth = line.body, line.level
    close(len(lines))
    if tokens:
        found.token_spans.append((tokens[0], len(lines)))
    return found


def _starts(lines: list[Line]) -> dict[int, _Found]:
    """The lines that begin a chunk. A bold line does where no heading has its number."""
    starts: dict[int, _Found] = {}
    current: _Found | None = None
    for at, line in enumerate(lines):
        if line.kind != "heading":
            continue
        found = _read(line.body, line.level, _style(line))
        if found is None:
            if current and line.level <= current.level:
                current = None
            continue
        if current and line.level > current.level and (not found.number or found.number == current.number):
            continue  # "### Chunk 3 verification" under "## Chunk 3"
        starts[at] = current = found
    taken = {found.number for found in starts.values()}
    level = 2
    for at, line in enumerate(lines):
        if line.kind == "heading":
            level = line.level
        elif line.kind == "text" and not line.marker and line.indent < 4 and line.body.startswith(("**", "__")):
            inside, mark, after = line.body[2:].partition(line.body[:2])
            found = (
                _read(inside.strip().rstrip(":"), level, ("bold line as a heading",)) if mark and not after.strip(" :") else None
            )
            if found and found.number and found.number not in taken:
                starts[at] = found
    return starts


def _style(line: Line) -> tuple[str, ...]:
    underlined = ["underlined heading"] if line.info in ("=", "-") else []
    return (*underlined, *([f"heading of level {line.level}"] if line.level != 2 else []))


def _read(text: str, level: int, dresses: tuple[str, ...]) -> _Found | None:
    text = _WIDE.sub("  ", text[:1000])
    plain = stripped(unticked(text)).strip("_ ")
    if unticked(text) != text or plain != text.strip():
        dresses = (*dresses, "emphasis or signs in the heading")
    found = _HEADING.match(plain)
    if found is None or (found["number"] is None and not (found["dash"] and found["name"])):
        return None
    number, more = found["number"] or "", found["more"].strip()
    if number and not found["space"].strip() and not found["space"] and not number[0].isdigit():
        return None  # "Chunking", "Chunks"
    if number.isalpha() and (not found["dash"] or (len(number) == 1 and number.islower())) and (found["name"] or number.islower()):
        return None  # "Chunk a list"
    dash = found["dash"] or ""
    if dash != "—" and (dash or found["name"]):
        dresses = (*dresses, f"{dash!r} instead of '—'" if dash else "no dash before the name")
    if found["of"]:
        dresses = (*dresses, "a total beside the number")
    if "#" in found["space"] or ":" in found["space"]:
        dresses = (*dresses, "a sign before the number")
    name = found["name"].strip(" —–-:*_")
    written = found.string[found.start("number") : found.end("more")].strip() if number else ""
    return _Found(written, _numbers(number, more), name, level, dresses)


def _numbers(number: str, more: str) -> tuple[int, ...]:
    if not number.isdigit():
        return (_roman(number),) if number and _ROMAN.match(number) else ()
    if len(number) > 9:
        return ()
    numbers = [int(number)]
    for joint, last in re.findall(r"([-–—]|to|through|thru|,|&|and|\+)\s*(?:chunk\s+)?(\d{1,9})(?!\d)", more, re.IGNORECASE):
        upper = int(last)
        spans = joint.lower() not in (",", "&", "and", "+")
        numbers.extend(range(numbers[-1] + 1, min(upper, numbers[-1] + MOST_NUMBERS) + 1) if spans else [upper])
    return tuple(numbers[:MOST_NUMBERS])


def _roman(text: str) -> int:
    values = [_ROMAN_DIGITS[char] for char in text.lower()]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
