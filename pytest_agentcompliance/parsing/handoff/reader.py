"""Find the hand-offs in a text: JSON, in a fence or bare, that says who hands over, or what is handed over."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

from pytest_agentcompliance.parsing.handoff.record import HandOff, Note, Value, plain_name
from pytest_agentcompliance.parsing.handoff.relaxed import LONGEST, Broken, Parser

SIGNS = (b"self_healing_log", b"selfHealingLog", b"next_agent", b"nextAgent", b"handoff\"", b"handOff\"", b"hand_off\"")
PARTS = frozenset(("deliverables", "verification", "selfhealinglog", "api", "nextagent"))

_OPEN = re.compile(r"\{(?=\s*[\"'/#])")
_SIGN = re.compile(r"(?i)self_?healing_?log|next_?agent|[\"'\s{]hand_?off[\"']?\s{0,9}:")
_FENCE = re.compile(r"^[ \t>]{0,12}(?:```|~~~)", re.MULTILINE)
_QUOTED = re.compile(r'(?i)"(?:hand_?off|self_?healing_?log|next_?agent|deliverables)"\s{0,9}:')
_CODE = re.compile(r"[`~]{3,}\s{0,4}(?:py|ts|js|tsx|jsx|java|go|rust|sh|bash|diff|yaml)")
_SKETCHED = ("...", "\u2026", "<", "[...", "{...")
_HIDDEN = re.compile(r"[^\n]")
_WITHIN = 3  # objects in objects in which one is looked for
_FIRST = 600  # characters in which a broken one has its first sign
_REACH = 20_000  # and in which it ends


@lru_cache(maxsize=32)  # four rules ask about one text
def read(text: str) -> tuple[HandOff, ...]:
    """The hand-offs of a text, in order; also those that look like one and cannot be read. Never fails.

    What a comment of HTML hides from who reads the text does not count.
    """
    text = text[:LONGEST]
    if _SIGN.search(text) is None:
        return ()
    if "<!--" in text:
        text = _shown(text)
    signs = [found.start() for found in _SIGN.finditer(text)]
    return tuple(_read(text, signs)) if signs else ()


def _read(text: str, signs: list[int]) -> Iterator[HandOff]:
    parser, at = Parser(text), 0
    fences = [found.start() for found in _FENCE.finditer(text)]
    while found := _OPEN.search(text, at):
        start = found.start()
        if bisect_left(signs, start) == len(signs):
            return  # nothing behind here speaks of a hand-off
        if parser.left < 0:
            line = parser.line(signs[bisect_left(signs, start)])
            yield HandOff(line, line, problem=Note(line, "there is too much before it to be read"))
            return
        try:
            value, end = parser.object_at(start)
        except Broken as wrong:
            at = max(wrong.at, start + 1)
            stop = _end(start, len(text), fences)
            if _was_meant(text, start, stop, signs, fences):
                where = min(wrong.at, stop - 1)
                sketch = text.startswith(_SKETCHED, where)
                note = Note(parser.line(where), wrong.why)
                yield HandOff(parser.line(start), parser.line(stop - 1), problem=note, sketch=sketch)
                at = max(at, stop)
            continue
        at = end
        quirks, twice = tuple(parser.quirks), tuple(parser.twice)
        for root in _within(value, 0):
            yield HandOff(root.line, parser.line(end - 1), root, quirks, twice)


def _was_meant(text: str, start: int, stop: int, signs: list[int], fences: list[int]) -> bool:
    """Whether what cannot be read was to be a hand-off, and is no code: names in double quotes, or a fence that says JSON."""
    near = bisect_left(signs, start)
    if bisect_left(signs, stop) - near < 2 or signs[near] - start > _FIRST:
        return False
    before = bisect_left(fences, start)
    opened = text[fences[before - 1] : fences[before - 1] + 40].partition("\n")[0].lower() if before % 2 else ""
    return "json" in opened or (_QUOTED.search(text, start, min(stop, start + _FIRST)) is not None and not _CODE.search(opened))


def _shown(text: str) -> str:
    """The text with blanks in the place of comments; in a fence there are none."""
    fences = [found.start() for found in _FENCE.finditer(text)]
    parts, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        inside = bisect_left(fences, start) % 2 == 1
        end = start + 4 if inside else text.find("-->", start + 4) + 3
        if end < start + 4:
            end = len(text)
        parts += [text[at:start], text[start:end] if inside else _HIDDEN.sub(" ", text[start:end])]
        at = end
    return "".join([*parts, text[at:]])


def _end(start: int, length: int, fences: list[int]) -> int:
    after = bisect_left(fences, start)
    return min(length, start + _REACH, fences[after] if after < len(fences) else length)


def _within(value: Value, depth: int) -> Iterator[Value]:
    """The hand-offs in a value: itself, or what it wraps."""
    if _is_handoff(value):
        yield value
    elif depth < _WITHIN:
        for inner in (*value.fields.values(), *value.items):
            yield from _within(inner, depth + 1)


def _is_handoff(value: Value) -> bool:
    names = {plain_name(name) for name in value.fields}
    if names & {"schema", "properties"} or any(_describes(one) for one in value.fields.values()):
        return False
    head = value.get("handoff")
    if head is not None and head.get("agent", "status", "from_agent") is not None:
        return True
    return len(names & PARTS) > 2 or ("selfhealinglog" in names and "nextagent" in names)


def _describes(value: Value) -> bool:
    """Whether a value says what should stand there: a JSON schema's."""
    kind = value.get("type")
    return kind is not None and any(value.get(name) is not None for name in ("properties", "description", "items", "enum"))
