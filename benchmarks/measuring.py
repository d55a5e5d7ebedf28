"""Whole processes, run in turn and measured: wall time, processor time and peak memory of each with all its children."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LOOKS = 0.01  # seconds between two looks at the memory of a tree of processes


class Failed(Exception):
    """A process that ended as it should not: what it measured means nothing."""


@dataclass(frozen=True)
class Took:
    """What one process took, its children included."""

    wall: float
    cpu: float
    peak: float  # MiB

    def by(self, clock: str) -> float:
        """Seconds by ``wall`` or by ``cpu``."""
        return {"wall": self.wall, "cpu": self.cpu}[clock]


@dataclass(frozen=True)
class Command:
    """What is run, where, and with which exit codes it has done its work."""

    words: tuple[str, ...]
    folder: Path
    good: tuple[int, ...] = (0,)


def clean(place: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """An environment without the user's settings of git, pytest or a CI; bytecode is compiled into a folder of ours."""
    kept = {name: environ[name] for name in ("PATH", "TMPDIR", "LANG", "SYSTEMROOT") if name in environ}
    home = str(place / "nobody-home")
    return kept | {
        "HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_PAGER": "cat", "PYTHONPYCACHEPREFIX": str(place / "bytecode"),
    }  # fmt: skip


def run(command: Command, env: Mapping[str, str], *, memory: bool = False) -> Took:
    """One run. ``memory`` looks at the whole tree of processes while it runs, which costs time of its own."""
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command.words, cwd=command.folder, env=dict(env), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said
        )
        most = _watched(process.pid) if memory else 0.0
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        error = said.read().decode("utf-8", "replace")
    if process.returncode not in command.good or "agent-compliance:" in error:
        raise Failed(f"{' '.join(command.words)[:200]} ended with {process.returncode}: {error[-300:].strip()}")
    return Took(wall, used.ru_utime + used.ru_stime, max(most, 0 if most else used.ru_maxrss / 1024))


def _watched(pid: int) -> float:
    """The most memory that a process and all below it had at once, in MiB; what several share is counted once."""
    most = 0.0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        most = max(most, sum(_held(one) for one in _tree(pid)))
        time.sleep(LOOKS)
    return most / 1024


def _tree(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        try:
            tasks = os.listdir(f"/proc/{one}/task")
            found += [int(child) for task in tasks for child in Path(f"/proc/{one}/task/{task}/children").read_text().split()]
        except OSError:  # it has gone meanwhile, or there is no /proc
            continue
    return found


def _held(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def rounds(sides: Mapping[str, Command], number: int, env: Mapping[str, str], *, memory: bool = False) -> list[dict[str, Took]]:
    """``number`` rounds in which each side is run once, in every other round the other way round. One round before them counts
    for nothing: it compiles, and reads the disk."""
    for command in sides.values():
        run(command, env)
    found = []
    for k in range(number):
        names = list(sides)[:: 1 if k % 2 else -1]
        one = {name: run(sides[name], env, memory=memory) for name in names}
        found.append(one)
    return found


def middle(values: Sequence[float]) -> tuple[float, float, float]:
    """The median and the quartiles."""
    ordered = sorted(values)
    return statistics.median(ordered), ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4 - (len(ordered) % 4 == 0)]
