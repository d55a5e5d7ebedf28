"""docs/trust.md shows the corpus as it is."""

from tests.evasions.page import AGAIN, PAGE, written


def test_table_is_current() -> None:
    page = PAGE.read_text("utf-8")
    assert written(page) == page, AGAIN
