"""Schemas of Python: models of Pydantic, and of SQLModel where they are no tables."""

import re

from pytest_agentcompliance.parsing.routes.python.tree import Node
from pytest_agentcompliance.parsing.routes.python.tree import read as read_tree
from pytest_agentcompliance.parsing.validators import Field, Shape

_SIGNS = re.compile(r"^[ \t]*class[ \t]+\w+[^:\n]{0,300}(?:Model|Schema|Dto|DTO)\b", re.MULTILINE)
_OWN = re.compile(r"(?:pydantic\.)?BaseModel|(?:sqlmodel\.)?SQLModel|(?:pydantic\.)?RootModel\b.*|Generic\b.*|(?:\w+\.)?ABC")
_MODEL = re.compile(r"(?:Model|Schema|Dto|DTO)$")  # a project's own base that is imported
_OTHER = re.compile(r"(?:^|\.)(?:models\.Model|db\.Model|Model|DeclarativeBase|TypedDict|NamedTuple|Protocol|Enum|BaseSettings)$")
_KINDS = {
    "str": "string", "constr": "string", "EmailStr": "string", "HttpUrl": "string", "AnyUrl": "string", "UUID": "string",
    "UUID4": "string", "SecretStr": "string", "int": "number", "float": "number", "Decimal": "number", "conint": "number",
    "PositiveInt": "number", "NonNegativeInt": "number", "bool": "boolean", "date": "date", "datetime": "date", "list": "array",
    "List": "array", "set": "array", "tuple": "array", "Sequence": "array", "conlist": "array", "dict": "object", "Dict": "object",
    "Mapping": "object", "Literal": "enum",
}  # fmt: skip
_WORD = re.compile(r"\b[A-Za-z_]\w*")
_NO_FIELDS = frozenset({"model_config"})


def read(path: str, text: str) -> tuple[Shape, ...] | None:
    """The models of a text; None where the grammar cannot say."""
    if not _SIGNS.search(text):
        return ()
    source = read_tree(path, text)
    if source is None:
        return None
    classes = {one.children[0].text: one for one in source.root.walk() if one.kind == "class_definition" and one.children}
    found = []
    for name, node in classes.items():
        bases = _bases(node)
        if _is_model(name, classes, 0) and not _is_table(node):
            foreign = tuple(one for one in bases if one not in classes and not _OWN.fullmatch(one))
            fields = {one.name: one for one in _fields(name, classes, 0)}
            found.append(Shape("pydantic", name, source.line(node.start), tuple(fields.values()), foreign))
    return tuple(found)


def _bases(node: Node) -> list[str]:
    given = node.first("argument_list")
    found = given.children if given is not None else []
    return ["".join(one.text.split())[:100] for one in found if one.kind != "keyword_argument"]


def _is_table(node: Node) -> bool:
    given = node.first("argument_list")
    return given is not None and any("".join(one.text.split()) == "table=True" for one in given.children)


def _is_model(name: str, classes: dict[str, Node], depth: int) -> bool:
    bases = _bases(classes[name])
    if depth > 10 or any(_OTHER.search(one) for one in bases):
        return False
    own = [one for one in bases if one in classes and one != name]
    foreign = [one for one in bases if one not in classes and not one.startswith("Generic") and not one.endswith("ABC")]
    if any(_OWN.fullmatch(one) or _MODEL.search(one) for one in foreign):
        return True
    return any(_is_model(one, classes, depth + 1) for one in own)


def _fields(name: str, classes: dict[str, Node], depth: int) -> list[Field]:
    """The fields of a class, those of its bases in the file first."""
    node = classes[name]
    found = [
        field for one in _bases(node) if one in classes and one != name and depth < 10 for field in _fields(one, classes, depth + 1)
    ]
    body = node.first("block")
    for one in body.children if body is not None else ():
        inner = one.children[0] if one.kind == "expression_statement" and one.children else one
        if inner.kind == "assignment" and len(inner.children) > 1 and inner.children[1].kind == "type":
            field, said = inner.children[0].text, inner.children[1].text
            if not field.startswith("_") and field not in _NO_FIELDS and not said.startswith("ClassVar"):
                value = inner.children[2].text if len(inner.children) > 2 else ""
                found.append(_field(field, said, value))
    return found


def _field(name: str, said: str, value: str) -> Field:
    optional = "Optional[" in said or re.search(r"\|\s*None\b|\bNone\s*\|", said) is not None
    given = bool(value) and re.match(r"\w*Field\(\s*\.\.\.", value) is None
    if given and value.startswith("Field("):
        given = re.search(r"\bdefault(?:_factory)?\s*=|^Field\(\s*(?!\w+\s*=)[^)\s]", value) is not None
    kind = next((_KINDS[word] for word in _WORD.findall(said[:500]) if word in _KINDS), "other")
    return Field(name, kind, optional or given)
