"""What lies beside the change and could hide a part of it: index bits, other refs, names that no checkout can have.

Read from files and objects alone, and only when the rule that asks for it does.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from pytest_agentcompliance.errors import EvidenceError, Unreadable
from pytest_agentcompliance.evidence.changes import FOLDER
from pytest_agentcompliance.evidence.custody import Custody, Oddity
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.lookalikes.paths import collision_key
from pytest_agentcompliance.sources import detours, trees
from pytest_agentcompliance.sources.blobs import entries, is_id
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.location import pointed_at
from pytest_agentcompliance.sources.repository import Repository

WORK_TREE = late(r"^\s*worktree\s*=\s*\"?([^\"\n]+?)\"?\s*$", re.IGNORECASE | re.MULTILINE)
BARE = late(r"^\s*bare(?:\s*=\s*(?:true|yes|on|1))?\s*$", re.IGNORECASE | re.MULTILINE)
# What file systems take for .git (CVE-2014-9390, CVE-2019-1352).
DOT_GIT = late(r"git~\d+|\.git[ .]*(?::.*)?", re.IGNORECASE | re.DOTALL)
INVISIBLE = late("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")  # HFS+ leaves them out of names
# What a fetch brings, and what git keeps for itself.
ELSEWHERE = ("refs/remotes/", "refs/replace/", "refs/stash", "refs/notes/", "refs/bisect/", "refs/pull/", "refs/prefetch/")
SMALL = 1024 * 1024  # bytes of git's own files that are read
MOST_TIPS = 200  # refs, and stashes, that are looked at one by one


def custody(repository: Repository, ends: Ends) -> Custody:
    """Everything but the detours is read late."""
    return Custody(lambda: tuple(_oddities(repository, ends)), partial(detours.found, repository, ends), ledger=ends.ledger)


def _oddities(repository: Repository, ends: Ends) -> Iterator[Oddity]:
    yield from _refs(repository)
    yield from _names(repository, ends)
    if ends.captured is not None:
        yield from _settings(repository)
        yield from _work_tree(ends)
        yield from _parked(repository, ends)
    yield from _ahead(repository, ends)


def _refs(repository: Repository) -> Iterator[Oddity]:
    """Objects that stand in for others, and parents that no commit names: git obeys both, this audit neither."""
    common = repository.location.common_dir
    replaced = {name: id for name, id in _named(common, "refs/replace/").items() if is_id(name.rpartition("/")[2])}
    for name, id in sorted(replaced.items()):
        yield Oddity("replace-ref", name, f"git shows {id[:12]} where {name.rpartition('/')[2][:12]} is named")
    if _text(common / "info" / "grafts").strip():
        yield Oddity("graft", ".git/info/grafts", "git takes other parents for a commit than the commit names")


def _named(common: Path, prefix: str) -> dict[str, str]:
    """The references below a prefix, loose and packed, with the ids that they hold."""
    found = {}
    if prefix in (packed := _text(common / "packed-refs")):
        for line in packed.splitlines():
            id, _, name = line.partition(" ")
            if name.startswith(prefix) and is_id(id):
                found[name] = id
    with suppress(OSError):
        for folder, _, files in os.walk(common / prefix.rstrip("/")):
            for name in sorted(files):
                file = Path(folder) / name
                if is_id(id := _text(file).strip()):
                    found[file.relative_to(common).as_posix()] = id
    return found


def _text(file: Path) -> str:
    try:
        if not file.is_file():
            return ""
        with file.open("rb") as opened:
            return opened.read(SMALL).decode("utf-8", "surrogateescape")
    except OSError:
        return ""


def _settings(repository: Repository) -> Iterator[Oddity]:
    """Settings that make git look at other files than those that lie here."""
    at = repository.location
    for config in {at.common_dir / "config", at.git_dir / "config.worktree"}:
        text = _text(config)
        if found := WORK_TREE.search(text):
            elsewhere = pointed_at(at.git_dir, found[1])
            if elsewhere != at.root:
                yield Oddity("work-tree-setting", "core.worktree", f"git looks for the work tree at {found[1][:200]!r}")
        # A bare repository with linked work trees is common; one that has its own beside it is not.
        if config.name == "config" and at.git_dir == at.common_dir and at.git_dir.name == ".git" and BARE.search(text):
            yield Oddity("work-tree-setting", "core.bare", "git takes the repository for one without a work tree")


def _work_tree(ends: Ends) -> Iterator[Oddity]:
    captured = ends.captured
    assert captured is not None
    for path, bit in sorted(captured.bits.items()):
        yield Oddity("index-bit", path, f"its {bit} bit tells git not to look at it")
    by_rule: dict[str, list[str]] = {}
    for path, rule in sorted(captured.hidden.items()):
        by_rule.setdefault(rule, []).append(path)
    for rule, paths in by_rule.items():
        more = f", as it hides {len(paths) - 1} more" if len(paths) > 1 else ""
        yield Oddity("ignore-rule", paths[0], rule + more)
    for path in sorted(captured.nested):
        yield Oddity("nested-repository", path, "git looks no further than its .git")
    for path, why in sorted(captured.submodules.items()):
        yield Oddity("submodule-dirty", path, why)


# Names


def _names(repository: Repository, ends: Ends) -> Iterator[Oddity]:
    """Names on the way to what changed that a checkout cannot have as they are written, or that meet another there."""
    reader = _Trees(repository)
    told: set[tuple[bytes, bytes]] = set()
    paths = [(one.path, one.path.encode("utf-8", "surrogateescape")) for one in ends.changes if one.after is not None]
    reader.load((ends.head_tree, ends.base_tree), {raw.rpartition(b"/")[0] for _, raw in paths})
    reached: dict[bytes, tuple[str, str]] = {}  # folders, each with its tree at head and at base, that were gone through before
    for path, raw in paths:
        parts = raw.split(b"/")
        start = len(parts) - 1 if raw.rpartition(b"/")[0] in reached else 0
        folder, old = reached.get(raw.rpartition(b"/")[0], (ends.head_tree, ends.base_tree))
        for depth, part in enumerate(parts[start:], start):
            above = b"/".join(parts[:depth])
            if (above, part) not in told:
                told.add((above, part))
                yield from reader.oddities(folder, old, above, part)
            below = reader.entries(folder).get(part)
            if below is None:
                yield Oddity("tree-entry", path, "one name of a tree has a slash in it")
                break
            before = reader.entries(old).get(part) if old else None
            old = before[1] if before is not None and before[0] == FOLDER else ""
            if below[0] != FOLDER:
                break
            folder = below[1]
            reached[b"/".join(parts[: depth + 1])] = folder, old


class _Trees:
    """Trees, each read once."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._read: dict[str, dict[bytes, trees.Entry]] = {"": {}}
        self._twice: dict[str, set[bytes]] = {"": set()}
        self._keys: dict[str, dict[str, list[bytes]]] = {}

    def load(self, tops: Iterable[str], folders: Iterable[bytes]) -> None:
        """Read what leads to these folders, all of one depth at once: one by one, each would be waited for."""
        within: dict[bytes, set[bytes]] = {}  # the names of the folders in a folder
        for folder in folders:
            while folder:
                above, _, name = folder.rpartition(b"/")
                if name in within.setdefault(above, set()):
                    break
                within[above].add(name)
                folder = above  # noqa: PLW2901
        level = {b"": {tree for tree in tops if tree}}
        while level:
            self._load(sorted({tree for some in level.values() for tree in some if tree not in self._read}))
            below: dict[bytes, set[str]] = {}
            for above, some in level.items():
                for name in within.get(above, ()):
                    found = [self._read[tree].get(name) for tree in some]
                    if there := {one[1] for one in found if one is not None and one[0] == FOLDER}:
                        below[above + b"/" + name if above else name] = there
            level = below

    def _load(self, asked: Iterable[str]) -> None:
        for one in self._repository.blobs.sweep(asked):
            found: dict[bytes, trees.Entry] = {}
            self._twice[one.id] = twice = set()
            with suppress(Unreadable):  # a tree that a diff went through can be read
                for mode, name, id in entries(one.id, one.data) if one.kind == "tree" and not one.problem else ():
                    if name in found:
                        twice.add(name)
                    found[name] = (mode, id)
            self._read[one.id] = found

    def entries(self, tree: str) -> dict[bytes, trees.Entry]:
        if tree not in self._read:
            self._load([tree])
        return self._read[tree]

    def oddities(self, tree: str, old: str, above: bytes, name: bytes) -> Iterator[Oddity]:
        path = (above + b"/" + name if above else name).decode("utf-8", "surrogateescape")
        self.entries(tree)  # which finds the names that are there twice
        shown = INVISIBLE.sub("", name.decode("utf-8", "surrogateescape"))
        if name in (b".", b"..", b"") or DOT_GIT.fullmatch(shown):
            yield Oddity("tree-entry", path, f"no checkout can have a part called {shown!r}")
        if name in self._twice[tree]:
            yield Oddity("tree-entry", path, "its folder has this name twice")
        if name in self.entries(old):
            return
        key = collision_key(name.decode("utf-8", "surrogateescape"))
        same = [other for other in self._by_key(tree).get(key, ()) if other != name]
        if same:
            other = (above + b"/" + same[0] if above else same[0]).decode("utf-8", "surrogateescape")
            yield Oddity("collision", path, f"where case or Unicode form make no difference it is {other}, which is there too")

    def _by_key(self, tree: str) -> dict[str, list[bytes]]:
        if tree not in self._keys:
            found: dict[str, list[bytes]] = {}
            for name in self.entries(tree):
                found.setdefault(collision_key(name.decode("utf-8", "surrogateescape")), []).append(name)
            self._keys[tree] = found
        return self._keys[tree]


