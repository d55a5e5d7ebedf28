"""Every rule by its name, ours and other people's. None is imported before it is asked for."""

from functools import cache
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from pytest_agentcompliance import rulebook
from pytest_agentcompliance.errors import PolicyError
from pytest_agentcompliance.rule import Rule

if TYPE_CHECKING:
    import pluggy


def names() -> list[str]:
    """The names of all rules that are installed, sorted."""
    return sorted(_addresses())


@cache
def find(name: str) -> type[Rule]:
    """The class of the rule called ``name``. Raises ``PolicyError`` when there is none."""
    address = _ours().get(name)  # ours first: other people's need a look into every installed distribution
    if address is None and name not in _addresses():
        from difflib import get_close_matches

        near = get_close_matches(name, _addresses(), n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise PolicyError(f"there is no rule {name!r}; {hint}'agent-compliance rules' lists them")
    address = address or _addresses()[name]
    try:
        rule = resolve_name(address)
    except (ImportError, AttributeError, ValueError) as wrong:
        raise PolicyError(f"the rule {name!r} cannot be had from {address}: {wrong}; mend the plugin that brings it") from wrong
    if not (isinstance(rule, type) and issubclass(rule, Rule)):
        raise PolicyError(f"{address} calls itself rule {name!r} and is no Rule")
    return rule


@cache
def installed_profiles() -> dict[str, str]:
    """The profiles that installed plugins bring, name to path."""
    return {name: path for brought in _plugins().hook.agent_compliance_profiles() for name, path in brought.items()}


@cache
def _ours() -> dict[str, str]:
    return rulebook.rules()


@cache
def _addresses() -> dict[str, str]:
    found = dict(_ours())
    for brought in _plugins().hook.agent_compliance_rules():
        for name, address in brought.items():
            if found.setdefault(name, address) != address:
                raise PolicyError(f"two rules are called {name!r}: {found[name]} and {address}")
    return found


@cache
def _plugins() -> "pluggy.PluginManager":
    import pluggy

    from pytest_agentcompliance import hookspecs

    plugins = pluggy.PluginManager("agent_compliance")
    plugins.add_hookspecs(hookspecs)
    plugins.load_setuptools_entrypoints("agent_compliance")
    plugins.check_pending()
    return plugins
