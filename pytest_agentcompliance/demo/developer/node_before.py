"""The repository of the Node show as the agents found it: a shop that knows its customers, and the specs of what comes next."""

PACKAGE = """\
{
  "name": "orders",
  "version": "1.2.0",
  "private": true,
  "scripts": {
    "typecheck": "tsc --noEmit",
    "lint": "eslint src",
    "build": "tsc -p tsconfig.json",
    "test": "vitest run --coverage"
  },
  "dependencies": {
    "@prisma/client": "5.22.0",
    "bcrypt": "5.1.1",
    "cors": "2.8.5",
    "express": "4.21.2",
    "express-rate-limit": "7.5.0",
    "jsonwebtoken": "9.0.2",
    "pino": "9.6.0",
    "zod": "3.24.1"
  },
  "devDependencies": {
    "eslint": "9.17.0",
    "prisma": "5.22.0",
    "typescript": "5.7.2",
    "vitest": "2.1.8"
  }
}
"""
TSCONFIG = '{\n  "compilerOptions": {"strict": true, "outDir": "dist", "rootDir": "."},\n  "include": ["src", "specs"]\n}\n'
TECH_STACK = """\
# Tech stack

| concern | choice |
| --- | --- |
| HTTP | express, with cors and express-rate-limit |
| database | PostgreSQL by Prisma (@prisma/client) |
| validation | zod |
| passwords, tokens | bcrypt, jsonwebtoken |
| log | pino |
| tests | vitest |
"""
PRD = "# Orders\n\nA customer who has logged in orders books, and sees what has been ordered.\n"
ARCHITECTURE = "# Architecture\n\nRoutes call services, services call the database.\n"
OPENAPI = """\
openapi: 3.0.3
info:
  title: Orders
  version: 1.2.0
paths:
  /login:
    post:
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Login"}
      responses:
        "200": {description: A token.}
        "401": {description: Not known.}
  /orders:
    post:
      security: [{bearer: []}]
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/NewOrder"}
      responses:
        "201": {description: It was taken.}
  /orders/{orderId}:
    get:
      security: [{bearer: []}]
      parameters:
        - {name: orderId, in: path, required: true, schema: {type: string}}
      responses:
        "200": {description: The order.}
        "404": {description: There is none.}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
  schemas:
    Login:
      type: object
      required: [email, password]
      properties:
        email: {type: string}
        password: {type: string}
    NewOrder:
      type: object
      required: [book, count]
      properties:
        book: {type: string}
        count: {type: integer}
"""
DATABASE = """\
{
  "definitions": {
    "Customer": {
      "type": "object",
      "tableName": "customers",
      "properties": {
        "id": {"type": "string", "format": "uuid", "primaryKey": true, "default": "uuid()"},
        "email": {"type": "string", "unique": true},
        "passwordHash": {"type": "string", "columnName": "password_hash"}
      },
      "required": ["id", "email", "passwordHash"],
      "relations": {"orders": {"type": "hasMany", "model": "Order", "foreignKey": "customerId"}}
    },
    "Order": {
      "type": "object",
      "tableName": "orders",
      "properties": {
        "id": {"type": "string", "format": "uuid", "primaryKey": true, "default": "uuid()"},
        "customerId": {
          "type": "string",
          "format": "uuid",
          "columnName": "customer_id",
          "references": {"model": "Customer", "field": "id"}
        },
        "book": {"type": "string"},
        "count": {"type": "integer"},
        "note": {"type": ["string", "null"]}
      },
      "required": ["id", "customerId", "book", "count"],
      "indexes": [{"columns": ["customerId"]}],
      "relations": {"customer": {"type": "belongsTo", "model": "Customer", "foreignKey": "customerId"}}
    }
  }
}
"""
SCHEMAS = """\
import { z } from 'zod'

export const Login = z.object({ email: z.string().email(), password: z.string().min(12) })
export const NewOrder = z.object({ book: z.string().min(1), count: z.number().int().positive(), note: z.string().optional() })
export type NewOrder = z.infer<typeof NewOrder>
"""
PRISMA = """\
generator client {
  provider = "prisma-client-js"
}

datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model Customer {
  id           String @id @default(uuid())
  email        String @unique
  passwordHash String @map("password_hash")

  @@map("customers")
}
"""
FIRST_MIGRATION = """\
CREATE TABLE "customers" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "email" TEXT NOT NULL,
  "password_hash" TEXT NOT NULL
);
CREATE UNIQUE INDEX "customers_email_key" ON "customers"("email");
"""
ENV = """\
export const env = {
  port: Number(process.env.PORT ?? 8000),
  secret: process.env.JWT_SECRET ?? '',
  origin: process.env.SHOP_ORIGIN ?? 'https://shop.example.org',
}
"""
LOG = "import pino from 'pino'\n\nexport const log = pino()\n"
DATABASE_CLIENT = "import { PrismaClient } from '@prisma/client'\n\nexport const prisma = new PrismaClient()\n"
APP = """\
import cors from 'cors'
import express from 'express'
import { rateLimit } from 'express-rate-limit'
import { env } from './config/env'
import { answerErrors } from './middleware/errors'
import { login } from './routes/login'

export const app = express()
app.use(cors({ origin: env.origin }))
app.use(rateLimit({ windowMs: 60_000, limit: 100 }))
app.use(express.json())
app.use(login)
app.use(answerErrors)
"""
ERRORS = """\
import type { ErrorRequestHandler } from 'express'
import { log } from '../log'

export const answerErrors: ErrorRequestHandler = (error, _req, res, _next) => {
  log.error({ name: error.name }, 'a request failed')
  res.status(error.status ?? 500).json({ error: { code: error.name, message: error.message } })
}
"""
AUTH = """\
import type { RequestHandler } from 'express'
import jwt from 'jsonwebtoken'
import { env } from '../config/env'

export const requireAuth: RequestHandler = (req, res, next) => {
  try {
    const token = (req.headers.authorization ?? '').replace('Bearer ', '')
    res.locals.customer = jwt.verify(token, env.secret).sub
    next()
  } catch {
    res.status(401).json({ error: { code: 'unauthorized', message: 'log in first' } })
  }
}
"""
LOGIN = """\
import { Router } from 'express'
import { Login } from '../../specs/schemas'
import { tokenFor } from '../services/customers'

export const login = Router()
login.post('/login', async (req, res) => {
  const { email, password } = Login.parse(req.body)
  const token = await tokenFor(email, password)
  if (token) {
    res.status(200).json({ token })
  } else {
    res.status(401).json({ error: { code: 'unknown', message: 'no such customer' } })
  }
})
"""
CUSTOMERS = """\
import bcrypt from 'bcrypt'
import jwt from 'jsonwebtoken'
import { env } from '../config/env'
import { prisma } from '../database'

export async function tokenFor(email: string, password: string): Promise<string | null> {
  const found = await prisma.customer.findUnique({ where: { email } })
  if (!found || !(await bcrypt.compare(password, found.passwordHash))) return null
  return jwt.sign({ sub: found.id }, env.secret, { expiresIn: '15m' })
}
"""
CUSTOMERS_TEST = """\
import { expect, test, vi } from 'vitest'
import { prisma } from '../src/database'
import { tokenFor } from '../src/services/customers'

test('nobody logs in who is not known', async () => {
  vi.spyOn(prisma.customer, 'findUnique').mockResolvedValue(null)
  expect(await tokenFor('ada@example.org', 'a long password')).toBeNull()
})
"""
PAGE = "export const Orders = ({ books }: { books: string[] }) => <ul>{books.map(book => <li key={book}>{book}</li>)}</ul>\n"
POLICY = """\
profiles:
  - name: backend-developer-v6
evidence:
  report: REPORT.md
  transcript: sessions/*.jsonl
  coverage: coverage/lcov.info
"""

BEFORE: dict[str, str] = {
    "pytest.ini": "[pytest]\naddopts = --ignore=tests\n",
    "package.json": PACKAGE,
    "tsconfig.json": TSCONFIG,
    "eslint.config.js": "export default [{ rules: { 'no-unused-vars': 'error' } }]\n",
    "docs/TECH_STACK.md": TECH_STACK,
    "docs/PRD.md": PRD,
    "docs/ARCHITECTURE.md": ARCHITECTURE,
    "specs/openapi.yaml": OPENAPI,
    "specs/database-schema.json": DATABASE,
    "specs/schemas/index.ts": SCHEMAS,
    "prisma/schema.prisma": PRISMA,
    "prisma/migrations/0001_customers/migration.sql": FIRST_MIGRATION,
    "src/app.ts": APP,
    "src/config/env.ts": ENV,
    "src/database.ts": DATABASE_CLIENT,
    "src/log.ts": LOG,
    "src/middleware/auth.ts": AUTH,
    "src/middleware/errors.ts": ERRORS,
    "src/routes/login.ts": LOGIN,
    "src/services/customers.ts": CUSTOMERS,
    "tests/customers.test.ts": CUSTOMERS_TEST,
    "web/src/Orders.tsx": PAGE,
}
