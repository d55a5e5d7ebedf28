"""What is read in a file of tests: its cases, and what they assert."""

from dataclasses import dataclass
from typing import Literal

Off = Literal["", "skipped", "expected to fail", "left to do", "left before it asserts"]
Guard = Literal["", "in an if", "in a try that swallows"]

# How much an assertion pins down.
NOTHING, LOOSE, PARTIAL, EXACT = 0, 1, 2, 3
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Case:
    """One test. ``path`` is its name below the suites that it stands in; ``parametrised`` when it runs for several rows."""

    name: str
    path: tuple[str, ...]
    line: int
    end: int
    off: Off = ""
    off_text: str = ""  # what takes it out, as written
    off_line: int = 0
    when: str = ""  # on what that depends; empty: always
    only: bool = False
    parametrised: bool = False
    rows: int = 0  # characters of what it is parametrised with
    body: str = ""  # its code, normalised


@dataclass(frozen=True, slots=True)
class Assertion:
    """One assertion, normalised: what is asserted about (``subject``), how (``relation``), and what is expected of it.

    ``case`` is the place in ``Tests.cases``, -1 for a helper's. ``sure`` is False where only a name looks like an assertion's.
    """

    text: str
    line: int
    case: int
    subject: str
    relation: str
    expected: str
    strength: int
    guard: Guard = ""
    sure: bool = True
    wild: int = 0  # matchers in what is expected that let anything, or much, pass

    @property
    def key(self) -> str:
        return f"{self.subject} {self.relation} {self.expected}"


@dataclass(frozen=True, slots=True)
class Tests:
    """What one file of tests holds, in order."""

    cases: tuple[Case, ...] = ()
    assertions: tuple[Assertion, ...] = ()
