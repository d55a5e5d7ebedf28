"""Differences, after a look at what stands beside them and in the rest of the tree: some are none then."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from pytest_agentcompliance.parsing.ports import kind_of
from pytest_agentcompliance.parsing.ports.compared import Difference, Placed
from pytest_agentcompliance.parsing.ports.elsewhere import Elsewhere, Side

MOST_VARIABLES = 4  # of one port that are looked up
MOST_VALUES = 20  # that the variables of a port may have, in all .env files
_VARIABLE = re.compile(r"\$\w")


class Known:
    """What the changed files declare at one end, by what is asked of it."""

    def __init__(self, placed: Iterable[Placed]) -> None:
        self._numbers: dict[tuple[str, str, bool], set[str]] = defaultdict(set)
        self._of_scripts: dict[str, set[str]] = defaultdict(set)
        self._constants: dict[str, list[Placed]] = defaultdict(list)
        self._refers: dict[str, list[Placed]] = defaultdict(list)
        for at in placed:
            if at.one.refers:
                self._refers[at.path].append(at)
            else:
                self._numbers[at.path, at.one.owner, at.one.published] |= at.one.numbers
                self._constants[at.one.key].append(at)
                if at.one.owner.startswith("script "):
                    self._of_scripts[at.path] |= at.one.numbers

    def says(self, at: Placed) -> bool:
        """Whether the same file declares the port for the same owner, and publishes it where ``at`` does."""
        told = set(self._numbers.get((at.path, at.one.owner, True), ()))
        if not at.one.published:
            told |= self._numbers.get((at.path, at.one.owner, False), set())
        return at.one.numbers <= told

    def script_says(self, at: Placed) -> bool:
        """Whether another script of the same manifest has the port: a second script that starts the same server adds none."""
        return at.one.owner.startswith("script ") and at.one.numbers <= self._of_scripts.get(at.path, set())

    def constant(self, name: str, path: str) -> Placed | None:
        """The port that a constant of another file holds."""
        return next((at for at in self._constants.get(name, ()) if at.path != path), None)

    def variable(self, name: str) -> set[str]:
        """The ports that .env files give a variable."""
        return {at.one.port for at in self._constants.get(name, ()) if kind_of(at.path) == "env"}

    def refers(self, path: str) -> list[Placed]:
        """What a file takes from elsewhere instead of saying it."""
        return self._refers.get(path, [])


def settled(
    found: Iterable[Difference], ends: tuple[Known, Known], base: Side, head: Side, skipped: Callable[[str], bool]
) -> list[Difference]:
    """What still differs. The tree of each end is searched once, and only where something is still open."""
    old, new = ends
    done: list[Difference] = []
    open_: list[Difference] = []
    unknown: list[Difference] = []  # an end of which names a variable whose value another file has
    asked: dict[bool, set[str]] = {True: set(), False: set()}  # of head, where the old end is known; of base
    for one in found:
        at = one.old or one.new
        other = new if one.old else old
        if at is None or (one.old and one.new):
            (unknown if one.variables else done).append(one)
        elif not other.says(at) and (one.old or not other.script_says(at)):
            if constant := _by_constant(one, at, other, other.constant):
                done.append(constant)
            else:
                open_.append(one)
                asked[one.new is None] |= {min(at.one.numbers, default=""), *(more.one.refers for more in other.refers(at.path))}
    for one in unknown:
        asked[True] |= one.variables
        asked[False] |= one.variables
    trees = {True: Elsewhere(head, base, asked[True], skipped), False: Elsewhere(base, head, asked[False], skipped)}
    for one in open_:
        at = one.old or one.new
        other, elsewhere = (new if one.old else old), trees[one.new is None]
        assert at is not None
        if constant := _by_constant(one, at, other, elsewhere.constant):
            done.append(constant)
        elif not elsewhere.declares(at, new=one.old is None):
            done.append(one)
    done += (
        valued
        for one in unknown
        if (valued := _valued(one, _values(one.old, old, trees[False]), _values(one.new, new, trees[True])))
    )
    return [one for one in done if not (one.old and one.new and one.old.one.port == one.new.one.port)]


def _valued(one: Difference, was: set[str], now: set[str]) -> Difference | None:
    """A difference with what its variables come to; None where they come to the same, or nothing says to what."""
    if was & now or all(map(_VARIABLE.search, was | now)):
        return None
    return Difference(_said(one.old, was), _said(one.new, now))


def _values(at: Placed | None, known: Known, elsewhere: Elsewhere) -> set[str]:
    """What a port comes to, its variables written out as some .env file has them."""
    found = {at.one.port} if at else set()
    for name in sorted(at.one.variables)[:MOST_VARIABLES] if at else ():
        written = re.compile(rf"\${name}\b")
        ports = known.variable(name) | elsewhere.variable(name)
        found = set(sorted({written.sub(port, one) for one in found for port in ports} or found)[:MOST_VALUES])
    return found


def _said(at: Placed | None, ports: set[str]) -> Placed | None:
    return Placed(at.path, replace(at.one, port=min(ports))) if at else None


def _by_constant(one: Difference, at: Placed, other: Known, find: Callable[[str, str], Placed | None]) -> Difference | None:
    """A port of one end that a constant says at the other."""
    for more in other.refers(at.path):
        if there := find(more.one.refers, more.path):
            said = f"{more.one.what}, by {there.one.key} of {there.path}:{there.one.line}"
            end = Placed(more.path, replace(more.one, port=there.one.port, what=said))
            return Difference(one.old, end, there) if one.old else Difference(end, one.new, there)
    return None
