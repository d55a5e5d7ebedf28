"""The task that was delegated to an agent: its id, description, strategy, quality gates, non-goals and known risks."""

from pytest_agentcompliance.parsing.task.reader import read
from pytest_agentcompliance.parsing.task.record import STRATEGIES, Assignment, Item, Problem

__all__ = ["STRATEGIES", "Assignment", "Item", "Problem", "read"]
