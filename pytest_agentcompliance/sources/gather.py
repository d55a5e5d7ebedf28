"""Everything that a run left behind, as far as the bound rules ask for it."""

import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_agentcompliance.errors import Unreadable, UsageError
from pytest_agentcompliance.evidence import ChunkLog, Run
from pytest_agentcompliance.evidence.changes import decode
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.sources import log_file
from pytest_agentcompliance.sources import story as stories
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import NOWHERE, Wanted

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence import Coverage, Proofs, Report, Task, Transcript

TITLE = 300  # bytes at the start of a log, where its title stands


def gather(repository: Repository, ends: Ends, kinds: Collection[str], wanted: Wanted = NOWHERE) -> Run:
    """The evidence of these kinds; what was not left has its reason in ``Run.absent``."""
    commits = None
    if "commits" in kinds:
        commits = ends.history
    beside = None
    if "custody" in kinds:
        from pytest_agentcompliance.sources import custody  # start-up time

        beside = custody.custody(repository, ends)
    absent: dict[str, str] = {}
    found: ChunkLog | None = None
    notes: list[str] = []
    if "log" in kinds:
        found, why = _log(repository, ends, wanted, notes)
        if found is None:
            absent["log"] = why
    papers = None
    if "documents" in kinds:
        from pytest_agentcompliance.sources import documents

        if wanted.unknown:
            absent["documents"] = wanted.unknown
            logs = _matching((one.path for one in ends.changes if one.after is not None), wanted.log_globs)
            _doubt(ends, _written(ends, logs), wanted.unknown)
        else:
            papers = documents.read(repository, ends, wanted.globs, found.path if found else "", notes)
    left = _left(repository, ends, kinds, wanted, absent)
    for one in (left.proofs, left.transcript, left.coverage):
        notes += one.notes if one is not None else ()
    return replace(
        left,
        changes=ends.changes,
        commits=commits,
        tree=repository.tree(ends.base_tree, ends.head_tree, ends.changes, ends.ledger) if "tree" in kinds else None,
        documents=papers,
        log=found,
        custody=beside,
        span=ends.span,
        ledger=ends.ledger,
        absent=absent,
        notes=tuple(notes),
    )


def _left(repository: Repository, ends: Ends, kinds: Collection[str], wanted: Wanted, absent: dict[str, str]) -> Run:
    """What few runs leave: its readers are imported where it is asked for."""
    proofs: Proofs | None = None
    if "proofs" in kinds:
        from pytest_agentcompliance.sources import proofs as proving

        proofs, absent["proofs"] = proving.read(repository, ends, wanted)
    transcript: Transcript | None = None
    if "transcript" in kinds:
        transcript, absent["transcript"] = _transcript(repository, ends, wanted)
    report: Report | None = None
    if "report" in kinds:
        from pytest_agentcompliance.sources import report as reports

        report, absent["report"] = reports.read(repository, ends, wanted, lambda: _transcript(repository, ends, wanted)[0])
    task: Task | None = None
    if "task" in kinds:
        from pytest_agentcompliance.sources import task as tasks

        task, absent["task"] = tasks.read(repository, ends, wanted, lambda: _transcript(repository, ends, wanted)[0])
    covered: Coverage | None = None
    if "coverage" in kinds:
        from pytest_agentcompliance.sources import coverage

        covered, absent["coverage"] = coverage.read(repository, ends, wanted)
    return Run(report=report, proofs=proofs, transcript=transcript, task=task, coverage=covered)


def _transcript(repository: Repository, ends: Ends, wanted: Wanted) -> "tuple[Transcript | None, str]":
    from pytest_agentcompliance.sources import transcript

    return transcript.read(repository, ends, wanted)


