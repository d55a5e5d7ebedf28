"""What an application of Nest is told before it listens: its prefix, its versions, its guards."""

from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.scripts import names
from pytest_agentcompliance.parsing.routes.scripts.values import Many, Nest, Outside, Thing, Value

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.calls import Called
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

_URI = (None, 0, Outside("@nestjs/common", "VersioningType.URI"))


def told(machine: "Machine", app: Nest, key: str, called: "Called", given: list[Value]) -> Value:
    """Note it."""
    fields = given[0].fields if given and isinstance(given[0], Thing) else {}
    if key == "setGlobalPrefix":
        _prefixed(machine, app, called, given)
    elif key == "enableVersioning":
        prefix, default = fields.get("prefix", "v"), fields.get("defaultVersion")
        uri = any(fields.get("type") is one or fields.get("type") == one for one in _URI)
        app.versioned = (prefix if isinstance(prefix, str) else "") if uri else "-"
        app.version = tuple(str(one) for one in (default if isinstance(default, Many) else [default]) if isinstance(one, str | int))
    elif key in ("useGlobalGuards", "use"):
        for one in called.nodes:
            app.guards += tuple(names.of(machine, one, None, called.scope))
    elif key == "listen":
        app.listens = True
    return app if key.startswith(("set", "enable", "use")) else None


def _prefixed(machine: "Machine", app: Nest, called: "Called", given: list[Value]) -> None:
    if given and isinstance(given[0], str):
        app.prefix = given[0]
    else:
        app.unknown = True
        machine.doubt(called.scope.module, called.node.start, "the prefix of all routes is only known when it runs")
    options = given[1].fields if len(given) > 1 and isinstance(given[1], Thing) else {}
    excluded = options.get("exclude")
    for one in excluded if isinstance(excluded, Many) else ():
        path = one.fields.get("path") if isinstance(one, Thing) else one
        if isinstance(path, str):
            app.excluded.append(path)
