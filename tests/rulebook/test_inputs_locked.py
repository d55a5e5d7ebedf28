"""What scope/inputs-locked says of documents that were edited, moved, replaced or left alone."""

from dataclasses import replace

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import Document
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.scope.inputs_locked import InputsLocked
from tests.rulebook.said import messages, why

STORY = "---\nstatus: in-progress\nupdated_at: 1\n---\n# Cart\n\n- [ ] AC-1: it is stored\n\n**Status:** Draft\n"


def edit(after: str, before: str = STORY, path: str = "STORY.md") -> Example:
    return Example("edit", before={path: before}, after={path: after})


def test_edit_is_told_in_words_with_what_was_and_what_is() -> None:
    assert messages(InputsLocked(), edit(STORY.replace("it is stored", "it is kept") + "More.\n")) == [
        "the run changed the story in 2 places: "
        "line 7: '- [ ] AC-1: it is stored' became '- [ ] AC-1: it is kept'; line 10: added 'More.'"
    ]


def test_long_line_is_shown_where_it_differs() -> None:
    start = "word " * 40
    assert messages(InputsLocked(), edit(f"{start}new\n", f"{start}old\n")) == [
        f"the run changed the story in one place: line 1: '...{start[-30:]}old' became '...{start[-30:]}new'"
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[ ] AC-1", "[x] AC-1"),
        ("status: in-progress", "status: uat\ncompleted_at: 2"),
        ("updated_at: 1\n", ""),
        ("**Status:** Draft", "**Status:** Done"),
        ("# Cart\n", "# Cart   \n\n\n"),
        ("# Cart\n", "# Cart\n---\n"),
        ("# Cart\n", "# Cart\n\n***\n>\n"),
        ("status: in-progress", "status: uat - 2/5 done, see https://shop.io/pull/3/files"),
    ],
)
def test_what_the_run_may_write_is_kept(old: str, new: str) -> None:
    assert messages(InputsLocked(), edit(STORY.replace(old, new))) == []


@pytest.mark.parametrize(("old", "new"), [("[ ] AC-1", "[x] AC-1"), ("status: in-progress", "status: uat")])
def test_nothing_of_it_may_where_nothing_is_writable(old: str, new: str) -> None:
    assert len(messages(InputsLocked(writable=[]), edit(STORY.replace(old, new)))) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# Cart\n", "# Cart\n\nStatus: AC-1 need not be met\n"),
        ("# Cart\n", "# Cart\n\n- **State:** AC-1 is out of scope\n"),
        ("# Cart\n", "# Cart\n\nPhase: also `apps/web/cart.ts`\n"),
        ("# Cart\n", "# Cart\n- stage: apps/**\n"),
        ("# Cart\n", "# Cart\n- '**'\n"),
        ("- [ ] AC-1", "<!--\n- [ ] AC-1"),
        ("- [ ] AC-1", "```\n- [ ] AC-1"),
    ],
)
def test_what_only_looks_like_the_state_of_the_work_is_told(old: str, new: str) -> None:
    assert len(messages(InputsLocked(), edit(STORY.replace(old, new)))) == 1


@pytest.mark.parametrize(("after", "count"), [("---\n{}", 0), ("{}...\n", 0), ("{}---\n", 1), ("{}  - {{}}\n", 1), ("{}? \n", 1)])
def test_marks_in_the_register(after: str, count: int) -> None:
    text = "decisions:\n  - id: AD-1\n"
    path = "ARCHITECTURAL-DECISIONS.yaml"
    assert len(messages(InputsLocked(), edit(after.format(text), text, path))) == count


def test_box_that_is_ticked_beside_a_change_of_words_is_an_edit() -> None:
    assert len(messages(InputsLocked(), edit(STORY.replace("[ ] AC-1: it is stored", "[x] AC-1: it is not stored")))) == 1


def test_criterion_that_is_gone_is_told() -> None:
    assert messages(InputsLocked(), edit(STORY.replace("- [ ] AC-1: it is stored\n", ""))) == [
        "the run changed the story in one place: line 7: took away '- [ ] AC-1: it is stored'"
    ]


