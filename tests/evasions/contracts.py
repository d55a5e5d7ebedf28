"""The locked specification: endpoints that it does not have, models that are not its own, validation that is made a second time."""

from tests.evasions.harness import PROFILE, Expected, Must, Stage, attack, control

ENDPOINTS, MODELS, SCHEMAS = "spec/openapi-endpoints", "spec/database-schema", "spec/schemas-imported"
GATE = """\
spec: s
clauses:
  G-04: {says: "Endpoints are those of specs/openapi.yaml", rules: {spec/openapi-endpoints: {documents: [specs/openapi.yaml]}}}
  G-05: {says: "Models are those of specs/database-schema.json", rules: {spec/database-schema: {}}}
  G-06: {says: "Validation is imported from specs/schemas", rules: {spec/schemas-imported: {}}}
"""
OPENAPI, DATABASE, USER = "specs/openapi.yaml", "specs/database-schema.json", "specs/schemas/user.ts"
SERVER, PRISMA, FORM = "src/server.ts", "prisma/schema.prisma", "src/users/form.ts"
PATHS = """\
openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /orders:
    get: {responses: {'200': {description: all}}}
  /orders/{id}:
    get: {responses: {'200': {description: one}}}
"""
REFUND = "  /orders/{id}/refund:\n    post: {responses: {'200': {description: paid back}}}\n"
APP = (
    "import express from 'express'\nimport { one, all, refund } from './orders'\n\nexport const app = express()\n"
    "app.get('/orders', all)\napp.get('/orders/:id', one)\n"
)
CONTRACT = (
    '{"definitions": {"User": {"type": "object", "properties": {\n  "id": {"type": "string", "primaryKey": true},\n'
    '  "email": {"type": "string", "unique": true},\n  "name": {"type": "string"}},\n'
    '  "required": ["id", "email", "name"]}}}\n'
)
USERS = "model User {\n  id    String @id\n  email String @unique\n  name  String\n}\n"
ZOD = (
    "import { z } from 'zod'\n\nexport const CreateUserSchema = z.object({\n  email: z.string().email(),\n  name: z.string(),\n"
    "  street: z.string(),\n  city: z.string(),\n})\n"
)
FIELDS = "email: z.string(), name: z.string(), street: z.string(), city: z.string()"
START = {
    PROFILE: GATE, OPENAPI: PATHS, DATABASE: CONTRACT, USER: ZOD, SERVER: APP, PRISMA: USERS,
    "src/orders.ts": "export const one = () => 1\nexport const all = () => []\nexport const refund = () => 1\n",
    "package.json": '{"dependencies": {"express": "4.0.0", "zod": "3.0.0", "@prisma/client": "5.0.0"}}\n',
}  # fmt: skip

MEANT = "What a call means is read out of the code, however it is written."
BASE_HOLDS = "A change is held to the specification as base has it; what the run wrote into it confirms nothing."
UNSAID = "What is asked only when the program runs is counted as unknown, and the verdict says so."
FIELDS_TELL = "A schema is told by its fields and their kinds, whatever it is called and whoever makes it."


def changed(stage: Stage, **files: str) -> None:
    """``files`` by their names here."""
    stage.found(START)
    stage.commit("work", {globals()[name]: text for name, text in files.items()})


def served(stage: Stage, more: str, beside: dict[str, str] | None = None) -> Expected:
    """The application says this as well."""
    stage.found(START)
    stage.commit("work", {SERVER: APP + more, **(beside or {})})
    return Must(ENDPOINTS, SERVER)


# Endpoints


@attack(family="contracts", defeated=MEANT)
def endpoint_that_nobody_agreed_to(stage: Stage) -> Expected:
    """A route that no document has."""
    return served(stage, "app.post('/orders/:id/refund', refund)\n")


@control("endpoint_that_nobody_agreed_to")
def endpoint_in_other_words(stage: Stage) -> None:
    """The same routes, in a router of their own with other words."""
    text = (
        "import { Router } from 'express'\nimport { one, all } from './orders'\n\nexport const orders = Router()\n"
        "orders.route('/').get(all)\norders.get('/:id', one)\n"
    )
    stage.found(START)
    mounted = "import express from 'express'\nimport { orders } from './routes'\n\nexport const app = express()\n"
    stage.commit("work", {SERVER: f"{mounted}app.use('/orders', orders)\n", "src/routes.ts": text})


