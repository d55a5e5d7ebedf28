"""The lines of a hunk set against those that took their places, where both sides are not of one length."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from pytest_agentcompliance.parsing.churn.hunks import Hunk
from pytest_agentcompliance.parsing.churn.spacing import Numbered

_FORM = re.compile(r"[\s'\"`;,()]+")  # what a formatter may have changed in a line


class _Bare(dict[int, str]):
    """Lines by their numbers without what a formatter may have changed: most of them are never asked for."""

    def __init__(self, lines: Sequence[Numbered]) -> None:
        super().__init__()
        self._lines = {line.number: line.text for line in lines}

    def __missing__(self, number: int) -> str:
        self[number] = bare = _FORM.sub("", self._lines[number])
        return bare


def splitter(removed: Sequence[Numbered], added: Sequence[Numbered]) -> Callable[[Hunk], list[Hunk]]:
    """What takes a hunk of these lines apart: each pair of lines that are alike by itself, and what lies between two of them.

    Lines are paired by those that each side has once, and from there on up and down, so that it takes no longer than reading them.
    """
    old, new = _Bare(removed), _Bare(added)

    def split(hunk: Hunk) -> list[Hunk]:
        if hunk.old[0] == hunk.old[1] or hunk.new[0] == hunk.new[1]:
            return [hunk]
        gone, come = [old[number] for number in range(*hunk.old)], [new[number] for number in range(*hunk.new)]
        pairs = _pairs(gone, come)
        if not pairs and len(gone) == len(come):
            pairs = [(at, at) for at in range(len(gone))]
        return [each for part in _parts(pairs, hunk) for each in _wrapped(part, old, new)]

    return split


def _wrapped(hunk: Hunk, old: Mapping[int, str], new: Mapping[int, str]) -> Iterator[Hunk]:
    """Lines that were broken anew, or joined, each set by itself: from the first on, and from the last back."""
    gone, come = range(*hunk.old), range(*hunk.new)
    if len(gone) == len(come) or not gone or not come:
        yield hunk
        return
    front = list(_even([old[at] for at in gone], [new[at] for at in come]))
    left, right = front[-1] if front else (0, 0)
    rest = [old[at] for at in gone[left:]], [new[at] for at in come[right:]]
    back = list(_even([line[::-1] for line in reversed(rest[0])], [line[::-1] for line in reversed(rest[1])]))
    ends = [*front, *((len(gone) - up, len(come) - over) for up, over in reversed(back)), (len(gone), len(come))]
    at = to = 0
    for up, over in ends:
        if up > at or over > to:
            yield Hunk((gone.start + at, gone.start + up), (come.start + to, come.start + over))
        at, to = up, over


def _even(gone: Sequence[str], come: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places up to which both sides say the same, whatever their lines."""
    at = to = 0  # lines that are behind us
    left = right = 0  # of the line that each side stands in, how much is
    while at < len(gone) and to < len(come):
        size = min(len(gone[at]) - left, len(come[to]) - right)
        if gone[at][left : left + size] != come[to][right : right + size]:
            return
        left, right = left + size, right + size
        if left == len(gone[at]):
            at, left = at + 1, 0
        if to < len(come) and right == len(come[to]):
            to, right = to + 1, 0
        if not left and not right:
            yield at, to


def _pairs(gone: list[str], come: list[str]) -> list[tuple[int, int]]:
    """Places of lines that are alike, rising on both sides."""
    found: list[tuple[int, int]] = []
    at = to = 0
    for left, right in [*_anchors(gone, come), (len(gone), len(come))]:
        head: list[tuple[int, int]] = []
        while at < left and to < right and gone[at] == come[to]:
            head.append((at, to))
            at, to = at + 1, to + 1
        tail: list[tuple[int, int]] = []
        up, over = left, right
        while up > at and over > to and gone[up - 1] == come[over - 1]:
            up, over = up - 1, over - 1
            tail.append((up, over))
        between = [(at + k, to + k) for k in range(up - at)] if up - at == over - to else []
        found += [*head, *between, *reversed(tail)]
        if left < len(gone):
            found.append((left, right))
        at, to = left + 1, right + 1
    return found


def _anchors(gone: list[str], come: list[str]) -> list[tuple[int, int]]:
    """Lines that each side has once, in the longest order that both have."""
    once = [{line for line, count in Counter(side).items() if count == 1 and line} for side in (gone, come)]
    where = {line: place for place, line in enumerate(come) if line in once[1]}
    both = [(place, where[line]) for place, line in enumerate(gone) if line in once[0] and line in where]
    ends: list[int] = []  # the smallest place on the new side that a rising row of each length can end at
    last: list[int] = []
    before: list[int] = []
    for number, (_, right) in enumerate(both):
        length = bisect_left(ends, right)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [right]
        last[length : length + 1] = [number]
    row: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        row.append(both[number])
        number = before[number]
    return row[::-1]


def _parts(pairs: list[tuple[int, int]], hunk: Hunk) -> Iterator[Hunk]:
    at, to = hunk.old[0], hunk.new[0]
    for left, right in pairs:
        old, new = hunk.old[0] + left, hunk.new[0] + right
        if old > at or new > to:
            yield Hunk((at, old), (to, new))
        yield Hunk((old, old + 1), (new, new + 1))
        at, to = old + 1, new + 1
    if hunk.old[1] > at or hunk.new[1] > to:
        yield Hunk((at, hunk.old[1]), (to, hunk.new[1]))
