"""The tables of plans, in the ways that plans write them down."""

import pytest

from pytest_agentcompliance.parsing.plan import PlanTable, read


def columns(one: PlanTable) -> list[tuple[str, str]]:
    return [(each.name, each.type) for each in one.model.fields]


def test_sql() -> None:
    plan = read(
        "# Plan\n\n## Schema\n\n```sql\n-- all users\nCREATE TABLE IF NOT EXISTS public.users (\n  id uuid PRIMARY KEY,\n"
        "  email varchar(255) NOT NULL UNIQUE, -- mail\n  amount numeric(10, 2) DEFAULT 0,\n"
        "  team_id uuid REFERENCES teams(id) ON DELETE CASCADE,\n"
        "  deleted_at timestamptz,\n  UNIQUE (email, lower(name))\n);\nCREATE UNIQUE INDEX ix ON users (email DESC, amount);\n```\n"
    )
    (one,) = plan.tables
    assert (one.name, one.line, one.soft) == ("users", 7, 12)
    assert [each.name for each in one.model.fields] == ["id", "email", "amount", "team_id", "deleted_at"]
    assert [each.type for each in one.model.fields] == ["uuid", "string", "decimal", "uuid", "datetime"]
    mail, team = one.model.fields[1], one.model.fields[3]
    assert (mail.nullable, mail.unique, mail.length, mail.line) == (False, True, 255, 9)
    assert team.reference is not None
    assert (team.reference.model, team.reference.on_delete) == ("teams", "cascade")
    assert [(each.fields, each.unique) for each in one.model.indexes] == [(("email", "name"), True), (("email", "amount"), True)]
    assert one.model.primary == ("id",)


def test_prisma_and_python_at_their_lines() -> None:
    plan = read(
        "# Plan\n\n## Database\n\n```prisma\nmodel User {\n  id String @id\n  mail String?\n  @@index([mail])\n"
        "  @@map(\"users\")\n}\n```\n\n"
        "```python\nclass Task(Base):\n    __tablename__ = 'tasks'\n    id: Mapped[int] = mapped_column(primary_key=True)\n```\n"
    )
    users, tasks = plan.tables
    assert (users.name, users.line, columns(users)) == ("users", 6, [("id", "string"), ("mail", "string")])
    assert [each.fields for each in users.model.indexes] == [("mail",)]
    assert (tasks.name, tasks.line, columns(tasks)) == ("tasks", 15, [("id", "integer")])


def test_a_table_of_columns_with_indexes_below() -> None:
    plan = read(
        "# Plan\n\n## Database schema\n\n### `orders` table\n\nSoft delete: yes, by `deleted_at`.\n\n"
        "| Column | Type | Nullable | Notes |\n|---|---|---|---|\n"
        "| id | UUID | No | primary key |\n| note | TEXT | Yes | |\n| user_id | uuid | no | FK |\n\n**Indexes:**\n"
        "- `(user_id, id)` unique\n- idx_note on orders(note)\n\n"
        "### logs\n\nNo soft delete here.\n\n- `id` (UUID): the key\n- `at` (DateTime, required): when\n"
    )
    orders, logs = plan.tables
    assert [(one.name, one.type, one.nullable) for one in orders.model.fields] == [
        ("id", "uuid", False), ("note", "text", True), ("user_id", "uuid", False),
    ]  # fmt: skip
    assert [(one.fields, one.unique) for one in orders.model.indexes] == [(("user_id", "id"), True), (("note",), False)]
    assert (orders.soft, logs.soft, logs.not_soft) == (7, 0, True)
    assert columns(logs) == [("id", "uuid"), ("at", "datetime")]


def test_lists_below_a_name() -> None:
    plan = read(
        "# Plan\n\n## Schema Design\n\n- `carts`:\n  - `id uuid primary key`\n"
        "  - `created_at timestamptz default now()`, `updated_at timestamptz`\n"
        "  - `CONSTRAINT one UNIQUE (id, lower(name))`\n- `lines`:\n  - `cart_id uuid not null references carts(id)`\n"
        "  - `PRIMARY KEY (cart_id, nr)`\n"
    )
    carts, lines = plan.tables
    assert columns(carts) == [("id", "uuid"), ("created_at", "datetime"), ("updated_at", "datetime")]
    assert [(one.fields, one.unique) for one in carts.model.indexes] == [(("id", "name"), True)]
    assert lines.model.primary == ("cart_id", "nr")


