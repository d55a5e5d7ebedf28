"""The two ends of a run: which commits, or the work tree as it stands, and the trees that are compared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.evidence import ChangeSet, Commit, History, Ledger, Span
from pytest_agentcompliance.sources import base as bases
from pytest_agentcompliance.sources.repository import Repository

if TYPE_CHECKING:
    from pytest_agentcompliance.sources.worktree import Captured


@dataclass(frozen=True, slots=True)
class Ends:
    """What every other source starts from. ``commits`` are the ids of the range, oldest first."""

    span: Span
    base_tree: str
    head_tree: str
    commits: tuple[str, ...]
    changes: ChangeSet
    ledger: Ledger
    history: History
    committed_tree: str  # head's, where the work tree is the end
    captured: "Captured | None"  # of the work tree, where that is the end
    tip_tree: str  # base's own, which the merge base may lie behind
    kept: dict[object, Any] = field(default_factory=dict, compare=False)  # what is read once for all profiles


def find(repository: Repository, base: str | None, head: str | None, environ: Mapping[str, str]) -> Ends:
    """Resolve both ends and read the change. Afterwards the repository answers to ids only.

    Raises ``UsageError`` for a revision that is unknown, ``EvidenceError`` where there is no merge base.
    """
    if head is None and repository.root is None:
        raise UsageError(f"{repository.location.git_dir} is a bare repository, which has no work tree; pass --base and --head")
    head_id = repository.commit(head or "HEAD")
    base_id, said = bases.find(repository, base, environ, head_id)
    merge_base, commits, notes = bases.merge_base(repository, base_id, head_id, said, environ)
    repository.shadow.seal()
    tip_tree = repository.tree_of(base_id)
    base_tree, head_tree = repository.tree_of(merge_base), repository.tree_of(head_id)
    ledger, captured, committed_tree = Ledger(), None, head_tree
    if head is None and repository.root is not None:
        from pytest_agentcompliance.sources import worktree  # start-up time: most audits are of commits

        captured = worktree.capture(repository, repository.root, head_tree, base_tree)
        head_tree, as_of = captured.tree, datetime.now(UTC)
        ledger.unread.update(captured.unreadable)
        head_id += "+worktree"
        notes += _notes(captured)
    else:
        as_of = repository.committed_at(head_id)
    if not commits and base_id != merge_base:
        notes.append("head lies behind base: it has no commit of its own")
    notes += _elsewhere(repository)
    if base_tree == head_tree:
        notes.append("the run changed nothing: base and head have the same tree")
    changes = repository.changes(base_tree, head_tree, ledger, as_of)
    left = captured.ignored if captured is not None else None
    ignored = (left.files, left.bytes, left.complete) if left is not None else (0, 0, True)
    span = Span(said, merge_base, head_id, head_tree, len(commits), *ignored, tuple(notes))
    history = _history(repository, commits, ledger)
    return Ends(span, base_tree, head_tree, tuple(commits), changes, ledger, history, committed_tree, captured, tip_tree)


def _elsewhere(repository: Repository) -> Iterator[str]:
    """A ``.git`` that is a file can lead anywhere, and into the tree that is audited nobody leads it by right."""
    at = repository.location
    if at.root is not None and at.git_dir != at.root / ".git" and at.git_dir.is_relative_to(at.root):
        where = at.git_dir.relative_to(at.root).as_posix()
        yield f".git is a file that leads to {where}, a repository inside of the work tree; that one was read"


def _notes(captured: "Captured") -> Iterator[str]:
    if captured.sparse:
        yield f"a sparse checkout: {captured.sparse} files are not on the disk, and were taken as they are committed"


def _history(repository: Repository, commits: list[str], ledger: Ledger) -> History:
    """The commits, read when first asked for, once for all who ask."""

    def read() -> tuple[Commit, ...]:
        from pytest_agentcompliance.sources import history  # start-up time

        return history.history(repository, commits, ledger).commits

    return History(read)
