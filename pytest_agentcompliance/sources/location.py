"""Where the audited repository lies, found without asking git: its environment and configuration decide nothing."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from pytest_agentcompliance.errors import UsageError

GITFILE = re.compile(r"\Agitdir: (.+?)\n?\Z")
OBJECT_FORMAT = re.compile(r"^\s*objectformat\s*=\s*\"?(sha1|sha256)\"?\s*$", re.IGNORECASE | re.MULTILINE)


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
            found = OBJECT_FORMAT.search((self.common_dir / "config").read_text("utf-8", "replace"))
        except OSError:
            return "sha1"
        return found[1].lower() if found else "sha1"


def locate(start: Path) -> Location:
    """The repository that ``start`` lies in. Raises ``UsageError`` when there is none."""
    try:
        start = start.resolve(strict=True)
    except OSError as wrong:
        raise UsageError(f"{start}: {wrong.strerror}; pass the folder of a git repository with --repo") from wrong
    for folder in (start, *start.parents):
        dot_git = folder / ".git"
        if dot_git.is_dir() and _is_git_dir(dot_git):
            return _at(dot_git, folder)
        if dot_git.is_file() and (target := GITFILE.match(dot_git.read_text("utf-8", "surrogateescape"))):
            git_dir = (folder / target[1]).resolve()
            if not _is_git_dir(git_dir):
                raise UsageError(f"{dot_git} points at {git_dir}, which is no git directory")
            return _at(git_dir, folder)
        if _is_git_dir(folder):
            return _at(folder, folder.parent if folder.name == ".git" else None)
    raise UsageError(f"{start} is not in a git repository; pass one with --repo")


def _is_git_dir(folder: Path) -> bool:
    return os.path.lexists(folder / "HEAD") and ((folder / "objects").is_dir() or (folder / "commondir").is_file())


def _at(git_dir: Path, root: Path | None) -> Location:
    common = git_dir
    if (pointer := git_dir / "commondir").is_file():
        common = (git_dir / pointer.read_text("utf-8", "surrogateescape").strip()).resolve()
    return Location(git_dir, common, root)
