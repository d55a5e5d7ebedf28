"""security/sql-injection: what is put into the text of a statement, followed inside of one function."""

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.parsing.built_sql import built
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.security.sql_injection import SqlInjection


def put(path: str, text: str) -> list[tuple[int, str, str]]:
    return [(one.line, each.text, each.kind) for one in built(path, text) for each in one.put]


def places(**example: object) -> tuple[str, ...]:
    return workshop.places(SqlInjection, Example("x", **example))  # type: ignore[arg-type]


def python(body: str) -> str:
    return "def f(cur, name, rows, key):\n" + "".join(f"    {line}\n" for line in body.split("\n"))


def script(body: str) -> str:
    return "export async function f(name: string, rows: string[], req) {\n" + body + "\n}\n"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("cur.execute(f\"SELECT a FROM t WHERE b = '{name}'\")", "name"),
        ("cur.execute(f'SELECT a FROM t WHERE b = {name!r}')", "name"),
        ("cur.execute(\"SELECT a FROM t WHERE b = '%s'\" % name)", "name"),
        ("cur.execute(\"SELECT a FROM t WHERE b = '%s' AND c = '%s'\" % ('x', name))", "name"),
        ("cur.execute(\"SELECT a FROM t WHERE b = '%(b)s'\" % {'b': name})", "name"),
        ("cur.execute(\"SELECT a FROM t WHERE b = '{}'\".format(name))", "name"),
        ("cur.execute(\"SELECT a FROM t WHERE b = '{b}'\".format(b=name))", "name"),
        ("cur.execute('SELECT a FROM t WHERE b = ' + name)", "name"),
        ("cur.execute('SELECT a FROM t '\n            f\"WHERE b = '{name}'\")", "name"),
        ("sql = 'SELECT a FROM t'\nif name:\n    sql += f\" WHERE b = '{name}'\"\ncur.execute(sql)", "name"),
        ("sql = 'SELECT a FROM t'\nsql = sql + \" WHERE b = '\" + name + \"'\"\ncur.execute(sql)", "name"),
        ("where = []\nwhere.append(f\"b = '{name}'\")\ncur.execute('SELECT a FROM t WHERE ' + ' AND '.join(where))", "name"),
        ("ids = ','.join(str(r) for r in rows)\ncur.execute(f'SELECT a FROM t WHERE b IN ({ids})')", "ids"),
        ("cur.execute('INSERT INTO t VALUES ' + ', '.join(f\"('{r.a}')\" for r in rows))", "r.a"),
        ("cur.execute(\"SELECT a FROM t WHERE b = '[X]'\".replace('[X]', name))", "name"),
        ("session.execute(text(f\"SELECT a FROM t WHERE b LIKE '%{name}%'\"))", "name"),
        ("Person.objects.raw(f'SELECT a FROM t WHERE b = {name}')", "name"),
        ("Person.objects.extra(where=[f\"b = '{name}'\"])", "name"),
        ("pd.read_sql(f\"SELECT a FROM t WHERE b = '{name}'\", connection)", "name"),
        ("return f\"DELETE FROM t WHERE b = '{name}'\"", "name"),
        ("return f\"DELETE FROM t WHERE b = '{name}' AND c = ?\", [key]", "name"),
        ("return (f\"DELETE FROM t WHERE b = '{name}' AND c = ?\", [key])", "name"),
        ("cur.execute(f\"SELECT a FROM t ORDER BY {request.args.get('sort')}\")", "request.args.get('sort')"),
        ("for k, v in request.get_json().items():\n    cur.execute(f'UPDATE t SET {k} = ?', [v])", "k"),
    ],
)
def test_python(body: str, wanted: str) -> None:
    assert [one for _, one, kind in put("a.py", python(body)) if kind != "name"] == [wanted]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("await pool.query(`SELECT a FROM t WHERE b = '${name}'`)", "name"),
        ("await pool.query('SELECT a FROM t WHERE b = ' + name)", "name"),
        ("await pool.query({ text: `SELECT a FROM t WHERE b = '${name}'`, values: [] })", "name"),
        ("await pool.query<Row[]>(\"SELECT a FROM t WHERE b = '\".concat(name, \"'\"))", "name"),
        ("const sql = util.format(\"SELECT a FROM t WHERE b = '%s'\", name)\nawait pool.query(sql)", "name"),
        ("await prisma.$queryRawUnsafe(`SELECT a FROM t WHERE b = ${name}`)", "name"),
        ("await db.execute(sql.raw(`SELECT a FROM t WHERE b = '${name}'`))", "name"),
        ("let q = 'SELECT a FROM t WHERE 1 = 1'\nif (name) { q += ` AND b = '${name}'` }\nawait db.query(q)", "name"),
        ("const all = rows.map((one) => `'${one}'`).join(',')\nawait knex.raw(`SELECT a FROM t WHERE b IN (${all})`)", "one"),
        ("knex('t').whereRaw(`b = '${name}'`)", "name"),
        ("await sequelize.query(`SELECT a FROM t WHERE b = '${name}'`, { type: 'SELECT' })", "name"),
        ("db.prepare(`SELECT a FROM t WHERE b = '${name}'`).all()", "name"),
        ("const { sort } = req.query\nawait db.query(`SELECT a FROM t ORDER BY ${sort}`)", "sort"),
        ("await db.query(req.body.sql)", "req.body.sql"),
        ("let q = \"SELECT a FROM t WHERE b = '\"\nq = q.concat(name)\nawait db.query(q)", "name"),
    ],
)
def test_script(body: str, wanted: str) -> None:
    assert [one for _, one, kind in put("a.ts", script(body)) if kind != "name"] == [wanted]


