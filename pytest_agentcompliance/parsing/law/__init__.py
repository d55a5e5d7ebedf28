"""Two versions of a law compared: a policy, a project profile, waivers, a baseline. Never raises.

The readers are imported when the first is asked for: in most runs nothing of the law has changed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.law.baselines import baseline
    from pytest_agentcompliance.parsing.law.differences import Difference
    from pytest_agentcompliance.parsing.law.policies import policy, waivers
    from pytest_agentcompliance.parsing.law.profiles import profile

__all__ = ["Difference", "baseline", "policy", "profile", "waivers"]

_ROOMS = {"Difference": "differences", "baseline": "baselines", "policy": "policies", "profile": "profiles", "waivers": "policies"}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
