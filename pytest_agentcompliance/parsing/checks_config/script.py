"""The literals of a JavaScript or TypeScript configuration file as nodes; what is not literal is a plain text of its own."""

from dataclasses import dataclass, field

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence

OPAQUE = "\0code"  # the text of a scalar that stands for code
_KINDS = (
    "object", "array", "pair", "string", "number", "true", "false", "null", "template_string", "identifier", "member_expression",
    "call_expression", "spread_element", "property_identifier", "shorthand_property_identifier", "unary_expression",
    "binary_expression", "ternary_expression", "arrow_function", "regex", "computed_property_name", "method_definition",
)  # fmt: skip
_WRAPS = ("call_expression", "arrow_function")
_DEEPEST = 60


@dataclass(slots=True)
class _Part:
    kind: str
    start: int
    end: int
    parts: "list[_Part]" = field(default_factory=list)


def nodes(text: str, path: str) -> tuple[Node, ...] | None:
    """The outermost objects and arrays of a file, in order, those in calls and functions among them; None where it is not read."""
    language = language_of(path, text)
    if language is None or not language.grammar:
        return None
    found = grammar.find([({"rule": {"any": [{"kind": kind} for kind in _KINDS]}}, [])], language.grammar, text)
    if found is None:
        return None
    line = Lines(text)
    root = _Part("", 0, len(text))
    stack = [root]
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        while stack[-1].end < one.end or stack[-1].end <= one.start:
            stack.pop()
        part = _Part(one.kind, one.start, one.end)
        if len(stack) < _DEEPEST:
            stack[-1].parts.append(part)
            stack.append(part)
    return tuple(_outer(root, text, line))


def _outer(part: _Part, text: str, line: Lines) -> list[Node]:
    if part.kind in ("object", "array"):
        return [_node(part, text, line)]
    return [node for one in part.parts for node in _outer(one, text, line)]


def _node(part: _Part, text: str, line: Lines) -> Node:
    at = line(part.start)
    written = text[part.start : part.end]
    if part.kind == "object":
        items: list[tuple[Scalar, Node]] = []
        for one in part.parts:
            if one.kind == "pair" and len(one.parts) >= 2:
                items.append((_key(one.parts[0], text, line), _node(one.parts[1], text, line)))
            else:
                items.append((Scalar(OPAQUE, line(one.start)), Scalar(OPAQUE, line(one.start))))
        return Mapping(tuple(items), at)
    if part.kind == "array":
        return Sequence(tuple(_node(one, text, line) for one in part.parts), at)
    if part.kind in ("string", "template_string") and "${" not in written:
        return Scalar(written[1:-1], at, plain=False)
    if part.kind in ("number", "true", "false", "null") or (part.kind == "unary_expression" and written[:1] == "-"):
        return Scalar(written, at)
    if part.kind in _WRAPS and part.parts:
        inner = _outer(part, text, line)
        if len(inner) == 1:
            return inner[0]
    return Scalar(OPAQUE, at)


def _key(part: _Part, text: str, line: Lines) -> Scalar:
    written = text[part.start : part.end]
    if part.kind == "string":
        return Scalar(written[1:-1], line(part.start), plain=False)
    if part.kind in ("property_identifier", "number"):
        return Scalar(written, line(part.start))
    return Scalar(OPAQUE, line(part.start))
