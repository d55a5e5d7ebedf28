"""A case whose evidence is that of a bundle: no repository, no git, no file of the disk is asked."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from pytest_agentcompliance.bundle import codec
from pytest_agentcompliance.bundle.tape import (
    KEPT,
    ChangeTape,
    CommitTape,
    CustodyTape,
    Entry,
    Failure,
    Papers,
    RunTape,
    SideTape,
    Tape,
)
from pytest_agentcompliance.engine import Bound, Case
from pytest_agentcompliance.errors import EvidenceError, Unreadable
from pytest_agentcompliance.evidence import (
    ChangeSet,
    Commit,
    Content,
    Custody,
    Detour,
    Document,
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
from pytest_agentcompliance.sources.diff import Patches, Printed
from pytest_agentcompliance.sources.wanted import Wanted

SILENT = "the bundle does not have it: nobody asked for it when it was made"
T = TypeVar("T")


class Store:
    """The members of a bundle as evidence. Each is read when it is asked for; numbers that name nothing are refused."""

    def __init__(self, tape: Tape, members: Mapping[str, bytes]) -> None:
        self.tape, self._members, self.ledger = tape, members, Ledger()
        self.silent: set[str] = set()  # ids of contents that are asked for, and that nobody asked for when the bundle was made
        self._changes: dict[tuple[int, int], ChangeSet] = {}
        self._kept: dict[tuple[str, int], Any] = {}
        tape.told.to(self.ledger)

    def run(self, taped: RunTape) -> Run:
        ledger = self.ledger if taped.paths is None else Ledger()
        taped.told.to(ledger)
        changes = self.change(taped.change, ledger)
        tree = None
        if taped.sides is not None:
            tree = Tree(*(self._side(_at(self.tape.sides, number), changes, ledger) for number in taped.sides))
        values = {kind: self._value(kind, number) for kind, number in taped.kept.items()}
        documents: Papers | None = values.pop("documents", None)
        return Run(
            changes=changes,
            commits=self._history if taped.commits else None,
            tree=tree,
            documents=None if documents is None else _documents(documents, changes, ledger),
            custody=None if taped.custody is None else self._custody(_at(self.tape.custodies, taped.custody), ledger),
            span=taped.span, ledger=ledger, absent=taped.absent, notes=taped.notes, **values,
        )

    def content(self, oid: str) -> bytes:
        if oid in self.tape.unreadable:
            raise Unreadable(oid, self.tape.unreadable[oid])
        found = self._members.get(f"blobs/{oid}")
        if found is None:
            self.silent.add(oid)
            raise Unreadable(oid, SILENT)
        return found

    def change(self, number: int, ledger: Ledger) -> ChangeSet:
        """The change of this number, whose reading is written into this ledger."""
        known = number, id(ledger)
        if known not in self._changes:
            name = f"changes/{number}.json"
            if not 0 <= number < self.tape.changes:
                raise EvidenceError(f"the bundle is damaged: it has no {name}")
            taped: ChangeTape = codec.loads(self.member(name), ChangeTape, name)
            reader = Stored(self, taped, ledger)

            def side(path: str, entry: Entry | None) -> Content | None:
                return None if entry is None else Content(path, *entry, reader, ledger)

            files = tuple(
                FileChange(
                    one.path, one.kind, side(one.path, one.before), side(one.path, one.after), one.position, reader, ledger,
                    one.renamed_from, one.renamed_to,
                )
                for one in taped.files
            )
            self._changes[known] = ChangeSet(files, reader, ledger, taped.as_of)
        return self._changes[known]

    def member(self, name: str) -> bytes:
        found = self._members.get(name)
        if found is None:
            raise EvidenceError(f"the bundle is damaged: it has no {name}")
        return found

    def _value(self, kind: str, number: int) -> Any:
        if kind not in KEPT:
            raise EvidenceError(f"the bundle is damaged: there is no evidence called {kind[:60]!r}")
        if (kind, number) not in self._kept:
            name = f"kept/{kind}{number}.json"
            self._kept[kind, number] = codec.loads(self.member(name), KEPT[kind], name)
        return self._kept[kind, number]

    def _side(self, taped: SideTape, changes: ChangeSet, ledger: Ledger) -> Side:
        searches = {(one.names, one.endings): one for one in taped.searches}

        def read() -> Mapping[str, Content]:
            files = _answer(taped.files, taped.failure, "the listing of a tree")
            return {path: Content(path, mode, oid, changes.reader, ledger) for path, mode, oid in files}

        def look(path: str) -> Content | None:
            if path not in taped.looked:
                return _answer(None, taped.failed.get(path), path)
            entry = taped.looked[path]
            return None if entry is None else Content(path, *entry, changes.reader, ledger)

        def search(names: frozenset[str], endings: tuple[str, ...]) -> Mapping[str, frozenset[str]]:
            one = searches.get((tuple(sorted(names)), endings))
            if one is None or one.failure is not None:
                return _answer(None, None if one is None else one.failure, "a search for names")
            found = one.found
            return {name: frozenset(paths) for name, paths in found.items()}

        return Side(read, search, look)

    @cached_property
    def _history(self) -> History:
        taped = self.tape.history

        def read() -> tuple[Commit, ...]:
            taped.told.to(self.ledger)
            return tuple(map(self._commit, _answer(taped.commits, taped.failure, "the commits")))

        return History(read)

    def _commit(self, taped: CommitTape) -> Commit:
        def changes() -> ChangeSet:
            taped.told.to(self.ledger)
            return self.change(_answer(taped.change, taped.failure, f"commit {taped.id}"), self.ledger)

        author, committer = (Person(one.name, one.email, one.when) for one in (taped.author, taped.committer))
        return Commit(taped.id, taped.parents, author, committer, taped.message, taped.trailers, changes)

    def _custody(self, taped: CustodyTape, ledger: Ledger) -> Custody:
        def oddities() -> tuple[Oddity, ...]:
            taped.oddities_told.to(ledger)
            return _answer(taped.oddities, taped.oddities_failure, "what lies beside the change")

        def detours() -> tuple[Detour, ...]:
            taped.detours_told.to(ledger)
            found = _answer(taped.detours, taped.detours_failure, "the detours")
            return tuple(Detour(self.change(one.change, ledger), one.where) for one in found)

        return Custody(oddities, detours, ledger=ledger)


class Stored:
    """The reader of one change: its patch is cut and searched as git's own is."""

    def __init__(self, store: Store, taped: ChangeTape, ledger: Ledger) -> None:
        self._store, self._taped, self._ledger = store, taped, ledger

    @cached_property
    def _patches(self) -> Patches:
        self._taped.told.to(self._ledger)
        patch = _answer(self._taped.patch, self._taped.failure, "a patch")
        printed = Printed(self._store.member(patch.member), patch.start, patch.statuses, patch.missing)
        return printed.patches(self._store.content)

    def content(self, oid: str) -> bytes:
        return self._store.content(oid)

    def lines(self, position: int) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
        return self._patches.lines(position)

    def search(self, pattern: re.Pattern[bytes] | Hints, among: Collection[int] | None = None) -> frozenset[int]:
        return self._patches.search(pattern, among)

    @property
    def count(self) -> int:
        return self._patches.count


