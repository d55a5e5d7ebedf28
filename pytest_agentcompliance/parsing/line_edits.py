"""What was edited between two texts, line by line, in little more than linear time."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

DEEPEST = 12  # how often what lies between equal lines is looked into again


class Edit(NamedTuple):
    """Lines that went, and lines that came in their place; numbers count from 1, and say where the lines are or would be."""

    old: int
    removed: tuple[str, ...]
    new: int
    added: tuple[str, ...]


def edits(before: Sequence[str], after: Sequence[str]) -> Iterator[Edit]:
    """The edits in the order of the lines: what stands between lines that both texts have once, in the same order."""
    waiting = [(0, len(before), 0, len(after), 0)]
    while waiting:
        a, b, c, d, depth = waiting.pop()
        while a < b and c < d and before[a] == after[c]:
            a, c = a + 1, c + 1
        while a < b and c < d and before[b - 1] == after[d - 1]:
            b, d = b - 1, d - 1
        if a == b and c == d:
            continue
        pairs = _anchors(before[a:b], after[c:d], a, c) if depth < DEEPEST and a < b and c < d else []
        if not pairs:
            yield Edit(a + 1, tuple(before[a:b]), c + 1, tuple(after[c:d]))
            continue
        for (x, y), (e, f) in reversed(list(zip([(a - 1, c - 1), *pairs], [*pairs, (b, d)], strict=True))):
            waiting.append((x + 1, e, y + 1, f, depth + 1))


def _anchors(before: Sequence[str], after: Sequence[str], first: int, second: int) -> list[tuple[int, int]]:
    """The longest row of lines that both parts have once, in the order of both; the parts begin at ``first`` and ``second``."""
    once = {line for line, count in Counter(before).items() if count == 1}
    often = Counter(after)
    place = {line: at for at, line in enumerate(after, second) if line in once and often[line] == 1}
    tops: list[int] = []
    ends: list[tuple[int, int]] = []
    links: dict[int, tuple[int, int] | None] = {}
    for at, line in enumerate(before, first):
        goal = place.get(line)
        if goal is None:
            continue
        pile = bisect_left(tops, goal)
        links[at] = ends[pile - 1] if pile else None
        tops[pile : pile + 1] = [goal]
        ends[pile : pile + 1] = [(at, goal)]
    found: list[tuple[int, int]] = []
    link = ends[-1] if ends else None
    while link is not None:
        found.append(link)
        link = links[link[0]]
    return found[::-1]
