"""What is left out of a work tree: by base's ignore files, by what git is told beyond them, and the caches of known tools."""

import os
import re
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path

from pathspec import GitIgnoreSpec

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.trees import Entry, parents

BLANK_END = re.compile(r"[\t\v\f\r\x1c-\x1f\x85\xa0](?=\s*\Z)")  # git trims spaces alone, pathspec all of these
NAME = b".gitignore"
# What Python itself leaves behind when an audit runs, and numba; never part of a change unless it is tracked.
BYTECODE, COMPILED = b"__pycache__", re.compile(rb".*\.(?:pyc(?:\.\d+)?|pyo|nbi|nbc)", re.DOTALL)
# Folders that tools lay down with an ignore file of a bare ``*`` in them: the name, and the file that such a tool puts
# there with what it begins with. A folder of any other name that ignores itself is seen.
TAG = (b"CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55")  # bford.info/cachedir
VENV = (b"pyvenv.cfg", b"home = ")
CACHES: Mapping[bytes, tuple[bytes, bytes]] = {
    b".pytest_cache": TAG, b".mypy_cache": TAG, b".ruff_cache": TAG, b".import_linter_cache": TAG, b".hypothesis": (NAME, b""),
}
ENVIRONMENTS: Mapping[bytes, tuple[bytes, bytes]] = {b".tox": TAG, b".nox": TAG, b".venv": VENV, b"venv": VENV, b"env": VENV}
# What no cache holds: it is seen there all the same.
SOURCE = re.compile(
    rb".*\.(?:py|pyi|pth|[cm]?[jt]sx?|vue|svelte|go|rs|java|kts?|cs|rb|php|sh|bash|ps1|sql|html?|css|scss|ya?ml|toml|env)",
    re.DOTALL | re.IGNORECASE,
)


class Rules:
    """Base's ignore files, each asked about the paths below its folder."""

    def __init__(self, repository: Repository, base: Mapping[bytes, Entry]) -> None:
        self._files: dict[bytes, GitIgnoreSpec] = {}
        self._left_out: dict[bytes, bool] = {b"": False}  # folders
        for path, (mode, oid) in base.items():
            if path.endswith(NAME) and path.rpartition(b"/")[2] == NAME and is_file(mode):
                try:
                    self._files[path.rpartition(b"/")[0]] = spec(repository.blobs.read(oid))
                except Unreadable:
                    continue  # it leaves nothing out

    def ignore(self, path: bytes, *, folder: bool) -> bool:
        """By git's order: of what lies in a folder that is left out nothing comes back, whatever names it."""
        return bool(self._files) and (self._is_left_out(path.rpartition(b"/")[0]) or self._says(path, folder=folder))

    def _is_left_out(self, folder: bytes) -> bool:
        """Whether a folder, or one above it, is left out."""
        above, found = folder, list[bytes]()
        while above not in self._left_out:
            found.append(above)
            above = above.rpartition(b"/")[0]
        for one in reversed(found):
            self._left_out[one] = self._left_out[one.rpartition(b"/")[0]] or self._says(one, folder=True)
        return self._left_out[folder]

    def _says(self, path: bytes, *, folder: bool) -> bool:
        """The ignore file nearest to the path that says anything decides."""
        for above in parents(path):
            if (rules := self._files.get(above)) is not None:
                below = path[len(above) + 1 :] if above else path
                said = _own(rules, below.decode("latin-1") + ("/" if folder else ""))
                if said is not None:
                    return said
        return False


def _own(rules: GitIgnoreSpec, path: str) -> bool | None:
    """What the last pattern says that means the path itself; for pathspec one of a folder means all that lies in it, too."""
    for pattern in reversed(rules.patterns):
        if pattern.include is None or not (said := pattern.match_file(path)):
            continue
        met = said.match
        if "ps_d" not in met.re.groupindex or met["ps_d"] is None or met.end() == len(path):
            return bool(pattern.include)
    return None


def spec(text: bytes) -> GitIgnoreSpec:
    """The patterns of an ignore file, byte by byte as git matches them: a question mark is no letter of two bytes."""
    written = text.removeprefix(b"\xef\xbb\xbf").decode("latin-1").split("\n")
    lines = [BLANK_END.sub(lambda match: f"[{match[0]}]", line.removesuffix("\r")) for line in written]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of a bracket within brackets, which is a literal one to git
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


def laid_down(name: bytes, entries: "list[os.DirEntry[bytes]]") -> bool:
    """Whether a folder is one that a known tool made: its name, the tool's own mark, and an ignore file of a bare ``*``."""
    known = CACHES.get(name) or ENVIRONMENTS.get(name)
    if known is None:
        return False
    files = {entry.name: entry for entry in entries if entry.name in (NAME, known[0])}
    head = {found: _head(entry) for found, entry in files.items()}
    lines = [line.strip() for line in head.get(NAME, b"").splitlines()]
    if [line for line in lines if line and not line.startswith(b"#")] != [b"*"]:
        return False
    return known[0] in head and any(line.startswith(known[1]) for line in head[known[0]].splitlines() or [b""])


def _head(entry: "os.DirEntry[bytes]") -> bytes:
    try:
        if not entry.is_file(follow_symlinks=False):
            return b""
        with open(entry.path, "rb") as file:
            return file.read(4096)
    except OSError:
        return b""


def hiding(repository: Repository, root: Path, paths: Iterable[bytes], base: Mapping[bytes, Entry]) -> dict[bytes, str]:
    """Which of these untracked paths git would not show in this work tree, and the rule's file that says so.

    Git itself is asked, in our directory and with our configuration: it reads ignore files and runs nothing.
    """
    given = b"".join(b"./%s\0" % path for path in paths)  # a name that begins with a colon is no pathspec
    if not given:
        return {}
    at, shadow = repository.location, repository.shadow
    exclude, ours = at.common_dir / "info" / "exclude", shadow.dir / "info" / "exclude"
    elsewhere = os.path.join(root, os.path.expanduser(repository.setting("core.excludesFile") or os.devnull))
    ours.parent.mkdir(exist_ok=True)
    ours.write_bytes(_content(exclude))
    other = shadow.dir / "excludes"
    other.write_bytes(_content(Path(elsewhere)))
    where = ("-C", str(root), f"--work-tree={root}", "-c", f"core.excludesFile={other}")
    words = ("check-ignore", "-z", "-v", "--no-index", "--stdin")
    status, out, _ = shadow.run(*where, *words, given=given, env={"GIT_LITERAL_PATHSPECS": "0"})
    ours.unlink()
    if status not in (0, 1):
        return {}
    named = {os.fsencode(ours): ".git/info/exclude", os.fsencode(other): f"core.excludesFile ({elsewhere})"}
    fields, found = out.split(b"\0"), {}
    for source, _, pattern, path in zip(fields[0::4], fields[1::4], fields[2::4], fields[3::4], strict=False):
        if not pattern.startswith(b"!"):
            said = source.decode("utf-8", "surrogateescape")
            said += ", which the run changed" if source in base else ", which base has not"
            found[path.removeprefix(b"./")] = named.get(source, said)
    return found


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes() if file.is_file() else b""
    except (OSError, ValueError):
        return b""
