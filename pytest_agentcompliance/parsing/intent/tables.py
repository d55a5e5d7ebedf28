"""The rows of a table in Markdown, with the columns that have a meaning here."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pytest_agentcompliance.parsing.markdown import Line

_BAR = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"^[\s|:-]{3,}$")
_WIDEST = 40  # cells of a row
_LONGEST = 8_000


class Row(NamedTuple):
    """One row: its line, its cells, and the words of the head of each, in small letters."""

    line: int
    cells: tuple[str, ...]
    head: tuple[str, ...]

    def under(self, *words: str) -> str:
        """The cell whose head has one of these words; empty where none has."""
        return next((cell for cell, name in zip(self.cells, self.head, strict=False) if set(name.split()) & set(words)), "")


def is_row(line: Line) -> bool:
    return line.kind == "text" and line.body.startswith("|") and len(line.body) < _LONGEST


def rows(lines: Sequence[Line]) -> Iterator[Row]:
    """The rows of all tables, without their heads and rules."""
    head: tuple[str, ...] = ()
    for at, line in enumerate(lines):
        if not is_row(line):
            head = ()
            continue
        following = lines[at + 1].body if at + 1 < len(lines) else ""
        if following.startswith("|") and "-" in following and _RULE.match(following[:_LONGEST]):
            head = tuple(" ".join(re.findall(r"[a-z#]+", cell.lower())) for cell in _cells(line))
        elif not _RULE.match(line.body):
            yield Row(line.number, _cells(line), head)


def _cells(line: Line) -> tuple[str, ...]:
    return tuple(cell.strip().strip("*`_").strip() for cell in _BAR.split(line.body.strip().strip("|"))[:_WIDEST])
