"""The schema JSON as models: ``definitions`` of JSON Schema, and the lists of models or tables that others write."""

import re
from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import replace
from typing import Any

from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.models import Enum, Field, Index, Model, Models, Reference, Relation, Unread, Way
from pytest_agentcompliance.parsing.models.kinds import kind_of
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence, documents

_MODELS = ("definitions", "$defs", "models", "tables", "entities", "collections")
_FIELDS = ("properties", "fields", "columns", "attributes")
_COLUMN = ("columnName", "column_name", "dbName", "db_name", "x-column-name")
_FORMATS = {
    "uuid": "uuid", "date-time": "datetime", "datetime": "datetime", "date": "date", "time": "time", "decimal": "decimal",
    "int64": "bigint", "int32": "integer", "double": "float", "float": "float", "byte": "bytes", "binary": "bytes",
    "text": "text", "bigint": "bigint", "timestamp": "datetime", "json": "json", "numeric": "decimal", "bigdecimal": "decimal",
}  # fmt: skip
_WAYS: dict[str, Way] = {
    "belongsto": "belongsTo", "manytoone": "belongsTo", "nto1": "belongsTo", "hasmany": "hasMany", "onetomany": "hasMany",
    "1ton": "hasMany", "hasone": "hasOne", "onetoone": "hasOne", "1to1": "hasOne", "manytomany": "manyToMany",
    "belongstomany": "manyToMany", "hasandbelongstomany": "manyToMany", "nton": "manyToMany",
}  # fmt: skip
_TYPED = re.compile(r"\s*([A-Za-z_][\w \-]{0,60}?)\s*(?:\(\s*([0-9]{1,6})?[^()]{0,200}\))?\s*(\[\])?\s*(\?)?\s*")
_LAST = re.compile(r"[^/#.]+$")
_YES, _NO = ("true", "yes"), ("false", "no")


def read(text: str, path: str) -> Models | None:
    """What the document declares, ``table`` and ``column`` empty where it does not name them; None where it is broken.

    A type that names another model is a relation. Never fails.
    """
    found = documents(blanked(text, "x.jsonc") if path.endswith((".json", ".jsonc")) else text)
    if found is None or len(found) != 1 or not isinstance(found[0], Mapping):
        return None
    root = found[0]
    named = list(_named(root))
    enums = {name: _enum(name, node, path, line) for name, node, line in named if _values(node)}
    for name, node, line in _items(root.get("enums")):
        enums[name] = _enum(name, node, path, line)
    tables = [(name, node, line) for name, node, line in named if name not in enums and _fields_of(node) is not None]
    known = frozenset(name for name, _, _ in tables)
    unread = tuple(
        Unread(path, line, f"{name[:100]} has neither fields nor values")
        for name, node, line in named if name not in enums and name not in known
    )  # fmt: skip
    models = tuple(_model((name, path, line), node, known, enums) for name, node, line in tables)
    return Models(models, tuple(enums.values()), unread)


def _named(root: Mapping) -> Iterator[tuple[str, Mapping, int]]:
    for inner in (root, *(one for key in ("schema", "database", "components") if isinstance(one := root.get(key), Mapping))):
        for key in _MODELS if inner is root or inner is not root.get("components") else ("schemas",):
            yield from ((name, node, line) for name, node, line in _items(inner.get(key)) if isinstance(node, Mapping))


def _items(node: Node | None) -> Iterator[tuple[str, Node, int]]:
    """Names with what stands under them: of a mapping, or of a list whose entries say their names."""
    if isinstance(node, Mapping):
        yield from ((key.text, value, key.line) for key, value in node.items)
    elif isinstance(node, Sequence):
        for one in node.items:
            if isinstance(one, Mapping) and (name := _text(one, "name", "model", "id", "column", "field")):
                yield name, one, one.line
            elif isinstance(one, Scalar):
                yield one.text, one, one.line


def _text(node: Node | None, *keys: str) -> str:
    """The first of the keys that has a text."""
    for key in keys:
        one = node.get(key) if isinstance(node, Mapping) else None
        if isinstance(one, Scalar) and one.text and not (one.plain and one.text == "null"):
            return one.text
    return ""


def _flag(node: Mapping, *keys: str) -> bool | None:
    said = _text(node, *keys).lower()
    return True if said in _YES else False if said in _NO else None


