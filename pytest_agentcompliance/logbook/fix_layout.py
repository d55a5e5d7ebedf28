"""Lines moved to another column, so that they stand under their label; blocks of code move as one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pytest_agentcompliance.logbook.fix_rows import lead
from pytest_agentcompliance.parsing.markdown import Line

Placed = tuple[Line, str]  # a line, and its text as it is to be


@dataclass(slots=True)
class _Mover:
    column: int
    shift: int
    base: int | None = None
    block: str = ""  # the kind of a block that moves as one
    above: int | None = None  # where the text of the line above stands, if it is one that can go on

    def place(self, line: Line) -> str:
        columns, bare = lead(line.text)
        if not bare.strip():
            self.above = None
            if self.block not in ("fence", "html", "hidden"):
                self.block = ""
            return line.text
        if self._goes_on(line):
            return self._moved(line.text)
        if line.kind == "indented" and not line.marker:
            self.above = None
            return self._moved(line.text)
        if self.base is None or columns < self.base:
            if self.base is not None and self.above is not None and line.kind == "text" and not line.marker:
                return " " * self.above + bare  # a paragraph that goes on without its indentation
            self.base, self.shift = columns, self.column - columns
        moved = self._moved(line.text)
        self.above = None
        if line.kind == "text":
            self.above = lead(moved)[0] + (len(line.marker) + 1 if line.marker else 0)
        return moved

    def _goes_on(self, line: Line) -> bool:
        """Whether the line is within a block that has begun above it."""
        if line.kind == "code":
            return True
        if line.kind == "fence":
            closes, self.block = self.block == "fence", "" if self.block == "fence" else "fence"
            return closes
        goes_on = line.kind in ("html", "hidden") and self.block == line.kind
        self.block = line.kind if line.kind in ("html", "hidden") else ""
        return goes_on

    def _moved(self, text: str) -> str:
        if self.shift >= 0:
            return " " * self.shift + text  # the tabs behind them stay
        columns, bare = lead(text)
        return " " * max(columns + self.shift, 0) + bare


def placed(lines: Iterable[Line], inner: int, column: int) -> Iterator[Placed]:
    """The lines of a list item whose text began at column ``inner``, with their least indentation at ``column``."""
    mover = _Mover(column, column - inner)
    for line in lines:
        yield line, mover.place(line)
