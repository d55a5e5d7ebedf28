"""What was read out of texts, kept while both ends of a run are gone through: most of their files are the same."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

ROOM = 1_000_000  # nodes of syntax trees; those of one end are there at one time anyway
Found = TypeVar("Found")


class _Kept:
    def __init__(self) -> None:
        self.users = self.room = 0
        self.there: dict[Hashable, Any] = {}


_KEPT = _Kept()


@contextmanager
def kept() -> Iterator[None]:
    """Keep what is read, as long as this lasts and there is room.

    What came first stays, since both ends are gone through in the same order.
    """
    if not _KEPT.users:
        _KEPT.room = ROOM
    _KEPT.users += 1
    try:
        yield
    finally:
        _KEPT.users -= 1
        if not _KEPT.users:
            _KEPT.there.clear()


def once(key: Hashable, make: Callable[[], Found], size: Callable[[Found], int] = lambda _: 0) -> Found:
    """What is made for a key, made again only where nothing is kept."""
    if not _KEPT.users:
        return make()
    if key not in _KEPT.there:
        made = make()
        if (taken := size(made) + 1) > _KEPT.room:
            return made
        _KEPT.room -= taken
        _KEPT.there[key] = made
    found: Found = _KEPT.there[key]
    return found
