"""The task that was delegated to the agent: a file, or what the transcript says that it was told."""

from collections.abc import Callable

from pytest_agentcompliance.evidence import Task, Transcript
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted


def read(
    repository: Repository, ends: Ends, wanted: Wanted, transcript: Callable[[], Transcript | None]
) -> tuple[Task | None, str]:
    """The task, or None and why there is none."""
    return None, "no task was given"
