"""The two ends of a run: which commits, or the work tree as it stands, and the trees that are compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.evidence import ChangeSet, Ledger, Span
from pytest_agentcompliance.sources import base as bases
from pytest_agentcompliance.sources.repository import Repository


@dataclass(frozen=True, slots=True)
class Ends:
    """What every other source starts from. ``commits`` are the ids of the range, oldest first."""

    span: Span
    base_tree: str
    head_tree: str
    commits: tuple[str, ...]
    changes: ChangeSet
    ledger: Ledger


def find(repository: Repository, base: str | None, head: str | None, environ: Mapping[str, str]) -> Ends:
    """Resolve both ends and read the change. Afterwards the repository answers to ids only.

    Raises ``UsageError`` for a revision that is unknown, ``EvidenceError`` where there is no merge base.
    """
    if head is None and repository.root is None:
        raise UsageError(f"{repository.location.git_dir} is a bare repository, which has no work tree; pass --base and --head")
    head_id = repository.commit(head or "HEAD")
    base_id, said = bases.find(repository, base, environ)
    merge_base, commits, notes = bases.merge_base(repository, base_id, head_id, said)
    repository.shadow.seal()
    base_tree, head_tree = repository.tree_of(merge_base), repository.tree_of(head_id)
    ledger, ignored = Ledger(), 0
    if head is None and repository.root is not None:
        from pytest_agentcompliance.sources import worktree  # start-up time: most audits are of commits

        captured = worktree.capture(repository, repository.root, head_tree, base_tree)
        head_tree, ignored, as_of = captured.tree, captured.ignored, datetime.now(UTC)
        ledger.unread.update(captured.unreadable)
        head_id += "+worktree"
    else:
        as_of = repository.committed_at(head_id)
    if base_tree == head_tree:
        notes.append("the run changed nothing: base and head have the same tree")
    changes = repository.changes(base_tree, head_tree, ledger, as_of)
    span = Span(said, merge_base, head_id, head_tree, len(commits), ignored, tuple(notes))
    return Ends(span, base_tree, head_tree, tuple(commits), changes, ledger)
