"""What only Hono's routers are told: base paths, several methods at once, routes that are described before."""

from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.scripts import names
from pytest_agentcompliance.parsing.routes.scripts.declared import VERBS, add, begin, codes, declare, paths_of
from pytest_agentcompliance.parsing.routes.scripts.paths import joined
from pytest_agentcompliance.parsing.routes.scripts.values import Contract, Declared, Many, Router, Thing, Value, View

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.calls import Called
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine


def based(machine: "Machine", view: View, called: "Called") -> Value:
    """The same router, seen from below."""
    given = called.given(machine)
    if given and isinstance(given[0], str):
        return View(view.router, joined(view.path, given[0]))
    machine.doubt(called.scope.module, called.node.start, "the base path is only known when it runs")
    made = Router("hono", False, called.scope.module, called.node.start)
    machine.routers.append(made)
    return made


def on(machine: "Machine", view: View, called: "Called") -> Value:
    """A handler for several methods and paths."""
    given = called.given(machine)[:2]
    methods, paths = (paths_of(given[0]), paths_of(given[1])) if len(given) == 2 else (None, None)
    if methods is None or paths is None:
        machine.doubt(called.scope.module, called.node.start, "the path or the method is only known when it runs")
    for method in methods or ():
        if method.lower() in VERBS and paths is not None:
            declare(machine, View(view.router, view.path, guards=view.guards, skipped=2), VERBS[method.lower()], paths, called)
    return view if view.path else view.router


def contracted(machine: "Machine", view: View, called: "Called") -> Value:
    """A route that ``createRoute`` described."""
    given = called.given(machine)
    contract = given[0] if given else None
    fields = contract.fields.fields if isinstance(contract, Contract) else {}
    method, path = fields.get("method"), fields.get("path")
    if not isinstance(method, str) or not isinstance(path, str) or method.lower() not in VERBS:
        machine.doubt(called.scope.module, called.node.start, "the path or the method is only known when it runs")
        return view if view.path else view.router
    before = fields.get("middleware")
    guards = [name for one in (before if isinstance(before, Many) else [before]) if (name := names.known_as(one))]
    made = Declared(VERBS[method.lower()], "", called.scope.module, begin(called.node), called.node.end, (*view.guards, *guards))
    made.statuses = codes(fields.get("responses"))
    request = fields.get("request")
    made.hidden = fields.get("hide") is True
    made.body = "request.body" if isinstance(request, Thing) and "body" in request.fields else ""
    add(view, made, [_colons(path)], given[1] if len(given) > 1 else None)
    return view if view.path else view.router


def _colons(path: str) -> str:
    """A path as Hono writes it: a contract has it as OpenAPI does."""
    return path.replace("{", ":").replace("}", "")
