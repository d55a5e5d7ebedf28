"""The tables of a plan: of its SQL, its Prisma and its code, of tables of columns, of lists of columns below a name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pytest_agentcompliance.parsing.markdown import word_set
from pytest_agentcompliance.parsing.models import Field, Index, Model
from pytest_agentcompliance.parsing.plan import PlanTable, PlanUnread, columns, sql
from pytest_agentcompliance.parsing.plan.units import Unit, column, is_kept, plain

# A heading that speaks of tables, below which names are those of tables.
_DATABASE = re.compile(
    r"\b(?:database|db|schemas?|tables?|data models?|models?|entit(?:y|ies)|collections?|migrations?|ddl|orm|"
    r"prisma|indexes|columns)\b",
    re.IGNORECASE,
)
_NO_TABLES = re.compile(
    r"\b(?:api|endpoints?|routes?|request|response|dtos?|pydantic|zod|validation|llm|ai|openai|gemini|config|pricing|threat|"
    r"permission|"
    r"event|error|json|services?|types?)\b",
    re.IGNORECASE,
)
# What no table is, though its title says model, schema or entity: what goes over the wire, or is shown.
_WIRE = re.compile(
    r"\b(?:pydantic|dtos?|zod|typescript|ts|front[- ]?end|client[- ]side|requests?|responses?|inputs?|outputs?|payloads?|props|"
    r"(?:ui|component|form|view) (?:state|models?|types?|schemas?)|dataclass(?:es)?|view ?models?|"
    r"(?:in[- ]memory|validation|api|rest|graphql|json|service|error|llm|prompt|tool|event|message|agent)[- ]"
    r"(?:layer|schemas?|models?|types?|entit(?:y|ies)|objects?|contracts?|representations?))\b",
    re.IGNORECASE,
)
_STORED = re.compile(
    r"\b(?:database|db|sql|tables?|prisma|orm|ddl|sqlmodel|sqlalchemy|drizzle|typeorm|mongo(?:ose|db)?|sequelize|migrations?|"
    r"persist\w{0,8}|collections?)\b",
    re.IGNORECASE,
)
# Code that declares what no table is; models are read from code by their own readers.
_WIRE_CODE = re.compile(
    r"\b(?:BaseModel|TypedDict|NamedTuple|Protocol|z\.object|Enum)\b|@dataclass\b|"
    r"^[ \t]*(?:export[ \t]+)?(?:(?:interface|class|enum)[ \t]+\w{1,80}[ \t]*[<({:]|"
    r"(?:interface|class)[ \t]+\w{1,80}[ \t]+extends\b|type[ \t]+\w{1,80}[ \t]*=)|"
    r"^[ \t]*(?:openapi|properties)[ \t]*:|^[ \t]*type[ \t]*:[ \t]*object\b",
    re.MULTILINE,
)
_NAME = r"[`*\"]{0,3}([A-Za-z]\w{1,60})[`*\"]{0,3}"
_TITLE = re.compile(
    rf"(?:[\d.()]{{1,10}}\s+|[A-Z]\.\s+)?(?:(?:(?:new|db|database|prisma|orm|orm model)\s+)?(?:table|model|entity|collection|"
    rf"schema)\s*:?\s*)?{_NAME}"
    r"(?:\s+(?:table|model|entity|collection|schema)(?:\s+(?:definition|schema|structure|details|columns|fields))?)?"
    r"(?:\s*[:(—–].*|\s+-.*)?",
    re.IGNORECASE,
)
_SAYS = re.compile(r"\b(?:table|model|entity|collection)s?\b", re.IGNORECASE)
_COMMON = word_set(
    "database schema table tables model models entity entities columns column fields field indexes index indices relations "
    "relationships constraints "
    "overview notes migrations migration data enums enum types type orm queries seed seeds general design new changes note "
    "example rules key keys "
    "primary unique foreign purpose important users_note description access rls policies policy validation storage auth "
    "status definition definitions creation setup structure structures details layout layouts summary diagram diagrams erd "
    "conventions naming strategy specification specifications properties requirement considerations implementation verification "
    "objective and or of for in with the"
)
# What is one too where more stands beside it ("Table inventory", "Security model"), and may be a table's name alone.
_BESIDE = word_set(
    "files file lists list listing updates update modifications layer layers names inventory mapping mappings management "
    "versioning reference "
    "references evolution selection size sizes usage example examples sample samples comparison spec specs attributes "
    "security authorization caching concurrency domain threat permission permissions deployment dependencies location goal goals"
)
_COLUMN_NAMES = re.compile(r"columns?(?: name)?|fields?(?: name)?|name|attributes?|propert(?:y|ies)|字段|列|컬럼", re.IGNORECASE)
_TYPES = re.compile(r"(?:data ?|sql |db )?types?(?: .{0,20})?|类型", re.IGNORECASE)
_NULLABLE = re.compile(r"null(?:able)?\??", re.IGNORECASE)
_REQUIRED = re.compile(r"required\??", re.IGNORECASE)
_TABLE_NAMES = re.compile(r"(?:table|model|entity|collection)(?: name)?|表", re.IGNORECASE)
_INDEXES = re.compile(r"\bindex(?:es|ing|ed)?\b|\bindices\b", re.IGNORECASE)
_SOFT = re.compile(r"\bsoft[- ]?delet(?:e[sd]?|ion|ing|able)\b|\b(?:deleted_at|deletedAt|is_deleted|isDeleted)\b", re.IGNORECASE)
_NOT_SOFT = re.compile(
    r"\b(?:no|not|never|without|instead of|avoid|don't|do not|hard[- ]delet\w{1,4}|skip)\b[^.;\n]{0,40}\bsoft[- ]?delet|"
    r"\bsoft[- ]?delet\w{0,5}[^.;\n]{0,30}\b(?:not (?:needed|used|required|in)|out of scope|later|deferred|future|unnecessary)\b|"
    r"\bhard[- ]delet",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\b(?:all|every|each)\b[^.;\n]{0,40}\b(?:tables?|models?|entit(?:y|ies)|collections?|records?|rows?)\b|"
    r"\btables? (?:all )?(?:have|has|include)\b",
    re.IGNORECASE,
)
_STAMPS = re.compile(r"\b(?:created_?at|timestamps?)\b", re.IGNORECASE)
_ON = re.compile(r"(?:\bon\s+)?[`\"]?\b(\w{1,80})[`\"]?\s*\(([^()]{1,200})\)", re.IGNORECASE)
_DOTTED = re.compile(r"\b([A-Za-z]\w{1,60})\.([A-Za-z]\w{0,60})\b")
_CODE = {"python": "py", "py": "py", "typescript": "ts", "ts": "ts", "javascript": "ts", "js": "ts", "prisma": "prisma"}
_ATTRIBUTE = re.compile(r"id|uuid|\w{1,60}_(?:id|at|on)|(?:created|updated|deleted)\w{0,10}", re.IGNORECASE)
_LISTING = re.compile(r"\b(?:tables|models|entities|collections)$", re.IGNORECASE)
_KEYED = re.compile(
    r"(?:(?:unique\s+)?(?:index|btree|composite)\s*(?:on)?:?\s*)?\(?\s*([a-z_]\w{0,60}(?:\s*[,+]\s*[a-z_]\w{0,60}){0,20})",
    re.IGNORECASE,
)
_RULES = re.compile(
    r"\b(?:validations?|business rules?|rules|relations?(?:hips?)?|transitions?|lifecycle|security|permissions?|access|"
    r"behaviou?rs?|examples?|queries|api|used by|usage)\b",
    re.IGNORECASE,
)
_DRAWN = ("", "text", "txt", "plaintext", "yaml", "yml")
_OPEN = re.compile(r"([A-Za-z]\w{1,60})\s*[:{(]*\s*")
MOST = 400  # tables of a plan
_MOST_READ = 2000  # of them that are looked at


@dataclass
class _Draft:
    """A table while it is read."""

    name: str
    line: int
    rank: int  # of what names it: a heading's level, more for an item or a label
    section: str
    kept: bool
    indent: int = 0
    fields: list[Field] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    soft: int = 0
    not_soft: bool = False
    certain: bool = False  # the plan calls it a table
    wire: bool = False  # code says that it is none: a class of what goes over the wire
    rules: bool = False  # what follows are rules of columns and no columns
    primary: tuple[str, ...] = ()


@dataclass
class Found:
    """The tables of a plan, and what is said of all of them."""

    tables: list[PlanTable]
    unread: list[PlanUnread]
    soft: int = 0
    timestamps: int = 0


def read(units: Sequence[Unit], path: str) -> Found:
    """The tables that the units state."""
    found = Found([], [])
    made = [*_of_code(units, path, found), *_of_text(units, path, found)]
    found.tables = _together(made)
    return found


def _of_code(units: Sequence[Unit], path: str, found: Found) -> Iterator[PlanTable]:
    """Those of fences: each is read by its own language's reader, at the lines of the plan."""
    from pytest_agentcompliance.parsing import models  # start-up time

    for unit in units:
        if unit.kind != "fence":
            continue
        text = _registered(unit.text)
        if re.search(r"\b(?:create|alter)\s+table\b|\bcreate\s+(?:unique\s+)?index\b", text, re.IGNORECASE):
            made = sql.tables(text, unit.line, path)
            if not made and re.search(r"\bcreate\s+table\b", text, re.IGNORECASE):
                found.unread.append(PlanUnread(unit.line, "its SQL could not be read"))
            yield from (_of_model(one, unit) for one in made)
            continue
        ending = "prisma" if re.search(r"^\s*model\s+\w+\s*\{", text, re.MULTILINE) else _CODE.get(unit.info, "")
        if not ending or not (ending == "prisma" or any(one in text for one in models.SIGNS)):
            continue
        name = f"{path}#{unit.line}.{ending}"
        read = models.read({name: "\n" * (unit.line - 1) + text})
        if not read.models and read.unread:
            found.unread.append(PlanUnread(unit.line, f"its code could not be read: {read.unread[0].why}"))
        yield from (_of_model(replace(one, path=path), unit) for one in read.models)


