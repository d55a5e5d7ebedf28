"""By what names a reader knows the middleware that stands before a route."""

import re
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.scripts.tree import Node
from pytest_agentcompliance.parsing.routes.scripts.values import Class, Function, Many, Outside, Scope, Value

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

_NAME = re.compile(r"(?:this\.)?([A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*)")
_LOADED = re.compile(r"""require\(\s*["']([\w@./-]{1,100})["']\s*\)""")
_INNER = frozenset({"spread_element", "await_expression", "as_expression", "parenthesized_expression", "new_expression"})
_LONGEST = 300


def of(machine: "Machine", node: Node, value: Value, scope: Scope) -> list[str]:
    """The names of what an expression gives: of a list each, of a call that of its function."""
    if node.kind == "array":
        return [name for one in node.children for name in of(machine, one, None, scope)]
    if node.kind in _INNER and node.children:
        return of(machine, node.children[0], value, scope)
    if node.kind in ("arrow_function", "function_expression"):
        return ["<inline>"]
    if node.kind in ("identifier", "member_expression"):
        value = value if value is not None else machine.value(node, scope)
        known = [one for item in value if (one := known_as(item))] if isinstance(value, Many) else []
        if isinstance(value, Many) and known and len(known) == len(value):
            return known
    if (loaded := _LOADED.match(scope.module.text, node.start, min(node.end, node.start + _LONGEST))) is not None:
        return [loaded[1]]
    found = _NAME.match(scope.module.text, node.start, min(node.end, node.start + _LONGEST))
    return [found[1].replace("?.", ".").removesuffix(".bind")[:100]] if found is not None else []


def known_as(value: Value) -> str:
    """The name of a value; empty where it has none."""
    if isinstance(value, Function | Class):
        return value.name or "<inline>"
    return (value.name or value.package) if isinstance(value, Outside) else ""
