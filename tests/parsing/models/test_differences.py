"""Where models are not what the schema JSON says: each fact once, equivalents for none."""

import json
from typing import Any

import pytest

from pytest_agentcompliance.parsing import models
from pytest_agentcompliance.parsing.models import contract, kinds
from pytest_agentcompliance.parsing.models.differences import differences, singular

HEAD = "model A {\n  id Int @id\n"


def told(said: dict[str, Any], code: str, path: str = "a.prisma", level: str = "breach") -> list[str]:
    there = contract.read(json.dumps(said), "c.json")
    assert there is not None
    found = differences(there, models.read({path: code}))
    return [f"{one.line}: {one.message}" for one in found if one.level == level]


def model(**properties: Any) -> dict[str, Any]:
    """A contract of one model, whose fields but those with a default are required."""
    needed = ["id", *(name for name, one in properties.items() if "null" not in one.get("type", ""))]
    return {"definitions": {"A": {"properties": {"id": {"type": "integer", "primaryKey": True}, **properties}, "required": needed}}}


@pytest.mark.parametrize(
    ("said", "code", "expected"),
    [
        ({"type": "string"}, "x String", []),
        ({"type": "string", "format": "uuid"}, "x String", []),
        ({"type": "string"}, "x Int", ["3: A: x is Int and not string"]),
        ({"type": "integer"}, "x BigInt", []),
        ({"type": "number"}, "x Decimal", []),
        ({"type": "number"}, "x Int", ["3: A: x is Int and not number"]),
        ({"type": "string", "format": "date-time"}, "x String", ["3: A: x is String and not date-time"]),
        ({"type": "object"}, "x Json", []),
        ({"type": "array", "items": {"type": "string"}}, "x String[]", []),
        ({"type": "array", "items": {"type": "string"}}, "x Json", []),
        ({"type": "array", "items": {"type": "string"}}, "x String", ["3: A: x is not a list"]),
        ({"type": ["string", "null"]}, "x String", ["3: A: x may not be null"]),
        ({"type": "string"}, "x String?", ["3: A: x may be null"]),
        ({"type": "string", "unique": True}, "x String", ["3: A: x is not unique"]),
        ({"type": "string"}, "x String @unique", ["3: A: x is unique"]),
        ({"type": "string", "unique": True}, "x String\n  @@unique([x])", []),
        ({"type": "string", "columnName": "y"}, "x String", ["3: A: x is the column x and not y"]),
        ({"type": "string", "columnName": "the_x"}, 'x String @map("the_x")', []),
        ({"type": "string", "columnName": "the_x"}, "the_x String", []),
        ({"type": "string", "maxLength": 9}, "x String @db.VarChar(5)", ["3: A: x has 5 characters and not 9"]),
        ({"type": "string", "maxLength": 9}, "x String", []),
        ({"type": "string"}, "y String", ["3: A: the field y is not in the schema JSON", "1: A: the field x is missing"]),
    ],
)  # fmt: skip
def test_a_field(said: dict[str, Any], code: str, expected: list[str]) -> None:
    assert told(model(x=said), f"{HEAD}  {code}\n}}\n") == expected


def test_an_enum_that_is_kept_as_text_is_a_remark() -> None:
    said = model(x={"enum": ["a", "b"]})
    assert told(said, HEAD + "  x String\n}\n") == []
    assert told(said, HEAD + "  x String\n}\n", level="style") == ["3: A: x is String and not enum"]


def test_values_of_an_enum() -> None:
    said = {**model(x={"$ref": "#/definitions/E"})}
    said["definitions"]["E"] = {"enum": ["one", "two"]}
    assert told(said, HEAD + "  x E\n}\nenum E {\n  ONE\n  THREE\n}\n") == [
        "5: the enum E lacks two", "5: the enum E has THREE, which the schema JSON does not have"
    ]  # fmt: skip


def test_values_of_an_enum_of_python_are_its_names_or_what_those_stand_for() -> None:
    said = {**model(x={"$ref": "#/definitions/E"})}
    said["definitions"]["E"] = {"enum": ["admin", "user", "guest"]}
    code = (
        "from sqlalchemy import Column\n\n\nclass E(str, enum.Enum):\n    A = 'admin'\n    USER = 'u'\n    B = 'b'\n\n\n"
        "class A(Base):\n    __tablename__ = 'a'\n    id = Column(Integer, primary_key=True)\n"
        "    x = Column(Enum(E), nullable=False)\n"
    )
    assert told(said, code, "a.py") == ["4: the enum E lacks guest", "4: the enum E has B, which the schema JSON does not have"]


