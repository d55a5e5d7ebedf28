"""What a configuration file asks of the checks, as facts that can be held against one another."""

from dataclasses import dataclass, field
from typing import Literal

Sort = Literal["flag", "floor", "limit"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One setting. ``strength``: the more, the stricter.

    ``flag``: what is not set counts as ``default``. ``floor``: a number that must be reached; not set, nothing need be.
    ``limit``: a number that must not be passed (its strength is negative); it is compared only where both ends have one.
    ``tool`` and ``name`` say what it is about, wherever it is written; ``shown`` is how it is written there.
    ``implied``: it follows from another setting, which is told in its place. ``times``: how often a command is run.
    """

    tool: str
    name: str
    strength: float
    shown: str
    line: int
    sort: Sort = "flag"
    default: float = 0
    style: bool = False
    implied: bool = False
    times: int = 1

    @property
    def key(self) -> tuple[str, str]:
        return self.tool, self.name


def outdoes(one: Fact, there: Fact) -> bool:
    """Of two that say the same thing in one place: what is let off counts, else what asks for most."""
    if one.strength < 0 or there.strength < 0:
        return one.strength < there.strength
    return one.strength > there.strength


@dataclass(frozen=True, slots=True)
class Config:
    """What one file asks. ``tools`` are those that it configures; ``unread`` says what could not be told from its text."""

    path: str
    facts: tuple[Fact, ...] = ()
    tools: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()
    extends: tuple[str, ...] = ()
    text: str = field(default="", repr=False, compare=False)

    @property
    def by_key(self) -> dict[tuple[str, str], Fact]:
        return {one.key: one for one in self.facts}


@dataclass(frozen=True, slots=True)
class Changed:
    """One file at both ends, with what it takes over from others; None where it is not there."""

    path: str
    before: Config | None
    after: Config | None
    renamed_from: str | None = None
