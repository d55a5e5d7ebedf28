"""What go and cargo say."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.work import Work
from pytest_agentcompliance.parsing.work.hints import Found, Hints

_GO_PACKAGE = re.compile(r"(ok|FAIL|\?)\s+(\S{1,300})\s+(\(cached\)|\[?\d[\d.]*m?s\b|\[.{1,60}\])(.{0,200})$")
_GO_TEST = re.compile(r"--- (PASS|FAIL|SKIP): \S")
_GO_RUN = re.compile(r"=== RUN\s+\S")
_GO_JSON = re.compile(r'\{.{0,120}"Action":"(pass|fail|skip)","Package":"([^"]{1,300})"(?:,"Test":"([^"]{1,300})")?')
_GO_JSON_NONE = re.compile(r'\{.{0,200}"Output":"(?:ok|\?).{0,320}\[no test')
_GO_NONE = ("[no test files]", "[no tests to run]")

_RUNNING = re.compile(r"running (\d{1,9}) tests?$")
_RESULT = re.compile(
    r"test result: (ok|FAILED)\. (\d{1,9}) passed; (\d{1,9}) failed; (\d{1,9}) ignored; (\d{1,9}) measured; (\d{1,9}) filtered out"
)
_NEXTEST = re.compile(r"\s*Summary \[.{1,30}\] +(\d{1,9})(?:/\d{1,9})? tests? run: (\d{1,9}) passed(.{0,200})")
_NEXTEST_COUNT = re.compile(r"(\d{1,9}) (failed|skipped|timed out)")
_NOT_COMPILED = re.compile(
    r"error: could not compile `[^`]{1,100}`.{0,100}?(?:due to (?:(\d{1,9}) )?previous errors?)?(?:; .{0,60})?$"
)
_NO_MANIFEST = re.compile(r"error: could not find `Cargo.toml`")
_WARNED = re.compile(r"warning: `[^`]{1,100}` \(.{1,100}\) generated (\d{1,9}) warnings?")
_FINISHED = re.compile(r"\s*Finished .{0,80}(?:target\(s\)|profile)")


def go(lines: list[str], hints: Hints) -> Iterator[Found]:
    """All packages of a run as one. Without `-v` go does not say how many tests passed: then nobody knows."""
    last, passed, failed, skipped, packages, empty, broken, ran = -1, 0, 0, 0, 0, 0, 0, 0
    for at, line in enumerate(lines):
        if found := _GO_TEST.match(line):
            passed, failed, skipped = passed + (found[1] == "PASS"), failed + (found[1] == "FAIL"), skipped + (found[1] == "SKIP")
        elif _GO_RUN.match(line):
            ran += "/" not in line
            last = at if last < 0 else last
        elif found := _GO_PACKAGE.match(line):
            last, packages = at, packages + 1
            empty += any(word in f"{found[3]}{found[4]}" for word in _GO_NONE)
            broken += found[1] == "FAIL"
        elif line.startswith("{") and (found := _GO_JSON.match(line)):
            last = at
            if found[3] is None:
                packages, broken = packages + 1, broken + (found[1] == "fail")
                empty += found[1] == "skip"
            elif "/" not in found[3]:
                ran += 1
                passed, failed, skipped = (
                    passed + (found[1] == "pass"),
                    failed + (found[1] == "fail"),
                    skipped + (found[1] == "skip"),
                )
    if not packages and not ran:
        return
    counted = ran > 0 or (packages > 0 and packages == empty)
    closed = packages > 0 and not hints.cut
    total = passed + failed + skipped
    yield last, Work(
        "go", "tests", passed if counted and (closed or passed) else None, failed or broken or (0 if closed else None),
        skipped if counted and (closed or skipped) else None, total if counted and closed else None, closed=closed,
    )  # fmt: skip


def cargo(lines: list[str], hints: Hints) -> Iterator[Found]:
    """The tests of all binaries as one; where there are none, what the compiler counted."""
    at_last, results, running = -1, list[tuple[int, ...]](), 0
    errors, warnings, finished, uncompiled = 0, 0, False, False
    for at, line in enumerate(lines):
        if _RUNNING.match(line):
            running, at_last = running + 1, at
        elif found := _RESULT.match(line):
            results.append(tuple(int(count) for count in found.groups()[1:]))
            at_last = at
        elif found := _NEXTEST.match(line):
            counts = {name: int(count) for count, name in _NEXTEST_COUNT.findall(found[3])}
            total, passed = int(found[1]), int(found[2])
            failed, skipped = counts.get("failed", 0) + counts.get("timed out", 0), counts.get("skipped", 0)
            yield at, Work("cargo", "tests", passed, failed, 0, total + skipped, total)
        elif found := _NOT_COMPILED.match(line):
            errors, at_last, uncompiled = errors + int(found[1] or 1), at, True
        elif _NO_MANIFEST.match(line):
            errors, at_last, uncompiled = errors + 1, at, True
        elif found := _WARNED.match(line):
            warnings += int(found[1])
        elif _FINISHED.match(line):
            finished, at_last = True, at if at_last < 0 else at_last
    check = hints.check("build")
    if results or running:
        passed, failed, skipped, measured, left = (sum(one[k] for one in results) for k in range(5))
        closed = len(results) >= running and not hints.cut
        total = passed + failed + skipped + measured
        yield at_last, Work(
            "cargo", "tests", passed + measured if closed or passed else None, failed if closed or failed else None,
            skipped if closed or skipped else None, total + left if closed else None, total if closed else None, closed=closed,
            errors=errors or None,
        )  # fmt: skip
    elif uncompiled or (finished and check != "tests"):
        yield at_last, Work("cargo", check, errors=errors, warnings=warnings)
