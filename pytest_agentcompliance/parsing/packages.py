"""Which package a file belongs to, what it is called, and whether it has anything to type check: from its manifests alone."""

import json
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import basename, dirname
from typing import Any, Literal, Protocol

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.parsing.late import late

Language = Literal["node", "python"]

LONGEST = 1_000_000  # characters of a manifest that is read
MOST = 5000  # manifests that are read to know packages by name
MOST_STEPS = 500_000  # from package to package, in search of what depends on what
DEEPEST = 60  # folders that are gone up

NODE = ("package.json", "project.json")
PYTHON = ("pyproject.toml", "setup.cfg", "setup.py")
_WORKSPACE = ("pnpm-workspace.yaml", "lerna.json", "nx.json", "turbo.json", "rush.json")
_TSCONFIGS = ("tsconfig.json", "tsconfig.build.json", "tsconfig.app.json", "tsconfig.lib.json", "tsconfig.src.json")
_PYTHON_CONFIGS = ("mypy.ini", ".mypy.ini", "pyrightconfig.json", "ty.toml", ".pyre_configuration")
_PYTHON_CHECKER = late(r"\b(?:mypy|(?:based)?pyright|pytype|pyre-check)\b|\[tool\.ty\b|[\"']ty(?=[\"'\[=<>~])")
_CHECKER = late(
    r"(?:^|[\s;&|/\"'])(?:(?:vue-)?tsc|tsgo|tspc|svelte-check|astro check|mypy|(?:based)?pyright)(?=$|[\s;&|\"'])"
)
_DELEGATES = late(r"\b(?:turbo|lerna|nx run-many|nx affected|pnpm (?:-r|--recursive|--filter)|yarn workspaces)\b")
_WATCH = late(r"\s(?:--watch|-w)\b")
_SETUP_NAME = late(r"^[ \t]*name[ \t]*=[ \t]*[\"']?([A-Za-z0-9][\w.-]{0,200})", re.MULTILINE)


class Readable(Protocol):
    """A file's content."""

    def text(self) -> str:
        """Its text. May raise ``Unreadable``."""


@dataclass(frozen=True, slots=True)
class Package:
    """One package. ``names`` are all that it answers to, without the scope too; ``needs`` are those that it depends on."""

    folder: str
    language: Language
    name: str
    names: frozenset[str] = field(default=frozenset(), compare=False)
    needs: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    scripts: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    workspace: bool = field(default=False, compare=False)  # the root of a workspace
    text: str = field(default="", compare=False, repr=False)

    def checks_types(self, script: str, names: Collection[str]) -> bool:
        """Whether one of its scripts type checks, by its name or by the checker that it calls."""
        return script in names or bool(calls_checker(self.scripts.get(script, "")))


