"""What the rest of a tree says of a port: the constant that a file takes from another one, the same port in the same package."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Protocol

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.parsing.ports import ENDINGS, declared, kind_of
from pytest_agentcompliance.parsing.ports.compared import Placed

MANIFESTS = ("package.json", "pyproject.toml", "go.mod", "setup.py", "requirements.txt")
MOST = 60  # files that are looked through for one word
MOST_READ = 400  # files that are looked through at all


class Readable(Protocol):
    """A file's content."""

    @property
    def mode(self) -> str:
        """Its mode in git's six digits."""

    def text(self) -> str:
        """Its text. May raise ``Unreadable``."""


class Side(Protocol):
    """One end of the run."""

    @property
    def files(self) -> Mapping[str, Readable]:
        """Every path with its content."""

    def where(self, names: Collection[str], endings: tuple[str, ...] = ()) -> Mapping[str, frozenset[str]]:
        """The paths of the files, of those with the endings, that have each name as a whole word."""


class Elsewhere:
    """One end of the run, asked once for all words that matter. ``skipped`` says which paths are not looked at."""

    def __init__(self, side: Side, other: Side, words: Collection[str], skipped: Callable[[str], bool]) -> None:
        self._side, self._other, self._skipped = side, other, skipped
        self._where = side.where(words, ENDINGS) if words else {}
        self._told: dict[str, tuple[Placed, ...]] = {}

    def constant(self, name: str, path: str) -> Placed | None:
        """Where the tree declares a constant that a file takes from another one."""
        return next((at for at in self._in(name, lambda _: True) if at.one.key == name and at.one.port and at.path != path), None)

    def variable(self, name: str) -> set[str]:
        """The ports that the .env files of the tree give a variable."""
        return {at.one.port for at in self._in(name, lambda path: kind_of(path) == "env") if at.one.key == name}

    def declares(self, one: Placed, *, new: bool = False) -> bool:
        """Whether another file says the same port: one of the package, a table of ports, or of a variable of the same name."""
        numbers = one.one.numbers
        package, name = _package(one.path, self._other), _variable(one)
        service = one.one.owner.startswith("service ")
        if one.one.published or (service and not (new and name)) or not numbers:
            return False  # what a service publishes is no matter of what others say
        anywhere = new and one.one.repeats

        def near(path: str) -> bool:
            return anywhere or (not service and (kind_of(path) == "table" or _package(path, self._side) == package))

        for at in self._in(min(numbers), lambda path: bool(name) or near(path)):
            if (
                ((name and _variable(at) == name) or near(at.path))
                and at.path != one.path
                and not at.one.client
                and numbers <= at.one.numbers
            ):
                return True
        return False

    def _in(self, word: str, wanted: Callable[[str], bool]) -> Iterator[Placed]:
        paths = (path for path in sorted(self._where.get(word, ())) if kind_of(path) and not self._skipped(path) and wanted(path))
        for count, path in enumerate(paths):
            if count >= MOST:
                return
            if path not in self._told:
                self._told[path] = self._read(path) if len(self._told) < MOST_READ else ()
            yield from self._told[path]

    def _read(self, path: str) -> tuple[Placed, ...]:
        content = self._side.files.get(path)
        if content is None or not content.mode.startswith("100"):
            return ()
        try:
            return tuple(Placed(path, one) for one in declared(content.text(), path))
        except Unreadable:
            return ()


def _variable(at: Placed) -> str:
    """The variable that holds a port, where its name is no common one."""
    name = at.one.key.rpartition(" ")[2]
    return name if "_" in name and name.isupper() else ""


def _package(path: str, side: Side) -> str:
    """The nearest folder above a path that has a manifest; the first folder of the path, where that is the root."""
    folder = path
    while folder := folder.rpartition("/")[0]:
        if any(f"{folder}/{name}" in side.files for name in MANIFESTS):
            return folder
    return path.partition("/")[0] if "/" in path else ""
