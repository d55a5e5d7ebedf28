"""Trees, read by us and held against their ids: whatever git compares or lists later went through here before."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from pytest_agentcompliance.errors import EvidenceError, Unreadable
from pytest_agentcompliance.evidence.changes import FOLDER, SUBMODULE
from pytest_agentcompliance.sources.blobs import Blobs, entries

Pair = tuple[str, str]  # the trees of a folder before and after; empty where it is not there
Found = tuple[tuple[str, bytes, str], ...]  # mode, name, id
MOST = 1_000_000  # paths of one change or one tree that are read; a tree of trees of trees can have any number
PAIRS = 16  # that are gone through at once
KEPT = 200_000  # entries of trees that are kept, some 50 MB of them: a folder of many files has another tree after each commit
DEEPEST = 2048  # folders in one another, as newer gits have it (core.maxTreeDepth)


class Descent:
    """The trees of one repository; those that are asked about again are kept, for as long as they are not too many."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._trees: dict[str, Found] = {"": ()}
        self._entries = 0

    def _forget(self) -> None:
        if self._entries > KEPT:
            self._trees, self._entries = {"": ()}, 0

    def _load(self, trees: Iterable[str]) -> None:
        """Raises ``EvidenceError`` for a tree that is missing, broken or forged."""
        for one in self._blobs.sweep(sorted({tree for tree in trees if tree not in self._trees})):
            if one.problem or one.kind != "tree":
                raise EvidenceError(one.problem or f"object {one.id} is a {one.kind}, not a tree")
            try:
                self._trees[one.id] = found = tuple(entries(one.id, one.data))
                self._entries += len(found)
            except Unreadable as wrong:
                raise EvidenceError(wrong.reason) from wrong

    def listing(self, tree: str) -> dict[bytes, tuple[str, str]]:
        """Every path of a tree with its mode and id, in git's order; of two entries of one name the last."""
        level, depth = {tree}, 0
        while level:
            self._load(level)
            level = {oid for one in level for mode, _, oid in self._trees[one] if mode == FOLDER}
            depth = _deeper(tree, depth)
        found: dict[bytes, tuple[str, str]] = {}
        pending = [(b"", iter(self._trees[tree]))]
        while pending:
            prefix, rest = pending[-1]
            for mode, name, oid in rest:
                if mode == FOLDER:
                    pending.append((prefix + name + b"/", iter(self._trees[oid])))
                    break
                found[prefix + name] = (mode, oid)
            else:
                pending.pop()
            if len(found) > MOST:
                raise EvidenceError(f"tree {tree} has more than {MOST:,} paths, which is too many to read")
        return found

    def met(self, pairs: Iterable[Pair]) -> set[str]:
        """The blobs that differ between the trees of each pair. All trees on the way to them are read."""
        asked = list(dict.fromkeys(pair for pair in pairs if pair[0] != pair[1]))
        blobs: set[str] = set()
        for at in range(0, len(asked), PAIRS):
            blobs |= self._met(asked[at : at + PAIRS])
            self._forget()
        return blobs

    def _met(self, asked: list[Pair]) -> set[str]:
        level, below, paths, depth = asked, dict[Pair, list[Pair]](), dict[Pair, int](), 0
        blobs: set[str] = set()
        while level:
            self._load(one for pair in level for one in pair)
            for pair in level:
                below[pair], differing = self._differ(*pair)
                blobs |= differing.keys()
                paths[pair] = sum(differing.values())
            level = list({one for pair in level for one in below[pair] if one not in below})
            depth = _deeper(asked[0][1], depth)
        _count(asked, below, paths)
        return blobs

    def _differ(self, old: str, new: str) -> tuple[list[Pair], Counter[str]]:
        """The folders in which two trees differ, and the blobs that only one of them has in its place, and how often."""
        before, after = self._trees[old], self._trees[new]
        for tree, found in ((old, before), (new, after)):
            names = [name + b"/" if mode == FOLDER else name for mode, name, _ in found]
            if names != sorted(names):  # git would compare what does not belong together
                raise EvidenceError(f"tree {tree} is broken: its names are in no order")
        gone, come = set(before).difference(after), set(after).difference(before)
        folders = defaultdict[bytes, list[str]](list)
        for mode, name, oid in gone:
            if mode == FOLDER:
                folders[name].append(oid)
        # A name that a tree has twice is paired once, and looked at by itself for the rest.
        pairs = [(folders[name].pop() if folders[name] else "", oid) for mode, name, oid in come if mode == FOLDER]
        pairs += [(oid, "") for rest in folders.values() for oid in rest]
        return pairs, Counter(oid for mode, _, oid in (*gone, *come) if mode not in (FOLDER, SUBMODULE))


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
