"""What a bundle holds of a run, as plain data: what the audit was given, and what it was answered when it asked for more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from pytest_agentcompliance.errors import EvidenceError, Unreadable
from pytest_agentcompliance.evidence import ChunkLog, Ledger, Span
from pytest_agentcompliance.evidence.changes import Kind
from pytest_agentcompliance.evidence.coverage import Coverage
from pytest_agentcompliance.evidence.custody import Oddity
from pytest_agentcompliance.evidence.documents import DocumentName
from pytest_agentcompliance.evidence.proofs import Proofs
from pytest_agentcompliance.evidence.report import Report
from pytest_agentcompliance.evidence.task import Task
from pytest_agentcompliance.evidence.transcript import Transcript
from pytest_agentcompliance.policy import Waiver
from pytest_agentcompliance.reporters.account import Account
from pytest_agentcompliance.verdict import Meter, PolicyFacts, Severity, Verdict

Entry = tuple[str, str]  # mode and id


# The law


@dataclass(frozen=True, slots=True)
class BoundTape:
    """A rule with all its parameters; ``built`` is False while there is none."""

    name: str
    severity: Severity
    parameters: Mapping[str, object] = field(default_factory=dict)
    built: bool = True


@dataclass(frozen=True, slots=True)
class ClauseTape:
    """A clause of a profile as it was bound."""

    id: str
    says: str
    severity: Severity
    rules: tuple[BoundTape, ...] = ()
    person: str = ""
    off: str = ""
    section: str = ""
    partly: str = ""


@dataclass(frozen=True, slots=True)
class ProfileTape:
    """A profile as it was bound, template values resolved; ``story`` is that of the run."""

    name: str
    spec: str
    clauses: tuple[ClauseTape, ...]
    differences: tuple[str, ...] = ()
    story: str = ""


@dataclass(frozen=True, slots=True)
class Law:
    """The policy as far as a verdict hangs on it, and the day that its waivers were held to."""

    day: date
    facts: PolicyFacts
    profiles: tuple[ProfileTape, ...]
    waivers: tuple[Waiver, ...] = ()
    known: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


# The evidence


@dataclass(frozen=True, slots=True)
class Told:
    """What the ledger was told meanwhile."""

    read: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()

    def __add__(self, other: "Told") -> "Told":
        asked = tuple(sorted({*self.asked, *other.asked}))
        return Told(tuple(sorted({*self.read, *other.read})), {**self.unread, **other.unread}, asked)

    def to(self, ledger: Ledger) -> None:
        """Tell another ledger the same."""
        ledger.read.update(self.read)
        ledger.unread.update(self.unread)
        for path in self.asked:
            ledger.need(path)


@dataclass(frozen=True, slots=True)
class Failure:
    """What was raised instead of an answer."""

    kind: Literal["unreadable", "evidence"]
    why: str
    path: str = ""

    @classmethod
    def of(cls, wrong: EvidenceError) -> "Failure":
        if isinstance(wrong, Unreadable):
            return cls("unreadable", wrong.reason, wrong.path)
        return cls("evidence", str(wrong))

    def error(self) -> EvidenceError:
        return Unreadable(self.path, self.why) if self.kind == "unreadable" else EvidenceError(self.why)


@dataclass(frozen=True, slots=True)
class PatchTape:
    """What git printed of a change: a member of the bundle, and how it is to be cut."""

    member: str
    start: int
    statuses: str
    missing: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileTape:
    """One changed file."""

    path: str
    kind: Kind
    position: int
    before: Entry | None = None
    after: Entry | None = None
    renamed_from: str | None = None
    renamed_to: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeTape:
    """A change. ``patch`` is None, and ``failure`` too, where nobody looked at one."""

    files: tuple[FileTape, ...]
    as_of: datetime
    patch: PatchTape | None = None
    failure: Failure | None = None
    told: Told = Told()


@dataclass(frozen=True, slots=True)
class Search:
    """A search for names in one side of the tree, and the paths that have them."""

    names: tuple[str, ...]
    endings: tuple[str, ...]
    found: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class SideTape:
    """What was asked of one side of the tree: its listing, single paths, names."""

    files: tuple[tuple[str, str, str], ...] | None = None
    failure: Failure | None = None
    looked: Mapping[str, Entry | None] = field(default_factory=dict)
    failed: Mapping[str, Failure] = field(default_factory=dict)
    searches: tuple[Search, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonTape:
    name: str
    email: str
    when: datetime


@dataclass(frozen=True, slots=True)
class CommitTape:
    """A commit; ``change`` is the number of its own one, where somebody asked for it."""

    id: str
    parents: tuple[str, ...]
    author: PersonTape
    committer: PersonTape
    message: str
    trailers: tuple[tuple[str, str], ...] = ()
    change: int | None = None
    failure: Failure | None = None
    told: Told = Told()


@dataclass(frozen=True, slots=True)
class HistoryTape:
    commits: tuple[CommitTape, ...] | None = None
    failure: Failure | None = None
    told: Told = Told()


@dataclass(frozen=True, slots=True)
class DetourTape:
    change: int
    where: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CustodyTape:
    """What lies beside a run, each part as far as somebody asked."""

    oddities: tuple[Oddity, ...] | None = None
    oddities_failure: Failure | None = None
    oddities_told: Told = Told()
    detours: tuple[DetourTape, ...] | None = None
    detours_failure: Failure | None = None
    detours_told: Told = Told()


@dataclass(frozen=True, slots=True)
class Paper:
    """A document: what it is, and the file that it lies in."""

    name: DocumentName
    path: str
    mode: str
    oid: str


@dataclass(frozen=True, slots=True)
class Papers:
    """The documents of a story."""

    at_base: tuple[Paper, ...] = ()
    at_head: tuple[Paper, ...] = ()
    places: Mapping[DocumentName, tuple[str, ...]] = field(default_factory=dict)
    logs: tuple[ChunkLog, ...] = ()


# What is kept as data, each once: its kind and the type that it is held to.
KEPT: Mapping[str, Any] = {
    "documents": Papers, "log": ChunkLog, "report": Report, "proofs": Proofs, "transcript": Transcript, "task": Task,
    "coverage": Coverage,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunTape:
    """One gathering of evidence for a profile, by its number. ``kept`` are numbers of values by kind.

    ``paths``: these files were taken as new at the run's end; None where the run was taken as it is.
    """

    profile: int
    kinds: tuple[str, ...]
    change: int
    span: Span
    paths: tuple[str, ...] | None = None
    kept: Mapping[str, int] = field(default_factory=dict)
    commits: bool = False
    sides: tuple[int, int] | None = None
    custody: int | None = None
    absent: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    told: Told = Told()


@dataclass(frozen=True, slots=True)
class Tape:
    """The whole of it but contents, patches and the values of ``KEPT``, which are members of their own."""

    runs: tuple[RunTape, ...]
    changes: int  # how many
    sides: tuple[SideTape, ...] = ()
    history: HistoryTape = HistoryTape()
    custodies: tuple[CustodyTape, ...] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)  # contents by id
    told: Told = Told()  # before anything was gathered


# What came out


@dataclass(frozen=True, slots=True)
class CarriedVerdict:
    """A verdict as it was made; ``number`` is its place in the audit."""

    number: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a replay takes as it was made: what is shown beside the verdicts always (``account``, without those), and of
    the verdicts what the evidence of the bundle says otherwise."""

    account: Account
    carried: tuple[CarriedVerdict, ...] = ()
    meter: Meter | None = None
    notes: tuple[str, ...] | None = None
    unaudited: tuple[tuple[str, str], ...] | None = None
