"""Paths of an API as what they mean: parameters left blank, so that /users/{id} has the shape of /users/:userId/."""

import re
from dataclasses import dataclass
from functools import lru_cache

MOST_SEGMENTS = 60
LONGEST = 1000  # characters of a path
BLANK = "{}"

_BRACES = re.compile(r"\{([^{}]{0,200})\}")
_ANGLES = re.compile(r"<(?:[^<>:]{0,200}:)?([^<>:]{0,200})>")  # as Flask writes them, with a converter
_COLON = re.compile(r":([A-Za-z_]\w{0,100})(?:\([^()]{0,200}\))?\??")
_WILD = re.compile(
    r"\*\*?\w{0,100}|\(\.\*\)|\{[^{}]{0,200}(?::path|\*|\+)\}|\{(?:\*|\.\.\.)[^{}]{0,200}\}|<path:[^<>]{0,200}>|:\w{1,100}[*+]"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """Segments, with ``{}`` for each parameter, and the names of those. ``rest``: anything may follow them."""

    segments: tuple[str, ...]
    names: tuple[str, ...] = ()
    rest: bool = False

    @property
    def literal(self) -> bool:
        """Whether some segment says anything."""
        return any(one != BLANK for one in self.segments)


@lru_cache(maxsize=16_384)
def shape(path: str) -> Shape:
    """The shape of a path; slashes at its end and doubled ones say nothing, nor does what follows a question mark or a hash."""
    path = re.split(r"[?#]", path[:LONGEST], maxsplit=1)[0] if "{" not in path else path[:LONGEST].partition("#")[0]
    segments: list[str] = []
    names: list[str] = []
    for part in [one for one in path.split("/") if one][:MOST_SEGMENTS]:
        if _WILD.fullmatch(part):
            return Shape(tuple(segments), tuple(names), rest=True)
        segments.append(_blank(part, names))
    return Shape(tuple(segments), tuple(names))


def _blank(part: str, names: list[str]) -> str:
    if "{" in part:
        names += (one.partition(":")[0].rstrip("?") for one in _BRACES.findall(part))
        return _BRACES.sub(BLANK, part)
    if "<" in part:
        names += _ANGLES.findall(part)
        return _ANGLES.sub(BLANK, part)
    if found := _COLON.fullmatch(part):
        names.append(found[1])
        return BLANK
    return part


def plain(name: str) -> str:
    """A name without what only tells how names are written: ``user_id`` is ``userId``."""
    return name.replace("_", "").replace("-", "").lower()
