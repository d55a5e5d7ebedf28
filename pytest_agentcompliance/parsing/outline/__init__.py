"""What a file of code declares: its functions, methods, classes, types and constants, in the order of the text."""

from pytest_agentcompliance.parsing.outline.reading import everything, outline
from pytest_agentcompliance.parsing.outline.symbol import Kind, Symbol

__all__ = ["Kind", "Symbol", "everything", "outline"]
