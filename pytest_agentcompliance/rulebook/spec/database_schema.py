"""spec/database-schema: the models of the code are those of the schema JSON: fields, types, keys, relations and indexes."""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from posixpath import dirname
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet, Tree, model_files
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.schema.migrations import GLOBS
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:  # start-up time: the readers of models are imported when one may have changed
    from pytest_agentcompliance.parsing.models import Models
    from pytest_agentcompliance.parsing.models.differences import Difference

DOCUMENTS = [
    "specs/database-schema.json", "**/specs/database-schema.json", "!**/node_modules/**", "!**/vendor/**", "!**/fixtures/**",
    "!**/testdata/**", "!**/tests/**", "!**/templates/**", "!**/examples/**",
]  # fmt: skip
EXEMPT = [
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/dist/**", "**/build/**", "**/.next/**", "**/fixtures/**",
    "**/__fixtures__/**", "**/testdata/**", "**/examples/**", "**/example/**", "**/mocks/**", "**/__mocks__/**", "**/templates/**",
    "docs/**", "specs/**", "**/generated/**", "*.d.ts", "*.min.js",
]  # fmt: skip
MOST = 200  # findings of one contract
MOST_MODELS = 1000  # of one contract

_USER = (
    '{"definitions": {\n "User": {"type": "object", "tableName": "users",\n  "properties": {\n'
    '   "id": {"type": "string", "format": "uuid", "primaryKey": true},\n'
    '   "email": {"type": "string", "unique": true},\n'
    '   "name": {"type": ["string", "null"]},\n'
    '   "createdAt": {"type": "string", "format": "date-time", "columnName": "created_at"}},\n'
    '  "required": ["id", "email", "createdAt"],\n'
    '  "indexes": [{"columns": ["createdAt"]}],\n'
    '  "relations": {"posts": {"type": "hasMany", "model": "Post", "foreignKey": "authorId"}}},\n'
)
_POST = (
    ' "Post": {"type": "object", "tableName": "posts",\n  "properties": {\n'
    '   "id": {"type": "string", "format": "uuid", "primaryKey": true},\n'
    '   "authorId": {"type": "string", "columnName": "author_id", "references": {"model": "User", "field": "id"}}},\n'
    '  "required": ["id", "authorId"],\n'
    '  "relations": {"author": {"type": "belongsTo", "model": "User", "foreignKey": "authorId"}}}\n}}\n'
)
_SPEC = {"specs/database-schema.json": _USER + _POST}
_PRISMA = (
    "model User {\n  id        String   @id @default(uuid())\n  email     String   @unique\n  name      String?\n"
    '  createdAt DateTime @default(now()) @map("created_at")\n  posts     Post[]\n  @@index([createdAt])\n  @@map("users")\n}\n'
    "model Post {\n  id       String @id @default(uuid())\n"
    '  authorId String @map("author_id")\n  author   User   @relation(fields: [authorId], references: [id])\n  @@map("posts")\n}\n'
)
_ALCHEMY = (
    "from sqlalchemy import ForeignKey, Uuid\nfrom sqlalchemy.orm import Mapped, mapped_column\n\n\n"
    "class User(Base):\n    __tablename__ = 'users'\n    id: Mapped[UUID] = mapped_column(primary_key=True)\n"
    "    email: Mapped[str] = mapped_column(unique=True)\n    name: Mapped[str | None]\n"
    "    created_at: Mapped[datetime] = mapped_column(index=True)\n\n\n"
    "class Post(Base):\n    __tablename__ = 'posts'\n    id: Mapped[UUID] = mapped_column(primary_key=True)\n"
    "    author_id: Mapped[UUID] = mapped_column(ForeignKey('users.id'))\n"
)
_DRIZZLE = (
    "import { pgTable, uuid, text, timestamp, index } from 'drizzle-orm/pg-core'\n\n"
    "export const users = pgTable('users', {\n  id: uuid('id').primaryKey(),\n  email: text('email').notNull().unique(),\n"
    "  name: text('name'),\n  createdAt: timestamp('created_at').notNull(),\n}, (t) => [index('a').on(t.createdAt)])\n\n"
    "export const posts = pgTable('posts', {\n  id: uuid('id').primaryKey(),\n"
    "  authorId: uuid('author_id').notNull().references(() => users.id),\n})\n"
)


def _prisma(title: str, *parts: tuple[str, str], finds: str = "", styles: str = "") -> Example:
    """A schema that is as the contract has it, until the run replaces a part."""
    text = _PRISMA
    for old, new in parts:
        text = text.replace(old, new)
    before, after = {**_SPEC, "prisma/schema.prisma": _PRISMA}, {**_SPEC, "prisma/schema.prisma": text}
    return Example(title, before=before, after=after, finds=tuple(finds.split()), styles=tuple(styles.split()))


class DatabaseSchema(Rule):
    """The models of the code are those of the schema JSON: fields, types, null, unique, keys, relations and indexes.

    Why: the schema JSON is what everybody else builds on. A column that only the code has is one that no other service, report or
    migration knows of; one that may be null there and not here fails in production, with data that the contract allows.

    The models of Prisma, Drizzle, TypeORM, Sequelize, Mongoose, SQLAlchemy (1.4 and 2.0), Flask-SQLAlchemy and SQLModel are
    read out of the whole tree at both ends of the run and held to the schema JSON as base has it; what differs at head and did
    not at base is reported. The contract that only the run wrote counts where base has none, and the verdict says so. Where base
    had no models at all, everything counts, so that the first models have to be complete. Reported are models, fields and values
    of enums that are missing or that the contract does not have, other types (by a table of equivalents: a uuid may be kept as
    text, an integer as a big one), null and unique, primary keys, names of tables and columns that the contract states, foreign
    keys, relations, and indexes that are missing or unique. A foreign key does for a relation, in whichever model it stands.
    Remarks are: indexes that the contract does not have, enums that are kept as text, and what happens on delete where the code
    says nothing.

    Blind spots: defaults, checks and other constraints; columns that only running the code would tell, which are counted and said;
    models whose base is in a library may have fields that are not seen, and none is missing there. Models are told by their
    table or name: one with another name is missing and not in the contract. The tables that TypeORM and Prisma make for
    relations of many to many. Schemas in SQL alone.
    """

    documents: list[str] = Field(default=DOCUMENTS, description="Globs of the schema JSON; a later !glob takes files out again.")
    whole: bool = Field(
        default=False, description="Whether all models at head are held to the schema JSON, and not only what the change did."
    )
    exempt: list[str] = Field(default=EXEMPT, description="Globs of models that no database is made from, beside those of tests.")

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Make the model what the schema JSON says. If that is wrong, report it to whoever owns it, and leave the model."
    )
    examples = (
        _prisma(
            "A field that the contract does not have is reported.", ("  posts ", "  age Int\n  posts "),
            finds="prisma/schema.prisma:6",
        ),
        _prisma("So is one that is gone: at its model.", ("  name      String?\n", ""), finds="prisma/schema.prisma:1"),
        _prisma("So is another type.", ("name      String?", "name      Int?"), finds="prisma/schema.prisma:4"),
        _prisma("So is a field that may be null.", ("email     String ", "email     String?"), finds="prisma/schema.prisma:3"),
        _prisma("So is one that is unique no more.", (" @unique", ""), finds="prisma/schema.prisma:3"),
        _prisma("So is an index that is gone.", ("  @@index([createdAt])\n", ""), finds="prisma/schema.prisma:1"),
        _prisma("One more index is a remark.", ("  @@index([createdAt])\n", "  @@index([createdAt])\n  @@index([name])\n"),
                styles="prisma/schema.prisma:8"),
        _prisma(
            "A foreign key that is gone is reported, and the relation that it was for at the other end.",
            ("  author   User   @relation(fields: [authorId], references: [id])\n", ""), ("  posts     Post[]\n", ""),
            finds="prisma/schema.prisma:1 prisma/schema.prisma:11",
        ),
        Example(
            "The first models of a repository have to be all of them: one that is missing is told where the contract has it.",
            before=_SPEC, after={**_SPEC, "app/models.py": _ALCHEMY.partition("class Post")[0]},
            finds=("specs/database-schema.json:11",),
        ),
        Example(
            "A model that the contract does not have is reported, and what the run adds to the contract confirms nothing.",
            before={**_SPEC, "app/models.py": _ALCHEMY},
            after={
                "specs/database-schema.json": _USER + ' "Tag": {"properties": {"id": {"type": "integer"}}},\n' + _POST,
                "app/models.py": _ALCHEMY + "\n\nclass Tag(Base):\n    __tablename__ = 'tags'\n    id: Mapped[int]\n",
            },
            finds=("app/models.py:19",),
        ),
        Example(
            "With `whole`, what was wrong before counts too.", given={"whole": True},
            before={**_SPEC, "src/schema.ts": _DRIZZLE.replace(".unique()", "")},
            after={**_SPEC, "src/schema.ts": _DRIZZLE.replace(".unique()", "") + "\n"}, finds=("src/schema.ts:5",),
        ),
        Example("Models that are as the contract has them are kept.", before=_SPEC, after={**_SPEC, "a.prisma": _PRISMA}),
        Example("A foreign key does for a relation.", before=_SPEC, after={**_SPEC, "app/models.py": _ALCHEMY}),
        Example("Drizzle's as well.", before=_SPEC, after={**_SPEC, "src/schema.ts": _DRIZZLE}),
        Example(
            "What was wrong before the run is kept, and so is a model that moved.",
            before={**_SPEC, "app/models.py": _ALCHEMY.replace("unique=True", "")},
            after={**_SPEC, "app/db/models.py": _ALCHEMY.replace("unique=True", "")},
        ),
        Example(
            "Other models of the tests are kept.", before={**_SPEC, "app/models.py": _ALCHEMY},
            after={**_SPEC, "app/models.py": _ALCHEMY, "tests/models.py": _ALCHEMY.replace("User", "Fake")},
        ),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        names = ("specs/database-schema.json", *self.documents)
        path = next((one for one in names if "*" not in one and matches(one, self.documents)), "")
        if not path:
            return ()
        before = {path: _USER + _POST, "canary/schema.prisma": _PRISMA}
        after = {**before, "canary/schema.prisma": _PRISMA.replace("name      String?", "name      Int?")}
        return (Example("A field of another type.", before=before, after=after, finds=("canary/schema.prisma:4",)),)

    def check(self, changes: ChangeSet, tree: Tree) -> Generator[Finding, None, str]:
        contracts, own = self._contracts(tree)
        changed = model_files.changed(changes, self._may_hold)
        if not changed and not self.whole:
            return "the change touches no file that could hold a model"
        head = model_files.at_head(tree, self._may_hold)
        base = model_files.at_base(head, changes, changed)
        if not self.whole and base == head:
            return "the change touches no model"
        return (yield from self._held(contracts, base, head, own=own))

    def _held(
        self, contracts: "Mapping[str, Models]", base: dict[str, str], head: dict[str, str], *, own: bool
    ) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.parsing import models
        from pytest_agentcompliance.parsing.models.differences import differences

        now, before = models.read(head), models.read(base)
        if not now.models and not before.models:
            if self.whole:
                raise NotJudged(
                    "no model of Prisma, Drizzle, TypeORM, Sequelize, Mongoose or SQLAlchemy was found to hold to the schema JSON"
                )
            return "the tree has no models"
        held = 0
        for path, contract in contracts.items():
            mine, old = _of(now, path, contracts), _of(before, path, contracts)
            known: Counter[tuple[str, ...]] = Counter()
            if not self.whole and old.models:
                known.update(one.key for one in differences(contract, old))
            held += len(mine.models)
            if mine.models or old.models:
                yield from _news(differences(contract, mine), known)
        why = f"{held} models were held to {', '.join(sorted(contracts)[:3])}"
        why += ", which only the run itself wrote" if own else " as base has it"
        unread = len(now.unread) + sum(one.partial for one in now.models)
        return why + (f"; {unread} of them or of their files could not be read as a whole" if unread else "")

    def _contracts(self, tree: Tree) -> "tuple[dict[str, Models], bool]":
        """The contracts by path, as base has them, and whether base had none. Raises ``NotJudged`` where there is none."""
        from pytest_agentcompliance.parsing.models import contract

        for side, own in ((tree.base, False), (tree.head, True)):
            found: dict[str, Models] = {}
            for path in sorted(path for path in side.files if path.endswith(".json") and matches(path, self.documents)):
                content = side.files[path]
                read = contract.read(content.text(), path) if is_file(content.mode) else None
                if read is None:
                    raise NotJudged(f"{path} is no JSON that could be read: mend it")
                if len(read.models) > MOST_MODELS:
                    raise NotJudged(f"{path} has more than {MOST_MODELS} models")
                if read.models:
                    found[path] = read
            if found:
                return found, own
        raise NotJudged(
            "there is no schema JSON to hold the models to: specs/database-schema.json, or name it in the parameter `documents`"
        )

    def _may_hold(self, path: str) -> bool:
        from pytest_agentcompliance.parsing.models import ENDINGS
        from pytest_agentcompliance.parsing.testcode import is_test

        return path.endswith(ENDINGS) and not is_test(path) and not matches(path, self.exempt) and not matches(path, list(GLOBS))


def _of(models: "Models", path: str, contracts: "Mapping[str, Models]") -> "Models":
    """The models that a contract binds: those below the folder that its own lies in, unless one lies nearer."""
    from dataclasses import replace

    homes = {one: dirname(dirname(one)) for one in contracts}

    def mine(at: str) -> bool:
        above = [one for one, home in homes.items() if not home or at.startswith(f"{home}/")]
        return bool(above) and max(above, key=lambda one: len(homes[one])) == path

    return replace(models, models=tuple(one for one in models.models if mine(one.path)))


def _news(found: "Iterator[Difference]", known: Counter[tuple[str, ...]]) -> Iterator[Finding]:
    told = 0
    for one in found:
        if known[one.key] > 0:
            known[one.key] -= 1
            continue
        told += 1
        if told > MOST:
            return
        yield Finding(one.message, Place(one.path, one.line), one.level, evidence=" ".join(one.key))
