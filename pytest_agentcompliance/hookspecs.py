"""What an installed plugin may add. Everyone is asked; nobody can take the name of a rule or profile of ours."""

from collections.abc import Mapping

import pluggy

hookspec = pluggy.HookspecMarker("agent_compliance")
hookimpl = pluggy.HookimplMarker("agent_compliance")


@hookspec
def agent_compliance_rules() -> Mapping[str, str]:  # type: ignore[empty-body]
    """Rules by name, each with the address of its class: ``{"acme/header": "acme.rules:Header"}``.

    Addresses, not classes: a rule is imported when a profile asks for it.
    """


@hookspec
def agent_compliance_profiles() -> Mapping[str, str]:  # type: ignore[empty-body]
    """Profiles by name, each with the path of its YAML file inside the plugin's own installation."""
