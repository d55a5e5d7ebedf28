"""The grammar answers what patterns match, again and again, and never keeps anybody waiting."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import grammar

CALL = ({"rule": {"pattern": "f($A)"}}, ("A",))
SCRIPT = "f(one)\nconst a = 'f(no)' // f(no)\nf(two, three)\n"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker of its own, which is killed after a quarter of a second."""
    worker = grammar._Worker()
    monkeypatch.setattr(grammar, "_WORKER", worker)
    monkeypatch.setattr(grammar, "FIRST_SECONDS", 0.25)
    yield
    worker.close()


def test_match_has_its_place_its_kind_and_its_variables() -> None:
    found = grammar.find([CALL], "typescript", SCRIPT)
    assert found is not None
    assert [(one.pattern, SCRIPT[one.start : one.end], one.kind) for one in found] == [(0, "f(one)", "call_expression")]
    assert [SCRIPT[place[0] : place[1]] for place in found[0].held if place] == ["one"]


def test_variable_that_holds_nothing_has_no_place() -> None:
    found = grammar.find([({"rule": {"kind": "identifier", "regex": "^one$"}}, ("A",))], "typescript", SCRIPT)
    assert found is not None
    assert [one.held for one in found] == [(None,)]


def test_matches_are_told_by_the_place_of_their_pattern() -> None:
    patterns = [({"rule": {"kind": "string"}}, ()), ({"rule": {"kind": "comment"}}, ())]
    found = grammar.find(patterns, "typescript", SCRIPT)
    assert found is not None
    assert [(one.pattern, one.kind) for one in found] == [(0, "string"), (1, "comment")]


def test_places_count_characters() -> None:
    text = "'\N{BUG}\N{BUG}é'; f(x)"
    found = grammar.find([CALL], "javascript", text)
    assert found is not None
    assert [text[one.start : one.end] for one in found] == ["f(x)"]


def test_utils_and_constraints_may_be_given() -> None:
    rule = {"rule": {"pattern": "$F($A)", "matches": "in-g"}, "constraints": {"F": {"regex": "^f$"}},
            "utils": {"in-g": {"inside": {"kind": "function_declaration", "stopBy": "end"}}}}
    text = "f(1)\nfunction g() { f(2); h(3) }"
    found = grammar.find([(rule, ())], "javascript", text)
    assert found is not None
    assert [text[one.start : one.end] for one in found] == ["f(2)"]


@pytest.mark.parametrize("rule", [
    {"rule": {"kind": "no_such_kind"}}, {"rule": {"regex": "("}}, {"rule": {}}, {}, {"rule": {"matches": "nothing"}},
])
def test_invalid_pattern_is_not_answered(rule: dict[str, object]) -> None:
    assert grammar.find([(rule, ())], "python", "x = 1") is None
    assert grammar.find([({"rule": {"kind": "assignment"}}, ())], "python", "x = 1")


def test_unknown_grammar_is_not_answered() -> None:
    assert grammar.find([CALL], "klingon", "f(x)") is None


def test_no_pattern_matches_nothing() -> None:
    assert grammar.find([], "python", "x = 1") == ()


def test_text_that_is_asked_about_twice_is_answered_alike() -> None:
    """Its tree is kept, and those of other texts are not mistaken for it."""
    texts = [f"f(a{number})\n" + "x = 1\n" * 20_000 for number in range(36)]  # more than are kept
    first = [grammar.find([CALL], "python", text) for text in texts]
    assert first == [grammar.find([CALL], "python", text) for text in texts]
    assert grammar.find([CALL], "javascript", texts[0]) is not None


def test_one_text_in_two_languages_is_read_twice() -> None:
    text = "f(x) // 2"
    assert len(grammar.find([({"rule": {"kind": "comment"}}, ())], "javascript", text) or ()) == 1
    assert grammar.find([({"rule": {"kind": "comment"}}, ())], "python", text) == ()


@pytest.mark.parametrize("text", ["f(x)" + " " * grammar.LARGEST, "f(" + "x" * grammar.LONGEST_LINE + ")"])
def test_too_large_text_is_not_asked_about(text: str) -> None:
    assert grammar.find([CALL], "javascript", text) is None


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("text", ["{-\n" * 20_000, "->\n" * 20_000, "a<b>(" * 10_000])
def test_text_that_keeps_the_parser_busy_is_given_up_and_the_next_is_read(text: str) -> None:
    grammar.find([CALL], "typescript", text)  # None, or an answer from a parser that copes
    assert len(grammar.find([CALL], "typescript", "f(x)") or ()) == 1


def test_lone_surrogates_and_nuls_keep_the_places() -> None:
    text = "'\ud800\0'\rf(x)"
    found = grammar.find([CALL], "javascript", text)
    assert found is not None
    assert [text[one.start : one.end] for one in found] == ["f(x)"]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300), st.sampled_from(["javascript", "typescript", "tsx", "python", "go"]))
def test_matches_lie_within_any_text(text: str, name: str) -> None:
    for one in grammar.find([({"rule": {"kind": "identifier"}}, ())], name, text) or ():
        assert 0 <= one.start <= one.end <= len(text)


def test_a_line_may_be_long_but_not_too_long_for_the_grammar() -> None:
    """Columns are counted from the start of the line, for each node."""
    short, long = (f"const a = `{'x' * size}`\nimport b from 'b'\n" for size in (grammar.LONGEST_LINE - 20, grammar.LONGEST_LINE))
    assert grammar.ask("imports", "typescript", short) is not None
    assert grammar.ask("imports", "typescript", long) is None
