"""What one ``diff-tree`` printed, into a ChangeSet: raw records are the authority, patches come late.

The stream is ``--raw -z -p``: NUL-ended records, one empty record, then the patch. The k-th patch chunk
belongs to the k-th record (a type change has two); no path is ever read from the patch.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from pytest_agentcompliance.errors import EvidenceError, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange, Ledger, Line
from pytest_agentcompliance.evidence.changes import SUBMODULE, Kind, Reader
from pytest_agentcompliance.parsing.hints import Hints

KINDS: Mapping[str, Kind] = {"A": "added", "M": "modified", "D": "deleted", "T": "type-changed"}
RECORD = re.compile(rb":(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*\0([^\0]+)\0")
HUNK_TEXT = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
Lines = tuple[tuple[Line, ...], tuple[Line, ...]]


@dataclass(frozen=True, slots=True)
class Record:
    """One raw record of git: modes in six octal digits ("000000": not there), blob ids, and the path's bytes."""

    old_mode: str
    new_mode: str
    old: str
    new: str
    status: str
    path: bytes


def records(stream: bytes) -> tuple[list[Record], int]:
    """The raw records at the head of a stream, and where the patch begins. Raises ``EvidenceError``."""
    found, at = run_of_records(stream, 0)
    if at < len(stream):
        if stream[at : at + 1] != b"\0":
            raise EvidenceError(f"git's raw diff could not be read at byte {at}: {stream[at : at + 60]!r}")
        at += 1
    return found, at


def run_of_records(stream: bytes, at: int) -> tuple[list[Record], int]:
    """The raw records that stand one behind the other from a byte on, and the byte behind them."""
    found = []
    while match := RECORD.match(stream, at):
        old_mode, new_mode, old, new, status = (word.decode() for word in match.groups()[:5])
        found.append(Record(old_mode, new_mode, old, new, status, match[6]))
        at = match.end()
    return found, at


