"""The work tree as it stands when a command starts, and which of its files are not as they were when it has ended."""

import os
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from pathlib import Path

from pytest_agentcompliance.errors import EvidenceError, UsageError
from pytest_agentcompliance.evidence.changes import SYMLINK
from pytest_agentcompliance.parsing.proofs.record import FOLDER
from pytest_agentcompliance.sources import base as bases
from pytest_agentcompliance.sources import patches, staged, trees
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.trees import Entry
from pytest_agentcompliance.sources.worktree import Walk, content

Stat = tuple[int, ...]
SAYS = attrgetter("st_mode", "st_size", "st_mtime_ns", "st_ctime_ns", "st_ino")
PROOFS = FOLDER.encode() + b"/"


@dataclass(frozen=True)
class Standing:
    """``base`` is the merge base; empty where none was found, and then ``lacking`` says why.

    ``unreadable`` are paths that could not be read, and that the tree has as they were committed.
    """

    base: str
    base_tree: str
    lacking: str
    unreadable: tuple[str, ...]
    _walked: "_Looking" = field(repr=False)
    _head_tree: str
    _differing: Mapping[bytes, Entry] = field(repr=False)

    @cached_property
    def tree(self) -> str:
        """The work tree as it stood, without proofs. All contents were read before; the folders are put together here."""
        repository = self._walked.repository
        whole = trees.written(repository, self._head_tree, self._differing) if self._differing else self._head_tree
        return patches.without_proofs(repository, whole)

    def again(self) -> Mapping[bytes, Stat | None]:
        """What the system says now of the files of which it says something else; None where one has gone. No object is read for
        it. Raises ``EvidenceError``."""
        if _lstat(self._walked.root, b"") is None:
            raise EvidenceError("the work tree is not there any more")
        return _Again.after(self._walked)

    def changed(self, now: Mapping[bytes, Stat | None]) -> tuple[str, ...]:
        """The paths that are not as they were."""
        found = [path for path, said in now.items() if self._walked.differs(path, said)]
        return tuple(path.decode("utf-8", "surrogateescape") for path in sorted(found))


def capture(repository: Repository, given: str | None, environ: Mapping[str, str]) -> Standing:
    """Read the work tree, into the shadow alone. Raises ``EvidenceError``, and ``UsageError`` for a base that is none."""
    root = root_of(repository)
    with _staged(repository) as index:
        head, merge_base, lacking = _ends(repository, given, environ)
    repository.shadow.seal()
    head_tree = repository.tree_of(head) if head else repository.put(b"", "tree")
    base_tree = repository.tree_of(merge_base) if merge_base else ""
    listed = repository.listing(head_tree)
    walk = _Looking(repository, os.fsencode(root), listed, repository.listing(base_tree) if base_tree else listed, stats={})
    walk.__dict__["index"] = index[0]
    differing = {path: entry for path, entry in walk.differing().items() if not path.startswith(PROOFS)}
    unreadable = tuple(path.decode("utf-8", "surrogateescape") for path in sorted(walk.unreadable))
    return Standing(merge_base, base_tree, lacking, unreadable, walk, head_tree, differing)


def root_of(repository: Repository) -> Path:
    """The root of the work tree. Raises ``UsageError`` where there is none."""
    if repository.root is None:
        raise UsageError(f"{repository.location.git_dir} is a bare repository, which has no work tree to prove anything of")
    return repository.root


@contextmanager
def _staged(repository: Repository) -> Iterator[list[staged.Index]]:
    """What is staged, read by a process of git's while others tell where the run started."""
    found: list[staged.Index] = []
    reader = threading.Thread(target=lambda: found.append(staged.read(repository)), daemon=True)
    reader.start()
    yield found
    reader.join()
    if not found:
        found.append(staged.Index({}, problem="what is staged could not be read"))


def _ends(repository: Repository, given: str | None, environ: Mapping[str, str]) -> tuple[str, str, str]:
    """The commit of HEAD, the merge base, and why there is none. A base that was passed and is none raises."""
    try:
        head = repository.commit("HEAD")
    except UsageError:  # no commit yet
        if given:
            raise
        return "", "", "HEAD has no commit yet"
    try:
        base, said = bases.find(repository, given, environ, head)
        return head, bases.merge_base(repository, base, head, said)[0], ""
    except (UsageError, EvidenceError) as wrong:
        if given:
            raise
        return head, "", str(wrong)


