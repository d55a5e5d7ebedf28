"""The coverage reports that a run left, held against the tree at its end."""

import fnmatch
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import Coverage, CoverageReport
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted

REPORTS = 200  # of one run that are read
FOLDERS = 20_000  # of the tree in which is looked
DEEPEST = 4  # folders that lie above those in which is looked: packages lie near the root
ENTRIES = 10_000  # of folders that a glob, or a person, names
ALL_BYTES = 256 * 1024 * 1024  # of all reports together
NEVER = frozenset((b"node_modules", b".git", b".venv", b"htmlcov"))  # folders of other people's reports, or of pages
ENDINGS = (".xml", ".json", ".info", ".lcov", ".out", ".cov", ".coverprofile")  # of the files of a folder that a person names


@dataclass(frozen=True, slots=True)
class Found:
    """One file that may be a report: what it is called, its content, and when the disk says that it was written."""

    path: str
    data: bytes
    own: bool = True
    modified: float | None = None


def read(repository: Repository, ends: Ends, wanted: Wanted) -> tuple[Coverage | None, str]:
    """The reports, or None and why there are none."""
    globs = wanted.globs.get("coverage", ())
    key = ("coverage", globs, "coverage" in wanted.given)
    if key not in ends.kept:
        ends.kept[key] = _read(repository, ends, globs, given="coverage" in wanted.given)
    found: tuple[Coverage | None, str] = ends.kept[key]
    return found


def _read(repository: Repository, ends: Ends, globs: tuple[str, ...], *, given: bool) -> tuple[Coverage | None, str]:
    if not globs:
        return None, "the run left no coverage report, and no place is named where one would lie"
    notes: list[str] = []
    found = list(_named(repository, globs, notes)) if given else []
    if not found:
        found = list(_in_tree(repository, ends, globs, notes))
        if ends.captured is not None and repository.root is not None:
            there = {one.path for one in found}
            found += [one for one in _beside(repository, ends, repository.root, globs, notes) if one.path not in there]
    reports = list(_reports(repository, ends, found, notes))
    if reports:
        from pytest_agentcompliance.sources import coverage_age

        return Coverage(tuple(reports), (*notes, *coverage_age.notes(reports))), ""
    some = ", ".join(globs[:4]) + (" ..." if len(globs) > 4 else "")
    return None, "; ".join(["the run left no coverage report" + (f" at {some}" if given else ""), *notes])


def _reports(repository: Repository, ends: Ends, found: list[Found], notes: list[str]) -> Iterator[CoverageReport]:
    from pytest_agentcompliance.parsing import coverage
    from pytest_agentcompliance.sources import coverage_age  # start-up time: when there is a report

    known: frozenset[str] | None = None
    read = 0
    for one in sorted(found, key=lambda one: one.path):
        read += len(one.data)
        if read > ALL_BYTES:
            notes.append(f"coverage: reports of more than {ALL_BYTES:,} bytes together were not read")
            return
        if known is None:
            there = repository.listing(ends.head_tree).items()
            known = frozenset(path.decode("utf-8", "surrogateescape") for path, (mode, _) in there if is_file(mode))
        measured = coverage.read(one.path, one.data, known)
        if measured is None:
            continue
        if measured.problem:
            notes.append(f"coverage: {one.path} was not read: {measured.problem}")
        yield coverage_age.graded(repository, ends, CoverageReport(one.path, measured, own=one.own), one)


# In the tree


def _in_tree(repository: Repository, ends: Ends, globs: tuple[str, ...], notes: list[str]) -> Iterator[Found]:
    names = {os.fsencode(glob.rstrip("/").rpartition("/")[2]) for glob in globs if not glob.startswith("!")}
    plain = not any(set(name) & set(b"*?[\\") for name in names)
    number = 0
    for raw, (mode, oid) in repository.listing(ends.head_tree).items():
        # A path that has none of the names need not be matched: there may be a hundred thousand of them.
        if not is_file(mode) or (plain and names.isdisjoint(raw.split(b"/"))):
            continue
        path = raw.decode("utf-8", "surrogateescape")
        if NEVER.isdisjoint(raw.split(b"/")) and matches(path, globs):
            number += 1
            if number > REPORTS:
                notes.append(f"coverage: there are more than {REPORTS} files; the rest was not read")
                return
            try:
                yield Found(path, repository.blobs.read(oid), own=repository.entry(ends.base_tree, path) != (mode, oid))
            except Unreadable as wrong:
                ends.ledger.unread[path] = wrong.reason


# On the disk


