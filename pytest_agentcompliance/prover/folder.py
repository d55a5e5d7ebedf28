"""The folder of proofs: which proof is the last one there, and how the next is put beside it as a whole or not at all."""

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pytest_agentcompliance.parsing.proofs import statement

PATIENCE = 20.0  # seconds that are waited for another one that writes; it takes milliseconds
STALE = 15.0  # seconds after which a lock was left behind
LOCK = ".lock"
NAME = re.compile(r"\d{4,12}-.{0,300}-[0-9a-f]{8}\.json")
LIMIT = 4 * 1024 * 1024  # bytes of a proof
UNFIT = re.compile(r"[^A-Za-z0-9._]+")


@dataclass(frozen=True, slots=True)
class Last:
    """Where a chain goes on from: the number of its last proof and that one's digest; 0 and empty where there is none."""

    sequence: int = 0
    digest: str = ""


class Unwritten(Exception):
    """The proof could not be written; the text is why, as a clause."""


def written(folder: Path, name: str, text: bytes | None, made: Callable[[Last, str], tuple[bytes, bytes]]) -> Path:
    """Write the next proof of a chain, and what the command printed beside it.

    ``made`` is given the last proof and the name of the file of the output, and gives the statement and what the file of the proof
    holds. Raises ``Unwritten``.
    """
    try:
        _make(folder)
        with _alone(folder):
            last = _last(folder)
            number = f"{last.sequence + 1:04}-{sanitised(name)}"
            beside = f"{number}-{hashlib.sha256(text).hexdigest()[:8]}.txt" if text is not None else ""
            plain, data = made(last, beside)
            file = folder / f"{number}-{statement.digest(plain)[:8]}.json"
            if text is not None:
                _put(folder / beside, text)
            try:
                _put(file, data)
            except OSError:
                with suppress(OSError):
                    (folder / beside).unlink(missing_ok=True)
                raise
            return file
    except OSError as wrong:
        raise Unwritten(f"{wrong.filename or folder}: {wrong.strerror or wrong}") from wrong


def sanitised(name: str) -> str:
    """A name as a part of a file's name."""
    return UNFIT.sub("-", name).strip("-.")[:60] or "proof"


def _make(folder: Path) -> None:
    for one in (folder.parent, folder):
        with suppress(FileExistsError):
            one.mkdir()
        if one.is_symlink() or not one.is_dir():
            raise Unwritten(f"{one} is no folder of the repository's own")


def _last(folder: Path) -> Last:
    """The proof with the highest number; what is none is passed over, since the audit will say it."""
    found = Last()
    proofs = [one for one in os.scandir(folder) if NAME.fullmatch(one.name) and one.is_file(follow_symlinks=False)]
    for one in sorted(proofs, key=lambda one: (int(one.name.partition("-")[0]), one.name), reverse=True):
        if int(one.name.partition("-")[0]) < found.sequence:
            break
        try:
            plain, _ = statement.payload(_read(one.path))
            number = statement.sequence(plain)
        except (statement.Malformed, OSError):
            continue
        if number > found.sequence:
            found = Last(number, statement.digest(plain))
    return found


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(LIMIT + 1)


def _put(file: Path, data: bytes) -> None:
    """The whole file or none, and never in the place of another one."""
    draft = file.with_name(f".{os.getpid()}-{file.name}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with open(draft, "wb", opener=lambda path, _: os.open(path, flags, 0o644)) as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        try:
            os.link(draft, file)
        except (OSError, NotImplementedError) as wrong:
            if isinstance(wrong, FileExistsError) or file.exists():
                raise
            os.rename(draft, file)  # a file system without links
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else writes here meanwhile: two that did would both follow the same proof."""
    release = _waited(lambda: _locked(folder), folder)
    try:
        yield
    finally:
        release()


def _waited(take: Callable[[], Callable[[], None]], folder: Path) -> Callable[[], None]:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return take()
        except (FileExistsError, BlockingIOError):
            if time.monotonic() > until:
                raise Unwritten(f"another one writes in {folder}") from None
            time.sleep(0.02)


def _locked(folder: Path) -> Callable[[], None]:
    """Take the folder itself as the lock, which nobody can leave behind; a file in it where the system does not do that."""
    try:
        import fcntl
    except ImportError:
        return _locked_by_file(folder / LOCK)
    file = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise
    except OSError:  # some file systems of networks
        os.close(file)
        return _locked_by_file(folder / LOCK)
    return lambda: os.close(file)


def _locked_by_file(lock: Path) -> Callable[[], None]:
    with suppress(OSError):
        if time.time() - lock.lstat().st_mtime > STALE:
            lock.unlink()
    file = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)

    def release() -> None:
        os.close(file)
        lock.unlink(missing_ok=True)

    return release
