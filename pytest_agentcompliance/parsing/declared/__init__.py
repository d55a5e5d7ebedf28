"""What the approved documents name: entries of registers, plans, stack lists and decision records, and what traces to them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A text that may name what was decided: one decision of a register, or a whole document.

    ``label`` is how people call it ("AD-3", "ADR-006-queue.md"); ``refused`` says why it confirms nothing, and is empty
    where it does. ``whole``: a document, in which the line of a name is looked for.
    """

    label: str
    text: str
    path: str
    line: int = 1
    refused: str = ""
    whole: bool = False
    common: bool = False  # of the whole repository, and not of the story
    ruled_out: str = ""  # of a decision: what its question names and its answer does not


@dataclass(frozen=True, slots=True)
class Hit:
    """Where an entry names something: the entry, the line, and the words around it; ``refused`` says why it does not count."""

    entry: Entry
    line: int
    quote: str
    refused: str = ""

    def told(self) -> str:
        """The hit in words: ``AD-3 'use valkey for cache'``."""
        return f"{self.entry.label} {self.quote!r}" if self.quote else self.entry.label
