"""Whether a coverage report speaks for the end of the run: by its content, by the order of things, and last by clocks."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_agentcompliance.errors import AgentComplianceError, Unreadable
from pytest_agentcompliance.evidence import CoverageReport
from pytest_agentcompliance.evidence.changes import decode, is_file
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository

if TYPE_CHECKING:
    from pytest_agentcompliance.sources.coverage import Found

OTHERS = 200  # files that did not change and that a report is held against too
# Who tests commits afterwards, and several commits in a row: only what lies far before a change was not made after it.
LONG = timedelta(hours=24)
ZONE = timedelta(hours=14)  # that a time without a zone may be off
AHEAD = timedelta(minutes=5)  # that a clock may be
MOMENT = 2.0  # seconds that a disk may be coarse by


@dataclass(frozen=True, slots=True)
class Covered:
    """A file of a report that the run changed."""

    path: str
    added: frozenset[int]
    when: datetime | None  # of the last commit that changed it, as its author says; None where none did


def graded(repository: Repository, ends: Ends, report: CoverageReport, found: "Found") -> CoverageReport:
    """The report with the reason why it is stale, where there is one."""
    measured = report.measured
    if measured.problem or not measured.files:
        return report
    changed = list(_changed(ends, measured.files))
    why = _before(repository, ends, report, changed)
    if not why:
        why = _misfit(repository, ends, report, changed)
    if not why and found.modified is not None:
        why = _on_disk(repository, ends, report, changed, found.modified)
    if not why:
        why = _long_ago(ends, report, changed)
    return replace(report, stale=why)


def notes(reports: Iterable[CoverageReport]) -> Iterator[str]:
    """What could not be told of their age."""
    fresh = (one for one in reports if not one.stale and not one.measured.problem)
    blind = [one for one in fresh if one.measured.made is None and one.measured.files]
    if blind:
        some = ", ".join(one.path for one in blind[:3]) + (" ..." if len(blind) > 3 else "")
        yield f"coverage: without a time in it, only its lines and the order of the commits told how old it is: {some}"
    for one in reports:
        if (made := one.measured.made) is not None and made.replace(tzinfo=made.tzinfo or UTC) > datetime.now(UTC) + AHEAD + ZONE:
            yield f"coverage: {one.path} has a time in the future"


def _changed(ends: Ends, files: Mapping[str, object]) -> Iterator[Covered]:
    last: dict[str, datetime] | None = None
    for change in ends.changes:
        if change.path not in files or change.after is None or not is_file(change.after.mode):
            continue
        if change.before is not None and change.before.oid == change.after.oid:
            continue
        if last is None:
            last = _times(ends)
        added: frozenset[int] = frozenset()
        with suppress(Unreadable):
            added = frozenset(line.number for line in change.added)
        yield Covered(change.path, added, last.get(change.path))


def _times(ends: Ends) -> dict[str, datetime]:
    """When each path was last changed by a commit of the run; later commits come later."""
    found: dict[str, datetime] = {}
    with suppress(AgentComplianceError):
        for commit in ends.history:
            found.update(dict.fromkeys(commit.changes.paths, commit.author.when))
    return found


def _before(repository: Repository, ends: Ends, report: CoverageReport, changed: list[Covered]) -> str:
    """A report of the tree that was there before what it covers was changed."""
    with suppress(Unreadable):
        entry = repository.entry(ends.head_tree, report.path) if _is_path(report.path) else None
        if entry is None or not changed:
            return ""
        if entry == repository.entry(ends.base_tree, report.path):
            return f"it is as base has it, and the run changed {_some(one.path for one in changed)}, which it covers"
        written, later = False, list[str]()
        for commit in ends.history:
            paths = commit.changes.paths
            if report.path in paths:
                written, later = True, []
            elif written:
                later += [one.path for one in changed if one.path in paths]
        if later:
            return f"a commit after the one that has it changed {_some(later)}, which it covers"
    return ""


def _misfit(repository: Repository, ends: Ends, report: CoverageReport, changed: list[Covered]) -> str:
    from pytest_agentcompliance.parsing.coverage.fit import misfit

    files = report.measured.files
    added = {one.path: one.added for one in changed}
    others = [path for path in sorted(files) if path not in added][:OTHERS]
    for path in (*added, *others):
        with suppress(Unreadable):
            mode, oid = repository.entry(ends.head_tree, path) or ("", "")
            if is_file(mode):
                text = decode(repository.blobs.read(oid))
                if why := misfit(files[path], text, added.get(path, ()), spans=report.measured.spans):
                    return why
    return ""


def _on_disk(repository: Repository, ends: Ends, report: CoverageReport, changed: list[Covered], modified: float) -> str:
    """A file that was edited after the report was written, by the disk's clock and by the report's own where it has one."""
    if repository.root is None or ends.captured is None:
        return ""
    made = report.measured.made
    for one in changed:
        committed = repository.entry(ends.committed_tree, one.path)
        if committed == repository.entry(ends.head_tree, one.path):
            continue  # git may have written it just now
        try:
            edited = os.lstat(repository.root / one.path).st_mtime
        except (OSError, ValueError):
            continue
        own = made.astimezone(UTC).timestamp() if made is not None else modified  # without a zone: of this machine
        if edited > max(modified, own) + MOMENT:
            return f"{one.path}, which it covers, was edited after it was made"
    return ""


def _long_ago(ends: Ends, report: CoverageReport, changed: list[Covered]) -> str:
    made = report.measured.made
    if made is None:
        return ""
    slack = LONG + (ZONE if made.tzinfo is None else timedelta())
    made = made.replace(tzinfo=made.tzinfo or UTC)
    late = [one for one in changed if one.when is not None and one.when > made + slack]
    if late:
        last = max(late, key=lambda one: (one.when or made, one.path))
        assert last.when is not None
        return f"it was made on {made.date()}, and {last.path}, which it covers, was changed on {last.when.astimezone(UTC).date()}"
    return ""


def _is_path(path: str) -> bool:
    return not path.startswith("/") and not Path(path).is_absolute() and ".." not in path.split("/")


def _some(paths: Iterable[str]) -> str:
    found = sorted(dict.fromkeys(paths))
    return ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
