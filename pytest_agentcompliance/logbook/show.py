"""What the reader understood of a log, for programs and for people."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.evidence import ChunkLog
from pytest_agentcompliance.evidence.log import Chunk, Claim
from pytest_agentcompliance.reporters.text import shown
from pytest_agentcompliance.sources import gather


def read(file: Path) -> ChunkLog:
    """The log at a path of the disk. Raises ``UsageError`` where none can be read."""
    log = gather.from_disk(file)
    if log.problem:
        raise UsageError(log.problem)
    return log


def as_json(log: ChunkLog) -> str:
    """One JSON object, always valid UTF-8; ``document`` says what is in it."""
    return json.dumps(document(log), ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace").decode() + "\n"


def document(log: ChunkLog) -> dict[str, Any]:
    """``path``, ``chunks``, ``unchunked_files``, ``signal`` and ``tokens``.

    A chunk has ``number`` (an integer, or a text where it is none), ``name``, ``line``, ``fields`` by canonical name
    (those with content), ``files`` and ``commands``. Signal and tokens are those that stand last in the log.
    """
    tokens = log.tokens[-1] if log.tokens else None
    return {
        "path": log.path,
        "chunks": [_chunk(chunk) for chunk in log.chunks],
        "unchunked_files": [_claim(claim) for claim in log.unchunked_files],
        "signal": {"kind": log.signal.kind, "line": log.signal.at.line},
        "tokens": {"input": tokens.input if tokens else None, "output": tokens.output if tokens else None},
    }


def _chunk(chunk: Chunk) -> dict[str, Any]:
    return {
        "number": int(chunk.number) if chunk.number.isdecimal() else chunk.number,
        "name": chunk.name,
        "line": chunk.at.line,
        "fields": {name: field.text for name, field in chunk.fields.items() if field.text},
        "files": [_claim(claim) for claim in chunk.files],
        "commands": [{"command": one.command, "outcome": one.outcome} for one in chunk.commands],
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {"path": claim.path, "status": claim.status, "line": claim.at.line}


def lines(log: ChunkLog) -> Iterator[str]:
    """The same in short: a line for each chunk, field, file and command."""
    for chunk in log.chunks:
        yield shown(f"{log.path}:{chunk.at.line}: chunk {chunk.number} — {chunk.name or '(no name)'}")
        yield from (f"  {name}: {_short(field.text)}" for name, field in chunk.fields.items())
        yield from _files(chunk.files)
        yield from (f"  ran {shown(one.command)}: {one.outcome or 'outcome not said'}" for one in chunk.commands)
    if not log.chunks:
        yield shown(f"{log.path}: no chunk")
    if log.unchunked_files:
        yield "outside of the chunks"
        yield from _files(log.unchunked_files)
    yield f"signal: {log.signal.kind}" + (f", line {log.signal.at.line}" if log.signal.at.line else "")
    tokens = log.tokens[-1] if log.tokens else None
    counts = (tokens.input, tokens.output) if tokens else (None, None)
    yield f"tokens: input {_known(counts[0])}, output {_known(counts[1])}"


def _files(claims: Iterable[Claim]) -> Iterator[str]:
    for claim in claims:
        yield shown(f"  file {claim.path}" + (f" ({claim.status})" if claim.status else "") + f", line {claim.at.line}")


def _short(text: str) -> str:
    text = shown(" ".join(text.split()))
    return text if len(text) <= 100 else text[:97] + "..."


def _known(number: int | None) -> str:
    return "not said" if number is None else f"{number:,}"
