"""Files too large to be held: a blob, or a file of the disk, in parts."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.sources.blobs import digest_of
from pytest_agentcompliance.sources.repository import Repository

PART = 1 << 20  # bytes that are read at once
HEADER = 256  # bytes of git's header


def of_blob(repository: Repository, oid: str, path: str) -> Iterator[bytes]:
    """A blob in parts, held against its id. Raises ``Unreadable``, at the end where the content is another one."""
    process = repository.shadow.start("cat-file", "--batch")
    try:
        process.stdin.write(f"{oid}\n".encode())
        process.stdin.close()
        out = process.stdout
        header = out.readline(HEADER).split()
        if len(header) != 3 or header[1] != b"blob" or not header[2].isdigit():
            raise Unreadable(path, f"object {oid} is missing from the repository")
        left = int(header[2])
        digest = digest_of("blob", left, len(oid))
        while left:
            part = out.read(min(PART, left))
            if not part:
                raise Unreadable(path, f"object {oid} could not be read: it is broken")
            digest.update(part)
            left -= len(part)
            yield part
        if digest.hexdigest() != oid:
            raise Unreadable(path, f"object {oid} is forged: what lies in its place has the id {digest.hexdigest()}")
    except OSError as wrong:
        raise Unreadable(path, f"object {oid} could not be read: it is broken") from wrong
    finally:
        process.proc.kill()
        process.proc.wait()
        process.stdout.close()


def of_file(file: Path, path: str, *, follow: bool = False) -> Iterator[bytes]:
    """A regular file in parts; a link is followed only where that is said. Raises ``Unreadable``."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= 0 if follow else getattr(os, "O_NOFOLLOW", 0)
    try:
        if not follow and file.is_symlink():
            raise Unreadable(path, "it is a symbolic link, which is not followed")
        opened = os.open(file, flags)
    except (OSError, ValueError) as wrong:
        raise Unreadable(path, getattr(wrong, "strerror", None) or "its name can be none") from wrong
    try:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise Unreadable(path, "it is no regular file")
        while part := os.read(opened, PART):
            yield part
    except OSError as wrong:
        raise Unreadable(path, wrong.strerror or "it could not be read") from wrong
    finally:
        os.close(opened)
