"""The show of backend-engineer: a shop with a plan and promises, and one run that kept to neither."""

from pytest_agentcompliance.demo.engineer.before import BEFORE, POLICY
from pytest_agentcompliance.demo.engineer.run import CODE
from pytest_agentcompliance.demo.engineer.sound import TOOLS
from pytest_agentcompliance.demo.tale import Show

ENGINEER = Show(
    profile="backend-engineer", before=BEFORE, runs=(CODE,), policy=POLICY, tools=TOOLS,
    told="one story with a plan and an intent, and an agent at it on a branch of its own",
    next=(("agent-compliance explain BE-16", "what a clause asks, and its rules"),
          ("agent-compliance explain report/promises", "a rule: why, what it cannot see, its parameters and examples")),
)  # fmt: skip
