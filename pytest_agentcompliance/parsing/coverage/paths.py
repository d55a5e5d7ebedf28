"""The names that reports give files, as paths of the tree: one way from name to path for the whole report, and no guess."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

DEEPEST = 40  # folders in a name that are looked at
ALIKE = 64  # paths that end alike, from which on the end tells nothing
TRIED = 200_000  # names below sources that are looked for
ROUNDS = 12  # ways from names to paths that one report may need: a root for each of several modules
_DRIVE = re.compile(r"^(?:file:/{2,3})?(?:[A-Za-z]:(?=/))?")

SOURCE = "<source>"
Way = tuple[str, str]  # what is taken from the front of a name, or that a source is put there, and what is put there


def places(names: list[str], report: str, known: frozenset[str], sources: Iterable[str] = ()) -> dict[str, str]:
    """The path of each name that has one. ``report`` is where the report itself lies, ``sources`` are the folders that it names.

    A way is taken for all names that it leads to a path: the one that does so for most, of equal ones the one by the
    report's own folders, then the one that keeps most of the names. A name that two ways lead elsewhere has none.
    """
    if not known:
        return {name: tidy for name in names if (tidy := _tidy(name)) and not tidy.startswith(("/", ".."))}
    tails = _tails(known)
    folders = _folders(report)
    roots = list(dict.fromkeys(_tidy(one) for one in sources))[: max(1, TRIED // max(1, len(names)))]
    found: dict[str, str] = {}
    left = {name: dict(_ways(_tidy(name), folders, roots, known, tails)) for name in names}
    for number in range(ROUNDS):
        votes = Counter(way for ways in left.values() for way in ways)
        if not votes:
            break
        best = min(votes, key=lambda way: (-votes[way], *_rank(way, folders)))
        tie = votes[best], _rank(best, folders)
        rivals = [way for way in votes if way != best and (votes[way], _rank(way, folders)) == tie]
        for name in [name for name, ways in left.items() if best in ways]:
            ways = left.pop(name)
            place = ways[best]
            if any(ways.get(rival, place) != place for rival in rivals):
                continue  # ambiguous
            # After the first way a name that ends like a file of the root need not be that file.
            if number == 0 or "/" in place or best[0] == "":
                found[name] = place
    return found


def _rank(way: Way, folders: list[str]) -> tuple[int, int]:
    """How near a way is: by the report's own folders first, the deepest of them; then the one that takes least off.

    Folders that are put before a name are all equally near: which of two is meant, only the other names tell.
    """
    off, on = way
    if not off and on.rstrip("/") in folders:
        return 0, folders.index(on.rstrip("/"))
    return (1, off.count("/")) if off else (2, 0)


def _ways(
    name: str, folders: list[str], sources: list[str], known: frozenset[str], tails: dict[str, list[str]]
) -> Iterator[tuple[Way, str]]:
    """The ways that lead from a name to a path of the tree, each with that path."""
    if not name or "\n" in name:
        return
    for way, path in _straight(name, folders, known):
        yield way, path
    if not name.startswith("/"):
        for source in sources:
            for (off, on), path in _straight(_tidy(f"{source}/{name}"), folders, known):
                if not on and source.startswith(off) and len(path) > len(name):
                    yield (SOURCE, path[: len(path) - len(name)]), path
        for path in _ending(name, tails):
            yield ("", path[: len(path) - len(name)]), path


def _straight(name: str, folders: list[str], known: frozenset[str]) -> Iterator[tuple[Way, str]]:
    if not name.startswith("/"):
        for folder in folders:
            path = _tidy(f"{folder}/{name}") if folder else name
            if path in known:
                yield ("", f"{folder}/" if folder else ""), path
    parts = name.split("/")
    for cut in range(1, min(len(parts), DEEPEST)):
        path = "/".join(parts[cut:])
        if path in known and not _is_installed(parts[:cut]):
            yield ("/".join(parts[:cut]) + "/", ""), path


def _is_installed(parts: list[str]) -> bool:
    """Whether a name leads into other people's code, which only ends as a file of the tree does."""
    return "node_modules" in parts or "dist-packages" in parts


def _ending(name: str, tails: dict[str, list[str]]) -> list[str]:
    """The paths of the tree that end with a name."""
    parts = name.rsplit("/", 2)
    there = tails.get("/".join(parts[-2:]), [])
    return [path for path in there if path.endswith("/" + name)] if len(there) <= ALIKE else []


@lru_cache(maxsize=2)  # a run leaves several reports
def _tails(known: frozenset[str]) -> dict[str, list[str]]:
    """Paths by their last name, and by their last two."""
    found: dict[str, list[str]] = {}
    for path in sorted(known):
        parts = path.rsplit("/", 2)
        found.setdefault(parts[-1], []).append(path)
        if len(parts) > 1:
            found.setdefault("/".join(parts[-2:]), []).append(path)
    return found


def _folders(report: str) -> list[str]:
    """The folders above a report of the tree, the deepest first; only the root where it lies outside."""
    if report.startswith(("/", "..")):
        return [""]
    parts = report.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(len(parts), -1, -1)]


def _tidy(name: str) -> str:
    """A name with slashes, without drive and dots; empty where it leads nowhere."""
    name = _DRIVE.sub("", name.strip().replace("\\", "/"), count=1)
    front = "/" if name.startswith("/") else ""
    parts: list[str] = []
    for part in name.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part and part != ".":
            parts.append(part)
    return front + "/".join(parts)
