"""The work tree as it stands, into a tree of the shadow: our own walk, which touches neither the index nor any file.

Modes and links are read from the disk, contents are hashed here, no filter and no index bit has a say. What the
ignore files *of the run's base* leave out stays out, and is counted.
"""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pytest_agentcompliance.errors import AgentComplianceError, EvidenceError, Unreadable
from pytest_agentcompliance.evidence.changes import SUBMODULE, SYMLINK
from pytest_agentcompliance.parsing import opaque
from pytest_agentcompliance.sources import ignoring, staged, trees
from pytest_agentcompliance.sources.location import points_at_git
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.trees import GONE, Entry

FILE_LIMIT = 256 * 1024 * 1024  # bytes of one file that are read; git diffs nothing of more than 1023 MiB
COUNTED = 20_000  # entries of folders that are left out, and that are counted at most
NAMED = 3  # files of a submodule that are named
OPENED = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ignored:
    """What was left out: files and their bytes; at least so many where the count is not ``complete``."""

    files: int = 0
    bytes: int = 0
    complete: bool = True


@dataclass(frozen=True)
class Captured:
    """A work tree that was read: the end tree's id, what was left out or unreadable, and what git would not show of it."""

    tree: str
    ignored: Ignored
    unreadable: Mapping[str, str]
    staged: Mapping[str, Entry]  # the index, without conflicts: mode and id
    conflicts: frozenset[str]  # paths with more than one version in the index
    bits: Mapping[str, str]  # paths that differ from the index, and the bit that tells git not to look at them
    sparse: int  # paths of a sparse checkout that are not on the disk, and are taken as they were committed
    nested: frozenset[str]  # folders that are repositories of their own and no submodules; their files are seen
    submodules: Mapping[str, str]  # submodules whose files are not those of their commit, and in what
    read_hidden: Callable[[], dict[bytes, str]] = field(repr=False, compare=False)

    @cached_property
    def hidden(self) -> Mapping[str, str]:
        """Paths that were seen and that git would not show as untracked: path, and whose rule hides it."""
        return _texts(self.read_hidden())


def capture(repository: Repository, root: Path, head_tree: str, base_tree: str) -> Captured:
    """Walk the work tree under ``root`` and write what differs from ``head_tree`` into the shadow."""
    walk = Walk(repository, os.fsencode(root), repository.listing(head_tree), repository.listing(base_tree))
    differing = walk.differing()
    index = walk.index

    def hidden() -> dict[bytes, str]:
        untracked = [path for path, entry in differing.items() if entry != GONE and path not in index]
        return ignoring.hiding(repository, root, untracked, walk.base) if not walk.odd_rules else {}

    return Captured(
        tree=trees.written(repository, head_tree, differing) if differing else head_tree,
        ignored=walk.ignored(),
        unreadable=_texts(walk.unreadable),
        staged=_texts(index.entries),
        conflicts=frozenset(map(_text, index.conflicts)),
        bits=_texts(walk.bits()),
        sparse=len(walk.left_out),
        nested=frozenset(map(_text, walk.nested)),
        submodules=_texts(walk.submodules),
        read_hidden=hidden,
    )


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _texts(found: Mapping[bytes, T]) -> dict[str, T]:
    return {path.decode("utf-8", "surrogateescape"): value for path, value in found.items()}


