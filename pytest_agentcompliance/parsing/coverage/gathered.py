"""What a reader of one format gathers, file by file, until all of it is held against the paths of the tree."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pytest_agentcompliance.parsing.coverage.record import FileCoverage, Measured, Totals

MOST_LINES = 2_000_000  # of all files together, one that is said twice counted twice
MOST_FILES = 100_000
LAST_LINE = 10_000_000
MOST_HITS = 1_000_000_000
LARGEST = 10**15
MILLISECONDS = 100_000_000_000  # a time of more is none in seconds


class Strange(ValueError):
    """The file is no report, or one that is not read; says why."""


@dataclass(slots=True)
class Entry:
    """One file of a report, under the name that it has there."""

    hits: dict[int, int] = field(default_factory=dict)
    branches: list[int] = field(default_factory=lambda: [0, 0])  # covered, all
    claimed: Totals | None = None  # where the format counts something else than lines, or lists none
    excluded: set[int] = field(default_factory=set)
    sums: dict[int, str] = field(default_factory=dict)

    def totals(self) -> Totals:
        if self.claimed is not None:
            return self.claimed
        covered = sum(count > 0 for count in self.hits.values())
        return Totals(covered, len(self.hits), self.branches[0], self.branches[1])


class Gathered:
    """The files of one report as they come. What is said of one line twice counts with the larger number."""

    def __init__(self) -> None:
        self.format = ""
        self.entries: dict[str, Entry] = {}
        self.sources: list[str] = []  # folders that the names may count from
        self.made: datetime | None = None
        self.spans = False
        self.claimed: Totals | None = None
        self._lines = 0

    def file(self, name: str) -> Entry:
        found = self.entries.get(name)
        if found is None:
            if len(self.entries) >= MOST_FILES:
                raise Strange(f"it speaks of more than {MOST_FILES:,} files")
            found = self.entries[name] = Entry()
        return found

    def hit(self, entry: Entry, line: int, count: int) -> None:
        """Say that a line ran so often. Numbers that no line can have are left out."""
        if not 0 < line <= LAST_LINE:
            return
        before = entry.hits.get(line)
        self._lines += 1
        if self._lines > MOST_LINES:
            raise Strange(f"it speaks of more than {MOST_LINES:,} lines")
        if before is None or before < count:
            entry.hits[line] = min(max(count, 0), MOST_HITS)

    def time(self, seconds: object) -> None:
        """When the report was made, in seconds or milliseconds since 1970."""
        number = whole(seconds)
        if number > MILLISECONDS:
            number //= 1000
        if number > 0:
            try:
                self.made = datetime.fromtimestamp(number, UTC)
            except (ValueError, OverflowError, OSError):
                self.made = None

    def measured(self, path: str, known: frozenset[str]) -> Measured:
        from pytest_agentcompliance.parsing.coverage.paths import places

        found = places(list(self.entries), path, known, self.sources)
        files: dict[str, FileCoverage] = {}
        unmatched = 0
        for name, entry in self.entries.items():
            place = found.get(name)
            if place is None or place in files:
                unmatched += 1
                continue
            files[place] = FileCoverage(
                place, entry.hits, entry.totals(), excluded=frozenset(entry.excluded), sums=entry.sums
            )
        return Measured(self.format, files, self._totals(), self.made, unmatched, spans=self.spans)

    def _totals(self) -> Totals:
        """Of all files; what the report says of itself counts only where it lists no file."""
        if not self.entries and self.claimed is not None:
            return self.claimed
        each = [entry.totals() for entry in self.entries.values()]
        return Totals(
            sum(one.covered for one in each), sum(one.total for one in each),
            sum(one.covered_branches for one in each), sum(one.branches for one in each),
        )  # fmt: skip


def whole(value: object) -> int:
    """A number of a report as a whole one from 0 on; 0 for what is none."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, str):
        text = value.strip()
        return min(int(text[:18]), LARGEST) if text.isascii() and text.isdecimal() else 0
    if isinstance(value, int):
        return max(0, min(value, LARGEST))
    if isinstance(value, float) and 0 <= value < LARGEST:
        return int(value)
    return 0
