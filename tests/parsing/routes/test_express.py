"""Routes of Express: routers over files, prefixes, chains, factories, classes, and what only a run could say."""

from pytest_agentcompliance.parsing.routes import Routes, scripts


def _read(**files: str) -> Routes:
    return scripts.read({name.replace("__", "/").replace("_dot_", "."): text for name, text in files.items()})


def _said(found: Routes) -> set[str]:
    return {f"{one.method} {one.path}" for one in found.routes}


APP = "import express from 'express';\nconst app = express();\n"


def test_an_application_declares_its_own() -> None:
    """Methods, paths with parameters, lists of paths, all methods; a setting that is asked for is no route."""
    found = _read(app_dot_ts=APP + """\
app.get('env');
app.get('/', home);
app.post("/users", create);
app.get(`/users/:id(\\\\d+)`, show);
app.put(['/a', '/b/:key/c'], both);
app.all('/any', every);
app.get('/files/*', file);
app.get('/maybe/:id?', maybe);
app.listen(3000);
""")
    assert _said(found) == {
        "GET /", "POST /users", "GET /users/{id}", "PUT /a", "PUT /b/{key}/c", "ANY /any", "GET /files/*", "GET /maybe",
        "GET /maybe/{id}",
    }  # fmt: skip
    assert not found.unresolved
    assert not found.loose
    assert [one.parameters for one in found.routes if one.path == "/users/{id}"] == [("id",)]


ROUTERS = {
    "src/app.js": """\
const express = require('express');
const { API } = require('./config');
const routes = require('./routes');
const app = express();
app.use(express.json());
app.use(API, limiter, routes);
module.exports = app;
""",
    "src/config.js": "const VERSION = 1;\nmodule.exports = { API: `/api/v${VERSION}` };\n",
    "src/routes/index.js": """\
const router = require('express').Router();
router.use('/users', require('./users'));
const list = [{ path: '/posts', route: require('./posts').router }, { path: '/notes', route: require('./posts').other }];
list.forEach((one) => router.use(one.path, one.route));
module.exports = router;
""",
    "src/routes/users.js": """\
const { Router } = require('express');
const users = require('../controllers/users');
const router = new Router({ mergeParams: true });
router.use(authenticate);
router.route('/').get(users.list).post(validate(createUser), users.create);
router.delete('/:userId', [role('admin'), audit], users.remove);
module.exports = router;
""",
    "src/routes/posts.js": """\
const express = require('express');
exports.router = express.Router();
exports.router.get('/', (req, res) => res.json([]));
const other = express.Router();
other.get('/x', (req, res) => res.sendStatus(204));
exports.other = other;
""",
    "src/controllers/users.js": """\
const list = async (req, res) => { res.json([]) };
const create = catchAsync(async (req, res) => {
  if (!req.body) return res.status(400).end();
  // res.status(500)
  res.status(httpStatus.CREATED).json({});
});
module.exports = { list, create, remove(req, res) { res.status(204).end(); } };
""",
}


def test_routers_over_files() -> None:
    """Prefixes of all that stand above, by ``require``, by index files, by a list that is gone through."""
    found = scripts.read(ROUTERS)
    assert _said(found) == {
        "GET /api/v1/users", "POST /api/v1/users", "DELETE /api/v1/users/{userId}", "GET /api/v1/posts", "GET /api/v1/notes/x",
    }  # fmt: skip
    assert not found.unresolved
    assert not found.loose


def test_guards_handlers_statuses_and_bodies() -> None:
    """What stands before a route, from the application to the route; its handler in another file, and what it answers."""
    found = {f"{one.method} {one.path}": one for one in scripts.read(ROUTERS).routes}
    create = found["POST /api/v1/users"]
    assert create.guards == ("express.json", "limiter", "authenticate", "validate")
    assert create.body == "createUser"
    assert create.handler is not None
    assert (create.handler.path, create.handler.line, create.handler.last) == ("src/controllers/users.js", 2, 6)
    assert create.statuses == {201, 400}
    assert (create.at.path, create.at.line, create.framework) == ("src/routes/users.js", 5, "express")
    remove = found["DELETE /api/v1/users/{userId}"]
    assert remove.guards[-2:] == ("role", "audit")
    assert remove.handler is not None
    assert remove.handler.line == 7
    assert remove.statuses == {204}
    assert found["GET /api/v1/posts"].guards == ("express.json", "limiter")


def test_middleware_holds_for_what_comes_behind_it_and_below_its_path() -> None:
    """A guard does not stand before what was declared before it, nor elsewhere."""
    found = _read(app_dot_js=APP + """\
app.get('/open', h);
app.use('/admin', auth);
app.get('/admin/users', h);
app.get('/administration', h);
app.use(late);
app.get('/last', h);
""")
    assert {one.path: one.guards for one in found.routes} == {
        "/open": (), "/admin/users": ("auth",), "/administration": (), "/last": ("late",),
    }  # fmt: skip


def test_factories_are_called() -> None:
    """A router that a function makes, one that a function is given, and one function for several resources."""
    found = _read(
        app_dot_ts=APP + """\
import { createUsers } from './users';
import setup from './setup';
app.use('/users', createUsers(new Service()));
setup(app, '/admin');
function crud(name: string) {
  const router = express.Router(); router.get('/' + name, h); router.post(`/${name}`, h); return router;
}
app.use('/v1', crud('cats'));
app.use('/v1', crud('dogs'));
for (const path of ['/one', '/two']) app.get(path, h);
""",
        users_dot_ts="import { Router } from 'express';\nexport function createUsers(service: Service): Router {\n"
        "  const router = Router();\n  router.get('/:id', createShow(service));\n  return router;\n}\n"
        "const createShow = (service) => async (req, res) => { res.status(404).end(); };\n",
        setup_dot_ts="export default (app: Express, prefix: string) => { app.get(`${prefix}/setup`, h); };\n",
    )
    assert _said(found) == {
        "GET /users/{id}", "GET /admin/setup", "GET /v1/cats", "POST /v1/cats", "GET /v1/dogs", "POST /v1/dogs",
        "GET /one", "GET /two",
    }  # fmt: skip
    show = next(one for one in found.routes if one.path == "/users/{id}")
    assert show.handler is not None
    assert show.handler.line == 7
    assert show.statuses == {404}


