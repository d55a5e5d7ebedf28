"""Where two histories part, walked by us: each commit on the way is held against its id, and nothing else is believed.

Neither a commit graph nor grafts, a shallow file, replaced or forged objects can put other parents in a commit's place.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from pytest_agentcompliance.errors import EvidenceError
from pytest_agentcompliance.sources.blobs import Blobs, links, made_at
from pytest_agentcompliance.sources.shadow import Shadow

BASE, HEAD, BOTH, STALE = 1, 2, 3, 4
ALONE = 40  # commits that are read one by one; then git is asked which ones will be wanted


@dataclass(frozen=True, slots=True)
class Node:
    """What the walk needs of a commit."""

    tree: str
    parents: tuple[str, ...]
    date: int


class Ancestry:
    """The commits of one repository, each read once."""

    def __init__(self, blobs: Blobs, shadow: Shadow) -> None:
        self._blobs, self._shadow = blobs, shadow
        self._nodes: dict[str, Node] = {}

    def node(self, commit: str) -> Node:
        """Raises ``EvidenceError`` for a commit that is missing, broken or forged."""
        if commit not in self._nodes:
            self._load([commit])
        if commit not in self._nodes:
            raise EvidenceError(f"commit {commit} is missing from the repository")
        return self._nodes[commit]

    def _load(self, commits: Iterable[str]) -> None:
        for one in self._blobs.sweep(commits):
            if one.problem and not one.missing:
                raise EvidenceError(one.problem)
            if not one.missing:
                if one.kind != "commit":
                    raise EvidenceError(f"object {one.id} is a {one.kind}, not a commit")
                self._nodes[one.id] = Node(*links(one.data), made_at(one.data))

    def between(self, base: str, head: str) -> tuple[list[str], list[str]]:
        """The best common ancestors of two commits, none when they have none; and the ids of the commits that head
        has and base has not, parents before children."""
        if base == head:
            self.node(head)
            return [head], []
        flags = {base: BASE, head: HEAD}
        order = count()
        queue: list[tuple[int, int, str]] = []
        for one in flags:
            heappush(queue, (-self.node(one).date, next(order), one))
        waiting, common, oldest = len(queue), list[str](), min(self.node(one).date for one in flags)
        queued = dict(flags)  # the flags with which it stands in the queue, to count those that are not stale
        seen = 0
        # Dates lie: what both have is followed until it is older than all that only one of them has.
        while queue and (waiting or -queue[0][0] >= oldest):
            date, _, commit = heappop(queue)
            waiting -= not queued.pop(commit, STALE) & STALE
            paint = flags[commit]
            if paint & BOTH == BOTH and not paint & STALE:
                common.append(commit)
                paint |= STALE
            elif paint & BOTH != BOTH:
                oldest = min(oldest, -date)
            seen += 1
            if seen == ALONE:
                self._fetch(base, head)
            for parent in self._parents(commit):
                known = flags.get(parent, 0)
                if known | paint == known:
                    continue
                flags[parent] = known | paint
                was = queued.get(parent)
                if was is None:
                    heappush(queue, (-self.node(parent).date, next(order), parent))
                    waiting += not flags[parent] & STALE
                else:
                    waiting -= not was & STALE and bool(flags[parent] & STALE)
                queued[parent] = flags[parent]
        own = {one for one, paint in flags.items() if paint & BOTH == HEAD}
        best = [one for one in dict.fromkeys(common) if not flags[one] & STALE]
        return self._best(sorted(best, key=lambda one: -self.node(one).date)), self._sorted(head, own)

    def _parents(self, commit: str) -> list[str]:
        """The parents that are there. Raises ``EvidenceError`` where one is missing, and no shallow clone explains it."""
        found = []
        for parent in self.node(commit).parents:
            if parent not in self._nodes:
                self._load([parent])
            if parent in self._nodes:
                found.append(parent)
            elif commit not in self._shadow.boundary:
                raise EvidenceError(f"commit {parent}, a parent of {commit}, is missing from the repository")
        return found

    def _fetch(self, base: str, head: str) -> None:
        """Read in one go what the walk will probably come to; whatever git says, each commit is read by its id."""
        status, out, _ = self._shadow.run("rev-list", f"{base}...{head}")
        if status == 0:
            self._load(one for one in out.decode().split() if one not in self._nodes)

    def _best(self, common: list[str]) -> list[str]:
        """Without those that another one descends from."""
        if len(common) < 2:
            return common
        return [one for one in common if not any(one != other and self._descends(other, one) for other in common)]

    def _descends(self, commit: str, ancestor: str) -> bool:
        seen, pending = {commit}, [commit]
        while pending:
            for parent in self._parents(pending.pop()):
                if parent == ancestor:
                    return True
                if parent not in seen and self.node(parent).date >= self.node(ancestor).date:
                    seen.add(parent)
                    pending.append(parent)
        return False

    def _sorted(self, head: str, own: Collection[str]) -> list[str]:
        """Parents before children, and no line of history mixed with another: as ``--topo-order`` has it."""
        children = dict.fromkeys(own, 0)
        for one in own:
            for parent in self._nodes[one].parents:
                if parent in children:
                    children[parent] += 1
        found, pending = [], [head] if head in children else []
        while pending:
            one = pending.pop()
            found.append(one)
            for parent in self._nodes[one].parents:
                if parent in children:
                    children[parent] -= 1
                    if not children[parent]:
                        pending.append(parent)
        return found[::-1]
