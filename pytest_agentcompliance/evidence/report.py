"""The agent's own final report."""

from dataclasses import dataclass
from typing import Literal

ReportSource = Literal["file", "pull request", "transcript"]


@dataclass(frozen=True, slots=True)
class Report:
    """What the agent says at the end of what it did. ``line`` is where its text begins in ``path``, which is a file, or what the
    pull request's text is called."""

    path: str
    text: str = ""
    source: ReportSource = "file"
    line: int = 1
    new: bool = True  # the run wrote it
    problem: str = ""

    @property
    def is_json(self) -> bool:
        return self.text.lstrip()[:1] in ("{", "[") and not self.text.lstrip().startswith(("[ ]", "[x]", "[X]"))