# Work that was put aside


def _parked(repository: Repository, ends: Ends) -> Iterator[Oddity]:
    """Work that began in this run and lies under another reference, or in the stash."""
    own, head = {*ends.commits}, ends.span.head.partition("+")[0]
    since = repository.committed_at(ends.commits[0]) if ends.commits else None
    common = repository.location.common_dir
    for id in _stashed(common):
        with suppress(Unreadable, EvidenceError):
            data = repository.blobs.read(id, "commit")
            parent = re.search(rb"^parent ([0-9a-f]+)$", data, re.MULTILINE)
            on = parent[1].decode() if parent else ""
            later = since is None or repository.committed_at(id) >= since
            if on in own or (on == head and later):
                yield Oddity("parked", "refs/stash", f"a stash that was made on {on[:12]} holds changes that the work tree has not")
    named = _named(common, "refs/")
    tips = {id: name for name, id in named.items() if not name.startswith(ELSEWHERE) and id not in own and id != head}
    if own and tips and _goes_on(repository, ends, [*tips], own):
        yield from _which(repository, ends, tips, own)


def _which(repository: Repository, ends: Ends, tips: Mapping[str, str], own: Collection[str]) -> Iterator[Oddity]:
    for number, (id, name) in enumerate(sorted(tips.items(), key=lambda one: one[1])):
        if number >= MOST_TIPS:
            yield Oddity("parked", name, f"one of {len(tips) - MOST_TIPS} references more that were not looked at one by one")
            return
        if count := _goes_on(repository, ends, [id], own):
            some = "1 commit on it goes" if count == 1 else f"{count} commits on it go"
            yield Oddity("parked", name, f"{some} on from this run, and its end has nothing of that")