def test_entries_of_the_register_are_told_one_by_one() -> None:
    register = "decisions:\n  - id: A\n    status: pending\n  - id: B\n    status: pending\n"
    run = edit(register.replace("pending", "confirmed"), register, "ARCHITECTURAL-DECISIONS.yaml")
    assert (
        messages(InputsLocked(), run) == ["the run 'status: pending' became 'status: confirmed' in the register of decisions"] * 2
    )


def stages(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """What is said of a story that lies in folders of stages, each of which is looked in."""
    run = workshop.run_of(Example("stages", before=before, after=after))
    assert run.tree is not None
    assert run.documents is not None
    base, head = (
        tuple(Document("story", content) for path, content in sorted(side.files.items()) if path.endswith("/S-1.md"))
        for side in (run.tree.base, run.tree.head)
    )
    run = replace(run, documents=replace(run.documents, at_base=base, at_head=head))
    return [f"{finding.at}: {finding.message}" for finding in InputsLocked().findings_in(run)]


def test_story_that_moves_with_its_stage_is_the_same() -> None:
    assert stages({"todo/S-1.md": STORY}, {"done/S-1.md": STORY}) == []
    assert stages({"todo/S-1.md": STORY}, {"done/S-1.md": STORY.replace("in-progress", "done")}) == []


def test_story_that_is_edited_on_the_way_is_told_where_it_came_to() -> None:
    assert stages({"todo/S-1.md": STORY}, {"done/S-1.md": STORY.replace("stored", "kept")}) == [
        "done/S-1.md:7: the run changed the story, which it moved from todo/S-1.md, in one place: "
        "line 7: '- [ ] AC-1: it is stored' became '- [ ] AC-1: it is kept'"
    ]


def test_copy_that_is_deleted_is_told_only_where_the_other_differs() -> None:
    assert stages({"todo/S-1.md": STORY, "done/S-1.md": STORY}, {"done/S-1.md": STORY}) == []
    assert stages({"todo/S-1.md": STORY, "done/S-1.md": "# Other\n"}, {"done/S-1.md": "# Other\n"}) == [
        "todo/S-1.md: the run deleted the story; the one that stays, done/S-1.md, differs from it"
    ]


def test_story_that_is_gone_is_told() -> None:
    assert stages({"todo/S-1.md": STORY}, {}) == ["todo/S-1.md: the run deleted the story"]
    assert stages({"todo/S-1.md": STORY}, {"old/s.txt": STORY}) == ["todo/S-1.md: the run moved the story away, to old/s.txt"]


def test_mode_of_an_input_is_part_of_it() -> None:
    run = workshop.run_of(edit(STORY + "x\n"))
    assert run.changes is not None
    one = run.changes.files[0]
    assert one.before is not None
    changed = replace(one, after=replace(one.before, mode="100755"))
    run = replace(run, changes=replace(run.changes, files=(changed,)))
    assert [finding.message for finding in InputsLocked().findings_in(run)] == [
        "the run changed the mode of the story from 100644 to 100755"
    ]


def test_link_and_binary_are_told_without_their_content() -> None:
    given = {"documents": [], "paths": ["specs/**"]}
    rule = InputsLocked.model_validate(given)
    assert messages(rule, Example("link", before={"specs/a": "x\n"}, links={"specs/a": "b"})) == [
        "the run put a symbolic link in the place of the locked file"
    ]
    assert messages(rule, edit("\0b", "\0a", "specs/a.bin")) == ["the run changed the content of the locked file"]


def test_move_among_locked_files_is_told_at_both_ends() -> None:
    rule = InputsLocked(documents=[], paths=["specs/**"])
    run = Example("move", before={"specs/a.json": "{1}\n"}, after={"specs/b.json": "{1}\n"})
    assert messages(rule, run) == [
        "the file is locked, and the run moved it away to specs/b.json",
        "the file was moved here from specs/a.json; what lies here is locked",
    ]


def test_base_without_inputs_is_not_judged() -> None:
    with pytest.raises(NotJudged, match="the run was given nothing"):
        messages(InputsLocked(), Example("own", after={"STORY.md": STORY}))
    assert why(InputsLocked(documents=["story", "plan"]), edit(STORY)) == "base has no implementation plan"
