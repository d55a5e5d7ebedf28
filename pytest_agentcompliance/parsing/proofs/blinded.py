"""Options with which a check cannot fail, or passes over all that the project asks of it; and what its environment leaves out."""

import re
import shlex
from collections.abc import Iterator

from pytest_agentcompliance.parsing.work import tools
from pytest_agentcompliance.parsing.work.commands import Ran
from pytest_agentcompliance.parsing.work.shell import commands

_NEVER_FAILS = re.compile(
    r"--exit-zero|--issues-exit-code[= ]0|--fail-under[= ]0|--cap-lints[= ]allow|--ignore-errors|--noCheck|--no-?check"
    r"|--exit-zero-even-if-changed"
)
_SILENCED = re.compile(r"--disable[= ]all|-A (?:warnings|clippy::all)|--allow warnings|--disable-all")
_ENABLED = re.compile(r"--(?:enable|only|select|linters)")
_BARE = re.compile(r"--no-eslintrc|--no-config-lookup|--isolated|--no-config|--(?:config-file|config|rcfile)(?:=|=/dev/null| /dev/null)")
_GIVEN = re.compile(r"(?:-c|--config)(?:=.+| (?!/dev/null).+)?")
_NO_PROSE = frozenset(("lint", "type check"))
_ADDED = re.compile(r"(PYTEST_ADDOPTS|GOFLAGS|MOCHA_OPTS|JEST_OPTS)=(.*)", re.DOTALL)
_DEEPEST = 6  # shells in shells


def blinded(ran: Ran) -> str:
    """Why a checker that ends well with these words has said nothing, as a clause."""
    if ran.check not in _NO_PROSE:
        return ""
    pairs = [f"{word} {after}" for word, after in zip(ran.words, ran.words[1:], strict=False)]
    words = [*ran.words, *pairs]
    if found := _first(_NEVER_FAILS, words):
        return f"with {found} it ends well whatever it finds"
    if (found := _first(_SILENCED, words)) and not _first(_ENABLED, [word.partition("=")[0] for word in ran.words]):
        return f"with {found} it looks for nothing"
    if (found := _first(_BARE, words)) and not _first(_GIVEN, words):
        return f"with {found} it passes over the project's own settings"
    return ""


def _first(pattern: "re.Pattern[str]", words: list[str]) -> str:
    return next((word for word in words if pattern.fullmatch(word)), "")


def added(line: str, depth: int = 0) -> Iterator[str]:
    """What of a check its line leaves out by a variable that it sets: ``PYTEST_ADDOPTS='-k cart' pytest``."""
    for command in commands(line):
        for word in command.words:
            if found := _ADDED.fullmatch(word):
                yield from _narrowed(found[1], found[2])
            elif any(mark in word for mark in ("ADDOPTS=", "GOFLAGS=", "_OPTS=")) and word != line and depth < _DEEPEST:
                yield from added(word, depth + 1)


def _narrowed(name: str, value: str) -> Iterator[str]:
    try:
        words = shlex.split(value)
    except ValueError:
        words = value.split()
    tool = {"PYTEST_ADDOPTS": "pytest", "GOFLAGS": "go", "MOCHA_OPTS": "mocha", "JEST_OPTS": "jest"}[name]
    one = next(one for one in tools.BY_NAME[tool] if one.check == "tests")
    yield from tools.narrowed(one, words)
