"""The plan of a backend engineer: endpoints that it does not have, bodies and errors that it asks for and nothing answers with."""

from collections.abc import Mapping

from tests.evasions.harness import PROFILE, Expected, Must, Stage, Unjudged, attack, control

PLANNED = "spec/plan-endpoints"
GATE = """\
spec: s
evidence: {plan: docs/plans/backend-plan.md}
clauses:
  G-09: {says: "Endpoints are those of the plan", rules: {spec/plan-endpoints: {}}}
"""
PLAN, SERVER, ORDERS = "docs/plans/backend-plan.md", "src/server.ts", "src/orders.ts"
PAPER = """\
# Backend plan

## API endpoints

### GET /orders

Response 200: `[{ id, sku, count }]`

### POST /orders

Request: `{ sku, count }`

Response 201: `{ id, sku, count }`

Errors:

- 409 `OUT_OF_STOCK`: none is left

### GET /orders/:id

Response 200: `{ id, sku, count }`

Errors:

- 404 `NO_SUCH_ORDER`: there is no such order
"""
HEAD = (
    "import express from 'express'\nimport { z } from 'zod'\nimport { all, left, one, stored } from './orders'\n\n"
    "export const app = express()\nconst Order = z.object({ sku: z.string(), count: z.number() })\n\n"
)
LIST = "app.get('/orders', (req, res) => {\n  res.json(all())\n})\n"
MAKE = (
    "app.post('/orders', (req, res) => {\n  const given = Order.parse(req.body)\n"
    "  if (!left(given.sku)) return res.status(409).json({ error: { code: 'OUT_OF_STOCK', message: 'none is left' } })\n"
    "  const made = stored(given)\n"
    "  return res.status(201).json({ id: made.id, sku: made.sku, count: made.count })\n})\n"
)
READ = (
    "app.get('/orders/:id', (req, res) => {\n  const found = one(req.params.id)\n"
    "  if (!found) return res.status(404).json({ error: { code: 'NO_SUCH_ORDER', message: 'there is no such order' } })\n"
    "  return res.json({ id: found.id, sku: found.sku, count: found.count })\n})\n"
)
WHOLE = HEAD + LIST + MAKE + READ
CHECK = MAKE.split("\n")[2] + "\n"  # the line that answers with the error
STORE = (
    "export const all = () => []\nexport const left = (sku: string) => sku !== ''\n"
    "export const one = (id: string) => rows.get(id)\n"
    "export const stored = (given: object) => ({ id: '1', ...given })\nconst rows = new Map()\n"
)
START = {PROFILE: GATE, PLAN: PAPER, ORDERS: STORE, "package.json": '{"dependencies": {"express": "4.0.0", "zod": "3.0.0"}}\n'}

MEANT = "What a call means is read out of the code, however it is written."
BASE_HOLDS = "A change is held to the plan as base has it; what the run wrote into it confirms nothing."
SAID = "What only a comment says is not there."
FIELDS = "The outermost fields of what is taken and answered are held to the plan."


def built(
    stage: Stage, text: str, beside: Mapping[str, str | None] | None = None, *, at: str = SERVER, paper: str = PAPER
) -> Expected:
    """The run writes the server; what it must be told of it stands there."""
    stage.found({**START, PLAN: paper})
    stage.commit("work", {SERVER: text, **(beside or {})})
    return Must(PLANNED, at)


# Endpoints


@attack(family="engineer", defeated=MEANT)
def endpoint_that_nobody_planned(stage: Stage) -> Expected:
    """A route that the plan does not have."""
    return built(stage, WHOLE + "app.post('/orders/:id/refund', (req, res) => res.json({ id: 1 }))\n")


@control("endpoint_that_nobody_planned")
def endpoints_as_they_were_planned(stage: Stage) -> None:
    """All of them, with their bodies and errors, in a router of their own."""
    router = WHOLE.replace("export const app = express()", "export const orders = express.Router()")
    router = router.replace("app.", "orders.").replace("'/orders/:id'", "'/:id'").replace("'/orders'", "'/'")
    app = "import express from 'express'\nimport { orders } from './routes'\n\nexport const app = express()\n"
    built(stage, f"{app}app.use('/orders', orders)\n", {"src/routes.ts": router})


