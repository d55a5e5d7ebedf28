"""Code that nobody wrote in good faith: no reading fails, and none takes what it has not."""

import random

import pytest

from pytest_agentcompliance.parsing.routes import scripts

APP = "const express = require('express');\nconst app = express();\n"
WHOLE = """\
import { Router } from 'express';
import { Controller, Get, Module } from '@nestjs/common';
export class A extends B<C> { static x = 1; #y = 2; constructor(private readonly z: Z = {}) { super(z); this.r = Router(); }
  get router() { return this.r } @Get(':id') async one(@Param('id') id: string) { return id } }
@Controller({ path: ['a', `b${c}`], version: ['1'] }) class D extends A {}
const { p, q: [r, ...s], ...t } = await import('./x'), u = async ({ v } = {}) => v?.w ?? `x${y}`;
for (const [k, v] of Object.entries({ a: 1, ...t })) app.use(`/${k}`, v),
  app.route(k).get(v).post([v, ...s], (req, res) => res.status(201));
export default (fastify, opts) => fastify.register(u, { prefix: '/x', ...opts });
export * from './x'; export { p as GET, q }; enum E { A = 'x', B }
"""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00\ud800\r",
        APP + "app.use(" * 500,
        APP + "app.get('/x', " + "(" * 3000,
        APP + "const a = " + "!" * 5000 + "1;",
        APP + "{" * 300 + "app.get('/x', h)" + "}" * 300,
        APP + "function f(a) { return f(f(a)); }\napp.use(f(f));\n",
        APP + "const f = (a) => g(a), g = (a) => f(a);\napp.get(f('/x'), h);\n",
        APP + "class A extends A { constructor() { super(); new A(); this.a = new A(); } }\nnew A();\n",
        APP + "let a = '/x';\n" + "a = a + a;\n" * 60 + "app.get(a, h);\n",
        APP + "const a = [1];\n" + "a.push(...a, ...a);\n" * 40 + "a.forEach((x) => a.forEach((y) => app.get('/' + x + y, h)));\n",
        APP + "".join(f"const r{n} = express.Router(); r{n}.get('/', h);\n" for n in range(60))
        + "".join(f"r{n}.use('/a', r{n + 1}); r{n}.use('/b', r{n + 1});\n" for n in range(59)) + "app.use(r0);\n",
        "import { NestFactory } from '@nestjs/core';\n@Module({ imports: [A, forwardRef(() => A)] }) class A {}\n"
        "NestFactory.create(A);\n",
    ],
)  # fmt: skip
def test_no_text_is_too_much(text: str) -> None:
    """Whatever stands there, the reader ends; two files are there so that one can name the other."""
    found = scripts.read({"a.ts": text, "b.js": text + "\nmodule.exports = require('./a');\n"})
    assert len(found.routes) <= 20_000


def test_a_good_file_beside_a_bad_one_is_read() -> None:
    """What one file does to itself is its own loss, and is said."""
    bad = APP + "app.get('/bad', h);\n" + "x" * 2_000_000
    found = scripts.read({"bad.js": bad, "good.js": APP + "app.get('/good', h);\n"})
    assert [one.path for one in found.routes] == ["/good"]
    assert [(one.path, one.why) for one in found.unresolved] == [("bad.js", "no grammar reads this file")]


def test_broken_code_of_any_kind() -> None:
    """Parts cut out, doubled and put elsewhere."""
    chance = random.Random(8)
    for _ in range(60):
        text = WHOLE
        for _ in range(chance.randint(1, 8)):
            start = chance.randrange(len(text))
            end = start + chance.choice([0, 1, 4, 30])
            other = chance.randrange(len(text))
            text = text[:start] + text[other : other + chance.choice([0, 2, 40])] + text[end:]
        found = scripts.read({"src/a.ts": APP + text, "src/x.ts": text, "app/api/route.ts": text})
        assert all(one.path.startswith("/") for one in found.routes)


def test_settings_that_extend_themselves_and_paths_that_leave_the_tree() -> None:
    """No loop, and nothing outside."""
    found = scripts.read({
        "tsconfig.json": '{ "extends": "./tsconfig", "compilerOptions": {} }',
        "package.json": '{ "name": ["a"], "main": {} }',
        "src/app.ts": "import r from '../../../etc/routes';\nimport s from '@/s';\nimport t from 'a';\n"
        + APP + "app.use('/x', r, s, t);\napp.get('/y', h);\n",
    })  # fmt: skip
    assert [one.path for one in found.routes] == ["/y"]
