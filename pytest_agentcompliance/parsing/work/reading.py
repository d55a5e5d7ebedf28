"""The summaries of all tools in one output, by the readers of each family."""

import re
from itertools import islice

from pytest_agentcompliance.parsing.work import Work, builders, checkers, compiled, others, python_tests, script_tests
from pytest_agentcompliance.parsing.work.commands import only_checks, runs, shows_only
from pytest_agentcompliance.parsing.work.hints import Found, Hints, Reader
from pytest_agentcompliance.parsing.work.text import printed

MOST = 200  # summaries of one output
# Each with words of which one stands in every line that it looks for, and the tools of `_OWN` that it knows.
_READERS: tuple[tuple[Reader, tuple[str, ...], tuple[str, ...]], ...] = (
    (python_tests.pytest, (" in ", "test session", "Results (", "ERROR: ", "loading conftest", "collected ", "FAILED "),
     ("pytest",)),
    (python_tests.unittest, ("Ran ", "FAILED ("), ("unittest",)),
    (script_tests.jest, ("Tests:", "PASS", "FAIL", "No tests found", '"num'), ("jest", "vitest")),
    (script_tests.vitest, (" v", "Test Files", "Tests  ", "No test files", "FAIL"), ("vitest",)),
    (script_tests.mocha, (" passing", "No test files", "Cannot find any"), ("mocha", "playwright")),
    (script_tests.playwright, (" using ", "No tests found", " passed ", " failed"), ("playwright",)),
    (script_tests.counted, ("ℹ tests", "# tests", "# {"), ()),
    (script_tests.bun, ("Ran ", " | "), ()),
    (compiled.go, ("ok ", "ok\t", "FAIL", "? ", "?\t", "=== RUN", '"Action"'), ("go",)),
    (compiled.cargo, ("running ", "test result", "Summary [", "error: could not", "generated ", "Finished "), ("cargo",)),
    (others.read, ("Tests", "tests", "examples", "example,", "assertions", "inspected", "Failed:", "DONE "), ()),
    (checkers.read, ("error", "Found ", "problem", "issue", "Success", "ESLint", "Prettier", "Code style", "kept, ", "schema",
                     "Validation", "upgrade", "FAILED: ", "All checks", " file"), ("tsc", "vue-tsc", "eslint", "ruff", "mypy",
                     "pyright", "basedpyright", "prettier", "biome", "stylelint")),
    (builders.read, ("uil", "BUIL", "ompile", "Found ", "Tasks:", " target", "***", "CMake", "Configuring", "ERR", "error", "ELIFE",
                     "not found", "No module"), ()),
)  # fmt: skip
_WORDS = tuple(dict.fromkeys(word for _, words, _ in _READERS for word in words))
_ALWAYS = ("JUnit XML: ", "not found", "No module")  # of any tool: our own line, and a tool that is not there
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# Tools that print a summary of their own and nothing of other tools, unless what they check prints it.
_OWN = frozenset(
    ("pytest", "unittest", "jest", "vitest", "mocha", "playwright", "tsc", "vue-tsc", "eslint", "ruff", "mypy", "pyright",
     "cargo", "go",
     "basedpyright", "prettier", "biome", "stylelint")
)  # fmt: skip


def read(command: str, output: str) -> tuple[Work, ...]:
    """What the tools say in an output; nothing where the command plainly runs none."""
    if not output.strip() or is_noise(output) or (command.strip() and shows_only(command)):
        return ()
    text, ran = printed(output), runs(command)
    hints = Hints(ran, text.cut)
    tools = {one.tool for one in ran}
    alone = tools <= _OWN and only_checks(command)
    found: list[Found] = []
    for group in (text.lines, *text.groups):  # each as if it were alone
        lines, numbers = [line for _, line in group], [at for at, _ in group]
        whole = "\n".join(lines)
        always = any(word in whole for word in _ALWAYS)
        for reader, words, own in _READERS:
            asked = not alone or always or not tools.isdisjoint(own)
            if asked and any(word in whole for word in words):
                found.extend((numbers[at], work) for at, work in islice(reader(lines, hints), MOST))
    found.sort(key=lambda one: one[0])
    told = {work.check for _, work in found if work.failing and work.tool != "script"}
    found = [(at, work) for at, work in found if work.tool != "script" or work.check not in told]
    return tuple(work for _, work in found if not alone or work.tool in tools or work.tool == "junit")[:MOST]


def is_noise(output: str) -> bool:
    """Whether no reader would find a line in an output: most commands print nothing that looks like a summary."""
    return not _CONTROLS.search(output) and not any(word in output for word in _WORDS)
