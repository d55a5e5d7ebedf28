"""Which endpoints of a plan are there, which of them a change built, took away or has with another method."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pytest_agentcompliance.parsing.openapi import Operation
from pytest_agentcompliance.parsing.openapi.held import Held
from pytest_agentcompliance.parsing.openapi.matching import Match
from pytest_agentcompliance.parsing.openapi.shapes import shape
from pytest_agentcompliance.parsing.plan import Plan, PlanEndpoint
from pytest_agentcompliance.parsing.routes import Route
from pytest_agentcompliance.place import Place

# A verb without its path, or all of them in a word.
_LOOSE = re.compile(
    r"^(?![ \t]*\|)[^\n]*(?:`(?:GET|POST|PUT|PATCH|DELETE)`|\b(?:GET|POST|PUT|PATCH|DELETE)\s?/\s?(?:GET|POST|PUT|PATCH|"
    r"DELETE)\b|\bCRUD\b)",
    re.MULTILINE,
)
_FEW = 2  # endpoints of base, of which a plan that has them is one of all
_BESIDE = 0.1  # of them, that base may answer beside
_WRITTEN = re.compile(r"(?<![\w/.])/[\w{}:.<>*-]{1,60}(?:/[\w{}:.<>*-]{1,60}){1,12}")
MOST = 5000  # paths of a plan
MOST_CODES = 300
_VERSION = re.compile(r"/(?:api/)?v\d{1,3}(?=/)|/api(?=/)")


@dataclass(frozen=True)
class Part:
    """What a section of the plan has: how many of it are there, and those that are left."""

    planned: int
    left: tuple[Operation, ...]

    @property
    def there(self) -> int:
        """How many of them are there."""
        return self.planned - len(self.left)


@dataclass(frozen=True)
class Standing:
    """A plan held to the routes; ``operations`` are its endpoints, one for one. ``elsewhere``: what other code answers."""

    plan: Plan
    text: str
    held: Held
    operations: Sequence[Operation]
    elsewhere: Callable[[str], bool]

    @cached_property
    def _of(self) -> dict[int, PlanEndpoint]:
        return {id(one): endpoint for one, endpoint in zip(self.operations, self.plan.endpoints, strict=True)}

    def endpoint(self, one: Operation) -> PlanEndpoint:
        """The endpoint of the plan that an operation stands for."""
        return self._of[id(one)]

    @cached_property
    def answered(self) -> frozenset[int]:
        """The operations that something answers, by their id."""
        parts = [part.after for part, spoken in self.held.parts if spoken != "none"]
        missing = [{id(one) for one in side.missing} for side in parts]
        return frozenset(id(one) for one in self.operations if any(id(one) not in each for each in missing))

    @cached_property
    def fresh(self) -> frozenset[int]:
        """Those that the change built."""
        parts = [part for part, spoken in self.held.parts if spoken != "none"]
        return frozenset(id(one.operation) for part in parts for one in part.after.pairs if one.route in self.held.change.fresh)

    @cached_property
    def _had(self) -> set[int]:
        """Those that base answered by a route of their own: one for whatever lies below may have been a stub."""
        parts = [part for part, spoken in self.held.parts if spoken != "none"]
        return {id(one.operation) for part in parts for one in part.before.pairs if not shape(one.route.path).rest}

    @cached_property
    def _told(self) -> frozenset[int]:
        """Those whose path the change answers with another method, which is told where that stands."""
        return frozenset(
            id(one)
            for route, part, _ in self.held.undocumented()
            for one in part.after.beside.get(route, ())
            if id(one) not in self.answered
        )

    @cached_property
    def _owed(self) -> list[Operation]:
        return [one for one in self.operations if not self._is_elsewhere(one)]

    @cached_property
    def _taken(self) -> set[int]:
        gone = self.held.missing(self._is_elsewhere)
        return {id(one) for one in gone.gone} & self._had if not gone.built else set()

    def taken(self) -> Iterator[Operation]:
        """Those that the change took away."""
        yield from (one for one in self._owed if id(one) in self._taken and id(one) not in self._told)

    def begun(self) -> Iterator[Part]:
        """The sections of which the change built something, and something is left."""
        sections: dict[str, list[Operation]] = {}
        for one in self._owed:
            sections.setdefault(self.endpoint(one).section, []).append(one)
        for planned in sections.values():
            over = self.answered | self._taken | self._told
            left = tuple(one for one in planned if id(one) not in over)
            if left and any(id(one) in self.fresh for one in planned):
                yield Part(len(planned), left)

    def _is_elsewhere(self, one: Operation) -> bool:
        """Whether nothing in this code has to answer it."""
        return self.endpoint(one).kept or self.elsewhere(one.path)

    def documented(self) -> Iterator[tuple[Match, PlanEndpoint]]:
        """Routes that may have changed, each with the endpoint of the plan that it answers."""
        for one in self.held.documented():
            endpoint = self.endpoint(one.operation)
            if not endpoint.kept:
                yield one, endpoint

    @cached_property
    def codes(self) -> dict[str, None]:
        """The codes of errors that are searched for: the first of them, where a plan has very many."""
        found = dict.fromkeys(case.code for one in self.plan.endpoints for case in one.errors if case.code)
        return dict.fromkeys(list(found)[:MOST_CODES])

    def covers(self, needed: Callable[[Route], bool]) -> bool:
        """Whether the plan had what base answered, so that it speaks of all endpoints and not of those of one piece of work."""
        sides = [part.before for part, spoken in self.held.parts if spoken != "none"]
        known = len({one.route for side in sides for one in side.pairs if needed(one.route)})
        return known >= _FEW and sum(1 for side in sides for one in side.undocumented if needed(one)) <= _BESIDE * known

    def speaks_of(self, route: Route, beside: Sequence[Operation]) -> bool:
        """Whether the plan has words for a route that it does not write out: many shorten what is much alike."""
        lines = self.text.split("\n")
        if beside:
            near = [lines[one.at.line - 1] for one in beside if one.at.line and one.at.line <= len(lines)]
            return any(re.search(rf"\b{route.method}\b", one) for one in near)
        if shape(route.path).rest:
            return True  # for what lies below, whatever that is
        if shape(route.path).segments in self._paths:
            return True  # without its method
        words = [one.lower() for one in route.path.split("/") if one and "{" not in one]
        if not words or not all(one in self._words for one in words):
            return False
        return not route.path.endswith("}") or _LOOSE.search(self.text) is not None

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(re.findall(r"[a-z0-9][a-z0-9_.-]*[a-z0-9]|[a-z0-9]", self.text.lower()))

    @cached_property
    def _paths(self) -> frozenset[tuple[str, ...]]:
        """All that the plan writes as paths, whatever stands before them."""
        return frozenset(shape(one).segments for one in _WRITTEN.findall(self.text)[:MOST])

    def counts(self) -> tuple[int, int, int]:
        """How many endpoints were to be built, are there, were built by the change."""
        kept = {id(one) for one in self.operations if self.endpoint(one).kept}
        return len(self.operations) - len(kept), len(self.answered - kept), len(self.fresh - kept)


def pairs(held: Held) -> bool:
    """Whether any endpoint is where the plan has it."""
    return any(part.after.pairs or part.before.pairs for part, spoken in held.parts if spoken != "none")


def operation(one: PlanEndpoint, path: str) -> Operation:
    """An endpoint of the plan at ``path`` as what routes are held to."""
    bare = one.path.partition("?")[0] or "/"
    also = (f"{bare.rstrip('/')}/{{id}}",) if one.short else ()
    return Operation(one.method, bare, (bare, *also), Place(path, one.line))


def without(one: Operation) -> Operation:
    """An operation without the version, or the /api, that its path begins with."""
    bare = _VERSION.sub("", one.path, count=1)
    return replace(one, path=bare, paths=(bare,))
