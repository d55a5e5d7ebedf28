"""The attempts that a hand-off logs: rounds of checks, each failed or passed, in loops of at most three."""

from dataclasses import dataclass

from pytest_agentcompliance.parsing.handoff.record import SHOWN, HandOff, Value
from pytest_agentcompliance.parsing.handoff.words import Came, came, exit_of

_ERRORS = ("error", "error_type", "error_summary", "errors", "failure", "reason", "error_message", "issue", "output", "details")
_FIXES = ("fix", "fix_applied", "fixes", "fix_tried", "action", "resolution", "changes", "solution", "notes")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt. ``number`` is None where it has none; ``said`` is its status as written."""

    number: int | None
    came: Came
    said: str
    line: int
    error: bool
    fix: bool


@dataclass(frozen=True, slots=True)
class Log:
    """All attempts, and the status that the log ends with."""

    line: int
    attempts: tuple[Attempt, ...] | None  # None where there is no list of them
    final: Came
    final_said: str
    final_line: int

    @property
    def loops(self) -> list[list[Attempt]]:
        """The attempts of each loop: one that begins again with 1 behind a success is another loop, of another module, say."""
        found: list[list[Attempt]] = []
        for one in self.attempts or ():
            if not found or (one.number == 1 and found[-1][-1].came == "pass"):
                found.append([])
            found[-1].append(one)
        return found


def log(found: HandOff) -> Log | None:
    """The log of a hand-off; None where it has none that can be read."""
    part = found.part("self_healing_log")
    if part is None:
        return None
    listed: Value | None = part if part.items else part.get("attempts", "history", "log")
    is_list = listed is not None and isinstance(listed.plain, list)
    final = part.get("final_status", "status", "final")
    said = final.text[:SHOWN] if final is not None else ""
    attempts = tuple(_attempt(one) for one in listed.items) if listed is not None and is_list else None
    return Log(part.line, attempts, came(said), said, final.line if final is not None else part.line)


def _attempt(value: Value) -> Attempt:
    number = value.get("attempt", "number", "attempt_number", "n", "id", "#")
    status = value.get("status", "result", "outcome")
    said = status.text[:SHOWN] if status is not None else ""
    ended, _ = exit_of(value)
    result = (came(said) if said else "") or ended
    has = [any(_filled(value.get(name)) for name in names) for names in (_ERRORS, _FIXES)]
    return Attempt(number.number if number is not None else None, result, said, value.line, *has)


def _filled(value: Value | None) -> bool:
    return value is not None and value.plain not in (None, "", [], {}, False)
