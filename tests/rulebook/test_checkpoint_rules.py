"""The rules on checkpoints and escalations: what they say, and when they do not judge."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.audit import yield_into
from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import Report, Transcript
from pytest_agentcompliance.evidence.spoken import spoken
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.rulebook.checkpoints.approved import Approved
from pytest_agentcompliance.rulebook.checkpoints.files_exist import FilesExist
from pytest_agentcompliance.rulebook.checkpoints.format import Format
from pytest_agentcompliance.rulebook.handoff.escalation import Escalation
from pytest_agentcompliance.verdict import Finding
from tests.rulebook.said import messages, why

CODE = {"src/a.ts": "1\n", "src/b.ts": "2\n"}
BODY = (
    "\n\n**Project:** shop\n\n### Built\n- carts\n\n### Key Decisions\n- decimals\n\n### Files Created\n- `src/a.ts`\n\n"
    "### Test It\n`npm test`\n\n**Options:** A) Approve | B) Changes | C) Pause\n\n**DECISION:** ___\n"
)
EDIT: Mapping[str, Any] = {"edit": "src/b.ts"}


def gate(name: str, body: str = BODY) -> dict[str, Any]:
    return {"says": f"## CHECKPOINT: {name}{body}"}


def person(text: str) -> dict[str, Any]:
    return {"says": text, "speaker": "person"}


def ran(*steps: Mapping[str, Any]) -> Example:
    return Example("x", after=CODE, transcript=steps)


def broken_off(rule: Rule, example: Example, *gaps: int) -> list[Finding]:
    """What a rule finds in a transcript that lacks steps after these."""
    run = workshop.run_of(example)
    assert run.transcript is not None
    found: list[Finding] = []
    yield_into(found, rule.findings_in(replace(run, transcript=replace(run.transcript, complete=False, gaps=gaps))))
    return found


class TestFormat:
    def test_what_is_said(self) -> None:
        short = "\n\n### Built\n- a\n\n**Options:** A) Approve\n\n**DECISION:** A\n"
        assert messages(Format(), ran(gate("G5.2 Services", short))) == [
            "G5.2 is presented, and G5.1 never was",
            "the checkpoint G5.2 lacks Project, Key Decisions, Files Created, Test It, and offers 1 options that can be named, "
            "and not 2, and fills DECISION in itself: 'A'",
        ]
        assert why(Format(), ran(gate("G5.1 a"), gate("G5.2 b"))) == "2 checkpoints: G5.1, G5.2"

    def test_nothing_to_judge(self) -> None:
        with pytest.raises(NotJudged, match="no transcript, no report and no paper"):
            messages(Format(), Example("x", after=CODE))
        with pytest.raises(NotJudged, match="handed nothing over"):
            messages(Format(), ran({"says": "I did it."}))

    def test_a_hand_over_without_any_checkpoint(self) -> None:
        done = {"says": '{"handoff": {"agent": "Backend Developer",\n "status": "complete"}}'}
        assert messages(Format(), ran(EDIT, done)) == [
            "the work is handed over as complete, and G5.1, G5.2, G5.3, G5.4, G5.5 were never presented"
        ]
        alone = Example("x", after=CODE, report=done["says"])
        with pytest.raises(NotJudged, match="without its transcript"):
            messages(Format(), alone)  # a report need not hold the checkpoints
        blocked = {"says": '{"handoff": {"status": "blocked"}}'}
        with pytest.raises(NotJudged):
            messages(Format(), ran(EDIT, blocked))

    def test_a_missing_one_may_stand_in_what_the_transcript_lacks(self) -> None:
        with pytest.raises(NotJudged, match="not complete"):
            broken_off(Format(), ran(gate("G5.2 b")), 0)
        assert broken_off(Format(), ran(gate("G5.1 a")), 1) == []

    def test_other_gates_and_parts(self) -> None:
        rule = Format(gates=["G6", "G7"], parts=["Built"], options=0)
        assert messages(rule, ran(gate("G5.3 x", "\n\nnothing\n"), gate("G6 y", "\n\n### Built\n- a\n"))) == []
        assert messages(rule, ran(gate("G7 y", "\n\n### Built\n- a\n"))) == ["G7 is presented, and G6 never was"]

    def test_a_paper_counts_for_what_the_run_wrote_into_it_and_shows_no_examples(self) -> None:
        old = "# Log\n\n## CHECKPOINT: G5.1 Schema\n\nNo parts.\n"
        shown = "\n```markdown\n## CHECKPOINT: G5.4 Routes\n```\n"
        both = Example("x", before={"LOG.md": old}, after={"LOG.md": f"{old}\n## CHECKPOINT: G5.1 Again{BODY}{shown}"})
        assert messages(Format(), both) == []

    def test_messages_come_before_papers(self) -> None:
        example = replace(ran(gate("G5.1 a")), after={**CODE, "docs/G.md": "## CHECKPOINT: G5.3 Carts\n\nshort\n"})
        assert messages(Format(), example) == []


class TestApproved:
    def test_what_is_said(self) -> None:
        assert messages(Approved(), ran(gate("G5.1 a"), person("ok, thanks"), EDIT)) == [
            "src/b.ts was edited after the checkpoint G5.1, and the answer was unclear ('ok, thanks')"
        ]
        assert why(Approved(), ran(gate("G5.1 a"), person("approved"), EDIT)) == "1 checkpoint, 1 clearly approved"
        with pytest.raises(NotJudged, match="no message of the agent presents a checkpoint"):
            messages(Approved(), ran(EDIT, person("ok"), EDIT))

    def test_a_checkpoint_is_reported_once_and_an_answer_after_it_opens_the_way(self) -> None:
        steps = [gate("G5.1 a"), EDIT, {"edit": "src/a.ts"}, person("approved"), EDIT, gate("G5.2 b"), person("no"), EDIT]
        assert [one[:45] for one in messages(Approved(), ran(*steps))] == [
            "src/b.ts was edited after the checkpoint G5.1",
            "src/b.ts was edited after the checkpoint G5.2",
        ]

    @pytest.mark.parametrize("command",
        ["npm install zod", "npx prisma migrate dev", "cd api && alembic upgrade head", "echo 1 > src/b.ts"])
    def test_commands_that_work(self, command: str) -> None:
        assert len(messages(Approved(), ran(gate("G5.1 a"), {"command": command}))) == 1

    @pytest.mark.parametrize("command", ["npm test", "npm install", "git commit -am x", "npx prisma validate", "cat src/b.ts"])
    def test_commands_that_only_look(self, command: str) -> None:
        assert messages(Approved(), ran(gate("G5.1 a"), {"command": command})) == []

    def test_what_was_refused_or_failed_or_is_a_note_is_no_work(self) -> None:
        steps = [
            {**EDIT, "result": "refused"},
            {"edit": "docs/PLAN.md"},
            {"edit": "src/elsewhere.ts"},
            {"command": "npm install zod", "result": "fail"},
        ]
        assert messages(Approved(), ran(gate("G5.1 a"), *steps)) == []

    def test_sub_agents(self) -> None:
        earlier, later = {**EDIT, "agent": "one"}, {**EDIT, "agent": "two"}
        assert messages(Approved(), ran(earlier, gate("G5.1 a"), earlier)) == []
        assert len(messages(Approved(), ran(gate("G5.1 a"), later))) == 1
        assert len(messages(Approved(), ran(gate("G5.1 a"), {**person("approved"), "agent": "one"}, EDIT))) == 1

    @pytest.mark.parametrize(
        ("output", "count"),
        [
            ('User has answered your questions: "G5.1?"="A) Approve". You can now continue.', 0),
            ('User has answered your questions: "Store?"="Postgres", "G5.1?"="Approve (Recommended)".', 0),
            ('User has answered your questions: "G5.1?"="B) Changes".', 1),
            ("Answer questions?", 1),
        ],
    )
    def test_answers_to_the_questions_of_the_harness(self, output: str, count: int) -> None:
        assert len(messages(Approved(), ran(gate("G5.1 a"), {"call": "AskUserQuestion", "output": output}, EDIT))) == count
        other = {"call": "mcp__x__AskUserQuestion", "output": output}
        assert len(messages(Approved(), ran(gate("G5.1 a"), other, EDIT))) == 1

    def test_the_next_checkpoint_is_past_the_last(self) -> None:
        assert messages(Approved(), ran(gate("G5.1 a"), gate("G5.2 b"))) == [
            "G5.2 was presented after the checkpoint G5.1, and nobody had answered"
        ]
        assert messages(Approved(), ran(gate("G5.1 a"), person("B) use decimals"), EDIT, gate("G5.1 a"))) == []

    def test_what_a_transcript_lacks_may_be_the_approval(self) -> None:
        with pytest.raises(NotJudged, match="not complete"):
            broken_off(Approved(), ran(gate("G5.1 a"), EDIT), 1)
        assert len(broken_off(Approved(), ran(gate("G5.1 a"), EDIT, person("x")), 3)) == 1

    def test_parameters(self) -> None:
        steps = ran(gate("G5.1 a"), person("roger"), EDIT)
        assert messages(Approved(), steps) == []
        assert len(messages(Approved(unclear=["roger"]), steps)) == 1
        assert messages(Approved(approves=["ok"]), ran(gate("G5.1 a"), person("ok"), EDIT)) == []
        assert messages(Approved(edits=["api/**"]), ran(gate("G5.1 a"), EDIT)) == []


class TestFilesExist:
    def test_what_is_said(self) -> None:
        listed = BODY.replace("`src/a.ts`", "`src/gone.ts`\n- `src/a.ts`\n- `.env`")
        assert messages(FilesExist(),
            ran(gate("G5.1 a", listed))) == ["the checkpoint G5.1 lists 'src/gone.ts', which is not in the tree"]
        assert why(FilesExist(), ran(gate("G5.1 a"))) == "1 paths of 1 checkpoints"
        with pytest.raises(NotJudged, match="is a checkpoint"):
            messages(FilesExist(), ran(EDIT))

    def test_a_table_a_tree_and_a_path_twice(self) -> None:
        table = "### Files Created\n\n| File | What |\n|---|---|\n| `src/x.ts` | carts |\n| `src/a.ts` | sums |\n"
        body = f"\n\n### Built\n- a\n\n{table}\n"
        assert len(messages(FilesExist(), ran(gate("G5.1 a", body), gate("G5.1 a", body)))) == 1

    def test_a_part_without_a_line_lists_nothing(self) -> None:
        assert why(FilesExist(), ran(gate("G5.1 a", "\n\n### Files Created"))) == "0 paths of 1 checkpoints"


class TestEscalation:
    def test_it_is_kept_where_there_is_none(self) -> None:
        assert why(Escalation(), ran(EDIT, {"says": "Done."})) == "nothing that the run said is an escalation"
        with pytest.raises(NotJudged):
            messages(Escalation(), Example("x", after=CODE))

    def test_one_that_is_said_twice_is_one(self) -> None:
        text = "## SELF-HEALING ESCALATION\n\n**Error:** x\n"
        assert len(messages(Escalation(), ran({"says": text}, {"says": text}))) == 1
        assert messages(Escalation(parts=["Error"], attempts=0, options=0), ran({"says": text})) == []


class TestSpoken:
    def test_messages_papers_and_the_report_in_order(self) -> None:
        example = replace(
            ran({"says": "one"}, {**person("two")}, {"says": "three", "agent": "a1"}, {"says": "four"}),
            before={"old.md": "a\n"},
            after={**CODE, "b.md": "# b\nsign\n", "c.md": "nothing\n", "old.md": "a\nsign\n", "d.ts": "sign\n"},
            report="five\n",
        )
        run = workshop.run_of(example)
        found = spoken(run.report, run.transcript, run.changes, (b"sign",))
        assert [(one.source, one.text.strip(), str(one.place(2))) for one in found] == [
            ("message", "one", "SESSION.jsonl:1"),
            ("message", "four", "SESSION.jsonl:4"),
            ("paper", "# b\nsign", "b.md:2"),
            ("paper", "a\nsign", "old.md:2"),
            ("report", "five", "REPORT.md:2"),
        ]
        assert [one.before for one in found if one.source == "paper"] == ["", "a\n"]

    def test_what_could_not_be_read_says_nothing(self) -> None:
        assert spoken(Report("r.md", problem="gone"), Transcript(problem="gone"), None, ()) == ()
        assert [one.text for one in spoken(Report("s.jsonl", "last", source="transcript"), None, None, ())] == ["last"]
