"""What core logic may not import: modules of denied kinds, and adapters, by the names of folders or by what they import."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import basename, dirname

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.parsing.code import Import, imports
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.go_imports import go_imports
from pytest_agentcompliance.parsing.hexagon import Places, Side
from pytest_agentcompliance.parsing.manifests import Dependency, dependencies
from pytest_agentcompliance.parsing.modules import kind_of, package_of
from pytest_agentcompliance.parsing.packages import Packages, folders

LONGEST = 16_000_000  # characters of a file that is looked into for what it hands on
LONGEST_LIST = 1000  # lines of one import
MOST = 50_000  # strings of a file that are looked at, to know whether it need be parsed; of more it is
SAME = 50  # packages whose folders have one name
_QUOTED = re.compile(r"""["'`]((?:[^"'`\s\\]|\\\r?\n|\\[^\r\n]){1,300})["'`]""")
_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|\r?\n|(.))")
_DECLARES = re.compile(r"(?i)(?:^|[._-])(?:types?|dtos?|constants?|enums?|interfaces?)(?:[._-]|$)")  # of a file's name
_TYPES = re.compile(r"(?i)(?:.*[._-])?(?:types?|interfaces?|ports?)(?:\.d)?\.(?:[cm]?tsx?|pyi?)")  # a file's name
_EXPORTED = re.compile(r"\bexport\b\s*(?:declare\s+)?(\w+|[*{=])")
_NAME = re.compile(r"(\w+)(?:\s+as\s+\w+)?")
_NAMES = re.compile(r"[ \t]*from[ \t]+[\w.]{1,300}[ \t]+import[ \t]*\(?([^()#;]{0,40000})")


@dataclass(frozen=True, slots=True)
class Forbidden:
    """One import: ``key`` is what is compared of it, ``what`` says in words what is imported."""

    key: str
    module: str
    what: str
    line: int
    type_only: bool = False


def _statement(lines: list[str], number: int) -> Iterator[str]:
    """The lines of an import of Python without their comments; a long list of names is cut."""
    open_ = False
    for line in lines[number - 1 : number + LONGEST_LIST]:
        code = line.partition("#")[0].strip()
        open_ |= "(" in code
        yield code
        if ")" in code or not (open_ or code.endswith("\\")):
            return


@dataclass(frozen=True)
class Denied:
    """What is denied. ``modules`` and ``allowed`` match names; the packages in the folders that ``packages`` names are adapters."""

    kinds: frozenset[str]
    modules: re.Pattern[str]
    allowed: re.Pattern[str]
    packages: tuple[str, ...]
    places: Places
    side: Side
    _judged: dict[tuple[str, str], tuple[str, str] | None] = field(default_factory=dict)
    _read: dict[str, frozenset[str]] = field(default_factory=dict)

    def imports(self, text: str, path: str) -> tuple[Forbidden, ...]:
        """The forbidden imports of a file of core logic, in order."""
        named = dict.fromkeys(one[1] for one in _QUOTED.finditer(text))
        few = len(named) <= MOST and not path.endswith((".py", ".pyi"))
        if few and not any(self._judge(_unescaped(name), path) for name in named):
            return ()  # what is not there as a string is not imported: most files need no grammar
        found: list[Forbidden] = []
        for one, others in self._imported(text, path):
            names = (_unescaped(one.module), *others)
            said = next(((name, it) for name in names if (it := self._judge(name, path))), None)
            if said:
                found.append(Forbidden(said[1][0], said[0], said[1][1], one.line, one.type_only))
        return tuple(found)

    def dependencies(self, text: str, path: str) -> Iterator[tuple[Dependency, str]]:
        """The dependencies of a core package that it may not have, each with what it is; those for work on it do not count."""
        for one in dependencies(text, path):
            if not one.development and (
                said := self._module(one.package, path, one.ecosystem) or self._workspace(one.package, path)
            ):
                yield one, said[1]

    def _imported(self, text: str, path: str) -> Iterator[tuple[Import, tuple[str, ...]]]:
        """Each import, and the modules that it may name after the word import: "from .. import adapters"."""
        if path.endswith(".go"):
            yield from ((one, ()) for one in go_imports(text))
            return
        lines = text.split("\n") if path.endswith((".py", ".pyi")) else []
        for one in imports(text, path):
            named = _NAMES.match("\n".join(_statement(lines, one.line))) if lines else None
            names = _NAME.findall(named[1]) if named else ()
            yield one, tuple(f"{one.module}{'' if one.module.endswith('.') else '.'}{name}" for name in names)

    def _judge(self, module: str, path: str) -> tuple[str, str] | None:
        """What a module is compared by, and what it is in words; None where core logic may import it."""
        if self.allowed.fullmatch(module):
            return None
        key = (module, path)
        if key not in self._judged:
            self._judged[key] = self._first(module, path)
        return self._judged[key]

    def _first(self, module: str, path: str) -> tuple[str, str] | None:
        python = path.endswith((".py", ".pyi"))
        target = self.places.target(module, path, python=python)
        if target is not None and self.places.hands_on(target, path):
            return None
        if target is not None:
            if adapter := self._adapter(target, path):
                return target, f"which lies among the adapters in {adapter}"
            return self._through(target, path) if not python else None
        ecosystem = "python" if python else "go" if path.endswith(".go") else "node"
        return self._module(module, path, ecosystem) or self._workspace(module, path)

    def _adapter(self, target: str, path: str) -> str:
        """The folder of adapters that a target lies in; a file of types alone is none, wherever it lies."""
        adapter = self.places.adapter(target, path)
        if not adapter:
            return ""
        file = self.places.file(target)
        if not file and path.endswith((".py", ".pyi")):
            file = self.places.file(dirname(target))  # what is named after import may lie in the file
        return "" if file and self._has_types_alone(file) else adapter

    def _has_types_alone(self, file: str) -> bool:
        """Whether a file declares types for others, by its name or by all that it exports, and imports nothing that is denied."""
        if not file.endswith((".ts", ".mts", ".cts", ".tsx", ".py", ".pyi")):
            return False
        try:
            text = self.side.files[file].text()
        except Unreadable:
            return False
        if len(text) > LONGEST:
            return False
        python = file.endswith((".py", ".pyi"))
        exported = set(_EXPORTED.findall(blanked(text, file))) if not python else set()
        if not (_TYPES.fullmatch(basename(file)) or (exported and exported <= {"type", "interface"})):
            return False
        ecosystem = "python" if python else "node"
        return not any(not one.type_only and self._module(one.module, file, ecosystem) for one in imports(text, file))

    def _module(self, module: str, path: str, ecosystem: str) -> tuple[str, str] | None:
        if self.allowed.fullmatch(module):
            return None
        name = package_of(module, ecosystem)
        if self.modules.fullmatch(module):
            return name or module, "which the parameters deny"
        kind = kind_of(module, ecosystem)
        return (name, f"({kind})") if kind in self.kinds else None

    def _through(self, target: str, path: str) -> tuple[str, str] | None:
        """A file next to the core whose own imports make it an adapter."""
        file = self.places.file(target)
        if not file or file == path or _DECLARES.search(basename(file)) or self.places.core(file):
            return None
        try:
            text = self.side.files[file].text()
        except Unreadable:
            return None
        if len(text) > LONGEST:
            return None
        for one in imports(text, file):
            if not one.type_only and (said := self._module(one.module, file, "node")):
                return file, f"which is {file}, and that imports {one.module} {said[1]}"
        return None

    def _workspace(self, module: str, path: str) -> tuple[str, str] | None:
        """A package of the same repository that lies where adapters do."""
        name = package_of(module, "node")
        if not name or path.endswith((".py", ".go")) or kind_of(name, "node"):
            return None
        if (folder := self._folder(name, path)) and not path.startswith(f"{folder}/") and matches(f"{folder}/x", self.packages):
            return None if self.places.core(f"{folder}/x") else (name, f"whose package is {folder}, an adapter")
        return None

    def _folder(self, name: str, path: str) -> str:
        """The folder of a workspace package: by its folder's name; else among all, where the manifest says that it is one."""
        for manifest in self._manifests.get(basename(name), [])[:SAME]:
            found = self._known.at(manifest, "node")
            if found is not None and found.name == name:
                return found.folder
        own = next(
            (f"{folder}/package.json" for folder in folders(path) if folder and f"{folder}/package.json" in self.side.files), ""
        )
        if own and name in self._internal(own):
            found = self._known.by_name.get(name)
            return found.folder if found is not None and found.name == name else ""
        return ""

    @cached_property
    def _known(self) -> Packages:
        return Packages(self.side.files)

    @cached_property
    def _manifests(self) -> Mapping[str, list[str]]:
        """The folders of packages by the last part of their path."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.side.files:
            if path.endswith("/package.json") and "node_modules/" not in path:
                found[basename(dirname(path))].append(dirname(path))
        return found

    def _internal(self, manifest: str) -> frozenset[str]:
        """The packages of the same repository that a manifest names as such."""
        if manifest not in self._read:
            try:
                found = dependencies(self.side.files[manifest].text(), manifest)
            except Unreadable:
                found = ()
            self._read[manifest] = frozenset(one.name for one in found if one.internal)
        return self._read[manifest]


def _unescaped(module: str) -> str:
    """A module's name as JavaScript reads it: with an escape for a letter it is the same module."""
    return _ESCAPE.sub(_letter, module) if "\\" in module else module


def _letter(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2] or escape[3]
    return chr(min(int(digits, 16), 0x10FFFF)) if digits else escape[4] or ""
