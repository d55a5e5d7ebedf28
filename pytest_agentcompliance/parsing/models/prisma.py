"""The models of Prisma schemas, line by line: several files are one schema."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pytest_agentcompliance.parsing.models import Enum, Field, Index, Model, Models, Reference, Relation, Way
from pytest_agentcompliance.parsing.models.expressions import Node, expression, leading
from pytest_agentcompliance.parsing.models.kinds import kind_of

_OPEN = re.compile(r"\s*(model|enum|view|type|datasource|generator)\s+(\w{1,100})\s*\{")
_FIELD = re.compile(r"\s*(\w{1,100})\s+(Unsupported\(\"[^\"\n]{0,200}\"\)|\w{1,100})(\[\])?(\?)?(.*)")
_MODEL = re.compile(r"^\s*(?:model|view)\s+(\w{1,100})\s*\{", re.MULTILINE)
_ENUM = re.compile(r"^\s*enum\s+(\w{1,100})\s*\{", re.MULTILINE)
_MAP = re.compile(r"@map\(\s*(?:name:\s*)?\"([^\"\n]{1,200})\"")
_ATTRIBUTE = re.compile(r"(@@?[\w.]{1,60})(\()?")
_STRINGS = re.compile(r"\"(?:[^\"\\\n]|\\.)*+\"?")
# A native type that says more than Prisma's own.
_NATIVE = {
    "Uuid": "uuid", "UniqueIdentifier": "uuid", "Date": "date", "Time": "time", "Timetz": "time", "Text": "text",
    "LongText": "text", "MediumText": "text", "TinyText": "text", "Money": "decimal", "Xml": "text",
}  # fmt: skip


@dataclass
class _Draft:
    """A model while its lines are read; the fields without a column are relations, judged when all models are known."""

    model: Model
    fields: list[Field] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    others: list[tuple[str, str, bool, bool, int, Node | None]] = field(default_factory=list)
    primary: tuple[str, ...] = ()
    ignored: bool = False


_Sides = dict[tuple[str, str, str], list[tuple[_Draft, str, bool]]]


def read(files: Mapping[str, str]) -> Models:
    """The models and enums of all files; never fails."""
    texts = {path: _bare(text) for path, text in files.items()}
    models = {name for text in texts.values() for name in _MODEL.findall(text)}
    enums = {name for text in texts.values() for name in _ENUM.findall(text)}
    drafts: list[_Draft] = []
    found: list[Enum] = []
    for path, text in texts.items():
        for one in _blocks(text, path, models, enums):
            if isinstance(one, _Draft):
                drafts.append(one)
            else:
                found.append(one)
    sides = _sides(drafts)
    return Models(tuple(_made(one, sides) for one in drafts), tuple(found))


def _bare(text: str) -> str:
    """The text without its comments, offsets of lines unchanged."""
    rows: list[str] = []
    for row in text.split("\n"):
        at = row.find("//")
        if at >= 0 and '"' in row[:at]:  # a text may have them: https://
            strings = [found.span() for found in _STRINGS.finditer(row)]
            while at >= 0 and any(start < at < end for start, end in strings[:50]):
                at = row.find("//", at + 2)
        rows.append(row[:at] if at >= 0 else row)
    return "\n".join(rows)


def _blocks(text: str, path: str, models: set[str], enums: set[str]) -> Iterator[_Draft | Enum]:
    kind = name = table = ""
    draft: _Draft | None = None
    values: list[str] = []
    at = 0
    for number, line in enumerate(_joined(text), 1):
        if (opened := _OPEN.match(line)) is not None:
            kind, name, table, at, values = opened[1], opened[2], opened[2], number, []
            draft = _Draft(Model(name, name, path, number, "prisma")) if kind == "model" else None
        elif line.lstrip().startswith("}"):
            if kind == "enum":
                yield Enum(name, tuple(values), path, at)
            elif draft is not None:
                draft.model = replace(draft.model, table=table)
                yield draft
            kind, draft = "", None
        elif not line.strip():
            continue
        elif kind == "enum":
            if not line.lstrip().startswith("@@"):
                renamed = _MAP.search(line)
                values.append(renamed[1] if renamed else line.split()[0])
        elif draft is not None:
            if line.lstrip().startswith("@@"):
                table = _attribute(line.strip(), number, draft) or table
            else:
                _field(line, number, draft, models, enums)


def _joined(text: str) -> Iterator[str]:
    """The lines, where a call that spans several is one, and the rest of its lines are empty."""
    rows = text.split("\n")
    at = 0
    while at < len(rows):
        row, more = rows[at], 0
        depth = row.count("(") + row.count("[") - row.count(")") - row.count("]")
        while depth > 0 and at + more + 1 < len(rows) and more < 50 and "@" in row:
            more += 1
            following = rows[at + more]
            row += " " + following.strip()
            depth += following.count("(") + following.count("[") - following.count(")") - following.count("]")
        yield row
        yield from [""] * more
        at += more + 1


def _calls(text: str) -> dict[str, Node | None]:
    """The attributes of a line by name, with their arguments; a call in an argument is none of them."""
    found: dict[str, Node | None] = {}
    at = 0
    while (one := _ATTRIBUTE.search(text, at)) is not None and len(found) < 50:
        at = one.end()
        node = None
        if one[2]:
            node = leading("_" + text[at - 1 :])
            said = text[at : at + node.end - 3]
            at += node.end - 2
            node = replace(node, name=said.strip())
        found.setdefault(one[1], node)
    return found


def _attribute(line: str, number: int, draft: _Draft) -> str:
    """What an attribute of a block says, into the draft; the name of the table, where it is that."""
    for name, node in _calls(line).items():
        if name == "@@map" and node is not None:
            return _said(node)
        if name == "@@ignore":
            draft.ignored = True
        if name in ("@@index", "@@unique", "@@id", "@@fulltext") and node is not None:
            fields = _names(_argument(node, "fields"))
            if name == "@@id":
                draft.primary = fields
            elif fields:
                draft.indexes.append(Index(fields, name == "@@unique", number))
    return ""


def _field(line: str, number: int, draft: _Draft, models: set[str], enums: set[str]) -> None:
    found = _FIELD.match(line[:4000])
    if found is None:
        return
    name, written, many, optional = found[1], found[2], bool(found[3]), bool(found[4])
    calls = _calls(found[5])
    if written in models:
        draft.others.append((name, written, many, optional, number, calls.get("@relation")))
        return
    native = next((one for one in calls if one.startswith("@db.")), "")
    node = calls.get(native)
    size = next((int(one.name) for one in (node.parts if node is not None else ()) if re.fullmatch(r"[0-9]{1,6}", one.name)), None)
    enum = written if written in enums else ""
    default, mapped = calls.get("@default"), calls.get("@map")
    kind = "enum" if enum else kind_of(written.partition("(")[0]) or ("" if written[:1].isupper() else "string")
    kind = _NATIVE.get(native.removeprefix("@db."), kind) if not enum else kind
    if "@id" in calls:
        draft.primary = (name,)
    made = Field(
        name, _said(mapped) if mapped is not None else name, kind, written, number,
        nullable=optional, unique="@unique" in calls, primary="@id" in calls, list=many,
        default=default.name if default is not None else "", enum=enum,
        length=size if kind in ("string", "text") else None,
    )  # fmt: skip
    draft.fields.append(made)


def _made(draft: _Draft, sides: _Sides) -> Model:
    """The model, when all are known: a relation is the other side of another model's, or points there itself."""
    relations: list[Relation] = []
    fields = {one.name: one for one in draft.fields}
    for name, target, many, _, line, node in draft.others:
        keys = _names(_argument(node, "fields", named=True)) if node is not None else ()
        way: Way = "belongsTo" if keys else "hasMany" if many else "hasOne"
        if keys and node is not None:
            to = _names(_argument(node, "references", named=True))
            deleted = _argument(node, "onDelete", named=True)
            for at, key in enumerate(keys):
                if key in fields:
                    pointed = Reference(target, to[at : at + 1], _apart(deleted.name if deleted else ""))
                    fields[key] = replace(fields[key], reference=pointed)
        elif many and _many(draft, name, sides.get((target, draft.model.name, _relation_name(node)), ())):
            way = "manyToMany"
        relations.append(Relation(name, way, target, line, keys))
    primary = draft.primary
    fields = {name: replace(one, primary=one.primary or name in primary) for name, one in fields.items()}
    return replace(
        draft.model, fields=tuple(fields.values()), indexes=tuple(draft.indexes), relations=tuple(relations), primary=primary
    )