@attack(family="engineer", defeated=BASE_HOLDS)
def endpoint_that_the_run_plans(stage: Stage) -> Expected:
    """The run writes the route into the plan as well."""
    more = {PLAN: PAPER + "\n### POST /orders/:id/refund\n\nResponse 200: `{ id }`\n"}
    return built(stage, WHOLE + "app.post('/orders/:id/refund', (req, res) => res.json({ id: 1 }))\n", more)


@attack(family="engineer", defeated=BASE_HOLDS)
def plan_that_is_deleted(stage: Stage) -> Expected:
    """The run takes the plan away, so that there is nothing to be held to."""
    return built(stage, WHOLE + "app.post('/orders/:id/refund', (req, res) => res.json({ id: 1 }))\n", {PLAN: None})


@attack(family="engineer", defeated=BASE_HOLDS)
def plan_that_says_it_is_there_already(stage: Stage) -> Expected:
    """The run renames the plan's section so that nothing of it is to be built, and leaves an endpoint out."""
    text = HEAD + LIST + MAKE + READ.replace("app.get(", "app.put(")
    return built(stage, text, {PLAN: PAPER.replace("API endpoints", "Existing")})


# Errors


@attack(family="engineer", defeated=SAID)
def error_in_a_comment(stage: Stage) -> Expected:
    """The code of the error stands in a comment, and nothing answers with it."""
    text = WHOLE.replace(CHECK, "  // OUT_OF_STOCK: 409 where none is left\n")
    return built(stage, text, at=PLAN)


@control("error_in_a_comment")
def error_in_a_service(stage: Stage) -> None:
    """The error is thrown where the stock is kept, and a handler for all makes the answer of it."""
    text = WHOLE.replace(CHECK, "  left(given.sku)\n")
    throws = "export class OutOfStock extends Error {\n  status = 409\n  code = 'OUT_OF_STOCK'\n}\n"
    store = STORE.replace("(sku: string) => sku !== ''", "(sku: string) => {\n  if (sku === '') throw new OutOfStock()\n}")
    built(stage, text, {ORDERS: throws + store})


@attack(family="engineer", defeated="What no handler leads to answers nobody.")
def error_where_nobody_comes(stage: Stage) -> Expected:
    """A file that nothing imports says the error's code."""
    text = WHOLE.replace(CHECK, "")
    built(stage, text, {"src/unused.ts": "export const OUT_OF_STOCK = { status: 409, code: 'OUT_OF_STOCK' }\n"})
    return Must(PLANNED, PLAN, "nothing that the handler imports leads to src/unused.ts", level="style")


@attack(family="engineer", defeated="What a test expects is not what the code answers.")
def error_in_a_test(stage: Stage) -> Expected:
    """Only a test says the error's code."""
    test = "it('knows', () => {\n  expect('OUT_OF_STOCK').toBeDefined()\n  expect(409).toBe(409)\n})\n"
    return built(stage, WHOLE.replace(CHECK, ""), {"src/server.test.ts": test}, at=PLAN)


@attack(family="engineer", defeated="A status of success is held to those of the plan.")
def success_by_another_status(stage: Stage) -> Expected:
    """What is made is answered with another status, put into a name."""
    return built(stage, WHOLE.replace("res.status(201)", "res.status(202)"))


# Bodies


@attack(family="engineer", defeated=FIELDS)
def field_in_a_comment(stage: Stage) -> Expected:
    """A field of the request stands in a comment within the schema."""
    return built(stage, WHOLE.replace("sku: z.string(), count: z.number() })", "sku: z.string(), /* count: z.number() */ })"))


@attack(family="engineer", defeated=FIELDS)
def field_that_is_demanded_besides(stage: Stage) -> Expected:
    """The schema demands a field that nobody planned."""
    return built(stage, WHOLE.replace("count: z.number() })", "count: z.number(), coupon: z.string() })"))


