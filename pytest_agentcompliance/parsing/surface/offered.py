"""Which packages of a tree are released to others, and which of their files are a way in."""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.parsing.packages import folders

Language = Literal["script", "python"]
ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
LONGEST = 1_000_000  # characters of a manifest
_BUILT = re.compile(r"^(?:dist|lib|build|out|esm|cjs|es|types)/(?:(?:esm|cjs|src|types|es)/)?")
_ENDING = re.compile(r"(?:\.d)?\.[cm]?[jt]sx?$")
_SETUP_NAME = re.compile(r"^[ \t]*name[ \t]*=[ \t]*[\"']?([A-Za-z0-9][\w.-]{0,200})", re.MULTILINE)
_PRIVATE = re.compile(r"Private\s*::\s*Do Not Upload", re.IGNORECASE)


class File(Protocol):
    """A file at one end of a run."""

    @property
    def path(self) -> str:
        """Where it lies."""

    @property
    def mode(self) -> str:
        """Its mode, as git has it."""

    def text(self) -> str:
        """Its text. May raise ``Unreadable``, of which whoever keeps the evidence is told."""


Files = Mapping[str, File]


@dataclass(frozen=True, slots=True)
class Package:
    """A package with its manifest. ``released``: whether others can install it, and not only its own workspace."""

    folder: str
    name: str
    version: str
    manifest: str
    language: Language
    released: bool
    entries: tuple[str, ...] = ()  # as the manifest writes them


def text_of(files: Files, path: str) -> str:
    """The text of a file; empty where there is none, or where it cannot be read."""
    found = files.get(path)
    if found is None or not found.mode.startswith("100"):
        return ""
    try:
        return found.text()
    except Unreadable:
        return ""


def package_of(path: str, files: Files) -> Package | None:
    """The package that a file of code belongs to: the nearest manifest above it that has a name."""
    python = path.endswith((".py", ".pyi"))
    for folder in folders(path):
        found = _python(folder, files) if python else _node(folder, files)
        if found is not None:
            return found
    return None


def _node(folder: str, files: Files) -> Package | None:
    path = posixpath.join(folder, "package.json")
    text = text_of(files, path)
    if not text or len(text) > LONGEST:
        return None
    try:
        read = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict) or not isinstance(read.get("name"), str):
        return None
    entries = tuple(dict.fromkeys(
        one for key in ("exports", "main", "module", "types", "typings") for one in _paths(read.get(key), 0)
    ))[:50]  # fmt: skip
    version = read.get("version")
    released = read.get("private") is not True and bool(entries)
    return Package(folder, read["name"][:200], version if isinstance(version, str) else "", path, "script", released, entries)


def _paths(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth < 6:
        for one in list(value.values())[:100]:
            yield from _paths(one, depth + 1)


def _python(folder: str, files: Files) -> Package | None:
    path = posixpath.join(folder, "pyproject.toml")
    text = text_of(files, path)
    if text and len(text) <= LONGEST:
        import tomllib  # start-up time

        try:
            read = tomllib.loads(text.removeprefix("\ufeff"))
        except (ValueError, RecursionError):
            return None
        project, tool = read.get("project"), read.get("tool")
        poetry = tool.get("poetry") if isinstance(tool, dict) else None
        for one in (project, poetry):
            if isinstance(one, dict) and isinstance(one.get("name"), str):
                version = one.get("version")
                released = "build-system" in read and not _PRIVATE.search(text)
                return Package(folder, one["name"][:200], version if isinstance(version, str) else "", path, "python", released)
    for name in ("setup.cfg", "setup.py"):
        path = posixpath.join(folder, name)
        if found := _SETUP_NAME.search(text_of(files, path)[:LONGEST]):
            return Package(folder, found[1], "", path, "python", released=True)
    return None


def ways_in(package: Package, files: Files) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The files that the entries of a package of scripts mean, and the entries that mean none of the tree's."""
    found: dict[str, None] = {}
    lost = []
    for entry in package.entries:
        if entry.endswith((".json", ".css", ".scss", ".svg", ".node", ".wasm")) or "*" in entry:
            continue
        path = next((path for path in _sources(package.folder, entry) if path in files), None)
        if path is None:
            lost.append(entry)
        else:
            found[path] = None
    return tuple(found), tuple(lost)


def _sources(folder: str, entry: str) -> Iterator[str]:
    """Where the source of an entry may lie: as it is written, or where what was built came from."""
    bare = posixpath.normpath(entry).removeprefix("./")
    stem = _ENDING.sub("", bare)
    inner = _BUILT.sub("", stem, count=1)
    stems = [stem, f"src/{inner}", inner, f"lib/{inner}", f"source/{inner}"]
    if stem == bare:
        stems += [f"{one}/index" for one in stems]
    yield posixpath.join(folder, bare)
    for one in stems:
        for ending in ENDINGS:
            yield posixpath.join(folder, one + ending)
