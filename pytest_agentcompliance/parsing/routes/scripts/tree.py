"""The syntax tree of a module of JavaScript or TypeScript, rebuilt from one question to the grammar."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.routes.keeping import once

FUNCTIONS = frozenset({
    "arrow_function", "function_expression", "function_declaration", "generator_function", "generator_function_declaration",
    "method_definition",
})  # fmt: skip
CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "class"})
MOST = 200_000  # nodes of one file
DEEPEST = 400  # nodes within nodes
_NAMES = frozenset({"javascript", "typescript", "tsx"})
_KINDS = """
program import_statement import_clause named_imports import_specifier namespace_import export_statement export_clause
export_specifier namespace_export lexical_declaration variable_declaration variable_declarator function_declaration
generator_function_declaration function_expression arrow_function generator_function class_declaration class class_body
method_definition decorator formal_parameters rest_pattern assignment_pattern object_pattern array_pattern pair_pattern
shorthand_property_identifier_pattern object_assignment_pattern statement_block expression_statement return_statement if_statement
else_clause for_statement for_in_statement while_statement do_statement try_statement catch_clause finally_clause switch_statement
switch_body switch_case switch_default call_expression new_expression arguments member_expression subscript_expression
await_expression assignment_expression augmented_assignment_expression binary_expression ternary_expression unary_expression
parenthesized_expression sequence_expression spread_element object pair shorthand_property_identifier computed_property_name array
string template_string template_substitution number true false null undefined regex identifier property_identifier
private_property_identifier this super yield_expression import class_heritage comment
"""
_TYPED = """
import_require_clause abstract_class_declaration public_field_definition required_parameter optional_parameter as_expression
satisfies_expression non_null_expression enum_declaration enum_body enum_assignment type_annotation type_arguments type_parameters
type_identifier accessibility_modifier extends_clause implements_clause interface_declaration type_alias_declaration
"""
_ASIDE = frozenset({
    "type_annotation", "type_arguments", "type_parameters", "implements_clause", "interface_declaration", "type_alias_declaration",
})  # fmt: skip


class Node:
    """One node: its kind, where it stands, and what of it matters. What only says types is ``aside``."""

    __slots__ = ("aside", "children", "end", "kind", "start")

    def __init__(self, kind: str, start: int, end: int) -> None:
        self.kind, self.start, self.end = kind, start, end
        self.children: list[Node] = _LEAF
        self.aside: list[Node] = _LEAF

    def first(self, *kinds: str) -> "Node | None":
        """The first child of such a kind."""
        return next((one for one in self.children if one.kind in kinds), None)

    def walk(self) -> "Iterator[Node]":
        """This node and all below it, in the order of the text."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting += reversed(one.children)


_LEAF: list[Node] = []  # what all have that have none: most nodes


def parse(path: str, text: str, *, full: bool = True) -> tuple[Node, str, int] | None:
    """The tree of a module, its text with blanks for comments, how many nodes; None where the grammar cannot say.

    What is not ``full`` has no statements in its functions: most of a tree is never run, and that is most of its nodes.
    """
    language = language_of(path, text)
    if language is None or language.grammar not in _NAMES:
        return None
    name = language.grammar
    return once(("scripts", path, text, full), lambda: _parsed(name, text, full=full), lambda found: found[2] if found else 0)


def _parsed(name: str, text: str, *, full: bool) -> tuple[Node, str, int] | None:
    said = grammar.nodes(_rules(name, full), name, text)
    if said is None or len(said[0][1]) + len(said[1][1]) > 3 * MOST:
        return None
    (kinds, row), (_, comments) = said
    if not row or kinds[row[0]] != "program":
        return None
    aside = frozenset(number for number, kind in enumerate(kinds) if kind in _ASIDE)
    root = last = Node("program", 0, len(text))
    above = [root]  # the nodes that are open, from outside in
    numbers = iter(row[3:])
    for kind, start, end in zip(numbers, numbers, numbers, strict=True):
        while last is not root and (start >= last.end > last.start or end > last.end):
            above.pop()
            last = above[-1]
        node = Node(kinds[kind], start, end)
        if len(above) >= DEEPEST:
            return None
        if kind in aside:
            last.aside = [*last.aside, node]
        elif last.children is _LEAF:
            last.children = [node]
        else:
            last.children.append(node)
        above.append(node)
        last = node
    return root, _blanked(text, list(zip(comments[1::3], comments[2::3], strict=True))), len(row) // 3


@lru_cache(maxsize=6)
def _rules(name: str, full: bool) -> list[dict[str, Any]]:
    kinds = _KINDS.split() + {
        "javascript": ["field_definition"], "typescript": [*_TYPED.split(), "type_assertion"], "tsx": _TYPED.split(),
    }[name]  # fmt: skip
    rule: dict[str, Any] = {"any": [{"kind": kind} for kind in kinds if kind != "comment"]}
    if not full:
        rule["not"] = {"inside": {"kind": "statement_block", "stopBy": "end"}}  # a block itself stays
    return [rule, {"kind": "comment"}]


def _blanked(text: str, places: list[tuple[int, int]]) -> str:
    """A text with blanks for some places, and with all its lines."""
    parts, at = [], 0
    for start, end in places:
        if start >= at:
            inner = text[start:end]
            parts += [text[at:start], "".join(one if one == "\n" else " " for one in inner) if "\n" in inner else " " * len(inner)]
            at = end
    return "".join([*parts, text[at:]])
