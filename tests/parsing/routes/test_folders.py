"""Routes that files are by where they lie: Next's app and pages, and Vercel's api."""

import pytest

from pytest_agentcompliance.parsing.routes import Routes, is_candidate, read, scripts

GET = "export async function GET(request: Request) { return Response.json({}, { status: 201 }); }\n"


def _said(found: Routes) -> set[str]:
    return {f"{one.method} {one.path}" for one in found.routes}


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("app/api/users/route.ts", "/api/users"),
        ("src/app/(shop)/users/[id]/route.js", "/users/{id}"),
        ("apps/web/src/app/files/[...path]/route.ts", "/files/{path}"),
        ("app/route.tsx", "/"),
    ],
)
def test_the_app_of_next(path: str, url: str) -> None:
    """Groups are no part of the path, parameters are."""
    found = scripts.read({path: GET + "export const DELETE = withAuth(async () => new Response(null, { status: 204 }));\n"})
    assert _said(found) == {f"GET {url}", f"DELETE {url}"}
    known = {one.method: one for one in found.routes}
    assert known["GET"].statuses == {201}
    assert known["GET"].handler is not None
    assert known["GET"].at.line == 1
    assert known["DELETE"].guards == ("withAuth",)
    assert known["DELETE"].statuses == {204}


def test_exports_of_other_files_and_lists() -> None:
    """``export { handler as GET }``, what another file exports, and what a private folder or an adapter holds."""
    found = scripts.read({
        "app/api/a/route.ts": "const handler = () => {};\nexport { handler as GET, handler as POST };\n",
        "app/api/b/route.ts": "export { GET } from '../../../lib/b';\n",
        "lib/b.ts": GET,
        "app/_private/route.ts": GET,
        "app/api/[[...route]]/route.ts": "import { Hono } from 'hono';\nimport { handle } from 'hono/vercel';\n"
        "const app = new Hono().basePath('/api');\napp.get('/hello', h);\nexport const GET = handle(app);\n",
        "next.config.js": "module.exports = { basePath: '/docs' };\n",
    })  # fmt: skip
    assert _said(found) == {"GET /docs/api/a", "POST /docs/api/a", "GET /docs/api/b", "GET /api/hello"}
    handler = next(one.handler for one in found.routes if one.path == "/docs/api/b")
    assert handler is not None
    assert handler.path == "lib/b.ts"


def test_the_pages_of_next() -> None:
    """The methods are those that the handler asks for; all, where it asks for none."""
    found = scripts.read({
        "pages/api/users/[id].ts": "export default function handler(req, res) {\n"
        "  if (req.method === 'GET') return res.status(200).json({});\n"
        "  if (req.method !== 'PUT') return res.status(405).end();\n}\n",
        "src/pages/api/index.ts": "export default (req, res) => res.json({});\n",
        "pages/about.tsx": "export default function About() { return null; }\n",
    })  # fmt: skip
    assert _said(found) == {"GET /api/users/{id}", "PUT /api/users/{id}", "ANY /api"}
    assert {status for one in found.routes for status in one.statuses} == {200, 405}


def test_functions_of_vercel() -> None:
    """Only where something says that they are Vercel's: a folder of this name may hold anything."""
    own = (
        "import type { VercelRequest } from '@vercel/node';\n"
        "export default (req, res) => { switch (req.method) { case 'POST': break; } };\n"
    )
    assert _said(scripts.read({"api/hooks/[kind].ts": own})) == {"POST /api/hooks/{kind}"}
    assert not scripts.read({"api/hooks.ts": "export default function load(a, b) {}\n"}).routes


def test_which_files_may_declare_routes() -> None:
    """By their text and their place; a whole tree is read by those alone."""
    assert is_candidate("src/app.ts", "app.use('/x', router)")
    assert is_candidate("app/api/route.ts", GET)
    assert not is_candidate("src/add.ts", "export const add = (a, b) => a + b;\n")
    assert not is_candidate("node_modules/x/index.js", "const app = express();")
    assert not is_candidate("README.md", "app.get('/x', h)")
    assert read({"README.md": "app.get('/x', h)", "src/add.ts": "export const add = 1;\n"}) == Routes()
