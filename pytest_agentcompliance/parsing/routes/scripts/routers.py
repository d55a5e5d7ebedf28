"""What is said to a router: routes, middleware, other routers below it."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.scripts import fastify, hono, names
from pytest_agentcompliance.parsing.routes.scripts.declared import VERBS, default, flat, paths_of, verb
from pytest_agentcompliance.parsing.routes.scripts.paths import joined
from pytest_agentcompliance.parsing.routes.scripts.values import Function, Mount, Router, Use, Value, View

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.calls import Called
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

_ROUTERS = re.compile(r"(?i)rout|controller|(?:require|import)\((?!\s*[\"'`][^.\"'`/])")
_SELF = frozenset({
    "withTypeProvider", "notFound", "onError", "set", "param", "enable", "disable", "engine", "decorate", "decorateRequest",
    "decorateReply", "setErrorHandler", "setValidatorCompiler", "setSerializerCompiler", "setNotFoundHandler", "addSchema", "doc",
    "doc31", "addContentTypeParser", "$",
})  # fmt: skip
_PATHS = ("identifier", "template_string", "binary_expression", "member_expression")
MOST = 20_000  # things that are said to one router


def apply(machine: "Machine", value: Router | View, key: str, called: "Called") -> Value:
    """Do what a method of a router does, and give what it gives."""
    view = value if isinstance(value, View) else View(value, "")
    kind = view.router.framework
    if len(view.router.events) > MOST:
        return value
    if key in VERBS:
        return value if verb(machine, view, VERBS[key], called) else None
    if (found := _TABLE.get((kind, key))) is not None:
        return found(machine, view, called)
    given = called.given(machine)
    for one in given if key in ("after", "ready") else ():
        if isinstance(one, Function):
            machine.call(one, [])
    return value if key in _SELF or key in ("after", "ready") else None


def _use(machine: "Machine", view: View, called: "Called") -> Value:
    nodes = called.nodes
    paths = paths_of(machine.value(nodes[0], called.scope)) if nodes else [""]
    rest = nodes[1:] if paths is not None else nodes
    first = machine.value(nodes[0], called.scope) if nodes else None
    doubtful = first is None and len(nodes) > 1 and nodes[0].kind in _PATHS
    guards: list[str] = []
    mounted = False
    for one, value in flat(machine, rest[1:] if doubtful else rest, called.scope):
        if isinstance(value, Router | View):
            mounted = True
            if doubtful:  # what stands first is no middleware but a path
                machine.doubt(called.scope.module, called.node.start, "the path of a router is only known when it runs")
            for path in paths or [""]:
                mount(view, path, value, guards, doubtful=doubtful)
        elif value is None and one.kind != "arrow_function" and _ROUTERS.search(called.scope.module.at(one)[:300]):
            machine.doubt(called.scope.module, called.node.start, "what is mounted is only known when it runs")
        else:
            guards += names.of(machine, one, value, called.scope)
    if doubtful and not mounted:
        guards = [*names.of(machine, nodes[0], None, called.scope), *guards]
    if guards and not mounted:
        view.router.events += [Use(joined(view.path, path.partition("*")[0]), tuple(guards)) for path in paths or [""]]
    return view if view.path else view.router


def mount(view: View, path: str, value: Router | View, guards: list[str], *, doubtful: bool = False) -> None:
    """Put a router below another."""
    router = value.router if isinstance(value, View) else value
    if router is not view.router:
        router.mounted = not doubtful
        router.doubtful |= doubtful
        if not doubtful:
            view.router.events.append(Mount(joined(view.path, path), router, tuple(guards)))


def _express_route(machine: "Machine", view: View, called: "Called") -> Value:
    first = machine.value(called.nodes[0], called.scope) if called.nodes else None
    if isinstance(first, str):
        return View(view.router, joined(view.path, first), single=True)
    machine.doubt(called.scope.module, called.node.start, "the path is only known when it runs")
    return None


def _hono_route(machine: "Machine", view: View, called: "Called") -> Value:
    view.router.served = True
    given = [default(machine, one) for one in called.given(machine)]
    path, other = (given[0], given[1]) if len(given) > 1 else (None, None)
    if isinstance(path, str) and isinstance(other, Router | View):
        mount(view, path, other, [])
    else:
        if isinstance(other, Router | View):
            mount(view, "", other, [], doubtful=True)
        machine.doubt(called.scope.module, called.node.start, "what is mounted is only known when it runs")
    return view if view.path else view.router


def _all(machine: "Machine", view: View, called: "Called") -> Value:
    """Hono's ``use`` takes no router."""
    nodes = called.nodes
    path = machine.value(nodes[0], called.scope) if nodes else None
    rest = nodes[1:] if isinstance(path, str) else nodes
    guards = tuple(name for one in rest for name in names.of(machine, one, None, called.scope))
    view.router.events.append(Use(joined(view.path, path.partition("*")[0] if isinstance(path, str) else ""), guards))
    return view if view.path else view.router


_TABLE: dict[tuple[str, str], Callable[["Machine", View, "Called"], Value]] = {
    ("express", "use"): _use, ("express", "route"): _express_route, ("hono", "use"): _all, ("hono", "route"): _hono_route,
    ("hono", "basePath"): hono.based, ("hono", "on"): hono.on, ("hono", "openapi"): hono.contracted,
    ("fastify", "register"): fastify.register, ("fastify", "route"): fastify.route, ("fastify", "addHook"): fastify.hooked,
    ("fastify", "use"): fastify.used,
}  # fmt: skip
