"""The models of Mongoose: schemas that are given to `model(..)`, and NestJS' classes of them, with what their options add."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pytest_agentcompliance.parsing.models import Field, Index, Model, Models, Reference
from pytest_agentcompliance.parsing.models.expressions import Node
from pytest_agentcompliance.parsing.models.script_calls import Call, Script
from pytest_agentcompliance.parsing.models.scripts_code import Class, Module, Property

_KINDS = {
    "String": "string", "Number": "number", "Boolean": "boolean", "Bool": "boolean", "Date": "datetime", "Buffer": "bytes",
    "ObjectId": "", "ObjectID": "", "Mixed": "json", "Map": "json", "Decimal128": "decimal", "UUID": "uuid", "BigInt": "bigint",
    "Object": "json", "Array": "json", "Double": "float", "Int32": "integer", "Long": "bigint",
}  # fmt: skip
_TYPES = {"string": "string", "number": "number", "boolean": "boolean", "Date": "datetime", "Buffer": "bytes", "bigint": "bigint"}
_TIMES = re.compile(r"time_?stamp|created|updated", re.IGNORECASE)
_SOFT = re.compile(r"soft|mongoose_?delete|paranoid", re.IGNORECASE)
_SHARED = re.compile(r"base|audit|common|track|meta", re.IGNORECASE)  # a plugin of theirs that may add times
_DEEPEST = 8
_MOST = 2000  # models
_MOST_FIELDS = 100_000  # of all together: many models may take the same columns


@dataclass
class _Schema:
    """A schema while it is read. ``timed`` is the line where it is said that it has times."""

    path: str
    line: int
    fields: dict[str, Field] = field(default_factory=dict)
    indexes: list[Index] = field(default_factory=list)
    table: str = ""
    partial: bool = False


def read(scripts: Mapping[str, Script], modules: Mapping[str, Module]) -> Models:
    """The models of the modules; never fails."""
    world = _World(scripts)
    return Models(tuple([*world.models(), *world.classes(modules)][:_MOST]))


class _World:
    def __init__(self, scripts: Mapping[str, Script]) -> None:
        self._scripts = scripts
        self._left = _MOST_FIELDS
        self._done: dict[tuple[str, str], list[Call]] = {}  # the calls of each variable of a module
        for one in scripts.values():
            for call in one.calls:
                self._done.setdefault((one.path, call.of), []).append(call)
        self._of_name: dict[str, list[tuple[str, Node]]] = {}
        for path, one in scripts.items():
            for name, node in one.variables.items():
                self._of_name.setdefault(name, []).append((path, node))
        self._parts = {
            (path, each.name) for path, one in scripts.items() for call in one.calls if call.method == "Schema"
            for part in call.node.parts[:1] for each in _flat(part, 0) if each.kind == "word"
        }  # fmt: skip

    def _meant(self, name: str, path: str) -> tuple[str, Node] | None:
        """What a variable stands for, with its module: that of the module itself, else of any."""
        there = self._of_name.get(name, [])
        return next((one for one in there if one[0] == path), there[0] if there else None)

    def _map(self, node: Node | None, path: str, depth: int = 0) -> tuple[Node | None, str]:
        if node is None or node.kind == "map":
            return node, path
        meant = self._meant(node.name.removesuffix(".obj"), path) if node.kind == "word" and depth <= _DEEPEST else None
        if meant is not None and meant[1].kind == "call" and meant[1].last == "Schema" and meant[1].parts:
            return self._map(meant[1].parts[0], meant[0], depth + 1)
        return self._map(meant[1], meant[0], depth + 1) if meant is not None else (None, path)

    def models(self) -> Iterator[Model]:
        """What is given to `model("Name", schema)`, each once."""
        done: set[tuple[str, str]] = set()
        for one in self._scripts.values():
            for call in one.calls:
                parts = call.node.parts
                if call.method != "model" or len(parts) < 2 or len(done) >= _MOST or parts[0].kind not in ("text", "word"):
                    continue
                name = parts[0].name if parts[0].kind == "text" else _word(one.variables.get(parts[0].name), parts[0])
                schema = self._schema(parts[1], one.path, call.line)
                if not name or schema is None or (name, schema.path) in done:
                    continue
                done.add((name, schema.path))
                table = _text(parts[2]) if len(parts) > 2 else ""
                yield _model(name, table or schema.table, schema)

    def _schema(self, node: Node, path: str, line: int, depth: int = 0) -> _Schema | None:
        """The schema that an expression is, with what is done to the variable afterwards."""
        if depth > _DEEPEST:
            return None
        if node.kind == "word":
            meant = self._meant(node.name, path)
            if meant is None:
                return None
            made = self._schema(meant[1], meant[0], line, depth + 1)
            if made is not None:
                self._changed(made, node.name, meant[0])
                # What stands within another document has that one's times.
                made.partial = made.partial or (meant[0], node.name) in self._parts
            return made
        one = self._scripts[path]
        if node.kind == "call" and node.last == "Schema" and not node.then:
            made = _Schema(path, one.line(node.start))
            self._fields(made, node.parts[0] if node.parts else None, path)
            if len(node.parts) > 1:
                self._options(made, node.parts[1], path)
            return made
        if node.kind == "call" and node.last == "clone":
            return self._schema(replace(node, kind="word", name=node.name.rpartition(".")[0], parts=()), path, line, depth + 1)
        if node.kind == "map" and node.named:
            made = _Schema(path, line)
            self._fields(made, node, path)
            return made
        return None

    def _fields(self, made: _Schema, said: Node | None, path: str) -> None:
        columns, where = self._map(said, path)
        if columns is None or not columns.named:  # one without columns takes what comes (`strict: false`)
            made.partial = True
            return
        for name, value, at in self._entries(columns, where):
            self._left -= 1
            if name == "..." or self._left < 0:
                made.partial = True
                if self._left < 0:
                    return
                continue
            line = self._scripts[at].line(value.start) if at == made.path else made.line
            made.fields[name] = _field(name, value, line)
            if value.kind == "map" and (keyed := value.get("index")) is not None and keyed.name != "false":
                made.indexes.append(Index((name,), _is(keyed, "unique"), line))

    def _entries(self, node: Node, path: str, depth: int = 0) -> Iterator[tuple[str, Node, str]]:
        for name, value in node.named:
            if name != "...":
                yield name, value, path
                continue
            inner, where = self._map(value, path)
            if inner is None or depth > _DEEPEST:
                yield "...", value, path
            else:
                yield from self._entries(inner, where, depth + 1)

    def _options(self, made: _Schema, said: Node | None, path: str) -> None:
        options, where = self._map(said, path)
        if options is None:
            made.partial = made.partial or said is not None
            return
        # Of two entries of one name the last holds.
        told = {name: (value, at) for name, value, at in self._entries(options, where)}
        for name, (value, at) in told.items():
            if name == "...":
                made.partial = True
            elif name == "timestamps":
                inner, _ = self._map(value, at)
                line = self._scripts[at].line(value.start) if at == made.path else made.line
                _times(made, inner if inner is not None else value, line)
            elif name == "collection":
                made.table = _text(value)

    def _changed(self, made: _Schema, variable: str, path: str) -> None:
        """What the module does to a schema behind its name: indexes, plugins, fields, options."""
        for call in self._done.get((path, variable), ()):
            parts = call.node.parts
            self._left -= 1
            if not parts or self._left < 0:
                made.partial = made.partial or self._left < 0
                continue
            if call.method == "index" and (keys := self._map(parts[0], path)[0]) is not None:
                names = tuple(name for name, _ in keys.named if name != "...")
                if names:
                    made.indexes.append(Index(names, len(parts) > 1 and _is(parts[1], "unique"), call.line))
            elif call.method == "add":
                self._fields(made, parts[0], path)
            elif call.method == "set" and _text(parts[0]) == "timestamps":
                _times(made, parts[1] if len(parts) > 1 else parts[0], call.line)
            elif call.method == "set" and _text(parts[0]) == "collection" and len(parts) > 1:
                made.table = _text(parts[1])
            elif call.method == "plugin":
                _plugged(made, parts[0].last, call.line)

    def classes(self, modules: Mapping[str, Module]) -> Iterator[Model]:
        """NestJS' classes with `@Schema`: those that are registered, or that no other has as a part."""
        classes: dict[str, list[Class]] = {}
        for module in modules.values():
            for one in module.classes:
                classes.setdefault(one.name, []).append(one)
        schemas = [
            (one, node) for path, module in modules.items() for one in module.classes
            if (node := _decorator(one.decorators, "Schema")) is not None and "mongoose" in self._scripts_text(path)
        ]  # fmt: skip
        text = "\n".join(one.text for one in self._scripts.values() if "forFeature" in one.text)
        registered = set(re.findall(r"\b([A-Za-z_$][\w$]{0,100})\.name\b", text))
        parts = {word for one, _ in schemas for each in one.properties for word in _words_of(each)}
        for one, node in schemas:
            options, _ = self._map(node.parts[0], one.path) if node.parts else (None, "")
            key = options.get("_id") if options is not None else None
            inner = (key is not None and key.name == "false") or one.name in parts or f"{one.name}Schema" in parts
            if one.name in registered or not inner:
                yield self._class(one, node, classes)

    def _scripts_text(self, path: str) -> str:
        return self._scripts[path].text if path in self._scripts else ""

    def _class(self, one: Class, node: Node, classes: Mapping[str, list[Class]]) -> Model:
        made = _Schema(one.path, one.line)
        chain = [one]
        while len(chain) <= _DEEPEST and chain[-1].base:
            base = next((each for each in classes.get(chain[-1].base, []) if each not in chain), None)
            if base is None:
                made.partial = chain[-1].base.rpartition(".")[2] not in ("Document", "Model")
                break
            chain.append(base)
        for each in reversed(chain):
            for property_ in each.properties:
                prop = _decorator(property_.decorators, "Prop")
                if prop is None:
                    continue
                said = prop.parts[0] if prop.parts else None
                made.fields[property_.name] = _property(property_, said)
                if said is not None and (keyed := said.get("index")) is not None and keyed.name != "false":
                    made.indexes.append(Index((property_.name,), _is(keyed, "unique"), property_.line))
            if (own := _decorator(each.decorators, "Schema")) is not None and own.parts:
                self._options(made, own.parts[0], each.path)
        for name, (path, value) in ((name, one) for name, there in self._of_name.items() for one in there):
            if value.kind == "call" and value.last == "createForClass" and value.parts and value.parts[0].name == one.name:
                self._changed(made, name, path)
        return _model(one.name, made.table, made)


