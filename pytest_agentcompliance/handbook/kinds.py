"""The types of a JSON schema in words."""

from collections.abc import Callable, Mapping
from typing import Any

from pytest_agentcompliance.handbook import values
from pytest_agentcompliance.reporters.markup import code

WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
WORDS |= {"null": "nothing", "object": "mapping"}
FORMATS = {"date": "date", "byte": "text in base64"}


def kind(about: Mapping[str, Any], defs: Mapping[str, Any], named: Callable[[str], str] | None = None) -> str:
    """A type in words. ``named`` says how a definition is called where it has a place of its own to be told of."""
    if ref := about.get("$ref"):
        name = str(ref).rpartition("/")[2]
        if named and defs[name].get("properties"):
            return named(name)
        return kind(defs.get(name, {}), defs, named)
    for several in ("anyOf", "oneOf"):
        if several in about:
            return " or ".join(dict.fromkeys(kind(one, defs, named) for one in about[several]))
    if "const" in about:
        return f"always {code(values.shown(about['const']))}"
    if "enum" in about:
        return "one of " + ", ".join(code(values.shown(one)) for one in about["enum"])
    of = about.get("type", "")
    if isinstance(of, list):
        return " or ".join(kind({**about, "type": one}, defs, named) for one in of)
    if of == "array":
        items: Mapping[str, Any] = about.get("items") or next(iter(about.get("prefixItems", ())), {})
        return f"list of {kind(items, defs, named)}"
    if of == "object" and isinstance(about.get("additionalProperties"), dict):
        return f"mapping of text to {kind(about['additionalProperties'], defs, named)}"
    if of == "object" and about.get("properties"):
        return f"mapping with {', '.join(code(word) for word in about['properties'])}"
    return FORMATS.get(str(about.get("format", "")), WORDS.get(str(of), "any"))
