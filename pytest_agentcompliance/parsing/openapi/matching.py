"""Operations of OpenAPI documents held against the routes of code: which of them are the same, and which have no other side."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_agentcompliance.parsing.openapi import Operation
from pytest_agentcompliance.parsing.openapi.shapes import BLANK, Shape, shape
from pytest_agentcompliance.parsing.routes import Route

MOST_STEPS = 400_000  # of a search for what explains most, and for what answers in another's place
UNASKED = frozenset({"HEAD", "OPTIONS", "TRACE"})  # what frameworks and middleware answer of themselves

Segments = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """What the code's paths have before those of the document (``adds``), or the document's before those of the code."""

    adds: Segments = ()
    drops: Segments = ()

    def __str__(self) -> str:
        if self.adds:
            return f"the code puts /{'/'.join(self.adds)} before the paths of the document"
        return f"the document puts /{'/'.join(self.drops)} before the paths of the code" if self.drops else ""

    def of(self, segments: Segments) -> Segments | None:
        """The segments in code of those in the document; None where they do not begin with what is dropped."""
        if segments[: len(self.drops)] != self.drops:
            return None
        return self.adds + segments[len(self.drops) :]


NONE = Shift()


@dataclass(frozen=True, slots=True)
class Match:
    """An operation and the route that answers it. ``instead``: the one has a parameter where the other has a word."""

    operation: Operation
    route: Route
    instead: bool = False

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """The names of parameters that differ: the document's, the code's."""
        ours, theirs = shape(self.route.path).names, shape(self.operation.path).names
        if self.instead or not theirs:
            return ()
        # A base path may have parameters of its own, in code as in a server's URL.
        pairs = zip(reversed(theirs), reversed(ours), strict=False)
        return tuple(reversed([(one, other) for one, other in pairs if one != other]))


@dataclass(frozen=True, slots=True)
class Matched:
    """What was held against one another: the pairs, the operations that nothing answers, the routes that no document has.

    ``beside`` are the operations with other methods at the path of a route that no document has.
    """

    pairs: tuple[Match, ...]
    missing: tuple[Operation, ...]
    undocumented: tuple[Route, ...]
    beside: Mapping[Route, tuple[Operation, ...]]


def match(operations: Sequence[Operation], routes: Sequence[Route], shift: Shift = NONE) -> Matched:
    """Each route with the operations that it answers: under the base paths of the servers, as written, and shifted."""
    there = _Index(operations, shift)
    pairs: dict[tuple[int, int], Match] = {}
    covered: set[int] = set()  # operations that a route for anything would answer
    left: list[int] = []
    beside: dict[Route, tuple[Operation, ...]] = {}
    for position, route in enumerate(routes):
        seen = shape(route.path)
        at_path = there.at(seen)
        hits = [one for one in at_path if answers(route, operations[one])]
        pairs |= {(one, position): Match(operations[one], route) for one in hits}
        if seen.rest:
            below = [one for one in there.below(seen.segments) if answers(route, operations[one])]
            covered.update(below)
            if not hits and (below or not seen.literal):
                continue
        if not hits and route.method not in UNASKED:
            left.append(position)
            beside[route] = tuple(operations[one] for one in at_path)
    had = {one for one, _ in pairs} | covered
    instead = list(_instead(operations, routes, [one for one in range(len(operations)) if one not in had], left, there))
    pairs |= {(one, position): Match(operations[one], routes[position], instead=True) for one, position in instead}
    had |= {one for one, _ in instead}
    missing = [one for number, one in enumerate(operations) if number not in had and one.method not in ("OPTIONS", "TRACE")]
    taken = {position for _, position in instead}
    undocumented = [routes[one] for one in left if one not in taken]
    return Matched(tuple(pairs.values()), tuple(missing), tuple(undocumented), beside)


def answers(route: Route, operation: Operation) -> bool:
    """Whether a route's method answers an operation's."""
    return route.method in ("ANY", operation.method) or (operation.method == "HEAD" and route.method == "GET")


def shift_of(operations: Sequence[Operation], routes: Sequence[Route]) -> Shift:
    """The shift that makes the most operations those of routes; none where the paths and their base paths do as well.

    It has to explain two operations and half of all that could be explained, or all where that is one with a word in its path.
    """
    plain = match(operations, routes)
    explained = len({id(one.operation) for one in plain.pairs})
    counts = _counts(operations, routes)
    possible = min(len({(one.method, shape(one.path).segments) for one in operations}), len({(r.method, r.path) for r in routes}))
    best = max(counts, key=lambda one: (counts[one], -len(one.adds) - len(one.drops), one.adds, one.drops), default=NONE)
    if best == NONE or counts[best] <= explained or counts[best] * 2 < possible:
        return NONE
    return best if counts[best] >= 2 or possible == 1 else NONE


def _counts(operations: Sequence[Operation], routes: Sequence[Route]) -> Counter[Shift]:
    """How many operations each shift explains."""
    by_end: dict[Segments, list[tuple[str, Segments]]] = defaultdict(list)
    whole: dict[Segments, set[str]] = defaultdict(set)
    for segments, method in {(shape(one.path).segments, one.method) for one in routes if not shape(one.path).rest}:
        whole[segments].add(method)
        for at in range(1, len(segments)):
            by_end[segments[at:]].append((method, segments[:at]))
    counts: Counter[Shift] = Counter()
    steps = 0
    for segments, method in sorted({(shape(one.path).segments, one.method) for one in operations}):
        found = {Shift(adds=front) for known, front in by_end.get(segments, ())[:MOST_STEPS] if known in (method, "ANY")}
        if BLANK not in segments[:1] or len(segments) > 1:
            ends = ((segments[:at], segments[at:]) for at in range(1, len(segments)))
            found |= {Shift(drops=front) for front, end in ends if not whole.get(end, set()).isdisjoint((method, "ANY"))}
        steps += len(found) + len(by_end.get(segments, ()))
        if steps > MOST_STEPS:
            break
        if any(one != BLANK for one in segments):
            counts.update(found)
    return counts


class _Index:
    """Operations by the segments that code may have for them."""

    def __init__(self, operations: Sequence[Operation], shift: Shift) -> None:
        self._found: dict[Segments, dict[int, None]] = defaultdict(dict)
        for number, one in enumerate(operations):
            for segments in self.written(one, shift):
                self._found[segments][number] = None
        self._ordered = sorted(self._found)

    @staticmethod
    def written(operation: Operation, shift: Shift) -> Iterator[Segments]:
        """What an operation's path may be in code."""
        yield from dict.fromkeys(shape(path).segments for path in (*operation.paths, operation.path))
        if shift != NONE and (shifted := shift.of(shape(operation.path).segments)) is not None:
            yield shifted

    def at(self, seen: Shape) -> list[int]:
        """The operations at a path: of a route for anything, those that have a parameter there."""
        return list(self._found.get((*seen.segments, BLANK) if seen.rest else seen.segments, ()))

    def below(self, segments: Segments) -> Iterator[int]:
        """The operations whose paths begin with these segments."""
        from bisect import bisect_left

        for position in range(bisect_left(self._ordered, segments), len(self._ordered)):
            if self._ordered[position][: len(segments)] != segments:
                return
            yield from self._found[self._ordered[position]]

    def paths(self) -> Iterable[tuple[Segments, Iterable[int]]]:
        return self._found.items()


