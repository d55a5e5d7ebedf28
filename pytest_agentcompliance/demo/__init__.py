"""Small real repositories in which an agent broke every clause of its spec, one or two for each profile that has a show."""

from pytest_agentcompliance.demo.coder import CODER
from pytest_agentcompliance.demo.implementer import IMPLEMENTER
from pytest_agentcompliance.demo.repository import make, switch
from pytest_agentcompliance.demo.tale import Breach, Show, Tale

SHOWS = {one.name: one for one in (CODER, IMPLEMENTER)}

__all__ = ["CODER", "IMPLEMENTER", "SHOWS", "Breach", "Show", "Tale", "make", "switch"]
