"""Backend code, tests and papers that nobody wrote: the same for the same seed, with something in it for rules to read."""

import random
from collections.abc import Callable, Iterator, Sequence

NOUNS = (
    "order", "cart", "invoice", "refund", "customer", "address", "parcel", "voucher", "ledger", "payout", "tariff", "ticket",
    "session", "webhook", "upload", "report", "catalog", "price", "stock", "claim",
)  # fmt: skip
VERBS = ("load", "store", "find", "close", "merge", "count", "notify", "renew", "settle", "verify", "archive", "open")
ODD_ONES = 40  # one block of so many has something that a rule may object to

# Named fields alone, so that a percent sign in code is written twice. Each block ends with an empty line.
TYPESCRIPT = (
    """export const %(noun)sSchema%(n)d = z.object({
  id: z.string().uuid(),
  %(other)sId: z.string().uuid(),
  amount: z.number().int().nonnegative().max(%(big)d),
  note: z.string().trim().max(%(small)d).optional(),
  createdAt: z.coerce.date(),
})
export type %(Noun)sInput%(n)d = z.infer<typeof %(noun)sSchema%(n)d>

""",
    """/** What the caller gets of a %(noun)s; amounts are in the smallest unit of the currency. */
export interface %(Noun)sView%(n)d {
  readonly id: string
  readonly %(other)s: string | null
  readonly total: number
  readonly tags: readonly string[]
}

""",
    """export async function %(verb)s%(Noun)s%(n)d(db: Database, id: string): Promise<%(Noun)sRow | null> {
  const rows = await db.query<%(Noun)sRow>(
    'select id, %(other)s_id, amount, created_at from %(noun)ss where id = $1 and amount < $2 limit %(small)d',
    [id, %(big)d],
  )
  if (rows.length === 0) {
    return null
  }
  return rows[0]
}

""",
    """export class %(Noun)sService%(n)d {
  constructor(
    private readonly %(other)ss: %(Other)sRepository,
    private readonly clock: Clock,
  ) {}

  async %(verb)s(input: %(Noun)sInput): Promise<Result<%(Noun)sView>> {
    const found = await this.%(other)ss.byId(input.%(other)sId)
    if (!found) {
      return err(new NotFoundError('%(other)s', input.%(other)sId))
    }
    const total = input.lines.reduce((sum, line) => sum + line.amount * line.count, 0)
    // The limit is the bank's: above it a second person has to look.
    if (total > %(big)d) {
      return err(new LimitError(total, %(big)d))
    }
    return ok({ id: input.id, %(other)s: found.name, total, tags: found.tags.slice(0, %(small)d) })
  }
}

""",
    """router.post('/%(noun)ss/:id/%(verb)s%(n)d', requireUser, async (req, res, next) => {
  const parsed = %(noun)sSchema.safeParse(req.body)
  if (!parsed.success) {
    return res.status(400).json({ error: { code: 'invalid_%(noun)s', message: parsed.error.message } })
  }
  try {
    const result = await %(verb)s%(Noun)s(req.params.id, parsed.data)
    return res.status(200).json(result)
  } catch (error) {
    logger.error('%(verb)s %(noun)s failed', { id: req.params.id, attempt: %(small)d })
    return next(error)
  }
})

""",
    """const %(noun)sLabels%(n)d: Record<%(Noun)sState, string> = {
  open: 'Open since day %(small)d',
  paid: 'Paid',
  failed: 'Failed after %(big)d ms',
  closed: 'Closed',
}

""",
    """function isLate%(Noun)s%(n)d(row: %(Noun)sRow, now: Date): boolean {
  const age = now.getTime() - row.createdAt.getTime()
  return row.state !== 'closed' && age > %(big)d * 60 * 1000
}

""",
)
ODD_TYPESCRIPT = (
    "// TODO: %(verb)s the %(noun)s again when the %(other)s has answered (%(n)d)\nconst retry%(n)d = %(small)d\n\n",
    "// eslint-disable-next-line @typescript-eslint/no-explicit-any\nexport const %(noun)sCache%(n)d: any = new Map()\n\n",
    "export function %(verb)s%(Noun)sLater%(n)d(): never {\n  throw new Error('not implemented')\n}\n\n",
    "try {\n  await warm%(Noun)s(%(big)d)\n} catch {}\n\nconst warmed%(n)d = true\n\n",
    "export const raw%(Noun)s%(n)d = (name: string) =>\n"
    "  db.query(`select * from %(noun)ss where name = '${name}' limit %(small)d`)\n\n",
    "export const defaultLimit = %(big)d // each of these files has its own, since %(n)d\n\n",
    "console.log('%(noun)s %(n)d', process.env.%(NOUN)s_TOKEN_%(small)d)\n\n",
    "// this.%(other)ss.%(verb)s(input.id)\n// return ok(input.lines.map(line => line.amount))\nconst unused%(n)d = %(small)d\n\n",
)
TYPESCRIPT_TEST = (
    """describe('%(verb)s %(noun)s %(n)d', () => {
  it('gives the total of its lines', async () => {
    const %(other)s = await make%(Other)s({ name: '%(other)s %(small)d' })
    const result = await %(verb)s%(Noun)s(db, { id: %(other)s.id, lines: [{ amount: %(big)d, count: 2 }] })
    expect(result.ok).toBe(true)
    expect(result.value.total).toBe(%(big)d * 2)
  })

  it('refuses what is above the limit', async () => {
    const result = await %(verb)s%(Noun)s(db, { id: 'none', lines: [{ amount: %(big)d00, count: %(small)d }] })
    expect(result).toEqual({ ok: false, error: expect.any(LimitError) })
  })
})

""",
)
PYTHON = (
    '''@dataclass(frozen=True)
class %(Noun)s%(n)d:
    """One %(noun)s as the ledger keeps it."""

    id: UUID
    %(other)s_id: UUID
    amount: int = %(small)d
    tags: tuple[str, ...] = ()


''',
    '''async def %(verb)s_%(noun)s_%(n)d(session: AsyncSession, %(noun)s_id: UUID) -> %(Noun)s | None:
    """The %(noun)s of this id, or None where there is none."""
    query = select(%(Noun)s).where(%(Noun)s.id == %(noun)s_id).limit(%(small)d)
    result = await session.execute(query)
    row = result.scalar_one_or_none()
    if row is None:
        logger.info("no %(noun)s after %%s rows", %(big)d)
        return None
    return row


''',
    '''@router.post("/%(noun)ss/{%(noun)s_id}/%(verb)s%(n)d", response_model=%(Noun)sOut)
async def post_%(verb)s_%(noun)s_%(n)d(%(noun)s_id: UUID, body: %(Noun)sIn, user: User = Depends(current_user)) -> %(Noun)sOut:
    """Change a %(noun)s on behalf of its owner."""
    found = await service.%(verb)s(%(noun)s_id, body)
    if found is None:
        raise HTTPException(status_code=404, detail="no such %(noun)s")
    if found.owner_id != user.id:
        raise HTTPException(status_code=403, detail="not yours")
    return %(Noun)sOut.model_validate(found)


''',
    '''def %(noun)s_total_%(n)d(lines: Sequence[Line], *, rate: Decimal = Decimal("0.%(small)d")) -> Decimal:
    total = sum((line.amount * line.count for line in lines), Decimal(0))
    # rounded once, at the end, as the tax office does it
    return (total * (1 + rate)).quantize(Decimal("0.01")) if total < %(big)d else total


''',
)
ODD_PYTHON = (
    "# FIXME: %(verb)s the %(noun)s in one transaction with its %(other)s (%(n)d)\nRETRIES_%(n)d = %(small)d\n\n\n",
    'def %(verb)s_%(noun)s_later_%(n)d() -> None:\n    raise NotImplementedError("%(other)s")\n\n\n',
    "def quiet_%(noun)s_%(n)d() -> None:\n    try:\n        warm(%(big)d)\n    except Exception:\n        pass\n\n\n",
    "def named_%(noun)s_%(n)d(cursor: Any, name: str) -> Any:\n"
    '    return cursor.execute(f"select * from %(noun)ss where name = \'{name}\'")\n\n\n',
    "LIMIT_%(n)d = compute(%(big)d)  # noqa\n\n\n",
)
PYTHON_TEST = (
    '''async def test_%(verb)s_%(noun)s_%(n)d(session: AsyncSession) -> None:
    made = await make_%(other)s(session, name="%(other)s %(small)d")
    found = await %(verb)s_%(noun)s(session, made.id)
    assert found is not None
    assert found.amount == %(big)d


''',
)
SQL = (
    """create table %(noun)s_%(other)s_%(n)d (
  id uuid primary key,
  %(noun)s_id uuid not null references %(noun)ss (id),
  amount bigint not null check (amount < %(big)d),
  created_at timestamptz not null default now()
);
create index %(noun)s_%(other)s_%(n)d_at on %(noun)s_%(other)s_%(n)d (%(noun)s_id, created_at);

""",
)
MARKDOWN = (
    """## %(Noun)s and %(other)s (%(n)d)

A %(noun)s is made when its %(other)s is closed, and kept for %(small)d days. Above %(big)d it needs a second person.
The service is asked with `POST /%(noun)ss/:id/%(verb)s`, and answers with the total.

""",
)
HEADS = {
    "ts": "import { Router } from 'express'\nimport { z } from 'zod'\n\nimport { err, ok, type Result } from '../result'\n"
          "import { logger } from '../logger'\n\n",
    "test.ts": "import { describe, expect, it } from 'vitest'\n\nimport { db } from './db'\n\n",
    "py": '"""What the service knows of its things."""\n\nfrom collections.abc import Sequence\nfrom dataclasses import dataclass\n'
          "from decimal import Decimal\nfrom uuid import UUID\n\nfrom fastapi import APIRouter, Depends, HTTPException\n"
          "from sqlalchemy import select\nfrom sqlalchemy.ext.asyncio import AsyncSession\n\nrouter = APIRouter()\n\n\n",
    "test.py": '"""What the service does."""\n\nfrom sqlalchemy.ext.asyncio import AsyncSession\n\n\n',
    "sql": "-- tables of the ledger\n\n",
    "md": "# Ledger\n\n",
}  # fmt: skip
BLOCKS: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "ts": (TYPESCRIPT, ODD_TYPESCRIPT), "test.ts": (TYPESCRIPT_TEST, ()), "py": (PYTHON, ODD_PYTHON), "test.py": (PYTHON_TEST, ()),
    "sql": (SQL, ()), "md": (MARKDOWN, ()),
}  # fmt: skip
FILLERS = {
    "ts": "export const limit%(n)d = %(big)d\n", "test.ts": "const limit%(n)d = %(big)d\n", "py": "LIMIT_%(n)d = %(big)d\n",
    "test.py": "LIMIT_%(n)d = %(big)d\n", "sql": "-- %(n)d: %(big)d rows\n", "md": "- %(n)d: %(big)d\n",
}  # fmt: skip


