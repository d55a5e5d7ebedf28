"""What scope/planned-files says: the nearest name, whose document counts, and what it cannot judge."""

from dataclasses import replace

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.scope.planned_files import PlannedFiles
from tests.rulebook.said import messages, why

PLAN = "# Plan\n\n## Files\n\n- `libs/cart/src/add.ts`\n- `libs/till/index.ts`\n"


def example(before: dict[str, str], after: dict[str, str]) -> Example:
    return Example("it", before=before, after={**before, **after})


def test_message_names_the_nearest_and_where_it_is_planned() -> None:
    assert messages(PlannedFiles(), example({"IMPLEMENTATION-PLAN.md": PLAN}, {"libs/cart/src/sub.ts": "1\n"})) == [
        "the file was added and is not planned; the nearest that is: libs/cart/src/add.ts (IMPLEMENTATION-PLAN.md:5)"
    ]


def test_message_lists_what_is_planned_where_nothing_is_near() -> None:
    assert messages(PlannedFiles(), example({"IMPLEMENTATION-PLAN.md": PLAN}, {"infra/main.tf": "1\n"})) == [
        "the file was added and is not planned; planned is libs/cart/src/add.ts, libs/till/index.ts (IMPLEMENTATION-PLAN.md:5)"
    ]


def test_message_says_what_left_the_file_out_or_looked_at_it() -> None:
    scope = "Scope: `libs/**`, without changing `libs/web/`.\n\nFollow the pattern in `apps/list.ts`.\n"
    found = messages(PlannedFiles(), example({"SCOPE.md": scope}, {"libs/web/a.ts": "1\n", "apps/list.ts": "1\n"}))
    assert sorted(found) == [
        "the file was added; SCOPE.md:3 names it only as something to look at or to use",
        "the file was added; libs/web/ is left out by SCOPE.md:1",
    ]


def test_move_is_told_at_both_ends() -> None:
    run = Example(
        "move",
        before={"SCOPE.md": "- `libs/x.ts`\n", "apps/a.ts": "one\n"},
        after={"SCOPE.md": "- `libs/x.ts`\n", "web/a.ts": "one\n"},
    )
    assert [text.partition(" and is")[0] for text in messages(PlannedFiles(), run)] == [
        "the file was moved away to web/a.ts",
        "the file was moved here from apps/a.ts",
    ]


def test_plan_of_the_run_itself_counts_where_base_has_none_and_is_told() -> None:
    run = Example("own", after={"IMPLEMENTATION-PLAN.md": PLAN, "libs/cart/src/add.ts": "1\n"})
    assert messages(PlannedFiles(), run) == []
    assert (
        why(PlannedFiles(), run)
        == "judged by what the run wrote itself, IMPLEMENTATION-PLAN.md: base has nothing that names a file"
    )


def test_plan_of_the_run_itself_does_not_widen_the_scope_that_it_was_given() -> None:
    run = example({"SCOPE.md": "- `libs/till/**`\n"}, {"IMPLEMENTATION-PLAN.md": PLAN, "libs/cart/src/add.ts": "1\n"})
    assert len(messages(PlannedFiles(), run)) == 1
    assert why(PlannedFiles(), run) == "IMPLEMENTATION-PLAN.md does not count: the run wrote it itself, and base has SCOPE.md"


def test_empty_plan_at_base_was_none() -> None:
    run = Example(
        "late", before={"IMPLEMENTATION-PLAN.md": "# Plan\n"}, after={"IMPLEMENTATION-PLAN.md": PLAN, "libs/cart/src/add.ts": "1\n"}
    )
    assert messages(PlannedFiles(), run) == []


@pytest.mark.parametrize(
    ("documents", "reason"),
    [
        ({}, "there is no plan and no scope, neither at base nor at head"),
        ({"SCOPE.md": "Make it good.\n"}, "SCOPE.md names no file, folder, glob or package"),
        ({"SCOPE.md": "- `**/*.ts`\n"}, "SCOPE.md names nothing of the repository that is to be changed"),
        ({"SCOPE.md": "Do not touch `libs/a.ts`.\n"}, "SCOPE.md names nothing of the repository that is to be changed"),
    ],
)
def test_documents_that_name_nothing_are_not_judged(documents: dict[str, str], reason: str) -> None:
    with pytest.raises(NotJudged) as told:
        messages(PlannedFiles(), example(documents, {"a.ts": "1\n"}))
    assert str(told.value) == reason


@pytest.mark.parametrize(
    "task",
    [
        "# Fix the sum\n\nThe sum in `libs/a.ts` is wrong, see `libs/b.ts`.\n",
        "# Validation\n\n1. Check the strength (weak/medium/strong)\n2. Main index.ts with all exports\n",
        "Read docs/plan.md and do what it says.\n",
    ],
)
def test_task_that_only_speaks_of_files_plans_none(task: str) -> None:
    with pytest.raises(NotJudged) as told:
        messages(PlannedFiles(by_task=True), Example("it", task=task, after={"libs/a.ts": "1\n", "libs/c.ts": "1\n"}))
    assert str(told.value) == "TASK.md lists no file, folder, glob or package"


@pytest.mark.parametrize(
    "task",
    [
        "# Task\n\n- Create `libs/a.ts`\n", "1. **Add it** - libs/a.ts\n", "| File |\n|---|\n| `libs/a.ts` |\n",
        "**Output**: write it to `libs/a.ts`\n", "```\nlibs/\n└── a.ts\n```\n", "- Move all of libs/\n",
    ],
)  # fmt: skip
def test_task_that_lists_files_plans_them(task: str) -> None:
    run = Example("it", task=task, after={"libs/a.ts": "1\n", "apps/c.ts": "1\n"})
    assert [one.partition(";")[0] for one in messages(PlannedFiles(by_task=True), run)] == [
        "the file was added and is not planned"
    ]


def test_story_counts_where_it_is_asked_for() -> None:
    run = example({"STORY.md": "Change `libs/a.ts`.\n"}, {"libs/a.ts": "1\n", "libs/b.ts": "1\n"})
    assert len(messages(PlannedFiles(documents=["story"]), run)) == 1


def test_document_that_cannot_be_read_is_told_to_the_ledger() -> None:
    run = workshop.run_of(Example("link", after={"SCOPE.md": "- `libs/a.ts`\n"}, links={"IMPLEMENTATION-PLAN.md": "x"}))
    assert list(PlannedFiles().findings_in(run)) == []
    assert run.ledger.take() == ("IMPLEMENTATION-PLAN.md",)


def test_without_documents_at_all_the_kind_is_missing() -> None:
    assert "documents" in PlannedFiles.needs
    assert replace(workshop.run_of(Example("none")), documents=None).problem("documents")
