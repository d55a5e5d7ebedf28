"""A process that outlives the session: what the tree's code does to its own exit code, it cannot do to this one's."""

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

# A terminal tells the whole group of processes; what somebody sends to one of them alone is handed on.
HANDED_ON = ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP")


def stand(config: pytest.Config, last_words: Callable[[int], Sequence[str]]) -> None:
    """Go on in a child process, and leave this one, which has loaded nothing of the tree, to wait for its end.

    ``last_words`` is told the session's exit code in the process that waits, and says what is wrong about it; if anything is,
    the exit code is not 0. Where a process cannot be split, or is more than pytest's own, nothing happens.
    """
    if not possible(config):
        return
    signals = {getattr(signal, name) for name in HANDED_ON} | {signal.SIGCHLD}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    ignoring = signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # whoever ignores it is not told of a child's end
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads: there are none but this one
        child = os.fork()
    if child == 0:
        signal.signal(signal.SIGCHLD, ignoring)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return
    code = 1
    try:
        code = _wait(child, signals)
        for line in last_words(code):
            code = code or int(pytest.ExitCode.TESTS_FAILED)
            os.write(2, f"{line}\n".encode("utf-8", "backslashreplace"))
    finally:
        os._exit(code)


def possible(config: pytest.Config) -> bool:
    """Whether this process is pytest's own, with one thread, on a system that can split it."""
    if not (hasattr(os, "fork") and hasattr(signal, "sigwaitinfo")) or threading.active_count() > 1:
        return False
    asked = config.invocation_params
    started = Path(sys.argv[0])
    ours = started.stem in ("pytest", "py.test") or started.parts[-2:] == ("pytest", "__main__.py")
    return ours and not asked.plugins and tuple(sys.argv[1:]) == tuple(asked.args)


def _wait(child: int, signals: set[signal.Signals]) -> int:
    """The exit code of the child, as a shell has it."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        told = signal.sigwaitinfo(signals)
        if told.si_signo != signal.SIGCHLD and told.si_code <= 0:  # of a process, not of the kernel
            os.kill(child, told.si_signo)
