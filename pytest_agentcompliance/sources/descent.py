"""Trees, read by us and held against their ids: whatever git compares or lists later went through here before."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from operator import lt
from typing import NamedTuple

from pytest_agentcompliance.errors import EvidenceError
from pytest_agentcompliance.evidence.changes import FOLDER, SUBMODULE
from pytest_agentcompliance.parsing import common
from pytest_agentcompliance.sources.blobs import ENTRY, MODES, Blobs

Pair = tuple[str, str]  # the trees of a folder before and after; empty where it is not there
Found = list[tuple[bytes, bytes, bytes]]  # mode without zeros before it, name, id: as they are written, since few are ever shown
MOST = 1_000_000  # paths of one change or one tree that are read; a tree of trees of trees can have any number
PAIRS = 16  # that are gone through at once
MORE = 1024  # of them, where their trees are small: to wait for git's answer costs more than to read one
KEPT = 200_000  # entries of trees that are kept, some 50 MB of them: a folder of many files has another tree after each commit
DEEPEST = 2048  # folders in one another, as newer gits have it (core.maxTreeDepth)
WIDE = 64  # entries from which a tree is read by where it differs from the one before: most of it is what was read there
AT_ONCE = 128  # trees that are read before it is seen how large they are
_FOLDER = FOLDER.lstrip("0").encode()
_NO_BLOB = (_FOLDER, SUBMODULE.encode())


class _TooLarge(Exception):
    """The trees of many pairs are too large to be gone through at once."""


class _Parted(NamedTuple):
    """A tree that is like another: what differs is ``[first:left]`` of that one's entries, and ``[first:right]`` of its own."""

    near: str
    first: int
    left: int
    right: int


class Descent:
    """The trees of one repository; those that are asked about again are kept, for as long as they are not too many."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._clear()

    def _clear(self) -> None:
        self._trees: dict[str, Found] = {"": []}
        self._once: dict[str, bool] = {}  # of trees whose names are in order: whether each name is there once
        self._wide: dict[str, tuple[bytes, list[int]]] = {}  # the bytes of wide trees, and where each entry ends in them
        self._parted: dict[str, _Parted] = {}
        self._entries = 0

    def _forget(self) -> None:
        if self._entries > KEPT:
            self._clear()

    def _load(self, trees: Iterable[str], most: float = float("inf"), before: Mapping[str, str] | None = None) -> None:
        """Raises ``EvidenceError`` for a tree that is missing, broken or forged. ``before``: a tree that is like it, for some."""
        asked = [tree for tree in dict.fromkeys(trees) if tree not in self._trees]
        for at in range(0, len(asked), AT_ONCE):
            for one in self._blobs.sweep(asked[at : at + AT_ONCE]):
                if one.problem or one.kind != "tree":
                    raise EvidenceError(one.problem or f"object {one.id} is a {one.kind}, not a tree")
                found = self._beside(one.id, one.data, before.get(one.id, "")) if before else None
                self._trees[one.id] = found = found if found is not None else self._read(one.id, one.data)
                self._entries += len(found)
            if self._entries > most:
                raise _TooLarge

    def _read(self, tree: str, data: bytes) -> Found:
        """The entries of a tree. Raises ``EvidenceError``."""
        found = _entries(data, len(tree))
        if found is None:
            raise EvidenceError(f"tree {tree} is broken")
        if not MODES.keys() >= {mode for mode, _, _ in found}:  # old tools wrote more zeros
            return [(mode.lstrip(b"0"), name, oid) for mode, name, oid in found]
        if len(found) >= WIDE:
            self._wide[tree] = data, _ends(found, 0)
        return found

    def _beside(self, tree: str, data: bytes, near: str) -> Found | None:
        """The entries of a tree, of which those are read that lie between what it begins and ends with as another one does.

        What has the same bytes up to the end of an entry has the same entries up to there. What has the same bytes from the
        beginning of an entry on has the same ones from there on, if what lies before ends there. None where that is not so.
        """
        if near not in self._wide:
            return None
        (there, ends), known = self._wide[near], self._trees[near]
        first = bisect_right(ends, common.head(there, data))
        start = ends[first - 1] if first else 0
        same = common.tail(there, data, min(len(there), len(data)) - start)
        left = bisect_left(ends, len(there) - same) + 1
        longer = len(data) - len(there)
        middle = _entries(data[start : ends[left - 1] + longer], len(tree))
        if middle is None or not MODES.keys() >= {mode for mode, _, _ in middle}:
            return None
        self._parted[tree] = _Parted(near, first, left, first + len(middle))
        found = [*known[:first], *middle, *known[left:]]
        if len(found) >= WIDE:
            behind = [end + longer for end in ends[left:]] if longer else ends[left:]
            self._wide[tree] = data, [*ends[:first], *_ends(middle, start), *behind]
        return found

    def listing(self, tree: str) -> dict[bytes, tuple[str, str]]:
        """Every path of a tree with its mode and id, in git's order; of two entries of one name the last."""
        level, depth = [tree], 0
        while level:
            self._load(level)
            level = list(dict.fromkeys(oid.hex() for one in level for mode, _, oid in self._trees[one] if mode == _FOLDER))
            depth = _deeper(tree, depth)
        found: dict[bytes, tuple[str, str]] = {}
        pending = [(b"", iter(self._trees[tree]))]
        while pending:
            prefix, rest = pending[-1]
            for mode, name, oid in rest:
                if mode == _FOLDER:
                    pending.append((prefix + name + b"/", iter(self._trees[oid.hex()])))
                    break
                found[prefix + name] = (MODES.get(mode) or mode.decode().zfill(6), oid.hex())
            else:
                pending.pop()
            if len(found) > MOST:
                raise EvidenceError(f"tree {tree} has more than {MOST:,} paths, which is too many to read")
        return found

    def met(self, pairs: Iterable[Pair]) -> set[str]:
        """The blobs that differ between the trees of each pair. All trees on the way to them are read."""
        asked = list(dict.fromkeys(pair for pair in pairs if pair[0] != pair[1]))
        blobs: set[bytes] = set()
        at, many, most = 0, PAIRS, MORE
        while at < len(asked):
            some = asked[at : at + many]
            try:
                blobs |= self._met(some, 2 * KEPT if many > PAIRS else float("inf"))
            except _TooLarge:
                self._clear()
                many = most = PAIRS
                continue
            at, many = at + many, min(4 * many, most)
            self._forget()
        return {oid.hex() for oid in blobs}

    def _met(self, asked: list[Pair], most: float) -> set[bytes]:
        level, below, paths, depth = asked, dict[Pair, list[Pair]](), dict[Pair, int](), 0
        blobs: set[bytes] = set()
        shared = False
        while level:
            self._load((one for pair in level for one in pair), most, {new: old for old, new in level})
            for pair in level:
                below[pair], differing = self._differ(*pair)
                blobs.update(differing)
                paths[pair] = len(differing)
            every = [one for pair in level for one in below[pair]]
            level = [one for one in dict.fromkeys(every) if one not in below]
            shared |= len(level) < len(every)
            depth = _deeper(asked[0][1], depth)
        if shared or sum(paths.values()) > MOST:  # else none can have more than all of them have
            _count(asked, below, paths)
        return blobs

    def _differ(self, old: str, new: str) -> tuple[list[Pair], list[bytes]]:
        """The folders in which two trees differ, and each blob that only one of them has in its place."""
        before, after = self._trees[old], self._trees[new]
        once = self._in_order(old, before) & self._in_order(new, after)
        if once and (parted := self._parted.get(new)) is not None and parted.near == old:
            before, after = before[parted.first : parted.left], after[parted.first : parted.right]
        if once and len(before) == len(after):
            # Where names stand in the same places, as they mostly do, what differs is told place by place.
            changed = [both for both in zip(before, after, strict=True) if both[0] != both[1]]
            if all(one[0] == other[0] and one[1] == other[1] for one, other in changed):
                pairs = [(one[2].hex(), other[2].hex()) for one, other in changed if one[0] == _FOLDER]
                return pairs, [oid for (mode, _, oid), other in changed if mode not in _NO_BLOB for oid in (oid, other[2])]
        gone, come = set(before).difference(after), set(after).difference(before)
        folders = defaultdict[bytes, list[str]](list)
        for mode, name, oid in gone:
            if mode == _FOLDER:
                folders[name].append(oid.hex())
        # A name that a tree has twice is paired once, and looked at by itself for the rest.
        pairs = [(folders[name].pop() if folders[name] else "", oid.hex()) for mode, name, oid in come if mode == _FOLDER]
        pairs += [(oid, "") for rest in folders.values() for oid in rest]
        return pairs, [oid for mode, _, oid in (*gone, *come) if mode not in _NO_BLOB]

    def _in_order(self, tree: str, found: Found) -> bool:
        """Whether a tree has each name once. Raises ``EvidenceError`` where its names are in no order."""
        once = self._once.get(tree)
        if once is None:
            parted = self._parted.get(tree)
            # What lies before and behind is in order where the other tree is: what lies between has to fit in.
            within = found[max(parted.first - 1, 0) : parted.right + 1] if parted and self._once.get(parted.near) else found
            once = _rising(_names(within)) or (within is not found and _rising(_names(found)))
            if not once and (names := _names(found)) != sorted(names):  # git would compare what does not belong together
                raise EvidenceError(f"tree {tree} is broken: its names are in no order")
            self._once[tree] = once
        return once


