"""Modules gone through as if they ran: what their top level does, and the functions that it calls, with the values that are known.

Nothing is executed. A branch is taken either way, a loop over a known list once for each, a function of unknown parts gives an
unknown value, and every sum of work has its limit.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pytest_agentcompliance.parsing.routes.scripts import classes, expressions, statements
from pytest_agentcompliance.parsing.routes.scripts.module import Local, Module
from pytest_agentcompliance.parsing.routes.scripts.places import Places
from pytest_agentcompliance.parsing.routes.scripts.tree import Node, parse
from pytest_agentcompliance.parsing.routes.scripts.values import (
    BINDS,
    VOID,
    Bound,
    Class,
    Function,
    Instance,
    Later,
    Many,
    Nest,
    Outside,
    Put,
    Router,
    Scope,
    Space,
    Thing,
    Value,
    View,
    Void,
)

MOST_STEPS = 600_000  # expressions and statements of one tree
MOST_OF_ONE = 100_000  # of one module's top level
MOST_DOUBTS = 5000
DEEPEST = 120  # expressions within expressions
DEEPEST_CALLS = 14


class Machine:
    """All modules of a tree, each parsed and run when something asks for it."""

    def __init__(self, files: Mapping[str, str], full: frozenset[str]) -> None:
        self.files, self.full = files, full
        self.places = Places(files)
        self.modules: dict[str, Module | None] = {}
        self.routers: list[Router] = []
        self.nests: list[Nest] = []
        self.functions: list[Function] = []
        self.classes: list[Class] = []
        self.unresolved: dict[tuple[str, int, str], None] = {}
        self.steps = self.limit = self.depth = self.calls = 0
        self.returns: list[list[Value]] = []
        self.keen = 0  # above 0 what is asked for is what a router is given: then other modules are worth a parse
        self.missed = 0  # how often something was not looked at, since nobody was keen
        self.ran: set[Node] = set()  # the functions that were called
        self._bodies: dict[str, dict[int, Node]] = {}
        self._filled_in: dict[Node, list[Node]] = {}  # the statements of bodies whose modules were parsed without
        self._memo: dict[tuple[object, ...], Value] = {}
        self._kept: list[Value] = []  # an id is one thing's as long as it lives

    def doubt(self, module: Module, at: int, why: str) -> None:
        """Note what could not be read."""
        if len(self.unresolved) < MOST_DOUBTS:
            self.unresolved[module.path, module.lines(at), why] = None

    def module(self, path: str) -> Module | None:
        """A module, run; None where no grammar reads it. Of one that is not ``full`` the functions have no bodies."""
        if path not in self.modules:
            self.modules[path] = None
            said = parse(path, self.files[path], full=path in self.full)
            if said is not None:
                self.modules[path] = Module(path, said[1], said[0], candidate=path in self.full)
        found = self.modules[path]
        if found is None or found.started:
            return found
        found.started = True
        limit, steps = self.limit, self.steps
        with self.apart(found):
            self.limit = min(self.steps + MOST_OF_ONE, MOST_STEPS)
            self.block(found.root.children, found.scope)
            if self.steps > self.limit:
                self.doubt(found, 0, "the module does too much at its top level")
        self.limit = min(limit + self.steps - steps, MOST_STEPS)  # what it cost is not on whoever imports it
        return found

    @contextmanager
    def apart(self, module: Module) -> Iterator[None]:
        """Run something for itself, whatever runs now; it may be nested deeper than can be followed."""
        kept = self.calls, self.keen, self.returns
        depth, self.depth = self.depth, self.depth // 2
        self.calls, self.keen, self.returns = 0, 0, []
        try:
            yield
        except RecursionError:
            self.doubt(module, 0, "the module is nested too deep")
        self.calls, self.keen, self.returns = kept
        self.depth = depth

    # What a module imports and exports

    def imported(self, module: Module, wanted: str, name: str) -> Value:
        """What an import of a name is; the name is ``*`` for all, and ``=`` for what ``require`` gives."""
        path = self.places.target(wanted, module.path)
        if not path:
            if wanted.startswith((".", "/")):
                return None
            return Outside(wanted.removeprefix("node:"), "" if name in ("*", "=", "default") else name)
        found = self.module(path)
        return self.space(found, name) if found is not None else None

    def space(self, found: Module, name: str) -> Value:
        """What a module offers under a name."""
        common = found.common.fields["exports"]
        modern = bool(found.exports or found.stars)
        if name in ("*", "="):
            return Space(found) if modern else common
        if modern:
            value = self.export(found, name, set())
            if value is not None or name in found.exports:
                return value
        if name == "default":
            return common.fields.get("default", common) if isinstance(common, Thing) else common
        return self.member(common, name)

    def export(self, module: Module, name: str, seen: set[str]) -> Value:
        """The value of an export, through the stars too."""
        if name in module.exports:
            found = module.exports[name]
            return self.name(found.name, module.scope) if isinstance(found, Local) else self.settled(found)
        seen.add(module.path)
        for star in module.stars:
            path = self.places.target(star, module.path)
            if path and path not in seen and name != "default" and len(seen) < 50 and (other := self.module(path)) is not None:
                value = self.export(other, name, seen)
                if value is not None:
                    return value
        return None

    def settled(self, value: Value) -> Value:
        """A value, or what an import that was put off brings."""
        for _ in range(20):
            if isinstance(value, Later):
                value = self.imported(value.module, value.wanted, value.name)
            elif isinstance(value, Put):
                if not self.keen:
                    self.missed += 1
                    return None
                value = self.value(value.node, value.scope, value.name)
            else:
                return value
        return None

    def put(self, node: Node, scope: Scope, name: str = "") -> Value:
        """The value of an expression; the expression itself where it is not known, and may be when somebody is keen."""
        before = self.missed
        value = self.value(node, scope, name)
        return Put(node, scope, name) if value is None and self.missed > before else value

    def opened(self, value: Value, depth: int = 3) -> Value:
        """A value whose parts are no longer put off."""
        if not depth or not self.keen or not isinstance(value, Thing | Many):
            return value
        parts: Any = value.fields if isinstance(value, Thing) else value
        for key, one in list(parts.items() if isinstance(value, Thing) else enumerate(value[:500])):
            now = self.settled(one) if isinstance(one, Later | Put) else one
            if now is not one:
                parts[key] = now
            self.opened(now, depth - 1)
        return value

    def name(self, name: str, scope: Scope) -> Value:
        """The value of a name where it is used."""
        found = scope.find(name)
        if found is None:
            return VOID if name == "undefined" else None
        value = found.names[name]
        if isinstance(value, Later) and not self.keen:
            path = self.places.target(value.wanted, value.module.path)
            if path and path not in self.full:
                self.missed += 1
                return None
        if isinstance(value, Later) or (isinstance(value, Put) and self.keen):
            value = found.names[name] = self.settled(value)
        if isinstance(value, Put):
            self.missed += 1
            return None
        return self.opened(value) if self.keen and isinstance(value, Thing | Many) else value

    # What runs

    def block(self, nodes: Iterable[Node], scope: Scope) -> None:
        """Run statements in order; their functions are there before."""
        nodes = list(nodes)
        statements.hoist(self, nodes, scope)
        decorators: list[Node] = []
        for node in nodes:
            if node.kind == "decorator":
                decorators.append(node)
                continue
            self.steps += 1
            if self.steps > self.limit:
                return
            statements.run(self, node, scope, decorators)
            decorators = []

    def value(self, node: Node, scope: Scope, name: str = "") -> Value:
        """What an expression is, as far as that is known; ``name`` is what it is going to be called."""
        self.steps += 1
        if self.steps > self.limit or self.depth >= DEEPEST:
            return None
        self.depth += 1
        found = expressions.value(self, node, scope, name)
        self.depth -= 1
        return found

    def member(self, value: Value, key: str) -> Value:
        """A member of a value."""
        if isinstance(value, Thing | Class):
            return self.settled(value.fields.get(key))
        if isinstance(value, Space):
            return self.space(value.module, key)
        if isinstance(value, Outside):
            return Outside(value.package, f"{value.name}.{key}".removeprefix(".").removeprefix("default."))
        if isinstance(value, Instance):
            return self.settled(value.fields[key]) if key in value.fields else classes.inherited(self, value, value.of, key)
        if isinstance(value, Router | View) and key == "fetch":
            (value.router if isinstance(value, View) else value).served = True
        if isinstance(value, Router | View) and key in BINDS:
            return Bound(value, key)
        if isinstance(value, Many) and key.isdecimal() and int(key) < len(value):
            return self.settled(value[int(key)])
        return None

    def instance(self, of: Class, given: list[Value]) -> Instance:
        """What ``new`` makes of a class; the same question is asked once."""
        key = ("new", id(of), *map(_key, given))
        if key in self._memo:
            kept: Instance = self._memo[key]
            return kept
        made = Instance(of)
        if self.calls >= DEEPEST_CALLS:
            return made
        of.made = True
        self._memo[key] = made
        self._kept += [of, *given]
        self.calls += 1
        classes.build(self, made, of, given)
        self.calls -= 1
        return made

    def call(self, function: Function, given: list[Value]) -> Value:
        """What a function returns, as far as it is known; the same question is asked once."""
        if function.module.path not in self.full and function.node.children[-1:] and not self._filled(function):
            return None
        self.ran.add(function.node)
        key = ("call", id(function.node), id(function.scope), id(function.this), *map(_key, given))
        if key in self._memo:
            return self._memo[key]
        if self.calls >= DEEPEST_CALLS or self.steps > self.limit:
            return None
        self._memo[key] = None
        self._kept += [*given, function]
        self.calls += 1
        result = self._memo[key] = self._called(function, given)
        self.calls -= 1
        return result

    def _filled(self, function: Function) -> bool:
        """See to it that a function has its statements: its module was parsed without them."""
        body = function.node.children[-1]
        if body.kind != "statement_block" or self.inside(body):
            return True
        if not self.keen:
            self.missed += 1
            return False
        path = function.module.path
        if path not in self._bodies:
            said = parse(path, self.files[path])
            self._bodies[path] = {one.start: one for one in said[0].walk() if one.kind == "statement_block"} if said else {}
        self._filled_in[body] = self._bodies[path].get(body.start, body).children  # the tree itself may be read again
        return True

    def inside(self, body: Node) -> list[Node]:
        """The statements of a body, also where its module was parsed without them."""
        return body.children or self._filled_in.get(body, [])

    def _called(self, function: Function, given: list[Value]) -> Value:
        node = function.node
        scope = Scope(function.scope, function.module)
        if function.this is not None:
            scope.names["this"] = function.this
        listed = node.first("formal_parameters")
        heads = listed.children if listed is not None else node.children[:1] if len(node.children) > 1 else []
        for index, one in enumerate(heads):
            rest = one if one.kind == "rest_pattern" else one.first("rest_pattern")
            value = Many(given[index:]) if rest is not None else given[index] if index < len(given) else VOID
            statements.bind(self, rest or one, value, scope)
        body = node.children[-1] if node.children else None
        if body is None or body.kind != "statement_block":
            return self.value(body, scope) if body is not None else None
        self.returns.append([])
        self.block(self.inside(body), scope)
        known = [one for one in self.returns.pop() if one is not None and one is not VOID]
        return known[-1] if known else None


def _key(value: Value) -> object:
    """What a value is told from others by."""
    if isinstance(value, str | int | bool | Outside):
        return value
    if value is None or isinstance(value, Void):
        return None
    if isinstance(value, Function):
        return id(value.node), id(value.scope), id(value.this)
    if isinstance(value, View):
        return id(value.router), value.path
    return id(value)
