"""The edit of a file in words: where it begins, what was and what is."""

from dataclasses import dataclass

from pytest_agentcompliance.parsing import line_edits
from pytest_agentcompliance.parsing.line_edits import Edit

MOST_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Edited:
    """``line`` is where the first edit stands in head; ``all`` has every line that went or came."""

    said: str
    line: int | None
    all: str


def edited(before: str, after: str) -> Edited:
    """Two versions of a text, white space at the ends of lines left out."""
    old, new = ([line.rstrip() for line in text.split("\n")] for text in (before, after))
    found = list(line_edits.edits(old, new))
    told = [f"line {one.new}: {_said(one)}" for one in found[:MOST_SHOWN]]
    more = len(found) - MOST_SHOWN
    if more > 0:
        told.append(f"and in {more} more place{'s' * (more > 1)}")
    whole = [line for one in found for line in (*(f"-{line}" for line in one.removed), *(f"+{line}" for line in one.added))]
    return Edited("; ".join(told), min(found[0].new, len(new)) if found else None, "\n".join(whole))


def _said(edit: Edit) -> str:
    if edit.removed and edit.added:
        return f"{_excerpt(edit.removed)} became {_excerpt(edit.added)}"
    return f"added {_excerpt(edit.added)}" if edit.added else f"took away {_excerpt(edit.removed)}"


def _excerpt(lines: tuple[str, ...]) -> str:
    first = next((line.strip() for line in lines if line.strip()), "")
    more = len(lines) - 1
    return f"'{first[:80]}{'...' * (len(first) > 80)}'" + (f" and {more} more line{'s' * (more > 1)}" if more else "")
