"""A command that was run again, held against what was recorded of it: its end, and what its tools counted."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from pytest_agentcompliance.parsing.work import Check, Work

COUNTED = ("passed", "failed", "skipped", "errors")  # warnings are told differently by every version of a tool


class Ran(Protocol):
    """What is compared; a ``Record`` and a ``Proof`` have it."""

    @property
    def exit_code(self) -> int | None: ...

    @property
    def ended(self) -> str: ...

    @property
    def work(self) -> tuple[Work, ...]: ...


def differences(recorded: Ran, again: Ran) -> tuple[str, ...]:
    """How the second run differs from what was recorded, as clauses of which it is the subject; nothing where it bears it out."""
    return (*_ends(recorded, again), *_counts(recorded.work, again.work))


def _ends(recorded: Ran, again: Ran) -> Iterator[str]:
    if (recorded.exit_code, recorded.ended) != (again.exit_code, again.ended):
        yield f"ended {_end(again)} instead of {_end(recorded)}"


def _end(one: Ran) -> str:
    if one.ended == "timeout":
        return "by its timeout"
    if one.exit_code is None or one.ended == "not started":
        return "without having started"
    return f"with exit code {one.exit_code}" if one.exit_code >= 0 else f"by the signal {-one.exit_code}"


def _counts(recorded: Iterable[Work], again: Iterable[Work]) -> Iterator[str]:
    was, now = _sums(recorded), _sums(again)
    for key in was | now:
        if was.get(key) != now.get(key):
            yield f"counted {_told(key, now.get(key))} instead of {_told(key, was.get(key))}"


_Sums = dict[tuple[str, Check], dict[str, int]]


def _sums(work: Iterable[Work]) -> _Sums:
    """What each tool counted in all: in which order several of them ran says nothing."""
    found: _Sums = {}
    for one in work:
        sums = found.setdefault((one.tool, one.check), {})
        for name in COUNTED:
            if count := getattr(one, name):
                sums[name] = sums.get(name, 0) + count
    return found


def _told(key: tuple[str, Check], sums: dict[str, int] | None) -> str:
    if sums is None:
        return f"nothing of {key[0]}"
    return f"{key[0]}: {', '.join(f'{count} {name}' for name, count in sums.items()) or 'nothing'}"
