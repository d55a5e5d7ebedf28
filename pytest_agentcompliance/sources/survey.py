"""What lies in a work tree, as far as a proposal needs to know: names, bounded, and the beginnings of a few files."""

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG

MOST = 100_000  # paths that are looked at; the rest of a larger tree is not
HEAD = 64 * 1024  # bytes of a file that are read
# Folders that hold no work of the repository's own.
SKIPPED = frozenset({".git", ".venv", "__pycache__", "build", "dist", "node_modules", "target", "venv", "vendor"})


def paths(root: Path) -> Iterator[str]:
    """The files below ``root``, with ``/`` between their parts, in order; folders that are links are not entered."""
    left = MOST
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if name not in SKIPPED)
        within = Path(folder).relative_to(root).as_posix()
        for name in sorted(names):
            yield name if within == "." else f"{within}/{name}"
            left -= 1
            if not left:
                return


def head(file: Path) -> str:
    """The beginning of a regular file as text; empty for anything else."""
    try:
        if not S_ISREG(file.lstat().st_mode):
            return ""
        with file.open("rb") as stream:
            return stream.read(HEAD).decode("utf-8", "replace")
    except OSError:
        return ""
