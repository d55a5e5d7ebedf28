"""Who may call an operation, as its document says; and the new routes that let everybody in all the same."""

import pytest

from pytest_agentcompliance.parsing import openapi, routes
from pytest_agentcompliance.parsing.openapi import guarded

APP = "from fastapi import Depends, FastAPI\n\napp = FastAPI()\n"
ORDERS = "\n\n@app.get('/orders')\ndef orders({}):\n    return rows()\n"
ITEMS = "\n\n@app.get('/items')\ndef items({}):\n    return rows()\n"


def document(top: str, own: str) -> openapi.Document:
    text = f"openapi: 3.1.0\n{top}paths:\n  /orders:\n    get:\n{own}      responses: {{}}\n  /items:\n    get: {{}}\n"
    found = openapi.read("openapi.yaml", lambda path: text if path == "openapi.yaml" else None)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("top", "own", "secured"),
    [
        ("", "", [False, False]),
        ("security: [{bearer: []}]\n", "", [True, True]),
        ("security: [{bearer: []}]\n", "      security: []\n", [False, True]),
        ("security: [{bearer: []}]\n", "      security: [{}, {bearer: []}]\n", [False, True]),
        ("", "      security: [{bearer: [read]}, {key: []}]\n", [True, False]),
        ("security: []\n", "      security: {bearer: []}\n", [False, False]),  # no list
        ("security: [bearer]\n", "", [False, False]),
    ],
)
def test_who_may_call(top: str, own: str, secured: list[bool]) -> None:
    assert [one.secured for one in document(top, own).operations] == secured


def let_in(before: str, after: str, *, elsewhere: bool = False, asks: bool = False) -> list[str]:
    operations = document("security: [{bearer: []}]\n", "").operations
    old, new = routes.read({"app.py": before}), routes.read({"app.py": after})
    lines = frozenset(range(1, 100))
    found = guarded.lacking(operations, new, lambda: old, lambda path: lines, asks=lambda route: asks, elsewhere=lambda: elsewhere)
    return [route.path for _, route in found]


def test_a_new_route_that_nothing_guards() -> None:
    assert let_in(APP, APP + ORDERS.format("")) == ["/orders"]
    assert let_in(APP, APP + ORDERS.format("db=Depends(get_db)")) == ["/orders"]
    assert let_in(APP, APP + ORDERS.format("") + ITEMS.format("me=Depends(caller)"), elsewhere=True) == ["/orders"]


@pytest.mark.parametrize(
    "after",
    [
        APP + ORDERS.format("me=Depends(current_user)"),
        APP.replace("FastAPI()", "FastAPI(dependencies=[Depends(caller)])") + ORDERS.format(""),
        APP + "\n\n@app.get('/plans')\ndef plans():\n    return rows()\n",  # no document has it
    ],
)
def test_a_new_route_that_is_guarded_or_that_nobody_speaks_of(after: str) -> None:
    assert let_in(APP, after) == []


def test_a_guard_that_is_not_read() -> None:
    assert let_in(APP, APP + ORDERS.format(""), elsewhere=True) == []
    assert let_in(APP, APP + ORDERS.format(""), asks=True) == []
    assert let_in(APP + ITEMS.format(""), APP + ITEMS.format("") + ORDERS.format("")) == []  # base guards none


def test_what_was_there_accuses_nobody() -> None:
    assert let_in(APP + ORDERS.format(""), APP + ORDERS.format("") + "\n") == []
