"""What a log says, apart from how it is written: the same before and after its form is mended."""

import re
from dataclasses import dataclass

from pytest_agentcompliance.evidence import Chunk, ChunkLog
from pytest_agentcompliance.evidence.log import Claim
from pytest_agentcompliance.parsing.markdown import word_set

_JOINTS = re.compile(r"[,;]")
_STATUS = word_set("created create new modified modify changed change added add updated update edited edit deleted delete removed"
                   " remove touched affected extended renamed moved generated fixed refactored written")  # fmt: skip

Said = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class ChunkFacts:
    """A chunk: its number and name, its fields by name, the files it claims, the commands it ran."""

    number: str
    numbers: tuple[int, ...]
    name: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[Said, ...]
    commands: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """A whole log."""

    chunks: tuple[ChunkFacts, ...]
    files: tuple[Said, ...]
    signals: tuple[tuple[str, str], ...]
    tokens: tuple[tuple[int | None, int | None], ...]


def of(log: ChunkLog) -> Facts:
    return Facts(
        tuple(map(_chunk, log.chunks)),
        _claims(log.unchunked_files),
        tuple((signal.kind, _folded(signal.reason)) for signal in log.signals),
        tuple((one.input, one.output) for one in log.tokens),
    )


def _chunk(chunk: Chunk) -> ChunkFacts:
    return ChunkFacts(
        chunk.number,
        chunk.numbers,
        _folded(chunk.name),
        tuple(sorted((name, _text(name, field.text)) for name, field in chunk.fields.items())),
        _claims(chunk.files),
        tuple((_folded(one.command), one.outcome) for one in chunk.commands),
    )


def _claims(claims: tuple[Claim, ...]) -> tuple[Said, ...]:
    return tuple(sorted((claim.path, claim.status, claim.changed) for claim in claims))


def _text(name: str, text: str) -> str:
    """The text of a field; of files without what joins them and the status words, which the claims carry."""
    if name != "files_changed":
        return _folded(text)
    words = _JOINTS.sub(" ", text).split()
    return _folded(" ".join(word.rstrip(":") for word in words if word.strip("():").lower() not in _STATUS))


def _folded(text: str) -> str:
    return " ".join(text.replace("**", "").split())
