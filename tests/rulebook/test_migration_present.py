"""database/migration-present over real commits: what changed, which migration speaks of it, what the report says."""

from typing import Any

import pytest

from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.database.migration_present import MigrationPresent
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo
from tests.rulebook.said import messages

Files = dict[str, str | bytes | None]
USER = "import { pgTable, text } from 'drizzle-orm/pg-core'\nexport const users = pgTable('users', {\n  id: text('id'),\n})\n"
WIDER = USER.replace("})", "  firstName: text('first_name'),\n})")
OLD = {"drizzle/0000_a.sql": "CREATE TABLE users (id text);\n"}


def told(repo: GitRepo, before: Files, after: Files, level: str = "breach", **given: Any) -> list[str]:
    base = repo.commit("base", before)
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), MigrationPresent.reads, Wanted())
        return [f"{one.at}: {one.message}" for one in MigrationPresent(**given).findings_in(run) if one.level == level]


def test_column_without_a_migration_is_told_with_its_table(repo: GitRepo) -> None:
    assert told(repo, {"db/schema.ts": USER, **OLD}, {"db/schema.ts": WIDER}) == [
        "db/schema.ts:4: users (firstName) changed in the schema, and no migration came with it"
    ]


def test_migration_may_spell_a_column_as_the_database_does(repo: GitRepo) -> None:
    after: Files = {"db/schema.ts": WIDER, "drizzle/0001_b.sql": "ALTER TABLE users ADD first_name text;\n"}
    assert told(repo, {"db/schema.ts": USER, **OLD}, after) == []


def test_new_table_is_named_by_its_own_name_alone(repo: GitRepo) -> None:
    orders = USER.replace("users", "orders")
    after: Files = {"db/orders.ts": orders, "drizzle/0001_b.sql": "ALTER TABLE users ADD id2 text; -- id\n"}
    assert told(repo, {"db/schema.ts": USER, **OLD}, after) == [
        "db/orders.ts:3: orders (id) changed in the schema, and no new migration speaks of it"
    ]
    assert told(repo, {**OLD, "db/orders.ts": None},
        {"db/orders.ts": orders, "drizzle/0002_c.sql": "CREATE TABLE orders (id text);\n"}) == []


def test_tables_of_one_file_are_one_finding(repo: GitRepo) -> None:
    tables = "".join(f"export const t{n} = pgTable('t{n}', {{ id: text('id') }})\n" for n in range(6))
    assert told(repo, {"db/schema.ts": USER, **OLD}, {"db/schema.ts": USER + tables}) == [
        "db/schema.ts:5: t0 (id), t1 (id), t2 (id), t3 (id) and 2 more changed in the schema, and no migration came with it"
    ]


def test_copy_of_a_table_changes_nothing(repo: GitRepo) -> None:
    assert told(repo, {"db/schema.ts": USER, **OLD}, {"api/schema.ts": USER, "db/schema.ts": "// see api\n" + USER}) == []


def test_part_of_a_workspace_without_migrations_gets_a_remark(repo: GitRepo) -> None:
    before: Files = {
        "package.json": "{}\n", "apps/a/package.json": "{}\n", "apps/a/schema.ts": USER,
        "apps/b/package.json": "{}\n", "apps/b/drizzle/0000_a.sql": "CREATE TABLE users (id text);\n",
    }  # fmt: skip
    assert told(repo, before, {"apps/a/schema.ts": WIDER}) == []
    assert len(told(repo, {"apps/a/schema.ts": USER}, {"apps/a/schema.ts": WIDER}, "style")) == 1


@pytest.mark.parametrize("manifest", ["pyproject.toml", "a/package.json", "README.md"])
def test_migrations_of_the_same_project_count_wherever_they_lie(repo: GitRepo, manifest: str) -> None:
    before: Files = {manifest: "{}\n", "api/src/schema.ts": USER, "db/migrations/1_a.sql": "CREATE TABLE users (id text);\n"}
    assert len(told(repo, before, {"api/src/schema.ts": WIDER})) == 1


def test_manifest_of_the_change_makes_no_part_of_its_own(repo: GitRepo) -> None:
    after: Files = {"db/schema.ts": WIDER, "db/package.json": "{}\n"}
    assert len(told(repo, {"db/schema.ts": USER, **OLD}, after)) == 1


