"""Every rule by its name, ours and other people's. None is imported before it is asked for."""

from difflib import get_close_matches
from functools import cache
from pkgutil import resolve_name

import pluggy

from pytest_agentcompliance import hookspecs, rulebook
from pytest_agentcompliance.errors import PolicyError
from pytest_agentcompliance.rule import Rule


def names() -> list[str]:
    """The names of all rules that are installed, sorted."""
    return sorted(_addresses())


@cache
def find(name: str) -> type[Rule]:
    """The class of the rule called ``name``. Raises ``PolicyError`` when there is none."""
    if name not in _addresses():
        near = get_close_matches(name, _addresses(), n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise PolicyError(f"there is no rule {name!r}; {hint}'agent-compliance rules' lists them")
    rule = resolve_name(_addresses()[name])
    if not (isinstance(rule, type) and issubclass(rule, Rule)):
        raise PolicyError(f"{_addresses()[name]} calls itself rule {name!r} and is no Rule")
    return rule


@cache
def installed_profiles() -> dict[str, str]:
    """The profiles that installed plugins bring, name to path."""
    return {name: path for brought in _plugins().hook.agent_compliance_profiles() for name, path in brought.items()}


@cache
def _addresses() -> dict[str, str]:
    found: dict[str, str] = {}
    for brought in _plugins().hook.agent_compliance_rules():
        for name, address in brought.items():
            if found.setdefault(name, address) != address:
                raise PolicyError(f"two rules are called {name!r}: {found[name]} and {address}")
    return found


@cache
def _plugins() -> pluggy.PluginManager:
    plugins = pluggy.PluginManager("agent_compliance")
    plugins.add_hookspecs(hookspecs)
    plugins.load_setuptools_entrypoints("agent_compliance")
    plugins.register(rulebook)  # last in, first asked
    plugins.check_pending()
    return plugins
