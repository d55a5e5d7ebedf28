"""The ports of two states of a tree, paired: what changed, what is new, what is gone; what only moved is nothing."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass

from pytest_agentcompliance.parsing.ports.declared import Declared


@dataclass(frozen=True, slots=True)
class Placed:
    """One declared port and the path of its file."""

    path: str
    one: Declared


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not the same at both ends. Without ``old`` it is new, without ``new`` it is gone.

    ``constant`` is what holds the port of an end that only names it.
    """

    old: Placed | None
    new: Placed | None
    constant: Placed | None = None

    @property
    def variables(self) -> frozenset[str]:
        """The variables in the ports of both ends, where it is a change of one into the other."""
        return self.old.one.variables | self.new.one.variables if self.old and self.new else frozenset()

    @property
    def client(self) -> bool:
        """Whether it is about somebody else's server at both ends."""
        return all(side.one.client for side in (self.old, self.new) if side)


class Ends:
    """What is not paired yet, at base and at head."""

    def __init__(self, old: Iterable[Placed], new: Iterable[Placed]) -> None:
        self.old = [one for one in old if one.one.port]
        self.new = [one for one in new if one.one.port]

    def pair(self, key: Callable[[Placed], Hashable], *, once: bool = False) -> Iterator[Difference]:
        """Take away, in order, those of both ends that have the same key.

        ``once``: only where each end has but one of it, and they are no two variables.
        """
        ahead: dict[Hashable, list[Placed]] = defaultdict(list)
        behind: dict[Hashable, int] = defaultdict(int)
        for one in self.new:
            ahead[key(one)].append(one)
        for one in self.old:
            behind[key(one)] += 1
        paired: set[int] = set()
        rest: list[Placed] = []
        found: list[Difference] = []
        for one in self.old:
            name = key(one)
            waiting = ahead.get(name)
            if not waiting or (once and (behind[name] > 1 or len(waiting) > 1 or _two_variables(one, waiting[0]))):
                rest.append(one)
                continue
            new = waiting.pop(0)
            paired.add(id(new))
            found.append(Difference(one, new))
        self.old = rest
        self.new = [one for one in self.new if id(one) not in paired]
        return iter(found)

    def drop(self, key: Callable[[Placed], Hashable]) -> None:
        """Take away those of both ends that have the same key: they are the same port."""
        for _ in self.pair(key):
            pass


def compared(old: Iterable[Placed], new: Iterable[Placed]) -> list[Difference]:
    """What differs. A port is the same where it has the same number, in the same role, anywhere in the change."""
    ends = Ends(old, new)
    ends.drop(lambda at: (at.path, at.one.key, at.one.port))
    found = list(ends.pair(lambda at: (at.path, at.one.key)))
    ends.drop(lambda at: (at.path, at.one.published, at.one.port))
    ends.drop(lambda at: (at.one.published, at.one.port))
    found += ends.pair(lambda at: (at.path, at.one.owner, at.one.what))
    found += ends.pair(lambda at: (at.path, at.one.owner, at.one.published, at.one.client), once=True)
    found += ends.pair(lambda at: (_near(at.path), at.one.key), once=True)
    found += [Difference(one, None) for one in ends.old]
    found += [Difference(None, one) for one in ends.new]
    return found


def _two_variables(old: Placed, new: Placed) -> bool:
    """Whether both ends name a variable, and not the same one: one is gone then and the other new."""
    names = [at.one.key.rpartition(" ")[2] for at in (old, new)]
    return names[0] != names[1] and all(name.isupper() for name in names)


def _near(path: str) -> tuple[str, str]:
    """The folder's own name and the file's, without what follows its first dot: what stays when a file or folder is moved."""
    folder, _, name = path.rpartition("/")
    return folder.rpartition("/")[2], name.lstrip(".").partition(".")[0]
