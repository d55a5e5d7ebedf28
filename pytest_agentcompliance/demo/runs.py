"""The runs of the demo, in the order in which they are told."""

from pytest_agentcompliance.demo.run_code import CODE
from pytest_agentcompliance.demo.run_log import LOGGED
from pytest_agentcompliance.demo.run_stop import STOPPED
from pytest_agentcompliance.demo.tale import Tale

RUNS: tuple[Tale, ...] = (CODE, LOGGED, STOPPED)
