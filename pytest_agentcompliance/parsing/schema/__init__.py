"""What code says of a database's schema, as facts: which table has which column of which type."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.languages import language_of

LONGEST = 2_000_000  # characters of a file that is read

# What a file with models imports, and what it writes: one of each, before a grammar is asked. Most that import are queries.
SIGNS = {
    "javascript": (
        ("drizzle-orm", "typeorm", "sequelize", "@mikro-orm"),
        ("pgTable", "mysqlTable", "sqliteTable", "singlestoreTable", "Schema(", "pgEnum", "TableCreator", "createTable(", "@Entity",
         "DataTypes"),
    ),
    "python": (
        ("sqlalchemy", "sqlmodel", "django.db", "db.Column(", "db.Model"),
        ("Column(", "mapped_column(", "Mapped[", "__tablename__", "table=True", "table = True", "models."),
    ),
    "go": (("gorm",), ('gorm:"',)),
}  # fmt: skip
_SCRIPTS = frozenset({"javascript", "typescript", "tsx"})
_WORD = re.compile(r"[A-Za-z_]\w{0,80}")


@dataclass(frozen=True, slots=True)
class Fact:
    """One column, constraint or value of a schema as it is written, without its layout; ``line`` is where it stands."""

    tool: str
    table: str
    column: str
    said: str
    line: int

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.tool, self.table, self.column, self.said

    @property
    def names(self) -> frozenset[str]:
        """What a migration may call it: the words of its table and column, in small letters, without underscores."""
        texts = re.findall(r"[\"'`]([\w.]{2,80})[\"'`]", self.said[:2000])
        return frozenset(plain(one) for one in (self.table, self.column, *texts)) - {""}


def plain(name: str) -> str:
    """A name as it is compared: createdAt and created_at are one."""
    return name.replace("_", "").lower()


def words(text: str) -> frozenset[str]:
    """The words of a migration, each plain."""
    return frozenset(plain(one) for one in _WORD.findall(text))


def facts(text: str, path: str) -> tuple[Fact, ...]:
    """The facts of a file in order; none of one that is no model. Never fails."""
    if len(text) > LONGEST:
        return ()
    return tuple(_read(text, path))


def _read(text: str, path: str) -> Iterator[Fact]:
    if path.endswith(".prisma"):
        from pytest_agentcompliance.parsing.schema import prisma

        return prisma.read(text)
    language = language_of(path)
    name = language.grammar if language is not None else ""
    signs = SIGNS.get("javascript" if name in _SCRIPTS else name, ((),))
    if not all(any(sign in text for sign in group) for group in signs):
        return iter(())
    from pytest_agentcompliance.parsing.schema import code

    if name in _SCRIPTS:
        return code.scripts(text, name, blanked(text, "x.ts"))
    if name == "python":
        return code.python(text, blanked(text, "x.py"))
    return code.go(text, blanked(text, "x.go")) if name == "go" else iter(())
