"""Whether TypeScript's compiler lets a value be ``any`` without a word: ``noImplicitAny``, or ``strict``, with what is extended."""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pytest_agentcompliance.parsing.checks_config import names

# The names by which a compiler finds its configuration; what these extend has any name.
GLOBS = ("tsconfig*.json", "**/tsconfig*.json", "jsconfig*.json", "**/jsconfig*.json")
_OWN = re.compile(r"(?:.*/)?[tj]sconfig[^/]*\.json")
_FILES = 20  # that one comes to
_MOST = 5  # files that one extends
_FLAGS = ("noImplicitAny", "strict")
_SILENT = ("noCheck", "suppressImplicitAnyIndexErrors")  # what makes the compiler say nothing of it
_EXTENDS = re.compile(r'"extends"\s*:')
# Published configurations that are all strict.
_STRICT = re.compile(r"@tsconfig/(?:strictest|recommended|node[\w-]*|next|bun|deno|vite-react|create-react-app|remix|nuxt)(?:/.*)?")
# Where a repository of many packages keeps the one that others extend.
_PACKAGES = ("packages", "tooling", "tools", "config", "configs", "libs", "internal")
_SHARED = ("tsconfig", "typescript-config", "ts-config", "typescript", "config")
Read = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Changed:
    """A configuration file at both ends; None where it is not there."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Setting:
    """What a configuration comes to. ``on`` is None where it hangs on a package; ``path`` and ``line`` are where it is said.

    ``silent``: where the compiler is told to say nothing of it.
    """

    on: bool | None
    path: str
    line: int
    shown: str
    silent: "Setting | None" = None


@dataclass(slots=True)
class _Said:
    """The flags as one file and what it extends say them, and whether a part of it is not known."""

    flags: dict[str, Setting] = field(default_factory=dict)
    unknown: bool = False


def setting(path: str, text: str, read: Read) -> Setting:
    """What one configuration says of implicit ``any``; ``read`` gives the text of another file of the repository. Never fails."""
    said = _said(path, text, read, {})
    silent = next((said.flags[flag] for flag in _SILENT if flag in said.flags and said.flags[flag].on is False), None)
    for flag in _FLAGS:
        if flag in said.flags:
            one = said.flags[flag]
            return Setting(one.on, one.path, one.line, one.shown, silent)
    return Setting(None if said.unknown else False, path, 1, "", silent)


def loosened(files: Sequence[Changed], base: Read, head: Read) -> Iterator[Setting]:
    """What lets implicit ``any`` through in configurations that changed, and did not at base.

    A new one is held against the one that is above it at base. One that extends another is told of where that one says it, if
    that one changed too, else where it extends it.
    """
    told = {one.path for one in files if one.before is not None and one.after is not None}
    for one in files:
        if one.after is None:
            continue
        if one.before is not None:
            was: Setting | None = setting(one.path, one.before, base)
        else:
            was = _above(one.path, base) if _OWN.fullmatch(one.path) else None
        if was is None or not was.on or was.silent is not None:
            continue
        now = setting(one.path, one.after, head)
        if now.on is False and (now.shown or one.before is not None):
            cause = now
        elif now.silent is not None:
            cause = now.silent
        else:
            continue
        if cause.path == one.path and cause.shown:
            yield cause
        elif cause.path == one.path or cause.path not in told or not _is_worse(cause.path, files, base, head):
            found = _EXTENDS.search(one.after)
            line = one.after.count("\n", 0, found.start()) + 1 if found is not None else 1
            yield Setting(False, one.path, line, cause.shown)


def _is_worse(path: str, files: Iterable[Changed], base: Read, head: Read) -> bool:
    """Whether a file that others extend got looser itself, and is told of."""
    one = next(one for one in files if one.path == path)
    was, now = setting(path, one.before or "", base), setting(path, one.after or "", head)
    return was.on is True and was.silent is None and (now.on is False or now.silent is not None)


def _above(path: str, read: Read) -> Setting | None:
    """The next configuration in the folder or above it."""
    folder = posixpath.dirname(path)
    while True:
        there = posixpath.join(folder, "tsconfig.json")
        if there != path and (text := read(there)) is not None:
            return setting(there, text, read)
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _said(path: str, text: str, read: Read, known: dict[str, _Said]) -> _Said:
    """The same of one file; ``known`` are those that were read, each once, however many extend it."""
    config = names.read(posixpath.join(posixpath.dirname(path), "tsconfig.json"), text)  # what is extended has any name
    known[path] = _Said(unknown=True)  # what extends itself is no configuration
    said = _Said(unknown=bool(config.unread))
    for written in config.extends[:_MOST]:  # a later one wins
        if _STRICT.fullmatch(written):
            said.flags["strict"] = Setting(True, path, 1, "")
            continue
        there = _extended(path, written, read)
        if there is None or len(known) > _FILES:
            said.unknown = True
            continue
        more = known[there[0]] if there[0] in known else _said(there[0], there[1], read, known)
        said.flags |= more.flags
        said.unknown = said.unknown or more.unknown
    for fact in config.facts:
        if fact.tool == "tsc" and fact.name in (*_FLAGS, *_SILENT) and not fact.implied:
            said.flags[fact.name] = Setting(fact.strength > 0, path, fact.line, fact.shown)
    known[path] = said
    return said


def _extended(path: str, written: str, read: Read) -> tuple[str, str] | None:
    """The file that ``extends`` names, in the repository: beside the one that says so, or of one of its packages."""
    if written.startswith("."):
        there = posixpath.normpath(posixpath.join(posixpath.dirname(path), written))
        places = [there if there.endswith(".json") else f"{there}.json"] if not there.startswith("..") else []
    else:
        places = list(_in_packages(written, read))
    return next(((place, text) for place in places if (text := read(place)) is not None), None)


def _in_packages(written: str, read: Read) -> Iterator[str]:
    parts = written.split("/")
    own = 2 if written.startswith("@") else 1
    package, rest = "/".join(parts[:own]), "/".join(parts[own:]) or "tsconfig.json"
    for folder in _PACKAGES:
        for name in dict.fromkeys((parts[own - 1], *_SHARED)) if len(parts) >= own else ():
            manifest = read(f"{folder}/{name}/package.json")
            if manifest is not None and re.search(rf'"name"\s*:\s*"{re.escape(package)}"', manifest):
                yield posixpath.normpath(f"{folder}/{name}/{rest if rest.endswith('.json') else f'{rest}.json'}")
                return
