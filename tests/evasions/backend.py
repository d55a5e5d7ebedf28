"""Code that answers for a database: SQL from strings, queries in loops, thick routes, open doors, each in a form that hides it."""

from tests.evasions.harness import PROFILE, Expected, Must, Stage, attack, control

SQL, LOOPS, THIN, CHECKLIST = (
    "security/sql-injection", "architecture/query-in-loop", "architecture/thin-routes", "security/backend-checklist",
)  # fmt: skip
GATE = """\
spec: s
clauses:
  G-22: {says: "Routes are thin", rules: {architecture/thin-routes: {}}}
  G-23: {says: "Nothing is left open", rules: {security/backend-checklist: {}, security/sql-injection: {}}}
  G-24: {says: "No query in a loop", rules: {architecture/query-in-loop: {}}}
"""
STORE, ROUTES, SERVER, MODELS = "src/store.ts", "src/routes.ts", "src/server.ts", "app/store.py"
POOL = "import { Pool } from 'pg'\n\nconst pool = new Pool()\n"
PRISMA = "import { PrismaClient } from '@prisma/client'\n\nconst prisma = new PrismaClient()\n"
BCRYPT = "import bcrypt from 'bcrypt'\n\n"
HASH = "export const hash = (password: string) => bcrypt.hash(password, ROUNDS)\n"
SELECT = "SELECT id FROM users WHERE name = "
FOLLOWED = "A text is followed through the function to the call that it goes to."
REPEATED = "A loop is whatever runs its body again: a statement, a call with a function, a comprehension."
DIRECT = "What a handler asks itself is its own, in whatever form it is written."
SETTLED = "A value is followed to where the file sets it."
ELSEWHERE = "What a function of another place makes is not followed; a person who reads the call sees it."


def written(stage: Stage, path: str, text: str, rule: str) -> Expected:
    stage.found({PROFILE: GATE})
    stage.commit("work", {path: text})
    return Must(rule, path)


def asked(stage: Stage, body: str) -> Expected:
    """A function of the store, which is given a name."""
    lines = "".join(f"  {line}\n" for line in body.split("\n"))
    return written(stage, STORE, f"{POOL}\nexport async function find(name: string) {{\n{lines}}}\n", SQL)


def looped(stage: Stage, body: str) -> Expected:
    """A function of the store, which is given ids."""
    lines = "".join(f"  {line}\n" for line in body.split("\n"))
    return written(stage, STORE, f"{PRISMA}\nexport async function all(ids: string[]) {{\n{lines}}}\n", LOOPS)


def served(stage: Stage, text: str, rule: str = CHECKLIST) -> Expected:
    return written(stage, SERVER, f"import express from 'express'\nimport cors from 'cors'\n\nconst app = express()\n{text}", rule)


# SQL


@attack(family="backend", defeated=FOLLOWED)
def sql_behind_a_name(stage: Stage) -> Expected:
    """The statement is put together before, under a name that says nothing."""
    return asked(stage, f'const a = "{SELECT}\'" + name + "\'"\nconst b = a\nreturn pool.query(b)')


@control("sql_behind_a_name")
def sql_that_is_bound(stage: Stage) -> None:
    """The value is bound, and the columns are a constant."""
    asked(stage, 'const columns = "id, name"\nreturn pool.query(`SELECT ${columns} FROM users WHERE name = $1`, [name])')


@attack(family="backend", defeated=FOLLOWED)
def sql_in_pieces(stage: Stage) -> Expected:
    """The pieces of the statement lie in a list."""
    return asked(stage, f"const parts = [\"{SELECT}'\"]\nparts.push(name)\nparts.push(\"'\")\nreturn pool.query(parts.join(''))")


@attack(family="backend", defeated=FOLLOWED)
def sql_by_a_method_of_texts(stage: Stage) -> Expected:
    """The statement is put together without an operator."""
    return asked(stage, f"return pool.query(\"{SELECT}'\".concat(name, \"'\"))")


@attack(family="backend", defeated=FOLLOWED)
def sql_by_a_replacement(stage: Stage) -> Expected:
    """A mark in the statement is replaced by the value."""
    return asked(stage, f"return pool.query(\"{SELECT}'@name'\".replace('@name', name))")


