"""Where a symbolic link of a tree leads: as a kernel follows it, through other links, and as its text reads."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Protocol

from pytest_agentcompliance.errors import AgentComplianceError
from pytest_agentcompliance.parsing.lookalikes.paths import canonical

OUTSIDE = ".."  # what stands for everywhere that is not in the tree
_LINK = "120000"
_MOST = 64  # links on one way: Linux follows 40, macOS 32, Windows 63
_LONGEST = 4096  # what no kernel takes for a path
_STEPS = 1000  # parts of one way, with those of the links on it


class Entry(Protocol):
    """What lies at a path."""

    @property
    def mode(self) -> str: ...
    @property
    def target(self) -> str | None: ...


class Change(Protocol):
    """A path that differs, with what is there now."""

    @property
    def path(self) -> str: ...
    @property
    def after(self) -> Entry | None: ...


class Side(Protocol):
    """A tree: all its paths, or what lies at one of them."""

    @property
    def files(self) -> Mapping[str, Entry]: ...
    def at(self, path: str) -> Entry | None: ...


class Links:
    """The links of a tree with the changes over it; the tree is listed, and a target read, when they are asked for."""

    def __init__(self, changes: Iterable[Change], tree: Side | None) -> None:
        self._changes, self._tree = changes, tree

    @cached_property
    def _changed(self) -> dict[str, Entry | None]:
        return {change.path: change.after for change in self._changes}

    @cached_property
    def _alike(self) -> dict[str, Entry]:
        """By the form that paths have in common which a disk may take for one."""
        found: dict[str, Entry] = {}
        with suppress(AgentComplianceError):  # of a tree that cannot be listed, single paths are looked at
            files = self._tree.files if self._tree is not None else {}
            found = {canonical(path): one for path, one in files.items() if one.mode == _LINK and path not in self._changed}
        changed = ((path, one) for path, one in self._changed.items() if one is not None and one.mode == _LINK)
        return found | {canonical(path): one for path, one in changed}

    def at(self, path: str) -> str | None:
        """The target of the link that lies at a path; None where none does, or where it cannot be read."""
        alike = self._alike.get(canonical(path))
        with suppress(AgentComplianceError):  # said to the ledger
            found = self._changed[path] if path in self._changed else self._tree.at(path) if self._tree is not None else None
            found = alike if found is None else found
            return found.target if found is not None and found.mode == _LINK else None
        return None


def is_absolute(target: str) -> bool:
    """Whether a target says where it leads without the place of its link, on any system."""
    return target.startswith(("/", "\\", "~")) or target[1:3] in (":\\", ":/")


def goals(path: str, target: str, link_at: Callable[[str], str | None]) -> Iterator[str]:
    """Everywhere that a link may lead, as ``leads_to`` says it: read as text first, then followed; so with ``\\`` as ``/``.

    Windows takes dots out of a path before it follows a link, as most tools do; Linux follows what stands before them.
    """
    told = set[str]()
    for way in dict.fromkeys((target, target.replace("\\", "/"))):
        for goal in (leads_to(path, way), leads_to(path, way, link_at)):
            if goal is not None and goal not in told:
                told.add(goal)
                yield goal


def leads_to(path: str, target: str, link_at: Callable[[str], str | None] | None = None) -> str | None:
    """Where in the tree the link at a path leads, "" being its root; ``OUTSIDE`` where it leaves it; None in a ring.

    Part by part, as a kernel does: a part that is a link itself (``link_at`` gives its target) is followed, and dots go up
    from where that leads. Without ``link_at``, and of a target that is too long to be a path, the text alone is read. Where a way
    has more parts than any that somebody meant, it is not followed to its end and counts as ``OUTSIDE``.
    """
    at = path.split("/")[:-1]
    ahead = _parts(target)
    left, steps = _MOST, _STEPS
    follow = link_at if len(target) <= _LONGEST else None
    while ahead:
        part = ahead.pop()
        steps -= 1
        if follow is not None and not steps:
            return OUTSIDE
        if part == "..":
            if not at:
                return OUTSIDE
            del at[-1]
            continue
        at.append(part)
        further = follow("/".join(at)) if follow is not None else None
        if further is None:
            continue
        left -= 1
        if not left or len(further) > _LONGEST:
            return None
        if is_absolute(further):
            return OUTSIDE
        del at[-1]
        ahead += _parts(further)
    return "/".join(at)


def _parts(target: str) -> list[str]:
    """The last first. A NUL ends a target on the disk."""
    return [part for part in reversed(target.partition("\0")[0].split("/")) if part not in ("", ".")]
