"""The whole tree at base and at head: which paths there are, and their contents when asked for."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence.changes import Content, is_file


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


class Texts(Mapping[str, str]):
    """Those files of one side that are wanted, by path, each read when it is asked for.

    What cannot be read is empty: that it could not be is in the ledger.
    """

    def __init__(self, side: Side, wanted: Callable[[str], bool], *, like: "Texts | None" = None) -> None:
        """``like`` are those of the other side that the same is wanted of: what is equal there is not read again."""
        self._like = like
        self._asked = {path: one for path, one in side.files.items() if is_file(one.mode)}
        known, held = (like._asked, like._there) if like is not None else ({}, {})
        self._there: dict[str, Content] = {
            path: one for path, one in self._asked.items() if path in held or (path not in known and wanted(path))
        }

    def __getitem__(self, path: str) -> str:
        other = self._like._there.get(path) if self._like is not None else None
        if self._like is not None and other is not None and other.oid == self._there[path].oid:
            return self._like[path]  # one text for both is also found more quickly wherever something is kept by it
        try:
            return self._there[path].text()
        except Unreadable:
            return ""

    def __iter__(self) -> Iterator[str]:
        return iter(self._there)

    def __len__(self) -> int:
        return len(self._there)

    def __contains__(self, path: object) -> bool:
        return path in self._there


@dataclass(frozen=True, slots=True)
class Tree:
    base: Side
    head: Side
