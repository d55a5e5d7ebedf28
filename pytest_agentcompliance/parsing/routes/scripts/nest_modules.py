"""The modules of Nest's applications: which controllers each holds, and under which prefixes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.scripts import names
from pytest_agentcompliance.parsing.routes.scripts.module import Module
from pytest_agentcompliance.parsing.routes.scripts.tree import Node
from pytest_agentcompliance.parsing.routes.scripts.values import Class, Function, Many, Nest, Outside, Scope, Thing, Value

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

_GUARD = Outside("@nestjs/core", "APP_GUARD")
_LISTS = frozenset({"array", "spread_element", "parenthesized_expression", "ternary_expression", "binary_expression"})
_DEEPEST = 10
MOST = 5000


@dataclass(slots=True)
class Reach:
    """What the modules of an application hold: each controller with the prefixes that its module is under."""

    controllers: dict[Class, set[str]] = field(default_factory=dict)
    guards: list[str] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class _Dynamic:
    """What a static method of a module gave, and the module."""

    of: Class
    data: Thing | None


def called(decorator: Node, module: Module) -> str:
    """The name of a decorator."""
    node = decorator.children[0] if decorator.children else decorator
    if node.kind == "call_expression" and node.children:
        node = node.children[0]
    return module.at(node).rpartition(".")[2]


def given(decorator: Node) -> list[Node]:
    """What a decorator is given."""
    call = decorator.children[0] if decorator.children else decorator
    listed = call.first("arguments") if call.kind == "call_expression" else None
    return listed.children if listed is not None else []


def first(machine: "Machine", decorator: Node, of: Class) -> Value:
    """The first thing that a decorator is given."""
    nodes = given(decorator)
    return machine.value(nodes[0], of.scope) if nodes else None


def decorator_of(of: Class, name: str) -> Node | None:
    """A class's decorator of a name."""
    return next((one for one in of.decorators if called(one, of.module) == name), None)


def reach(machine: "Machine", app: Nest) -> Reach:
    """Follow an application's modules to their controllers."""
    found = Reach()
    prefixes: dict[Class, set[str]] = {}
    owned: list[tuple[Class, Value]] = []
    seen: set[Class | Thing] = set()
    waiting: list[Value] = [app.of]
    while waiting and len(seen) < MOST:
        of, rows = _taken(machine, waiting.pop(), seen)
        for data in rows:
            seen.add(data)
            waiting += _imported(machine, data, prefixes)
            found.guards += _shared(data)
            if of is not None:
                owned.append((of, data.fields.get("controllers")))
    for of, held in owned:
        for one in held if isinstance(held, Many) else ():
            if isinstance(one, Class):
                found.controllers.setdefault(one, set()).update(prefixes.get(of) or {""})
    return found


def _taken(machine: "Machine", one: Value, seen: set[Class | Thing]) -> tuple[Class | None, list[Thing]]:
    """The class of an imported module, and its metadata that has not been seen."""
    rows: list[Thing] = []
    if isinstance(one, _Dynamic):
        rows += [one.data] if one.data is not None else []
        one = one.of
    elif isinstance(one, Thing):
        rows.append(one)
        one = one.fields.get("module")
    of = one if isinstance(one, Class) else None
    if of is not None and of not in seen:
        seen.add(of)
        rows += _metadata(machine, of)
    return of, [row for row in rows if row not in seen]


def _metadata(machine: "Machine", of: Class) -> Iterator[Thing]:
    """What ``@Module`` says; its imports are read from their nodes, for the call of a module's own method says which module."""
    decorator = decorator_of(of, "Module")
    nodes = given(decorator) if decorator is not None else []
    value = machine.value(nodes[0], of.scope) if nodes else None
    if isinstance(value, Thing):
        for one in nodes[0].children:
            if one.kind == "pair" and len(one.children) == 2 and of.module.at(one.children[0]) == "imports":
                value.fields["imports"] = _listed(machine, one.children[1], of.scope)
        yield value


def _listed(machine: "Machine", node: Node, scope: Scope, depth: int = 0) -> Many:
    """The modules that a list of imports names; a branch counts either way."""
    made = Many()
    if depth > _DEEPEST:
        return made
    if node.kind in _LISTS:
        for one in node.children[1:] if node.kind == "ternary_expression" else node.children:
            made += _listed(machine, one, scope, depth + 1)
        return made
    value = machine.value(node, scope)
    if node.kind == "call_expression" and node.children:
        value = _named(machine, node, value, scope)
    made += value if isinstance(value, Many) else [value]
    return made


def _named(machine: "Machine", node: Node, value: Value, scope: Scope) -> Value:
    """What the call of an import's function means: ``forwardRef``, a module's own method, a tree of prefixes."""
    callee, listed = node.children[0], node.first("arguments")
    text = scope.module.at(callee)
    if text.endswith("RouterModule.register") and listed is not None and listed.children:
        return Thing({"routes": machine.value(listed.children[0], scope)})
    if text == "forwardRef" and isinstance(value, Function):
        return machine.call(value, [])
    target = machine.value(callee.children[0], scope) if callee.kind == "member_expression" and callee.children else None
    return _Dynamic(target, value if isinstance(value, Thing) else None) if isinstance(target, Class) else value


def _imported(machine: "Machine", data: Thing, prefixes: dict[Class, set[str]]) -> list[Value]:
    found: list[Value] = []
    held = data.fields.get("imports")
    for one in held if isinstance(held, Many) else ():
        value = machine.call(one, []) if isinstance(one, Function) else one
        if isinstance(value, Thing) and "routes" in value.fields:
            _prefixed(value.fields["routes"], "", prefixes)
        else:
            found.append(value)
    return found


def _prefixed(tree: Value, above: str, prefixes: dict[Class, set[str]], depth: int = 0) -> None:
    """What ``RouterModule.register`` says: a path for modules, and for those below them."""
    for one in tree if isinstance(tree, Many) and depth < _DEEPEST else ():
        if isinstance(one, Class):
            prefixes.setdefault(one, set()).add(above)
        if not isinstance(one, Thing):
            continue
        path, module = one.fields.get("path"), one.fields.get("module")
        here = f"{above}/{path.strip('/')}" if isinstance(path, str) else above
        if isinstance(module, Class):
            prefixes.setdefault(module, set()).add(here)
        _prefixed(one.fields.get("children"), here, prefixes, depth + 1)


def _shared(data: Thing) -> list[str]:
    """The guards that a module provides for the whole application."""
    held = data.fields.get("providers")
    rows = [one.fields for one in held if isinstance(one, Thing)] if isinstance(held, Many) else []
    given_as = ("useClass", "useExisting", "useFactory", "useValue")
    return [
        names.known_as(next((one[key] for key in given_as if key in one), None)) or "<inline>"
        for one in rows if one.get("provide") == _GUARD
    ]  # fmt: skip