@control("field_that_is_demanded_besides")
def field_that_may_be_left_out(stage: Stage) -> None:
    """The schema takes a field more, which need not be there, and the plan says that there may be."""
    text = WHOLE.replace("count: z.number() })", "count: z.number(), coupon: z.string().optional() })")
    built(stage, text, paper=PAPER.replace("`{ sku, count }`", "`{ sku, count, coupon? }`"))


@attack(family="engineer", defeated=FIELDS)
def field_that_is_not_answered(stage: Stage) -> Expected:
    """A field of the answer is left out where one is read."""
    return built(stage, WHOLE.replace("found.sku, count: found.count })", "found.sku })"))


@attack(family="engineer", defeated=FIELDS)
def field_within_another(stage: Stage) -> Expected:
    """The field that is asked for lies one level deeper, where nobody looks for it."""
    return built(stage, WHOLE.replace("sku: found.sku, count: found.count })", "sku: found.sku, more: { count: found.count } })"))


# The plan


@attack(family="engineer", defeated="A plan is read however it is set: a method and a path of one endpoint may stand apart.")
def plan_whose_method_stands_apart(stage: Stage) -> Expected:
    """The plan has a path as its title and methods below; the server leaves one of the errors out."""
    paper = PAPER.replace("### GET /orders\n", "### /orders\n\n#### GET\n").replace("### POST /orders\n", "#### POST\n")
    return built(stage, WHOLE.replace(CHECK, ""), at=PLAN, paper=paper)


@control("plan_whose_method_stands_apart")
def plan_whose_error_is_told_by_its_absence(stage: Stage) -> None:
    """The plan says of an error that it is none, and of another which one it is where nothing is found."""
    paper = PAPER.replace("- 404 `NO_SUCH_ORDER`: there is no such order", "- If it does not exist: 404 `NO_SUCH_ORDER`, never 410")
    built(stage, WHOLE, paper=paper)


@attack(family="engineer", defeated="What a plan lists as data is read as data.")
def plan_as_data(stage: Stage) -> Expected:
    """The plan is a fence of JSON, and the server has a route besides."""
    calls = (("GET", "/orders"), ("POST", "/orders"), ("GET", "/orders/:id"))
    rows = ",\n".join(f'{{"method": "{method}", "path": "{path}"}}' for method, path in calls)
    paper = f'# Plan\n\n```json\n{{"endpoints": [\n{rows}\n]}}\n```\n'
    return built(stage, WHOLE + "app.post('/orders/:id/refund', (req, res) => res.json({ id: 1 }))\n", paper=paper)


@attack(family="engineer", defeated="A plan that cannot be read is said to be, and the clause is not kept.")
def plan_that_cannot_be_read(stage: Stage) -> Expected:
    """The plan's list of endpoints is broken."""
    paper = "# Plan\n\n```json\n{\"endpoints\": [\n{\"method\": \"GET\", \"path\": \"/orders\"\n```\n"
    built(stage, WHOLE, paper=paper)
    return Unjudged(PLANNED, "its list of endpoints could not be read")


# Errors in the project's format


FORMAT = "api/error-format"
FORMAT_GATE = """\
spec: s
clauses:
  G-09: {says: "Errors answer error.code and error.message", rules: {api/error-format: {}}}
"""
SHAPED = "An answer is told by its status and what it gives back, however these are written."


def answered(stage: Stage, text: str, path: str = "src/orders.ts", before: dict[str, str] | None = None) -> Expected:
    """The run writes code that answers requests."""
    stage.found({PROFILE: FORMAT_GATE, **(before or {})})
    stage.commit("work", {path: text})
    return Must(FORMAT, path)


@attack(family="engineer", defeated=SHAPED)
def error_whose_status_stands_before(stage: Stage) -> Expected:
    """The status is stated in a statement of its own."""
    return answered(stage, "export const a = (req, res) => {\n  res.statusCode = 404\n  res.json({ error: 'no such order' })\n}\n")


@attack(family="engineer", defeated=SHAPED)
def error_whose_status_has_a_name(stage: Stage) -> Expected:
    """The status and the body are put into names first."""
    text = "  const status = 409\n  const body = { message: 'none is left' }\n  return res.status(status).json(body)\n"
    return answered(stage, f"export const a = (req, res) => {{\n{text}}}\n")


