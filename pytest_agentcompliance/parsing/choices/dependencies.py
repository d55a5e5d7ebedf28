"""New dependencies of a manifest, each with its class, and those that only moved or changed their major version."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing import manifests
from pytest_agentcompliance.parsing.choices import LONGEST, Choice, lines
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.manifests import Dependency, dependencies, is_manifest
from pytest_agentcompliance.parsing.manifests.keys import Text, of_json

__all__ = ["is_for", "is_manifest", "names", "taken"]

INDIRECT = "another dependency brings it"
_USUAL = frozenset({"dependencies", "project.dependencies", "requirements", "packages", "require", "tool.poetry.dependencies"})
_PINNED = late(
    r"[ \t]*[A-Za-z0-9][\w.-]{0,100}[ \t]*(?:\[[^\]\n]{0,100}\])?[ \t]*(?:[=~<>!]=|[<>]|===)[ \t]*[\w.*!+-]{1,60}[^\n]{0,300}"
)
_RANGE = late(r"[=<>!~;@(,\[]|--|$")  # what may follow a name in a file of requirements
# Where a package comes from that its registry does not give: a repository of git, an archive.
_ELSEWHERE = late(
    r"(?:git\b|git\+|git@|https?:|ssh:|(?:github|gitlab|bitbucket|gist):|[A-Za-z0-9][\w-]{0,60}/[\w.-]{1,100}(?:#|$)|@\s*(?:git\+|https?:))"
)
_REPLACED = late(
    r"""^[ \t]+["']?(@?[\w./@>^~-]{1,200}?)["']?[ \t]*:[ \t]*["']?((?:npm:|git|https?:)[^\s"'#]{1,300})""", re.MULTILINE
)
_ARCHIVE = late(r"\.(?:tgz|tar\.\w{2,3}|zip|whl)$")
_OVERRIDES = frozenset({("overrides",), ("resolutions",), ("pnpm", "overrides")})
_EXACT = late(r"[v=^~]{0,3}\s?(\d{1,6})(?:\.(\d{1,6}))?")


def is_for(path: str, text: str = "") -> bool:
    """Whether a file is a manifest: by its name, or because each of its lines pins a package."""
    return is_manifest(path) or path.endswith("pnpm-workspace.yaml") or _is_pinned(path, text)


def _is_pinned(path: str, text: str) -> bool:
    """Whether a text file of any name holds nothing but packages of Python with their versions."""
    if not path.lower().endswith((".txt", ".in")) or is_manifest(path):
        return False
    rows = [row for row in text[:100_000].split("\n") if row.strip() and not row.lstrip().startswith(("#", "-", "\\"))]
    return bool(rows) and all(_PINNED.fullmatch(row.rstrip("\r")) for row in rows)


def _read(text: str, path: str) -> tuple[Dependency, ...]:
    if path.endswith("pnpm-workspace.yaml"):
        return ()
    if _is_pinned(path, text):
        return dependencies(text, "requirements.txt")
    found = dependencies(text, path)
    if path.lower().endswith((".txt", ".in")):  # a sentence in a file of that name is no requirement
        return tuple(one for one in found if _RANGE.match(one.requirement))
    return found


def refusal(text: str, path: str) -> str:
    """Which bound keeps a manifest from being read whole; empty where none does."""
    return manifests.refusal(text, "requirements.txt" if _is_pinned(path, text) else path)


def names(text: str, path: str) -> frozenset[str]:
    """The names of all dependencies of a manifest, as their registry compares them."""
    return frozenset(one.key for one in _read(text, path))


def taken(before: str, after: str, path: str, own: frozenset[str]) -> Iterator[Choice]:
    """What head depends on and base did not; ``own`` are the names of the repository's packages.

    Another group or another major version is a lesser choice; a range that moved within it is none.
    """
    if len(after) > LONGEST:
        return
    old: dict[str, list[Dependency]] = {}
    for one in _read(before, path):
        old.setdefault(one.key, []).append(one)
    yield from _replacements(before, after, path)
    told: set[str] = set()
    for one in sorted(_read(after, path), key=lambda one: (one.development, one.line)):
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
            if one.package not in (one.name, was.package):
                yield _choice(one, path, f"a dependency that became another package, {one.package[:100]}", "", one.package)
                continue
            if _ELSEWHERE.match(one.requirement) and not _ELSEWHERE.match(was.requirement):
                yield _choice(one, path, f"where {one.name} comes from now", "", _source(one.requirement))
                continue
            low, high = _major(was.requirement), _major(one.requirement)
            if low and high and low != high and not one.internal:
                yield _choice(
                    one,
                    path,
                    f"a dependency whose major version changed, from {was.requirement[:40]} to {one.requirement[:40]}",
                    "it was there before, in another version",
                )


def _replacements(before: str, after: str, path: str) -> Iterator[Choice]:
    """Packages that overrides, resolutions and catalogs put in the place of others; versions of the same are none."""
    if path.endswith("package.json") and any(f'"{group[-1]}"' in after for group in _OVERRIDES):
        old, new = ({(one.path, one.text): one.line for one in _overridden(text)} for text in (before, after))
        found = [(keys[-1], what, line) for (keys, what), line in new.items() if (keys, what) not in old]
    elif path.endswith("pnpm-workspace.yaml"):
        there = {(one[1], one[2]) for one in _REPLACED.finditer(before)}
        lines_of = lines(after)
        found = [(one[1], one[2], lines_of(one.start(1))) for one in _REPLACED.finditer(after) if (one[1], one[2]) not in there]
    else:
        return
    for name, what, line in found:
        package = (what[4:].rpartition("@")[0] or what[4:]) if what.startswith("npm:") else ""
        if package and package != name:
            yield Choice("dependency", package, path, line, f"a dependency that takes the place of {name[:100]}")
        elif not package and _ELSEWHERE.match(what):
            yield Choice("dependency", _source(what), path, line, f"where {name[:100]} comes from now")


def _source(requirement: str) -> str:
    """The repository or archive that a requirement names: owner/name of one of git."""
    path = requirement.removeprefix("@").strip().partition("#")[0].partition("?")[0].removesuffix(".git")
    if _ARCHIVE.search(path):
        return path[:200]
    return "/".join(re.split(r"[/:@]", path)[-2:])[:200]


def _overridden(text: str) -> Iterator[Text]:
    return (
        one
        for one in of_json(text)
        if one.quoted and (one.path[:1] in _OVERRIDES or one.path[:2] in _OVERRIDES) and len(one.path) > 1
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


def _choice(one: Dependency, path: str, what: str, minor: str, name: str = "") -> Choice:
    aliases = () if one.package == one.name or name else (one.package,)
    return Choice("dependency", name or one.name, path, one.line, what, aliases, minor=minor)


def _major(requirement: str) -> str:
    """What a change of counts as major: the first number that is not zero, of a range that begins with one."""
    found = _EXACT.search(requirement)
    if found is None:
        return ""
    return found[1] if found[1] != "0" or found[2] is None else f"0.{found[2]}"
