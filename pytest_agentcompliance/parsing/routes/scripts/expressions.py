"""What an expression of a script stands for, as far as that is known without running it."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.scripts import calls, classes
from pytest_agentcompliance.parsing.routes.scripts.module import unquoted
from pytest_agentcompliance.parsing.routes.scripts.tree import CLASSES, FUNCTIONS, Node
from pytest_agentcompliance.parsing.routes.scripts.values import (
    VOID,
    Class,
    Function,
    Instance,
    Many,
    Outside,
    Put,
    Router,
    Scope,
    Thing,
    Value,
    View,
    Void,
)

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

LONGEST = 2000  # characters of a known string
_MOST = 500  # items of a list
_ESCAPED = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_CHAINED = frozenset({
    "call_expression", "member_expression", "subscript_expression", "non_null_expression", "parenthesized_expression",
})  # fmt: skip


def value(machine: "Machine", node: Node, scope: Scope, name: str) -> Value:
    """The value of an expression; ``name`` is what it is going to be called."""
    if node.kind in FUNCTIONS:
        made = Function(scope.module, node, scope, name)
        machine.functions.append(made)
        return made
    if node.kind in CLASSES:
        return classes.declare(machine, node, scope, [])
    if node.kind in _INNER:
        return machine.value(node.children[_INNER[node.kind]], scope, name) if node.children else None
    if node.kind == "assignment_expression" and len(node.children) == 2:
        return _assigned(machine, node.children[0], machine.put(node.children[1], scope, name), scope)
    return _TABLE[node.kind](machine, node, scope) if node.kind in _TABLE else None


def given(machine: "Machine", node: Node, scope: Scope) -> list[Value]:
    """The values of a call's arguments."""
    listed = node.first("arguments")
    found: list[Value] = []
    for one in listed.children if listed is not None else ():
        if one.kind == "spread_element" and one.children:
            inner = machine.value(one.children[0], scope)
            found += inner if isinstance(inner, Many) else [None]
        else:
            found.append(machine.value(one, scope))
    return found


def keenly(machine: "Machine", node: Node, scope: Scope) -> list[Value]:
    """The same, where they matter: for what they are given to is run, or is a router."""
    machine.keen += 1
    found = [machine.opened(one) for one in given(machine, node, scope)]
    machine.keen -= 1
    return found


def _string(_: "Machine", node: Node, scope: Scope) -> Value:
    inner = scope.module.text[node.start + 1 : node.end - 1]
    if len(inner) > LONGEST:
        return None
    return _unescaped(inner) if "\\" in inner else inner


def _unescaped(text: str) -> str:
    def letter(one: re.Match[str]) -> str:
        digits = one[1] or one[2] or one[3]
        return chr(min(int(digits, 16), 0x10FFFF)) if digits else "" if one[4] == "\n" else one[4]

    return _ESCAPED.sub(letter, text)


def _name(machine: "Machine", node: Node, scope: Scope) -> Value:
    return machine.name(scope.module.at(node), scope)


def _number(_: "Machine", node: Node, scope: Scope) -> Value:
    text = scope.module.at(node)
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _truth(_machine: "Machine", node: Node, _scope: Scope) -> Value:
    return node.kind == "true"


def _nothing(_machine: "Machine", _node: Node, _scope: Scope) -> Value:
    return VOID


def _template(machine: "Machine", node: Node, scope: Scope) -> Value:
    parts, at = [], node.start + 1
    for one in node.children:
        if one.kind != "template_substitution" or not one.children:
            continue
        inner = machine.value(one.children[0], scope)
        if not isinstance(inner, str | int):
            return None
        parts += [scope.module.text[at : one.start], str(inner)]
        at = one.end
    text = "".join([*parts, scope.module.text[at : node.end - 1]])
    return (_unescaped(text) if "\\" in text else text) if len(text) <= LONGEST else None


def _binary(machine: "Machine", node: Node, scope: Scope) -> Value:
    if len(node.children) != 2:
        return None
    left, right = (machine.value(one, scope) for one in node.children)
    sign = scope.module.text[node.children[0].end : node.children[1].start].strip()
    if sign in ("||", "??"):
        return left if left is not None and not isinstance(left, Void) and left != "" else right
    if sign == "&&":
        return right
    if sign == "+" and isinstance(left, str | int) and isinstance(right, str | int) and str in (type(left), type(right)):
        return f"{left}{right}"[:LONGEST]
    return None


def _ternary(machine: "Machine", node: Node, scope: Scope) -> Value:
    values = [machine.value(one, scope) for one in node.children][1:]
    if any(isinstance(one, str) for one in values):
        return values[0] if len(values) == 2 and values[0] == values[1] else None
    return next((one for one in values if one is not None and one is not VOID), None)


def _last(machine: "Machine", node: Node, scope: Scope) -> Value:
    values = [machine.value(one, scope) for one in node.children]
    return values[-1] if values else None


def _unary(machine: "Machine", node: Node, scope: Scope) -> Value:
    _last(machine, node, scope)


def _assigned(machine: "Machine", target: Node, said: Value, scope: Scope) -> Value:
    if target.kind == "identifier":
        name = scope.module.at(target)
        found = scope.find(name)
        if found is not None and said is not None:
            found.names[name] = said
    elif target.kind == "member_expression" and len(target.children) == 2:
        aim, key = machine.value(target.children[0], scope), scope.module.at(target.children[1])
        if isinstance(aim, Thing | Instance | Class) and (said is not None or key not in aim.fields):
            aim.fields[key] = said
    elif target.kind in ("object_pattern", "array_pattern"):
        from pytest_agentcompliance.parsing.routes.scripts import statements  # the two need one another

        statements.bind(machine, target, said, scope)
    return None if isinstance(said, Put) else said