@attack(family="backend", defeated=FOLLOWED)
def sql_by_a_plain_tag(stage: Stage) -> Expected:
    """The template has a tag, which puts values in as they are."""
    return asked(stage, f"return pool.query(String.raw`{SELECT}'${{name}}'`)")


@attack(
    family="backend", defeated=FOLLOWED,
    unfinished="What a function gives back is not followed to its call.",
)  # fmt: skip
def sql_by_a_function_of_the_file(stage: Stage) -> Expected:
    """A function of one line puts the value in."""
    where = f"const where = (name: string) => `{SELECT}'${{name}}'`\n"
    return written(stage, STORE, f"{POOL}\n{where}export const find = (name: string) => pool.query(where(name))\n", SQL)


@attack(family="backend", defeated=FOLLOWED)
def sql_by_a_borrowed_method(stage: Stage) -> Expected:
    """The method that asks has another name."""
    return asked(stage, f"const run = pool.query.bind(pool)\nreturn run(`{SELECT}'${{name}}'`)")


@attack(family="backend", defeated=FOLLOWED)
def sql_by_the_orm(stage: Stage) -> Expected:
    """The ORM's own door for plain text is used."""
    text = f"export const find = (name: string) => prisma.$queryRawUnsafe(`{SELECT}'${{name}}'`)\n"
    return written(stage, STORE, f"{PRISMA}\n{text}", SQL)


@attack(family="backend", defeated=FOLLOWED)
def sql_by_percent(stage: Stage) -> Expected:
    """Python's oldest way to put a value in."""
    text = f"def find(cur, name):\n    ask = \"{SELECT}'%s'\"\n    cur.execute(ask % name)\n    return cur.fetchall()\n"
    return written(stage, MODELS, text, SQL)


@attack(
    family="backend", defeated=FOLLOWED,
    unfinished="Of the methods of a text this one is not known.",
)  # fmt: skip
def sql_by_a_mapping(stage: Stage) -> Expected:
    """The value is put in by its name, out of a mapping."""
    text = f"def find(cur, name):\n    cur.execute(\"{SELECT}'{{name}}'\".format_map({{'name': name}}))\n"
    return written(stage, MODELS, text, SQL)


@attack(family="backend", defeated="What a comment says of itself excuses nothing.")
def sql_that_is_called_safe(stage: Stage) -> Expected:
    """The line says that it is safe, to whoever asks."""
    text = f"def find(cur, name):\n    cur.execute(f\"{SELECT}'{{name}}'\")  # nosec B608  # noqa: S608\n"
    return written(stage, MODELS, text, SQL)


# Loops


@attack(family="backend", defeated=REPEATED)
def query_by_for_each(stage: Stage) -> Expected:
    """The loop is a method of the list."""
    return looped(stage, "ids.forEach(async (id) => {\n  await prisma.user.findUnique({ where: { id } })\n})")


@control("query_by_for_each")
def query_for_all(stage: Stage) -> None:
    """One query for all ids, and a loop over what it gave."""
    looped(stage, "const users = await prisma.user.findMany({ where: { id: { in: ids } } })\nreturn users.map((user) => user.name)")


@attack(family="backend", defeated=REPEATED)
def query_by_all(stage: Stage) -> Expected:
    """All of them are asked at once."""
    return looped(stage, "return Promise.all(ids.map((id) => prisma.user.findUnique({ where: { id } })))")


@attack(family="backend", defeated=REPEATED)
def query_by_reduce(stage: Stage) -> Expected:
    """Each turn waits for the one before it."""
    return looped(
        stage, "return ids.reduce(async (sum, id) => {\n  const user = await prisma.user.findUnique({ where: { id } })\n"
        "  return [...(await sum), user]\n}, Promise.resolve([]))",
    )  # fmt: skip


@attack(
    family="backend", defeated=REPEATED,
    unfinished="Of the calls that repeat a function this one is not known.",
)  # fmt: skip
def query_by_from(stage: Stage) -> Expected:
    """The list is made, and each of its items asked for, by one call."""
    return looped(stage, "return Promise.all(Array.from(ids, (id) => prisma.user.findUnique({ where: { id } })))")


