"""Both ends of a run read one after the other: what is the same at both is read once, and what is found does not change by it."""

import pytest

from pytest_agentcompliance.parsing import grammar, routes

MAIN = "from fastapi import FastAPI\nfrom app.orders import router\napp = FastAPI()\napp.include_router(router, prefix='/api')\n"
ORDERS = "from fastapi import APIRouter\nrouter = APIRouter(prefix='/orders')\n\n\n@router.get('')\ndef listed():\n    return []\n"
SERVER = (
    "import express from 'express'\nimport { made } from './made'\nconst app = express()\n"
    "app.get('/carts', (req, res) => res.status(204).end())\napp.use('/more', made())\napp.listen(1)\n"
)
MADE = "import { Router } from 'express'\nexport function made() {\n  const one = Router()\n  one.post('/a', x)\n  return one\n}\n"
FILES = {"app/__init__.py": "", "app/main.py": MAIN, "app/orders.py": ORDERS, "src/server.ts": SERVER, "src/made.ts": MADE}
CHANGED = {**FILES, "app/orders.py": ORDERS + "\n\n@router.post('')\ndef made():\n    return {}\n"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that the grammar was asked about."""
    found: list[str] = []
    real = grammar.nodes

    def nodes(rules: object, name: str, text: str) -> object:
        found.append(text)
        return real(rules, name, text)  # type: ignore[arg-type]

    monkeypatch.setattr(grammar, "nodes", nodes)
    return found


def test_the_same_is_found_with_and_without() -> None:
    alone = routes.read(CHANGED), routes.read(FILES)
    with routes.kept():
        together = routes.read(CHANGED), routes.read(FILES)
    assert together == alone
    assert len(alone[0].routes) == len(alone[1].routes) + 1 == 4
    assert routes.read(FILES) == alone[1]


def test_a_text_is_parsed_once(asked: list[str]) -> None:
    with routes.kept():
        routes.read({**CHANGED, "src/server.ts": SERVER + "// once\n"})
        before = len(asked)
        routes.read({**FILES, "src/server.ts": SERVER + "// once\n"})
    assert before > 0
    assert [text for text in asked[before:] if text != ORDERS] == []


def test_nothing_is_kept_afterwards(asked: list[str]) -> None:
    one = {"src/server.ts": SERVER + "// afterwards\n"}
    for _ in range(2):
        with routes.kept():
            routes.read(one)
    assert len(asked) == 2
