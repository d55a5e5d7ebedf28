"""What the canary plants on: the tree that holds the law, which is the merge base's, or head's."""

from dataclasses import dataclass

from pytest_agentcompliance import policy as law
from pytest_agentcompliance.engine import Options
from pytest_agentcompliance.errors import Unreadable, UsageError
from pytest_agentcompliance.profile import FOLDER
from pytest_agentcompliance.sources import base as bases
from pytest_agentcompliance.sources.repository import Repository


@dataclass(frozen=True, slots=True)
class Ground:
    """``commit`` and ``tree`` are ids; ``said`` is how the commit was found, ``notes`` what is to be said about it."""

    commit: str
    tree: str
    said: str
    notes: tuple[str, ...] = ()


def found(repository: Repository, options: Options) -> Ground:
    """Where an audit with these options would read the law. Raises ``UsageError`` or ``EvidenceError``."""
    base, said, notes = _base(repository, options)
    ground = Ground(base, repository.tree_of(base), said, notes)
    if options.policy is not None or _has_policy(repository, ground.tree):
        return ground
    head = repository.blobs.commits(["HEAD"]).get("HEAD", base)
    tree = repository.tree_of(head)
    if head != base and _has_policy(repository, tree):
        note = f"{law.FILE} is not at the merge base, and nobody has reviewed head's: the canary plants on head"
        return Ground(head, tree, "HEAD", (*ground.notes, note))
    if not options.profiles:
        raise UsageError(
            f"there is no {law.FILE}, neither at the merge base nor at HEAD, and no --profile was passed; commit one "
            f"('agent-compliance init' writes it), or pass it with --policy"
        )
    return ground


def _base(repository: Repository, options: Options) -> tuple[str, str, tuple[str, ...]]:
    heads = repository.blobs.commits(["HEAD"])
    if not heads and options.base:
        return repository.commit(options.base), options.base, ("HEAD has no commit: the canary plants on the base itself",)
    head = repository.commit("HEAD")
    try:
        base, said = bases.find(repository, options.base, options.environ, head)
    except UsageError:
        if options.base:
            raise
        return head, "HEAD", ("the base of a run is unknown here: the canary plants on HEAD",)
    merge_base, _, notes = bases.merge_base(repository, base, head, said)
    return merge_base, said, tuple(note for note in notes if "merge bases" in note)


def _has_policy(repository: Repository, tree: str) -> bool:
    try:
        return repository.entry(tree, law.FILE) is not None
    except Unreadable as wrong:
        raise UsageError(f"{law.FILE} could not be looked for: {wrong.reason}") from wrong


def is_law(path: str) -> bool:
    """Whether a path holds the law itself, which no plant puts another in the place of."""
    return path == law.FILE or path.startswith(f"{FOLDER.split('/', 1)[0]}/")
