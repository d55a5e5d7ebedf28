"""Which hunks of a file that was changed for real are churn: a formatter that ran over the rest of it."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, Protocol

from pytest_agentcompliance.parsing.churn.layout import laid
from pytest_agentcompliance.parsing.churn.shapes import Shape, shape_of
from pytest_agentcompliance.parsing.churn.tokens import Parts, Token, parts, read
from pytest_agentcompliance.parsing.languages import language_of

_WORDS = re.compile(r"\w+")
Said = Literal["churn", "quiet", "real"]


_NEVER = (1 << 62, 1 << 62)  # behind the last line of any file


class Hunk(NamedTuple):
    """Lines that were taken away and lines that stand there now: the first of each and the one behind the last."""

    old: tuple[int, int]
    new: tuple[int, int]

    @property
    def size(self) -> int:
        return self.old[1] - self.old[0] + self.new[1] - self.new[0]


Split = Callable[[Hunk], "list[Hunk]"]


@dataclass(frozen=True, slots=True)
class Mixed:
    """``churned`` are the hunks that change nothing but their form; ``real`` counts the lines of those that change the code.

    Those are ``changed``.
    """

    churned: tuple[Hunk, ...]
    real: int
    changed: tuple[Hunk, ...] = ()

    @property
    def size(self) -> int:
        return sum(hunk.size for hunk in self.churned)


def mixed(
    before: str, after: str, path: str, removed: Sequence[int], added: Sequence[int], *, split: Split | None = None
) -> Mixed | None:
    """The hunks of a change, told apart; ``removed`` and ``added`` are the numbers of its lines. None where that cannot be told.

    A hunk of comments or blank lines alone, and one that only stands deeper or less deep than before, is neither churn nor real:
    such hunks go with what was written around them. ``split`` takes apart a hunk that is not form alone.
    """
    shape = shape_of(path, before)
    if shape.layout in ("exact", "text", "indents") or shape_of(path, after) != shape:
        return None
    sides = [side for text in (before, after) if (side := _side(text, path, shape)) is not None]
    if len(sides) != 2:
        return None
    churned: list[Hunk] = []
    changed: list[Hunk] = []
    for whole in paired(removed, added):
        said = _said(whole, sides[0], sides[1], shape)
        for hunk in (split or _lines)(whole) if said == "real" else [whole]:
            said = _said(hunk, sides[0], sides[1], shape) if hunk is not whole else said
            if said == "real":
                changed.append(hunk)
            elif said == "churn" and churned and churned[-1].new[1] == hunk.new[0] and churned[-1].old[1] == hunk.old[0]:
                churned[-1] = Hunk((churned[-1].old[0], hunk.old[1]), (churned[-1].new[0], hunk.new[1]))
            elif said == "churn":
                churned.append(hunk)
    return Mixed(tuple(churned), sum(hunk.size for hunk in changed), tuple(changed))


class _Line(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def text(self) -> str: ...


def promising(removed: Sequence[_Line], added: Sequence[_Line], split: Split | None = None) -> int:
    """How many lines stand in hunks whose two sides have the same words: as many as ``mixed`` can find, without parsing."""
    if not removed or not added:
        return 0
    gone, come = ({line.number: line.text for line in side} for side in (removed, added))

    def alike(hunk: Hunk) -> bool:
        old = [word for number in range(*hunk.old) for word in _WORDS.findall(gone[number])]
        return bool(old) and old == [word for number in range(*hunk.new) for word in _WORDS.findall(come[number])]

    size = 0
    for hunk in paired([line.number for line in removed], [line.number for line in added]):
        size += hunk.size if alike(hunk) else sum(line.size for line in (split or _lines)(hunk) if alike(line))
    return size


def _lines(hunk: Hunk) -> list[Hunk]:
    """A hunk of as many old lines as new ones as one for each pair of them: they are likely to belong together."""
    if hunk.old[1] - hunk.old[0] != hunk.new[1] - hunk.new[0]:
        return [hunk]
    ahead = hunk.new[0] - hunk.old[0]
    return [Hunk((at, at + 1), (at + ahead, at + ahead + 1)) for at in range(*hunk.old)]


def _side(text: str, path: str, shape: Shape) -> "_Side | None":
    if shape.grammar and language_of(path, text) is not None:
        few = parts(text, path, shape)
        return _Side(text, [], few) if few is not None else None
    tokens = read(text, path, shape)
    return _Side(text, tokens.tokens) if tokens is not None else None


class _Side:
    def __init__(self, text: str, tokens: list[Token], few: Parts | None = None) -> None:
        self.text, self._all, self._few = text, tokens, few

    @cached_property
    def _breaks(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    @cached_property
    def _starts(self) -> list[int]:
        return [token.at for token in self._all]

    def _offset(self, line: int) -> int:
        return self._breaks[line - 1] if line <= len(self._breaks) else len(self.text)

    def lines(self, lines: tuple[int, int]) -> str:
        return self.text[self._offset(lines[0]) : self._offset(lines[1])]

    def tokens(self, lines: tuple[int, int]) -> list[Token] | None:
        """The tokens of these lines, blanks with them; None where one reaches over their ends."""
        start, end = self._offset(lines[0]), self._offset(lines[1])
        if self._few is not None:
            return self._few.tokens(start, end) if start < end else []
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        found = self._all[first:last]
        before = self._all[first - 1] if 0 < first <= len(self._all) and start < end else None
        if before is not None and before.kind != "blank" and before.at + len(before.text) > start:
            return None
        if found and found[-1].kind != "blank" and found[-1].at + len(found[-1].text) > end:
            return None
        return found


def _said(hunk: Hunk, old: _Side, new: _Side, shape: Shape) -> Said:
    sides = [old.tokens(hunk.old), new.tokens(hunk.new)]
    if sides[0] is None or sides[1] is None:
        return "real"
    codes = [[token for token in side if token.kind not in ("blank", "comment")] for side in sides if side is not None]
    if not codes[0] and not codes[1]:
        return "quiet"
    if not codes[0] or not codes[1] or laid(sides[0], shape, loose=True) != laid(sides[1], shape, loose=True):
        return "real"
    bare = [[line.strip() for line in text.split("\n") if line.strip()] for text in (old.lines(hunk.old), new.lines(hunk.new))]
    tabs = "\t" in old.lines(hunk.old) and "\t" not in new.lines(hunk.new)
    return "quiet" if bare[0] == bare[1] and not tabs and not _trailed(old.lines(hunk.old)) else "churn"


def _trailed(text: str) -> bool:
    """Whether every line ends in blanks or a carriage return, so that these are what was taken away."""
    return all(line != line.rstrip() for line in text.removesuffix("\n").split("\n"))


def paired(removed: Sequence[int], added: Sequence[int]) -> Iterator[Hunk]:
    """The numbers of removed and added lines as hunks: what lies between two of them is equally long on both sides."""
    gone, come = [*_runs(removed), _NEVER], [*_runs(added), _NEVER]
    left = right = 0
    ahead = 0  # lines that the new side is longer by, so far
    while gone[left] is not _NEVER or come[right] is not _NEVER:
        at = min(gone[left][0], come[right][0] - ahead)
        old, new = (at, at), (at + ahead, at + ahead)
        if gone[left][0] == at:
            old, left = gone[left], left + 1
        if come[right][0] - ahead == at:
            new, right = come[right], right + 1
        ahead += (new[1] - new[0]) - (old[1] - old[0])
        yield Hunk(old, new)


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = last = 0
    for number in numbers:
        if start and number == last + 1:
            last = number
            continue
        if start:
            yield start, last + 1
        start = last = number
    if start:
        yield start, last + 1
