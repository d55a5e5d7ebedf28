"""The repository's own hosts: those that carry the name of one of its packages."""

from collections.abc import Callable, Iterable, Iterator

from pytest_agentcompliance.parsing.choices.hosts import registered
from pytest_agentcompliance.parsing.choices.packages import name_in

_MANIFESTS = ("package.json", "pyproject.toml", "go.mod", "Cargo.toml")
DEEPEST = 2  # folders above a manifest that gives a name
MOST = 200  # manifests that are read for their names


class Ours:
    """The names of the repository's packages, read when first asked for. ``paths`` and ``text`` are of one tree."""

    def __init__(self, trees: Iterable[tuple[Iterable[str], Callable[[str], str]]]) -> None:
        self._trees = trees
        self._names: frozenset[str] | None = None

    def has(self, host: str) -> bool:
        """Whether a host is one of the repository's own."""
        if self._names is None:
            self._names = frozenset(self._read())
        label = _letters(registered(host).partition(".")[0])
        return any(name == label or (len(name) > 5 and label.startswith(name)) for name in self._names)

    def _read(self) -> Iterator[str]:
        for paths, text in self._trees:
            found = [path for path in paths if path.count("/") <= DEEPEST and path.rpartition("/")[2] in _MANIFESTS]
            for path in sorted(found)[:MOST]:
                parts = name_in(text(path), path).lstrip("@").split("/")
                yield from (_letters(part) for part in parts if len(_letters(part)) >= 4 and "." not in part)


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())
