"""What came of a canary: a row for each rule of each clause, and the exit code."""

import enum
from dataclasses import dataclass

from pytest_agentcompliance.verdict import PolicyFacts, Severity


class State(enum.StrEnum):
    """What a planted breach came to; the spelling is that of the JSON."""

    FOUND = "found"
    SILENT = "silent"  # the breach was planted, and the audit did not report it
    INDISCRIMINATE = "fires on everything"  # a finding of it proves nothing
    NOT_PLANTED = "could not plant"  # nothing is known that breaks the rule with its parameters
    OFF = "off"
    PERSON = "a person"
    NOT_BUILT = "not built"


FAILED = (State.SILENT, State.INDISCRIMINATE, State.NOT_PLANTED)


@dataclass(frozen=True, slots=True)
class Row:
    """One rule of one clause. ``example`` is the title of what was planted, ``at`` the place of the first finding."""

    profile: str
    clause: str
    says: str
    rule: str
    severity: Severity
    state: State
    why: str = ""
    example: str = ""
    at: str = ""

    @property
    def failed(self) -> bool:
        return self.state in FAILED


@dataclass(frozen=True, slots=True)
class Canary:
    """All rows. ``ground`` is the commit that was planted on, ``said`` how it was found; ``audits`` counts those that were made."""

    ground: str
    said: str
    policy: PolicyFacts
    rows: tuple[Row, ...]
    audits: int
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: every rule found its breach, and there is one. 3: could not judge."""
        return 3 if any(row.failed for row in self.rows) or not any(row.state is State.FOUND for row in self.rows) else 0
