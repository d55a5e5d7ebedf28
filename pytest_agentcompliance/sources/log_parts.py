"""What each line of a log was read as: every line is one part, and only one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from pytest_agentcompliance.evidence.log import FieldName, Part, PartName
from pytest_agentcompliance.parsing.log_chunks import Head, Outline
from pytest_agentcompliance.parsing.log_fields import Content, Role
from pytest_agentcompliance.parsing.markdown import Line

_FIELDS: dict[str, FieldName] = {name: name for name in get_args(FieldName)}
_NAMED: dict[PartName, Part] = {name: Part(name) for name in get_args(PartName)}


def parts(lines: list[Line], outline: Outline, contents: Sequence[Content]) -> tuple[Part, ...]:
    """One part for each line, from what the reader has taken it for; ``contents`` are those of the chunks in turn."""
    begun = min((head.first - 1 for head in outline.heads), default=len(lines))
    found: list[Part] = []
    opened = False  # a section: a heading below the title, or anything behind a chunk
    for at, line in enumerate(lines):
        opened = opened or at >= begun or (line.kind == "heading" and line.level > 1)
        found.append(_NAMED[_outside(line, opened=opened)])
    for first, end in outline.token_spans:
        for at in range(first, end):
            if lines[at].kind not in ("blank", "hidden", "rule"):
                found[at] = _NAMED["tokens"]
    for chunk, (head, content) in enumerate(zip(outline.heads, contents, strict=True)):
        found[head.first - 1 : head.end] = _of_chunk(chunk, head, content, lines)
    for number, _ in outline.signals:
        at = number - lines[0].number
        found[at] = replace(_NAMED["signal"], chunk=found[at].chunk)
    return tuple(found)


def _of_chunk(chunk: int, head: Head, content: Content, lines: list[Line]) -> list[Part]:
    """The parts of a chunk's heading and of the lines under it."""
    known: dict[tuple[Role, str | None], Part] = {}
    found = [Part("heading", chunk)]
    for at, taken in enumerate(content.taken, start=head.first):
        if taken not in known:
            name, field = taken
            known[taken] = _NAMED[name] if name in ("blank", "hidden") else Part(name, chunk, _FIELDS.get(field or ""))
        under = lines[at].kind == "under" and found[-1].name == "heading"
        found.append(found[0] if under else known[taken])
    return found


def _outside(line: Line, *, opened: bool) -> PartName:
    if line.kind == "blank":
        return "blank"
    if line.kind == "hidden":
        return "hidden"
    if line.kind == "rule":
        return "other"
    return "section" if opened else "preamble"
