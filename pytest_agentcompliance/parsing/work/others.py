"""What the runners of other languages say, each in one line."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.work import Work
from pytest_agentcompliance.parsing.work.hints import Found, Hints

_JUNIT = re.compile(r"JUnit XML: (\d{1,9}) tests, (\d{1,9}) passed, (\d{1,9}) failed, (\d{1,9}) skipped$")  # see junit.lines
_MAVEN = re.compile(r"\s*(?:\[[A-Z]{1,8}\] +)?Tests run: (\d{1,9}), Failures: (\d{1,9}), Errors: (\d{1,9}), Skipped: (\d{1,9})$")
_CTEST = re.compile(r"\d{1,3}% tests passed, (\d{1,9}) tests failed out of (\d{1,9})$")
_RSPEC = re.compile(r"(\d{1,9}) examples?, (\d{1,9}) failures?(?:, (\d{1,9}) pending)?")
_MINITEST = re.compile(
    r"(\d{1,9}) (?:runs|tests), \d{1,9} assertions, (\d{1,9}) failures, (\d{1,9}) errors(?:, (\d{1,9}) (?:skips|pendings))?"
)
_RUBOCOP = re.compile(r"\d{1,9} files? inspected, (?:no|(\d{1,9})) offenses? detected")
_PHPUNIT_OK = re.compile(r"OK \((\d{1,9}) tests?, \d{1,9} assertions?\)$")
_PHPUNIT = re.compile(r"Tests: (\d{1,9}), Assertions: \d{1,9}(.{0,200})$")
_PHPUNIT_COUNT = re.compile(r"(Failures|Errors|Skipped|Incomplete): (\d{1,9})")
_DOTNET = re.compile(
    r"(?:Passed|Failed|Skipped)! +- Failed: +(\d{1,9}), Passed: +(\d{1,9}), Skipped: +(\d{1,9}), Total: +(\d{1,9})"
)
_GOTESTSUM = re.compile(r"DONE (\d{1,9}) tests?(?:, (\d{1,9}) skipped)?(?:, (\d{1,9}) failures?)?(?:, (\d{1,9}) errors?)? in \d")


def read(lines: list[str], hints: Hints) -> Iterator[Found]:
    """Our own line for a JUnit file, Maven, ctest, RSpec, minitest, RuboCop, PHPUnit, dotnet and gotestsum."""
    for at, line in enumerate(lines):
        if found := _JUNIT.match(line):
            total, passed, failed, skipped = (int(count) for count in found.groups())
            yield at, Work("junit", "tests", passed, failed, skipped, total)
        elif found := _MAVEN.match(line):
            total, failures, errors, skipped = (int(count) for count in found.groups())
            yield at, _work("mvn", total, failures + errors, skipped)
        elif found := _CTEST.match(line):
            yield at, _work("ctest", int(found[2]), int(found[1]), 0)
        elif line.startswith("No tests were found!!!"):
            yield at, _work("ctest", 0, 0, 0)
        elif found := _RSPEC.match(line):
            yield at, _work("rspec", int(found[1]), int(found[2]), int(found[3] or 0))
        elif found := _MINITEST.match(line):
            yield at, _work("minitest", int(found[1]), int(found[2]) + int(found[3]), int(found[4] or 0))
        elif found := _RUBOCOP.match(line):
            yield at, Work("rubocop", "lint", errors=int(found[1] or 0))
        elif found := _PHPUNIT_OK.match(line):
            yield at, _work("phpunit", int(found[1]), 0, 0)
        elif found := _PHPUNIT.match(line):
            counts = {name: int(count) for name, count in _PHPUNIT_COUNT.findall(found[2])}
            failed, skipped = (
                counts.get("Failures", 0) + counts.get("Errors", 0),
                counts.get("Skipped", 0) + counts.get("Incomplete", 0),
            )
            yield at, _work("phpunit", int(found[1]), failed, skipped)
        elif found := _DOTNET.match(line):
            failed, passed, skipped, total = (int(count) for count in found.groups())
            yield at, Work("dotnet", "tests", passed, failed, skipped, total)
        elif found := _GOTESTSUM.match(line):
            yield at, _work("gotestsum", int(found[1]), int(found[3] or 0) + int(found[4] or 0), int(found[2] or 0))


def _work(tool: str, total: int, failed: int, skipped: int) -> Work:
    return Work(tool, "tests", max(0, total - failed - skipped), failed, skipped, total)
