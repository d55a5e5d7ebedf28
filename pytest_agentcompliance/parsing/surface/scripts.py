"""The names that the entries of a package of TypeScript or JavaScript export, through what its modules pass on."""

import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache

from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.exports.names import names
from pytest_agentcompliance.parsing.surface.offered import ENDINGS, Files, text_of

MOST = 600  # modules of one package
# A fixed word first, what must not stand before it behind: ten times as quick as a boundary.
_PASSED = re.compile(
    r"export(?<!\wexport)\s+(?:type\s+)?(?:\*(?:\s+as\s+([\w$]+))?|\{([^{}]{0,20000})\})\s*from\s*[\"']([^\"'\n]{1,300})[\"']"
)
_IMPORTED = re.compile(
    r"import(?<!\wimport)\s+(?:type\s+)?(?:[\w$]+\s*,\s*)?\{([^{}]{0,20000})\}\s*from\s*[\"']([^\"'\n]{1,300})[\"']"
)
_LOCAL = re.compile(r"export(?<!\wexport)\s+(?:type\s+)?\{([^{}]{0,20000})\}(?!\s*from\b)")
_DEFAULT = re.compile(r"export(?<!\wexport)\s+default\b")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")


@dataclass(frozen=True, slots=True)
class Where:
    """Where an exported name is declared: the module, and what it is called there."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What one module says of imports and exports."""

    names: tuple[str, ...] = ()
    imported: tuple[tuple[str, str], ...] = ()
    local: tuple[str, ...] = ()
    passed: tuple[tuple[str, str, str], ...] = ()


@lru_cache(maxsize=2048)  # rules ask for both ends, one after the other
def _said(text: str, path: str) -> _Said:
    if "export" not in text:
        return _Said()
    code = blanked(text, path)
    own = [*names(code, path), *(["default"] if _DEFAULT.search(code) else [])]
    return _Said(tuple(own), tuple(_IMPORTED.findall(code)), tuple(_LOCAL.findall(code)), tuple(_PASSED.findall(code)))


class Surface:
    """The exports of a package at one end. ``unresolved`` are modules of the package that are passed on and not found."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known: dict[str, dict[str, Where]] = {}
        self.unresolved: set[str] = set()
        self.full = True

    def of(self, entries: tuple[str, ...]) -> dict[str, Where]:
        """What the entries export, by name."""
        found: dict[str, Where] = {}
        for entry in entries:
            for name, where in self._module(entry, 0).items():
                found.setdefault(name, where)
        return found

    def _module(self, path: str, depth: int) -> dict[str, Where]:
        if path in self._known:
            return self._known[path]
        if depth > 40 or len(self._known) >= MOST:
            self.full = False
            return {}
        self._known[path] = {}  # two modules may pass on one another
        said = _said(text_of(self._files, path), path)
        found = {name: Where(path, name) for name in said.names}
        imported = {theirs: (source, name) for one, source in said.imported for name, theirs in _pairs(one)}
        for one in said.local:
            for mine, theirs in _pairs(one):
                source, name = imported.get(mine, ("", mine))
                found[theirs] = self._through(path, source, name, depth) if source else Where(path, mine)
        for star, listed, source in said.passed:
            if star:
                found[star] = Where(path, star)
            elif listed:
                found |= {theirs: self._through(path, source, mine, depth) for mine, theirs in _pairs(listed)}
            elif target := self._target(path, source):
                passed = self._module(target, depth + 1)
                found |= {name: where for name, where in passed.items() if name != "default" and name not in found}
        self._known[path] = found
        return found

    def _through(self, path: str, source: str, name: str, depth: int) -> Where:
        target = self._target(path, source)
        return self._module(target, depth + 1).get(name, Where(target, name)) if target else Where(path, name)

    def _target(self, path: str, source: str) -> str:
        """The module that a relative import means; empty for another package's."""
        if not source.startswith("."):
            return ""
        bare = posixpath.normpath(posixpath.join(posixpath.dirname(path), source))
        stem = re.sub(r"\.[cm]?jsx?$", "", bare)
        tried = [bare, *(one + ending for one in (stem, bare) for ending in ENDINGS)]
        tried += [f"{bare}/index{ending}" for ending in ENDINGS]
        found = next((one for one in tried if one in self._files and one.endswith(ENDINGS)), "")
        if not found:
            self.unresolved.add(bare)
        return found


def _pairs(listed: str) -> list[tuple[str, str]]:
    """Of ``a, type b as c`` the pairs (a, a) and (b, c)."""
    found = []
    for entry in listed.split(","):
        words = _WORD.findall(entry)
        if len(words) > 1 and words[0] == "type" and words[1] != "as":
            words = words[1:]
        if words:
            found.append((words[0], words[-1]))
    return found
