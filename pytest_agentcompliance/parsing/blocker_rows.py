"""The rows of a table in a BLOCKERS.md: which tables list blockers, and which rows say that theirs is no more."""

import re

from pytest_agentcompliance.parsing import blocker_titles as heads
from pytest_agentcompliance.parsing import blocker_words as say
from pytest_agentcompliance.parsing.blocker_entry import Entry
from pytest_agentcompliance.parsing.markdown import Line

_RULES = re.compile(r"[-:|\s]+")
_DASHES = re.compile(r"[-–—\s.]*")
_NAMED = frozenset(("blocker", "blockers", "blocked item", "blocking issue", "open decision"))
_DECISION = frozenset(("decision", "open decision", "decision needed", "decision required"))
_STRUCK = re.compile(r"~~[^~]*~~")
# A cell that begins with the word is about what was done, not what is to be: "Fixed: ...", "Done locally", "Resolved 2026-01-02".
_OVER = re.compile(
    r"^(?:resolved|closed|fixed|cleared|unblocked|answered|done|superseded|ruled|decided|obsolete)"
    r"(?:$|\s*[:.,;!(–—-]|\s+(?:on|in|at|by|locally|remotely|upstream|\d))"
)


def cells_of(line: Line) -> list[str]:
    return [cell.strip() for cell in line.body.strip("> ").strip("|").split("|")[:40]]


def header_of(line: Line) -> list[str]:
    return [say.plain(cell) for cell in cells_of(line)]


def lists_blockers(header: list[str]) -> bool:
    """Whether the header names a column after the blockers: each row is one, whatever the heading above says."""
    return bool(_NAMED.intersection(header[:4])) and len(header) > 2


def is_rule(line: Line) -> bool:
    return bool(_RULES.fullmatch(line.body)) or all(_DASHES.fullmatch(cell) for cell in cells_of(line))


def says_none(line: Line) -> str:
    """The cell of a row by which it says that there is no blocker."""
    told = [cell for cell in cells_of(line) if not _DASHES.fullmatch(cell)]
    nothing = [cell for cell in told if say.says(cell) in ("none", "partly-none")]
    if told and (len(nothing) == len(told) or any("blocker" in cell.lower() for cell in nothing)):
        return nothing[0]
    return ""


def row(header: list[str], line: Line, rank: int) -> Entry | None:
    """The blocker of a row; a row of the template that nobody filled in is none."""
    cells = cells_of(line)
    told = [cell for cell in cells if not _DASHES.fullmatch(cell)]
    if not any(re.search(r"[^\W\d_]", cell) for cell in told):
        return None
    columns = dict(zip(header, cells, strict=False))
    status = next((cell for name, cell in columns.items() if name in say.STATES), "")
    solved = next((cell for name, cell in columns.items() if name in say.ANSWERS), "")
    standing = say.says(status) or ("resolved" if say.answers(solved) else None)
    if standing is None and not status:
        over = any(_OVER.match(say.plain(_STRUCK.sub(" ", cell))) for cell in cells)
        standing = "resolved" if over or any(heads.ended(cell) for cell in cells[:3]) else None
    entry = Entry(" | ".join(told)[:200], line.number, 9, rank, standing in ("none", "resolved"))
    entry.standing = "open" if standing == "open" else ""
    entry.asks = bool(_DECISION.intersection(header[:4])) or any(say.wants_choice(cell) for cell in cells)
    return entry
