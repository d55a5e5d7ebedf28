"""Which checks a whole command line runs; nothing is run."""

from functools import lru_cache
from posixpath import basename

from pytest_agentcompliance.parsing.shell.commands import commands
from pytest_agentcompliance.parsing.shell.prefixes import bare
from pytest_agentcompliance.parsing.work.ran import Ran
from pytest_agentcompliance.parsing.work.unwrap import of

WORDLESS = frozenset(  # commands that say or show something and run no check; what is piped into them changes no check either
    ("echo", "printf", "cat", "head", "tail", "tee", "grep", "egrep", "rg", "sed", "awk", "cut", "sort", "uniq", "wc", "less",
     "more", "ls", "ll", "pwd", "cd", "pushd", "popd", "true", "false", ":", "set", "export", "exit", "return", "sleep",
     "wait", "date", "which", "type", "unset", "source", ".", "git", "tput", "clear", "column", "tr", "jq", "find", "tree",
     "stat", "file", "diff", "mkdir", "touch", "rm", "cp", "mv", "chmod")
)  # fmt: skip


@lru_cache(maxsize=1024)  # a run gives the same commands again and again, and several rules ask of each
def runs(line: str, folder: str | None = None) -> tuple[Ran, ...]:
    """The checks that a command line runs, in their order. ``folder`` is where it starts."""
    return tuple(ran for command in commands(line, folder) for ran in of(command))


@lru_cache(maxsize=64)
def _started(line: str) -> tuple[str, ...]:
    """What each command of a line starts, without its folder; empty where it only sets variables."""
    seen = [bare(command.words) for command in commands(line)]
    return tuple(basename(words[0]) if words else "" for words in seen)


def shows_only(line: str) -> bool:
    """Whether a line plainly runs no tool at all: it echoes, reads files, asks git."""
    seen = _started(line)
    return bool(seen) and all(not name or name in WORDLESS for name in seen)


def only_checks(line: str) -> bool:
    """Whether nothing runs in a line but checks by tools of which the line names each, and what shows something."""
    checks = runs(line)
    rest = [name for name in _started(line) if name and name not in WORDLESS]
    return bool(checks) and len(rest) == len(checks) and all(ran.tool for ran in checks)
