"""What is said of a proof on stderr, once the command has ended."""

import os
from collections.abc import Iterator
from pathlib import Path

from pytest_agentcompliance.prover.prove import Proved

MOST = 4  # tools that are named


def lines(made: Proved, *, quiet: bool) -> Iterator[tuple[str, str]]:
    """Each with its style. A proof that could not be written is said even where nothing else is."""
    if made.problem:
        yield "red", f"NO PROOF of {made.record.name} was written: {made.problem}"
    if quiet:
        return
    for note in made.notes:
        yield "yellow", note
    where = f"; {_place(made.file)}" if made.file is not None else ""
    yield "", f"{made.record.name}: {outcome(made)}{_work(made)}{where}"


def outcome(made: Proved) -> str:
    """How the command ended, in words."""
    code, how = made.record.exit_code, made.record.ended
    took = f"after {made.record.seconds:.1f} s"
    if how == "timeout":
        return f"ended by --timeout {took}"
    if how == "signal" and code is not None:
        return f"killed by {_signal(-code)} {took}"
    if how == "not started":
        return "not started"
    return f"exit code {code} {took}"


def _work(made: Proved) -> str:
    found = made.record.work
    said = [f"{one.said}{f' ({one.idle})' if one.idle else ''}" for one in found[:MOST]]
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    return f"; {', '.join(said)}{more}" if said else ""


def _signal(number: int) -> str:
    import signal

    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _place(file: Path) -> str:
    found = os.path.relpath(file)
    return found if not found.startswith("..") else str(file)
