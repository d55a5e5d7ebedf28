"""What a handler is guarded by, which status codes it states, and which model its input is held to."""

import re
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.python import plain
from pytest_agentcompliance.parsing.routes.python.tree import Node
from pytest_agentcompliance.parsing.routes.python.values import Arguments, Called, Class, External, Function, Value

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.python.running import Run

_DEPENDS = frozenset({"Depends", "Security"})
_NO_BODY = frozenset({"Query", "Path", "Header", "Cookie", "Form", "File"}) | _DEPENDS
_DECLARES = re.compile(r"\.(?:get|post|put|patch|delete|head|options|trace|route|api_route|arguments|response|websocket)$")
_STATED = re.compile(r"(?:Exception|Error|Response|abort|make_response|jsonify)$")
_FIRST = re.compile(r"(?:Exception|Error|abort)$")  # what says its status code first
# Packages whose types are no bodies: values, connections, what the framework itself gives.
_TYPES = frozenset(
    "fastapi starlette sqlalchemy uuid datetime decimal enum pathlib httpx aiohttp redis logging builtins typing".split()  # noqa: SIM905
)
_SIMPLE = frozenset("str int float bool bytes list dict set tuple UUID date datetime Any Annotated Optional List Union".split())  # noqa: SIM905
_LONGEST = 80  # characters of a guard's name


def dotted(node: Node) -> str:
    """The name of what a node calls or names, without arguments."""
    while node.kind in ("call", "decorator", "await", "parenthesized_expression", "type") and node.children:
        node = node.children[0]
    return node.text if node.kind in ("identifier", "attribute") and len(node.text) <= _LONGEST else ""


def dependencies(value: Value) -> list[str]:
    """The names of what a list of ``Depends(...)`` depends on."""
    return [name for one in value if (name := dependency(one))] if isinstance(value, list) else []


def dependency(value: Value) -> str:
    """What ``Depends(...)`` depends on, also within ``Annotated[...]``; empty where a value is none."""
    if not isinstance(value, Called):
        return ""
    if value.of.last == "Annotated":
        return next((name for one, _ in value.arguments.given[1:] if (name := dependency(one))), "")
    if value.of.last not in _DEPENDS:
        return ""
    given = value.arguments.named.get("dependency") or (value.arguments.given[0] if value.arguments.given else None)
    return dotted(given[1]) if given is not None else ""


def stated(given: Arguments) -> frozenset[int]:
    """The status codes that a declaration states."""
    found = {plain.status(given.get("status_code"))}
    responses = given.get("responses")
    if isinstance(responses, dict):
        found |= {plain.status(one) for one in responses if isinstance(one, int)}
        found |= {plain.status_named(one) for one in responses if isinstance(one, str)}
    return frozenset(found - {0})


def guards(run: "Run", one: Function) -> tuple[str, ...]:
    """Decorators that declare no route, then dependencies of parameters."""
    found = [*one.guards, *(_of_class(one.scope.owner) if one.scope.kind == "class" else ())]
    for decorator in one.decorators:
        name = dotted(decorator)
        if name and not _DECLARES.search(name):
            found.append(name)
    for default, annotation in _parameters(run, one):
        found += filter(None, (dependency(default), dependency(annotation)))
    return tuple(found)


def _of_class(of: Class | None, depth: int = 0) -> list[str]:
    """What the fields of a class that is a view depend on (fastapi_utils' ``cbv``), those of its bases first."""
    if of is None or depth > 20:
        return []
    found = [name for base in of.bases if isinstance(base, Class) for name in _of_class(base, depth + 1)]
    return found + [name for value in of.scope.names.values() if (name := dependency(value))]


def _parameters(run: "Run", one: Function) -> list[tuple[Value, Value]]:
    parameters = one.node.first("parameters")
    found = []
    for each in parameters.children[:100] if parameters is not None else ():
        default = plain.parameter(each)[1]
        annotation = each.first("type")
        if annotation is not None and _is_plain(run, one, annotation):
            annotation = None
        found.append((
            run.value(default, one.scope) if default is not None and default is not annotation else None,
            run.value(annotation, one.scope) if annotation is not None else None,
        ))  # fmt: skip
    return found