def test_query_builder() -> None:
    text = "import { Repository } from 'typeorm'\nexport const f = (qb, name) => qb.andWhere(`u.name = '${name}'`)\n"
    assert [one[1] for one in put("a.ts", text)] == ["name"]
    assert not put("a.ts", text.replace("'${name}'`", ":name`, { name }"))


@pytest.mark.parametrize(
    "body",
    [
        "cur.execute('SELECT a FROM t WHERE b = %s', (name,))",
        "cur.execute('SELECT a FROM t WHERE b = ' + '?', [name])",
        "marks = ','.join('?' * len(rows))\ncur.execute(f'SELECT a FROM t WHERE b IN ({marks})', rows)",
        "marks = ', '.join(f'${i + 1}' for i in range(len(rows)))\ncur.fetch(f'SELECT a FROM t WHERE b IN ({marks})', *rows)",
        "marks = ', '.join(f':id_{i}' for i, _ in enumerate(rows))\ncur.execute(text(f'SELECT a FROM t WHERE b IN ({marks})'))",
        "sql = 'SELECT a FROM t'\nif name:\n    sql += ' WHERE b = ?'\ncur.execute(sql, [name])",
        "for column in ('a', 'b'):\n    cur.execute(f'SELECT {column} FROM t')",
        "column = 'a' if name else 'b'\ncur.execute(f\"SELECT {column} FROM t WHERE c = '{column}'\")",
        "if \"'\" not in key:\n    cur.execute(f\"SELECT a FROM t WHERE b = '{key}'\")",
        "if key not in ALLOWED:\n    raise KeyError(key)\ncur.execute(f\"SELECT a FROM t WHERE b = '{key}'\")",
        "cur.execute(f\"SELECT a FROM t WHERE b = '{ALLOWED[key]}'\")",
        "cur.execute(f'SELECT a FROM t WHERE b = {int(name)} LIMIT {len(rows)}')",
        "limit = min(request.args.get('limit', 10, type=int), 50)\ncur.execute(f'SELECT a FROM t LIMIT {limit}')",
        "since = (now() - timedelta(days=1)).isoformat()\ncur.execute(f\"SELECT a FROM t WHERE b > '{since}'\")",
        "logger.info(f\"SELECT a FROM t WHERE b = '{name}'\")",
        "raise ValueError(f\"DELETE FROM t WHERE b = '{name}' failed\")",
        "print(f'Select {name} from the list where it is')",
        "safe = name.replace(\"'\", \"''\")\ncur.execute(f\"SELECT a FROM t WHERE b = '{safe}'\")",
        "cur.execute('INSERT INTO t VALUES ({all})'.format(all=','.join(['?'] * len(rows))), rows)",
        "safe = re.sub('[^a-z]', '', name)\ncur.execute(f\"SELECT a FROM t WHERE b = '{safe}'\")",
        "cur.execute(f\"SELECT a FROM t WHERE b = '{self.configuration['keyspace']}'\")",
        "cur.execute(sql.SQL('SELECT a FROM {}').format(sql.Identifier(name)))",
        "http.get(f'/select?from={name}')",
    ],
)
def test_python_keeps(body: str) -> None:
    assert not put("a.py", python(body))


