"""What type checkers, linters and checkers of schemas say."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pytest_agentcompliance.parsing.work import Check, Work
from pytest_agentcompliance.parsing.work.hints import Found, Hints


class _Summary(NamedTuple):
    """A last line: its groups `errors` and `warnings` are counts, of which one that is not there is ``least``.

    ``word`` stands in every such line. ``only``: it is read only where the command runs a check of this kind, since the line
    could be anybody's.
    """

    word: str
    pattern: re.Pattern[str]
    tools: tuple[str, ...]
    check: Check
    least: int = 0
    only: bool = False


_E, _W = r"(?P<errors>\d{1,9})", r"(?P<warnings>\d{1,9})"
_SUMMARIES = (
    _Summary("Success", re.compile(r"Success: no issues found in \d{1,9} source files?"), ("mypy",), "type check"),
    _Summary(
        "Found ", re.compile(rf"Found {_E} errors? in \d{{1,9}} files? \((?:checked|errors prevented)"), ("mypy",), "type check"
    ),
    _Summary(
        "error",
        re.compile(rf"{_E} errors?, {_W} warnings?, \d{{1,9}} (?:informations?|notes?)"),
        ("pyright", "basedpyright"),
        "type check",
    ),
    _Summary("diagnostic", re.compile(rf"Found {_E} diagnostics?$"), ("ty",), "type check"),
    _Summary(
        "svelte-check", re.compile(rf".{{0,60}}svelte-check found {_E} errors? and {_W} warnings?"), ("svelte-check",), "type check"
    ),
    _Summary(
        "problem",
        re.compile(rf"\s*(?:[✖×✗x] )?\d{{1,9}} problems? \({_E} errors?, {_W} warnings?"),
        ("eslint", "stylelint"),
        "lint",
    ),
    _Summary("ESLint", re.compile(r"\s*✔ No ESLint warnings or errors"), ("eslint",), "lint"),
    _Summary("Found ", re.compile(rf"Found {_W} warnings? and {_E} errors?\."), ("oxlint",), "lint"),
    _Summary("All matched", re.compile(r"All matched files use Prettier code style"), ("prettier",), "lint"),
    _Summary(
        "Code style",
        re.compile(rf"\[warn\] Code style issues (?:were )?found in (?:{_E} files?|the above file)"),
        ("prettier",),
        "lint",
        1,
    ),
    _Summary("Contracts", re.compile(rf"Contracts: \d{{1,9}} kept, {_E} broken\."), ("lint-imports",), "lint"),
    _Summary("issue", re.compile(rf"{_E} issues?[.:]$"), ("golangci-lint",), "lint", only=True),
    _Summary("The schema", re.compile(r"The schemas? at .{1,300} (?:is|are) valid"), ("prisma",), "schema"),
    _Summary("Validation", re.compile(rf"\s*Validation Error Count: {_E}"), ("prisma",), "schema"),
    _Summary("No new", re.compile(r"No new upgrade operations detected"), ("alembic",), "schema"),
    _Summary(
        "FAILED: ",
        re.compile(r".{0,40}FAILED: (?:New upgrade operations detected|Target database is not up to date)"),
        ("alembic",),
        "schema",
        1,
    ),
)
_TSC = ("tsc", "vue-tsc", "tsgo", "tspc")
_TSC_LINE = re.compile(r"(?:\S.{0,300}(?:\(\d{1,9},\d{1,9}\):|:\d{1,9}:\d{1,9} -) )?error TS\d{1,6}: ")
_TSC_FOUND = re.compile(r"(?:\[[\d:. APM]{4,16}\] )?Found (\d{1,9}) errors?(?:\.|\. Watching .{0,60}| in .{1,400})$")
_RUFF_FOUND = re.compile(r"Found (\d{1,9}) errors?(?: \(\d{1,9} fixed, (\d{1,9}) remaining\))?\.$")
_RUFF_ABOVE = re.compile(
    r"\[\*\] \d{1,9} fixable|No fixes available|\s*--> \S{1,300}:\d|.{1,300}:\d{1,9}:\d{1,9}: [A-Z]{1,4}\d{2,4} "
)
_RUFF_FORMAT = re.compile(
    r"(?:(\d{1,9}) files? would be reformatted)?(?:, )?(?:\d{1,9} files? (?:already formatted|(?:would be )?left unchanged))?\.?$"
)
_BIOME = re.compile(r"(?:Checked|Linted|Formatted) \d{1,9} files? in ")
_BIOME_FOUND = re.compile(r"Found (\d{1,9}) (error|warning)s?\.$")


def read(lines: list[str], hints: Hints) -> Iterator[Found]:
    """The summaries of checkers; where tsc gives none, its errors are counted."""
    whole = "\n".join(lines)
    typed = "error TS" in whole and any(_TSC_LINE.match(line) for line in lines)
    if typed or "Found " in whole:
        yield from _tsc(lines, hints)
    biome = " file" in whole and any(_BIOME.match(line) for line in lines)
    asked = {ran.check for ran in hints.ran}
    near = [one for one in _SUMMARIES if one.word in whole and (not one.only or one.check in asked)]
    for at, line in enumerate(lines):
        for one in near:
            found = one.pattern.match(line) if one.word in line else None
            if found:
                named = found.groupdict()
                errors = int(named.get("errors") or one.least)
                warnings = int(named["warnings"]) if "warnings" in named else None
                yield at, Work(hints.tool(*one.tools), one.check, errors=errors, warnings=warnings)
                break
        else:
            if biome and _BIOME.match(line):
                yield at, _biome(lines, at)
            elif not biome and not typed:
                yield from _ruff(line, at, lines, hints)


def _tsc(lines: list[str], hints: Hints) -> Iterator[Found]:
    """`Found N errors`, with lines of errors above it unless the command names tsc; or those lines alone."""
    count, last = 0, -1
    for at, line in enumerate(lines):
        if _TSC_LINE.match(line):
            count, last = count + 1, at
        elif (found := _TSC_FOUND.match(line)) and (count or hints.named(*_TSC) or "Watching" in line or found[0][:1] == "["):
            if "(" in found[0]:  # mypy's
                continue
            yield at, Work(hints.tool(*_TSC), "type check", errors=int(found[1]))
            count, last = 0, -1
    if count:
        yield last, Work(hints.tool(*_TSC), "type check", errors=count, closed=not hints.cut)


def _biome(lines: list[str], at: int) -> Work:
    counts = {found[2]: int(found[1]) for below in lines[at + 1 : at + 6] if (found := _BIOME_FOUND.match(below))}
    return Work("biome", "lint", errors=counts.get("error", 0), warnings=counts.get("warning", 0))


def _ruff(line: str, at: int, lines: list[str], hints: Hints) -> Iterator[Found]:
    """ruff says little of its own name: its last lines are read where the command names it, or the lines above are its."""
    if line.startswith("All checks passed!") and any(ran.script or ran.check != "tests" for ran in hints.ran):
        tool = hints.tool("ruff", "ty")
        nothing = any("No Python files found under" in near for near in lines[max(0, at - 3) : at + 4])
        yield at, Work(tool, "type check" if tool == "ty" else "lint", errors=None if nothing else 0)
    elif found := _RUFF_FOUND.match(line):
        if hints.named("ruff") or any(_RUFF_ABOVE.match(one) for one in lines[max(0, at - 40) : at + 3]):
            yield at, Work("ruff", "lint", errors=int(found[2] or found[1]))
    elif line[:1].isdigit() and " file" in line and (found := _RUFF_FORMAT.match(line)):
        yield at, Work(hints.tool("ruff", "black"), "lint", errors=int(found[1] or 0))
