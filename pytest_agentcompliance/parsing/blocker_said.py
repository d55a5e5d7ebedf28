"""What a BLOCKERS.md says as a whole, outside its blockers, and which of them a later line closes by its id."""

import re
from dataclasses import dataclass, field

from pytest_agentcompliance.parsing import blocker_words as say
from pytest_agentcompliance.parsing.markdown import Line

_ID = re.compile(r"^[a-z]{1,10}[-_ ]?\d{1,6}\b")


@dataclass(slots=True)
class Said:
    """The first line that says each, 0 where none does."""

    nothing: int = 0
    partly: int = 0
    settled: int = 0
    stands: int = 0
    past: int = 0
    loose: list[Line] = field(default_factory=list)  # text that belongs to no blocker
    closed: dict[str, int] = field(default_factory=dict)  # ids that a line says are resolved

    def state(self, standing: say.Standing | None, line: Line) -> None:
        if standing == "none":
            self.nothing = self.nothing or line.number
        elif standing == "partly-none":
            self.partly = self.partly or line.number
        elif standing == "resolved":
            self.settled = self.settled or line.number
        elif standing == "open":
            self.stands = self.stands or line.number

    def closes(self, text: str, line: int) -> None:
        """``- B1 resolved: ...`` says so of a blocker that stands further up."""
        if (found := _ID.match(said := say.plain(text))) and say.was_resolved(said[found.end() :]):
            self.closed[found[0]] = line

    def has_closed(self, title: str, line: int) -> bool:
        return (found := _ID.match(say.plain(title))) is not None and self.closed.get(found[0], 0) > line
