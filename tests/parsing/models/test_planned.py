"""Models held to the tables of a plan: columns, types, null, unique, keys, indexes, soft delete; what it leaves open is free."""

import pytest

from pytest_agentcompliance.parsing import models, plan
from pytest_agentcompliance.parsing.models.planned import Code, differences, named

SQL = (
    "# Plan\n\n## Database\n\n```sql\nCREATE TABLE teams (id uuid PRIMARY KEY);\nCREATE TABLE users (\n  id uuid PRIMARY KEY,\n"
    "  email varchar(255) NOT NULL UNIQUE,\n  team_id uuid NOT NULL REFERENCES teams(id) ON DELETE CASCADE,\n  age integer,\n"
    "  created_at timestamptz NOT NULL\n);\nCREATE INDEX ON users (team_id, age);\n```\n"
)
PRISMA = (
    "model Team {\n  id String @id @db.Uuid\n  users User[]\n  @@map(\"teams\")\n}\n"
    "model User {\n  id String @id @db.Uuid\n  email String @unique\n  teamId String @map(\"team_id\") @db.Uuid\n"
    "  team Team @relation(fields: [teamId], references: [id], onDelete: Cascade)\n  age Int?\n"
    "  createdAt DateTime @default(now())\n  @@index([teamId, age])\n  @@map(\"users\")\n}\n"
)


def told(text: str, *changes: tuple[str, str], code: str = PRISMA, indexed: bool = False) -> list[str]:
    for old, new in changes:
        assert old in code
        code = code.replace(old, new)
    texts = {"a.prisma": code}
    found = differences(plan.read(text, "p.md"), Code(models.read(texts), texts, lambda *_: indexed), "p.md", named(text))
    return [f"{one.line} {one.level} {one.message}" for one in found]


def test_a_model_as_the_plan_has_it_is_no_difference() -> None:
    assert told(SQL) == []


def test_each_fact_is_told_once_with_the_line_of_the_plan() -> None:
    assert told(SQL, ("age Int?", "age String?")) == ["11 breach User: age is String and not integer (p.md:11)"]
    assert told(SQL, ("  email String @unique\n", "  email String\n")) == ["8 breach User: email is not unique (p.md:9)"]
    assert told(SQL, ("  email String ", "  email String? ")) == ["8 breach User: email may be null (p.md:9)"]
    assert told(SQL, ("age Int?", "age Int")) == ["11 style User: age may not be null (p.md:11)"]
    assert told(SQL, ("  email String @unique\n", "")) == ["6 breach User: the column email is missing (p.md:9)"]
    assert told(SQL, ("Cascade", "SetNull")) == ["9 breach User: teamId does SET NULL on delete and not CASCADE (p.md:10)"]
    assert told(SQL, (", onDelete: Cascade", "")) == ["9 style User: teamId says nothing of on delete and not CASCADE (p.md:10)"]


def test_a_column_that_the_plan_does_not_have_is_told_but_no_time() -> None:
    nick = ("  age Int?", "  nick String\n  age Int?")
    assert told(SQL, nick) == ["11 breach User: the column nick is not in the plan's table (p.md:7)"]
    assert told(SQL, ("  age Int?", "  updatedAt DateTime @updatedAt\n  deletedAt DateTime?\n  age Int?")) == []


def test_an_index_may_be_a_migrations_in_another_order_or_a_part_of_one() -> None:
    gone = ("  @@index([teamId, age])\n", "")
    assert told(SQL, gone) == ["6 breach User: the index over team_id, age is missing (p.md:14)"]
    assert told(SQL, gone, indexed=True) == []
    assert told(SQL, ("[teamId, age]", "[age, teamId]")) == []
    longer = ("[teamId, age]", "[teamId, age, email]")
    assert told(SQL, longer) == ["6 style User: the index over team_id, age is missing (p.md:14)"]
    assert told(SQL, ("[teamId, age]", "[teamId]"))[0].startswith("6 breach")


