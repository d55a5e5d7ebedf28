"""The show of backend-implementer: a library that lends books, one piece of work, and two runs at it."""

from pytest_agentcompliance.demo.implementer.before import BEFORE, POLICY
from pytest_agentcompliance.demo.implementer.run_code import CODE
from pytest_agentcompliance.demo.implementer.run_report import REPORT_RUN
from pytest_agentcompliance.demo.tale import Show

IMPLEMENTER = Show(
    profile="backend-implementer", before=BEFORE, runs=(CODE, REPORT_RUN), policy=POLICY,
    told="one piece of work that was delegated twice, and an agent at each on a branch of its own",
    next=(("agent-compliance explain IM-28", "what a clause asks, and its rules"),
          ("agent-compliance explain testing/not-weakened", "a rule: why, what it cannot see, its parameters and examples"),
          ("agent-compliance demo report --profile backend-implementer", "one run alone, with all that pytest says of it")),
)  # fmt: skip
