"""The task that was delegated to the agent, as it was given."""

from dataclasses import dataclass
from typing import Literal

TaskSource = Literal["file", "transcript"]


@dataclass(frozen=True, slots=True)
class Task:
    """The text of the task. ``line`` is where it begins in ``path``; ``given`` says that the run could not have written it:
    it lies at base, outside of the tree, or is what a person or another agent said in the transcript."""

    path: str
    text: str = ""
    source: TaskSource = "file"
    line: int = 1
    given: bool = True
    problem: str = ""
