"""architecture/query-in-loop: no query is added that runs once for each turn of a loop."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.evidence.fresh import Things, deleted
from pytest_agentcompliance.parsing.defaults import ENDINGS
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.queries import SIGNS
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: the readers of code are imported when a file is a candidate
    from pytest_agentcompliance.parsing.queries.repeated import Repeated

EXEMPT = [
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/dist/**", "**/build/**", "**/generated/**", "*.d.ts",
    "**/migrations/**", "**/migration/**", "**/alembic/**", "**/versions/*.py", "**/seeds/**", "**/seeders/**", "**/seed/**",
    "*seed*", "**/scripts/**", "**/script/**", "**/bin/**", "**/tools/**", "**/fixtures/**", "**/examples/**", "**/example/**",
    "**/benchmarks/**", "**/evaluation/**", "*migrate*", "*migration*", "*backfill*", "debug_*", "**/conftest.py",
    "**/test-utils/**", "**/test_utils/**", "**/test_fixtures/**", "*fixture*", "**/e2e/**",
]  # fmt: skip
_SHOWN = 60  # characters of what a loop goes over in a message


class QueryInLoop(Rule):
    """No query is added that a loop repeats.

    Why: a query for each row is quick with the ten rows of a test and brings the database down with the ten thousand of a
    customer. One query with a join, an include or a list of ids takes as long as one of them.

    Loops are for, for of, while, comprehensions, and calls such as map and forEach, Promise.all around them or not. Queries are
    those of Prisma, Drizzle, TypeORM, Sequelize, Mongoose, MongoDB, Knex, Supabase, SQLAlchemy, SQLModel, Django and drivers, as
    raw SQL too. What reads in a loop is reported, and what inserts or deletes where the loop does nothing else; a write beside
    other work, a turn with a transaction, a session or a lock of its own, a stream, and a loop that ends with the first that is
    found leave a remark. Kept are loops over batches and chunks, over what was written out in the code, over few by their
    number, over tables, retries, polling and paging; what is only made and sent as one transaction; and files of tests, seeds,
    migrations and scripts. What moved is not new.

    Blind spots: a function that is called in a loop and asks the database somewhere else; loaders and lazy relations
    (``order.customer.name``); prepared statements; queries whose names say nothing; other languages.
    """

    writes: Level = Field(default="style", description="What a write is in a loop that does other work too: a breach, or a remark.")
    exempt: list[str] = Field(
        default=EXEMPT, description="Globs of files that are left out, beside those of tests; a later !glob takes files out again."
    )

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    candidates: ClassVar[Candidates] = Candidates(
        endings=ENDINGS,
        contains=SIGNS,
    )
    remedy: ClassVar[Remedy] = Remedy(
        "fix",
        "Ask once for all of them, before the loop (a join, an include, a list of ids), and look each one up in what came back; "
        "write them with one statement for many rows.",
    )
    examples = (
        Example(
            "A query for each one is reported: in a for, in a map, in a comprehension.",
            after={
                "src/a.service.ts": "export async function a(orders: Order[]) {\n  for (const order of orders) {\n"
                                    "    order.user = await prisma.user.findUnique({ where: { id: order.userId } })\n  }\n}\n",
                "src/b.ts": "const all = await Promise.all(users.map(async (user) => ({\n  ...user,\n"
                            "  posts: await db.select().from(posts).where(eq(posts.userId, user.id)),\n})))\n",
                "app/c.py": "from sqlalchemy.orm import Session\n\n\ndef c(db: Session, orders):\n    for order in orders:\n"
                            "        user = db.query(User).filter(User.id == order.user_id).first()\n        send(user)\n",
                "app/d.py": "async def d(pool, ids):\n    return [await pool.fetchrow('SELECT $1', i) for i in ids]\n",
            },
            finds=("app/c.py:6", "app/d.py:2", "src/a.service.ts:3", "src/b.ts:3"),
        ),
        Example(
            "So are inserts and deletes of a loop that does nothing else; beside other work they leave a remark.",
            after={
                "src/a.ts": "for (const tag of tags) {\n  await prisma.tag.create({ data: { name: tag } })\n}\n",
                "src/b.ts": "for (const m of mails) {\n  await send(m)\n  await prisma.mail.delete({ where: { id: m.id } })\n}\n",
                "src/c.ts": "for (const u of users) {\n  await prisma.user.update({ where: { id: u.id }, data: f(u) })\n}\n",
            },
            finds=("src/a.ts:2",),
            styles=("src/b.ts:3", "src/c.ts:2"),
        ),
        Example(
            "Where writes count as much, those are reported too.",
            given={"writes": "breach"},
            after={
                "src/c.ts": "for (const u of users) {\n  await prisma.user.update({ where: { id: u.id }, data: f(u) })\n}\n",
            },
            finds=("src/c.ts:2",),
        ),
        Example(
            "A turn with a transaction of its own, and a loop that ends with the first that is found, leave a remark.",
            after={
                "src/a.ts": "for (const id of ids) {\n  await prisma.$transaction(async (tx) => {\n"
                            "    const one = await tx.user.findFirst({ where: { id } })\n    await pay(one)\n  })\n}\n",
                "src/b.ts": "for (const key of keys) {\n  const one = await prisma.user.findFirst({ where: { key } })\n"
                            "  if (one) return one\n}\n",
            },
            styles=("src/a.ts:3", "src/b.ts:2"),
        ),
        Example("What asks once is kept: before the loop, as what the loop goes over, for all of them.", after={
            "src/a.ts": "const users = await prisma.user.findMany({ where: { id: { in: ids } } })\n"
                        "for (const user of await prisma.user.findMany()) {\n  send(user)\n}\n"
                        "const names = (await db.select().from(users)).map((one) => one.name)\n"
                        "await prisma.tag.createMany({ data: tags })\n",
            "app/b.py": "from sqlalchemy.orm import Session\n\n\ndef b(db: Session):\n    for user in db.query(User).all():\n"
                        "        db.add(Mail(user))\n    db.commit()\n    return [u.id for u in db.scalars(select(User))]\n",
        }),
        Example("So are batches, retries, polling, pages, and loops over what the code itself writes out.", after={
            "src/a.ts": "for (let i = 0; i < ids.length; i += 100) {\n"
                        "  await prisma.user.findMany({ where: { id: { in: ids.slice(i, i + 100) } } })\n}\n"
                        "for (const chunk of chunks) {\n  await db.select().from(users).where(inArray(users.id, chunk))\n}\n"
                        "for (let attempt = 0; attempt < limit; attempt++) {\n  await pool.query('SELECT 1')\n}\n"
                        "while (!done) {\n  const job = await prisma.job.findFirst({ where: { id } })\n  done = job.done\n}\n"
                        "for (const role of ['admin', 'user']) {\n  await prisma.role.findFirst({ where: { role } })\n}\n"
                        "for (const role of Object.values(ROLES)) {\n  await prisma.role.findFirst({ where: { role } })\n}\n",
            "app/b.py": "import psycopg\n\n\ndef b(cur, ids, tables):\n    for table in tables:\n"
                        "        cur.execute(f'SELECT count(*) FROM {table}')\n"
                        "    for start in range(0, len(ids), 100):\n"
                        "        cur.execute('SELECT * FROM t WHERE id = ANY(%s)', (ids[start : start + 100],))\n",
        }),
        Example("So is what is only made in a loop, and sent as one transaction.", after={
            "src/a.ts": "await prisma.$transaction(ids.map((id) => prisma.user.delete({ where: { id } })))\n"
                        "const ops = ids.map((id) => prisma.tag.create({ data: { id } }))\nawait prisma.$transaction(ops)\n",
        }),
        Example(
            "What base had already, what moved, and what seeds, scripts, migrations and tests do are kept.",
            before={
                "src/a.ts": "for (const a of all) {\n  await prisma.user.findFirst({ where: { id: a.id } })\n}\n",
                "src/b.ts": "for (const b of all) {\n  await prisma.tag.findFirst({ where: { id: b.id } })\n}\n",
            },
            after={
                "src/a.ts": "for (const b of all) {\n  await prisma.user.findFirst({ where: { id: b.id, on: true } })\n}\n",
                "src/c.ts": "for (const b of all) {\n  await prisma.tag.findFirst({ where: { id: b.id } })\n}\n",
                "prisma/seed.ts": "for (const a of all) {\n  await prisma.user.findFirst({ where: { id: a.id } })\n}\n",
                "scripts/fix.ts": "for (const a of all) {\n  await prisma.user.findFirst({ where: { id: a.id } })\n}\n",
                "src/a.test.ts": "for (const a of all) {\n  await prisma.user.findFirst({ where: { id: a.id } })\n}\n",
            },
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.testcode import is_test  # start-up time: when a change is judged

        wanted = [one for one in self.touched(changes) if not matches(one.path, self.exempt) and not is_test(one.path)]
        things: Things[Repeated] = Things(lambda one: one.whole, lambda one: one.key, _lines)
        found: list[tuple[FileChange, Repeated]] = []
        more: Counter[str] = Counter()
        clean: list[FileChange] = []
        for change in changes.readable(wanted):
            if not (new := _repeated(change.after)):
                clean.append(change)
                continue
            old = _repeated(change.before)
            more.update(one.whole for one in new)
            more.subtract(one.whole for one in old)
            found += ((change, one) for one in things.added(change, old, new))
        if found:  # what went from one file to another is counted off against where it was
            for change in changes.readable([*clean, *deleted(changes, wanted, self.searched)]):
                more.subtract(one.whole for one in _repeated(change.before))
        for change, one in found:
            if more[one.whole] > 0:
                more[one.whole] -= 1
                level = self.writes if one.level == "style" and one.does in ("insert", "update", "delete") else one.level
                yield Finding(_says(one), Place(change.path, one.query.line), level, evidence=f"{one.key}: {one.whole}")


def _repeated(side: Content | None) -> "tuple[Repeated, ...]":
    from pytest_agentcompliance.parsing.queries.repeated import repeated

    return repeated(side.path, side.text()) if side is not None and is_file(side.mode) else ()


def _lines(one: "Repeated") -> Iterable[int]:
    return (one.loop.line, *range(one.query.line, one.query.last + 1))


def _says(one: "Repeated") -> str:
    over, name = " ".join(one.loop.over.split()), " ".join(one.loop.name.split()).removeprefix("async ").strip("() ")
    shown = over if len(over) <= _SHOWN else f"\u2026{over[1 - _SHOWN:]}"
    turn = f"each {name} of {shown}" if one.loop.kind in ("each", "comprehension") and name else "each turn of its loop"
    turn = f"each of {shown}" if one.loop.kind == "call" else turn
    return f"{one.query.name[:80]} asks the database once for {turn}" if one.does == "read" else (
        f"{one.query.name[:80]} goes to the database once for {turn}"
    )