def _registered(text: str) -> str:
    """A fence of Mongoose whose schemas are given to no model: plans often show them alone."""
    if "Schema(" not in text or "model(" in text:
        return text
    names = re.findall(r"\b(\w{1,60})Schema\s*=\s*new\s+(?:mongoose\s*\.\s*)?Schema\(", text)[:MOST]
    return text + "".join(f'\nmongoose.model("{name[:1].upper()}{name[1:]}", {name}Schema)' for name in names)


def _of_model(model: Model, unit: Unit) -> PlanTable:
    soft = next((one.line for one in model.fields if _SOFT.search(one.column) or _SOFT.search(one.name)), 0)
    return PlanTable(model, model.line, soft, kept=unit.kept, section=unit.section, named=not model.fields)


def _of_text(units: Sequence[Unit], path: str, found: Found) -> Iterator[PlanTable]:
    drafts: list[_Draft] = []
    now: _Draft | None = None
    indexes = False  # whether what follows lists indexes
    for unit in units:
        database = _is_database(unit)
        _said_of_all(unit, database, found)
        if unit.kind == "heading":
            indexes = bool(_INDEXES.search(unit.text)) and not _SAYS.search(plain(unit.text).replace("Tables and", ""))
            if now is not None and (unit.level <= now.rank or now.rank > 6):
                now = None
            if now is not None:
                now.rules = _RULES.search(unit.text) is not None
            if now is None and (draft := _titled(unit.text, unit, unit.level, database)) is not None:
                drafts.append(now := draft)
        elif unit.kind == "row":
            now = _row(unit, now, database, drafts)
        elif unit.kind == "fence":
            drafts += _fence(unit, now, database)
        elif unit.kind in ("item", "text"):
            now, indexes = _line(unit, now, indexes, database, drafts)
        if now is not None:
            _soft(unit, now)
        if indexes and unit.kind in ("item", "text", "fence"):
            _index(unit, now, drafts)
    yield from (_made(one, path) for one in drafts[:MOST] if (one.fields or one.certain) and not one.wire)