def _strings(node: Node | None) -> tuple[str, ...]:
    if isinstance(node, Scalar):
        return tuple(part.strip() for part in node.text.split(",") if part.strip())
    items: Any = node.items if isinstance(node, Sequence) else ()
    return tuple(one.text if isinstance(one, Scalar) else _text(one, "name", "column", "field", "value") for one in items)


def _values(node: Node) -> tuple[str, ...]:
    if not isinstance(node, Mapping) or _fields_of(node) is not None:
        return ()
    return _strings(node.get("enum") or node.get("values"))


def _enum(name: str, node: Node, path: str, line: int) -> Enum:
    return Enum(name, _values(node) or (_strings(node) if not isinstance(node, Mapping) else ()), path, line)


def _fields_of(node: Mapping) -> Node | None:
    return next((one for key in _FIELDS if isinstance(one := node.get(key), Mapping | Sequence)), None)


def _model(title: tuple[str, str, int], node: Mapping, known: frozenset[str], enums: Map[str, Enum]) -> Model:
    name, path, line = title
    said = node.get("required")
    required = frozenset(_strings(said)) if isinstance(said, Sequence) else None
    primary = _strings(node.get("primaryKey") or node.get("primary_key"))
    fields: list[Field] = []
    relations = [_relation(key, one, at) for key, one, at in _items(node.get("relations") or node.get("relationships"))]
    for key, one, at in _items(_fields_of(node)):
        model = _pointed(one, known)
        if model:
            many = _text(one, "type") == "array" or "[]" in _text(one, "type")
            relations.append(Relation(key, "hasMany" if many else "", model, at))
        elif isinstance(one, Mapping | Scalar):
            fields.append(_field((key, at), one, required, primary, enums))
    indexes = [_index(one, at, unique=False) for _, one, at in _listed(node.get("indexes") or node.get("indices"))]
    for key in ("uniqueConstraints", "unique", "unique_constraints", "uniques", "constraints"):
        for _, one, at in _listed(node.get(key)):
            kind = _text(one, "type").lower()
            if key != "constraints" or kind == "unique":
                indexes.append(_index(one, at, unique=True))
    for _, one, _ in _listed(node.get("foreignKeys") or node.get("foreign_keys")):
        fields = _keyed(fields, one)
    primary = primary or tuple(field.name for field in fields if field.primary)
    table = _text(node, "tableName", "table", "table_name", "dbName", "x-table-name")
    indexes = [one for one in indexes if one.fields]
    return Model(name, table, path, line, "json", tuple(fields), tuple(indexes), tuple(filter(None, relations)), primary)


def _listed(node: Node | None) -> Iterator[tuple[str, Node, int]]:
    """The entries of a list, whatever they are; those of a mapping with their names."""
    if isinstance(node, Sequence):
        yield from (("", one, one.line) for one in node.items)
    elif isinstance(node, Mapping):
        yield from ((key.text, value, key.line) for key, value in node.items)


def _index(node: Node, line: int, *, unique: bool) -> Index:
    if isinstance(node, Mapping):
        columns = node.get("columns") or node.get("fields") or node.get("on") or node.get("column") or node.get("field")
        return Index(_strings(columns), unique or bool(_flag(node, "unique")) or _text(node, "type").lower() == "unique", line)
    return Index(_strings(node), unique, line)


def _pointed(node: Node, known: frozenset[str]) -> str:
    """The model that a property is of, itself or as a list."""
    for inner in _inside(node):
        ref = _LAST.search(_text(inner, "$ref")) if isinstance(inner, Mapping) else None
        name = ref[0] if ref else _text(inner, "type").strip("[]?") if isinstance(inner, Mapping) else ""
        if name in known:
            return name
        if isinstance(inner, Mapping) and isinstance(items := inner.get("items"), Mapping):
            ref = _LAST.search(_text(items, "$ref"))
            if ref and ref[0] in known:
                return ref[0]
    return ""


def _inside(node: Node) -> Iterator[Node]:
    """A schema, and those that it is made of."""
    yield node
    for key in ("allOf", "anyOf", "oneOf"):
        one = node.get(key) if isinstance(node, Mapping) else None
        if isinstance(one, Sequence):
            yield from one.items


def _types(node: Node) -> tuple[list[str], bool]:
    """The types that a schema admits, null apart."""
    found: list[str] = []
    null = False
    for inner in _inside(node):
        said = inner.get("type") if isinstance(inner, Mapping) else inner if isinstance(inner, Scalar) else None
        names = [said.text] if isinstance(said, Scalar) else list(_strings(said))
        null = null or "null" in names
        found += [name for name in names if name != "null"]
    return found, null


