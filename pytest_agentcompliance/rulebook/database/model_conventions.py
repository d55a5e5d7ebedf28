"""database/model-conventions: models follow the plan's tables, and have created_at, updated_at, indexes and soft delete."""

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Documents, FileChange, Tree, model_files
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.schema.migrations import GLOBS
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: the readers of models are imported when one may have changed
    from pytest_agentcompliance.evidence.documents import Document, DocumentName
    from pytest_agentcompliance.parsing.models import Field as Column
    from pytest_agentcompliance.parsing.models import Model, Models
    from pytest_agentcompliance.parsing.models.differences import Difference
    from pytest_agentcompliance.parsing.models.planned import Kind
    from pytest_agentcompliance.parsing.models.stamps import Stamps
    from pytest_agentcompliance.parsing.plan import Plan, PlanTable

Stamp = Literal["created_at", "updated_at"]

EXEMPT = [
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/dist*/**", "**/build/**", "**/.next/**", "**/fixtures/**",
    "**/__fixtures__/**", "**/testdata/**", "**/examples/**", "**/example/**", "**/mocks/**", "**/__mocks__/**", "**/templates/**",
    "docs/**", "specs/**", "**/.claude/**", "**/.agents/**", "**/.cursor/**", "**/skills/**", "**/generated/**", "*.d.ts",
    "*.min.js",
]  # fmt: skip
APPEND_ONLY = [
    "event", "log", "audit", "history", "journal", "ledger", "trail", "snapshot", "revision", "version", "metric", "measurement",
    "sample", "telemetry", "usage", "activity", "impression", "click", "view", "visit", "archive", "transition", "heartbeat",
    "transaction", "receipt", "vote", "like", "reaction", "follow", "follower", "bookmark", "favorite", "favourite", "commission",
    "earning", "redemption", "attempt", "token", "code", "record", "entry", "consent", "trace", "execution",
]  # fmt: skip
MOST = 200  # findings of one kind
MOST_STATEMENTS = 5000  # about indexes, of the migrations of a run
_PLAN: "DocumentName" = "plan"

_USER = (
    "model User {\n  id        String   @id @default(uuid())\n  email     String   @unique\n"
    "  createdAt DateTime @default(now())\n  updatedAt DateTime @updatedAt\n}\n"
)
_TAG = "model Tag {\n  id   Int    @id\n  name String\n}\n"
_TABLE = (
    "# Backend plan\n\n## Database\n\n```sql\nCREATE TABLE users (\n  id uuid PRIMARY KEY,\n  email text NOT NULL UNIQUE,\n"
    "  age integer,\n  created_at timestamptz NOT NULL,\n  updated_at timestamptz NOT NULL,\n  deleted_at timestamptz\n);\n"
    "CREATE INDEX ON users (age);\n```\n"
)
_ALCHEMY = (
    "from sqlalchemy import DateTime, Integer, Text, Uuid\nfrom sqlalchemy.orm import Mapped, mapped_column\n\n\n"
    "class Times:\n    created_at: Mapped[datetime] = mapped_column(server_default=func.now())\n"
    "    updated_at: Mapped[datetime] = mapped_column(onupdate=func.now())\n\n\n"
    "class User(Times, Base):\n    __tablename__ = 'users'\n    id: Mapped[UUID] = mapped_column(primary_key=True)\n"
    "    email: Mapped[str] = mapped_column(Text, unique=True)\n    age: Mapped[int | None] = mapped_column(index=True)\n"
    "    deleted_at: Mapped[datetime | None]\n"
)
_UPDATED = "    updated_at: Mapped[datetime] = mapped_column(onupdate=func.now())\n"
_DRIZZLE = (
    "import { pgTable, text, timestamp } from 'drizzle-orm/pg-core'\n\n"
    "const times = { createdAt: timestamp('created_at').defaultNow(), updatedAt: timestamp('updated_at').defaultNow() }\n"
    "export const posts = pgTable('posts', {\n  id: text('id').primaryKey(),\n  title: text('title'),\n  ...times,\n})\n"
)
_ENTITY = (
    "import { BaseEntity, Column, CreateDateColumn, Entity, UpdateDateColumn } from 'typeorm'\n\n"
    "abstract class Kept extends BaseEntity {\n  @PrimaryGeneratedColumn() id: number\n"
    "  @CreateDateColumn() made: Date\n  @UpdateDateColumn()\n  touched: Date\n}\n\n"
    "@Entity('notes')\nexport class Note extends Kept {\n  @Column() title: string\n}\n"
)
_MONGOOSE = (
    "const mongoose = require('mongoose')\n\nconst noteSchema = new mongoose.Schema(\n  { title: { type: String } }"
    ", { timestamps: true },\n)\nnoteSchema.index({ title: 1 })\nmodule.exports = mongoose.model('Note', noteSchema)\n"
)
_SEQUELIZE = (
    "const { DataTypes, Model } = require('sequelize')\n"
    "const sequelize = require('./db')\n\nclass Page extends Model {}\nPage.init(\n"
    "  { title: { type: DataTypes.STRING, allowNull: false } },\n"
    "  { sequelize, tableName: 'pages', paranoid: true, indexes: [{ fields: ['title'] }] },\n)\n"
)
_PAGES = (
    "# Backend plan\n\n## Database\n\n```sql\nCREATE TABLE pages (\n  id integer PRIMARY KEY,\n  title varchar(255) NOT NULL,\n"
    "  created_at timestamptz NOT NULL,\n  updated_at timestamptz NOT NULL,\n  deleted_at timestamptz\n);\n"
    "CREATE INDEX ON pages (title);\n```\n"
)


class ModelConventions(Rule):
    """Models follow the plan's tables, with their indexes and soft delete, and have created_at and updated_at.

    Why: the plan's tables are what migrations, queries and other services are written against. When a row came and when it last
    changed cannot be found out afterwards, and what is deleted for good does not come back.

    Judged are the models of Prisma, Drizzle, TypeORM, Sequelize, Mongoose (NestJS' classes too), SQLAlchemy, Flask-SQLAlchemy and
    SQLModel that the change makes new, and what it changes of others; what moved or got another name is not new. A new model has
    both times: as columns, by a mixin, a class above, columns that are spread, a decorator, a plugin, or an option (`timestamps`,
    which Sequelize has by itself and Mongoose has not); `paranoid` is soft delete. A model that had one keeps it. Tables that
    only join others, those whose columns a library prescribes (sessions of a login, checkpoints), and those that are named as
    something that is only added to (`append_only`), and have no column that is written again, need no updated_at; one that does
    need it, of which the plan states all columns without it, is a remark, and so is another column that is filled with the time
    in place of created_at. The tables of the plan, as base has it, are compared with the models: columns, types (by a table of
    equivalents), null, unique, foreign keys, indexes (both also where a migration of the run makes them), and soft delete where
    the plan asks for it. The plan that only the run wrote counts where base has none, and the verdict says so. A table of the
    plan that no model is made for yet is no finding, and a model that it does not have is a remark. A model with less than half
    of a table's columns is told once, as hardly that table, and a column that the plan speaks of elsewhere is a remark.

    Blind spots: models of Django, Typegoose and others, schemas in SQL alone; models whose base is in a library; options of
    Sequelize and Mongoose that a function makes, or a JSON file; a schema within another document; whether anything keeps
    updated_at up to date; lengths, defaults and checks; tables that the plan names otherwise than the code.
    """

    stamps: list[Stamp] = Field(default=["created_at", "updated_at"], description="The times that a model has to have.")
    append_only: list[str] = Field(
        default=APPEND_ONLY,
        description="Words in the names of models to whose tables rows are only added: they need no updated_at.",
    )
    without: list[str] = Field(default=[], description="Globs of the names of models and tables that need no times.")
    whole: bool = Field(default=False, description="Whether all models at head are judged, and not only what the change did.")
    exempt: list[str] = Field(default=EXEMPT, description="Globs of models that no database is made from, beside those of tests.")

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Make the model what the plan says, with created_at and updated_at, and write the migration for it. If the plan is "
        "wrong, report it to whoever made it.",
    )  # fmt: skip
    examples = (
        Example(
            "A new model without created_at and updated_at is reported, and one that has no updated_at.",
            before={"prisma/schema.prisma": _USER},
            after={"prisma/schema.prisma": _USER + _TAG + _TAG.replace("Tag", "Page").replace("}", "  createdAt DateTime\n}")},
            finds=("prisma/schema.prisma:7", "prisma/schema.prisma:11"),
        ),
        Example(
            "So is a model that lost one.",
            before={"prisma/schema.prisma": _USER},
            after={"prisma/schema.prisma": _USER.replace("  updatedAt DateTime @updatedAt\n", "")},
            finds=("prisma/schema.prisma:1",),
        ),
        Example(
            "A class above that lost one is reported for each model that had it from there.",
            before={"app/models.py": _ALCHEMY},
            after={"app/models.py": _ALCHEMY.replace(_UPDATED, "")},
            finds=("app/models.py:9",),
        ),
        Example(
            "A log to which rows are only added needs no updated_at; one with a state that is written again does.",
            after={"prisma/schema.prisma": (
                "model AuditLog {\n  id Int @id\n  what String\n  createdAt DateTime @default(now())\n}\n"
                "model JobLog {\n  id Int @id\n  status String @default(\"new\")\n  createdAt DateTime @default(now())\n}\n"
            )},
            finds=("prisma/schema.prisma:6",),
        ),
        Example(
            "What the plan says is held: a type, an index, soft delete, and a column that it does not have.",
            before={"IMPLEMENTATION-PLAN.md": _TABLE},
            after={"IMPLEMENTATION-PLAN.md": _TABLE, "app/models.py": _ALCHEMY.replace(
                "    deleted_at: Mapped[datetime | None]\n", "    nick: Mapped[str]\n"
            ).replace("age: Mapped[int | None] = mapped_column(index=True)", "age: Mapped[str | None]")},
            finds=("app/models.py:14", "app/models.py:15", "app/models.py:10", "app/models.py:10"),
        ),
        Example(
            "A model that the plan does not have is a remark; so is one of which it states all columns without updated_at.",
            before={"IMPLEMENTATION-PLAN.md": _TABLE.replace("  updated_at timestamptz NOT NULL,\n", "")},
            after={
                "IMPLEMENTATION-PLAN.md": _TABLE.replace("  updated_at timestamptz NOT NULL,\n", ""),
                "app/models.py": _ALCHEMY.replace(_UPDATED, ""),
                "src/posts.ts": _DRIZZLE,
            },
            styles=("app/models.py:9", "src/posts.ts:4"),
        ),
        Example(
            "A model as the plan has it is kept, its times from a class above.",
            before={"IMPLEMENTATION-PLAN.md": _TABLE}, after={"IMPLEMENTATION-PLAN.md": _TABLE, "app/models.py": _ALCHEMY},
        ),
        Example(
            "An index that a migration of the run makes is kept.",
            before={"IMPLEMENTATION-PLAN.md": _TABLE},
            after={
                "IMPLEMENTATION-PLAN.md": _TABLE, "app/models.py": _ALCHEMY.replace("mapped_column(index=True)", "mapped_column()"),
                "migrations/versions/1_users.py": "op.create_index('ix', 'users', ['age'])\n",
            },
        ),
        Example("Columns that are spread, and those that a decorator makes, are kept.",
                after={"src/posts.ts": _DRIZZLE, "src/note.entity.ts": _ENTITY}),
        Example(
            "Mongoose has times where its schema says so, Sequelize unless its model says otherwise.",
            after={"models/notes.js": _MONGOOSE.replace(", { timestamps: true }", ""),
                   "models/pages.js": _SEQUELIZE.replace("paranoid: true", "paranoid: true, updatedAt: false")},
            finds=("models/notes.js:3", "models/pages.js:4"),
        ),
        Example(
            "Times by an option are kept, and soft delete by one.",
            before={"IMPLEMENTATION-PLAN.md": _PAGES},
            after={"IMPLEMENTATION-PLAN.md": _PAGES, "models/notes.js": _MONGOOSE, "models/pages.js": _SEQUELIZE},
            styles=("models/notes.js:3",),
        ),
        Example(
            "Tables that only join others need no times, and those that a library prescribes.",
            after={"prisma/schema.prisma": (
                _USER + "model Team {\n  id Int @id\n  createdAt DateTime\n  updatedAt DateTime\n}\n"
                "model Member {\n  userId String\n  teamId Int\n  user User @relation(fields: [userId], references: [id])\n"
                "  team Team @relation(fields: [teamId], references: [id])\n  @@id([userId, teamId])\n}\n"
                "model VerificationToken {\n  identifier String\n  token String @unique\n  expires DateTime\n}\n"
            )},
        ),
        Example(
            "What was so before is kept: a model that got one more column, and one that moved.",
            before={"prisma/schema.prisma": _USER + _TAG, "app/old.py": _ALCHEMY.replace("Times, Base", "Base")},
            after={
                "prisma/schema.prisma": _USER + _TAG.replace("}", "  note String?\n}"),
                "app/new.py": _ALCHEMY.replace("Times, Base", "Base").replace("class User", "class Person"),
            },
        ),
        Example(
            "A table of the plan that is not made yet is kept, and models of the tests are.",
            before={"IMPLEMENTATION-PLAN.md": _TABLE},
            after={"IMPLEMENTATION-PLAN.md": _TABLE, "tests/schema.prisma": _TAG, "src/a.ts": "export const a = 1\n"},
        ),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        path = "canary/schema.prisma"
        if not self.stamps or "tag" in self.append_only or matches("Tag", self.without) or matches(path, self.exempt):
            return ()
        return (Example("A model without times.", after={path: _TAG}, finds=(f"{path}:1",)),)

    def check(self, changes: ChangeSet, tree: Tree, documents: Documents) -> Generator[Finding, None, str]:
        changed = model_files.changed(changes, self._may_hold)
        if not self.whole and not any(_has_models(one) for one in changes.readable(one for one in changes if one.path in changed)):
            return "the change touches no file with models"
        head = model_files.at_head(tree, self._may_hold)
        base = model_files.at_base(head, changes, changed)
        if not self.whole and base == head:
            return "the change touches no model"
        from pytest_agentcompliance.parsing import models

        plan = _plan(documents)
        if not self.whole and not plan.plans:
            # The same of both ends: what is read of one alone would seem new.
            near = model_files.near(base, changed) | model_files.near(head, changed)
            base, head = ({path: text for path, text in side.items() if path in near} for side in (base, head))
        both = _Both(models.read(base), models.read(head), base, head)
        judged, lacking = yield from self._stamped(both, plan)
        said = yield from self._planned(both, plan, changes, lacking)
        return f"{judged}; {said}"

    def _may_hold(self, path: str) -> bool:
        from pytest_agentcompliance.parsing.models import ENDINGS
        from pytest_agentcompliance.parsing.testcode import is_test

        return path.endswith(ENDINGS) and not is_test(path) and not matches(path, self.exempt) and not matches(path, list(GLOBS))

    def _stamped(self, both: "_Both", plan: "_Told") -> Generator[Finding, None, tuple[str, frozenset[tuple[str, int, Stamp]]]]:
        """Which new or changed models lack created_at or updated_at, and where that was told."""
        from pytest_agentcompliance.parsing.models import pairs
        from pytest_agentcompliance.parsing.models.stamps import joins, prescribed, stamps

        now = both.now.models
        was = pairs.before(both.old.models, now)
        has = [stamps(one, both.head.get(one.path, "")) for one in now]
        of_table: dict[tuple[str, str], list[Stamps]] = {}
        for one, found in zip(now, has, strict=True):
            of_table.setdefault((one.tool, one.table or one.name), []).append(found)
        stated = plan.stated(both.now)
        judged = unread = count = 0
        told: set[tuple[str, int, Stamp]] = set()
        for at, (one, found) in enumerate(zip(now, has, strict=True)):
            before = None if self.whole else was.get(at)
            # MikroORM's entities are called as TypeORM's are, and have no columns that are read.
            if not one.fields or (one.tool == "typeorm" and "typeorm" not in both.head.get(one.path, "")):
                continue
            if (before is not None and before.fields == one.fields) or prescribed(one) or self._named(one):
                continue
            had = stamps(before, both.base.get(before.path, "")) if before is not None else None
            if had is None and joins(one):
                continue
            # A table may be declared again where a part of it is used.
            others = of_table[(one.tool, one.table or one.name)]
            lacking = [
                name for name in self._lacking(one, found)
                if (had is None or _of(had, name)) and not any(_of(each, name) for each in others)
            ]  # fmt: skip
            unread += one.partial and bool(lacking)
            judged += 1
            if lacking and not one.partial and (count := count + 1) <= MOST:
                told.update((one.path, one.line, name) for name in lacking)
                yield _unstamped(one, lacking, found, stated.get(id(one)), taken=had is not None)
        more = f" ({unread} of them could not be read as a whole)" if unread else ""
        return f"{judged} models that are new or changed were looked at for {' and '.join(self.stamps)}{more}", frozenset(told)

    def _named(self, one: "Model") -> bool:
        return bool(self.without) and any(matches(name, self.without) for name in (one.name, one.table) if name)

    def _lacking(self, one: "Model", found: "Stamps") -> list[Stamp]:
        from pytest_agentcompliance.parsing.models.stamps import changing, words

        append = not words(one).isdisjoint(self.append_only) and not changing(one)
        free = {"created_at": append and found.timed, "updated_at": append}
        return [name for name in self.stamps if not _of(found, name) and not free[name]]

    def _planned(
        self, both: "_Both", plan: "_Told", changes: ChangeSet, lacking: frozenset[tuple[str, int, Stamp]]
    ) -> Generator[Finding, None, str]:
        """What is not as the plan's tables are, and was not so at base; ``lacking`` are the times that were told already."""
        from pytest_agentcompliance.parsing.models.planned import Code, differences

        if not plan.plans:
            return "there is no plan to hold them to"
        if not any(one.tables for _, one in plan.plans):
            if any(one.unread for _, one in plan.plans):
                path, one = next((path, one) for path, one in plan.plans if one.unread)
                raise NotJudged(f"{path}:{one.unread[0].line} states what could not be read: {one.unread[0].why}")
            return f"{plan.where} states no table"
        migrations = _Migrations(changes)
        told = 0
        for path, one in plan.plans:
            known: Counter[tuple[str, ...]] = Counter()
            if not self.whole:
                known.update(each.key for each in differences(one, Code(both.old, both.base, lambda *_: False), path, plan.named))
            for each in differences(one, Code(both.now, both.head, migrations.have), path, plan.named):
                if known[each.key] > 0:
                    known[each.key] -= 1
                elif told < MOST and not _is_told(each, lacking):
                    told += 1
                    yield Finding(each.message, Place(each.path, each.line), each.level, evidence=" ".join(each.key))
        unread = sum(len(one.unread) for _, one in plan.plans)
        more = f"; {unread} parts of it could not be read" if unread else ""
        return f"they were held to the tables of {plan.where}{', which only the run itself wrote' * plan.own}{more}"


@dataclass(frozen=True)
class _Both:
    """The models at both ends, and the texts of their files."""

    old: "Models"
    now: "Models"
    base: dict[str, str]
    head: dict[str, str]


@dataclass(frozen=True)
class _Told:
    """The plans that count, each with its path. ``own``: only the run wrote them."""

    plans: "Sequence[tuple[str, Plan]]" = ()
    own: bool = False
    named: frozenset[str] = frozenset()  # the names that they have anywhere

    @property
    def where(self) -> str:
        return ", ".join(path for path, _ in self.plans[:3])

    def stated(self, code: "Models") -> "dict[int, PlanTable]":
        """By the id of each model the table that the plan states of it as a whole, where it does not ask for times of all."""
        if not self.plans:
            return {}
        from pytest_agentcompliance.parsing.models.planned import pairs

        found = {id(one): said for _, plan in self.plans if not plan.timestamps for one, said in pairs(plan, code)}
        return {key: said for key, said in found.items() if len(said.model.fields) > 2 and not said.model.partial}


@dataclass
class _Migrations:
    """The indexes and foreign keys that migrations of the run make, by the words of what they add."""

    changes: ChangeSet
    _read: "list[tuple[str, frozenset[str]]] | None" = field(default=None)

    def have(self, kind: "Kind", model: "Model", columns: "Sequence[Column]") -> bool:
        """Whether a statement about an index names the table and the columns; one about a foreign key may stand in its table."""
        from pytest_agentcompliance.parsing.models.differences import plain

        if self._read is None:
            self._read = list(islice(_statements(self.changes), MOST_STATEMENTS))
        table, wanted = plain(model.table or model.name), {plain(one.column) for one in columns}
        return any(
            each == kind and wanted <= words and (kind == "foreign key" or any(table in one for one in words))
            for each, words in self._read
        )  # fmt: skip


def _statements(changes: ChangeSet) -> Iterator[tuple[str, frozenset[str]]]:
    """The words of each piece of a migration that speaks of an index or a foreign key: five lines from where it begins."""
    import re

    from pytest_agentcompliance.parsing.models.differences import plain

    kinds = {"index": re.compile(r"(?i)index|unique"), "foreign key": re.compile(r"(?i)foreign_?key|references")}
    for one in changes.readable(one for one in changes if matches(one.path, list(GLOBS)) or one.path.endswith(".sql")):
        try:
            rows = one.after.text().split("\n") if one.after is not None and is_file(one.after.mode) else []
        except Unreadable:
            continue
        for at, row in enumerate(rows):
            for kind, speaks in kinds.items():
                if speaks.search(row[:2000]):
                    yield kind, frozenset(map(plain, re.findall(r"\w+", " ".join(rows[at : at + 5])[:2000])))


def _plan(documents: Documents) -> _Told:
    """The plan as base has it; where base has none, the run's own."""
    for given, own in ((documents.base(_PLAN), False), (documents.head(_PLAN), True)):
        if given:
            return _read(given, own=own)
    return _Told()


def _read(given: "Sequence[Document]", *, own: bool) -> _Told:
    from pytest_agentcompliance.parsing.models.planned import named
    from pytest_agentcompliance.parsing.plan import read

    texts: dict[str, str] = {}
    for one in given:
        try:
            texts[one.path] = one.text()
        except Unreadable:
            continue  # the ledger was told; the verdict names the file
    names = frozenset[str]().union(*map(named, texts.values()))
    return _Told([(path, read(text, path)) for path, text in texts.items()], own, names)


def _of(found: "Stamps", name: Stamp) -> str:
    return found.created if name == "created_at" else found.updated


def _is_told(one: "Difference", lacking: frozenset[tuple[str, int, Stamp]]) -> bool:
    """Whether a column that is missing is a time of which that was said already."""
    name = _stamp(one.key[2]) if one.key[1] == "field" else None
    return name is not None and (one.path, one.line, name) in lacking


def _stamp(column: str) -> Stamp | None:
    """Which of the times a column of that name is."""
    from pytest_agentcompliance.parsing.models.stamps import is_created, is_updated

    return "created_at" if is_created(column) else "updated_at" if is_updated(column) else None


def _states(table: "PlanTable", name: Stamp) -> bool:
    return any(_stamp(one.name) == name for one in table.model.fields)


def _unstamped(one: "Model", lacking: list[Stamp], found: "Stamps", stated: "PlanTable | None", *, taken: bool) -> Finding:
    why = f"the model {one.name[:100]} has no {' and no '.join(lacking)}{' any more' * taken}"
    level: Level = "breach"
    if stated is not None and not any(_states(stated, name) for name in lacking):
        why, level = f"{why}; neither has the plan's table", "style"
    elif lacking == ["created_at"] and found.instead:
        why, level = f"{why}; it has {found.instead[:100]}, which is filled with the time", "style"
    return Finding(why, Place(one.path, one.line), level, evidence=f"{one.name} {' '.join(lacking)}")


def _has_models(one: FileChange) -> bool:
    sides = [side for side in (one.before, one.after) if side is not None and is_file(side.mode)]
    return any(model_files.signed(side.path, side.text()) for side in sides)
