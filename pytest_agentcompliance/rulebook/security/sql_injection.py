"""security/sql-injection: no statement of SQL is put together from strings."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet
from pytest_agentcompliance.evidence.fresh import Keyed
from pytest_agentcompliance.parsing.defaults import ENDINGS
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy, unformatted

if TYPE_CHECKING:  # start-up time: statements are read when a file is a candidate
    from pytest_agentcompliance.parsing.built_sql import Built

EXEMPT = [
    "**/migrations/**", "**/migration/**", "**/alembic/**", "**/versions/*_*.py", "**/seeds/**", "**/seeders/**",
    "**/seed.*", "**/*seed*.*", "**/fixtures/**", "**/examples/**", "**/migrate*.*", "**/*migration*.*",
    "**/node_modules/**", "**/site-packages/**", "**/vendor/**", "**/third_party/**", "**/*.min.*",
]  # fmt: skip
_MOST_SHOWN = 4


class SqlInjection(Rule):
    """No statement of SQL is put together from strings.

    Why: a value that is put into the text of a statement is read as SQL. Whoever chooses the value chooses what the database
    does. A bound parameter is never read as SQL, and costs nothing.

    The texts that calls hand to a database are read with the language's grammar, in Python, JavaScript and TypeScript: f-strings,
    templates, ``+``, ``%``, ``format``, ``join``, ``concat``, ``+=``, lists that conditions are put into, followed inside of one
    function. What is put in where a value stands is a breach, and so is anything of the request, wherever it is put. Statements
    that are put together with no such call near count as well.

    What is none: tagged templates of ``sql``, bound parameters and their marks (``$1``, ``?``, ``:name``), constants, numbers,
    dates, what is quoted or checked against a list before, what a log or an error says. A name of a table or column, or a piece of
    SQL, that comes from no request cannot be bound: it is a matter of style.

    Blind spots: what a function of another place makes, fields of objects that are set elsewhere, pieces that a function was
    given (style), names of columns that a model restricts, stored procedures, languages other than SQL (Cypher, filters of
    PostgREST), Go.
    """

    exempt: list[str] = Field(default=EXEMPT, description="Globs of files whose statements nobody from outside reaches.")
    names: Level = Field(
        default="style",
        description="What the name of a table or column, or a piece of SQL, is that comes from no request: a breach, or a matter "
                    "of style.",
    )

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Bind the value as a parameter of the statement; choose names of tables and columns from a fixed list."
    )
    candidates = Candidates(
        contains=(rb"SELECT ", rb"INSERT ", rb"UPDATE ", rb"DELETE ", rb"WHERE ", rb"ORDER BY ", rb"raw\(", rb"Raw\(", rb"Unsafe\(",
                  rb"req(?:uest)?\.", rb"text\(", rb"select ", rb"where\(", rb"Where\(", rb"execute\(", rb"query\("),
        endings=ENDINGS,
    )
    examples = (
        Example(
            "A value that is put into the text of a statement is reported, however it gets there.",
            after={
                "app/a.py": "def f(cur, name, rows):\n    cur.execute(f\"SELECT id FROM users WHERE name = '{name}'\")\n"
                            "    sql = 'DELETE FROM users'\n    sql += \" WHERE name = '%s'\" % name\n    cur.execute(sql)\n"
                            "    cur.execute(\"INSERT INTO t VALUES \" + ', '.join(f\"('{r}')\" for r in rows))\n",
                "src/b.ts": "export async function g(name: string) {\n"
                            "  await pool.query(`SELECT id FROM users WHERE name = '${name}'`)\n"
                            "  const conditions = []\n  conditions.push(`name ILIKE '%${name}%'`)\n"
                            "  await prisma.$queryRawUnsafe('SELECT id FROM users WHERE ' + conditions.join(' AND '))\n}\n",
            },
            finds=("app/a.py:2", "app/a.py:5", "app/a.py:6", "src/b.ts:2", "src/b.ts:5"),
        ),
        Example(
            "So is a piece of the request, wherever it is put; a name that comes from elsewhere is a matter of style.",
            after={
                "app/a.py": "@app.get('/users')\ndef f(sort: str):\n"
                            "    db.execute(text(f'SELECT id FROM users ORDER BY {sort}'))\n",
                "src/b.js": "app.get('/users', (req, res) => {\n  const { sort } = req.query\n"
                            "  db.query('SELECT id FROM users ORDER BY ' + sort)\n})\n",
                "src/c.ts": "export const count = (db, table: string) => db.query(`SELECT COUNT(*) FROM ${table}`)\n",
            },
            finds=("app/a.py:3", "src/b.js:3"), styles=("src/c.ts:1",),
        ),
        Example("Bound parameters, their marks, tagged templates, constants and numbers are kept.", after={
            "app/a.py": "COLUMNS = 'id, name'\n\n\ndef f(cur, ids, name, limit: int):\n    marks = ', '.join('?' for _ in ids)\n"
                        "    cur.execute(f'SELECT {COLUMNS} FROM users WHERE id IN ({marks}) LIMIT {limit}', ids)\n"
                        "    where = ['name = %s']\n    cur.execute('SELECT id FROM users WHERE ' + ' AND '.join(where), [name])\n"
                        "    cur.execute('SELECT id FROM users WHERE name = %s', (name,))\n",
            "src/b.ts": "export async function g(ids: string[], name: string) {\n  const marks = ids.map((_, i) => `$${i + 1}`)\n"
                        "  await pool.query(`SELECT id FROM users WHERE id IN (${marks.join(', ')})`, ids)\n"
                        "  await prisma.$queryRaw`SELECT id FROM users WHERE name = ${name}`\n"
                        "  await db.execute(sql`SELECT id FROM users WHERE name = ${name}`)\n}\n",
        }),
        Example("How long something may take is kept, a model that is asked for, and what a function is declared to count.", after={
            "app/a.py": "def _most() -> int:\n    return settings().most\n\n\ndef f(session):\n"
                        "    session.execute(text(f\"SELECT id FROM t WHERE size < '{_most()}'\"))\n",
            "app/c.py": "@router.get('/users')\ndef users(db: Session = Depends(get_db), current_user: User = Depends(get_user)):\n"
                        "    return db.query(User).filter(User.id == current_user.id).first()\n",
            "src/b.ts": "export async function g(client, options) {\n"
                        "  await client.query(`SET LOCAL lock_timeout = '${options.lockTimeout}ms'`)\n}\n",
        }),
        Example("What is checked against a list before is kept, and what a log or an error says.", after={
            "app/a.py": "SORTS = {'name': 'u.name'}\n\n\n@app.get('/users')\ndef f(sort: str, by: str):\n    if by not in SORTS:\n"
                        "        raise ValueError(f\"SELECT id FROM users ORDER BY '{by}'\")\n"
                        "    db.execute(f\"SELECT id FROM users ORDER BY {by}, {SORTS.get(sort, 'u.id')}\")\n",
            "src/b.js": "function g(id) {\n  console.log(`UPDATE users SET seen = 1 WHERE id = '${id}'`)\n}\n",
        }),
        Example("What was there, or only moved, is kept, and so are tests and migrations.",
            before={"src/a.js": "db.query(`SELECT id FROM t WHERE a = '${a}'`)\n",
                    "src/b.js": "db.query('DELETE FROM t WHERE a = ' + a)\n"},
            after={"src/a.js": "run()\ndb.query(`SELECT id, b FROM t WHERE a = '${a}'`)\n",
                   "src/c.js": "go()\ndb.query('DELETE FROM t WHERE a = ' + a)\n",
                   "tests/test_a.py": "cur.execute(f\"DELETE FROM t WHERE a = '{a}'\")\n",
                   "alembic/versions/1_a.py": "op.execute(f\"DELETE FROM t WHERE a = '{a}'\")\n"}),
    )  # fmt: skip

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        touched = [one for one in self.touched(changes) if self._is_served(one.path)]
        texts: Keyed[Built] = Keyed(_read, _key, _lines, near=lambda one: range(one.around[0], one.around[1] + 1))
        for change, one in texts.new(changes, touched, lambda path: self.searched(path) and self._is_served(path)):
            level: Level = self.names if all(put.kind == "name" for put in one.put) else "breach"
            yield Finding(_says(one), Place(change.path, one.line), level, _key(one))

    def _is_served(self, path: str) -> bool:
        from pytest_agentcompliance.parsing.testcode import is_test

        return not is_test(path) and not matches(path, self.exempt)


def _read(path: str, text: str) -> "tuple[Built, ...]":
    from pytest_agentcompliance.parsing.built_sql import built

    return built(path, text.replace("\0", ""))


def _lines(one: "Built") -> Iterator[int]:
    yield from range(one.line, one.last + 1)
    yield from (put.line for put in one.put)


def _key(one: "Built") -> str:
    """What is put in, and where it goes: the rest of the statement may be written otherwise."""
    return unformatted(f"{one.callee.rpartition('.')[2]} {' '.join(sorted(put.text for put in one.put))}")


def _says(one: "Built") -> str:
    said = list(dict.fromkeys(put.text[:60] for put in one.put if put.kind != "name")) or [put.text[:60] for put in one.put]
    more = f" and {len(said) - _MOST_SHOWN} more" if len(said) > _MOST_SHOWN else ""
    what = ", ".join(said[:_MOST_SHOWN]) + more
    lines = sorted({put.line for put in one.put if not one.line <= put.line <= one.last})
    near = f" (line {', '.join(map(str, lines[:_MOST_SHOWN]))})" if lines else ""
    to = f"{one.callee} is given SQL" if one.callee else "SQL is put together"
    return f"{to} with {what} in its text{near}: not bound"