def _model(name: str, table: str, made: _Schema) -> Model:
    own = made.fields.pop("_id", None)
    key = own or Field("_id", "_id", "", "ObjectId", made.line)
    key = replace(key, name="id", primary=True, nullable=False)
    fields = (key, *(one for one in made.fields.values() if one.name != "id"))
    if "id" in made.fields:  # a key of their own beside that of the database
        fields = (replace(key, name="_id"), *made.fields.values())
    return Model(name, table, made.path, made.line, "mongoose", fields, tuple(made.indexes), (), (fields[0].name,), made.partial)


def _times(made: _Schema, said: Node, line: int) -> None:
    if said.name == "false":
        return
    for name in ("createdAt", "updatedAt"):
        other = said.get(name) if said.kind == "map" else None
        if other is not None and other.name == "false":
            continue
        column = _text(other) or name
        own = next((key for key, one in made.fields.items() if column in (key, one.column)), None)
        old = made.fields.pop(own) if own is not None else None
        made.fields[name] = replace(old, name=name) if old else Field(name, column, "datetime", "Date", line)


def _plugged(made: _Schema, name: str, line: int) -> None:
    if _TIMES.search(name):
        _times(made, Node("word", "true", 0, 0), line)
    elif _SOFT.search(name):
        made.fields.setdefault("deletedAt", Field("deletedAt", "deletedAt", "datetime", "Date", line, nullable=True))
    elif _SHARED.search(name):
        made.partial = True


