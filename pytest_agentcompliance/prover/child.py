"""A command run as it would run without us: its streams pass through, its signals reach it, and its end is ours.

Where our standard output is a terminal the command gets one too; else it has two pipes. It runs in a process group of its own, so
that whatever it starts can be ended with it. Parts of what it prints go to our own streams first, and to ``each`` then.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pytest_agentcompliance.prover.streams import Joined

GRACE = 5.0  # seconds between asking a group to end and ending it
IDLE, LONGEST = 0.25, 2.0  # seconds that are waited for what processes print that outlive the command
FORWARDED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
Each = Callable[[int, bytes], None]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. ``code``: negative for the signal that ended it, None where it did not start; then ``why`` says it."""

    code: int | None
    how: Literal["exit", "signal", "timeout", "not started"] = "exit"
    why: str = ""
    held: bool = False  # a process that it started still had its output, and was not waited for

    @property
    def status(self) -> int:
        """As a shell has it."""
        if self.how == "timeout":
            return 124
        if self.code is None:
            return 127 if self.why == MISSING else 126
        return self.code if self.code >= 0 else 128 - self.code


MISSING = "command not found"


def not_started(wrong: OSError) -> Ended:
    """A command that is not there, or that cannot be run."""
    if isinstance(wrong, FileNotFoundError):
        return Ended(None, "not started", MISSING)
    return Ended(None, "not started", (wrong.strerror or str(wrong)).lower())


def run(
    command: Sequence[str], environ: Mapping[str, str], each: Each, timeout: float | None = None,
    started: Callable[[], None] = lambda: None,
) -> Ended:
    """Run it, and give back how it ended. ``started`` is called once it runs."""
    if sys.platform == "win32" or not hasattr(os, "posix_spawnp"):
        from pytest_agentcompliance.prover import plain

        return plain.run(command, environ, each, timeout, started)
    from pytest_agentcompliance.prover import streams

    with streams.opened() as joined, _Signals(joined) as signals:
        try:
            pid = joined.spawn(command, environ)
        except OSError as wrong:
            return not_started(wrong)
        signals.child(pid, timeout)
        joined.begin(pid)
        started()
        return _Loop(pid, joined, signals, each).run()


class _Signals:
    """While a command runs, what is sent to us is handed to its group; what we were told to ignore it was told too."""

    def __init__(self, joined: "Joined") -> None:
        self._joined, self._pid = joined, 0
        self._waiting: list[int] = []
        self._kept: dict[signal.Signals, object] = {}
        self.late = False

    def __enter__(self) -> "_Signals":
        self._wake, self._write = os.pipe()
        os.set_blocking(self._write, False)
        os.set_blocking(self._wake, False)
        for name in FORWARDED:
            self._take(signal.Signals[name], self._forward)
        self._take(signal.SIGWINCH, lambda *_: self._joined.resize())
        self._take(signal.SIGALRM, self._expire)
        self._take(signal.SIGCHLD, lambda *_: None)
        self._woken = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.set_wakeup_fd(self._woken)
        for number, handler in self._kept.items():
            # By default a child's end does nothing either; one that comes while the handler goes would be an error that is printed.
            if (number, handler) != (signal.SIGCHLD, signal.SIG_DFL):
                signal.signal(number, handler)  # type: ignore[arg-type]
        os.close(self._wake)
        os.close(self._write)

    def fileno(self) -> int:
        """Readable when a signal came, so that nothing waits past it."""
        return self._wake

    def read(self) -> None:
        with suppress(BlockingIOError):
            while os.read(self._wake, 512):
                pass

    def child(self, pid: int, timeout: float | None) -> None:
        self._pid = pid
        for number in self._waiting:
            self.send(number)
        if timeout is not None:
            signal.setitimer(signal.ITIMER_REAL, max(timeout, 1e-6))

    def over(self) -> None:
        """The command has ended: nothing is handed on any more."""
        self._pid = 0
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _take(self, number: signal.Signals, handler: Callable[[int, FrameType | None], None]) -> None:
        was = signal.getsignal(number)
        if was is not signal.SIG_IGN or number == signal.SIGCHLD:
            self._kept[number] = signal.SIG_DFL if was is None else was
            signal.signal(number, handler)

    def _forward(self, number: int, _: FrameType | None) -> None:
        if self._pid:
            self.send(number)
        else:
            self._waiting.append(number)

    def send(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, number)

    def _expire(self, *_: object) -> None:
        if self._pid:
            self.send(signal.SIGKILL if self.late else signal.SIGTERM)
            if not self.late:
                self.send(signal.SIGCONT)  # one that was stopped could not end
            self.late = True
            signal.setitimer(signal.ITIMER_REAL, GRACE)


class _Loop:
    """Carries what the command prints until it has ended and its streams have."""

    def __init__(self, pid: int, joined: "Joined", signals: _Signals, each: Each) -> None:
        self._pid, self._joined, self._signals, self._each = pid, joined, signals, each
        self._status: int | None = None

    def run(self) -> Ended:
        quiet_until = over_at = 0.0
        while self._status is None or self._joined.sources or self._leaving():
            patience = None if self._status is None else max(0.0, min(quiet_until, over_at) - time.monotonic())
            ready = self._ready(patience)
            if self._signals.fileno() in ready:
                self._signals.read()
            read = [self._joined.pass_on(file, self._each) for file in ready if file != self._signals.fileno()]
            now = time.monotonic()
            if self._status is None:
                if self._reaped():
                    quiet_until, over_at = now + IDLE, now + (GRACE if self._signals.late else LONGEST)
                continue
            if any(read) or self._leaving():
                quiet_until = now + IDLE
            if now >= min(quiet_until, over_at):
                break
        if self._signals.late:  # what is left of its group has had its time
            self._signals.send(signal.SIGKILL)
        self._signals.over()
        held = bool(self._joined.sources) and not self._signals.late
        code = os.waitstatus_to_exitcode(self._status or 0)
        if self._signals.late:
            return Ended(code, "timeout")
        return Ended(code, "exit" if code >= 0 else "signal", held=held)

    def _leaving(self) -> bool:
        """Whether processes of a group that was asked to end are still about to."""
        if self._signals.late:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, 0)
                return True
        return False

    def _ready(self, patience: float | None) -> list[int]:
        poll = select.poll()
        poll.register(self._signals.fileno(), select.POLLIN)
        for file, events in self._joined.polled().items():
            poll.register(file, events)
        return [file for file, _ in poll.poll(None if patience is None else min(int(patience * 1000) + 1, 50))]

    def _reaped(self) -> bool:
        """Whether the command has ended. One that was stopped stops us, where a person can let both go on."""
        pid, status = os.waitpid(self._pid, os.WNOHANG | os.WUNTRACED)
        if not pid:
            return False
        if os.WIFSTOPPED(status):
            self._joined.stop(self._pid)
            return False
        self._status = status
        return True
