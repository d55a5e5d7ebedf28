"""The work of the Node show as it should have been done: from the specs, proved on the last tree, approved gate by gate."""

from pytest_agentcompliance.demo.developer.node_before import APP, PRISMA
from pytest_agentcompliance.demo.developer.words import REPORT, SESSION, Gate, asked, gated, handoff, opened, report
from pytest_agentcompliance.demo.session import Said, ran, read, transcript, wrote
from pytest_agentcompliance.demo.tale import Step

STORY = "ORD-7"
ORDER_MODEL = """
model Order {
  id         String   @id @default(uuid())
  customerId String   @map("customer_id")
  book       String
  count      Int
  note       String?
  customer   Customer @relation(fields: [customerId], references: [id])

  @@index([customerId])
  @@map("orders")
}
"""
SCHEMA = PRISMA.replace('@map("password_hash")\n', '@map("password_hash")\n  orders       Order[]\n') + ORDER_MODEL
MIGRATION = """\
CREATE TABLE "orders" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "customer_id" TEXT NOT NULL REFERENCES "customers"("id"),
  "book" TEXT NOT NULL,
  "count" INTEGER NOT NULL,
  "note" TEXT
);
CREATE INDEX "orders_customer_id_idx" ON "orders"("customer_id");
"""
SERVICE = """\
import type { NewOrder } from '../../specs/schemas'
import { prisma } from '../database'

export async function takeOrder(customerId: string, wanted: NewOrder) {
  return prisma.order.create({ data: { ...wanted, customerId } })
}

export async function orderOf(customerId: string, id: string) {
  return prisma.order.findFirst({ where: { id, customerId } })
}
"""
ROUTE = """\
import { Router } from 'express'
import { NewOrder } from '../../specs/schemas'
import { requireAuth } from '../middleware/auth'
import { orderOf, takeOrder } from '../services/orders'

export const orders = Router()

orders.post('/orders', requireAuth, async (req, res) => {
  const order = await takeOrder(res.locals.customer, NewOrder.parse(req.body))
  res.status(201).json(order)
})

orders.get('/orders/:orderId', requireAuth, async (req, res) => {
  const order = await orderOf(res.locals.customer, req.params.orderId)
  if (order) {
    res.status(200).json(order)
  } else {
    res.status(404).json({ error: { code: 'no_order', message: 'there is no such order' } })
  }
})
"""
NEW_APP = APP.replace("from './routes/login'\n", "from './routes/login'\nimport { orders } from './routes/orders'\n").replace(
    "app.use(login)\n", "app.use(login)\napp.use(orders)\n"
)
TESTS = """\
import { expect, test, vi } from 'vitest'
import { prisma } from '../src/database'
import { orderOf, takeOrder } from '../src/services/orders'

test('an order belongs to the customer who made it', async () => {
  const create = vi.spyOn(prisma.order, 'create').mockResolvedValue({ id: '1' } as never)
  await takeOrder('ada', { book: 'Emma', count: 2 })
  expect(create).toHaveBeenCalledWith({ data: { book: 'Emma', count: 2, customerId: 'ada' } })
})

test('nobody sees the order of another customer', async () => {
  const find = vi.spyOn(prisma.order, 'findFirst').mockResolvedValue(null)
  expect(await orderOf('bob', '1')).toBeNull()
  expect(find).toHaveBeenCalledWith({ where: { id: '1', customerId: 'bob' } })
})
"""
COVERAGE = "coverage/lcov.info"


def covered(path: str, text: str, missed: int = 0) -> str:
    """A record of lcov's in which each line that says something was run, but for the last ``missed``."""
    lines = [number for number, one in enumerate(text.split("\n"), 1) if one.strip(" }{)(]") and one.strip()[0] not in "#\"/"]
    hits = [f"DA:{number},{0 if k >= len(lines) - missed else 1}" for k, number in enumerate(lines)]
    return "\n".join([f"SF:{path}", *hits, f"LF:{len(lines)}", f"LH:{len(lines) - missed}", "end_of_record\n"])


