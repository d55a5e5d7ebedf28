"""Lock files: which of them fix what a manifest asks for, and whether one holds a package."""

import re
from collections.abc import Callable, Iterator
from posixpath import basename, dirname

from pytest_agentcompliance.parsing.globs import matches, usable
from pytest_agentcompliance.parsing.manifests import Dependency, Ecosystem
from pytest_agentcompliance.parsing.manifests.keys import of_json
from pytest_agentcompliance.parsing.packages import folders

LONGEST_LIST = 200_000  # characters of a file that lists the packages of a workspace
MOST = 200  # of them
LONGEST = 60_000_000  # bytes of a lock file in which a name is looked for

_RUSH = "common/config/rush/pnpm-lock.yaml"
_ROW = re.compile(r"^[ \t]*-[ \t]*[\"']?([^\"'#\n]{1,200}?)[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)
_LOCKS: dict[Ecosystem, tuple[str, ...]] = {
    "node": (
        "pnpm-lock.yaml", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "bun.lock", "bun.lockb", "deno.lock",
        _RUSH,
    ),
    "python": (
        "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "pixi.lock", "conda-lock.yml", "requirements.lock",
    ),
    "go": ("go.sum",),
    "rust": ("Cargo.lock",),
    "ruby": ("Gemfile.lock", "gems.locked"),
    "php": ("composer.lock",),
}  # fmt: skip
# What makes a folder the root of a workspace: a file of this name with this in it.
_WORKSPACES: dict[Ecosystem, tuple[tuple[str, str], ...]] = {
    "node": (("pnpm-workspace.yaml", ""), ("package.json", '"workspaces"'), ("lerna.json", ""), ("rush.json", "")),
    "python": (("pyproject.toml", "[tool.uv.workspace"), ("pyproject.toml", "[tool.rye.workspace")),
    "rust": (("Cargo.toml", "[workspace"),),
}
# Files of requirements that are compiled from another manifest, and so lock it.
_COMPILED = ("requirements.txt", "requirements-dev.txt", "requirements/base.txt", "requirements/prod.txt", "constraints.txt")
# Those that say nothing of who asks for a package: one more that asks for the same range leaves them as they are.
_FLAT = frozenset({"yarn.lock", "bun.lockb", "deno.lock", "go.sum", "requirements.txt", "constraints.txt"})


def candidates(path: str, dep: Dependency) -> Iterator[tuple[str, ...]]:
    """The lock files that may fix a dependency of a manifest, folder by folder, the nearest first."""
    name = basename(path).lower()
    compiled = name in ("pyproject.toml", "setup.py", "setup.cfg")
    for folder in folders(path):
        names = (*_LOCKS[dep.ecosystem], *(_COMPILED if compiled else ()))
        own = (path.removesuffix(".in") + ".txt",) if name.endswith(".in") else ()
        yield (*own, *(f"{folder}/{one}" if folder else one for one in names))


def binding(path: str, dep: Dependency, read: Callable[[str], str | None]) -> tuple[str, ...]:
    """The lock files that fix what a manifest asks for, the nearest first: those beside it, and those of workspaces above it.

    ``read`` gives the text of a path, None where nothing lies there, and is asked of lock files whether they are there alone.
    """
    found: list[str] = []
    for names in candidates(path, dep):
        here = [one for one in names if one != path and read(one) is not None]
        beside = bool(here) and (dirname(here[0]) == dirname(path) or path.endswith(".in"))
        if beside or (here and _is_workspace(here[0], path, dep.ecosystem, read)):
            found += here
    return tuple(found)


def _is_workspace(lock: str, path: str, ecosystem: Ecosystem, read: Callable[[str], str | None]) -> bool:
    """Whether a lock file lies at the root of a workspace to which the package of a manifest belongs."""
    folder = dirname(lock) if not lock.endswith(_RUSH) else lock.removesuffix(_RUSH).rstrip("/")
    told = False
    for name, sign in _WORKSPACES.get(ecosystem, ()):
        text = read(f"{folder}/{name}" if folder else name)
        if text is None or sign not in text:
            continue
        told = True
        if ecosystem != "node" or (members := _members(name, text)) is None:
            return True
        within = path.removeprefix(f"{folder}/") if folder else path
        if matches(within, members):
            return True
    return told and ecosystem != "node"


def _members(name: str, text: str) -> tuple[str, ...] | None:
    """The manifests of a workspace of Node's as globs; None where its file does not list them."""
    if name == "pnpm-workspace.yaml":
        listed = re.split(r"^packages:", text[:LONGEST_LIST], maxsplit=1, flags=re.MULTILINE)[1:]
        found = _ROW.findall(re.split(r"^\w", listed[0], maxsplit=1, flags=re.MULTILINE)[0]) if listed else []
    elif name in ("package.json", "lerna.json"):
        lists = (("workspaces",), ("workspaces", "packages"), ("packages",))
        found = [one.text for one in of_json(text[:LONGEST_LIST]) if one.path in lists]
    else:
        return None
    globs = (f"{'!' * one.startswith('!')}/{one.lstrip('!').removeprefix('./').strip('/')}/package.json" for one in found[:MOST])
    return tuple(one for one in globs if usable(one)) or None


def is_flat(path: str) -> bool:
    """Whether a lock file may hold a new dependency without having been changed."""
    return basename(path) in _FLAT


def holds(data: bytes, dep: Dependency) -> bool:
    """Whether a lock file names a package."""
    if len(data) > LONGEST:
        return True
    names = {dep.name, dep.package} if dep.ecosystem == "node" else {dep.name}
    if dep.ecosystem != "python":
        return any(one.encode("utf-8", "surrogateescape") in data for one in names)
    written = rb"[-_.]".join(re.escape(part.encode("utf-8", "surrogateescape")) for part in re.split(r"[-_.]+", dep.name))
    return re.search(rb"(?i)(?<![\w-])" + written + rb"(?![\w-])", data) is not None
