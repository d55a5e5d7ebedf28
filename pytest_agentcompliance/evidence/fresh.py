"""What a change added: things counted over all of its files, so that what only moved, or is written otherwise, is not new."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence.changes import ChangeSet, Content, FileChange, is_file

T = TypeVar("T")


class Placed(Protocol):
    """What stands at a line."""

    @property
    def line(self) -> int: ...


P = TypeVar("P", bound=Placed)


@dataclass(frozen=True)
class Things(Generic[T]):
    """How things of one kind are told apart.

    ``whole`` is all that a thing says, without layout: of two alike none is new. ``key`` is what stays of it where it is only
    written otherwise. One is new where any of its ``lines`` is, and a file has more of its key than before.
    """

    whole: Callable[[T], Hashable]
    key: Callable[[T], Hashable]
    lines: Callable[[T], Iterable[int]]

    def added(self, change: FileChange, old: Sequence[T], new: Sequence[T]) -> Iterator[T]:
        """Those of a file that stand on new lines, as many of each key as it has more than before."""
        if not new:
            return
        same = Counter(map(self.whole, old))
        more = Counter(map(self.key, new))
        more.subtract(map(self.key, old))
        try:
            lines = {line.number for line in change.added}
        except Unreadable:
            return
        for one in new:
            if same[self.whole(one)] > 0:
                same[self.whole(one)] -= 1
            elif more[self.key(one)] > 0 and not lines.isdisjoint(self.lines(one)):
                more[self.key(one)] -= 1
                yield one


def deleted(changes: ChangeSet, looked_at: Iterable[FileChange], wanted: Callable[[str], bool]) -> Iterator[FileChange]:
    """The deleted files that a rule did not look at and would have wanted: what they had may have moved."""
    seen = {one.position for one in looked_at}
    return (one for one in changes if one.kind == "deleted" and one.position not in seen and wanted(one.path))


@dataclass(frozen=True)
class Keyed(Generic[P]):
    """How the things of one kind are read, by path and text, and told apart: of two with one ``key`` none is new.

    ``lines`` are those of a thing; where ``near`` is given, one that has no added line among these is not new either.
    """

    read: Callable[[str, str], Sequence[P]]
    key: Callable[[P], str]
    lines: Callable[[P], Iterable[int]]
    near: Callable[[P], Iterable[int]] | None = None

    def new(
        self, changes: ChangeSet, touched: Sequence[FileChange], wanted: Callable[[str], bool]
    ) -> Iterator[tuple[FileChange, P]]:
        """Those of which the change has more than base had, in order. Base is read only where it may decide."""
        fresh: list[tuple[FileChange, P]] = []
        gone: Counter[str] = Counter()
        clean = {one.position for one in touched}
        for change in changes.readable(touched):
            if not (found := self._of(change.after)):
                continue
            had = Counter(map(self.key, self._of(change.before)))
            gone += had
            clean.discard(change.position)
            added = frozenset(line.number for line in change.added)
            # Of two alike the one on an added line is new.
            for one in sorted(found, key=lambda one: not added.isdisjoint(self.lines(one))):
                if had[self.key(one)]:
                    had[self.key(one)] -= 1
                    gone[self.key(one)] -= 1
                elif self.near is None or not added.isdisjoint(self.near(one)):
                    fresh.append((change, one))
        if fresh:  # what stood in a file that is gone, or has none any more, may have moved
            others = [one for one in touched if one.position in clean]
            for change in changes.readable([*others, *deleted(changes, touched, wanted)]):
                gone.update(map(self.key, self._of(change.before)))
        for change, one in sorted(fresh, key=lambda pair: (pair[0].position, pair[1].line)):
            if gone[self.key(one)] > 0:
                gone[self.key(one)] -= 1
            else:
                yield change, one

    def _of(self, side: Content | None) -> Sequence[P]:
        return self.read(side.path, side.text()) if side is not None and is_file(side.mode) else ()
