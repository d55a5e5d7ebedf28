"""The whole tree at base and at head: which paths there are, and their contents when asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pytest_agentcompliance.evidence.changes import Content


@dataclass(frozen=True)
class Side:
    """One end of the run: every path with its content, listed when first asked for."""

    read: Callable[[], Mapping[str, Content]] = field(repr=False, compare=False)

    @cached_property
    def files(self) -> Mapping[str, Content]:
        return self.read()

    def __contains__(self, path: str) -> bool:
        return path in self.files


@dataclass(frozen=True, slots=True)
class Tree:
    base: Side
    head: Side