def _goes_on(repository: Repository, ends: Ends, tips: Sequence[str], own: Collection[str]) -> int:
    """How many commits go on from a commit of the run, and are not in its end; whatever date they bear."""
    head = ends.span.head.partition("+")[0]
    given = "".join(f"{id}\n" for id in (*tips, f"^{head}", f"^{ends.span.merge_base}")).encode()
    status, out, _ = repository.shadow.run("rev-list", "--boundary", "--stdin", "--ignore-missing", given=given)
    listed = out.decode().split() if status == 0 else []
    return sum(not one.startswith("-") for one in listed) if any(one[1:] in own for one in listed if one.startswith("-")) else 0


def _ahead(repository: Repository, ends: Ends) -> Iterator[Oddity]:
    """A base branch here that has more than its copy of the remote: what it has more is no part of the change."""
    common, name = repository.location.common_dir, ends.span.base
    here = _named(common, "refs/heads/").get(f"refs/heads/{name}") if name else None
    remotes = [id for ref, id in _named(common, "refs/remotes/").items() if ref.split("/", 3)[3:] == [name]] if here else []
    if here is None or not remotes or here in remotes or ends.span.merge_base in remotes:
        return
    try:
        counted = repository.shadow.output("rev-list", "--count", ends.span.merge_base, *(f"^{id}" for id in remotes))
    except EvidenceError:  # a remote's commit that is not here
        return
    if count := int(counted):
        has = "1 commit" if count == 1 else f"{count} commits"
        yield Oddity("base-ahead", f"refs/heads/{name}", f"it has {has} that its copy of the remote has not")


def _stashed(common: Path) -> list[str]:
    """The commits of the stash, which is a reference and its log."""
    lines = _text(common / "logs" / "refs" / "stash").splitlines()[-MOST_TIPS:]
    ids = [line.split(" ", 2)[1] for line in lines if line.count(" ") > 2]
    ids += [id for name, id in _named(common, "refs/").items() if name == "refs/stash"]
    return [id for id in dict.fromkeys(ids) if is_id(id)]

