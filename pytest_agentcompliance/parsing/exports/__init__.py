"""What a module of TypeScript, JavaScript, Python or Go exports, and the shape of each thing."""

from pytest_agentcompliance.parsing.exports.likeness import alike, nearness
from pytest_agentcompliance.parsing.exports.names import family, names
from pytest_agentcompliance.parsing.exports.symbols import Symbol, exported

__all__ = ["Symbol", "alike", "exported", "family", "names", "nearness"]