class Dice:
    """The same numbers in every version of Python: ``random()`` alone is promised to stay."""

    def __init__(self, seed: int) -> None:
        self._roll = random.Random(seed).random  # noqa: S311
        self.made = 1000 * seed  # names of one file are not those of another

    def below(self, number: int) -> int:
        return int(self._roll() * number)

    def of(self, some: Sequence[str]) -> str:
        return some[self.below(len(some))]

    def values(self) -> dict[str, object]:
        """What the fields of a block are filled with; no two blocks of one seed have the same number."""
        self.made += 1
        noun, other = self.of(NOUNS), self.of(NOUNS)
        return {
            "n": self.made, "noun": noun, "Noun": noun.title(), "NOUN": noun.upper(), "other": other, "Other": other.title(),
            "verb": self.of(VERBS), "small": 2 + self.below(90), "big": 1000 + self.below(9_000_000),
        }  # fmt: skip


def blocks(dice: Dice, kind: str, lines: int, *, odd: bool = True) -> Iterator[str]:
    """Whole blocks of code of this many lines together; what is left for no block is filled with single lines."""
    usual, unusual = BLOCKS[kind]
    while lines > 0:
        some = unusual if odd and unusual and not dice.below(ODD_ONES) else usual
        text = dice.of(some)
        if text.count("\n") > lines:
            text = FILLERS[kind]
        lines -= text.count("\n")
        yield text % dice.values()