def test_a_drawing_and_names_alone() -> None:
    plan = read(
        "# Plan\n\n## Data Model\n\n```\nGuestbook:\n  id: int   # key\n  name: str\n```\n\n## Tables\n\n- `bins`\n- `tracks`\n\n"
        "## Indexes\n\n- index: `tracks(bin_id, created_at desc)`\n"
    )
    guests, bins, tracks = plan.tables
    assert columns(guests) == [("id", "integer"), ("name", "string")]
    assert (bins.name, bins.named, tracks.named) == ("bins", True, True)
    assert [one.fields for one in tracks.model.indexes] == [("bin_id", "created_at")]


@pytest.mark.parametrize(
    ("said", "soft", "stamps"),
    [
        ("All tables have created_at and updated_at.", 0, 5), ("- Every model has soft delete (deleted_at).", 5, 0),
        ("No table has soft delete.", 0, 0), ("All tables are hard deleted, never soft deleted.", 0, 0),
    ],
)  # fmt: skip
def test_what_is_said_of_all(said: str, soft: int, stamps: int) -> None:
    plan = read(f"# Plan\n\n## Database\n\n{said}\n")
    assert (plan.soft, plan.timestamps) == (soft, stamps)


def test_services_and_what_is_there_already() -> None:
    plan = read(
        "# Plan\n\n## Services\n\n- `OrderService` in `services/order.py`\n\n## Existing schema\n\n"
        "```sql\ncreate table old (id int);\n```\n"
    )
    assert [one.name for one in plan.services] == ["OrderService"]
    assert [(one.name, one.kept) for one in plan.tables] == [("old", True)]


def test_what_goes_over_the_wire_is_no_table() -> None:
    plan = read(
        "# Plan\n\n## Entities\n\n### Alert\n\n```python\nclass Alert(BaseModel):\n    type: str\n    message: str\n```\n\n"
        "- `type`: must be one of two\n\n### Note\n\n```typescript\ninterface Note {\n  id: string\n}\n```\n\n"
        "## Pydantic Models (API layer)\n\n### Person (Output)\n\n- `id`: uuid\n- `commits`: integer\n\n"
        "## Request/Response Schemas\n\n### TaskUpdate Schema\n\n| Field | Type |\n|---|---|\n| title | string |\n"
    )
    assert plan.tables == ()


@pytest.mark.parametrize(
    "title",
    [
        "Entity Definitions", "Table Definitions", "Table Creation", "Domain model", "Table inventory", "Order-Service tables",
        "Summary",
    ],
)  # fmt: skip
def test_a_title_that_names_no_table(title: str) -> None:
    plan = read(f"# Plan\n\n## Database\n\n### {title}\n\n#### `carts`\n\n- `id` (uuid)\n- `name` (text, not null)\n")
    assert [(one.name, columns(one)) for one in plan.tables] == [("carts", [("id", "uuid"), ("name", "text")])]


def test_names_that_are_ordinary_words() -> None:
    plan = read(
        "# Plan\n\n## Tables\n\n### files (phase 2)\n\n- `id` (uuid)\n\n### Inventory\n\n- `id` (uuid)\n\n"
        "### Task Entity Definition\n\n- `id` (uuid)\n"
    )
    assert [one.name for one in plan.tables] == ["files", "Inventory", "Task"]


def test_prose_has_no_columns() -> None:
    plan = read(
        "# Plan\n\n## Data model\n\n**Requirement**: choose one of both, and say which\n\n"
        "```python\nfrom datetime import datetime\n```\n\n"
        "- **Tool**: the command (grep, sed, awk)\n- `users`: id uuid, email text unique, name\n"
    )
    assert [(one.name, columns(one)) for one in plan.tables] == [
        ("users", [("id", "uuid"), ("email", "text"), ("name", "")]),
    ]  # fmt: skip


def test_rules_of_columns_are_no_columns() -> None:
    plan = read(
        "# Plan\n\n## Entities\n\n### User\n\n- `id` (uuid)\n- `email`: string, unique\n\n**Validation rules**:\n\n"
        "- `password` (input only, string): at least eight letters\n\n**More columns**:\n\n- `age`: integer\n\n"
        "#### Validation\n\n- `password`: string\n"
    )
    assert [columns(one) for one in plan.tables] == [[("id", "uuid"), ("email", "string"), ("age", "integer")]]