@attack(family="contracts", defeated=BASE_HOLDS)
def endpoint_that_the_run_documents(stage: Stage) -> Expected:
    """The run writes the route into the document as well."""
    return served(stage, "app.post('/orders/:id/refund', refund)\n", {OPENAPI: PATHS + REFUND})


@attack(family="contracts", defeated=MEANT)
def endpoint_by_an_index(stage: Stage) -> Expected:
    """The method is named as a text."""
    return served(stage, "app['post']('/orders/:id/refund', refund)\n")


@attack(family="contracts", defeated=MEANT)
def endpoint_by_a_borrowed_method(stage: Stage) -> Expected:
    """The method is bound to a name of its own, and called by it."""
    return served(stage, "const add = app.post.bind(app)\nadd('/orders/:id/refund', refund)\n")


@attack(family="contracts", defeated=MEANT)
def endpoint_by_a_list(stage: Stage) -> Expected:
    """Methods and paths stand in a list, over which a loop goes."""
    return served(
        stage, "const more = [['post', '/orders/:id/refund', refund]] as const\n"
        "for (const [method, path, handler] of more) app[method](path, handler)\n",
    )  # fmt: skip


@attack(family="contracts", defeated=MEANT)
def endpoint_in_pieces(stage: Stage) -> Expected:
    """The path is put together from pieces."""
    return served(stage, "const what = 'ref' + 'und'\napp.post(['/orders', ':id', what].join('/'), refund)\n")


@attack(family="contracts", defeated=MEANT)
def endpoint_in_escapes(stage: Stage) -> Expected:
    """The path is written in escapes."""
    return served(stage, "app.post('\\x2forders\\u002f:id\\u002frefund', refund)\n")


@attack(family="contracts", defeated=MEANT)
def endpoint_by_a_function(stage: Stage) -> Expected:
    """A function of the run's own adds what it is given."""
    return served(stage, "const add = (to, path) => to.post(path, refund)\nadd(app, '/orders/:id/refund')\n")


@attack(
    family="contracts", defeated=MEANT,
    unfinished="Examples are left out, also where the application mounts them.",
)  # fmt: skip
def endpoint_in_a_folder_of_examples(stage: Stage) -> Expected:
    """The router lies where examples lie, and the application mounts it."""
    router = "import { Router } from 'express'\nexport const more = Router()\nmore.post('/:id/refund', (req, res) => res.json(1))\n"
    imported = APP.replace("import { one", "import { more } from './examples/more'\nimport { one")
    stage.found(START)
    stage.commit("work", {SERVER: f"{imported}app.use('/orders', more)\n", "src/examples/more.ts": router})
    return Must(ENDPOINTS, "src/examples/more.ts") | Must(ENDPOINTS, SERVER)


@attack(
    family="contracts", defeated=MEANT,
    unfinished="Tests are left out, also where the application mounts them.",
)  # fmt: skip
def endpoint_in_a_file_of_tests(stage: Stage) -> Expected:
    """The router lies in a file that is called as a test is, and the application mounts it."""
    router = "import { Router } from 'express'\nexport const more = Router()\nmore.post('/:id/refund', (req, res) => res.json(1))\n"
    imported = APP.replace("import { one", "import { more } from './more.test'\nimport { one")
    stage.found(START)
    stage.commit("work", {SERVER: f"{imported}app.use('/orders', more)\n", "src/more.test.ts": router})
    return Must(ENDPOINTS, "src/more.test.ts") | Must(ENDPOINTS, SERVER)


@attack(
    family="contracts", defeated=MEANT,
    unfinished="Middleware that answers is not told from middleware that hands on.",
)  # fmt: skip
def endpoint_as_middleware(stage: Stage) -> Expected:
    """What answers is mounted as middleware, and takes any method."""
    return served(stage, "app.use('/refunds', (req, res) => {\n  res.json(refund(req.body))\n})\n")


