"""The whole tree at base and at head: which paths there are, and their contents when asked for."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pytest_agentcompliance.evidence.changes import Content


@dataclass(frozen=True)
class Side:
    """One end of the run: every path with its content, listed when first asked for."""

    read: Callable[[], Mapping[str, Content]] = field(repr=False, compare=False)
    search: Callable[[frozenset[str], tuple[str, ...]], Mapping[str, frozenset[str]]] = field(repr=False, compare=False)
    look: Callable[[str], Content | None] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def files(self) -> Mapping[str, Content]:
        return self.read()

    def at(self, path: str) -> Content | None:
        """What lies at one path, without a listing of all. Raises ``Unreadable``."""
        return self.files.get(path) if self.look is None or "files" in self.__dict__ else self.look(path)

    def having(self, names: Collection[str]) -> frozenset[str]:
        """Those of the names that some file has as whole words, prose left out; one pass for all names."""
        return frozenset(self.where(names))

    def where(self, names: Collection[str], endings: tuple[str, ...] = ()) -> Mapping[str, frozenset[str]]:
        """The paths of the files that have each name as a whole word, prose left out; a name that none has is not among them.

        ``endings`` are those of the paths that are searched at all: of a large tree code is often a small part.
        """
        asked = frozenset(name for name in names if name and "\n" not in name and "\0" not in name)
        return self.search(asked, endings) if asked else {}

    def __contains__(self, path: str) -> bool:
        return path in self.files


@dataclass(frozen=True, slots=True)
class Tree:
    base: Side
    head: Side
