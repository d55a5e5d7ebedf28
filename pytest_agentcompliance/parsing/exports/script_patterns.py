"""What the grammars of TypeScript and JavaScript are asked about a module's exports."""

from collections.abc import Mapping
from typing import Any

from pytest_agentcompliance.parsing.exports.symbols import Kind

EXPORTED, LOCAL, FUNCTION, PARAMETER, MEMBER, KEY, LISTED, COMMON = range(8)
KINDS: dict[str, Kind] = {
    "function_declaration": "function", "generator_function_declaration": "function", "class_declaration": "class",
    "abstract_class_declaration": "class", "interface_declaration": "type", "type_alias_declaration": "type",
    "enum_declaration": "enum",
}  # fmt: skip
_TYPED = frozenset({"abstract_class_declaration", "interface_declaration", "type_alias_declaration", "enum_declaration"})
_BUILDER = r"(?:[oO]bject|extend|safeExtend|Table|table|enum|Enum|keyof)$"
_COMMON_TARGET = r"^(module\.)?exports(\.[A-Za-z_$][\w$]*)?$"


def _patterns(typed: bool) -> list[tuple[Mapping[str, Any], list[str]]]:
    """What the grammar is asked; ``typed``: TypeScript's, which alone knows types."""
    exports: dict[str, Any] = {"kind": "export_statement", "inside": {"kind": "program"}}
    top = {"any": [{"kind": "program"}, exports]}
    kinds = [kind for kind in KINDS if typed or kind not in _TYPED]
    named = {"has": {"field": "name", "pattern": "$NAME"}}

    def declared(where: Mapping[str, Any]) -> Mapping[str, Any]:
        constants = [{"kind": kind, "inside": where} for kind in ("lexical_declaration", "variable_declaration")]
        variable = {"kind": "variable_declarator", "inside": {"any": constants}}
        return {"rule": {"any": [variable, *({"kind": kind, "inside": where} for kind in kinds)], **named}}

    constants = {"any": [{"kind": kind, "inside": top} for kind in ("lexical_declaration", "variable_declaration")]}
    assigned = {"kind": "assignment_expression", "inside": {"kind": "expression_statement", "inside": {"kind": "program"}}}
    holder = {"any": [{"kind": "variable_declarator", "inside": constants}, assigned]}
    values = [{"kind": kind, "inside": holder} for kind in ("arrow_function", "function_expression", "generator_function")]
    declarations = [{"kind": kind, "inside": top} for kind in ("function_declaration", "generator_function_declaration")]
    listed = {"kind": "formal_parameters", "inside": {"any": [*values, *declarations]}}
    parameter_kinds = ("required_parameter", "optional_parameter") if typed else (
        "identifier", "object_pattern", "array_pattern", "assignment_pattern", "rest_pattern",
    )  # fmt: skip
    single = {"kind": "identifier", "inside": {"field": "parameter", "any": values}}
    in_class = {"inside": {"kind": "class_body"}}
    in_enum = {"inside": {"kind": "enum_body"}}
    members: list[Mapping[str, Any]] = [{"kind": "method_definition", **in_class, **named}]
    if typed:
        members += [{"kind": kind, **named} for kind in ("property_signature", "method_signature")]
        members += [{"kind": kind, **in_class, **named} for kind in ("public_field_definition", "abstract_method_signature")]
        members += [{"kind": "enum_assignment", **named}, {"kind": "property_identifier", **in_enum}, {"kind": "string", **in_enum}]
    else:
        members.append({"kind": "field_definition", **in_class, "has": {"field": "property", "pattern": "$NAME"}})
    call = {"kind": "call_expression", "has": {"field": "function", "regex": _BUILDER}}
    arguments = {"kind": "arguments", "inside": call}
    in_object = {"inside": {"kind": "object", "inside": arguments}}
    in_list = {"inside": {"kind": "array", "inside": arguments}}
    keys = [
        {"kind": "pair", **in_object, "has": {"field": "key", "pattern": "$NAME"}},
        {"kind": "shorthand_property_identifier", **in_object},
        {"kind": "string", **in_list},
    ]
    clause = {
        "kind": "export_clause",
        "inside": {"kind": "export_statement", "not": {"has": {"field": "source", "kind": "string"}}},
    }
    return [
        (declared(exports), ["NAME"]),
        (declared({"kind": "program"}), ["NAME"]),
        ({"rule": {"any": values}}, []),
        ({"rule": {"any": [single, *({"kind": kind, "inside": listed} for kind in parameter_kinds)]}}, []),
        ({"rule": {"any": members}}, ["NAME"]),
        ({"rule": {"any": keys}}, ["NAME"]),
        ({"rule": {"kind": "export_specifier", "inside": clause}}, []),
        ({"rule": {**assigned, "all": [
            {"has": {"field": "left", "regex": _COMMON_TARGET, "pattern": "$LEFT"}},
            {"has": {"field": "right", "pattern": "$RIGHT"}},
        ]}}, ["LEFT", "RIGHT"]),
    ]  # fmt: skip


TYPED, PLAIN = _patterns(typed=True), _patterns(typed=False)
