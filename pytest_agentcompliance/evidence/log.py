"""The log that the agent wrote while it worked, chunk by chunk, whatever dialect it was written in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from pytest_agentcompliance.place import Place

FieldName = Literal[
    "objective",
    "files_changed",
    "summary",
    "reuse",
    "reused",
    "new",
    "why_new",
    "ports_adapters",
    "core",
    "adapters",
    "commands",
    "notes",
]
SignalKind = Literal["complete", "blocked", "partial", "in-progress", "none"]
PartName = Literal["preamble", "heading", "label", "text", "section", "signal", "tokens", "blank", "hidden", "other"]


@dataclass(frozen=True, slots=True)
class LogField:
    """One labelled part of a chunk: what it says, the label as written, and the line of the label.

    ``text`` is empty where the label stands and nothing follows it.
    """

    text: str
    label: str
    line: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One file that the log says was changed. ``path`` is as written, without quotes and status words.

    ``changed`` is False where the log itself says that the file was only looked at; ``aside`` where it stands in a
    list of such files, or of files that are still to be changed, and not among those that were changed. ``new`` is
    False for a claim outside the chunks that the log already made at base; a chunk's claims are as new as the chunk.
    """

    path: str
    status: str
    at: Place
    changed: bool = True
    new: bool = True
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command that the log says was run; ``outcome`` is pass, fail or empty where the log does not say."""

    command: str
    outcome: str
    at: Place


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk. ``number`` is as written ("3", "7-9", "III"); ``numbers`` are the integers that it stands for."""

    number: str
    numbers: tuple[int, ...]
    name: str
    at: Place
    fields: Mapping[FieldName, LogField]
    files: tuple[Claim, ...] = ()
    commands: tuple[Command, ...] = ()
    text: str = ""
    new: bool = True  # not in the log as it stood at base


@dataclass(frozen=True, slots=True)
class Signal:
    """How the log says that the run ended, and where. ``dress`` names how it is written, empty when plain.

    ``text`` is the line without its dress.
    """

    kind: SignalKind
    at: Place
    dress: str = ""
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The stated token counts; None where the summary does not give one."""

    input: int | None
    output: int | None
    at: Place


@dataclass(frozen=True, slots=True)
class Dress:
    """A way of writing that differs from the specified form and loses nothing; ``count`` says how often.

    ``part`` names what is dressed: heading, label, signal, path or tokens.
    """

    what: str
    at: Place
    count: int
    part: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one line was read as. ``chunk`` is the place of its chunk in the log, from 0; ``field`` is of a label or its text.

    ``other`` is a rule, and what stands in a chunk without belonging to a field; ``section`` is what stands outside
    of the chunks, ``preamble`` before the first of them and before any section.
    """

    name: PartName
    chunk: int | None = None
    field: FieldName | None = None


@dataclass(frozen=True)
class ChunkLog:
    """A log, read. ``problem`` says why a log that is there could not be read at all; ``parts`` has one for each line."""

    path: str
    chunks: tuple[Chunk, ...] = ()
    unchunked_files: tuple[Claim, ...] = ()
    signals: tuple[Signal, ...] = ()
    tokens: tuple[Tokens, ...] = ()
    dresses: tuple[Dress, ...] = ()
    lines: int = 0
    problem: str = ""
    stray: bool = False  # it was not found in its place, but elsewhere
    last_line: int = field(default=0)  # of the last line that says anything
    after_signal: Place | None = None  # the first text after the last signal that counts no tokens
    unchunked_commands: tuple[Command, ...] = ()
    named: tuple[tuple[str, Place], ...] = ()  # of a log without chunks: files that it names in passing, marked as code or bold
    parts: tuple[Part, ...] = ()

    @cached_property
    def signal(self) -> Signal:
        """The one that governs: the last."""
        return self.signals[-1] if self.signals else Signal("none", Place(self.path))

    @property
    def new_chunks(self) -> tuple[Chunk, ...]:
        return tuple(chunk for chunk in self.chunks if chunk.new)

    def claims(self, *, new_only: bool = False) -> Iterator[tuple[Chunk | None, Claim]]:
        """Every claimed file with the chunk that claims it; None for one that stands outside the chunks."""
        for chunk in self.new_chunks if new_only else self.chunks:
            yield from ((chunk, claim) for claim in chunk.files)
        yield from ((None, claim) for claim in self.unchunked_files if claim.new or not new_only)