def _instead(
    operations: Sequence[Operation], routes: Sequence[Route], unanswered: list[int], left: list[int], there: _Index
) -> Iterator[tuple[int, int]]:
    """Operations whose path says words where a route that no document has takes a parameter, and the other way round.

    The other way round only where the document lists the words that its parameter may have.
    """
    open_ones = frozenset(unanswered)
    of_length: dict[int, list[tuple[Segments, int]]] = defaultdict(list)
    for segments, numbers in there.paths():
        for number in numbers:
            if number in open_ones:
                of_length[len(segments)].append((segments, number))
    steps = 0
    for position in left:
        route, seen = routes[position], shape(routes[position].path)
        for segments, number in of_length.get(len(seen.segments), ()) if seen.literal else ():
            steps += 1
            if steps > MOST_STEPS:
                return
            operation = operations[number]
            if answers(route, operation) and segments != seen.segments and _stands_for(seen.segments, segments, operation):
                yield number, position


def _stands_for(ours: Segments, theirs: Segments, operation: Operation) -> bool:
    """Whether segments of code and of a document are the same but that one has a parameter where the other has a word of it."""
    names = shape(operation.path).names
    at = len(names)
    for one, other in zip(reversed(ours), reversed(theirs), strict=True):
        at -= other.count(BLANK)
        if one == other or (one == BLANK != other):  # a word, or a parameter with an ending such as {name}.json
            continue
        if other != BLANK or at < 0 or at >= len(names):
            return False
        if not any(each.name == names[at] and each.where == "path" and one in each.values for each in operation.parameters):
            return False
    return True