@attack(
    family="backend", defeated=REPEATED,
    unfinished="A loop with while is taken for one that polls or pages, and leaves a remark.",
)  # fmt: skip
def query_by_an_endless_loop(stage: Stage) -> Expected:
    """The loop has no condition, and takes one id after the other off the list."""
    return looped(
        stage, "const found = []\nwhile (ids.length) {\n  const id = ids.pop()\n"
        "  found.push(await prisma.user.findUnique({ where: { id } }))\n}\nreturn found",
    )  # fmt: skip


@attack(family="backend", defeated=REPEATED)
def query_in_a_generator(stage: Stage) -> Expected:
    """A comprehension asks for each."""
    text = (
        "from sqlalchemy.orm import Session\n\n\ndef names(db: Session, orders):\n"
        "    return {o.id: db.query(User).filter(User.id == o.user_id).first() for o in orders}\n"
    )
    return written(stage, MODELS, text, LOOPS)


@attack(family="backend", defeated=REPEATED)
def query_behind_a_function_of_the_loop(stage: Stage) -> Expected:
    """The loop's body calls a function that is made within it."""
    return looped(
        stage, "const found = []\nfor (const id of ids) {\n  const ask = () => prisma.user.findUnique({ where: { id } })\n"
        "  found.push(await ask())\n}\nreturn found",
    )  # fmt: skip


@attack(
    family="backend", defeated=REPEATED,
    unfinished="What a function that is called in a loop asks is not followed.",
)  # fmt: skip
def query_behind_a_function_of_the_file(stage: Stage) -> Expected:
    """The loop calls a function of one line that asks."""
    text = (
        "const one = (id: string) => prisma.user.findUnique({ where: { id } })\n\nexport async function all(ids: string[]) {\n"
        "  const found = []\n  for (const id of ids) found.push(await one(id))\n  return found\n}\n"
    )
    return written(stage, STORE, f"{PRISMA}\n{text}", LOOPS)


@attack(
    family="backend", defeated=REPEATED,
    unfinished="A function that calls itself is not taken for a loop.",
)  # fmt: skip
def query_by_recursion(stage: Stage) -> Expected:
    """A function asks for the first, and calls itself for the rest."""
    return looped(
        stage, "const [id, ...rest] = ids\nif (!id) return []\nconst user = await prisma.user.findUnique({ where: { id } })\n"
        "return [user, ...(await all(rest))]",
    )  # fmt: skip


# Routes


@attack(family="backend", defeated=DIRECT)
def route_that_asks_itself(stage: Stage) -> Expected:
    """The handler asks the database, inside of its answer."""
    text = "router.get('/users', async (req, res) => res.json(await prisma.user.findMany()))\n"
    return written(stage, ROUTES, PRISMA + text, THIN)


@control("route_that_asks_itself")
def route_that_hands_on(stage: Stage) -> None:
    """The handler calls a service."""
    text = "router.get('/users', async (req, res) => {\n  res.json(await users.list(req.query))\n})\n"
    written(stage, ROUTES, f"import {{ users }} from './users'\n\n{text}", THIN)


@attack(family="backend", defeated=DIRECT)
def route_with_its_handler_apart(stage: Stage) -> Expected:
    """The handler is a name, and stands above."""
    text = "const list = async (req: Request, res: Response) => {\n  res.json(await prisma.user.findMany())\n}\n"
    return written(stage, ROUTES, f"{PRISMA}{text}router.get('/users', list)\n", THIN)


@attack(
    family="backend", defeated=DIRECT,
    unfinished="A function that a handler calls is taken for a service, also where it stands in the same file.",
)  # fmt: skip
def route_with_a_function_of_one_line(stage: Stage) -> Expected:
    """A function of the same file asks for the handler."""
    text = "const load = () => prisma.user.findMany()\n\nrouter.get('/users', async (req, res) => res.json(await load()))\n"
    return written(stage, ROUTES, PRISMA + text, THIN)


@attack(family="backend", defeated=DIRECT)
def route_within_a_wrapper(stage: Stage) -> Expected:
    """The handler is handed to a function that catches errors."""
    text = "router.get('/users', wrap(async (req, res) => {\n  res.json(await prisma.user.findMany())\n}))\n"
    return written(stage, ROUTES, PRISMA + text, THIN)


# Doors