def _is_database(unit: Unit) -> bool:
    """Whether it stands where tables are spoken of."""
    near = [one for one in unit.titles if _DATABASE.search(one)]
    if not near or any(map(_is_wire, unit.titles)):
        return False
    return not (_NO_TABLES.search(unit.titles[-1]) and not _DATABASE.search(unit.titles[-1]))


def _fence(unit: Unit, now: _Draft | None, database: bool) -> Iterator[_Draft]:
    """A fence that draws the columns of the table that is open, or tables of its own; code of what is none says so."""
    if _WIRE_CODE.search(unit.text):
        if now is not None and not now.fields and not _has_models(unit.text):
            now.wire = True
    elif now is not None and not now.fields and unit.info in (*_DRAWN, "python"):
        now.fields += columns.listed(unit)
    elif now is None and database and unit.info in _DRAWN:
        yield from _drawn(unit)


def _has_models(text: str) -> bool:
    from pytest_agentcompliance.parsing.models import SIGNS  # start-up time

    return any(one in text for one in SIGNS)


def _is_wire(title: str) -> bool:
    """Whether a title is one of what goes over the wire, or is shown, and not of what is stored."""
    title = title[:200]
    return _WIRE.search(title) is not None and _STORED.search(title) is None


def _said_of_all(unit: Unit, database: bool, found: Found) -> None:
    if unit.kind not in ("item", "text") or unit.kept or not _ALL.search(unit.text):
        return
    if not found.soft and _SOFT.search(unit.text) and not _NOT_SOFT.search(unit.text):
        found.soft = unit.line
    if not found.timestamps and _STAMPS.search(unit.text):
        found.timestamps = unit.line


