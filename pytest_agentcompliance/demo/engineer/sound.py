"""The work of the show as it should have been done: what the plan says, tested, with every promise kept."""

from pytest_agentcompliance.demo.developer.node_before import APP
from pytest_agentcompliance.demo.developer.node_sound import TOOLS
from pytest_agentcompliance.demo.engineer.before import INTENT_PATH, PLAN_PATH, PRISMA, SCHEMAS
from pytest_agentcompliance.demo.session import Said, ran, read, transcript, wrote
from pytest_agentcompliance.demo.tale import Step

__all__ = ["SOUND", "TOOLS"]

STORY, REPORT, SESSION = "SHOP-3", "REPORT.md", "docs/sessions/shop-3.jsonl"
ORDER = """
model Order {
  id         String    @id @default(uuid())
  customerId String    @map("customer_id")
  book       String
  count      Int
  createdAt  DateTime  @default(now()) @map("created_at")
  updatedAt  DateTime  @updatedAt @map("updated_at")
  deletedAt  DateTime? @map("deleted_at")

  @@index([customerId])
  @@map("orders")
}
"""
MIGRATION = """\
CREATE TABLE "orders" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "customer_id" TEXT NOT NULL,
  "book" TEXT NOT NULL,
  "count" INTEGER NOT NULL,
  "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updated_at" TIMESTAMP(3) NOT NULL,
  "deleted_at" TIMESTAMP(3)
);
CREATE INDEX "orders_customer_id_idx" ON "orders"("customer_id");
"""
NEW_SCHEMAS = SCHEMAS + "export const NewOrder = z.object({ book: z.string().min(1), count: z.number().int().positive() })\n"
SERVICE = """\
import type { PrismaClient } from '@prisma/client'

export interface Books {
  has(title: string): Promise<boolean>
}

export class Orders {
  constructor(private readonly database: PrismaClient, private readonly books: Books) {}

  async take(customerId: string, book: string, count: number): Promise<{ id: string } | null> {
    if (!(await this.books.has(book))) return null
    return this.database.order.create({ data: { customerId, book, count }, select: { id: true } })
  }
}
"""
ADVICE = """\
import type OpenAI from 'openai'
import { log } from '../log'

const NOTHING = 'Our booksellers will answer you.'

export class Advice {
  constructor(private readonly model: OpenAI) {}

  async about(book: string): Promise<string> {
    log.info({ book }, 'asks the model for advice')
    try {
      const answer = await this.model.responses.create({ model: 'gpt-5', input: book }, { timeout: 5_000 })
      log.info({ answer: answer.output_text }, 'the model answered')
      return answer.output_text
    } catch (error) {
      log.warn({ name: (error as Error).name }, 'the model did not answer')
      return NOTHING
    }
  }
}
"""
ROUTE = """\
import { Router } from 'express'
import { requireAuth } from '../middleware/auth'
import { NewOrder } from '../schemas'
import type { Orders } from '../services/orders'

export const ordersOf = (orders: Orders): Router => {
  const router = Router()
  router.post('/orders', requireAuth, async (req, res) => {
    const wanted = NewOrder.safeParse(req.body)
    if (!wanted.success) {
      res.status(400).json({ error: { code: 'invalid_order', message: 'this is not an order' } })
      return
    }
    const order = await orders.take(res.locals.customer, wanted.data.book, wanted.data.count)
    if (!order) {
      res.status(404).json({ error: { code: 'no_book', message: 'there is no such book' } })
      return
    }
    res.status(201).json({ id: order.id })
  })
  return router
}
"""
NEW_APP = (
    APP.replace("from './routes/login'\n", "from './routes/login'\nimport { ordersOf } from './routes/orders'\n"
                "import { prisma } from './database'\nimport { Orders } from './services/orders'\n")
    .replace("app.use(login)\n", "app.use(login)\napp.use(ordersOf(new Orders(prisma, { has: async title => title !== '' })))\n")
)  # fmt: skip
TESTS = """\
import { expect, test } from 'vitest'
import { Orders } from '../src/services/orders'

const made: unknown[] = []
const database = { order: { create: async (asked: unknown) => (made.push(asked), { id: '1' }) } }
const orders = new Orders(database as never, { has: async title => title === 'Emma' })

test('an order belongs to the customer who made it', async () => {
  expect(await orders.take('ada', 'Emma', 2)).toEqual({ id: '1' })
  expect(made).toEqual([{ data: { customerId: 'ada', book: 'Emma', count: 2 }, select: { id: true } }])
})

test('a book that is not there is not ordered', async () => {
  expect(await orders.take('ada', 'Nobody', 1)).toBeNull()
})
"""
ADVICE_TESTS = """\
import { expect, test } from 'vitest'
import { Advice } from '../src/services/advice'

test('a customer is told something when the model is silent', async () => {
  const silent = { responses: { create: async () => { throw new Error('silent') } } }
  expect(await new Advice(silent as never).about('Emma')).toContain('booksellers')
})
"""
SAID = """\
# SHOP-3

## Implemented

- [x] `POST /orders`, with its table, and advice on books

## Tests

- [x] `tests/orders.test.ts` and `tests/advice.test.ts`

## Promises Verified

- [x] P1: a customer sees nobody else's orders (`tests/orders.test.ts`)
- [x] P2: an order that was taken is never lost (`tests/orders.test.ts`)

## Notes

- None.
"""
WORK = {
    "prisma/schema.prisma": PRISMA + ORDER,
    "prisma/migrations/0002_orders/migration.sql": MIGRATION,
    "src/schemas.ts": NEW_SCHEMAS,
    "src/services/orders.ts": SERVICE,
    "src/services/advice.ts": ADVICE,
    "src/routes/orders.ts": ROUTE,
    "src/app.ts": NEW_APP,
    "tests/orders.test.ts": TESTS,
    "tests/advice.test.ts": ADVICE_TESTS,
}
LINES = transcript((
    Said("Build SHOP-3: orders, as the plan has them.", "person"),
    read(PLAN_PATH), read(INTENT_PATH),
    *(wrote(path, text) for path, text in WORK.items()),
    ran("npm test", " Test Files  3 passed (3)\n      Tests  4 passed (4)"), Said("All is done; see REPORT.md."),
), "shop-3")  # fmt: skip
SOUND = (
    Step("Take orders as the plan has them\n", WORK),
    Step("Report SHOP-3\n", {REPORT: SAID, SESSION: LINES}, {"test": ("npm", "test")}),
)
