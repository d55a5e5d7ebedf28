"""A comment that tells a tool to look away."""

from dataclasses import dataclass
from typing import Literal

Reach = Literal["line", "block", "file"]
REACHES: tuple[Reach, ...] = ("line", "block", "file")


@dataclass(frozen=True, slots=True)
class Suppression:
    """What a tool is told to overlook: ``codes`` in small letters (none: all that it says), and how far.

    ``family`` is what tools have in common that can stand for one another, ``text`` the comment from the word that the tool
    looks for on, ``reason`` what is said beside it, ``code`` the code on its line, or on the next one. ``formatting``: only
    the layout is left alone.
    """

    tool: str
    family: str
    reach: Reach
    codes: frozenset[str]
    text: str
    line: int
    reason: str = ""
    formatting: bool = False
    code: str = ""

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes two of them the same one, wherever they stand."""
        return self.tool, self.reach, tuple(sorted(self.codes))

    @property
    def shown(self) -> str:
        """The comment without its reason, in one line."""
        return self.text if len(self.text) <= 100 else self.text[:99] + "\u2026"

    def within(self, other: "Suppression") -> bool:
        """Whether all that this one overlooks the other one overlooked as well."""
        if self.family != other.family or REACHES.index(self.reach) > REACHES.index(other.reach):
            return False
        if self.tool == "@ts-ignore" and other.tool == "@ts-expect-error":
            return False  # which told when there was nothing left to overlook
        if not other.codes:
            return True
        # Tools that stand for one another name the same thing in different words: nobody can tell which is wider.
        return bool(self.codes) and (self.codes <= other.codes or self.tool != other.tool)
