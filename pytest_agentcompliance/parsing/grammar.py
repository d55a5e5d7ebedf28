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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

LARGEST = 1024 * 1024  # characters; tree-sitter reads about 5 MB/s, and its recovery from errors 0.25
LONGEST_LINE = 100_000  # characters; ast-grep counts columns from the start of the line, for each node
FIRST_SECONDS = 3.0  # what any answer may take; more is added for the length of the text
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
    said = ask("find", name, text, [[pattern, list(variables)] for pattern, variables in patterns])
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
            limit = FIRST_SECONDS + len(text) / 50_000  # some fifty times what an honest text takes
            late = threading.Event()
            timer = threading.Timer(limit, _stop, (child, late))
            timer.start()
            answer = b""
            with contextlib.suppress(OSError):
                assert child.stdin is not None
                assert child.stdout is not None
                child.stdin.write(json.dumps([question, name, text, *more]).encode() + b"\n")
                child.stdin.flush()
                answer = child.stdout.readline()
            timer.cancel()
            if late.is_set():
                self.patience -= limit
            if late.is_set() or not answer.endswith(b"\n"):
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


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _library_folders() -> list[str]:
    """Where the two libraries lie: found, not imported, so that the parent stays light."""
    found = [spec.origin for name in ("ast_grep_py", "pygments") if (spec := find_spec(name)) and spec.origin]
    return list(dict.fromkeys(str(Path(origin).parent.parent) for origin in found))


_WORKER = _Worker()
atexit.register(_WORKER.close)
