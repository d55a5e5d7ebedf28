"""New dependencies of a manifest, each with its class, and those that only moved or changed their major version."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.choices import LONGEST, Choice
from pytest_agentcompliance.parsing.manifests import Dependency, dependencies, is_manifest

__all__ = ["is_manifest", "names", "taken"]

INDIRECT = "another dependency brings it"
_USUAL = frozenset({"dependencies", "project.dependencies", "requirements", "packages", "require", "tool.poetry.dependencies"})
_EXACT = re.compile(r"[v=^~]{0,3}\s?(\d{1,6})(?:\.(\d{1,6}))?")


def names(text: str, path: str) -> frozenset[str]:
    """The names of all dependencies of a manifest, as their registry compares them."""
    return frozenset(one.key for one in dependencies(text, path))


def taken(before: str, after: str, path: str, own: frozenset[str]) -> Iterator[Choice]:
    """What head depends on and base did not; ``own`` are the names of the repository's packages.

    Another group or another major version is a lesser choice; a range that moved within it is none.
    """
    if len(after) > LONGEST:
        return
    old: dict[str, list[Dependency]] = {}
    for one in dependencies(before, path):
        old.setdefault(one.key, []).append(one)
    told: set[str] = set()
    for one in sorted(dependencies(after, path), key=lambda one: (one.development, one.line)):
        if one.key in told:
            continue
        told.add(one.key)
        there = old.get(one.key)
        if there is None:
            yield _new(one, path, own)
        elif one.group not in {was.group for was in there}:
            was = there[0]
            if was.development and not one.development:
                yield _choice(
                    one,
                    path,
                    f"a dependency moved from {was.group} to {one.group}",
                    "it was a dependency of the work on the package before",
                )
        elif (was := next(was for was in there if was.group == one.group)).requirement != one.requirement:
            low, high = _major(was.requirement), _major(one.requirement)
            if low and high and low != high and not one.internal:
                yield _choice(
                    one,
                    path,
                    f"a dependency whose major version changed, from {was.requirement[:40]} to {one.requirement[:40]}",
                    "it was there before, in another version",
                )


def _new(one: Dependency, path: str, own: frozenset[str]) -> Choice:
    group = "" if one.group in _USUAL else f" in {one.group[:60]}"
    minor = ""
    if one.internal or one.name in own:
        minor = "it is a package of this repository"
    elif one.name.startswith("@types/") or one.name.startswith("types-") or one.name.endswith("-stubs"):
        minor = "it holds types alone"
    elif one.group == "peerDependencies":
        minor = "whoever uses the package brings it"
    elif one.group == "indirect":
        minor, group = INDIRECT, ""
    return _choice(one, path, f"a new dependency{group}", minor)


def _choice(one: Dependency, path: str, what: str, minor: str) -> Choice:
    return Choice("dependency", one.name, path, one.line, what, () if one.package == one.name else (one.package,), minor=minor)


def _major(requirement: str) -> str:
    """What a change of counts as major: the first number that is not zero, of a range that begins with one."""
    found = _EXACT.search(requirement)
    if found is None:
        return ""
    return found[1] if found[1] != "0" or found[2] is None else f"0.{found[2]}"
