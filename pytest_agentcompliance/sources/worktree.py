"""The work tree as it stands, into a tree of the shadow: our own walk, which touches neither the index nor any file.

Modes and links are read from the disk, contents are hashed here, no filter and no index bit has a say. What the
ignore files *of the run's base* leave out stays out, and is counted.
"""

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pathspec import GitIgnoreSpec

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence.changes import SUBMODULE, SYMLINK
from pytest_agentcompliance.sources import trees
from pytest_agentcompliance.sources.blobs import is_id
from pytest_agentcompliance.sources.location import GITFILE, pointed_at
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.trees import GONE, Entry

FILE_LIMIT = 256 * 1024 * 1024  # bytes of one file that are read; git diffs nothing of more than 1023 MiB
LFS = re.compile(rb"\Aversion https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n")
BLANK_END = re.compile(r"[\t\v\f\r\x1c-\x1f\x85\xa0](?=\s*\Z)")  # git trims spaces alone, pathspec all of these
# What Python and pytest themselves leave behind when an audit runs; never part of a change unless it is tracked.
BYTECODE = (b"__pycache__",)


@dataclass(frozen=True, slots=True)
class Captured:
    """The end tree's id, how many paths base's ignore files left out, and what could not be read, with the reason."""

    tree: str
    ignored: int
    unreadable: Mapping[str, str]


def capture(repository: Repository, root: Path, head_tree: str, base_tree: str) -> Captured:
    """Walk the work tree under ``root`` and write what differs from ``head_tree`` into the shadow."""
    walk = _Walk(repository, os.fsencode(root), repository.listing(head_tree), repository.listing(base_tree))
    differing = walk.differing()
    tree = trees.written(repository, head_tree, differing) if differing else head_tree
    unreadable = {path.decode("utf-8", "surrogateescape"): why for path, why in walk.unreadable.items()}
    return Captured(tree, walk.ignored, unreadable)


