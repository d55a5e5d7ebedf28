"""States that the run was in and did not end in: what its commits held on the way, and what is staged.

Each version of a path counts that is neither base's nor the end's, a deletion too. What is staged counts wherever it is
neither head's nor the work tree's, since the next commit would take it.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from pytest_agentcompliance.errors import EvidenceError, Unreadable
from pytest_agentcompliance.evidence.custody import INDEX, Detour
from pytest_agentcompliance.sources import trees
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository

MOST_VERSIONS = 20  # of one path, that are judged
MOST_PATHS = 20_000
Versions = dict[trees.Entry, str]  # what commits held at one path, with the commit that brought it last


def found(repository: Repository, ends: Ends) -> tuple[Detour, ...]:
    """The detours of a run, each as a change against base."""
    return (*_of_commits(repository, ends), *_of_index(repository, ends))


def _of_commits(repository: Repository, ends: Ends) -> Iterator[Detour]:
    """In layers: the last version of each path that has gone, the one before it, and so on."""
    if len(ends.commits) < 2 and ends.captured is None:
        return  # the one commit is the end
    passed = _passed(ends)
    for path, versions in passed.items():
        for tree in (ends.base_tree, ends.head_tree):
            with suppress(Unreadable):
                versions.pop(repository.entry(tree, path) or trees.GONE, None)
        if len(versions) > MOST_VERSIONS:
            more = f"commits held {len(versions)} versions of it that its end has not; {MOST_VERSIONS} were judged"
            ends.ledger.unread[path] = more
    for depth in range(MOST_VERSIONS):
        layer = {path: [*versions.items()][-1 - depth] for path, versions in passed.items() if len(versions) > depth}
        if not layer:
            return
        where = {path: f"commit {commit[:12]}" for path, (_, commit) in layer.items()}
        yield _detour(repository, ends, {path: entry for path, (entry, _) in layer.items()}, where)


def _passed(ends: Ends) -> dict[str, Versions]:
    """What the commits wrote, by path."""
    passed: dict[str, Versions] = {}
    try:
        commits = ends.history.commits
    except EvidenceError:
        return {}  # who asks for the commits is told
    for commit in commits:
        with suppress(Unreadable):  # said to the ledger
            for change in commit.changes.files:
                entry = (change.after.mode, change.after.oid) if change.after is not None else trees.GONE
                passed.setdefault(change.path, {})[entry] = commit.id
    for path in [*passed][MOST_PATHS:]:
        ends.ledger.unread[path] = f"of what commits held and the end has not, {MOST_PATHS:,} files are looked at"
        del passed[path]
    return passed


def _of_index(repository: Repository, ends: Ends) -> Iterator[Detour]:
    if ends.captured is None:
        return
    committed, now = repository.listing(ends.committed_tree), repository.listing(ends.head_tree)
    staged, nothing = {}, repository.object_id(b"")  # which stands for what is meant to be added
    for path, entry in ends.captured.staged.items():
        raw = path.encode("utf-8", "surrogateescape")
        if entry not in (committed.get(raw), now.get(raw)) and entry[1] != nothing:
            staged[path] = entry
    for raw in committed.keys() & now.keys():
        path = raw.decode("utf-8", "surrogateescape")
        if ends.captured.staged and path not in ends.captured.staged and path not in ends.captured.conflicts:
            staged[path] = trees.GONE
    if staged:
        yield _detour(repository, ends, staged, dict.fromkeys(staged, INDEX))


def _detour(repository: Repository, ends: Ends, entries: Mapping[str, trees.Entry], where: Mapping[str, str]) -> Detour:
    differing = {path.encode("utf-8", "surrogateescape"): entry for path, entry in entries.items()}
    tree = trees.written(repository, ends.base_tree, differing)
    return Detour(repository.changes(ends.base_tree, tree, ends.ledger, ends.changes.as_of), where)