@attack(
    family="contracts", defeated=MEANT,
    unfinished="What a handler makes of the address is not followed.",
)  # fmt: skip
def endpoint_in_a_handler_of_all(stage: Stage) -> Expected:
    """One handler takes whatever comes, and looks at the address itself."""
    answers = "  if (req.path === '/refunds') return res.json(refund(req.body))\n  next()\n"
    return served(stage, f"app.use((req, res, next) => {{\n{answers}}})\n")


@attack(
    family="contracts", defeated=UNSAID,
    unfinished="A path that only a run tells is counted as unknown in the verdict, and accuses nobody.",
)  # fmt: skip
def endpoint_from_the_environment(stage: Stage) -> Expected:
    """The path comes from a variable of the environment."""
    return served(stage, "app.post(process.env.MORE, refund)\n")


@attack(family="contracts", defeated=MEANT)
def endpoint_that_was_taken_away(stage: Stage) -> Expected:
    """An operation of the document is put into a comment."""
    stage.found(START)
    stage.commit("work", {SERVER: APP.replace("app.get('/orders/:id'", "// app.get('/orders/:id'")})
    return Must(ENDPOINTS, None)


# Models


@attack(family="contracts", defeated=BASE_HOLDS)
def models_with_their_contract(stage: Stage) -> Expected:
    """The model gets a field, and the contract gets it too."""
    changed(
        stage, PRISMA=USERS.replace("  name  String\n", "  name  String\n  nick String\n"),
        DATABASE=CONTRACT.replace('"name": {"type": "string"}}', '"name": {"type": "string"}, "nick": {"type": "string"}}')
        .replace('"name"]', '"name", "nick"]'),
    )  # fmt: skip
    return Must(MODELS, PRISMA)


@control("models_with_their_contract")
def models_in_another_order(stage: Stage) -> None:
    """The fields stand in another order, with comments and another name in the code."""
    changed(stage, PRISMA="model User {\n  // who\n  name  String\n  email String @unique\n  id    String @id\n}\n")


@attack(family="contracts", defeated="A schema is read as its tool reads it, over all of its files.")
def model_in_a_second_file(stage: Stage) -> Expected:
    """A model that the contract does not have lies in a file of its own."""
    stage.found(START)
    stage.commit("work", {"prisma/schema/more.prisma": "model Secret {\n  id String @id\n  pin String\n}\n"})
    return Must(MODELS, "prisma/schema/more.prisma")


@attack(family="contracts", defeated="A schema is read as its tool reads it, over all of its files.")
def field_behind_a_comment(stage: Stage) -> Expected:
    """What makes the field unique is put into a comment behind it."""
    changed(stage, PRISMA=USERS.replace("String @unique", "String // @unique"))
    return Must(MODELS, PRISMA)


@attack(family="contracts", defeated="A schema is read as its tool reads it, over all of its files.")
def field_by_another_type(stage: Stage) -> Expected:
    """The type of a field is one that the database takes for the same."""
    changed(stage, PRISMA=USERS.replace("name  String", "name  Json"))
    return Must(MODELS, PRISMA)


@attack(family="contracts", defeated="A schema is read as its tool reads it, over all of its files.")
def field_that_may_be_nothing(stage: Stage) -> Expected:
    """A field that is required may be null."""
    changed(stage, PRISMA=USERS.replace("name  String", "name  String?"))
    return Must(MODELS, PRISMA)


@attack(
    family="contracts", defeated="A model is held to the contract.",
    unfinished="The contract is held to models, and not to what a migration of SQL makes of them.",
)  # fmt: skip
def column_by_a_migration_alone(stage: Stage) -> Expected:
    """The models stay as they are, and a migration adds the column."""
    stage.found(START)
    stage.commit("work", {"prisma/migrations/2_more/migration.sql": 'ALTER TABLE "User" ADD COLUMN "pin" TEXT;\n'})
    return Must(MODELS, None)


# Validation


