"""What the statements of a module of Python do to its names: blocks, branches, loops, definitions, imports, assignments."""

from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.python import meaning, plain
from pytest_agentcompliance.parsing.routes.python.tree import Node
from pytest_agentcompliance.parsing.routes.python.values import (
    UNKNOWN,
    Class,
    Function,
    Imported,
    Instance,
    Method,
    Part,
    Scope,
    Value,
)  # fmt: skip

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.python.running import Run

_BLOCKS = frozenset({
    "block", "while_statement", "else_clause", "elif_clause", "except_clause", "except_group_clause", "finally_clause",
    "case_clause", "ERROR", "module",
})  # fmt: skip


def block(run: "Run", node: Node, scope: Scope) -> None:
    """Each statement of a block, in order."""
    with run.deeper() as fits:
        if fits:
            for one in node.children:
                _statement(run, one, scope)


def _statement(run: "Run", node: Node, scope: Scope) -> None:
    kind = node.kind
    if kind == "expression_statement":
        for one in node.children:
            run.value(one, scope)
    elif kind in ("import_statement", "import_from_statement"):
        _import(run, node, scope)
    elif kind in ("function_definition", "class_definition", "decorated_definition"):
        decorators = [one for one in node.children if one.kind == "decorator"] if kind == "decorated_definition" else []
        inner = node.first("function_definition", "class_definition") if kind == "decorated_definition" else node
        if inner is not None:
            (_define if inner.kind == "function_definition" else _class)(run, inner, scope, decorators)
    elif kind == "return_statement":
        scope.returned.append(run.value(node.children[0], scope) if node.children else None)
    elif kind in _BLOCKS:
        block(run, node, scope)
    else:
        _compound(run, node, scope)


def _compound(run: "Run", node: Node, scope: Scope) -> None:
    """A statement that has blocks, of which not each is gone through."""
    if node.kind == "if_statement":
        never = node.children and node.children[0].kind == "false"
        ways = [one for one in node.children if one.kind in ("block", "elif_clause", "else_clause")]
        _branches(run, ways[1:] if never else ways, scope)
    elif node.kind == "for_statement":
        _loop(run, node, scope)
    elif node.kind == "try_statement":
        _try(run, node, scope)
    elif node.kind == "with_statement":
        _with(run, node, scope)
    elif node.kind == "match_statement":
        body = node.first("block")
        _branches(run, body.children if body else [], scope)


def _branches(run: "Run", ways: list[Node], scope: Scope) -> None:
    """Each way from where it began; afterwards a name is what all ways that set it say, or the only one that is known."""
    before = dict(scope.names)
    ends = []
    for way in ways:
        scope.names = dict(before)
        block(run, way, scope)
        ends.append(scope.names)
    merged = dict(before)
    whole = bool(ways) and ways[-1].kind == "else_clause"
    for name in dict.fromkeys(name for end in ends for name in end):
        said = [end[name] for end in ends if name in end and (name not in before or end[name] is not before[name])]
        if name in before and (not whole or len(said) < len(ends)):
            said.insert(0, before[name])
        merged[name] = plain.joined(said)
    scope.names = merged


def _try(run: "Run", node: Node, scope: Scope) -> None:
    for one in node.children:
        if one.kind in ("except_clause", "except_group_clause"):
            kept = dict(scope.names)
            block(run, one, scope)
            scope.names |= {name: value for name, value in kept.items() if value is not UNKNOWN and value is not None}
        else:
            block(run, one, scope)


def _with(run: "Run", node: Node, scope: Scope) -> None:
    for one in node.children:
        if one.kind == "with_clause":
            for item in one.walk():
                if item.kind == "as_pattern" and len(item.children) == 2:
                    assign(run, _inner(item.children[1]), run.value(item.children[0], scope), scope)
        else:
            block(run, one, scope)


def _loop(run: "Run", node: Node, scope: Scope) -> None:
    if len(node.children) < 3:
        return
    target, source, *bodies = node.children
    items = run.value(source, scope)
    for item in plain.items(items) if isinstance(items, list | dict) else [UNKNOWN]:
        assign(run, target, item, scope)
        for body in bodies:
            block(run, body, scope)
        if run.fuel <= 0:
            break


def _define(run: "Run", node: Node, scope: Scope, decorators: list[Node]) -> None:
    made = Function(node, scope, decorators)
    run.functions.setdefault((scope.module.path, node.start), made)
    said = [(one, run.value(one.children[0], scope)) for one in decorators if one.children]
    if made.name:
        scope.names[made.name] = made
        if any(isinstance(value, Method) and value.name == "setter" for _, value in said):
            return
    for one, value in reversed(said):
        meaning.decorate(run, value, made, one, scope)


def _class(run: "Run", node: Node, scope: Scope, decorators: list[Node]) -> None:
    inner = Scope(scope.module, "class", scope)
    given = node.first("argument_list")
    bases = [run.value(one, scope) for one in given.children if one.kind != "keyword_argument"] if given else []
    made = Class(node, inner, bases, decorators=decorators)
    inner.owner = made
    said = [(one, run.value(one.children[0], scope)) for one in decorators if one.children]
    body = node.first("block")
    if made.name:
        scope.names[made.name] = made
    if body is not None:
        block(run, body, inner)
    for one, value in reversed(said):
        meaning.decorate(run, value, made, one, scope)


def _import(run: "Run", node: Node, scope: Scope) -> None:
    if node.kind == "import_statement":
        for one in node.children:
            if one.kind == "aliased_import" and len(one.children) == 2:
                scope.names[one.children[1].text] = Imported(one.children[0].text, "", scope.module)
            elif one.kind == "dotted_name":
                scope.names[one.text.partition(".")[0]] = Imported(one.text.partition(".")[0], "", scope.module)
        return
    if not node.children:
        return
    source = "".join(node.children[0].text.split())
    for one in node.children[1:]:
        if one.kind == "wildcard_import":
            module = run.finder.named(source, scope.module)
            if module is not None and module is not scope.module:
                scope.module.stars.append(module)
        elif one.kind == "aliased_import" and len(one.children) == 2:
            scope.names[one.children[1].text] = Imported(source, one.children[0].text, scope.module)
        elif one.kind == "dotted_name":
            scope.names[one.text] = Imported(source, one.text, scope.module)


def assign(run: "Run", target: Node, value: Value, scope: Scope) -> None:
    if target.kind == "identifier":
        scope.names[target.text] = value
    elif target.kind in ("pattern_list", "tuple_pattern", "list_pattern", "tuple", "list"):
        fits = isinstance(value, list) and len(value) == len(target.children)
        for index, one in enumerate(target.children):
            assign(run, one, value[index] if fits else UNKNOWN, scope)
    elif target.kind == "attribute" and len(target.children) == 2:
        owner = run.value(target.children[0], scope)
        name = target.children[1].text
        if isinstance(owner, Part) and name == plain.PREFIX[owner.framework]:
            owner.prefix = value
        elif isinstance(owner, Instance | Part):
            owner.names[name] = value
        elif isinstance(owner, Class):
            owner.scope.names[name] = value
    elif target.kind == "subscript" and len(target.children) == 2:
        owner, key = (run.value(one, scope) for one in target.children)
        if isinstance(owner, dict) and isinstance(key, str | int) and len(owner) < plain.MOST:
            owner[key] = value


def _inner(node: Node) -> Node:
    return node.children[0] if len(node.children) == 1 else node
