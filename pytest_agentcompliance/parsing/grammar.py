"""The door to grammars and lexers, which run in a child process that may be killed.

Measured with ast-grep 0.51: 20 KB of ``{-`` or ``->`` keep every JavaScript parser busy for longer than anybody
waits, and 20 KB of nested ``- `` abort the process in YAML's. The text under audit is hostile, so whoever parses
it must be expendable. A question that is not answered in time is None, and the caller reads with ``scan`` instead.
"""

import atexit
import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from pytest_agentcompliance.parsing import grammar_patterns

LARGEST = 1024 * 1024  # characters; tree-sitter reads about 5 MB/s, and its recovery from errors 0.25
LONGEST_LINE = 100_000  # characters; ast-grep counts columns from the start of the line, for each node
FIRST_SECONDS = 3.0  # what any answer may take; more is added for the length of the text
TICK = 0.1  # seconds
IDLE = 10  # ticks
_UNFIT = re.compile("[\ud800-\udfff\0]")
_LONE_CR = re.compile(r"\r(?!\n)")

Question = Literal["comments", "tokens", "imports", "elements", "find", "nodes"]


@dataclass(frozen=True, slots=True)
class Match:
    """One match of a pattern: which pattern, where (offsets in characters), the kind of its node, where each variable stands."""

    pattern: int
    start: int
    end: int
    kind: str
    held: tuple[tuple[int, int] | None, ...] = ()


def find(patterns: Sequence[tuple[Mapping[str, Any], Sequence[str]]], name: str, text: str) -> tuple[Match, ...] | None:
    """What patterns match in a text that the grammar called ``name`` reads; None when it cannot or may not say.

    A pattern is a rule object of ast-grep's (``{"rule": {...}, "constraints": {...}}``) and the names of the variables
    whose places are wanted. See https://ast-grep.github.io/reference/rule.html.
    """
    said = ask("find", name, text, [grammar_patterns.known(pattern, variables) for pattern, variables in patterns])
    if said is None:
        return None
    return tuple(Match(row[0], row[1], row[2], row[3], tuple((one[0], one[1]) if one else None for one in row[4])) for row in said)


def nodes(rules: Sequence[Mapping[str, Any]], name: str, text: str) -> tuple[tuple[list[str], list[int]], ...] | None:
    """For each rule the nodes that it matches: the names of their kinds, and a row of kind (a place among these), start and end.

    They are in the order of the text, a node before those inside it. None when the grammar cannot or may not say.
    """
    said = ask("nodes", name, text, list(rules))
    return tuple((one[0], one[1]) for one in said) if said is not None else None


def ask(question: Question, name: str, text: str, *more: Any) -> list[list[Any]] | None:
    """What a grammar or lexer called ``name`` says of a text, offsets in characters; None when it cannot or may not say."""
    # A pattern of so many characters would try each place of each long line.
    if len(text) > LARGEST or max(map(len, text.split("\n"))) >= LONGEST_LINE:
        return None
    # Each replacement is one character for one, so that offsets stay those of the text that was given.
    fit = _LONE_CR.sub("\n", _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text))
    return _WORKER.ask(question, name, fit, *more)


def warm() -> None:
    """Start the child now, so that its first answer need not wait for it: for changes in which code is sure to be parsed."""
    _WORKER.start()


class _Worker:
    """One child for the life of the process, started at the first question, and again when it had to be killed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._watch = _Watch()
        self._told: set[int] = set()  # the patterns that the child knows by their numbers
        self.patience = 30.0  # seconds that all late answers together may cost

    def start(self) -> None:
        """Start the child, unless it runs; what goes wrong shows when it is asked."""
        with self._lock, contextlib.suppress(OSError):
            self._started()

    def ask(self, question: Question, name: str, text: str, *more: Any) -> list[list[Any]] | None:
        with self._lock:
            if self.patience <= 0:
                return None
            try:
                child = self._started()
            except OSError:
                return None
            if question == "find":
                (asked,) = more
                more = (grammar_patterns.told(asked, self._told),)
                self._told.update(one for one in asked if isinstance(one, int))
            limit = FIRST_SECONDS + len(text) / 50_000  # some fifty times what an honest text takes
            self._watch.begin(child, limit)
            answer = b""
            with contextlib.suppress(OSError):
                assert child.stdin is not None
                assert child.stdout is not None
                child.stdin.write(json.dumps([question, name, text, *more]).encode() + b"\n")
                child.stdin.flush()
                answer = child.stdout.readline()
            late = self._watch.end()
            if late:
                self.patience -= limit
            if late or not answer.endswith(b"\n"):
                self._end()
                return None
        said: list[list[Any]] | None = json.loads(answer)
        return said

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._owner != os.getpid() or self._child.poll() is not None:
            if self._owner == os.getpid():
                self._end()
            source = files(__package__).joinpath("grammar_worker.py").read_text(encoding="utf-8")
            self._child = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", source, json.dumps(_library_folders())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(sys.executable).parent,
            )
            self._owner = os.getpid()
            self._told = set()
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None or self._owner != os.getpid():
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        child.wait()

    def close(self) -> None:
        """End the child; the next question starts another."""
        with self._lock:
            self._end()


class _Watch:
    """Kills a child that does not answer in time.

    One thread that looks now and then, and ends when nothing was asked for a while: one for each question costs more than
    most answers do.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._due: tuple[float, subprocess.Popen[bytes]] | None = None
        self._late = False
        self._idle, self._looking = 0, False
        self._owner = os.getpid()

    def begin(self, child: subprocess.Popen[bytes], limit: float) -> None:
        if self._owner != os.getpid():  # a fork has no thread, and a lock that another may have held
            self._lock, self._looking, self._owner = threading.Lock(), False, os.getpid()
        with self._lock:
            self._due, self._late, self._idle = (time.monotonic() + limit, child), False, 0
            if not self._looking:
                self._looking = True
                threading.Thread(target=self._look, daemon=True).start()

    def end(self) -> bool:
        """Whether it was killed."""
        with self._lock:
            self._due = None
            return self._late

    def _look(self) -> None:
        while True:
            time.sleep(TICK)
            with self._lock:
                if self._due is None:
                    self._idle += 1
                    if self._idle > IDLE:
                        self._looking = False
                        return
                elif time.monotonic() > self._due[0]:
                    self._due[1].kill()
                    self._due, self._late = None, True


def _library_folders() -> list[str]:
    """Where the two libraries lie: found, not imported, so that the parent stays light."""
    found = [spec.origin for name in ("ast_grep_py", "pygments") if (spec := find_spec(name)) and spec.origin]
    return list(dict.fromkeys(str(Path(origin).parent.parent) for origin in found))


_WORKER = _Worker()
atexit.register(_WORKER.close)