@dataclass
class Walk:
    """One pass over a work tree. ``tracked`` is what its commit has, ``base`` what the run started from."""

    repository: Repository
    root: bytes
    tracked: Mapping[bytes, Entry]
    base: Mapping[bytes, Entry]
    unreadable: dict[bytes, str] = field(default_factory=dict)
    nested: set[bytes] = field(default_factory=set)
    submodules: dict[bytes, str] = field(default_factory=dict)
    stats: dict[bytes, os.stat_result] | None = None  # what the system says of each file, where that is kept
    odd_rules: bool = False  # an ignore file that is no file: git would wait for a pipe's other end
    _seen: dict[bytes, Entry] = field(default_factory=dict)
    _left: "list[os.DirEntry[bytes]]" = field(default_factory=list)
    _in_cache: set[bytes] = field(default_factory=set)
    _absent: dict[bytes, Entry] = field(default_factory=dict)  # submodules that are not checked out

    def differing(self) -> dict[bytes, Entry]:
        """What is not as ``tracked`` has it: a path, and its mode and id now; ``GONE`` when it is no more."""
        if self.index.problem:
            self.unreadable[b".git/index"] = self.index.problem
        self._walk()
        for path, entry in self._absent.items():  # it has not moved, unless files lie in its place
            if not any(one.startswith(path + b"/") for one in self._seen):
                self._seen[path] = entry
        found = {path: entry for path, entry in self._seen.items() if self.tracked.get(path) != entry}
        if len(self._seen) - len(found) < len(self.tracked):  # else all that is tracked was seen as it is
            for path in self.tracked.keys() - self._seen.keys() - self.unreadable.keys() - self.left_out:
                found[path] = GONE
        return found

    def _walk(self) -> None:
        pending = [b""]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(self.root + b"/" + folder if folder else self.root) as entries:
                    found = list(entries)
            except OSError as wrong:
                if not folder:
                    raise EvidenceError(f"the work tree could not be listed: {wrong.strerror}") from wrong
                self.unreadable[folder] = wrong.strerror or "it could not be listed"
                self._keep_below(folder)
                continue
            pending += self._entries(folder, found)

    def _entries(self, folder: bytes, found: "list[os.DirEntry[bytes]]") -> list[bytes]:
        """Look at what lies in a folder; the folders in it that are to be looked at next."""
        name, below = folder.rpartition(b"/")[2], []
        ours = folder in self._folders or not folder
        known = not ours and ignoring.laid_down(name, found)
        if known and name in ignoring.ENVIRONMENTS:
            self._left += found
            return []
        compiled, cache = not ours and name == ignoring.BYTECODE, known or folder in self._in_cache
        prefix = folder + b"/" if folder else b""
        for entry in found:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name == b".git" and self._is_git(folder, entry):
                    continue
                if entry.path == self._shadow:  # TMPDIR may lie in the work tree
                    continue
                gitlink = self._is_gitlink(path)
                if gitlink and self._submodule(path):
                    continue
                if not gitlink and path not in self._folders and self._rules.ignore(path, folder=True):
                    self._left.append(entry)
                    continue
                if cache:
                    self._in_cache.add(path)
                below.append(path)
            elif path in self.tracked or path in self.index:
                self._file(path, entry)
            elif entry.name == b".git" and self._is_git(folder, entry):
                continue
            elif (
                (cache and not ignoring.SOURCE.fullmatch(path))
                or (compiled and ignoring.COMPILED.fullmatch(path) and entry.is_file(follow_symlinks=False))
                or self._rules.ignore(path, folder=False)
            ):
                self._left.append(entry)
            else:
                self._file(path, entry)
        return below

    def _is_git(self, folder: bytes, entry: "os.DirEntry[bytes]") -> bool:
        """Whether a ``.git`` is a repository's, and not a folder or a file that has only the name."""
        if not folder:
            return True  # the one that is audited
        if not points_at_git(Path(os.fsdecode(entry.path))):
            return False
        if not self._is_gitlink(folder):
            self.nested.add(folder)
        return not entry.is_symlink()

    def _is_gitlink(self, path: bytes) -> bool:
        return self.index.entries.get(path, GONE)[0] == SUBMODULE or self.tracked.get(path, GONE)[0] == SUBMODULE

    def _file(self, path: bytes, entry: "os.DirEntry[bytes]") -> None:
        try:
            status = entry.stat(follow_symlinks=False)
            if self.stats is not None:
                self.stats[path] = status
            if stat.S_ISREG(status.st_mode):
                mode = self._mode(path, status.st_mode)
                if status.st_size > FILE_LIMIT:
                    self._large(path, mode, entry.path)
                    return
                data = content(entry.path, status.st_size)
            elif stat.S_ISLNK(status.st_mode):
                mode, data = SYMLINK, os.readlink(entry.path)
            else:
                self.odd_rules |= entry.name == ignoring.NAME
                return  # a socket, a pipe or a device: git cannot hold it
        except FileNotFoundError:
            return  # it went while we walked
        except OSError as wrong:
            self._unread(path, wrong.strerror or "it could not be read")
            return
        oid = self.repository.object_id(data)
        before = self.tracked.get(path)
        if before is None or before[1] != oid:
            if before is not None and mode != SYMLINK:
                data = self._as_committed(data, before)
                oid = self.repository.object_id(data)
            if before is None or before[1] != oid:
                self.repository.put(data)
        self._seen[path] = (mode, oid)

    def _mode(self, path: bytes, mode: int) -> str:
        if os.name == "nt" and path in self.tracked:  # no executable bit there
            return self.tracked[path][0]
        return "100755" if mode & stat.S_IXUSR else "100644"

    @cached_property
    def _shadow(self) -> bytes:
        return os.fsencode(self.repository.shadow.dir)

    # What differs on the disk by right

    def _as_committed(self, data: bytes, before: Entry) -> bytes:
        """The content as it would be committed.

        Line ends that base's attributes convert, and large files that LFS put in the place of their pointers,
        differ on the disk by right.
        """
        if self._converts_lines and b"\r\n" in data and b"\0" not in data[:8000]:
            data = data.replace(b"\r\n", b"\n")
        committed, named = self._pointer(before)
        return committed if named and hashlib.sha256(data).hexdigest() == named else data

    def _pointer(self, before: Entry) -> tuple[bytes, str]:
        """What was committed in the place of a large file, and the hash that it names; empty where LFS has no part."""
        if not self._uses_lfs:
            return b"", ""
        try:
            committed = self.repository.blobs.read(before[1])
        except Unreadable:
            return b"", ""
        named = opaque.stands_for(committed)
        return (committed, named) if named else (b"", "")

    def _large(self, path: bytes, mode: str, file: bytes) -> None:
        """A file too large to be read: the one that its pointer names, or one whose content nobody can judge."""
        before = self.tracked.get(path)
        if before is not None and (named := self._pointer(before)[1]):
            with open(file, "rb") as content:
                if hashlib.file_digest(content, "sha256").hexdigest() == named:
                    self._seen[path] = (mode, before[1])
                    return
        self._unread(path, f"it has more than {FILE_LIMIT:,} bytes", mode, changed=True)

    def _unread(self, path: bytes, why: str, mode: str = "100644", *, changed: bool = False) -> None:
        """Say that a file could not be read; one that is new for certain, or changed, is part of the change all the same."""
        self.unreadable[path] = why
        if changed or path not in self.tracked:
            oid = self.repository.object_id(path, "unread")
            self.repository.stand_in(oid, why)
            self._seen[path] = (mode, oid)

    def _keep_below(self, folder: bytes) -> None:
        """What lies in a folder that cannot be listed is unread, not deleted."""
        for path in self.tracked:
            if path.startswith(folder + b"/"):
                self.unreadable[path] = "its folder could not be listed"

    @cached_property
    def _attributes(self) -> bytes:
        found = []
        for path, (mode, oid) in self.base.items():
            if path.endswith(b".gitattributes") and path.rpartition(b"/")[2] == b".gitattributes" and mode != SYMLINK:
                try:
                    found.append(self.repository.blobs.read(oid))
                except Unreadable:
                    continue
        return b"\n".join(found)

    @cached_property
    def _converts_lines(self) -> bool:
        return os.name == "nt" or bool(re.search(rb"\b(?:text|eol|crlf)\b", self._attributes))

    @cached_property
    def _uses_lfs(self) -> bool:
        return b"filter=lfs" in self._attributes

    def _submodule(self, path: bytes) -> bool:
        """A submodule stands where its checked-out HEAD points. False where none is checked out: then it is just a folder."""
        folder = Path(os.fsdecode(self.root + b"/" + path))
        known = self.tracked.get(path) or self.index.entries[path]
        if not points_at_git(folder / ".git"):
            self._absent[path] = known
            return False
        head, said = _inside(folder)
        self._seen[path] = (SUBMODULE, head or known[1])
        if said:
            self.submodules[path] = said
        return True

    # What git would not show, and what is left out

    @cached_property
    def index(self) -> staged.Index:
        """What is staged: it is looked at even where an ignore rule names it."""
        return staged.read(self.repository)

    @cached_property
    def left_out(self) -> frozenset[bytes]:
        """Paths of a sparse checkout, which are absent from the disk by right."""
        return frozenset(path for path in self.index.skipped if path not in self._seen)

    def bits(self) -> dict[bytes, str]:
        """Paths that git is told not to look at, and that are not what is staged."""
        index, found = self.index, {}
        sparse = bool(self.left_out) and self.repository.setting("core.sparseCheckout").lower() == "true"
        for path in index.assumed | index.skipped:
            if path in self.unreadable or (seen := self._seen.get(path)) == index.entries.get(path):
                continue
            if seen is not None or path in index.assumed:
                found[path] = "assume-unchanged" if path in index.assumed else "skip-worktree"
            elif not sparse:
                found[path] = "skip-worktree"
        return found

    @cached_property
    def _rules(self) -> ignoring.Rules:
        return ignoring.Rules(self.repository, self.base)

    @cached_property
    def _folders(self) -> frozenset[bytes]:
        """Every folder that holds something tracked or staged; it is never pruned."""
        found: set[bytes] = set()
        for paths in (self.tracked, self.index.entries, self.index.conflicts):
            for path in paths:
                while (path := path.rpartition(b"/")[0]) and path not in found:
                    found.add(path)
        return frozenset(found)

    def ignored(self) -> Ignored:
        """How much was left out; files, and those in folders, as far as they can be counted soon."""
        files = size = looked = 0
        pending = self._left
        while pending:
            if looked >= COUNTED:
                return Ignored(files, size, complete=False)
            entry, looked = pending.pop(), looked + 1
            try:
                if entry.is_dir(follow_symlinks=False):
                    with os.scandir(entry.path) as below:
                        pending.extend(below)
                else:
                    files, size = files + 1, size + entry.stat(follow_symlinks=False).st_size
            except OSError:
                continue
        return Ignored(files, size)