@control("error_whose_status_stands_before")
def success_whose_status_stands_before(stage: Stage) -> None:
    """The same for what went well, after an error in the format."""
    error = "  if (!one) {\n    res.statusCode = 404\n    return res.json({ error: { code: 'NO_ORDER', message: 'none' } })\n  }\n"
    answered(stage, f"export const a = (req, res) => {{\n{error}  res.statusCode = 201\n  res.json({{ message: 'made' }})\n}}\n")


@attack(family="engineer", defeated=SHAPED)
def error_through_a_function_of_its_own(stage: Stage) -> Expected:
    """A function that sends JSON is given the status and the body."""
    text = "const sendJson = (res, status, body) => res.writeHead(status).end(JSON.stringify(body))\n"
    return answered(stage, text + "export const a = (req, res) => sendJson(res, 404, { error: 'no such order' })\n")


@attack(family="engineer", defeated=SHAPED)
def error_returned_with_a_status_set(stage: Stage) -> Expected:
    """FastAPI is given the status through its response, and the body is returned."""
    text = "def a(response: Response):\n    response.status_code = 404\n    return {'error': 'no such order'}\n"
    return answered(stage, f"from fastapi import Response\n\n\n{text}", "src/orders.py")


@attack(family="engineer", defeated="What only a comment or a text says gives an answer no shape.")
def format_in_a_comment(stage: Stage) -> Expected:
    """The format stands in a comment within the object, and in a text of it."""
    body = "{ /* error: { code, message } */ error: 'error: { code, message }' }"
    return answered(stage, f"export const a = (req, res) => res.status(404).json({body})\n")


@attack(family="engineer", defeated="Only code of the project that handles the exception gives it another shape.")
def handler_in_a_comment(stage: Stage) -> Expected:
    """A comment says that exceptions are handled."""
    text = "from fastapi import HTTPException\n\n# app.add_exception_handler(HTTPException, shaped)\n\n\ndef a():\n"
    return answered(stage, f"{text}    raise HTTPException(status_code=404, detail='no such order')\n", "src/orders.py")


@attack(
    family="engineer", defeated=SHAPED,
    unfinished="A helper of another file is taken to answer in the format; only the file that builds an answer is held to it.",
)  # fmt: skip
def error_by_a_helper_of_another_file(stage: Stage) -> Expected:
    """The body is built in a file of its own."""
    stage.found({PROFILE: FORMAT_GATE})
    call = "import { no } from './no'\nexport const a = (req, res) => res.status(404).json(no('order'))\n"
    stage.commit("work", {"src/no.ts": "export const no = (what: string) => ({ error: what })\n", "src/orders.ts": call})
    return Must(FORMAT, None)


# Calls of models


FALLBACK = "architecture/agent-fallback"
FALLBACK_GATE = """\
spec: s
clauses:
  G-09: {says: "Model calls have a timeout, a fallback and a log", rules: {architecture/agent-fallback: {}}}
"""
ASKED = "A call is told by what its names stand for, and what it has by code that does something."
CLIENT = "from openai import OpenAI\n\nclient = OpenAI()\n\n\n"


def asking(stage: Stage, text: str, path: str = "src/agent.py") -> Expected:
    """The run writes code that asks a model."""
    stage.found({PROFILE: FALLBACK_GATE})
    stage.commit("work", {path: text})
    return Must(FALLBACK, path)


@attack(family="engineer", defeated=ASKED)
def names_that_nobody_uses(stage: Stage) -> Expected:
    """The words stand there as names that are given something and never used."""
    idle = "    timeout = 5\n    fallback = None\n    logger = get_logger()\n"
    return asking(stage, f"{CLIENT}def ask(text):\n{idle}    return client.responses.create(model='m', input=text)\n")


@control("names_that_nobody_uses")
def names_that_are_used(stage: Stage) -> None:
    """The same names, and what they are for."""
    said = "    timeout = 5\n    logger.info('asks %s', text)\n    try:\n        return client.responses.create("
    asking(stage, f"{CLIENT}def ask(text):\n{said}input=text, timeout=timeout)\n    except APIError:\n        return ''\n")


