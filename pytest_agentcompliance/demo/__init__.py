"""A small real repository in which an agent broke several clauses, and the audit of it."""

from pytest_agentcompliance.demo.repository import make
from pytest_agentcompliance.demo.tale import BREACHES, Breach

__all__ = ["BREACHES", "Breach", "make"]
