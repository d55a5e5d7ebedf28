"""What a story asks for, in every dialect of criteria."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import requirements
from pytest_agentcompliance.parsing.requirements import Story

HEAD = "# SHOP-7: Carts\n\n## Acceptance Criteria\n\n"


def ids(story: Story) -> list[str]:
    return [str(one.key) for one in story.requirements]


def found(text: str) -> list[tuple[str, str, int]]:
    """Key, text and line; the lines count from the first behind the heading of the criteria."""
    return [(str(one.key), one.text, one.line - 4) for one in requirements.read(HEAD + text).requirements]


@pytest.mark.parametrize(
    "written",
    [
        "- [ ] **AC-1**: A cart is stored",
        "- [x] **AC-1:** A cart is stored",
        "- [ ] AC1: A cart is stored",
        "- AC-01 A cart is stored",
        "* AC 1 - A cart is stored",
        "1. **AC1:** A cart is stored",
        "### AC-1: A cart is stored",
        "#### AC 1 — A cart is stored",
        "**AC-1**: A cart is stored",
        "**AC-1: A cart is stored**",
        "AC-1: A cart is stored",
        "> - AC-1: A cart is stored",
        "| AC-1 | A cart is stored |",
        "| **AC-1** | A cart is stored |",
    ],
)
def test_criterion_with_an_id(written: str) -> None:
    assert found(written + "\n") == [("AC-1", "A cart is stored", 1)]


def test_ids_of_every_kind() -> None:
    text = "- AC-FUNC-1: a\n- AC-1.2: b\n- AC1a: c\n- REQ-3: d\n- FR-04: e\n- AC 7b: f\n"
    assert [key for key, _, _ in found(text)] == ["AC-FUNC-1", "AC-1.2", "AC-1a", "REQ-3", "FR-4", "AC-7b"]


def test_mention_is_no_definition() -> None:
    text = "- [ ] **AC-1**: a cart\n  - see AC-14 for the id\n  AC-9 is meant here\n\nAs AC-3 says.\n\n```\nAC-8: sample\n```\n"
    assert [key for key, _, _ in found(text)] == ["AC-1"]


def test_criteria_under_groups_and_their_items() -> None:
    text = "### Backend (AC 1-2)\n\n- [ ] AC 1: a\n  - a detail\n- [ ] AC 2: b\n\n### AC 3: c\n\n- [ ] one\n- [ ] two\n"
    assert found(text) == [("AC-1", "a", 3), ("AC-2", "b", 5), ("AC-3", "c", 7)]
    assert requirements.read(HEAD + text).requirements[0].under == ("Backend (AC 1-2",)


def test_group_stands_for_criteria_that_nothing_else_lays_down() -> None:
    assert [key for key, _, _ in found("### AC-1 to AC-3: totals\n\n- [ ] right\n\n- AC-2: known\n")] == ["AC-2"]
    assert [key for key, _, _ in found("### AC-1 to AC-3: totals\n\n- [ ] right\n")] == ["AC-1", "AC-2", "AC-3"]
    assert [key for key, _, _ in found("### AC-1 to AC-999999999: all\n")] == ["AC-1", "AC-999999999"]


def test_list_without_ids_is_counted() -> None:
    text = "### Cart\n\n- [ ] stored\n  - with its lines\n- [x] emptied\n\n### Till\n\n1. right totals\n"
    story = requirements.read(HEAD + text)
    assert story.counted
    assert [(str(one.key), one.text, one.line) for one in story.requirements] == [
        ("AC-1", "stored", 7), ("AC-2", "emptied", 9), ("AC-3", "right totals", 13),
    ]  # fmt: skip
    assert story.items == 4


def test_numbers_of_a_list_are_its_ids() -> None:
    assert [key for key, _, _ in found("3. stored\n4. emptied\n")] == ["AC-3", "AC-4"]


def test_tables_without_ids() -> None:
    assert found("| # | Criterion |\n|---|---|\n| 2 | stored |\n| 5 | emptied |\n") == [
        ("AC-2", "stored", 3),
        ("AC-5", "emptied", 4),
    ]
    assert found("| Criterion | Test |\n|---|---|\n| stored | unit |\n") == [("AC-1", "stored | unit", 3)]


def test_given_when_then_and_scenarios() -> None:
    text = "**Given** a cart\n**When** it is emptied\n**Then** it is gone\n\nGiven a till\nWhen it opens\nThen it rings\n"
    assert [line for _, _, line in found(text)] == [1, 5]
    assert found("```gherkin\nScenario: a cart\n  Given a shop\nScenario: a till\n```\n") == [
        ("AC-1", "Scenario: a cart", 2), ("AC-2", "Scenario: a till", 4),
    ]  # fmt: skip


def test_given_below_an_id_is_its_text() -> None:
    assert found("### AC-1: carts\n\n**Given** a cart\n**Then** it is stored\n") == [("AC-1", "carts", 1)]


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ("- [ ] AC-1: a cart", "open"),
        ("- [ ] ~~AC-1: a cart~~", "struck"),
        ("- [ ] **~~AC-1~~**: ~~a cart~~", "struck"),
        ("- [ ] **AC-1 (deferred — out of scope)**: a cart", "deferred"),
        ("- [ ] **AC-1** *(GATED: needs SHOP-6)*: a cart", "deferred"),
        ("- AC-1: DEFERRED to SHOP-9", "deferred"),
        ("- AC-1: a cart (Later - Deferred Post-MVP)", "deferred"),
        ("- AC-1: a cart *[Deferred until the till is there.]*", "deferred"),
        ("- AC-1: a cart (moved to SHOP-8)", "deferred"),
        ("- AC-1: columns (moved to the detail tables)", "open"),
        ("- AC-1: removed carts are gone", "open"),
        ("- AC-1: no cart is left (none is removed or changed)", "open"),
        ("- AC-1 (optional): a cart", "optional"),
        ("- AC-1: Optional: a cart", "optional"),
        ("- AC-1: fields `a`, `b` (optional)", "open"),
        ("### Stretch (Nice-to-have)\n\n- AC-1: a cart", "optional"),
        ("### Deferred\n\n- AC-1: a cart", "deferred"),
    ],
)
def test_state(written: str, state: str) -> None:
    assert [one.state for one in requirements.read(HEAD + written + "\n").requirements] == [state]


def test_title_says_nothing_of_the_criteria() -> None:
    story = requirements.read("# SHOP-7: Deferred writes reviewed\n\n## Acceptance Criteria\n\n- AC-1: a cart\n")
    assert [(one.state, one.main) for one in story.requirements] == [("open", True)]


def test_what_a_review_adds_is_known_and_not_asked_for() -> None:
    text = "- AC-1: a cart\n\n## QA Discovery Notes\n\n### New Acceptance Criteria (proposed)\n\n**AC-2: a till**\n\n"
    text += "| 1 | x | Add as AC-3 |\n"
    story = requirements.read(HEAD + text)
    assert [(str(one.key), one.main) for one in story.requirements] == [("AC-1", True), ("AC-2", False)]
    assert "AC-3" in [str(one.first) for one in story.mentioned]


def test_tables_of_coverage_repeat_and_do_not_count() -> None:
    text = "- AC-1: a cart\n\n## Subtasks\n\n- AC-1: ST-1\n- AC-1, AC-2: ST-2\n"
    story = requirements.read(HEAD + text)
    assert [(str(one.key), one.line) for one in story.requirements if one.main] == [("AC-1", 5)]


def test_first_definition_counts() -> None:
    assert found("- AC-1: a cart\n- AC-1: another\n") == [("AC-1", "a cart", 1)]


def test_non_goals_lay_nothing_down() -> None:
    story = requirements.read("## Non-Goals\n\n- AC-9: a bank\n\n## Acceptance Criteria\n\n- AC-1: a cart\n")
    assert [(str(one.key), one.state, one.main) for one in story.requirements] == [
        ("AC-9", "deferred", False),
        ("AC-1", "open", True),
    ]


def test_requirements_without_a_section_of_criteria() -> None:
    assert ids(requirements.read("# x\n\n## Functional Requirements\n\n- FR1: a cart\n- FR2: a till\n")) == ["FR-1", "FR-2"]
    assert ids(requirements.read("# x\n\n## Seed Requirements\n\n- a cart\n")) == []
    assert [one.main for one in requirements.read("# x\n\n- AC-1: a cart\n").requirements] == [True]


def test_bold_label_stands_as_a_heading() -> None:
    assert ids(requirements.read("# x\n\n**Acceptance Criteria:**\n\n- a cart\n- a till\n")) == ["AC-1", "AC-2"]


def test_yaml_story_and_front_matter() -> None:
    listed = "id: SHOP-7\nacceptance_criteria:\n  - 'a cart'\n  - a till\nrisk: none\n"
    assert [(str(one.key), one.text, one.line, one.counted) for one in requirements.read(listed).requirements] == [
        ("AC-1", "a cart", 3, True), ("AC-2", "a till", 4, True),
    ]  # fmt: skip
    mapped = "acceptance_criteria:\n- id: AC-4\n  description: a cart\n- id: AC-5\n  description: a till\nnotes: |\n  - none\n"
    assert ids(requirements.read(mapped)) == ["AC-4", "AC-5"]
    front = "---\nid: SHOP-7\nacs:\n  - AC-1: a cart\n---\n\n# Carts\n\nWords.\n"
    assert ids(requirements.read(front)) == ["AC-1"]


def test_numbers_of_headings() -> None:
    assert requirements.read("## 3. Goal\n\n## 11.2 Seeds\n").sections == {"3", "11.2"}


PIECES = st.lists(
    st.sampled_from(
        ["## Acceptance Criteria\n", "### ", "- [ ] ", "- ", "1. ", "AC-1", "AC-2 to AC-", "999999", "**", "~~", "|", "\n", "\n\n",
         ": ",
         "Given ", "```\n", "acceptance_criteria:\n", "  ", "---\n", "(deferred)", "<!--", "text ", "\ud800", "\r", "\t"]
    )
    | st.text(max_size=5),
    max_size=60,
)  # fmt: skip


@given(PIECES)
def test_any_text_is_read(pieces: list[str]) -> None:
    text = "".join(pieces)
    story = requirements.read(text)
    lines = [one.line for one in story.requirements]
    assert lines == sorted(lines)
    assert all(1 <= line <= text.count("\n") + text.count("\r") + 1 for line in lines)
    assert len(set(ids(story))) == len(lines)


def test_number_of_criteria_is_bounded() -> None:
    assert len(requirements.read(HEAD + "".join(f"- AC-{n}: x\n" for n in range(5_000))).requirements) == requirements.MOST
