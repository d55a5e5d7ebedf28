"""Trees of our own making: one that differs from another in a few paths, written into the shadow."""

from collections.abc import Iterator, Mapping

from pytest_agentcompliance.evidence.changes import FOLDER
from pytest_agentcompliance.sources.repository import Repository

Entry = tuple[str, str]  # mode and id
GONE: Entry = ("0", "")


def written(repository: Repository, tree_id: str, differing: Mapping[bytes, Entry]) -> str:
    """The id of a tree with what differs put in. Written by us: git's index leaves out names such as ``.GIT``."""
    changed: dict[bytes, dict[bytes, Entry]] = {b"": {}}
    for path, entry in differing.items():
        folder, _, name = path.rpartition(b"/")
        changed.setdefault(folder, {})[name] = entry
        for above in parents(path):
            changed.setdefault(above, {})
    top_down = sorted(changed, key=lambda folder: folder.count(b"/") + bool(folder))
    content: dict[bytes, dict[bytes, Entry]] = {}
    for folder in top_down:
        above, _, name = folder.rpartition(b"/")
        mode, oid = content[above].get(name, GONE) if folder else (FOLDER, tree_id)
        content[folder] = {name: (mode, id) for mode, name, id in repository.blobs.tree(oid)} if mode == FOLDER else {}
    tree = tree_id
    for folder in reversed(top_down):
        entries = content[folder]
        for name, entry in changed[folder].items():
            if entry != GONE:
                entries[name] = entry
            elif entries.get(name, GONE)[0] != FOLDER:  # a folder that took the file's place is no file that has gone
                entries.pop(name, None)
        order = sorted(entries.items(), key=lambda one: one[0] + b"/" if one[1][0] == FOLDER else one[0])
        data = b"".join(b"%s %s\0%s" % (mode.lstrip("0").encode(), name, bytes.fromhex(id)) for name, (mode, id) in order)
        tree = repository.put(data, "tree")
        above, _, name = folder.rpartition(b"/")
        if not folder:
            break
        if entries:
            content[above][name] = (FOLDER, tree)
        elif content[above].get(name, GONE)[0] == FOLDER:
            del content[above][name]
    return tree


def parents(path: bytes) -> Iterator[bytes]:
    while b"/" in path:
        path = path.rpartition(b"/")[0]
        yield path
    yield b""