@attack(family="engineer", defeated=ASKED)
def words_in_comments_and_texts(stage: Stage) -> Expected:
    """A docstring promises it all, and the prompt has the words."""
    said = "    \"\"\"Asks with a timeout, a fallback and logger.info().\"\"\"\n    return client.responses.create("
    return asking(stage, f"{CLIENT}def ask():\n{said}model='m', input='retry, timeout, logger.info()')\n")


@attack(family="engineer", defeated=ASKED)
def timeout_that_is_none(stage: Stage) -> Expected:
    """The client waits for ever, by a timeout of None."""
    text = "    print(text)\n    try:\n        return client.responses.create(input=text)\n    except APIError:\n        return 0\n"
    return asking(stage, f"{CLIENT.replace('OpenAI()', 'OpenAI(timeout=None)')}def ask(text):\n{text}")


@attack(family="engineer", defeated=ASKED)
def call_by_another_name(stage: Stage) -> Expected:
    """The library's function is imported under another name."""
    text = "import { generateText as words } from 'ai'\nexport const ask = (prompt: string) => words({ model, prompt })\n"
    return asking(stage, text, "src/agent.ts")


@attack(family="engineer", defeated=ASKED)
def call_that_is_taken_apart(stage: Stage) -> Expected:
    """The method is taken out of the client first."""
    text = "import OpenAI from 'openai'\nconst openai = new OpenAI()\nconst { create } = openai.chat.completions\n"
    return asking(stage, f"{text}export const ask = (prompt: string) => create({{ model: 'm', prompt }})\n", "src/agent.ts")


@attack(family="engineer", defeated=ASKED)
def error_that_is_only_passed_on(stage: Stage) -> Expected:
    """What is caught is logged and passed on, which is no way on."""
    text = "  return openai.responses.create({ text }, { timeout: 5 }).catch((e) => { console.error(e); throw e })\n"
    return asking(stage, f"import OpenAI from 'openai'\nexport function ask(text: string) {{\n{text}}}\n", "src/agent.ts")


@attack(
    family="engineer", defeated=ASKED,
    unfinished="What a project calls in its own words, with the library in another file, is not known for a model.",
)  # fmt: skip
def call_behind_a_name_of_the_project(stage: Stage) -> Expected:
    """The client lies in a file that base had, and is given on by a name that says nothing."""
    brain = "import OpenAI from 'openai'\nexport const brain = new OpenAI().responses\n"
    stage.found({PROFILE: FALLBACK_GATE, "src/brain.ts": brain})
    text = "import { brain } from './brain'\nexport const ask = (input: string) => brain.create({ model: 'm', input })\n"
    stage.commit("work", {"src/agent.ts": text})
    return Must(FALLBACK, "src/agent.ts")


# Promises


PROMISES = "report/promises"
PROMISED, TOLD = "docs/intent/product-intent.md", "REPORT.md"
PROMISES_GATE = """\
spec: s
evidence: {intent: docs/intent/product-intent.md, report: REPORT.md}
clauses:
  G-09: {says: "Promises are those of the intent", rules: {report/promises: {unmentioned: breach}}}
"""
INTENT = (
    "# Intent\n\n## Promises\n\n- P1: Carts are never lost\n- P2: Prices are shown with tax\n\n"
    "## What we do not promise\n\n- Help at night\n"
)
KEPT = "- [x] P1: carts are never lost (tests/test_cart.py)\n- [x] P2: prices have their tax (`test_taxed`)\n"
TESTS = "def test_kept():\n    assert cart()\n\n\ndef test_taxed():\n    assert price()\n"
AS_READ = "A report is read as a reader sees it, and a promise is verified by a test that is there."
NOBODY = "A promise is one that the intent makes at base, by its id or its words."