@dataclass
class _Walk:
    repository: Repository
    root: bytes
    tracked: Mapping[bytes, Entry]
    base: Mapping[bytes, Entry]
    ignored: int = 0
    unreadable: dict[bytes, str] = field(default_factory=dict)
    _seen: dict[bytes, Entry] = field(default_factory=dict)

    def differing(self) -> dict[bytes, Entry]:
        """What is not as ``tracked`` has it: a path, and its mode and id now; ``GONE`` when it is no more."""
        self._folder(b"")
        found = {path: entry for path, entry in self._seen.items() if self.tracked.get(path) != entry}
        for path in self.tracked:
            if path not in self._seen and path not in self.unreadable and path not in self._left_out:
                found[path] = GONE
        return found

    def _folder(self, folder: bytes) -> None:
        pending = [folder]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(os.path.join(self.root, folder) if folder else self.root) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as wrong:
                self.unreadable[folder or b"."] = wrong.strerror or "it could not be listed"
                self._keep_below(folder)
                continue
            if folder and self._ignores_itself(folder, found):
                self.ignored += 1
                continue
            for entry in found:
                path = folder + b"/" + entry.name if folder else entry.name
                if entry.name == b".git" or entry.path == self._shadow:  # TMPDIR may lie in the work tree
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if self.index.get(path, ("", ""))[0] == SUBMODULE or self.tracked.get(path, ("", ""))[0] == SUBMODULE:
                        self._submodule(path)
                    elif path in self._folders or not self._is_ignored(path, folder=True):
                        pending.append(path)
                    else:
                        self.ignored += 1
                elif path in self.tracked or path in self.index or not self._is_ignored(path, folder=False):
                    self._file(path, entry)
                else:
                    self.ignored += 1

    def _file(self, path: bytes, entry: "os.DirEntry[bytes]") -> None:
        try:
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                mode, data = SYMLINK, os.fsencode(os.readlink(entry.path))
            elif stat.S_ISREG(status.st_mode):
                mode = self._mode(path, status.st_mode)
                if status.st_size > FILE_LIMIT:
                    self._large(path, mode, entry.path)
                    return
                # No more is asked for than there is: a buffer of the limit's size for each file costs half the walk.
                with open(entry.path, "rb", buffering=0) as file:
                    data = file.read(status.st_size + 1)
                    while part := file.read(65536) if len(data) <= FILE_LIMIT else b"":
                        data += part
            else:
                return  # a socket, a pipe or a device: git cannot hold it
        except FileNotFoundError:
            return  # it went while we walked
        except OSError as wrong:
            self._unread(path, wrong.strerror or "it could not be read")
            return
        oid = self.repository.object_id(data)
        before = self.tracked.get(path)
        if before is not None and before[1] != oid and mode != SYMLINK:
            data = self._as_committed(data, before)
            oid = self.repository.object_id(data)
        if before is None or before[1] != oid:
            self.repository.put(data)
        self._seen[path] = (mode, oid)

    def _mode(self, path: bytes, mode: int) -> str:
        if os.name == "nt" and path in self.tracked:  # no executable bit there
            return self.tracked[path][0]
        return "100755" if mode & stat.S_IXUSR else "100644"

    @cached_property
    def _shadow(self) -> bytes:
        return os.fsencode(self.repository.shadow.dir)

    def _as_committed(self, data: bytes, before: Entry) -> bytes:
        """The content as it would be committed.

        Line ends that base's attributes convert, and large files that LFS put in the place of their pointers,
        differ on the disk by right.
        """
        if self._converts_lines and b"\r\n" in data and b"\0" not in data[:8000]:
            data = data.replace(b"\r\n", b"\n")
        committed, named = self._pointer(before)
        return committed if named and hashlib.sha256(data).hexdigest() == named else data

    def _pointer(self, before: Entry) -> tuple[bytes, str]:
        """What was committed in the place of a large file, and the hash that it names; empty where LFS has no part."""
        if not self._uses_lfs:
            return b"", ""
        try:
            committed = self.repository.blobs.read(before[1])
        except Unreadable:
            return b"", ""
        pointer = LFS.match(committed[:1024])
        return (committed, pointer[1].decode()) if pointer else (b"", "")

    def _large(self, path: bytes, mode: str, file: bytes) -> None:
        """A file too large to be read: the one that its pointer names, or one whose content nobody can judge."""
        before = self.tracked.get(path)
        if before is not None and (named := self._pointer(before)[1]):
            with open(file, "rb") as content:
                if hashlib.file_digest(content, "sha256").hexdigest() == named:
                    self._seen[path] = (mode, before[1])
                    return
        self._unread(path, f"it has more than {FILE_LIMIT:,} bytes", mode, changed=True)

    def _unread(self, path: bytes, why: str, mode: str = "100644", *, changed: bool = False) -> None:
        """Say that a file could not be read; one that is new for certain, or changed, is part of the change all the same."""
        self.unreadable[path] = why
        if changed or path not in self.tracked:
            oid = self.repository.object_id(path, "unread")
            self.repository.stand_in(oid, why)
            self._seen[path] = (mode, oid)

    @cached_property
    def _attributes(self) -> bytes:
        found = []
        for path, (mode, oid) in self.base.items():
            if path.rpartition(b"/")[2] == b".gitattributes" and mode != SYMLINK:
                try:
                    found.append(self.repository.blobs.read(oid))
                except Unreadable:
                    continue
        return b"\n".join(found)

    @cached_property
    def _converts_lines(self) -> bool:
        return os.name == "nt" or bool(re.search(rb"\b(?:text|eol|crlf)\b", self._attributes))

    @cached_property
    def _uses_lfs(self) -> bool:
        return b"filter=lfs" in self._attributes

    def _submodule(self, path: bytes) -> None:
        """A submodule stands where its checked-out HEAD points; one that is not checked out has not moved."""
        head = _submodule_head(Path(os.fsdecode(os.path.join(self.root, path))))
        known = self.tracked.get(path) or self.index.get(path)
        if known is not None:
            self._seen[path] = (SUBMODULE, head or known[1])

    # What is left out

    @cached_property
    def index(self) -> dict[bytes, Entry]:
        """What is staged: it is looked at even where an ignore rule names it."""
        file = self.repository.location.git_dir / "index"
        if not file.is_file():
            return {}
        found = {}
        self._skipped = set()
        status, out, _ = self.repository.shadow.run("ls-files", "-s", "-z", "-t", env={"GIT_INDEX_FILE": str(file)})
        if status:
            self.unreadable[b".git/index"] = "what is staged could not be read"
        for record in out.split(b"\0") if status == 0 else ():
            if record:
                about, _, path = record.partition(b"\t")
                tag, mode, oid, _ = about.decode().split()
                found[path] = (mode, oid)
                if tag == "S":
                    self._skipped.add(path)
        return found

    _skipped: set[bytes] = field(default_factory=set)

    @property
    def _left_out(self) -> set[bytes]:
        """Paths of a sparse checkout, which are absent from the disk by right."""
        return self._skipped if self.index else set()

    @cached_property
    def _folders(self) -> frozenset[bytes]:
        """Every folder that holds something tracked or staged; it is never pruned."""
        found: set[bytes] = set()
        for path in (*self.tracked, *self.index):
            while (path := path.rpartition(b"/")[0]) and path not in found:
                found.add(path)
        return frozenset(found)

    @cached_property
    def _ignore_files(self) -> dict[bytes, GitIgnoreSpec]:
        found = {}
        for path, (mode, oid) in self.base.items():
            folder, _, name = path.rpartition(b"/")
            if name == b".gitignore" and mode != SYMLINK:
                try:
                    text = self.repository.blobs.read(oid)
                except Unreadable:
                    continue
                found[folder] = _spec(text)
        return found

    def _is_ignored(self, path: bytes, *, folder: bool) -> bool:
        """By git's order: the ignore file nearest to the path that says anything decides."""
        for above in trees.parents(path):
            if (spec := self._ignore_files.get(above)) is not None:
                below = path[len(above) + 1 :] if above else path
                said = spec.check_file(below.decode("latin-1") + ("/" if folder else "")).include
                if said is not None:
                    return said
        return folder and path.rpartition(b"/")[2] in BYTECODE

    def _ignores_itself(self, folder: bytes, entries: "list[os.DirEntry[bytes]]") -> bool:
        """An untracked folder whose own ignore file is a bare ``*``, as tools lay down with their caches."""
        if folder in self._folders:
            return False
        for entry in entries:
            if entry.name == b".gitignore" and entry.is_file(follow_symlinks=False):
                try:
                    with open(entry.path, "rb") as file:
                        lines = [line.strip() for line in file.read(4096).splitlines()]
                except OSError:
                    return False
                return [line for line in lines if line and not line.startswith(b"#")] == [b"*"]
        return False

    def _keep_below(self, folder: bytes) -> None:
        """What lies in a folder that cannot be listed is unread, not deleted."""
        for path in self.tracked:
            if path.startswith(folder + b"/"):
                self.unreadable[path] = "its folder could not be listed"


