"""database/model-conventions over real commits: whose plan binds, what is new, what cannot be judged."""

from typing import Any

import pytest

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.rulebook.database.model_conventions import MOST, ModelConventions
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from pytest_agentcompliance.verdict import Finding
from tests.conftest import GitRepo

Files = dict[str, str | bytes | None]
PATH = "docs/plans/backend-plan.md"
PLAN = (
    "# Plan\n\n## Database\n\n```sql\nCREATE TABLE tags (\n  id integer PRIMARY KEY,\n  name text NOT NULL,\n  size integer\n"
    ");\n```\n"
)
TAG = (
    "model Tag {\n  id Int @id\n  name String\n  size Int?\n  createdAt DateTime\n"
    "  updatedAt DateTime @updatedAt\n  @@map(\"tags\")\n}\n"
)


def judged(repo: GitRepo, before: Files, after: Files, **given: Any) -> tuple[list[Finding], str]:
    base = repo.commit("base", before or {"README.md": "base\n"})
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        wanted = Wanted(globs={"plan": (PATH,)})
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), ModelConventions.reads, wanted)
        found = []
        findings = ModelConventions(**given).findings_in(run)
        while True:
            try:
                found.append(next(findings))
            except StopIteration as end:
                return found, str(end.value)


def told(repo: GitRepo, before: Files, after: Files, **given: Any) -> list[str]:
    return [f"{one.level} {one.at}: {one.message}" for one in judged(repo, before, after, **given)[0]]


def test_a_change_without_models_is_not_looked_at(repo: GitRepo) -> None:
    found, why = judged(repo, {"a.prisma": "model A {\n  id Int @id\n}\n"}, {"a.ts": "export const a = 1\n"})
    assert (found, why) == ([], "the change touches no file with models")


def test_without_a_plan_the_times_alone_are_judged_and_it_is_said(repo: GitRepo) -> None:
    found, why = judged(repo, {}, {"a.prisma": TAG})
    assert found == []
    assert why == "1 models that are new or changed were looked at for created_at and updated_at; there is no plan to hold them to"


def test_what_the_run_writes_into_the_plan_confirms_nothing(repo: GitRepo) -> None:
    after: Files = {PATH: PLAN.replace("  size integer", "  size text"), "a.prisma": TAG.replace("size Int?", "size String?")}
    assert told(repo, {PATH: PLAN}, after) == [f"breach a.prisma:4: Tag: size is String and not integer ({PATH}:9)"]


def test_where_base_has_no_plan_the_runs_own_counts_and_it_is_said(repo: GitRepo) -> None:
    found, why = judged(repo, {}, {PATH: PLAN, "a.prisma": TAG.replace("size Int?", "size String?")})
    assert [one.at.line for one in found if one.at is not None] == [4]
    assert "only the run itself wrote" in why


def test_what_was_otherwise_before_is_no_news_unless_the_whole_is_asked_for(repo: GitRepo) -> None:
    wrong = TAG.replace("size Int?", "size String?").replace("  createdAt DateTime\n", "")
    more = wrong + "model Extra {\n  id Int @id\n  createdAt DateTime\n  updatedAt DateTime\n}\n"
    assert told(repo, {PATH: PLAN, "a.prisma": wrong}, {"a.prisma": more}) == [
        f"style a.prisma:8: the model Extra is not in the plan ({PATH})"
    ]
    found = told(repo, {"b.txt": "1"}, {"b.txt": "2"}, whole=True)
    assert f"breach a.prisma:4: Tag: size is String and not integer ({PATH}:9)" in found
    assert "style a.prisma:1: the model Tag has no created_at; neither has the plan's table" in found


def test_a_plan_whose_tables_could_not_be_read_is_not_judged_by(repo: GitRepo) -> None:
    plan = "# Plan\n\n## Database\n\n```sql\nCREATE TABLE ((((\n```\n"
    with pytest.raises(NotJudged, match="could not be read"):
        judged(repo, {PATH: plan}, {"a.prisma": TAG})


def test_a_table_that_is_declared_again_has_the_times_of_the_other(repo: GitRepo) -> None:
    again = "from sqlalchemy import Column, Integer, MetaData, Table\nusers = Table('users', MetaData(), Column('id', Integer))\n"
    full = (
        "from sqlalchemy import Column\n\n\nclass User(Base):\n    __tablename__ = 'users'\n"
        "    id = Column(Integer, primary_key=True)\n    created_at = Column(DateTime)\n    updated_at = Column(DateTime)\n"
    )
    assert told(repo, {"app/models.py": full}, {"app/other.py": again}) == []
    assert told(repo, {"app/models.py": None}, {"x.py": again.replace("users", "teams")}) == [
        "breach x.py:2: the model teams has no created_at and no updated_at"
    ]


