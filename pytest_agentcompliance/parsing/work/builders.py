"""What tools say that build, or that run the scripts of many packages."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pytest_agentcompliance.parsing.work import Work, tools
from pytest_agentcompliance.parsing.work.hints import Found, Hints


class _End(NamedTuple):
    """A line with which tools end: its errors, and whether the command says what kind of check it was.

    One of the ``words`` stands in every such line.
    """

    words: tuple[str, ...]
    pattern: re.Pattern[str]
    tools: tuple[str, ...]
    errors: int
    asked: bool = False


_NEXT = ("next", "react-scripts", "vue-cli-service", "webpack")
_ENDS = (
    _End(("built in",), re.compile(r"\s*✓ built in \d"), ("vite",), 0),
    _End(
        ("error during build:", "Build failed in"), re.compile(r"\s*(?:error during build:|[✗x×] Build failed in )"), ("vite",), 1
    ),
    _End(("Compiled",), re.compile(r"\s*(?:✓ |✔ |- info )?Compiled successfully"), _NEXT, 0),
    _End(
        ("ompile", "Build"),
        re.compile(r"\s*(?:Failed to compile\.?|> Build error occurred|> Build failed because of webpack errors)"),
        _NEXT,
        1,
    ),
    _End(("Successfully compiled",), re.compile(r"\s*Successfully compiled: \d{1,9} files? "), ("nest",), 0),
    _End(("Build success",), re.compile(r"\s*(?:CLI |ESM |CJS |DTS |IIFE )?(?:⚡️ )?Build success in \d"), ("tsup",), 0),
    _End(("Build failed",), re.compile(r"(?:CLI |ESM |CJS |DTS |IIFE )?(?:error )?Build failed$"), ("tsup",), 1),
    _End(("Successfully ran",), re.compile(r"\s*(?:>|NX) +(?:NX +)?Successfully ran targets? "), ("nx",), 0, asked=True),
    _End(("target",), re.compile(r"\s*(?:>|NX) +(?:NX +)?(?:Ran|Running) targets? .{1,200}"), ("nx",), 1, asked=True),
    _End(("BUILD SUCCESSFUL",), re.compile(r"BUILD SUCCESSFUL in \d"), ("gradle",), 0, asked=True),
    _End(("BUILD FAILED",), re.compile(r"BUILD FAILED in \d"), ("gradle",), 1, asked=True),
    _End(("BUILD SUCCESS",), re.compile(r"\s*(?:\[[A-Z]{1,8}\] +)?BUILD SUCCESS$"), ("mvn",), 0, asked=True),
    _End(("BUILD FAILURE",), re.compile(r"\s*(?:\[[A-Z]{1,8}\] +)?BUILD FAILURE$"), ("mvn",), 1, asked=True),
    _End(("ERROR: failed",), re.compile(r"ERROR: failed to (?:solve|build)"), ("docker",), 1),
    _End(("Build files",), re.compile(r"-- Build files have been written to: "), ("cmake",), 0),
)
_LAST = (  # of which many lines make one failure
    _End(("***",), re.compile(r"g?make(?:\[\d{1,3}\])?: \*\*\* "), ("make",), 1, asked=True),
    _End(
        ("CMake Error", "Configuring incomplete", "build stopped"),
        re.compile(r"CMake Error(?: at |:)|-- Configuring incomplete, errors occurred!|ninja: build stopped"),
        ("cmake",),
        1,
        asked=True,
    ),
)
_NEST = re.compile(r"\s*Found (\d{1,9}) error\(s\)\.")
_WEBPACK = re.compile(
    r"\s*(?:\S{1,60} \()?webpack \d[\d.]*\)? compiled (?:successfully|with (\d{1,9}) (error|warning)s?)"
    r"(?: and (\d{1,9}) warnings?)?"
)
_TURBO = re.compile(r"\s*Tasks: {2,}\d{1,9} successful, \d{1,9} total")
_TURBO_FAILED = re.compile(r"\s*Failed: {2,}(\S.{0,600})$")
_SCRIPT = re.compile(
    r"\s*(?:npm (?:ERR!|error) (?:code ELIFECYCLE|Test failed\.)|(?:ELIFECYCLE|ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL)\b"
    r"|error Command failed with exit code \d)"
)
_NAMED_SCRIPT = re.compile(
    r"\s*(?:npm (?:ERR!|error) Lifecycle script `([\w:.-]{1,80})`|\[([\w:.-]{1,80})\] ERROR task failed"
    r"|error: script \"([\w:.-]{1,80})\" (?:exited with code|was terminated))"
)
_NOT_FOUND = re.compile(
    r"(?:\S{1,200}: No module named (\w{1,40})"
    r"|(?:\S{1,40}: (?:line )?(?:\d{1,5}: )?)?(?:command not found: )?([\w.@/-]{1,60})(?:: (?:command )?not found)?)$"
)


def read(lines: list[str], hints: Hints) -> Iterator[Found]:
    """One summary for each end of a build; those of make, CMake and package managers only where something failed.

    `script` is what a package manager says of a script that failed: of what it ran it does not tell.
    """
    last: dict[int, int] = {}
    whole = "\n".join(lines)
    ends = [end for end in _ENDS if any(word in whole for word in end.words)]
    lasts = [(k, end) for k, end in enumerate(_LAST) if any(word in whole for word in end.words)]
    for at, line in enumerate(lines):
        for end in ends:
            if end.pattern.match(line):
                yield at, _work(end, hints)
        for k, end in lasts:
            if end.pattern.match(line):
                last[k] = at
        if found := _WEBPACK.match(line):
            errors = int(found[1]) if found[2] == "error" else 0
            warnings = int(found[1]) if found[2] == "warning" else int(found[3] or 0)
            yield at, Work(hints.tool("webpack", "nest", "next"), "build", errors=errors, warnings=warnings)
        elif found := _NEST.match(line):
            yield at, Work("nest", "build", errors=int(found[1]))
        elif _TURBO.match(line):
            yield at, Work("turbo", hints.check("build"), errors=_failed_tasks(lines, at))
        elif ("not found" in line or "No module named" in line) and (known := _missing(line, hints)):
            yield at, Work(known[0].name, known[0].check, passed=0 if known[0].check == "tests" else None, errors=1)
    yield from ((at, _work(_LAST[k], hints)) for k, at in last.items())
    yield from _scripts(lines, hints)


def _work(end: _End, hints: Hints) -> Work:
    return Work(hints.tool(*end.tools), hints.check("build") if end.asked else "build", errors=end.errors)


def _scripts(lines: list[str], hints: Hints) -> Iterator[Found]:
    """Scripts that failed, by their names; or the one that the command calls."""
    unnamed, named = -1, False
    for at, line in enumerate(lines):
        if found := _NAMED_SCRIPT.match(line):
            named = True
            check = tools.script(next(name for name in found.groups() if name))
            if check:
                yield at, Work("script", check, errors=1)
        elif _SCRIPT.match(line):
            unnamed = at
    called = {(ran.check, ran.script) for ran in hints.ran if ran.script}
    if unnamed >= 0 and not named and len(called) == 1:
        yield unnamed, Work("script", next(iter(called))[0], errors=1)


def _missing(line: str, hints: Hints) -> list[tools.Tool]:
    """The checks of a tool that a line says is not there, where the command calls it, or a script that may."""
    found = _NOT_FOUND.match(line)
    name = (found[1] or found[2]).rpartition("/")[2] if found else ""
    called = hints.named(name) or any(ran.script for ran in hints.ran)
    return tools.BY_NAME.get(name, []) if called else []


def _failed_tasks(lines: list[str], at: int) -> int:
    """How many tasks turbo names as failed near its summary."""
    for line in lines[max(0, at - 4) : at + 6]:
        if found := _TURBO_FAILED.match(line):
            return found[1].count(",") + 1
    return 0