def _field(name: str, value: Node, line: int) -> Field:
    """One path of a schema: `String`, `{ type: String, required: true }`, `[String]`, or an object of its own."""
    options = value if value.kind == "map" else None
    typed = options.get("type") if options is not None else value
    if options is not None and (typed is None or (typed.kind == "map" and typed.get("type") is not None)):
        return Field(name, name, "json" if options.named and options.get("required") is None else "", "", line, nullable=None)
    many = typed is not None and typed.kind == "list"
    first = typed.parts[0] if typed is not None and many and typed.parts else typed
    inner = first if first is not None and first.kind == "map" and many else None
    said = inner.get("type") if inner is not None and inner.get("type") is not None else first
    written = said.name if said is not None and said.kind in ("word", "text", "call") else ""
    kind = "json" if many or (said is not None and said.kind == "map") else _KINDS.get(written.rpartition(".")[2], "")
    need = options.get("required") if options is not None else None
    default = options.get("default") if options is not None else None
    to = (options.get("ref") if options is not None else None) or (inner.get("ref") if inner is not None else None)
    model = to.name.removesuffix(".name") if to is not None and to.kind in ("text", "word") else ""
    required = need is not None and (need.name == "true" or _list_true(need))
    return Field(
        name, name, kind, written, line,
        # What has a value when nothing is given, or is required at times, is left open.
        nullable=False if required else None if need is not None or default is not None else True,
        unique=options is not None and (_is(options, "unique") or _list_true(options.get("unique"))),
        list=many, default="" if default is None or default.name in ("null", "undefined") else (default.name or default.kind)[:100],
        reference=Reference(model) if model else None,
    )  # fmt: skip


