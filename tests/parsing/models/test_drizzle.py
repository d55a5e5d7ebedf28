"""Drizzle's tables: columns, what is shared between modules, constraints, relations."""

from pytest_agentcompliance.parsing import models
from pytest_agentcompliance.parsing.models import Field, Model, Reference

SHARED = """import { timestamp } from 'drizzle-orm/pg-core'

export const timestamps = {
  createdAt: timestamp('created_at').defaultNow().notNull(),
}
"""
SCHEMA = """import { relations, sql } from 'drizzle-orm'
import { pgEnum, pgTable, pgTableCreator, text, uuid } from 'drizzle-orm/pg-core'
import { timestamps } from './shared'

const ROLES = ['user', 'admin'] as const
export const role = pgEnum('role', ROLES)
const createTable = pgTableCreator((name) => `shop_${name}`)

export const users = pgTable('users', {
  id: uuid('id').primaryKey().defaultRandom(),
  email: varchar('email', { length: 255 }).notNull().unique(), // pgTable('no', {})
  role: role('role').notNull(),
  meta: jsonb().$type<{ a: import('x').A<() => string>; b: Record<string, string> }>().default(sql`'{}'::jsonb`),
  tags: text('tags').array(),
  bossId: uuid('boss_id').references((): AnyPgColumn => users.id, { onDelete: 'set null' }),
  ...timestamps,
}, (t) => [index('a').on(t.role, t.email.desc()), uniqueIndex('b').on(sql`lower(${t.email})`)])

export const likes = createTable('likes', (d) => ({
  user: d.uuid().notNull().references(() => users.id),
  post: d.bigint({ mode: 'number' }).notNull(),
}), (t) => ({ pk: primaryKey({ columns: [t.user, t.post] }), both: unique().on(t.post) }))

export const rows = sqliteTable('rows', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  seen: integer('seen', { mode: 'boolean' }).notNull(),
  at: integer('at', { mode: 'timestamp' }),
  kind: text('kind', { enum: ['a', 'b'] }),
  other: vector('other'),
  a: integer('a').notNull(),
}, (t) => [foreignKey({ columns: [t.a], foreignColumns: [rows.id] }).onDelete('cascade')])

export const likesRelations = relations(likes, ({ one }) => ({ by: one(users, { fields: [likes.user], references: [users.id] }) }))
export const usersRelations = relations(users, ({ many }) => ({ likes: many(likes) }))
"""


def read() -> dict[str, Model]:
    found = models.read({"src/db/shared.ts": SHARED, "src/db/schema.ts": SCHEMA})
    assert found.unread == ()
    return {one.name: one for one in found.models}


def field(model: Model, name: str) -> Field:
    return next(one for one in model.fields if one.name == name)


def test_columns_those_that_are_spread_as_well() -> None:
    users = read()["users"]
    assert (users.table, users.line, users.partial, users.primary) == ("users", 9, False, ("id",))
    assert [(one.name, one.column, one.type, one.nullable) for one in users.fields] == [
        ("id", "id", "uuid", False), ("email", "email", "string", False), ("role", "role", "enum", False),
        ("meta", "meta", "json", True),
        ("tags", "tags", "text", True), ("bossId", "boss_id", "uuid", True), ("createdAt", "created_at", "datetime", False),
    ]  # fmt: skip
    assert (field(users, "email").unique, field(users, "email").length, field(users, "tags").list) == (True, 255, True)
    assert field(users, "bossId").reference == Reference("users", ("id",), "set null")


def test_names_from_a_creator_and_columns_from_a_callback() -> None:
    likes = read()["likes"]
    assert (likes.table, likes.primary) == ("shop_likes", ("user", "post"))
    assert [(one.name, one.column, one.type) for one in likes.fields] == [("user", "user", "uuid"), ("post", "post", "bigint")]
    assert [(one.fields, one.unique) for one in likes.indexes] == [(("post",), True)]


def test_indexes_and_the_modes_of_sqlite() -> None:
    found = read()
    assert [(one.fields, one.unique) for one in found["users"].indexes] == [(("role", "email"), False), ((), True)]
    assert [one.type for one in found["rows"].fields] == ["integer", "boolean", "datetime", "enum", "", "integer"]
    assert field(found["rows"], "a").reference == Reference("rows", ("id",), "cascade")


def test_relations_and_enums() -> None:
    found = read()
    assert [(one.name, one.way, one.key) for one in found["likes"].relations] == [("by", "belongsTo", ("user",))]
    assert [(one.name, one.way, one.model) for one in found["users"].relations] == [("likes", "hasMany", "likes")]
    enums = models.read({"a.ts": SCHEMA}).enums
    assert [(one.name, one.values) for one in enums] == [("role", ("user", "admin"))]


def test_columns_that_come_from_elsewhere_make_a_model_partial() -> None:
    found = models.read({"a.ts": SCHEMA})
    assert [(one.name, one.partial) for one in found.models] == [("users", True), ("likes", False), ("rows", False)]
    assert [(one.line, one.why) for one in found.unread] == [(16, "columns that are spread come from elsewhere")]
