"""What code does with an error that it catches, and which errors it throws away."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["except", "suppress", "catch", "promise", "if"]
Level = Literal["breach", "style"]


@dataclass(frozen=True, slots=True)
class Handler:
    """A place where errors are caught. Offsets and texts are of the file; ``code`` and ``tried`` are without comments.

    ``caught`` is what is caught, as it is written, empty where that is everything; ``code`` what is done then; ``said`` what
    comments say beside it; ``tried`` what may fail; ``owner`` the function around it.
    """

    kind: Kind
    line: int
    last: int
    caught: str
    code: str
    said: str
    tried: str
    owner: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells a handler from others of its file, however its lines are broken."""
        return self.kind, self.caught, " ".join(self.code.split())

    @property
    def whole(self) -> tuple[str, ...]:
        """The same with what it guards: what moved to another file unchanged has an equal one there."""
        return (*self.key, "".join(self.tried.split())[:400])


@dataclass(frozen=True, slots=True)
class Loss:
    """An error that is thrown away: where, and in which words."""

    handler: Handler
    says: str
    level: Level = "breach"
