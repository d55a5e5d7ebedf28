"""What a chunk says of reuse: names that can be looked up, and reasons that are one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.reuse import is_reason, reused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`addUp()` from the till", [("addUp", "symbol")]),
        ("`Cart.total`, `CartSchema`", [("total", "symbol"), ("CartSchema", "symbol")]),
        ("Logger from @shop/logger", [("@shop/logger", "package")]),
        ("`@shop/cart/src/index.ts`", [("@shop/cart", "package")]),
        ("the pattern of `api/carts/[id].ts`", [("api/carts/[id].ts", "path")]),
        ("`cart.ts` and `drizzle-orm/pg-core`", [("cart.ts", "path"), ("drizzle-orm/pg-core", "package")]),
        ("`cart-core` scaffold", [("cart-core", "package")]),
        ("handlers of gallery/*, the singleton pattern", []),
        ("`node:fs`, `./local`, `42`, `a b c`, `SELECT * FROM x`", []),
        ("someone@example.org", []),
    ],
)
def test_names(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(one.name, one.kind) for one in reused(text)] == expected


def test_a_name_has_its_row() -> None:
    assert [one.row for one in reused("`one`\n\n`two`")] == [0, 2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no package adds up carts", True), ("Zod 3 cannot be composed with Zod 4", True), ("AC-3 asks for a limit", True),
        ("it was needed", False), ("New feature required by the story", False), ("see above", False), ("", False), ("—", False),
    ],
)  # fmt: skip
def test_reasons(text: str, expected: bool) -> None:
    assert is_reason(text) is expected


@given(st.text())
def test_never_raises(text: str) -> None:
    reused(text)
    is_reason(text)
