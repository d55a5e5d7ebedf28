"""Endpoints that a plan lists as data: mappings of JSON or YAML with a method and a path, however deep they stand."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.plan import PlanEndpoint, PlanError, PlanField, PlanShape, shapes
from pytest_agentcompliance.parsing.plan.errors import errors
from pytest_agentcompliance.parsing.plan.units import Unit
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence, documents

_MAY = re.compile(r"\b(?:method|verb)[\"']?\s{0,9}:", re.IGNORECASE)
_PLACE = re.compile(r"\b(?:path|url|uri|endpoint|route)[\"']?\s{0,9}:\s{0,9}[\"']?/", re.IGNORECASE)
_VERBS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_METHODS, _PATHS = ("method", "verb", "http_method"), ("path", "url", "uri", "endpoint", "route")
_REQUEST = ("request", "body", "request_body", "requestBody", "input", "payload")
_RESPONSE = ("response", "responses", "output", "returns", "success")
_ERRORS = ("errors", "error_cases", "errorCases", "error_responses", "errorResponses")
_STATUS = ("status", "statusCode", "status_code", "http", "httpStatus", "success_status")
# What the line of a log has, which was written of a call and plans none.
_LOGGED = frozenset({"time", "timestamp", "duration", "duration_ms", "level", "requestid", "request_id", "ip"})
_WITHIN = ("body", "schema", "data", "fields", "properties")
_KIND = re.compile(r"[\w\[\]<>| ?]{0,60}")
MOST = 1000  # endpoints of a fence
DEPTH = 8


def may(unit: Unit) -> bool:
    """Whether a fence looks like such a list."""
    return (
        unit.info in ("json", "jsonc", "json5", "yaml", "yml", "") and _MAY.search(unit.text) is not None
        and _PLACE.search(unit.text) is not None
    )  # fmt: skip


def read(unit: Unit) -> list[PlanEndpoint] | None:
    """Its endpoints; None where its text is broken."""
    known = documents(unit.text)
    if known is None:
        return None
    found: list[PlanEndpoint] = []
    edge: list[tuple[Node, int]] = [(one, 0) for one in reversed(known)]
    while edge and len(found) < MOST:
        node, depth = edge.pop()
        if isinstance(node, Mapping):
            made = _made(node, unit)
            if made is not None:
                found.append(made)
                continue
            below = [value for _, value in node.items]
        elif isinstance(node, Sequence):
            below = list(node.items)
        else:
            continue
        edge += [(one, depth + 1) for one in reversed(below)] if depth < DEPTH else []
    return found


def _get(node: Mapping, names: tuple[str, ...]) -> Node | None:
    return next((found for name in names if (found := node.get(name)) is not None), None)


def _made(node: Mapping, unit: Unit) -> PlanEndpoint | None:
    method, path = _get(node, _METHODS), _get(node, _PATHS)
    if not (isinstance(method, Scalar) and isinstance(path, Scalar)):
        return None
    if any(key.text.lower() in _LOGGED for key, _ in node.items):
        return None
    verb, place = method.text.strip().upper(), path.text.strip()
    if verb not in _VERBS or not re.fullmatch(r"/[^\s]{0,200}", place):
        return None
    response = _get(node, _RESPONSE)
    good: set[int] = set()
    cases: list[PlanError] = []
    for of in (node, response):
        if isinstance(of, Mapping) and isinstance(status := _get(of, _STATUS), Scalar) and re.fullmatch(r"[23]\d\d", status.text):
            good.add(int(status.text))
    if isinstance(response, Mapping):
        # Answers by their statuses, as OpenAPI has them.
        by_status = [(key, value) for key, value in response.items if re.fullmatch(r"[2-5]\d\d", key.text)]
        good |= {int(key.text) for key, _ in by_status if key.text < "400"}
        cases += [PlanError(int(key.text), "", "", unit.line + key.line - 1) for key, _ in by_status if key.text >= "400"]
        if by_status:
            response = next((value for key, value in by_status if key.text < "300"), None)
    cases += _cases(_get(node, _ERRORS), unit)
    request = _shape(_get(node, _REQUEST), unit) if verb != "GET" else None
    line = unit.line + method.line - 1
    return PlanEndpoint(
        verb, place, line, request, _shape(response, unit), frozenset(good), tuple(dict.fromkeys(cases)), unit.section,
        kept=unit.kept,
    )  # fmt: skip


def _shape(node: Node | None, unit: Unit) -> PlanShape | None:
    """The outermost fields of a body: of a mapping of fields, a list of their names, a text that writes an object."""
    many = False
    for _ in range(3):
        if isinstance(node, Mapping) and len(node.items) <= 4 and isinstance(inner := _get(node, _WITHIN), Mapping | Sequence):
            node = inner
    if isinstance(node, Sequence) and len(node.items) == 1 and isinstance(node.items[0], Mapping):
        many, node = True, node.items[0]
    if node is None:
        return None
    line = unit.line + node.line - 1
    if isinstance(node, Mapping):
        fields = tuple(_field(key.text, value) for key, value in node.items if re.fullmatch(r"[A-Za-z_]\w{0,60}\??", key.text))
        return PlanShape(fields[: shapes.MOST], line, many) if fields else None
    if isinstance(node, Sequence):
        names = [one.text for one in node.items if isinstance(one, Scalar)]
        if not names or len(names) != len(node.items) or not all(re.fullmatch(r"[A-Za-z_]\w{0,60}\??", one) for one in names):
            return None
        return PlanShape(tuple(_field(one, None) for one in names[: shapes.MOST]), line)
    return shapes.of_line(node.text[:2000], line, {})


def _field(name: str, value: Node | None) -> PlanField:
    said = value.text if isinstance(value, Scalar) else ""
    optional = True if name.endswith("?") or re.search(r"\boptional\b", said, re.IGNORECASE) else None
    return PlanField(name.rstrip("?"), said[:80] if _KIND.fullmatch(said) else "", optional)


def _cases(node: Node | None, unit: Unit) -> Iterator[PlanError]:
    """The errors of a list of statuses, of codes, of mappings of both, or of a mapping from one to the other."""
    if isinstance(node, Mapping):
        for key, value in node.items:
            said = value.text[:200] if isinstance(value, Scalar) else ""
            yield from errors(f"{key.text[:80]}: {said}", unit.line + key.line - 1)
    for one in node.items if isinstance(node, Sequence) else ():
        line = unit.line + one.line - 1
        if isinstance(one, Scalar):
            yield from errors(one.text, line)
        elif isinstance(one, Mapping):
            said = " ".join(value.text[:200] for _, value in one.items if isinstance(value, Scalar))
            yield from errors(said, line)
