"""Markdown of a comment: audited text stays text, wherever a forge would make more of it; what is cut is balanced."""

import html
import re

import pytest
from hypothesis import example, given, settings

from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters import github_summary, inert, markdown
from pytest_agentcompliance.reporters.text import shown
from pytest_agentcompliance.verdict import Finding, Remedy
from tests.reporters import hostile, made_up, valid


def read(markdown: str) -> str:
    """What a reader sees."""
    return valid.page(markdown).text.replace(inert.APART, "").strip("\n")


@pytest.mark.parametrize("text", hostile.IN_PROSE)
def test_prose_is_read_as_it_is_written(text: str) -> None:
    wanted = " ".join(shown(text).split())
    for made in (inert.prose(text), f"- {inert.prose(text)}", f"**C** {inert.prose(text)}", f"<sub>of {inert.prose(text)}</sub>"):
        assert wanted in " ".join(read(made).split())


@pytest.mark.parametrize("text", hostile.IN_PROSE)
def test_code_is_read_as_it_is_written(text: str) -> None:
    assert " ".join(read(f"at {inert.code(text)}").split()) == " ".join(f"at {shown(text)}".split())


@pytest.mark.parametrize("text", hostile.IN_PROSE)
def test_table_is_not_broken(text: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {inert.prose(text)} | {inert.code(text)} |\n"
    page = valid.page(table)
    assert page.cells == [2, 2]
    assert "table" in page.seen


@given(made_up.TEXT)
@example(" /close")
@example("     indented")
def test_any_text_in_any_place(text: str) -> None:
    made = (
        f"| a | b | c |\n| --- | --- | --- |\n| {inert.prose(text)} | {inert.code(text)} | **{inert.prose(text)}** |\n\n"
        f"<details><summary><b>{inert.tagged(text)}</b></summary>\n\n- {inert.code(text)} {inert.prose(text)}\n\n"
        f"{inert.prose(text)}\n\n</details>\n"
    )
    page = valid.page(made)
    assert page.cells == [3, 3]
    assert {"table", "details", "summary"} <= page.seen


@given(made_up.TEXT)
def test_tags_of_a_summary_hold_the_text(text: str) -> None:
    assert html.unescape(inert.tagged(text)).replace(inert.APART, "") == shown(text)


@given(made_up.TEXT)
@settings(max_examples=50)
def test_whatever_is_said_the_comment_stays_one(text: str) -> None:
    said = markdown.dumps(made_up.said_everywhere(text))
    page = valid.markdown(said)
    valid.harmless(said)
    assert page.open == []
    assert {"table", "details", "summary", "ul", "sub"} <= page.seen


def many(clauses: int, findings: int, said: str) -> str:
    found = [Finding(f"{said}{n}", Place(said + ".py", n + 1), remedy=Remedy("fix", said)) for n in range(findings)]
    return markdown.dumps(made_up.account(*(made_up.verdict(found, clause=f"C-{c}") for c in range(clauses))))


@pytest.mark.parametrize("size", [1, 40, 90, 300])
def test_cut_at_the_length_of_a_comment(size: int) -> None:
    """Whole parts are left out, so that every fold is closed; the facts stay."""
    said = many(size, 30, "@everyone [a](b) <b> ")
    page = valid.markdown(said)
    cut = "The rest is left out" in page.text
    assert cut == (size > 10)
    assert page.text.rstrip().endswith("0 files changed, 0 read, 0 unaudited, 0 ignored; 0 lines, 0 commits, 1 rule")
    assert len(said) > (0.7 * markdown.LONGEST if cut else 0)


def test_summary_of_a_job_has_what_a_comment_has_not() -> None:
    verdicts = [made_up.verdict([Finding("é" * 250, Place("a.py", 1))] * 30, clause=f"C-{c}") for c in range(60)]
    account = made_up.account(*verdicts)
    assert "The rest is left out" in valid.markdown(markdown.dumps(account)).text
    assert "The rest is left out" not in valid.summary(github_summary.dumps(account)).text
    crowd = made_up.account(*(made_up.verdict([Finding("é" * 250, Place("a.py", 1))] * 30, clause=f"C-{c}") for c in range(400)))
    said = github_summary.dumps(crowd)
    assert valid.summary(said).text
    assert 0.7 * 1_000_000 < len(said.encode()) <= 1_000_000


def test_one_clause_that_says_much_leaves_room_for_the_others() -> None:
    noisy = made_up.verdict([Finding("@a " * 200, Place("x/" * 2000 + "y.py", n + 1)) for n in range(400)])
    quiet = made_up.verdict([Finding("the one that matters", Place("b.py", 7))], clause="C-2")
    text = read(markdown.dumps(made_up.account(noisy, quiet)).partition("\n")[2])
    assert "b.py:7 the one that matters" in text
    assert re.search(r"and \d+ more", text)


def test_clause_of_several_rules_has_a_row_for_each() -> None:
    one, two = (made_up.verdict([Finding("wrong", Place("a.py", 1))], rule=rule) for rule in ("a/one", "a/two"))
    text = read(markdown.dumps(made_up.account(one, two)).partition("\n")[2])
    assert "1 clause broken" in text
    assert text.count("a/one") == text.count("a/two") == 2  # in a row, and where it is unfolded
    assert text.count("C-1 says") == 4


def test_mark_is_closed_by_nothing_in_it() -> None:
    account = made_up.account(made_up.verdict([], profile="a --> <b>b</b> --!> \u202e é"))
    first = markdown.dumps(account).partition("\n")[0]
    assert first.isascii()
    assert first.count("--") == 2
    assert valid.rendered(markdown.dumps(account)).count("-->") == 1
