"""What marks unfinished work, and what only talks about it."""

import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.markers import _CASES, _LINE_END, _may_be, _pattern, _seen, markers, may_hold

WORDS = ("TODO", "FIXME", "XXX", "HACK")
MARKS = [
    "// TODO", "// TODO: x", "# TODO x", "/* FIXME(anna) x */", " * - TODO(A-1): x", "// - [ ] TODO x", "# 1. TODO x",
    "// XXX why", "// todo: x", "// Todo(anna): x", "/** @todo x */", "// @TODO x", "// for now, TODO: x", "// resize (TODO)",
    "// a (same file - TODO: b)", "// It works. TODO make it fast", "// TODO/FIXME: x", "// TODO - x", "//TODO:x", "#TODO x",
    "--TODO x", "{/* HACK: x */}", "<!-- TODO: x -->", "-- TODO: x", "// T\u200bODO x", "// \uff34\uff2f\uff24\uff2f x",
    "// TOD\u041e x", "// T&#79;DO x", "// T\u0336O\u0336D\u0336O\u0336 x", "// \u24c9\u24c4\u24b9\u24c4 x",
    "// \U0001f163\U0001f15e\U0001f153\U0001f15e x", "// \U0001f183\U0001f17e\U0001f173\U0001f17e x", "// T\u20ddODO x",
    "<!-- &#84;&#79;&#68;&#79; x", "<!-- TO&ZeroWidthSpace;DO x", "// T\u1ab0\u0301\u0336ODO x",
    "// TODO placeholder", "// [TODO] x", "/* x\rTODO: y */", "# FIXME",
    "// \u26a0\ufe0f TODO x", "% TODO x", ";; TODO x", '"""TODO: x"""',
]  # fmt: skip
TALKS = [
    "// EPIC-XXX", "// XXX-001 is a key", "// xxx.xxx", "// XXXX", "// costs $XXX", "// (XXX) XXX-XXXX",
    "// - (XXX) XXX-XXXX for numbers", "// renders the todo list", "// TODO list item", "// no TODO comments allowed",
    "// scans for TODO markers", "// 'TODO'", "// `TODO: x`", "// TODOs stay", "// see TODO.md", "// TODO_LIST", "// a todo: b",
    "// TODO, FIXME and HACK are markers", "// https://x.org/TODO: y", "// detects TODO: lines", "// todo", "// Todo application",
    "// it.todo() stubs", "// hack the planet", "// @todos/core", "// no TODO: x", "// xxx: y", "* @param todo: the item",
    "// #TODO-12", "// TO\u0301DO\u0301 x", "// \U0001f1f9\U0001f1f4\U0001f1e9\U0001f1f4 x", "// 1\u20e3 \u24c9 x", "// &amp;TODO;",
]  # fmt: skip


@pytest.mark.parametrize("text", MARKS)
def test_marker(text: str) -> None:
    assert len(list(markers(text, WORDS))) == 1


@pytest.mark.parametrize("text", TALKS)
def test_no_marker(text: str) -> None:
    assert list(markers(text, WORDS)) == []


def test_line_counts_newlines_and_text_ends_with_the_comment() -> None:
    found = list(markers("/* a\r\n * TODO: one\r\n * b\n * FIXME two */", WORDS))
    assert [(one.word, one.text, one.offset) for one in found] == [("TODO", "TODO: one", 1), ("FIXME", "FIXME two", 3)]


def test_small_letters_count_in_a_docstring_only_where_it_begins() -> None:
    assert not list(markers('"""Add.\n\n    todo: the item\n"""', WORDS, docstring=True))
    assert list(markers('"""todo: all of it\n"""', WORDS, docstring=True))


def test_row_of_markers_in_one_line_is_cut_short_and_the_next_line_is_read() -> None:
    found = list(markers("/* " + "TODO: x, " * 1000 + "\nTODO: y */", WORDS))
    assert len(found) == 21
    assert found[-1].text == "TODO: y"


def test_which_characters_beyond_ascii_a_letter_matches_where_case_makes_no_difference() -> None:
    """Those, and no others, make that the letters of a word are not looked for quickly."""
    letters = re.compile("[a-z]", re.IGNORECASE)
    beyond = (chr(code) for code in range(128, sys.maxunicode + 1))
    assert "".join(one for one in beyond if letters.fullmatch(one)) == _CASES


TEXT = st.lists(
    st.sampled_from([
        "TODO", "todo:", "Todo", "FIXME(", "hac\u212a:", "HAC\u212a", "hack", "x\u017fx", "\u0130", "\u0131", " ", "\n", "// ", "'",
        "a", "&#84;", "&amp;", "T&#79;DO", "\u2014", "T\u200bODO", "STRA\u00dfE", ":", "ma\u017fter", "i\u0307",
    ]),
    max_size=10,
).map("".join)  # fmt: skip


@settings(max_examples=400)
@given(TEXT, st.sampled_from([WORDS, ("master", "in"), ("stra\u00dfe",), ()]))
def test_whether_a_text_may_hold_a_marker_is_told_quickly_and_not_otherwise(text: str, words: tuple[str, ...]) -> None:
    pattern = _pattern(words)
    lines = [line for line in _LINE_END.split(text) if _seen(line) != line]
    slowly = any(_may_be(text, one) for one in pattern.finditer(text)) or any(pattern.search(_seen(line)) for line in lines)
    assert may_hold(text, words) is slowly
