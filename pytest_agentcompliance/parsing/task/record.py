"""What a delegated task says, field by field, with the lines where it says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Field = Literal["id", "description", "strategy", "gates", "non_goals", "risks"]

FIELDS: tuple[Field, ...] = ("id", "description", "strategy", "gates", "non_goals", "risks")
STRATEGIES = ("tdd", "characterization", "test-after", "bug-fix", "refactor", "flexible")


class Item(NamedTuple):
    """One entry of a list, without its mark and its number."""

    text: str
    line: int


class Problem(NamedTuple):
    """What is wrong with how a field is written, and where."""

    field: Field | None
    message: str
    line: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """A task. A field that it does not carry is empty and has no entry in ``lines``: "Non-goals: none" is empty and has one.

    ``strategy`` is one of the six, and empty where none of them is named. ``gates`` are percentages of coverage by the kind of
    tests: unit, integration.
    """

    id: str = ""
    description: str = ""
    strategy: str = ""
    gates: Mapping[str, float] = field(default_factory=dict)
    non_goals: tuple[Item, ...] = ()
    risks: tuple[Item, ...] = ()
    lines: Mapping[Field, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def is_task(self) -> bool:
        """Whether it says enough to be one: who asks a question in a chat delegates no task."""
        return bool(self.id or self.strategy)
