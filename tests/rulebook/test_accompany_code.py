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
