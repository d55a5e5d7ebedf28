"""A command under ``prove`` at a terminal: it has one too, what is typed reaches it, and the terminal is afterwards as it was."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conftest import GitRepo
from tests.proving import PATIENCE, PROVE, PYTHON, environ, output, record

if sys.platform == "win32":
    pytest.skip("terminals as POSIX has them", allow_module_level=True)

import fcntl
import pty
import struct
import termios

LOOKS = "import os, sys; print(*(os.isatty(k) for k in range(3)), os.get_terminal_size(), os.open('/dev/tty', os.O_RDWR) > 0)"


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("base", {"a.py": "a = 1\n"})
    repo.branch("agent")
    return repo


@dataclass
class Screen:
    """Our end of a terminal, and the process that runs at the other one."""

    master: int
    slave: int
    process: "subprocess.Popen[bytes]"
    seen: bytes = b""
    how: list[Any] = field(default_factory=list)

    def until(self, there: Callable[[bytes], bool]) -> bytes:
        """Read on until something is there, or nothing comes any more."""
        end = time.monotonic() + PATIENCE
        while not there(self.seen) and time.monotonic() < end:
            if select.select([self.master], [], [], 0.05)[0]:
                self.seen += os.read(self.master, 1 << 16)
            elif self.process.poll() is not None and not select.select([self.master], [], [], 0.05)[0]:
                break
        return self.seen

    def wait(self) -> int:
        self.until(lambda _: False)
        return self.process.wait(PATIENCE)

    def type(self, text: bytes) -> None:
        os.write(self.master, text)


def resized(file: int, rows: int, columns: int) -> None:
    fcntl.ioctl(file, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


@contextmanager
def at_a_terminal(repo: GitRepo, *command: str, options: tuple[str, ...] = ("-q",), **streams: Any) -> Iterator[Screen]:
    """Prove a command at the head of a session with a terminal of its own, as a shell in a window does."""
    master, slave = pty.openpty()
    resized(slave, 40, 123)
    how = termios.tcgetattr(slave)
    given = {"stdin": slave, "stdout": slave, "stderr": slave, **streams}
    lead = (
        "import fcntl, os, subprocess, sys, termios; os.setsid(); "
        f"fcntl.ioctl({slave}, termios.TIOCSCTTY, 0); os.close({slave}); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )
    words = [*PYTHON, lead, *PROVE[1:], "it", *options, "--", *command]
    process = subprocess.Popen(words, cwd=repo.root, env=environ(repo, {"TERM": "xterm"}), pass_fds=(slave,), **given)
    screen = Screen(master, slave, process, how=how)
    try:
        yield screen
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait(PATIENCE)
        os.close(master)
        os.close(slave)


def test_the_command_has_a_terminal_of_our_size_that_it_belongs_to(run: GitRepo) -> None:
    with at_a_terminal(run, *PYTHON, LOOKS) as screen:
        assert screen.wait() == 0
        assert screen.seen == b"True True True os.terminal_size(columns=123, lines=40) True\r\n"
        assert termios.tcgetattr(screen.slave) == screen.how
    assert output(run) == "True True True os.terminal_size(columns=123, lines=40) True\n"


def test_progress_and_colours_reach_the_screen_and_plain_text_the_file(run: GitRepo) -> None:
    script = "for k in range(3): print(f'\\x1b[32m{k}0%\\x1b[0m', end='\\r', flush=True)\nprint('\\x1b]0;t\\x07done \\x07')"
    with at_a_terminal(run, *PYTHON, script) as screen:
        assert screen.wait() == 0
        assert screen.seen == b"\x1b[32m00%\x1b[0m\r\x1b[32m10%\x1b[0m\r\x1b[32m20%\x1b[0m\r\x1b]0;t\x07done \x07\r\n"
    assert output(run) == "00%\n10%\n20%\ndone \\x07\n"


def test_what_is_typed_reaches_the_command(run: GitRepo) -> None:
    with at_a_terminal(run, *PYTHON, "print('hello', input('who? '))") as screen:
        screen.until(lambda seen: seen.endswith(b"who? "))
        assert not termios.tcgetattr(screen.slave)[3] & termios.ICANON  # each key is handed on
        screen.type(b"Ada\r")
        assert screen.wait() == 0
        assert screen.seen == b"who? Ada\r\nhello Ada\r\n"
        assert termios.tcgetattr(screen.slave) == screen.how


def test_much_that_is_typed_at_a_command_that_does_not_look_hangs_nothing(run: GitRepo) -> None:
    script = (
        "import os, sys, termios, tty\ntty.setraw(0)\nprint('ready', flush=True)\nfor _ in range(3000): os.write(1, b'x' * 100)\n"
        "n = 0\nwhile n < 20000: n += len(os.read(0, 65536))\nprint('all', flush=True)"
    )
    with at_a_terminal(run, *PYTHON, script) as screen:
        screen.until(lambda seen: b"ready" in seen)
        os.set_blocking(screen.master, False)
        rest = b"y" * 20000
        while rest:
            with suppress(BlockingIOError):
                rest = rest[os.write(screen.master, rest) :]
            with suppress(BlockingIOError):
                screen.seen += os.read(screen.master, 1 << 16)
        os.set_blocking(screen.master, True)
        assert screen.wait() == 0
        assert b"all" in screen.seen


def test_control_c_is_the_commands(run: GitRepo) -> None:
    with at_a_terminal(run, "sh", "-c", "echo ready; exec sleep 100", options=()) as screen:
        screen.until(lambda seen: b"ready" in seen)
        screen.type(b"\x03")
        assert screen.wait() == 130
        assert b"killed by SIGINT" in screen.seen
        assert termios.tcgetattr(screen.slave) == screen.how
    assert (record(run).exit_code, record(run).ended) == (-2, "signal")


def test_a_window_that_changes_its_size_is_told(run: GitRepo) -> None:
    script = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGWINCH, lambda *_: (os.write(1, repr(os.get_terminal_size()).encode()), os._exit(0)))\n"
        "os.write(1, b'ready'); time.sleep(100)"
    )
    with at_a_terminal(run, *PYTHON, script) as screen:
        screen.until(lambda seen: b"ready" in seen)
        resized(screen.slave, 10, 20)
        assert screen.wait() == 0
        assert b"columns=20, lines=10" in screen.seen


def test_a_command_that_leaves_its_terminal_raw_leaves_ours_as_it_was(run: GitRepo) -> None:
    with at_a_terminal(run, *PYTHON, "import tty, os; tty.setraw(0); os.kill(os.getpid(), 9)") as screen:
        assert screen.wait() == 137
        assert termios.tcgetattr(screen.slave) == screen.how


def test_errors_that_go_elsewhere_go_there(run: GitRepo) -> None:
    reading, writing = os.pipe()
    with at_a_terminal(run, *PYTHON, LOOKS + "; print('wrong', file=sys.stderr)", stderr=writing) as screen:
        os.close(writing)
        assert screen.wait() == 0
        assert screen.seen.startswith(b"True True False ")
    assert os.read(reading, 100) == b"wrong\n"
    os.close(reading)
    assert "wrong\n" in output(run)


def test_input_that_comes_from_elsewhere_comes_from_there(run: GitRepo) -> None:
    with at_a_terminal(run, "sh", "-c", "test -t 0 || echo none; test -t 1 && cat", stdin=subprocess.DEVNULL) as screen:
        assert screen.wait() == 0
        assert screen.seen == b"none\r\n"
        assert termios.tcgetattr(screen.slave) == screen.how


def test_output_that_goes_elsewhere_leaves_the_terminal_to_the_command(run: GitRepo) -> None:
    """As in ``prove ... | tee``: it can still ask at the terminal, and Ctrl-C is its own."""
    reading, writing = os.pipe()
    script = "import sys; print('ready', flush=True); print('got', sys.stdin.readline().strip(), flush=True); sys.stdin.readline()"
    with at_a_terminal(run, *PYTHON, script, stdout=writing, stderr=writing) as screen:
        os.close(writing)
        assert os.read(reading, 100) == b"ready\n"
        screen.type(b"Ada\r")
        assert os.read(reading, 100) == b"got Ada\n"
        screen.type(b"\x03")
        assert screen.wait() == 130
        assert b"KeyboardInterrupt" in os.read(reading, 10_000)
        assert termios.tcgetattr(screen.slave) == screen.how
    os.close(reading)


def stopped(pid: int) -> bool:
    found, status = os.waitpid(pid, os.WUNTRACED | os.WNOHANG)
    return bool(found) and os.WIFSTOPPED(status)


def test_a_command_that_is_stopped_stops_us_and_goes_on_with_us(run: GitRepo) -> None:
    script = "import os, signal\nprint('ready', flush=True)\nos.kill(os.getpid(), signal.SIGSTOP)\nprint('on', flush=True)"
    with at_a_terminal(run, *PYTHON, script) as screen:
        screen.until(lambda seen: b"ready" in seen)
        end = time.monotonic() + PATIENCE
        while not (there := stopped(screen.process.pid)) and time.monotonic() < end:
            time.sleep(0.02)
        assert there
        assert termios.tcgetattr(screen.slave) == screen.how  # the shell has its terminal back
        screen.process.send_signal(signal.SIGCONT)
        assert screen.wait() == 0
        assert screen.seen == b"ready\r\non\r\n"
        assert termios.tcgetattr(screen.slave) == screen.how
