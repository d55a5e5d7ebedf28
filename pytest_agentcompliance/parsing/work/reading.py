"""The summaries of all tools in one output, by the readers of each family."""

from itertools import islice

from pytest_agentcompliance.parsing.work import Work, builders, checkers, compiled, others, python_tests, script_tests
from pytest_agentcompliance.parsing.work.commands import only_checks, runs, shows_only
from pytest_agentcompliance.parsing.work.hints import Found, Hints, Reader
from pytest_agentcompliance.parsing.work.text import printed

MOST = 200  # summaries of one output
# Each with words of which one stands in every line that it looks for.
_READERS: tuple[tuple[Reader, tuple[str, ...]], ...] = (
    (python_tests.pytest, (" in ", "test session", "Results (", "ERROR: ", "loading conftest", "collected ", "FAILED ")),
    (python_tests.unittest, ("Ran ", "FAILED (")),
    (script_tests.jest, ("Tests:", "PASS", "FAIL", "No tests found", '"num')),
    (script_tests.vitest, (" v", "Test Files", "Tests  ", "No test files", "FAIL")),
    (script_tests.mocha, (" passing", "No test files", "Cannot find any")),
    (script_tests.playwright, (" using ", "No tests found", " passed ", " failed")),
    (script_tests.counted, ("ℹ tests", "# tests", "# {")),
    (script_tests.bun, ("Ran ", " | ")),
    (compiled.go, ("ok", "FAIL", "?", "=== RUN", '"Action"')),
    (compiled.cargo, ("running ", "test result", "Summary [", "error: could not", "generated ", "Finished ")),
    (others.read, ("Tests", "tests", "examples", "example,", "assertions", "inspected", "Failed:", "DONE ")),
    (checkers.read, ("error", "Found ", "problem", "issue", "Success", "ESLint", "Prettier", "Code style", "kept, ", "schema",
                     "Validation", "upgrade", "FAILED: ", "All checks", " file")),
    (builders.read, ("uil", "BUIL", "ompile", "Found ", "Tasks:", " target", "***", "CMake", "Configuring", "ERR", "error", "ELIFE",
                     "not found", "No module")),
)  # fmt: skip
# Tools that print a summary of their own and nothing of other tools, unless what they check prints it.
_OWN = frozenset(
    ("pytest", "unittest", "jest", "vitest", "mocha", "playwright", "tsc", "vue-tsc", "eslint", "ruff", "mypy", "pyright",
     "cargo", "go",
     "basedpyright", "prettier", "biome", "stylelint")
)  # fmt: skip


def read(command: str, output: str) -> tuple[Work, ...]:
    """What the tools say in an output; nothing where the command plainly runs none."""
    if not output.strip() or (command.strip() and shows_only(command)):
        return ()
    text, ran = printed(output), runs(command)
    hints = Hints(ran, text.cut)
    found: list[Found] = []
    for group in (text.lines, *text.groups):  # each as if it were alone
        lines, numbers = [line for _, line in group], [at for at, _ in group]
        whole = "\n".join(lines)
        for reader, words in _READERS:
            if any(word in whole for word in words):
                found.extend((numbers[at], work) for at, work in islice(reader(lines, hints), MOST))
    found.sort(key=lambda one: one[0])
    told = {work.check for _, work in found if work.failing and work.tool != "script"}
    found = [(at, work) for at, work in found if work.tool != "script" or work.check not in told]
    tools = {one.tool for one in ran}
    alone = tools <= _OWN and only_checks(command)
    return tuple(work for _, work in found if not alone or work.tool in tools or work.tool == "junit")[:MOST]
