"""A place in the tree: where evidence was found, and where findings point."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A path of the audited tree (``/`` between its parts) and a line, counted from 1."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"
