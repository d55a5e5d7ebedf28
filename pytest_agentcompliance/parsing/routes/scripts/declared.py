"""Routes that a router is told of by a call: ``router.get(path, ...middleware, handler)``."""

import re
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.scripts import names
from pytest_agentcompliance.parsing.routes.scripts.paths import joined
from pytest_agentcompliance.parsing.routes.scripts.tree import Node
from pytest_agentcompliance.parsing.routes.scripts.values import (
    Declared,
    Function,
    Many,
    Router,
    Scope,
    Space,
    Thing,
    Value,
    View,
)

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.calls import Called
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

VERBS = {
    "get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "options": "OPTIONS", "head": "HEAD",
    "trace": "TRACE", "all": "ANY",
}  # fmt: skip
_VALIDATES = re.compile(r"(?i)valid|schema|celebrate|parse")
_HOOKS = ("onRequest", "preParsing", "preValidation", "preHandler")


def verb(machine: "Machine", view: View, method: str, called: "Called") -> bool:
    """Note a route; False where nothing can be said behind the call."""
    nodes, kind = called.nodes, view.router.framework
    if view.single:
        declare(machine, view, method, [""], called)
        return True
    if not nodes or (len(nodes) < 2 and kind == "express"):
        return False  # app.get("env") asks for a setting
    first = machine.value(nodes[0], called.scope)
    paths = paths_of(first)
    if kind == "hono" and paths is None and (isinstance(first, Function | Many) or nodes[0].kind == "call_expression"):
        # What has no path is declared under that of the link before.
        declare(machine, View(view.router, view.router.last or joined(view.path, "*"), single=True), method, [""], called)
        return True
    if paths is None:
        if not (isinstance(first, Function | Router) and kind == "express"):
            what = "the path is a regular expression" if nodes[0].kind == "regex" else "the path is only known when it runs"
            machine.doubt(called.scope.module, nodes[0].start, what)
    elif len(nodes) > 1:
        declare(machine, view, method, paths, called)
    return True


def declare(machine: "Machine", view: View, method: str, paths: list[str], called: "Called") -> None:
    """A route with what stands before it: of the arguments behind the path the last is the handler."""
    module = called.scope.module
    nodes = called.nodes[0 if view.single else view.skipped :]
    made = Declared(method, "", module, begin(called.node), called.node.end, view.guards)
    if view.router.framework == "fastify" and nodes:
        options = machine.value(nodes[0], called.scope)
        if isinstance(options, Thing):
            optional(machine, made, nodes[0], options, called.scope)
            if len(nodes) == 1:
                add(view, made, paths, options.fields.get("handler"))
                return
        nodes = nodes[1:] if len(nodes) > 1 else nodes
    rows = flat(machine, nodes, called.scope)
    guards: list[str] = []
    for one, value in rows[:-1]:
        guards += [value.name] if isinstance(value, Function) and value.listed else names.of(machine, one, value, called.scope)
        made.body = made.body or _held(one, called.scope)
    made.guards += tuple(guards)
    add(view, made, paths, rows[-1][1] if rows else None)


def add(view: View, made: Declared, paths: list[str], handler: Value) -> None:
    """Note a route under each of its paths."""
    made.handler = (handler.within or handler) if isinstance(handler, Function) else None
    for path in paths:
        view.router.last = joined(view.path, path)
        view.router.events.append(made.at(view.router.last))


def begin(node: Node) -> int:
    """Where a route begins: in a chain with its own link."""
    head = node.children[0] if node.children else node
    if head.kind == "member_expression" and len(head.children) == 2 and head.children[0].kind == "call_expression":
        return head.children[1].start
    return node.start


def optional(machine: "Machine", made: Declared, node: Node, options: Thing, scope: Scope) -> None:
    """What the options of a route of Fastify say: hooks, and the schemas of its body and its answers."""
    found: list[str] = []
    for key in _HOOKS:
        inner, value = pair(node, key, scope), options.fields.get(key)
        if inner is not None:
            found += names.of(machine, inner, value, scope)
        elif value is not None:
            found += [name for one in (value if isinstance(value, Many) else [value]) if (name := names.known_as(one))]
    made.guards += tuple(found)
    schema = options.fields.get("schema")
    if isinstance(schema, Thing):
        made.statuses |= codes(schema.fields.get("response"))
        written = pair(node, "schema", scope)
        held = pair(written, "body", scope) if written is not None else None
        if held is not None and held.kind in ("identifier", "member_expression"):
            made.body = scope.module.at(held)[:200]


def codes(value: Value) -> frozenset[int]:
    """The statuses that a table of answers has."""
    if not isinstance(value, Thing):
        return frozenset()
    return frozenset(int(key) for key in value.fields if key.isdecimal() and len(key) == 3)


def paths_of(value: Value) -> list[str] | None:
    """The paths that a value is: one, or a list; None where it is none, or not all are known."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Many) and value and not value.open and all(isinstance(one, str) for one in value):
        return list(value)
    return None


def flat(machine: "Machine", nodes: list[Node], scope: Scope) -> list[tuple[Node, Value]]:
    """Arguments with their values, lists of them laid flat."""
    found: list[tuple[Node, Value]] = []
    for node in nodes:
        if node.kind == "array":
            found += flat(machine, node.children, scope)
            continue
        inner = node.children[0] if node.kind == "spread_element" and node.children else node
        value = default(machine, machine.value(inner, scope))
        if isinstance(value, Many) and value:
            found += [(inner, one.of_list() if isinstance(one, Function) else one) for one in value[:100]]
        else:
            found.append((inner, value))
    return found


def default(machine: "Machine", value: Value) -> Value:
    """A module's default, where a value is all of the module."""
    if isinstance(value, Space):
        return machine.space(value.module, "default")
    if isinstance(value, Thing) and "default" in value.fields:
        return value.fields["default"]
    return value


def _held(node: Node, scope: Scope) -> str:
    """The schema that a validating middleware is given: of ``validate(createUser)`` its argument."""
    if node.kind != "call_expression" or not node.children or not _VALIDATES.search(scope.module.at(node.children[0])[:200]):
        return ""
    listed = node.first("arguments")
    for one in reversed(listed.children if listed is not None else []):
        if one.kind in ("identifier", "member_expression"):
            return scope.module.at(one)[:200]
    return ""


def pair(node: Node, key: str, scope: Scope) -> Node | None:
    """The node of a field in an object literal."""
    for one in node.children if node.kind == "object" else ():
        if one.kind == "pair" and len(one.children) == 2 and scope.module.at(one.children[0]).strip("\"'") == key:
            return one.children[1]
        if one.kind == "shorthand_property_identifier" and scope.module.at(one) == key:
            return one
    return None
