"""The hand-off of an agent: a JSON block in whatever it said, with the line of each value, read as far as it can be read."""

from pytest_agentcompliance.parsing.handoff.reader import read
from pytest_agentcompliance.parsing.handoff.record import HandOff, Note, Value, plain_name

__all__ = ["HandOff", "Note", "Value", "plain_name", "read"]
