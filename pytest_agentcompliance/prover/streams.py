"""The streams of a command between it and us: two pipes, or a terminal of its own where ours is one. Not for Windows."""

import fcntl
import os
import pty
import select
import signal
import termios
import tty
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

PART = 1 << 18  # bytes that are read at once
PIPE = 1 << 20  # bytes that a pipe holds, where the system lets it
RESET = [one for name in ("SIGPIPE", "SIGXFZ", "SIGXFSZ") if (one := getattr(signal, name, None)) is not None]
Each = Callable[[int, bytes], None]
OUT, ERR = 1, 2


@contextmanager
def opened() -> Iterator["Joined"]:
    """The streams for one command; the terminal is as it was when the block ends."""
    for file in (0, OUT, ERR):  # one that is closed would be given to the next that is opened
        try:
            os.fstat(file)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    joined = Joined()
    try:
        yield joined
    finally:
        joined.close()


class Joined:
    """``sources`` are the files that the command's output comes from, each with the stream of ours that it goes to."""

    def __init__(self) -> None:
        self.sources: dict[int, int] = {}
        self._given: dict[int, int] = {}  # the command's own ends: its stream, and the file
        self._silent: set[int] = set()  # streams of ours that nobody reads any more
        self._master = -1
        self._name = ""  # of the command's terminal
        self._saved: list[Any] | None = None  # how our terminal was
        self._front = -1  # the process group in front of our terminal, where we gave that to the command
        self._types = False  # whether what is typed is handed on
        self._typed = bytearray()  # what the command has not taken yet
        if os.isatty(OUT):
            self._terminal()
        for stream in (OUT, ERR):
            if stream == OUT and self._master >= 0:
                continue
            if stream == ERR and self._master >= 0 and os.isatty(ERR):
                continue
            end, other = os.pipe()
            with suppress(OSError, AttributeError):
                fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, PIPE)
            self.sources[end], self._given[stream] = stream, other

    def _terminal(self) -> None:
        try:
            self._master, slave = pty.openpty()
        except OSError:  # the system has none left: pipes do
            return
        self._slave, self._name = slave, os.ttyname(slave)
        self.sources[self._master] = OUT
        with suppress(termios.error):
            how = termios.tcgetattr(OUT)
            if not self._is_typed_at():
                how[1] &= ~termios.OPOST  # ours does it
            termios.tcsetattr(slave, termios.TCSANOW, how)
        self.resize()

    def _is_typed_at(self) -> bool:
        """Whether a person's terminal is our input, with us in front of it."""
        with suppress(OSError):
            return os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()
        return False

    def resize(self) -> None:
        """Give the command's terminal the size of ours; the system tells the command."""
        if self._master >= 0:
            with suppress(OSError):
                fcntl.ioctl(self._master, termios.TIOCSWINSZ, fcntl.ioctl(OUT, termios.TIOCGWINSZ, b"\0" * 8))

    def spawn(self, command: Sequence[str], environ: Mapping[str, str]) -> int:
        """Start the command, found as a shell finds it. Raises ``OSError``. What we were given to inherit it inherits too."""
        actions: list[Any] = [(os.POSIX_SPAWN_DUP2, file, stream) for stream, file in self._given.items()]
        options: dict[str, Any] = {"setpgroup": 0}
        if self._master >= 0:
            # The first terminal that the leader of a session opens is the one that it belongs to.
            options = {"setsid": True}
            actions.insert(0, (os.POSIX_SPAWN_OPEN, OUT, self._name, os.O_RDWR, 0))
            if os.isatty(0):
                actions.append((os.POSIX_SPAWN_DUP2, OUT, 0))
            if ERR not in self._given:
                actions.append((os.POSIX_SPAWN_DUP2, OUT, ERR))
        return os.posix_spawnp(command[0], list(command), environ, file_actions=actions, setsigdef=RESET, **options)

    def begin(self, pid: int) -> None:
        """The command runs: its ends are its own, and where a person types, it is typed to the command."""
        for file in self._given.values():
            os.close(file)
        self._given.clear()
        if self._master >= 0:
            os.close(self._slave)
        self._to_front(pid)

    def _to_front(self, pid: int) -> None:
        if not self._is_typed_at():
            return
        if self._master >= 0:
            with suppress(termios.error):
                self._saved = termios.tcgetattr(0)
                tty.setraw(0, termios.TCSADRAIN)
                self._types = True
            os.set_blocking(self._master, False)
            return
        with suppress(OSError), _unstopped():  # a pipe takes the output, and the terminal is still the input
            os.tcsetpgrp(0, pid)
            self._front = os.getpgrp()
            os.killpg(pid, signal.SIGCONT)  # it may have asked for input before it was in front

    def _to_back(self) -> None:
        if self._saved is not None:
            with suppress(termios.error), _unstopped():
                termios.tcsetattr(0, termios.TCSADRAIN, self._saved)
            self._saved, self._types = None, False
        if self._front >= 0:
            with suppress(OSError), _unstopped():
                os.tcsetpgrp(0, self._front)
            self._front = -1

    def stop(self, pid: int) -> None:
        """The command was stopped, as with Ctrl-Z. So are we, where there is a shell that can let us go on."""
        if not os.isatty(0):
            return
        self._to_back()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._to_front(pid)
        self.resize()
        with suppress(OSError):
            os.killpg(pid, signal.SIGCONT)

    def polled(self) -> dict[int, int]:
        """The files that are waited for, and what for."""
        found = dict.fromkeys(self.sources, select.POLLIN)
        if self._typed:
            found[self._master] |= select.POLLOUT
        elif self._types:
            found[0] = select.POLLIN
        return found

    def pass_on(self, file: int, each: Each) -> bool:
        """Hand on what there is to be read; whether there was anything."""
        if file == 0:
            self._type()
            return False
        if self._typed and file == self._master:
            with suppress(OSError):
                del self._typed[: os.write(file, self._typed)]
        try:
            part = os.read(file, PART)
        except BlockingIOError:
            return False
        except OSError:  # the last process that had the terminal has closed it
            part = b""
        if not part:
            self._end(file)
            return False
        stream = self.sources[file]
        each(stream, part)
        if stream not in self._silent and not _write(stream, part):
            self._silent.add(stream)
            if file != self._master:
                self._end(file)  # whoever reads us has gone: the command is told as it would be without us
        return True

    def _type(self) -> None:
        part = b""
        with suppress(OSError):
            part = os.read(0, PART)
        self._typed += part
        self._types = bool(part)

    def _end(self, file: int) -> None:
        del self.sources[file]
        if file == self._master:
            self._types, self._master = False, -1
            self._typed.clear()
        os.close(file)

    def close(self) -> None:
        self._to_back()
        for file in (*self.sources, *self._given.values()):
            os.close(file)
        if self._given and self._master >= 0:
            os.close(self._slave)
        self.sources.clear()


@contextmanager
def _unstopped() -> Iterator[None]:
    """A process that is not in front of a terminal is stopped when it changes it, unless it ignores that."""
    was = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGTTOU, was)


def _write(file: int, part: bytes) -> bool:
    """Write all of it; False where nobody reads it any more."""
    rest = memoryview(part)
    while rest:
        try:
            rest = rest[os.write(file, rest) :]
        except BlockingIOError:  # somebody made our stream such that it does not wait
            _wait(file)
        except OSError:
            return False
    return True


def _wait(file: int) -> None:
    poll = select.poll()
    poll.register(file, select.POLLOUT)
    poll.poll()
