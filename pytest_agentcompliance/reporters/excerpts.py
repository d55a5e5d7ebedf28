"""The lines of the change that are shown beside a finding: around its line, or the first ones of a file that it is about."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, FileChange
from pytest_agentcompliance.evidence.changes import SUBMODULE, Content, Line
from pytest_agentcompliance.reporters.account import ShownLine
from pytest_agentcompliance.verdict import Audit, Finding

BESIDE = 2  # lines shown on each side of a finding
WHOLE = 4  # lines shown of a file that a finding is about as a whole
REMOVED = 3  # removed lines shown in one place
LONGEST = 240  # characters of a line that is shown
LARGEST = 4 * 1024 * 1024  # bytes of a file whose lines are shown
EXCERPTS, ROOM = 6000, 1_200_000  # excerpts, and characters of all of them, so that a page stays a page

Excerpt = tuple[ShownLine, ...]


def excerpts(audit: Audit, changes: ChangeSet, masked: Callable[[str], str], cut: list[str]) -> dict[str, Excerpt]:
    """An excerpt for each finding of a changed file; those of broken clauses first, for as long as there is room."""
    found: dict[str, Excerpt] = {}
    wholes: dict[str, Excerpt] = {}
    files: dict[str, _File] = {}
    room, left = ROOM, 0
    # A finding names its file without the secrets that its path may have; two files of one such name are told apart by nothing.
    names = Counter(map(masked, changes.by_path))
    there = {name: one for path, one in changes.by_path.items() if names[name := masked(path)] == 1}
    for finding in _ranked(audit):
        at = finding.at
        if at is None or finding.fingerprint in found or (change := there.get(at.path)) is None:
            continue
        if room <= 0 or len(found) >= EXCERPTS:
            left += 1
            continue
        if at.path not in files:
            files[at.path] = _read(change)
        if at.line is not None:
            shown = _masked(list(files[at.path].around(at.line)), masked)
        else:
            if at.path not in wholes:
                wholes[at.path] = _masked(list(files[at.path].begin()), masked)
            shown = wholes[at.path]
        if shown:
            found[finding.fingerprint] = shown
            room -= sum(len(one.text) for one in shown)
    if left:
        cut.append(f"the lines of {left} findings are not shown")
    return found


def _ranked(audit: Audit) -> Iterable[Finding]:
    verdicts = sorted(audit.verdicts, key=lambda one: (not one.breaks, one.severity != "error"))
    for verdict in verdicts:
        yield from sorted(verdict.findings, key=lambda one: one.level != "breach")
        yield from verdict.excused


@dataclass(frozen=True, slots=True)
class _File:
    """A changed file: the lines of the side that is shown, which of them the change made, and what it took from above each."""

    lines: Sequence[str] = ()
    made: frozenset[int] = frozenset()
    above: Mapping[int, Sequence[Line]] = field(default_factory=dict)
    gone: bool = False

    def around(self, line: int) -> Iterator[ShownLine]:
        """The line of a finding and those beside it; what lies behind the end is shown at the end."""
        line = min(line, len(self.lines))
        return self._between(max(1, line - BESIDE), min(line + BESIDE, len(self.lines)))

    def begin(self) -> Iterator[ShownLine]:
        """The first lines that the change made or took away; of a file that is gone its first ones."""
        first = 1 if self.gone else min([*self.made, *self.above], default=0)
        return self._between(first, min(first + WHOLE - 1, len(self.lines))) if first else iter(())

    def _between(self, first: int, last: int) -> Iterator[ShownLine]:
        for number in range(first, last + 1):
            yield from self._taken(number)
            yield ShownLine("-" if self.gone else "+" if number in self.made else " ", number, self.lines[number - 1])
        if last == len(self.lines):
            yield from self._taken(last + 1)

    def _taken(self, number: int) -> Iterator[ShownLine]:
        return (ShownLine("-", one.number, one.text) for one in self.above.get(number, ())[:REMOVED])


def _read(change: FileChange) -> _File:
    gone = change.after is None
    content = change.before if change.after is None else change.after
    try:
        if content is None or content.mode == SUBMODULE or len(content.bytes()) > LARGEST:
            return _File()
        lines = _lines(content)
        if gone:
            return _File(lines, gone=True)
        made, removed = frozenset(one.number for one in change.added), change.removed
        if removed and change.before is not None:
            old = _lines(change.before) if len(change.before.bytes()) <= LARGEST else []
            removed = tuple(Line(one.number, old[one.number - 1]) for one in removed if one.number <= len(old))
        return _File(lines, made, _above(made, removed))
    except Unreadable:
        return _File()


def _lines(content: Content) -> list[str]:
    """The lines of a file, masked as a whole: a key goes over lines, and those that are shown may be some in its midst."""
    from pytest_agentcompliance.parsing.secrets import masked_lines  # start-up time

    lines = masked_lines(content.text()).split("\n")
    return lines if lines[-1] else lines[:-1]  # what follows the last line end is no line


def _above(made: frozenset[int], removed: Sequence[Line]) -> dict[int, list[Line]]:
    """The removed lines by the line of the new side that they stood above: both sides are gone through together."""
    found: dict[int, list[Line]] = {}
    old = new = 1
    for one in removed:
        while old < one.number:
            old += new not in made
            new += 1
        found.setdefault(new, []).append(one)
        old = one.number + 1
    return found


def _masked(lines: Sequence[ShownLine], masked: Callable[[str], str]) -> Excerpt:
    return tuple(ShownLine(one.sign, one.number, masked(one.text.removesuffix("\r")[:LONGEST])) for one in lines)
