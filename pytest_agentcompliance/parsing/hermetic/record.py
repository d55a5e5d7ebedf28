"""What ties a test to the world outside: which kind of thing, where, and its words."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["sleep", "clock", "elapsed", "random", "network", "home", "service"]


@dataclass(frozen=True, slots=True)
class Tie:
    """One of them. ``mild``: it may well be meant, so that it is no more than worth a look."""

    kind: Kind
    line: int
    text: str
    said: str
    mild: bool = False