def statuses(one: Function) -> frozenset[int]:
    """The status codes that a handler and its decorators state."""
    found: set[int] = set()
    for decorator in one.decorators:
        if dotted(decorator).endswith(".response"):  # flask_smorest, apiflask
            found.update(_codes(decorator.children[0], first=True))
    body = one.node.first("block")
    for node in body.walk() if body is not None else ():
        if node.kind == "call" and len(node.children) == 2 and _STATED.search(name := dotted(node)):
            found.update(_codes(node, first=_FIRST.search(name) is not None))
            if name.endswith("make_response"):
                found.update(_second(node.children[1]))
        elif node.kind == "return_statement" and node.children and node.children[0].kind in ("expression_list", "tuple"):
            found.update(_second(node.children[0]))
        elif node.kind == "assignment" and node.children[0].text.endswith(".status_code") and len(node.children) > 1:
            found.add(plain.status_named(node.children[-1].text))
    return frozenset(found - {0})


def _codes(call: Node, first: bool) -> list[int]:
    if len(call.children) < 2:
        return []
    found = []
    for index, one in enumerate(call.children[1].children):
        if one.kind == "keyword_argument" and len(one.children) == 2 and one.children[0].text in ("status_code", "status", "code"):
            found.append(plain.status_named(one.children[1].text))
        elif index == 0 and first:
            found.append(plain.status_named(one.text))
    return found


def _second(node: Node) -> list[int]:
    return [plain.status_named(node.children[1].text)] if len(node.children) > 1 else []


def body(run: "Run", one: Function) -> str:
    """The name of the model that a handler takes its input as; empty where it names none."""
    for decorator in one.decorators:
        if dotted(decorator).endswith(".arguments") and decorator.children[0].first("argument_list"):
            given = decorator.children[0].children[1].children
            if given:
                return dotted(given[0])
    parameters = one.node.first("parameters")
    written = parameters.children if parameters is not None else ()
    for each, (default, annotation) in zip(written, _parameters(run, one), strict=False):
        node = each.first("type")
        elsewhere = isinstance(default, Called) and default.of.last in _NO_BODY
        if node is None or elsewhere or dependency(default) or dependency(annotation):
            continue
        if name := _model(run, one, node):
            return name
    return ""


def _is_plain(run: "Run", one: Function, annotation: Node) -> bool:
    """Whether a type depends on nothing, as far as its name alone says."""
    if len(annotation.children) != 1 or annotation.children[0].kind != "identifier":
        return False
    name = annotation.text.strip()
    return name in _SIMPLE or not name[:1].isupper() or run.is_model(name, one.scope) is not None


def _model(run: "Run", one: Function, node: Node) -> str:
    """The model that an annotation names, within ``Annotated``, ``list`` and ``| None`` too."""
    for part in list(node.walk())[:30]:
        if part.kind not in ("identifier", "attribute"):
            continue
        name = part.text
        last = name.rpartition(".")[2]
        if last in ("Request", "Response", "Session"):
            return ""
        if last in _SIMPLE or not last[:1].isupper():
            continue
        known = run.is_model(name, one.scope) if part.kind == "identifier" else None
        if known is not None:
            return name if known else ""
        value = run.value(part, one.scope)
        if isinstance(value, Class):
            return name if _is_model(value) else ""
        if isinstance(value, External):
            value_type = value.package in _TYPES or value.last.endswith("Session")
            return "" if value_type or (value.package == "pydantic" and value.last != "BaseModel") else name
        return ""
    return ""


def _is_model(of: Class, depth: int = 0) -> bool:
    """Whether a class is one that Pydantic may fill: it has a base that is no enumeration."""
    if not of.bases or depth > 20:
        return False
    for base in of.bases:
        if isinstance(base, External) and (base.package == "enum" or base.last in ("str", "Enum", "Protocol", "ABC", "Exception")):
            return False
        if isinstance(base, Class):
            return _is_model(base, depth + 1)
    return True
