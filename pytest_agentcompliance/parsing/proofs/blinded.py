"""Options with which a check cannot fail, or passes over all that the project asks of it; and what its environment leaves out."""

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise

from pytest_agentcompliance.parsing.shell.commands import commands
from pytest_agentcompliance.parsing.shell.prefixes import name_of
from pytest_agentcompliance.parsing.work import tools
from pytest_agentcompliance.parsing.work.commands import Ran

_NEVER_FAILS = re.compile(
    r"--exit-zero|--issues-exit-code[= ]0|--fail-under[= ]0|--cap-lints[= ]allow|--ignore-errors|--noCheck|--no-?check"
    r"|--exit-zero-even-if-changed"
)
_SILENCED = re.compile(r"--disable[= ]all|-A (?:warnings|clippy::all)|--allow warnings|--disable-all")
_ENABLED = re.compile(r"--(?:enable|only|select|linters)")
_BARE = re.compile(
    r"--no-eslintrc|--no-config-lookup|--isolated|--no-config|--(?:config-file|config|rcfile)(?:=|=/dev/null| /dev/null)"
)
_GIVEN = re.compile(r"(?:-c|--config)(?:=.+| (?!/dev/null).+)?")
_WEAKENS = re.compile(
    r"--(?:extend-)?ignore[= ].+|--disable(?:-error-code)?[= ].+|--rule[= ].*(?:off|\b0).*|--(?:select|only)[= ](?!ALL).+"
    r"|--(?:strict|noImplicitAny|strictNullChecks)[= ]false"
)
_CHECKERS = frozenset(("lint", "type check"))
_ADDED = re.compile(r"(PYTEST_ADDOPTS|GOFLAGS|MOCHA_OPTS|JEST_OPTS)=(.*)", re.DOTALL)
_MARK = re.compile(r"ADDOPTS=|GOFLAGS=|_OPTS=")
_SCRIPT = re.compile(r"-[a-z]*c")
_DEEPEST = 6  # shells in shells
LONGEST = 1000  # characters of a word that are looked at


def blinded(ran: Ran) -> str:
    """Why a checker that ends well with these words has said nothing, as a clause."""
    words = _said_to(ran)
    if found := _first(_NEVER_FAILS, words):
        return f"with {found} it ends well whatever it finds"
    if (found := _first(_SILENCED, words)) and not _first(_ENABLED, [word.partition("=")[0] for word in words]):
        return f"with {found} it looks for nothing"
    if (found := _first(_BARE, words)) and not _first(_GIVEN, words):
        return f"with {found} it passes over the project's own settings"
    return ""


def weakened(ran: Ran) -> list[str]:
    """The options that turn off something that a checker would look for."""
    return [word for word in _said_to(ran) if _WEAKENS.fullmatch(word)]


def staged_alone(ran: Ran) -> str:
    """What pre-commit runs over where nothing says that it is all."""
    if ran.tool != "pre-commit" or not {"-a", "--all-files", "--files", "--from-ref", "-s"}.isdisjoint(ran.words):
        return ""
    return "the staged files alone (--all-files is not there)"


def _said_to(ran: Ran) -> list[str]:
    """What is said to a checker: its options, each alone and with the word behind it. What stands before it is not said to it."""
    if ran.check not in _CHECKERS:
        return []
    at = next((k for k, word in enumerate(ran.words) if name_of(word) == ran.tool), -1)
    own = [word[:LONGEST] for word in ran.words[at + 1 :]]
    return [*own, *(f"{word} {after}" for word, after in pairwise(own) if word.startswith("-"))]


def _first(pattern: "re.Pattern[str]", words: list[str]) -> str:
    return next((word for word in words if pattern.fullmatch(word)), "")


def added(line: str, depth: int = 0) -> Iterator[str]:
    """What of a check its line leaves out by a variable that it sets: ``PYTEST_ADDOPTS='-k cart' pytest``."""
    if not _MARK.search(line):
        return
    for command in commands(line):
        for before, word in pairwise(("", *command.words)):
            if _SCRIPT.fullmatch(before):  # `sh -c '...'`
                yield from added(word, depth + 1) if depth < _DEEPEST else ()
            elif found := _ADDED.fullmatch(word):
                yield from _narrowed(found[1], found[2])


def _narrowed(name: str, value: str) -> Iterator[str]:
    try:
        words = shlex.split(value)
    except ValueError:
        words = value.split()
    tool = {"PYTEST_ADDOPTS": "pytest", "GOFLAGS": "go", "MOCHA_OPTS": "mocha", "JEST_OPTS": "jest"}[name]
    one = next(one for one in tools.BY_NAME[tool] if one.check == "tests")
    yield from tools.narrowed(one, words)
