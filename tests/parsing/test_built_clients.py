"""What code builds for itself, and what stands around it."""

import pytest

from pytest_agentcompliance.parsing.built_clients import Built, built

REDIS = "import Redis from 'ioredis'\n"


def one(path: str, text: str) -> Built:
    (only,) = built(path, text)
    return only


def test_name_of_the_class_and_of_the_function() -> None:
    code = one("a.ts", REDIS + "export class A {\n  run() {\n    return [1].map(() => new Redis(url))\n  }\n}\n")
    assert (code.callee, code.line, code.classes, code.functions[0], code.own) == ("Redis", 4, ("A",), "run", False)
    code = one("a.py", "import boto3\n\n\nclass A:\n    def run(self):\n        return boto3.client('s3').list()\n")
    assert (code.callee, code.classes, code.functions, code.returned) == ("boto3.client", ("A",), ("run",), False)


@pytest.mark.parametrize(
    "code",
    [
        "new Redis()", "import Redis from './mine'\nnew Redis()\n", "import { Client } from './pg'\nnew Client()\n",
        "import { QueryClient } from '@tanstack/react-query'\nnew QueryClient()\n", "new UserRepository()",
        "class UserRepository {}\nnew UserRepository()\n",
        "import { createClient } from '@/lib/db'\nimport type { User } from '@supabase/supabase-js'\n"
        "createClient()\n",
        "// new PrismaClient()\nconst a = 'new PrismaClient()'\n",
        "import { S3Client } from '@aws-sdk/client-s3'\nlet a: S3Client\nnew PutObjectCommand({})\n",
    ],
)  # fmt: skip
def test_what_is_no_client(code: str) -> None:
    assert built("a.ts", code) == ()


@pytest.mark.parametrize(
    ("code", "handed"),
    [
        ("const f = (key) => {\n  const c = new Redis(key)\n}\n", True),
        ("const f = key => {\n  const c = new Redis(key)\n}\n", True),
        ("function f({ account }) {\n  const key = account.key\n  const c = new Redis(key)\n}\n", True),
        ("function f(id) {\n  const ws =\n    find(id);\n  const set = ws.set;\n  const key = set.key;\n"
         "  const c = new Redis(key)\n}\n", True),
        ("function f(a) {\n  const key = process.env.KEY\n  const c = new Redis(key)\n}\n", False),
        ("class A {\n  constructor(key) {\n    this.c = new Redis(key)\n  }\n}\n", False),
    ],
)  # fmt: skip
def test_what_is_built_of_an_argument_of_the_call(code: str, handed: bool) -> None:
    assert one("a.ts", REDIS + code).handed is handed


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a.ts", "class A {\n  constructor(c?: Redis) {\n    this.c = c ?? new Redis()\n  }\n}\n"),
        ("a.ts", "class A {\n  constructor(private c = new Redis()) {}\n}\n"),
        ("a.ts", "function f(c) {\n  if (!c) {\n    c = new Redis()\n  }\n}\n"),
        ("a.ts", "function f(c) {\n  c ||= new Redis()\n}\n"),
        ("a.ts", "export const a = new A(new Redis())\n"),
        ("a.py", "def f(c=None):\n    c = c or redis.Redis()\n"),
        ("a.py", "def f(c=None):\n    if c is None:\n        c = redis.Redis()\n"),
        ("a.py", "def f(c=redis.Redis()):\n    pass\n"),
        ("a.py", "a = A(redis.Redis())\n"),
        ("a.py", "class A:\n    def __init__(self, c=None):\n        self._c = c\n\n    def get(self):\n"
                 "        if self._c is None:\n            self._c = redis.Redis()\n"),
    ],
)  # fmt: skip
def test_what_stands_in_for_what_was_not_handed_in(path: str, code: str) -> None:
    assert one(path, ("import redis\n" if path == "a.py" else REDIS) + code).fallback


