"""The classes of a script: their members, what ``new`` makes of them, what they inherit."""

import re
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.scripts.module import unquoted
from pytest_agentcompliance.parsing.routes.scripts.tree import Node
from pytest_agentcompliance.parsing.routes.scripts.values import VOID, Class, Function, Instance, Scope, Value

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

_FIELDS = frozenset({"public_field_definition", "field_definition"})
_STATIC = re.compile(r"(?:(?:public|private|protected|readonly)\s+)*static\s")
_KEPT = re.compile(r"(?:@\w+\([^()]*\)\s*)*(?:private|public|protected|readonly)\s")
_ASIDE = ("decorator", "accessibility_modifier")
_ANCESTORS = 5


def declare(machine: "Machine", node: Node, scope: Scope, decorators: list[Node]) -> Class:
    """A class as a value, under its name."""
    head, body = node.first("type_identifier", "identifier"), node.first("class_body")
    members: list[tuple[Node, list[Node]]] = []
    notes: list[Node] = []
    for one in body.children if body is not None else ():
        if one.kind == "decorator":
            notes.append(one)
        elif one.kind == "method_definition" or one.kind in _FIELDS:
            members.append((one, [*notes, *(child for child in one.children if child.kind == "decorator")]))
            notes = []
    own = [*decorators, *(one for one in node.children if one.kind == "decorator")]
    made = Class(scope.module, node, scope, scope.module.at(head) if head is not None else "", own, members)
    if (heritage := node.first("class_heritage")) is not None and heritage.children:
        clause = heritage.children[0]
        aim = clause.children[0] if clause.kind == "extends_clause" and clause.children else clause
        made.above = machine.value(aim, scope)
    if made.name:
        scope.names[made.name] = made
    machine.classes.append(made)
    for one, _ in members:
        if _STATIC.match(scope.module.text, one.start, one.start + 100):
            key, value = _member(machine, one, made)
            made.fields[key] = value
    return made


def _member(machine: "Machine", node: Node, this: Class | Instance, of: Class | None = None) -> tuple[str, Value]:
    """The name of a member, and its value for a class or an instance."""
    parts = [one for one in node.children if one.kind not in _ASIDE]
    if not parts:
        return "", None
    of = of or (this.of if isinstance(this, Instance) else this)
    key = unquoted(of.module.at(parts[0]))
    scope = Scope(of.scope, of.module)
    scope.names["this"] = this
    if node.kind == "method_definition":
        made = Function(of.module, node, scope, key, this)
        machine.functions.append(made)
        return key, made
    return key, machine.put(parts[1], scope, key) if len(parts) > 1 else None


def build(machine: "Machine", made: Instance, of: Class, given: list[Value], depth: int = 0) -> None:
    """What a constructor does, that of a class above first where it has none of its own."""
    constructor = next((one for one, _ in of.members if one.kind == "method_definition" and named(one, of) == "constructor"), None)
    if constructor is None and isinstance(of.above, Class) and depth < _ANCESTORS:
        build(machine, made, of.above, given, depth + 1)
    scope = Scope(of.scope, of.module)
    scope.names |= {"this": made, "super": of.above}
    listed = constructor.first("formal_parameters") if constructor is not None else None
    for index, one in enumerate(listed.children if listed is not None else ()):
        from pytest_agentcompliance.parsing.routes.scripts import statements  # the two need one another

        statements.bind(machine, one, given[index] if index < len(given) else VOID, scope)
        inner = one.first("identifier")
        if inner is not None and _KEPT.match(of.module.text, one.start, one.end):
            made.fields[of.module.at(inner)] = scope.names.get(of.module.at(inner))
    for one, _ in of.members:
        if one.kind in _FIELDS:
            key, value = _member(machine, one, made, of)
            if value is not None or key not in made.fields:
                made.fields[key] = value
    body = constructor.first("statement_block") if constructor is not None else None
    if body is not None:
        machine.returns.append([])
        machine.block(machine.inside(body), scope)
        machine.returns.pop()


def inherited(machine: "Machine", value: Instance, of: Class, key: str, depth: int = 0) -> Value:
    """A method of an instance, or what a getter gives."""
    for one, _ in of.members:
        if one.kind == "method_definition" and named(one, of) == key:
            _, found = _member(machine, one, value, of)
            head = next(child for child in one.children if child.kind not in _ASIDE)
            if "get" in of.module.text[one.start : head.start].split():
                return machine.call(found, [])
            value.fields[key] = found
            return found
    above = of.above
    return inherited(machine, value, above, key, depth + 1) if isinstance(above, Class) and depth < _ANCESTORS else None


def named(member: Node, of: Class) -> str:
    """The name of a member."""
    head = next((one for one in member.children if one.kind not in _ASIDE), None)
    return unquoted(of.module.at(head)) if head is not None else ""