def _spec(text: bytes) -> GitIgnoreSpec:
    """The patterns of an ignore file, byte by byte as git matches them: a question mark is no letter of two bytes."""
    written = text.removeprefix(b"\xef\xbb\xbf").decode("latin-1").split("\n")
    lines = [BLANK_END.sub(lambda match: f"[{match[0]}]", line.removesuffix("\r")) for line in written]
    try:
        return GitIgnoreSpec.from_lines(lines)
    except (ValueError, re.error):  # a pattern that pathspec refuses ignores nothing
        return GitIgnoreSpec.from_lines([line for line in lines if _is_pattern(line)])


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True


def _submodule_head(folder: Path) -> str:
    """The commit that a submodule's work tree stands at; empty when it cannot be told."""
    try:
        git_dir = folder / ".git"
        if git_dir.is_file() and (target := GITFILE.match(git_dir.read_text("utf-8", "surrogateescape"))):
            git_dir = pointed_at(folder, target[1]) or git_dir
        head = (git_dir / "HEAD").read_text("utf-8", "surrogateescape").strip()
        if head.startswith("ref: refs/"):
            name = head.removeprefix("ref: ")
            if ".." in name:
                return ""
            loose = git_dir / name
            if loose.is_file():
                head = loose.read_text("utf-8", "surrogateescape").strip()
            else:
                packed = (git_dir / "packed-refs").read_text("utf-8", "surrogateescape")
                head = next((line.split()[0] for line in packed.splitlines() if line.endswith(f" {name}")), "")
        return head if is_id(head) else ""
    except OSError:
        return ""