def content(path: bytes, size: int) -> bytes:
    """The bytes of a file. No more is asked for than there is: a buffer of the limit's size for each costs half the walk."""
    file = os.open(path, OPENED)
    try:
        data = os.read(file, size + 1)
        if len(data) != size:  # it is being written to, or the system hands it out in parts
            parts = [data]
            total = len(data)
            while total <= FILE_LIMIT and (part := os.read(file, 1 << 20)):
                parts.append(part)
                total += len(part)
            data = b"".join(parts)
        return data
    finally:
        os.close(file)


def _inside(folder: Path) -> tuple[str, str]:
    """The commit that a submodule's work tree stands at, empty where it cannot be told; and in what its files differ from it."""
    try:
        with Repository(folder) as inner:
            head = inner.commit("HEAD")
            inner.shadow.seal()
            tree = inner.tree_of(head)
            walk = Walk(inner, os.fsencode(folder), inner.listing(tree), inner.listing(tree))
            differing = walk.differing()
    except AgentComplianceError as wrong:
        return "", f"its files are not part of this audit, and could not be compared with its commit: {wrong}"
    paths = sorted(map(_text, {*differing, *walk.unreadable, *walk.submodules}))
    if not paths:
        return head, ""
    some = ", ".join(paths[:NAMED]) + (" ..." if len(paths) > NAMED else "")
    return head, f"its files are not part of this audit, and {_count(paths)} not as its commit {head[:12]} has them: {some}"


def _count(paths: Iterable[str]) -> str:
    number = len(list(paths))
    return "one is" if number == 1 else f"{number} are"
