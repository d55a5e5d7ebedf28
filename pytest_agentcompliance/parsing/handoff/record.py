"""What a hand-off says, as plain frozen data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_MOST = 10**12
SHOWN = 60  # characters of a text that messages show
_JOINTS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is to be said of one line."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """One value of JSON. ``plain`` is what a reader of JSON would give; ``line`` is where it begins, from 1 in the whole text.

    ``keys`` are the lines of the names of an object's fields.
    """

    line: int
    plain: Any
    fields: Mapping[str, "Value"] = field(default_factory=dict)
    items: tuple["Value", ...] = ()
    keys: Mapping[str, int] = field(default_factory=dict)

    def get(self, *names: str) -> "Value | None":
        """The field that has one of these names, however it is spelled: ``testCoverage`` is ``test_coverage``."""
        wanted = {plain_name(name) for name in names}
        return next((value for name, value in self.fields.items() if plain_name(name) in wanted), None)

    @property
    def number(self) -> int | None:
        """A whole number, also one that is written as text; None where it is larger than any that counts something."""
        if isinstance(self.plain, bool):
            return None
        if isinstance(self.plain, int):
            return self.plain if abs(self.plain) < _MOST else None
        if isinstance(self.plain, float) and self.plain.is_integer() and abs(self.plain) < _MOST:
            return int(self.plain)
        if isinstance(self.plain, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,9}\s*", self.plain):
            return int(self.plain)
        return None

    @property
    def text(self) -> str:
        """A text; empty where it is none."""
        return self.plain.strip() if isinstance(self.plain, str) else ""


@dataclass(frozen=True, slots=True)
class HandOff:
    """One hand-off. ``root`` is None where it cannot be read, and ``problem`` says where and why.

    ``quirks`` are what JSON does not allow and this reader does: comments, a comma behind the last value. ``twice`` are names
    that one object has twice, of which readers take different ones. ``sketch``: where it cannot be read stands an ellipsis, or
    what is to be filled in. ``line`` and ``last`` are where it begins and ends.
    """

    line: int
    last: int
    root: Value | None = None
    quirks: tuple[Note, ...] = ()
    twice: tuple[Note, ...] = ()
    problem: Note | None = None
    sketch: bool = False

    def part(self, *names: str) -> Value | None:
        """A part of it; where it does not stand at the top, the one that stands under ``handoff`` or ``verification``."""
        if self.root is None:
            return None
        for place in (self.root, self.root.get("handoff"), self.root.get("verification")):
            if place is not None and (found := place.get(*names)) is not None:
                return found
        return None

    @property
    def agent(self) -> str:
        """Who hands over, as it is written."""
        head = self.root.get("handoff") if self.root is not None else None
        found = head.get("agent", "from", "from_agent") if head is not None else None
        if found is None and self.root is not None:
            found = self.root.get("agent", "from_agent")
        return found.text[:SHOWN] if found is not None else ""

    @property
    def status(self) -> str:
        head = self.root.get("handoff") if self.root is not None else None
        found = (head.get("status") if head is not None else None) or (self.root.get("status") if self.root is not None else None)
        return found.text[:SHOWN] if found is not None else ""


def plain_name(name: str) -> str:
    """A name as it is compared: small letters and digits alone."""
    return _JOINTS.sub("", name.lower())
