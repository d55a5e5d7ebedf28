"""The file of a log, out of a tree or off the disk: what lies in its place, how large it is, how its text is decoded."""

import os
import stat
from pathlib import Path

from pytest_agentcompliance.errors import Unreadable, UsageError
from pytest_agentcompliance.evidence import ChunkLog
from pytest_agentcompliance.evidence.changes import FOLDER, SUBMODULE, SYMLINK, decode, is_file
from pytest_agentcompliance.parsing.markdown import Bounds, too_much
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository

LOG_LIMIT = 1024 * 1024  # bytes; the longest real log met has 22 KB


def from_tree(repository: Repository, ends: Ends, path: str, notes: list[str], bounds: Bounds | None = None) -> ChunkLog:
    """The log that lies at a path of head, held against the one of base. ``bounds`` are those of several logs together."""
    try:
        entry = repository.entry(ends.head_tree, path)
        mode, oid = entry or ("", "")
        if not is_file(mode):
            what = {SYMLINK: "a symbolic link, which is not followed", FOLDER: "a folder", SUBMODULE: "a submodule"}
            return ChunkLog(path, problem=f"{path} is {what.get(mode, 'not there')}")
        data = repository.blobs.read(oid)
        old = repository.entry(ends.base_tree, path)
        before = repository.blobs.read(old[1]) if old and is_file(old[0]) else None
    except Unreadable as wrong:
        ends.ledger.unread[path] = wrong.reason
        return ChunkLog(path, problem=f"{path}: {wrong.reason}")
    return _parsed(data, path, before, notes, bounds=bounds)


def from_disk(file: Path, notes: list[str] | None = None) -> ChunkLog:
    """A log outside of any tree. Raises ``UsageError`` when there is no such file."""
    notes = [] if notes is None else notes
    path = file.as_posix()
    try:
        mode = file.lstat().st_mode
        if stat.S_ISLNK(mode):
            return ChunkLog(path, problem=f"{path} is a symbolic link, which is not followed")
        if not stat.S_ISREG(mode):
            return ChunkLog(path, problem=f"{path} is {'a folder' if stat.S_ISDIR(mode) else 'no regular file'}")
        with file.open("rb") as stream:
            data, size = stream.read(LOG_LIMIT + 1), os.fstat(stream.fileno()).st_size
    except OSError as wrong:
        raise UsageError(f"{path}: {wrong.strerror}") from wrong
    return _parsed(data, path, None, notes, size=max(size, len(data)))


def _parsed(
    data: bytes, path: str, before: bytes | None, notes: list[str], *, size: int | None = None, bounds: Bounds | None = None
) -> ChunkLog:
    size = len(data) if size is None else size
    if size > LOG_LIMIT:
        return ChunkLog(path, problem=f"{path} has {size:,} bytes; a log of more than {LOG_LIMIT:,} is not read")
    from pytest_agentcompliance.sources import log  # start-up time: the readers of Markdown, when there is a log

    text = decode(data)
    if any("\udc80" <= char <= "\udcff" for char in text):
        notes.append(f"{path} is not UTF-8; its other bytes were read as they are")
    try:
        (bounds or Bounds()).take(path, text)
    except Unreadable as wrong:
        return ChunkLog(path, problem=str(wrong))
    old = decode(before) if before is not None and len(before) <= LOG_LIMIT else None
    if old is not None and too_much(old):
        old = None  # all of it counts as new
    try:
        return log.parse(text, path, before=old)
    except Exception as wrong:  # a defect of the reader takes no audit down, and is no pass either
        return ChunkLog(path, problem=f"{path}: the reader failed ({type(wrong).__name__}: {str(wrong)[:200]}); please report it")
