"""What the audited repository's index says, read through git in a directory of ours. It decides nothing of what is seen."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.trees import Entry

RECORD = re.compile(rb"(.) ([0-7]{6}) ([0-9a-f]+) ([0-3])\t([^\0]+)\0", re.DOTALL)  # of ls-files -s -v -z
SHARED = re.compile(r"sharedindex\.[0-9a-f]{40,64}")


@dataclass(frozen=True, slots=True)
class Index:
    """``entries`` are what is staged, without conflicts. A bit tells git not to look at a path."""

    entries: Mapping[bytes, Entry]
    conflicts: frozenset[bytes] = frozenset()
    assumed: frozenset[bytes] = frozenset()  # assume-unchanged
    skipped: frozenset[bytes] = frozenset()  # skip-worktree
    problem: str = ""  # why it could not be read

    def __contains__(self, path: bytes) -> bool:
        return path in self.entries or path in self.conflicts


def read(repository: Repository) -> Index:
    """The index of the work tree; an empty one where there is none."""
    git_dir = repository.location.git_dir
    if not (git_dir / "index").is_file():
        return Index({})
    _bring_shared(git_dir, repository.shadow.dir)
    # A tag before each entry: S or s for skip-worktree, a small letter for assume-unchanged (git-ls-files).
    words = ("ls-files", "-s", "-v", "-z")
    status, out, _ = repository.shadow.run(*words, env={"GIT_INDEX_FILE": str(git_dir / "index")})
    if status:
        return Index({}, problem="what is staged could not be read")
    entries, conflicts, assumed, skipped = {}, set(), set(), set()
    for tag, mode, oid, stage, path in RECORD.findall(out):
        if stage == b"0":
            entries[path] = (mode.decode(), oid.decode())
        else:
            conflicts.add(path)
        if tag != b"H":
            if tag in b"Ss":
                skipped.add(path)
            if tag.islower():
                assumed.add(path)
    return Index(entries, frozenset(conflicts), frozenset(assumed), frozenset(skipped))


def _bring_shared(git_dir: Path, shadow: Path) -> None:
    """A split index keeps most of itself in files that git looks for in its own directory (gitformat-index)."""
    for file in git_dir.glob("sharedindex.*"):
        if SHARED.fullmatch(file.name) and file.is_file() and not (shadow / file.name).exists():
            shutil.copyfile(file, shadow / file.name)
