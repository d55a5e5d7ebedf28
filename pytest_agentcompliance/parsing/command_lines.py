"""A shell line into its simple commands: the words of each, and the folder that a ``cd`` before it went to. Nothing is run."""

import re
from collections.abc import Iterator
from posixpath import normpath
from typing import NamedTuple

from pytest_agentcompliance.parsing.late import late

LONGEST = 4000  # characters of a command line that are read
_ENDS = frozenset(("&&", "||", ";", "|", "&"))
_TOKEN = late(r"&&|\|\||[;|&]|(?:[^\s;|&\"'\\]|\\.|\"[^\"]*\"|'[^']*')+|[\"'\\]")
_ASIDE = late(r"\(([^()]*)\)")
_REDIRECTION = late(r"\d?>&\d?-?|&>>?|\d?>>?\s*/dev/null")
_DURATION = late(r"\d{1,9}(?:\.\d{1,9})?[smhd]?")
_ASSIGNMENT = late(r"[A-Za-z_][A-Za-z0-9_]*=")
_PREFIXES = frozenset(("sudo", "time", "command", "env", "nice", "exec", "$", ">", "%", "then", "do", "if", "!", "cross-env"))


class Simple(NamedTuple):
    """One simple command. ``folder`` is None where no ``cd`` says where it ran."""

    words: tuple[str, ...]
    folder: str | None


def simple(line: str, folder: str | None = None) -> Iterator[Simple]:
    """The simple commands of a line, which starts in ``folder``; never fails, whatever the text is."""
    line = line[:LONGEST].strip()
    if line.startswith("(") and line.endswith(")"):
        line = line[1:-1]
    line = _REDIRECTION.sub(" ", _ASIDE.sub(" ", line))
    words: list[str] = []
    for token in [*_TOKEN.findall(line), ";"]:
        if token not in _ENDS:
            words.append(re.sub(r"[\"'\\]", "", token))
            continue
        words = _bare(words)
        if words and words[0] in ("cd", "pushd"):
            folder = joined(folder, next((word for word in words[1:] if not word.startswith("-")), "."))
            yield Simple(tuple(words), folder)
        elif words:
            yield Simple(tuple(words), folder)
        words = []


def asides(line: str) -> str:
    """What stands in brackets in a command line, which is said of it and no part of it: ``tsc (in the package)``."""
    return " ".join(_ASIDE.findall(line[:LONGEST])) if not line.startswith("(") else ""


def joined(folder: str | None, step: str) -> str:
    """The folder that a step from ``folder`` leads to; ``.`` is the one that the line started in."""
    if not folder or step.startswith(("/", "~")) or len(folder) > LONGEST:  # a folder that grows step by step is no folder
        return normpath(step)
    return normpath(f"{folder}/{step}")


def _bare(words: list[str]) -> list[str]:
    at = 0
    while at < len(words) and (words[at] in _PREFIXES or words[at] == "timeout" or _ASSIGNMENT.match(words[at])):
        at += 1
        if words[at - 1] == "timeout":  # its options, and how long
            while at < len(words) and words[at].startswith("-"):
                at += 2 if words[at] in ("-k", "-s", "--kill-after", "--signal") else 1
            at += at < len(words) and bool(_DURATION.fullmatch(words[at]))
    return words[at:]
