"""What a log says of its checks: kinds of command, sentences of fact, failures that are excused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.log_results import excused, kind, passed


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pnpm check-types --filter @shop/cart", "type check"), ("npx tsc --noEmit", "type check"), ("mypy src", "type check"),
        ("pnpm --filter cart test", "tests"), ("npx vitest run", "tests"), ("python -m pytest -q", "tests"),
        ("pnpm lint", "lint"), ("npx eslint src/cart.test.ts", "lint"), ("pnpm build", "build"), ("psql -f seed.sql", None),
    ],
)  # fmt: skip
def test_kind_of_a_command(command: str, expected: str | None) -> None:
    assert kind(command) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("All tests pass", ["tests"]), ("- Type check: PASSED", ["type check"]), ("The build is green.", ["build"]),
        ("Tests: ✅ passing", ["tests"]), ("Type check passed, all tests passing", ["type check", "tests"]),
        ("lint clean", ["lint"]),
        ("tests should pass", []), ("Run it to verify tests pass", []), ("once the tests pass we go on", []),
        ("the tests do not pass", []), ("a test for passing carts", []),
        ("pre-existing tests passing", []), ("password", []),
        ("test files pass data", []),
        ("tests cover what passes", []),
    ],
)  # fmt: skip
def test_sentences_that_say_that_a_check_passed(text: str, expected: list[str]) -> None:
    assert [one.check for one in passed(text)] == expected


def test_excuses() -> None:
    assert excused("`pnpm test` - 57 passed, 1 pre-existing failure")
    assert not excused("`pnpm test` - 57 passed, 1 failed")


@given(st.text())
def test_never_raises(text: str) -> None:
    list(passed(text))
    kind(text)
