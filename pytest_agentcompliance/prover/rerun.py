"""Run again what base's policy lists and the run has recorded, and hold what comes of it against the record.

What runs is the policy's command, never the record's: a run that could say what a CI starts would start what it likes.
"""

import signal
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pytest_agentcompliance import engine
from pytest_agentcompliance.errors import AgentComplianceError, UsageError
from pytest_agentcompliance.evidence import Proof, Proofs
from pytest_agentcompliance.evidence.proofs import FRESHNESS
from pytest_agentcompliance.parsing.proofs import again
from pytest_agentcompliance.policy import Rerun
from pytest_agentcompliance.prover import prove
from pytest_agentcompliance.prover.prove import Proved
from pytest_agentcompliance.reporters.text import shown

Outcome = Literal["same", "differs", "could not run", "never recorded", "not listed by base"]
MOST_PATHS = 3  # that a row names


@dataclass(frozen=True, slots=True)
class Row:
    """What is to be said of one command. ``how`` are clauses."""

    name: str
    command: tuple[str, ...]
    outcome: Outcome
    how: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A command of base's, and the last that the run recorded of it."""

    entry: Rerun
    recorded: Proof


@dataclass(frozen=True, slots=True)
class Plan:
    """``rest`` is what is not run; ``refused`` are files of the run that claim to be proofs and count for nothing."""

    root: Path
    tasks: tuple[Task, ...]
    rest: tuple[Row, ...]
    refused: tuple[str, ...]


def plan(options: engine.Options, names: Sequence[str], to: Path) -> Plan:
    """What is to be run. Raises what an audit raises, and ``UsageError`` for a name or a folder that cannot be."""
    with engine.opened(options) as one:
        root = one.repository.root
        if root is None:
            raise UsageError(f"{options.repo} is a bare repository, which has no work tree to run anything in")
        listed = {entry.name: entry for entry in one.policy.rerun}
        if strange := [name for name in names if name not in listed]:
            known = f"it lists {', '.join(listed)}" if listed else "it lists nothing under proofs.rerun"
            raise UsageError(f"--rerun {strange[0]}: base's policy does not list it; {known}")
        _hold_apart(to, root)
        read = [found for bound in one.bound if (found := one.gather(bound, {"proofs"}).proofs) is not None]
    proofs = _best(read)
    wanted = [entry for name, entry in listed.items() if not names or name in names]
    pairs = [(entry, _recorded(entry, proofs)) for entry in wanted]
    tasks = tuple(Task(entry, recorded) for entry, recorded in pairs if recorded is not None)
    rest = [Row(entry.name, entry.command, "never recorded") for entry, recorded in pairs if recorded is None]
    if not names:
        others = [one for one in proofs if not _is_listed(one, listed.values()) and one not in [task.recorded for task in tasks]]
        rest += [Row(*one, "not listed by base") for one in dict.fromkeys((one.name, one.command) for one in others)]
    refused = dict.fromkeys(f"{one.at}: {one.why}" for found in read for one in found.refused)
    return Plan(root, tasks, tuple(rest), tuple(refused))


def run(
    options: engine.Options, names: Sequence[str], to: Path, key: str | None = None, step: Callable[[str], None] = lambda _: None
) -> tuple[list[Row], list[str]]:
    """Run what is to be run, write what came of it into a folder; the rows of the table, and what else is to be said.

    ``step`` is told what runs. Raises as ``plan`` does, before the first command runs.
    """
    planned = plan(options, names, to)
    if key is not None:
        from pytest_agentcompliance.prover import signing

        signing.opened(Path(key), planned.root)  # a wrong one is told before anything runs
        key = str(Path(key).resolve())
    to, root = to.resolve(), planned.root.resolve()  # each command runs in a folder of its own
    to.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    notes = [f"refused: {one}" for one in planned.refused]
    made: list[Proved] = []
    for task in planned.tasks:
        entry = task.entry
        if (root / entry.folder).resolve() != root / entry.folder:
            # A link would have base's command run over other files than base means.
            rows.append(Row(entry.name, entry.command, "could not run", (f"{entry.folder} is a link, and leads elsewhere",)))
            continue
        step(f"{entry.name}: {told(entry)}")
        asked = prove.Options(
            entry.name, entry.command, options.environ, planned.root, planned.root / entry.folder, options.base,
            timeout=entry.timeout or None, key=key, folder=to, rerun_of=task.recorded.digest,
        )  # fmt: skip
        try:
            one = prove.prove(asked)
        except AgentComplianceError as wrong:
            rows.append(Row(entry.name, entry.command, "could not run", (str(wrong),)))
            continue
        if one.ended.code == -signal.SIGINT:
            raise KeyboardInterrupt  # a person has had enough: what would come next is not asked for any more
        made.append(one)
        notes += [f"{entry.name}: {note}" for note in one.notes]
        if one.problem:
            rows.append(Row(entry.name, entry.command, "could not run", (f"its proof could not be written: {one.problem}",)))
        else:
            rows.append(compared(task, one, made[0]))
    if strange := _altered(to, made):
        rows.append(Row("the folder", (str(to),), "differs", (f"while commands ran something else wrote there: {strange}",)))
    return [*rows, *planned.rest], notes


