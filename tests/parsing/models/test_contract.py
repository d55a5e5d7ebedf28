"""The schema JSON: definitions of JSON Schema, lists of models and tables, and what they leave open."""

import json
from typing import Any

import pytest

from pytest_agentcompliance.parsing.models import Field, Index, Model, Models, Reference, Relation, contract

PROPERTIES: dict[str, Any] = {
    "id": {"type": "string", "format": "uuid", "primaryKey": True},
    "email": {"type": "string", "maxLength": 255, "unique": True},
    "nick": {"type": ["string", "null"]},
    "role": {"$ref": "#/definitions/Role", "default": "USER"},
    "madeAt": {"type": "string", "format": "date-time", "columnName": "made_at"},
    "tags": {"type": "array", "items": {"type": "string"}},
    "score": {"anyOf": [{"type": "number", "format": "decimal"}, {"type": "null"}]},
    "bossId": {"type": "string", "references": {"model": "User", "field": "id", "onDelete": "SET_NULL"}},
    "posts": {"type": "array", "items": {"$ref": "#/definitions/Post"}},
    "open": {"type": "boolean", "default": False},
}
USER = {
    "type": "object", "tableName": "users", "properties": PROPERTIES, "required": ["id", "email", "role", "madeAt", "tags"],
    "indexes": [{"columns": ["madeAt"]}, {"columns": ["email", "role"], "unique": True}],
    "relations": {"boss": {"type": "belongsTo", "model": "User", "foreignKey": "bossId"}},
}  # fmt: skip
DEFINITIONS = {"definitions": {"User": USER, "Role": {"type": "string", "enum": ["USER"]}, "Post": {"properties": {}}, "Odd": {}}}


def read(said: Any) -> Models:
    found = contract.read(json.dumps(said, indent=1), "specs/a.json")
    assert found is not None
    return found


def user(said: Any) -> Model:
    return next(one for one in read(said).models if one.name == "User")


def field(model: Model, name: str) -> Field:
    return next(one for one in model.fields if one.name == name)


def test_definitions_are_models_and_enums() -> None:
    found = read(DEFINITIONS)
    assert [(one.name, one.table) for one in found.models] == [("User", "users"), ("Post", "")]
    assert [(one.name, one.values) for one in found.enums] == [("Role", ("USER",))]
    assert [one.why for one in found.unread] == ["Odd has neither fields nor values"]


def test_fields_have_types_null_and_columns() -> None:
    assert [(one.name, one.column, one.type, one.nullable) for one in user(DEFINITIONS).fields] == [
        ("id", "id", "uuid", False), ("email", "email", "string", False), ("nick", "nick", "string", True),
        ("role", "role", "enum", False), ("madeAt", "made_at", "datetime", False), ("tags", "tags", "string", False),
        ("score", "score", "decimal", True), ("bossId", "bossId", "string", True), ("open", "open", "boolean", None),
    ]  # fmt: skip


def test_keys_indexes_relations_and_lines() -> None:
    found = user(DEFINITIONS)
    assert (found.primary, found.line, field(found, "email").line, field(found, "email").length) == (("id",), 3, 12, 255)
    assert field(found, "bossId").reference == Reference("User", ("id",), "set null")
    assert field(found, "tags").list
    assert [(one.fields, one.unique) for one in found.indexes] == [(("madeAt",), False), (("email", "role"), True)]
    assert [(one.name, one.way, one.model, one.key) for one in found.relations] == [
        ("boss", "belongsTo", "User", ("bossId",)), ("posts", "hasMany", "Post", ())
    ]  # fmt: skip


LISTS = {
    "models": [
        {
            "name": "User",
            "fields": [
                {"name": "id", "type": "UUID", "primary_key": True}, {"name": "name", "type": "VARCHAR(80)", "nullable": False},
                {"name": "age", "type": "Int?"}, {"name": "tags", "type": "String[]", "required": True},
                {"name": "role", "type": "Role"}, {"name": "team", "type": "Team"},
            ],
            "indexes": [["name", "age"], {"fields": "age", "unique": True}],
            "relations": [{"name": "team", "type": "many-to-one", "target": "Team", "foreignKey": "teamId"}],
        },
        {"name": "Team", "columns": {"id": "integer"}},
    ],
    "enums": {"Role": ["A", "B"]},
}  # fmt: skip
TABLES = {
    "tables": {
        "User": {
            "columns": {"id": {"type": "bigint", "pk": True}, "team_id": {"type": "int", "fk": "teams.id"}},
            "uniqueConstraints": [["team_id"]],
            "foreignKeys": [{"column": "id", "references": {"table": "accounts", "column": "id"}}],
        }
    }
}  # fmt: skip


def test_a_list_of_models() -> None:
    found = user(LISTS)
    assert [(one.name, one.type, one.nullable, one.list, one.length) for one in found.fields] == [
        ("id", "uuid", False, False, None), ("name", "string", False, False, 80), ("age", "integer", True, False, None),
        ("tags", "string", False, True, None), ("role", "enum", None, False, None),
    ]  # fmt: skip
    assert [(one.fields, one.unique) for one in found.indexes] == [(("name", "age"), False), (("age",), True)]
    assert Relation("team", "belongsTo", "Team", found.relations[0].line, ("teamId",)) == found.relations[0]


def test_tables_with_columns() -> None:
    found = user(TABLES)
    assert [(one.name, one.type, one.reference) for one in found.fields] == [
        ("id", "bigint", Reference("accounts", ("id",))), ("team_id", "integer", Reference("teams", ("id",)))
    ]  # fmt: skip
    assert found.indexes == (Index(("team_id",), True, found.indexes[0].line),)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"definitions": {"a": ', "nonsense", "{]}"])
def test_a_broken_document_is_none(text: str) -> None:
    assert contract.read(text, "a.json") is None


@pytest.mark.parametrize(
    "text", ["{}", '{"definitions": 1}', '{"definitions": [1, null, {"a": []}]}', '{"models": {"A": {"fields": 1}}}']
)
def test_a_document_without_models_has_none(text: str) -> None:
    found = contract.read(text, "a.json")
    assert found is not None
    assert found.models == ()


def test_comments_are_passed_over() -> None:
    found = contract.read('{\n // the user\n "models": {"User": {"fields": {"id": "int"}}}\n}', "a.json")
    assert found is not None
    assert [(one.name, one.line) for one in found.models] == [("User", 3)]
