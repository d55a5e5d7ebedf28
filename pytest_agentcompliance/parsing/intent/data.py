"""Promises that an intent states as data: lists in a fence of YAML or JSON."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from pytest_agentcompliance.parsing.intent import ids
from pytest_agentcompliance.parsing.intent.record import Kind, Promise
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence, documents

_LISTS: dict[str, Kind] = {
    "promises": "promise", "user_promises": "promise", "core_promises": "promise", "important_promises": "promise",
    "guarantees": "promise", "commitments": "promise", "new_promises": "promise", "must_do": "promise", "must_not_do": "never",
    "invariants": "invariant", "core_invariants": "invariant", "contracts": "contract", "behavioral_contracts": "contract",
    "anti_behaviors": "never", "anti_behaviours": "never", "anti_promises": "never", "deprecated_promises": "retired",
}  # fmt: skip
_TEXTS = (
    "promise", "statement", "guarantee", "commitment", "invariant", "then", "never", "text", "description", "title",
    "name", "summary",
)  # fmt: skip
_STATES = frozenset(("deprecated", "removed", "retired", "withdrawn"))
_KEY = re.compile(r"\s{0,20}(?P<dash>-\s{1,4})?(?P<key>[A-Za-z_]{2,30}):(?P<value>\s.*|)$")
DEEPEST = 6
MOST = 500  # of one document
_LONGEST = 1_000


def read(text: str, offset: int) -> list[Promise] | None:
    """The promises of a fence whose first line has the number ``offset`` + 1; None where it is broken."""
    found = documents(text)
    if found is None:
        return list(islice(_by_line(text, offset), MOST)) or None
    return [one for root in found for one in _within(root, offset, 0)][:MOST]


def _by_line(text: str, offset: int) -> Iterator[Promise]:
    """What a fence that is not valid still says line by line: the form that intents are written in lets values open with ``>``."""
    kind: Kind | None = None
    open_: Promise | None = None
    for number, row in enumerate(text.split("\n"), offset + 1):
        hit = _KEY.match(row[:_LONGEST])
        if hit is None:
            if open_ is not None and row.strip():
                open_ = replace(open_, details=(*open_.details, row.strip(" -")[:_LONGEST])[:100])
            continue
        word, value = hit["key"].lower(), hit["value"].strip().strip("\"'").strip()
        if (hit["dash"] and word == "id") or (not value and word in _LISTS):
            if open_ is not None and open_.text:
                yield open_
            open_ = None
        if not value and word in _LISTS:
            kind = _LISTS[word]
        elif kind is not None and hit["dash"] and word == "id":
            open_ = Promise(value[:60], "", number, kind)
        elif open_ is not None and not open_.text and word in _TEXTS:
            open_ = replace(open_, text=value)
        elif open_ is not None and value:
            open_ = replace(open_, details=(*open_.details, value)[:100])
    if open_ is not None and open_.text:
        yield open_


def _within(node: Node, offset: int, depth: int) -> Iterator[Promise]:
    if depth > DEEPEST:
        return
    if isinstance(node, Sequence):
        for one in node.items:
            yield from _within(one, offset, depth + 1)
    elif isinstance(node, Mapping):
        for key, value in node.items:
            kind = _LISTS.get(re.sub(r"[\W_]+", "_", key.text.lower()[:60]))
            if kind is None:
                yield from _within(value, offset, depth + 1)
            else:
                yield from _listed(value, kind, offset)


def _listed(node: Node, kind: Kind, offset: int) -> Iterator[Promise]:
    if isinstance(node, Sequence):
        for one in node.items:
            if isinstance(one, Mapping):
                yield from _mapping(one, kind, offset, "")
            elif isinstance(one, Scalar) and one.text.strip():
                named = ids.opening(one.text)
                name, text = (named[0].written, named[1]) if named else ("", one.text)
                if text.strip():  # an id alone names a promise that stands elsewhere
                    yield Promise(name, text[:_LONGEST].strip(), one.line + offset, kind)
    elif isinstance(node, Mapping):
        for key, value in node.items:
            if isinstance(value, Mapping):
                yield from _mapping(value, kind, offset, key.text)
            elif isinstance(value, Scalar) and value.text.strip():
                yield Promise(key.text[:60], value.text[:_LONGEST].strip(), key.line + offset, kind)


def _mapping(node: Mapping, kind: Kind, offset: int, name: str) -> Iterator[Promise]:
    given = {key.text.strip().lower(): value for key, value in node.items}
    first = node.items[0] if node.items else None
    if first is not None and len(node.items) == 1 and isinstance(first[1], Scalar) and ids.opening(first[0].text):
        yield Promise(first[0].text[:60], first[1].text[:_LONGEST].strip(), node.line + offset, kind)  # - PRM-001: Auto-save
        return
    text = next((value.text for word in _TEXTS if isinstance(value := given.get(word), Scalar) and value.text.strip()), "")
    written = given.get("id")
    known = written.text if isinstance(written, Scalar) else name
    if not text and not name:
        return
    status = given.get("status")
    retired = isinstance(status, Scalar) and status.text.strip().lower() in _STATES
    details = tuple(detail for detail in _texts(Mapping(node.items, node.line), 0) if detail not in (text, known))[:100]
    yield Promise(known[:60], (text or name)[:_LONGEST].strip(), node.line + offset, "retired" if retired else kind, details)


def _texts(node: Node, depth: int) -> Iterator[str]:
    if isinstance(node, Scalar):
        if len(node.text) > 2:
            yield from (row.strip()[:_LONGEST] for row in node.text.split("\n")[:20] if row.strip())
    elif depth < DEEPEST:
        for one in node.items if isinstance(node, Sequence) else (value for _, value in node.items):
            yield from _texts(one, depth + 1)
