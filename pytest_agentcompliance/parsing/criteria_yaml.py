"""The criteria of a story that is YAML, or that stand in the YAML at its head, line by line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_agentcompliance.parsing import markdown, references
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.references import Key

LONGEST = 2_000  # characters of a line that are looked at

_YAML = late(r"^(\s*)(?:acceptance_?criteria|acs|success_criteria|requirements)\s*:\s*(?:#.*)?$", re.IGNORECASE)
_YAML_ITEM = late(r"^(\s*)(?:-\s+)?(?:id\s*:\s*)?[\"']?(.*?)[\"']?\s*$")


@dataclass(frozen=True, slots=True)
class Item:
    """One criterion; ``counted``: it has no id, and its place in the list stands for one."""

    key: Key
    id: str
    text: str
    line: int
    counted: bool


def items(text: str, most: int) -> Iterator[Item]:
    """The criteria of a story that is YAML, or of the YAML at its head: items of text, mappings with an ``id``, or keys."""
    indent: int | None = None
    item: int | None = None  # the indentation of the list's items
    place = 0
    for number, whole in enumerate(markdown.NEWLINE.split(text), 1):
        row = whole[:LONGEST]
        if place >= most:
            return
        if (label := _YAML.match(row)) and indent is None:
            indent, item = len(label[1]), None
            continue
        stripped = row.strip()
        if indent is None or not stripped or stripped.startswith("#"):
            continue
        depth, dash = len(row) - len(row.lstrip()), stripped.startswith("- ")
        if depth < indent or (depth == indent and not dash):
            if place:
                return
            indent = None
            continue
        if item is None:
            item = depth
        said = _YAML_ITEM.match(row)
        if depth != item or said is None:
            continue
        names, end = references.begins(said[2])
        key = names[0].first if names else Key("AC", (place + 1,))
        if names or dash:
            place += 1
            rest = said[2][end:].lstrip("\"': –—-.")
            yield Item(key, names[0].written if names else str(key), rest[:300], number, counted=not names)
