"""The files that an audit is written to: what cannot be written is told before anything is judged, and no link is followed
that the audited tree may have put there."""

import os
from collections.abc import Iterable
from pathlib import Path

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.sources.location import locate


def hold(files: Iterable[tuple[str, Path]], repo: Path | None) -> None:
    """Files with what each is called: ``--output html:report.html``. ``repo`` None: there is none. Raises ``UsageError``."""
    root, taken = _root(repo), dict[Path, str]()
    for called, file in files:
        if root is not None and (link := _planted(file, root)) is not None:
            raise UsageError(
                f"{called}: {link.relative_to(root)} is a symbolic link in the audited repository; what the run may have laid "
                "there is not followed; name a file outside of the repository"
            )
        _hold(called, file)
        if (file.is_file() or not file.exists()) and (other := taken.setdefault(file.resolve(), called)) != called:
            raise UsageError(f"{called}: {other} goes to the same file; give each a file of its own")


def _hold(called: str, file: Path) -> None:
    folder = file.parent
    try:
        if not folder.is_dir():
            why = "is no folder" if folder.exists() else "is not there"
            raise UsageError(f"{called}: No such file or directory: {folder} {why}")
        if file.is_dir():
            raise UsageError(f"{called}: it is a folder; name a file in it")
        if not os.access(file if file.exists() else folder, os.W_OK):
            raise UsageError(f"{called}: Permission denied; name a file that can be written")
    except (OSError, ValueError) as wrong:  # a name that is too long, say
        raise UsageError(f"{called}: {getattr(wrong, 'strerror', None) or wrong}") from wrong


def _root(repo: Path | None) -> Path | None:
    try:
        found = None if repo is None else locate(repo).root
    except UsageError:  # whoever judges says so
        return None
    return None if found is None else found.resolve()


def _planted(file: Path, root: Path) -> Path | None:
    """The first link on the way to the file that lies in the repository."""
    whole = Path.cwd() / file
    at = Path(whole.anchor)
    try:
        for part in whole.parts[1:]:
            if (at / part).is_symlink() and at.is_relative_to(root):
                return at / part
            at = (at / part).resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, or no name at all: nothing can be written there
        return None
    return None
