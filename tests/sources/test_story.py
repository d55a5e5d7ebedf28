"""Which story a run worked on: from the change, the branch, and never a guess between two."""

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.evidence import ChangeSet
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.sources import story

LOG = "{feature_dir}/{stage}/{story}/_implementation/BACKEND-LOG.md"
ANY = {"feature_dir": "**", "stage": "*", "story": "auto"}


def changes(*paths: str) -> ChangeSet:
    found = workshop.run_of(Example("", after=dict.fromkeys(paths, "x\n"))).changes
    assert found is not None
    return found


def found(*paths: str, branch: str | None = None, tree: tuple[str, ...] = (), template: str = LOG) -> tuple[str, str]:
    answer = story.find([template], ANY, changes(*paths), branch, lambda: tree)
    return answer.name, answer.why


def test_the_logs_path_names_the_story() -> None:
    assert found("plans/features/wish/in-progress/WISH-1/_implementation/BACKEND-LOG.md", "a.py") == ("WISH-1", "")


def test_a_template_may_name_the_story_twice() -> None:
    template = "{feature_dir}/{story}/{story}-LOG.md"
    assert found("x/S-1/S-1-LOG.md", template=template) == ("S-1", "")
    assert found("x/S-1/S-2-LOG.md", template=template)[0] == ""


def test_two_stories_are_named_and_neither_is_chosen() -> None:
    paths = [f"p/done/{name}/_implementation/BACKEND-LOG.md" for name in ("S-2", "S-1")]
    assert found(*paths) == ("", "2 stories could be meant (S-1, S-2); pass --story")
    assert found(*paths, branch="feat/s-2-more") == ("S-2", "")


def test_a_log_that_only_moved_names_no_story_beside_one_that_was_written() -> None:
    moved, log = "p/done/S-2/_implementation/BACKEND-LOG.md", "p/done/S-1/_implementation/BACKEND-LOG.md"
    there = moved.replace("done", "todo")
    run = workshop.run_of(Example("", before={there: "old\n"}, commits=({there: None, moved: "old\n"}, {log: "new\n"})))
    assert run.changes is not None
    assert story.find([LOG], ANY, run.changes, None, tuple).name == "S-1"
    assert story.find([LOG], ANY, run.changes, "feat/s-2-more", tuple).name == "S-2"


@pytest.mark.parametrize("branch", ["feat/WISH-2004-drag", "wish-2004", "users/x/WISH-2004"])
def test_the_branch_names_a_story_that_the_tree_has(branch: str) -> None:
    assert found("a.py", branch=branch, tree=("plans/WISH-2004/WISH-2004.md",)) == ("WISH-2004", "")


@pytest.mark.parametrize("branch", [None, "main", "fix-2", "WISH-1"])
def test_a_branch_that_names_nothing_of_the_tree_names_no_story(branch: str | None) -> None:
    assert found("a.py", branch=branch, tree=("plans/WISH-2004/WISH-2004.md",))[0] == ""


def test_hostile_paths_are_only_text() -> None:
    assert found("a/b/(.*)[x]\n/_implementation/BACKEND-LOG.md")[0] == "(.*)[x]\n"
