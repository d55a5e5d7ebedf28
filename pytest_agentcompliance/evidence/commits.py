"""The commits of a run, oldest first, each with its own change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from pytest_agentcompliance.evidence.changes import ChangeSet


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote or committed, and when, in the person's own time zone."""

    name: str
    email: str
    when: datetime


@dataclass(frozen=True)
class Commit:
    """One commit. ``changes`` of a merge are what differs from all of its parents."""

    id: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str
    trailers: tuple[tuple[str, str], ...]
    read_changes: Callable[[], ChangeSet] = field(repr=False, compare=False)

    @cached_property
    def changes(self) -> ChangeSet:
        return self.read_changes()

    @property
    def whole(self) -> bool:
        """Whether all contents of its change are known to be readable, so that its patch can tell of none that is not."""
        return bool(getattr(self.changes.reader, "whole", False))


@dataclass(frozen=True)
class History:
    """The commits of the range, parents before children; read when first asked for."""

    read: Callable[[], tuple[Commit, ...]] = field(repr=False, compare=False)

    @cached_property
    def commits(self) -> tuple[Commit, ...]:
        return self.read()

    def __iter__(self) -> Iterator[Commit]:
        return iter(self.commits)

    def __len__(self) -> int:
        return len(self.commits)
