"""One command line, as a proof or a transcript has it, into the runs of checks that it was."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_agentcompliance.parsing.claimed.ran import Came, Ran
from pytest_agentcompliance.parsing.shell import scripts
from pytest_agentcompliance.parsing.transcripts import hidden
from pytest_agentcompliance.parsing.work import Check, Work, commands
from pytest_agentcompliance.place import Place

LATEST = 20_000  # characters of the end of an output that are looked at
_NOT_STARTED = re.compile(
    r"(?i)missing script|command not found|no module named|is not recognized as|no rule to make target|unknown command"
    r"|ERR_PNPM_NO_SCRIPT"
    r"|could not determine executable|not installed|cannot find module|no such file or directory|script not found"
    r"|couldn't find a script"
    r"|permission denied|error while loading conftest|command \S{1,40} not found|none of the selected packages has"
)
_BY_HAND = re.compile(r"(?m)(?:^|[;\"'])[ \t]{0,40}(?:from|import) [\w.]{0,60}\b(?:tests|test_\w{1,60})\b")
_ELSEWHERE = re.compile(r"\bgit (?:-\S+ \S+ )?(?:stash(?! pop)|checkout|switch|worktree)\b")
_SCRIPTS = re.compile(  # what may run any check without its name in the line
    r"(?:^|[\s;&|(])(?:\./[\w./-]+|(?:bash|sh|zsh) +[\w./-]+|(?:make|just|task|tox|nox|rake|docker(?:-compose)?|podman|act"
    r"|bazel|earthly)(?=\s|$))"
)
_CALM = frozenset(("echo", "printf", "true", ":", "pwd", "date", "cd"))  # they end well, whatever they follow
_HINTS: dict[Check, re.Pattern[str]] = {
    "tests": re.compile(r"(?i)test|spec|check|verif|reproduc|validat|pytest|\bci\b|(?:python3?|node|ruby|php|go run|cargo run"
    r"|deno run|tsx|ts-node)\s"),
    "type check": re.compile(r"(?i)type|tsc|build|compile|check|validat|\bci\b"),
    "lint": re.compile(r"(?i)lint|format|style|check|fmt|prettier|ruff|biome|hooks?|commit|\bci\b"),
    "build": re.compile(r"(?i)build|compile|bundle|tsc|gcc|g\+\+|clang|javac|rustc|\bci\b|install|dev|start|serve"
    r"|py_compile|package|test"),
    "schema": re.compile(r"(?i)prisma|schema|migrat|valid|drizzle|alembic|sql"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One command line and what came of it, from a proof (``trust`` 1 to 3) or a step of a transcript (0)."""

    text: str
    at: Place
    number: int
    folder: str = ""
    exit_code: int | None = None
    result: str = ""
    works: Sequence[Work] = ()
    output: str = ""
    background: bool = False
    trust: int = 0
    stale: tuple[str, ...] = ()
    fresh: bool = True
    strange: bool = False

    @property
    def outside(self) -> bool:
        """Whether it ran in a folder that is none of the repository's."""
        return self.folder.startswith(("/", "~", "..")) or self.folder[1:2] == ":"

    def ran(self, check: Check, tool: str, folder: str, came: Came, why: str, *, started: bool = True, narrow: bool = False) -> Ran:
        own = tuple(work for work in self.works if work.check == check)
        told = self.output[-LATEST:]
        return Ran(
            check,
            self.text,
            self.at,
            self.number,
            came,
            why,
            tool,
            folder,
            own,
            self.trust,
            self.stale,
            self.fresh,
            started,
            told,
            narrow,
            self.strange,
        )


def runs(line: Line) -> Iterator[Ran]:
    """The checks that a line ran, each with what it came to. What a tool in the output says counts where no command names it."""
    asked = commands.runs(line.text, line.folder or None)
    checks: dict[Check, None] = dict.fromkeys(one.check for one in asked)
    for check in list(checks):
        own = [one for one in asked if one.check == check]
        masked = all(one.masked for one in own)
        narrow = all(any(map(_leaves_out, one.selects)) for one in own)
        after = tuple(_after(line.text, own[-1].words)) if line.exit_code or line.result == "fail" else ()
        end, why = _came(line, check, after, masked=masked, alone=len(checks) == 1)
        started = True
        if line.outside and all(one.folder in (None, line.folder) for one in own):  # no ``cd`` leads back
            yield line.ran(check, own[0].tool, line.folder, "unknown", "it ran elsewhere")
            continue
        if not any(work.check == check and (work.passed or work.failed) for work in line.works) and end in ("fail", "unknown"):
            started = (end == "unknown" and not masked) or not _not_started(line)
            end, why = (end, why) if started else ("fail", "it could not be started")
        yield line.ran(check, own[0].tool, own[0].folder or line.folder, end, why, started=started, narrow=narrow)
    if "tests" not in checks and line.exit_code == 0 and _BY_HAND.search(line.text) and "Traceback" not in line.output:
        checks["tests"] = None
        yield line.ran("tests", "", line.folder, "unknown", "tests were called by hand")
    for work in line.works:  # a script that called a tool: the output names it
        if work.check not in checks and not commands.shows_only(line.text):
            checks[work.check] = None
            yield line.ran(work.check, work.tool, line.folder, *_came(line, work.check, masked=True, alone=False))


