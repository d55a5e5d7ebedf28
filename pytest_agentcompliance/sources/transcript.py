"""The transcripts of a run, out of its tree or off the disk, streamed into steps."""

from pytest_agentcompliance.evidence import Transcript
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted


def read(repository: Repository, ends: Ends, wanted: Wanted) -> tuple[Transcript | None, str]:
    """The transcript, or None and why there is none."""
    return None, "the run left no transcript"
