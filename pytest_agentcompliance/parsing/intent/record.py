"""What an intent promises, as data."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

# A promise; what always holds; what never happens; what follows on what; what was a promise once.
Kind = Literal["promise", "invariant", "never", "contract", "retired"]


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise. ``id`` as written, empty where it has none; ``details`` is what stands below it: criteria, reasons, modules."""

    id: str
    text: str
    line: int
    kind: Kind = "promise"
    details: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called in a message."""
        return f"{self.id} ({self.text[:80]})" if self.id else repr(self.text[:100])


class Unread(NamedTuple):
    """A place that promises something and could not be read."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Intent:
    """All that an intent says: what it promises, each statement with its line, and the lines that say what is not promised."""

    promises: tuple[Promise, ...] = ()
    statements: tuple[tuple[int, str], ...] = ()
    denied: frozenset[int] = frozenset()
    unread: tuple[Unread, ...] = ()
