"""The first run of the Node show: orders are taken, in another way than the specs have it."""

from pytest_agentcompliance.demo.developer.node_before import (
    APP,
    DATABASE_CLIENT,
    ENV,
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

export const orders = Router()
const NewOrder = z.object({ book: z.string().min(1), count: z.number().int().positive(), note: z.string().optional() })

orders.post('/orders', requireAuth, async (req, res) => {
  const wanted = NewOrder.parse(req.body)
  // TODO: ask the stock
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
  log.info({ email, password }, 'a customer registers')
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
