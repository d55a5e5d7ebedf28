"""The dependencies that a change adds, and how firmly each is fixed."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pytest_agentcompliance.parsing.manifests import Dependency, dependencies, ecosystem_of

Pin = Literal["exact", "tagged", "bounded", "open", "source"]

_RANGE = re.compile(r"[=<>!~;@(,\[]|--|$")  # what may follow a name in a file of requirements
_COMMIT = re.compile(r"[@#](?:[0-9a-f]{7,40}|sha(?:1|256)[:=][0-9a-f]{20,64})(?![0-9A-Za-z])|--hash=")
_TAG = re.compile(r"[@#](?:semver:|tag=|refs/tags/)?v?\d[\w.+-]{0,60}$")
_ARCHIVE = re.compile(r"\.(?:tgz|tar\.\w{2,3}|zip|whl)(?:$|[#?])")
_MOVING = re.compile(r"(?i)[/_.@-](?:latest|main|master|head|develop|trunk|nightly)(?=[/_.-]|$)")  # an archive of what is newest
_ELSEWHERE = re.compile(
    r"@?\s*(?:git\b|git\+|git@|https?:|ssh:|url:|github:|gitlab:|bitbucket:|gist:)"
    r"|[A-Za-z0-9][\w-]{0,60}/[\w.-]{1,100}(?:#|$)"
)
_EXACT = re.compile(r"(?:={1,3}|v)?\s?\d{1,10}(?:\.\d{1,10}){1,4}[\w.+!-]{0,60}")
_OWN = re.compile(r"^name[ \t]*=[ \t]*[\"']([\w.-]{1,200})[\"']", re.MULTILINE)
_WORD = re.compile(r"[a-zA-Z][\w.-]{0,60}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest at both ends; a text is empty where it was not there."""

    path: str
    before: str
    after: str


def added(manifests: Iterable[Manifest]) -> Iterator[tuple[str, Dependency]]:
    """The dependencies that manifests have now and did not have, each with its path; one that moved between them is not new.

    Packages of the same repository, peers, what another dependency brings, and what only builds a package are left out.
    """
    new: list[tuple[str, Dependency]] = []
    gone: Counter[tuple[str, str]] = Counter()
    for one in manifests:
        old, now = _read(one.before, one.path), _read(one.after, one.path)
        had, has = {dep.key for dep in old}, {dep.key for dep in now}
        gone.update((dep.ecosystem, dep.key) for dep in {dep.key: dep for dep in old if dep.key not in has}.values())
        told: set[str] = {_own_name(one.after)} if one.path.endswith("pyproject.toml") else set()
        for dep in now:
            if dep.key not in had and dep.key not in told and not dep.internal and not _is_lent(dep):
                told.add(dep.key)
                new.append((one.path, dep))
    for path, dep in new:
        if gone[dep.ecosystem, dep.key] > 0:
            gone[dep.ecosystem, dep.key] -= 1
        else:
            yield path, dep


def _own_name(text: str) -> str:
    """What a project is called, as its registry compares it: its extras may ask for one another."""
    found = _OWN.search(text)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""


def _is_lent(dep: Dependency) -> bool:
    return dep.group in ("peerDependencies", "indirect") or dep.group.startswith("build-system") or dep.group == "setup_requires"


def _read(text: str, path: str) -> tuple[Dependency, ...]:
    found = dependencies(text, path) if text else ()
    if path.lower().endswith((".txt", ".in")):  # a sentence in a file of that name is no requirement
        return tuple(one for one in found if _RANGE.match(one.requirement))
    return found


def pin(dep: Dependency) -> Pin:
    """How firmly a manifest fixes a dependency by itself.

    exact: one version or commit; tagged: a tag of a repository; bounded: a range with an end; open: any version, or any from
    one on; source: a repository or a branch of it.
    """
    said = dep.requirement.partition(";")[0].strip() if dep.ecosystem == "python" else dep.requirement.strip()
    if said.startswith("npm:"):
        said = said[4:].rpartition("@")[2] if "@" in said[5:] else ""
    if dep.internal or said.startswith("catalog:") or dep.ecosystem == "go" or "--hash=" in dep.requirement:
        return "exact"
    if _ELSEWHERE.match(said):
        bare = said.partition("#egg=")[0]
        archive = _ARCHIVE.search(bare) and not _MOVING.search(bare)
        return "exact" if _COMMIT.search(bare) or archive else "tagged" if _TAG.search(bare) else "source"
    return _of_range(said.strip("\"'() "), dep)


def _of_range(said: str, dep: Dependency) -> Pin:
    if said in ("", "*", "x", "X") or (_WORD.fullmatch(said) and not re.match(r"v?\d", said)):
        return "open"  # any version, or a tag of the registry such as latest
    if dep.ecosystem == "python" and not dep.group.startswith("tool.poetry"):
        if re.search(r"={2,3}\s?[^*,]{1,60}(?:$|,)", said):
            return "exact"
    elif dep.ecosystem == "rust":
        if said.startswith("=") and "," not in said:
            return "exact"
        return "open" if said.startswith(">") and "<" not in said else "bounded"
    elif _EXACT.fullmatch(said.removeprefix("==")) and "*" not in said and ".x" not in said:
        return "exact"
    if said.startswith(("dev-", ">")) and "<" not in said and "||" not in said and "|" not in said:
        return "open"
    return "open" if re.fullmatch(r"!=.{1,60}", said) else "bounded"


def is_read(path: str) -> bool:
    """Whether a manifest of this name is read."""
    return ecosystem_of(path) is not None
