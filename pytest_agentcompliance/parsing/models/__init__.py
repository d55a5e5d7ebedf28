"""The models of a database as code, or the schema JSON, declares them: one neutral form, whatever tool wrote them down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Tool = Literal["prisma", "drizzle", "typeorm", "sqlalchemy", "sqlmodel", "sequelize", "mongoose", "json"]
Way = Literal["belongsTo", "hasOne", "hasMany", "manyToMany", ""]

LONGEST = 2_000_000  # characters of a file that is read
SCRIPTS = (".ts", ".mts", ".cts", ".js", ".mjs", ".cjs")
ENDINGS = (".prisma", ".py", *SCRIPTS)
# Whole words, one of which a file with models has; a file of Prisma's is known by its ending.
PYTHON_SIGNS = frozenset({
    "__tablename__", "__table__", "__table_args__", "__abstract__", "Column", "mapped_column", "Mapped", "DeclarativeBase",
    "declarative_base", "SQLModel",
})  # fmt: skip
SCRIPT_SIGNS = frozenset({
    "pgTable", "mysqlTable", "sqliteTable", "singlestoreTable", "pgTableCreator", "mysqlTableCreator", "sqliteTableCreator",
    "pgSchema", "mysqlSchema", "pgEnum", "Entity", "PrimaryColumn", "PrimaryGeneratedColumn", "CreateDateColumn",
})  # fmt: skip
# The same of tools whose models are made by calls; many a file has these that makes none.
CALL_SIGNS = frozenset({"sequelize", "Sequelize", "DataTypes", "mongoose"})
SIGNS = PYTHON_SIGNS | SCRIPT_SIGNS | CALL_SIGNS


@dataclass(frozen=True, slots=True)
class Reference:
    """What a foreign key points at: a model, or a table, as it is written, and the fields of it where they are said."""

    model: str
    fields: tuple[str, ...] = ()
    on_delete: str = ""  # in small letters, words apart: "set null"


@dataclass(frozen=True, slots=True)
class Field:
    """One column. ``type`` is a word of ``kinds``, empty where it is not known; ``written`` is the type as the file has it.

    ``enum`` names the enum that it is of. None in ``nullable`` is what the file leaves open. ``default`` is as written.
    """

    name: str
    column: str
    type: str
    written: str
    line: int
    nullable: bool | None = False
    unique: bool = False
    primary: bool = False
    list: bool = False
    default: str = ""
    enum: str = ""
    length: int | None = None
    reference: Reference | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """An index over fields, by the names that the fields have in their model, or those of the columns."""

    fields: tuple[str, ...]
    unique: bool
    line: int


@dataclass(frozen=True, slots=True)
class Relation:
    """What a model calls another one that it belongs to or has; ``key`` are the fields of the foreign key where they are said."""

    name: str
    way: Way
    model: str
    line: int
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """One table. ``table`` is its name in the database, empty where only running the code would tell."""

    name: str
    table: str
    path: str
    line: int
    tool: Tool
    fields: tuple[Field, ...] = ()
    indexes: tuple[Index, ...] = ()
    relations: tuple[Relation, ...] = ()
    primary: tuple[str, ...] = ()  # the fields of the primary key, in order
    partial: bool = False  # a part of its columns could not be read: a class of a library, a helper


@dataclass(frozen=True, slots=True)
class Enum:
    """An enum, and its values as the database has them; ``texts`` are what Python's stand for, in the same order."""

    name: str
    values: tuple[str, ...]
    path: str
    line: int
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """What says nothing certain without being run."""

    path: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Models:
    """All models and enums by file and line, and what could not be read of them."""

    models: tuple[Model, ...] = ()
    enums: tuple[Enum, ...] = ()
    unread: tuple[Unread, ...] = ()


def read(files: Mapping[str, str]) -> Models:
    """The models of the files (path to text) together, since one takes columns from another; never fails.

    Which files: those that end in .prisma, and those of ``ENDINGS`` that have one of ``SIGNS`` as a whole word.
    """
    texts = {path: text for path, text in files.items() if len(text) <= LONGEST}
    found = [
        Models(unread=tuple(Unread(path, 1, "the file is too large to be read") for path in files if path not in texts)),
        *_read(texts),
    ]
    return together(found)


def together(found: Iterable[Models]) -> Models:
    """Several as one, in order."""
    parts = list(found)
    return Models(
        tuple(sorted((one for part in parts for one in part.models), key=lambda one: (one.path, one.line, one.name))),
        tuple(sorted((one for part in parts for one in part.enums), key=lambda one: (one.path, one.line, one.name))),
        tuple(sorted((one for part in parts for one in part.unread), key=lambda one: (one.path, one.line, one.why))),
    )


def _read(texts: Mapping[str, str]) -> Iterable[Models]:
    # Start-up time: a reader is imported where there is something for it.
    if of_prisma := {path: text for path, text in texts.items() if path.endswith(".prisma")}:
        from pytest_agentcompliance.parsing.models import prisma

        yield prisma.read(of_prisma)
    if of_python := {path: text for path, text in texts.items() if path.endswith(".py")}:
        from pytest_agentcompliance.parsing.models import sqlalchemy

        yield sqlalchemy.read(of_python)
    if of_scripts := {path: text for path, text in texts.items() if path.endswith(SCRIPTS)}:
        from pytest_agentcompliance.parsing.models import scripts

        yield scripts.read(of_scripts)
