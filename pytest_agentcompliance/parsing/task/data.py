"""A task as YAML or JSON: its mapping, whichever way its keys are spelled."""

from collections.abc import Iterator

from pytest_agentcompliance.parsing.task.said import Said, entries, field_of, plain
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence, documents

# keys of what holds fields
AROUND = frozenset(("task", "tasks", "context", "scope", "scope boundaries", "delegation", "assignment"))
DEEPEST = 6  # mappings within one another that are looked into


def read(text: str, offset: int = 0) -> tuple[Said, ...] | None:
    """The fields of a task; None where the text is no YAML that holds a mapping. ``offset``: lines before the text."""
    found = documents(text.expandtabs(2))
    roots = [one for one in found or () if isinstance(one, Mapping)]
    return tuple(_fields(roots[0], offset, 0)) if roots else None


def _fields(node: Mapping, offset: int, depth: int) -> Iterator[Said]:
    for key, value in node.items:
        name = plain(key.text)
        inner = next((one for one in value.items if isinstance(one, Mapping)), None) if isinstance(value, Sequence) else value
        if name in AROUND and isinstance(inner, Mapping) and depth < DEEPEST:
            yield from _fields(inner, offset, depth + 1)
        elif (known := field_of(key.text)) and not (known[0] == "id" and not isinstance(value, Scalar)):
            empty = isinstance(value, Sequence) and not value.items  # a list of nothing says that there is none
            given = [(key.line, "none")] if empty else _rows(value, key.text if known[0] == "gates" else "")
            rows = [(line + offset, text) for line, text in given]
            yield Said(known[0], key.line + offset, tuple(entries(rows)), known[1])


def _rows(value: Node, name: str = "") -> Iterator[tuple[int, str]]:
    """What a value says, an entry a row: of a list of mappings what each of them says, in one row."""
    if isinstance(value, Scalar):
        rows = value.text.split("\n") if "\n" in value.text.strip() else [value.text]
        yield from ((value.line + at, f"{name}: {row}" if name else row.lstrip("-* ")) for at, row in enumerate(rows))
    elif isinstance(value, Sequence):
        for one in value.items:
            yield from [(one.line, " - ".join(text for _, text in _rows(one)))] if isinstance(one, Mapping) else _rows(one)
    elif name:
        for key, inner in value.items:
            yield from _rows(inner, f"{name} {key.text}")
    else:
        for _, inner in value.items:
            yield from _rows(inner)
