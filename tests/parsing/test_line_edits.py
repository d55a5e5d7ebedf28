"""Edits between two texts: they lead from the one to the other, and are told where people would see them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.line_edits import Edit, edits


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("abc", "abc", []),
        ("abc", "aXc", [Edit(2, ("b",), 2, ("X",))]),
        ("abc", "ac", [Edit(2, ("b",), 2, ())]),
        ("ac", "abc", [Edit(2, (), 2, ("b",))]),
        ("abcde", "aXcdY", [Edit(2, ("b",), 2, ("X",)), Edit(5, ("e",), 5, ("Y",))]),
        ("", "ab", [Edit(1, (), 1, ("a", "b"))]),
    ],
)
def test_edits(before: str, after: str, found: list[Edit]) -> None:
    assert list(edits(list(before), list(after))) == found


@settings(max_examples=300, deadline=None)
@given(st.text("abcde", max_size=40), st.text("abcde", max_size=40))
def test_edits_lead_from_one_text_to_the_other(before: str, after: str) -> None:
    made, at = list[str](), 0
    for edit in edits(list(before), list(after)):
        made.extend(before[at : edit.old - 1])
        assert tuple(before[edit.old - 1 : edit.old - 1 + len(edit.removed)]) == edit.removed
        assert len(made) == edit.new - 1
        made.extend(edit.added)
        at = edit.old - 1 + len(edit.removed)
    assert "".join([*made, *before[at:]]) == after


def test_long_texts_are_no_trouble() -> None:
    before = [str(number) for number in range(30_000)]
    assert len(list(edits(before, before[::-1]))) > 0
    assert list(edits(["x"] * 30_000, ["x"] * 30_001)) == [Edit(30_001, (), 30_001, ("x",))]