TWO = {
    "definitions": {
        "User": {"tableName": "users", "properties": {"id": {"type": "integer", "primaryKey": True}}, "required": ["id"],
                 "relations": {"posts": {"type": "hasMany", "model": "Post"}, "tags": {"type": "manyToMany", "model": "Tag"}}},
        "Post": {"properties": {"id": {"type": "integer", "primaryKey": True},
                                "userId": {"type": "integer", "references": {"model": "User", "onDelete": "CASCADE"}}},
                 "required": ["id", "userId"], "indexes": [{"columns": ["userId", "id"]}],
                 "relations": {"user": {"type": "belongsTo", "model": "User"}}},
        "Tag": {"properties": {"id": {"type": "integer", "primaryKey": True}}, "required": ["id"]},
    }
}  # fmt: skip
ALCHEMY = """from sqlalchemy import Column, ForeignKey, Index, Integer, Table

joined = Table("user_tags", meta, Column("user_id", ForeignKey("users.id")), Column("tag_id", ForeignKey("tags.id")))


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)


class PostModel(Base):
    __tablename__ = "posts"
    __table_args__ = (Index("i", "user_id", "id"),)
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)


class Tag(Base):
    __tablename__ = "tags"
    id = Column(Integer, primary_key=True)
"""


def test_foreign_keys_and_tables_between_do_for_relations() -> None:
    assert told(TWO, ALCHEMY, "a.py") == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"CASCADE"', '"SET NULL"', ["15: PostModel: user_id does SET NULL on delete and not CASCADE"]),
        (', ondelete="CASCADE"', "", []),
        ('ForeignKey("users.id", ondelete="CASCADE"), ', "", [
            "15: PostModel: user_id has no foreign key to User", "6: User: the relation posts (hasMany with Post) is missing",
        ]),
        ('ForeignKey("users.id", ondelete', 'ForeignKey("tags.id", ondelete', [
            "15: PostModel: user_id points at tags and not at User", "6: User: the relation posts (hasMany with Post) is missing",
            "11: PostModel: the relation user (belongsTo with User) is missing",
        ]),
        ('"user_id", "id"', '"user_id"', ["11: PostModel: the index over userId, id is missing"]),
        ("joined = Table", "joined = Other", ["6: User: the relation tags (manyToMany with Tag) is missing"]),
        ("users", "people", ["6: User: its table is people and not users"]),
        ("class Tag(", "class Label(", []),
        ('class Tag(Base):\n    __tablename__ = "tags"', 'class Label(Base):\n    __tablename__ = "labels"', [
            "1: the model Tag is not in the code", "18: the model Label is not in the schema JSON",
            "3: the model user_tags is not in the schema JSON",
        ]),
    ],
)  # fmt: skip
def test_relations_and_names(old: str, new: str, expected: list[str]) -> None:
    assert old in ALCHEMY
    assert sorted(told(TWO, ALCHEMY.replace(old, new), "a.py")) == sorted(expected)


def test_a_table_that_is_declared_again_in_part_lacks_nothing() -> None:
    again = HEAD + "  x String\n}\n"
    said = contract.read(json.dumps(model(x={"type": "string"})), "c.json")
    assert said is not None
    code = models.read({"a.prisma": again, "b.ts": "export const as = pgTable('a', { id: integer('id').primaryKey() })\n"})
    assert len(code.models) == 2
    assert list(differences(said, code)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("User", "users"), ("Category", "categories"), ("Address", "addresses"), ("UserModel", "user"), ("OrderItem", "order_items"),
     ("usersTable", "User"), ("Status", "statuses"), ("Box", "boxes"), ("DBUser", "user")],
)  # fmt: skip
def test_names_of_models_and_tables_come_down_to_one(one: str, other: str) -> None:
    assert singular(one) == singular(other)


def test_what_is_not_known_is_held_against_nobody() -> None:
    assert kinds.equal("", "integer")
    assert kinds.equal("integer", "")
    assert not kinds.equal("boolean", "integer")
