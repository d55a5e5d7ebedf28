"""The endpoints of a whole tree, at both ends of a run, held to the operations of its OpenAPI documents, project by project."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pytest_agentcompliance.parsing.openapi import Operation
from pytest_agentcompliance.parsing.openapi.change import Change, Part, Spoken
from pytest_agentcompliance.parsing.openapi.matching import Match, Matched
from pytest_agentcompliance.parsing.routes import Route, Routes


@dataclass(frozen=True, slots=True)
class Missing:
    """The operations that nothing answers any more. ``built``: the run wrote the first endpoints; ``owed``, ``left``: how many."""

    gone: list[Operation]
    built: bool
    owed: int
    left: int


@dataclass(frozen=True)
class Held:
    """Both ends of the run. ``needed``: which routes need a document; ``added``: the new lines of a file; ``home``: its project.

    ``whole``: all of head is held to the documents, and not only what the change did.
    """

    operations: Sequence[Operation]
    old: Routes
    new: Routes
    needed: Callable[[Route], bool]
    added: Callable[[str], Collection[int]]
    home: Callable[[str], str]
    whole: bool = False

    @cached_property
    def change(self) -> Change:
        return Change(self.old, self.new, self.added)

    @cached_property
    def parts(self) -> list[tuple[Part, Spoken]]:
        """The projects of the tree that have routes, with how much the documents speak of each."""
        sides: dict[str, tuple[list[Route], list[Route]]] = {}
        for side, routes in enumerate((self.old.routes, self.new.routes)):
            for one in routes:
                sides.setdefault(self.home(one.at.path), ([], []))[side].append(one)
        parts = [Part(self.operations, *both, self.needed) for _, both in sorted(sides.items())]
        # Where base has nothing to document, and head has it in one project, or none of it is documented, all of it is meant.
        fresh = not any(self.needed(one) for one in self.old.routes) and not self.whole
        alone = fresh and (len(parts) == 1 or not any(one.paired(one.after) for one in parts))
        return [(one, "none" if one.mirrors(parts) else one.spoken(alone=alone)) for one in parts]

    @cached_property
    def speaks(self) -> bool:
        """Whether the documents speak of any project."""
        return any(spoken != "none" for _, spoken in self.parts)

    def undocumented(self) -> Iterator[tuple[Route, Part, Spoken]]:
        """New routes that no document has at their path, or not with their method."""
        for part, spoken in self.parts:
            for route in part.after.undocumented if spoken != "none" else ():
                if route in self.change.fresh and self.needed(route):
                    yield route, part, spoken

    def documented(self) -> Iterator[Match]:
        """The documented routes, each with that of its operations whose parameters are named most alike."""
        for part, spoken in self.parts:
            by_route: dict[Route, list[Match]] = {}
            for one in part.after.pairs if spoken != "none" else ():
                by_route.setdefault(one.route, []).append(one)
            for pairs in by_route.values():
                yield min(pairs, key=lambda one: len(one.names))

    def missing(self, elsewhere: Callable[[Operation], bool]) -> Missing:
        """Operations that the change took away; all that nothing answers, where the run wrote the first. Others are answered
        ``elsewhere``.
        """
        built = self.whole or not any(part.began for part, _ in self.parts)
        answered = self._answered([part.after for part, _ in self.parts])
        had = self._answered([part.before for part, _ in self.parts])
        replaced = self._replaced()
        owed = {number: one for number, one in enumerate(self.operations) if not elsewhere(one)}
        left = {number: one for number, one in owed.items() if number not in answered}
        gone = [one for number, one in left.items() if (built or number in had) and one not in replaced]
        return Missing(gone, built, len(owed), len(left))

    def _replaced(self) -> set[Operation]:
        """The operations whose path is now answered with another method, which is told where that stands."""
        found: set[Operation] = set()
        for route, part, spoken in self.undocumented():
            if spoken == "all":
                found.update(part.after.beside.get(route, ()))
        return found

    def _answered(self, sides: list[Matched]) -> frozenset[int]:
        missing = [{id(one) for one in side.missing} for side in sides]
        return frozenset(number for number, one in enumerate(self.operations) if any(id(one) not in each for each in missing))