def promised(stage: Stage, claims: str, beside: Mapping[str, str | None] | None = None, *, more: str = "") -> Expected:
    """The run's report claims these promises."""
    stage.found({PROFILE: PROMISES_GATE, PROMISED: INTENT})
    said = f"## Implemented\n\n- [x] the cart\n\n## Promises Verified\n\n{claims}\n{more}"
    stage.commit("work", {"src/cart.py": "def cart():\n    return 1\n", "tests/test_cart.py": TESTS, TOLD: said, **(beside or {})})
    return Must(PROMISES, TOLD)


@attack(family="engineer", defeated=NOBODY)
def promise_that_nobody_made(stage: Stage) -> Expected:
    """A claim in words of its own, beside the true ones."""
    return promised(stage, KEPT + "- [x] Parcels arrive on the next day (tests/test_cart.py)\n")


@control("promise_that_nobody_made")
def promises_in_a_table(stage: Stage) -> None:
    """Each promise, in other words, with its test."""
    rows = "| Carts do not get lost | ✅ | tests/test_cart.py |\n| tax in shown prices | ✅ | test_taxed |\n"
    promised(stage, f"| Promise | Status | Test |\n|---|---|---|\n{rows}")


@attack(family="engineer", defeated=NOBODY)
def promise_that_the_run_makes(stage: Stage) -> Expected:
    """The run writes the promise into the intent as well."""
    more = {PROMISED: INTENT.replace("\n## What", "- P3: Parcels arrive on the next day\n\n## What")}
    return promised(stage, KEPT + "- [x] P3: parcels arrive on the next day (tests/test_cart.py)\n", more)


@attack(family="engineer", defeated="What the intent says that nobody promises is claimed by nobody.")
def promise_that_was_refused(stage: Stage) -> Expected:
    """The claim has the words of what the intent says is not promised."""
    return promised(stage, KEPT + "- [x] Help at night (tests/test_cart.py)\n")


@attack(family="engineer", defeated=AS_READ)
def test_in_a_comment(stage: Stage) -> Expected:
    """The test is named where nobody reads it."""
    return promised(stage, KEPT.replace("(tests/test_cart.py)", "<!-- tests/test_cart.py -->"))


@attack(family="engineer", defeated=AS_READ)
def test_that_nobody_wrote(stage: Stage) -> Expected:
    """The test that is named stands nowhere."""
    return promised(stage, KEPT.replace("tests/test_cart.py", "tests/test_carts_survive.py"))


@attack(family="engineer", defeated=AS_READ)
def tests_in_general(stage: Stage) -> Expected:
    """It was tested, says the report, and names no test at all."""
    return promised(stage, "- [x] P1: carts are never lost (unit tests pass)\n- [x] P2: prices have tax (tested)\n")


@control("tests_in_general")
def tests_below_each_promise(stage: Stage) -> None:
    """Each promise is a title, with what holds it below, and the test."""
    one = "#### P1: Carts are never lost\n\n- [x] written before the answer\n- [x] Test: `test_kept`\n\n"
    promised(stage, one + "#### P2: Prices are shown with tax\n\n- [x] one place adds it\n- [x] Test: `test_taxed`\n")


@attack(family="engineer", defeated="Each promise is to be named.")
def promises_in_one_word(stage: Stage) -> Expected:
    """One line for all promises, with a test."""
    return promised(stage, "- [x] All promises are kept (tests/test_cart.py)\n")


@attack(family="engineer", defeated="Each promise is to be named.")
def promise_in_a_comment(stage: Stage) -> Expected:
    """The promise that was left out stands in a comment."""
    return promised(stage, KEPT.splitlines()[0], more="\n<!-- P2: prices are shown with tax -->\n")


@control("promise_in_a_comment")
def promise_that_is_not_touched(stage: Stage) -> None:
    """The report says of the other promise that it is not touched."""
    promised(stage, KEPT.splitlines()[0], more="\n## Notes\n\n- P2 is not affected: no price is changed.\n")


@attack(
    family="engineer", defeated=NOBODY,
    unfinished="Beside an id stands often how it was verified, so that other words than the promise's own are a remark.",
)  # fmt: skip
def words_of_nobody_behind_an_id(stage: Stage) -> Expected:
    """The id of a promise, and behind it words that nobody promised."""
    return promised(stage, KEPT.replace("carts are never lost", "parcels arrive on the next day"))


