"""The pieces of a log that answer for type checks, with the packages that each touched and the checks that it shows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.parsing.chunk_packages import ChunkPackages
from pytest_agentcompliance.parsing.packages import Package, Packages, Readable
from pytest_agentcompliance.parsing.verifications import Ran, Shown, Verifications
from pytest_agentcompliance.place import Place


class ClaimLike(Protocol):
    @property
    def path(self) -> str: ...
    @property
    def changed(self) -> bool: ...
    @property
    def aside(self) -> bool: ...
    @property
    def new(self) -> bool: ...


class CommandLike(Protocol):
    @property
    def command(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def at(self) -> Place: ...


class ChunkLike(Protocol):
    @property
    def number(self) -> str: ...
    @property
    def at(self) -> Place: ...
    @property
    def text(self) -> str: ...
    @property
    def files(self) -> Sequence[ClaimLike]: ...
    @property
    def commands(self) -> Sequence[CommandLike]: ...
    @property
    def new(self) -> bool: ...


class LogLike(Protocol):
    @property
    def path(self) -> str: ...
    @property
    def chunks(self) -> Sequence[ChunkLike]: ...
    @property
    def unchunked_files(self) -> Sequence[ClaimLike]: ...


@dataclass(slots=True)
class Piece:
    """A chunk, or a whole log without chunks. ``packages`` are those whose code it changed and that can be type checked."""

    who: str
    line: int
    text: str
    claims: tuple[str, ...]
    commands: tuple[Ran, ...] = ()
    packages: frozenset[Package] = frozenset()
    shown: list[Shown] = field(default_factory=list)

    def of(self, package: Package) -> list[Shown]:
        return [one for one in self.shown if package in one.covers]


@dataclass(frozen=True, slots=True)
class Asked:
    """What counts as code and as a type check: parameters of the rules."""

    scripts: Sequence[str]
    code: Sequence[str]
    exempt: Sequence[str]
    builds: bool


Files = Mapping[str, Readable]


def pieces(log: LogLike, changed: Iterable[str], base: Files, head: Files, asked: Asked) -> tuple[list[Piece], list[Shown]]:
    """The new chunks of a log, and what stands outside of them; of a log without any chunk the whole, as one piece."""
    packages = Packages(head)
    changed = frozenset(changed)
    touched = ChunkPackages(
        changed, (head, packages), Packages(base), code=asked.code, exempt=asked.exempt, scripts=asked.scripts
    )  # fmt: skip
    found = [_piece(chunk) for chunk in log.chunks if chunk.new]
    if not log.chunks:
        claims = tuple(one.path for one in log.unchunked_files if one.changed and not one.aside and one.new)
        found = [Piece("the log", 1, _outside(log, base, head), claims)]
    for piece in found:
        piece.packages = touched.of(piece.claims)
    reader = Verifications(packages, asked.scripts, builds=asked.builds)
    everything = frozenset(package for piece in found for package in piece.packages)
    for piece in found:
        piece.shown = reader.shown(piece.commands, piece.text, piece.line, piece.packages or everything)
    missing = frozenset(package for piece in found for package in piece.packages if not piece.of(package))
    outside = reader.shown((), _outside(log, base, head), 1, missing) if log.chunks and missing else []
    return found, outside


def _piece(chunk: ChunkLike) -> Piece:
    return Piece(
        f"chunk {chunk.number}" if chunk.number else "a chunk without a number",
        chunk.at.line or 1,
        chunk.text,
        tuple(claim.path for claim in chunk.files if claim.changed and not claim.aside),
        tuple((one.command, one.outcome, one.at.line or 1) for one in chunk.commands),
    )


def _outside(log: LogLike, base: Files, head: Files) -> str:
    """The text of a log without its chunks and without what it said at base, line for line; empty where it is not in the tree."""
    lines, before = _lines(log.path, head), Counter(_lines(log.path, base))
    for chunk in log.chunks:
        start = (chunk.at.line or 1) - 1
        for at in range(start, min(len(lines), start + chunk.text.count("\n") + 1)):
            lines[at] = ""
    for at, line in enumerate(lines):
        if before[line] > 0:
            before[line] -= 1
            lines[at] = ""
    return "\n".join(lines)


def _lines(path: str, files: Files) -> list[str]:
    if path not in files:
        return []
    try:
        text = files[path].text()
    except Unreadable:
        return []
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
