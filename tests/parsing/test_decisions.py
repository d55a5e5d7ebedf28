"""The reader of ARCHITECTURAL-DECISIONS.yaml: its shapes, what is wrong with a file, and who confirmed what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import decisions
from pytest_agentcompliance.parsing.decision_ids import Named
from pytest_agentcompliance.parsing.decisions import Decision

ONE = "  - id: ARCH-001\n    question: Which store?\n    decision: Postgres\n    decided_by: user\n"


def only(text: str) -> Decision:
    register = decisions.read(text)
    assert register.problems == ()
    (one,) = register.decisions
    return one


@pytest.mark.parametrize(
    "text",
    [
        "schema: 1\nstory: SHOP-7\ndecisions:\n" + ONE,
        "architectural_decisions:\n" + ONE,
        "Architectural Decisions:\n" + ONE,
        ONE.replace("\n    ", "\n  ").replace("  - id", "- id"),
        "# generated\n\n---\n\n" + ONE.replace("\n    ", "\n  ").replace("  - id", "- id"),
        "decisions:\n  ARCH-001:\n    question: Which store?\n    decision: Postgres\n    decided_by: user\n",
        "id: ARCH-001\nquestion: Which store?\ndecision: Postgres\nconfirmed_by: user\n",
        "\ufeffdecisions:\r\n" + ONE.replace("\n", "\r\n"),
    ],
)
def test_every_shape_of_a_register(text: str) -> None:
    one = only(text)
    assert (one.id, one.question, one.answer, one.by, one.standing) == (
        "ARCH-001", "Which store?", "Postgres", "user", "confirmed",
    )  # fmt: skip
    assert "ARCH-001" in text.replace("\r\n", "\n").split("\n")[one.line - 1]


@pytest.mark.parametrize("text", ["", "# none yet\n", "---\n", "decisions:\n", "decisions: []\n", "decisions: none\n", "null\n"])
def test_empty_register(text: str) -> None:
    assert decisions.read(text) == decisions.Register()


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("story: SHOP-7\n", 1, "no key 'decisions'"),
        ("decisions: 5\n", 1, "a number where a list belongs"),
        ("\ndecisions:\n  - just a text\n", 3, "a text where a decision belongs"),
        ("decisions:\n  ARCH-001: Postgres\n", 2, "'ARCH-001' is a text where a decision belongs"),
        ("decisions:\n  - id: A\n    id: B\n", 3, "the key 'id' stands here and on line 2"),
        ("decisions:\n\t- id: A\n", 2, "a tab stands where spaces must"),
        ("a: &a [1]\nb: [*a, *a]\n", 1, "YAML anchor"),
        ("decisions: [[[[\n", 1, "the YAML is broken"),
        ("decisions:\n  - decision: @repo/store\n", 2, "must be quoted"),
        ("decisions:\n" + ONE + ONE, 6, "the id ARCH-001 is taken by the decision of line 2"),
        ("decisions: [{id: A, decision: x}, {id: a, decision: y}]\n", 1, "the id a is taken"),
        ("just words\n", 1, "a text where a list belongs"),
        ("---\na: 1\n" * 60, 1, "60 YAML documents"),
    ],
)
def test_what_is_wrong_has_its_line(text: str, line: int, what: str) -> None:
    problem = decisions.read(text).problems[0]
    assert problem.line == line
    assert what in problem.what
    assert not problem.minor


def test_several_documents_are_read_and_remarked_on() -> None:
    text = "story: SHOP-7\n---\ndecisions:\n" + ONE + "---\n# end\n"
    register = decisions.read(text)
    assert [(one.id, one.line) for one in register.decisions] == [("ARCH-001", 4)]
    assert [(one.line, one.minor) for one in register.problems] == [(2, True), (1, True)]


def test_problem_in_a_later_document_has_the_line_of_the_file() -> None:
    register = decisions.read("- id: A\n  decision: x\n---\n- id: B\n  id: C\n")
    assert [(one.line, one.what) for one in register.problems if not one.minor] == [
        (5, "the key 'id' stands here and on line 4; keep one of them")
    ]


@pytest.mark.parametrize(
    ("entry", "standing"),
    [
        ("decision: x\n    decided_by: user", "confirmed"),
        ("decision: x\n    approved_by: [Ann, Bob]", "confirmed"),
        ("decision: x\n    decided_by: user\n    status: accepted", "confirmed"),
        ("decision: x\n    decided_by: user\n    status: proposed", "pending"),
        ("decision: x\n    decided_by: user\n    confirmed: false", "pending"),
        ("decision: x\n    decided_by: pending user", "pending"),
        ("decision: TBD\n    decided_by:", "pending"),
        ("status: pending", "pending"),
        ("decision: x\n    status: superseded by ARCH-9\n    decided_by: user", "dropped"),
        ("decision: x", "unstated"),
        ("decision: x\n    decided_by: '[name]'", "unstated"),
        ("decision: x\n    status: accepted", "unstated"),
    ],
)
def test_how_a_decision_stands(entry: str, standing: str) -> None:
    assert only(f"decisions:\n  - id: A-1\n    {entry}\n").standing == standing


def test_title_with_a_reason_says_what_was_decided() -> None:
    assert only("decisions:\n  - id: A-1\n    title: Postgres\n    rationale: it is there\n").answer == "Postgres"
    assert only("decisions:\n  - id: A-1\n    title: Which store?\n    rationale: unclear\n").answer == ""


@pytest.mark.parametrize(
    "by", ["claude", "auto", "dev-implement-planner", "plan_leader", "AI", "autonomous (tier 3)", "dev", "PM Agent"]
)
def test_agents(by: str) -> None:
    assert decisions.is_agent(by)


@pytest.mark.parametrize(
    "by", ["user", "Ann", "user, asked by the agent", "product owner", "the dev team", "Devon Miles", "Claudette"]
)
def test_people(by: str) -> None:
    assert not decisions.is_agent(by)


def named(text: str, ids: tuple[str, ...] = ("ARCH-001",)) -> tuple[list[str], list[str]]:
    found = Named(enumerate(text.split("\n"), 1), ids, ("ARCH",))
    return sorted(found.relied), sorted(found.unknown)


@pytest.mark.parametrize(
    ("text", "relied", "unknown"),
    [
        ("port per ARCH-001", ["arch-1"], []),
        ("port per `arch-1`, and ARCH-002", ["arch-1"], ["arch-2"]),
        ("ARCH-001 is pending", [], []),
        ("see XARCH-001, ARCH-001x and ARCH-0010", [], ["arch-10"]),
        ("ADR-005 and SHOP-12", [], []),
    ],
)
def test_which_ids_a_text_names(text: str, relied: list[str], unknown: list[str]) -> None:
    assert named(text) == (relied, unknown)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("### ARCH-001: one table", ["arch-1"]),
        ("- **ARCH-001** — one table", ["arch-1"]),
        ("one table, per ARCH-001", ["arch-1"]),
        ("one table (decision ARCH-001)", ["arch-1"]),
        ("2 findings (ARCH-015, ARCH-022)", []),
        ("### AC-2: /feedback ARCH-015 is kept", []),
    ],
)
def test_ids_without_a_register_count_where_the_line_tells_of_a_decision(text: str, unknown: list[str]) -> None:
    assert named(text, ()) == ([], unknown)


PIECES = st.sampled_from(
    [
        "decisions:\n", ONE, "- ", "  ", "id: ", "ARCH-001", ": ", "\n", "---\n", "&a ", "*a", "!!x ", "|\n", ">\n", "'", '"', "{",
        "}", "[", "]", ",", "# ", "\t", "null", "<<: ", "? ", "\0", "\ufeff", "\ud800", "%TAG\n", "...\n",
    ]
)  # fmt: skip


@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join)))
def test_no_text_is_refused_and_every_line_is_one_of_the_file(text: str) -> None:
    register = decisions.read(text)
    last = text.count("\n") + 1
    lines = [one.line for one in register.decisions] + [one.line for one in register.problems]
    assert all(1 <= line <= last for line in lines)
    named(text)


@pytest.mark.parametrize("piece", ["[", "{", "- ", "---\n", "a: {", "ARCH-", "a-", "? ", "&a ", "decisions:\n", "'", "\t"])
def test_one_piece_a_great_many_times(piece: str) -> None:
    text = piece * 20000
    assert isinstance(decisions.read(text), decisions.Register)
    named(text)
