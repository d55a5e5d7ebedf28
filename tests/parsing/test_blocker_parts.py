"""The parts of a blocker: its labels and headings, the options that it lists, and whether it is about a decision."""

import pytest

from pytest_agentcompliance.parsing import blockers
from pytest_agentcompliance.parsing.blockers import Blocker

TITLE = "## Architectural Decision Required\n\n"
PARTS = (
    "**Context**: storing the cart\n**Decision Needed**: which store\n**Options Identified**:\n1. Redis\n2. Postgres\n"
    "**Recommendation**: Postgres\n**Blocked Steps**: step 3\n"
)


def only(text: str) -> Blocker:
    (entry,) = blockers.read(text).entries
    return entry


def marks(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.mark) for one in only(text).options]


def test_template_has_all_parts_without_dress() -> None:
    entry = only(TITLE + PARTS)
    assert entry.decision
    assert {name: (part.text.split("\n")[0], part.dress) for name, part in entry.parts.items()} == {
        "context": ("storing the cart", ""),
        "decision_needed": ("which store", ""),
        "options": ("1. Redis", ""),
        "recommendation": ("Postgres", ""),
        "blocked_steps": ("step 3", ""),
    }
    assert all(part.filled for part in entry.parts.values())


def test_unfilled_template_says_nothing() -> None:
    text = TITLE + "**Context**: [What]\n**Decision Needed**: TBD\n**Options Identified**:\n1. [A]\n2. [B]\n**Recommendation**:\n"
    entry = only(text)
    assert [name for name, part in entry.parts.items() if part.filled and name != "options"] == []
    assert entry.options == ()


def test_headings_are_parts_in_another_dress() -> None:
    text = "# BLOCKED: Architectural decision required\n\n## Context\n\nCart.\n\n## Decision Needed\n\nStore.\n\n## Options\n\n"
    entry = only(
        text
        + "### Option 1: Redis\n\nFast.\n\n### Option 2: Postgres\n\nThere.\n\n## Recommendation\n\n2\n\n## Blocked Steps\n\n3\n"
    )
    assert {name: part.dress for name, part in entry.parts.items()} == {
        "context": "heading", "decision_needed": "heading", "options": "heading, other words", "recommendation": "heading",
        "blocked_steps": "heading",
    }  # fmt: skip
    assert [(one.kind, one.mark, one.text) for one in entry.options] == [("numbered", "1", "Redis"), ("numbered", "2", "Postgres")]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("1. Redis\n2. Postgres\n", [("numbered", "1"), ("numbered", "2")]),
        ("1. **Redis**: fast\n   - Pros: 1. speed\n2. Postgres\n", [("numbered", "1"), ("numbered", "2")]),
        ("**Option A**: Redis\n\n**Option B: Postgres** (Recommended)\n", [("lettered", "A"), ("lettered", "B")]),
        ("- Option 1 - Redis\n- Option 2 - Postgres\n", [("numbered", "1"), ("numbered", "2")]),
        ("A) Redis\nB) Postgres\n", [("lettered", "A"), ("lettered", "B")]),
        ("- Redis\n- Postgres\n", [("unmarked", "-"), ("unmarked", "-")]),
        ("| Option | Pros |\n|---|---|\n| 1 | fast |\n| 2 | there |\n", [("numbered", "1"), ("numbered", "2")]),
        ("1.\n2. [Option B]\n", []),
    ],
)
def test_options_in_any_dress(options: str, found: list[tuple[str, str]]) -> None:
    assert marks(TITLE + "**Options Identified**:\n\n" + options + "\n**Recommendation**: 1\n") == found


def test_options_without_a_label_of_their_own() -> None:
    entry = only("# Blockers\n\n## 2. The port needs a decision\n\n**Option A: 80.** Short.\n\n**Option B: 8080.** Free.\n")
    assert [(one.kind, one.mark) for one in entry.options] == [("lettered", "A"), ("lettered", "B")]
    assert entry.parts["options"].dress == "no label of their own"


def test_options_on_the_line_of_the_label() -> None:
    assert marks(TITLE + "**Options Identified**: 1. Redis 2. Postgres\n") == [("numbered", "1"), ("numbered", "2")]


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("## Blocker: no Docker\n\n### Resolution Options\n\n1. Install\n2. Skip\n\n### Recommendation\n\n1\n", False),
        ("## Blocker: tests fail\n\nerror TS2322, two attempts made\n", False),
        ("## Blocker 1: store\n\n### Options\n\n1. Redis\n2. Postgres\n\nWhich option should we take?\n", True),
        ("## Blocker 1: store\n\n### Decision Required\n\nThe store.\n", True),
        ("## B1 — date policy\n\n**Needed from the owner:** a decision before this is loaded.\n", True),
        ("## B1 — labels\n\n**Open question for the owner:** which corpus was it?\n", True),
        ("## Open Decisions\n\n| ID | Decision | By |\n|---|---|---|\n| D1 | the price | spring |\n", True),
        ("| ID | Blocker | Owner does |\n|---|---|---|\n| B1 | license | choose one of two |\n", True),
        ("| ID | Blocker | Owner does |\n|---|---|---|\n| B1 | disk | buy one |\n", False),
        ("```markdown\n## Architectural Decision Required\n```\n", True),
    ],
)
def test_which_blockers_are_about_a_decision(text: str, decision: bool) -> None:
    assert only("# Blockers\n\n" + text).decision is decision


def test_part_in_code_is_text() -> None:
    entry = only(TITLE + "**Context**: this\n\n```ts\n**Recommendation**: none\n## Blocker 2\n```\n")
    assert list(entry.parts) == ["context"]
    assert "Blocker 2" in entry.parts["context"].text
