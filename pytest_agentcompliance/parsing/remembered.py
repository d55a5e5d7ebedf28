"""What was read out of texts, kept for whoever asks next: bounded by how long the texts are, and not by how many."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, TypeVar, cast

ROOM = 8_000_000  # characters of texts of which the answers of one reader are kept; a run holds the texts anyway
Reader = TypeVar("Reader", bound=Callable[..., Any])


def remembered(read: Reader) -> Reader:
    """A reader whose answers are kept, those that were asked for last. It is given texts by position, and always says the same."""
    kept: OrderedDict[tuple[Hashable, ...], Any] = OrderedDict()
    taken = 0

    @wraps(read)
    def asked(*given: Hashable) -> Any:
        nonlocal taken
        if given in kept:
            kept.move_to_end(given)
            return kept[given]
        made = kept[given] = read(*given)
        taken += _size(given)
        while taken > ROOM and len(kept) > 1:
            taken -= _size(kept.popitem(last=False)[0])
        return made

    return cast("Reader", asked)


def _size(given: tuple[Hashable, ...]) -> int:
    return sum(len(one) for one in given if isinstance(one, str)) + 100
