"""The show of dev-implement-backend-coder-v3: a shop of wishes, three stories, three runs."""

from pytest_agentcompliance.demo.coder.before import BEFORE
from pytest_agentcompliance.demo.coder.run_code import CODE
from pytest_agentcompliance.demo.coder.run_log import LOGGED
from pytest_agentcompliance.demo.coder.run_stop import STOPPED
from pytest_agentcompliance.demo.tale import Show

CODER = Show(
    profile="dev-implement-backend-coder-v3", before=BEFORE, runs=(CODE, LOGGED, STOPPED),
    told="3 stories, and an agent that worked on each of them on a branch of its own",
    next=(("agent-compliance explain C3-23", "what a clause asks, and its rules"),
          ("agent-compliance explain log/files-match-diff", "a rule: why, what it cannot see, its parameters and examples"),
          ("agent-compliance demo log", "one run alone, with all that pytest says of it")),
)  # fmt: skip
