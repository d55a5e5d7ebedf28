"""The transcripts of a run, out of its tree or off the disk, streamed into steps."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import Transcript
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.evidence.transcript import Step
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted

if TYPE_CHECKING:  # start-up time: the readers, when there is a transcript
    from pytest_agentcompliance.parsing.transcripts.happened import Happened, Tape

FILES = 500  # transcripts of one run that are read
ENDINGS = (".jsonl", ".ndjson", ".json", ".traj", ".log", ".txt")  # of the files of a folder
AHEAD = timedelta(minutes=5)  # that a clock may be
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class File:
    """One file that is to be read: what it is called, and how its bytes come."""

    name: str
    parts: Callable[[], Iterator[bytes]]


def read(repository: Repository, ends: Ends, wanted: Wanted) -> tuple[Transcript | None, str]:
    """The transcript, or None and why there is none."""
    globs = wanted.globs.get("transcript", ())
    key = ("transcript", globs, "transcript" in wanted.given)
    if key not in ends.kept:
        ends.kept[key] = _read(repository, ends, globs, given="transcript" in wanted.given)
    found: tuple[Transcript | None, str] = ends.kept[key]
    return found


def _read(repository: Repository, ends: Ends, globs: tuple[str, ...], *, given: bool) -> tuple[Transcript | None, str]:
    where = " or ".join(globs)
    files: list[File] = []
    outside = False
    if given:
        files, outside = _on_disk(repository, globs)
    if not files:
        files = _in_tree(repository, ends, globs)
    if files:
        found = read_files(files, outside=outside, known=_known(repository, ends))
        return replace(found, notes=(*found.notes, *_times(found, repository, ends))), ""
    if given:
        return None, f"there is no transcript at {where}"
    old = _at_base(repository, ends, globs)
    aside = f"; base has {old} there already, which are of other runs" if old else ""
    return None, f"the run left no transcript{f' at {where}' if where else ''}{aside}"


def _times(found: Transcript, repository: Repository, ends: Ends) -> Iterator[str]:
    """What the clock says of a transcript: no more than a note, since a rebase makes base younger than an honest session."""
    times = [step.when for step in found.steps if step.when is not None]
    if times and max(times) < repository.committed_at(ends.span.merge_base):
        yield "the transcript ends before the commit was made that the run starts from: it may be of another run"
    if times and max(times) > datetime.now(UTC) + AHEAD:
        yield "the transcript has times in the future"


# Where they lie


def _in_tree(repository: Repository, ends: Ends, globs: tuple[str, ...]) -> list[File]:
    """Those that the run wrote; what base has already is of another run."""
    found = {
        change.path: change.after.oid
        for change in ends.changes
        if globs and change.after is not None and is_file(change.after.mode) and matches(change.path, globs)
    }
    return [File(path, _blob(repository, ends, path, oid)) for path, oid in sorted(found.items())]


def _at_base(repository: Repository, ends: Ends, globs: tuple[str, ...]) -> int:
    if not globs:
        return 0
    there = (path.decode("utf-8", "surrogateescape") for path in repository.listing(ends.base_tree))
    return sum(1 for path in there if matches(path, globs))


def _blob(repository: Repository, ends: Ends, path: str, oid: str) -> Callable[[], Iterator[bytes]]:
    def parts() -> Iterator[bytes]:
        from pytest_agentcompliance.sources import streams

        if oid in repository.blobs.missing:
            if ends.captured is None or repository.root is None:
                raise Unreadable(path, repository.blobs.missing[oid])
            return streams.of_file(_unlinked(repository.root, path), path)  # it was too large for the shadow
        return streams.of_blob(repository, oid, path)

    return parts


def _unlinked(root: Path, path: str) -> Path:
    """A file of the work tree to which no link leads. Raises ``Unreadable``."""
    at = root
    for part in path.split("/"):
        at /= part
        if at.is_symlink():
            raise Unreadable(path, "a symbolic link leads to it, which is not followed")
    return at


def _on_disk(repository: Repository, globs: tuple[str, ...]) -> tuple[list[File], bool]:
    """The files that a person named; whether they lie outside of the work tree that is audited."""
    import glob as globbing

    from pytest_agentcompliance.sources import streams

    found: dict[Path, None] = {}
    for pattern in globs:
        for name in sorted(globbing.glob(os.path.expanduser(pattern), recursive=True)) if "\0" not in pattern else ():
            found.update(dict.fromkeys(_below(Path(name))))
            if len(found) > FILES:
                break
    root = repository.root
    inside = [root is not None and Path(os.path.abspath(file)).is_relative_to(root) for file in found]

    def opened(file: Path, *, within: bool) -> Callable[[], Iterator[bytes]]:
        return lambda: streams.of_file(file, file.as_posix(), follow=not within)

    files = [File(file.as_posix(), opened(file, within=within)) for file, within in zip(found, inside, strict=True)]
    return files, bool(found) and not any(inside)


def _below(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, names, files in os.walk(path):
        names.sort()
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(ENDINGS))


def _known(repository: Repository, ends: Ends) -> Callable[[str], bool]:
    listings = [repository.listing(tree) for tree in (ends.head_tree, ends.base_tree)]

    def known(path: str) -> bool:
        name = path.encode("utf-8", "surrogateescape")
        return any(name in listing for listing in listings)

    return known


# What they say


def read_files(files: Iterable[File], *, outside: bool = False, known: Callable[[str], bool] = lambda _: False) -> Transcript:
    """The files as one transcript; never fails, whatever they hold."""
    from pytest_agentcompliance.parsing.transcripts import reader
    from pytest_agentcompliance.parsing.transcripts.happened import Tape

    tape, names, problems = Tape(), list[str](), list[str]()
    for number, file in enumerate(files):
        if number >= FILES:
            tape.gap(f"there are more than {FILES} files")
            break
        tape.file = number
        names.append(file.name)
        before = len(tape.steps)
        try:
            if not reader.read(file.parts(), tape) and len(tape.steps) == before:
                problems.append(f"{file.name} is no transcript of a known format")
        except Unreadable as wrong:
            problems.append(str(wrong))
            tape.gap("a file could not be read")
    tape.finish()
    if len(problems) > 3:
        problems[3:] = [f"and {len(problems) - 3} more"]
    ordered = _ordered(tape.steps)
    steps = _steps(tape, ordered, names, known)
    numbers = {id(one): number for number, one in enumerate(ordered, 1)}
    gaps = tuple(sorted({0 if one is None else numbers[id(one)] for one in tape.gap_after}))
    problem = "; ".join(problems) if not steps else ""
    notes = [*(f"transcript: {one}" for one in problems if not problem), *_notes(tape)]
    return Transcript(
        steps, tuple(names), tuple(tape.formats), outside, dict(sorted(tape.unread.items())), complete=not tape.gaps,
        gaps=gaps, notes=tuple(notes), problem=problem,
    )  # fmt: skip


def _notes(tape: "Tape") -> Iterator[str]:
    if tape.gaps:
        yield f"the transcript may lack steps: {'; '.join(_counted(tape.gaps))}"
    if left := _counted(Counter({what: count for what, count in tape.cut.items() if what != "outputs"})):
        yield f"the transcript was too long to be kept whole; shortened or left out: {', '.join(left)}"


def _counted(what: "Counter[str]") -> list[str]:
    return [f"{one} ({count:,} times)" if count > 1 else one for one, count in sorted(what.items())]


def _steps(tape: "Tape", ordered: "list[Happened]", names: list[str], known: Callable[[str], bool]) -> tuple[Step, ...]:
    agents = {step.agent for step in ordered}
    if len(agents) == 1:  # the file of one sub-agent alone: here it is the main one
        for step in ordered:
            step.agent = ""
    roots = _roots(tape, known)
    return tuple(_step(one, number, names[one.file], roots[_scope(one)]) for number, one in enumerate(ordered, 1))


def _ordered(steps: "list[Happened]") -> "list[Happened]":
    """Each file in its own order, and of several the earlier step first, where they say when it was."""
    if not steps or steps[0].file == steps[-1].file:
        return steps
    keyed = []
    for number, own in groupby(steps, key=lambda step: step.file):
        latest = LONG_AGO
        for position, step in enumerate(own):
            latest = max(latest, step.when or latest)
            keyed.append((latest, number, position, step))
    return [step for _, _, _, step in sorted(keyed, key=lambda one: one[:3])]


def _scope(step: "Happened") -> tuple[int, str]:
    """What has one root: a session in whichever file, or a file whose records name none."""
    return (-1, step.session) if step.session else (step.file, "")


def _roots(tape: "Tape", known: Callable[[str], bool]) -> dict[tuple[int, str], str]:
    from pytest_agentcompliance.parsing.transcripts import paths as written

    paths: dict[tuple[int, str], dict[tuple[str, str], None]] = {}
    folders: dict[tuple[int, str], dict[str, None]] = {}
    for step in tape.steps:
        scope = _scope(step)
        own = paths.setdefault(scope, {})
        if step.path and len(own) < written.SAMPLE:
            own.setdefault((step.path, step.cwd))
        if step.cwd and len(folders.setdefault(scope, {})) < written.SAMPLE:
            folders[scope].setdefault(step.cwd)
    return {scope: written.root(folders.get(scope, ()), own, known) for scope, own in paths.items()}


def _step(one: "Happened", number: int, name: str, root: str) -> Step:
    from pytest_agentcompliance.parsing.transcripts import paths as written

    path = written.relative(one.path, one.cwd, root) if one.path else ""
    folder = written.relative(one.cwd, "", root) if one.cwd and one.kind == "command" else ""
    return Step(
        kind=one.kind, number=number, at=Place(name, one.line), text=one.text, path=path, folder=folder, exit_code=one.exit_code,
        result=one.result, output=one.output, work=one.work, lines=one.lines, before=one.before, after=one.after,
        everywhere=one.everywhere, gone=one.gone, arguments=one.arguments, speaker=one.speaker, session=one.session,
        agent=one.agent, when=one.when, background=one.background,
    )  # fmt: skip
