"""Offsets into lines: the line ends of a text are looked for once, and only when a line is asked for."""

import re
from bisect import bisect_left
from functools import cached_property


class Lines:
    """The lines of one text, counted from 1 at newlines alone."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _ends(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self._text)]

    def __call__(self, at: int) -> int:
        """The line that an offset stands in."""
        return bisect_left(self._ends, at) + 1
