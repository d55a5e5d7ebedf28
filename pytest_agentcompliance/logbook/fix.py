"""``agent-compliance log fix``: a log of any dialect in the specified form, with the facts that it has and no other."""

import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.logbook import fix_notes, fix_rewrite
from pytest_agentcompliance.logbook.fix_notes import Note
from pytest_agentcompliance.reporters.text import shown
from pytest_agentcompliance.sources.log_file import LOG_LIMIT

ROUNDS = 5  # a form that has not come to rest by then is not taken


@dataclass(frozen=True, slots=True)
class Fixed:
    """A log as it was and as it is to be, and what is left for its author; the lines of the notes are those of ``text``."""

    original: str
    text: str
    notes: tuple[Note, ...]

    @property
    def changed(self) -> bool:
        return self.text != self.original


def fixed(text: str, path: str) -> Fixed:
    """Any text; a log without chunks comes back as it is. What comes back is not changed by a second call."""
    source = fix_rewrite.Source(text, path)
    if source.outline.heads:
        for _ in range(ROUNDS):
            new = fix_rewrite.rewritten(source)
            if new.text == source.text:
                break
            source = new
        else:
            source = fix_rewrite.Source(text, path)
    return Fixed(text, source.text, tuple(fix_notes.notes(source.parsed)))


def lines(one: Fixed, path: str) -> Iterator[str]:
    """The notes as they are printed, with their places in the fixed log."""
    for note in one.notes:
        yield shown(f"{path}:{note.line}: {note.text}" if note.line else f"{path}: {note.text}")


def read(file: Path) -> str:
    """The text of a log. Raises ``UsageError`` where it is none that could be written back."""
    path = file.as_posix()
    try:
        mode = file.lstat().st_mode
        if stat.S_ISLNK(mode):
            raise UsageError(f"{path} is a symbolic link, which is not followed")
        if not stat.S_ISREG(mode):
            raise UsageError(f"{path} is {'a folder' if stat.S_ISDIR(mode) else 'no regular file'}")
        with file.open("rb") as stream:
            data = stream.read(LOG_LIMIT + 1)
    except OSError as wrong:
        raise UsageError(f"{path}: {wrong.strerror}") from wrong
    if len(data) > LOG_LIMIT:
        raise UsageError(f"{path} has more than {LOG_LIMIT:,} bytes, which is more than is read of a log")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise UsageError(f"{path} is not UTF-8 (byte {wrong.start:,}); save it as UTF-8 first") from wrong


def write(file: Path, one: Fixed) -> None:
    """Put the fixed log in the place of the file, whole or not at all, unless the file is no longer what was read."""
    if read(file) != one.original:
        raise UsageError(f"{file.as_posix()} was changed by another program in the meantime; run this again")
    name = ""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(one.text.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, stat.S_IMODE(file.lstat().st_mode))
        os.replace(name, file)
    except OSError as wrong:
        if name:
            Path(name).unlink(missing_ok=True)
        raise UsageError(f"{file.as_posix()}: {wrong.strerror}; it was left as it is") from wrong
