"""What one run of a command says of the checks in it: whether each was run, on how much, and what came of it."""

import re
import shlex
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from pytest_agentcompliance.parsing.command_lines import joined
from pytest_agentcompliance.parsing.proofs import blinded
from pytest_agentcompliance.parsing.shell.commands import commands
from pytest_agentcompliance.parsing.shell.prefixes import bare, code_of, name_of, told
from pytest_agentcompliance.parsing.work import Check, Work
from pytest_agentcompliance.parsing.work.commands import Ran, runs, shows_only

State = Literal["passed", "failed", "nothing"]

# Options that leave a few out, or choose a configuration; all others that narrow choose a few.
_LEAVES_OUT = re.compile(
    r"--?(?:ignore|deselect|exclude|skip|short|no-eslintrc|testPathIgnorePatterns|grep-invert|projects?|p|ext|test-skip-pattern"
    r"|ignoreProjects|selectProjects|tsconfig|features|root|dir|rule|select|filter)\b|-[km] ['\"]?not\b|-(?:m|LE)\b"
)
# Of these, a test or a file that is called by its name.
_NAMES_ONE = re.compile(
    r"(?:--?(?:ignore(?:-glob|-pattern)?|deselect|exclude|skip|testPathIgnorePatterns|grep-invert|test-skip-pattern) |-k not )"
    r"(?:[^*?]*::|(?:.*/)?[^*?/]+\.(?:[cm]?[jt]sx?|py|go|rs|rb|java|kt|cs|php|vue|svelte|feature|robot|bats|dart|swift|exs?)$"
    r"|['\"(^]{0,3}(?:test_\w|Test[A-Z]))"
)
# Settings of pytest that choose what is a test, given on its line.
_SETS = re.compile(r"(?:-o|--override-ini=?)?\s?(?:python_(?:functions|classes|files)|testpaths|addopts)\s?=[^\s'\"]")
_FILE = re.compile(
    r"[^*?]*\.(?:[cm]?[jt]sx?|py|go|rs|rb|java|kt|cs|php|vue|svelte|feature|robot|bats|dart|swift|exs?)(?:::?[^/]*)?"
)
_QUOTED = re.compile(r"'(?:[^'\\]|\\[\s\S])*'|\"(?:[^\"\\]|\\[\s\S])*\"|`(?:[^`\\]|\\[\s\S])*`")
# What runs something, in code of which the texts were taken out.
_RUNNER = re.compile(
    r"(?i)\b(?:pytest|unittest|nose2?|jest|mocha|vitest|doctest)\.\w|\b(?:subprocess|popen|spawn|exec|system|runpy|call_command|TextTestRunner)"
    r"|\b(?:run|main)\w*\s?\(|%x|\bimport\s?\("
)
_REQUIRES = re.compile(r"\brequire\s?\(\s?['\"](?!(?:node:)?fs\b)")
_DEEPEST = 6  # shells in shells
_DEFINES = re.compile(r"\b([\w-]{2,40})\s{0,3}\(\)\s{0,3}\{|\bfunction\s{1,3}([\w-]{2,40})|\balias\s{1,3}([\w-]{2,40})=")
LONGEST = 16_000  # characters of a line that are looked at
_SHOWS = frozenset(
    ("zcat", "gzcat", "bzcat", "xzcat", "gunzip", "base64", "xxd", "yes", "curl", "wget", "dd", "strings", "nl", "tac")
)
_CODE = 4000  # characters of code on a line that are looked at
_TEST_FILE = re.compile(r"(?:[^\s/]*/){0,20}(?:test_[\w-]+|[\w-]+_test|[\w-]+\.(?:test|spec))\.(?:py|sh|rb|[cm]?[jt]s)")
_PATTERNS = frozenset(("vitest", "jest", "ava", "bun", ""))  # tools, and scripts, to which a bare word is a pattern of names
_FOLDERS = frozenset(
    ("tests", "test", "src", "spec", "specs", "__tests__", "packages", "apps", "app", "lib", "libs", "e2e", "integration", "unit",
     "api", "backend", "server", "functions")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """What a run says of one check. ``why`` is a clause: what failed, or why nothing was done; ``part`` is what it was narrowed to,
    ``without`` what was left out of it, as it was typed.

    ``tools`` are those that are known to have run, ``unsure`` where a script was called that may run anything. ``counts`` are
    those of its tests or errors, in words. ``silently``: how many tests ran where the line does not say that it leaves any out.
    """

    check: Check
    state: State
    why: str = ""
    tools: frozenset[str] = frozenset()
    folder: str = ""
    packages: frozenset[str] = frozenset()
    part: str = ""
    without: frozenset[str] = frozenset()
    counts: str = ""
    unsure: bool = False
    silently: str = ""

    def mends(self, failed: "Done") -> bool:
        """Whether this one, which came later and passed, speaks for all that an earlier one said had failed."""
        if self.check != failed.check or not (self.unsure or failed.unsure or self.tools & failed.tools):
            return False
        if (self.part and self.part != failed.part) or not self.without <= failed.without:
            return False
        if self.packages and self.packages != failed.packages:
            return False
        return self.folder in ("", failed.folder) or failed.folder.startswith(f"{self.folder}/")


class _End(NamedTuple):
    """How a command ended."""

    well: bool | None
    how: str


def done(
    line: str, folder: str, work: Iterable[Work], *, well: bool | None, how: str = "", also: Collection[Check] = ()
) -> Iterator[Done]:
    """The checks of one run, in their order.

    ``well``: whether the command ended well, None where nobody says; ``how`` it ended is a clause. ``also`` are the checks that
    the policy says this command makes.
    """
    said = list(work)
    if not also and _shows_only(line):
        return
    ran, end, added = runs(line), _End(well, how), tuple(blinded.added(line))
    if added:
        ran = tuple(replace(one, selects=(*one.selects, *added)) if one.check == "tests" else one for one in ran)
    for at, one in enumerate(ran):
        if one.check not in also and not any(_alike(one, other) for other in ran[:at]):
            yield from _of_command(one, folder, said, end, _defined(line))
    for check in dict.fromkeys([*also, *(one.check for one in said)]):
        if check in also or not any(one.check == check for one in ran):
            yield from _of_output(check, folder, said, end, "" if check in also else _test_file(line), trusted=check in also)


def _alike(one: Ran, other: Ran) -> bool:
    return (one.check, one.tool, one.script, one.folder, one.packages, one.selects) == (
        other.check, other.tool, other.script, other.folder, other.packages, other.selects,
    )  # fmt: skip


def _of_command(ran: Ran, folder: str, said: list[Work], end: "_End", defined: frozenset[str]) -> Iterator[Done]:
    work = [one for one in said if one.check == ran.check]
    seen = {one.tool for one in work}
    if ran.tool and ran.tool in seen:
        work = [one for one in work if one.tool == ran.tool]
    state, why = _came(ran.check, work, said, end)
    if state is None:
        return
    called = ran.tool or f"the script {ran.script!r}"
    if state == "passed" and ran.masked:
        state, why = "nothing", f"the line ends well whatever becomes of {called}"
    elif state == "passed" and not defined.isdisjoint({ran.tool, *ran.words[:1]}):
        state, why = "nothing", f"the line itself says what {called} is"
    elif state == "passed" and ran.check == "tests" and end.well is not None and not work:
        empty = ", and it ends well where there is none" if ran.passes_empty else ""
        named = "" if ran.tool else " (a clause may name it in 'commands')"
        state, why = "nothing", f"nothing in its output tells that a test ran{empty}{named}"
    elif state == "passed" and (blind := blinded.blinded(ran)):
        state, why = "nothing", blind
    inside = joined(folder, ran.folder).removeprefix(".") if ran.folder else folder
    yield Done(
        ran.check, state, why, frozenset([ran.tool] if ran.tool else seen), inside, frozenset(ran.packages), _part(ran, work),
        _without(ran, work), "; ".join(one.said for one in work),
        unsure=not ran.tool and not seen, silently=_silently(ran, work) if ran.tool == "pytest" else "",
    )  # fmt: skip


def _test_file(line: str) -> str:
    """The file of tests that a line runs as a program: ``python tests/test_cart.py``."""
    words = [word for command in commands(line) for word in bare(command.words)[:2]]
    return next((word for word in words if _TEST_FILE.fullmatch(word)), "")


def _of_output(check: Check, folder: str, said: list[Work], end: "_End", part: str, *, trusted: bool) -> Iterator[Done]:
    work = [one for one in said if one.check == check]
    state, why = _came(check, work, said, end)
    if state is not None:
        tools = frozenset(one.tool for one in work)
        counts = "; ".join(one.said for one in work)
        yield Done(check, state, why, tools, folder, part=part or _few(work), counts=counts, unsure=trusted)


def _came(check: Check, work: list[Work], said: list[Work], end: "_End") -> tuple[State | None, str]:
    """What came of a check; None where the command failed before it, or by another."""
    if failing := [one for one in work if one.failing]:
        return "failed", "; ".join(one.said for one in failing)
    idle = [one.idle for one in work]
    if idle and all(idle):
        return "nothing", idle[0]
    if end.well is not False:
        return "passed", ""
    if any(one.failing for one in said):
        # Another tool of the line failed; what it kept from running is not known to have failed.
        return ("passed", "") if work else (None, "")
    counted = f", although it says {work[0].said}" if work else ""
    return "failed", f"{end.how or 'it failed'}{counted}"


def _shows_only(line: str, depth: int = 0) -> bool:
    """Whether a line only says something, in however many shells: what looks like a summary there is none."""
    found = list(commands(line))
    for command in found:
        words = bare(command.words)
        inner = told(words, command.fed)
        if words and name_of(words[0]) in _SHOWS:
            continue
        if (code := code_of(words)) and not _runs_something(code[:_CODE]):
            continue
        if not (_shows_only(inner, depth + 1) if inner and depth < _DEEPEST else shows_only(shlex.join(words))):
            return False
    return bool(found)


def _runs_something(code: str) -> bool:
    """Whether code on a line runs something: what it only prints does not count."""
    return bool(_RUNNER.search(_QUOTED.sub("''", code)) or _REQUIRES.search(code))


def _defined(line: str) -> frozenset[str]:
    """The names that a line gives to commands of its own: functions of the shell, and aliases."""
    return frozenset(name for found in _DEFINES.finditer(line[:LONGEST]) for name in found.groups() if name)


def _part(ran: Ran, work: list[Work]) -> str:
    """What of a check was left to run, as it was typed; empty where it is the whole, or most of it."""
    chosen = [one for one in ran.selects if _chooses(ran, one)]
    chosen += [word for word in ran.words if _SETS.match(word)]
    chosen += blinded.weakened(ran)
    return blinded.staged_alone(ran) or ", ".join(chosen[:3]) or _few(work)


def _chooses(ran: Ran, select: str) -> bool:
    if select.startswith("-"):
        return bool(_NAMES_ONE.match(select)) or (ran.check == "tests" and _LEAVES_OUT.match(select) is None)
    if _FILE.fullmatch(select):
        return True
    bare = "/" not in select and not set(select) & set("*?.")
    return ran.check == "tests" and ran.tool in _PATTERNS and bare and select.lower() not in _FOLDERS


def _without(ran: Ran, work: list[Work]) -> frozenset[str]:
    """What was left out; also where the line says nothing of it, and a setting or a variable did it."""
    said = [one for one in ran.selects if _LEAVES_OUT.match(one)]
    return frozenset([*said, *(["deselected"] if not said and _silently(ran, work) else [])])


def _silently(ran: Ran, work: list[Work]) -> str:
    """How many tests ran, where fewer ran than were found and nothing on the line chooses."""
    few = [one for one in work if one.selected is not None and one.collected and one.selected < one.collected]
    if not few or any(one.startswith("-") or "::" in one for one in ran.selects):
        return ""
    return f"{few[0].selected} of {few[0].collected} tests"


def _few(work: list[Work]) -> str:
    """Less than half of the tests that were found."""
    for one in work:
        if one.selected is not None and one.collected and one.selected * 2 < one.collected:
            return f"{one.selected} of {one.collected} tests"
    return ""
