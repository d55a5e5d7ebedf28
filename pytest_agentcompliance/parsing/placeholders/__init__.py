"""Placeholders in code: what stands where the work should be, told by the grammar and by what comments say."""

from pytest_agentcompliance.parsing.placeholders.book import Book, load
from pytest_agentcompliance.parsing.placeholders.reading import Reading, StandIn, bases, read

__all__ = ["Book", "Reading", "StandIn", "bases", "load", "read"]