class Packages:
    """The packages of a tree, whose files are given by path."""

    def __init__(self, files: Mapping[str, Readable]) -> None:
        self._paths = files
        self._steps = MOST_STEPS
        self._reach: dict[Package, set[str]] = {}
        self._known: dict[tuple[str, Language], Package | None] = {}

    def of(self, path: str) -> Package | None:
        """The package that a file belongs to: the nearest manifest above it with a name, else the nearest one."""
        language: Language = "python" if path.endswith((".py", ".pyi")) else "node"
        nameless = None
        for folder in folders(path):
            if found := self.at(folder, language):
                if found.name:
                    return found
                nameless = nameless or found
        return nameless

    def at(self, folder: str, language: Language) -> Package | None:
        """The package whose manifest lies in this very folder."""
        if (folder, language) not in self._known:
            self._known[folder, language] = self._node(folder) if language == "node" else self._python(folder)
        return self._known[folder, language]

    def inside(self, folder: str) -> Package | None:
        """The package of a folder, whichever its language is."""
        return self.of(f"{folder}/x" if folder else "x") or self.of(f"{folder}/x.py" if folder else "x.py")

    def has_checks(self, package: Package, path: str, scripts: Collection[str]) -> bool:
        """Whether there is anything to type check a file of the package with: a script, or a checker's configuration."""
        if package.language == "python":
            if _PYTHON_CHECKER.search(package.text):
                return True
            return any(self._configured(folder) for folder in folders(_in(package.folder, "x")))
        if any(package.checks_types(name, scripts) and not _delegates(text) for name, text in package.scripts.items()):
            return True
        if package.workspace:
            return False  # what lies there is the base of the others' configurations
        between = (folder for folder in folders(path) if folder.startswith(package.folder))
        return any(_in(folder, name) in self._paths for folder in between for name in _TSCONFIGS)

    def _configured(self, folder: str) -> bool:
        if any(_in(folder, name) in self._paths for name in _PYTHON_CONFIGS):
            return True
        found = self.at(folder, "python")
        return found is not None and bool(re.search(r"\[(?:tool\.)?(?:mypy|pyright|basedpyright|ty)\b", found.text))

    def place(self, written: str) -> str | None:
        """The folder or file of the tree that a path means: from the root, or by its end where it begins elsewhere.

        A file that is not there is its nearest folder that is. None where the path means nothing of the tree.
        """
        written = written.removeprefix("./").rstrip("/")
        parts = [part for part in written.split("/") if part][-DEEPEST:]
        starts = range(len(parts)) if written.startswith(("/", "~", "..")) else range(min(1, len(parts)))
        for at in starts:
            for end in range(len(parts), at, -1) if at == 0 else (len(parts),):
                path = "/".join(parts[at:end])
                if path in self._paths or path in self.folders:
                    return path if path in self.folders or "/" in path else None
        return None

    @cached_property
    def folders(self) -> frozenset[str]:
        """All folders of the tree but its root."""
        found: set[str] = set()
        for path in self._paths:
            for folder in folders(path):
                if not folder or folder in found:
                    break
                found.add(folder)
        return frozenset(found)

    @cached_property
    def root_scripts(self) -> Mapping[str, str]:
        found = self.at("", "node")
        return found.scripts if found else {}

    @cached_property
    def by_name(self) -> Mapping[str, Package]:
        """Packages by every name that is only one package's."""
        found: dict[str, Package] = {}
        shared: set[str] = set()
        for package in self._all():
            for name in package.names:
                if name in found and found[name] != package:
                    shared.add(name)
                found.setdefault(name, package)
        return {name: package for name, package in found.items() if name not in shared or name == package.name}

    def depends(self, package: Package, on: Package) -> bool:
        """Whether a package depends on another, through others too."""
        return not on.names.isdisjoint(self._reached(package))

    def _reached(self, package: Package) -> set[str]:
        """The names of all that a package depends on."""
        if package not in self._reach:
            seen: set[str] = set()
            ahead = list(package.needs)
            while ahead and self._steps > 0:
                self._steps -= 1
                name = ahead.pop()
                if name not in seen and (found := self.by_name.get(name)):
                    ahead.extend(found.needs - seen)
                seen.add(name)
            self._reach[package] = seen
        return self._reach[package]

    def _all(self) -> Iterator[Package]:
        count = 0
        for path in self._paths:
            name = basename(path)
            if name not in (*NODE, *PYTHON) or "node_modules/" in path:
                continue
            count += 1
            if count > MOST:
                return
            if found := self.at(dirname(path), "node" if name in NODE else "python"):
                yield found

    def _node(self, folder: str) -> Package | None:
        manifests = [_object(text) for name in NODE if (text := self._text(_in(folder, name))) is not None]
        if not manifests:
            return None
        names = [name for one in manifests if isinstance(name := one.get("name"), str) and name]
        scripts: dict[str, str] = {}
        needs: set[str] = set()
        for one in manifests:
            scripts |= {key: value for key, value in _mapping(one.get("scripts")).items() if isinstance(value, str)}
            scripts |= {key: f"nx {json.dumps(value)[:2000]}" for key, value in _mapping(one.get("targets")).items()}
            for key in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
                needs |= set(_mapping(one.get(key)))
        workspace = any(_in(folder, name) in self._paths for name in _WORKSPACE) or any("workspaces" in one for one in manifests)
        return Package(
            folder, "node", names[0] if names else "", _names(names, folder), frozenset(needs), scripts, workspace=workspace
        )

    def _python(self, folder: str) -> Package | None:
        texts = {name: text for name in PYTHON if (text := self._text(_in(folder, name))) is not None}
        if not texts:
            return None
        project = _toml(texts.get("pyproject.toml", ""))
        tool = _mapping(project.get("tool"))
        name = _mapping(project.get("project")).get("name") or _mapping(tool.get("poetry")).get("name")
        if not isinstance(name, str) or not name:
            told = _SETUP_NAME.search(texts.get("setup.cfg", "")) or _SETUP_NAME.search(texts.get("setup.py", ""))
            name = told[1] if told else ""
        return Package(folder, "python", name, _names([name] if name else [], folder), text="\n".join(texts.values()))

    def _text(self, path: str) -> str | None:
        if path not in self._paths:
            return None
        try:
            text = self._paths[path].text()
        except Unreadable:
            return ""  # that it could not be read is in the ledger
        return text if len(text) <= LONGEST else ""


def calls_checker(script: str) -> bool:
    """Whether a script's command line runs a type checker to its end."""
    return bool(_CHECKER.search(script[:2000])) and not _WATCH.search(script[:2000])


def folders(path: str) -> Iterator[str]:
    """The folders above a path, the nearest first, the root (empty) last."""
    for _ in range(DEEPEST):
        path = dirname(path)
        yield path
        if path in ("", "/"):
            return


class Homes:
    """The projects of a tree, by the names of manifests alone: a file is of that whose manifest is the nearest above."""

    def __init__(self, paths: Iterable[str], manifests: Collection[str]) -> None:
        self._homes = frozenset(dirname(path) for path in paths if basename(path) in manifests)

    def of(self, path: str) -> str:
        return next((folder for folder in folders(path) if folder in self._homes), "")


def _delegates(script: str) -> bool:
    """Whether a script only hands on to the scripts of other packages."""
    return bool(_DELEGATES.search(script[:2000]))


def _in(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _names(given: list[str], folder: str) -> frozenset[str]:
    return frozenset(filter(None, [*given, *(name.rsplit("/", 1)[-1] for name in given), basename(folder)]))


def _mapping(value: object) -> Mapping[str, Any]:
    return {key: one for key, one in value.items() if isinstance(key, str)} if isinstance(value, dict) else {}


def _object(text: str) -> Mapping[str, Any]:
    try:
        return _mapping(json.loads(text.removeprefix("\ufeff")))
    except (ValueError, RecursionError):
        return {}


def _toml(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return {}