def test_classes_hold_routers() -> None:
    """Routers as fields of classes, which an application is given as a list."""
    found = _read(
        server_dot_ts="import { App } from '@/app';\nimport { UserRoute } from '@routes/user';\n"
        "const app = new App([new UserRoute()]);\napp.listen();\n",
        tsconfig_dot_json='{ "compilerOptions": { "baseUrl": "src", // here\n'
        ' "paths": { "@/*": ["*"], "@routes/*": ["routes/*"], } } }',
        src__app_dot_ts="""\
import express from 'express';
export class App {
  public app: express.Application;
  constructor(routes: Routes[]) { this.app = express(); this.initialize(routes); }
  private initialize(routes: Routes[]) { routes.forEach((route) => { this.app.use('/api', route.router); }); }
}
""",
        src__routes__user_dot_ts="""\
import { Router } from 'express';
import { UserController } from '@/user.controller';
export class UserRoute implements Routes {
  public path = '/users';
  public router = Router();
  public user = new UserController();
  constructor() { this.initialize(); }
  private initialize() { this.router.get(`${this.path}/:id`, this.user.show.bind(this.user)); }
}
""",
        src__user_dot_controller_dot_ts="export class UserController {\n"
        "  public show = async (req, res) => { res.status(200); };\n}\n",
    )
    assert _said(found) == {"GET /api/users/{id}"}
    handler = found.routes[0].handler
    assert handler is not None
    assert (handler.path, handler.line) == ("src/user.controller.ts", 2)


def test_what_only_a_run_could_say_is_said_and_not_guessed() -> None:
    """A path in a variable, a regular expression, a router that is loaded by a name that is made."""
    found = _read(app_dot_js="""\
const express = require('express');
const app = express();
app.get(process.env.PATH_OF_IT, h);
app.get(/^\\/x/, h);
fs.readdirSync('routes').forEach((file) => app.use('/' + file, require('./routes/' + file)));
const inner = express.Router();
inner.get('/inner', h);
app.use(prefix, inner);
app.get('/known', h);
""")
    assert _said(found) == {"GET /known"}
    assert [one.path for one in found.loose] == ["/inner"]
    assert [one.line for one in found.unresolved] == [3, 4, 5, 6, 8]
    assert "regular expression" in found.unresolved[1].why


def test_a_router_that_nothing_mounts_is_loose() -> None:
    """Its routes are known but for what a mount would put before them."""
    found = _read(routes_dot_ts="import { Router } from 'express';\nexport const router = Router();\nrouter.get('/x', h);\n")
    assert not found.routes
    assert [one.path for one in found.loose] == ["/x"]
    assert [one.line for one in found.unresolved] == [2]


def test_no_other_call_is_a_route() -> None:
    """Requests of clients, maps, caches, and the client of tests."""
    found = _read(client_dot_ts="""\
import axios from 'axios';
const api = axios.create();
export const load = () => api.get('/users', { params });
cache.get('/x', () => 1);
request(app).get('/y', done);
const router = useRouter();
router.push('/z');
http.get('/a', ({ request }) => HttpResponse.json({}));
""")
    assert found == Routes()


def test_a_default_of_the_environment_is_the_path() -> None:
    """What stands behind ``||`` is declared."""
    found = _read(app_dot_ts=APP + "const BASE = process.env.BASE ?? '/api';\napp.get(BASE + '/x', h);\n")
    assert _said(found) == {"GET /api/x"}


def test_methods_that_are_named_or_borrowed() -> None:
    """By an index, in a loop over a list, bound, taken out of the application; one that nobody knows is told."""
    found = _read(app_dot_ts=APP + """\
app['post']('/index', h);
for (const [method, path] of [['put', '/list'], ['delete', '/list']] as const) app[method](path, h);
['patch'].forEach((method) => app[method]('/each', h));
const add = app.post.bind(app);
add('/bound', h);
const { get } = app;
get('/taken', h);
""")
    assert _said(found) == {"POST /index", "PUT /list", "DELETE /list", "PATCH /each", "POST /bound", "GET /taken"}
    assert not found.unresolved
    unknown = _read(app_dot_ts=APP + "app.get('/a', h);\napp[process.argv[2]]('/b', h);\napp.post.call(app, '/c', h);\n")
    assert _said(unknown) == {"GET /a"}
    assert [one.line for one in unknown.unresolved] == [4, 5]


def test_cycles_and_depth_end() -> None:
    """Modules and routers that hold one another, calls without an end, and text that is no code."""
    deep = "(" * 5000 + ")" * 5000
    found = _read(
        a_dot_js="const b = require('./b');\nconst r = require('express').Router();\n"
        "r.use('/b', b);\nr.get('/x', h);\nmodule.exports = r;\n",
        b_dot_js="const a = require('./a');\nconst r = require('express').Router();\n"
        "r.use('/a', a); r.use('/self', r);\nmodule.exports = r;\n",
        c_dot_js=APP + "function again(app) { app.get('/again', h); again(app); }\nagain(app);\napp.use(require('./a'));\n",
        d_dot_js=f"const app = express();\napp.get('/x', {deep});\n",
        e_dot_js="\x00\ud800 app.get('/x', ",
    )
    assert {"GET /again", "GET /x"} <= _said(found)
