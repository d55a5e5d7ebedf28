"""The modules of a tree: the names that each seems to export, and its symbols, each read and parsed once."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.parsing.exports.names import family, names
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.late import late

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.exports.symbols import Symbol


_BLANKS = late(r"[ \t]{2,}+")
_AFTER_CODE = late(r"(?<=\S)[ \t]{2,}+|(?<![ \t])[ \t]{2,}+(?=\r?\n|\Z)")  # where the blanks that a line begins with are code


class File(Protocol):
    """A file at one end of a run."""

    @property
    def path(self) -> str:
        """Where it lies."""

    @property
    def mode(self) -> str:
        """Its mode, as git has it."""

    @property
    def oid(self) -> str:
        """The id of its content."""

    def text(self) -> str:
        """Its text. May raise ``Unreadable``, of which whoever keeps the evidence is told."""


class Modules:
    """``exempt`` are globs of files that do not count; of more than ``most`` modules none is parsed.

    ``refused`` are the modules that no grammar reads, ``left`` those that were one too many.
    """

    def __init__(self, exempt: Collection[str], most: int) -> None:
        self._exempt, self._most = exempt, most
        self._names: dict[tuple[str, str], frozenset[str]] = {}
        self._symbols: dict[tuple[str, str], tuple[Symbol, ...]] = {}
        self.refused: set[str] = set()
        self.left: set[str] = set()

    def counts(self, path: str) -> bool:
        """Whether a path is that of a module which is looked at."""
        return bool(family(path)) and not matches(path, self._exempt)

    def names(self, file: File | None) -> frozenset[str]:
        """What a module seems to export, by its text alone."""
        if file is None or not file.mode.startswith("100"):  # a link, a submodule
            return frozenset()
        key = file.path, file.oid
        if key not in self._names:
            self._names[key] = names(_text(file), file.path)
        return self._names[key]

    def symbols(self, file: File | None, name: str = "") -> "tuple[Symbol, ...]":
        """What a module exports, under a name or in all, by its grammar; none, and noted, where that cannot or may not say."""
        if file is None or not self.names(file):
            return ()
        key = file.path, file.oid
        if key not in self._symbols:
            self._symbols[key] = self._exported(file)
        return tuple(one for one in self._symbols[key] if not name or one.name == name)


    def _exported(self, file: File) -> "tuple[Symbol, ...]":
        if len(self._symbols) >= self._most:
            self.left.add(file.path)
            return ()
        from pytest_agentcompliance.parsing.exports.symbols import exported  # start-up time: when two modules have one name

        text = _text(file)
        said = exported(text, file.path)
        if said is None:
            said = exported(_tightened(text, file.path), file.path)
        if said is None:
            self.refused.add(file.path)
        return said or ()


def _tightened(text: str, path: str) -> str:
    """A text without what makes it long alone, comments and blanks, each thing in its line."""
    from pytest_agentcompliance.parsing.comments import blanked

    return (_AFTER_CODE if path.endswith(".py") else _BLANKS).sub(" ", blanked(text, path))


def _text(file: File) -> str:
    try:
        return file.text()
    except Unreadable:
        return ""