def _after(line: str, words: Sequence[str]) -> Iterator[str]:
    """The names of the commands that follow a check in its line: they may be what failed."""
    every = scripts.commands(line)
    at = max((at for at, one in enumerate(every) if {*words} <= {word.text for word in one.words}), default=len(every))
    return (one.name or "?" for one in every[at + 1 :])


def _leaves_out(selected: str) -> bool:
    """Whether what narrows a run is less than a folder: an option, one file, one test."""
    return selected.startswith("-") or "::" in selected or "." in selected.rstrip("/").rpartition("/")[2].lstrip(".")


def may_run(line: str) -> frozenset[Check]:
    """The checks that a line may have run without a word of it that says so plainly."""
    known = {one.check for one in commands.runs(line)}
    if known:  # what compiles checks types, and tests may have to be built
        also: set[Check] = {"build"} if known & {"type check", "tests"} else set()
        return frozenset(also | ({"type check"} if "build" in known else set()))
    if commands.shows_only(line):
        return frozenset()
    if _SCRIPTS.search(line):
        return frozenset(_HINTS)
    return frozenset(check for check, hint in _HINTS.items() if hint.search(line))


def _not_started(line: Line) -> bool:
    return line.exit_code in (126, 127) or bool(_NOT_STARTED.search(line.output[-3000:]))


def _came(line: Line, check: Check, after: Sequence[str] = (), *, masked: bool, alone: bool) -> tuple[Came, str]:
    """What a run came to. ``masked``: the line can end well though this command failed; ``alone``: it is the line's only check;
    ``after`` are the commands behind it in the line."""
    if line.background or line.result == "refused":
        return "unknown", "its end is not shown"
    if line.strange:
        return "unknown", "it was of another run, it seems"
    if _ELSEWHERE.search(line.text):
        return "unknown", "it ran on another state of the code"
    own = [one for one in line.works if one.check == check]
    if failing := [one for one in own if one.failing]:
        if check == "tests" and all(one.passed and not one.failed for one in failing):
            return "unknown", "the tests passed, and the line failed"  # a threshold of coverage, say
        return "fail", failing[-1].said
    code = line.exit_code
    bad = bool(code) or line.result == "fail"  # which may be what the output says, where the exit code is another's
    good = not bad and (code == 0 or line.result == "pass")
    if good and own and all(one.idle for one in own):
        return "idle", own[-1].idle
    if good and any(one.closed and not one.idle for one in own):
        return "pass", own[-1].said
    if good:
        return ("unknown", "the line can end well though it failed") if masked else ("pass", "it ended well")
    return _bad(line, check, own, after, masked=masked, alone=alone) if bad else ("unknown", "how it ended is not known")


def _bad(line: Line, check: Check, own: Sequence[Work], after: Sequence[str], *, masked: bool, alone: bool) -> tuple[Came, str]:
    """What a run came to whose line ended badly, where no tool says that anything failed."""
    code = line.exit_code
    if check == "tests" and any(one.passed for one in own):
        return "unknown", "the tests passed, and the line failed"  # a threshold of coverage, say
    if code is not None and code < 0 and not line.trust:
        return "unknown", "it was ended"  # by the time that the harness gives it
    if masked:  # a `grep` that finds nothing ends with 1: only what the output says counts
        if alone and (code == 0 or hidden.broke(line.output)) and all(name in hidden.BESIDE for name in after):
            return "fail", "its output ends in an error"
        return "unknown", "the exit code is that of the end of the line"
    if any(name not in _CALM for name in after):
        return "unknown", "another command of the line may have failed"
    if alone:
        return "fail", f"exit {code}" if code else "it says that it failed"
    return "unknown", "how it ended is not known"
