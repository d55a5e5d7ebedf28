"""One run of a command, from the work tree before it to the proof that lies in the folder after it."""

import re
import shlex
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from pytest_agentcompliance.errors import AgentComplianceError, UsageError
from pytest_agentcompliance.parsing.proofs.record import FOLDER, FileState, Output, Record
from pytest_agentcompliance.parsing.work import Work
from pytest_agentcompliance.prover import child
from pytest_agentcompliance.prover.child import Ended
from pytest_agentcompliance.prover.tape import Tape
from pytest_agentcompliance.sources import standing
from pytest_agentcompliance.sources.repository import Repository

INSTALLED = re.compile(r"pytest_agentcompliance-([0-9][\w.+!]*)\.dist-info")
PATHS = 8_000  # that differ from base and are written down
CHANGED = 1_000  # that the command changed and are written down
LARGEST = 3 * 1024 * 1024  # bytes of a statement; an envelope makes it longer by a third
LONGEST = 100  # characters of a name
KEY = "AGENT_COMPLIANCE_KEY"  # what is proved does not see where the key lies
SHORTEST = 8  # characters of a word that may be a secret


@dataclass(frozen=True, slots=True)
class Options:
    """What a person asked for. The command runs in ``here`` with ``given`` as its environment.

    ``folder`` is where the proof is written instead of the repository's own folder of proofs; None writes it there.
    """

    name: str
    command: tuple[str, ...]
    given: Mapping[str, str]
    repo: Path = Path()
    here: Path | None = None
    base: str | None = None
    timeout: float | None = None
    junit: Path | None = None
    key: str | None = None
    folder: Path | None = None
    write: bool = True
    rerun_of: str = ""


@dataclass(frozen=True, slots=True)
class Proved:
    """``status`` is the exit code that a shell has. ``file`` is None where nothing was written, and ``problem`` may say why."""

    status: int
    record: Record
    statement: bytes
    file: Path | None
    ended: Ended
    notes: tuple[str, ...] = ()
    problem: str = ""


