"""Core and adapters by the names of folders: which files are core logic, and where an import of theirs leads."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from posixpath import dirname, normpath
from typing import Protocol

from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.packages import Readable

_ENDING = re.compile(r"\.(?:[cm]?[jt]sx?|pyi?|vue|svelte|go)$")
_BARREL = re.compile(r"(?:index\.[cm]?[jt]sx?|__init__\.pyi?|mod\.ts)")
_ALIASES = ("@/", "~/", "#/", "src/", "$lib/")
_ENDINGS = (".ts", ".tsx", ".js", ".mts", ".mjs", ".cjs", ".jsx", ".py", "/index.ts", "/index.js", "/index.tsx", "/__init__.py")


@dataclass(frozen=True)
class Layers:
    """Words for folders: ``globs`` of core; names of ``inner`` folders, which are core where one of the ``outer`` lies beside."""

    globs: tuple[str, ...]
    exempt: tuple[str, ...]
    inner: frozenset[str]
    outer: frozenset[str]
    entries: frozenset[str]  # they are adapters too, and no sign that what lies beside them is core

    def candidate(self, path: str) -> bool:
        """Whether a path may be core; the tree is asked only where this says so."""
        return matches(path, self.globs) or not self.inner.isdisjoint(path.lower().split("/")[:-1])

    def adapter_below(self, path: str, start: int = 0) -> str:
        """The deepest folder of adapters on a path, looked for from its ``start``-th part on; the last part may be one itself."""
        parts = path.split("/")
        for end in range(len(parts), start, -1):
            if _ENDING.sub("", parts[end - 1].lower()) in self.outer | self.entries:
                return "/".join(parts[:end])
        return ""


class Side(Protocol):
    """A tree, which is listed when it is first asked for its files."""

    @property
    def files(self) -> Mapping[str, Readable]: ...


class Places:
    """The layers of one tree."""

    def __init__(self, layers: Layers, side: Side) -> None:
        self._layers, self._side = layers, side

    @property
    def _paths(self) -> Collection[str]:
        return self._side.files

    def core(self, path: str) -> str:
        """What makes a file core: the glob or the folder; empty where it is none."""
        if matches(path, self._layers.exempt):
            return ""
        parts = path.split("/")[:-1]
        for end in range(len(parts), 0, -1):
            name = parts[end - 1].lower()
            if name in self._layers.outer:
                return ""  # an adapter inside of core is one
            if name in self._layers.inner and (beside := self._beside("/".join(parts[: end - 1]), name)):
                return f"{'/'.join(parts[:end])}, beside {beside}"
        return next((glob for glob in self._layers.globs if not glob.startswith("!") and matches(path, (glob,))), "")

    def compiled(self, path: str) -> bool:
        """Whether a script is what the compiler made of the source beside it."""
        bare, _, ending = path.rpartition(".")
        return ending in ("js", "jsx", "mjs", "cjs") and any(
            f"{bare}.{other}" in self._paths for other in ("ts", "tsx", "mts", "cts")
        )

    def adapter(self, target: str, path: str) -> str:
        """The folder of adapters, if any, that a file goes into for a target; empty where there is none."""
        return self._layers.adapter_below(target, _shared(path, target))

    def hands_on(self, target: str, path: str) -> bool:
        """Whether a file is the face of a package that hands on what lies below it."""
        return _shared(path, target) == path.count("/") and bool(_BARREL.fullmatch(path.rpartition("/")[2].lower()))

    def target(self, module: str, path: str, *, python: bool) -> str | None:
        """The path, without an ending, that a relative or first-party module means; None where it is somebody else's."""
        folder = dirname(path)
        if path.endswith(".go"):
            return self._go(module)
        if python:
            bare = module.lstrip(".")
            up = len(module) - len(bare)
            if not up:
                return self._first_party(bare, folder)
            return normpath("/".join([folder, *[".."] * (up - 1), *bare.split(".")]))
        if module.startswith(("./", "../")) or module in (".", ".."):
            return normpath(f"{folder}/{module}" if folder else module)
        alias = next((one for one in _ALIASES if module.startswith(one)), "")
        return normpath(module[len(alias) :]) if alias else None

    def file(self, target: str) -> str:
        """The file of the tree that a target means; empty where there is none."""
        bare = _ENDING.sub("", target)
        return next((path for path in (target, *(bare + ending for ending in _ENDINGS)) if path in self._paths), "")

    def _first_party(self, module: str, folder: str) -> str | None:
        """A module of Python's that lies in this tree: beside the file, or in a folder above it, or in src there."""
        parts = module.split(".")
        for above in _above(folder):
            for root in (above, f"{above}/src" if above else "src"):
                base = f"{root}/{parts[0]}" if root else parts[0]
                if f"{base}.py" in self._paths or self._is_folder(base):
                    return "/".join([base, *parts[1:]])
        return None

    def _go(self, module: str) -> str | None:
        """The folder of this tree that an import path ends with."""
        parts = module.split("/")[:60]
        return next((one for at in range(1, len(parts)) if self._is_folder(one := "/".join(parts[at:]))), None)

    def _beside(self, folder: str, name: str) -> str:
        """The folder of adapters that makes one of a layer's name a layer.

        It lies beside it, or in a folder beside that one. ``infrastructure`` at the root of a repository is what it is
        deployed with, and beside ``core`` as often as not what core is built on.
        """
        for other in sorted(self._layers.outer):
            adapters = other.startswith("adapter")
            path = f"{folder}/{other}" if folder else other
            if (adapters or (folder and name != "core")) and self._is_folder(path):
                return path
        above = dirname(folder)
        return self._cousins.get(above, "") if above and name != "core" else ""

    @cached_property
    def _cousins(self) -> Mapping[str, str]:
        """Folders of adapters by the folder above the one in which they lie."""
        names = [name for name in self._layers.outer if name.startswith("adapter")]
        pattern = re.compile(rf"/(?:{'|'.join(map(re.escape, names)) or '(?!)'})/", re.IGNORECASE)
        found: dict[str, str] = {}
        for path in self._sorted:
            if hit := pattern.search(path):
                found.setdefault(dirname(path[: hit.start()]), path[: hit.end() - 1])
        return found

    def _is_folder(self, path: str) -> bool:
        at = bisect_left(self._sorted, path + "/")
        return at < len(self._sorted) and self._sorted[at].startswith(path + "/")

    @cached_property
    def _sorted(self) -> Sequence[str]:
        return sorted(self._paths)


def _shared(path: str, target: str) -> int:
    """How many of the folders that a file lies in are a target's too."""
    pairs = zip(path.split("/")[:-1], target.split("/"), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _above(folder: str) -> Iterator[str]:
    for _ in range(60):
        yield folder
        if not folder:
            return
        folder = dirname(folder)
