"""Which checks a command line runs, how far they are narrowed, and whether the line tells of their failure; nothing is run."""

from pytest_agentcompliance.parsing.work.meaning import covers, same
from pytest_agentcompliance.parsing.work.ran import Ran
from pytest_agentcompliance.parsing.work.reach import only_checks, runs, shows_only

__all__ = ["Ran", "covers", "only_checks", "runs", "same", "shows_only"]