def _log(repository: Repository, ends: Ends, wanted: Wanted, notes: list[str]) -> tuple[ChunkLog | None, str]:
    if wanted.log_file is not None:
        path = _inside(repository, wanted.log_file)
        if path is None or repository.entry(ends.head_tree, path) is None:
            return log_file.from_disk(wanted.log_file, notes), ""
        return log_file.from_tree(repository, ends, path, notes), ""
    written = [change.path for change in ends.changes if change.after is not None]
    found = _matching(written, wanted.log_globs)
    doubted: list[str] = []
    if len(found) > 1 and not wanted.story:
        doubted = _written(ends, found)
        found = doubted or found
    if not found and not wanted.unknown and wanted.log_globs:
        # Not written in this run; one that was there before is read all the same, as nothing new.
        there = (path.decode("utf-8", "surrogateescape") for path in repository.listing(ends.head_tree))
        found = _matching(there, wanted.log_globs)
    if not found and wanted.story and (strays := _strays(ends, written, wanted)):
        # In the wrong place it is no less the run's log: who misplaces it gains nothing.
        notes.append(f"the log that was read lies at {strays[0]}, which is not where it belongs; it names {wanted.story}")
        return replace(log_file.from_tree(repository, ends, strays[0], notes), stray=True), ""
    if len(found) == 1:
        return log_file.from_tree(repository, ends, found[0], notes), ""
    if found and wanted.story and len({repository.entry(ends.head_tree, path) for path in found}) == 1:
        path = min(found, key=lambda path: (repository.entry(ends.base_tree, path) is None, path))
        notes.append(f"{len(found)} copies of one log lie in several folders; {path} was read")
        return log_file.from_tree(repository, ends, path, notes), ""
    if found:
        some = ", ".join(found[:4]) + (" ..." if len(found) > 4 else "")
        why = f"{len(found)} logs could be meant ({some}); pass --story or --log"
        _doubt(ends, doubted, why)
        return None, why
    where = " or ".join(wanted.log_globs) or "any place that the profile names"
    return None, f"the run left no log at {where}" + (f"; {wanted.unknown}" if wanted.unknown else "")


def _strays(ends: Ends, written: list[str], wanted: Wanted) -> list[str]:
    """The one log that was written elsewhere and whose first lines name the story; none where there are several."""
    names = {glob.rpartition("/")[2] for glob in wanted.log_globs}
    story = re.compile(rf"(?<![\w-]){re.escape(wanted.story)}(?![\w-])", re.IGNORECASE)
    found = []
    for path in written:
        change = ends.changes.by_path[path]
        if path.rpartition("/")[2] in names and change.renamed_from is None and change.is_text and change.after is not None:
            with suppress(Unreadable):
                if story.search(decode(change.after.bytes()[:TITLE])):
                    found.append(path)
    return found if len(found) == 1 else []


def _written(ends: Ends, found: list[str]) -> list[str]:
    """Those of several logs to which the run wrote words."""
    return [path for path in found if (change := ends.changes.by_path.get(path)) is None or stories.wrote(ends.changes, change)]


def _doubt(ends: Ends, logs: list[str], why: str) -> None:
    """One run works on one story. Where it wrote two logs a person has to say which is its own: until then nothing passes."""
    if len(logs) > 1:
        ends.ledger.unread.update(dict.fromkeys(logs, f"which log is the run's cannot be told: {why}"))


def _matching(paths: Iterable[str], globs: tuple[str, ...]) -> list[str]:
    """The paths that a glob names; of a folder in a log's place, the folder."""
    found: set[str] = set()
    names = {glob.rpartition("/")[2] for glob in globs}
    plain = names and not any(set(name) & set("*?[\\") or not name for name in names)
    for path in paths:
        # A path that has none of the names in it need not be matched: there may be a hundred thousand of them.
        if globs and (not plain or any(name in path for name in names)) and matches(path, globs):
            parts = path.split("/")
            folder = next((k for k, part in enumerate(parts[:-1], 1) if part in names), None)
            found.add("/".join(parts[:folder]) if folder and parts[-1] not in names else path)
    return sorted(found)


def _inside(repository: Repository, file: Path) -> str | None:
    """The path of a file as the repository has it; None when it lies outside, or in a bare one."""
    if repository.root is None:
        return file.as_posix() if not file.is_absolute() else None
    try:
        parent = file.parent.resolve() / file.name  # the file itself may be a link: it is not followed
    except (OSError, RuntimeError) as wrong:  # a loop of links, a name too long, a working directory that is gone
        raise UsageError(f"--log {file.as_posix()}: {getattr(wrong, 'strerror', None) or wrong}") from wrong
    return parent.relative_to(repository.root).as_posix() if parent.is_relative_to(repository.root) else None
