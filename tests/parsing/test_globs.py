"""Globs as .gitignore has them; lists that take nothing out go a quicker way, which says the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.parsing.globs import is_wild, matches, usable

PART = st.sampled_from(["a", "b", "*", "**", "a*", "?", "[ab]", "x.y", "*.y", "!a", "\\!a", " a", "é"])
ENDS = st.sampled_from(["", "", "/"])
GLOB = st.builds(lambda start, parts, end: start + "/".join(parts) + end, ENDS, st.lists(PART, min_size=1, max_size=4), ENDS)
PATH = st.lists(st.sampled_from(["a", "b", "ab", "x.y", "c", "!a", " a", "é", "a\nb"]), min_size=1, max_size=4).map("/".join)


@given(globs=st.lists(GLOB, max_size=4), path=PATH)
def test_it_says_what_git_ignore_lists_say(globs: list[str], path: str) -> None:
    assert matches(path, globs) == GitIgnoreSpec.from_lines(globs).match_file(path)


@pytest.mark.parametrize(("path", "globs", "wanted"), [
    ("api/a.ts", ["api/**"], True), ("x/api/a.ts", ["api/**"], False), ("x/y/a.sql", ["*.sql"], True), ("a.ts", [], False),
    ("api/a.ts", ["api/**", "!api/a.ts"], False), ("docs/x/y", ["docs/"], True), ("a\udcff", ["a?"], True),
])  # fmt: skip
def test_globs(path: str, globs: list[str], wanted: bool) -> None:
    assert matches(path, globs) is wanted


def test_what_is_no_glob_is_named() -> None:
    with pytest.raises(UsageError, match="a glob of '!' is none"):
        matches("a", ["!"])


def test_a_bracket_within_brackets_is_a_literal_one() -> None:
    assert matches("a[b", ["a[[]b"])
    assert not matches("ab", ["a[[]b"])


@pytest.mark.parametrize("glob", ["a/**/b/**/c/**/d", "*a*b*c*d", "a***", "x" + "*" * 400, "**/**/**/x"])
def test_a_glob_with_too_many_wildcards_is_not_for_use(glob: str) -> None:
    assert is_wild(glob)
    assert not usable(glob)


@pytest.mark.parametrize("glob", ["a/**", "**/*.ts", "packages/*/src/**/*.py", r"a\*\*\*\*b", "[*]a", "!b/**"])
def test_an_honest_glob_is(glob: str) -> None:
    assert usable(glob)