class Tally:
    """Counts what a stream has while it comes in, when nothing else could be done yet."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys((b"\n", b"\n@@ -", b"\n\\ No newline"), 0)
        self._ends = dict.fromkeys(self.counts, b"")

    def feed(self, part: bytes) -> None:
        for mark, end in self._ends.items():
            rest = len(mark) - 1
            across = end + part[:rest]  # a mark may lie across two parts; neither of these two pieces can hold a whole one
            self.counts[mark] += part.count(mark) + across.count(mark)
            if rest:
                self._ends[mark] = part[-rest:] if len(part) >= rest else across[-rest:]

    def behind(self, head: bytes) -> tuple[int, ...]:
        """The counts of what comes behind this head of the stream."""
        return tuple(count - head.count(mark) for mark, count in self.counts.items())


@dataclass(frozen=True, slots=True)
class Printed:
    """What git printed, as ``Patches`` are made of it: where the patch begins in it, the status letter of each record."""

    stream: bytes
    start: int
    statuses: str
    missing: Mapping[int, str]

    def patches(self, content: Callable[[str], bytes]) -> "Patches":
        owners = [Record("", "", "", "", status, b"") for status in self.statuses]
        return Patches(self.stream, self.start, owners, content, self.missing)


class Patches:
    """The patch text of a change, cut into files; a reader for ``evidence.changes``."""

    def __init__(
        self, stream: bytes, start: int, owners: Sequence[Record], content: Callable[[str], bytes],
        missing: Mapping[int, str] | None = None, *, tally: Tally | None = None,
    ) -> None:
        """``missing`` names the positions that have no patch, each with the reason."""
        self._stream, self._content, self._missing = stream, content, missing or {}
        self._tally = tally
        self._printed = start, owners
        self._starts, self._owners = self._cut(start, owners)

    def _cut(self, start: int, owners: Sequence[Record]) -> tuple[list[int], list[int]]:
        starts = [start] if start < len(self._stream) else []
        at = start
        while (at := self._stream.find(b"\ndiff --git ", at)) != -1:
            at += 1
            starts.append(at)
        there = [(position, one) for position, one in enumerate(owners) if position not in self._missing]
        expected = [position for position, one in there for _ in range(2 if one.status == "T" else 1)]
        if len(starts) != len(expected):
            raise EvidenceError(f"git printed {len(starts)} patches for {len(expected)} changed files; no verdict can rest on that")
        return starts, expected

    @property
    def printed(self) -> Printed:
        start, owners = self._printed
        return Printed(self._stream, start, "".join(one.status for one in owners), self._missing)

    def content(self, oid: str) -> bytes:
        return self._content(oid)

    def search(self, pattern: re.Pattern[bytes] | Hints, among: Collection[int] | None = None) -> frozenset[int]:
        """Each file is left at its first hit; what has no patch, or NUL bytes (UTF-16, say), counts as hit."""
        if isinstance(pattern, Hints):
            chunks = self._chunked if among is None else [one for one in self._chunked if one[2] in among]
            found = frozenset(pattern.found(self._stream, chunks))
        elif among is None:
            found = frozenset(self._hits(pattern.search))
        else:
            found = frozenset(
                owner for start, end, owner in self._chunked if owner in among and pattern.search(self._stream, start, end)
            )
        return found | (self._opaque if among is None else self._opaque & frozenset(among))

    @cached_property
    def _chunked(self) -> list[tuple[int, int, int]]:
        """Where each patch begins and ends, and the position of its file."""
        ends = [*self._starts[1:], len(self._stream)] if self._starts else []
        return list(zip(self._starts, ends, self._owners, strict=True))

    @cached_property
    def _opaque(self) -> frozenset[int]:
        found, at = set(self._missing), self._starts[0] if self._starts else len(self._stream)
        while (at := self._stream.find(b"\0", at)) != -1:
            chunk = bisect_right(self._starts, at) - 1
            found.add(self._owners[chunk])
            at = self._chunked[chunk][1]
        return frozenset(found)

    def _hits(self, search: Callable[[bytes, int], re.Match[bytes] | None]) -> Iterator[int]:
        at = self._starts[0] if self._starts else len(self._stream)
        while match := search(self._stream, at):
            chunk = bisect_right(self._starts, match.start()) - 1
            yield self._owners[chunk]
            if chunk + 1 == len(self._starts):
                return
            at = self._starts[chunk + 1]

    def lines(self, position: int) -> Lines:
        if position in self._missing:
            raise Unreadable("", self._missing[position])
        added: list[Line] = []
        removed: list[Line] = []
        for chunk in self._chunks(position):
            more_added, more_removed = hunks(chunk)
            added += more_added
            removed += more_removed
        return tuple(added), tuple(removed)

    def _chunks(self, position: int) -> Iterator[bytes]:
        first = bisect_right(self._owners, position - 1)
        for k in range(first, len(self._starts)):
            if self._owners[k] != position:
                return
            yield self._stream[self._starts[k] : self._starts[k + 1] if k + 1 < len(self._starts) else None]

    @cached_property
    def count(self) -> int:
        """Added and removed lines of all files: without context, all lines but those of the headers."""
        stream, first = self._stream, self._starts[0] if self._starts else len(self._stream)
        headers = 0
        ends = [*self._starts[1:], len(stream)] if self._starts else []
        for start, end in zip(self._starts, ends, strict=True):
            at = stream.find(b"\n@@ -", start, end)
            headers += stream.count(b"\n", start, end if at == -1 else at + 1)
        tally = self._tally
        if tally is None:
            tally = Tally()
            tally.feed(stream)
        lines, hunks, unended = tally.behind(stream[:first])
        return lines - headers - hunks - unended


def hunks(chunk: bytes) -> Lines:
    """The added and removed lines of one file's patch. A patch that unidiff refuses is read by its hunk headers."""
    at = chunk.find(b"\n@@ ")
    if at == -1:
        return (), ()
    # Split at newlines alone: form feeds, U+2028 and lone carriage returns are part of a line.
    text = chunk[at + 1 :].decode("utf-8", "surrogateescape").split("\n")
    if not text[-1]:
        text.pop()
    if (lines := _quickly(text)) is not None:
        return lines
    from unidiff.errors import UnidiffParseError  # start-up time: git's own patches need none
    from unidiff.patch import PatchSet

    text = [f"{line}\n" for line in text]
    try:
        patch = PatchSet(["--- a/f\n", "+++ b/f\n", *text])
        found = [line for file in patch for hunk in file for line in hunk]
    except UnidiffParseError:
        return _by_headers(text)
    return (
        tuple(Line(line.target_line_no or 0, line.value.removesuffix("\n")) for line in found if line.is_added),
        tuple(Line(line.source_line_no or 0, line.value.removesuffix("\n")) for line in found if line.is_removed),
    )