@dataclass(frozen=True, slots=True)
class Replayed(Case):
    """A case of a bundle."""

    store: Store
    given: dict[object, Run] = field(default_factory=dict)

    def gather(self, bound: Bound, kinds: Collection[str]) -> Run:
        return self._run(bound.wanted, kinds, None)

    def anew(self, wanted: Wanted, kinds: Collection[str], paths: Collection[str]) -> Run:
        return self._run(wanted, kinds, paths)

    def _run(self, wanted: Wanted, kinds: Collection[str], paths: Collection[str] | None) -> Run:
        profile = next(k for k, one in enumerate(self.bound) if one.wanted is wanted)
        asked = profile, tuple(sorted(kinds)), None if paths is None else tuple(sorted(paths))
        if asked not in self.given:
            taped = next((one for one in self.store.tape.runs if (one.profile, one.kinds, one.paths) == asked), None)
            if taped is None:
                raise EvidenceError(f"the evidence {', '.join(asked[1])}: {SILENT}")
            self.given[asked] = self.store.run(taped)
        return self.given[asked]


def _answer(found: "T | None", failure: Failure | None, what: str) -> T:
    """What was answered. Raises what was raised instead."""
    if found is not None:
        return found
    raise failure.error() if failure is not None else Unreadable(what, SILENT)


def _at(known: "tuple[T, ...]", number: int) -> T:
    if not 0 <= number < len(known):
        raise EvidenceError(f"the bundle is damaged: it names a part {number} of {len(known)}")
    return known[number]


def _documents(taped: Papers, changes: ChangeSet, ledger: Ledger) -> Documents:
    at_base, at_head = (
        tuple(Document(one.name, Content(one.path, one.mode, one.oid, changes.reader, ledger)) for one in side)
        for side in (taped.at_base, taped.at_head)
    )
    return Documents(at_base, at_head, taped.places, taped.logs)
