"""What a change suppresses more than its base did, with what only moved, or got narrower, left out."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass

from pytest_agentcompliance.parsing.suppressions.record import Suppression

_MOST = 1000  # suppressions on either side of which each is held against each

Sides = tuple[tuple[Suppression, ...], tuple[Suppression, ...]]


@dataclass(frozen=True, slots=True)
class More:
    """A suppression that base did not have; ``was`` is the one that it widened."""

    path: str
    now: Suppression
    was: Suppression | None = None


def _unmatched(
    before: Iterable[Suppression], after: Iterable[Suppression], key: Callable[[Suppression], Hashable]
) -> tuple[list[Suppression], list[Suppression]]:
    """What either side has that the other has not, as multisets by a key, in order."""
    left: dict[Hashable, list[Suppression]] = {}
    for one in before:
        left.setdefault(key(one), []).append(one)
    fresh: list[Suppression] = []
    for one in after:
        if same := left.get(key(one)):
            same.pop(0)
        else:
            fresh.append(one)
    return [one for each in left.values() for one in each], fresh


def more(files: Mapping[str, Sides]) -> tuple[More, ...]:
    """Of each file's suppressions at base and at head those that are new, or wider than they were, in order."""
    fresh: list[tuple[str, Suppression]] = []
    gone: dict[tuple[str, str, tuple[str, ...]], list[tuple[str, Suppression]]] = {}
    for path, (before, after) in files.items():
        # At equal code first: of two alike the one on a new line is the new one.
        rest, new_here = _unmatched(before, after, lambda one: (*one.key, one.code))
        rest, new_here = _unmatched(rest, new_here, lambda one: one.key)
        fresh += [(path, one) for one in new_here]
        for one in rest:
            gone.setdefault(one.key, []).append((path, one))
    # First what is equal and only moved, then what is narrower: that must not use up what an equal one has moved from.
    new: list[tuple[str, Suppression]] = []
    for path, one in fresh:
        if there := gone.get(one.key):
            there.pop()
        else:
            new.append((path, one))
    rest_gone = [one for each in gone.values() for one in each][:_MOST]
    found: list[More] = []
    for number, (path, one) in enumerate(new):
        looked = rest_gone if number < _MOST else []
        covers = [each for each in looked if one.within(each[1])]
        if covers:
            rest_gone.remove(next((each for each in covers if each[0] == path), covers[0]))
            continue
        was = next((each for each in looked if each[0] == path and each[1].within(one)), None)
        if was is not None:
            rest_gone.remove(was)
        found.append(More(path, one, was[1] if was else None))
    return tuple(found)
