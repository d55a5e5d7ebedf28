"""What a check really did, read from what it printed: tests that passed, failed or never ran, errors that a checker counted."""

from dataclasses import dataclass
from typing import Literal

Check = Literal["tests", "type check", "lint", "build", "schema"]


@dataclass(frozen=True, slots=True)
class Work:
    """What one tool says of one run. A count is None where the tool did not print it.

    ``selected`` is how many tests were to run after a filter, ``collected`` how many there were before it. ``failed`` are
    tests that failed or ended in an error. ``errors`` and ``warnings`` are those of a checker. ``closed``: the line with
    which the tool ends was there; without it the output was cut, or the run was.
    """

    tool: str
    check: Check
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    collected: int | None = None
    selected: int | None = None
    errors: int | None = None
    warnings: int | None = None
    closed: bool = True

    @property
    def failing(self) -> bool:
        """Whether the tool itself says that something failed, whatever the exit code of the command line around it."""
        return bool(self.failed) or bool(self.errors)

    @property
    def idle(self) -> str:
        """Why this is no work, as a clause; empty where work was done. A checker that counted no error has worked."""
        if self.check != "tests" or self.failing or self.passed is None or self.passed or not self.closed:
            return ""  # a tool that does not count what passes, such as `go test`, has not said that nothing did
        if self.skipped:
            return f"all {self.skipped} tests were skipped" if self.skipped > 1 else "the one test was skipped"
        if self.collected:
            return f"none of {self.collected} tests was selected" if not self.selected else f"none of {self.selected} tests ran"
        return "no test ran"

    @property
    def said(self) -> str:
        """The counts in words: ``pytest: 3 passed, 1 failed``."""
        counts = (("passed", self.passed), ("failed", self.failed), ("skipped", self.skipped), ("errors", self.errors),
                  ("warnings", self.warnings))  # fmt: skip
        parts = [f"{count} {name.rstrip('s') if count == 1 else name}" for name, count in counts if count is not None]
        return f"{self.tool}: {', '.join(parts) or 'no counts'}"


def read(command: str, output: str) -> tuple[Work, ...]:
    """What the tools that a command line runs say in its output, in the order in which they say it; nothing where none is known.

    One `Work` for each summary: the packages of a monorepo, and two runs in one line, stay apart, so that work was idle only
    where all of it was, and failing where any of it was. A checker that is silent where all is well says nothing here.
    """
    from pytest_agentcompliance.parsing.work import reading

    return reading.read(command, output)
