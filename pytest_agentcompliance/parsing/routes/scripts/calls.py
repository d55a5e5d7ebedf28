"""What calls give: of functions of the tree, of packages that are known, and of values such as lists and strings."""

import re
from dataclasses import dataclass, replace
from posixpath import join, normpath
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.scripts import builtin, classes, expressions, nest_app, routers
from pytest_agentcompliance.parsing.routes.scripts.tree import Node
from pytest_agentcompliance.parsing.routes.scripts.values import (
    Bound,
    Class,
    Contract,
    Function,
    Instance,
    Many,
    Nest,
    Outside,
    Router,
    Scope,
    Space,
    Thing,
    Value,
    View,
    handed,
)

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

# What a function has to say before it is worth to run it where it may be called.
_WORTH = re.compile(r"\.(?:use|get|post|put|patch|delete|all|route|register|listen|forEach|openapi|then)\b|\b[A-Za-z_$][\w$]*\(")
_LONGEST = 50_000  # characters of such a function
_SAME = frozenset({"asyncify", "addAsync"})
_WRAPPERS = frozenset({"express-async-handler", "@awaitjs/express", "express-async-router", "express-async-errors"})
_SERVING = frozenset({"serve", "handle", "createServer", "getRequestListener", "createAdaptorServer"})
_CONTAINERS = frozenset({"tsyringe", "typedi", "inversify", "awilix"})
_HONO = frozenset({"Hono", "OpenAPIHono", "HonoBase", "createApp", "createHono"})
CONTROLLER = "@Controller"  # the field by which what this decorator gives is known
_NEST = frozenset({"NestFactory.create", "NestFactory.createNestApplication"})


@dataclass(frozen=True, slots=True)
class Called:
    """One call: its node, where it stands, and by what name its function is known there."""

    node: Node
    scope: Scope
    name: str

    def given(self, machine: "Machine") -> list[Value]:
        """The values of its arguments."""
        return expressions.given(machine, self.node, self.scope)

    def keenly(self, machine: "Machine") -> list[Value]:
        """The same, with all that they need of other modules."""
        return expressions.keenly(machine, self.node, self.scope)

    @property
    def nodes(self) -> list[Node]:
        """Its arguments."""
        listed = self.node.first("arguments")
        return listed.children if listed is not None else []


def call(machine: "Machine", value: Value, called: Called) -> Value:
    """What a plain call gives."""
    runs = isinstance(value, Function | Class) and value.module.path in machine.full
    given = called.keenly(machine) if runs else called.given(machine)
    value = _asked(machine, value, called, given)
    if called.name in ("require", "import") and (value is None or value == Outside("", "import")):
        wanted = given[0] if given else None
        name = "=" if called.name == "require" else "*"
        return machine.imported(called.scope.module, wanted, name) if isinstance(wanted, str) else None
    if called.name == "super" and isinstance(value, Class):
        this = machine.name("this", called.scope)
        if isinstance(this, Instance):
            classes.build(machine, this, value, given)
        return None
    if isinstance(value, Outside):
        return outside(machine, value, given, called.node, called.scope)
    if isinstance(value, Bound):
        return method(machine, value.of, value.key, called)
    if isinstance(value, Function):
        return _made(machine, value, given)
    return given[0] if called.name in _SAME and given else _unknown(machine, given)


def method(machine: "Machine", value: Value, key: str, called: Called) -> Value:
    """What the call of a member gives."""
    if isinstance(value, Router | View):
        machine.keen += 1
        found = routers.apply(machine, value, key, called)
        machine.keen -= 1
        return found
    if isinstance(value, Function) and key in ("bind", "call", "apply"):
        given = called.given(machine)
        return value if key == "bind" else machine.call(value, given[1:] if key == "call" else [])
    if isinstance(value, Bound):
        if key in ("call", "apply"):
            machine.doubt(called.scope.module, called.node.start, "what a router is told is only known when it runs")
        return value
    given = called.given(machine)
    if isinstance(value, Nest):
        return nest_app.told(machine, value, key, called, given)
    if isinstance(value, Many):
        return builtin.many(machine, value, key, given)
    if isinstance(value, str):
        return builtin.text(value, key, given)
    if isinstance(value, Outside):
        return outside(machine, machine.member(value, key), given, called.node, called.scope)
    if value is None and called.name.startswith("Object.") and given:
        return builtin.of_object(key, given[0])
    found = _asked(machine, machine.member(value, key), called, given)
    if isinstance(found, Outside):
        return outside(machine, found, given, called.node, called.scope)
    if isinstance(found, Function):
        return _made(machine, found, called.keenly(machine) if found.module.path in machine.full else given)
    return _guessed(machine, value, key, called, given)