def _entries(data: bytes, width: int) -> Found | None:
    """The entries that some bytes are; None where they are more than that, or less."""
    found: Found = ENTRY[width].findall(data)
    modes, names, ids = zip(*found, strict=True) if found else ((), (), ())
    size = len(b"".join(modes)) + len(b"".join(names)) + len(b"".join(ids)) + 2 * len(found)
    return found if size == len(data) else None


def _ends(found: Found, start: int) -> list[int]:
    """Where each entry ends."""
    return list(accumulate((len(mode) + len(name) + len(oid) + 2 for mode, name, oid in found), initial=start))[1:]


def _names(found: Found) -> list[bytes]:
    """Names as git sorts them."""
    return [name + b"/" if mode == _FOLDER else name for mode, name, _ in found]


def _rising(names: list[bytes]) -> bool:
    return all(map(lt, names, names[1:]))


def _deeper(tree: str, depth: int) -> int:
    if depth >= DEEPEST:
        raise EvidenceError(f"tree {tree} has more than {DEEPEST:,} folders in one another, which is too many to read")
    return depth + 1


def _count(asked: list[Pair], below: Mapping[Pair, list[Pair]], paths: Mapping[Pair, int]) -> None:
    """Raises ``EvidenceError`` where git would print too many paths: one tree can stand in a thousand places."""
    total: dict[Pair, int] = {}
    for top in asked:
        pending: list[tuple[Pair, Iterator[Pair]]] = [(top, iter(below[top]))]
        while pending:
            pair, rest = pending[-1]
            following = next((one for one in rest if one not in total), None)
            if following is not None:
                pending.append((following, iter(below[following])))
                continue
            total[pair] = paths[pair] + sum(total[one] for one in below[pair])
            pending.pop()
        if total[top] > MOST:
            raise EvidenceError(f"the change has {total[top]:,} files, which is more than the {MOST:,} that are read")
