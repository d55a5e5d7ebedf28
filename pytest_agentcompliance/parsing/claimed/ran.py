"""Runs of checks, out of proofs and out of a transcript alike, and which of them the later ones make good."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pytest_agentcompliance.parsing.claimed import covers
from pytest_agentcompliance.parsing.work import Check, Work
from pytest_agentcompliance.place import Place

Came = Literal["pass", "fail", "idle", "unknown"]


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of a check. ``trust`` is 0 for a step of a transcript, else the level of the proof.

    ``came``: idle is a run that ended well and did nothing; unknown proves nothing and accuses nobody. ``why`` is how that is
    known. ``number`` orders the runs of one source. ``stale`` are the paths that a proof no longer speaks for.
    """

    check: Check
    command: str
    at: Place
    number: int
    came: Came
    why: str = ""
    tool: str = ""
    folder: str = ""
    works: tuple[Work, ...] = ()
    trust: int = 0
    stale: tuple[str, ...] = ()
    fresh: bool = True  # False for a proof of another state of the tree
    started: bool = True  # False: there was no such command or script
    text: str = ""  # the end of what it printed
    narrow: bool = False  # it left something out: one file, ``-k cart``
    strange: bool = False  # of a session that was of another run, it seems: it makes nothing good

    @property
    def shown(self) -> str:
        one = " ".join(self.command.split())
        return f"`{one[:77]}...`" if len(one) > 80 else f"`{one}`"


def standing(runs: Iterable[Ran], folders: Iterable[str] = (), *, whole: bool = False, strict: bool = False) -> list[Ran]:
    """The failed runs that no later one of the same check makes good, or may have made good.

    ``whole``: a run that leaves something out does not make good one that did not. ``strict``: nor does one of tests that reads
    no types make good a check of types.
    """
    known = frozenset(folders)
    ordered = sorted((one for one in runs if not one.strange), key=lambda one: one.number)
    tried = {one.check for one in ordered if one.started}  # what only could not be started is no failure beside what was
    ordered = [one for one in ordered if one.started or one.check not in tried]
    failed: list[Ran] = []
    for one in ordered:
        if one.came != "fail":
            failed = [
                old for old in failed if not _answers(one, old, known, strict=strict) or (whole and one.narrow and not old.narrow)
            ]
            continue
        # Of several that fail in one place the last is the one to be spoken of.
        failed = [old for old in failed if not _answers(one, old, known, strict=strict) or (one.narrow and not old.narrow)] + [one]
    return failed


_UNTYPED = frozenset(("pytest", "unittest", "vitest", "mocha", "bun", "ava", "rspec", "playwright", "cypress"))
# What is built to be tested is built, and types are checked on the way to a build.
_ALSO = {("build", "tests"), ("build", "type check"), ("build", "lint"), ("type check", "build"), ("type check", "tests")}


def _answers(later: Ran, earlier: Ran, folders: frozenset[str], *, strict: bool = False) -> bool:
    """Whether a later run says something of what an earlier one checked."""
    if strict and later.check == "tests" and earlier.check == "type check" and later.tool in _UNTYPED:
        return False
    if later.check != earlier.check and (earlier.check, later.check) not in _ALSO:
        return False
    here, there = covers.placed(later.folder, folders), covers.placed(earlier.folder, folders)
    related = not here or not there or here == there or here.startswith(there + "/") or there.startswith(here + "/")
    return related and (not later.tool or not earlier.tool or later.tool == earlier.tool or _loose(later, earlier))


def _loose(later: Ran, earlier: Ran) -> bool:
    """Whether two tools of one check may read the same files: ``npm`` runs a script that is any of them."""
    scripts = ("npm", "pnpm", "yarn", "bun", "make", "turbo", "nx", "just", "task", "")
    first, second = covers.languages(later.tool), covers.languages(earlier.tool)
    return later.tool in scripts or earlier.tool in scripts or bool(first & second)


def most(runs: Iterable[Ran]) -> int | None:
    """The most tests that can be said to have passed: the best of each command, summed; None where one did not count."""
    best: dict[tuple[str, str], int] = {}
    for one in runs:
        if one.check != "tests":
            continue
        counted = [work for work in one.works if work.check == "tests" and work.passed is not None and work.closed]
        if not counted and one.came != "fail":
            return None
        key = one.folder, " ".join(one.command.split())
        best[key] = max(best.get(key, 0), sum(work.passed or 0 for work in counted))
    return sum(best.values()) if best else None