def _object(machine: "Machine", node: Node, scope: Scope) -> Value:
    made = Thing()
    for one in node.children:
        if one.kind == "pair" and len(one.children) == 2:
            key = _key(machine, one.children[0], scope)
            inner = machine.put(one.children[1], scope, key)
            made.open |= not key
            made.fields |= {key: inner} if key else {}
        elif one.kind == "shorthand_property_identifier":
            made.fields[scope.module.at(one)] = machine.put(one, scope)
        elif one.kind == "method_definition" and one.children:
            key = _key(machine, one.children[0], scope)
            made.fields[key] = method = Function(scope.module, one, scope, key, made)
            machine.functions.append(method)
        elif one.kind == "spread_element" and one.children:
            inner = machine.value(one.children[0], scope)
            made.open |= not isinstance(inner, Thing) or inner.open
            made.fields |= inner.fields if isinstance(inner, Thing) else {}
    return made


def _key(machine: "Machine", node: Node, scope: Scope) -> str:
    if node.kind == "computed_property_name":
        said = machine.value(node.children[0], scope) if node.children else None
        return said if isinstance(said, str) else ""
    return unquoted(scope.module.at(node))


def _array(machine: "Machine", node: Node, scope: Scope) -> Value:
    made = Many()
    for one in node.children[:_MOST]:
        if one.kind == "spread_element" and one.children:
            inner = machine.value(one.children[0], scope)
            made.open |= not isinstance(inner, Many) or inner.open
            made += inner[:_MOST] if isinstance(inner, Many) else []
        else:
            made.append(machine.put(one, scope))
    return made


def _new(machine: "Machine", node: Node, scope: Scope) -> Value:
    of = machine.value(node.children[0], scope) if node.children else None
    if isinstance(of, Class):
        return machine.instance(of, keenly(machine, node, scope))
    if isinstance(of, Outside):
        return calls.outside(machine, of, given(machine, node, scope), node, scope)
    if of is None and node.children and scope.module.at(node.children[0]) in ("Map", "Set"):
        return next(iter(given(machine, node, scope)), None)
    return None


def _chain(machine: "Machine", node: Node, scope: Scope) -> Value:
    """Members and calls of members from the left to the right: a chain may be longer than any depth."""
    links: list[Node] = []
    while node.kind in _CHAINED and node.children:
        links.append(node)
        node = node.children[0]
    said = machine.value(node, scope) if node.kind != "import" else Outside("", "import")
    name = scope.module.at(node) if node.kind in ("identifier", "this", "import", "super") else ""
    links.reverse()
    index = 0
    while index < len(links) and machine.steps <= machine.limit:
        link = links[index]
        machine.steps += 1
        after = links[index + 1] if index + 1 < len(links) else None
        if link.kind == "member_expression" and after is not None and after.kind == "call_expression":
            key = scope.module.at(link.children[-1])
            said, name = calls.method(machine, said, key, calls.Called(after, scope, f"{name}.{key}")), ""
            index += 1
        elif link.kind == "subscript_expression" and after is not None and after.kind == "call_expression":
            said, name = _indexed(machine, link, said, calls.Called(after, scope, "")), ""
            index += 1
        else:
            said, name = _link(machine, link, said, name, scope)
        index += 1
    return said


def _indexed(machine: "Machine", link: Node, said: Value, called: "calls.Called") -> Value:
    """``app[method](...)``: a method of a router is what it is called, if that is known."""
    key = machine.value(link.children[1], called.scope) if len(link.children) == 2 else None
    if isinstance(said, Router | View):
        if isinstance(key, str):
            return calls.method(machine, said, key, called)
        machine.doubt(called.scope.module, called.node.start, "which method of a router is called is only known when it runs")
        return said
    member = machine.member(said, str(key)) if isinstance(key, str | int) else None
    return calls.call(machine, member, called)


def _link(machine: "Machine", link: Node, said: Value, name: str, scope: Scope) -> tuple[Value, str]:
    """One link of a chain after what stands before it; and by what name it is known."""
    if link.kind == "call_expression":
        return calls.call(machine, said, calls.Called(link, scope, name)), ""
    if link.kind == "member_expression":
        key = scope.module.at(link.children[-1])
        return machine.member(said, key), f"{name}.{key}"
    if link.kind == "subscript_expression" and len(link.children) == 2:
        inner = machine.value(link.children[1], scope)
        return machine.member(said, str(inner)) if isinstance(inner, str | int) else None, ""
    return said, name


_INNER = {
    "await_expression": 0, "as_expression": 0, "satisfies_expression": 0, "yield_expression": 0, "type_assertion": -1,
}  # fmt: skip
_TABLE: dict[str, Callable[["Machine", Node, Scope], Value]] = {
    "string": _string, "identifier": _name, "shorthand_property_identifier": _name, "this": _name, "super": _name,
    "number": _number, "true": _truth, "false": _truth, "null": _nothing, "undefined": _nothing, "template_string": _template,
    "binary_expression": _binary, "ternary_expression": _ternary, "sequence_expression": _last, "unary_expression": _unary,
    "object": _object, "array": _array, "new_expression": _new, **dict.fromkeys(_CHAINED, _chain),
}  # fmt: skip