@attack(
    family="engineer", defeated=NOBODY,
    unfinished="A claim with a word of a promise that no other line speaks of may be that one in other words, and is a remark.",
)  # fmt: skip
def claim_with_a_word_of_what_is_left_out(stage: Stage) -> Expected:
    """The claim has a word of the promise in whose place it stands."""
    return promised(stage, KEPT.splitlines()[0] + "\n- [x] Prices are the lowest of all shops (tests/test_cart.py)\n")


# Models


MODELS, STORED, SCHEMA = "database/model-conventions", "src/models/order.js", "prisma/schema.prisma"
MODELS_GATE = """\
spec: s
evidence: {plan: docs/plans/backend-plan.md}
clauses:
  G-09: {says: "Models are those of the plan, with their times", rules: {database/model-conventions: {}}}
"""
TABLES = """\
# Backend plan

## Database

```sql
CREATE TABLE orders (
  id integer PRIMARY KEY,
  sku varchar(40) NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz
);
CREATE INDEX ON orders (sku);
```
"""
MONGOOSE = "const mongoose = require('mongoose')\n\n"
SEQUELIZE = "const { DataTypes, Model } = require('sequelize')\nconst sequelize = require('./db')\n\n"
ORDER = "new mongoose.Schema({ sku: { type: String, required: true } }"
DECLARED = "What a model has is read where the code declares it, and with the options that hold."
MADE = "What only running the code would make is not read; the verdict says that the model could not be read as a whole."


def kept(stage: Stage, text: str, at: str = STORED, before: str | None = None, paper: str | None = None) -> Expected:
    """The run writes a model."""
    stage.found({PROFILE: MODELS_GATE, **({at: before} if before else {}), **({PLAN: paper} if paper else {})})
    stage.commit("work", {at: text})
    return Must(MODELS, at)


def of_mongoose(stage: Stage, schema: str, then: str = "") -> Expected:
    return kept(stage, f"{MONGOOSE}const schema = {schema})\n{then}module.exports = mongoose.model('Order', schema)\n")


def of_sequelize(stage: Stage, options: str, paper: str | None = None, *, columns: str = "") -> Expected:
    sku = "sku: { type: DataTypes.STRING(40), allowNull: false }"
    text = f"{SEQUELIZE}class Order extends Model {{}}\nOrder.init({{ {sku}{columns} }}, {{ sequelize, {options} }})\n"
    return kept(stage, text, paper=paper)


@attack(family="engineer", defeated=DECLARED)
def times_in_a_comment(stage: Stage) -> Expected:
    """The times of a model stand in comments."""
    return kept(stage, "model Order {\n  id Int @id\n  // createdAt DateTime\n  /// updatedAt DateTime @updatedAt\n}\n", SCHEMA)


@attack(family="engineer", defeated=DECLARED)
def times_that_are_no_times(stage: Stage) -> Expected:
    """Columns of the right names that hold no time."""
    return kept(stage, "model Order {\n  id Int @id\n  createdAt Boolean\n  updatedAt Boolean\n}\n", SCHEMA)


@attack(family="engineer", defeated=DECLARED)
def times_within_a_field(stage: Stage) -> Expected:
    """The option stands among the fields of the schema."""
    return of_mongoose(stage, "new mongoose.Schema({ sku: String, options: { timestamps: true } }")


@control("times_within_a_field")
def times_by_an_option(stage: Stage) -> None:
    """The option stands where it holds, in a variable."""
    text = f"{MONGOOSE}const options = {{ timestamps: true }}\nconst schema = {ORDER}, options)\n"
    kept(stage, f"{text}module.exports = mongoose.model('Order', schema)\n")


@attack(family="engineer", defeated=DECLARED)
def times_that_are_taken_back(stage: Stage) -> Expected:
    """The option stands there twice; JavaScript takes the last."""
    return of_mongoose(stage, f"{ORDER}, {{ timestamps: true, timestamps: false }}")


@attack(family="engineer", defeated=DECLARED)
def times_that_are_computed(stage: Stage) -> Expected:
    """A virtual of the name of a time is kept nowhere."""
    return of_mongoose(stage, ORDER, "schema.virtual('createdAt').get(() => 1)\nschema.virtual('updatedAt').get(() => 1)\n")


