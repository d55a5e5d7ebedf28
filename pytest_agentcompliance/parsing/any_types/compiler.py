"""Whether TypeScript's compiler lets a value be ``any`` without a word: ``noImplicitAny``, or ``strict``, with what is extended."""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass

from pytest_agentcompliance.parsing.checks_config import names

GLOBS = ("tsconfig*.json", "**/tsconfig*.json")
_DEEPEST = 6
_MOST = 5  # files that one extends
_FLAGS = ("noImplicitAny", "strict")
Read = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a configuration comes to. ``on`` is None where it hangs on a package; ``path`` and ``line`` are where it is said."""

    on: bool | None
    path: str
    line: int
    shown: str


def setting(path: str, text: str, read: Read) -> Setting:
    """What one tsconfig says of implicit ``any``; ``read`` gives the text of another file of the repository. Never fails."""
    said, open_end = _flags(path, text, read, 0)
    for flag in _FLAGS:
        if flag in said:
            return said[flag]
    return Setting(None if open_end else False, path, 1, "")


def loosened(path: str, before: str | None, after: str, base: Read, head: Read) -> Setting | None:
    """What lets implicit ``any`` through in a tsconfig that changed, and did not at base: ``before`` is None for one that is new.

    A new one is held against the one that is above it at base.
    """
    now = setting(path, after, head)
    if now.on is not False:
        return None
    if before is not None:
        return now if setting(path, before, base).on and now.path == path else None
    if not now.shown:
        return None
    return now if now.path == path and _above(path, base) else None


def _above(path: str, read: Read) -> bool:
    """Whether the next tsconfig.json in the folder or above it forbids implicit ``any``."""
    folder = posixpath.dirname(path)
    while True:
        there = posixpath.join(folder, "tsconfig.json")
        if there != path and (text := read(there)) is not None:
            return setting(there, text, read).on is True
        if not folder:
            return False
        folder = posixpath.dirname(folder)


def _flags(path: str, text: str, read: Read, depth: int) -> tuple[dict[str, Setting], bool]:
    """The two flags as one file and what it extends say them, and whether a part of it is not known."""
    config = names.read(posixpath.join(posixpath.dirname(path), "tsconfig.json"), text)  # what is extended has any name
    said: dict[str, Setting] = {}
    open_end = bool(config.unread)
    for written in config.extends[:_MOST]:  # a later one wins
        there = posixpath.normpath(posixpath.join(posixpath.dirname(path), written))
        found = None
        if written.startswith(".") and depth < _DEEPEST and not there.startswith(".."):
            found = (there, read(there)) if there.endswith(".json") else (f"{there}.json", read(f"{there}.json"))
        if found is None or found[1] is None:
            open_end = True
            continue
        more, unknown = _flags(found[0], found[1], read, depth + 1)
        said |= more
        open_end = open_end or unknown
    for fact in config.facts:
        if fact.tool == "tsc" and fact.name in _FLAGS and not fact.implied:
            said[fact.name] = Setting(fact.strength > 0, path, fact.line, fact.shown)
    return said, open_end