def lines(rows: Sequence[Row], notes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The table, each line with its style."""
    styles = {"same": "green", "differs": "red", "could not run": "red"}
    width = max((len(shown(row.name)) for row in rows), default=0)
    column = max((len(row.outcome) for row in rows), default=0)
    for row in rows:
        yield styles.get(row.outcome, "dim"), f"{shown(row.name):<{width}}  {row.outcome:<{column}}  {shown(_line(row.command))}"
        for how in row.how:
            yield "", f"{'':<{width}}  {shown(how)}"
    for note in notes:
        yield "yellow", shown(note)
    if not rows:
        yield "", "base's policy lists no command under proofs.rerun, and the run recorded none; nothing was run"


def told(entry: Rerun) -> str:
    """A command as it would be typed, and where."""
    return _line(entry.command) + (f" (in {entry.folder})" if entry.folder else "")


def compared(task: Task, made: Proved, first: Proved) -> Row:
    """What the second run says of the first. ``first`` is what ran first here: all are to run over one tree."""
    recorded, entry, record = task.recorded, task.entry, made.record
    if record.ended == "not started":
        return Row(entry.name, entry.command, "could not run", (made.ended.why,))
    how = list(again.differences(recorded, record))
    if (recorded.command, recorded.folder) != (entry.command, entry.folder):
        how.insert(0, f"the run recorded another command: {recorded.line}" + (f" in {recorded.folder}" if recorded.folder else ""))
    if recorded.freshness == "stale":
        paths = _paths(recorded.differs)
        how.append(f"the run recorded it over another tree{f': {paths}' if paths else ''}")
    if record.tree != first.record.tree:
        paths = _paths(first.record.changed)
        how.append(f"a command that ran before it changed the tree{f': {paths}' if paths else ''}")
    return Row(entry.name, entry.command, "differs" if how else "same", tuple(how))


def exit_code(rows: Sequence[Row]) -> int:
    """0: all bear the records out. 1: something differs. 3: a command could not be run. 1 beats 3."""
    outcomes = {row.outcome for row in rows}
    return 1 if "differs" in outcomes else 3 if "could not run" in outcomes else 0


def _hold_apart(to: Path, root: Path) -> None:
    real = to.resolve()
    if real.is_relative_to(root.resolve()):
        raise UsageError(f"--to {to}: it lies in the repository, where the run itself can write; give a folder outside of it")
    try:
        if any(real.iterdir()):
            raise UsageError(f"--to {to}: the folder is not empty; give a new one, so that nothing else lies among the reruns")
    except FileNotFoundError:
        return
    except OSError as wrong:
        raise UsageError(f"--to {to}: {wrong.strerror}") from wrong


def _best(read: Sequence[Proofs]) -> list[Proof]:
    """The proofs in their order, each with the best grade that a profile gives it: their exempt paths may differ."""
    found: dict[str, Proof] = {}
    for proofs in read:
        for one in proofs.proofs:
            there = found.get(one.digest)
            if there is None or FRESHNESS.index(one.freshness) < FRESHNESS.index(there.freshness):
                found[one.digest] = one
    return sorted(found.values(), key=lambda one: one.sequence)


def _is_listed(proof: Proof, entries: Collection[Rerun]) -> bool:
    return any((proof.command, proof.folder) == (one.command, one.folder) for one in entries)


def _recorded(entry: Rerun, proofs: Sequence[Proof]) -> Proof | None:
    """The last proof of a command; where there is none, the last that bears its name and is of another one."""
    alike = [one for one in proofs if (one.command, one.folder) == (entry.command, entry.folder)]
    named = [one for one in proofs if one.name == entry.name]
    return alike[-1] if alike else named[-1] if named else None


def _altered(folder: Path, made: Sequence[Proved]) -> str:
    """A file that lies in the folder and is not as it was written there, or that is gone; code of the run ran beside it."""
    from pytest_agentcompliance.parsing.proofs import statement

    there = {one.name for one in folder.iterdir()}
    for one in made:
        if one.file is None:
            continue
        ours = {one.file.name, one.record.output.file} - {""}
        if not ours <= there:
            return min(ours - there)
        there -= ours
        try:
            plain, _ = statement.payload(one.file.read_bytes())
            same = not one.file.is_symlink() and statement.digest(plain) == statement.digest(one.statement)
        except (statement.Malformed, OSError):
            same = False
        if not same:
            return one.file.name
    return min(there, default="")


def _paths(paths: Sequence[str]) -> str:
    return ", ".join(paths[:MOST_PATHS]) + (" and more" if len(paths) > MOST_PATHS else "")


def _line(command: Sequence[str]) -> str:
    import shlex

    return shlex.join(command)