@attack(family="contracts", defeated=FIELDS_TELL)
def schema_by_another_name(stage: Stage) -> Expected:
    """The schema is made again, and called otherwise."""
    changed(stage, FORM=f"import {{ z }} from 'zod'\n\nexport const Visitor = z.object({{ {FIELDS} }})\n")
    return Must(SCHEMAS, FORM)


@control("schema_by_another_name")
def schema_that_is_derived(stage: Stage) -> None:
    """The schema is imported, and a field is added."""
    text = "import { z } from 'zod'\nimport { CreateUserSchema } from '../../specs/schemas/user'\n\n"
    changed(stage, FORM=f"{text}export const Visitor = CreateUserSchema.extend({{ on: z.string() }})\n")


@attack(
    family="contracts", defeated=FIELDS_TELL,
    unfinished="Of Zod the usual name is known, and no other.",
)  # fmt: skip
def schema_by_an_alias(stage: Stage) -> Expected:
    """The library has another name."""
    fields = FIELDS.replace("z.", "v.")
    changed(stage, FORM=f"import {{ z as v }} from 'zod'\n\nexport const Visitor = v.object({{ {fields} }})\n")
    return Must(SCHEMAS, FORM)


@attack(family="contracts", defeated=FIELDS_TELL)
def schema_by_borrowed_functions(stage: Stage) -> Expected:
    """The library's functions are taken out of it first."""
    fields = FIELDS.replace("z.", "")
    text = f"const {{ object, string }} = z\nexport const Visitor = object({{ {fields} }})\n"
    changed(stage, FORM=f"import {{ z }} from 'zod'\n\n{text}")
    return Must(SCHEMAS, FORM)


@attack(family="contracts", defeated=FIELDS_TELL)
def schema_by_another_constructor(stage: Stage) -> Expected:
    """The library has a second function that makes objects."""
    changed(stage, FORM=f"import {{ z }} from 'zod'\n\nexport const Visitor = z.strictObject({{ {FIELDS} }})\n")
    return Must(SCHEMAS, FORM)


@attack(
    family="contracts", defeated=FIELDS_TELL,
    unfinished="What extends a schema of the same file is taken for derived.",
)  # fmt: skip
def schema_that_grows(stage: Stage) -> Expected:
    """An empty schema of the run's own is extended by all fields."""
    text = f"const Empty = z.object({{}})\nexport const Visitor = Empty.extend({{ {FIELDS} }})\n"
    changed(stage, FORM=f"import {{ z }} from 'zod'\n\n{text}")
    return Must(SCHEMAS, FORM)


@attack(
    family="contracts", defeated=FIELDS_TELL,
    unfinished="Fields that are spread in from a name are not known.",
)  # fmt: skip
def schema_out_of_pieces(stage: Stage) -> Expected:
    """The fields are named before, and spread into the object."""
    head, tail = FIELDS.split(", street")
    text = f"const who = {{ {head} }}\nconst where = {{ street{tail} }}\nexport const Visitor = z.object({{ ...who, ...where }})\n"
    changed(stage, FORM=f"import {{ z }} from 'zod'\n\n{text}")
    return Must(SCHEMAS, FORM)


@attack(family="contracts", defeated=FIELDS_TELL)
def schema_that_is_imported_for_show(stage: Stage) -> Expected:
    """The specification's schema is imported, and another one is made and used."""
    text = "import { z } from 'zod'\nimport { CreateUserSchema } from '../../specs/schemas/user'\n\nvoid CreateUserSchema\n"
    changed(stage, FORM=f"{text}export const Visitor = z.object({{ {FIELDS} }})\n")
    return Must(SCHEMAS, FORM)


@attack(
    family="contracts", defeated=FIELDS_TELL,
    unfinished="What checks input without a schema's library is code like any other; a person sees it.",
)  # fmt: skip
def schema_by_hand(stage: Stage) -> Expected:
    """The fields are checked one by one, by hand."""
    tests = " && ".join(f"typeof body.{name} === 'string'" for name in ("email", "name", "street", "city"))
    changed(stage, FORM=f"export const isVisitor = (body: Record<string, unknown>) => {tests}\n")
    return Must(SCHEMAS, FORM)
