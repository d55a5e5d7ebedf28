"""The facts of a schema: what each tool's models say, and what makes no difference to the database."""

import pytest

from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.schema import facts, words
from pytest_agentcompliance.parsing.schema.migrations import GLOBS
from pytest_agentcompliance.parsing.schema.tight import tight

DRIZZLE = "import { pgTable, pgEnum, text, jsonb } from 'drizzle-orm/pg-core'\n"
TYPEORM = "import { Entity, Column } from 'typeorm'\n"
ALCHEMY = "from sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import Mapped, mapped_column\n"


def said(text: str, path: str) -> list[tuple[str, str, str]]:
    return [(one.table, one.column, one.said) for one in facts(text, path)]


def test_prisma() -> None:
    text = (
        "model User {\n  id Int @id // key\n  posts Post[]\n  name String?   @db.Text\n  @@index([name])\n}\n\n"
        "enum Role {\n  ADMIN\n}\nmodel Post {\n  author User @relation(fields: [authorId], references: [id])\n  authorId Int\n}\n"
    )
    assert said(text, "schema.prisma") == [
        ("User", "id", "Int @id"), ("User", "name", "String? @db.Text"), ("User", "", "@@index([name])"),
        ("Role", "ADMIN", "value"),
        ("Post", "authorId", "Int"),
    ]  # fmt: skip


def test_prisma_over_a_database_without_a_schema_has_none() -> None:
    assert said('datasource db {\n  provider = "mongodb"\n}\nmodel A {\n  id String\n}\n', "schema.prisma") == []


def test_drizzle() -> None:
    text = DRIZZLE + (
        "export const role = pgEnum('role', ['admin', 'user'])\n"
        "export const users = pgTable('users', {\n  id: text('id').primaryKey(),\n"
        "  meta: jsonb('meta').$type<{ a: Array<string> }>().notNull(),\n}, (t) => ({ by: index('i').on(t.id) }))\n"
        "export const rel = relations(users, ({ many }) => ({ posts: many(posts) }))\n"
    )
    assert said(text, "schema.ts") == [
        ("role", "", "('role',['admin','user'])"), ("users", "id", "text('id').primaryKey()"),
        ("users", "meta", "jsonb('meta').notNull()"),
    ]  # fmt: skip


def test_table_of_another_library_is_none() -> None:
    assert said("const t = pgTable('a', { id: text('id') })\nconst x = useReactTable({ data: f() })\n", "a.tsx") == []


def test_typeorm() -> None:
    text = TYPEORM + (
        "@Entity('users')\nexport class User {\n  @Column({ name: 'a_b' })\n  ab!: 'x' | 'y';\n\n"
        "  @OneToMany(() => Post, (p) => p.user)\n  posts: Post[];\n}\n\nexport class Dto {\n  @Column()\n  name: string;\n}\n"
    )
    assert said(text, "user.entity.ts") == [("users", "ab", "@Column({name:'a_b'})ab!:string")]


def test_sequelize() -> None:
    text = "import { DataTypes } from 'sequelize'\nUser.init({ name: { type: DataTypes.STRING } }, { sequelize })\n"
    assert said(text, "a.ts") == [("User", "name", "{type:DataTypes.STRING}")]


def test_sqlalchemy_and_sqlmodel() -> None:
    text = ALCHEMY + (
        "class A(Base):\n    __tablename__ = 'a'\n"
        "    id = Column(Integer, primary_key=True, default=lambda: next(ids()), doc='x')\n"
        "    at: Mapped[int]\n    b: Mapped['B'] = relationship(back_populates='a')\n    other = 1\n\n"
        "    def f(self):\n        x = Column(1)\n"
    )
    assert said(text, "a.py") == [
        ("A", "__tablename__", "__tablename__='a'"), ("A", "id", "id=Column(Integer,primary_key=True)"),
        ("A", "at", "at:Mapped[int]"),
    ]  # fmt: skip
    text = (
        "from sqlmodel import SQLModel\nclass H(SQLModel, table=True):\n    id: int = Field(default=None, index=True)\n"
        "    t: T = Relationship()\n"
    )
    assert said(text, "h.py") == [("H", "id", "id:int=Field(index=True)")]
    assert said(text.replace(", table=True", ""), "h.py") == []


