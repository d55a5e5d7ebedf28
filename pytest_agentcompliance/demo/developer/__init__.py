"""The shows of backend-developer-v6: a shop that is to take orders, once in Node and once in Python, and two runs at each."""

from pytest_agentcompliance.demo.developer import node_before, node_code, node_sound, python_before, python_code, python_sound
from pytest_agentcompliance.demo.developer.said import said
from pytest_agentcompliance.demo.session import ran
from pytest_agentcompliance.demo.tale import Show

PROFILE = "backend-developer-v6"
TOLD = "one story with locked specs, and an agent at it in two runs, each on a branch of its own"
NEXT = (
    ("agent-compliance explain BD-15", "what a clause asks, and its rules"),
    ("agent-compliance explain spec/openapi-endpoints", "a rule: why, what it cannot see, its parameters and examples"),
)
RED_NODE = ran("npm test", " Test Files  1 failed | 1 passed (2)\n      Tests  1 failed | 2 passed (3)", failed=True)
RED_PYTHON = ran("pytest", "collected 5 items\n\n===== 1 failed, 4 passed in 0.21s =====", failed=True)

NODE = Show(
    profile=PROFILE, before=node_before.BEFORE, policy=node_before.POLICY, told=TOLD, tools=node_sound.TOOLS,
    runs=(node_code.CODE, said(node_sound.GATES, node_sound.SOUND, RED_NODE, "prisma_validate", (3, 2))),
    next=(*NEXT, ("agent-compliance demo said --profile backend-developer-v6", "one run alone, with all that pytest says of it"),
          ("agent-compliance demo --profile backend-developer-v6 --stack python", "the same shop in Python")),
)  # fmt: skip
PYTHON = Show(
    profile=PROFILE, stack="python", before=python_before.BEFORE, policy=node_before.POLICY, told=TOLD, tools=python_sound.TOOLS,
    runs=(python_code.CODE, said(python_sound.GATES, python_sound.SOUND, RED_PYTHON, "alembic_check", (2, 1))),
    next=(*NEXT, ("agent-compliance demo said --profile backend-developer-v6 --stack python", "one run alone, with all of it")),
)  # fmt: skip
