"""A case that writes down what it is asked: its evidence is that of the repository, seen through doors that remember."""

import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_agentcompliance.bundle import codec
from pytest_agentcompliance.bundle.tape import (
    KEPT,
    ChangeTape,
    CommitTape,
    CustodyTape,
    DetourTape,
    Entry,
    Failure,
    FileTape,
    HistoryTape,
    Paper,
    Papers,
    PatchTape,
    PersonTape,
    RunTape,
    Search,
    SideTape,
    Tape,
    Told,
)
from pytest_agentcompliance.engine import Bound, Opened
from pytest_agentcompliance.errors import EvidenceError, Unreadable
from pytest_agentcompliance.evidence import (
    ChangeSet,
    Commit,
    Content,
    Custody,
    Detour,
    Documents,
    FileChange,
    History,
    Ledger,
    Line,
    Oddity,
    Run,
    Tree,
)
from pytest_agentcompliance.evidence.commits import Person
from pytest_agentcompliance.evidence.tree import Side
from pytest_agentcompliance.parsing.hints import Hints
from pytest_agentcompliance.sources import diff
from pytest_agentcompliance.sources.wanted import Wanted

Asked = tuple[int, tuple[str, ...], tuple[str, ...] | None]  # a profile, kinds, and the paths that are new


@dataclass(slots=True)
class Memory:
    """What was asked, and answered, so far."""

    ledger: Ledger
    start: Told
    changes: list["Change"] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    patches: dict[bytes, int] = field(default_factory=dict)  # what git printed, and its number
    unreadable: dict[str, str] = field(default_factory=dict)
    kept: dict[str, dict[bytes, int]] = field(default_factory=dict)  # by kind: a value as JSON, and its number
    runs: dict[Asked, RunTape] = field(default_factory=dict)
    given: dict[Asked, Run] = field(default_factory=dict)
    sides: list["Face"] = field(default_factory=list)
    history: HistoryTape = field(default_factory=HistoryTape)
    commits: list[CommitTape] = field(default_factory=list)
    custodies: list[CustodyTape] = field(default_factory=list)
    seen: dict[int, tuple[ChangeSet, ChangeSet]] = field(default_factory=dict)  # by the id of the first, which is kept alive
    histories: dict[int, tuple[History, History]] = field(default_factory=dict)

    def tape(self) -> Tape:
        taken = replace(self.history, commits=tuple(self.commits)) if self.history.commits is not None else self.history
        sides = tuple(one.tape() for one in self.sides)
        return Tape(
            tuple(self.runs.values()), len(self.changes), sides, taken, tuple(self.custodies), self.unreadable, self.start
        )

    # The doors

    def content(self, oid: str, read: Callable[[str], bytes]) -> bytes:
        if oid not in self.blobs:
            try:
                self.blobs[oid] = read(oid)
            except Unreadable as wrong:
                self.unreadable[oid] = wrong.reason
                raise
        return self.blobs[oid]

    def change(self, found: ChangeSet) -> ChangeSet:
        """The same change behind a door; one door for one change."""
        if id(found) not in self.seen:
            door = Change(self, found, len(self.changes))
            self.changes.append(door)
            self.seen[id(found)] = found, door.behind()
        return self.seen[id(found)][1]

    def number(self, found: ChangeSet) -> int:
        """The number of a change, as it is behind its door."""
        door = found.reader
        assert isinstance(door, Change)
        return door.number

    def commits_of(self, found: History) -> History:
        if id(found) not in self.histories:
            self.histories[id(found)] = found, History(lambda: self._history(found))
        return self.histories[id(found)][1]

    def _history(self, found: History) -> tuple[Commit, ...]:
        told = Listening(self.ledger)
        try:
            commits = found.commits
        except EvidenceError as wrong:
            self.history = HistoryTape(None, Failure.of(wrong), self.history.told + told.since())
            raise
        self.history = HistoryTape((), None, told.since())
        self.commits = [_commit(one) for one in commits]
        return tuple(
            replace(one, read_changes=lambda k=k, one=one: self._of_commit(k, one))  # type: ignore[misc]
            for k, one in enumerate(commits)
        )

    def _of_commit(self, number: int, one: Commit) -> ChangeSet:
        told = Listening(self.ledger)
        try:
            found = self.change(one.changes)
        except EvidenceError as wrong:
            taken = self.commits[number]
            self.commits[number] = replace(taken, failure=Failure.of(wrong), told=taken.told + told.since())
            raise
        self.commits[number] = replace(self.commits[number], change=self.number(found), told=told.since())
        return found

    def custody(self, found: Custody) -> tuple[Custody, int]:
        number = len(self.custodies)
        self.custodies.append(CustodyTape())

        def note(**what: Any) -> None:
            self.custodies[number] = replace(self.custodies[number], **what)

        def oddities() -> tuple[Oddity, ...]:
            told = Listening(found.ledger)
            try:
                answer = found.oddities
            except EvidenceError as wrong:
                note(oddities_failure=Failure.of(wrong), oddities_told=self.custodies[number].oddities_told + told.since())
                raise
            note(oddities=answer, oddities_told=told.since())
            return answer

        def detours() -> tuple[Detour, ...]:
            told = Listening(found.ledger)
            try:
                answer = tuple(replace(one, changes=self.change(one.changes)) for one in found.detours)
            except EvidenceError as wrong:
                note(detours_failure=Failure.of(wrong), detours_told=self.custodies[number].detours_told + told.since())
                raise
            taken = tuple(DetourTape(self.number(one.changes), one.where) for one in answer)
            note(detours=taken, detours_told=told.since())
            return answer

        return replace(found, read=oddities, read_detours=detours), number

    def keep(self, kind: str, value: Any) -> int:
        """A value that is kept as data; its number among those of its kind."""
        known = self.kept.setdefault(kind, {})
        return known.setdefault(codec.dumps(value, KEPT[kind]), len(known))


