"""Paths as people write them, matched with paths that are there: whole, by their end, by folder, by glob."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from pytest_agentcompliance.parsing.globs import matches, usable

DEEPEST = 40  # folders of a path whose ends are indexed
MOST_GLOBS = 200  # that are tried; a log with more of them claims nothing in particular

MOST_MEANT = 16  # paths that are kept for one end
MOST_ROOTS = 20  # folders in which the repository may have lain
_ABSOLUTE = re.compile(r"[/~]|[A-Za-z]:[\\/]")

How = Literal["whole", "folder", "glob", "end", "ambiguous", "none"]


class Match(NamedTuple):
    """The paths that are meant, and how they were found; of an ambiguous one some that it could mean."""

    paths: tuple[str, ...]
    how: How


class Paths:
    """A set of paths, ready to be looked up by what people write."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._true = {_plain(path): path for path in paths}
        self._sorted = sorted(self._true)
        self._known: dict[str, Match] = {}
        self._under: dict[str, tuple[str, ...]] = {}
        self._globs = 0

    def find(self, written: str) -> Match:
        """The paths that a written one means. It may be absolute, relative to a package, a folder or a glob."""
        if written not in self._known:
            self._known[written] = self._find(written)
        return self._known[written]

    def together(self, written: Iterable[str]) -> dict[str, Match]:
        """The same of paths that stand in one text: where an absolute one tells in which folder the repository lay, all know."""
        found = {one: self.find(one) for one in written}
        absolute = [one for one in found if _ABSOLUTE.match(one)]
        ends = ((one, found[one].paths[0]) for one in absolute if found[one].how == "end")
        roots = sorted({one[: -len(path)] for one, path in ends if one.endswith(path)}, key=len, reverse=True)[:MOST_ROOTS]
        for one in absolute:
            if found[one].how == "none":
                found[one] = self._rooted(one, roots)
        return found

    def _rooted(self, written: str, roots: list[str]) -> Match:
        """An absolute path without the folder in which the repository lay; where none is known, a file of the root."""
        for root in roots:
            if written.startswith(root):
                found = self.find(written[len(root) :])
                return found._replace(how="end") if found.how == "whole" else found
        found = self.find(written.rstrip("/").rpartition("/")[2]) if not roots else Match((), "none")
        return found._replace(how="end") if found.how == "whole" else Match((), "none")

    def _find(self, written: str) -> Match:
        if _plain(written) in self._true:
            return Match((self._true[_plain(written)],), "whole")
        path = _plain(written.replace("\\", "/") if "/" not in written else written)
        path = re.sub(r"^(?:\./)+", "", re.sub(r"/{2,}", "/", path))
        bare = path.strip("/")
        if not bare:
            return Match((), "none")
        if path in self._true:
            return Match((self._true[path],), "whole")
        if below := self._below(bare):
            return Match(below, "folder")
        if "*" in bare and (found := self._matching(bare)):
            return Match(found, "glob")
        if path.startswith("/") or re.match(r"[A-Za-z]:/", path) or path.startswith(("~", "../")):
            return self._shortened(bare)
        found = () if path.endswith("/") else self._ends.get(bare, ())
        if not found:
            folders = self._folder_ends.get(bare, ())
            if len(folders) == 1:
                return Match(self._below(folders[0]), "end")
            return Match((), "ambiguous") if folders else self._shortened(bare)
        return Match(tuple(self._true[one] for one in found), "end" if len(found) == 1 else "ambiguous")

    def _below(self, folder: str) -> tuple[str, ...]:
        if folder not in self._under:
            first = bisect_left(self._sorted, folder + "/")
            last = bisect_left(self._sorted, folder + "0")  # the character that follows the slash
            self._under[folder] = tuple(self._true[path] for path in self._sorted[first:last])
        return self._under[folder]

    def _matching(self, glob: str) -> tuple[str, ...]:
        self._globs += 1
        pattern = re.sub(r"([\[\]!#?\\ ])", r"\\\1", glob)
        if self._globs > MOST_GLOBS or not usable(pattern):
            return ()
        return tuple(true for path, true in self._true.items() if matches(path, ["/" + pattern]))

    def _shortened(self, bare: str) -> Match:
        """Without the folders of somebody's machine in front: the longest end that is a path of ours."""
        parts = bare.split("/")[-DEEPEST:]
        for at in range(1, len(parts)):
            end = "/".join(parts[at:])
            if end in self._true:
                return Match((self._true[end],), "end") if len(parts) - at > 1 else Match((), "none")
            if len(parts) - at > 1 and (below := self._below(end)):
                return Match(below, "end")
        return Match((), "none")

    @cached_property
    def _ends(self) -> dict[str, tuple[str, ...]]:
        """Every end of every path that begins at a folder, with some of the paths that have it."""
        return _ends(self._sorted)

    @cached_property
    def _folder_ends(self) -> dict[str, tuple[str, ...]]:
        folders = {path[:at] for path in self._sorted for at in _slashes(path)}
        return _ends(sorted(folders))


@lru_cache(maxsize=4)
def known(paths: frozenset[str]) -> Paths:
    """The index over a set of paths: several rules look up the same claims in the same change."""
    return Paths(paths)


def _ends(paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    ends: dict[str, tuple[str, ...]] = {}
    for path in paths:
        for at in _slashes(path):
            known = ends.get(path[at + 1 :], ())
            if len(known) < MOST_MEANT:
                ends[path[at + 1 :]] = (*known, path)
    return ends


def _slashes(path: str) -> list[int]:
    return [at for at, char in enumerate(path) if char == "/"][-DEEPEST:]


def _plain(path: str) -> str:
    return path if path.isascii() else unicodedata.normalize("NFC", path)