def _beside(repository: Repository, ends: Ends, root: Path, globs: tuple[str, ...], notes: list[str]) -> Iterator[Found]:
    """What lies in the work tree and is no part of it: ignore files leave reports out. Only what globs name is looked at."""
    listing = repository.listing(ends.head_tree)
    folders = {b"": None}
    for path in listing:
        while (path := path.rpartition(b"/")[0]) and path not in folders:
            folders[path] = None
    if len(folders) > FOLDERS:
        notes.append(f"coverage: reports beside the tree were looked for in {FOLDERS:,} of its {len(folders):,} folders")
    near = [folder for folder in sorted(folders)[:FOLDERS] if folder.count(b"/") < DEEPEST]
    usual = [folder for folder in near if NEVER.isdisjoint(folder.split(b"/"))]
    looked = _Disk(os.fsencode(root))
    since = repository.committed_at(ends.span.merge_base).timestamp()
    number = 0
    for path in sorted({path for glob in globs for path in looked.at(glob, usual)}):
        name = path.decode("utf-8", "surrogateescape")
        if path in listing or not matches(name, globs):  # a later !glob takes out again
            continue
        number += 1
        if number > REPORTS:
            notes.append(f"coverage: more than {REPORTS} files lie beside the tree; the rest was not read")
            return
        if (one := _opened(looked.root + b"/" + path, name, notes)) is not None:
            yield Found(name, one[0], own=one[1] >= since, modified=one[1])


class _Disk:
    """A work tree that is looked into where somebody says; no link is followed."""

    def __init__(self, root: bytes) -> None:
        self.root = root
        self._folders: dict[bytes, bool] = {b"": True}
        self._left = ENTRIES

    def at(self, glob: str, folders: list[bytes]) -> Iterator[bytes]:
        """The files that a glob names. Two stars stand for any of the tree's own folders, and only at its start."""
        deep = "/" not in glob.rstrip("/") or glob.startswith("**/")
        parts = [part for part in os.fsencode(glob.removeprefix("**/").strip("/")).split(b"/") if part]
        if glob.startswith("!") or not parts or b"**" in parts[:-1]:
            return
        for folder in folders if deep else [b""]:
            yield from self._below(folder, parts)

    def _below(self, folder: bytes, parts: list[bytes]) -> Iterator[bytes]:
        part, *rest = parts
        if part in NEVER or part in (b".", b".."):
            return
        prefix = folder + b"/" if folder else b""
        names = [part] if not set(part) & set(b"*?[") else [name for name in self._listed(folder) if fnmatch.fnmatch(name, part)]
        for name in names:
            path = prefix + name
            if rest and self._is_folder(path):
                yield from self._below(path, rest)
            elif not rest and self._is_file(folder, path):
                yield path

    def _listed(self, folder: bytes) -> list[bytes]:
        if not self._is_folder(folder) or self._left <= 0:
            return []
        try:
            names = sorted(os.listdir(self.root + b"/" + folder))
        except OSError:
            return []
        self._left -= len(names)
        return names

    def _is_folder(self, path: bytes) -> bool:
        if path not in self._folders:
            above = path.rpartition(b"/")[0]
            self._folders[path] = self._is_folder(above) and stat.S_ISDIR(self._mode(path))
        return self._folders[path]

    def _is_file(self, folder: bytes, path: bytes) -> bool:
        return stat.S_ISREG(self._mode(path)) and self._is_folder(folder)

    def _mode(self, path: bytes) -> int:
        try:
            return os.lstat(self.root + b"/" + path).st_mode
        except (OSError, ValueError):
            return 0


def _named(repository: Repository, globs: tuple[str, ...], notes: list[str]) -> Iterator[Found]:
    """The files that a person named: one, those of a folder, or those of a glob."""
    import glob as globbing

    seen: dict[str, None] = {}
    for pattern in globs:
        if "\0" in pattern:
            continue
        for name in sorted(globbing.iglob(os.path.expanduser(pattern), recursive=True)):
            seen.update(dict.fromkeys(_files(name)))
            if len(seen) > REPORTS:
                notes.append(f"coverage: there are more than {REPORTS} files; the rest was not read")
                break
    for name in list(seen)[:REPORTS]:
        file = Path(os.path.abspath(name))
        inside = repository.root is not None and file.is_relative_to(repository.root)
        shown = file.relative_to(repository.root).as_posix() if inside and repository.root is not None else Path(name).as_posix()
        if (one := _opened(os.fsencode(file), shown, notes, follow=not inside)) is not None:
            yield Found(shown, one[0], modified=one[1])


def _files(name: str) -> Iterator[str]:
    if not os.path.isdir(name):
        yield name
        return
    looked = 0
    for folder, names, files in os.walk(name):
        names[:] = sorted(one for one in names if os.fsencode(one) not in NEVER)
        yield from (os.path.join(folder, one) for one in sorted(files) if one.endswith(ENDINGS))
        looked += len(files) + len(names)
        if looked > ENTRIES:
            return


def _opened(file: bytes, name: str, notes: list[str], *, follow: bool = False) -> tuple[bytes, float] | None:
    """The content of a regular file and when it was written; None, with a note, where it cannot be had."""
    from pytest_agentcompliance.parsing.coverage import LARGEST

    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= 0 if follow else getattr(os, "O_NOFOLLOW", 0)
    try:
        with open(os.open(file, flags), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                notes.append(f"coverage: {name} is no regular file")
                return None
            return stream.read(LARGEST + 1), status.st_mtime
    except (OSError, ValueError) as wrong:
        notes.append(f"coverage: {name} could not be read: {getattr(wrong, 'strerror', None) or wrong}")
        return None
