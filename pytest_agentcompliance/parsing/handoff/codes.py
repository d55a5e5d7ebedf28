"""The exit codes that a hand-off says of its checks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_agentcompliance.parsing.handoff.record import SHOWN, HandOff, Value, plain_name
from pytest_agentcompliance.parsing.handoff.words import Came, exit_of
from pytest_agentcompliance.parsing.work import Check

# The names of checks, plain; a suffix may follow. Of "tests_passed": 45 the number is no exit code; what was printed is no verdict.
_NAMES: dict[str, Check] = {
    **dict.fromkeys(("test", "tests", "unittest", "unittests", "pytest", "vitest", "jest", "mocha", "testing"), "tests"),
    **dict.fromkeys(("lint", "linter", "linting", "eslint", "ruff", "flake8", "biome", "pylint"), "lint"),
    **dict.fromkeys(("typecheck", "typechecks", "typechecking", "types", "tsc", "mypy", "pyright", "typescript"), "type check"),
    **dict.fromkeys(("build", "compile", "compilation"), "build"),
}  # fmt: skip
_COMMANDS = {
    "prismavalidate": ("*prisma validate*", "*prisma:validate*"), "prismagenerate": ("*prisma generate*", "*prisma:generate*"),
    "alembiccheck": ("*alembic check*",), "alembic": ("*alembic check*",),
}  # fmt: skip
_KEY = re.compile(r"(?:npm(?:run)?|run)?([a-z0-9]+?)(exitcode|exit|code|output|result|status|check|ok|passed|success)?")
_TRUTHS = ("ok", "passed", "success")
_LISTS = ("checks", "commands_executed", "commands", "results", "proofs")
_MOST = 200


@dataclass(frozen=True, slots=True)
class Code:
    """What is said of one check. ``check`` is its kind, or ``globs`` are those of the commands that make it; neither where only
    ``command`` tells, as it was typed."""

    name: str
    line: int
    came: Came
    exit_code: int | None = None
    check: Check | None = None
    globs: tuple[str, ...] = ()
    command: str = ""


def codes(found: HandOff) -> list[Code]:
    """All of them, in order; what was not run, and what is no check, is left out."""
    part = found.part("verification")
    return list(_codes(part, 0))[:_MOST] if part is not None else []


def all_passed(found: HandOff) -> Value | None:
    """What it says of all checks together."""
    part = found.part("verification")
    if part is None:
        return None
    inner = part.get("final_verification")
    return part.get("all_passed") or (inner.get("all_passed") if inner is not None else None)


def _codes(part: Value, depth: int) -> Iterator[Code]:
    for name, value in part.fields.items():
        plain = plain_name(name)
        if plain == "finalverification" and depth < 2:
            yield from _codes(value, depth + 1)
        elif plain in {plain_name(one) for one in _LISTS} and value.items:
            yield from (one for item in value.items[:_MOST] if (one := _listed(item)) is not None)
        else:
            said, code = exit_of(value)
            known = _known(plain, value)
            if known is not None and said:
                yield Code(name[:SHOWN], part.keys[name], said, code, *known)


def _known(plain: str, value: Value) -> tuple[Check | None, tuple[str, ...]] | None:
    """The check that a name stands for."""
    if plain in _COMMANDS:
        return None, _COMMANDS[plain]
    if plain in _NAMES:
        return _NAMES[plain], ()
    found = _KEY.fullmatch(plain[:60])
    if found is None or (found[2] in _TRUTHS and value.number is not None) or (found[2] == "output" and value.text):
        return None
    if found[1] in _NAMES:
        return _NAMES[found[1]], ()
    return (None, _COMMANDS[found[1]]) if found[1] in _COMMANDS else None


def _listed(item: Value) -> Code | None:
    """One of a list: ``{"command": "npm test", "exit_code": 0}``."""
    command = item.get("command", "cmd")
    name = item.get("name", "check") or command
    said, code = exit_of(item)
    if name is None or not name.text or not said:
        return None
    known = _known(plain_name(name.text), item)
    line = command.text if command is not None else ""
    if known is None and not line:
        return None
    check, globs = known or (None, ())
    return Code(name.text[:SHOWN], item.line, said, code, check, globs, line)
