"""The parts of applications put together: each route with the path that a client calls it by."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pytest_agentcompliance.parsing.routes import METHODS, Route, Routes, Span, Unresolved
from pytest_agentcompliance.parsing.routes.python import handlers, plain
from pytest_agentcompliance.parsing.routes.python.meaning import VERBS
from pytest_agentcompliance.parsing.routes.python.running import Run
from pytest_agentcompliance.parsing.routes.python.tree import Node
from pytest_agentcompliance.parsing.routes.python.values import (
    Class,
    Declared,
    Function,
    Module,
    Mount,
    Part,
    View,
)  # fmt: skip

DEEPEST = 30  # parts in one another
MOST = 5_000  # routes: parts that mount each other in every way are many
_FASTAPI = re.compile(r"\{([^{}:]{1,100}):[^{}]{0,100}\}")
_FLASK = re.compile(r"<(?:[^<>:()]{1,50}(?:\([^<>()]{0,200}\))?:)?([^<>:]{1,100})>")


@dataclass(frozen=True, slots=True)
class _Under:
    """What stands above a part: its prefix, guards, whether it is left out of documents, and whether it hangs on nothing."""

    prefix: str = ""
    guards: tuple[str, ...] = ()
    hidden: bool = False
    loose: bool = False
    around: tuple[int, ...] = ()


class _Collector:
    def __init__(self, run: Run) -> None:
        self.run = run
        self.found: dict[tuple[object, ...], Route] = {}
        self.loose: dict[tuple[object, ...], Route] = {}
        self.unresolved: dict[tuple[str, int, str], Unresolved] = {}
        self.count = 0
        self._handlers: dict[tuple[str, int], tuple[tuple[str, ...], frozenset[int], str]] = {}

    def all(self) -> Routes:
        for part in self.run.parts:
            if part.kind == "app" and not part.mounted:
                self.part(part, _Under())
        for part in self.run.parts:
            if part.kind != "app" and not part.mounted and (part.declared or part.mounts):
                self.part(part, _Under(part.prefix if isinstance(part.prefix, str) else "", (), part.hidden, loose=True))
                self.say(part.module, part.node, "no application that was read mounts this router")
        for module, node, name, path, made in self.run.loose:
            self.say(module, node, "it hangs on an application or a router that cannot be found")
            if isinstance(path, str):
                declared = Declared(path, (name.upper(),) if name in VERBS else ("GET",), module, node, made)
                self.declared(declared, "flask" if name == "route" else "fastapi", _Under(loose=True))
        for module, node, why in self.run.unresolved:
            self.say(module, node, why)
        for module in self.run.failed:
            self.unresolved[module.path, 1, ""] = Unresolved(module.path, 1, "no grammar can read this file")
        if (self.run.fuel <= 0 or self.count > MOST) and self.run.modules:
            where = self.run.modules[0]
            self.unresolved[where, 1, "fuel"] = Unresolved(where, 1, "there is more code than is gone through")
        loose = (one for key, one in self.loose.items() if key not in self.found)
        return Routes(tuple(self.found.values()), tuple(self.unresolved.values()), tuple(loose))

    def say(self, module: Module, node: Node, why: str) -> None:
        line = module.source.line(node.start) if module.source is not None else 1
        self.unresolved[module.path, line, why] = Unresolved(module.path, line, why)

    def part(self, part: Part, under: _Under) -> None:
        """All routes of a part whose prefix is part of what it lies under."""
        if id(part) in under.around or len(under.around) > DEEPEST or self.count > MOST:
            return
        under = replace(under, guards=(*under.guards, *part.guards), around=(*under.around, id(part)))
        for declared in part.declared:
            if isinstance(declared.path, str):
                self.declared(declared, part.framework, under)
            else:
                self.say(declared.module, declared.node, "its path is known only when the program runs")
        for mount in part.mounts:
            self._mounted(mount, part, under)

    def _mounted(self, mount: Mount, owner: Part, under: _Under) -> None:
        child, whole = mount.part, under.prefix
        loose = under.loose
        for one in [mount.prefix] if mount.replaces else [mount.prefix, child.prefix]:
            if isinstance(one, str):
                whole = _joined(whole, one) if one and owner.framework == "flask" else whole + one
            elif one is not None:
                self.say(mount.module, mount.node, "the prefix is known only when the program runs")
                loose = True
        hidden = under.hidden or mount.hidden or child.hidden
        self.part(child, replace(under, prefix=whole, guards=(*under.guards, *mount.guards), hidden=hidden, loose=loose))

    def declared(self, one: Declared, framework: str, under: _Under) -> None:
        """The routes of one declaration."""
        path = _joined(under.prefix, one.path) if framework == "flask" else under.prefix + one.path
        path = _FLASK.sub(r"{\1}", path) if framework == "flask" else _FASTAPI.sub(r"{\1}", path)
        path = path if path.startswith("/") else f"/{path}"
        if one.resource:
            found, guards = self._of_class(one)
            under = replace(under, guards=(*under.guards, *guards))
        elif one.methods is None:
            self.say(one.module, one.node, "its methods are known only when the program runs")
            return
        else:
            found = [(verb, one.target if isinstance(one.target, Function) else None) for verb in one.methods]
        for verb, function in found:
            if verb in METHODS:
                route = self._route(one, function, Route(verb, path, _span(one.module, one.node), framework), under)
                kept = self.loose if under.loose else self.found
                kept.setdefault((route.at, verb, path, route.handler), route)

    def _of_class(self, one: Declared) -> tuple[list[tuple[str, Function | None]], tuple[str, ...]]:
        """The methods that a class answers, what answers each, and what is put before all."""
        owner = one.target.of if isinstance(one.target, View) else one.target
        if not isinstance(owner, Class):
            self.say(one.module, one.node, "its class cannot be found")
            return [], ()
        found: list[tuple[str, Function | None]] = list(_verbs(self.run, owner))
        if one.methods:
            found = [pair for pair in found if pair[0] in one.methods] or [(verb, None) for verb in one.methods]
        if not found:
            self.say(one.module, one.node, "its class has no method that answers a request")
        return found, (*(one.target.guards if isinstance(one.target, View) else ()), *_guards_of(owner))

    def _route(self, one: Declared, function: Function | None, route: Route, under: _Under) -> Route:
        self.count += 1
        guards, statuses, handler, body = (*under.guards, *one.guards), one.statuses, None, ""
        if function is not None and function.scope.module.source is not None:
            module = function.scope.module
            handler = _span(module, function.node)
            key = (module.path, function.node.start)
            if key not in self._handlers:
                said = handlers.guards(self.run, function), handlers.statuses(function), handlers.body(self.run, function)
                self._handlers[key] = said
            own, stated, body = self._handlers[key]
            guards, statuses = (*guards, *own), statuses | stated
        return replace(
            route, handler=handler, guards=tuple(dict.fromkeys(filter(None, guards))), statuses=statuses,
            body="" if route.method in ("GET", "HEAD", "OPTIONS") else body, hidden=under.hidden or one.hidden,
        )  # fmt: skip


def _span(module: Module, node: Node) -> Span:
    assert module.source is not None
    return Span(module.path, module.source.line(node.start), module.source.line(max(node.start, node.end - 1)))


def _verbs(run: Run, of: Class) -> Iterator[tuple[str, Function | None]]:
    """The methods of HTTP that a class answers, and what answers them."""
    listed = run.of_class(of, "methods", None)
    own = [(verb, found) for verb in sorted(VERBS) if isinstance(found := run.of_class(of, verb, None), Function)]
    for verb, found in own:
        yield verb.upper(), found
    dispatch = run.of_class(of, "dispatch_request", None)
    if not own and isinstance(dispatch, Function):
        for verb in plain.strings(listed) or ("GET",):
            yield verb.upper(), dispatch


def _guards_of(of: Class) -> Iterator[str]:
    """The decorators that a class puts before each of its methods."""
    for name in ("decorators", "method_decorators"):
        node = next((one for one in of.node.walk() if one.kind == "assignment" and one.children[0].text == name), None)
        if node is not None and node.children[-1].kind in ("list", "tuple"):
            yield from (handlers.dotted(one) for one in node.children[-1].children)
    for decorator in of.decorators:
        name = handlers.dotted(decorator)
        if not name.endswith(".route"):
            yield name


def _joined(prefix: str, rule: str) -> str:
    """A rule of Flask's behind a prefix."""
    if not prefix:
        return rule
    return f"{prefix.rstrip('/')}/{rule.lstrip('/')}" if rule else prefix


def collected(run: Run) -> Routes:
    """All routes of all applications."""
    return _Collector(run).all()
