"""Two versions of a law compared: a policy, a project profile, waivers, a baseline. Never raises."""

from pytest_agentcompliance.parsing.law.baselines import baseline
from pytest_agentcompliance.parsing.law.differences import Difference
from pytest_agentcompliance.parsing.law.policies import policy, waivers
from pytest_agentcompliance.parsing.law.profiles import profile

__all__ = ["Difference", "baseline", "policy", "profile", "waivers"]
