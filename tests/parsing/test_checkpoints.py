"""Checkpoints and escalations out of Markdown: what is one, what only speaks of one, and their parts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.checkpoints import escalations, read

BODY = (
    "\n\n**Project:** shop\n\n### Built\n- carts\n\n### Key Decisions\n- decimals\n\n### Files Created\n- `src/a.ts`\n\n"
    "### Test It\n```sh\ncurl localhost\n```\n\n**Options:** A) Approve | B) Changes\n\n**DECISION:** ___\n"
)
ALL = ["Project", "Built", "Key Decisions", "Files Created", "Test It", "Options", "DECISION"]
TABLE = "| # | Error | Fix | Result |\n|---|---|---|---|\n| 1 | a | b | c |\n| 2 | a | b | c |\n"


@pytest.mark.parametrize(
    "title",
    [
        "## CHECKPOINT: G5.1 Schema",
        "## 🚦 CHECKPOINT: G5.1 - Schema",
        "### Checkpoint G5.1: Schema",
        "## G5.1 Checkpoint: Schema",
        "**CHECKPOINT: G5.1 Schema**",
        "CHECKPOINT: G5.1 Schema",
        "# DEVELOPMENT CHECKPOINT: G5.1",
        "## ✅ CHECKPOINT: G5.1 Schema",
        "## 🛑 CHECKPOINT REACHED: G5.1 Schema",
    ],
)
def test_a_title_in_any_dress_opens_a_checkpoint(title: str) -> None:
    (one,) = read(f"Done so far.\n\n{title}{BODY}")
    assert (one.gates, one.line, sorted(one.parts)) == (("G5.1",), 3, sorted(ALL))
    assert [name for name in ALL if not one.parts[name].filled] == ["DECISION"]
    assert [(option.mark, option.text.strip(" |")) for option in one.options] == [("A", "Approve"), ("B", "Changes")]
    assert one.decided == ""


@pytest.mark.parametrize(
    "text",
    [
        "- CHECKPOINT: G5.1 Schema\n- CHECKPOINT: G5.2 Services\n",
        "| CHECKPOINT: G5.1 | done |\n",
        "CHECKPOINT: G5.1 approved, going on.\n",
        "## CHECKPOINT: G5.1 approved ✅\n\nOn to G5.2.\n",
        "I will stop at checkpoint G5.1 and wait.\n",
        "## CHECKPOINT: G5.X {Name}\n\n**Project:** {name}\n\n### Built\n- {item 1}\n",
        "## Checkpoints\n\nG5.1, G5.2\n",
        "",
    ],
)
def test_words_about_a_checkpoint_are_none(text: str) -> None:
    assert read(text) == ()


def test_a_heading_alone_is_a_checkpoint_that_lacks_everything() -> None:
    (one,) = read("## CHECKPOINT: G5.1 Schema\n\nAll is well.\n")
    assert dict(one.parts) == {}


def test_two_checkpoints_end_where_the_next_begins() -> None:
    later = "## CHECKPOINT: G5.2 Services\n\n### Built\n- all\n\n## Afterwards\n\n### Files\n- b\n"
    first, second = read(f"## CHECKPOINT: G5.1 Schema{BODY}\n{later}")
    assert (first.gate, second.gate, list(second.parts)) == ("G5.1", "G5.2", ["Built"])
    assert read("## CHECKPOINT: G5.1-G5.3 All\n\n### Built\n- x\n")[0].gates == ("G5.1", "G5.3")


def test_parts_of_the_same_rank_and_labels_with_lists_are_parts() -> None:
    parts = "## Built\n- a\n\n**Files Created:**\n- b.ts\n- c.ts\n\nOptions:\n1. Approve\n2. Changes\n\n"
    (one,) = read(f"## CHECKPOINT: G5.1\n\n{parts}DECISION: A\n---\n")
    assert [line.body for line in one.parts["Files Created"].lines if line.body] == ["b.ts", "c.ts"]
    assert [option.mark for option in one.options] == ["1", "2"]
    assert one.decided == "A"


@pytest.mark.parametrize(
    ("decision", "chosen"),
    [
        ("**DECISION:** ___", ""),
        ("**DECISION:** ___ (reply A, B, C or D)", ""),
        ("**DECISION:** A / B / C / D", ""),
        ("**DECISION:** awaiting your answer", ""),
        ("### DECISION\n\nPlease choose one.", ""),
        ("**DECISION:** B) Changes", "B) Changes"),
        ("### DECISION\n\nApproved, going on.", "Approved, going on."),
    ],
)
def test_who_decides(decision: str, chosen: str) -> None:
    assert read(f"## CHECKPOINT: G5.1\n\n### Built\n- a\n\n{decision}\n")[0].decided == chosen


def test_a_fence_around_a_checkpoint_is_read_where_it_is_shown() -> None:
    text = "Here:\n\n```markdown\n## CHECKPOINT: G5.1 Schema\n\n### Built\n- a\n\n**DECISION:** ___\n```\n"
    assert [one.line for one in read(text)] == [4]
    assert read(text, fenced=False) == ()
    assert read(text.replace("```markdown", "```python")) == ()


def test_what_a_template_has_in_its_place_says_nothing() -> None:
    (one,) = read("## CHECKPOINT: G5.1\n\n**Project:** {name}\n\n### Built\n- [item]\n- {item 2}\n\n### Files Created\n- TBD\n")
    assert not any(part.filled for part in one.parts.values())


def test_an_escalation_has_its_table() -> None:
    head = "## SELF-HEALING ESCALATION\n\n**Error:** it breaks\n\n### Attempt History\n"
    text = f"{head}{TABLE}| 3 | [a] | | |\n\n### Options\nA) x\nB) y\n"
    (one,) = escalations(text)
    assert [row[0] for row in one.attempts] == ["1", "2"]
    assert [option.mark for option in one.options] == ["A", "B"]
    assert sorted(one.parts) == ["Attempt History", "Error", "Options"]


def test_attempts_may_be_a_list() -> None:
    items = "1. cache cleared\n2. pinned\n3. mocked\n"
    (one,) = escalations(f"**SELF-HEALING ESCALATION**\n\n**Error:** x\n\n**Attempt History:**\n{items}")
    assert len(one.attempts) == 3


@pytest.mark.parametrize(
    "text", ["No self-healing escalation was needed.\n", "- Self-healing escalation: none\n", "Escalation to support.\n"]
)
def test_words_about_an_escalation_are_none(text: str) -> None:
    assert escalations(text) == ()


MARKS = st.sampled_from(
    ["## CHECKPOINT: G5.1", "SELF-HEALING ESCALATION", "**Project:**", "### Built", "```", "{", "}", "[", "|", "---", "\n", "A) "]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(MARKS, st.text(max_size=6)), max_size=60))
def test_any_text_is_read(parts: list[str]) -> None:
    text = "".join(parts)
    assert all(1 <= one.line <= one.last for one in read(text))
    assert all(1 <= one.line <= one.last for one in escalations(text))


@pytest.mark.parametrize("text", ["{}" * 3000, "CHECKPOINT: " * 3000, "[" * 5000 + "x", "**" * 4000, "|" * 6000])
def test_long_lines_take_no_time(text: str) -> None:
    (one,) = read(f"## CHECKPOINT: G5.1\n\n### Built\n{text}\n")
    assert one.gate == "G5.1"


def test_a_checkpoint_in_a_quote_is_one() -> None:
    quoted = "".join(f"> {line}".rstrip() + "\n" for line in f"## CHECKPOINT: G5.1 Schema{BODY}".split("\n"))
    (one,) = read(f"Here it is:\n\n{quoted}")
    assert (one.line, sorted(one.parts)) == (3, sorted(ALL))


def test_letters_of_options_may_be_bold() -> None:
    (one,) = read("## CHECKPOINT: G5.1\n\n**Options:** **A** Approve | **B** Changes\n")
    assert [(option.mark, option.text.strip(" |")) for option in one.options] == [("A", "Approve"), ("B", "Changes")]


def test_a_table_of_decisions_is_not_one_of_parts() -> None:
    rows = "| Decision | Why |\n|---|---|\n| Testing | vitest |\n| Files | one a module |\n"
    (one,) = read(f"## CHECKPOINT: G5.1\n\n### Key Decisions\n{rows}")
    assert sorted(one.parts) == ["Key Decisions"]