def _quickly(text: list[str]) -> Lines | None:
    """The lines of hunks without context that are as long as their headers say; None of others."""
    added: list[Line] = []
    removed: list[Line] = []
    at = 0
    while at < len(text):
        header = HUNK_TEXT.match(text[at])
        if header is None:
            return None
        at += 1
        for start, count, sign, side in ((header[1], header[2], "-", removed), (header[3], header[4], "+", added)):
            first, many = int(start), int(count) if count is not None else 1
            some = text[at : at + many]
            if len(some) < many or not all(line.startswith(sign) for line in some):
                return None
            side += [Line(number, line[1:]) for number, line in enumerate(some, first)]
            at += many
            at += at < len(text) and text[at].startswith("\\")  # no newline at the end of the file
    return tuple(added), tuple(removed)


def _by_headers(text: Iterable[str]) -> Lines:
    added: list[Line] = []
    removed: list[Line] = []
    old = new = 0
    for line in text:
        if header := HUNK_TEXT.match(line):
            old, new = int(header[1]), int(header[3])
        elif line.startswith("+"):
            added.append(Line(new, line[1:].removesuffix("\n")))
            new += 1
        elif line.startswith("-"):
            removed.append(Line(old, line[1:].removesuffix("\n")))
            old += 1
    return tuple(added), tuple(removed)


class LatePatches:
    """Patches that git is asked for when the first line of one is: of a commit, most rules want the paths alone."""

    def __init__(self, content: Callable[[str], bytes], patches: Callable[[], Patches]) -> None:
        self._content, self._read = content, patches

    @cached_property
    def _patches(self) -> Patches:
        return self._read()

    @property
    def printed(self) -> Printed:
        """Raises ``EvidenceError``, as each look at a patch does where git has none."""
        return self._patches.printed

    def content(self, oid: str) -> bytes:
        return self._content(oid)

    def search(self, pattern: re.Pattern[bytes] | Hints, among: Collection[int] | None = None) -> frozenset[int]:
        return self._patches.search(pattern, among)

    def lines(self, position: int) -> Lines:
        return self._patches.lines(position)

    @property
    def count(self) -> int:
        return self._patches.count


def change_set(
    raw: Sequence[Record], patches: Reader, ledger: Ledger, *, as_of: datetime = datetime(1970, 1, 1, tzinfo=UTC)
) -> ChangeSet:
    """Records and patches into a ChangeSet; moves of equal content are paired by blob id."""
    def side(path: str, mode: str, oid: str) -> Content | None:
        return None if mode == "000000" else Content(path, mode, oid, patches, ledger)

    changes = []
    for position, one in enumerate(raw):
        path = one.path.decode("utf-8", "surrogateescape")
        before, after = side(path, one.old_mode, one.old), side(path, one.new_mode, one.new)
        if one.status not in KINDS:
            raise EvidenceError(f"git reports status {one.status!r} for {path!r}, which no tree can have")
        changes.append(FileChange(path, KINDS[one.status], before, after, position, patches, ledger))
    return ChangeSet(tuple(_paired(changes)), patches, ledger, as_of)


def _paired(changes: list[FileChange]) -> Iterator[FileChange]:
    """Pair each added file with a deleted one of the same blob, in the order of their paths."""
    gone: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        if change.kind == "deleted" and change.before is not None and change.before.mode != SUBMODULE:
            gone[change.before.oid].append(change.path)
    moved_from: dict[str, str] = {}
    for change in changes:
        if change.kind == "added" and change.after is not None and gone.get(change.after.oid):
            moved_from[change.path] = gone[change.after.oid].pop(0)
    moved_to = {old: new for new, old in moved_from.items()}
    for change in changes:
        yield replace(change, renamed_from=moved_from.get(change.path), renamed_to=moved_to.get(change.path))
