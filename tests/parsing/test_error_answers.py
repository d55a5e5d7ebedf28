"""Answers that tell of an error: which calls they are, and in which shape."""

import pytest

from pytest_agentcompliance.parsing.error_answers import Shape, answers

TEXT = Shape("text")


def told(path: str, text: str) -> list[tuple[int, str, str]]:
    return [(one.line, one.status, str(one.shape)) for one in answers(path, text)]


def script(line: str) -> list[str]:
    return [str(one.shape) for one in answers("a.ts", line)]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("res.status(404).json({ error: 'no' })", "{error: text}"),
        ("response.status(HttpStatus.NOT_FOUND).send({ message: m })", "{message}"),
        ("reply.code(500).send({ error: err.message })", "{error: text}"),
        ("return c.json({ error: { code: 'A', message } }, 404)", "{error: {code, message}}"),
        ("return c.json({ message: 'no' }, { status: 404 })", "{message}"),
        ("return c.text('no', 404)", "text"),
        ("return NextResponse.json({ error: `no ${a}` }, { status: 400 })", "{error: text}"),
        ("return Response.json({ detail: 'no' }, { status: 422 })", "{detail}"),
        ("return new Response(JSON.stringify({ error: 'no' }), { status: 401 })", "{error: text}"),
        ("return new NextResponse('no', { status: 403, headers })", "text"),
        ("res.sendStatus(401)", "text"),
        ("res.status(err.status || 500).json({ ok: false })", "{ok}"),
        ("res.status(a ? 404 : 403).json({ error: a ? 'x' : String(e) })", "{error: text}"),
        ("res.status(status).json({ error: 'no' })", "{error: text}"),
        ("res.status(400).json({ ...base, at: now })", "{at, \u2026}"),
        ("res.status(400).json(make(e))", "\u2026"),
    ],
)
def test_scripts(text: str, shape: str) -> None:
    assert script(text) == [shape]


@pytest.mark.parametrize(
    "text",
    [
        "res.status(200).json({ error: 'none' })",
        "res.json({ error: 'x' })",
        "res.status(status).json({ rows })",
        "res.status(ok ? 200 : 500).json({ rows })",
        "res.status(404).end()",
        "new Response(null, { status: 404 })",
        "c.json({ error: 'invalid', error_description: 'x' }, 400)",
        "c.json({ status: 'down', database: 'lost' }, 500)",
        "setTimeout(() => a.json(1), 500)",
        "// res.status(404).json({ error: 'no' })",
        "const a = \"res.status(404).json({ error: 'no' })\"",
    ],
)
def test_what_is_no_error_or_has_no_body(text: str) -> None:
    assert script(text) == []


def test_names_and_functions_of_the_file_are_followed() -> None:
    text = (
        "const body = { error: 'x' }\nconst fail = (m) => ({ error: { code: 'A', message: m } })\n"
        "function old(m) {\n  return { message: m }\n}\n"
        "export const a = (req, res) => res.status(400).json(body)\n"
        "export const b = (req, res) => res.status(400).json(fail('x'))\n"
        "export const c = (req, res) => res.status(400).json(old('x'))\n"
        "export function d(req, res, error: string) { res.status(400).json({ error }) }\n"
    )
    assert told("a.ts", text) == [
        (6, "400", "{error: text}"), (7, "400", "{error: {code, message}}"), (8, "400", "{message}"), (9, "400", "{error: text}"),
    ]  # fmt: skip


def test_exceptions_of_nest() -> None:
    text = (
        "import { NotFoundException } from '@nestjs/common'\nthrow new NotFoundException('no')\n"
        "throw new BadRequestException({ error: { code: 'A', message: 'b' } })\nthrow new DomainException('no')\n"
    )
    assert [(one.line, str(one.shape), one.by) for one in answers("a.ts", text)] == [
        (2, "{statusCode, message, error: text}", "nest"), (3, "{error: {code, message}}", "nest"),
    ]  # fmt: skip


