"""What only Fastify's routers are told: plugins under a prefix, hooks, routes as objects, folders that are loaded."""

import re
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.scripts import names
from pytest_agentcompliance.parsing.routes.scripts.declared import VERBS, add, default, optional, pair, paths_of
from pytest_agentcompliance.parsing.routes.scripts.module import Module
from pytest_agentcompliance.parsing.routes.scripts.paths import joined
from pytest_agentcompliance.parsing.routes.scripts.values import (
    VOID,
    Declared,
    Function,
    Mount,
    Outside,
    Router,
    Thing,
    Use,
    Value,
    View,
)

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.calls import Called
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

_HOOKS = ("onRequest", "preParsing", "preValidation", "preHandler")
_ROUTERS = re.compile(r"(?i)rout|controller|(?:require|import)\((?!\s*[\"'`][^.\"'`/])")
_QUOTED = re.compile(r"""["'`]([\w./-]{1,100})["'`]""")
_LOADED = re.compile(r"(?<!\.d)\.[cm]?[jt]s$")
_PARAMETER = re.compile(r"/_(\w+)")


def register(machine: "Machine", view: View, called: "Called") -> Value:
    """A plugin is called with a router of its own, under a prefix."""
    given = called.given(machine)
    plugin = default(machine, given[0]) if given else None
    options = given[1] if len(given) > 1 else None
    prefix = options.fields.get("prefix", "") if isinstance(options, Thing) else ""
    module, at = called.scope.module, called.node.start
    if isinstance(plugin, Outside) and "autoload" in plugin.package.lower():
        _autoload(machine, view, options, called)
    elif not isinstance(plugin, Function):
        if plugin is None and called.nodes and _ROUTERS.search(module.at(called.nodes[0])[:300]):
            machine.doubt(module, at, "what is registered is only known when it runs")
    elif not isinstance(prefix, str):
        machine.doubt(module, at, "the prefix is only known when it runs")
    elif not plugin.encapsulated:
        machine.call(plugin, [view.router, options if options is not None else VOID])
    else:
        _plug(machine, view, plugin, Mount(prefix, Router("fastify", False, module, at)), options)
    return view.router


def _plug(machine: "Machine", view: View, plugin: Function, mount: Mount, options: Value) -> None:
    child = mount.router
    machine.routers.append(child)
    child.mounted = True
    view.router.events.append(mount)
    machine.call(plugin, [child, options if options is not None else VOID])


def hooked(machine: "Machine", view: View, called: "Called") -> Value:
    """A hook stands before all routes of its router."""
    nodes = called.nodes
    if len(nodes) > 1 and machine.value(nodes[0], called.scope) in _HOOKS:
        view.router.events.append(Use("", tuple(names.of(machine, nodes[1], None, called.scope))))
    return view.router


def used(machine: "Machine", view: View, called: "Called") -> Value:
    """Middleware of Express in Fastify."""
    guards = [name for one in called.nodes if one.kind != "string" for name in names.of(machine, one, None, called.scope)]
    view.router.events.append(Use("", tuple(guards)))
    return view.router


def route(machine: "Machine", view: View, called: "Called") -> Value:
    """A route as an object."""
    module = called.scope.module
    said = machine.value(called.nodes[0], called.scope) if called.nodes else None
    fields = said.fields if isinstance(said, Thing) else {}
    paths, verbs = paths_of(fields.get("url", fields.get("path"))), paths_of(fields.get("method"))
    if paths is None or verbs is None or not isinstance(said, Thing):
        machine.doubt(module, called.node.start, "the path or the method is only known when it runs")
        return view.router
    for verb in verbs:
        if verb.lower() in VERBS:
            made = Declared(VERBS[verb.lower()], "", module, called.node.start, called.node.end, view.guards)
            optional(machine, made, called.nodes[0], said, called.scope)
            add(view, made, paths, fields.get("handler"))
    return view.router


def _autoload(machine: "Machine", view: View, options: Value, called: "Called") -> None:
    """All files of a folder as plugins, each under the path of its folder."""
    module = called.scope.module
    fields = options.fields if isinstance(options, Thing) else {}
    folder = _folder(module, fields.get("dir"), called)
    inner = fields.get("options")
    prefix = inner.fields.get("prefix", "") if isinstance(inner, Thing) else ""
    if not folder or not isinstance(prefix, str):
        machine.doubt(module, called.node.start, "the folder that is loaded is only known when it runs")
        return
    for path in sorted(machine.places.paths):
        if not path.startswith(folder + "/") or not _LOADED.search(path) or (other := machine.module(path)) is None:
            continue
        plugin = default(machine, machine.space(other, "="))
        if isinstance(plugin, Function):
            auto = machine.space(other, "autoPrefix")
            below = _PARAMETER.sub(r"/:\1", dirname(path)[len(folder) :]) if fields.get("dirNameRoutePrefix") is not False else ""
            child = Router("fastify", False, other, 0)
            if plugin.encapsulated:
                _plug(machine, view, plugin, Mount(joined(prefix, auto if isinstance(auto, str) else below), child), options)
            else:
                machine.call(plugin, [view.router, options])


def _folder(module: Module, said: Value, called: "Called") -> str:
    if isinstance(said, str) and said.startswith("/"):
        return said.strip("/")
    node = pair(called.nodes[1], "dir", called.scope) if len(called.nodes) > 1 else None
    quoted = _QUOTED.findall(module.at(node)[:500]) if node is not None else []
    return normpath(join(dirname(module.path), *quoted)) if quoted else ""