def test_renamed_migration_is_not_a_new_one(repo: GitRepo) -> None:
    sql = "ALTER TABLE users ADD first_name text;\n"
    before: Files = {"db/schema.ts": USER, "drizzle/0000_a.sql": sql}
    assert len(told(repo, before, {"db/schema.ts": WIDER, "drizzle/0000_a.sql": None, "drizzle/0001_a.sql": sql})) == 1


@pytest.mark.parametrize("path",
    ["tests/schema.ts", "src/schema.test.ts", "docs/schema.ts", "drizzle/migrations/schema.ts", "node_modules/a/s.ts"])
def test_models_of_tests_and_migrations_are_left_out(repo: GitRepo, path: str) -> None:
    assert told(repo, {**OLD}, {path: WIDER}) == []


@pytest.mark.parametrize("path", ["a.prisma", "a.ts", "a.py", "a.go", "drizzle/a.sql"])
@pytest.mark.parametrize("data",
    [b"\0drizzle-orm", b"\xff\xfemodel A {", b"sqlalchemy class A:\n x = Column(" * 200, b"@Entity typeorm {" * 200])
def test_odd_model_stops_nothing(repo: GitRepo, path: str, data: bytes) -> None:
    assert isinstance(told(repo, {**OLD}, {path: data}), list)


def test_report_is_held_to_the_migration() -> None:
    tree = {"db/schema.ts": USER, **OLD}
    after = {"db/schema.ts": WIDER, **OLD, "drizzle/0001_b.sql": "ALTER TABLE users ADD first_name text;\n"}

    def said(report: str) -> list[str]:
        return messages(MigrationPresent(), Example("x", before=tree, after=after, report=report))

    assert said("# Report\n\n## Database Changes\n\n- `drizzle/0001_b.sql`\n") == []
    assert said("# Report\n\n## Database Changes\n\nThe column first_name.\n") == []
    assert said("# Report\n\nDone.\n") == ["the report does not list the migration drizzle/0001_b.sql"]
    assert said("# Report\n\n## Database Changes\n\nN/A\n\n## Files Changed\n\n- `drizzle/0001_b.sql`\n") == [
        "the report says that nothing of the database changed, and there is the migration drizzle/0001_b.sql"
    ]


@pytest.mark.parametrize(
    ("path", "text", "speaks"),
    [
        ("drizzle/0001_first_name.sql", "-- users first_name\n", False),
        ("drizzle/0001_first_name.sql", "/* ALTER TABLE users ADD first_name text; */\n", False),
        ("drizzle/0001_b.sql", "ALTER TABLE users ADD first_name text; -- why\n", True),
        ("migrations/versions/2_first_name.py", '"""Add users first_name."""\n\n\ndef upgrade():\n    pass\n', False),
        ("migrations/versions/2_b.py", '"""More."""\n\n\ndef upgrade():\n    op.add_column("users", "first_name")\n', True),
        ("migrations/versions/2_b.py", 'def upgrade():\n    op.execute("""ALTER TABLE users ADD first_name text""")\n', True),
        ("migrations/2_b.ts", "export async function up(db) {\n  db.alterTable('users', (t) => t.text('first_name'))\n}\n", True),
        ("migrations/2_first_name.ts", "// users.first_name\nexport async function up() {}\n", False),
    ],
)
def test_migration_that_does_nothing_says_nothing(repo: GitRepo, path: str, text: str, *, speaks: bool) -> None:
    assert (told(repo, {"db/schema.ts": USER, **OLD}, {"db/schema.ts": WIDER, path: text}) == []) == speaks


def test_names_of_one_letter_are_names(repo: GitRepo) -> None:
    model = "model A {\n  a Int @id\n}\n"
    before: Files = {"prisma/schema.prisma": model, "prisma/migrations/1/migration.sql": "CREATE TABLE \"A\" (a INTEGER);\n"}
    added = {"prisma/migrations/2/migration.sql": "ALTER TABLE x ADD b text;\n"}
    after: Files = {"prisma/schema.prisma": model.replace("}", "  b Int\n}"), **added}
    assert told(repo, before, after) == []