@pytest.mark.parametrize(
    "body",
    [
        "await pool.query('SELECT a FROM t WHERE b = $1', [name])",
        "await prisma.$queryRaw`SELECT a FROM t WHERE b = ${name}`",
        "await prisma.$queryRaw(Prisma.sql`SELECT a FROM t WHERE b = ${name}`)",
        "await db.execute(sql`SELECT a FROM t WHERE b = ${name}`)",
        "const marks = rows.map((_, i) => `$${i + 1}`).join(', ')\nawait pool.query(`SELECT a FROM t WHERE b IN (${marks})`, rows)",
        "db.prepare(`SELECT a FROM t WHERE b IN (${rows.map(() => '?').join(',')})`).all(...rows)",
        "const all = []\nlet n = 1\nall.push(`b = $${n++}`)\nawait db.query(`SELECT a FROM t WHERE ${all.join(' AND ')}`)",
        "const order = name === 'a' ? 'ASC' : 'DESC'\nawait db.query(`SELECT a FROM t ORDER BY a ${order}`)",
        "await db.query(`SELECT a FROM t ORDER BY ${SORTS[req.query.sort] ?? 'a'}`)",
        "const page = Number(req.query.page)\nawait db.query(`SELECT a FROM t LIMIT 10 OFFSET ${page * 10}`)",
        "if (!/^\\w+$/.test(name)) throw new Error('no')\nawait db.query(`SELECT a FROM t WHERE b = '${name}'`)",
        "console.log(`DELETE FROM t WHERE b = '${name}'`)",
        "await fetch(`/api/select?from=${name}`)",
        "doc.text(`Select ${name} from ${rows}`)",
        "await runner.execute(req.body)",
    ],
)
def test_script_keeps(body: str) -> None:
    assert not put("a.ts", script(body))


def test_names_are_told_apart() -> None:
    assert put("a.py", python("cur.execute(f'SELECT COUNT(*) FROM {name}')")) == [(2, "name", "name")]
    parameter = {"names": "breach"}
    after = {"a.py": python("cur.execute(f'SELECT COUNT(*) FROM {name}')")}
    assert places(after=after) == ()
    assert places(given=parameter, after=after) == ("a.py:2",)


def test_more_that_is_put_into_a_statement_is_new() -> None:
    old = python("cur.execute(f\"SELECT a FROM t WHERE b = '{name}'\")")
    new = python("cur.execute(f\"SELECT a FROM t WHERE b = '{name}' AND c = '{key}'\")")
    assert places(before={"a.py": old}, after={"a.py": new}) == ("a.py:2",)


def test_a_second_one_like_the_first_is_new() -> None:
    line = "cur.execute(f\"DELETE FROM t WHERE b = '{name}'\")"
    assert places(before={"a.py": python(line)}, after={"a.py": python(f"{line}\n{line}")}) == ("a.py:3",)


def test_what_makes_a_statement_unsafe_need_not_stand_in_it() -> None:
    old = python("key = 'a'\ncur.execute(f\"DELETE FROM t WHERE b = '{key}'\")")
    new = python("key = request.args['b']\ncur.execute(f\"DELETE FROM t WHERE b = '{key}'\")")
    assert places(before={"a.py": old}, after={"a.py": new}) == ("a.py:3",)


@pytest.mark.parametrize(
    "text",
    [
        "f(" * 5000 + "'SELECT a FROM t WHERE b = ' + x" + ")" * 5000,
        "x = x + x\n" * 3000 + "cur.execute('SELECT a FROM t WHERE b = ' + x)\n",
        "cur.execute(f\"SELECT a FROM t WHERE b = '" + "{x}" * 5000 + "'\")\n",
        "cur.execute('SELECT a FROM t WHERE b = ' " + "+ x " * 5000 + ")\n",
        "cur.execute('" + "(" * 20000 + " IN (' % x)\n",
        "cur.execute('%s' %",
        "cur.execute(f'{",
        "\0cur.execute('SELECT a FROM t WHERE b = ' + \ud800)",
    ],
)
def test_hostile_text_is_read_in_time(text: str) -> None:
    for path in ("a.py", "a.ts"):
        assert len(built(path, text)) <= 1
