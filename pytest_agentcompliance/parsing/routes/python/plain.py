"""Values of Python itself: literals, sums of texts and lists, and what their methods give."""

import re
from http import HTTPStatus
from typing import Any

from pytest_agentcompliance.parsing.routes.python.tree import Node
from pytest_agentcompliance.parsing.routes.python.values import UNKNOWN, Arguments, External, Part, Unknown, Value

PREFIX = {"fastapi": "prefix", "flask": "url_prefix"}  # what a router calls its own
MOST = 500  # items of a list
LONGEST = 2000  # characters of a text
BUILTINS = frozenset({"super", "list", "tuple", "sorted", "reversed", "enumerate", "zip", "getattr", "str", "cast", "set"})
_STATUS = re.compile(r"(?:^|\.)HTTP_(\d{3})(?:_|$)|(?:^|\.)HTTPStatus\.([A-Z_]{2,40})(?:\.value)?$")


def literal(node: Node) -> Value:
    """True, False, None, a number."""
    if node.kind == "integer":
        text = node.text.replace("_", "")
        return int(text) if text.isdecimal() and len(text) < 10 else UNKNOWN
    return {"true": True, "false": False}.get(node.kind)


def joined(values: list[Value]) -> Value:
    """One value for several: the part among them, the only one that is known, or unknown where they differ."""
    known = [one for one in values if not isinstance(one, Unknown) and one is not None]
    parts = [one for one in known if isinstance(one, Part)]
    if parts:
        return parts[0]
    if not known:
        return UNKNOWN if any(isinstance(one, Unknown) for one in values) else None
    first = known[0]
    if all(one is first or (type(one) is type(first) and isinstance(one, str | int) and one == first) for one in known[1:]):
        return first
    if all(isinstance(one, list) for one in known):
        return max(known, key=len)
    return UNKNOWN if isinstance(first, str | int) else first


def added(left: Value, right: Value) -> Value:
    """A sum of texts or lists."""
    if isinstance(left, str) and isinstance(right, str) and len(left) + len(right) <= LONGEST:
        return left + right
    if isinstance(left, list) and isinstance(right, list) and len(left) + len(right) <= MOST:
        return left + right
    return UNKNOWN


def items(of: Any) -> list[Value]:
    """What a loop over a list or a dict goes through."""
    return list(of)[:MOST]


def method(of: Any, name: str, given: Arguments) -> Value:
    """What a method of a text, a list or a dict gives."""
    first = given.get("", 0, UNKNOWN)
    if isinstance(of, str):
        if name in ("strip", "rstrip", "lstrip") and (isinstance(first, str) or not given.given):
            return getattr(of, name)(*([first] if given.given else []))
        if name in ("lower", "upper"):
            return getattr(of, name)()
        if name == "join" and isinstance(first, list) and all(isinstance(one, str) for one in first):
            said = of.join(first)
            return said if len(said) <= LONGEST else UNKNOWN
        return UNKNOWN
    if isinstance(of, dict):
        if name == "items":
            return [[key, value] for key, value in of.items()]
        if name in ("values", "keys", "copy"):
            return of.copy() if name == "copy" else list(getattr(of, name)())
        return of.get(first, UNKNOWN) if name == "get" and isinstance(first, str | int) else UNKNOWN
    if name == "append" and given.given and len(of) < MOST:
        of.append(first)
    elif name == "extend" and isinstance(first, list) and len(of) + len(first) <= MOST:
        of.extend(first)
    elif name == "insert" and len(given.given) == 2 and len(of) < MOST:
        of.append(given.given[1][0])
    return UNKNOWN


def builtin(name: str, given: Arguments) -> Value:
    """What a function of Python's own gives."""
    first = given.get("", 0, UNKNOWN)
    if name in ("list", "tuple", "sorted", "reversed", "set"):
        return items(first) if isinstance(first, list | dict) else [] if not given.given else UNKNOWN
    if name == "enumerate" and isinstance(first, list):
        return [[index, one] for index, one in enumerate(first)]
    if name == "zip" and given.given and all(isinstance(one, list) for one, _ in given.given):
        return [list(one) for one in zip(*(one for one, _ in given.given), strict=False)]
    if name == "str" and isinstance(first, str | int):
        return str(first)
    return given.get("", 1, UNKNOWN) if name == "cast" else UNKNOWN


def status(value: Value) -> int:
    """The status code that a value is; 0 where it is none."""
    if isinstance(value, External):
        return status_named(value.name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599 else 0


def status_named(text: str) -> int:
    """The status code that ``404``, ``status.HTTP_404_NOT_FOUND`` or ``HTTPStatus.NOT_FOUND`` means; 0 where it is none."""
    if text.isdecimal() and len(text) == 3 and 100 <= int(text) <= 599:
        return int(text)
    found = _STATUS.search(text[-120:])
    if found is None:
        return 0
    return int(found[1]) if found[1] else int(getattr(HTTPStatus, found[2], 0))


def parameter(node: Node) -> tuple[str, Node | None]:
    """The name and the default of a parameter."""
    if node.kind == "identifier":
        return node.text, None
    if node.kind in ("default_parameter", "typed_default_parameter") and node.children:
        return node.children[0].text, node.children[-1] if len(node.children) > 1 else None
    if node.kind == "typed_parameter" and node.children:
        return (node.children[0].text, None) if node.children[0].kind == "identifier" else ("", None)
    return "", None


def strings(value: Value) -> tuple[str, ...] | None:
    """A list of texts; None where it is not known."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) and value and all(isinstance(one, str) for one in value) else None
