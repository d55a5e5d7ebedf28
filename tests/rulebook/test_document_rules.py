"""What the rules on documents say beside where they say it: reasons, levels, and what they cannot judge."""

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance import workshop
from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import Document, Documents
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.artifacts.present import Present
from pytest_agentcompliance.rulebook.blockers.format import Format
from pytest_agentcompliance.rulebook.blockers.signal import Signal
from pytest_agentcompliance.rulebook.decisions.valid import Valid
from tests.rulebook.said import messages, why

REGISTER = "ARCHITECTURAL-DECISIONS.yaml"
ONE = "decisions:\n  - id: ARCH-001\n    decision: Postgres\n    decided_by: user\n"
OPEN = "# Blockers\n\n## Blocker 1: no database\n\nIt is down.\n"
DECISION = "## Architectural Decision Required\n\n**Context**: cart\n**Decision Needed**: which store\n"
COMPLETE, BLOCKED = "# Log\n\nBACKEND COMPLETE\n", "# Log\n\nBLOCKED: no database\n"


def registers(before: str | None, after: str, log: str | None = None) -> Example:
    return Example("two", before={REGISTER: before} if before is not None else {}, after={REGISTER: after}, log=log)


class TestPresent:
    def test_missing_document_is_named_with_its_places(self) -> None:
        assert messages(Present(required=["scope"]), Example("none")) == [
            "there is no scope document; it belongs at SCOPE.md or SCOPE.yaml"
        ]

    def test_document_of_the_run_is_kept_and_told(self) -> None:
        example = Example("late", after={"STORY.md": "# Cart\n\nStore it.\n"})
        assert why(Present(required=["story"]), example) == "the story was written within the run: STORY.md"

    @pytest.mark.parametrize("after", [{"STORY.md": "# Cart\n"}, {}])
    def test_document_that_the_run_took_away_or_emptied_is_a_breach(self, after: dict[str, str]) -> None:
        example = Example("gone", before={"STORY.md": "Store it.\n"}, after=after)
        assert messages(Present(required=["story"]), example) == ["the run took the story away"]

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "# Plan\n",
            "Plan\n====\n",
            "<!-- plan -->\n",
            "# Plan\n\n(to be written)\n",
            "# Plan\n\n[Steps]\n- TODO\n",
            "```\n```\n",
        ],
    )
    def test_hollow_document(self, text: str) -> None:
        example = Example("hollow", after={"IMPLEMENTATION-PLAN.md": text})
        assert messages(Present(required=["plan"]), example) == [
            "the implementation plan says nothing: it is empty, or only headings"
        ]

    @pytest.mark.parametrize(
        "text", ["# Plan\n\nStep 1.\n", "- [ ] store the cart\n", "```\nstep 1\n```\n", "# Plan\n\nTODO list: store the cart\n"]
    )
    def test_document_that_says_something(self, text: str) -> None:
        assert messages(Present(required=["plan"]), Example("full", after={"IMPLEMENTATION-PLAN.md": text})) == []

    def test_link_in_the_place_of_a_document_cannot_be_judged(self) -> None:
        run = workshop.run_of(Example("link", links={"STORY.md": "../STORY.md"}))
        assert list(Present(required=["story"]).findings_in(run)) == []
        assert run.ledger.take() == ("STORY.md",)


