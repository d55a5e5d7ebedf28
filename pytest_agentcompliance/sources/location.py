"""Where the audited repository lies, found without asking git: its environment and configuration decide nothing."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.parsing.late import late

GITFILE_LIMIT = 8192  # bytes; a path is not longer
GITFILE = late(r"\Agitdir: (.+?)\n?\Z")
OBJECT_FORMAT = late(r"^\s*objectformat\s*=\s*\"?(sha1|sha256)\"?\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Location:
    """``root`` is the top of the work tree, None for a bare repository; ``common_dir`` has objects and refs,
    ``git_dir`` HEAD and the index (they differ in a linked work tree)."""

    git_dir: Path
    common_dir: Path
    root: Path | None

    @property
    def object_format(self) -> str:
        """``sha1`` or ``sha256``, from the repository's own configuration file, which is read and not obeyed."""
        try:
            config = self.common_dir / "config"
            found = OBJECT_FORMAT.search(config.read_text("utf-8", "replace")) if config.is_file() else None
        except OSError:
            return "sha1"
        return found[1].lower() if found else "sha1"


def locate(start: Path) -> Location:
    """The repository that ``start`` lies in. Raises ``UsageError`` when there is none."""
    try:
        found = _search(start.resolve(strict=True))
    except OSError as wrong:
        raise UsageError(f"{wrong.filename or start}: {wrong.strerror}; pass the folder of a git repository with --repo") from wrong
    except RuntimeError as wrong:  # a loop of links, before Python 3.13
        raise UsageError(f"{start}: {wrong}; pass the folder of a git repository with --repo") from wrong
    if found is None:
        raise UsageError(f"{start.resolve()} is not in a git repository; pass one with --repo")
    return found


def _search(start: Path) -> Location | None:
    for folder in (start, *start.parents):
        dot_git = folder / ".git"
        if dot_git.is_dir() and _is_git_dir(dot_git):
            return _at(dot_git, folder)
        if dot_git.is_file() and (target := GITFILE.match(dot_git.read_text("utf-8", "surrogateescape"))):
            git_dir = pointed_at(folder, target[1])
            if git_dir is None or not _is_git_dir(git_dir):
                raise UsageError(f"{dot_git} points at {git_dir or target[1]}, which is no git directory")
            return _at(git_dir, folder)
        if _is_git_dir(folder):
            return _at(folder, folder.parent if folder.name == ".git" else None)
    return None


def pointed_at(folder: Path, written: str) -> Path | None:
    """Where a path that a file of git's names lies, seen from the file's folder; None when it can lie nowhere."""
    try:
        return (folder / written).resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a NUL
        return None


def _is_git_dir(folder: Path) -> bool:
    return os.path.lexists(folder / "HEAD") and ((folder / "objects").is_dir() or (folder / "commondir").is_file())


def _at(git_dir: Path, root: Path | None) -> Location:
    common = git_dir
    if (pointer := git_dir / "commondir").is_file():
        written = pointer.read_text("utf-8", "surrogateescape").strip()
        found = pointed_at(git_dir, written)
        if found is None or not _is_git_dir(found):
            raise UsageError(f"{pointer} points at {found or written}, which is no git directory")
        common = found
    return Location(git_dir, common, root)


def points_at_git(dot_git: Path) -> bool:
    """Whether something called ``.git`` is a git directory, or a file that names one."""
    try:
        if dot_git.is_file():
            with dot_git.open("rb") as file:
                target = GITFILE.match(file.read(GITFILE_LIMIT).decode("utf-8", "surrogateescape"))
            git_dir = pointed_at(dot_git.parent, target[1]) if target else None
            return git_dir is not None and _is_git_dir(git_dir)
        return dot_git.is_dir() and _is_git_dir(dot_git)
    except OSError:
        return False
