"""The first run of the Node show: orders are taken, in another way than the specs have it."""

from pytest_agentcompliance.demo.developer.node_before import (
    APP,
    OPENAPI,
    PACKAGE,
    PAGE,
    PRISMA,
)
from pytest_agentcompliance.demo.developer.node_sound import COVERAGE, SOUND, STORY, covered
from pytest_agentcompliance.demo.tale import Breach, Step, Tale, line

SCHEMA = PRISMA + """
model Order {
  id         String  @id @default(uuid())
  customerId String  @map("customer_id")
  book       String
  count      String
  note       String?

  @@index([customerId])
  @@map("orders")
}
"""
ROUTE = """\
import { Router } from 'express'
import { z } from 'zod'
import bcrypt from 'bcrypt'
import jwt from 'jsonwebtoken'
import { env } from '../config/env'
import { prisma } from '../database'
import { log } from '../log'
import { requireAuth } from '../middleware/auth'
import { reserve } from '../services/stock'

export const orders = Router()
const NewOrder = z.object({ book: z.string().min(1), count: z.number().int().positive(), note: z.string().optional() })

orders.post('/orders', requireAuth, async (req, res) => {
  const wanted = NewOrder.parse(req.body)
  await reserve(wanted.book) // TODO: ask the stock
  const order = await prisma.order.create({ data: { ...wanted, customerId: res.locals.customer } })
  res.status(201).json(order)
})

orders.delete('/orders/:orderId', async (req, res) => {
  await prisma.$queryRawUnsafe(`DELETE FROM orders WHERE id = '${req.params.orderId}'`)
  res.status(204).end()
})

orders.get('/orders/:orderId/books', requireAuth, async (req, res) => {
  const found = await prisma.order.findMany({ where: { id: req.params.orderId } })
  const books = []
  for (const order of found) {
    books.push(await prisma.order.findMany({ where: { book: order.book } }))
  }
  res.status(200).json(books)
})

export async function register(email: string, password: string): Promise<string> {
  log.info({ password }, 'a customer registers')
  const known = await prisma.customer.findUnique({ where: { email } })
  if (known) {
    return jwt.sign({ sub: known.id }, env.secret)
  }
  const passwordHash = await bcrypt.hash(password, 8)
  const made = await prisma.customer.create({ data: { email, passwordHash } })
  return jwt.sign({ sub: made.id }, env.secret)
}

export function stockOf(_book: string): number {
  throw new Error('not implemented yet')
}
"""
NEW_APP = APP.replace("from './routes/login'\n", "from './routes/login'\nimport { orders } from './routes/orders'\n").replace(
    "app.use(cors({ origin: env.origin }))", "app.use(cors({ origin: '*' }))"
).replace("app.use(login)\n", "app.use(login)\napp.use(orders)\n")  # fmt: skip
NEW_OPENAPI = OPENAPI.replace('"404": {description: There is none.}', '"410": {description: It is gone.}')
WORK = {
    "package.json": PACKAGE.replace('    "pino"', '    "mongoose": "8.9.2",\n    "pino"'),
    "specs/openapi.yaml": NEW_OPENAPI,
    "prisma/schema.prisma": SCHEMA,
    "src/routes/orders.ts": ROUTE,
    "src/app.ts": NEW_APP,
    "web/src/Orders.tsx": PAGE.replace("ul>", "ol>"),
    "docs/PRD.md": "# Orders\n\nA customer orders books, and takes orders back.\n",
    COVERAGE: covered("src/routes/orders.ts", ROUTE, 12),
}
BROKEN = (Step("Take orders\n", WORK),)
_PLACES = {
    "package.json": WORK["package.json"], "specs/openapi.yaml": NEW_OPENAPI, "prisma/schema.prisma": SCHEMA, "src/app.ts": NEW_APP,
    "src/routes/orders.ts": ROUTE,
}  # fmt: skip


def _at(path: str, *starts: str) -> tuple[str, ...]:
    return tuple(f"{path}:{line(_PLACES[path], start)}" for start in starts)


_ROUTE, _SCHEMA = "src/routes/orders.ts", "prisma/schema.prisma"

CODE = Tale(
    name="code", story=STORY, asked="to take orders, and to show one", broken=BROKEN, mended=SOUND,
    breaches=(
        Breach("BD-01", "scope/forbidden-paths", "rewrote what the product is to be", ("docs/PRD.md",)),
        Breach("BD-01", "scope/frontend-files", "changed a page", ("web/src/Orders.tsx",)),
        Breach("BD-02", "decisions/undeclared", "brought in another database", _at("package.json", '"mongoose"')),
        Breach("BD-03", "scope/inputs-locked", "bent the spec to what it wrote", _at("specs/openapi.yaml", '"410"')),
        Breach("BD-04", "spec/openapi-endpoints", "answers where the spec has nothing",
               _at(_ROUTE, "orders.delete", "orders.get('/orders/:orderId/books'")),
        Breach("BD-05", "database/migration-present", "wrote no migration", (f"{_SCHEMA}:{line(SCHEMA, 'model Order') + 1}",)),
        Breach("BD-05", "spec/database-schema", "counts in words, and left out a relation",
               _at(_SCHEMA, "model Customer", "customerId", "count")),
        Breach("BD-06", "spec/schemas-imported", "wrote down once more what the specs say of an order",
               _at(_ROUTE, "const NewOrder")),
        Breach("BD-07", "content/placeholder", "left a function that only throws", _at(_ROUTE, "throw new Error")),
        Breach("BD-07", "content/todo", "left a TODO", _at(_ROUTE, "await reserve")),
        Breach("BD-08", "proofs/required", "proved neither build nor lint nor tests", (".agent-compliance/proofs",) * 3),
        Breach("BD-17", "files/minimum", "imports a service that it never wrote", _at(_ROUTE, "import { reserve }")),
        Breach("BD-21", "testing/coverage-minimum", "tested none of it", ("coverage/lcov.info",)),
        Breach("BD-22", "architecture/thin-routes", "asks the database in its routes",
               _at(_ROUTE, "const order = await", "await prisma.$queryRawUnsafe", "const found")),
        Breach("BD-23", "security/backend-checklist", "weakened passwords, tokens and origins", (
            *_at("src/app.ts", "app.use(cors"),
            *_at(_ROUTE, "return jwt.sign({ sub: known", "const passwordHash", "return jwt.sign({ sub: made"),
        )),
        Breach("BD-23", "security/sensitive-logging", "wrote a password to the log", _at(_ROUTE, "log.info")),
        Breach("BD-23", "security/sql-injection", "put what a stranger sends into its SQL",
               _at(_ROUTE, "await prisma.$queryRawUnsafe")),
        Breach("BD-24", "architecture/query-in-loop", "asks the database once for each order", _at(_ROUTE, "books.push")),
        Breach("BD-27", "testing/accompany-code", "tested neither its table nor what it registers",
               (*_at(_SCHEMA, "model Order"), *_at(_ROUTE, "export async function"))),
    ),
)  # fmt: skip