class TestValid:
    def test_message_names_all_that_a_decision_lacks(self) -> None:
        text = "decisions:\n  - question: Which?\n  - id: ARCH-002\n    status: accepted\n"
        assert messages(Valid(), registers(text, text)) == [
            "a decision has no id, and does not say what was decided, and does not say who confirmed it",
            "ARCH-002 does not say what was decided, and does not say who confirmed it",
        ]

    @pytest.mark.parametrize(
        ("log", "plan", "reliance"),
        [
            ("## Chunk 1 — x\n- Summary of changes: as in ARCH-001\n", "", ", and line 2 of the log relies on it"),
            ("# Log\n", "1. Postgres (ARCH-001)\n", ", and the plan relies on it"),
        ],
    )
    def test_why_an_unconfirmed_decision_is_a_breach(self, log: str, plan: str, reliance: str) -> None:
        text = ONE.replace("decided_by: user", "status: proposed")
        trees = {REGISTER: text, "IMPLEMENTATION-PLAN.md": plan}
        assert messages(Valid(), Example("relied", before=trees, after=trees | {"BACKEND-LOG.md": log})) == [
            "ARCH-001 is not confirmed (proposed)" + reliance
        ]

    def test_agents_are_a_parameter(self) -> None:
        text = ONE.replace("user", "robby")
        assert messages(Valid(), registers(text, text, COMPLETE)) == []
        assert messages(Valid(agents=["robby"]), registers(text, text, COMPLETE)) == [
            "ARCH-001 was confirmed by 'robby', an agent, and the log says that the work is complete"
        ]

    def test_dropped_decision_may_not_be_relied_on(self) -> None:
        text = ONE + "    status: rejected\n"
        assert messages(Valid(), registers(text, text, COMPLETE)) == []
        example = Example("dropped", before={REGISTER: text}, after={REGISTER: text, "BACKEND-LOG.md": "Port as in ARCH-001.\n"})
        assert messages(Valid(), example) == ["ARCH-001 is 'rejected', and line 1 of the log relies on it"]

    def test_register_that_came_with_the_run_is_one_remark(self) -> None:
        two = ONE + ONE.partition("\n")[2].replace("001", "002")
        assert messages(Valid(), registers(None, two), "style") == [
            "the register came with the run: 2 decisions were confirmed within it"
        ]
        assert messages(Valid(), registers(ONE, two), "style") == ["ARCH-002 was confirmed within the run, by 'user'"]
        assert messages(Valid(confirmed_within_run="breach"), registers(ONE, two)) == [
            "ARCH-002 was confirmed within the run, by 'user'"
        ]

    def test_unreadable_register_makes_no_id_unknown(self) -> None:
        example = Example("broken", after={REGISTER: "decisions: [\n", "BACKEND-LOG.md": "Decided in ARCH-001.\n"})
        assert len(messages(Valid(), example)) == 1

    def test_decision_that_the_run_took_out_is_known(self) -> None:
        example = Example("out", before={REGISTER: ONE}, after={REGISTER: "decisions: []\n", "BACKEND-LOG.md": "As in ARCH-001.\n"})
        assert messages(Valid(), example) == []

    @pytest.mark.parametrize(
        ("by", "level", "more"),
        [("user", "style", ", the plan alone"), ("auto", "breach", ", and in the plan it was decided by 'auto', an agent")],
    )
    def test_decision_that_the_plan_alone_has(self, by: str, level: Literal["breach", "style"], more: str) -> None:
        example = Example(
            "plan", log="## Chunk 1 — x\n- Notes / Risks: as decided in ARCH-001\n", before={"PLAN": ONE.replace("user", by)}
        )
        run = workshop.run_of(example)
        assert run.tree is not None
        plan = replace(run.tree.base.files["PLAN"], path="PLAN.yaml")
        documents = Documents(at_base=(Document("plan", plan),))
        found = list(Valid().check(documents, run.log, None))
        assert [(one.level, one.message) for one in found] == [
            (level, "the log names the decision ARCH-001; there is no register of decisions that has it" + more)
        ]

    def test_prefixes_are_a_parameter(self) -> None:
        example = Example("prefix", after={"BACKEND-LOG.md": "One table, per DEC-7.\n"})
        assert messages(Valid(), example) == []
        assert messages(Valid(prefixes=["DEC"]), example) == [
            "the log names the decision DEC-7; there is no register of decisions that has it"
        ]

    def test_log_that_was_given_alone_is_read_by_its_chunks(self) -> None:
        log = "# Log\n\n## Chunk 1 — x\n- Notes / Risks: one table, per ARCH-004\n"
        places = [str(one.at) for one in Valid().findings_in(workshop.run_of(Example("alone", log=log)))]
        assert places == ["BACKEND-LOG.md:4"]


class TestFormat:
    def test_one_finding_names_what_is_missing_and_what_is_empty(self) -> None:
        text = DECISION.replace("cart", "[What]") + "**Options Identified**:\n- Redis\n- Postgres\n"
        assert messages(Format(), Example("bad", after={"BLOCKERS.md": text})) == [
            "the blocker 'Architectural Decision Required' lacks 'Recommendation', 'Blocked Steps', and leaves 'Context' empty, and"
            " does not number its options"
        ]

    def test_dress_is_named(self) -> None:
        text = "## Architectural Decision Required\n\nContext: cart\n\n- **Question**: which store\n\n### Options\n\n"
        text += "A) Redis\n\nB) Postgres\n\n**Recommendation**: none\n\n**Blocked Steps**: 3\n"
        assert messages(Format(), Example("dress", after={"BLOCKERS.md": text})) == []
        assert messages(Format(), Example("dress", after={"BLOCKERS.md": text}), "style") == [
            "the blocker is written in another dress than the template: 'Context' (not bold), 'Question' (list item, other words),"
            " 'Options' (heading, other words), options (letters)"
        ]

    def test_what_was_judged_is_told(self) -> None:
        assert why(Format(), Example("none", after={"BLOCKERS.md": OPEN})) == "no new blocker about a decision"
        assert why(Format(), Example("one", after={"BLOCKERS.md": DECISION})) == "1 open blocker about a decision"

    def test_blocker_that_the_run_changed_is_judged(self) -> None:
        example = Example(
            "changed", before={"BLOCKERS.md": DECISION}, after={"BLOCKERS.md": DECISION + "**Recommendation**: Redis\n"}
        )
        assert len(messages(Format(), example)) == 1


