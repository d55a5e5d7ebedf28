"""The coverage reports that a run left, held against the tree at its end."""

from pytest_agentcompliance.evidence import Coverage
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted


def read(repository: Repository, ends: Ends, wanted: Wanted) -> tuple[Coverage | None, str]:
    """The reports, or None and why there are none."""
    return None, "the run left no coverage report"
