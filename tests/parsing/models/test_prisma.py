"""Prisma's schemas: columns, keys, relations, enums, several files, attributes over several lines."""

from pytest_agentcompliance.parsing import models
from pytest_agentcompliance.parsing.models import Field, Index, Model, Reference, Relation

SCHEMA = """datasource db {
  provider = "postgresql"
  url      = "postgres://x//y" // where it lies
}

enum Role {
  USER
  ADMIN @map("admin")
}

/// People.
model User {
  id      String   @id @default(uuid()) @db.Uuid
  email   String   @unique @db.VarChar(255)
  name    String?  @map("full_name") // model of
  role    Role     @default(USER)
  tags    String[] @default([])
  born    DateTime @db.Date
  posts   Post[]   @relation("written")
  likes   Post[]   @relation("liked")
  profile Profile?

  @@index([name, role(sort: Desc)])
  @@map("users")
}
"""
MORE = """model Post {
  id       Int    @id @default(autoincrement())
  authorId String @map("author_id") @db.Uuid
  author   User   @relation("written", fields: [authorId], references: [id],
    onDelete: SetNull)
  fans     User[] @relation("liked")

  @@unique([authorId,
    id], name: "both")
}

model Profile {
  userId String
  kind   String
  user   User @relation(fields: [userId], references: [id])
  @@id([userId, kind])
}
"""


def read() -> dict[str, Model]:
    return {one.name: one for one in models.read({"prisma/a.prisma": SCHEMA, "prisma/b.prisma": MORE}).models}


def field(model: Model, name: str) -> Field:
    return next(one for one in model.fields if one.name == name)


def test_columns_have_their_names_types_and_lines() -> None:
    user = read()["User"]
    assert (user.table, user.line, user.tool, user.primary) == ("users", 12, "prisma", ("id",))
    assert [(one.name, one.column, one.type, one.line) for one in user.fields] == [
        ("id", "id", "uuid", 13), ("email", "email", "string", 14), ("name", "full_name", "string", 15),
        ("role", "role", "enum", 16), ("tags", "tags", "string", 17), ("born", "born", "date", 18),
    ]  # fmt: skip


def test_null_unique_lists_defaults_and_lengths() -> None:
    user = read()["User"]
    assert [one.name for one in user.fields if one.nullable] == ["name"]
    assert [one.name for one in user.fields if one.unique] == ["email"]
    assert [one.name for one in user.fields if one.list] == ["tags"]
    assert field(user, "email").length == 255
    assert field(user, "id").default == "uuid()"
    assert field(user, "role").enum == "Role"


def test_relations_go_the_right_way_between_files() -> None:
    found = read()
    assert found["User"].relations == (
        Relation("posts", "hasMany", "Post", 19), Relation("likes", "manyToMany", "Post", 20),
        Relation("profile", "hasOne", "Profile", 21),
    )  # fmt: skip
    assert [(one.name, one.way, one.key) for one in found["Post"].relations] == [
        ("author", "belongsTo", ("authorId",)), ("fans", "manyToMany", ())
    ]  # fmt: skip
    assert field(found["Post"], "authorId").reference == Reference("User", ("id",), "set null")


def test_indexes_and_keys_of_several_fields_over_several_lines() -> None:
    found = read()
    assert found["User"].indexes == (Index(("name", "role"), False, 23),)
    assert found["Post"].indexes == (Index(("authorId", "id"), True, 8),)
    assert found["Profile"].primary == ("userId", "kind")
    assert [one.primary for one in found["Profile"].fields] == [True, True]


def test_enums_have_the_values_of_the_database() -> None:
    found = models.read({"a.prisma": SCHEMA}).enums
    assert [(one.name, one.values, one.line) for one in found] == [("Role", ("USER", "admin"), 6)]
