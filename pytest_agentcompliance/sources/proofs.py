"""The proofs that the run left in its tree: read, held against one another and against the end of the run."""

from pytest_agentcompliance.evidence import Proofs
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted


def read(repository: Repository, ends: Ends, wanted: Wanted) -> tuple[Proofs | None, str]:
    """The proofs, or None and why there are none."""
    return None, "the run left no proof"
