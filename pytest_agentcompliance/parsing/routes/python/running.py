"""Modules of Python gone through as their interpreter would, with what makes, mounts and declares routes, and little else.

Nothing is run: names get values where the text says them, both ways of an ``if`` are taken, and what is not known stays unknown.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from pytest_agentcompliance.parsing.routes.python import meaning, plain, statements
from pytest_agentcompliance.parsing.routes.python.finding import Finder
from pytest_agentcompliance.parsing.routes.python.tree import Node
from pytest_agentcompliance.parsing.routes.python.tree import read as read_tree
from pytest_agentcompliance.parsing.routes.python.values import (
    UNKNOWN,
    Arguments,
    Called,
    Class,
    External,
    Function,
    Imported,
    Instance,
    Method,
    Module,
    Part,
    Scope,
    Super,
    Unknown,
    Value,
    View,
)  # fmt: skip

FUEL = 500_000  # nodes that are gone through, all modules together
FUEL_OF_CALLS = 200_000  # of these, for functions that nobody seems to call
DEEPEST = 60  # nodes or calls in one another
LONGEST = 2000  # characters of a text
SIGNS = re.compile(
    r"\b(?:FastAPI|\w*Router|Flask|APIFlask|Quart|OpenAPI|\w*Blueprint|Namespace|Api|include_router|register_blueprint|mount|"
    r"add_api_route|add_url_rule|add_route|add_resource|add_namespace|init_app|namespace)\(|"
    r"@[\w.]{1,80}\.(?:get|post|put|patch|delete|head|options|trace|route|api_route)\("
)
_NO_MODEL = re.compile(r"\b(?:str|\w*Enum|Protocol|ABC|\w*Exception)\b")
_SHORT = 1500  # characters of a function that may only give a value


class Run:
    """All modules that were gone through, the parts that they make, and what could not be known."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.finder = Finder(files)
        self.parts: list[Part] = []
        self.unresolved: list[tuple[Module, Node, str]] = []
        self.loose: list[tuple[Module, Node, str, Value, Function | Class]] = []
        self.failed: list[Module] = []
        self.modules: list[str] = []
        self.calls: list[Arguments] = []  # those that led to where we are
        self.fuel = FUEL
        self._depth = 0
        self.functions: dict[tuple[str, int], Function] = {}
        self._called: set[tuple[str, int]] = set()
        self._kept: dict[object, tuple[Value, object]] = {}
        self._active: set[int] = set()

    def all(self, paths: Iterable[str]) -> None:
        """Go through the modules of some files, and the functions in them that nobody calls."""
        self.modules = list(paths)
        for path in self.modules:
            self.load(self.finder.at(path))
        self.fuel = min(self.fuel, FUEL_OF_CALLS)
        for _ in range(4):  # functions in functions
            waiting = [one for key, one in self.functions.items() if key not in self._called]
            for one in sorted(waiting, key=lambda one: (one.scope.module.path, one.node.start)):
                key = (one.scope.module.path, one.node.start)
                if key not in self._called and self._signed(one):
                    self.call(one, Arguments(one.node, one.scope))
            if not waiting:
                break

    def _signed(self, one: Function | Class) -> bool:
        """Whether the text of a function or a class may make, mount or declare something."""
        signs = one.scope.module.signs
        if signs is None:
            signs = one.scope.module.signs = [found.start() for found in SIGNS.finditer(one.node.source)]
        at = bisect_left(signs, one.node.start)
        return at < len(signs) and signs[at] < one.node.end

    def load(self, module: Module) -> None:
        """Go through a module, once."""
        if module.state != "new":
            return
        module.state = "running"
        if module.path.endswith(".py"):
            text = self.files[module.path]
            module.source = read_tree(module.path, text)
            if module.source is None:
                self.failed.append(module)
            else:
                statements.block(self, module.source.root, module.scope)
        module.state = "done"

    @contextmanager
    def deeper(self) -> Iterator[bool]:
        """One level down, and whether there is room and fuel for it."""
        self._depth += 1
        self.fuel -= 1
        try:
            yield self._depth < DEEPEST * 3 and self.fuel > 0
        finally:
            self._depth -= 1

    # What an expression stands for

    def value(self, node: Node, scope: Scope) -> Value:
        """The value of an expression, as far as the text says it."""
        with self.deeper() as fits:
            return self._value(node, scope) if fits else UNKNOWN

    def _value(self, node: Node, scope: Scope) -> Value:
        kind, children = node.kind, node.children
        if kind == "identifier":
            return self.look_up(node.text, scope)
        if kind in ("string", "concatenated_string"):
            return self._string(node, scope)
        if kind in ("true", "false", "none", "integer"):
            return plain.literal(node)
        if kind in ("list", "tuple", "set", "expression_list"):
            return self._list(children, scope)
        if kind == "dictionary":
            return self._dictionary(children, scope)
        if kind in ("parenthesized_expression", "await", "type", "expression_statement") and len(children) == 1:
            return self.value(children[0], scope)
        if kind in ("assignment", "named_expression", "augmented_assignment") and len(children) > 1:
            return self._assignment(node, scope)
        if kind == "conditional_expression" and len(children) == 3:
            return plain.joined([self.value(children[0], scope), self.value(children[2], scope)])
        if kind in ("subscript", "generic_type") and children:
            return self._subscript(node, scope)
        return self._pair(node, scope) if len(children) == 2 else UNKNOWN

    def _pair(self, node: Node, scope: Scope) -> Value:
        """An expression of two parts."""
        kind, (first, second) = node.kind, node.children
        if kind == "attribute":
            return self.attribute(self.value(first, scope), second.text)
        if kind == "call":
            return self._call(node, scope)
        if kind == "binary_operator":
            left, right = self.value(first, scope), self.value(second, scope)
            return plain.added(left, right) if "+" in node.source[first.end : second.start] else UNKNOWN
        if kind == "boolean_operator":
            left, right = self.value(first, scope), self.value(second, scope)
            return left if left and not isinstance(left, Unknown) else right
        return self._comprehension(node, scope) if kind == "list_comprehension" else UNKNOWN

    def _assignment(self, node: Node, scope: Scope) -> Value:
        target, source = node.children[0], node.children[-1]
        if source.kind == "type":
            return UNKNOWN  # a name with a type, and without a value
        value = self.value(source, scope)
        if node.kind == "augmented_assignment":
            value = plain.added(self.value(target, scope), value)
        statements.assign(self, target, value, scope)
        return value

    def look_up(self, name: str, scope: Scope) -> Value:
        """What a name stands for in a scope."""
        at: Scope | None = scope
        first = True
        while at is not None:
            if name in at.names and (first or at.kind != "class"):
                value = at.names[name]
                if isinstance(value, Imported):
                    found = self._imported(value)
                    if found is not UNKNOWN:
                        at.names[name] = found
                    return found
                return value
            first = False
            at = at.parent
        for star in scope.module.stars:
            self.load(star)
            if name in star.scope.names or (star.stars and star is not scope.module):
                with self.deeper() as fits:
                    found = self.look_up(name, star.scope) if fits else UNKNOWN
                if found is not UNKNOWN:
                    return found
        return External(f"builtins.{name}") if name in plain.BUILTINS else UNKNOWN

    def is_model(self, name: str, scope: Scope) -> bool | None:
        """Whether an imported name is a class with bases, by the text of its module alone; None where that does not say."""
        at: Scope | None = scope
        while at is not None and name not in at.names:
            at = at.parent
        one = at.names[name] if at is not None else None
        module = self.finder.named(one.module, one.importer) if isinstance(one, Imported) and one.name else None
        if module is None or module.state != "new" or not module.path.endswith(".py") or not isinstance(one, Imported):
            return None
        head = rf"^class {re.escape(one.name)}\b(?:\[[^\]\n]{{0,200}}\])?(?:\(([^()]{{0,500}}))?"
        found = re.search(head, self.files[module.path], re.MULTILINE)
        return None if found is None else bool(found[1]) and not _NO_MODEL.search(found[1])

    def _imported(self, one: Imported) -> Value:
        module = self.finder.named(one.module, one.importer)
        if module is None:
            return UNKNOWN if one.module.startswith(".") else External(".".join(filter(None, (one.module, one.name))))
        if not one.name:
            return module
        if module is one.importer:  # "from . import x" in an __init__
            return self.finder.inside(module, one.name) or UNKNOWN
        return self._member(module, one.name)

    def _member(self, module: Module, name: str) -> Value:
        """A name of a module, or a module of a package."""
        self.load(module)
        with self.deeper() as fits:
            found = self.look_up(name, module.scope) if fits else UNKNOWN
        if found is UNKNOWN or (isinstance(found, External) and found.package == "builtins"):
            return self.finder.inside(module, name) or UNKNOWN
        return found

    def attribute(self, of: Value, name: str) -> Value:
        """What an attribute stands for."""
        if isinstance(of, Module):
            return self._member(of, name)
        if isinstance(of, External):
            return External(f"{of.name}.{name}"[:LONGEST])
        if isinstance(of, Instance):
            return of.names[name] if name in of.names else self.of_class(of.of, name, of)
        if isinstance(of, Class):
            found = self.of_class(of, name, None)
            return Method(of, name) if found is UNKNOWN else found
        if isinstance(of, Super):
            for base in of.of.bases:
                if isinstance(base, Class) and (found := self.of_class(base, name, of.bound)) is not UNKNOWN:
                    return found
            return Method(of, name)
        if isinstance(of, Part):
            if name in of.names:
                return of.names[name]
            if name == plain.PREFIX[of.framework]:
                return of.prefix
            if of.of is not None and (found := self.of_class(of.of, name, of)) is not UNKNOWN:
                return found
            return of if name == "router" and of.framework == "fastapi" else Method(of, name)
        if isinstance(of, Called) and of.of.package in meaning.OTHERS:
            return External(f"{of.of.name}.{name}"[:LONGEST])
        return Method(of, name) if isinstance(of, str | list | dict) else UNKNOWN

    def of_class(self, of: Class, name: str, bound: Value, depth: int = 0) -> Value:
        """What a class or one of its bases has by a name, bound to an object."""
        if name in of.scope.names:
            found = of.scope.names[name]
            if isinstance(found, Imported):
                return self.look_up(name, of.scope)
            if isinstance(found, Function) and bound is not None:
                return Function(found.node, found.scope, found.decorators, bound, found.guards)
            return found
        for base in of.bases:
            if isinstance(base, Class) and depth < 20 and (found := self.of_class(base, name, bound, depth + 1)) is not UNKNOWN:
                return found
        return UNKNOWN

    def _string(self, node: Node, scope: Scope) -> Value:
        parts: list[str] = []
        for one in node.children:
            if one.kind == "string_content":
                parts.append(one.text)
            elif one.kind == "string":
                value = self._string(one, scope)
                if not isinstance(value, str):
                    return UNKNOWN
                parts.append(value)
            elif one.kind == "interpolation" and one.children:
                value = self.value(one.children[0], scope)
                if not isinstance(value, str | int) or isinstance(value, bool):
                    return UNKNOWN
                parts.append(str(value))
        said = "".join(parts)
        return said if len(said) <= LONGEST else UNKNOWN

    def _list(self, children: list[Node], scope: Scope) -> Value:
        found: list[Value] = []
        for one in children[:plain.MOST]:
            value = self.value(one.children[0] if one.kind == "list_splat" and one.children else one, scope)
            if one.kind == "list_splat":
                found += value if isinstance(value, list) else []
            else:
                found.append(value)
        return found[:plain.MOST]

    def _dictionary(self, children: list[Node], scope: Scope) -> Value:
        found: dict[str | int, Value] = {}
        for one in children[:plain.MOST]:
            if one.kind == "pair" and len(one.children) == 2:
                key, value = (self.value(part, scope) for part in one.children)
                if (status := plain.status(key)) and not isinstance(key, str):
                    key = status
                if isinstance(key, str | int):
                    found[key] = value
            elif one.kind == "dictionary_splat" and one.children:
                value = self.value(one.children[0], scope)
                found |= value if isinstance(value, dict) else {}
        return found

    def _subscript(self, node: Node, scope: Scope) -> Value:
        of = self.value(node.children[0], scope)
        inner = node.children[1:]
        if len(inner) == 1 and inner[0].kind in ("type_parameter", "tuple"):
            inner = inner[0].children
        if isinstance(of, External) and of.last == "Annotated":
            return Called(of, Arguments(node, scope, [(self.value(one, scope), one) for one in inner]))
        if isinstance(of, External) and of.last in ("Optional", "Required") and inner:
            return self.value(inner[0], scope)
        key = self.value(inner[0], scope) if len(inner) == 1 else UNKNOWN
        if isinstance(of, dict) and isinstance(key, str | int):
            return of.get(key, UNKNOWN)
        if isinstance(of, list) and isinstance(key, int) and -len(of) <= key < len(of):
            return of[key]
        return UNKNOWN

    def _comprehension(self, node: Node, scope: Scope) -> Value:
        body, clause = node.children
        if clause.kind != "for_in_clause" or len(clause.children) != 2:
            return UNKNOWN
        source = self.value(clause.children[1], scope)
        if not isinstance(source, list | dict):
            return UNKNOWN
        inner = Scope(scope.module, "function", scope)
        found = []
        for item in plain.items(source):
            statements.assign(self, clause.children[0], item, inner)
            found.append(self.value(body, inner))
        return found

    # Calls

    def arguments(self, node: Node, scope: Scope) -> Arguments:
        """The arguments of a call."""
        made = Arguments(node, scope)
        for one in node.children:
            if one.kind == "keyword_argument" and len(one.children) == 2:
                made.named[one.children[0].text] = (self.value(one.children[1], scope), one.children[1])
            elif one.kind == "dictionary_splat" and one.children:
                value = self.value(one.children[0], scope)
                if isinstance(value, dict):
                    made.named |= {str(key): (each, one) for key, each in value.items()}
                else:
                    made.open = True
            elif one.kind == "list_splat" and one.children:
                value = self.value(one.children[0], scope)
                if isinstance(value, list):
                    made.given += [(each, one) for each in value]
                else:
                    made.cut = True
            else:
                made.given.append((self.value(one, scope), one))
        return made

    def _call(self, node: Node, scope: Scope) -> Value:
        function = self.value(node.children[0], scope)
        if isinstance(function, External) and function.name == "builtins.super":
            return self._super(scope)
        if isinstance(function, External) and function.last in meaning.MARKS:
            written = [one for one in node.children[1].children if one.kind != "keyword_argument"]
            return Called(function, Arguments(node.children[1], scope, [(UNKNOWN, one) for one in written]))
        given = self.arguments(node.children[1], scope)
        if isinstance(function, Function):
            if self._signed(function) or function.node.end - function.node.start < _SHORT:
                return self.call(function, given)
            return UNKNOWN
        if isinstance(function, Class):
            return self._construct(function, given, node)
        if isinstance(function, Method) and function.name == "as_view" and isinstance(function.of, Class):
            return View(function.of)
        if isinstance(function, Method) and isinstance(function.of, str | list | dict):
            return plain.method(function.of, function.name, given)
        return meaning.call(self, function, given, node, scope)

    def _super(self, scope: Scope) -> Value:
        at: Scope | None = scope
        while at is not None and at.kind != "function":
            at = at.parent
        owner = at.owner if at is not None else None
        bound = next(iter(at.names.values()), UNKNOWN) if at is not None else UNKNOWN
        return Super(owner, bound) if owner is not None else UNKNOWN

    def _construct(self, of: Class, given: Arguments, node: Node) -> Value:
        made = meaning.part_of(self, of, given, node)
        key = (id(of), node.start, *self._key(given))
        if made is None and key in self._kept:
            return self._kept[key][0]
        value: Value = made if made is not None else Instance(of)
        if made is None:
            of.instance = of.instance or value
            self._kept[key] = (value, (of, given))
        start = self.of_class(of, "__init__", value)
        if isinstance(start, Function) and (self._signed(of) or start.node.end - start.node.start < _SHORT):
            self.call(start, given)
        return value

    def call(self, function: Function, given: Arguments) -> Value:
        """What a function of the tree gives; its body is gone through with what it was given."""
        self._called.add((function.scope.module.path, function.node.start))
        key = (function.node.start, function.scope.module.path, id(function.scope), id(function.bound), *self._key(given))
        if key in self._kept:
            return self._kept[key][0]
        body = function.node.first("block")
        if body is None or id(function.node) in self._active or len(self._active) > DEEPEST // 3:
            return UNKNOWN
        inner = Scope(function.scope.module, "function", function.scope, owner=function.scope.owner)
        self._bind(function, given, inner)
        self._active.add(id(function.node))
        self.calls.append(given)
        statements.block(self, body, inner)
        self.calls.pop()
        self._active.discard(id(function.node))
        said = plain.joined([one for one in inner.returned if one is not None]) if inner.returned else None
        self._kept[key] = (said, (function, given))
        return said

    def _bind(self, function: Function, given: Arguments, inner: Scope) -> None:
        parameters = function.node.first("parameters")
        position = 0
        static = any(one.text.strip("@ ") == "staticmethod" for one in function.decorators)
        for index, one in enumerate(parameters.children if parameters is not None else ()):
            if one.kind == "list_splat_pattern" and one.children and not given.cut:
                inner.names[one.children[0].text] = [value for value, _ in given.given[position:]]
            elif one.kind == "dictionary_splat_pattern" and one.children and not given.open:
                rest = {name: value for name, (value, _) in given.named.items() if name not in inner.names}
                inner.names[one.children[0].text] = rest
            name, default = plain.parameter(one)
            if not name:
                continue
            if index == 0 and function.scope.kind == "class" and not static:
                inner.names[name] = function.bound if function.bound is not None else self._self(function)
                continue
            value: Value = UNKNOWN
            if name in given.named:
                value = given.named[name][0]
            elif position < len(given.given):
                value = given.given[position][0]
            elif default is not None and not (given.open or given.cut):
                value = self.value(default, function.scope)
            position += 1
            inner.names[name] = value

    def _self(self, function: Function) -> Value:
        """The object that a method is called on when nobody says which: one for all methods of a class."""
        owner = function.scope.owner
        if owner is None:
            return UNKNOWN
        if owner.instance is None:
            owner.instance = Instance(owner)
            start = self.of_class(owner, "__init__", owner.instance)
            if isinstance(start, Function) and start.node is not function.node:
                self.call(start, Arguments(start.node, start.scope))
        return owner.instance

    def _key(self, given: Arguments) -> tuple[object, ...]:
        values = [*(one for one, _ in given.given), *(one for pair in sorted(given.named.items()) for one in (pair[0], pair[1][0]))]
        return tuple(one if isinstance(one, str | int | None) else id(one) for one in values)