def _sides(drafts: list[_Draft]) -> _Sides:
    """The fields of relations by the model that has them, the one that they point at, and the relation's name.

    Of each the first two that are not the same field are enough: one of them is not the field that asks for its other side.
    """
    found: _Sides = {}
    for draft in drafts:
        for name, target, many, _, _, node in draft.others:
            known = found.setdefault((draft.model.name, target, _relation_name(node)), [])
            if not known or (len(known) == 1 and (known[0][0] is not draft or known[0][1] != name)):
                known.append((draft, name, many))
    return found


def _many(draft: _Draft, name: str, there: Sequence[tuple[_Draft, str, bool]]) -> bool:
    """Whether the other side of a list is a list as well."""
    return next((many for other, back, many in there if other is not draft or back != name), False)


def _relation_name(node: Node | None) -> str:
    if node is None:
        return ""
    named = _argument(node, "name")
    return named.name if named is not None and named.kind == "text" else ""


def _argument(node: Node, name: str, *, named: bool = False) -> Node | None:
    """An argument by its name, or the first without one."""
    for one in node.parts:
        if one.kind == "other" and (said := re.match(r"(\w+)\s*:\s*", one.name)) is not None:
            if said[1] == name:
                return expression(one.name[said.end() :])
        elif not named:
            return one
    return None


def _names(node: Node | None) -> tuple[str, ...]:
    return tuple(one.name for one in node.parts if one.kind in ("word", "call")) if node is not None else ()


def _said(node: Node) -> str:
    said = _argument(node, "name")
    return said.name if said is not None and said.kind == "text" else ""


def _apart(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
