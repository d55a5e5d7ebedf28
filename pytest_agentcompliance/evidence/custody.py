"""How the change came to us: what could have hidden a part of it, and states of the run that its end does not show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from pytest_agentcompliance.evidence.changes import ChangeSet
from pytest_agentcompliance.evidence.ledger import Ledger
from pytest_agentcompliance.verdict import Verdict

INDEX = "the index"  # in ``Detour.where``
OddityKind = Literal[
    "index-bit",  # an index bit tells git not to look at a file that changed on the disk
    "ignore-rule",  # a file of the work tree that only an ignore rule hides which base has not
    "nested-repository",  # files of the work tree that lie in a repository of their own
    "submodule-dirty",  # a submodule whose work tree is not what its commit says
    "replace-ref",  # refs/replace: git shows another object than the one that is named
    "graft",  # info/grafts: other parents than the commit's own
    "tree-entry",  # a name that no checkout can have as written: "..", a slash, the same name twice
    "collision",  # a new name that a file system which folds case, or normalises, takes for another one
    "work-tree-setting",  # core.worktree or core.bare leads git away from the files that are audited
    "base-ahead",  # the base branch here has commits that the remote's has not: work that was merged into base is no change
    "parked",  # another branch, or the stash, holds work that began in this run
]


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something beside the change that can hide one from other readers of the repository.

    ``path`` is a path of the tree, or the name of what it is about (a reference, a setting); ``detail`` says more, as a clause.
    """

    kind: OddityKind
    path: str
    detail: str


@dataclass(frozen=True, slots=True)
class Detour:
    """A state that the run was in, or still has staged, and that its end does not show.

    ``changes`` are base against that state, of those paths alone whose content there is neither base's nor the end's.
    ``where`` names for each of its paths the commit, or the index. ``verdicts``: what the bound rules say of it.
    """

    changes: ChangeSet
    where: Mapping[str, str]
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True)
class Custody:
    """Read when first asked for: most of it takes a look at more than the change. ``judged``: the detours with their verdicts."""

    read: Callable[[], tuple[Oddity, ...]] = field(repr=False, compare=False)
    read_detours: Callable[[], tuple[Detour, ...]] = field(default=tuple, repr=False, compare=False)
    judged: tuple[Detour, ...] = ()
    ledger: Ledger = field(default_factory=Ledger, compare=False)

    @cached_property
    def oddities(self) -> tuple[Oddity, ...]:
        return self.read()

    @cached_property
    def detours(self) -> tuple[Detour, ...]:
        return self.read_detours()