def test_soft_delete_is_asked_of_one_table_or_of_all() -> None:
    text = "# Plan\n\n## Tables\n\n### users\n\n| Column | Type |\n|---|---|\n| id | uuid |\n| email | string |"
    text += "\n\nSoft delete.\n"
    code = "model User {\n  id String @id\n  email String\n}\n"
    assert told(text, code=code) == ["1 breach User: it has no soft delete (p.md:12)"]
    assert told(text, ("}", "  isDeleted Boolean\n}"), code=code) == []
    of_all = text.replace("Soft delete.", "") + "\n- Every table has soft delete.\n"
    assert [one.partition("(")[0] for one in told(of_all, code=code)] == ["1 breach User: it has no soft delete "]


def test_what_a_table_in_words_leaves_open_is_free() -> None:
    text = "# Plan\n\n## Tables\n\n### users\n\n| Column | Type |\n|---|---|\n| id | uuid |\n| team | uuid |\n"
    text += "| born | timestamp |\n"
    code = "model User {\n  id String @id\n  teamId String? @unique\n  born Int\n}\n"
    assert told(text, code=code) == []


def test_a_table_that_is_there_already_and_one_that_is_not_made_are_free() -> None:
    assert told(SQL.replace("## Database", "## Existing database"), ("age Int?", "age String?")) == []
    assert told(SQL, code="model Team {\n  id String @id\n  @@map(\"teams\")\n}\n") == []


def test_a_model_that_the_plan_does_not_have_is_a_remark() -> None:
    more = PRISMA + "model Tag {\n  id Int @id\n  name String\n  size Int\n}\n"
    assert told(SQL, code=more) == ["16 style the model Tag is not in the plan (p.md)"]


def test_a_column_that_the_plan_marks_as_its_soft_delete_is_it() -> None:
    text = "# Plan\n\n## Tables\n\n### users\n\n| Column | Type | Notes |\n|---|---|---|\n| id | uuid | |\n| email | string | |\n"
    text += "| is_active | boolean | Soft delete flag |\n"
    code = "model User {\n  id String @id\n  email String\n  isActive Boolean\n}\n"
    assert told(text, code=code) == []
    assert told(text, ("  isActive Boolean\n", ""), code=code) == ["1 breach User: the column is_active is missing (p.md:11)"]


def test_a_model_that_is_hardly_the_plans_table_is_told_once() -> None:
    found = told(SQL, code="model User {\n  id String @id\n  name String\n  other Int\n  @@map(\"users\")\n}\n")
    assert found[0] == "1 breach User: it has 1 of the plan's 5 columns (p.md:7)"
    assert {one.split()[1] for one in found[1:]} == {"style"}


def test_a_foreign_key_may_be_a_migrations() -> None:
    gone = ("  team Team @relation(fields: [teamId], references: [id], onDelete: Cascade)\n", "")
    assert told(SQL, gone) == ["9 breach User: teamId has no foreign key to teams (p.md:10)"]
    assert told(SQL, gone, indexed=True) == []


def test_a_column_that_the_plan_speaks_of_elsewhere_is_a_remark() -> None:
    nick = ("  age Int?", "  nickName String\n  age Int?")
    assert told(SQL, nick)[0].startswith("11 breach")
    assert told(SQL + "\nLater nick_name is added.\n", nick)[0].startswith("11 style")
    assert named("`a` b c_d eFg G_H\n") == {"a", "cd", "efg"}


HOSTILE = ["", "\0", "\ud800", "(" * 3000, "`" * 3000, "a_" * 3000, "CREATE TABLE " * 500, "| a " * 2000, "- a\n" * 2000]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_raises(text: str) -> None:
    for said in (text, f"# Plan\n\n## Database\n\n### users\n\n{text}\n\n```sql\nCREATE TABLE users (id int {text}\n```\n"):
        told(said)
        told(said, code=f"model User {{\n  id Int @id {text}\n  {text[:50]}\n}}\n")
        assert len(named(said)) <= len(said)
