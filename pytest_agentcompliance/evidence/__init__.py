"""What a run leaves behind, as plain frozen data. Nothing here does I/O: what is read late comes through a reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib import import_module
from typing import TYPE_CHECKING

from pytest_agentcompliance.evidence.changes import ChangeSet, Content, FileChange, Line
from pytest_agentcompliance.evidence.commits import Commit, History
from pytest_agentcompliance.evidence.custody import Custody, Detour, Oddity
from pytest_agentcompliance.evidence.documents import Document, Documents
from pytest_agentcompliance.evidence.ledger import Ledger
from pytest_agentcompliance.evidence.log import Chunk, ChunkLog
from pytest_agentcompliance.evidence.tree import Tree
from pytest_agentcompliance.verdict import Verdict

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence.coverage import Coverage, CoverageReport
    from pytest_agentcompliance.evidence.proofs import Proof, Proofs
    from pytest_agentcompliance.evidence.report import Report
    from pytest_agentcompliance.evidence.task import Task
    from pytest_agentcompliance.evidence.transcript import Step, Transcript

__all__ = [
    "ChangeSet", "Chunk", "ChunkLog", "Commit", "Content", "Coverage", "CoverageReport", "Custody", "Detour", "Document",
    "Documents", "FileChange", "History", "Ledger", "Line", "Oddity", "Proof", "Proofs", "Report", "Run", "Span",
    "Step", "Task", "Transcript", "Tree",
]

LATE = {
    "Coverage": "coverage", "CoverageReport": "coverage", "Proof": "proofs", "Proofs": "proofs",
    "Report": "report", "Step": "transcript", "Task": "task", "Transcript": "transcript",
}  # fmt: skip


def __getattr__(name: str) -> object:
    """What most runs do not leave is imported when it is asked for: start-up time."""
    if name not in LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{LATE[name]}"), name)


@dataclass(frozen=True, slots=True)
class Span:
    """The two ends of a run: ``base`` as it was asked for or found, ``merge_base`` and ``head`` as ids.

    ``head`` is empty when the work tree as it stands is the end of the run; ``tree`` is its end tree's id.
    """

    base: str = ""
    merge_base: str = ""
    head: str = ""
    tree: str = ""
    commits: int = 0
    ignored: int = 0  # files of the work tree that base's ignore files leave out
    ignored_bytes: int = 0
    ignored_complete: bool = True  # False: they were so many that the rest was not counted
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """All evidence of one run, a field for each kind. A kind that was not left, or not asked for, is None."""

    changes: ChangeSet | None = None
    commits: History | None = None
    tree: Tree | None = None
    documents: Documents | None = None
    log: ChunkLog | None = None
    report: "Report | None" = None
    proofs: "Proofs | None" = None
    transcript: "Transcript | None" = None
    task: "Task | None" = None
    coverage: "Coverage | None" = None
    custody: Custody | None = None
    verdicts: tuple[Verdict, ...] | None = None

    span: Span = Span()
    ledger: Ledger = field(default_factory=Ledger, compare=False)
    absent: Mapping[str, str] = field(default_factory=dict)  # kind: why it is None
    notes: tuple[str, ...] = ()  # what is to be said about how it was read

    @classmethod
    def kinds(cls) -> frozenset[str]:
        return frozenset(one.name for one in fields(cls)) - {"span", "ledger", "absent", "notes"}

    def problem(self, kind: str) -> str:
        """Why evidence of this kind cannot be used; empty when it can."""
        value = getattr(self, kind)
        if value is None:
            return self.absent.get(kind) or f"the run left no {kind}"
        return getattr(value, "problem", "")