def _titled(text: str, unit: Unit, rank: int, database: bool) -> _Draft | None:
    """The table that a heading or a label names."""
    said = plain(text)
    name = _TITLE.fullmatch(said.strip().rstrip(":"))
    calls = _SAYS.search(said) is not None and not _NO_TABLES.search(said)
    if name is None or name[1].lower() in _COMMON or not (calls or database):
        return None
    beside = re.search(rf"\b(?:table|model|entity|collection|schema)\s+{name[1]}\b|\b{name[1]}\s+\w", said, re.IGNORECASE)
    if any(map(_is_wire, (*unit.titles, said))) or (name[1].lower() in _BESIDE and beside is not None):
        return None
    if rank > 6 and not (calls or "`" in text or "_" in name[1] or name[1].islower() or said.rstrip(":") == name[1]):
        return None
    certain = calls and len(said) < 60 and rank <= 6
    return _Draft(name[1], unit.line, rank, unit.section, unit.kept or is_kept(said), unit.indent, certain=certain)


def _row(unit: Unit, now: _Draft | None, database: bool, drafts: list[_Draft]) -> _Draft | None:
    """A row of columns belongs to the table that is open; one of tables names its own."""
    types = column(unit.header, _TYPES)
    owner = column(unit.header, _TABLE_NAMES)
    names = column(unit.header, _COLUMN_NAMES)
    if owner is not None and names is not None and types is not None and owner < len(unit.cells):
        called = plain(unit.cells[owner])
        now = next((one for one in drafts[:_MOST_READ] if one.name == called), None) if called else now
        if now is None and columns.WORDS.fullmatch(called):
            drafts.append(now := _Draft(called, unit.line, 8, unit.section, unit.kept))
    if now is None or types is None or names is None or max(types, names) >= len(unit.cells):
        return now
    if not columns.WORDS.fullmatch(plain(unit.cells[names])):
        for each in re.split(r"\s*[,/]\s*", plain(unit.cells[names]))[:10]:
            if columns.WORDS.fullmatch(each):
                now.fields.append(columns.made(each, plain(unit.cells[types]), "", unit.line))
        return now
    rest = [plain(one) for at, one in enumerate(unit.cells) if at not in (types, names)]
    made = columns.made(plain(unit.cells[names]), plain(unit.cells[types]), " ".join(rest), unit.line)
    for at, one in enumerate(unit.header[: len(unit.cells)]):
        said = plain(unit.cells[at]).lower()
        if _NULLABLE.fullmatch(one) and said in ("no", "false", "✗", "❌", "n", "not null"):
            made = replace(made, nullable=False)
        elif (_NULLABLE.fullmatch(one) and said in ("yes", "true", "✓", "✅", "y", "null")) or (
            _REQUIRED.fullmatch(one) and said in ("no", "false", "✗", "❌", "n", "-")
        ):
            made = replace(made, nullable=True)
        elif _REQUIRED.fullmatch(one) and said in ("yes", "true", "✓", "✅", "y"):
            made = replace(made, nullable=False)
    now.fields.append(made)
    return now


