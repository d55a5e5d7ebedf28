"""Modules run in the mind: what their top level does, and the functions that it calls, with what is known of their values.

Nothing is executed. A branch is taken either way, a loop over a known list once for each, a function of unknown parts gives an
unknown value, and every sum of work has its limit.
"""

from collections.abc import Iterable, Mapping

from pytest_agentcompliance.parsing.routes.scripts import classes, expressions, statements
from pytest_agentcompliance.parsing.routes.scripts.module import Local, Module
from pytest_agentcompliance.parsing.routes.scripts.places import Places
from pytest_agentcompliance.parsing.routes.scripts.tree import Node, parse
from pytest_agentcompliance.parsing.routes.scripts.values import (
    VOID,
    Class,
    Function,
    Instance,
    Later,
    Many,
    Nest,
    Outside,
    Router,
    Scope,
    Space,
    Thing,
    Value,
    View,
    Void,
)

MOST_STEPS = 2_000_000  # expressions and statements of one tree
MOST_OF_ONE = 200_000  # of one module's top level
DEEPEST = 120  # expressions within expressions
DEEPEST_CALLS = 14


class Machine:
    """All modules of a tree, each parsed and run when something asks for it."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.places = Places(files)
        self.modules: dict[str, Module | None] = {}
        self.routers: list[Router] = []
        self.nests: list[Nest] = []
        self.functions: list[Function] = []
        self.classes: list[Class] = []
        self.unresolved: dict[tuple[str, int, str], None] = {}
        self.steps = self.limit = self.depth = self.calls = 0
        self.returns: list[list[Value]] = []
        self.ran: set[Node] = set()  # the functions that were called
        self._memo: dict[tuple[object, ...], Value] = {}
        self._kept: list[Value] = []  # an id is one thing's as long as it lives

    def doubt(self, module: Module, at: int, why: str) -> None:
        """Note what could not be read."""
        self.unresolved[module.path, module.lines(at), why] = None

    def module(self, path: str, *, candidate: bool = False) -> Module | None:
        """A module, run; None where no grammar reads it."""
        if path not in self.modules:
            self.modules[path] = None
            said = parse(path, self.files[path])
            if said is not None:
                self.modules[path] = Module(path, said[1], said[0], candidate=candidate)
        found = self.modules[path]
        if found is None or found.started:
            return found
        found.started = True
        limit, steps, depth, calls = self.limit, self.steps, self.depth, self.calls
        self.depth = self.calls = 0
        self.limit = min(self.steps + MOST_OF_ONE, MOST_STEPS)
        try:
            self.block(found.root.children, found.scope)
        except RecursionError:
            self.doubt(found, 0, "the module is nested too deep")
        if self.steps > self.limit:
            self.doubt(found, 0, "the module does too much at its top level")
        self.depth, self.calls = depth, calls
        self.limit = min(limit + self.steps - steps, MOST_STEPS)  # what it cost is not on whoever imports it
        return found

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
            if not isinstance(value, Later):
                return value
            value = self.imported(value.module, value.wanted, value.name)
        return None

    def name(self, name: str, scope: Scope) -> Value:
        """The value of a name where it is used."""
        found = scope.find(name)
        if found is None:
            return VOID if name == "undefined" else None
        value = found.names[name]
        if isinstance(value, Later):
            value = found.names[name] = self.settled(value)
        return value

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
            return value.fields[key] if key in value.fields else classes.inherited(self, value, value.of, key)
        if isinstance(value, Router | View) and key == "fetch":
            (value.router if isinstance(value, View) else value).served = True
        if isinstance(value, Many) and key.isdecimal() and int(key) < len(value):
            return value[int(key)]
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
        self.ran.add(function.node)
        key = ("call", id(function.node), id(function.scope), id(function.this), *map(_key, given))
        if key in self._memo:
            return self._memo[key]
        if self.calls >= DEEPEST_CALLS or self.steps > self.limit:
            return None
        self._memo[key] = None
        self._kept += [*given, function]
        self.calls += 1
        depth, self.depth = self.depth, self.depth // 2
        result = self._memo[key] = self._called(function, given)
        self.calls -= 1
        self.depth = depth
        return result

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
        self.block(body.children, scope)
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