def _field(
    at: tuple[str, int], node: Mapping | Scalar, required: frozenset[str] | None, primary: tuple[str, ...], enums: Map[str, Enum]
) -> Field:
    name, line = at
    types, null = _types(node)
    first = types[0] if types else ""
    shown = node if isinstance(node, Mapping) else Mapping((), line)
    many = first == "array"
    inner: Node = shown
    if many and isinstance(items := shown.get("items"), Mapping):
        inner = items
        first = next(iter(_types(items)[0]), "")
    parts = [one for one in _inside(inner) if isinstance(one, Mapping)]
    refs = [_LAST.search(_text(one, "$ref")) for one in parts]
    enum = next((found[0] for found in refs if found and found[0] in enums), "")
    typed = _TYPED.fullmatch(first)
    word = (typed[1] if typed else first).strip()
    if not enum and word in enums:
        enum = word
    formats = next((said for one in parts if (said := _text(one, "format", "dbType", "db_type")) in _FORMATS), "")
    kind = "enum" if enum or any(one.get("enum") is not None for one in parts) else _FORMATS.get(formats) or kind_of(word)
    if kind == "float" and any(one.get("precision") is not None or one.get("scale") is not None for one in parts):
        kind = "decimal"
    size = _text(shown, "maxLength", "length", "max_length") or (typed[2] or "" if typed and kind == "string" else "")
    key = _flag(shown, "primaryKey", "primary_key", "primary", "pk", "isPrimary", "isId")
    key = bool(key) or name in primary
    default = _text(shown, "default")
    return Field(
        name, _text(shown, *_COLUMN) or name, kind, formats or first, line,
        nullable=_nullable(shown, name, required, null=null or bool(typed and typed[4]), key=key, default=bool(default)),
        unique=bool(_flag(shown, "unique", "isUnique")), primary=key, list=many or bool(typed and typed[3]), default=default,
        enum=enum, length=int(size) if re.fullmatch(r"[0-9]{1,6}", size) else None, reference=_reference(shown),
    )  # fmt: skip


def _nullable(node: Mapping, name: str, required: frozenset[str] | None, *, null: bool, key: bool, default: bool) -> bool | None:
    """Whether a field may be empty; None where the document leaves it open."""
    if key:
        return False
    if (said := _flag(node, "nullable", "null", "allowNull", "isNullable", "optional")) is not None:
        return said
    if (said := _flag(node, "required", "notNull", "not_null", "isRequired")) is not None:
        return not said
    if null:
        return True
    if required is not None and name in required:
        return False
    return None if required is None or default else True


def _reference(node: Mapping) -> Reference | None:
    keys = ("references", "foreignKey", "foreign_key", "fk", "ref")
    said = next((one for key in keys if (one := node.get(key)) is not None), None)
    if isinstance(said, Mapping):
        to = _text(said, "model", "table", "entity", "target")
        field = _text(said, "field", "column", "key") or "id"
        return Reference(to, (field,), _text(said, "onDelete", "on_delete", "ondelete").lower().replace("_", " ")) if to else None
    if isinstance(said, Scalar) and (found := re.fullmatch(r"(\w+)(?:\.(\w+)|\((\w+)\))", said.text.strip())):
        deleted = _text(node, "onDelete", "on_delete").lower().replace("_", " ")
        return Reference(found[1], (found[2] or found[3],), deleted)
    return None


def _keyed(fields: list[Field], node: Node) -> list[Field]:
    """The fields with what a list of foreign keys says of one of them."""
    if not isinstance(node, Mapping):
        return fields
    columns = _strings(node.get("columns") or node.get("column") or node.get("fields") or node.get("field"))
    told = _reference(node)
    if told is None and (model := _text(node, "model", "table", "referencedTable")):
        told = Reference(model, (_text(node, "referencedColumn") or "id",), _text(node, "onDelete", "on_delete").lower())
    return [replace(one, reference=told) if told is not None and columns == (one.name,) else one for one in fields]


def _relation(name: str, node: Node, line: int) -> Relation | None:
    model = _text(node, "model", "target", "entity", "table", "to", "references", "with")
    said = _text(node, "type", "kind", "relation", "relationship", "cardinality").lower()
    way = _WAYS.get(re.sub(r"[\s_-]", "", said).replace(":", "to"), "")
    keys = node.get("foreignKey") or node.get("foreign_key") or node.get("fields") if isinstance(node, Mapping) else None
    return Relation(name, way, model, line, _strings(keys)) if model else None
