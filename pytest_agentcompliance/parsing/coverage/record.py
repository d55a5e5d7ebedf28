"""What a coverage report says, whatever its format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Totals:
    """Covered of all, in lines (or statements, where the format counts those) and in branches."""

    covered: int = 0
    total: int = 0
    covered_branches: int = 0
    branches: int = 0

    @property
    def percent(self) -> float:
        """Of lines, from 0 to 100; 100 where there is nothing to cover."""
        return 100.0 * self.covered / self.total if self.total else 100.0


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """One file of a report. ``hits`` maps a line to how often it ran; a line that is not in it cannot be covered.

    ``path`` is as the tree has it, where it could be told; ``digest`` is that of the content which was measured, where the
    format has one, as ``sha256:...``; ``excluded`` are lines that a pragma left out; ``sums`` are checksums of single lines,
    MD5 in Base64, which lcov may write.
    """

    path: str
    hits: Mapping[int, int] = field(default_factory=dict)
    totals: Totals = Totals()
    digest: str = ""
    excluded: frozenset[int] = frozenset()
    sums: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """One report, as its file says it. ``unmatched`` counts the paths in it that the tree has not, or has more than one of;
    ``totals`` are those of all its files. ``spans`` says that its lines come from stretches of code, and that some hold none."""

    format: str
    files: Mapping[str, FileCoverage] = field(default_factory=dict)
    totals: Totals = Totals()
    made: datetime | None = None
    unmatched: int = 0
    problem: str = ""
    spans: bool = False