def test_annotation_in_another_spelling_is_the_same_column() -> None:
    text = ALCHEMY + "class A(Base):\n    __tablename__ = 'a'\n    b: Mapped[{}] = mapped_column()\n"
    assert said(text.format("Optional[Dict[str, int]]"), "a.py") == said(text.format("dict[str, int] | None"), "a.py")
    assert said(text.format("Optional[str]"), "a.py") != said(text.format("str"), "a.py")


def test_django_and_gorm() -> None:
    text = "from django.db import models\nclass A(models.Model):\n    a = models.CharField(max_length=3, help_text='x, y')\n"
    assert said(text, "models.py") == [("A", "a", "a=models.CharField(max_length=3)")]
    text = 'package a\n\ntype U struct {\n\tID uint `gorm:"primaryKey" json:"id"`\n\tX string `json:"x"`\n\tY int `gorm:"-"`\n}\n'
    assert said(text, "a.go") == [("U", "ID", "uint primaryKey")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('text("a").notNull()', "text('a')\n    .notNull()"), ("text('a', { enum: ['x', 'y'] })", "text('a', { enum: ['x'] })"),
        ("text('a', { mode: 'json' })", "text('a')"), ("text('a').$defaultFn(() => f(a, (b)))", "text('a')"),
        ("Column(Integer, default=dict(a=[1, 2]))", "Column(Integer)"), ("Column(Text, doc='a, (b')", "Column(Text)"),
        ("Column(\n    Text,\n)", "Column(Text)"),
    ],
)  # fmt: skip
def test_what_makes_no_difference_is_left_out(one: str, other: str) -> None:
    assert tight(one) == tight(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("text('a')", "text('a').notNull()"), ("text('a').default('x')", "text('a').default('y')"),
        ("Column(Text)", "Column(Integer)"),
        ("Column(Text, server_default='a')", "Column(Text, server_default='b')"), ("Column(Text, nullable=True)", "Column(Text)"),
    ],
)  # fmt: skip
def test_what_the_database_sees_is_not(one: str, other: str) -> None:
    assert tight(one) != tight(other)


@pytest.mark.parametrize("path", ["a.prisma", "a.ts", "a.py", "a.go", "a.md"])
@pytest.mark.parametrize(
    "text",
    ["", "model {", "model A {\n" * 3000, "drizzle-orm pgTable('a', {" * 500, "sqlalchemy class A:\n  x: Mapped[" * 500,
        "\udcff\0 @Entity typeorm"],
)
def test_no_text_is_too_odd(path: str, text: str) -> None:
    assert isinstance(facts(text, path), tuple)


@pytest.mark.parametrize("text", ["default=" * 5000, ".$type<" * 5000, "mode: '" * 5000, "(" * 9000, ".$a(((" * 3000])
def test_hostile_column_is_cut_short(text: str) -> None:
    assert len(tight(text)) <= len(text)


@pytest.mark.parametrize(
    "path",
    [
        "prisma/migrations/1_a/migration.sql", "apps/api/src/migrations/1-a.ts", "alembic/versions/a.py",
        "backend/alembic/versions/a.py",
        "shop/migrations/0001_initial.py", "drizzle/0000_a.sql", "db/migrate/1_a.rb", "sql/V1__a.sql", "supabase/migrations/1.sql",
        "db/1_a.up.sql",
    ],
)  # fmt: skip
def test_file_is_a_migration(path: str) -> None:
    assert matches(path, GLOBS)


@pytest.mark.parametrize("path",
    ["drizzle/meta/_journal.json", "shop/migrations/__init__.py", "src/models.py", "drizzle.config.ts", "migrations/a.md"])
def test_file_is_none(path: str) -> None:
    assert not matches(path, GLOBS)


def test_words_of_a_migration_are_compared_without_underscores() -> None:
    assert {"createdat", "users"} <= words('ALTER TABLE "users" ADD created_at')
