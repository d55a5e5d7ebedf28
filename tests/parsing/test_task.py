"""A delegated task is read from YAML, JSON, Markdown and prompts, and its non-goals into what a path can be held against."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance import workshop
from pytest_agentcompliance.parsing.task import Assignment, Item, form, non_goals, read
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.artifacts.task_valid import TaskValid

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "task.schema.json"
YAML = (
    "id: TRD-C201\ndescription: Store the cart.\nstrategy: bug-fix\nquality_gates:\n  unit: 80\n  integration: 70\n"
    "non_goals:\n  - web/**\n  - the till\nknown_risks: [slow disk]\n"
)
MARKDOWN = (
    "# Task TRD-C201: Store the cart\n\n**Strategy:** Use TDD: tests first, then refactor.\n\n"
    "## Quality Gates (from constitution.md)\n- Unit test coverage: 80%\n- Integration test coverage: 70%\n\n"
    "## Non-Goals (MUST NOT implement)\n- NG1: `web/**`\n- NG2: the till\n\n"
    "## Known Risks\n\n| ID | Risk |\n|---|---|\n| R-1 | slow disk |\n"
)
PROMPT = (
    "<task>\n  <id>TRD-C201</id>\n  <description>Store the cart.</description>\n</task>\n\n<context>\n"
    "  <trd_file>docs/TRD/shop.md</trd_file>\n  <strategy>refactor</strategy>\n  <quality_gates>\n"
    "    <!-- read from the constitution -->\n    <unit_coverage>80%</unit_coverage>\n"
    "    <integration_coverage>70%</integration_coverage>\n  </quality_gates>\n</context>\n\n<scope_boundaries>\n  <non_goals>\n"
    "    <!-- MUST NOT\n         implement -->\n    - NG-1: web/**\n    - NG-2: the till\n  </non_goals>\n</scope_boundaries>\n"
    "<known_risks>slow disk</known_risks>\n\n## Instructions\nStrategy is: {strategy}\n"
)
TABLE = (
    "| Field | Value |\n|---|---|\n| Task ID | TRD-C201 |\n| Description | Store the cart. |\n| Strategy | `test-after` |\n"
    "| Quality gates | 80% unit, 70% integration |\n| Non-goals | web/**, the till |\n| Known risks | slow disk |\n"
)
LISTED = (
    "Store the cart as it is laid down.\n\n- **Task ID**: TRD-C201\n- Strategy: flexible\n- Coverage targets: 80% unit tests, 70%"
    " integration tests\n- Known risks: slow disk\n\n**Scope Boundaries (NON-GOALS - do NOT implement):**\n- web/**\n- the till\n"
)


@pytest.mark.parametrize(
    ("text", "strategy"),
    [(YAML, "bug-fix"), (MARKDOWN, "tdd"), (PROMPT, "refactor"), (TABLE, "test-after"), (LISTED, "flexible")],
    ids=["yaml", "markdown", "prompt", "table", "list"],
)
def test_all_six_fields_in_every_form(text: str, strategy: str) -> None:
    found = read(text)
    assert (found.id, found.strategy, dict(found.gates)) == ("TRD-C201", strategy, {"unit": 80, "integration": 70})
    assert "tore the cart" in found.description
    assert [one.text.strip("`") for one in found.non_goals] == ["web/**", "the till"]
    assert [one.text.endswith("slow disk") for one in found.risks] == [True]
    assert found.problems == ()
    assert set(found.lines) == {"id", "description", "strategy", "gates", "non_goals", "risks"}
    rows = text.split("\n")
    assert [word in rows[one.line - 1] for word, one in zip(("web/**", "till"), found.non_goals, strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("said", "strategy"),
    [
        ("tdd", "tdd"),
        ("TDD (Test-Driven Development)", "tdd"),
        ("test-first", "tdd"),
        ("characterisation", "characterization"),
        ("test_after", ""),
        ("Test after", "test-after"),
        ("bugfix", "bug-fix"),
        ("Refactoring", "refactor"),
        ("quick", ""),
        ("tdd|refactor", ""),
        ("{strategy}", ""),
        ("tdd or flexible", ""),
    ],
)
def test_the_strategy_is_one_of_six(said: str, strategy: str) -> None:
    assert read(f"id: T-1\nstrategy: {json.dumps(said)}\n").strategy == strategy
    assert read(f"# Task T-1: build the cart\n\n**Strategy**: {said}\n").strategy == strategy


@pytest.mark.parametrize(
    "said",
    ["unit: 80, integration: 70", "unit_coverage: 80%, integration_coverage: 70%", "unitCoverage: 0.8, integrationCoverage: 0.7"],
)
def test_gates_in_every_spelling(said: str) -> None:
    assert dict(read(f"id: T-1\nstrategy: tdd\nqualityGates: {{{said}}}\n").gates) == {"unit": 80, "integration": 70}


def test_none_is_said_and_empty_is_not() -> None:
    none = read("id: T-1\nstrategy: tdd\nnon_goals: []\nknown_risks: None known\n")
    assert (none.non_goals, none.risks, set(none.lines) >= {"non_goals", "risks"}) == ((), (), True)
    empty = read("id: T-1\nstrategy: tdd\nnon_goals:\n")
    assert "non_goals" not in empty.lines
    assert [(one.field, one.line) for one in empty.problems] == [("non_goals", 3)]


@pytest.mark.parametrize("text", ["", "please fix the bug in the cart", "Done.", "What does TASK do?", "# Notes\n\n- a\n- b\n"])
def test_a_message_is_no_task(text: str) -> None:
    assert not read(text).is_task


def test_what_stands_under_task_is_its_description_where_it_is_a_sentence() -> None:
    found = read("## Task\n\nRead the paper and write the plan.\n\nStrategy: tdd\n")
    assert (found.id, found.strategy) == ("", "tdd")
    assert read("Task: TRD-C201 Store the cart in the ledger\n\nStrategy: tdd\n").id == "TRD-C201"


def test_front_matter_and_a_fence_are_read() -> None:
    assert read("---\ntask_id: T-9\nstrategy: tdd\n---\n\n# Store the cart\n").id == "T-9"
    assert read("Here is your task:\n\n```yaml\nid: T-9\nstrategy: tdd\n```\n").strategy == "tdd"


def test_broken_yaml_is_said() -> None:
    found = read("id: T-1\nstrategy: [tdd\n").problems
    assert [one.message for one in found] == ["it looks like YAML or JSON, and cannot be read as such"]


def test_published_schema_is_that_of_the_code() -> None:
    assert json.loads(SCHEMA.read_text("utf-8")) == form.schema(), "write form.schema() to docs/schemas/task.schema.json"


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ({}, True),
        ({"non_goals": [], "known_risks": []}, True),
        ({"strategy": "quick"}, False),
        ({"strategy": None}, False),
        ({"id": None}, False),
        ({"description": ""}, False),
        ({"quality_gates": {"unit": 80}}, False),
        ({"non_goals": None}, False),
        ({"known_risks": None}, False),
        ({"owner": "ada"}, True),
    ],
)
def test_schema_and_rule_agree(change: dict[str, object], valid: bool) -> None:
    form_ = {
        "id": "T-1", "description": "Store the cart.", "strategy": "tdd", "quality_gates": {"unit": 80, "integration": 70},
        "non_goals": ["the till"], "known_risks": ["slow disk"],
    }  # fmt: skip
    data = {name: value for name, value in {**form_, **change}.items() if value is not None}
    assert jsonschema.Draft202012Validator(form.schema()).is_valid(data) is valid
    assert (not list(TaskValid().findings_in(workshop.run_of(Example("", task=json.dumps(data)))))) is valid


def held(text: str, *paths: str) -> list[str]:
    one = non_goals.read([Item(text, 1)])[0]
    return [path for path in paths if one.rules_out(path)]


@pytest.mark.parametrize(
    ("text", "hit", "miss"),
    [
        ("web/**", "web/a/b.ts", "api/web.ts"),
        ("`apps/web/`", "apps/web/a.ts", "old/apps/web/a.ts"),
        ("Do not touch `src/[id].ts`.", "src/[id].ts", "src/i.ts"),
        ("schema.prisma", "db/schema.prisma", "db/schema.prisma.bak"),
        ("*.tf", "infra/main.tf", "infra/main.py"),
        ("Frontend", "apps/frontend/a.ts", "docs/frontend.rst.txt/../x"),
        ("mobile apps", "mobile/a.swift", "api/mobile_number.py"),
        ("User authentication/authorization", "src/auth/login.py", "src/author.py"),
        ("user profile", "src/user-profile/a.ts", "src/users/a.ts"),
        ("**Billing** - a later release", "src/billing.ts", "src/bill.ts"),
        ("Do NOT modify any existing `runner/` source files", "src/runner/a.py", "src/run.py"),
        ("**Not** reviving `test/evals/`. It is old.", "test/evals/a.py", "test/a.py"),
        ("Do not update `read_cart` or `cart.py` - only its callers", "api/cart.py", "api/read_cart/a.py"),
        ("Modifying schemas in `packages/db/` (protected)", "packages/db/a.ts", "packages/a.ts"),
    ],
)
def test_a_non_goal_that_names_a_place(text: str, hit: str, miss: str) -> None:
    assert held(text, hit, miss) == [hit]


@pytest.mark.parametrize(
    "text",
    [
        "Password breach database checking against a service", "Performance", "Real-time email deliverability checking",
        "Anything outside of `api/`", "`api/cart.py` is covered by its tests", "Parsing carts - `api/cart.py` says why",
        "Do not update `Cart` in `api/cart.py`", "Changing `api/cart.py`'s existing retry behavior",
        "retry or circuit breaker code", "Changes other than those in api/cart.py", "No new features", "tests", "", "***",
    ],
)  # fmt: skip
def test_a_sentence_rules_out_no_path(text: str) -> None:
    assert held(text, "api/cart.py", "database/a.py", "tests/a.py", "features/a.py", "performance/a.py", "api/email.py") == []


@given(st.text(alphabet=st.sampled_from("id: strategy\n-#*`<task>{}[]|/\\tdd%80 \t&*!'\"\u200b\ud800"), max_size=300))
def test_nothing_makes_it_fail(text: str) -> None:
    found = read(text)
    assert isinstance(found, Assignment)
    assert all(line >= 1 for line in found.lines.values())
    non_goals.read([*found.non_goals, Item(text, 1)])


def test_long_texts_are_read_in_linear_time() -> None:
    for piece in ("<id>", "<non_goals>x", "- Strategy: ", "{{ a ", "80% unit ", "| a | b |\n", "(((", "T-1 ", "* " * 30 + "\n"):
        read(piece * (200_000 // len(piece)))
