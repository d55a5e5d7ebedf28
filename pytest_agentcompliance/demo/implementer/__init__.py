"""The show of backend-implementer: a library that lends books, one task, two runs."""

from pytest_agentcompliance.demo.implementer.before import BEFORE, POLICY
from pytest_agentcompliance.demo.tale import Show, Tale

CODE = Tale("code","LEND-12","to let a reader renew a loan",(),(),())
