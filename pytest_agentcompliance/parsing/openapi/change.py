"""What a change did to the endpoints of code that documents describe: those that came, that went, that are called otherwise."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pytest_agentcompliance.parsing.openapi import Operation
from pytest_agentcompliance.parsing.openapi.matching import Match, Matched, Shift, match, shift_of
from pytest_agentcompliance.parsing.openapi.shapes import shape
from pytest_agentcompliance.parsing.routes import Route, Routes

SHARE = 0.3  # of a part's endpoints that the documents have, from which they are taken to speak of all of them
MIRRORED = 0.8  # of what a part answers and documents have, from which it is taken for one that hands on to another

Key = tuple[str, tuple[str, ...]]
Spoken = Literal["all", "some", "none"]


@dataclass(frozen=True)
class Part:
    """One project of the tree: its routes at base and at head, held against all operations. ``counts``: which need a document."""

    operations: Sequence[Operation]
    old: Sequence[Route]
    new: Sequence[Route]
    counts: Callable[[Route], bool]

    @cached_property
    def shift(self) -> Shift:
        """As base has it, where base has any of the operations."""
        before = shift_of(self.operations, self.old)
        return before if self.paired(match(self.operations, self.old, before)) else shift_of(self.operations, self.new)

    @cached_property
    def before(self) -> Matched:
        return match(self.operations, self.old, self.shift)

    @cached_property
    def after(self) -> Matched:
        return match(self.operations, self.new, self.shift)

    def paired(self, matched: Matched) -> frozenset[Route]:
        """The routes that need a document and have one: that health is documented says nothing of the others."""
        return frozenset(one.route for one in matched.pairs if self.counts(one.route))

    @cached_property
    def began(self) -> bool:
        """Whether base has any of the documented endpoints."""
        return bool(self.paired(self.before))

    @property
    def known(self) -> Matched:
        """The side that tells how much the documents speak of it: base, and head where base has none of what they have."""
        return self.before if self.began else self.after

    def mirrors(self, others: Collection["Part"]) -> bool:
        """Whether it only hands on to another part what the documents have: nearly all that it answers, that one answers too."""
        mine = {id(one.operation) for one in self.known.pairs}
        theirs = ({id(one.operation) for one in each.known.pairs} for each in others if each is not self)
        return any(len(mine & each) >= MIRRORED * len(mine) and len(each) > len(mine) for each in theirs) if mine else False

    def spoken(self, *, alone: bool) -> Spoken:
        """How much the documents speak of the part's endpoints; ``alone``: there is nothing else that they could speak of."""
        paired = self.paired(self.known)
        if alone and not self.began:
            return "all"
        if not paired:
            return "none"
        routes = {one for one in (self.old if self.began else self.new) if self.counts(one)}
        return "all" if len(paired) >= SHARE * len(routes) else "some"


class Change:
    """The routes of a whole tree at both ends. ``added`` gives the lines of a file that the change wrote."""

    def __init__(self, before: Routes, after: Routes, added: Callable[[str], Collection[int]]) -> None:
        self._before, self._after, self._added = before, after, added
        self._old = Counter(key(one) for one in before.routes)

    @cached_property
    def fresh(self) -> frozenset[Route]:
        """The routes that head serves and base did not: what only moved, or could not be read at base, is none."""
        there: dict[Key, list[Route]] = {}
        for one in self._after.routes:
            there.setdefault(key(one), []).append(one)
        places = {(*key(one), one.at.path) for one in self._before.routes}
        found: set[Route] = set()
        for each, routes in there.items():
            more = len(routes) - self._old[each]
            if more <= 0 or self._old["ANY", each[1]]:
                continue
            # Of several at one path the one in another file is the new one, and the later one.
            ordered = sorted(routes, key=lambda one: ((*key(one), one.at.path) in places, -one.at.line))
            found.update(one for one in ordered[:more] if not self._was_there(one))
        return frozenset(found)

    def _was_there(self, route: Route) -> bool:
        """Whether base declared it, and only did not say where it is mounted."""
        if not self._loose and not self._clearer:
            return False
        lines = self._added(route.at.path)
        return not any(line in lines for line in range(route.at.line, min(route.at.last, route.at.line + 50) + 1))

    @cached_property
    def _loose(self) -> bool:
        return bool(self._before.loose)

    @cached_property
    def _clearer(self) -> bool:
        return len(self._after.unresolved) < len(self._before.unresolved)

    @property
    def darker(self) -> bool:
        """Whether head has declarations that cannot be read, of which base had fewer: what is gone may be among them."""
        return len(self._after.unresolved) > len(self._before.unresolved)

    def hangs(self, operation: Operation) -> bool:
        """Whether head has a route that may be the operation's, of a router whose place is not known."""
        wanted = shape(operation.path).segments
        return any(
            one.method in (operation.method, "ANY") and _ends(wanted, shape(one.path).segments) for one in self._after.loose
        )  # fmt: skip

    def renamed(self, one: Match) -> bool:
        """Whether the names of a pair's parameters are new."""
        return (*key(one.route), shape(one.route.path).names) not in self._named

    @cached_property
    def _named(self) -> frozenset[tuple[str, tuple[str, ...], tuple[str, ...]]]:
        return frozenset((*key(one), shape(one.path).names) for one in self._before.routes)

    def statuses(self, route: Route) -> frozenset[int]:
        """The status codes that a route states, and that base did not state of it."""
        return route.statuses - self._stated.get(key(route), frozenset())

    @cached_property
    def _stated(self) -> dict[Key, frozenset[int]]:
        found: dict[Key, frozenset[int]] = {}
        for one in self._before.routes:
            found[key(one)] = found.get(key(one), frozenset()) | one.statuses
        return found


def key(route: Route) -> Key:
    """What a route is called by, whatever its parameters are named."""
    seen = shape(route.path)
    return route.method, (*seen.segments, "**") if seen.rest else seen.segments


def _ends(whole: tuple[str, ...], end: tuple[str, ...]) -> bool:
    return not end or whole[-len(end) :] == end
