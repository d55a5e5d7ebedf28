"""Small real repositories in which an agent broke every clause of its spec, one or two for each profile that has a show."""

from pytest_agentcompliance.demo.coder import CODER
from pytest_agentcompliance.demo.developer import NODE, PYTHON
from pytest_agentcompliance.demo.engineer import ENGINEER
from pytest_agentcompliance.demo.implementer import IMPLEMENTER
from pytest_agentcompliance.demo.repository import make, switch
from pytest_agentcompliance.demo.tale import Breach, Show, Tale

SHOWS = {one.name: one for one in (CODER, IMPLEMENTER, NODE, ENGINEER, PYTHON)}

__all__ = ["CODER", "ENGINEER", "IMPLEMENTER", "NODE", "PYTHON", "SHOWS", "Breach", "Show", "Tale", "make", "switch"]