class Listening:
    """What a ledger is told from now on; ``whole``: and what it was told before."""

    def __init__(self, ledger: Ledger, *, whole: bool = False) -> None:
        self._ledger, before = ledger, Ledger() if whole else ledger
        self._read, self._unread, self._asked = set(before.read), dict(before.unread), before.asked

    def since(self) -> Told:
        ledger = self._ledger
        unread = {path: why for path, why in ledger.unread.items() if self._unread.get(path) != why}
        return Told(tuple(sorted(ledger.read - self._read)), unread, tuple(sorted(ledger.asked - self._asked)))


class Change:
    """The door to one change: a reader that remembers that it was asked, and whose answers follow from what it keeps."""

    def __init__(self, memory: Memory, found: ChangeSet, number: int) -> None:
        self.number = number
        self._memory, self._found, self._reader = memory, found, found.reader
        self._files = tuple(map(_file, found.files))
        self._patch: PatchTape | None = None
        self._failure: Failure | None = None
        self._told = Told()

    def behind(self) -> ChangeSet:
        """The change with this door before it."""
        files = tuple(
            replace(one, before=self.side(one.before), after=self.side(one.after), reader=self) for one in self._found.files
        )
        return replace(self._found, files=files, reader=self)

    def side(self, content: Content | None) -> Content | None:
        return None if content is None else replace(content, reader=self)

    def tape(self) -> ChangeTape:
        return ChangeTape(self._files, self._found.as_of, self._patch, self._failure, self._told)

    def content(self, oid: str) -> bytes:
        return self._memory.content(oid, self._reader.content)

    def lines(self, position: int) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
        self._look()
        return self._reader.lines(position)

    def search(self, pattern: re.Pattern[bytes] | Hints, among: Collection[int] | None = None) -> frozenset[int]:
        self._look()
        return self._reader.search(pattern, among)

    @property
    def count(self) -> int:
        self._look()
        return self._reader.count

    def _look(self) -> None:
        """Take the patch, once. Raises what the repository raised."""
        if self._patch is not None:
            return
        assert isinstance(self._reader, diff.Patches | diff.LatePatches)
        told = Listening(self._found.ledger)
        try:
            printed = self._reader.printed
        except EvidenceError as wrong:
            self._failure, self._told = Failure.of(wrong), self._told + told.since()
            raise
        self._told = told.since()
        number = self._memory.patches.setdefault(printed.stream, len(self._memory.patches))
        self._patch = PatchTape(f"patches/{number}", printed.start, printed.statuses, printed.missing)


class Face:
    """The door to one side of the tree."""

    def __init__(self) -> None:
        self._files: tuple[tuple[str, str, str], ...] | None = None
        self._failure: Failure | None = None
        self._looked: dict[str, Entry | None] = {}
        self._failed: dict[str, Failure] = {}
        self._searches: dict[tuple[tuple[str, ...], tuple[str, ...]], Search] = {}

    def tape(self) -> SideTape:
        return SideTape(self._files, self._failure, self._looked, self._failed, tuple(self._searches.values()))

    def before(self, side: Side, door: Change) -> Side:
        """A side with this door before it; contents are read through the door of its change."""

        def read() -> Mapping[str, Content]:
            try:
                files = side.files
            except EvidenceError as wrong:
                self._failure = Failure.of(wrong)
                raise
            if self._files is None:
                self._files = tuple((path, one.mode, one.oid) for path, one in files.items())
            return {path: replace(one, reader=door) for path, one in files.items()}

        def look(path: str) -> Content | None:
            try:
                found = side.at(path)
            except EvidenceError as wrong:
                self._failed[path] = Failure.of(wrong)
                raise
            self._looked[path] = None if found is None else (found.mode, found.oid)
            return door.side(found)

        def search(names: frozenset[str], endings: tuple[str, ...]) -> Mapping[str, frozenset[str]]:
            asked = tuple(sorted(names)), endings
            try:
                found = side.where(names, endings)
            except EvidenceError as wrong:
                self._searches[asked] = Search(*asked, failure=Failure.of(wrong))
                raise
            self._searches[asked] = Search(*asked, {name: tuple(sorted(paths)) for name, paths in found.items()})
            return found

        return Side(read, search, look)