WORK = {
    "prisma/schema.prisma": SCHEMA,
    "prisma/migrations/0002_orders/migration.sql": MIGRATION,
    "src/services/orders.ts": SERVICE,
    "src/routes/orders.ts": ROUTE,
    "src/app.ts": NEW_APP,
    "tests/orders.test.ts": TESTS,
    COVERAGE: covered("src/services/orders.ts", SERVICE) + covered("src/routes/orders.ts", ROUTE),
}
GATES = (
    Gate(1, "Schema", "the model Order", "a customer has many orders, as the database schema says",
         ("prisma/migrations/0002_orders/migration.sql",), "npx prisma validate", (
             Said("I create prisma/migrations/0002_orders/migration.sql. Then prisma/schema.prisma; I run npx prisma validate."),
             wrote("prisma/schema.prisma", SCHEMA), wrote("prisma/migrations/0002_orders/migration.sql", MIGRATION),
             ran("npx prisma validate", "The schema at prisma/schema.prisma is valid"),
         )),
    Gate(2, "Services", "takeOrder and orderOf", "an order is looked for by its customer too", ("src/services/orders.ts",),
         "npm run typecheck", (
             Said("I create src/services/orders.ts, and run npm run typecheck."),
             wrote("src/services/orders.ts", SERVICE), ran("npm run typecheck", "> tsc --noEmit"),
         )),
    Gate(3, "Orders", "the routes of orders", "the body is checked by NewOrder of the specs",
         ("src/routes/orders.ts", "tests/orders.test.ts"), "curl http://localhost:8000/orders/1", (
             Said("I create src/routes/orders.ts and tests/orders.test.ts, and run npm test; decision: routes only hand on."),
             wrote("src/routes/orders.ts", ROUTE), wrote("tests/orders.test.ts", TESTS),
             ran("npm test", " Test Files  2 passed (2)\n      Tests  3 passed (3)"),
         )),
    Gate(4, "Routes", "the routes stand in the application", "behind the rate limit, before the errors", (), "npm run build", (
             Said("I change src/app.ts, and run npm run build."),
             wrote("src/app.ts", NEW_APP), ran("npm run build", "> tsc -p tsconfig.json"),
         )),
    Gate(5, "Polish", "a 404 for an order that is not there", "errors answer as they did", (), "npm run lint", (
             Said("I run npm run lint."), ran("npm run lint", "> eslint src"),
         )),
)  # fmt: skip
NUMBERS = {"endpoints": {"total": 3, "auth": 1, "orders": 2}, "database": {"tables": 2, "migrations": 2}, "test_coverage": "100%"}
CHECKED = {"all_passed": True, "typecheck": 0, "build": 0, "test": 0, "lint": 0, "prisma_validate": 0}
ATTEMPTS = ({"attempt": 1, "status": "success"},)
SAID = report(STORY, handoff(NUMBERS, CHECKED, ATTEMPTS))
SESSION_LINES = transcript((asked(STORY), *opened(), read("specs/openapi.yaml"), *gated(GATES)), "ord-7")
PROVED = {
    "typecheck": ("npm", "run", "typecheck"), "lint": ("npm", "run", "lint"), "build": ("npm", "run", "build"),
    "test": ("npm", "test"), "prisma-validate": ("npx", "prisma", "validate"), "prisma-generate": ("npx", "prisma", "generate"),
}  # fmt: skip
TOOLS = {
    "npm": (
        'case "$*" in\n'
        '  test) printf "\\n> orders@1.2.0 test\\n> vitest run --coverage\\n\\n"\n'
        '    printf " Test Files  2 passed (2)\\n      Tests  3 passed (3)\\n";;\n'
        '  "run typecheck") printf "\\n> orders@1.2.0 typecheck\\n> tsc --noEmit\\n";;\n'
        '  "run build") printf "\\n> orders@1.2.0 build\\n> tsc -p tsconfig.json\\n";;\n'
        '  "run lint") printf "\\n> orders@1.2.0 lint\\n> eslint src\\n";;\n'
        "  *) exit 1;;\nesac\n"
    ),
    "npx": (
        'case "$*" in\n'
        '  "prisma validate") printf "The schema at prisma/schema.prisma is valid\\n";;\n'
        '  "prisma generate") printf "Generated Prisma Client (v5.22.0) to ./node_modules/@prisma/client\\n";;\n'
        "  *) exit 1;;\nesac\n"
    ),
}
SOUND = (
    Step("Take orders, and show one\n\nThe tables, the routes and their tests follow the specs.\n", WORK),
    Step("Hand over ORD-7\n", {REPORT: SAID, SESSION: SESSION_LINES}, PROVED),
)
