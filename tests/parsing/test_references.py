"""Which criteria a text names, in the spellings that people and agents use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import references
from pytest_agentcompliance.parsing.references import Key, Name


def names(text: str) -> list[str]:
    """``AC-1`` for one, ``AC-1..AC-3`` for a range."""
    return [str(one.first) if one.first == one.last else f"{one.first}..{one.last}" for one in references.find(text).names]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AC-1", ["AC-1"]),
        ("AC1", ["AC-1"]),
        ("AC 01", ["AC-1"]),
        ("ac-7", ["AC-7"]),
        ("AC #4", ["AC-4"]),
        ("AC‑3 (with an odd hyphen)", ["AC-3"]),
        ("AC-1.2 and AC1a", ["AC-1.2", "AC-1a"]),
        ("AC-2a/b/c", ["AC-2a", "AC-2b", "AC-2c"]),
        ("AC-FUNC-1, AC-FUNC-2", ["AC-FUNC-1", "AC-FUNC-2"]),
        ("REQ-3, FR-1 and NFR-12", ["REQ-3", "FR-1", "NFR-12"]),
        ("AC-1 to AC-3", ["AC-1..AC-3"]),
        ("AC1-AC5", ["AC-1..AC-5"]),
        ("AC-7-13", ["AC-7..AC-13"]),
        ("AC-1..3", ["AC-1..AC-3"]),
        ("`AC-1` through `AC-3`", ["AC-1..AC-3"]),
        ("**AC-1**, **AC-2** and **AC-4**", ["AC-1", "AC-2", "AC-4"]),
        ("ACs 1–4, 14-15 (step 1)", ["AC-1..AC-4", "AC-14..AC-15"]),
        ("AC-1, 2 and 5", ["AC-1", "AC-2", "AC-5"]),
        ("(maps to AC 2, 6, 20)", ["AC-2", "AC-6", "AC-20"]),
        ("AC-18/AC-19: totals", ["AC-18", "AC-19"]),
        ("AC-5, AC-8 partial", ["AC-5", "AC-8"]),
        ("acceptance criteria 1-3 are met", ["AC-1..AC-3"]),
        ("criterion 2", ["AC-2"]),
        ("AC-5 to AC-2", ["AC-5", "AC-2"]),  # no range
        ("AC-1 to AC-999999999", ["AC-1..AC-999999999"]),
    ],
)
def test_names(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AC-1, 2 endpoints", ["AC-1"]),
        ("AC-1 - 3 endpoints", ["AC-1"]),
        ("AC-1 and 4 more tests", ["AC-1"]),
        ("HVAC-3, the MAC-7 address, 0f3a-ac12-77", []),
        ("AC-12abc, AC-3rd", []),
        ("Requirements: 16+ characters", []),
        ("criteria of 80% coverage", []),
        ("(maps to story requirement/AC)", []),
    ],
)
def test_what_is_no_name(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "text", ["all ACs", "verify all 15 acceptance criteria", "every criterion", "All of the story's acceptance criteria"]
)
def test_everything(text: str) -> None:
    assert references.find(text).everything


@pytest.mark.parametrize("text", ["not all ACs", "all AC-1 and AC-2 cases", "all tests", "each criterion 3"])
def test_not_everything(text: str) -> None:
    assert not references.find(text).everything


def test_owner_line_and_spelling_are_kept() -> None:
    found = references.find("first\nas SHOP-9 AC 17 has it,\nAC-2 of TILL-4, and ACs 3-5")
    assert [(one.owner, one.line, one.written) for one in found.names] == [
        ("SHOP-9", 2, "AC 17"),
        ("TILL-4", 3, "AC-2"),
        ("", 3, "ACs 3-5"),
    ]


def test_sections_and_requirements_in_words() -> None:
    found = references.find("maps to Section 11.2; story requirement: carts survive a restart\nsection 3 of the plan")
    assert found.sections == ("11.2",)
    assert found.words == ("carts survive a restart",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("maps to Plan step 2", "a step of the plan"),
        ("Phase 1, Step 2 of IMPLEMENTATION-PLAN.md", "a step of the plan"),
        ("fix what the code review found", "a finding of a review"),
        ("Priority 2 (HIGH): a cast", "a finding of a review"),
        ("store the cart", ""),
    ],
)
def test_other_documents(text: str, expected: str) -> None:
    assert references.elsewhere(text) == expected


def test_range_holds_what_lies_in_it_and_parts_of_it() -> None:
    name = references.find("AC-2 to AC-4").names[0]
    held = [Key("AC", (2,)), Key("AC", (3, 1)), Key("AC", (4,), "b"), Key("AC", (1,)), Key("AC", (5,)), Key("REQ", (3,))]
    assert [name.holds(key) for key in held] == [True, True, True, False, False, False]


def test_name_holds_its_parts_and_what_it_is_a_part_of() -> None:
    whole, part, other = Key("AC", (1,)), Key("AC", (1, 2)), Key("AC", (1, 3))
    assert Name(whole, whole, "").holds(part)
    assert Name(part, part, "").holds(whole)
    assert not Name(part, part, "").holds(other)


PIECES = st.lists(
    st.sampled_from(
        ["AC", "ACs", "-", "–", " ", ", ", "1", "2", "03", "99999999999999999999", ".", "..", " to ", " and ", "a", "/", "(",
         ")", "`",
         "**", "\n", "all ", "criteria", "requirement", "SHOP-1", "of ", "Section ", "é", "\ud800"]
    )
    | st.text(max_size=4),
    max_size=40,
)  # fmt: skip


@given(PIECES)
def test_any_text_is_read(pieces: list[str]) -> None:
    text = "".join(pieces)
    for one in references.find(text).names:
        assert one.first <= one.last
        assert one.written in text
        assert 1 <= one.line <= text.count("\n") + 1
        assert one.holds(one.first)
        assert one.holds(one.last)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_padding_and_case_do_not_matter(first: int, second: int) -> None:
    low, high = sorted((first, second))
    spelled = references.find(f"AC-{low} to AC-{high}").names
    assert [(one.first, one.last) for one in references.find(f"ac 0{low} to ac 00{high}").names] == [
        (one.first, one.last) for one in spelled
    ]


def test_number_of_names_is_bounded() -> None:
    assert len(references.find("AC-1, " * 20_000).names) <= references.MOST
