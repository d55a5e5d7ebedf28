"""Whether a word, a number or an object of a hand-off means that a check passed, or that it failed."""

import re
from typing import Literal

from pytest_agentcompliance.parsing.handoff.record import Value

Came = Literal["pass", "fail", ""]

_WORD = re.compile(r"[a-z]+|[0-9]+")
_PASS = frozenset((
    "pass", "passed", "passes", "passing", "success", "successful", "succeeded", "ok", "okay", "green", "clean", "fixed",
    "resolved", "healed", "complete", "completed", "done", "verified",
))  # fmt: skip
_FAIL = frozenset((
    "fail", "failed", "fails", "failing", "failure", "error", "errored", "errors", "escalated", "escalate", "escalation", "red",
    "blocked", "aborted", "timeout", "unresolved", "incomplete", "partial", "unsuccessful", "broken", "gave", "exhausted",
))  # fmt: skip
_LONGEST = 60  # characters: what is longer is no word but an account
_NOT = frozenset(("no", "not", "without", "zero", "0", "never"))
_EXIT = re.compile(r"(?i)\s*(?:exit(?:ed)?(?: with)?(?: code)?\s*:?\s*)([+-]?[0-9]{1,9})\s*")


def came(text: str) -> Came:
    """``success``, ``failed``, ``SUCCESS (2nd try)``, ``0 errors``."""
    words = _WORD.findall(text[:_LONGEST].lower())
    for at, word in enumerate(words):
        denied = at > 0 and words[at - 1] in _NOT
        if word in _FAIL:
            return "pass" if denied else "fail"
        if word in _PASS:
            return "fail" if denied else "pass"
    return ""


def exit_of(value: Value) -> tuple[Came, int | None]:
    """What came of a check, and its exit code where one is said."""
    if isinstance(value.plain, bool):
        return "pass" if value.plain else "fail", None
    if (number := value.number) is not None:
        return "fail" if number else "pass", number
    if found := _EXIT.fullmatch(value.text[:60]):
        return "fail" if int(found[1]) else "pass", int(found[1])
    if value.text:
        return came(value.text), None
    for name in ("exit_code", "code", "exit"):
        inner = value.get(name)
        if inner is not None and inner.number is not None:
            return "fail" if inner.number else "pass", inner.number
    for name in ("passed", "success", "ok", "status", "result"):
        inner = value.get(name)
        if inner is not None and (isinstance(inner.plain, bool) or inner.text):
            return exit_of(inner)
    return "", None
