"""Paths as they look and as disks may take them: one form for all that pass for the same, and globs asked about it."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from pytest_agentcompliance.parsing.globs import matches

# What disks may read otherwise than it is written: backslashes, controls, empty and dotted parts, parts that end in a dot or space.
_ODD = re.compile(r"[\x00-\x1f\x7f\\]|//|[. ](?:/|\Z)|\A/|/\Z")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def plain(path: str) -> bool:
    """Whether a path is ASCII, and every disk takes it as it is written."""
    return path.isascii() and not _ODD.search(path)


def canonical(path: str) -> str:
    """A path without case, disguise and detours: two that look the same, or that some disk takes for the same, have one form.

    Without invisible and control characters, by NFKC, without case, look-alike letters as the Latin ones; ``\\`` as ``/``,
    dot segments and doubled slashes resolved, dots and spaces at the end of a part left out.
    """
    if path.isascii():
        return path.lower() if plain(path) else _resolved(CONTROL.sub("", path).lower())
    return _folded(path)


def resolved(path: str) -> str:
    """Where a path leads with ``\\`` as ``/`` and without dot segments and doubled slashes; all else as it is written."""
    return path if plain(path) else _resolved(path, "")


def collision_key(path: str) -> str:
    """What two paths have in common that a disk may keep as one file: NFC, without case."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def disguised(path: str, globs: Iterable[str], *, case: bool = True) -> str:
    """The glob that a path only seems not to match: its canonical form does, and what is written does not; empty if none.

    ``case``: whether a name that differs in nothing but case counts.
    """
    form = canonical(path)
    asked = tuple(globs)
    if form == path or (not case and form == path.lower()) or matches(path, asked):
        return ""
    folded = _globs(asked)
    if not matches(form, folded):
        return ""
    pairs = zip(reversed(asked), reversed(folded), strict=True)
    return next((glob for glob, one in pairs if not glob.startswith("!") and matches(form, [one])), "")


@lru_cache(maxsize=256)
def _globs(globs: tuple[str, ...]) -> tuple[str, ...]:
    """Globs that match canonical paths: their letters as those are folded, and nothing else of them."""
    return tuple(glob.lower() if glob.isascii() else _letters(glob) for glob in globs)


@lru_cache(maxsize=4096)
def _folded(path: str) -> str:
    from pytest_agentcompliance.parsing.lookalikes.marks import INVISIBLE  # start-up time: for paths that are not ASCII

    return _resolved(_letters(CONTROL.sub("", INVISIBLE.sub("", path))))


def _letters(text: str) -> str:
    from pytest_agentcompliance.parsing.lookalikes.tables import nearly  # start-up time: as above

    small = "".join(map(nearly, unicodedata.normalize("NFKC", text))).casefold()
    # What casefold takes apart or makes small may look Latin only then.
    return unicodedata.normalize("NFKC", "".join(map(nearly, small)))


def _resolved(path: str, dropped: str = ". ") -> str:
    """``dropped``: what the end of a part is taken without."""
    parts: list[str] = []
    for written in path.replace("\\", "/").split("/"):
        if (written.rstrip(" ") if dropped else written) == "..":
            del parts[-1:]
        elif written != "." and (part := written.rstrip(dropped) if dropped else written):
            parts.append(part)
    return "/".join(parts)
