"""The functions that nothing at a top level calls: those that make applications, and those that are given one."""

import re
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.scripts.tree import Node
from pytest_agentcompliance.parsing.routes.scripts.values import Class, Function, Router, Value

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

_MAKES = re.compile(r"\bexpress\(\)|\bRouter\(|\b[fF]astify\(|\bnew \w*Hono\b|\bNestFactory\b|\bcreate\w*(?:App|Server)\b|"
                    r"\bbuild\w*(?:App|Server)\b|\bsetGlobalPrefix\(")  # fmt: skip
_TYPES = {
    "FastifyInstance": "fastify", "Express": "express", "Application": "express", "Router": "express", "IRouter": "express",
    "Hono": "hono", "OpenAPIHono": "hono",
}  # fmt: skip
_NAMES = {"fastify": "fastify", "app": "express", "router": "express"}
_VERB = re.compile(r"\.(?:get|post|put|patch|delete|all|use|route|register)\s*[(<]")
MOST = 3000


def run(machine: "Machine") -> None:
    """Call them, the makers first; what they are given is not known, or is a router that nothing mounts."""
    for given in (False, True):
        for _ in range(3):
            classes = [one for one in machine.classes[:MOST] if not one.made and not given and _worth(one)]
            for one in classes:
                machine.limit = machine.steps + 20_000
                with machine.apart(one.module):
                    instance = machine.instance(one, [None] * 8)
                    for member, _ in one.members:
                        name = member.first("property_identifier")
                        if member.kind == "method_definition" and name is not None:
                            machine.member(instance, one.module.at(name))
            waiting = [one for one in machine.functions[:MOST] if one.node not in machine.ran and _calls(machine, one, given=given)]
            if not waiting and not classes:
                break


def _worth(of: Class) -> bool:
    return of.module.candidate and _MAKES.search(of.module.text, of.node.start, of.node.end) is not None


def _calls(machine: "Machine", function: Function, *, given: bool) -> bool:
    module, node = function.module, function.node
    text = module.text[node.start : min(node.end, node.start + 100_000)]
    values = _parameters(function) if given and _VERB.search(text) else []
    if not module.candidate or not (any(values) if given else _MAKES.search(text)):
        return False
    machine.limit = machine.steps + 50_000
    machine.routers += [one for one in values if isinstance(one, Router)]
    with machine.apart(module):
        machine.call(function, values or [None] * 8)
    return True


def _parameters(function: Function) -> list[Value]:
    """What a function is given, as far as its parameters' names and types say."""
    listed = function.node.first("formal_parameters")
    heads = listed.children if listed is not None else function.node.children[:1]
    found: list[Value] = []
    for one in heads:
        kind = _kind(one, function)
        found.append(Router(kind, False, function.module, function.node.start) if kind in ("express", "fastify", "hono") else None)
    return found


def _kind(node: Node, function: Function) -> str:
    module = function.module
    for note in node.aside:
        if note.kind == "type_annotation" and note.children:
            return _TYPES.get(module.at(note.children[0]), "")
    inner = node if node.kind == "identifier" else node.first("identifier")
    if inner is None or function.node.kind == "method_definition":
        return ""
    return _NAMES.get(module.at(inner), "")