def _property(one: Property, said: Node | None) -> Field:
    """The path of a property: its type is that of TypeScript where the decorator names none."""
    plain = re.sub(r"\s*\|\s*(?:null|undefined)\b", "", one.type.strip().removesuffix(";").strip())
    many = plain.endswith("[]") or plain.startswith("Array<")
    own = "json" if many else _TYPES.get(plain, "")
    if said is None or said.kind not in ("map", "list", "word") or (said.kind == "map" and said.get("type") is None):
        typed = Node("word", plain or "unknown", 0, 0)
        given = said.named if said is not None and said.kind == "map" else ()
        found = _field(one.name, Node("map", "", 0, 0, (), (*given, ("type", typed))), one.line)
        return replace(found, type=own, written=plain, list=many)
    return _field(one.name, said, one.line)


def _list_true(node: Node | None) -> bool:
    return node is not None and node.kind == "list" and bool(node.parts) and node.parts[0].name == "true"


def _words_of(one: Property) -> Iterator[str]:
    prop = _decorator(one.decorators, "Prop")
    if prop is not None:
        yield from re.findall(r"[A-Za-z_$][\w$]{0,100}", one.type[:400])
        for part in prop.parts:
            typed = part.get("type") if part.kind == "map" else part
            yield from (each.name for each in _flat(typed, 0) if each.kind == "word")


def _flat(node: Node | None, depth: int) -> Iterator[Node]:
    if node is None or depth > _DEEPEST:
        return
    yield node
    for part in (*node.parts, *(value for _, value in node.named)):
        yield from _flat(part, depth + 1)


def _decorator(nodes: tuple[Node, ...], name: str) -> Node | None:
    return next((one for one in nodes if one.name.lstrip("@").rpartition(".")[2] == name), None)


def _word(said: Node | None, node: Node) -> str:
    """The name of a model that a variable, or the name of a class, gives it."""
    return _text(said) or node.name.removesuffix(".name").rpartition(".")[2]


def _is(value: Node, key: str) -> bool:
    said = value.get(key)
    return said is not None and said.name == "true"


def _text(node: Node | None) -> str:
    return node.name[:200] if node is not None and node.kind == "text" else ""
