"""Lines of .gitattributes, and which of them hide a diff."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.attributes import Hiding, hiding, macro


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("*.ts binary", [("*.ts", "binary", False)]),
        ("api/** -diff merge=union", [("api/**", "-diff", False)]),
        ('"a b/*.ts"\tdiff=nothing', [("a b/*.ts", "diff=nothing", False)]),
        ('"a\\"b" -diff', [('a"b', "-diff", False)]),
        ("*.py filter=clean working-tree-encoding=UTF-16",
         [("*.py", "filter=clean", False)]),
        ("gen/** linguist-generated=true", [("gen/**", "linguist-generated=true", True)]),
        ("*.py diff=python", []),
        ("*.psd filter=lfs diff=lfs merge=lfs -text", []),
        ("* text=auto eol=lf", []),
        ("gen/** linguist-generated=false", []),
        ("# *.ts binary", []),
        ("[attr]secret -diff", []),
        ("*.ts tidy", [("*.ts", "tidy", False)]),
        ("a -diff linguist-generated", [("a", "-diff", False), ("a", "linguist-generated", True)]),
        ("", []),
    ],
)  # fmt: skip
def test_lines_that_hide(line: str, found: list[tuple[str, str, bool]]) -> None:
    assert list(hiding(line, {"tidy"})) == [Hiding(*one) for one in found]


@pytest.mark.parametrize(
    ("line", "name"),
    [("[attr]tidy -diff", "tidy"), ("[attr]t merge=union binary", "t"), ("[attr]plain text", ""), ("*.ts -diff", "")],
)
def test_macros_that_hide(line: str, name: str) -> None:
    assert macro(line) == name


def test_a_line_without_end_is_read_as_far_as_git_reads_it() -> None:
    assert list(hiding("a" + " -diff" * 200_000)) == [Hiding("a", "-diff", folds=False)]
    assert list(hiding("a " * 3_000 + "-diff")) == []


@given(st.text(max_size=60))
def test_any_line_can_be_read(line: str) -> None:
    assert all(one.attribute in line for one in hiding(line))