class TestSignal:
    @pytest.mark.parametrize(
        ("log", "file", "message"),
        [
            (BLOCKED, None, "the log ends blocked, and there is no BLOCKERS.md that says by what"),
            (
                BLOCKED,
                "# Blockers\n\nNone.\n",
                "the log ends blocked, and no blocker is open: BLOCKERS.md, line 3, says that there is none",
            ),
            (BLOCKED, "# Blockers\n", "the log ends blocked, and no blocker is open: BLOCKERS.md holds none"),
            (
                BLOCKED,
                OPEN + "\n**Resolution**: started\n",
                "the log ends blocked, and no blocker is open: BLOCKERS.md, line 3, says that all are resolved",
            ),
            (COMPLETE, OPEN, "a blocker is open ('Blocker 1: no database') and the log says that the work is complete, line 3"),
            (
                "# Log\n\n**Status**: IN PROGRESS\n",
                OPEN,
                "a blocker is open ('Blocker 1: no database') and the log does not end with 'BLOCKED: <reason>'"
                ": it is in-progress, line 3",
            ),
            (
                COMPLETE,
                OPEN + "\n## Blocker 2: no key\n",
                "2 blockers are open ('Blocker 1: no database' and 1 more) and the log says that the work is complete, line 3",
            ),
        ],
    )
    def test_each_contradiction_has_its_words(self, log: str, file: str | None, message: str) -> None:
        assert messages(Signal(), Example("odd", log=log, after={} if file is None else {"BLOCKERS.md": file})) == [message]

    def test_blocker_that_base_had_is_told_as_such(self) -> None:
        (message,) = messages(Signal(), Example("old", log=COMPLETE, before={"BLOCKERS.md": OPEN}, after={"BLOCKERS.md": OPEN}))
        assert message.endswith("line 3; it was there at base, and nothing says how it was resolved")

    def test_without_a_log_and_a_blocker_nothing_is_judged(self) -> None:
        with pytest.raises(NotJudged, match="the run left no log, and no blocker is open"):
            messages(Signal(), Example("nothing", after={"BLOCKERS.md": "# Blockers\n\nNone.\n"}))

    def test_verdict_says_what_the_file_is(self) -> None:
        example = Example("none", log=COMPLETE, after={"BLOCKERS.md": "# Blockers\n\nNone.\n"})
        assert why(Signal(), example) == "BLOCKERS.md holds no open blocker: none"

    def test_blocker_of_another_agent_is_told(self) -> None:
        example = Example("other", log=COMPLETE, after={"BLOCKERS.md": OPEN, "FRONTEND-LOG.md": BLOCKED})
        assert why(Signal(), example) == "the open blocker is taken for that of FRONTEND-LOG.md, which is blocked"


TEXTS = st.one_of(
    st.none(),
    st.text(max_size=120),
    st.sampled_from([ONE, OPEN, DECISION, COMPLETE, BLOCKED, "decisions: [", "\0", "None.\n", "\udcff"]),
)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_no_document_makes_a_rule_fail(register: str | None, blockers: str | None, plan: str | None, log: str | None) -> None:
    given = {REGISTER: register, "BLOCKERS.md": blockers, "IMPLEMENTATION-PLAN.md": plan, "BACKEND-LOG.md": log}
    tree = {path: text for path, text in given.items() if text is not None}
    for example in (Example("new", after=tree), Example("old", before=tree, after=tree)):
        for rule in (Present(), Valid(), Format(), Signal()):
            try:
                found = list(rule.findings_in(workshop.run_of(example)))
            except NotJudged:
                continue
            assert all(one.message and (one.at is None or one.at.line is None or one.at.line > 0) for one in found)