def test_python() -> None:
    text = (
        "from fastapi import HTTPException\nfrom flask import jsonify, abort, make_response\n\n\ndef a():\n"
        "    raise HTTPException(status_code=status.HTTP_404_NOT_FOUND, detail={'code': 'A'})\n\n\ndef b():\n"
        "    return jsonify({'error': 'no'}), 404\n\n\ndef c():\n    return jsonify(message='no', code=1), 400\n\n\n"
        "def d():\n    abort(403)\n    return make_response({'error': {'code': 'A', 'message': f'{x}'}}, 409)\n\n\n"
        "def e():\n    return JSONResponse({'detail': 'a' 'b'}, status_code=500)\n\n\n"
        "def f():\n    return JSONResponse(content={'ok': True}), a\n"
    )
    assert [(one.line, str(one.shape), one.by) for one in answers("a.py", text)] == [
        (6, "{detail}", "fastapi"), (10, "{error: text}", ""), (14, "{message, code}", ""), (18, "text", "flask"),
        (19, "{error: {code, message}}", ""), (23, "{detail}", ""),
    ]  # fmt: skip


def test_what_a_shape_has() -> None:
    shape = Shape("object", (("error", Shape("object", (("code", TEXT),))), ("more", Shape("unknown"))), more=True)
    paths = ("error.code", "error.message", "more.code", "other", "error.code.deep")
    assert [shape.has(path) for path in paths] == [True, False, None, None, False]


def test_family_leaves_out_what_is_told_beside_the_error() -> None:
    (one,) = answers("a.ts", "res.status(400).json({ success: false, error: 'x', details: d, message: 'y' })")
    assert one.shape.family == "{error: text}"


