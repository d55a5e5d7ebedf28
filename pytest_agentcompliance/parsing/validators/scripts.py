"""Schemas of JavaScript and TypeScript: objects of Zod, Yup and Joi, classes of class-validator."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.routes.python.tree import Node
from pytest_agentcompliance.parsing.routes.python.tree import read as read_tree
from pytest_agentcompliance.parsing.validators import Field, Library, Shape

_SIGNS = re.compile(
    r"\b(?:object|strictObject|looseObject)\s*\(|@(?:Is[A-Z]|Min|Max|Length|Matches|Validate|Array)[A-Za-z]{0,40}\("
)
_MARK = re.compile(r"(?i:object)|@")  # one of these stands in each schema
_MADE = re.compile(r"(?:(z|zod|yup|y|joi)\.)?(?:object|strictObject|looseObject|object\([^()]{0,50}\)\.keys)", re.IGNORECASE)
_LIBRARY: dict[str, Library] = {"z": "zod", "zod": "zod", "y": "yup", "yup": "yup", "joi": "joi"}
_KINDS = {
    "string": "string email url uuid uuidv4 cuid cuid2 ulid nanoid guid hostname ip ipv4 ipv6 base64 jwt emoji IsString IsEmail "
    "IsUUID IsUrl IsIP IsPhoneNumber Length MinLength MaxLength Matches IsJWT IsAlpha IsAlphanumeric IsMongoId",
    "number": "number int int32 float32 float64 bigint integer port IsNumber IsInt IsPositive Min Max IsDecimal",
    "boolean": "boolean bool stringbool IsBoolean",
    "date": "date iso IsDate IsDateString IsISO8601",
    "array": "array tuple set IsArray ArrayMinSize ArrayMaxSize ArrayNotEmpty",
    "object": "object strictObject looseObject record map IsObject ValidateNested",
    "enum": "enum nativeEnum literal valid IsEnum IsIn",
}
_KIND = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_CALLED = re.compile(r"\b(?:z|zod|yup|y|joi)\.(?:coerce\.)?(\w{1,40})|^(\w{1,40})\(", re.IGNORECASE)
_OPTIONAL = re.compile(r"\.(?:optional|nullish|default|notRequired|catch)\(|\boptional\(")
_DECORATOR = re.compile(r"@(\w{1,60})")
_LONGEST = 4000  # characters of a value that are looked at


def read(path: str, text: str, name: str) -> tuple[Shape, ...] | None:
    """The schemas of a text; None where the grammar cannot say."""
    if not _SIGNS.search(text):
        return ()
    source = read_tree(path, text, name)
    return None if source is None else tuple(_below(source.root, "", False, source.line))


def _below(root: Node, name: str, inner: bool, line: Lines) -> Iterator[Shape]:
    """The schemas in a node, in order. ``name`` is that of the variable whose value it begins."""
    marks = [found.start() for found in _MARK.finditer(root.source)]
    waiting = [(root, name, inner)]
    while waiting:
        node, name, inner = waiting.pop()
        if node.kind == "call_expression" and (made := _object(node, name, inner, line)):
            yield made
            name, inner = "", True
        elif node.kind == "class_declaration" and (made := _class(node, line)):
            yield made
        below = []
        for index, one in enumerate(node.children):
            if not one.has(marks):
                continue
            known = ""
            if node.kind == "variable_declarator":
                known = node.children[0].text if index and node.children[0].kind == "identifier" else ""
            elif index == 0 and node.kind in ("call_expression", "member_expression", "as_expression", "satisfies_expression"):
                known = name  # z.object({...}).strict()
            below.append((one, known, inner))
        waiting += reversed(below)


def _object(node: Node, name: str, inner: bool, line: Lines) -> Shape | None:
    """``z.object({...})``, ``yup.object().shape({...})``, ``Joi.object({...})``."""
    if len(node.children) < 2 or node.children[-1].kind != "arguments":
        return None
    function = "".join(node.children[0].text[:200].split())
    shaped = function.endswith((").shape", ").keys")) and _MADE.match(function) is not None
    made = _MADE.fullmatch(function) if not shaped else _MADE.match(function)
    given = node.children[-1].first("object")
    if made is None or given is None or given is not node.children[-1].children[0]:
        return None
    fields, bases = [], []
    for one in given.children:
        if one.kind == "pair" and len(one.children) == 2:
            fields.append(_field(one.children[0].text.strip("\"'`"), one.children[1].text[:_LONGEST]))
        elif one.kind == "shorthand_property_identifier":
            fields.append(Field(one.text, "other", False))
        elif one.kind == "spread_element":
            bases.append(one.text.lstrip(". ")[:100])
    library = _LIBRARY[made[1].lower()] if made[1] else "yup"
    return Shape(library, name, line(node.start), tuple(fields), tuple(bases), inner)


def _field(name: str, value: str) -> Field:
    found = _CALLED.search(value.strip())
    kind = _KIND.get(found[1] or found[2], "other") if found is not None else "other"
    return Field(name, kind, _OPTIONAL.search(value) is not None)


def _class(node: Node, line: Lines) -> Shape | None:
    """A class whose fields have decorators of class-validator."""
    body = node.first("class_body")
    if body is None or node.children[0].kind not in ("type_identifier", "decorator"):
        return None
    name = node.first("type_identifier")
    fields, checked = [], False
    before: list[str] = []  # decorators may stand beside their field
    for one in body.children:
        if one.kind == "decorator":
            before.append(one.text)
        elif one.kind == "public_field_definition" and (own := one.first("property_identifier")) is not None:
            said = [*before, *(each.text for each in one.children if each.kind == "decorator")]
            words = [found[1] for each in said if (found := _DECORATOR.match(each))]
            kind = next((_KIND[word] for word in words if word in _KIND), "other")
            checked = checked or any(word in _KIND or word in ("IsNotEmpty", "IsOptional") for word in words)
            optional = "IsOptional" in words or one.source[own.end : own.end + 1] == "?"
            fields.append(Field(own.text, kind, optional))
            before = []
        else:
            before = []
    heritage = node.first("class_heritage")
    base = heritage.text.removeprefix("extends").strip()[:100] if heritage is not None else ""
    if name is None or not checked:
        return None
    return Shape("class-validator", name.text, line(name.start), tuple(fields), (base,) if base else ())