@attack(family="engineer", defeated=DECLARED)
def times_of_another_schema(stage: Stage) -> Expected:
    """A schema beside it has the times."""
    other = "const other = new mongoose.Schema({ a: String }, { timestamps: true })\nmongoose.model('Other', other)\n"
    return of_mongoose(stage, ORDER, other)


@attack(family="engineer", defeated=DECLARED)
def times_that_are_turned_off(stage: Stage) -> Expected:
    """Sequelize's times are turned off."""
    return of_sequelize(stage, "timestamps: false")


@control("times_that_are_turned_off")
def times_under_names_of_their_own(stage: Stage) -> None:
    """The times have other names, by the options."""
    of_sequelize(stage, "createdAt: 'made', updatedAt: 'touched'")


@attack(family="engineer", defeated=DECLARED)
def times_that_are_virtual(stage: Stage) -> Expected:
    """The columns of the times are virtual."""
    return of_sequelize(
        stage, "timestamps: false", columns=", createdAt: { type: DataTypes.VIRTUAL }, updatedAt: { type: DataTypes.VIRTUAL }"
    )


@attack(family="engineer", defeated=DECLARED)
def times_lost_by_an_option(stage: Stage) -> Expected:
    """One word takes the times from a model that had them."""
    text = f"{MONGOOSE}const schema = {ORDER}, {{ timestamps: true }})\nmodule.exports = mongoose.model('Order', schema)\n"
    return kept(stage, text.replace("true })\nmod", "false })\nmod"), before=text)


@attack(family="engineer", defeated=DECLARED)
def soft_delete_that_is_turned_off(stage: Stage) -> Expected:
    """The plan asks for soft delete, and the option says no."""
    return of_sequelize(stage, "paranoid: false, indexes: [{ fields: ['sku'] }]", TABLES)


@control("soft_delete_that_is_turned_off")
def soft_delete_by_an_option(stage: Stage) -> None:
    """All that the plan asks for, by options."""
    of_sequelize(stage, "paranoid: true, indexes: [{ fields: ['sku'] }]", TABLES)


@attack(family="engineer", defeated=DECLARED)
def index_in_a_comment(stage: Stage) -> Expected:
    """The index of the plan stands in a comment."""
    return of_sequelize(stage, "paranoid: true, /* indexes: [{ fields: ['sku'] }] */", TABLES)


@attack(family="engineer", defeated=BASE_HOLDS)
def table_that_the_run_unplans(stage: Stage) -> Expected:
    """The run takes the index out of the plan as well."""
    stage.found({PROFILE: MODELS_GATE, PLAN: TABLES})
    text = f"{SEQUELIZE}module.exports = sequelize.define('order', {{ sku: DataTypes.STRING(40) }}, {{ paranoid: true }})\n"
    stage.commit("work", {STORED: text, PLAN: TABLES.replace("CREATE INDEX ON orders (sku);\n", "")})
    return Must(MODELS, STORED)


@attack(family="engineer", defeated=MADE, unfinished="What a function of the project returns as options is not followed.")
def options_that_a_function_makes(stage: Stage) -> Expected:
    """The options come from a function, which says nothing of times."""
    return of_mongoose(stage, f"{ORDER}, options()", "function options() {\n  return {}\n}\n")


@attack(family="engineer", defeated=MADE, unfinished="A call by a name in brackets is not taken for one that makes a model.")
def model_by_a_name_in_brackets(stage: Stage) -> Expected:
    """The model is made by a method that is named by a text."""
    text = f"{MONGOOSE}const schema = {ORDER})\nmodule.exports = mongoose['model']('Order', schema)\n"
    return kept(stage, text)


@attack(family="engineer", defeated=MADE, unfinished="Whether a statement is ever reached is not asked.")
def times_that_are_never_set(stage: Stage) -> Expected:
    """The times are set where the code never comes."""
    return of_mongoose(stage, ORDER, "if (false) {\n  schema.set('timestamps', true)\n}\n")
