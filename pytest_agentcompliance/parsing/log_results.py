"""What a log says came of its checks: which kind of check a command is, and where a sentence says that one passed."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from pytest_agentcompliance.parsing.late import late

Check = Literal["type check", "tests", "lint", "build"]

LONGEST = 2000  # characters of a line that are looked at

_COMMANDS: tuple[tuple[Check, re.Pattern[str]], ...] = (
    ("type check", late(r"(?i)\b(?:tsc|type-?check(?:ing)?|check-?types|types:check|mypy|pyright)\b")),
    ("lint", late(r"(?i)\b(?:eslint|lint|ruff|biome|prettier|flake8|stylelint)\b")),
    ("tests", late(r"(?i)\b(?:tests?|vitest|jest|pytest|playwright|mocha|cypress|test:\w+)\b")),
    ("build", late(r"(?i)\bbuild\b")),
)
_SAID: tuple[tuple[Check, re.Pattern[str]], ...] = (
    ("type check", late(r"(?i)\b(?:type[- ]?check(?:s|ing)?|typescript compil\w+|check-types|tsc)\b")),
    ("lint", late(r"(?i)\b(?:es)?lint(?:ing)?\b")),
    ("tests", late(r"(?i)\btests?\b(?! (?:file|data|case|fixture|coverage|plan|suite to))")),
    ("build", late(r"(?i)\bbuilds?\b")),
)
_PASSED = late(
    r"(?i)^(?:[\s:=\-–—*_`✓✔✅]|\(\d+\)|\bin\b|\ball\b|\bnow\b|\bruns?\b|\bare\b|\bis\b|\bsuites?\b|\bstatus\b|\bresult\b){0,8}"
    r"(?:pass(?:ed|es|ing)?|succe(?:ed(?:s|ed)?|ssful(?:ly)?|ss)|green|clean)\b(?! rates?\b)"
)
_NOT_SAID = late(
    r"(?i)\b(?:should|will|must|would|could|verify|verifies|ensure|ensures|expect(?:ed|s)?|once|until|if|when|whether|after|before"
    r"|to|need(?:s|ed)?|not|never|without|previous(?:ly)?|existing|earlier|pending|todo|if|that)\b"
)
_EXCUSED = late(
    r"(?i)\b(?:pre-?existing|unrelated|known|expected|intended|intentional\w*|flaky|outside|deferred|documented|environment\w*"
    r"|not caused|another|other (?:package|story|file)s?|should fail|by design|baseline|warnings? only)\b"
)


class Said(NamedTuple):
    """A sentence that says that a kind of check passed."""

    check: Check
    row: int  # the line of the text, counted from 0
    text: str


def kind(command: str) -> Check | None:
    """Which check a command is; a formatter that only checks is a lint."""
    return next((check for check, pattern in _COMMANDS if pattern.search(command[:LONGEST])), None)


def excused(text: str) -> bool:
    """Whether a line says of a failure that it is not this work's: that it was there before, or was to be."""
    return bool(_EXCUSED.search(text[:LONGEST]))


def passed(text: str) -> Iterator[Said]:
    """Where the text says, as a fact, that a check passed: not that it should, will, or did before."""
    for row, line in enumerate(text.split("\n")):
        seen = line[:LONGEST]
        for check, pattern in _SAID:
            for found in list(pattern.finditer(seen))[:4]:
                before = seen[max(0, found.start() - 60) : found.start()]
                if _PASSED.match(seen[found.end() : found.end() + 80]) and not _NOT_SAID.search(before.rpartition(".")[2]):
                    yield Said(check, row, line.strip(" -*\t"))
                    break