def whole(dice: Dice, kind: str, lines: int) -> str:
    """A file of this many lines, its imports among them."""
    head = HEADS[kind]
    above = head if head.count("\n") < lines else ""
    return above + "".join(blocks(dice, kind, lines - above.count("\n")))


def grown(dice: Dice, kind: str, known: int, added: int) -> tuple[str, str]:
    """A file as base has it, and with blocks of this many lines in four places of it."""
    old = list(blocks(dice, kind, known, odd=False))
    new = list(blocks(dice, kind, added))
    parts = [HEADS[kind]]
    step, each = max(1, len(old) // 4), -(-len(new) // 4)
    for k in range(0, len(old), step):
        parts += [*old[k : k + step], *new[:each]]
        del new[:each]
    return HEADS[kind] + "".join(old), "".join(parts + new)


def path_of(k: int) -> tuple[str, str]:
    """The path of the file number k, and of which kind it is: of twenty 13 are TypeScript, 5 Python, one SQL, one a paper."""
    area = NOUNS[k // 20 % len(NOUNS)]
    noun = NOUNS[k % len(NOUNS)]
    inside = f"packages/backend/{area}"
    ways: tuple[Callable[[], tuple[str, str]], ...] = (
        lambda: (f"{inside}/src/{noun}-{k}.service.ts", "ts"),
        lambda: (f"apps/api/routes/{area}/{noun}-{k}.ts", "ts"),
        lambda: (f"packages/core/{area}/src/{noun}-{k}.ts", "ts"),
        lambda: (f"{inside}/src/__tests__/{noun}-{k}.test.ts", "test.ts"),
        lambda: (f"{inside}/app/{noun}_{k}.py", "py"),
        lambda: (f"{inside}/tests/test_{noun}_{k}.py", "test.py"),
        lambda: (f"{inside}/migrations/{k:05d}_{noun}.sql", "sql"),
        lambda: (f"{inside}/docs/{noun}-{k}.md", "md"),
    )
    return ways[(0, 1, 0, 4, 2, 0, 3, 1, 0, 4, 3, 0, 5, 1, 0, 4, 6, 0, 4, 7)[k % 20]]()
