"""The calls of code that go to a database: which they are, through which library, and what they do."""

import pytest

from pytest_agentcompliance.parsing.queries import Query, queries


def told(text: str, path: str = "a.ts") -> list[str]:
    return [f"{one.tool} {one.kind} {one.name}" for one in queries(path, text)]


def test_query_has_its_lines_its_place_and_its_first_argument() -> None:
    text = "async function f() {\n  return await prisma.user\n    .findMany({ where: { id } })\n}\n"
    start = text.index("prisma")
    (one,) = queries("a.ts", text)
    assert one.given is not None
    assert one == Query(2, 3, start, text.index("\n}"), "prisma", "read", "prisma.user.findMany", awaited=True, given=one.given)
    assert text[slice(*one.given)] == "{ where: { id } }"


def test_chain_is_one_query_and_what_is_handed_in_is_another() -> None:
    text = "import { eq } from 'drizzle-orm'\nconst a = db.select().from(users).where(eq(users.id, db.$count(orders)))\n"
    assert told(text) == ["drizzle read db.select.from.where", "drizzle read db.$count"]


def test_comments_between_the_links_of_a_chain_are_passed_over() -> None:
    assert told("await db\n  // all of them\n  .select()\n  /* x */ .from(users)\n") == ["drizzle read db.select.from"]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("this.prisma.user.create({ data })", "prisma write this.prisma.user.create"),
        ("tx.user.update({ where: { id } })", "prisma write tx.user.update"),
        ("prisma.$queryRaw`SELECT ${id}`", "prisma raw prisma.$queryRaw"),
        ("tx.$executeRawUnsafe(text)", "prisma raw tx.$executeRawUnsafe"),
        ("prisma.$transaction([a, b])", "prisma transaction prisma.$transaction"),
        ("ctx.db.post.findFirst(args)", "prisma read ctx.db.post.findFirst"),
        ("db.query.users.findMany({ with: { posts: true } })", "drizzle read db.query.users.findMany"),
        ("db.insert(users).values(rows).returning()", "drizzle write db.insert.values.returning"),
        ("(await getDb()).update(users).set({ a: 1 })", "drizzle write (awaitgetDb()).update.set"),
        ("source.getRepository(User).findOneBy({ id })", "typeorm read source.getRepository.findOneBy"),
        ("repo.createQueryBuilder('u').where('u.id = 1').getMany()", "typeorm read repo.createQueryBuilder.where.getMany"),
        ("User.findByPk(1)", "sequelize read User.findByPk"),
        ("User.findByIdAndUpdate(id, patch)", "mongoose write User.findByIdAndUpdate"),
        ("db.collection('users').find({ a })", "mongodb read db.collection.find"),
        ("knex('users').where({ id }).update(patch)", "knex write knex.where.update"),
        ("supabase.from('users').select('*')", "supabase read supabase.from.select"),
        ("pool.query('SELECT 1')", "driver raw pool.query"),
        ("client.query<Row>(`select ${id}`)", "driver raw client.query"),
        ("db.prepare('SELECT * FROM t WHERE id = ?').get(id)", "driver raw db.prepare.get"),
        ("conn.execute('COMMIT')", "driver transaction conn.execute"),
        ("await sql`DELETE FROM t WHERE id = ${id}`", "driver raw sql"),
        ("await sql<Row[]>`SELECT * FROM t`", "driver raw sql"),
    ],
)
def test_queries_of_scripts(code: str, says: str) -> None:
    assert told(f"const rows = {code}\n") == [says]


