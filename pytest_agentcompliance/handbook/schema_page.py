"""The page of a JSON schema: each mapping of a document in a section of its own, with its keys, and an example."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_agentcompliance.handbook import kinds, values
from pytest_agentcompliance.reporters.markup import code, fence, prose, table

LONG = 40  # lines of an example that stands at the end of the page
HEAD = ("key", "type", "default", "what it is")


@dataclass(frozen=True, slots=True)
class Book:
    """What a page says beside the schema. ``examples`` are by the place of the mapping that they show; "" is the whole."""

    title: str
    intro: str
    schema: Mapping[str, Any]
    file: str  # of the published schema
    language: str
    examples: Mapping[str, str]


def page(book: Book) -> str:
    """The page. Every mapping that has keys of its own is told of once, where the document first comes to it."""
    defs = book.schema.get("$defs", {})
    found = places(book.schema)

    def named(name: str) -> str:
        where = found[name]
        return f"[{code(where)}](#{_anchor(where)})"

    printed = f"agent-compliance schema {book.file.split('.')[0]}"
    parts = [f"# {book.title}\n", f"{book.intro}\n", f"JSON schema: [{book.file}](../schemas/{book.file}), or `{printed}`.\n"]
    last = ""
    for name, where in {"": "", **found}.items():
        about = defs[name] if name else book.schema
        parts.append(f"## {code(where) if where else 'The whole'}\n")
        if name and about.get("description"):
            parts.append(f"{prose(str(about['description']))}\n")
        parts.append(table(HEAD, _rows(about, defs, named)))
        example = book.examples.get(where, "")
        if example.count("\n") > LONG:
            last = f"## An example\n\n{fence(example, book.language)}"
        elif example:
            parts.append(fence(example, book.language))
    parts += [last] if last else []
    return "\n".join(parts)


def places(schema: Mapping[str, Any]) -> dict[str, str]:
    """Where each definition that has keys stands in a document, in the order of reading: ``waivers[]``, ``proofs.rerun[]``."""
    defs = schema.get("$defs", {})
    found: dict[str, str] = {}

    def walk(about: Mapping[str, Any], where: str) -> None:
        for word, one in about.get("properties", {}).items():
            for name, place in _named(one, f"{where}.{word}" if where else word, defs):
                if name not in found:
                    found[name] = place
                    walk(defs[name], place)

    walk(schema, "")
    return found


def _named(about: Mapping[str, Any], where: str, defs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The definitions with keys that a value refers to, each with its place."""
    if ref := about.get("$ref"):
        name = str(ref).rpartition("/")[2]
        if defs[name].get("properties"):
            yield name, where
    for one in (*about.get("anyOf", ()), *about.get("oneOf", ())):
        yield from _named(one, where, defs)
    if isinstance(about.get("items"), dict):
        yield from _named(about["items"], f"{where}[]", defs)
    if isinstance(about.get("additionalProperties"), dict):
        yield from _named(about["additionalProperties"], f"{where}.*", defs)


def _rows(about: Mapping[str, Any], defs: Mapping[str, Any], named: Any) -> Iterator[tuple[str, ...]]:
    needed = about.get("required", ())
    for word, one in about.get("properties", {}).items():
        default = "required" if word in needed else "" if one.get("default") is None else code(values.shown(one["default"]))
        kind = kinds.kind(one, defs, named)
        kind = kind if word in needed else kind.replace(" or nothing", "")  # what may be left out need not be null
        yield code(word), kind + _bounds(one), default, _told(one, defs)
    rest = about.get("additionalProperties")
    if isinstance(rest, dict) and about.get("properties"):
        yield "any other", kinds.kind(rest, defs, named), "", prose(str(rest.get("description", "")))


def _told(about: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    """Its description, or that of what it holds."""
    own = about.get("description") or next((str(defs[name].get("description", "")) for name, _ in _named(about, "", defs)), "")
    keys = about.get("propertyNames", {}).get("enum")
    return prose(str(own)) + (f" Keys: {', '.join(code(one) for one in keys)}." if keys else "")


def _bounds(about: Mapping[str, Any]) -> str:
    """The least and the most of a number."""
    low, high = about.get("minimum"), about.get("maximum")
    if low is None and high is None:
        return ""
    return f", from {low}" + (f" to {high}" if high is not None else "") if low is not None else f", up to {high}"


def _anchor(where: str) -> str:
    """As GitHub and MkDocs make it of the heading."""
    return "".join(char for char in where.lower() if char.isalnum() or char in "-_ ").replace(" ", "-")
