"""What a patch does to each path, as digests that outlive a rebase: for proofs, and for the audit that holds them against its ends.

The digest of a path's patch is the SHA-256 of its modes and its hunks with three lines around each, without the numbers of lines
and without what git says behind them; white space counts. A binary, and what could not be read, stands for itself by its ids.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pytest_agentcompliance.errors import EvidenceError
from pytest_agentcompliance.evidence.changes import FOLDER as IS_FOLDER
from pytest_agentcompliance.evidence.changes import SUBMODULE
from pytest_agentcompliance.parsing.proofs.record import FOLDER, FileState
from pytest_agentcompliance.sources import diff, trees
from pytest_agentcompliance.sources.repository import Repository

# evasions: what porcelain configuration could change is said. Without --text, so that git says what is binary; without
# --irreversible-delete, since what went is part of the patch. Names are quoted as git has it where nobody says otherwise: the
# patch-id has them in it.
WORDS = (
    "-c", "core.quotePath=true", "diff-tree", "-r", "--raw", "-z", "-p", "-U3", "--no-renames", "--no-ext-diff",
    "--no-textconv", "--no-color", "--no-relative", "--ignore-submodules=none", "--submodule=short", "--full-index", "--no-abbrev",
    "--diff-algorithm=myers", "--inter-hunk-context=0", "--no-indent-heuristic", "--src-prefix=a/", "--dst-prefix=b/",
    "-O/dev/null",
)  # fmt: skip
HUNK = re.compile(rb"^@@ -[^\n]*", re.MULTILINE)
EMPTY = "000000"


@dataclass(frozen=True, slots=True)
class Patched:
    """All paths in which two trees differ, and ``git patch-id --stable`` of the whole; empty where nothing differs."""

    files: Mapping[str, FileState]
    patch_id: str


def read(repository: Repository, old_tree: str, new_tree: str, *, whole: bool = True) -> Patched:
    """What differs between two trees, proofs left out. ``whole``: with the patch-id. Raises ``EvidenceError``."""
    old_tree, new_tree = (without_proofs(repository, tree) for tree in (old_tree, new_tree))
    if old_tree == new_tree:
        return Patched({}, "")
    status, stream, _ = repository.shadow.run(*WORDS, old_tree, new_tree)
    raw, start = diff.records(stream) if status == 0 else (repository.differences([(old_tree, new_tree)])[0], 0)
    unread = _unread(repository, raw)
    there = [one for one in raw if one.path not in unread]
    if status or unread:  # git stops at the first that it cannot read
        gone = dict.fromkeys(unread, trees.GONE)
        stream = repository.shadow.output(*WORDS, *(trees.written(repository, tree, gone) for tree in (old_tree, new_tree)))
        start = diff.records(stream)[1]
    digests = dict(zip((one.path for one in there), _digests(stream, start, there), strict=True))
    digests |= {one.path: _by_ids(one) for one in raw if one.path in unread}
    files = {one.path.decode("utf-8", "surrogateescape"): _state(one, digests[one.path]) for one in raw}
    patch_id = _patch_id(repository, stream[start:]) if whole and not unread else ""
    return Patched(files, patch_id)


def digests(repository: Repository, old_tree: str, new_tree: str) -> Mapping[str, str]:
    """The digest of the patch of each path in which two trees differ, proofs left out. Raises ``EvidenceError``."""
    return {path: state.patch for path, state in read(repository, old_tree, new_tree, whole=False).files.items()}


def without_proofs(repository: Repository, tree: str) -> str:
    """The id of a tree without the folder of proofs; written into the shadow. Raises ``EvidenceError``."""
    return _without(repository, tree, FOLDER.encode().split(b"/"))


def _without(repository: Repository, tree: str, names: list[bytes]) -> str:
    """A folder that is left empty by it goes too, as git has it."""
    found = {name: (mode, oid) for mode, name, oid in repository.blobs.tree(tree)}
    mode, oid = found.get(names[0], trees.GONE)
    if mode != IS_FOLDER:  # what is no folder holds no proof
        return tree
    left = _without(repository, oid, names[1:]) if names[1:] else ""
    if left == oid:
        return tree
    if left and left != repository.object_id(b"", "tree"):
        found[names[0]] = (mode, left)
    else:
        del found[names[0]]
    data = b"".join(b"%s %s\0%s" % (mode.lstrip("0").encode(), name, bytes.fromhex(oid)) for name, (mode, oid) in found.items())
    return repository.put(data, "tree")


def _unread(repository: Repository, raw: list[diff.Record]) -> set[bytes]:
    """The paths of which a side is missing, broken or forged."""
    both = ((mode, oid) for one in raw for mode, oid in ((one.old_mode, one.old), (one.new_mode, one.new)))
    sides = {oid for mode, oid in both if mode not in (EMPTY, SUBMODULE)}
    wrong = {one.id for one in repository.blobs.sweep(sorted(sides), keep=False) if one.problem or one.kind != "blob"}
    return {one.path for one in raw if wrong & {one.old, one.new}}


def _state(one: diff.Record, patch: str) -> FileState:
    return FileState("0", "", patch) if one.new_mode == EMPTY else FileState(one.new_mode, one.new, patch)


def _digests(stream: bytes, start: int, raw: list[diff.Record]) -> list[str]:
    """The digest of each record's patch; a change of type has two patches."""
    chunks = iter(_chunks(stream, start))
    found = []
    try:
        for one in raw:
            patches = [next(chunks) for _ in range(2 if one.status == "T" else 1)]
            found.append(_digest(one, patches))
    except StopIteration:
        raise EvidenceError("git printed fewer patches than there are changed files") from None
    if next(chunks, None) is not None:
        raise EvidenceError("git printed more patches than there are changed files")
    return found


def _chunks(stream: bytes, start: int) -> list[bytes]:
    found = []
    while start < len(stream):
        end = stream.find(b"\ndiff --git ", start)
        end = len(stream) if end == -1 else end + 1
        found.append(stream[start:end])
        start = end
    return found


def _digest(one: diff.Record, patches: list[bytes]) -> str:
    digest = hashlib.sha256(f"{one.old_mode} {one.new_mode}\n".encode())
    for patch in patches:
        at = patch.find(b"\n@@ -")
        if at != -1:
            digest.update(HUNK.sub(b"@@", patch[at + 1 :]))
        elif b"\nBinary files " in patch:
            return _by_ids(one)
    return digest.hexdigest()


def _by_ids(one: diff.Record) -> str:
    return hashlib.sha256(f"{one.old_mode} {one.new_mode}\n{one.old} {one.new}\n".encode()).hexdigest()


def _patch_id(repository: Repository, patch: bytes) -> str:
    said = repository.shadow.output("patch-id", "--stable", given=patch).split()
    return said[0].decode() if said else ""
