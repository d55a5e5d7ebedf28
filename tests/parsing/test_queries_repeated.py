"""Queries in loops: which one query could do, and which are repeated on purpose."""

import pytest

from pytest_agentcompliance.parsing.queries.loops import loops
from pytest_agentcompliance.parsing.queries.repeated import repeated


def told(text: str, path: str = "a.ts") -> list[tuple[str, str, int]]:
    return [(one.level, one.does, one.query.line) for one in repeated(path, text)]


READ = "await prisma.user.findFirst({ where: { id } })"
PYTHON = "from sqlalchemy.orm import Session\n\n\ndef f(db: Session, rows):\n"


def test_loop_has_what_it_goes_over_and_what_it_calls_each() -> None:
    text = "for (const one of all) {\n  f(one)\n}\nall.map((one) => f(one))\n"
    text += "for (let i = 0; i < n; i++) f(i)\nwhile (on) f()\n"
    assert [(one.kind, one.line, one.over, one.name.strip()) for one in loops("a.ts", text)] == [
        ("each", 1, "all", "one"), ("call", 4, "all", "(one)"), ("count", 5, "", "for (let i = 0; i < n; i++)"),
        ("while", 6, "(on)", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "head",
    [
        "for (const id of ids) {", "for (let i = 0; i < ids.length; i++) {", "ids.forEach(async (id) => {",
        "for (const id in ids) {",
        "await Promise.all(users.map(async ({ id }) => {", "for (const id of await all()) {", "for (const id of new Set(ids)) {",
        "const found = []\nfor (const id of found) {", "const ids = []\nids.push(a)\nfor (const id of ids) {",
    ],
)  # fmt: skip
def test_query_for_each_is_a_breach(head: str) -> None:
    text = f"{head}\n  const one = {READ}\n  use(one)\n}}{'))' if 'all(users' in head else ')' if 'forEach' in head else ''}\n"
    assert [row[:2] for row in told(text)] == [("breach", "read")]


@pytest.mark.parametrize(
    "head",
    [
        "for (const batch of batches) {", "for (let i = 0; i < ids.length; i += SIZE) {", "for (let i = 0; i < 3; i++) {",
        "for (let attempt = 1; attempt <= most; attempt++) {", "for (const id of [1, 2, 3]) {", "for (const id of IDS) {",
        "for (const id of Object.values(Role)) {", "while (true) {", "const ids = ['a', 'b']\nfor (const id of ids) {",
        "const rows = [\n  { id: 1 },\n  { id: 2 },\n]\nfor (const { id } of rows) {",
    ],
)  # fmt: skip
def test_loop_that_is_no_growth_is_kept(head: str) -> None:
    assert told(f"{head}\n  const one = {READ}\n  use(one)\n}}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        f"for (const id of ids) {{\n  const one = {READ}\n  if (one) return one\n}}\n",
        f"for (const id of ids) {{\n  const one = {READ}\n  if (one !== null) {{\n    found = one\n    break\n  }}\n}}\n",
        f"for await (const id of stream) {{\n  use({READ})\n}}\n",
        f"for (const id of ids) {{\n  await db.$transaction(async (prisma) => {{\n    use({READ})\n  }})\n}}\n",
        f"for (const id of ids.slice(0, 5)) {{\n  use({READ})\n}}\n",
        f"while (queue.length) {{\n  const id = queue.shift()\n  use({READ})\n}}\n",
        "for (const id of ids) {\n  await tx.$queryRaw`SELECT * FROM a WHERE id = ${id} FOR UPDATE`\n}\n",
    ],
)
def test_loop_with_a_reason_is_a_matter_of_style(text: str) -> None:
    assert [row[0] for row in told(text)] == ["style"]


def test_search_that_ends_on_what_is_missing_is_none() -> None:
    text = f"for (const id of ids) {{\n  const one = {READ}\n  if (!one) return fail(id)\n}}\n"
    assert [row[0] for row in told(text)] == ["breach"]


@pytest.mark.parametrize(
    ("body", "level"),
    [
        ("await prisma.tag.create({ data: { id } })", "breach"),
        ("await prisma.tag.delete({ where: { id } })", "breach"),
        ("await pool.query('INSERT INTO a VALUES ($1)', [id])", "breach"),
        ("await prisma.tag.update({ where: { id }, data })", "style"),
        ("const tag = await prisma.tag.create({ data: { id } })\n  await send(tag)", "style"),
        ("try {\n    await prisma.tag.create({ data: { id } })\n  } catch (e) {\n    log(e)\n  }", "style"),
    ],
)
def test_write_is_a_breach_where_the_loop_does_nothing_else(body: str, level: str) -> None:
    assert [row[0] for row in told(f"for (const id of ids) {{\n  {body}\n}}\n")] == [level]