@dataclass(frozen=True, slots=True)
class Recorded(Opened):
    """An opened case that remembers what it is asked."""

    memory: Memory

    @classmethod
    def of(cls, one: Opened) -> "Recorded":
        memory = Memory(one.ends.ledger, Listening(one.ends.ledger, whole=True).since())
        return cls(one.policy, one.facts, one.bound, one.day, one.repository, one.ends, memory)

    def learnt(self, oids: Collection[str]) -> bool:
        """Remember these contents too; whether one of them was new and could be read."""
        before = len(self.memory.blobs)
        for oid in sorted(oids):
            with suppress(Unreadable):
                self.memory.content(oid, self.repository.blobs.read)
        return len(self.memory.blobs) > before

    def gather(self, bound: Bound, kinds: Collection[str]) -> Run:
        return self._remembered(bound.wanted, kinds, None, lambda: Opened.gather(self, bound, kinds))

    def anew(self, wanted: Wanted, kinds: Collection[str], paths: Collection[str]) -> Run:
        return self._remembered(wanted, kinds, paths, lambda: Opened.anew(self, wanted, kinds, paths))

    def _remembered(
        self, wanted: Wanted, kinds: Collection[str], paths: Collection[str] | None, gather: Callable[[], Run]
    ) -> Run:
        profile = next(k for k, one in enumerate(self.bound) if one.wanted is wanted)
        asked = profile, tuple(sorted(kinds)), None if paths is None else tuple(sorted(paths))
        if asked not in self.memory.given:
            told = Listening(self.ends.ledger)
            run = gather()
            if paths is not None:  # it has a ledger of its own
                told = Listening(run.ledger, whole=True)
            self.memory.given[asked] = self._behind(asked, run, told.since())
        return self.memory.given[asked]

    def _behind(self, asked: Asked, run: Run, told: Told) -> Run:
        memory = self.memory
        assert run.changes is not None
        changes = memory.change(run.changes)
        door = changes.reader
        assert isinstance(door, Change)
        sides = self._sides(asked) if run.tree is not None else None
        tree = None
        if run.tree is not None and sides is not None:
            base, head = (memory.sides[k] for k in sides)
            tree = Tree(base.before(run.tree.base, door), head.before(run.tree.head, door))
        custody, guard = memory.custody(run.custody) if run.custody is not None else (None, None)
        documents = None if run.documents is None else _documents(run.documents, door)
        values = {kind: getattr(run, kind) for kind in KEPT if kind != "documents"}
        values["documents"] = None if run.documents is None else _papers(run.documents)
        kept = {kind: memory.keep(kind, value) for kind, value in values.items() if value is not None}
        memory.runs[asked] = RunTape(
            *asked[:2], memory.number(changes), run.span, asked[2], kept, run.commits is not None, sides, guard,
            run.absent, run.notes, told,
        )  # fmt: skip
        return replace(
            run, changes=changes, tree=tree, custody=custody, documents=documents,
            commits=None if run.commits is None else memory.commits_of(run.commits),
        )

    def _sides(self, asked: Asked) -> tuple[int, int]:
        """The doors to base and head; where files are new at its end, the base is another one."""
        sides = self.memory.sides
        while len(sides) < 2:
            sides.append(Face())
        if asked[2] is None:
            return 0, 1
        sides.append(Face())
        return len(sides) - 1, 1


def _file(one: FileChange) -> FileTape:
    return FileTape(one.path, one.kind, one.position, _entry(one.before), _entry(one.after), one.renamed_from, one.renamed_to)


def _entry(content: Content | None) -> Entry | None:
    return None if content is None else (content.mode, content.oid)


def _commit(one: Commit) -> CommitTape:
    return CommitTape(one.id, one.parents, _person(one.author), _person(one.committer), one.message, one.trailers)


def _person(one: Person) -> PersonTape:
    return PersonTape(one.name, one.email, one.when)


def _documents(found: Documents, door: Change) -> Documents:
    at_base, at_head = (
        tuple(replace(one, content=replace(one.content, reader=door)) for one in side) for side in (found.at_base, found.at_head)
    )
    return replace(found, at_base=at_base, at_head=at_head)


def _papers(found: Documents) -> Papers:
    at_base, at_head = (
        tuple(Paper(one.name, one.path, one.content.mode, one.oid) for one in side) for side in (found.at_base, found.at_head)
    )
    return Papers(at_base, at_head, found.places, found.logs)
