"""The change between the run's base and its head: paths and modes at once, contents and hunks when asked for."""

import builtins
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal, Protocol

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence.ledger import Ledger
from pytest_agentcompliance.parsing.hints import Hints

Kind = Literal["added", "modified", "deleted", "type-changed"]

SYMLINK, SUBMODULE, FOLDER = "120000", "160000", "040000"
PROOFS = ".agent-compliance/proofs/"  # where they lie


def is_file(mode: str) -> bool:
    """Whether a mode of git's is a regular file's: 100644, 100755, and 100664 of old tools."""
    return mode.startswith("100")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a patch; ``number`` counts from 1 in the file that the line stands in."""

    number: int
    text: str


class Reader(Protocol):
    """What hands in the late evidence; made by ``sources``."""

    def content(self, oid: str) -> bytes:
        """The bytes of a blob. Raises ``Unreadable`` (its path is the id) when it is missing or broken."""

    def lines(self, position: int) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
        """The added and the removed lines of the file at this position. Raises ``Unreadable``."""

    def search(self, pattern: re.Pattern[bytes] | Hints, among: Collection[int] | None = None) -> frozenset[int]:
        """The positions of the files, all of them or those asked about, whose patch matches, or has no patch to search."""

    @property
    def count(self) -> int:
        """Added and removed lines of all files, as git counts them."""


@dataclass(frozen=True)
class Content:
    """One side of a changed file: its mode in git's six octal digits, its blob's id, and its bytes when asked for.

    A submodule has no bytes: its ``oid`` is the commit that it points at.
    """

    path: str
    mode: str
    oid: str
    reader: Reader = field(repr=False, compare=False)
    ledger: Ledger = field(repr=False, compare=False)

    def bytes(self) -> builtins.bytes:
        """The content. Raises ``Unreadable``, and says so to the ledger, when it cannot be had."""
        if self.mode == SUBMODULE:
            return b""
        try:
            data = self._data
        except Unreadable as wrong:
            self.ledger.note_unread(self.path, wrong.reason)
            raise Unreadable(self.path, wrong.reason) from wrong
        self.ledger.note_read(self.path)
        return data

    @cached_property
    def _data(self) -> builtins.bytes:
        return self.reader.content(self.oid)

    def text(self) -> str:
        """The content as text: by its byte order mark, else UTF-8; what is not UTF-8 becomes surrogates."""
        self.bytes()  # the ledger is told each time
        return self._text

    @cached_property
    def _text(self) -> str:
        return decode(self._data) if self.mode != SUBMODULE else ""

    @property
    def target(self) -> str | None:
        """Where a symbolic link points; None for everything else."""
        return self.bytes().decode("utf-8", "surrogateescape") if self.mode == SYMLINK else None


@dataclass(frozen=True)
class FileChange:
    """One path that differs. ``renamed_from`` and ``renamed_to`` pair the two ends of a move of equal content."""

    path: str
    kind: Kind
    before: Content | None
    after: Content | None
    position: int
    reader: Reader = field(repr=False, compare=False)
    ledger: Ledger = field(repr=False, compare=False)
    renamed_from: str | None = None
    renamed_to: str | None = None

    @property
    def added(self) -> tuple[Line, ...]:
        return self._lines[0]

    @property
    def removed(self) -> tuple[Line, ...]:
        """The lines taken away. Of a deleted file git is not asked for them: read ``before``."""
        return self._lines[1]

    @cached_property
    def _lines(self) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
        try:
            lines = self.reader.lines(self.position)
        except Unreadable as wrong:
            self.ledger.note_unread(self.path, wrong.reason)
            raise Unreadable(self.path, wrong.reason) from wrong
        self.ledger.note_read(self.path)
        return lines

    @property
    def modes(self) -> frozenset[str]:
        return frozenset(side.mode for side in (self.before, self.after) if side is not None)

    @property
    def is_text(self) -> bool:
        """Whether its head side is a regular file, and not a link, a submodule or gone."""
        return self.after is not None and self.after.mode not in (SYMLINK, SUBMODULE)


@dataclass(frozen=True)
class ChangeSet:
    """All changed files in the order of their paths' bytes. ``as_of`` is when head was committed."""

    files: tuple[FileChange, ...]
    reader: Reader = field(repr=False, compare=False)
    ledger: Ledger = field(repr=False, compare=False)
    as_of: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def lines(self) -> int:
        """Added and removed, as git counts them."""
        return self.reader.count

    def __iter__(self) -> Iterator[FileChange]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    @cached_property
    def paths(self) -> frozenset[str]:
        return frozenset(change.path for change in self.files)

    @cached_property
    def by_path(self) -> dict[str, FileChange]:
        return {change.path: change for change in self.files}

    @cached_property
    def proofs(self) -> frozenset[str]:
        """The changed files that are proofs, and what their commands printed: no scope is asked about them."""
        there = [one for one in self.files if one.path.startswith(PROOFS) and one.after is not None and is_file(one.after.mode)]
        if not there:
            return frozenset()
        from pytest_agentcompliance.parsing.proofs import exempt  # start-up time: most changes have none

        return exempt.proofs([(one.path, one.after.bytes) for one in there if one.after is not None])

    def containing(self, pattern: re.Pattern[bytes] | Hints, among: Collection[int] | None = None) -> Iterator[FileChange]:
        """The files whose patch matches a pattern of bytes, or one of several: cheap, before anything is parsed.

        ``among``: positions to look at.
        """
        hits = self.reader.search(pattern, among)
        return (change for change in self.files if change.position in hits)

    def readable(self, changes: Iterable[FileChange]) -> Iterator[FileChange]:
        """Those of the changes whose both sides can be read; the ledger is told of the others.

        A rule that goes through files asks here, so that one unreadable file hides no finding of another.
        """
        for change in changes:
            try:
                for side in (change.before, change.after):
                    if side is not None:
                        side.bytes()
            except Unreadable:
                continue
            yield change


def decode(data: bytes) -> str:
    """Text from bytes: UTF-8, or UTF-16 and UTF-32 by their marks; never fails, never drops a byte of UTF-8."""
    if data[:3] == b"\xef\xbb\xbf":
        return data[3:].decode("utf-8", "surrogateescape")
    for mark, codec in ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(codec, "replace")
    return data.decode("utf-8", "surrogateescape")
