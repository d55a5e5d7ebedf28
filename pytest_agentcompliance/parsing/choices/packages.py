"""New packages of the repository: a manifest with a name where base has none."""

import re
from collections.abc import Iterator
from posixpath import basename, dirname

from pytest_agentcompliance.parsing.choices import LONGEST, Choice
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.manifests import keys

_MODULE = late(r"^module[ \t]+(\S{1,200})", re.MULTILINE)
_SETUP = late(r"\bname\s{0,5}=\s{0,5}[\"']([A-Za-z0-9][\w.-]{0,200})")
_TABLES = (("project", "name"), ("tool", "poetry", "name"), ("package", "name"))
_MANIFESTS = ("package.json", "pyproject.toml", "go.mod", "Cargo.toml", "setup.py", "project.json")


def is_for(path: str) -> bool:
    """Whether a file of this name is a package's manifest."""
    return basename(path) in _MANIFESTS


def taken(text: str, path: str) -> Choice | None:
    """The package that a new manifest makes; None for one without a name, and for the root's."""
    folder = dirname(path)
    if not folder:
        return None
    name, line = _named(text, path)
    return Choice("package", name, path, line, "a package of the repository", tuple(_aliases(name, folder))) if name else None


def name_in(text: str, path: str) -> str:
    """The name that a manifest gives its package; empty for one without."""
    return _named(text, path)[0]


def _named(text: str, path: str) -> tuple[str, int]:
    """The name and its line."""
    name = basename(path)
    if len(text) > LONGEST:
        return "", 0
    if name.endswith(".json"):
        return next(((one.text[:200], one.line) for one in keys.of_json(text) if one.path == ("name",)), ("", 0))
    if name.endswith(".toml"):
        return next(((one.text[:200], one.line) for one in keys.of_toml(text) if one.path in _TABLES), ("", 0))
    found = (_MODULE if name == "go.mod" else _SETUP).search(text)
    return (found[1], text.count("\n", 0, found.start(1)) + 1) if found else ("", 0)


def _aliases(name: str, folder: str) -> Iterator[str]:
    yield folder
    if "/" in folder:
        yield f"{basename(dirname(folder))}/{basename(folder)}"
    short = name.rpartition("/")[2]
    if "-" in short or "_" in short:
        yield short
    if basename(folder) != short and re.search("[-_]", basename(folder)):
        yield basename(folder)
