"""Which file of a tree a module's name in an import means."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from posixpath import basename, dirname, join, normpath

_ENDINGS = (".ts", ".tsx", ".js", ".jsx", ".mts", ".mjs", ".cts", ".cjs")
_SWAPS = {".js": (".ts", ".tsx", ".js"), ".mjs": (".mts", ".mjs"), ".cjs": (".cts", ".cjs"), ".jsx": (".tsx", ".jsx")}
_COMMENTS = re.compile(r'("(?:[^"\\\n]|\\.)*+")|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/')
_TRAILING = re.compile(r",(?=\s*+[}\]])")
_ALIAS = re.compile(r"(?:@|~|#|\$)?/|~|#|@[\w-]+/|src/")
_EXTENDED = 20  # settings that extend one another
_LONGEST = 200_000


class Places:
    """The files of a tree by what they can be imported as."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self.paths = frozenset(files)  # to ask a mapping whether it has something may be to read it
        self._known: dict[tuple[str, str], str] = {}

    def target(self, wanted: str, path: str) -> str:
        """The file that an import of ``wanted`` in ``path`` means; empty for a package, and for what is not there."""
        key = wanted, dirname(path)
        if key not in self._known:
            self._known[key] = self._find(wanted, path) if len(wanted) < 500 else ""
        return self._known[key]

    def file(self, stem: str) -> str:
        """The file of a path without its ending, or the index of the folder."""
        stem = normpath(stem).removeprefix("./") if stem not in ("", ".") else ""
        if stem.startswith(("../", "/")):
            return ""
        if stem in self.paths and stem.endswith(_ENDINGS):
            return stem
        for ending, others in _SWAPS.items():
            if stem.endswith(ending):
                for other in others:
                    if (found := stem.removesuffix(ending) + other) in self.paths:
                        return found
        tried = [stem + ending for ending in _ENDINGS] if stem else []
        tried += [join(stem, "index" + ending) for ending in _ENDINGS]
        return next((one for one in tried if one in self.paths), "")

    def _find(self, wanted: str, path: str) -> str:
        if wanted.startswith("."):
            return self.file(join(dirname(path), wanted))
        return self._aliased(wanted, path) or self._package(wanted) or self._guessed(wanted, path)

    def _aliased(self, wanted: str, path: str) -> str:
        """By the paths of the nearest tsconfig.json that has some, or by its base."""
        folder = dirname(path)
        while True:
            for name in ("tsconfig.json", "tsconfig.base.json", "jsconfig.json"):
                if (file := join(folder, name)) in self.paths and (found := self._by(self._config(file), wanted)):
                    return found
            if not folder:
                return ""
            folder = dirname(folder)

    def _by(self, config: tuple[str, dict[str, list[str]]], wanted: str) -> str:
        base, paths = config
        for pattern in sorted(paths, key=len, reverse=True):
            head, star, tail = pattern.partition("*")
            if wanted == pattern or (star and wanted.startswith(head) and wanted.endswith(tail)):
                inner = wanted[len(head) : len(wanted) - len(tail) or None] if star else ""
                for aim in paths[pattern]:
                    if found := self.file(join(base, aim.replace("*", inner))):
                        return found
        return self.file(join(base, wanted)) if paths.get("") is not None else ""

    def _config(self, file: str, depth: int = 0) -> tuple[str, dict[str, list[str]]]:
        if file in self._configs:
            return self._configs[file]
        self._configs[file] = dirname(file), {}
        said = loose(self._files[file])
        options = said.get("compilerOptions")
        options = options if isinstance(options, dict) else {}
        given, root = options.get("paths"), options.get("baseUrl")
        base = join(dirname(file), root) if isinstance(root, str) else dirname(file)
        paths = {
            key: [one for one in aims if isinstance(one, str)]
            for key, aims in (given if isinstance(given, dict) else {}).items() if isinstance(aims, list)
        }  # fmt: skip
        if isinstance(root, str):
            paths[""] = []
        above = said.get("extends")
        if not paths and isinstance(above, str) and above.startswith(".") and depth < _EXTENDED:
            wanted = normpath(join(dirname(file), above))
            wanted = wanted if wanted in self.paths else wanted + ".json"
            if wanted in self.paths:
                self._configs[file] = self._config(wanted, depth + 1)
                return self._configs[file]
        self._configs[file] = base, paths
        return self._configs[file]

    @cached_property
    def _configs(self) -> dict[str, tuple[str, dict[str, list[str]]]]:
        return {}

    def _package(self, wanted: str) -> str:
        """A package of the same repository: what its manifest names, its index, or a file below it."""
        parts = wanted.split("/")
        name = "/".join(parts[:2]) if wanted.startswith("@") else parts[0]
        rest = wanted[len(name) + 1 :]
        for folder in self._packages.get(name, ()):
            tried = [join(folder, rest), join(folder, "src", rest)]
            if not rest:
                entry = self._entry.get(folder, "")
                tried = [join(folder, entry)] if entry else []
                tried += [join(folder, "src"), folder, join(folder, "src", "main")]
            if found := next((file for one in tried if (file := self.file(one))), ""):
                return found
        return ""

    @cached_property
    def _entry(self) -> dict[str, str]:
        return {}

    @cached_property
    def _packages(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.paths:
            if basename(path) == "package.json" and "node_modules/" not in path:
                said = loose(self._files[path])
                if isinstance(name := said.get("name"), str):
                    found[name].append(dirname(path))
                    entry = said.get("source") or said.get("types") or said.get("main")
                    self._entry[dirname(path)] = entry if isinstance(entry, str) else ""
        return found

    def _guessed(self, wanted: str, path: str) -> str:
        """Without a tsconfig.json that says it: the alias is taken for the folder of sources that stands above."""
        alias = _ALIAS.match(wanted)
        if alias is None:
            return ""
        rest = wanted[alias.end() :]
        folder = dirname(path)
        while rest:
            for head in ("src", ""):
                if found := self.file(join(folder, head, rest)):
                    return found
            if not folder:
                return ""
            folder = dirname(folder)
        return ""


def loose(text: str) -> dict[str, "object"]:
    """A JSON object with comments and trailing commas; empty where it is none."""
    if len(text) > _LONGEST:
        return {}
    try:
        said = json.loads(_TRAILING.sub("", _COMMENTS.sub(lambda one: one[1] or " ", text)))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
