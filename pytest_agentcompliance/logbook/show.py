"""What the reader understood of a log, for programs and for people."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.evidence import ChunkLog
from pytest_agentcompliance.evidence.log import Chunk, Claim, Command, Part
from pytest_agentcompliance.reporters.text import shown
from pytest_agentcompliance.sources import log_file

LONGEST_NUMBER = 1000  # digits of a chunk's number that is shown as one


def read(file: Path) -> ChunkLog:
    """The log at a path of the disk. Raises ``UsageError`` where none can be read."""
    log = log_file.from_disk(file)
    if log.problem:
        raise UsageError(log.problem)
    return log


def as_json(log: ChunkLog) -> str:
    """One JSON object, always valid UTF-8; ``document`` says what is in it."""
    return json.dumps(document(log), ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace").decode() + "\n"


def document(log: ChunkLog) -> dict[str, Any]:
    """``path``, ``chunks``, ``unchunked_files``, ``looked_at``, ``unchunked_commands``, ``signal`` and ``tokens``.

    A chunk has ``number`` (an integer, or a text where it is none), ``name``, ``line``, ``fields`` by canonical name
    (those with content), ``files``, ``looked_at`` and ``commands``. A file that the log says was not changed has
    ``changed``: false; those of a list of files that were only looked at, or are still to be changed, are under
    ``looked_at``. Signal and tokens are those that stand last in the log.
    """
    tokens = log.tokens[-1] if log.tokens else None
    return {
        "path": log.path,
        "chunks": [_chunk(chunk) for chunk in log.chunks],
        "unchunked_files": _changed(log.unchunked_files),
        "looked_at": _looked_at(log.unchunked_files),
        "unchunked_commands": [_command(one) | {"line": one.at.line} for one in log.unchunked_commands],
        "signal": {"kind": log.signal.kind, "line": log.signal.at.line},
        "tokens": {"input": tokens.input if tokens else None, "output": tokens.output if tokens else None},
    }


def _chunk(chunk: Chunk) -> dict[str, Any]:
    return {
        "number": int(chunk.number) if len(chunk.number) < LONGEST_NUMBER and chunk.number.isdecimal() else chunk.number,
        "name": chunk.name,
        "line": chunk.at.line,
        "fields": {name: field.text for name, field in chunk.fields.items() if field.text},
        "files": _changed(chunk.files),
        "looked_at": _looked_at(chunk.files),
        "commands": [_command(one) for one in chunk.commands],
    }


def _changed(claims: Iterable[Claim]) -> list[dict[str, Any]]:
    """The files of the lists of changed files, with those that the list itself says were left alone."""
    return [_claim(claim) | ({} if claim.changed else {"changed": False}) for claim in claims if not claim.aside]


def _looked_at(claims: Iterable[Claim]) -> list[dict[str, Any]]:
    return [_claim(claim) for claim in claims if claim.aside]


def _claim(claim: Claim) -> dict[str, Any]:
    return {"path": claim.path, "status": claim.status, "line": claim.at.line}


def _command(one: Command) -> dict[str, Any]:
    return {"command": one.command, "outcome": one.outcome}


def line_by_line(log: ChunkLog) -> Iterator[str]:
    """What the reader took each line for."""
    for number, part in enumerate(log.parts, start=1):
        yield shown(f"{log.path}:{number}: {_part(log, part)}")


def _part(log: ChunkLog, part: Part) -> str:
    chunk = f"chunk {log.chunks[part.chunk].number}: " if part.chunk is not None else ""
    return chunk + part.name + (f" of {part.field}" if part.field else "")


def lines(log: ChunkLog) -> Iterator[str]:
    """The same in short: a line for each chunk, field, file and command."""
    for chunk in log.chunks:
        yield shown(f"{log.path}:{chunk.at.line}: chunk {chunk.number} — {chunk.name or '(no name)'}")
        yield from (f"  {name}: {_short(field.text)}" for name, field in chunk.fields.items())
        yield from _files(chunk.files)
        yield from map(_ran, chunk.commands)
    if not log.chunks:
        yield shown(f"{log.path}: no chunk")
    if log.unchunked_files or log.unchunked_commands:
        yield "outside of the chunks"
        yield from _files(log.unchunked_files)
        yield from map(_ran, log.unchunked_commands)
    yield f"signal: {log.signal.kind}" + (f", line {log.signal.at.line}" if log.signal.at.line else "")
    tokens = log.tokens[-1] if log.tokens else None
    counts = (tokens.input, tokens.output) if tokens else (None, None)
    yield f"tokens: input {_known(counts[0])}, output {_known(counts[1])}"


def _files(claims: Iterable[Claim]) -> Iterator[str]:
    for claim in claims:
        what = "file" if not claim.aside else "looked at or to come:"
        said = f" ({claim.status})" if claim.status else ""
        left = "" if claim.changed or claim.aside else ", not changed"
        yield shown(f"  {what} {claim.path}{said}, line {claim.at.line}{left}")


def _ran(one: Command) -> str:
    return f"  ran {shown(one.command)}: {one.outcome or 'outcome not said'}"


def _short(text: str) -> str:
    text = shown(" ".join(text.split()))
    return text if len(text) <= 100 else text[:97] + "..."


def _known(number: int | None) -> str:
    return "not said" if number is None else f"{number:,}"
