"""Whatever stands in a file of Python, its routes are read without an error, and within limits."""

import pytest

from pytest_agentcompliance.parsing.routes import read

APP = "from fastapi import FastAPI, APIRouter\napp = FastAPI()\n"


@pytest.mark.parametrize(
    "text",
    [
        APP + "def f(): return f()\nf()\n" + "@app.get(f())\ndef g(): ...\n",
        APP + "app.include_router(app)\n@app.get('/a')\ndef a(): ...\n",
        APP + "a = '/x'\n" + "a = a + a\n" * 200 + "@app.get(a)\ndef g(): ...\n",
        APP + "x = [1]\n" + "x = x + x\n" * 200 + "for a in x:\n for b in x:\n  for c in x:\n   app.get('/a')(g)\n",
        APP + "x = [1]\n" + "x = x + x\n" * 8 + "for a in x:\n for b in x:\n  for c in x:\n   app.get(a)(g)\n",
        APP + "x = " + "(" * 3000 + "1" + ")" * 3000 + "\n",
        APP + "x = " + "[" * 500 + "\n",
        APP + "if a:\n" + "".join(" " * depth + "if a:\n" for depth in range(1, 300)),
        APP + "class A(A): ...\nclass B(A, B):\n  def get(self): ...\nB()\napp.get(B.x.y.z)(B)\n",
        APP + "from main import *\nfrom main import a as b, b as a\napp.include_router(a)\n",
        APP + "a = b\nb = a\nself.x = y\n(a, b), *c = d\nlambda: 0\n@app.get\ndef x(): ...\n@app.get()\ndef y(): ...\n",
        APP + "@app.get('/\0\ud800{')\ndef x(): ...\n",
        APP + "@app.get('/{a}', status_code=10**10, responses={1: 2}, methods=[1, None])\ndef x(*a, b: 'c', /, **d): ...\n",
        APP + "def f(a): f([a]); app.get('/x')(a)\nf(1)\n",
        "from flask import Flask\nFlask().route()\n@Flask().route('<' * 9)\ndef a(): ...\nFlask().register_blueprint()\n",
        APP + "try:\nexcept\nclass\ndef (:\n  @app.\n",
    ],
)  # fmt: skip
def test_nothing_raises(text: str) -> None:
    found = read({"main.py": text})
    assert len(found.routes) < 100


def test_routers_that_mount_each_other_in_every_way_end() -> None:
    names = [f"r{number}" for number in range(40)]
    lines = [f"{name} = APIRouter()\n@{name}.get('/{name}')\ndef f_{name}(): ...\n" for name in names]
    lines += [f"{one}.include_router({two})\n" for one in names for two in names]
    found = read({"main.py": APP + "".join(lines) + "app.include_router(r0)\n"})
    assert found.routes


def test_a_file_that_is_too_large_is_said() -> None:
    found = read({"main.py": APP + "x = 1\n" * 100_000})
    assert [(one.path, one.line) for one in found.unresolved] == [("main.py", 1)]
