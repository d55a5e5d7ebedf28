"""The fields of a task as they are written, and what their names are."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.task.record import Field, Item

MOST = 500  # entries of one list
LONGEST = 2_000  # characters of one entry

_NAMES: dict[Field, str] = {
    "id": "id|task id|taskid|task|ticket|issue|issue id|story id|task number|tasks",
    "description": "description|task description|objective|objectives|goal|what to do|what to build|requirements"
    "|acceptance criteria|details|the task|your task|title|task summary|context",
    "strategy": "strategy|test strategy|testing strategy|implementation strategy|development strategy|development methodology"
    "|methodology|approach",
    "gates": "quality gates|quality gate|gates|coverage targets|coverage target|coverage|quality standards|test coverage"
    "|coverage requirements|quality requirements|unit coverage|integration coverage|unit test coverage|integration test coverage"
    "|acceptance gates",
    "non_goals": "non goals|nongoals|non goal|out of scope|not in scope|scope boundaries|must not do|must not implement|do not do"
    "|explicit non goals|scope exclusions|exclusions",
    "risks": "known risks|risks|risk|known risk|technical risks|risk assessment|risks and mitigations|known technical risks"
    "|risks and considerations",
}
NAMES: dict[str, Field] = {name: field for field, names in _NAMES.items() for name in names.split("|")}
RANKS: dict[str, int] = {name: rank for names in _NAMES.values() for rank, name in enumerate(names.split("|"))}

_CAMEL = late(r"(?<=[a-z])(?=[A-Z])")
_NUMBERED = late(r"(?i)^[*_`]{0,3}(?:NG|R|RISK|TR|IR|PR|OOS)[-_ ]?\d{1,3}(?:\.\d{1,3})?[*_`]{0,3}\s{0,2}[:.)–—-]\s*")
NOTHING = late(
    r"(?i)^\W*(?:none|n/?a|nil|nothing|not applicable|no (?:known |specific |explicit |further )?(?:non-?goals|risks)"
    r"(?: (?:are |were )?(?:known|listed|identified|given|defined))?|none (?:known|identified|listed))\W*$"
)


class Said(NamedTuple):
    """One field as some text gives it. ``rank`` is how plainly its name says what it is: 0 the plainest."""

    field: Field
    line: int
    items: tuple[Item, ...]
    rank: int = 0

    @property
    def text(self) -> str:
        return " ".join(one.text for one in self.items)


def field_of(name: str) -> tuple[Field, int] | None:
    """The field that a key or a title names, in any spelling, and how plainly it does."""
    key = plain(name)
    return (NAMES[key], RANKS[key]) if key in NAMES else None


def plain(name: str) -> str:
    """A key as words: ``taskId``, ``task_id`` and ``Task ID`` are ``task id``."""
    return " ".join(re.findall(r"[^\W_]+", _CAMEL.sub(" ", name[:200]))).lower()


def entries(rows: Iterator[tuple[int, str]] | list[tuple[int, str]]) -> Iterator[Item]:
    """The rows that say something, without the number of a non-goal or a risk in front of them."""
    for count, (line, text) in enumerate(rows):
        if count >= MOST:
            return
        bare = _NUMBERED.sub("", text.strip()[:LONGEST]).strip()
        if re.search(r"\w", bare):
            yield Item(bare, line)
