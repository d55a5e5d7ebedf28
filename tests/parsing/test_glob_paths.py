"""The way back from a glob to a path that it names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.parsing.glob_paths import path_in
from pytest_agentcompliance.parsing.globs import matches


@pytest.mark.parametrize(
    ("globs", "ending", "path"),
    [
        (["apps/web/**"], "", "apps/web/canary.txt"),
        (["packages/core/**"], ".ts", "packages/core/canary.ts"),
        (["docs/plans/backend-plan.md"], ".md", "docs/plans/backend-plan.md"),
        (["**/*/WISH-1/_implementation/BACKEND-LOG.md"], ".md", "canary/canary/WISH-1/_implementation/BACKEND-LOG.md"),
        (["*.sql"], "", "canary.sql"),
        (["/build/"], "", "build/canary.txt"),
        (["src/[ab]?.py"], ".py", "src/ax.py"),
        (["[a]uto/x.md", "y.md"], "", "auto/x.md"),
        ([r"a\*b"], "", "a*b"),
        (["apps/web/**", "!apps/web/canary.txt", "lib/**"], "", "lib/canary.txt"),
    ],
)
def test_a_path_that_the_globs_name(globs: list[str], ending: str, path: str) -> None:
    assert path_in(globs, ending) == path


@pytest.mark.parametrize("globs", [[], ["!a"], ["a/**", "!a/**"], ["[!a]"]])
def test_no_path_is_made_up(globs: list[str]) -> None:
    assert path_in(globs) is None


def test_a_path_that_two_lists_name() -> None:
    own = ["**/*/CANARY-1/_implementation/BACKEND-LOG.md"]
    assert path_in(own, ".md", also=("plans/features/**/BACKEND-LOG.md",)) == (
        "plans/features/canary/CANARY-1/_implementation/BACKEND-LOG.md"
    )
    assert path_in(own, ".md", also=("REPORT.md",)) is None


@given(st.lists(st.text("ab/*?!\\.", max_size=8), max_size=3))
def test_whatever_the_globs_a_path_is_named_by_them(globs: list[str]) -> None:
    try:
        path = path_in(globs)
    except UsageError:
        return
    assert path is None or matches(path, globs)
