"""Rounds of checks: which steps of a sequence a command line runs, and whether they came one behind the other on one tree."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pytest_agentcompliance.parsing.shell.commands import commands
from pytest_agentcompliance.parsing.shell.prefixes import bare, told
from pytest_agentcompliance.parsing.work import Check, Work
from pytest_agentcompliance.parsing.work.commands import Ran, runs

_SCRIPT = re.compile(r"(?:npm|pnpm|yarn|bun)\s+(?:(?:run|run-script)\s+)?(?:--?[\w-]+\s+){0,4}?([A-Za-z][\w:.-]*)")
_MOST = 20  # scripts that are looked into for one line
_DEEPEST = 6  # shells in shells


@dataclass(frozen=True, slots=True)
class Named:
    """A step of a sequence: the kind of check that it is, and globs of the commands that make it.

    ``foreign`` are tools of that kind which look at the code of other languages.
    """

    name: str
    check: Check | None = None
    globs: tuple[str, ...] = ()
    foreign: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Event:
    """A step that was run: the number of its sequence, the state of the files that it ran on, and its place in the run."""

    step: int
    tree: str
    number: int


@dataclass(frozen=True, slots=True)
class Round:
    """What is wrong with the last round. ``elsewhere`` are steps that were run on another tree alone, ``before`` a step that came
    behind one that it should come before; empty where all is well."""

    missing: tuple[int, ...] = ()
    elsewhere: tuple[int, ...] = ()
    swapped: tuple[int, int] | None = None

    @property
    def faults(self) -> int:
        return len(self.missing) + len(self.elsewhere) + (self.swapped is not None)


def steps_of(line: str, named: Sequence[Named], scripts: Mapping[str, str], also: Iterable[Work] = ()) -> list[int]:
    """The steps that a line runs, in their order. ``scripts`` are those of the package, ``also`` is what its output shows."""
    found = _steps_of(line, named, scripts, set())
    shown = [k for work in also for k, one in enumerate(named) if one.check == work.check and work.tool not in one.foreign]
    return found + [k for k in shown if k not in found]


def _steps_of(line: str, named: Sequence[Named], scripts: Mapping[str, str], seen: set[str], depth: int = 0) -> list[int]:
    """``seen`` are the scripts that were looked into: each is once, however often others call it."""
    found: list[int] = []
    for command in commands(line):
        if (inner := told(bare(command.words), command.fed)) and depth < _DEEPEST:
            found += _steps_of(inner, named, scripts, seen, depth + 1)
            continue
        text = " ".join(command.words)
        script = _SCRIPT.match(text)
        called = scripts.get(script[1]) if script else None
        ran = list(runs(shlex.join(command.words)))
        # What a script runs may be typed without it.
        ran += [one for name, body in scripts.items() if body.strip() == text for one in runs(f"npm run {name}")]
        checks = {one.check for one in ran}
        if script and called and script[1] not in seen and len(seen) < _MOST:
            seen.add(script[1])
            within = _steps_of(called, named, scripts, seen, depth)
            # Almost every build compiles; that is no type check of its own.
            found += [k for k in within if named[k].check != "type check" or "build" not in checks]
        new = [k for k, one in enumerate(named) if _makes(one, ran) or any(fnmatchcase(text, glob) for glob in one.globs)]
        found += [k for k in new if not called or k not in found]
    return found


def _makes(step: Named, ran: Iterable[Ran]) -> bool:
    return any(one.check == step.check and one.tool not in step.foreign for one in ran)


def judge(events: Sequence[Event], steps: Sequence[int]) -> Round:
    """Hold what ran to the order of the steps. The last round is what ran on the tree on which the last step ran."""
    ran = {one.step for one in events}
    missing = tuple(step for step in steps if step not in ran)
    there = [one for one in events if one.step in steps]
    if not there:
        return Round(missing)
    last = [one for one in there if one.tree == there[-1].tree]
    here = {one.step for one in last}
    elsewhere = tuple(step for step in steps if step in ran and step not in here)
    at, before = 0, None
    for step in (step for step in steps if step in here):
        following = next((k for k in range(at, len(last)) if last[k].step == step), None)
        if following is None:
            assert before is not None
            return Round(missing, elsewhere, (before, step))
        at, before = following, step
    return Round(missing, elsewhere)