@pytest.mark.parametrize(
    "text",
    [
        "await prisma.$transaction(ids.map((id) => prisma.tag.delete({ where: { id } })))\n",
        "const ops = ids.map((id) => prisma.tag.delete({ where: { id } }))\nawait prisma.$transaction([...ops])\n",
        "for (const id of ids) {\n  ops.push(prisma.tag.create({ data: { id } }))\n}\nawait prisma.$transaction(ops)\n",
        "for (const table of tables) {\n  await pool.query(`SELECT count(*) FROM ${table}`)\n}\n",
        "for (const table of tables) {\n  await db.select().from(table)\n}\n",
        "for (const one of all) {\n  await pool.query('COMMIT')\n}\n",
        "for (const one of all) {\n  db.query('SELECT name FROM sqlite_master WHERE name = ?').get(one)\n}\n",
        "for (const one of await prisma.user.findMany()) {\n  use(one)\n}\n",
        "for (;;) {\n  const jobs = await prisma.job.findMany({ take: 5 })\n}\n",
        "for (let i = 0; i < most; i++) {\n  const job = await prisma.job.findFirst({ where: { id } })\n  await sleep(500)\n}\n",
        "for (let page = 0; page < pages; page++) {\n  await prisma.job.findMany({ skip: page * 50, take: 50 })\n}\n",
    ],
)
def test_what_is_sent_once_or_to_other_tables_is_kept(text: str) -> None:
    assert told(text) == []


def test_prepared_statement_and_sqlite_are_a_matter_of_style() -> None:
    text = "const add = db.prepare('INSERT INTO a VALUES (?)')\nfor (const one of all) {\n  add.run(one)\n}\n"
    assert told(text) == [("style", "unknown", 3)]
    text = "import sqlite3\nfor one in rows:\n    cur.execute('INSERT INTO a VALUES (?)', (one,))\n"
    assert told(text, "a.py") == [("style", "insert", 3)]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("    for row in rows:\n        one = db.get(User, row.id)\n", [("breach", "read", 6)]),
        ("    for row in rows:\n        one = User.query.get(row.user_id)\n", [("breach", "read", 6)]),
        ("    for row in rows:\n        one = User.query.get(row)\n", [("breach", "read", 6)]),
        ("    for model in models:\n        one = db.get(model, 1)\n", []),
        ("    return [db.scalar(select(User).where(User.id == row.id)) for row in rows]\n", [("breach", "read", 5)]),
        ("    return {row.id: row for row in db.scalars(select(User))}\n", []),
        ("    for row in db.query(User):\n        db.add(row)\n        db.refresh(row)\n", []),
        ("    for row in rows:\n        q = db.query(User).filter(User.id == row)\n        one = q.first()\n",
         [("breach", "read", 6)]),
        ("    for row in rows:\n        parts.append(db.query(User.id).filter(User.id == row.id))\n    union_all(*parts)\n", []),
        ("    for start in range(0, len(rows), 50):\n        db.query(User).filter(User.id.in_(rows)).all()\n", []),
        ("    for i in range(len(rows)):\n        db.query(User).filter(User.id == rows[i]).all()\n", [("breach", "read", 6)]),
        ("    for model in models:\n        db.query(model).count()\n", []),
        ("    for row in rows:\n        with SessionLocal() as db:\n            db.get(User, row.id)\n", [("style", "read", 7)]),
        ("    for row in rows:\n        db.execute(insert(User).values(id=row))\n", [("breach", "insert", 6)]),
        ("    for row in rows:\n        cur.execute(text('SELECT 1'), row)\n        found = cur.fetchone()\n        if found:\n"
         "            best = found\n            break\n", [("style", "read", 6)]),
    ],
)  # fmt: skip
def test_loops_of_python(body: str, wanted: list[tuple[str, str, int]]) -> None:
    assert told(PYTHON + body, "a.py") == wanted


@pytest.mark.parametrize(
    "text", ["for (const a of b) {" * 300 + READ, "db.query('SELECT 1') " * 200, "for x in " * 500 + "db.query(X)", "\0"]
)
def test_any_text_is_read(text: str) -> None:
    for path in ("a.ts", "a.py"):
        assert len(repeated(path, text)) <= 200
