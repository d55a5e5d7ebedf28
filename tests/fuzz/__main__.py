"""``python -m tests.fuzz [--minutes N] [--target NAME] [--seed N] [--keep DIR]``: drive the readers until the time is up.

Each target runs in a process of its own, with a limit of memory; an input that raises what it may not, that takes more than
five seconds, or after which the process has grown beyond what its samples need, is kept and told.
"""

import argparse
import hashlib
import multiprocessing
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path

from tests.fuzz.inputs import stream
from tests.fuzz.targets import TARGETS

SLOWEST = 5.0  # seconds of the processor for one input of 20 kB at most
GROWTH = 200 * 1024  # KiB that a process may grow by after its first fifth


class TooSlowError(Exception):
    """An input that did not end."""


def drive(name: str, seed: int, until: float, keep: str) -> None:
    """Runs in a child; says on one line how it went. Exit code 1: something failed."""
    target, count, failed, slowest = TARGETS[name], 0, 0, 0.0
    began, early = time.monotonic(), 0

    def stop(*_: object) -> None:
        raise TooSlowError

    signal.signal(signal.SIGPROF, stop)
    for data in stream(target.kind, seed):
        now = time.monotonic()
        if now >= until:
            break
        if not early and now - began > (until - began) / 5:
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        used = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SLOWEST)
        try:
            target.read(data)
        except BaseException:
            failed += 1
            signal.setitimer(signal.ITIMER_PROF, 0)
            file = Path(keep) / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
            file.write_bytes(data)
            sys.stderr.write(f"{name}: {file.name}\n{traceback.format_exc(limit=-6)}\n")
        signal.setitimer(signal.ITIMER_PROF, 0)
        count += 1
        if (used := time.process_time() - used) > slowest:
            slowest = used
            (Path(keep) / f"{name}-slowest").write_bytes(data)
    late = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = early and late - early > GROWTH
    sizes = f"{early // 1024} MiB at first, {late // 1024} MiB in the end"
    print(f"{name}: {count} inputs, {failed} failed, slowest {slowest:.2f} s, {sizes}", flush=True)
    os._exit(1 if failed or grown else 0)


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("--minutes", type=float, default=5)
    asked.add_argument("--target", choices=[*TARGETS], action="append")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--keep", default=".", help="where inputs that failed are written")
    asked.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = asked.parse_args()
    names = given.target or [*TARGETS]
    Path(given.keep).mkdir(parents=True, exist_ok=True)
    each = given.minutes * 60 * given.jobs / len(names)
    codes, running = [], []
    context = multiprocessing.get_context("fork")
    for name in names:
        child = context.Process(target=drive, args=(name, given.seed, time.monotonic() + each, given.keep))
        child.start()
        running.append(child)
        if len(running) == given.jobs:
            codes.append(_ended(running.pop(0)))
    codes += [_ended(one) for one in running]
    return 1 if any(codes) else 0


def _ended(child: multiprocessing.process.BaseProcess) -> int:
    child.join()
    return child.exitcode or 0


if __name__ == "__main__":
    sys.exit(main())
