"""States that the run was in and did not end in: what its commits held on the way, and what is staged.

Each version of a path counts that is neither base's nor the end's, a deletion too. What is staged counts wherever it is
neither head's nor the work tree's, since the next commit would take it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from pytest_agentcompliance.errors import EvidenceError, Unreadable
from pytest_agentcompliance.evidence import ChangeSet
from pytest_agentcompliance.evidence.changes import FOLDER, SUBMODULE
from pytest_agentcompliance.evidence.custody import INDEX, Detour
from pytest_agentcompliance.sources import diff, trees
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository

MOST_VERSIONS = 20  # of one path, that are judged
MOST_PATHS = 20_000
SLASH = ord("/")
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
    rows = {path: list(versions.items()) for path, versions in passed.items()}
    layers = [{path: row[-1 - depth] for path, row in rows.items() if len(row) > depth} for depth in range(MOST_VERSIONS)]
    layers = [layer for layer in layers if layer]
    entries = [{path: entry for path, (entry, _) in layer.items()} for layer in layers]
    together = _together(repository, ends, entries)
    for number, layer in enumerate(layers):
        where = {path: f"commit {commit[:12]}" for path, (_, commit) in layer.items()}
        yield Detour(together[number], where) if together else _detour(repository, ends, entries[number], where)


def _together(repository: Repository, ends: Ends, layers: Sequence[Mapping[str, trees.Entry]]) -> list[ChangeSet]:
    """The changes of all layers from one process; none where one of them cannot be told without the trees that they would be.

    Each is that of two trees which hold the paths in question alone, side by side: a path is a name like another to git.
    """
    pairs: list[tuple[str, str]] = []
    blobs: dict[str, None] = {}
    try:
        plain = _Plain(repository, ends.base_tree)
        for layer in layers:
            after = {_raw(path): entry for path, entry in layer.items() if entry != trees.GONE}
            before = {raw: entry for raw in map(_raw, layer) if (entry := plain.at(raw)) is not None}
            if any(above in after for raw in after for above in trees.parents(raw)):
                return []
            blobs |= dict.fromkeys(oid for side in (before, after) for mode, oid in side.values() if mode != SUBMODULE)
            pairs.append((_flat(repository, before), _flat(repository, after)))
    except Unreadable:
        return []
    repository.blobs.hold(blobs)  # they are what the commits hold
    if any(one.problem for one in repository.blobs.sweep(blobs, keep=False)):
        return []
    patches = repository.patched_each(pairs) if pairs else {}
    if patches.keys() != set(pairs):
        return []
    records = repository.differences(pairs)
    return [
        diff.change_set(raw, patches[pair], ends.ledger, as_of=ends.changes.as_of)
        for pair, raw in zip(pairs, records, strict=True)
    ]


class _Plain:
    """What lies at paths of a tree, as long as that is all that another version of it would take the place of."""

    def __init__(self, repository: Repository, tree: str) -> None:
        self._repository = repository
        self._folders = {b"": self._read(tree)}

    def at(self, path: bytes) -> trees.Entry | None:
        """Raises ``Unreadable`` where a folder lies there, or a file in the place of one above, or where a name is there twice."""
        for end in (at for at, byte in enumerate(path) if byte == SLASH):
            folder = path[:end]
            if folder not in self._folders:
                above, _, name = folder.rpartition(b"/")
                mode, oid = self._folders[above].get(name, (FOLDER, ""))
                if mode != FOLDER:
                    raise Unreadable("", "a file lies where a folder would")
                self._folders[folder] = self._read(oid) if oid else {}
        above, _, name = path.rpartition(b"/")
        found = self._folders[above].get(name)
        if found is not None and found[0] == FOLDER:
            raise Unreadable("", "a folder lies where a file would")
        return found

    def _read(self, oid: str) -> dict[bytes, trees.Entry]:
        listed = list(self._repository.blobs.tree(oid))
        found = {name: (mode, one) for mode, name, one in listed}
        if len(found) < len(listed):
            raise Unreadable("", "a name is there twice")
        return found


def _flat(repository: Repository, entries: Mapping[bytes, trees.Entry]) -> str:
    """The id of a tree that has whole paths for names."""
    found = sorted(entries.items())
    return repository.put(
        b"".join(b"%s %s\0%s" % (mode.lstrip("0").encode(), path, bytes.fromhex(oid)) for path, (mode, oid) in found), "tree"
    )


def _raw(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


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