def test_what_is_handed_out_at_once() -> None:
    assert one("a.ts", REDIS + "export const f = () => new Redis()\n").returned
    assert one("a.ts", REDIS + "class A {\n  static f() {\n    return new A(new Redis())\n  }\n}\n").returned
    assert one("a.py", "import redis\n\n\ndef f():\n    return redis.Redis()\n").returned
    assert not one("a.ts", REDIS + "const f = () => {\n  const c = new Redis()\n  return c.get(a)\n}\n").returned


@pytest.mark.parametrize(
    ("path", "code", "returned"),
    [
        ("a.ts", "const f = () => {\n  const c: Redis = new Redis(a)\n  c.on('error', log)\n  return c\n}\n", True),
        ("a.ts", "class A {\n  static f() {\n    const c = new Redis()\n    return new A(\n      c,\n    )\n  }\n}\n", True),
        ("a.ts", "class A {\n  f() {\n    const c = new Redis()\n    return new A(c)\n  }\n}\n", False),
        ("a.py", "def f():\n    c = redis.Redis(\n        url,\n    )\n    return c\n", True),
        ("a.py", "class A:\n    @classmethod\n    def f(cls) -> A:\n        c = redis.Redis()\n        return cls(c, g())\n", True),
        ("a.py", "def f():\n    c = redis.Redis()\n    return c.get(a)\n", False),
    ],
)  # fmt: skip
def test_what_is_handed_out_by_its_name(path: str, code: str, returned: bool) -> None:
    assert one(path, ("import redis\n" if path == "a.py" else REDIS) + code).returned is returned


@pytest.mark.parametrize(("path", "code"), [
    ("a.ts", "class A {\n  static f() {\n    new Redis()\n  }\n}\n"),
    ("a.ts", "class A {\n  protected f(): Redis {\n    new Redis()\n  }\n}\n"),
    ("a.py", "class A:\n    @staticmethod\n    async def f():\n        redis.Redis()\n"),
])  # fmt: skip
def test_method_of_the_class_itself(path: str, code: str) -> None:
    assert one(path, ("import redis\n" if path == "a.py" else REDIS) + code).static


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a.ts", "import Cache from 'ioredis'\nconst c = new Cache()\n"),
        ("a.ts", "import { PrismaClient as Db } from '@prisma/client'\nconst c = new Db()\n"),
        ("a.ts", "import Model, { type ClientOptions } from 'openai'\nconst c = new Model()\n"),
        ("a.py", "from openai import OpenAI as Model\nc = Model()\n"),
        ("a.py", "import boto3 as aws\nc = aws.client('s3')\n"),
    ],
)
def test_client_under_another_name(path: str, code: str) -> None:
    assert one(path, code).line == 2


def test_parameter_of_a_constructor_that_takes_no_notice_of_it_is_no_default() -> None:
    assert not one("a.ts", REDIS + "class A {\n  constructor(redis?: Redis) {\n    this.redis = new Redis()\n  }\n}\n").fallback


def test_what_a_client_is_there_for() -> None:
    assert one("a.ts", "import { Client } from '@elastic/elasticsearch'\nnew Client()\n").about == ("@elastic",)
    assert one("a.py", "import boto3\nboto3.client(\n    'ses', region_name='a')\n").about == ("boto3", "ses")


@pytest.mark.parametrize(
    "text",
    ["", "new " * 20_000, "new PrismaClient(" * 3000, "class A {" * 3000 + "new PrismaClient()", "import " * 20_000 + "from 'a'",
     "if (a) " * 4000 + "new PrismaClient()", "\0\ud800new PrismaClient()", "a=" * 20_000,
     f"{REDIS}function f(a) {{\n{'b = a; c = new Redis(b); return c1;' * 3000}"],
)  # fmt: skip
def test_no_text_makes_it_fail(text: str) -> None:
    for path in ("a.ts", "a.js", "a.py", "a.md"):
        assert all(each.line >= 1 for each in built(path, text))