def _line(unit: Unit, now: _Draft | None, indexes: bool, database: bool, drafts: list[_Draft]) -> tuple[_Draft | None, bool]:
    """An item or a line: the name of a table, one of its columns, or a label."""
    said = unit.text
    if now is not None and now.rank > 6 and unit.kind == "item" and unit.indent <= now.indent:
        now = None
    label = _label(said)
    if label is not None and _INDEXES.search(label) and not said.lower().startswith("indexed "):
        return now, True
    if label is not None and now is not None and unit.kind == "text":
        now.rules = _RULES.search(label) is not None
    if label is not None and label.lower() in ("columns", "fields", "attributes", "schema", "table columns"):
        return now, False
    if now is not None and not (indexes or now.rules) and unit.kind == "item" and (made := columns.of_item(unit)):
        now.fields += made
        return now, False
    if now is not None and unit.kind == "item" and (level := sql.constraint(said.replace("`", ""), unit.line)) is not None:
        now.indexes += [level] if isinstance(level, Index) else []
        now.primary = level if isinstance(level, tuple) else now.primary
        return now, indexes
    if unit.kind == "item" and database and now is None and _LISTING.search(unit.section):
        alone = re.fullmatch(r"`(\w{2,60})`[^`]{0,200}", said)
        if alone is not None and not _ATTRIBUTE.fullmatch(alone[1]):
            drafts.append(_Draft(alone[1], unit.line, 7 + unit.indent, unit.section, unit.kept, unit.indent, certain=True))
            return drafts[-1], False
    if now is None and database:
        head, _, rest = said.partition(":") if ":" in said else (re.split(r"\s[—–-]\s|(?=\()", said, maxsplit=1)[0], "", "")
        draft = _titled(head, unit, 7 + unit.indent, database) if _is_name(head, said) else None
        inline = columns.inline(rest or said[len(head) :], unit.line) if draft is not None else []
        # A label before a sentence is none: "**Requirement**: choose one of both".
        prose = unit.kind == "text" and rest.strip("* ") and not inline and "`" not in head and not _SAYS.search(head)
        if draft is not None and not prose:
            drafts.append(draft)
            draft.fields += inline
            return draft, False
    if label is not None and now is not None and unit.kind == "text":
        draft = _titled(label, unit, 7, database) if database and _is_name(label, said) and now.rank > 6 else None
        if draft is not None:
            drafts.append(draft)
            return draft, False
        indexes = False
    return now, indexes


def _is_name(head: str, said: str) -> bool:
    """Whether a line begins with the name of a table as plans mark one: in code, in bold, or alone before a colon."""
    bare = plain(head).strip()
    marked = re.match(r"[*_]{0,3}`[A-Za-z]\w*`|\*\*`?[A-Za-z]\w*`?(?: \w+)?:?\*\*", said) is not None
    return bool(re.fullmatch(r"[A-Za-z]\w{1,60}(?: (?:table|model|entity|collection))?", bare, re.IGNORECASE)) and (
        marked or (said.rstrip().endswith(":") and (bare.islower() or "_" in bare or bare.istitle()))
    )


def _label(said: str) -> str | None:
    """What stands before a colon, or in bold alone."""
    bare = said.replace("**", "").replace("__", "").strip()
    head, colon, _ = bare.partition(":")
    if colon and len(head) < 60:
        return plain(head)
    return plain(bare) if said.startswith("**") and said.rstrip().endswith("**") and len(bare) < 60 else None


