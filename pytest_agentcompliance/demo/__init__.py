"""A small real repository in which an agent broke every clause of its spec in three runs, and the audit of them."""

from pytest_agentcompliance.demo.repository import make, switch
from pytest_agentcompliance.demo.runs import RUNS
from pytest_agentcompliance.demo.tale import Breach, Tale

__all__ = ["RUNS", "Breach", "Tale", "make", "switch"]
