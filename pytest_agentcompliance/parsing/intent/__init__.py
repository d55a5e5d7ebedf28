"""What a product's intent promises, with ids or in words; which promises a report claims; how alike two sentences are."""

from pytest_agentcompliance.parsing.intent.reading import read
from pytest_agentcompliance.parsing.intent.record import Intent, Kind, Promise, Unread

__all__ = ["Intent", "Kind", "Promise", "Unread", "read"]