@pytest.mark.parametrize(
    "text", ["", "\0" * 9, "res.status(404).json(" * 3000, "c.json({" * 3000 + "404", "[" * 9999 + " 404", "'" * 9999 + "404"]
)
def test_hostile_text_fails_nothing(text: str) -> None:
    assert isinstance(answers("a.ts", text), tuple)
    assert isinstance(answers("a.py", "from flask import jsonify\n" + text), tuple)


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("{ res.status(404); res.json({ error: 'x' }) }", ["{error: text}"]),
        ("{ res.statusCode = 404; res.json({ error: 'x' }) }", ["{error: text}"]),
        ("{ res.writeHead(404, { a: 'b' }); res.end(JSON.stringify({ error: 'x' })) }", ["{error: text}"]),
        ("{ reply.code(404); return { error: 'x' } }", ["{error: text}"]),
        ("{ c.status(404); return c.json({ error: 'x' }) }", ["{error: text}"]),
        ("{ ctx.status = 404; ctx.body = { message: 'x' } }", ["{message}"]),
        ("{ res.status(201); res.json({ message: 'x' }) }", []),
        ("{ if (a) {\n res.status(404) }\n res.json({ message: 'x' }) }", []),
        ("{ if (a)\n res.status(404)\n res.json({ message: 'x' }) }", []),
        ("{ if (a) res.status(404); res.json({ message: 'x' }) }", []),
        ("{ res.status(404); other.json({ message: 'x' }) }", []),
        ("{ reply.code(404); return next() }", []),
        ("{ res.status(404); const f = () => { res.json({ message: 'x' }) } }", []),
    ],
)
def test_status_in_a_statement_before(text: str, shapes: list[str]) -> None:
    assert script(f"function a(req, res) {text}") == shapes


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("const status = err.status || 500; res.status(status).json({ message: 'x' })", ["{message}"]),
        ("let status = 500; if (a) status = 404; res.status(status).json({ message: 'x' })", ["{message}"]),
        ("let status = 200; if (a) status = 404; res.status(status).json({ message: 'x' })", []),
        ("const { status } = made(); res.status(status).json({ message: 'x' })", []),
        ("const init = { status: 404 }; NextResponse.json({ error: 'x' }, init)", ["{error: text}"]),
        ("c.json<Failed>({ error: 'x' }, 404)", ["{error: text}"]),
        ("c.body(JSON.stringify({ error: 'x' }), 404)", ["{error: text}"]),
        ("c.body(null, 404)", []),
        ("res.status(404).end(JSON.stringify({ error: 'x' }))", ["{error: text}"]),
        ("res.status(404).send('<h1>no</h1>')", []),
        ("new Response('', { status: 404 })", []),
        ("sendJson(res, 404, { error: 'x' })", ["{error: text}"]),
        ("jsonResponse({ error: 'x' }, 404)", ["{error: text}"]),
        ("sendJson(res, 404, { rows })", []),
        ("const sendJson = (res, s, error) => res.end({ error: error }); sendJson(res, 404, { message: 'x' })", []),
        ("function a() { res.sendFile('a.html'); res.status(404).send('no page') }", []),
        ("import f from 'fastify'\nreply.notFound('x')", ["{statusCode, message, error: text}"]),
        ("import 'hono/http-exception'; throw new HTTPException(404, { message: 'x' })", ["text"]),
        ("import 'hono/http-exception'; throw new HTTPException(404, { res: made })", []),
        ("import '@nestjs/common'; throw new HttpException({ ok: 1 }, 202)", []),
        ("import '@nestjs/common'; throw new NotFoundException(TEXTS.NO_ORDER)", ["{statusCode, message, error: text}"]),
    ],
)
def test_other_ways_to_answer_of_scripts(text: str, shapes: list[str]) -> None:
    assert script(text) == shapes


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("from fastapi import Response\ndef a(r):\n    r.status_code = 404\n    return {'error': 'x'}\n", ["{error: text}"]),
        ("from fastapi import Response\ndef a(r):\n    if b:\n        r.status_code = 404\n    return {'error': 'x'}\n", []),
        ("from fastapi import Response\ndef a(r):\n    r.status_code = 201\n    return {'error': 'x'}\n", []),
        ("from flask import jsonify\ndef a():\n    r = jsonify(error='x')\n    r.status_code = 404\n", ["{error: text}"]),
        ("from flask import jsonify\ndef a():\n    return dict(error='x'), 404\n", ["{error: text}"]),
        ("from flask import jsonify\ndef a():\n    return '', 404\n", []),
        ("from flask import Response\nr = Response(json.dumps({'error': 'x'}), status=404)\n", ["{error: text}"]),
        ("from flask import Response\nr = Response('<a/>', status=404, mimetype='text/html')\n", []),
        ("from starlette import x\nr = Response('no', 400)\n", ["text"]),
        ("from starlette import x\nr = Response(status_code=404)\n", []),
        ("from aiohttp import web\ndef a():\n    f = web.FileResponse(p)\n    return web.Response(text='no', status=404)\n", []),
        ("from werkzeug.exceptions import NotFound\nfrom flask import g\nraise NotFound('x')\n", ["text"]),
        ("self._send_json({'error': 'x'}, 404)\n", ["{error: text}"]),
        ("from flask import abort\nfrom http import HTTPStatus\nabort(HTTPStatus.NOT_FOUND)\n", ["text"]),
    ],
)
def test_other_ways_to_answer_of_python(text: str, shapes: list[str]) -> None:
    assert [str(one.shape) for one in answers("a.py", text)] == shapes


def test_page_of_a_router_and_health_answer_no_client() -> None:
    page = "import { json } from '@remix-run/node'\nexport const action = () => json({ errors }, { status: 400 })\n"
    assert len(answers("app/a.tsx", page)) == 1
    assert answers("app/a.tsx", page + "export default function A() {}\n") == ()
    assert answers("src/health.ts", "res.status(503).json({ queue: 'down' })") == ()
