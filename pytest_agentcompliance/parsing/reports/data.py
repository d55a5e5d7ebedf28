"""A report that is JSON as the Markdown that says the same, with the line of the JSON where each of its lines comes from."""

import re
from collections.abc import Iterator
from dataclasses import replace

from pytest_agentcompliance.parsing.markdown import Line, read
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence, documents

DEEPEST = 5  # levels of headings
_FENCE = re.compile(r"^```json[ \t]*\n", re.MULTILINE)
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|[_-]")
_PATHS = ("path", "file", "filename", "file_path", "filepath", "name", "item", "label", "text", "criterion", "check", "skill", "id")
_STATES = ("status", "action", "change", "change_type", "operation", "type", "kind")
_TICKS = ("done", "checked", "ticked", "passed", "met", "complete", "completed", "satisfied", "pass", "value", "status", "result")
_TRUE = frozenset(("true", "yes", "done", "pass", "passed", "met", "complete"))
_FALSE = frozenset(("false", "no", "open", "fail", "failed"))


def lines(text: str) -> list[Line] | None:
    """The lines of a report whose text is JSON, or is but a fence with JSON in it; None for every other."""
    page, offset = _page(text)
    if not page:
        return None
    found = documents(page.expandtabs(2))
    root = found[0] if found else None
    if isinstance(root, Sequence) and len(root.items) == 1:
        root = root.items[0]
    if not isinstance(root, Mapping):
        return None
    rows = list(_mapping(root, 1))
    made = read("\n".join(row for _, row in rows))
    return [replace(line, number=rows[at][0] + offset) for at, line in enumerate(made[: len(rows)])]


def _page(text: str) -> tuple[str, int]:
    start = text.lstrip("\ufeff \t\r\n")
    if start[:1] in ("{", "[") and not start.startswith(("[ ]", "[x]", "[X]")):
        return text, 0
    fence = _FENCE.search(text)
    if fence is None:
        return "", 0
    end = text.find("\n```", fence.end())
    inner = text[fence.end() : end if end >= 0 else len(text)]
    rest = len(text) - len(inner)
    return (inner, text.count("\n", 0, fence.end())) if inner.lstrip().startswith("{") and rest < 400 else ("", 0)


def _mapping(node: Mapping, depth: int) -> Iterator[tuple[int, str]]:
    for key, value in node.items:
        if isinstance(value, Scalar) and value.plain and value.text in ("true", "false") and depth > 1:
            yield key.line, f"- [{'x' if value.text == 'true' else ' '}] {_flat(key.text)}"
            continue
        yield key.line, f"{'#' * min(depth, 6)} {_flat(_WORDS.sub(' ', key.text))}"
        yield from _value(value, depth)


def _value(value: Node, depth: int) -> Iterator[tuple[int, str]]:
    if isinstance(value, Scalar):
        if value.plain and value.text in ("null", "~", ""):
            return
        yield from ((value.line, _flat(row) if row.startswith("#") else row) for row in value.text.split("\n"))
    elif isinstance(value, Sequence):
        if not value.items:
            yield value.line, "None"
        for one in value.items:
            row = _item(one)
            if row:
                yield one.line, f"- {row}"
    elif depth < DEEPEST:
        yield from _mapping(value, depth + 1)


def _item(one: Node) -> str:
    """An entry of a list in one row: of a mapping its path or name first, then its state, then what else it says."""
    if isinstance(one, Scalar):
        return _flat(one.text)
    if isinstance(one, Sequence):
        return ", ".join(filter(None, map(_item, one.items)))
    given = {re.sub(r"\W+", "_", key.text.lower()): value for key, value in one.items}
    name = next((word for word in _PATHS if isinstance(given.get(word), Scalar)), "")
    state = next((word for word in _STATES if word != name and isinstance(given.get(word), Scalar)), "")
    tick = next((word for word in _TICKS if _truth(given.get(word)) is not None), "")
    box = f"[{'x' if _truth(given[tick]) else ' '}] " if tick and name in ("item", "label", "text", "criterion", "check") else ""
    said = [_item(value) for word, value in given.items() if word not in (name, state) and not (box and word == tick)]
    head = _item(given[name]) if name else ""
    aside = f" ({_item(given[state])})" if state and not box else ""
    return box + f"{head}{aside}" + "".join(f" - {text}" for text in said if text)


def _truth(value: Node | None) -> bool | None:
    word = value.text.lower() if isinstance(value, Scalar) else ""
    return True if word in _TRUE else False if word in _FALSE else None


def _flat(text: str) -> str:
    return " ".join(text.split()).lstrip("#>")