def test_entities_of_another_tool_and_classes_of_a_library_are_not_judged(repo: GitRepo) -> None:
    other = "import { Entity, ManyToOne } from '@mikro-orm/core'\n@Entity()\nexport class A {\n  @ManyToOne(() => B) b: B\n}\n"
    theirs = "from sqlalchemy import Column\n\n\nclass A(LibraryMixin, Base):\n    __tablename__ = 'a'\n    id = Column(Integer)\n"
    found, why = judged(repo, {}, {"a.ts": other, "a.py": theirs})
    assert found == []
    assert "1 of them could not be read as a whole" in why


def test_models_and_times_that_need_none_are_parameters(repo: GitRepo) -> None:
    text = "model Tag {\n  id Int @id\n  name String\n  createdAt DateTime\n}\n"
    assert told(repo, {}, {"a.prisma": text}) == ["breach a.prisma:1: the model Tag has no updated_at"]
    assert told(repo, {}, {"b.prisma": text.replace("Tag", "Two")}, stamps=["created_at"]) == []
    assert told(repo, {}, {"c.prisma": text.replace("Tag", "Three")}, without=["Thr*"]) == []
    assert told(repo, {}, {"d.prisma": text.replace("Tag", "FourTag")}, append_only=["tag"]) == []


def test_an_index_of_a_migration_counts_only_with_its_table_and_columns(repo: GitRepo) -> None:
    plan = PLAN.replace(");\n", ");\nCREATE INDEX ON tags (size);\n")
    before: Files = {PATH: plan}
    missing = [f"breach a.prisma:1: Tag: the index over size is missing ({PATH}:11)"]
    assert told(repo, before, {"a.prisma": TAG, "migrations/1.sql": "CREATE INDEX i ON tags (name);\n"}) == missing
    assert told(repo, {"a.prisma": None}, {"a.prisma": TAG, "migrations/1.sql": "CREATE INDEX i ON tags (size);\n"}) == []
    batch = "batch_op.create_index(\n    batch_op.f('ix_tags_size'),\n    ['size'],\n)\n"
    assert told(repo, {"a.prisma": None, "migrations/1.sql": None}, {"a.prisma": TAG, "migrations/versions/2.py": batch}) == []


def test_a_thousand_models_are_told_up_to_a_number(repo: GitRepo) -> None:
    text = "".join(f"model A{n}x {{\n  id Int @id\n}}\n" for n in range(MOST + 50))
    assert len(told(repo, {}, {"a.prisma": text})) == MOST


def test_a_time_that_the_plan_states_and_the_model_lacks_is_told_once(repo: GitRepo) -> None:
    times = ",\n  created_at timestamptz NOT NULL,\n  updated_at timestamptz NOT NULL\n"
    plan = PLAN.replace("  size integer\n", f"  size integer{times}")
    after: Files = {"a.prisma": TAG.replace("  updatedAt DateTime @updatedAt\n", "")}
    assert told(repo, {PATH: plan}, after) == ["breach a.prisma:1: the model Tag has no updated_at"]
    assert told(repo, {PATH: plan, "a.prisma": None}, {"a.prisma": TAG}) == []


def test_nothing_is_planted_where_the_parameters_let_it_pass() -> None:
    assert len(ModelConventions().canaries()) == 1
    assert not ModelConventions(stamps=[]).canaries()
    assert not ModelConventions(without=["T*"]).canaries()
    assert not ModelConventions(exempt=["**/*.prisma"]).canaries()
    assert not ModelConventions(append_only=["tag"]).canaries()


HEAD = "import { DataTypes } from 'sequelize'\nimport { sequelize } from './db'\n"


def test_without_a_plan_what_the_change_leaves_alone_is_read_where_it_is_taken_from(repo: GitRepo) -> None:
    times = f"{HEAD}export const times = {{ created_at: DataTypes.DATE, updated_at: DataTypes.DATE }}\n"
    other = f"{HEAD}export const Other = sequelize.define('Other', {{ a: DataTypes.STRING }}, {{ timestamps: false }})\n"
    made = (
        f"{HEAD}import {{ times }} from './times'\nimport {{ Other }} from './other'\n"
        "export const Page = sequelize.define('Page', { a: DataTypes.STRING, ...times }, { timestamps: false })\n"
        "export const Note = sequelize.define('Note', { a: DataTypes.STRING }, { timestamps: false })\n"
    )
    before: Files = {"src/times.ts": times, "src/other.ts": other}
    assert told(repo, before, {"src/made.ts": made}) == [
        "breach src/made.ts:6: the model Note has no created_at and no updated_at"
    ]  # fmt: skip


def test_a_schema_whose_model_is_made_elsewhere(repo: GitRepo) -> None:
    schema = "import mongoose from 'mongoose'\nexport const noteSchema = new mongoose.Schema({ a: String }, { timestamps: true })\n"
    model = "import mongoose from 'mongoose'\nimport { noteSchema } from './schema'\n"
    model += "export const Note = mongoose.model('Note', noteSchema)\n"
    without = schema.replace(", { timestamps: true }", "")
    assert told(repo, {"src/schema.ts": schema, "src/note.ts": model}, {"src/schema.ts": without}) == [
        "breach src/schema.ts:2: the model Note has no created_at and no updated_at any more"
    ]  # fmt: skip
