"""The tables of Drizzle: variables of several modules are read together, since columns are shared."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pytest_agentcompliance.parsing.models import Enum, Field, Index, Model, Models, Reference, Relation, Unread
from pytest_agentcompliance.parsing.models.expressions import Node, expression
from pytest_agentcompliance.parsing.models.kinds import kind_of
from pytest_agentcompliance.parsing.models.scripts_code import Module, Variable

_TABLE = re.compile(r"(?:\w+\.)?(?:(?:pg|mysql|sqlite|singlestore|mssql|cockroach)?[tT]able(?:WithRLS)?|create\w*Table\w*)$")
_PATTERN = re.compile(r"^(\w*)\$\{\w+\}(\w*)$")
_SHORT = {"int": "integer", "double": "float", "char": "string", "real": "float"}
_MODES = {"timestamp": "datetime", "timestamp_ms": "datetime", "boolean": "boolean", "json": "json", "bigint": "bigint"}
_OWN = ("serial", "smallserial", "bigserial")
_DEEPEST = 8


def read(modules: Mapping[str, Module]) -> Models:
    """The tables and enums of the modules; never fails."""
    world = _World(modules)
    models = list(world.models())
    related: dict[str, list[Relation]] = {}
    for table, relation in world.relations():
        related.setdefault(table, []).append(relation)
    done = [replace(one, relations=tuple(related.get(one.name, ()))) for one in models]
    return Models(tuple(_both(one, done) for one in done), tuple(world.enums.values()), tuple(world.unread))


class _World:
    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = modules
        self.unread: list[Unread] = []
        self._nodes: dict[int, Node] = {}
        self._variables: dict[str, list[Variable]] = {}
        for one in modules.values():
            for name, each in one.variables.items():
                self._variables.setdefault(name, []).append(each)
        self.enums = dict(self._enums())
        self.tables = dict(self._tables())  # the variable of a table by its name, with the name of the table

    def _node(self, one: Variable) -> Node:
        if id(one) not in self._nodes:
            self._nodes[id(one)] = expression(one.text)
        return self._nodes[id(one)]

    def _meant(self, name: str, path: str) -> Variable | None:
        there = self._variables.get(name, [])
        return next((one for one in there if one.path == path), there[0] if there else None)

    def _line(self, one: Variable, node: Node) -> int:
        return self._modules[one.path].line(one.start + node.start)

    def _each(self) -> Iterator[Variable]:
        for one in self._modules.values():
            yield from one.variables.values()

    def _enums(self) -> Iterator[tuple[str, Enum]]:
        for one in self._each():
            if not re.match(r"(?:\w+\.)?(?:(?:pg|mysql)Enum|enum)\s*\(", one.text):
                continue
            node = self._node(one)
            values = self._listed(node.parts[1], one.path) if len(node.parts) > 1 else ()
            yield one.name, Enum(one.name, values, one.path, self._line(one, node))

    def _listed(self, node: Node, path: str) -> tuple[str, ...]:
        if node.kind == "list":
            return tuple(one.name for one in node.parts if one.kind == "text")
        meant = self._meant(node.name, path) if node.kind == "word" else None
        told = self._node(meant) if meant is not None else None
        return tuple(one.name for one in told.parts if one.kind == "text") if told is not None and told.kind == "list" else ()

    def _tables(self) -> Iterator[tuple[str, str]]:
        for one in self._each():
            if (call := self._call(one)) is not None:
                yield one.name, self._named(call, one)

    def _call(self, one: Variable) -> Node | None:
        """The call that makes a table."""
        head = re.match(r"[\w.]+", one.text)
        if head is None:
            return None
        first = head[0].partition(".")[0]
        maker = self._meant(first, one.path)
        made = maker is not None and re.match(r"(?:pg|mysql|sqlite|singlestore)(?:TableCreator|Schema)\s*\(", maker.text)
        if not made and not _TABLE.match(head[0]):
            return None
        node = self._node(one)
        if "." in head[0] and head[0].endswith(".table") and not made:
            return None
        return node if node.kind == "call" and len(node.parts) > 1 and node.parts[0].kind in ("text", "other", "word") else None

    def _named(self, call: Node, one: Variable) -> str:
        if call.parts[0].kind != "text":
            return ""
        name = call.parts[0].name
        maker = self._meant(call.name, one.path)
        if maker is not None and re.match(r"\w+TableCreator\s*\(", maker.text):
            told = self._node(maker)
            arrow = told.parts[0] if told.parts else None
            body = arrow.parts[0] if arrow is not None and arrow.kind == "arrow" and arrow.parts else None
            if body is not None and (pattern := _PATTERN.match(body.name)) is not None:
                return pattern[1] + name + pattern[2]
            return name if body is not None and body.kind == "word" else ""
        return name

    def models(self) -> Iterator[Model]:
        for one in self._each():
            call = self._call(one)
            if call is None:
                continue
            inner = call.parts[1]
            inner = inner.parts[0] if inner.kind == "arrow" and inner.parts else inner
            fields, partial = self._fields(inner, one, 0)
            indexes: list[Index] = []
            primary: tuple[str, ...] = tuple(name for name, field in fields.items() if field.primary)
            if len(call.parts) > 2:
                extra = call.parts[2].parts[0] if call.parts[2].kind == "arrow" and call.parts[2].parts else call.parts[2]
                for node in (*extra.parts, *(value for _, value in extra.named)):
                    primary = self._constraint(node, one, fields, indexes) or primary
            for name in primary:
                if name in fields:
                    fields[name] = replace(fields[name], primary=True, nullable=False)
            yield Model(
                one.name, self.tables.get(one.name, "") if self._meant(one.name, one.path) is one else self._named(call, one),
                one.path, self._line(one, call), "drizzle", tuple(fields.values()), tuple(indexes), (), primary, partial,
            )  # fmt: skip

    def _fields(self, node: Node, one: Variable, depth: int) -> tuple[dict[str, Field], bool]:
        fields: dict[str, Field] = {}
        partial = node.kind != "map" or depth > _DEEPEST
        for key, value in node.named if depth <= _DEEPEST else ():
            if key == "...":
                meant = self._meant(value.name.partition(".")[0], one.path)
                told = self._node(meant) if meant is not None and meant is not one else None
                told = told.parts[0] if told is not None and told.kind == "arrow" and told.parts else told
                if told is None or meant is None or told.kind != "map":
                    partial = True
                    self.unread.append(Unread(one.path, self._line(one, value), "columns that are spread come from elsewhere"))
                else:
                    more, part = self._fields(told, meant, depth + 1)
                    fields.update(more)
                    partial = partial or part
                continue
            field = self._column(key, value, one)
            if field is not None:
                fields[key] = field
            elif value.kind == "word" and (meant := self._meant(value.name, one.path)) is not None:
                field = self._column(key, self._node(meant), meant)
                if field is not None:
                    fields[key] = field
                else:
                    partial = True
            else:
                partial = True
        return fields, partial

    def _column(self, key: str, node: Node, one: Variable) -> Field | None:
        chain = [node, *node.then]
        if node.kind == "word" and len(chain) == 1 and "(" not in node.name:
            return None
        at = next((place for place, each in enumerate(chain) if each.kind == "call"), None)
        if at is None:
            return None
        call = chain[at]
        name = call.last
        title = call.parts[0].name if call.parts and call.parts[0].kind == "text" else key
        options = next((each for each in call.parts if each.kind == "map"), None)
        kind, enum = self._kind(name, options, one)
        calls = {each.name: each for each in chain[at + 1 :]}
        primary = "primaryKey" in calls
        size = options.get("length") if options is not None else None
        default = next((calls[each] for each in ("default", "defaultNow", "defaultRandom") if each in calls), None)
        return Field(
            key, title, kind, name, self._line(one, node), nullable=not (primary or "notNull" in calls or name in _OWN or any(
                each.startswith("generated") and each.endswith("Identity") for each in calls)),
            unique="unique" in calls, primary=primary, list="array" in calls, enum=enum,
            default=(default.parts[0].name if default.parts else default.name) if default is not None else "",
            length=int(size.name) if size is not None and re.fullmatch(r"[0-9]{1,6}", size.name) else None,
            reference=self._reference(calls["references"], one) if "references" in calls else None,
        )  # fmt: skip

    def _kind(self, name: str, options: Node | None, one: Variable) -> tuple[str, str]:
        if name in self.enums:
            return "enum", name
        mode = options.get("mode") if options is not None else None
        if options is not None and options.get("enum") is not None:
            return "enum", ""
        if mode is not None and mode.kind == "text" and mode.name in _MODES and name in ("integer", "text", "blob", "int"):
            return _MODES[mode.name], ""
        if name == "mysqlEnum":
            return "enum", ""
        meant = self._meant(name, one.path)
        if meant is not None and meant.text.startswith("customType"):
            return "", ""
        return _SHORT.get(name) or kind_of(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)) or kind_of(name), ""

    def _reference(self, call: Node, one: Variable) -> Reference | None:
        arrow = call.parts[0] if call.parts else None
        body = arrow.parts[0] if arrow is not None and arrow.kind == "arrow" and arrow.parts else arrow
        options = call.parts[1] if len(call.parts) > 1 else None
        deleted = options.get("onDelete") if options is not None else None
        if body is None or body.kind != "word":
            return Reference("", (), deleted.name if deleted is not None else "")
        table, _, field = body.name.rpartition(".")
        return Reference(table, (field,), deleted.name.lower() if deleted is not None else "")

    def _constraint(self, node: Node, one: Variable, fields: dict[str, Field], indexes: list[Index]) -> tuple[str, ...]:
        if node.kind != "call":
            return ()
        on = node.call("on", "using", "onOnly")
        names = tuple(each.name.rpartition(".")[2].removesuffix("()") for each in (on.parts if on is not None else ()))
        line = self._line(one, node)
        if node.last in ("index", "uniqueIndex", "unique"):
            names = tuple(_key(each) for each in (on.parts if on is not None else ()) if _key(each))
            indexes.append(Index(names, node.last != "index", line))
        elif node.last == "primaryKey":
            columns = node.parts[0].get("columns") if node.parts else None
            return tuple(_key(each) for each in (columns.parts if columns is not None else node.parts) if _key(each))
        elif node.last == "foreignKey" and node.parts:
            mine, there = node.parts[0].get("columns"), node.parts[0].get("foreignColumns")
            deleted = node.call("onDelete")
            how = deleted.parts[0].name.lower() if deleted is not None and deleted.parts else ""
            for here, to in zip(mine.parts if mine else (), there.parts if there else (), strict=False):
                if _key(here) in fields:
                    table, _, field = to.name.rpartition(".")
                    # A table that points at itself is the parameter of the callback.
                    table = table if table in self.tables else one.name
                    fields[_key(here)] = replace(fields[_key(here)], reference=Reference(table, (field,), how))
        return ()

    def relations(self) -> Iterator[tuple[str, Relation]]:
        """What ``relations(table, ({ one, many }) => ({...}))`` says, by the variable of the table."""
        for one in self._each():
            if not re.match(r"relations\s*\(", one.text):
                continue
            node = self._node(one)
            inner = node.parts[1].parts[0] if len(node.parts) > 1 and node.parts[1].parts else None
            if node.parts[:1] and inner is not None and inner.kind == "map":
                for key, value in inner.named:
                    if value.kind == "call" and value.last in ("one", "many") and value.parts:
                        options = value.parts[1] if len(value.parts) > 1 else None
                        said = options.get("fields") if options is not None else None
                        keys = tuple(_key(each) for each in said.parts) if said is not None else ()
                        way = "hasMany" if value.last == "many" else "belongsTo" if keys else "hasOne"
                        yield node.parts[0].name, Relation(key, way, value.parts[0].name, self._line(one, value), keys)  # type: ignore[arg-type]


def _key(node: Node) -> str:
    """The field that ``t.email`` names, ``t.email.desc()`` as well."""
    if node.kind not in ("word", "call"):
        return ""
    parts = node.name.split(".")
    if node.kind == "call":
        return parts[1] if len(parts) > 2 else _key(node.parts[0]) if node.parts else ""
    return parts[-1]


def _both(one: Model, models: list[Model]) -> Model:
    """The model whose foreign keys name tables by their model."""
    known = {each.name for each in models}
    fields = tuple(
        field if field.reference is None or field.reference.model in known
        else replace(field, reference=replace(field.reference, model=field.reference.model.rpartition(".")[2]))
        for field in one.fields
    )  # fmt: skip
    return replace(one, fields=fields)