def _drawn(unit: Unit) -> Iterator[_Draft]:
    """The tables that a fence draws: a name at the margin, its columns below it."""
    now: _Draft | None = None
    for at, row in enumerate(unit.text.split("\n")[:2000]):
        if not row.strip():
            continue
        if not row[:1].isspace():
            head = _OPEN.fullmatch(row.strip().removeprefix("table ").removeprefix("Table "))
            if now is not None and now.fields:
                yield now
            now = _Draft(head[1], unit.line + at, 8, unit.section, unit.kept) if head else None
        elif now is not None and (one := columns.drawn(row, unit.line + at)) is not None:
            now.fields.append(one)
    if now is not None and now.fields:
        yield now


def _soft(unit: Unit, now: _Draft) -> None:
    if unit.kind == "fence":
        return
    if _NOT_SOFT.search(unit.text):
        now.not_soft = True
    elif not now.soft and _SOFT.search(unit.text):
        now.soft = unit.line


def _index(unit: Unit, now: _Draft | None, drafts: list[_Draft]) -> None:
    """The indexes of a line: ``users(email)``, ``idx on (user_id, created_at)``, ``User.email``."""
    said = unit.text.replace("`", "").replace("**", "")
    rows = [(unit.line + at, one) for at, one in enumerate(said.split("\n")[:200])] if unit.kind == "fence" else [(unit.line, said)]
    for line, row in rows:
        if _NOT_SOFT.search(row) or re.search(r"\bno index", row, re.IGNORECASE):
            continue
        unique = re.search(r"\bunique\b", row, re.IGNORECASE) is not None
        hits = [(found[1], sql.columns_of(found[2])) for found in _ON.finditer(row)]
        hits += [(found[1], (found[2],)) for found in _DOTTED.finditer(row)] if not hits else []
        for name, keys in hits[:40]:
            of = next((one for one in drafts[:_MOST_READ] if one.name.lower() == name.lower()), now)
            if of is None or not keys or not all(columns.WORDS.fullmatch(one) for one in keys):
                continue
            if of is now or of.name.lower() == name.lower():
                of.indexes.append(Index(keys, unique, line))
        if not hits and now is not None and unit.kind == "item":
            head = _KEYED.match(row)
            keys = tuple(re.split(r"\s*[,+]\s*", head[1])) if head else ()
            known = {one.name for one in now.fields}
            if keys and all(one in known for one in keys):
                now.indexes.append(Index(keys, unique, line))


def _made(draft: _Draft, path: str) -> PlanTable:
    fields = list({one.name: one for one in draft.fields}.values())
    primary = draft.primary or tuple(one.name for one in fields if one.primary)
    unique: list[Index] = list(dict.fromkeys(draft.indexes))
    model = Model(draft.name, "", path, draft.line, "json", tuple(fields), tuple(unique), (), primary, partial=not fields)
    return PlanTable(
        model, draft.line, 0 if draft.not_soft else draft.soft, draft.not_soft, draft.kept, named=not fields, section=draft.section
    )  # fmt: skip


def _together(made: list[PlanTable]) -> list[PlanTable]:
    """What stands at several places as one table: its fields and indexes of all of them."""
    found: dict[str, PlanTable] = {}
    for one in sorted(made, key=lambda each: each.line):
        key = one.name.lower()
        old = found.get(key)
        if old is None:
            found[key] = one
            continue
        known = {each.column for each in old.model.fields}
        fields = (*old.model.fields, *(each for each in one.model.fields if each.column not in known))
        indexes = tuple(dict.fromkeys((*old.model.indexes, *one.model.indexes)))
        model = replace(old.model if old.model.fields else one.model, fields=fields, indexes=indexes)
        found[key] = replace(
            old, model=replace(model, partial=not fields), soft=old.soft or one.soft, not_soft=old.not_soft or one.not_soft,
            kept=old.kept and one.kept, named=not fields,
        )  # fmt: skip
    return list(found.values())
