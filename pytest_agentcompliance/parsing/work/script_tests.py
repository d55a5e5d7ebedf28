"""What jest, vitest, mocha, playwright, node:test, tap and bun say."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.work import Work
from pytest_agentcompliance.parsing.work.hints import Found, Hints

_JEST_SUITES = re.compile(r"\s*Test Suites: +(\S.*)$")
_JEST_TESTS = re.compile(r"\s*Tests: +(\S.*)$")
_JEST_COUNT = re.compile(r"(\d{1,9}) (failed|skipped|todo|passed|pending|total)\b")
_JEST_FILE = re.compile(r"\s{0,4}(PASS|FAIL)\s{1,4}\S.{0,300}\.[cm]?[jt]sx?\b")
_JEST_NONE = re.compile(r"\s*No tests found(?:, exiting with code \d|\s*$| related to )")
_JEST_COVERAGE = re.compile(r"\s*Jest: .{1,200} coverage threshold for .{1,80} not met")
_JSON = re.compile(r'"num(Passed|Failed|Pending|Todo|Total)Tests": ?(\d{1,9})')

_VITEST_START = re.compile(r"\s*(?:RUN|DEV)\s+v\d+\.\d+")
_VITEST_FILES = re.compile(r"\s*Test Files {2,}(\S.*)$")
_VITEST_TESTS = re.compile(r"\s*Tests {2,}(\S.*)$")
_VITEST_ERRORS = re.compile(r"\s*(?:Type )?Errors {2,}(\d{1,9}) errors?\b")
_VITEST_COUNT = re.compile(r"(\d{1,9}) (failed|skipped|todo|passed|expected fail)\b")
_VITEST_TOTAL = re.compile(r"\((\d{1,9})\)\s*$")
_VITEST_NONE = re.compile(r"\s*No test files found\b")
_VITEST_COVERAGE = re.compile(r"\s*ERROR: Coverage for .{1,80} does not meet ")
_VITEST_GOING = re.compile(r"\s*❯ .{1,300} (?:\[queued\]|\d{1,9}/\d{1,9})$")  # above counts that are not the last ones
_VITEST_FAIL = re.compile(r"\s*FAIL {2}\S")

_MOCHA_PASSING = re.compile(r"\s*(\d{1,9}) passing(?: \(.{1,20}\))?$")
_MOCHA_NONE = re.compile(r"\s*(?:\S )?(?:Error|Warning): (?:No test files found: |Cannot find any files matching pattern )")
_MOCHA_MORE = re.compile(r"\s*(\d{1,9}) (pending|failing)$")

_PLAYWRIGHT_START = re.compile(r"\s*Running (\d{1,9}) tests? using \d{1,4} workers?")
_PLAYWRIGHT_COUNT = re.compile(
    r" {1,4}(\d{1,9}) (failed|passed|skipped|flaky|did not run|interrupted)(?: \(\d[\d.]{0,9} ?(?:ms|s|m|h)\))?$"
)
_PLAYWRIGHT_END = re.compile(r" {1,4}\d{1,9} passed \(\d")
_PLAYWRIGHT_NONE = re.compile(r"\s*Error: No tests found")

_COUNTED = re.compile(r"\s*[ℹ#] (tests|suites|pass|fail|cancelled|skipped|skip|todo|ok)\s+(\d{1,9})$")
_TAP = re.compile(r"\s*# \{ total: (\d{1,9})(.{0,120})\}$")
_TAP_COUNT = re.compile(r"(pass|fail|skip|todo): (\d{1,9})")

_BUN_COUNT = re.compile(r"\s*(\d{1,9}) (pass|fail|skip|todo|filtered out)$")
_BUN_END = re.compile(r"\s*Ran (\d{1,9}) tests? across \d{1,9} files?")
_DENO = re.compile(
    r"(?:ok|FAILED) \| (\d{1,9}) passed(?: \(.{1,20}\))? \| (\d{1,9}) failed"
    r"(?: \| (\d{1,9}) ignored)?(?: \| (\d{1,9}) filtered out)?"
)


def jest(lines: list[str], hints: Hints) -> Iterator[Found]:
    """Each `Test Suites:` with its `Tests:`. A suite that could not be loaded is a failure, coverage below its bar an error."""
    failed, open_at, uncovered = 0, -1, 0
    suites: dict[str, int] = {}
    vitest = any(_VITEST_START.match(line) or _VITEST_FILES.match(line) for line in lines)  # which writes FAIL as jest does
    for at, line in enumerate(lines):
        if found := _JEST_SUITES.match(line):
            suites = {name: int(count) for count, name in _JEST_COUNT.findall(found[1])}
        elif found := _JEST_TESTS.match(line):
            counts = {name: int(count) for count, name in _JEST_COUNT.findall(found[1])}
            if "total" not in counts:
                continue
            broken = counts.get("failed", 0) or suites.get("failed", 0)
            skipped = counts.get("skipped", 0) + counts.get("todo", 0) + counts.get("pending", 0)
            by_name = any("with tests matching" in below for below in lines[at : at + 8])
            selected = counts["total"] - counts.get("skipped", 0) if by_name else None
            passed, total = counts.get("passed", 0), counts["total"]
            yield at, Work("jest", "tests", passed, broken, skipped, total, selected, errors=uncovered or None)
            failed, open_at, uncovered, suites = 0, -1, 0, {}
        elif _JEST_COVERAGE.match(line):
            uncovered += 1
        elif _JEST_NONE.match(line):
            yield at, Work("jest", "tests", 0, 0, 0, 0, 0)
            failed, open_at = 0, -1
        elif found := _JEST_FILE.match(line):
            open_at = at if open_at < 0 else open_at
            failed += found[1] == "FAIL"
        elif line.lstrip().startswith('{"num') and (told := dict(_JSON.findall(line))).get("Total"):
            counts = {name: int(count) for name, count in told.items()}
            skipped = counts.get("Pending", 0) + counts.get("Todo", 0)
            tool = hints.tool("jest", "vitest")
            yield at, Work(tool, "tests", counts.get("Passed", 0), counts.get("Failed", 0), skipped, counts["Total"])
            failed, open_at = 0, -1
    if open_at >= 0 and not vitest:
        yield open_at, Work("jest", "tests", failed=failed or None, closed=False)


def vitest(lines: list[str], hints: Hints) -> Iterator[Found]:
    """Each `Test Files` with its `Tests` and `Errors`. A file that could not be loaded is a failure of its own."""
    start, failed = -1, 0
    files: dict[str, int] = {}
    for at, line in enumerate(lines):
        if _VITEST_START.match(line):
            if start >= 0:
                yield start, Work("vitest", "tests", failed=failed or None, closed=False)
            start, failed = at, 0
        elif found := _VITEST_FILES.match(line):
            files = {name: int(count) for count, name in _VITEST_COUNT.findall(found[1])}
        elif found := _VITEST_TESTS.match(line):
            counts = {name: int(count) for count, name in _VITEST_COUNT.findall(found[1])}
            total = _VITEST_TOTAL.search(found[1])
            going = any(_VITEST_GOING.match(above) for above in lines[max(0, at - 4) : at])
            if going or (not counts and not total and not found[1].startswith("no tests")):
                continue
            broken = counts.get("failed", 0) or files.get("failed", 0)
            for below in lines[at + 1 : at + 4]:
                if error := _VITEST_ERRORS.match(below):
                    broken += int(error[1])
            skipped = counts.get("skipped", 0) + counts.get("todo", 0)
            passed = counts.get("passed", 0) + counts.get("expected fail", 0)
            uncovered = sum(bool(_VITEST_COVERAGE.match(below)) for below in lines[at + 1 : at + 400]) or None
            collected = int(total[1]) if total else passed + skipped
            yield at, Work("vitest", "tests", passed, broken, skipped, collected, errors=uncovered)
            start, failed, files = -1, 0, {}
        elif _VITEST_NONE.match(line):
            yield at, Work("vitest", "tests", 0, 0, 0, 0, 0)
            start, failed = -1, 0
        elif _VITEST_FAIL.match(line):
            failed += 1
    if start >= 0:
        yield start, Work("vitest", "tests", failed=failed or None, closed=False)


def mocha(lines: list[str], hints: Hints) -> Iterator[Found]:
    """Each `N passing` with `pending` and `failing` below it."""
    for at, line in enumerate(lines):
        found = _MOCHA_PASSING.match(line)
        if _MOCHA_NONE.match(line) and not hints.named("vitest"):
            yield at, Work("mocha", "tests", 0, 0, 0, 0, 0)
        if not found:
            continue
        more = {"pending": 0, "failing": 0}
        for below in lines[at + 1 : at + 4]:
            if told := _MOCHA_MORE.match(below):
                more[told[2]] = int(told[1])
        passed = int(found[1])
        tool = hints.tool("mocha", "cypress", "playwright")
        total = passed + sum(more.values())
        yield at, Work(tool, "tests", passed, more["failing"], more["pending"], total, total)


def playwright(lines: list[str], hints: Hints) -> Iterator[Found]:
    """The counts with which it ends, each on a line, among the names of what failed."""
    start, total, last = -1, None, -1
    counts: dict[str, int] = {}
    for at, line in enumerate(lines):
        if found := _PLAYWRIGHT_START.match(line):
            if start >= 0:
                yield start, _played(counts, total)
            start, total, counts, last = at, int(found[1]), {}, -1
        elif found := _PLAYWRIGHT_COUNT.match(line):
            counts[found[2]] = int(found[1])
            last = at
            if _PLAYWRIGHT_END.match(line):
                yield at, _played(counts, total)
                start, total, counts, last = -1, None, {}, -1
        elif _PLAYWRIGHT_NONE.match(line):
            yield at, Work("playwright", "tests", 0, 0, 0, 0, 0)
            start, total, counts, last = -1, None, {}, -1
    if start >= 0:
        yield max(start, last), _played(counts, total)


def _played(counts: dict[str, int], total: int | None) -> Work:
    if not counts:
        return Work("playwright", "tests", collected=total, selected=total, closed=False)
    failed = counts.get("failed", 0) + counts.get("interrupted", 0)
    skipped = counts.get("skipped", 0) + counts.get("did not run", 0)
    passed = counts.get("passed", 0) + counts.get("flaky", 0)
    total = total if total is not None else passed + failed + skipped
    return Work("playwright", "tests", passed, failed, skipped, total, total)


def counted(lines: list[str], hints: Hints) -> Iterator[Found]:
    """node:test and tap: a count on each line, from `tests` on."""
    counts: dict[str, int] = {}
    start = -1
    for at, line in enumerate([*lines, ""]):
        found = _COUNTED.match(line)
        if found and found[1] == "tests":
            start, counts = at, {"tests": int(found[2])}
        elif found and start >= 0:
            counts[found[1]] = int(found[2])
        elif (start >= 0 and not (found or line.strip() in ("", "#") or "duration_ms" in line)) or at == len(lines):
            if start >= 0 and {"pass", "fail", "ok"} & set(counts):
                yield start, _of_counts(counts)
            start = -1
        if told := _TAP.match(line):
            named = {name: int(count) for name, count in _TAP_COUNT.findall(told[2])}
            skipped = named.get("skip", 0) + named.get("todo", 0)
            yield at, Work("tap", "tests", named.get("pass", 0), named.get("fail", 0), skipped, int(told[1]))


def _of_counts(counts: dict[str, int]) -> Work:
    skipped = counts.get("skipped", 0) + counts.get("skip", 0) + counts.get("todo", 0)
    failed = counts.get("fail", 0) + counts.get("cancelled", 0)
    tool = "node" if "cancelled" in counts else "tap"
    return Work(tool, "tests", counts.get("pass", 0), failed, skipped, counts["tests"])


def bun(lines: list[str], hints: Hints) -> Iterator[Found]:
    """bun: the counts above `Ran N tests across`; and deno's one line."""
    for at, line in enumerate(lines):
        if found := _BUN_END.match(line):
            counts = {told[2]: int(told[1]) for above in lines[max(0, at - 8) : at] if (told := _BUN_COUNT.match(above))}
            total, left = int(found[1]), counts.get("filtered out", 0)
            skipped = counts.get("skip", 0) + counts.get("todo", 0)
            yield at, Work("bun", "tests", counts.get("pass", 0), counts.get("fail", 0), skipped, total + left, total)
        elif found := _DENO.match(line):
            passed, failed, skipped, left = (int(count or 0) for count in found.groups())
            total = passed + failed + skipped
            yield at, Work("deno", "tests", passed, failed, skipped, total + left, total)
