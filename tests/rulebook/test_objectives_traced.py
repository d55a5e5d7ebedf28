"""How chunks are traced to the story: what is said, what is left to others, and what cannot be judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance import workshop
from pytest_agentcompliance.audit import yield_into
from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.log.objectives_traced import ObjectivesTraced
from pytest_agentcompliance.verdict import Finding

STORY = "# S-1\n\n## Acceptance Criteria\n\n- AC-1: the endpoint stores a cart\n- AC-2: the endpoint empties a cart\n"
FILES = "- Files changed:\n  - api/cart.ts\n"
DONE = "\nBACKEND COMPLETE\n"


def judged(log: str, before: str | None = STORY, after: str | None = None, **other: str) -> tuple[list[Finding], str]:
    """The findings, and how the rule came to them."""
    trees = [{} if text is None else {"STORY.md": text} for text in (before, before if after is None else after)]
    found = ObjectivesTraced().findings_in(workshop.run_of(Example("x", before=trees[0], after=trees[1] | other, log=log)))
    findings: list[Finding] = []
    why = yield_into(findings, found)
    return findings, why


def messages(log: str, before: str | None = STORY, after: str | None = None, level: str = "breach", **other: str) -> list[str]:
    return [one.message for one in judged(log, before, after, **other)[0] if one.level == level]


def chunk(number: int, objective: str, rest: str = FILES) -> str:
    return f"## Chunk {number} — x\n- Objective: {objective}\n{rest}\n"


def test_story_that_is_not_there_is_said_with_its_place() -> None:
    with pytest.raises(NotJudged, match=r"the story was not found; it was looked for at STORY\.md"):
        messages(chunk(1, "AC-1"), None)


def test_log_without_chunks_and_story_without_criteria_are_not_judged() -> None:
    with pytest.raises(NotJudged, match="the log has no chunks"):
        messages("# Log\n")
    with pytest.raises(NotJudged, match=r"STORY\.md has no acceptance criteria"):
        messages(chunk(1, "AC-1"), "# S-1\n\nWords.\n")


def test_all_that_an_objective_invents_is_one_finding() -> None:
    assert messages(chunk(1, "AC-1, AC-7 and AC-9 to AC-12")) == [
        "the objective of chunk 1 names AC-7, AC-9, AC-12; STORY.md does not have them"
    ]


def test_story_at_base_governs() -> None:
    grown = STORY + "- AC-3: the endpoint logs\n"
    log = chunk(1, "AC-3")
    assert messages(log, STORY, grown) == [
        "the objective of chunk 1 names AC-3; STORY.md does not have it, only the story as the run left it does"
    ]
    assert judged(log, STORY, grown)[1] == "the run changed the criteria of the story; they are read at base, STORY.md"


def test_story_that_only_head_has_is_read_there() -> None:
    findings, why = judged(chunk(1, "AC-1"), None, STORY)
    assert findings == []
    assert why == "base has no story; it is read at head, STORY.md"


def test_criteria_of_another_story_are_not_looked_for_here() -> None:
    assert messages(chunk(1, "as SHOP-9 AC-17 does, for AC-1")) == []
    assert len(messages(chunk(1, "the cart of SHOP-9 AC-1"))) == 1


def test_part_of_a_criterion_and_its_whole_are_the_same_work() -> None:
    assert messages(chunk(1, "AC-1.2 and AC-2b")) == []
    assert messages(chunk(1, "AC-1, AC-2") + DONE, STORY.replace("AC-1:", "AC-1a:").replace("AC-2:", "AC-2.1:")) == []


def test_complete_run_lists_what_no_chunk_names_with_the_lines() -> None:
    findings, _ = judged(chunk(1, "AC-2") + DONE)
    assert [(one.message, str(one.at), one.evidence) for one in findings] == [
        ("the run is complete, and no chunk names 1 of the 2 criteria of STORY.md: AC-1 (line 5)", "BACKEND-LOG.md:7", "AC-1")
    ]


@pytest.mark.parametrize("objective", ["AC-1 to AC-2", "all ACs", "ACs 1, 2", "AC-01; AC 2"])
def test_ranges_lists_and_all_cover(objective: str) -> None:
    assert messages(chunk(1, objective) + DONE) == []


def test_run_that_is_not_complete_need_not_name_all() -> None:
    assert messages(chunk(1, "AC-1")) == []
    assert messages(chunk(1, "AC-1") + "\nBACKEND BLOCKED: no database\n") == []


@pytest.mark.parametrize(
    "line", ["- ~~AC-3: a log~~", "- AC-3 (deferred): a log", "- AC-3: a log (moved to SHOP-8)", "- AC-3 (optional): a log"]
)
def test_what_is_not_asked_for_need_not_be_named(line: str) -> None:
    assert messages(chunk(1, "AC-1, AC-2") + DONE, f"{STORY}{line}\n") == []


def test_headings_say_whose_a_criterion_is_before_its_text_does() -> None:
    story = "## Acceptance Criteria\n\n### Frontend\n\n- AC-1: calls the endpoint\n\n"
    story += "### Backend\n\n- AC-2: feeds the modal\n- AC-3: a cart\n"
    findings, why = judged(chunk(1, "AC-3") + DONE, story)
    assert [one.evidence for one in findings] == ["AC-2"]
    assert why.endswith("left to other agents: AC-1")


def test_what_says_nothing_of_its_side_is_demanded_only_of_a_story_of_one_side() -> None:
    quiet = STORY + "- AC-3: totals are right\n"
    assert len(messages(chunk(1, "AC-1, AC-2") + DONE, quiet)) == 1
    assert messages(chunk(1, "AC-1, AC-2") + DONE, quiet + "- AC-4: a modal\n- AC-5: a toast\n") == []


def test_other_agents_chunks_cover_too() -> None:
    other = {"FRONTEND-LOG.md": chunk(1, "AC-2")}
    assert messages(chunk(1, "AC-1") + DONE, STORY, STORY, **other) == []


def test_chunks_that_all_answer_a_review_are_no_run_of_the_whole_story() -> None:
    findings, why = judged(chunk(1, "fix the cast that the code review found") + DONE)
    assert [one.level for one in findings] == ["style"]
    assert "every chunk answers a review" in why


def test_story_without_ids_is_not_judged_for_its_cover() -> None:
    story = "## Acceptance Criteria\n\n- carts survive a restart\n- totals are right\n"
    findings, why = judged(chunk(1, "carts survive a restart") + DONE, story)
    assert findings == []
    assert "gives its criteria no ids" in why
    assert len(messages(chunk(1, "AC-1") + DONE, story)) == 1
    assert len(messages(chunk(1, "AC-3"), story)) == 1


def test_words_of_a_requirement_must_be_the_storys() -> None:
    assert messages(chunk(1, "Story requirement: the endpoint stores carts")) == []
    assert len(messages(chunk(1, "Story requirement: invoices are printed nightly"))) == 1


def test_objective_in_the_storys_words_is_a_matter_of_style() -> None:
    assert messages(chunk(1, "an endpoint that stores a cart"), level="style") == [
        "the objective tells a requirement of the story in words and names no criterion: chunk 1"
    ]


def test_asides_are_one_remark_for_all_their_chunks() -> None:
    log = chunk(1, "skeleton (Plan step 1)") + chunk(2, "AC-1") + chunk(3, "index (Plan step 4)")
    assert messages(log, level="style") == ["the objective names a step of the plan and no criterion: chunks 1, 3"]


def test_chunk_without_an_objective_is_left_to_the_rule_on_fields() -> None:
    assert messages(f"## Chunk 1 — x\n{FILES}") == []


def test_old_chunks_are_not_judged_and_cover() -> None:
    old = chunk(1, "AC-77") + chunk(2, "AC-1")
    run = workshop.run_of(
        Example("x", before={"STORY.md": STORY}, after={"STORY.md": STORY}, log_before=old, log=old + chunk(3, "AC-2") + DONE)
    )
    assert list(ObjectivesTraced().findings_in(run)) == []


def test_words_are_parameters() -> None:
    story = STORY + "- AC-3: the quux works\n"
    run = workshop.run_of(Example("x", before={"STORY.md": story}, after={"STORY.md": story}, log=chunk(1, "AC-1, AC-2") + DONE))
    assert list(ObjectivesTraced(others=["quux"]).findings_in(run)) == []
    assert len(list(ObjectivesTraced(others=[], own=[]).findings_in(run))) == 1


TEXT = st.lists(
    st.sampled_from(
        ["AC-1", "AC-", "9", " to ", "all ACs", "## Chunk 2 — y\n", "- Objective: ", "\n", "- ", "(", ")", "|", "\udc80"]
    ),
    max_size=30,
)


@given(TEXT, TEXT)
def test_any_log_and_story_are_judged(log: list[str], story: list[str]) -> None:
    for finding in judged(chunk(1, "".join(log)) + DONE, STORY + "".join(story))[0]:
        assert finding.at is not None
        assert finding.at.line
