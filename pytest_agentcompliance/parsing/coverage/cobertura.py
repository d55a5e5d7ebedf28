"""Cobertura's XML in the dialects of coverage.py, Istanbul, gcovr, coverlet, phpunit and Cobertura itself."""

import re

from pytest_agentcompliance.parsing.coverage.gathered import Entry, Gathered, whole
from pytest_agentcompliance.parsing.coverage.record import Totals

_TAKEN = re.compile(r"\((\d{1,9})/(\d{1,9})\)")


class Reader:
    """The classes as they come. A class names its file; several of one file are one.

    A method lists its lines once more, and Istanbul's the line where it is declared, which no tool counts.
    """

    def __init__(self, into: Gathered) -> None:
        self.into = into
        self.entry: Entry | None = None
        self.in_methods = False
        self.branched: dict[tuple[int, int], tuple[int, int]] = {}  # by entry and line: classes of one file may share it
        into.format = "Cobertura XML"

    def root(self, attributes: dict[str, str]) -> None:
        self.into.time(attributes.get("timestamp", ""))
        valid, covered = whole(attributes.get("lines-valid", "")), whole(attributes.get("lines-covered", ""))
        self.into.claimed = Totals(min(covered, valid), valid) if valid else None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "class":
            file = attributes.get("filename", "")
            self.entry, self.in_methods = self.into.file(file) if file else None, False
        elif name == "methods":
            self.in_methods = True
        elif name == "line" and self.entry is not None and not self.in_methods:
            number = whole(attributes.get("number", ""))
            self.into.hit(self.entry, number, whole(attributes.get("hits", "")))
            if taken := _TAKEN.search(attributes.get("condition-coverage", "")[:100]):
                self._branches(self.entry, number, (int(taken[1]), int(taken[2])))

    def _branches(self, entry: Entry, line: int, taken: tuple[int, int]) -> None:
        before = self.branched.get((id(entry), line), (0, 0))
        now = max(before[0], min(taken)), max(before[1], taken[1])
        self.branched[id(entry), line] = now
        entry.branches[0] += now[0] - before[0]
        entry.branches[1] += now[1] - before[1]