@pytest.mark.parametrize(
    "code",
    [
        "items.find((one) => one.id === id)", "Array.from(new Set(a))", "c.req.query('page')", "client.query({ query: USERS })",
        "userRepository.find(id)", "this.userService.create(dto)", "map.get('a')", "Buffer.from('a')", "cache.delete(key)",
        "const where = sql`lower(${name})`", "Object.create(null)", "crypto.createHash('x').update(a)", "command.execute(x)",
        "storage.from('bucket').upload(x)", "store.select(user).from", "new Map().set(a, b)", "useCase.execute(input)",
        "headers.get('set-cookie')", "client.get('values')", "words.get('update now')", "stripe.customers.create({ email })",
        "openai.chat.completions.create({ model })", "notion.db.query({ id })",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_query_of_scripts(code: str) -> None:
    assert told(f"{code}\n") == []


def test_names_that_a_file_declares_say_what_they_are() -> None:
    text = (
        "import { Repository } from 'typeorm'\n"
        "class A {\n  constructor(@InjectRepository(User) private readonly people: Repository<User>, private cache: Cache) {}\n"
        "  a() {\n    return this.people.find()\n  }\n  b() {\n    return this.cache.find()\n  }\n}\n"
    )
    assert told(text) == ["typeorm read this.people.find"]


def test_prepared_statement_is_a_query_where_it_runs_and_its_argument_is_no_sql() -> None:
    text = "const insert = db.prepare('INSERT INTO t VALUES (?)')\nfor (const a of rows) insert.run(a)\n"
    assert told(text) == ["driver raw db.prepare", "driver raw insert.run"]
    assert queries("a.ts", text)[1].given is None


def test_tagged_template_of_drizzle_is_a_part_of_a_query() -> None:
    text = "import { sql } from 'drizzle-orm'\nconst a = await db.execute(sql`SELECT ${x}`)\n"
    assert told(text) == ["drizzle raw db.execute"]


def test_sql_of_a_tagged_template_is_what_was_given() -> None:
    text = "const a = await prisma.$queryRaw`SELECT ${x}`\n"
    (one,) = queries("a.ts", text)
    assert one.tagged
    assert one.given is not None
    assert text[slice(*one.given)] == "`SELECT ${x}`"


ORM = "from sqlalchemy.orm import Session\n"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("session.execute(select(User).where(User.id == 1)).scalars().all()", "sqlalchemy read session.execute.scalars.all"),
        ("(await db.execute(stmt)).scalar_one()", "sqlalchemy read db.execute"),
        ("self.session.execute(update(User).values(a=1))", "sqlalchemy write self.session.execute"),
        ("session.execute(text('SELECT 1'))", "sqlalchemy raw session.execute"),
        ("db.query(User).filter(User.id == 1).first()", "sqlalchemy read db.query.filter.first"),
        ("db.query(User).filter_by(id=1).delete()", "sqlalchemy write db.query.filter_by.delete"),
        ("session.scalars(select(User))", "sqlalchemy read session.scalars"),
        ("session.get(User, 1)", "sqlalchemy read session.get"),
        ("User.query.filter_by(id=1).first()", "sqlalchemy read User.query.filter_by.first"),
        ("db.session.commit()", "sqlalchemy transaction db.session.commit"),
        ("Book.objects.filter(a=1).update(b=2)", "django write Book.objects.filter.update"),
        ("cur.execute('SELECT 1')", "sqlalchemy raw cur.execute"),
        ("users.insert_one({'a': 1})", "mongodb write users.insert_one"),
    ],
)
def test_queries_of_python(code: str, says: str) -> None:
    assert told(f"{ORM}rows = {code}\n", "a.py") == [says]


def test_queries_of_drivers_and_of_sqlmodel() -> None:
    assert told("import asyncpg\nrow = await conn.fetchrow('SELECT 1')\nrows = await conn.fetch(sql, a)\n", "a.py") == [
        "asyncpg raw conn.fetchrow", "asyncpg raw conn.fetch",
    ]  # fmt: skip
    text = "import sqlite3\nwith sqlite3.connect(p) as box:\n    box.execute(f'DELETE FROM {t}')\n    box.execute('BEGIN')\n"
    assert told(text, "a.py") == ["driver raw box.execute", "driver transaction box.execute"]
    assert told("from sqlmodel import Session, select\nhero = session.exec(select(Hero)).first()\n", "a.py") == [
        "sqlmodel read session.exec.first"
    ]


def test_statement_with_a_name_is_what_was_given_to_it_last() -> None:
    text = ORM + "stmt = select(User)\nsession.execute(stmt)\nstmt = (\n    update(User).values(a=1)\n)\nsession.execute(stmt)\n"
    text += "stmt = text('SELECT 1')\nsession.execute(stmt)\nsession.execute(other)\n"
    assert [one.kind for one in queries("a.py", text)] == ["read", "write", "raw", "read"]


def test_what_is_staged_goes_with_a_later_call() -> None:
    found = queries("a.py", ORM + "session.add(user)\nsession.flush()\n")
    assert [(one.name, one.staged) for one in found] == [("session.add", True), ("session.flush", False)]


@pytest.mark.parametrize(
    "code",
    [
        "session.get('https://a.example')", "self.session.delete(url)", "executor.execute(plan)", "config.get('a')", "seen.add(1)",
        "tool.execute(args)", "df.query('a > 1')", "client.fetch(url)", "pool.submit(f)", "command.execute('run')", "items.all()",
        "repo.commit('x')",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_query_of_python(code: str) -> None:
    assert told(f"import requests\n{code}\n", "a.py") == []


@pytest.mark.parametrize("path", ["a.ts", "a.py"])
@pytest.mark.parametrize(
    "text", ["", "\0", "db.select(", "a" + ".query(b)" * 3000, "db.query('" + "(" * 5000, "await " * 2000 + ".query(x)"]
)
def test_any_text_is_read(path: str, text: str) -> None:
    assert len(queries(path, text)) <= 60


def test_other_languages_are_not_read() -> None:
    assert queries("a.go", "db.Query(`SELECT 1`)\n") == ()
    assert queries("a.md", "pool.query('SELECT 1')\n") == ()
