"""What the statements of a script declare, import, export and run."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.scripts import classes
from pytest_agentcompliance.parsing.routes.scripts.module import Local, unquoted
from pytest_agentcompliance.parsing.routes.scripts.tree import CLASSES, Node
from pytest_agentcompliance.parsing.routes.scripts.values import Class, Function, Later, Many, Scope, Thing, Value, Void

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

_LOOPED = 500  # rounds of a loop over a known list
_DECLARED = ("function_declaration", "generator_function_declaration")
_RUN = ("_statement", "_clause", "_block", "_declaration", "_body", "_case", "_default")
_DEFAULT = re.compile(r"\bdefault\s*$")
_NAMES = ("identifier", "shorthand_property_identifier_pattern")
_SIDE = (".ts", ".js", ".mts", ".mjs", ".cjs")


def hoist(machine: "Machine", nodes: list[Node], scope: Scope) -> None:
    """The functions that are declared among statements."""
    for node in nodes:
        inner = node.children[-1] if node.kind == "export_statement" and node.children else node
        if inner.kind in _DECLARED and inner.children and inner.children[0].kind == "identifier":
            name = scope.module.at(inner.children[0])
            scope.names[name] = made = Function(scope.module, inner, scope, name)
            machine.functions.append(made)


def run(machine: "Machine", node: Node, scope: Scope, decorators: list[Node]) -> None:
    """Run one statement."""
    if node.kind in CLASSES:
        classes.declare(machine, node, scope, decorators)
    elif node.kind in _TABLE:
        _TABLE[node.kind](machine, node, scope)


def _expression(machine: "Machine", node: Node, scope: Scope) -> None:
    for child in node.children:
        machine.value(child, scope)


def _declaration(machine: "Machine", node: Node, scope: Scope) -> None:
    for child in node.children:
        if child.kind == "variable_declarator" and child.children:
            head = child.children[0]
            value = machine.put(child.children[-1], scope, scope.module.at(head)) if len(child.children) > 1 else None
            bind(machine, head, value, scope)


def _return(machine: "Machine", node: Node, scope: Scope) -> None:
    value = machine.value(node.children[0], scope) if node.children else None
    if machine.returns:
        machine.returns[-1].append(value)


def _block(machine: "Machine", node: Node, scope: Scope) -> None:
    machine.block(node.children, scope)


def _branch(machine: "Machine", node: Node, scope: Scope) -> None:
    for child in node.children:
        if child.kind.endswith(_RUN):
            machine.block([child], scope)
        elif node.kind in ("if_statement", "switch_statement"):
            machine.value(child, scope)


def _loop(machine: "Machine", node: Node, scope: Scope) -> None:
    if len(node.children) < 3:
        return
    pattern, over, body = node.children[-3:]
    values = machine.value(over, scope)
    known = isinstance(values, Many) and not values.open
    rounds: list[Value] = list(values[:_LOOPED]) if isinstance(values, Many) else []
    for value in rounds or ([] if known else [None]):
        inner = Scope(scope, scope.module)
        bind(machine, pattern, value, inner)
        machine.block([body], inner)


def _enum(machine: "Machine", node: Node, scope: Scope) -> None:
    body, module = node.first("enum_body"), scope.module
    if body is None or not node.children:
        return
    made = Thing()
    for index, one in enumerate(body.children):
        if one.kind == "enum_assignment" and len(one.children) == 2:
            made.fields[unquoted(module.at(one.children[0]))] = machine.value(one.children[1], scope)
        elif one.kind == "property_identifier":
            made.fields[module.at(one)] = index
    scope.names[module.at(node.children[0])] = made


# Patterns


def bind(machine: "Machine", pattern: Node, value: Value, scope: Scope) -> None:
    """Give the names of a pattern their values."""
    kind, children = pattern.kind, pattern.children
    if kind in _NAMES:
        scope.names[scope.module.at(pattern)] = value
        return
    value = machine.settled(value)
    if kind in ("required_parameter", "optional_parameter"):
        _parameter(machine, pattern, value, scope)
    elif kind in ("assignment_pattern", "object_assignment_pattern") and children:
        if (value is None or isinstance(value, Void)) and len(children) > 1:
            value = machine.value(children[1], scope)
        bind(machine, children[0], value, scope)
    elif kind == "object_pattern":
        _fields(machine, children, value, scope)
    elif kind == "array_pattern":
        _items(machine, children, value, scope)
    elif kind == "rest_pattern" and children:
        bind(machine, children[0], value, scope)


def _parameter(machine: "Machine", pattern: Node, value: Value, scope: Scope) -> None:
    parts = [one for one in pattern.children if one.kind not in ("decorator", "accessibility_modifier")]
    if not parts:
        return
    if value is None or isinstance(value, Void):
        value = machine.value(parts[1], scope) if len(parts) > 1 else _typed(machine, pattern, scope)
    bind(machine, parts[0], value, scope)


def _typed(machine: "Machine", pattern: Node, scope: Scope) -> Value:
    """A parameter of which only its type is known: an instance of the class that the type names."""
    for note in pattern.aside:
        if note.kind == "type_annotation" and note.children and note.children[0].kind == "type_identifier":
            known = machine.name(scope.module.at(note.children[0]), scope)
            if isinstance(known, Class):
                return machine.instance(known, [None] * 8)
    return None


def _fields(machine: "Machine", children: list[Node], value: Value, scope: Scope) -> None:
    taken: set[str] = set()
    for child in children:
        if child.kind == "rest_pattern":
            rest = Thing({key: one for key, one in value.fields.items() if key not in taken}) if isinstance(value, Thing) else None
            bind(machine, child, rest, scope)
            continue
        pair = child.kind == "pair_pattern" and len(child.children) == 2
        head = child.children[0] if child.children else child
        key = unquoted(scope.module.at(head))
        bind(machine, child.children[1] if pair else child, machine.member(value, key), scope)
        taken.add(key)


def _items(machine: "Machine", children: list[Node], value: Value, scope: Scope) -> None:
    items = value if isinstance(value, Many) else None
    for index, child in enumerate(children):
        if child.kind == "rest_pattern":
            bind(machine, child, Many(items[index:]) if items is not None else None, scope)
        else:
            bind(machine, child, items[index] if items is not None and index < len(items) else None, scope)


# Imports and exports


def _import(machine: "Machine", node: Node, scope: Scope) -> None:
    module = scope.module
    source, clause = node.first("string"), node.first("import_clause")
    required = node.first("import_require_clause")
    if required is not None and len(required.children) == 2:
        wanted = unquoted(module.at(required.children[1]))
        scope.names[module.at(required.children[0])] = Later(module, wanted, "=")
    elif source is not None and clause is None:
        path = machine.places.target(unquoted(module.at(source)), module.path)
        if path.endswith(_SIDE):
            machine.module(path)
    elif source is not None and clause is not None:
        _bring(clause, unquoted(module.at(source)), scope)


def _bring(clause: Node, wanted: str, scope: Scope) -> None:
    module = scope.module
    for child in clause.children:
        if child.kind == "identifier":
            scope.names[module.at(child)] = Later(module, wanted, "default")
        elif child.kind == "namespace_import" and child.children:
            scope.names[module.at(child.children[0])] = Later(module, wanted, "*")
        for one in child.children:
            if one.kind == "import_specifier" and one.children:
                scope.names[module.at(one.children[-1])] = Later(module, wanted, unquoted(module.at(one.children[0])))


def _export(machine: "Machine", node: Node, scope: Scope) -> None:
    module = scope.module
    source, clause = node.first("string"), node.first("export_clause")
    wanted = unquoted(module.at(source)) if source is not None else ""
    whole = source is not None and module.text[node.start + 6 : node.start + 40].lstrip().startswith("*")
    if clause is not None:
        for one in clause.children:
            if one.kind == "export_specifier" and one.children:
                mine, theirs = unquoted(module.at(one.children[0])), unquoted(module.at(one.children[-1]))
                module.exports[theirs] = Later(module, wanted, mine) if source is not None else Local(mine)
    elif whole and (space := node.first("namespace_export")) is not None and space.children:
        module.exports[module.at(space.children[0])] = Later(module, wanted, "*")
    elif whole:
        module.stars.append(wanted)
    elif node.children:
        _exported(machine, node, scope)


def _exported(machine: "Machine", node: Node, scope: Scope) -> None:
    module, child = scope.module, node.children[-1]
    head = module.text[node.start : child.start]
    default = _DEFAULT.search(head[-200:]) is not None
    if child.kind in ("lexical_declaration", "variable_declaration"):
        _declaration(machine, child, scope)
        for one in child.children:
            for name in one.children[0].walk() if one.kind == "variable_declarator" and one.children else ():
                if name.kind in _NAMES:
                    module.exports[module.at(name)] = Local(module.at(name))
    elif child.kind in CLASSES:
        made = classes.declare(machine, child, scope, [one for one in node.children[:-1] if one.kind == "decorator"])
        module.exports["default" if default else made.name] = made
    elif child.kind in _DECLARED and child.children[0].kind == "identifier":
        name_of = module.at(child.children[0])
        module.exports["default" if default else name_of] = Local(name_of)
    elif child.kind == "enum_declaration":
        _enum(machine, child, scope)
        module.exports[module.at(child.children[0])] = Local(module.at(child.children[0]))
    elif default:
        module.exports["default"] = machine.put(child, scope, "default")
    elif head.rstrip().endswith("="):
        module.common.fields["exports"] = machine.put(child, scope)


_TABLE: dict[str, Callable[["Machine", Node, Scope], None]] = {
    "expression_statement": _expression, "lexical_declaration": _declaration, "variable_declaration": _declaration,
    "export_statement": _export, "import_statement": _import, "enum_declaration": _enum, "return_statement": _return,
    "statement_block": _block, "switch_body": _block, "for_in_statement": _loop,
    **dict.fromkeys((
        "if_statement", "else_clause", "try_statement", "catch_clause", "finally_clause", "for_statement", "while_statement",
        "do_statement", "switch_statement", "switch_case", "switch_default",
    ), _branch),
}  # fmt: skip
