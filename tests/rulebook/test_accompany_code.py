"""testing/accompany-code beyond its examples: what touches new logic, and what is owed no test."""

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.testing.accompany_code import AccompanyCode
from pytest_agentcompliance.workshop import run_of

LOGIC = (
    "def total(rows):\n    found = 0\n    for row in rows:\n        if row.paid:\n            found += row.sum\n"
    "        elif row.due:\n            found -= row.sum\n    return found\n"
)
OTHER = "def test_other():\n    assert other() == 1\n"


def said(before: Mapping[str, str], after: Mapping[str, str], **given: Any) -> list[str]:
    example = Example("x", given=given, before=before, after={**before, **after})
    return [f"{one.at}: {one.message}" for one in AccompanyCode(**given).findings_in(run_of(example))]


def test_it_is_told_by_name() -> None:
    assert said({}, {"shop/till.py": LOGIC}) == ["shop/till.py:1: new logic has no new or changed test that touches it: total"]


@pytest.mark.parametrize(
    "test",
    [
        {"tests/test_till.py": OTHER},
        {"tests/test_shop.py": "from shop.till import x\n" + OTHER},
        {"tests/test_shop.py": OTHER.replace("other", "total")},
    ],
)
def test_what_touches_it(test: Mapping[str, str]) -> None:
    assert said({}, {"shop/till.py": LOGIC, **test}) == []


def test_a_test_that_was_there_does_not_speak_for_new_logic() -> None:
    assert len(said({"tests/test_till.py": OTHER}, {"shop/till.py": LOGIC})) == 1


def test_a_test_that_names_it_speaks_for_logic_that_grew() -> None:
    before = {"shop/till.py": "def total(rows):\n    return 0\n"}
    after = {"shop/till.py": LOGIC}
    assert said(before, after, lines=5) == ["shop/till.py:1: logic that grew has no new or changed test that touches it: total"]
    assert said({**before, "tests/test_sums.py": OTHER.replace("other", "total")}, after, lines=5) == []


def test_a_tested_caller_that_changed_too_speaks_for_it() -> None:
    caller = {"shop/cart.py": "from shop.till import total\n\ndef pay():\n    return total([])\n", "tests/test_cart.py": OTHER}
    assert said({}, {"shop/till.py": LOGIC, **caller}) == []


def test_a_copy_of_a_file_is_not_new() -> None:
    assert said({"shop/till.py": LOGIC}, {"web/till.py": LOGIC}) == []


def test_what_was_put_into_a_function_of_its_own_is_not_new() -> None:
    body = "".join(f"    {line}\n" for line in LOGIC.split("\n")[1:-1])
    before = {"shop/page.py": f"class Page:\n    def show(self, rows):\n{body}"}
    assert said(before, {"shop/page.py": "class Page:\n    pass\n", "shop/till.py": LOGIC}) == []
    assert len(said(before, {"shop/till.py": LOGIC})) == 1


def test_parameters() -> None:
    assert said({}, {"shop/till.py": LOGIC}, lines=20) == []
    assert said({}, {"shop/till.py": LOGIC}, branches=9) == []
    assert said({}, {"shop/till.py": LOGIC}, exempt=["shop/**"]) == []


def test_a_test_that_was_only_wrapped_otherwise_speaks_for_nothing() -> None:
    before = {"tests/test_till.py": "def test_other():\n    assert other(1, 2) == 1\n"}
    after = {"shop/till.py": LOGIC, "tests/test_till.py": "def test_other():\n    assert other(\n        1, 2,\n    ) == 1\n"}
    assert len(said(before, after)) == 1


def test_a_method_is_not_known_by_a_name_that_everything_has() -> None:
    method = "class Till:\n    " + LOGIC.replace("\n", "\n    ").replace("total(", "create(self, ").rstrip() + "\n"
    code = {"shop/billing.py": method}
    assert len(said({}, {**code, "tests/test_users.py": "def test_a():\n    users.create()\n"})) == 1
    assert said({}, {**code, "tests/test_users.py": "def test_a():\n    Till().create()\n"}) == []


def test_wiring_that_a_test_names_does_not_speak_for_what_it_names() -> None:
    wiring = {"src/app.module.ts": "import { billing } from './billing'\n"}
    code = {"src/billing.ts": LOGIC_TS, "test/a.spec.ts": "import { AppModule } from '../src/app.module'\n"}
    assert len(said({}, {**wiring, **code})) == 1


LOGIC_TS = (
    "export function total(rows: Row[]): number {\n  let found = 0;\n  for (const row of rows) {\n    if (row.paid) {\n"
    "      found += row.sum;\n    } else if (row.due) {\n      found -= row.sum;\n    }\n  }\n  return found;\n}\n"
)
ORDERS = (
    "class OrderItem(Base):\n    __tablename__ = 'order_items'\n    id = Column(Integer, primary_key=True)\n"
    "    sum = Column(Integer)\n"
)
OWED = ["shop/models.py:1: the new table order_items (OrderItem) has no new or changed test that names it"]


@pytest.mark.parametrize(
    ("test", "owed"),
    [
        ("def test_a():\n    order()\n", OWED),
        ("def test_a():\n    OrderItem()\n", []),
        ("def test_a():\n    make_order_items(3)\n", []),
        ("def test_a(client):\n    client.get('/api/order-items/1')\n", []),
        ("def test_a():\n    orderitem_of(1)\n", []),
    ],
)
def test_what_names_a_table(test: str, owed: list[str]) -> None:
    assert said({}, {"shop/models.py": ORDERS, "tests/test_a.py": test}, tables=True) == owed


def test_tables_are_not_asked_about_unless_the_parameter_says_so() -> None:
    assert said({}, {"shop/models.py": ORDERS}) == []


def test_a_test_that_was_there_does_not_speak_for_a_new_table() -> None:
    before = {"tests/test_a.py": "OrderItem\n"}
    assert said(before, {"shop/models.py": ORDERS}, tables=True) == OWED


@pytest.mark.parametrize(
    "before",
    [
        {"shop/models.py": ORDERS.replace("OrderItem", "Item").replace("order_items", "item")},  # it has another name now
        {"web/models.py": ORDERS},  # the same table, declared once more
    ],
)
def test_a_table_that_was_there_is_not_new(before: Mapping[str, str]) -> None:
    assert said(before, {"shop/models.py": ORDERS}, tables=True) == []


def test_a_table_is_tested_through_the_file_that_uses_it() -> None:
    uses = {"shop/basket.py": "from shop.models import OrderItem\n", "tests/test_basket.py": OTHER}
    assert said({}, {"shop/models.py": ORDERS, **uses}, tables=True) == []


def test_generated_and_migrated_models_are_owed_none() -> None:
    assert said({}, {"shop/generated/models.py": ORDERS, "shop/migrations/0001.py": ORDERS}, tables=True) == []
