"""Routes of Fastify and Hono: plugins under prefixes, hooks, routes as objects; chains, base paths, described routes."""

from pytest_agentcompliance.parsing.routes import Routes, scripts


def _said(found: Routes) -> set[str]:
    return {f"{one.method} {one.path}" for one in found.routes}


FASTIFY = {
    "src/server.ts": """\
import Fastify, { type FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import users, { schema } from './users';
import shared from './shared';
export async function build(): Promise<FastifyInstance> {
  const app = Fastify({ logger: true }).withTypeProvider<ZodTypeProvider>();
  await app.register(cors, { origin: true });
  await app.register(fp(shared));
  app.get('/health', async () => ({ ok: true }));
  app.register(users, { prefix: '/users' });
  app.register(async (instance) => {
    instance.addHook('preHandler', instance.authenticate);
    instance.get('/secret', { schema: { response: { 200: ok, 404: none } } }, async () => 1);
    instance.register(import('./posts'), { prefix: 'posts' });
  }, { prefix: '/v1' });
  return app;
}
""",
    "src/shared.ts": "export default async (fastify) => {\n"
    "  fastify.addHook('onRequest', trace);\n  fastify.get('/shared', h);\n};\n",
    "src/users.ts": """\
import type { FastifyPluginAsync } from 'fastify';
const users: FastifyPluginAsync = async (fastify, options) => {
  fastify.get('/', { onRequest: [fastify.authenticate, role('admin')], schema: { body: userSchema } }, list);
  fastify.route({ method: ['PUT', 'PATCH'], url: '/:id', preHandler: check, handler: change });
  fastify.delete('/:id', { handler: remove });
};
async function list(request, reply) { return reply.code(206).send([]); }
function change() {}
const remove = async (request, reply) => reply.status(204).send();
export default users;
""",
    "src/posts.js": "module.exports = async function (fastify, opts) {\n  fastify.post('/', async (request, reply) => {});\n}\n",
}


def test_fastify_plugins_and_hooks() -> None:
    """Prefixes of plugins in plugins; a plugin that is not encapsulated keeps those of its parent."""
    found = scripts.read(FASTIFY)
    assert _said(found) == {
        "GET /health", "GET /shared", "GET /users", "PUT /users/{id}", "PATCH /users/{id}", "DELETE /users/{id}",
        "GET /v1/secret", "POST /v1/posts",
    }  # fmt: skip
    assert not found.unresolved
    assert not found.loose
    known = {f"{one.method} {one.path}": one for one in found.routes}
    assert known["GET /users"].guards == ("trace", "fastify.authenticate", "role")
    assert known["GET /users"].body == "userSchema"
    assert known["GET /users"].statuses == {206}
    assert known["PUT /users/{id}"].guards == ("trace", "check")
    assert known["GET /v1/secret"].guards == ("trace", "instance.authenticate")
    assert known["GET /v1/secret"].statuses == {200, 404}
    assert known["POST /v1/posts"].guards == ("trace", "instance.authenticate")
    remove = known["DELETE /users/{id}"]
    assert remove.handler is not None
    assert remove.handler.line == 9
    assert remove.statuses == {204}


def test_fastify_loads_a_folder() -> None:
    """Each file under the path of its folder."""
    route = "export default async function (fastify) { fastify.get('/:id', h); }\n"
    found = scripts.read({
        "src/app.ts": "import Fastify from 'fastify';\nimport autoload from '@fastify/autoload';\nimport path from 'node:path';\n"
        "const app = Fastify();\n"
        "app.register(autoload, { dir: path.join(import.meta.dirname, 'routes'), options: { prefix: '/api' } });\n",
        "src/routes/users/index.ts": route, "src/routes/root.ts": route, "src/other.ts": route,
    })  # fmt: skip
    assert _said(found) == {"GET /api/users/{id}", "GET /api/{id}"}


def test_hono_chains_mounts_and_base_paths() -> None:
    """A chain of any length, applications in applications, a base path, several methods at once."""
    chain = "".join(f"  .get('/n{number}', (c) => c.json({{}}))\n" for number in range(150))
    found = scripts.read({
        "src/index.ts": """\
import { Hono } from 'hono';
import { serve } from '@hono/node-server';
import users from './users';
import { many } from './many';
const app = new Hono<{ Bindings: Env }>().basePath('/api');
app.use('*', logger());
app.use('/users/*', bearerAuth({ token }));
app.route('/users', users).route('/many', many);
app.on(['GET', 'DELETE'], ['/a', '/b/:key{[0-9]+}'], (c) => c.text('x', 202));
app.all('/any', h);
serve({ fetch: app.fetch });
""",
        "src/users.ts": "import { Hono } from 'hono';\nconst users = new Hono();\n"
        "users.get('/', (c) => c.json([])).post(zValidator('json', createUser), async (c) => c.json({}, 201));\n"
        "users.put('/:id', zValidator('json', changeUser), (c) => { throw new HTTPException(409); });\nexport default users;\n",
        "src/many.ts": f"import {{ Hono }} from 'hono';\nexport const many = new Hono()\n{chain}",
        "src/unused.ts": "import { Hono } from 'hono';\nexport const unused = new Hono();\nunused.get('/unused', h);\n",
    })  # fmt: skip
    said = _said(found)
    assert [one.path for one in found.unresolved] == ["src/unused.ts"]
    assert {
        "GET /api/users", "POST /api/users", "PUT /api/users/{id}", "GET /api/a",
        "DELETE /api/a", "GET /api/b/{key}", "DELETE /api/b/{key}",
        "ANY /api/any", "GET /api/many/n0", "GET /api/many/n149",
    } <= said  # fmt: skip
    assert [one.path for one in found.loose] == ["/unused"]
    known = {f"{one.method} {one.path}": one for one in found.routes}
    assert known["PUT /api/users/{id}"].guards == ("logger", "bearerAuth", "zValidator")
    assert known["PUT /api/users/{id}"].body == "changeUser"
    assert known["PUT /api/users/{id}"].statuses == {409}
    assert known["GET /api/a"].guards == ("logger",)
    assert known["GET /api/a"].statuses == {202}
    assert known["GET /api/many/n149"].at.line == 152


def test_hono_routes_that_are_described_first() -> None:
    """``createRoute`` has the path as OpenAPI writes it, and the answers."""
    found = scripts.read({
        "app.ts": """\
import { OpenAPIHono, createRoute } from '@hono/zod-openapi';
const show = createRoute({ method: 'get', path: '/users/{id}', request: {}, responses: { 200: { content }, 404: {} } });
const app = new OpenAPIHono();
app.openapi(show, (c) => c.json({}));
app.openapi(elsewhere, (c) => c.json({}));
export default app;
""",
    })  # fmt: skip
    assert _said(found) == {"GET /users/{id}"}
    assert found.routes[0].statuses == {200, 404}
    assert [one.line for one in found.unresolved] == [5]
