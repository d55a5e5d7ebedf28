"""The models of Sequelize: `define`, `Model.init` and the classes of sequelize-typescript, with what their options add."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pytest_agentcompliance.parsing.models import Field, Index, Model, Models, Reference
from pytest_agentcompliance.parsing.models.expressions import Node
from pytest_agentcompliance.parsing.models.kinds import kind_of
from pytest_agentcompliance.parsing.models.script_calls import Call, Script, entry
from pytest_agentcompliance.parsing.models.scripts_code import Class, Module, Property

_KINDS = {
    "date": "datetime", "dateonly": "date", "now": "datetime", "double": "float", "tsvector": "", "uuidv1": "uuid",
    "uuidv4": "uuid", "array": "json", "range": "", "number": "number", "string": "string", "virtual": "virtual",
}  # fmt: skip
_TYPES = {"string": "string", "number": "number", "boolean": "boolean", "Date": "datetime", "Buffer": "bytes", "bigint": "bigint"}
# Decorators of sequelize-typescript that make no column and change none that is judged.
_PLAIN = re.compile(
    r"(?:BelongsTo|HasMany|HasOne|BelongsToMany|Comment|Length|Is\w*|Not\w*|Min|Max|Validate|Api\w+|Field|Expose|Exclude|Type|Transform|"
    r"Before\w+|After\w+|AutoIncrement|Contains|Equals)"
)
_COLUMN = frozenset({
    "Column", "PrimaryKey", "ForeignKey", "CreatedAt", "UpdatedAt", "DeletedAt", "AllowNull", "Unique", "Default", "Index",
})  # fmt: skip
_TIMES = {"createdAt": "timestamps", "updatedAt": "timestamps", "deletedAt": "paranoid"}
_DEEPEST = 8
_MOST = 2000  # models
_MOST_FIELDS = 100_000  # of all together: many models may take the same columns


@dataclass
class _Draft:
    """A model while it is read."""

    name: str
    path: str
    line: int
    table: str = ""
    fields: dict[str, Field] = field(default_factory=dict)
    indexes: list[Index] = field(default_factory=list)
    partial: bool = False
    together: dict[str, list[str]] = field(default_factory=dict)  # the fields of a key that several have by its name


def read(scripts: Mapping[str, Script], modules: Mapping[str, Module]) -> Models:
    """The models of the modules; never fails."""
    world = _World(scripts)
    drafts = [one for each in scripts.values() for one in world.made(each)]
    drafts += world.decorated(modules)
    world.associate(drafts)
    return Models(tuple(_finished(one) for one in drafts[:_MOST]))


class _World:
    def __init__(self, scripts: Mapping[str, Script]) -> None:
        self._scripts = scripts
        self._left = _MOST_FIELDS
        self._of_name: dict[str, list[tuple[str, Node]]] = {}
        for path, one in scripts.items():
            for name, node in one.variables.items():
                self._of_name.setdefault(name, []).append((path, node))
        self.defaults = self._defaults()

    def _defaults(self) -> dict[str, bool]:
        """What holds for all models: `new Sequelize(.., { define: {..} })`. Without times only where all that say it do."""
        said = [node for one in self._scripts.values() for node in one.options if node.kind == "map"]
        times = [one.name for node in said if (one := node.get("timestamps")) is not None]
        soft = [one.name for node in said if (one := node.get("paranoid")) is not None]
        return {"timestamps": not times or any(one != "false" for one in times), "paranoid": "true" in soft}

    def meant(self, node: Node | None, path: str, depth: int = 0) -> tuple[Node | None, str]:
        """A map, or that of the variable that stands for it, with its module."""
        if node is None or node.kind == "map":
            return node, path
        if node.kind != "word" or depth > _DEEPEST:
            return None, path
        there = self._of_name.get(node.name, [])
        found = next((one for one in there if one[0] == path), there[0] if there else None)
        return self.meant(found[1], found[0], depth + 1) if found is not None else (None, path)

    def entries(self, node: Node, path: str, depth: int = 0) -> Iterator[tuple[str, Node, str]]:
        """What a map has, with that which is spread in it; "..." is what could not be followed."""
        for name, value in node.named:
            if name != "...":
                yield name, value, path
                continue
            inner, where = self.meant(value, path)
            if inner is None or depth > _DEEPEST:
                yield "...", value, path
            else:
                yield from self.entries(inner, where, depth + 1)

    def made(self, one: Script) -> Iterator[_Draft]:
        """The models that calls make."""
        for call in one.calls:
            parts = call.node.parts
            if call.method == "define" and len(parts) > 1 and parts[0].kind in ("text", "word"):
                said = self.meant(parts[0], one.path)[0] if parts[0].kind == "word" else None
                title = parts[0].name if parts[0].kind == "text" else _text(one.variables.get(parts[0].name)) or parts[0].last
                made = self._draft(title, call, one, parts[1], parts[2] if len(parts) > 2 else None, sure=False)
                if said is None and made is not None:
                    yield made
            elif call.method == "init" and len(parts) > 1 and call.of:
                base = one.bases.get(call.of, ("", 0))[0].rpartition(".")[2]
                made = self._draft(call.of.rpartition(".")[2], call, one, parts[0], parts[1], sure=base.endswith("Model"))
                if made is not None:
                    made.line = one.bases[call.of][1] if call.of in one.bases else made.line
                    yield made

    def _draft(self, name: str, call: Call, one: Script, said: Node, options: Node | None, *, sure: bool) -> _Draft | None:
        columns, where = self.meant(said, one.path)
        settings, _ = self.meant(options, one.path)
        if columns is None:
            if not sure:
                return None
            return _Draft(name, one.path, call.line, partial=True)
        made = _Draft(name, one.path, call.line)
        found = 0
        for key, value, path in self.entries(columns, where):
            self._left -= 1
            if key == "..." or self._left < 0:
                made.partial = True
                if self._left < 0:
                    return made
                continue
            line = self._scripts[path].line(value.start) if path == one.path else call.line
            column = self._column(key, value, line, made, path)
            found += column is not None and bool(column.written)
            if column is not None:
                made.fields[key] = column
        if not found and not (sure and not columns.named):
            return None
        if (options is not None and settings is None) or (settings is not None and settings.get("...") is not None):
            # Options that could not be followed may turn times off and on.
            made.partial = True
        self._options(made, settings, one.line(settings.start) if settings is not None else call.line)
        return made

    def _column(self, key: str, value: Node, line: int, made: _Draft, path: str) -> Field | None:
        if value.kind == "word" and "." not in value.name and (meant := self.meant(value, path)[0]) is not None:
            value = meant
        typed = value.get("type") if value.kind == "map" else value
        kind, written, many, length = _kind(typed)
        if kind == "virtual":
            return None
        if value.kind != "map":
            return Field(key, key, kind, written, line, nullable=True, list=many, length=length) if written else None
        named, null, default, unique = (value.get(one) for one in ("field", "allowNull", "defaultValue", "unique"))
        primary = _is(value, "primaryKey")
        if unique is not None and (title := _text(unique) or _text(unique.get("name"))):
            made.together.setdefault(title, []).append(key)
        return Field(
            key, _text(named) or key, kind, written, line,
            nullable=not primary and (null is None or null.name != "false"),
            unique=unique is not None and unique.name == "true", primary=primary, list=many, default=_said(default), length=length,
            reference=_reference(value),
        )  # fmt: skip

    def _options(self, made: _Draft, options: Node | None, line: int) -> None:
        """The table, the indexes, and the times that the options of a model add."""
        if options is not None:
            made.table = _text(options.get("tableName")) or made.table
            listed = options.get("indexes")
            for one in listed.parts if listed is not None and listed.kind == "list" else ():
                fields = one.get("fields")
                names = tuple(filter(None, map(_indexed, fields.parts))) if fields is not None else ()
                if names:
                    kind = one.get("type")
                    made.indexes.append(Index(names, _is(one, "unique") or _text(kind).upper() == "UNIQUE", line))
            if listed is not None and listed.kind != "list":
                made.partial = True
        on = {key: _flag(options, key, default=default) for key, default in self.defaults.items()}
        for name, switch in _TIMES.items():
            said = entry(options, name)
            if not on["timestamps"] or not on[switch] or (said is not None and said.name == "false"):
                continue
            column = _text(said) or name
            own = next((key for key, one in made.fields.items() if one.name == name or column in (key, one.column)), None)
            if own is not None:
                # Under the name of the time, whatever the model calls it.
                made.fields[own] = replace(made.fields[own], name=name)
            else:
                made.fields[name] = Field(name, column, "datetime", name, line, nullable=name == "deletedAt")

    def decorated(self, modules: Mapping[str, Module]) -> list[_Draft]:
        """The classes of sequelize-typescript."""
        classes: dict[str, list[Class]] = {}
        for module in modules.values():
            for one in module.classes:
                classes.setdefault(one.name, []).append(one)
        found = []
        for path, module in modules.items():
            for one in module.classes:
                table = _decorator(one.decorators, "Table")
                if table is None or path not in self._scripts or "sequelize" not in self._scripts[path].text:
                    continue
                found.append(self._class(one, table, classes))
        return found

    def _class(self, one: Class, table: Node, classes: Mapping[str, list[Class]]) -> _Draft:
        made = _Draft(one.name, one.path, one.line, table=one.name)
        chain = [one]
        while len(chain) <= _DEEPEST and chain[-1].base:
            base = next((each for each in classes.get(chain[-1].base, []) if each not in chain), None)
            if base is None:
                made.partial = chain[-1].base.rpartition(".")[2] != "Model"
                break
            chain.append(base)
        for each in reversed(chain):
            for property_ in each.properties:
                known = [node.name.lstrip("@").rpartition(".")[2] for node in property_.decorators]
                column = _property(property_, made) if not _COLUMN.isdisjoint(known) else None
                if column is not None:
                    # What the decorators say is one of the times is so under any name.
                    time = next((f"{name[:-2].lower()}At" for name in known if name in ("CreatedAt", "UpdatedAt", "DeletedAt")), "")
                    made.fields[property_.name] = replace(column, name=time) if time else column
                elif known and not all(_PLAIN.fullmatch(name) for name in known):
                    made.partial = True  # a decorator of their own may make a column
        options, _ = self.meant(table.parts[0], one.path) if table.parts else (None, "")
        if table.parts and options is None and table.parts[0].kind != "text":
            made.partial = True
        self._options(made, options, one.line)
        return made

    def associate(self, drafts: Sequence[_Draft]) -> None:
        """Give the models the foreign keys that their associations make."""
        by_name: dict[str, _Draft] = {}
        of_path: dict[str, list[_Draft]] = {}
        for draft in drafts:
            by_name.setdefault(draft.name, draft)
            of_path.setdefault(draft.path, []).append(draft)
        for script in self._scripts.values():
            alone = of_path.get(script.path, [])
            for call in script.calls:
                if call.method not in ("belongsTo", "hasOne", "hasMany") or not call.node.parts:
                    continue
                said = call.of.rpartition(".")[2]
                left = by_name.get(said) or (alone[0] if len(alone) == 1 else None)
                other = call.node.parts[0].last if call.node.parts[0].kind == "word" else ""
                holder, points = (left, other) if call.method == "belongsTo" else (by_name.get(other), left.name if left else "")
                if holder is not None and points:
                    _keyed(holder, points, call)


def _keyed(holder: _Draft, points: str, call: Call) -> None:
    options = call.node.parts[1] if len(call.node.parts) > 1 else None
    named = options.get("foreignKey") if options is not None else None
    key = _text(named) or _text(named.get("name") if named is not None else None) or _text(named.get("field") if named else None)
    alias = _text(options.get("as") if options is not None else None) if call.method == "belongsTo" else ""
    name = key or f"{(alias or points)[:1].lower()}{(alias or points)[1:]}Id"
    deleted = options.get("onDelete") if options is not None else None
    pointed = Reference(points, (), _text(deleted).lower())
    own = next((one for one, each in holder.fields.items() if name in (one, each.column)), None)
    if own is None:
        line = call.line if not holder.fields else holder.line
        holder.fields[name] = Field(name, name, "", name, line, nullable=True, reference=pointed)
    elif holder.fields[own].reference is None:
        holder.fields[own] = replace(holder.fields[own], reference=pointed)


def _finished(one: _Draft) -> Model:
    fields = tuple(one.fields.values())
    primary = tuple(each.name for each in fields if each.primary)
    if not primary and one.fields:
        own = one.fields.get("id")
        own = own or Field("id", "id", "integer", "INTEGER", one.line)
        fields = (replace(own, primary=True, nullable=False), *(each for each in fields if each.name != "id"))
        primary = ("id",)
    indexes = [*one.indexes, *(Index(tuple(names), unique=True, line=one.line) for names in one.together.values())]
    return Model(one.name, one.table, one.path, one.line, "sequelize", fields, tuple(indexes), (), primary, one.partial)


def _property(one: Property, made: _Draft) -> Field | None:
    """The column of a property."""
    by = {node.name.lstrip("@").rpartition(".")[2]: node for node in one.decorators}
    node = by.get("Column")
    first = node.parts[0] if node is not None and node.parts else None
    options = first if first is not None and first.kind == "map" else None
    typed = options.get("type") if options is not None else first
    kind, written, many, length = _kind(typed)
    if kind == "virtual":
        return None
    plain = re.sub(r"\s*\|\s*(?:null|undefined)\b", "", one.type.strip().removesuffix(";").strip())
    null = options.get("allowNull") if options is not None else None
    strict = by.get("AllowNull")
    primary = "PrimaryKey" in by or (options is not None and _is(options, "primaryKey"))
    strictly = strict is not None and [each.name for each in strict.parts] == ["false"]
    never = strictly or (null is not None and null.name == "false")
    default = options.get("defaultValue") if options is not None else None
    filled = by.get("Default")
    if (keyed := by.get("Index")) is not None:
        title = _text(keyed.parts[0] if keyed.parts else None)
        unique = next((_is(part, "unique") for part in keyed.parts if part.kind == "map"), False)
        made.indexes = _with(made.indexes, one.name, unique, one.line) if not title else made.indexes
        if title:
            made.together.setdefault(title, []).append(one.name)
    pointed = by.get("ForeignKey")
    to = pointed.parts[0].parts[0] if pointed is not None and pointed.parts and pointed.parts[0].parts else None
    reference = Reference(to.last) if to is not None and to.kind == "word" else _reference(options) if options is not None else None
    return Field(
        one.name, _text(options.get("field") if options is not None else None) or one.name, kind or _TYPES.get(plain, ""),
        written or plain, one.line, nullable=not (primary or never),
        unique="Unique" in by or (options is not None and _is(options, "unique")), primary=primary, list=many,
        default=_said(default) or _said(filled.parts[0] if filled is not None and filled.parts else None), length=length,
        reference=reference,
    )  # fmt: skip


def _with(indexes: list[Index], name: str, unique: bool, line: int) -> list[Index]:
    return [*indexes, Index((name,), unique, line)]


def _decorator(nodes: tuple[Node, ...], *names: str) -> Node | None:
    return next((one for one in nodes if one.name.lstrip("@").rpartition(".")[2] in names), None)


def _kind(node: Node | None) -> tuple[str, str, bool, int | None]:
    """The type of a column: its word, as it is written, whether it is a list, its length."""
    if node is None or node.kind not in ("word", "call", "text", "index"):
        return "", "", False, None
    for word in node.name.split(".")[:4] if node.kind != "text" else [node.name.partition("(")[0]]:
        low = word.lower()
        if (word.isupper() or word.startswith("UUIDV") or node.kind == "text") and (low in _KINDS or kind_of(low)):
            kind = _KINDS.get(low, "") if low in _KINDS else kind_of(low)
            size = node.parts[0].name if node.kind == "call" and node.parts else ""
            length = int(size) if kind == "string" and re.fullmatch(r"[0-9]{1,6}", size) else None
            return kind, node.name[:80], low == "array", length
    known = re.match(r"(?i)(?:\w+\.)?(?:data_?types?|sequelize)\.\w", node.name)
    return "", node.name[:80] if known else "", False, None


def _reference(value: Node) -> Reference | None:
    said = value.get("references")
    if said is None:
        return None
    model, key, deleted = said.get("model"), said.get("key"), value.get("onDelete")
    inner = model.get("tableName") if model is not None and model.kind == "map" else None
    there = model or said
    title = _text(inner) or _text(there) or (there.last if there.kind == "word" else "")
    return Reference(title, (key.name,) if key is not None and key.kind == "text" else (), _text(deleted).lower())


def _indexed(node: Node) -> str:
    if node.kind == "map":
        return _text(node.get("name")) or _text(node.get("attribute"))
    return node.name if node.kind == "text" else ""


def _flag(options: Node | None, key: str, *, default: bool) -> bool:
    said = entry(options, key)
    return default if said is None else said.name != "false"


def _is(value: Node, key: str) -> bool:
    said = value.get(key)
    return said is not None and said.name == "true"


def _text(node: Node | None) -> str:
    return node.name[:200] if node is not None and node.kind == "text" else ""


def _said(node: Node | None) -> str:
    return "" if node is None or node.name in ("null", "undefined") else (node.name or node.kind)[:100]
