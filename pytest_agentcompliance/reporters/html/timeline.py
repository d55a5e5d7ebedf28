"""The chunks of the log, and the commits, against the files of the change: what is claimed, what nobody claimed, what never was.

What counts as claimed is what the rule that holds the log to the change says: there is no second opinion here.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pytest_agentcompliance.reporters.account import Account, ChunkFact
from pytest_agentcompliance.reporters.html.words import brief, counted, name
from pytest_agentcompliance.verdict import Outcome, Verdict

LISTING = "log/files-match-diff"  # the rule
ACCOUNTS = " accounts for "  # what it says of a chunk and the files that are in the change
JUDGED = (Outcome.KEPT, Outcome.BROKEN, Outcome.WAIVED)
CHUNKS, COMMITS, ROWS = 60, 40, 400  # that are shown
UNSURE = 50  # folders and the like of a chunk that are looked at
OUTSIDE = "log"  # the head of what stands outside of the chunks
WORDS = {
    "listed": "claimed and changed", "unlisted": "changed, and not in the log", "invented": "claimed, and never changed",
    "elsewhere": "claimed elsewhere", "unasked": "the log need not list it", "let": "claimed, not in the change",
    "looked": "only looked at", "open": "not judged",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A chunk or a commit: a short name for the head of the table, and a whole one. ``number`` is a commit's on the page, or 0."""

    label: str
    name: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """Columns that follow one another and have nothing, or one that has: claimed, invented, looked or changed."""

    span: int
    mark: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A file. ``state`` is a key of ``WORDS``; ``tone`` the colour of the rule's finding: broken, warned, excused, or none."""

    path: str
    state: str
    tone: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The table; ``told`` is what it comes to in words."""

    log: str
    chunks: tuple[Column, ...]
    commits: tuple[Column, ...]
    lines: tuple[Line, ...]
    told: tuple[str, ...]


def timeline(account: Account) -> Timeline | None:
    """The table; None where the log claims nothing."""
    exhibits = account.exhibits
    if not any(one.claimed for one in exhibits.chunks):
        return None
    held = _Held(account)
    chunks, commits = exhibits.chunks[:CHUNKS], exhibits.commits[:COMMITS] if len(exhibits.commits) > 1 else ()
    marks = _marks(exhibits.chunks, held)
    beyond = {path for path, of in marks.items() if min(of) >= CHUNKS}
    marks = {path: {k: mark for k, mark in of.items() if k < CHUNKS} for path, of in marks.items()}
    for k, commit in enumerate(commits, len(chunks)):
        for path in commit.paths:
            if path in held.changed:
                marks.setdefault(path, {})[k] = "changed"
    every = [*marks, *(path for path in held.order if path not in marks)]
    states = {path: held.state(path, marks.get(path, {}), len(chunks), path in beyond) for path in every}
    ranked = sorted(every, key=lambda path: not states[path][1])[:ROWS]  # what the rule speaks of is never left out first
    first = {path: min((k for k, mark in marks.get(path, {}).items() if mark != "changed"), default=CHUNKS) for path in ranked}
    labels = [*(one.number or OUTSIDE for one in chunks), *(brief(one.id)[:7] for one in commits)]
    return Timeline(
        name(exhibits.log),
        tuple(Column(name(one.number or OUTSIDE), name(one.name)) for one in chunks),
        tuple(Column(brief(one.id)[:7], name(one.subject), k) for k, one in enumerate(commits, 1)),
        tuple(
            Line(name(path), *states[path], tuple(_cells(marks.get(path, {}), labels)))
            for path in sorted(ranked, key=lambda path: (first[path], path))
        ),
        tuple(_told(account, held, states, len(every))),
    )


class _Held:
    """What the rule says of the log, in all profiles that have it."""

    def __init__(self, account: Account) -> None:
        self.log = account.exhibits.log
        self.order = [one.path for one in account.exhibits.files]
        self.changed = frozenset(self.order)
        self.partner = {one.path: one.renamed_from for one in account.exhibits.files if one.renamed_from}
        self.partner |= {old: new for new, old in self.partner.items()}
        self.verdicts = [one for one in account.audit.verdicts if one.rule == LISTING]
        self.judged = any(one.outcome in JUDGED for one in self.verdicts)
        self.unlisted: dict[str, str] = {}
        self.invented: dict[str, str] = {}  # by the path as the log has it
        self.lines: dict[int, str] = {}  # and by the line
        self.says: dict[str, list[str]] = {}  # who, and the files that the rule counts as claimed by them
        for verdict in self.verdicts:
            self._read(verdict)

    def _read(self, verdict: Verdict) -> None:
        tone = "broken" if verdict.severity == "error" else "warned"
        for one in verdict.excused:
            self._enter(one.at.path if one.at else "", one.at.line if one.at else None, one.evidence, "excused")
        for one in verdict.findings:
            if one.level == "breach" and verdict.breaks:
                self._enter(one.at.path if one.at else "", one.at.line if one.at else None, one.evidence, tone)
        for line in verdict.why.split("\n"):
            who, says, files = line.partition(ACCOUNTS)
            for whose in who.split(", ") if says else ():
                self.says.setdefault(whose, []).append(f", {files}, ")

    def _enter(self, path: str, line: int | None, evidence: str, tone: str) -> None:
        if line is None and path in self.changed:
            self.unlisted[path] = tone
        elif line is not None and path == self.log:
            self.invented[evidence] = self.lines[line] = tone

    def accounts(self, who: str, path: str) -> bool:
        return any(f", {path}, " in files for files in self.says.get(who, ()))

    def state(self, path: str, marks: Mapping[int, str], chunks: int, beyond: bool) -> tuple[str, str]:
        """The state of a file, and the tone of what the rule found of it."""
        claimed = beyond or any(mark == "claimed" for k, mark in marks.items() if k < chunks)
        if path not in self.changed:
            tone = self.invented.get(path, next((mark[9:] for mark in marks.values() if mark.startswith("invented-")), ""))
            return ("invented", tone) if tone else ("let" if claimed else "looked", "")
        if path in self.unlisted:
            return "unlisted", self.unlisted[path]
        if claimed:
            return "listed", ""
        if not self.judged:
            return "open", ""
        partner = self.partner.get(path, path)
        told = any(self.accounts(who, end) for who in self.says for end in (path, partner))
        return "elsewhere" if told else "unasked", ""


def _marks(chunks: Sequence[ChunkFact], held: _Held) -> dict[str, dict[int, str]]:
    """What each chunk says of each path."""
    found: dict[str, dict[int, str]] = {}
    for k, chunk in enumerate(chunks):
        who = f"chunk {chunk.number}" if chunk.number else "the log"
        unsure: dict[int, Collection[str]] = {}
        for claim in chunk.claimed:
            if not claim.paths:
                tone = held.invented.get(claim.written) or held.lines.get(claim.line, "")
                mark = f"invented-{tone}" if tone and claim.changed else "claimed" if claim.changed else "looked"
                found.setdefault(claim.written, {})[k] = mark
            elif not claim.changed:
                for path in claim.paths[:1]:
                    found.setdefault(path, {}).setdefault(k, "looked")
            elif claim.sure:
                found.setdefault(claim.paths[0], {})[k] = "claimed"
            elif k < CHUNKS and len(unsure) < UNSURE:
                unsure[id(claim.paths)] = claim.paths
        for path in dict.fromkeys(path for paths in unsure.values() for path in paths):
            if held.accounts(who, path):
                found.setdefault(path, {})[k] = "claimed"
    return found


def _cells(marks: Mapping[int, str], labels: Sequence[str]) -> Iterator[Cell]:
    at = 0
    for mark, several in groupby(range(len(labels)), key=lambda k: marks.get(k, "")):
        count = len(list(several))
        if mark:
            yield from (Cell(1, mark.partition("-")[0], name(labels[k])) for k in range(at, at + count))
        else:
            yield Cell(count, "", "")
        at += count


def _told(account: Account, held: _Held, states: Mapping[str, tuple[str, str]], rows: int) -> Iterator[str]:
    count = [state for state, _ in states.values()].count
    if held.judged:
        yield f"{counted(count('listed'), 'changed file')} claimed"
        for state, words in (("unlisted", "changed and not in the log"), ("invented", "claimed and never changed")):
            excused = sum(one == (state, "excused") for one in states.values())
            yield f"{counted(count(state), 'file')} {words}" + (f" ({excused} excused)" if excused else "")
    elif held.verdicts:
        why = next((one.why for one in held.verdicts if one.why), "")
        yield f"{LISTING} could not judge whether these agree" + (f": {name(why)}" if why else "")
    else:
        yield f"no profile of this audit has the rule {LISTING}: nothing here is held against the run"
    chunks, commits = len(account.exhibits.chunks), len(account.exhibits.commits)
    for number, most, what in ((chunks, CHUNKS, "chunk"), (commits, COMMITS, "commit"), (rows, ROWS, "file")):
        if number > most:
            yield f"{counted(number - most, f'more {what}')} not shown"