@attack(family="backend", defeated=SETTLED)
def origin_behind_a_name(stage: Stage) -> Expected:
    """Any origin is let in, by a name."""
    return served(stage, "const allowed = '*'\nconst options = { origin: allowed }\napp.use(cors(options))\n")


@control("origin_behind_a_name")
def origin_that_is_named(stage: Stage) -> None:
    """One origin is let in, by a name."""
    served(stage, "const allowed = 'https://shop.example'\nconst options = { origin: allowed }\napp.use(cors(options))\n")


@attack(family="backend", defeated=SETTLED)
def origin_that_is_given_back(stage: Stage) -> Expected:
    """Each origin is answered with its own name."""
    return served(stage, "app.use(cors({ origin: (origin, done) => done(null, true), credentials: true }))\n")


@attack(
    family="backend", defeated=SETTLED,
    unfinished="Patterns of origins are not read.",
)  # fmt: skip
def origin_as_a_pattern(stage: Stage) -> Expected:
    """A pattern that any origin matches."""
    return served(stage, "app.use(cors({ origin: /.*/ }))\n")


@attack(family="backend", defeated=SETTLED)
def origin_as_a_default(stage: Stage) -> Expected:
    """Any origin, where the environment does not say otherwise."""
    return served(stage, "app.use(cors({ origin: process.env.ORIGIN ?? '*' }))\n")


@attack(family="backend", defeated=SETTLED)
def origin_by_hand(stage: Stage) -> Expected:
    """The header is set by hand."""
    return served(stage, "app.use((req, res, next) => {\n  res.header('Access-Control-Allow-Origin', '*')\n  next()\n})\n")


@attack(family="backend", defeated=SETTLED)
def cost_behind_a_name(stage: Stage) -> Expected:
    """The cost of a hash is a name, and low."""
    return written(stage, STORE, f"{BCRYPT}const ROUNDS = 4\n{HASH}", CHECKLIST)


@control("cost_behind_a_name")
def cost_that_is_enough(stage: Stage) -> None:
    """The cost of a hash is a name, and high enough."""
    written(stage, STORE, f"{BCRYPT}const ROUNDS = 12\n{HASH}", CHECKLIST)


@attack(family="backend", defeated=SETTLED)
def cost_as_a_default(stage: Stage) -> Expected:
    """The cost comes from the environment, and is low where it says nothing."""
    return written(stage, STORE, f"{BCRYPT}const ROUNDS = parseInt(process.env.ROUNDS ?? '4', 10)\n{HASH}", CHECKLIST)


@attack(
    family="backend", defeated=SETTLED,
    unfinished="A number that is worked out is not known.",
)  # fmt: skip
def cost_by_arithmetic(stage: Stage) -> Expected:
    """The cost is half of what is asked for."""
    return written(stage, STORE, f"{BCRYPT}const ROUNDS = 12 / 2\n{HASH}", CHECKLIST)


@attack(
    family="backend", defeated=SETTLED,
    unfinished="A value is followed to where its own file sets it, and not to another.",
)  # fmt: skip
def cost_in_another_file(stage: Stage) -> Expected:
    """The cost is imported from a file of settings."""
    stage.found({PROFILE: GATE})
    text = f"{BCRYPT}import {{ ROUNDS }} from './settings'\n{HASH}"
    stage.commit("work", {STORE: text, "src/settings.ts": "export const ROUNDS = 4\n"})
    return Must(CHECKLIST, None)


@attack(
    family="backend", defeated=SETTLED,
    unfinished="The function that signs is known by its usual name.",
)  # fmt: skip
def token_under_another_name(stage: Stage) -> Expected:
    """The function that signs is imported by another name."""
    text = "import { sign as seal } from 'jsonwebtoken'\n\nexport const token = (id: string) => seal({ id }, process.env.KEY)\n"
    return written(stage, STORE, text, CHECKLIST)


@attack(family="backend", defeated=SETTLED)
def token_with_empty_options(stage: Stage) -> Expected:
    """The token has options, in which no end is."""
    text = "import jwt from 'jsonwebtoken'\n\nconst options = { algorithm: 'HS256' as const }\n"
    signed = "export const token = (id: string) => jwt.sign({ id }, KEY, options)\n"
    return written(stage, STORE, text + signed, CHECKLIST)
