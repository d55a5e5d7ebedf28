"""Globs as .gitignore has them; lists that take nothing out go a quicker way, which says the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.parsing.globs import _PLAIN, _Plainly, _warned, is_wild, matches, usable

PART = st.sampled_from(["a", "b", "*", "**", "a*", "?", "[ab]", "x.y", "*.y", "!a", "\\!a", " a", "é"])
ENDS = st.sampled_from(["", "", "/"])
GLOB = st.builds(lambda start, parts, end: start + "/".join(parts) + end, ENDS, st.lists(PART, min_size=1, max_size=4), ENDS)
PATH = st.lists(st.sampled_from(["a", "b", "ab", "x.y", "c", "!a", " a", "é", "a\nb"]), min_size=1, max_size=4).map("/".join)


@given(globs=st.lists(GLOB, max_size=4), path=PATH)
def test_it_says_what_git_ignore_lists_say(globs: list[str], path: str) -> None:
    assert matches(path, globs) == GitIgnoreSpec.from_lines(globs).match_file(path)


WORD = st.sampled_from(["a", "b", "ab", "x.y", ".y", "a-b", "y"])
STARRED = st.one_of(WORD, WORD.map(lambda one: f"*{one}"), WORD.map(lambda one: f"{one}*"), WORD.map(lambda one: f"*{one}*"),
                    st.sampled_from(["**", "*", "a*b", "*a*b*"]))
PLAIN = st.builds(lambda out, start, parts, end: out + start + "/".join(parts) + end, st.sampled_from(["", "", "", "!"]), ENDS,
                  st.lists(STARRED, min_size=1, max_size=4), st.sampled_from(["", "", "/", "/**"]))
ODD = st.lists(
    st.sampled_from(["a", "b", "ab", "x.y", ".y", "a-b", "y", "ba", "xay", "x.yz", "", ".", "..", "a\n", "\nb"]), max_size=5
).map("/".join)


@settings(max_examples=1000)
@given(globs=st.lists(PLAIN, min_size=1, max_size=4), path=ODD)
def test_plain_globs_say_what_they_say_compiled(globs: list[str], path: str) -> None:
    assert matches(path, globs) == _warned(tuple(globs))(path)


@settings(max_examples=300)
@given(PLAIN)
def test_a_plain_glob_is_never_wrong(glob: str) -> None:
    assert _PLAIN.fullmatch(glob) is None or _warned((glob,)) is not None


@pytest.mark.parametrize("glob", [
    "a", "*.ts", "a*", "*a*", "**/a", "**/*.ts", "a/b", "/a", "a/**", "/a/b/**", "**/a/**", "**/a/b/**", "a/", "**/a/", "**/a/b",
])  # fmt: skip
@pytest.mark.parametrize("path", [
    "a", "b", "a/b", "b/a", "a/b/c", "x/a/b", "x/a/b/c", "x.ts", "x.ts/y", "xa", "ax", "xa/y", "x/ax", "x.tsx", "ab", "b/a/b", "",
])  # fmt: skip
def test_each_form_of_a_plain_glob_is_told_without_compiling(glob: str, path: str) -> None:
    quick = _Plainly((glob,))
    assert not quick._others
    assert quick(path) == GitIgnoreSpec.from_lines([glob]).match_file(path)
    assert "_all" not in vars(quick)


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
