"""Comments that tell linters, type checkers, scanners and coverage tools to look away."""

from pytest_agentcompliance.parsing.suppressions.reading import suppressions
from pytest_agentcompliance.parsing.suppressions.record import Suppression

__all__ = ["Suppression", "suppressions"]
