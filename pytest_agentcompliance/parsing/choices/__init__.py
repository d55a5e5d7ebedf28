"""The decisions that a change takes, read from its files: what head chooses that the same file at base did not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "dependency", "service", "infrastructure", "package", "environment", "host", "schedule", "folder", "target",
]  # fmt: skip

LONGEST = 4_000_000  # characters of a file that is read


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision that was taken: ``name`` is what a document has to name, ``what`` says in words what it is.

    ``aliases`` are other names of the same thing; ``family`` is its class ("cache"); ``minor`` says why it is less than
    a decision of its own, and is empty where it is one. ``own``: what is run is built from the repository itself.
    """

    kind: Kind
    name: str
    path: str
    line: int | None
    what: str
    aliases: tuple[str, ...] = ()
    family: str = ""
    minor: str = ""
    own: bool = False


Reader = Callable[[str, str], Iterator[Choice]]


def fresh(read: Reader, before: str, after: str, path: str) -> Iterator[Choice]:
    """What a reader finds in a file at head and not in the same file at base, each name once."""
    if not after or len(after) > LONGEST:
        return
    seen = {one.name for one in read(before[:LONGEST], path)} if before else set[str]()
    for one in read(after, path):
        if one.name not in seen:
            seen.add(one.name)
            yield one


class lines:  # noqa: N801 - used as a function
    """Turns an offset into a line; the line ends are looked for once, and only when asked."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1

    def __call__(self, at: int) -> int:
        """The line of an offset; each call goes on from the last, so offsets should grow."""
        if at < self._at:
            self._at, self._line = 0, 1
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        return self._line
