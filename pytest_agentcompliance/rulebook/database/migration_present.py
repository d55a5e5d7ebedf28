"""database/migration-present: a change of the schema comes with a migration, and the report lists it."""

import re
from collections.abc import Collection, Iterator
from functools import cached_property
from posixpath import basename, dirname
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.packages import folders
from pytest_agentcompliance.parsing.schema.migrations import GLOBS
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: the readers of models are imported when one may have changed
    from pytest_agentcompliance.evidence import Report
    from pytest_agentcompliance.parsing.schema import Fact

EXEMPT = [
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/fixtures/**", "**/testdata/**", "**/examples/**",
    "**/example/**", "**/dist/**", "**/build/**", "docs/**", "*.d.ts",
]  # fmt: skip
_MODELS = (".prisma", ".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".py", ".go")
_CODE = (".py", ".ts", ".mts", ".js", ".mjs", ".cjs", ".go", ".rb", ".php")
_DOES = re.compile(  # a call, as those by which migrations do something
    r"(?i)\w\s{0,9}(?:\.|->|::)\s{0,9}\w+\s{0,9}[(<`]|\b(?:add|create|drop|remove|rename|change|execute|sql)\w*[ (`]"
)
_DOCSTRING = re.compile(r"\A\s*[rRuU]?(?:\"\"\"(?s:.*?)\"\"\"|\'\'\'(?s:.*?)\'\'\'|\"[^\"\n]*\")")
_NAMED = 4  # columns, and tables, that a message names
_LONGEST = 2000  # characters of a finding's evidence
_MANIFESTS = ("package.json", "pyproject.toml", "go.mod", "setup.py", "setup.cfg", "requirements.txt")  # of a project

_PRISMA = "model User {\n  id    Int    @id\n  email String\n}\n"
_WIDER = "model User {\n  id    Int    @id\n  email String\n  name  String?\n}\n"
_FIRST = {"prisma/migrations/1_init/migration.sql": 'CREATE TABLE "User" ("id" INTEGER, "email" TEXT);\n'}
_ADDED = {"prisma/migrations/2_name/migration.sql": 'ALTER TABLE "User" ADD COLUMN "name" TEXT;\n'}
_TABLE = "from sqlalchemy import Column\n\n\nclass User(Base):\n    __tablename__ = 'users'\n    id = Column(Integer)\n"
_DRIZZLE = "import { pgTable, text } from 'drizzle-orm/pg-core'\n\nexport const users = pgTable('users', {\n  id: text('id'),\n})\n"


class MigrationPresent(Rule):
    """A change of the database's schema comes with a new migration, and the report lists it.

    Why: models without a migration work in the tests, which make their tables afresh, and fail against the database that has
    last week's. Whoever deploys has to know that there is one to run.

    The columns, constraints and enums of Prisma, Drizzle, TypeORM, MikroORM, Sequelize, SQLAlchemy, SQLModel, Django and GORM are
    compared between base and head over the whole change, so that a model that moved has not changed; what makes no difference to
    the database (types of the language, defaults that the code makes, relations without a column, comments) is no
    change. A new file among the migrations has to name one of the columns that changed, or the table. Where only an older
    migration was edited, and where base has no migrations for that part of the repository (the nearest project above the model:
    package.json, pyproject.toml, go.mod; else its root), it is a remark. Where there is a report, it has to name the migration,
    the table or the column.

    Blind spots: models whose class is made at run time; schemas in SQL alone; indexes that Drizzle, TypeORM and Sequelize
    declare beside the columns; columns of a mixin; databases without a schema; whether the migration does what the models say:
    a column of the same name in another table passes for it.
    """

    migrations: list[str] = Field(
        default=list(GLOBS), description="Globs of migrations; a later !glob takes files out again: indexes, snapshots, tests."
    )
    exempt: list[str] = Field(default=EXEMPT, description="Globs of models that no database is made from, beside those of tests.")

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Let the project's tool write the migration for the models as they are now, run it, and name it in the report."
    )
    examples = (
        Example(
            "A column that came without a migration is reported where it stands.",
            before={"prisma/schema.prisma": _PRISMA, **_FIRST}, after={"prisma/schema.prisma": _WIDER, **_FIRST},
            finds=("prisma/schema.prisma:4",),
        ),
        Example(
            "So is one whose new migration is about something else.",
            before={"db/schema.ts": _DRIZZLE, "drizzle/0000_a.sql": "CREATE TABLE users (id text);\n"},
            after={
                "db/schema.ts": _DRIZZLE.replace("})", "  age: integer('age'),\n})"),
                "drizzle/0000_a.sql": "CREATE TABLE users (id text);\n",
                "drizzle/0001_b.sql": "CREATE INDEX a ON orders (total);\n",
            },
            finds=("db/schema.ts:5",),
        ),
        Example(
            "A column that was taken away needs a migration too; a model that went as a whole is a remark.",
            before={"app/user.py": _TABLE, "app/old.py": _TABLE.replace("User", "Old"), "alembic/versions/1_a.py": "a = 1\n"},
            after={"app/user.py": _TABLE.replace("    id = Column(Integer)\n", ""), "alembic/versions/1_a.py": "a = 1\n"},
            finds=("app/user.py",), styles=("app/old.py",),
        ),
        Example(
            "The migrations of a project may lie beside the package of its models.",
            before={"pyproject.toml": "[project]\n", "lending/models.py": _TABLE, "migrations/versions/1_a.py": "a = 1\n"},
            after={
                "pyproject.toml": "[project]\n", "lending/models.py": _TABLE + "    name = Column(String)\n",
                "migrations/versions/1_a.py": "a = 1\n",
            },
            finds=("lending/models.py:7",),
        ),
        Example(
            "A report that says nothing of the migration is reported.",
            before={"prisma/schema.prisma": _PRISMA, **_FIRST}, after={"prisma/schema.prisma": _WIDER, **_FIRST, **_ADDED},
            report="# Report\n\n## Database Changes\n\nNone.\n", finds=("REPORT.md:3",),
        ),
        Example(
            "It is a remark where the project has no migrations, and where an older one was edited.",
            before={
                "a/package.json": "{}\n", "a/schema.prisma": _PRISMA, "b/package.json": "{}\n", "b/prisma/schema.prisma": _PRISMA,
                "b/prisma/migrations/1/migration.sql": "CREATE\n",
            },
            after={
                "a/package.json": "{}\n", "a/schema.prisma": _WIDER, "b/package.json": "{}\n", "b/prisma/schema.prisma": _WIDER,
                "b/prisma/migrations/1/migration.sql": 'CREATE TABLE "User" ("name" TEXT);\n',
            },
            styles=("a/schema.prisma:4", "b/prisma/schema.prisma:4"),
        ),
        Example(
            "A change with its migration is kept, and a report that names it.",
            before={"prisma/schema.prisma": _PRISMA, **_FIRST}, after={"prisma/schema.prisma": _WIDER, **_FIRST, **_ADDED},
            report="# Report\n\n## Database Changes\n\n- `2_name`: `User` has a `name`\n",
        ),
        Example(
            "What makes no difference to the database is kept: comments, layout, relations without a column, methods.",
            before={"prisma/schema.prisma": _PRISMA, "app/user.py": _TABLE, **_FIRST},
            after={
                "prisma/schema.prisma": "// people\n" + _PRISMA.replace("  email", "  /// where they are reached\n  email"),
                "app/user.py": _TABLE + "    orders = relationship('Order')\n\n    def name(self):\n        return self.id\n",
                **_FIRST,
            },
        ),
        Example(
            "A model that moved to another file is kept.",
            before={"app/models.py": _TABLE, "alembic/versions/1_a.py": "x = 1\n"},
            after={"app/models/user.py": _TABLE, "alembic/versions/1_a.py": "x = 1\n"},
        ),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        before, after = {"canary/schema.prisma": _PRISMA}, {"canary/schema.prisma": _WIDER}
        old = {"canary/migrations/1_init/migration.sql": "CREATE TABLE canary (id INTEGER);\n"}
        if not matches(next(iter(old)), self.migrations):
            return ()
        return (
            Example("A column without a migration.", before=before | old, after=after | old, finds=("canary/schema.prisma:4",)),
        )

    def check(self, changes: ChangeSet, tree: Tree, report: "Report | None") -> Iterator[Finding]:
        tables, had, has = self._changed(changes)
        new = [one for one in changes if one.kind == "added" and not one.renamed_from and matches(one.path, self.migrations)]
        if tables:
            parts = _Parts(tree.base.files, self.migrations)
            edited = [one for one in changes if one.kind == "modified" and matches(one.path, self.migrations)]
            said, before = _said(changes, new), _said(changes, edited)
            told: dict[tuple[str, str, Level], list[tuple[str, Fact]]] = {}  # by file, reason and level: a file is one finding
            for key, facts in tables.items():
                at = key[:2]
                path = next((path for path, fact in facts if fact.line), facts[0][0])
                verdict = _judged(facts, path, said, before, parts, new=bool(new), whole=at not in has, fresh=at not in had)
                if verdict is not None:
                    told.setdefault(verdict, []).extend(facts)
            for (path, why, level), facts in told.items():
                yield _finding(path, why, level, facts)
        names = [name for facts in tables.values() for _, fact in facts for name in fact.names]
        if report is not None and not report.problem and (new or names):
            yield from _reported(report, names, [one.path for one in new])

    def _changed(
        self, changes: ChangeSet
    ) -> "tuple[dict[tuple[str, str, str], list[tuple[str, Fact]]], frozenset[tuple[str, str]], frozenset[tuple[str, str]]]":
        """The facts that came or went, by tool, table and folder, each with its path; of what only went the line is 0.

        And the tools and tables that base had, and that head has, among what changed.
        """
        from dataclasses import replace

        from pytest_agentcompliance.parsing.testcode import is_test

        old: list[tuple[str, Fact]] = []
        new: list[tuple[str, Fact]] = []
        wanted = [one for one in changes if one.path.lower().endswith(_MODELS) and not self._is_exempt(one.path)]
        for change in changes.readable(one for one in wanted if not is_test(one.path)):
            old += ((change.path, fact) for fact in _facts(change.before))
            new += ((change.path, fact) for fact in _facts(change.after))
        # One table may be written down in several files: a copy that comes or goes changes nothing.
        had, has = {fact.key for _, fact in old}, {fact.key[:3] for _, fact in new}
        told: set[tuple[str, ...]] = set()
        found: dict[tuple[str, str, str], list[tuple[str, Fact]]] = {}
        for path, fact in [*new, *((path, replace(fact, line=0)) for path, fact in old)]:
            differs = fact.key not in had if fact.line else fact.key[:3] not in has
            if differs and (path, *fact.key) not in told:
                told.add((path, *fact.key))
                found.setdefault((fact.tool, fact.table, dirname(path)), []).append((path, fact))
        tables = tuple(frozenset((fact.tool, fact.table) for _, fact in side) for side in (old, new))
        return found, tables[0], tables[1]

    def _is_exempt(self, path: str) -> bool:
        return matches(path, self.exempt) or matches(path, self.migrations)


def _judged(
    facts: "list[tuple[str, Fact]]",
    path: str,
    said: frozenset[str],
    edited: frozenset[str],
    parts: "_Parts",
    *,
    new: bool,
    whole: bool,
    fresh: bool,
) -> "tuple[str, str, Level] | None":
    """Where, why and how much the facts of a table that changed are wanting; None where a migration speaks of them.

    ``new``: there is a new migration at all; ``whole``: the whole table went; ``fresh``: the whole table came.
    """
    from pytest_agentcompliance.parsing.schema import plain

    # A new table is known by its own name alone: a column such as id says nothing.
    named = [fact for _, fact in facts if not fresh or fact.column in ("", "__tablename__")]
    names = frozenset(name for fact in named for name in fact.names) | ({plain(facts[0][1].table)} if fresh else frozenset())
    if not said.isdisjoint(names):
        return None
    if not edited.isdisjoint(names):
        return path, "an older migration was edited in place of a new one", "style"
    if not parts.have_migrations(path):
        return path, "no migration came with it: this part of the repository has none", "style"
    why = "no new migration speaks of it" if new else "no migration came with it"
    # A model may go because another one takes its place, or because nothing of ours asks for the table any more.
    return path, why, "style" if whole else "breach"


class _Parts:
    """The projects of a tree, with the migrations of each: a file is part of that whose manifest is the nearest above."""

    def __init__(self, paths: Collection[str], migrations: list[str]) -> None:
        self._paths, self._migrations = paths, migrations

    def have_migrations(self, path: str) -> bool:
        """Whether there is a migration in the project that a model belongs to."""
        home = self._of(path)
        there = (one for one in self._paths if not home or one.startswith(f"{home}/"))
        return any(matches(one, self._migrations) and self._of(one) == home for one in there)

    def _of(self, path: str) -> str:
        return next((folder for folder in folders(path) if folder in self._homes), "")

    @cached_property
    def _homes(self) -> frozenset[str]:
        return frozenset(dirname(path) for path in self._paths if path.endswith(_MANIFESTS) and basename(path) in _MANIFESTS)


def _finding(path: str, why: str, level: Level, facts: "list[tuple[str, Fact]]") -> Finding:
    tables: dict[str, list[str]] = {}
    for _, fact in facts:
        tables.setdefault(fact.table[:100], []).append(fact.column[:100])
    what = []
    for table, columns in list(tables.items())[:_NAMED]:
        named = list(dict.fromkeys(filter(None, columns)))
        more = ", ..." if len(named) > _NAMED else ""
        what.append(f"{table} ({', '.join(named[:_NAMED])}{more})" if named else table)
    rest = f" and {len(tables) - _NAMED} more" if len(tables) > _NAMED else ""
    line = min((fact.line for _, fact in facts if fact.line), default=None)
    evidence = "; ".join(f"{table}: {' '.join(columns)}" for table, columns in tables.items())[:_LONGEST]
    return Finding(f"{', '.join(what)}{rest} changed in the schema, and {why}", Place(path, line), level, evidence=evidence)


def _facts(side: Content | None) -> "tuple[Fact, ...]":
    from pytest_agentcompliance.parsing.schema import facts

    return facts(side.text(), side.path) if side is not None and is_file(side.mode) else ()


def _said(changes: ChangeSet, migrations: list[FileChange]) -> frozenset[str]:
    """The words of the lines that migrations got; one that only has comments, or a function that does nothing, says nothing."""
    from pytest_agentcompliance.parsing.comments import blanked
    from pytest_agentcompliance.parsing.schema import words

    found: set[str] = set()
    for one in changes.readable(migrations):
        try:
            lines = blanked(one.after.text() if one.after is not None else "", one.path).split("\n")
            text = "\n".join(lines[line.number - 1] for line in one.added if line.number <= len(lines))
        except Unreadable:
            continue
        if one.path.endswith(".py"):
            text = _DOCSTRING.sub("", text, count=1)
        if _DOES.search(text) if one.path.endswith(_CODE) else words(text):
            found |= words(f"{one.path} {text}")
    return frozenset(found)


def _reported(report: "Report", names: list[str], paths: list[str]) -> Iterator[Finding]:
    from pytest_agentcompliance.parsing.named import Named
    from pytest_agentcompliance.parsing.reports import deliverables
    from pytest_agentcompliance.parsing.schema import words

    part = deliverables.section(report.text, "database")
    line = part.line if part is not None else 1
    said = [text for _, text, _ in part.said] if part is not None else []
    denied = bool(said) and deliverables.NOTHING.match(said[0]) is not None
    if not denied and (not words(report.text).isdisjoint(names) or Named([report.text]).among([*paths, *map(dirname, paths)])):
        return
    told = ", ".join(sorted(set(names))[:_NAMED])
    what = f"the migration {paths[0][:200]}" if paths else f"the change of the schema ({told})"
    says = f"says that nothing of the database changed, and there is {what}" if denied else f"does not list {what}"
    evidence = f"report {paths[0] if paths else min(names)}"
    yield Finding(f"the report {says}", Place(report.path, report.line + line - 1), evidence=evidence)
