"""A command run with two pipes and nothing else: for systems that have neither our terminals nor our signals (Windows)."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO

from pytest_agentcompliance.prover.child import GRACE, LONGEST, Each, Ended, not_started

PART = 1 << 16  # bytes


def run(
    command: Sequence[str], environ: Mapping[str, str], each: Each, timeout: float | None, started: Callable[[], None]
) -> Ended:
    """Run it, and give back how it ended. Ctrl-C reaches it by itself, since it has our console."""
    try:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(environ), close_fds=False, bufsize=0
        )
    except OSError as wrong:
        return not_started(wrong)
    started()
    turn, late = threading.Lock(), False
    threads = [
        threading.Thread(target=_carry, args=(source, stream, each, turn), daemon=True)
        for stream, source in ((1, process.stdout), (2, process.stderr)) if source is not None
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    while True:
        try:
            code = process.wait(timeout if not late else GRACE)
            break
        except subprocess.TimeoutExpired:
            if late:
                process.kill()
            else:
                _end(process)
            late = True
        except KeyboardInterrupt:
            continue  # it was told too; what it makes of it is its own
    for thread in threads:
        thread.join(LONGEST)
    held = any(thread.is_alive() for thread in threads)
    if late:
        return Ended(code, "timeout", held=held)
    return Ended(code, "exit" if code >= 0 else "signal", held=held)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a command with what it started."""
    if sys.platform == "win32":
        with suppress(OSError):
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    process.terminate()


def _carry(source: IO[bytes], stream: int, each: Each, turn: threading.Lock) -> None:
    silent = False
    with source:
        while part := source.read(PART):
            with turn:
                each(stream, part)
            if not silent:
                silent = not _written(stream, part)


def _written(stream: int, part: bytes) -> bool:
    """Whether anybody reads us."""
    try:
        rest = memoryview(part)
        while rest:
            rest = rest[os.write(stream, rest) :]
    except OSError:
        return False
    return True
