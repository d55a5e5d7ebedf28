"""Which packages a filter of pnpm, turbo, npm, yarn or Nx selects: names, globs, paths, and what depends on what."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from pytest_agentcompliance.parsing.packages import Package, Packages

LONGEST = 200  # characters of a filter that are read

_RANGE = re.compile(r"\[[^\[\]]*\]")


def selected(package: Package, filters: Iterable[str], packages: Packages) -> bool:
    """Whether the filters select a package: one of them takes it in, and none takes it out."""
    kept = [one.strip("'\" ")[:LONGEST] for one in filters]
    out = [one[1:] for one in kept if one.startswith("!")]
    into = [one for one in kept if one and not one.startswith("!")]
    if any(_one(package, one, packages) for one in out):
        return False
    return not into or any(_one(package, one, packages) for one in into)


def _one(package: Package, written: str, packages: Packages) -> bool:
    core = _RANGE.sub("", written)
    if core != written and not core.strip(".^{}"):
        return True  # what changed since a commit: the run's own packages
    dependents, dependencies = core.startswith("..."), core.endswith("...")
    core = core.removeprefix("...").removesuffix("...")
    others = "^" in (core[:1], core[-1:])
    core = core.strip("^{}")
    if not core:
        return True
    if not others and _is(package, core):
        return True
    if not (dependents or dependencies):
        return False
    exact = packages.by_name.get(core)
    chosen = [exact] if exact else [one for one in packages.by_name.values() if one != package and _is(one, core)]
    return any(
        (dependencies and packages.depends(one, package)) or (dependents and packages.depends(package, one))
        for one in chosen[:50]
        if one != package
    )


def _is(package: Package, core: str) -> bool:
    if core in package.names:
        return True
    path = core.removeprefix("./").rstrip("/")
    if path in (".", ""):
        return True  # from the root, or from the package that it stood in
    if path == package.folder or package.folder.startswith(path + "/"):
        return "/" in core or core.startswith(".")
    if "*" not in core:
        return core.startswith(("/", "~", "..")) and bool(package.folder) and f"/{core}".endswith("/" + package.folder)
    return any(fnmatchcase(name, core) for name in package.names) or fnmatchcase(package.folder, path)
