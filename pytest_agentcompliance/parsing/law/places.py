"""Many globs asked about many paths: most paths are told off by their first folder and by their names alone."""

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from functools import cached_property

from pytest_agentcompliance.parsing.globs import matches

_Ask = Callable[[str], re.Match[str] | None]
_WILD = re.compile(r"[*?\[]")


class Places:
    """What ``globs.matches`` says, ten times as quick where few of the paths are among the globs."""

    def __init__(self, globs: Iterable[str]) -> None:
        self._globs = tuple(globs)

    def __contains__(self, path: str) -> bool:
        return self._may_be(path) and matches(path, self._globs)

    def _may_be(self, path: str) -> bool:
        exact, wild, first, first_wild = self._parts
        parts = path.removeprefix("/").removeprefix("./").split("/")
        if parts[0] in first or first_wild(parts[0]) or not exact.isdisjoint(parts):
            return True
        return any(map(wild, parts))

    @cached_property
    def _parts(self) -> tuple[frozenset[str], _Ask, frozenset[str], _Ask]:
        """What a name of a path must be, and what its first one: as written, and by a pattern."""
        names: set[str] = set()
        first: set[str] = set()
        for glob in self._globs:
            text = glob.strip().rstrip("/")
            inner = text.removeprefix("**/")
            if glob[:1] in ("!", "#") or "\\" in glob:
                first.add("*")  # nothing is said of such a glob here: every path is asked about
            elif inner != text or "/" not in text:
                names.add(inner.split("/")[0])
            else:
                first.add(text.removeprefix("/").split("/")[0])
        return (*_asked(names), *_asked(first))


def _asked(names: set[str]) -> tuple[frozenset[str], _Ask]:
    wild = [translate(name) for name in names if _WILD.search(name)]
    return frozenset(name for name in names if not _WILD.search(name)), re.compile("|".join(wild) or r"(?!)").match
