"""The demo's repository as the agents found it: a small shop of wishes, and three stories that are planned."""

from pytest_agentcompliance.demo.coder.words import folder

CHECKED = '"scripts": {"check-types": "tsc --noEmit"}'
STRICT = '{"compilerOptions": {"strict": true}}\n'


def _package(name: str) -> str:
    return f'{{\n  "name": "@wishes/{name}",\n  {CHECKED}\n}}\n'


def _plan(story: str, steps: str) -> dict[str, str]:
    there = f"{folder(story)}/_implementation"
    named = "".join(f"- {line.split('`')[1]}\n" for line in steps.splitlines())
    return {
        f"{there}/IMPLEMENTATION-PLAN.md": f"# Plan for {story}\n\n{steps}",
        f"{there}/SCOPE.md": f"# Scope of {story}\n\n{named}",
    }


def _decided(question: str, decision: str) -> str:
    return f"decisions:\n  - id: ARCH-001\n    question: {question}\n    decision: {decision}\n    decided_by: user\n"


LIST = """\
import { store } from './store'

export async function listItems(owner: string): Promise<string[]> {
  return [...(store.get(owner) ?? [])]
}
"""
PRICES = """\
export function inEuro(cents: number): string {
  const euro = Math.floor(cents / 100)
  return `${euro},${String(cents % 100).padStart(2, '0')}`
}
"""
TEXT = """\
export function isBlank(text: string): boolean {
  return text.trim() === ''
}
"""
TEXT_PACKAGE = _package("text")
WISHLIST_PACKAGE = _package("wishlist")
COMPOSE = """\
services:
  api:
    build: .
    ports:
      - "3000:3000"
"""
PAGE = """\
export function WishlistPage({ items }: { items: string[] }) {
  return <ul>{items.map(item => <li key={item}>{item}</li>)}</ul>
}
"""

BEFORE: dict[str, str] = {
    "pytest.ini": "[pytest]\n",
    "package.json": '{\n  "name": "wishes",\n  "private": true,\n  "workspaces": ["apps/*", "packages/*/*"]\n}\n',
    "docker-compose.yml": COMPOSE,
    "apps/api/wishlist.ts": """\
import { listItems } from '../../packages/backend/wishlist/src/list'

export async function GET(request: Request): Promise<Response> {
  return Response.json(await listItems(request.headers.get('x-user') ?? ''))
}
""",
    "apps/web/src/WishlistPage.tsx": PAGE,
    "packages/backend/prices/package.json": _package("prices"),
    "packages/backend/prices/tsconfig.json": STRICT,
    "packages/backend/prices/src/format.ts": PRICES,
    "packages/backend/wishlist/package.json": WISHLIST_PACKAGE,
    "packages/backend/wishlist/tsconfig.json": STRICT,
    "packages/backend/wishlist/src/list.ts": LIST,
    "packages/backend/wishlist/src/store.ts": "export const store = new Map<string, Set<string>>()\n",
    "packages/core/text/package.json": TEXT_PACKAGE,
    "packages/core/text/tsconfig.json": STRICT,
    "packages/core/text/src/blank.ts": TEXT,
    f"{folder('WISH-001')}/WISH-001.md": """\
# WISH-001: take a wish off the list

- AC-1: DELETE /wishlist?item=X takes X off the caller's list.
- AC-2: Nobody can take a wish off somebody else's list.
""",
    **_plan("WISH-001", """\
1. `packages/backend/wishlist/src/remove.ts`: take the item out of the store.
2. `apps/api/wishlist.ts`: the DELETE handler.
3. `apps/api/__http__/wishlist.http`: a request that tries it.
"""),
    f"{folder('WISH-001')}/_implementation/ARCHITECTURAL-DECISIONS.yaml": _decided(
        "Is a wish deleted or hidden?", "It is deleted."
    ),
    f"{folder('WISH-002')}/WISH-002.md": """\
# WISH-002: say that a wish was granted

- AC-1: POST /grants?item=X marks X as granted.
- AC-2: A wish that is on no list is answered with 404.
""",
    **_plan("WISH-002", """\
1. `packages/backend/wishlist/src/grant.ts`: mark the item.
2. `apps/api/grants.ts`: the POST handler.
3. `apps/api/__http__/grants.http`: a request that tries it.
"""),
    f"{folder('WISH-002')}/_implementation/ARCHITECTURAL-DECISIONS.yaml": _decided(
        "Does a granted wish stay on the list?", "It stays, marked."
    ),
    f"{folder('WISH-003')}/WISH-003.md": """\
# WISH-003: tell the owner of a granted wish

- AC-1: The owner of a wish is told once it is granted.
""",
    **_plan("WISH-003", """\
1. `packages/backend/wishlist/src/tell.ts`: what the owner is told.
2. `packages/backend/wishlist/src/send.ts`: telling it.
"""),
    f"{folder('WISH-003')}/_implementation/ARCHITECTURAL-DECISIONS.yaml": _decided(
        "Who is told of a granted wish?", "Its owner alone."
    ),
}  # fmt: skip
