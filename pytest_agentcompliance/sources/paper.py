"""A text that a person or the run wrote down: of the tree, or of a file outside. No link is followed, sizes are bounded."""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pytest_agentcompliance.errors import Unreadable, UsageError
from pytest_agentcompliance.evidence.changes import FOLDER, SUBMODULE, SYMLINK, decode, is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.markdown import too_much
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository

LIMIT = 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Paper:
    """What it says, or why it cannot be read."""

    path: str
    text: str = ""
    problem: str = ""


def listed(repository: Repository, tree: str, globs: Iterable[str]) -> list[str]:
    """The files of a tree that a glob names."""
    wanted = tuple(globs)
    there = (path.decode("utf-8", "surrogateescape") for path in repository.listing(tree)) if wanted else iter(())
    return sorted(path for path in there if matches(path, wanted))


def of_tree(repository: Repository, ends: Ends, tree: str, path: str, kind: str) -> Paper:
    """A file of a tree; what cannot be read of it is said to the ledger. ``kind`` is what such a paper is called."""
    try:
        mode, oid = repository.entry(tree, path) or ("", "")
        if not is_file(mode):
            what = {SYMLINK: "a symbolic link, which is not followed", FOLDER: "a folder", SUBMODULE: "a submodule"}
            return Paper(path, problem=f"{path} is {what.get(mode, 'not there')}")
        data = repository.blobs.read(oid)
    except Unreadable as wrong:
        ends.ledger.unread[path] = wrong.reason
        return Paper(path, problem=f"{path}: {wrong.reason}")
    return _read(path, data, len(data), kind)


def of_disk(file: Path, kind: str) -> Paper:
    """A file outside of any tree. Raises ``UsageError`` where there is none."""
    path = file.as_posix()
    try:
        mode = file.lstat().st_mode
        if stat.S_ISLNK(mode):
            return Paper(path, problem=f"{path} is a symbolic link, which is not followed")
        if not stat.S_ISREG(mode):
            return Paper(path, problem=f"{path} is {'a folder' if stat.S_ISDIR(mode) else 'no regular file'}")
        with file.open("rb") as stream:
            data, size = stream.read(LIMIT + 1), os.fstat(stream.fileno()).st_size
    except (OSError, ValueError) as wrong:
        raise UsageError(f"--evidence {kind}={path}: {getattr(wrong, 'strerror', None) or wrong}") from wrong
    return _read(path, data, max(size, len(data)), kind)


def _read(path: str, data: bytes, size: int, kind: str) -> Paper:
    if size > LIMIT:
        return Paper(path, problem=f"{path} has {size:,} bytes; a {kind} of more than {LIMIT:,} is not read")
    text = decode(data)
    why = too_much(text)
    return Paper(path, problem=f"{path}: it {why}") if why else Paper(path, text)
