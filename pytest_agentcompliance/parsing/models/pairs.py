"""Which model of one end of a run is which of the other: what moved or got another name is not new."""

from collections.abc import Sequence

from pytest_agentcompliance.parsing.models import Model
from pytest_agentcompliance.parsing.models.differences import plain, singular

_ALIKE = 0.7  # of the columns of two models that are one under two names
_LEAST = 4  # columns that both have: a key and two times are nothing to go by
_MOST = 300  # models that are compared with all others by their columns


def before(old: Sequence[Model], new: Sequence[Model]) -> dict[int, Model]:
    """By the place of each of ``new`` what it was; those that are not there are new."""
    there = {(one.path, one.name): one for one in old}
    found: dict[int, Model] = {}
    for at, one in enumerate(new):
        if (was := there.pop((one.path, one.name), None)) is not None:
            found[at] = was
    left = {id(one): one for one in there.values()}
    _by_name(left, new, found)
    _by_columns(left, new, found)
    return found


def _by_name(left: dict[int, Model], new: Sequence[Model], found: dict[int, Model]) -> None:
    """Those of one name or table, each once."""
    named: dict[str, list[Model]] = {}
    for one in reversed(left.values()):
        for name in {singular(one.name), singular(one.table or one.name)}:
            named.setdefault(name, []).append(one)
    for at, one in enumerate(new):
        for name in (singular(one.name), singular(one.table or one.name)) if at not in found else ():
            alike = named.get(name, [])
            while alike and at not in found:
                was = alike.pop()
                if left.pop(id(was), None) is not None:
                    found[at] = was


def _by_columns(left: dict[int, Model], new: Sequence[Model], found: dict[int, Model]) -> None:
    """Those most of whose columns are the same."""
    others = [(at, _columns(one)) for at, one in enumerate(new) if at not in found]
    if not left or max(len(left), len(others)) > _MOST:
        return
    had = {key: _columns(one) for key, one in left.items()}
    for at, mine in others:
        for key, theirs in had.items():
            both = len(mine & theirs)
            if key in left and both >= max(_LEAST, _ALIKE * len(mine | theirs)):
                found[at] = left.pop(key)
                break


def _columns(one: Model) -> frozenset[str]:
    return frozenset(plain(field.column) for field in one.fields)