@dataclass
class _Looking(Walk):
    """The walk that an audit makes, which keeps what the system says of each file beside what it holds."""

    folders: dict[bytes, Stat] = field(default_factory=dict)

    def differs(self, path: bytes, after: Stat | None) -> bool:
        """What the system says is asked first; where that differs, the content decides."""
        said, known = (self.stats or {}).get(path), self._seen.get(path)
        before = _file_or_link(SAYS(said)) if said is not None else None
        after = _file_or_link(after)
        if before == after:
            return False
        if before is None or after is None or known is None or path in self.unreadable or before[1] != after[1]:
            return True
        file = self.root + b"/" + path
        try:
            if stat.S_ISLNK(after[0]):
                return known != (SYMLINK, self.repository.object_id(os.readlink(file)))
            return known[0] != self._mode(path, after[0]) or not self._holds(path, content(file, after[1]), known)
        except OSError:
            return True

    def _holds(self, path: bytes, data: bytes, known: Entry) -> bool:
        """Whether a content is the one that was seen, also where other line ends or a pointer stand for it in the tree."""
        committed = self.tracked.get(path)
        plain = self.repository.object_id(data) == known[1]
        return plain or (committed is not None and self.repository.object_id(self._as_committed(data, committed)) == known[1])

    def _entries(self, folder: bytes, found: "list[os.DirEntry[bytes]]") -> list[bytes]:
        if (one := _said(self.root, folder)) is not None:
            self.folders[folder] = one
        return super()._entries(folder, found)


@dataclass
class _Again(Walk):
    """A second look, which opens no file, and lists no folder that the system says is as it was."""

    now: dict[bytes, Stat | None] = field(default_factory=dict)
    known: Mapping[bytes, Stat] = field(default_factory=dict)

    @classmethod
    def after(cls, first: _Looking) -> dict[bytes, Stat | None]:
        """What the system says now of the files of which it says something else, and of all in folders that changed."""
        made = cls(first.repository, first.root, first.tracked, first.base, known=first.folders)
        made.__dict__ |= {name: getattr(first, name) for name in ("index", "_rules", "_folders", "_shadow")}
        same = {folder for folder, one in first.folders.items() if one == _said(first.root, folder)}
        now, root, look, elsewhere = made.now, first.root + b"/", os.lstat, []
        for path, was in (first.stats or {}).items():
            if path.startswith(PROOFS):
                continue
            if path.rpartition(b"/")[0] not in same:
                elsewhere.append(path)
                continue
            try:
                one = look(root + path)
            except OSError:
                now[path] = None
                continue
            # Whatever is done to a file gives it a new time of change, and nobody can set that back.
            if one.st_ctime_ns != was.st_ctime_ns or one.st_size != was.st_size or one.st_ino != was.st_ino:
                now[path] = SAYS(one)
        for folder in first.folders.keys() - same:
            made.look(folder)
        for path in elsewhere:
            now.setdefault(path, None)
        return now

    def look(self, folder: bytes) -> None:
        """Go through a folder that changed, and those below it that are new."""
        pending = [folder]
        while pending:
            one = pending.pop()
            with suppress(OSError), os.scandir(self.root + b"/" + one if one else self.root) as entries:
                pending += [below for below in self._entries(one, list(entries)) if below not in self.known]

    def _file(self, path: bytes, entry: "os.DirEntry[bytes]") -> None:
        if not path.startswith(PROOFS):
            with suppress(OSError):
                self.now[path] = SAYS(entry.stat(follow_symlinks=False))


def _file_or_link(one: Stat | None) -> Stat | None:
    """What git can hold; of a pipe or a device nothing is said."""
    return one if one is not None and (stat.S_ISREG(one[0]) or stat.S_ISLNK(one[0])) else None


def _lstat(root: bytes, path: bytes) -> os.stat_result | None:
    try:
        return os.lstat(root + b"/" + path if path else root)
    except OSError:
        return None


def _said(root: bytes, folder: bytes) -> Stat | None:
    """What tells that nothing came into a folder or went out of it."""
    one = _lstat(root, folder)
    return (one.st_mode, one.st_ino, one.st_mtime_ns, one.st_ctime_ns) if one is not None else None


def folder_of(repository: Repository, here: Path) -> str:
    """Where a folder lies in the work tree, from its root on; empty for the root. Raises ``UsageError``."""
    root = root_of(repository)
    if not here.is_relative_to(root):
        raise UsageError(f"the command would run in {here}, which is no part of {root}; change into it")
    found = here.relative_to(root).as_posix()
    return "" if found == "." else found