@dataclass
class _Beside:
    """What is looked up while the command runs."""

    files: Mapping[str, FileState] | None = None
    patch_id: str = ""
    tools: Mapping[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the command runs: the root of the work tree, the folder from there on, and the environment that it gets."""

    root: Path
    folder: str
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Ran:
    """What came of the command: how it ended, what it printed, and the JUnit file that it was to write."""

    ended: Ended
    tape: Tape
    report: "_Report"


def prove(options: Options) -> Proved:
    """Run the command and write its proof. Raises ``UsageError`` and ``EvidenceError`` before it ran, and nothing after it."""
    _hold(options)
    with Repository(options.repo) as repository:
        here, root = _here(options), standing.root_of(repository)
        place = _Place(root, standing.folder_of(repository, here), _environ(options))
        notes: list[str] = []
        sign = _signer(options, place.root, notes)
        before = standing.capture(repository, options.base, options.given)
        from pytest_agentcompliance.prover import tools

        locks = tools.lockfiles(place.root, place.folder)
        report, beside, tape = _Report(options.junit), _Beside(), Tape()
        looking = threading.Thread(target=lambda: _look(beside, repository, before, options.command, place), daemon=True)
        started, clock = datetime.now(UTC), time.perf_counter()
        ended = child.run(options.command, place.environ, tape.feed, options.timeout, looking.start)
        record = Record(
            name=options.name, command=("",), started=started, seconds=round(time.perf_counter() - clock, 3), exit_code=ended.code,
            ended=ended.how, folder=place.folder, base=before.base, base_tree=before.base_tree, lockfiles=locks,
            rerun_of=options.rerun_of, version=_version(),
        )  # fmt: skip
        try:
            if looking.ident is None:
                looking.start()
            now = _again(before, notes)
            looking.join()
            notes += [*_said_of(before, ended), *beside.notes]
            record = replace(
                record, tree=before.tree, command=_plain(options), patch_id=beside.patch_id, files=beside.files,
                tools=beside.tools, changed=_changed(before, now, notes),
            )  # fmt: skip
            with _closing(repository):
                to = (options.folder or place.root / FOLDER, sign)
                return _written(options, record, _Ran(ended, tape, report), to, notes)
        except Exception as wrong:  # a defect of ours is no reason to change what the command said
            problem = f"internal error: {type(wrong).__name__}: {wrong}; please report it"
            return Proved(ended.status, record, b"", None, ended, tuple(notes), problem)


def replaced(options: Options, name: str) -> Options:
    """The same command under another name."""
    return replace(options, name=name)


def noted(options: Options, record: Record, ended: Ended, tape: Tape, root: Path) -> Proved:
    """Write the proof of a command that ran elsewhere than in the work tree."""
    notes: list[str] = []
    sign = _signer(options, root, notes)
    record = replace(record, command=_plain(options), version=_version())
    return _written(options, record, _Ran(ended, tape, _Report(None)), (options.folder or root / FOLDER, sign), notes)


@contextmanager
def _closing(repository: Repository) -> Iterator[None]:
    """What was laid down for git is taken away while the proof is written."""
    thread = threading.Thread(target=repository.close)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _hold(options: Options) -> None:
    """Raises ``UsageError`` for what cannot be a name or a command."""
    name = options.name
    if len(name) > LONGEST:
        raise UsageError(f"the name of the proof has {len(name):,} characters; give a short word, as 'tests'")
    if not name.strip() or not name.isprintable() or name != name.strip():
        raise UsageError(f"{name!r} is no name for a proof; give a short word, as 'tests'")
    if not options.command:
        raise UsageError("there is no command; write it behind two dashes: agent-compliance prove tests -- pytest -q")
    if options.timeout is not None and not 0 < options.timeout <= 10**7:
        raise UsageError(f"--timeout {options.timeout}: that is no number of seconds that a command can have")


def _here(options: Options) -> Path:
    import os

    try:
        if options.here is not None:
            os.chdir(options.here)
        return Path.cwd().resolve(strict=True)
    except OSError as wrong:
        raise UsageError(f"the command has no folder to run in: {wrong.strerror}") from wrong


def _environ(options: Options) -> dict[str, str]:
    return {name: value for name, value in options.given.items() if name != KEY}


def _signer(options: Options, root: Path, notes: list[str]) -> Callable[[bytes], bytes]:
    """Read the key before anything runs, so that a wrong one costs nothing. Without one a statement stands bare."""
    if options.key is None:
        return lambda statement: statement
    from pytest_agentcompliance.prover import signing

    signer = signing.opened(Path(options.key), root)
    notes += [signer.note] if signer.note else []
    return signer.sign


def _look(beside: _Beside, repository: Repository, before: standing.Standing, command: tuple[str, ...], place: _Place) -> None:
    """All that can be told of the start without the work tree: it runs beside the command, and costs it nothing."""
    from pytest_agentcompliance.prover import tools
    from pytest_agentcompliance.sources import patches

    try:
        tree = before.tree
        if before.base_tree:
            found = patches.read(repository, before.base_tree, tree)
            beside.patch_id = found.patch_id
            beside.files = found.files if len(found.files) <= PATHS else None
            if beside.files is None:
                beside.notes.append(f"{len(found.files):,} paths differ from base, which is too many to write down")
    except (AgentComplianceError, OSError) as wrong:
        beside.notes.append(f"what differs from base could not be told: {wrong}")
    repository.blobs.close()  # the command may run for hours
    if any(len(word) >= SHORTEST for word in command):
        from pytest_agentcompliance.parsing import secrets  # noqa: F401 - read now, it is there when the command has ended
    beside.tools = tools.versions(command, place.root, place.folder, place.environ)


def _said_of(before: standing.Standing, ended: Ended) -> list[str]:
    notes = []
    if not before.base:
        notes.append(f"the proof has no base: {before.lacking}")
    if before.unreadable:
        notes.append(f"{len(before.unreadable)} paths could not be read: {', '.join(before.unreadable[:3])}")
    if ended.why:
        notes.append(f"the command did not start: {ended.why}")
    if ended.held:
        notes.append("a process that the command started still prints; what it says from here on is not recorded")
    return notes


def _again(before: standing.Standing, notes: list[str]) -> Mapping[bytes, standing.Stat | None] | None:
    try:
        return before.again()
    except (AgentComplianceError, OSError) as wrong:
        notes.append(f"what the command changed could not be told: {wrong}")
        return None


def _changed(before: standing.Standing, now: Mapping[bytes, standing.Stat | None] | None, notes: list[str]) -> tuple[str, ...]:
    found = before.changed(now) if now is not None else ()
    if len(found) > CHANGED:
        notes.append(f"the command changed {len(found):,} paths, of which {CHANGED:,} are written down")
    return found[:CHANGED]


def _plain(options: Options) -> tuple[str, ...]:
    """The command as it is written down. A secret may stand in one word, or be named by the word before it."""
    command = options.command
    if all(len(word) < SHORTEST for word in command):
        return command
    from pytest_agentcompliance.parsing import secrets
    from pytest_agentcompliance.prover import known

    held = known.secrets(options.given)
    words = [secrets.masked(known.masked(word, held)[0])[0] for word in command]
    for k, (name, word) in enumerate(pairwise(words), 1):
        pair = f"{name} {word}"
        masked, count = secrets.masked(pair)
        if count and masked.startswith(f"{name} "):
            words[k] = masked[len(name) + 1 :]
    return tuple(words)


class _Report:
    """A JUnit file that the command is to write; one that lay there before it counts for nothing."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._before = self._status()

    def _status(self) -> tuple[int, ...]:
        try:
            one = self._file.stat() if self._file is not None else None
        except OSError:
            one = None
        return (one.st_ino, one.st_size, one.st_mtime_ns, one.st_ctime_ns) if one else ()

    def lines(self, notes: list[str]) -> str:
        """What is added to the output, so that the counts can be read in it again."""
        if self._file is None:
            return ""
        after = self._status()
        if not after or after == self._before:
            notes.append(f"--junit {self._file}: the command did not write it")
            return ""
        from pytest_agentcompliance.parsing.work import junit

        try:
            return junit.lines(self._file.read_bytes())
        except (OSError, ValueError) as wrong:
            notes.append(f"--junit {self._file}: {wrong}")
            return ""


def _written(
    options: Options, record: Record, ran: _Ran, to: tuple[Path, Callable[[bytes], bytes]], notes: list[str]
) -> Proved:
    """Write the proof down. ``to`` is the folder, and what puts a statement into the form in which it lies there."""
    from pytest_agentcompliance.parsing.proofs import statement
    from pytest_agentcompliance.prover import folder as proofs
    from pytest_agentcompliance.prover import output

    kept = output.kept(ran.tape, options.given)
    text = kept.text + ran.report.lines(notes)
    folder, sign = to
    record = replace(record, work=_work(record, text))
    data = text.encode() if text else None
    made: list[tuple[Record, bytes]] = []

    def spelled(last: proofs.Last, beside: str) -> tuple[bytes, bytes]:
        import hashlib

        sha256 = hashlib.sha256(data).hexdigest() if data is not None else ""
        whole = replace(
            record, sequence=last.sequence + 1, previous=last.digest,
            output=Output(beside, sha256, kept.bytes, kept.cut, kept.masked),
        )  # fmt: skip
        plain = statement.text(statement.to_statement(whole))
        if len(plain) > LARGEST:
            notes.append("so many paths, or so long ones, differ from base that they are not written down")
            whole = replace(whole, files=None, changed=())
            plain = statement.text(statement.to_statement(whole))
        made.append((whole, plain))
        return plain, sign(plain)

    file, problem = None, ""
    if not options.write:
        spelled(proofs.Last(), "")
    else:
        try:
            file = proofs.written(folder, options.name, data, spelled)
        except (proofs.Unwritten, AgentComplianceError) as wrong:
            problem = str(wrong)
        if not made:
            made.append((record, b""))
    whole, plain = made[-1]
    return Proved(ran.ended.status, whole, plain, file, ran.ended, tuple(notes), problem)


def _work(record: Record, text: str) -> tuple[Work, ...]:
    if not text.strip():
        return ()
    from pytest_agentcompliance.parsing import work

    return work.read(shlex.join(record.command), text)


def _version() -> str:
    """Of this package. The folder that its installation left says it sooner than what reads all that stands in it."""
    import os
    import sys

    for folder in sys.path:
        with suppress(OSError):
            for name in os.listdir(folder or "."):
                if (found := INSTALLED.fullmatch(name)) is not None:
                    return found[1]
    from importlib import metadata

    try:
        return metadata.version("pytest-agentcompliance")
    except metadata.PackageNotFoundError:  # out of a checkout
        return ""
