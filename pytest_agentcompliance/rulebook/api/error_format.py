"""api/error-format: an answer that tells of an error has the shape that is asked for."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.evidence.fresh import Things, deleted
from pytest_agentcompliance.evidence.tree import Side
from pytest_agentcompliance.parsing.defaults import ENDINGS
from pytest_agentcompliance.parsing.error_answers import SIGNS
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: the readers of code are imported when a file is a candidate
    from pytest_agentcompliance.parsing.error_answers import Answer

EXEMPT = [
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/dist/**", "**/build/**", "**/.next/**", "**/generated/**",
    "*.d.ts", "*.generated.*",
    "**/mocks/**", "**/__mocks__/**", "**/msw/**", "**/fixtures/**", "**/examples/**", "**/example/**", "**/scripts/**",
    "**/templates/**", "**/benchmarks/**", "*.stories.*", "*.template.*", "*mock*", "**/e2e/**", "**/conftest.py", "**/.claude/**",
]  # fmt: skip
_SCRIPTS = tuple(one for one in ENDINGS if one != ".py")
_HANDLED = {  # by what a project gives the exceptions of a framework a shape of its own
    "fastapi": (("exception_handler", "add_exception_handler", "exception_handlers"),
                re.compile(r"exception_handler\w*\s{0,9}[(\[=:]\s{0,20}\{?\s{0,20}(?:\w{1,40}\.)?\w{0,40}HTTPException\b"),
                (".py",)),
    "flask": (("errorhandler", "app_errorhandler", "register_error_handler"),
              re.compile(r"(?:errorhandler|register_error_handler)\s{0,9}\("), (".py",)),
    "nest": (("useGlobalFilters", "APP_FILTER", "UseFilters"),
             re.compile(r"useGlobalFilters\s?\(|APP_FILTER|@UseFilters\s?\("), (".ts", ".js")),
    "hono": (("onError",), re.compile(r"\.onError\s?\("), _SCRIPTS),
    "fastify": (("setErrorHandler",), re.compile(r"\.setErrorHandler\s?\("), _SCRIPTS),
}  # fmt: skip
_CALLED = {"fastapi": "FastAPI", "flask": "Flask", "nest": "NestJS", "hono": "Hono", "fastify": "Fastify"}
# Words of files that answer requests: of a large base only these are read to know its shape.
_ANSWERING = (
    "HTTPException", "JSONResponse", "jsonify", "JsonResponse", "NextResponse", "Response", "Hono", "fastify", "express", "abort",
    "nestjs", "reply", "res",
)  # fmt: skip
_ENOUGH, _SHARE = 3, 0.75  # answers from which base has a shape of its own, and how many of them have it
_MOST_FILES, _MOST_READ = 80, 8  # files of base that are looked at to know its shape, and those of them with answers


class ErrorFormat(Rule):
    """An error is answered in one format, with the fields that clients rely on.

    Why: a client has one piece of code that shows what went wrong. Each answer in another shape is one that it shows as
    "undefined", or that it crashes on.

    Answers are those of Express, Fastify, Hono, Next, Koa and the Fetch API, of FastAPI, Starlette, Flask, Django and aiohttp, in
    handlers, exception handlers and middleware, whose status is that of an error: a number from 400 on, the name of one, or the
    status of an error that is caught there; in the call, in a name, or in a statement before (``res.statusCode = 404``). Objects
    are followed through names and functions of the same file, and a function that sends JSON is known by its name where it is
    given both. What is raised for the framework to answer (``HTTPException``, ``abort``, exceptions of NestJS and Hono, errors of
    Fastify's sensible) has the framework's shape where nothing in the project handles it; that is one finding for a file. Where
    base has another shape in most of its answers nearby, an answer that follows it leaves a remark, and one in a third shape is
    reported. Kept are answers without a body, of health checks and of protocols that say themselves what an error looks like
    (OAuth, x402, JSON-RPC), what a browser is shown (pages, what a page's own file answers), and what moved.

    Blind spots: helpers of other files, whose answers are taken to be right; a status in a variable that says nothing of an error;
    a body that is a model's dump or a field of another object; options of libraries (rate limits), errors of validation that a
    framework answers itself, GraphQL, tRPC, other languages; whether an exception handler that is there gives every exception its
    shape.
    """

    shape: list[str] = Field(
        default=["error.code", "error.message"], min_length=1,
        description="What the JSON of an error has, each as a path of names: error.code is the code in the object error.",
    )  # fmt: skip
    of_base: Level = Field(
        default="style",
        description="What an answer is that has the other shape that base's answers nearby have: a breach, or a remark.",
    )
    exempt: list[str] = Field(
        default=EXEMPT, description="Globs of files that are left out, beside those of tests; a later !glob takes files out again."
    )

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    candidates: ClassVar[Candidates] = Candidates(endings=ENDINGS, contains=SIGNS)
    remedy: ClassVar[Remedy] = Remedy(
        "fix",
        "Answer errors through one helper or exception handler that builds the format, with a code that stays the same and a "
        "message for people.",
    )
    examples = (
        Example(
            "Errors in other shapes are reported, whatever framework answers them.",
            after={
                "src/a.ts": "app.get('/a', (req, res) => {\n  res.status(404).json({ error: 'No such a' })\n})\n",
                "src/b.ts": "import { Hono } from 'hono'\nexport const b = new Hono()\nb.get('/b', (c) => {\n"
                            "  return c.json({ message: 'No such b' }, 404)\n})\n",
                "app/api/c/route.ts": "export async function GET() {\n"
                                      "  return NextResponse.json({ error: 'no' }, { status: 500 })\n}\n",
                "src/d.py": "from flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n@app.get('/d')\ndef d():\n"
                            "    return jsonify(error='No such d'), 404\n",
                "src/e.py": "from fastapi.responses import JSONResponse\n\n\ndef failed(request, exc):\n"
                            "    return JSONResponse(status_code=exc.status_code, content={'detail': str(exc)})\n",
            },
            finds=("app/api/c/route.ts:2", "src/a.ts:2", "src/b.ts:4", "src/d.py:8", "src/e.py:5"),
        ),
        Example(
            "An error with a message and no code is reported, a text is, and so is what a function of the file builds.",
            after={
                "src/a.ts": "export const a = (req, res) => res.status(400).json({ error: { message: 'No' } })\n"
                            "export const b = (req, res) => res.status(400).send('No')\n"
                            "const fail = (text: string) => ({ error: text })\n"
                            "export const c = (req, res) => res.status(err.status ?? 500).json(fail('No'))\n",
            },
            finds=("src/a.ts:1", "src/a.ts:2", "src/a.ts:4"),
        ),
        Example(
            "What the framework answers to an exception is reported once for a file.",
            after={
                "src/a.py": "from fastapi import APIRouter, HTTPException\n\nrouter = APIRouter()\n\n\n@router.get('/a')\n"
                            "def a(id: int):\n    if id < 0:\n        raise HTTPException(400, 'negative')\n"
                            "    raise HTTPException(status_code=404, detail='No such a')\n",
            },
            finds=("src/a.py:9",),
        ),
        Example("It is kept where the project gives exceptions their shape.", after={
            "src/a.py": "from fastapi import HTTPException\n\n\ndef a():\n"
                        "    raise HTTPException(status_code=404, detail='No such a')\n",
            "src/main.py": "from fastapi import FastAPI, HTTPException\nfrom fastapi.responses import JSONResponse\n\n"
                           "app = FastAPI()\n\n\n"
                           "@app.exception_handler(HTTPException)\ndef failed(request, exc):\n    return JSONResponse(\n"
                           "        status_code=exc.status_code,\n"
                           "        content={'error': {'code': str(exc.status_code), 'message': exc.detail}},\n    )\n",
        }),
        Example("The format is kept: written out, through a name, through a function of the file or of another one.", after={
            "src/a.ts": "import { problem } from './problem'\n"
                        "const body = (code: string, message: string) => ({ error: { code, message } })\n"
                        "app.get('/a', (req, res) => {\n"
                        "  if (!req.query.a) return res.status(400).json(body('NO_A', 'a is missing'))\n"
                        "  const error = { code: 'NO_B', message: 'b is missing' }\n"
                        "  if (!req.query.b) return res.status(400).json({ error, requestId: req.id })\n"
                        "  if (!req.query.c) return res.status(400).json(problem('NO_C'))\n"
                        "  res.status(200).json({ error: 'none' })\n})\n",
        }),
        Example("No body, health, pages, and what a protocol says are kept.", after={
            "src/a.ts": "app.get('/a', (req, res) => res.status(404).end())\n"
                        "app.get('/health', (req, res) => res.status(503).json({ status: 'unhealthy', database: 'down' }))\n"
                        "app.post('/token', (req, res) => res.status(400).json({ error: 'invalid', error_description: 'no' }))\n"
                        "export const GET = () => new Response(null, { status: 404 })\n",
            "src/pages.py": "from flask import abort, render_template\n\n\ndef page(name):\n    if name not in PAGES:\n"
                            "        abort(404)\n    return render_template(name)\n",
        }),
        Example(
            "Where base's answers have another shape, to follow it leaves a remark; a third shape is reported.",
            before={
                "src/a.ts": "export const a = (req, res) => res.status(400).json({ error: 'a' })\n"
                            "export const b = (req, res) => res.status(401).json({ error: 'b' })\n"
                            "export const c = (req, res) => res.status(404).json({ error: 'c', details: [] })\n",
            },
            after={
                "src/a.ts": "export const a = (req, res) => res.status(400).json({ error: 'a' })\n"
                            "export const b = (req, res) => res.status(401).json({ error: 'b' })\n"
                            "export const c = (req, res) => res.status(404).json({ error: 'c', details: [] })\n"
                            "export const d = (req, res) => res.status(404).json({ error: 'd' })\n",
                "src/b.ts": "export const e = (req, res) => res.status(404).json({ message: 'e' })\n",
            },
            finds=("src/b.ts:1",),
            styles=("src/a.ts:4",),
        ),
        Example(
            "A status that stands before the answer, in a name, or beside the body counts; so does what Hono is thrown.",
            after={
                "src/a.ts": "export const a = (req, res) => {\n  const status = err.status ?? 500\n"
                            "  res.status(status).json({ message: err.message })\n}\n",
                "src/b.ts": "export const b = (req, res) => {\n  res.statusCode = 404\n"
                            "  res.end(JSON.stringify({ error: 'no' }))\n}\n",
                "src/c.ts": "export const c = async (req, reply) => {\n  reply.code(404)\n  return { error: 'no' }\n}\n",
                "src/d.ts": "import { sendJson } from './send'\nexport const d = (res) => sendJson(res, 404, { error: 'no' })\n",
                "src/e.ts": "import { HTTPException } from 'hono/http-exception'\n"
                            "throw new HTTPException(404, { message: 'no' })\n",
                "src/f.py": "from fastapi import Response\n\n\ndef f(response: Response):\n    response.status_code = 404\n"
                            "    return {'error': 'no'}\n",
            },
            finds=("src/a.ts:3", "src/b.ts:3", "src/c.ts:3", "src/d.ts:2", "src/e.ts:2", "src/f.py:6"),
        ),
        Example("What a page is shown, and what reports that a service is down, are kept.", after={
            "app/routes/a.tsx": "import { json } from '@remix-run/node'\nexport async function loader() {\n"
                                "  throw new Response('No such a', { status: 404 })\n}\n"
                                "export default function A() {\n  return <main />\n}\n",
            "src/health.controller.ts": "export const b = (req, reply) => {\n  const body = { timestamp: now(), queue: 'down' }\n"
                                        "  return reply.code(503).send(body)\n}\n",
            "src/c.py": "from aiohttp import web\n\n\nasync def c(request):\n    if not PAGE.exists():\n"
                        "        return web.Response(text='No page', status=404)\n    return web.FileResponse(PAGE)\n",
            "src/d.ts": "export const d = (req, res) => {\n  res.status(404)\n"
                        "  res.json({ error: { code: 'NO_D', message: 'no d' } })\n}\n",
        }),
        Example(
            "What base had already, what moved, and what tests and mocks do are kept.",
            before={
                "src/a.ts": "export const a = (req, res) => res.status(400).json({ error: 'a' })\n",
                "src/b.ts": "export const b = (req, res) => res.status(404).json({ error: 'b' })\n",
            },
            after={
                "src/a.ts": "export const a = (req, res) => res.status(422).json({ error: 'a is missing' })\n",
                "src/c.ts": "export const b = (req, res) => res.status(404).json({ error: 'b' })\n",
                "src/a.test.ts": "const a = (req, res) => res.status(400).json({ error: 'a' })\n",
                "src/mocks/a.ts": "const a = () => HttpResponse.json({ error: 'a' }, { status: 400 })\n",
            },
        ),
        Example(
            "Another shape is asked for by its fields.",
            given={"shape": ["title", "status"]},
            after={
                "src/a.ts": "export const a = (req, res) => res.status(400).json({ title: 'a', status: 400 })\n"
                            "export const b = (req, res) => res.status(400).json({ error: { code: 'B', message: 'b' } })\n",
            },
            finds=("src/a.ts:2",),
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet, tree: Tree) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.testcode import is_test  # start-up time: when a change is judged

        wanted = [one for one in self.touched(changes) if not matches(one.path, self.exempt) and not is_test(one.path)]
        found: list[tuple[FileChange, Answer]] = []
        more: Counter[str] = Counter()
        clean: list[FileChange] = []
        for change in changes.readable(wanted):
            if not (new := self._wrong(change.after)):
                clean.append(change)
                continue
            old = self._wrong(change.before)
            more.update(one.text for one in new)
            more.subtract(one.text for one in old)
            found += ((change, one) for one in _ANSWERS.added(change, old, new))
        if found:  # what went from one file to another is counted off against where it was
            for change in changes.readable([*clean, *deleted(changes, wanted, self.searched)]):
                more.subtract(one.text for one in self._wrong(change.before))
        fresh: list[tuple[FileChange, Answer]] = []
        for change, one in found:
            if more[one.text] > 0:
                more[one.text] -= 1
                fresh.append((change, one))
        yield from self._findings(fresh, tree)

    def _findings(self, fresh: "list[tuple[FileChange, Answer]]", tree: Tree) -> Iterator[Finding]:
        handled: dict[str, bool] = {}
        habits: dict[tuple[str, bool], str | None] = {}
        groups: dict[tuple[str, str, str], list[Answer]] = {}
        for change, one in fresh:
            if one.by and one.by not in handled:
                handled[one.by] = self._is_handled(tree.head, one.by)
            if not handled.get(one.by):
                # Each answer that is built here is one finding; those of a framework are one for a file.
                groups.setdefault((change.path, one.by, one.shape.family if one.by else f"{one.line} {one.text}"), []).append(one)
        for (path, by, _), all_of_it in groups.items():
            folder, python = path.rpartition("/")[0], path.lower().endswith(".py")
            if (folder, python) not in habits:
                habits[folder, python] = self._habit(tree.base, folder, python=python)
            one, habit = all_of_it[0], habits[folder, python]
            follows = habit is not None and habit == _family(one)
            yield Finding(
                self._says(one, len(all_of_it), habit, follows=follows), Place(path, one.line),
                self.of_base if follows else "breach",
                evidence=f"{by} {one.shape.family}" if by else f"{one.shape} {one.text}",
            )  # fmt: skip

    def _says(self, one: "Answer", count: int, habit: str | None, *, follows: bool) -> str:
        lacks = " and ".join(path for path in self.shape if one.shape.has(path) is False)
        if one.by:
            times = f"; {count - 1} more in this file" if count > 1 else ""
            says = f"the exception for {one.status} is answered by {_CALLED[one.by]} as {one.shape}, without {lacks}{times}"
        else:
            what = "a text" if one.shape.kind == "text" else str(one.shape)
            says = f"the error {one.status} is answered with {what}, without {lacks}"
        if follows:
            return f"{says}; base's answers nearby have this shape too"
        return f"{says}; base's answers nearby are {habit}" if habit else says

    def _wrong(self, side: Content | None) -> "tuple[Answer, ...]":
        """The answers of a file that lack what is asked for; what is not known accuses nobody."""
        return tuple(one for one in _read(side) if any(one.shape.has(path) is False for path in self.shape))

    def _is_handled(self, head: Side, framework: str) -> bool:
        """Whether some code of the project handles the exceptions of a framework."""
        from pytest_agentcompliance.parsing.comments import blanked
        from pytest_agentcompliance.parsing.testcode import is_test

        names, pattern, endings = _HANDLED[framework]
        paths = sorted({path for paths in head.where(names, endings).values() for path in paths})
        for path in [one for one in paths if not is_test(one) and not matches(one, self.exempt)][:_MOST_FILES]:
            content = head.files.get(path)
            if content is not None and is_file(content.mode):
                try:
                    if pattern.search(blanked(content.text(), path)):
                        return True
                except Unreadable:
                    continue
        return False

    def _habit(self, base: Side, folder: str, *, python: bool) -> str | None:
        """The shape of most answers of base, in the nearest folder around that has enough of them; None: no one shape."""
        from pytest_agentcompliance.parsing.testcode import is_test

        there = {path for paths in base.where(_ANSWERING, (".py",) if python else _SCRIPTS).values() for path in paths}
        code = [path for path in sorted(there) if not matches(path, self.exempt) and not is_test(path) and path in base.files]
        seen: set[str] = set()
        shapes: Counter[str] = Counter()
        told = 0
        while True:
            inside = f"{folder}/" if folder else ""
            for path in (one for one in code if one.startswith(inside) and one not in seen):
                if len(seen) >= _MOST_FILES or told >= _MOST_READ:
                    break
                seen.add(path)
                found = [one for one in _read(base.files[path]) if one.shape.kind != "unknown"]
                told += bool(found)
                shapes.update(_family(one) for one in found)
            if shapes.total() >= _ENOUGH or not folder:
                break
            folder = folder.rpartition("/")[0]
        ((family, count),) = shapes.most_common(1) or [("", 0)]
        return family if count >= _ENOUGH and count >= _SHARE * shapes.total() else None


def _read(side: Content | None) -> "tuple[Answer, ...]":
    from pytest_agentcompliance.parsing.error_answers import answers

    if side is None or not is_file(side.mode):
        return ()
    try:
        return answers(side.path, side.text().replace("\0", " "))
    except Unreadable:
        return ()


def _family(one: "Answer") -> str:
    return "a text" if one.shape.kind == "text" else one.shape.family


def _lines(one: "Answer") -> Iterable[int]:
    return range(one.line, one.last + 1)


_ANSWERS: "Things[Answer]" = Things(lambda one: one.text, lambda one: f"{one.by} {one.shape.family}", _lines)
