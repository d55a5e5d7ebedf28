"""What the rules on transcripts and on the skills of a report say beside where they say it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pytest_agentcompliance import workshop
from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import Report, Run, Transcript
from pytest_agentcompliance.parsing.transcripts import answers
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.rulebook.report.skills import Skills
from pytest_agentcompliance.rulebook.transcript.announced import Announced
from pytest_agentcompliance.rulebook.transcript.forbidden_reads import ForbiddenReads
from pytest_agentcompliance.rulebook.transcript.reads_first import ReadsFirst
from pytest_agentcompliance.rulebook.transcript.required_calls import RequiredCalls
from tests.rulebook.said import messages, why

PLAN = "# Plan\n\n" + "".join(f"{number}. The cart keeps what step {number} puts in.\n" for number in range(1, 60))
EDIT: Mapping[str, Any] = {"edit": "src/a.ts"}
READ_PLAN = ReadsFirst(paths=["docs/plan.md"])
CHECK = RequiredCalls.model_validate({"calls": [{"call": "check_*", "before": "edit", "answer": {"allowed": True}}]})
GATES = RequiredCalls.model_validate({"calls": [{"call": "log_progress", "each": {"says": "CHECKPOINT: G5.*"}}]})


def planned(*steps: Mapping[str, Any], plan: str = PLAN) -> Example:
    return Example("x", before={"docs/plan.md": plan}, after={"docs/plan.md": plan, "src/a.ts": "1\n"}, transcript=steps)


def ran(*steps: Mapping[str, Any]) -> Example:
    return Example("x", after={"src/a.ts": "1\n", "src/b.ts": "2\n"}, transcript=steps)


def incomplete(example: Example, *gaps: int) -> Run:
    run = workshop.run_of(example)
    assert run.transcript is not None
    return replace(run, transcript=replace(run.transcript, complete=False, gaps=gaps))


class TestReadsFirst:
    def test_never_and_too_late_are_told_apart(self) -> None:
        assert messages(READ_PLAN, planned(EDIT)) == ["src/a.ts was edited before docs/plan.md was read; it was never read"]
        [late] = messages(READ_PLAN, planned(EDIT, {"read": "docs/plan.md"}))
        assert late == "src/a.ts was edited before docs/plan.md was read; it was read only later (SESSION.jsonl:2)"
        runs = [workshop.run_of(one) for one in (planned(EDIT), planned(EDIT, {"read": "docs/plan.md"}))]
        assert len({one.evidence for run in runs for one in READ_PLAN.findings_in(run)}) == 2

    @pytest.mark.parametrize(
        "step",
        [
            {"read": "docs/plan.md"},
            {"read": "docs/plan.md", "agent": "a1"},
            {"command": "cat docs/plan.md"},
            {"command": "cat docs/*.md"},
            {"command": "cd docs; head -n -0 pl?n.md"},
            {"command": "python show.py", "output": PLAN},
            {"command": "grep -n cart docs/plan.md", "output": PLAN},
            {"command": "cd docs && bat plan.md && npm test", "exit_code": 1, "result": "fail"},
            {"command": "cat ../../docs/plan.md", "folder": "packages/a"},
            {"command": "git show HEAD:docs/plan.md"},
            {"command": "sed -n '1,40p' docs/plan.md"},
            {"call": "mcp__files__read_text_file", "arguments": {"path": "docs/plan.md"}},
            {"call": "mcp__files__read_multiple_files", "arguments": {"paths": ["README.md", "docs/plan.md"]}},
            {"call": "mcp__shop__plan", "output": PLAN},
            {"says": "go by @docs/plan.md", "speaker": "person"},
            {"says": f"Here it is:\n\n{PLAN}", "speaker": "person"},
            {"says": 'Called the Read tool with the following input: {"file_path":"/x/docs/plan.md"}', "speaker": "system"},
        ],
    )
    def test_every_way_of_reading(self, step: Mapping[str, Any]) -> None:
        assert messages(READ_PLAN, planned(step, EDIT)) == []

    @pytest.mark.parametrize(
        "step",
        [
            {"read": "docs/plan.md", "result": "refused"},
            {"read": "other/docs/plan.md"},
            {"read": "/scratch/docs/plan.md"},
            {"command": "cat other/*.md"},
            {"command": "cat docs/[z-a"},
            {"command": "cat docs/plan.md", "result": "fail", "output": "cat: docs/plan.md: No such file or directory"},
            {"command": "ls docs/plan.md"},
            {"command": "wc -l docs/plan.md"},
            {"command": "cat docs/plan.md > /scratch/copy.md"},
            {"says": "I have read docs/plan.md."},
            {"says": "I know it:\n" + PLAN},
            {"says": "is there a docs/plan.md?", "speaker": "person"},
            {"call": "mcp__files__write_file", "arguments": {"path": "docs/plan.md"}},
        ],
    )
    def test_what_is_no_reading(self, step: Mapping[str, Any]) -> None:
        assert len(messages(READ_PLAN, planned(step, EDIT))) == 1

    def test_a_file_of_the_same_name_elsewhere(self) -> None:
        far = {"read": "/home/ada/shop/docs/plan.md"}
        assert messages(READ_PLAN, planned(far, {"edit": "/home/ada/shop/src/a.ts"})) == []  # no root is known
        assert messages(READ_PLAN, planned(far, {"command": "cd /home/ada/shop && git status"}, EDIT)) == []  # another checkout
        assert messages(READ_PLAN, planned({"read": "/home/ada/shop/src/b.ts"}, far, EDIT)) == []
        own = {"edit": "/home/ada/shop/docs/plan.md"}
        assert len(messages(READ_PLAN, planned({"read": "/home/ada/shop/src/b.ts"}, own, far, EDIT))) == 1  # it wrote it itself
        here = {"read": "/tmp/docs/plan.md"}
        assert len(messages(READ_PLAN, planned({"command": "ls /tmp/x"}, here, EDIT))) == 1

    def test_the_end_of_a_long_document_is_what_is_kept_of_it(self) -> None:
        plan = "".join(f"{number}. The cart keeps what step {number} puts in.\n" for number in range(900))
        shown = {"command": "python show.py", "output": plan[-8192:]}
        assert messages(READ_PLAN, planned(shown, EDIT, plan=plan)) == []
        assert len(messages(READ_PLAN, planned({**shown, "output": plan[-4000:]}, EDIT, plan=plan))) == 1
        assert len(messages(READ_PLAN, planned({**shown, "output": plan[:8192]}, EDIT, plan=plan))) == 1

    def test_a_search_is_a_remark(self) -> None:
        [said] = messages(READ_PLAN, planned({"command": "grep -n cart docs/plan.md"}, EDIT), "style")
        assert said == "of docs/plan.md only what was searched for was read before the first edit (src/a.ts)"
        [part] = messages(READ_PLAN, planned({"read": "docs/plan.md", "lines": (1, 6)}, EDIT), "style")
        assert part == (
            "of docs/plan.md 10% of its lines was read before the first edit (src/a.ts), little more than its titles"
        )

    PARTED = PLAN + "\n## Cart\n\n" + "".join(f"- The cart has field {number}.\n" for number in range(20)) + "\n## Till\n\n" + PLAN

    @pytest.mark.parametrize(
        "step",
        [
            {"read": "docs/plan.md", "lines": (63, 84)},
            {"command": "sed -n '63,84p' docs/plan.md"},
            {"command": "sed -n '/## Cart/,/## Till/p' docs/plan.md", "output": PARTED[-4000:]},
            {"command": "grep -n -A 20 '## Cart' docs/plan.md", "output": PARTED},
            {"call": "Grep", "arguments": {"pattern": "field", "path": "docs/plan.md"}, "output": PARTED},
            {"command": "rg field", "output": "".join(f"docs/plan.md:- The cart has field {number}.\n" for number in range(20))},
        ],
    )
    def test_the_part_that_matters_is_enough(self, step: Mapping[str, Any]) -> None:
        example = planned(step, {"edit": "src/cart.ts"}, plan=self.PARTED)
        example = replace(example, after={**example.after, "src/cart.ts": "1\n"})
        assert messages(READ_PLAN, example) == []
        assert messages(READ_PLAN, example, "style") == []

    def test_another_part_is_not(self) -> None:
        example = planned({"read": "docs/plan.md", "lines": (1, 20)}, {"edit": "src/cart.ts"}, plan=self.PARTED)
        example = replace(example, after={**example.after, "src/cart.ts": "1\n"})
        [said] = messages(READ_PLAN, example, "style")
        assert said.endswith("was read before the first edit (src/cart.ts), and nothing of 'Cart' (lines 63 to 85)")
        assert len(messages(ReadsFirst(paths=["docs/plan.md"], missed="breach"), example)) == 1

    @pytest.mark.parametrize(
        "step",
        [
            {"command": "rg cart", "output": "src/a.ts: the cart\n"},
            {"command": "git status", "output": f"docs/plan.md\n{PLAN[:60]}"},
            {"call": "Grep", "arguments": {"path": "docs/plan.md"}, "output": "No matches found"},
            {"call": "Grep", "arguments": {"path": "docs/plan.md"}, "output": PLAN, "result": "refused"},
        ],
    )
    def test_a_search_that_shows_nothing_of_it_is_no_reading(self, step: Mapping[str, Any]) -> None:
        assert len(messages(READ_PLAN, planned(step, EDIT))) == 1

    def test_an_edit_that_did_not_happen_is_none(self) -> None:
        steps = ({**EDIT, "result": "fail"}, {"read": "docs/plan.md"}, EDIT)
        assert messages(READ_PLAN, planned(*steps)) == []

    def test_what_is_missing_accuses_nobody(self) -> None:
        with pytest.raises(NotJudged, match="the transcript is not complete; what was read may stand in what is missing"):
            list(READ_PLAN.findings_in(incomplete(planned(EDIT))))
        assert list(READ_PLAN.findings_in(incomplete(planned({"read": "docs/plan.md"}, EDIT)))) == []
        with pytest.raises(NotJudged, match="it sent out 1 sub-agents, and shows the steps of 0"):
            messages(READ_PLAN, planned({"call": "Task", "arguments": {"prompt": "read the plan"}}, EDIT))
        assert len(messages(READ_PLAN, planned({"call": "Task"}, {"says": "done", "agent": "a1"}, EDIT))) == 1
        assert len(messages(READ_PLAN, planned(EDIT, {"call": "Task"}))) == 1

    def test_what_is_missing_afterwards_excuses_nothing(self) -> None:
        steps = ({"says": "hello"}, EDIT, {"says": "done"})
        assert len(list(READ_PLAN.findings_in(incomplete(planned(*steps), 2, 3)))) == 1
        for gap in (0, 1):
            with pytest.raises(NotJudged, match="the transcript is not complete"):
                list(READ_PLAN.findings_in(incomplete(planned(*steps), gap, 3)))

    def test_what_cannot_be_judged(self) -> None:
        with pytest.raises(NotJudged, match=r"base has nothing of what is to be read: docs/intent\.md"):
            messages(ReadsFirst(paths=["docs/intent.md"]), planned(EDIT))
        with pytest.raises(NotJudged, match="shows no edit of a file that the run changed"):
            messages(READ_PLAN, planned({"says": "hello"}))
        nothing = replace(planned({"says": "hello"}), after={"docs/plan.md": PLAN})
        assert why(READ_PLAN, nothing) == "the run edited nothing that is to wait for it"
        both = ReadsFirst(paths=["docs/plan.md", "docs/intent.md"])
        assert (
            why(both, planned({"read": "docs/plan.md"}, EDIT)) == "the first edit is src/a.ts, step 2; base has no docs/intent.md"
        )

    def test_a_glob_is_answered_by_one_file(self) -> None:
        plans = {"docs/plans/a.md": PLAN, "docs/plans/b.md": PLAN.upper()}
        example = Example("x", before=plans, after={**plans, "src/a.ts": "1\n"}, transcript=({"read": "docs/plans/b.md"}, EDIT))
        assert messages(ReadsFirst(paths=["docs/plans/*.md"]), example) == []
        assert len(messages(ReadsFirst(paths=["docs/plans/*.md"]), replace(example, transcript=(EDIT,)))) == 1


class TestForbiddenReads:
    RULE = ForbiddenReads(paths=["**/PRD.md"], lines=50)

    def found(self, *steps: Mapping[str, Any], lines: int = 400) -> list[str]:
        tree = {"docs/PRD.md": "x\n" * (lines - 1)}
        return messages(self.RULE, Example("x", before=tree, after=tree, transcript=steps))

    def test_what_it_says(self) -> None:
        assert self.found({"read": "docs/PRD.md"}) == ["docs/PRD.md was read whole, all 400 lines of it"]
        assert self.found({"command": "sed -n '1,60p' docs/PRD.md", "agent": "a1"}) == [
            "docs/PRD.md was read to 60 of 400 lines by the sub-agent a1; 50 may be read"
        ]
        assert self.found({"read": "/elsewhere/PRD.md", "lines": (1, 90)}) == [
            "/elsewhere/PRD.md was read to more than 50 lines; 50 may be read"
        ]

    def test_a_short_document_is_read_whole_by_a_range(self) -> None:
        assert self.found({"command": "head -40 docs/PRD.md"}, lines=30) == ["docs/PRD.md was read whole, all 30 lines of it"]
        assert self.found({"command": "head -20 docs/PRD.md"}, lines=30) == []

    def test_many_small_parts_are_told_once(self) -> None:
        steps = [{"read": "docs/PRD.md", "lines": (at, at + 9)} for at in range(1, 400, 10)]
        assert self.found(*steps) == ["docs/PRD.md was read to 60 of 400 lines; 50 may be read"]

    @pytest.mark.parametrize(
        "command",
        [
            "cat docs/PRD*",
            "cat docs/P?D.md",
            "cd docs; cat *.md",
            "cat /home/ada/shop/docs/*.md",
            "cp docs/PRD.md /scratch/x && cat /scratch/x",
            "cp docs/PRD.md /scratch && less /scratch/PRD.md",
            "cat docs/PRD.md > notes.txt; cat notes.txt",
            "cat /home/ada/shop/docs/PRD.md",
            "sed '' docs/PRD.md",
            "awk 1 docs/PRD.md",
            "grep '' docs/PRD.md",
            "head -n -0 docs/PRD.md",
        ],
    )
    def test_commands_that_show_all(self, command: str) -> None:
        assert self.found({"command": command}) == ["docs/PRD.md was read whole, all 400 lines of it"]

    def test_a_copy_is_known_again_later(self) -> None:
        steps = ({"command": "mv docs/PRD.md docs/old.md"}, {"command": "cp docs/old.md docs/older.md"}, {"read": "docs/older.md"})
        assert self.found(*steps) == ["docs/PRD.md was read whole, all 400 lines of it"]

    def test_a_glob_of_several_shows_a_part_of_nobody_knows_which(self) -> None:
        tree = {"a/PRD.md": "x\n" * 20, "b/PRD.md": "x\n" * 20}
        for command, many in (("cat */PRD.md | head -30", 0), ("cat */PRD.md", 2), ("cat a/PRD* | head -30", 1)):
            example = Example("x", before=tree, after=tree, transcript=({"command": command},))
            assert len(messages(self.RULE, example)) == many

    def test_what_was_printed_is_known_whatever_printed_it(self) -> None:
        text = "".join(f"{number}. The shop sells what requirement {number} says.\n" for number in range(40))
        tree = {"docs/PRD.md": text}

        def found(*steps: Mapping[str, Any]) -> list[str]:
            return messages(self.RULE, Example("x", before=tree, after=tree, transcript=steps))

        whole = ["docs/PRD.md was read whole, all 41 lines of it"]
        numbered = "".join(f"{number:6}\t{line}\n" for number, line in enumerate(text.splitlines(), 1))
        assert found({"command": 'F=docs/PRD.md; cat "$F"', "output": text}) == whole
        assert found({"command": "x", "output": numbered}) == whole
        assert found({"call": "Task", "arguments": {"prompt": "tell me"}, "output": f"Here:\n{text}"}) == whole
        assert found({"call": "Task", "output": text[: len(text) // 2]}) == []
        assert found({"command": "x", "output": text, "result": "refused"}) == []
        assert found({"says": text, "speaker": "person"}) == []

    def test_of_a_long_one_the_end_is_what_is_kept(self) -> None:
        text = "".join(f"{number}. The shop sells what requirement {number} says.\n" for number in range(900))
        tree = {"docs/PRD.md": text}
        for output, many in ((text[-8192:], 1), (text[:8192], 0), (text[-7000:], 0), ("x\n" * 4096 + text[-1000:], 0)):
            example = Example("x", before=tree, after=tree, transcript=({"command": "python show.py", "output": output},))
            assert len(messages(self.RULE, example)) == many

    @pytest.mark.parametrize(
        "command", ["git add docs/PRD.md", "cat docs/PRD.md | wc -l", "rg -n shop docs/PRD.md | head", "cat docs/PRDs.md"]
    )
    def test_commands_that_show_no_part_that_counts(self, command: str) -> None:
        assert self.found({"command": command}) == []


class TestRequiredCalls:
    def test_what_it_says(self) -> None:
        assert messages(CHECK, ran(EDIT)) == ["check_* was not called before src/a.ts was edited"]
        call = {"call": "check_it"}
        assert messages(CHECK, ran({**call, "result": "fail"}, EDIT)) == [
            "check_* was refused, or failed, before src/a.ts was edited"
        ]
        assert messages(CHECK, ran({**call, "output": '{"allowed": false}'}, EDIT)) == [
            "check_* answered that allowed is false, and nothing better before src/a.ts was edited"
        ]
        assert messages(CHECK, ran({**call, "output": "yes, you may"}, EDIT)) == [
            "check_* answered that allowed is nothing, and nothing better before src/a.ts was edited"
        ]

    @pytest.mark.parametrize(
        "output", ['{"allowed": true}', '[{"type": "text", "text": "{\\"allowed\\": true}"}]', "allowed: True", "", "x" * 8100]
    )
    def test_answers_that_allow_or_were_not_kept(self, output: str) -> None:
        assert messages(CHECK, ran({"call": "check_it", "output": output}, EDIT)) == []

    @pytest.mark.parametrize(
        "output",
        [
            '{"gates": {"g1": {"allowed": true}}, "allowed": false}',
            '{"allowed": true} {"allowed": false}',
            '[{"type": "text", "text": "{\\"gates\\": {\\"allowed\\": true}, \\"allowed\\": false}"}]',
            "gate 1 allowed: true; gate 2 allowed: false.",
            '{"allowed": null}',
            '{"allowed": {"gate": true}}',
            '{"a": ' * 3000,
        ],
    )
    def test_answers_that_do_not_allow(self, output: str) -> None:
        assert len(output) > 8000 or len(messages(CHECK, ran({"call": "check_it", "output": output}, EDIT))) == 1
        assert answers.told(output, "Allowed") != ("true",)

    @pytest.mark.parametrize(
        "output", ['{"allowed": true, "gates": [{"allowed": false}]}', 'Here:\n{"result": {"allowed": true}}', "Allowed: true."]
    )
    def test_what_a_part_says_does_not_count_beside_the_whole(self, output: str) -> None:
        assert messages(CHECK, ran({"call": "check_it", "output": output}, EDIT)) == []

    def test_the_last_answer_counts(self) -> None:
        yes, no = ({"call": "check_it", "output": f'{{"allowed": {word}}}'} for word in ("true", "false"))
        assert messages(CHECK, ran(no, yes, EDIT)) == []
        assert len(messages(CHECK, ran(yes, no, EDIT))) == 1

    @pytest.mark.parametrize(
        "name", ["check_it", "mcp__guard__check_it", "mcp__my_guard__check_it", "guard.check_it", "guard__check_it"]
    )
    def test_the_server_of_a_tool_is_left_out(self, name: str) -> None:
        assert messages(CHECK, ran({"call": name}, EDIT)) == []

    def test_a_gate_that_was_shown_again_needs_one_call(self) -> None:
        gate = {"says": "## CHECKPOINT: G5.1 Schema"}
        assert (
            messages(GATES, ran(EDIT, gate, {"says": "change it", "speaker": "person"}, EDIT, gate, {"call": "log_progress"})) == []
        )
        assert messages(GATES, ran(EDIT, gate, EDIT, gate)) == [
            "log_progress was not called when it said '## CHECKPOINT: G5.1 Schema', and before the work went on"
        ]

    @pytest.mark.parametrize(
        "line", ["**CHECKPOINT: G5.2 Services**", "🛑 Checkpoint G5.2", "# CHECKPOINT — G5.2", "> ## CHECKPOINT: G5.2 {Services}"]
    )
    def test_dresses_of_a_line(self, line: str) -> None:
        assert len(messages(GATES, ran(EDIT, {"says": f"Done.\n\n{line}\nmore"}))) == 1

    @pytest.mark.parametrize(
        "line", ["- CHECKPOINT: G5.2", "| CHECKPOINT: G5.2 |", "2. CHECKPOINT: G5.2", "the CHECKPOINT: G5.2", "G5.2"]
    )
    def test_lines_that_only_speak_of_it(self, line: str) -> None:
        with pytest.raises(NotJudged, match="nothing in the transcript asks for log_progress"):
            messages(GATES, ran(EDIT, {"says": line}))

    def test_questions_are_answers_to_the_person(self) -> None:
        rule = RequiredCalls.model_validate({"calls": [{"call": "check_*", "before": "answer"}]})
        assert len(messages(rule, ran({"call": "AskUserQuestion"}, {"call": "check_it"}))) == 1
        assert messages(rule, ran({"says": "I look."}, {"call": "check_it"}, {"says": "Which?"})) == []
        with pytest.raises(NotJudged):
            messages(rule, ran({"says": "I am done.", "agent": "a1"}))

    def test_a_call_before_a_call(self) -> None:
        rule = RequiredCalls.model_validate({"calls": [{"call": "validate", "before": {"call": "approve_*"}}]})
        assert messages(rule, ran({"call": "approve_gate"})) == ["validate was not called before approve_* was called"]
        assert messages(rule, ran({"call": "validate"}, {"call": "approve_gate"})) == []

    def test_what_is_missing_accuses_nobody(self) -> None:
        with pytest.raises(NotJudged, match="the call may stand in what is missing"):
            list(CHECK.findings_in(incomplete(ran(EDIT))))
        assert len(list(CHECK.findings_in(incomplete(ran(EDIT, {"says": "done"}), 2)))) == 1

    def test_it_says_what_nothing_asked_for(self) -> None:
        rule = RequiredCalls.model_validate({"calls": [{"call": "a", "before": "edit"}, {"call": "b", "after": {"says": "GATE"}}]})
        assert why(rule, ran({"call": "a"}, EDIT)) == "a: 1 calls; nothing asked for b"

    def test_two_ways_at_once_are_refused(self) -> None:
        with pytest.raises(ValidationError, match="'each' stands alone"):
            RequiredCalls.model_validate({"calls": [{"call": "a", "each": {"says": "x"}, "after": "edit"}]})


class TestAnnounced:
    def files(self, said: str, *paths: str) -> list[str]:
        example = Example("x", after=dict.fromkeys(paths, "1\n"), report=said)
        return [str(one.at) for one in Announced(kinds=["files"]).findings_in(workshop.run_of(example))]

    @pytest.mark.parametrize(
        "said",
        [
            "Creating `src/routes/cart-list.ts`.",
            "- cart-list.ts: lists",
            "see [it](src/routes/cart-list.ts)",
            "src/routes/ has all",
            "src/routes/*.ts",
            "src/{routes,models}/cart-list.ts",
            "/home/ada/shop/src/routes/cart-list.ts",
            "the cart-list module",
            "├── routes/\n│   ├── cart-list.ts",
            "**cart-list.ts**",
            "(cart-list.ts)",
            "routes/cart-list.ts:12",
        ],
    )
    def test_ways_of_naming(self, said: str) -> None:
        assert self.files(said, "src/routes/cart-list.ts") == []

    @pytest.mark.parametrize("said", ["", "All is in src/.", "a list of carts", "cart-list.test.ts", "cart-list.tsx"])
    def test_what_names_nothing(self, said: str) -> None:
        assert self.files(said, "src/routes/cart-list.ts") == ["src/routes/cart-list.ts"]

    def test_a_common_word_needs_its_ending(self) -> None:
        assert self.files("the index of it", "src/routes/index.ts") == ["src/routes/index.ts"]
        assert self.files("index.ts", "src/routes/index.ts", "src/models/index.ts") == []

    def test_bold_words_are_no_globs(self) -> None:
        said = "\n".join(f"**{number} words**" for number in range(200)) + "\nsrc/routes/*.ts"
        assert self.files(said, "src/routes/cart-list.ts") == []

    def test_nothing_to_look_in(self) -> None:
        with pytest.raises(NotJudged, match="no log, no report and no transcript"):
            messages(Announced(), Example("x", after={"a.ts": "1\n"}))

    def test_what_is_missing_accuses_nobody(self) -> None:
        with pytest.raises(NotJudged, match="may have been announced in what is missing"):
            list(Announced().findings_in(incomplete(ran(EDIT))))

    def test_where_it_looked(self) -> None:
        assert (
            why(Announced(), replace(ran({"says": "a.ts"}, EDIT), report="b.ts\n")) == "looked for in the report and the transcript"
        )


class TestSkills:
    RULE = Skills(skills=["pytest", "jest"])

    def test_what_it_says(self) -> None:
        assert messages(self.RULE, Example("x", report="Skills Used: cobol\n")) == [
            "'cobol' is no skill of the agent's, which has jest, pytest"
        ]
        assert messages(self.RULE, Example("x", report="Skills Used: jest\n", transcript=({"says": "hello"},))) == [
            "the skill 'jest' is reported as used; the transcript shows that it was never invoked"
        ]

    def test_a_skill_that_the_transcript_shows_is_there(self) -> None:
        step = {"call": "Skill", "arguments": {"command": "company:ledger"}}
        assert messages(self.RULE, Example("x", report="Skills Used: ledger\n", transcript=(step,))) == []

    @pytest.mark.parametrize(
        "step",
        [
            {"call": "Skill", "arguments": {"skill": "pytest"}},
            {"command": "cat .claude/skills/pytest/SKILL.md"},
            {"read": ".claude/skills/pytest/SKILL.md", "lines": (1, 40)},
            {"says": "Base directory for this skill: /home/ada/.claude/skills/pytest\n\n# Pytest", "speaker": "system"},
            {"says": "<command-name>/ensemble:pytest</command-name>", "speaker": "system"},
        ],
    )
    def test_ways_of_invoking(self, step: Mapping[str, Any]) -> None:
        assert messages(self.RULE, Example("x", report="Skills Used: pytest\n", transcript=(step,))) == []

    def test_a_broken_end_excuses_nothing(self) -> None:
        example = Example("x", report="Skills Used: jest\n", transcript=({"says": "hello"}, {"says": "done"}))
        assert [len(list(self.RULE.findings_in(incomplete(example, gap)))) for gap in (0, 1, 2)] == [0, 0, 1]

    def test_names_in_letters_that_look_alike(self) -> None:
        found = messages(self.RULE, Example("x", report="## Skills Used\n\n- `j\u0435st`\n- p\u0443test: all\n"))
        assert [one.partition(" is ")[2] for one in found] == ["no skill of the agent's, which has jest, pytest"] * 2

    def test_what_the_harness_loaded_needs_no_report(self) -> None:
        loaded = {"says": "Base directory for this skill: /home/ada/.claude/skills/pytest\n\n# Pytest", "speaker": "system"}
        called = {"call": "Skill", "arguments": {"skill": "pytest"}}
        for step, many in ((loaded, 0), (called, 1)):
            assert len(messages(self.RULE, Example("x", report="Skills Used: none\n", transcript=(step,)), "style")) == many

    def test_what_the_agent_itself_says_loads_nothing(self) -> None:
        step = {"says": "Base directory for this skill: /x/skills/pytest"}
        assert len(messages(self.RULE, Example("x", report="Skills Used: pytest\n", transcript=(step,)))) == 1

    def test_incomplete_evidence_holds_names_alone(self) -> None:
        run = incomplete(Example("x", report="Skills Used: jest, cobol\n", transcript=({"says": "hello"},)))
        assert [one.evidence for one in self.RULE.findings_in(run)] == ["unknown cobol"]

    def test_what_cannot_be_judged(self) -> None:
        with pytest.raises(NotJudged, match="has no section 'Skills Used'"):
            messages(self.RULE, Example("x", report="All is done.\n"))
        run = workshop.run_of(Example("x", report="Skills Used: cobol\n"))
        with pytest.raises(NotJudged, match="there before the run"):
            list(self.RULE.findings_in(replace(run, report=Report("REPORT.md", "Skills Used: cobol\n", new=False))))

    def test_a_message_of_a_transcript_has_one_place(self) -> None:
        run = workshop.run_of(Example("x"))
        report = Report("s.jsonl", "Done.\n\n## Skills Used\n\n- cobol\n", "transcript", 40)
        assert [str(one.at) for one in self.RULE.findings_in(replace(run, report=report))] == ["s.jsonl:40"]

    def test_an_agents_own_file_in_two_spellings(self) -> None:
        for given_skills in ("skills: cobol, nestjs", 'skills: ["cobol", nestjs]', "skills:\n  - cobol\n  - 'nestjs'"):
            page = f"---\nname: builder\ndescription: builds: all\n{given_skills}\ncolor: red\n---\nYou build.\n"
            tree = {"agents/b.md": page, "agents/other.md": page.replace("builder", "tester").replace("cobol", "rust")}
            example = Example("x", before=tree, after=tree, report="Skills Used: cobol, rust\n")
            assert [one.evidence for one in Skills(agent="builder").findings_in(workshop.run_of(example))] == ["unknown rust"]


RULES: tuple[Rule, ...] = (
    READ_PLAN,
    CHECK,
    GATES,
    ForbiddenReads(),
    Announced(),
    Skills(skills=["pytest"]),
    RequiredCalls.model_validate(
        {"calls": [{"call": "x", "before": "answer"}, {"call": "x", "after": {"says": "*"}, "before": "edit"}]}
    ),
)
WORDS = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    [
        "docs/plan.md",
        "src/a.ts",
        "cat docs/plan.md",
        "sed -i s/a/b/ src/a.ts",
        "CHECKPOINT: G5.1",
        "Skill",
        "../..",
        "/",
        "~",
        "a" * 300,
    ]
)
STEPS = st.builds(
    lambda kind, text, more: {kind: text, **more},
    st.sampled_from(["command", "read", "edit", "call", "says"]),
    WORDS,
    st.fixed_dictionaries(
        {},
        optional={
            "result": st.sampled_from(["pass", "fail", "refused", ""]),
            "output": WORDS,
            "folder": WORDS,
            "arguments": st.dictionaries(WORDS, WORDS | st.none() | st.lists(WORDS, max_size=2), max_size=3),
            "speaker": st.sampled_from(["agent", "person", "system"]),
            "agent": st.sampled_from(["", "a1"]),
            "lines": st.tuples(st.integers(-5, 1 << 31), st.integers(-5, 1 << 31)),
        },
    ),
)


@given(st.lists(STEPS, max_size=6), WORDS)
def test_no_transcript_and_no_report_makes_a_rule_raise(steps: list[dict[str, Any]], report: str) -> None:
    run = workshop.run_of(replace(planned(*steps), report=f"## Skills Used\n\n{report}\n"))
    assert run.transcript is None or isinstance(run.transcript, Transcript)
    for rule in RULES:
        if run.transcript is None and "transcript" in rule.needs:
            continue
        try:
            found = list(rule.findings_in(run))
        except NotJudged:
            continue
        assert all(one.at is not None and one.evidence for one in found)