def _guessed(machine: "Machine", value: Value, key: str, called: Called, given: list[Value]) -> Value:
    """What a method gives of which its name alone is known."""
    if key in ("resolve", "get") and len(given) == 1 and isinstance(given[0], Class):
        return machine.instance(given[0], [None] * 8)  # a container of dependencies
    if value is None and key == "get" and len(given) == 2 and isinstance(given[1], str):
        return given[1]  # a setting, and what holds where it is not set
    if called.name in ("require.resolve", "Promise.all", "Promise.resolve") and given:
        return given[0]
    if key in ("then", "finally") and isinstance(value, Space | Thing | Class) and given and isinstance(given[0], Function):
        return machine.call(given[0], [value])
    return _unknown(machine, given)


def outside(machine: "Machine", of: Outside, given: list[Value], node: Node, scope: Scope) -> Value:
    """What the call of a package's function gives, or its class with ``new``."""
    package, last = of.package, of.name.rpartition(".")[2]
    framework, root = _framework(of)
    for one in given if last in _SERVING else ():
        if isinstance(one, Router | View):
            (one.router if isinstance(one, View) else one).served = True
    if framework:
        made = Router(framework, root, scope.module, node.start)
        machine.routers.append(made)
        return made
    if package == "@nestjs/common" and last == "applyDecorators":
        return Many(given)
    if package == "@nestjs/common" and last == "Controller":
        return Thing({CONTROLLER: given[0] if given else ""})
    if package == "@nestjs/core":
        return _nest(machine, of, given, node, scope)
    if package.startswith(("hono", "@hono/")):
        return _hono(machine, of, given)
    if package == "fastify-plugin" and given:
        first = machine.settled(given[0])
        return replace(first, encapsulated=False) if isinstance(first, Function) else first
    if package in ("path", "path/posix"):
        known = given and last in ("join", "resolve") and all(isinstance(one, str) for one in given)
        return normpath(join(given[0], *(one.lstrip("/") for one in given[1:]))) if known else None
    if package in _CONTAINERS and len(given) == 1 and isinstance(given[0], Class):
        return machine.instance(given[0], [None] * 8)
    if package in _WRAPPERS and (found := next((one for one in given if isinstance(one, Router | View)), None)) is not None:
        return found
    return _unknown(machine, given)


def _framework(of: Outside) -> tuple[str, bool]:
    """Which framework a package's function makes an application or a router of; empty where it does not."""
    package, name = of.package, of.name
    if package in ("express", "ultimate-express", "hyper-express"):
        return ("express", True) if name in ("", "express") else ("express", False) if name.endswith("Router") else ("", False)
    if package in ("express-promise-router", "router"):
        return "express", False
    if package == "fastify" and name in ("", "fastify", "Fastify"):
        return "fastify", True
    if package.startswith(("hono", "@hono/")) and name.rpartition(".")[2] in _HONO:
        return "hono", True
    return "", False


def _hono(machine: "Machine", of: Outside, given: list[Value]) -> Value:
    last = of.name.rpartition(".")[2]
    if last == "createFactory":
        return Outside("hono", "factory")
    if last == "createHandlers":
        return Many(given)
    if last == "createRoute" and given and isinstance(given[0], Thing):
        return Contract(given[0])
    if last == "createMiddleware" and given:
        return given[0]
    return _unknown(machine, given)


def _nest(machine: "Machine", of: Outside, given: list[Value], node: Node, scope: Scope) -> Value:
    if not of.name.startswith("NestFactory."):
        return _unknown(machine, given)
    app = Nest(given[0] if given else None, scope.module, node.start)
    if of.name in _NEST:
        machine.nests.append(app)
    return app


def _unknown(machine: "Machine", given: list[Value]) -> Value:
    """A call of what is not known: the functions that it is given may be called, and may be what it wraps."""
    result: Value = None
    for one in [one for one in given if isinstance(one, Function)][:5]:
        length = one.node.end - one.node.start
        if one.node.kind != "method_definition" and one.node not in machine.ran and length < _LONGEST \
                and _WORTH.search(one.module.text, one.node.start, one.node.end):  # fmt: skip
            said = machine.call(one, [])
            result = said if isinstance(said, Router | View) else result
    return result if result is not None else _wrapped(None, given)


def _asked(machine: "Machine", value: Value, called: Called, given: list[Value]) -> Value:
    """The function that is called: where it is given a router it is worth a parse."""
    if value is None and called.node.children and any(handed(one) for one in given):
        machine.keen += 1
        value = machine.value(called.node.children[0], called.scope)
        machine.keen -= 1
    return value


def _made(machine: "Machine", function: Function, given: list[Value]) -> Value:
    """What a function of the tree makes of what it is given."""
    keen = machine.keen
    if function.module.path in machine.full:
        machine.keen = 0
    elif any(handed(one) for one in given):
        machine.keen += 1
    result = machine.call(function, given)
    machine.keen = keen
    return _wrapped(result, given)


def _wrapped(result: Value, given: list[Value]) -> Value:
    """A function that is made of a function: what answers is the one that was given."""
    inner = next((one for one in reversed(given) if isinstance(one, Function)), None)
    if inner is None or not (result is None or isinstance(result, Function)):
        return result
    return replace(result if isinstance(result, Function) else inner, within=inner.within or inner)
