"""Imports of files beside a file, in scripts and in Python: what they name, and whether it is there."""

import re
from collections.abc import Collection, Iterator
from posixpath import normpath

SCRIPTS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
PYTHON = (".py",)
_TRIED = (".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".node", ".vue", ".svelte")
_AS_WRITTEN = {".js": (".ts", ".tsx", ".d.ts", ".jsx"), ".jsx": (".tsx",), ".mjs": (".mts", ".d.mts"), ".cjs": (".cts", ".d.cts")}
# At the start of a line alone: what is written deeper may be tried, or is a text.
_SCRIPT = re.compile(
    r"(?:(?:import|export)\b[^'\"`;\n]{0,400}\bfrom\s{0,4}|import\s{0,4}|\}\s{0,4}from\s{0,4}"
    r"|(?:const|let|var)\b[^'\"`;=\n]{0,400}=\s{0,4}require\(\s{0,4})(['\"])(?P<name>\.{1,2}/[^'\"\n]{0,300}|\.{1,2})\1"
)
_PYTHON = re.compile(r"from\s{1,4}(?P<dots>\.{1,9})(?P<name>[A-Za-z_][\w.]{0,200})\s{1,4}import\b")
_MADE = re.compile(
    r"(?i)generated|\.gen(?:\.|$)|(?:^|[/._])(?:_?version|build_?info)$|_pb2(?:_grpc)?$|(?:^|/)(?:dist|build|out|\.next)/"
)


def named(line: str, path: str) -> str:
    """The module beside it that a line imports, as it is written; empty where it is no such import."""
    low = path.lower()
    if low.endswith(SCRIPTS):
        script = _SCRIPT.match(line)
        return script["name"] if script else ""
    python = _PYTHON.match(line) if low.endswith(PYTHON) else None
    return python["dots"] + python["name"] if python else ""


def place(path: str, written: str) -> str:
    """Where a module lies that a file names, from the root, without an ending."""
    if not path.lower().endswith(PYTHON):
        return _joined(path, written.partition("?")[0])
    name = written.lstrip(".")
    return _joined(path, "../" * (len(written) - len(name) - 1) + name.replace(".", "/"))


def is_made(at: str) -> bool:
    """Whether a place is one that a tool fills."""
    return _MADE.search(at) is not None


def leads(path: str, at: str, there: Collection[str], folders: Collection[str]) -> bool:
    """Whether a place that a file imports from is there, or may be made by a tool: in a folder of which nothing is kept."""
    if is_made(at) or at.startswith("../"):
        return True
    if at.rpartition("/")[0] not in folders:
        return True
    return any(one in there for one in _candidates(path, at)) or (path.lower().endswith(PYTHON) and at in folders)


def _candidates(path: str, at: str) -> Iterator[str]:
    if path.lower().endswith(PYTHON):
        yield from (f"{at}.py", f"{at}.pyi", f"{at}/__init__.py", f"{at}.pyx", f"{at}.so")
        return
    yield at
    yield from (f"{at}{ending}" for ending in _TRIED)
    yield from (f"{at}/index{ending}" for ending in _TRIED)
    yield f"{at}/package.json"
    stem, dot, ending = at.rpartition(".")
    yield from (f"{stem}{other}" for other in _AS_WRITTEN.get(dot + ending, ()))


def _joined(path: str, written: str) -> str:
    return normpath(f"{path.rpartition('/')[0]}/{written}" if "/" in path else written)
