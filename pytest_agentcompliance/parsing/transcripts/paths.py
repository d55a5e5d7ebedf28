"""Paths of the machine on which a session ran into paths of the repository."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from posixpath import normpath

DRIVE = re.compile(r"/?([A-Za-z]):[/\\]")
SAMPLE = 4000  # paths by which the root is found
DEEPEST = 40  # folders of a path that is looked at for it


def slashed(path: str) -> str:
    """A path with ``/`` between its parts, whichever system wrote it: ``C:\\a\\b`` is ``c:/a/b``."""
    path = path.removeprefix("file://")
    if found := DRIVE.match(path):
        return f"{found[1].lower()}:/{path[found.end() :]}".replace("\\", "/")
    if path.startswith("\\\\"):
        return path.replace("\\", "/")
    return path


def is_absolute(path: str) -> bool:
    return path.startswith("/") or bool(DRIVE.match(path))


def absolute(path: str, folder: str) -> str:
    """A path from the folder in which it was written; relative still where no folder is known."""
    path = slashed(path)
    if is_absolute(path) or path.startswith("~"):
        return normpath(path) if path else ""
    if not folder:
        return normpath(path.replace("\\", "/")) if path else ""
    return normpath(f"{slashed(folder)}/{path}".replace("\\", "/"))


def relative(path: str, folder: str, root: str) -> str:
    """A path from the root of the repository on; as written where it lies outside of it, or where that cannot be told."""
    full = absolute(path, folder)
    if not is_absolute(full):
        return full if full and not full.startswith(("../", "~")) and full != ".." else path
    if root and (full == root or full.startswith(root.rstrip("/") + "/")):
        return full[len(root.rstrip("/")) + 1 :]
    return path


def root(folders: Iterable[str], paths: Iterable[tuple[str, str]], known: Callable[[str], bool]) -> str:
    """Where the repository lay on that machine: the folder from which most paths (each with its folder) are ``known`` ones.

    Where none is, it is the first of ``folders`` that the session was in.
    """
    stood = [normpath(slashed(folder)) for folder in folders if is_absolute(slashed(folder))]
    seen = list({absolute(path, folder): None for path, folder in paths})[:SAMPLE]
    places = Counter(above for full in {*seen, *stood} if is_absolute(full) for above in _above(full))
    votes: dict[str, int] = {}
    for place in sorted(places, key=lambda one: (-places[one], one))[:200]:
        cut = len(place.rstrip("/")) + 1
        votes[place] = sum(1 for full in seen if len(full) > cut and full.startswith(place.rstrip("/") + "/") and known(full[cut:]))
    best = max(votes.values(), default=0)
    if not best:
        return stood[0] if stood else ""
    first = stood[0] if stood else ""
    # Of equals, the folder in which the session began, else the deepest.
    return max((place for place in votes if votes[place] == best), key=lambda place: (place == first, len(place)))


def _above(full: str) -> Iterable[str]:
    """A path, and the folders above it; not the top, where every repository would lie. None of a path that nobody has."""
    if full.count("/") > DEEPEST:
        return
    while full.rpartition("/")[0] and not full.endswith(":"):
        yield full
        full = full.rpartition("/")[0]
