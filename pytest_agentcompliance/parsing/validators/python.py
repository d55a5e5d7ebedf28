"""Schemas of Python: models of Pydantic, and of SQLModel where they are no tables."""

import re
from collections.abc import Iterator

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
_DEEPEST = 10  # classes above one another that are looked at
_MOST = 1000  # fields that a class may have from others


def read(path: str, text: str) -> tuple[Shape, ...] | None:
    """The models of a text; None where the grammar cannot say."""
    if not _SIGNS.search(text):
        return ()
    source = read_tree(path, text)
    if source is None:
        return None
    classes = {one.children[0].text: one for one in _classes(source.root) if one.children}
    found, told = [], _Classes(classes)
    for name, node in classes.items():
        if told.is_model(name) and not _is_table(node):
            foreign = tuple(one for one in told.bases[name] if one not in classes and not _OWN.fullmatch(one))
            found.append(Shape("pydantic", name, source.line(node.start), tuple(told.fields(name).values()), foreign))
    return tuple(found)


def _classes(root: Node) -> Iterator[Node]:
    """The classes of a module, in order."""
    marks = [found.start() for found in re.finditer("class", root.source)]
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if one.kind == "class_definition":
            yield one
        waiting += [each for each in reversed(one.children) if each.has(marks)]


def _bases(node: Node) -> list[str]:
    given = node.first("argument_list")
    found = given.children if given is not None else []
    return ["".join(one.text.split())[:100] for one in found if one.kind != "keyword_argument"]


def _is_table(node: Node) -> bool:
    given = node.first("argument_list")
    return given is not None and any("".join(one.text.split()) == "table=True" for one in given.children)


class _Classes:
    """The classes of a file. Each is asked once for each depth, however many ways lead to it."""

    def __init__(self, nodes: dict[str, Node]) -> None:
        self._nodes = nodes
        self.bases = {name: _bases(node) for name, node in nodes.items()}
        self._models: dict[tuple[str, int], bool] = {}
        self._fields: dict[tuple[str, int], dict[str, Field]] = {}

    def is_model(self, name: str, depth: int = 0) -> bool:
        if (name, depth) not in self._models:
            self._models[name, depth] = self._is_model(name, depth)
        return self._models[name, depth]

    def _is_model(self, name: str, depth: int) -> bool:
        bases = self.bases[name]
        if depth > _DEEPEST or any(_OTHER.search(one) for one in bases):
            return False
        own = [one for one in bases if one in self._nodes and one != name]
        foreign = [one for one in bases if one not in self._nodes and not one.startswith("Generic") and not one.endswith("ABC")]
        if any(_OWN.fullmatch(one) or _MODEL.search(one) for one in foreign):
            return True
        return any(self.is_model(one, depth + 1) for one in own)

    def fields(self, name: str, depth: int = 0) -> dict[str, Field]:
        """The fields of a class, those of its bases in the file first."""
        if (name, depth) not in self._fields:
            found: dict[str, Field] = {}
            for one in dict.fromkeys(self.bases[name]):
                if one in self._nodes and one != name and depth < _DEEPEST and len(found) < _MOST:
                    found.update(self.fields(one, depth + 1))
            self._fields[name, depth] = found | {one.name: one for one in _own_fields(self._nodes[name])}
        return self._fields[name, depth]


def _own_fields(node: Node) -> list[Field]:
    found = []
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
