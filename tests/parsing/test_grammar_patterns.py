"""What is asked first finds no less than the pattern, what is left out of it changes nothing, and each child is told all of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from ast_grep_py import SgRoot

from pytest_agentcompliance.parsing import grammar, grammar_patterns, grammar_worker
from pytest_agentcompliance.parsing.placeholders import load
from pytest_agentcompliance.parsing.placeholders.reading import read
from pytest_agentcompliance.rulebook.content.placeholder import BOOK, Placeholder

PLACEHOLDERS = load("pytest_agentcompliance.rulebook.content", BOOK)
GRAMMARS = {"ts": "typescript", "tsx": "tsx", "js": "javascript", "py": "python", "go": "go"}
TEXTS = [
    (GRAMMARS[ending], text)
    for example in Placeholder.examples
    for path, text in {**example.before, **example.after}.items()
    if (ending := path.rpartition(".")[2]) in GRAMMARS
]
SCRIPT = """
class Base { constructor(private a: A) {} get() { throw new Error("not here") } }
class Cart extends Base { add(item: Item) {} /* f(1) */ total() { return f(1, { status: 501 }) } }
const g = () => {}; if (a) { f("x") } else { f(g(2)) }
"""
RULES: list[dict[str, Any]] = [
    {"kind": "method_definition", "has": {"field": "body", "regex": r"^\{\s*\}$"}, "inside": {"kind": "class_body"},
     "not": {"regex": "^constructor|^static|^async|^get|^set|^component(Did|Will)|^on(Module|App)|^dispose"}},
    {"any": [{"kind": "string"}, {"kind": "number", "regex": "^501$"}],
     "inside": {"stopBy": "end", "kind": "class_declaration",
                "has": {"field": "name", "regex": "^(?i:cart|basket|till)$|^Shop|^Store|^Sale|^Market|^Bazaar"}}},
    {"any": [{"kind": "string"}, {"regex": "^f$"}],
     "not": {"inside": {"stopBy": "end", "kind": "class_declaration", "regex": "x" * 70}}},
    {"all": [{"kind": "call_expression"}, {"has": {"field": "function", "regex": "^f$"}}, {"not": {"matches": "in-cart"}}]},
    {"kind": "call_expression", "regex": "f|" + "y" * 80,
     "inside": {"stopBy": {"kind": "if_statement"}, "kind": "statement_block"}},
    {"pattern": "f($A)", "has": {"stopBy": "end", "kind": "number"}, "not": {"has": {"kind": "string", "regex": "z" * 200}}},
    {"kind": "statement_block", "nthChild": 1, "not": {"regex": "(?i)" + "w" * 70}},
    {"matches": "in-cart", "kind": "call_expression"},
    {"pattern": "f($A, $B)", "not": {"regex": "r" * 200},
     "all": [{"has": {"stopBy": "end", "pattern": "$C", "kind": "number"}}, {"not": {"pattern": "f($C, $C)"}}]},
    {"kind": "identifier", "precedes": {"kind": "arguments", "regex": "v" * 70 + "|1"}},
]  # fmt: skip
UTILS = {
    "in-cart": {"inside": {"stopBy": "end", "kind": "class_declaration", "has": {"field": "name", "matches": "cart"}}},
    "cart": {"regex": "^(?i:cart)$|" + "u" * 80}, "unused": {"regex": "t" * 100},
}  # fmt: skip


def same(name: str, text: str, pattern: dict[str, Any]) -> bool:
    """Whether a pattern matches: whole, without what it does not need, and never where what is asked first does not."""
    root: Any = SgRoot(text, name).root()
    whole = [node.range().start.index for node in root.find_all(pattern)]
    assert [node.range().start.index for node in root.find_all(grammar_patterns.needed(pattern))] == whole
    first = grammar_patterns.first(pattern)
    if whole and first is not None:
        assert root.find(first) is not None
    return bool(whole)


@pytest.mark.parametrize("entry", PLACEHOLDERS.patterns, ids=lambda one: one.id)
def test_first_is_found_wherever_a_placeholder_is(entry: Any) -> None:
    found = [
        same(name, text, {"rule": entry.rule, "utils": PLACEHOLDERS.utils[name]})
        for name, text in TEXTS if name in entry.languages
    ]  # fmt: skip
    assert found


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_first_is_found_wherever_a_rule_matches(rule: dict[str, Any]) -> None:
    assert same("typescript", SCRIPT, {"rule": rule, "utils": UTILS})


def test_something_is_asked_first_of_most_placeholders() -> None:
    utils = PLACEHOLDERS.utils
    each = [grammar_patterns.first({"rule": one.rule, "utils": utils[min(one.languages)]}) for one in PLACEHOLDERS.patterns]
    assert sum(one is not None for one in each) > len(each) / 2


def test_utilities_that_are_not_used_are_left_out() -> None:
    assert grammar_patterns.needed({"rule": RULES[3], "utils": UTILS})["utils"].keys() == {"in-cart", "cart"}
    assert grammar_patterns.needed({"rule": {"matches": {"cart": {}}}, "utils": UTILS})["utils"] == UTILS


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[grammar._Worker]:
    one = grammar._Worker()
    monkeypatch.setattr(grammar, "_WORKER", one)
    yield one
    one.close()


def test_each_child_is_told_the_patterns(worker: grammar._Worker) -> None:
    patterns = [({"rule": rule, "utils": UTILS}, ()) for rule in RULES]
    found = grammar.find(patterns, "typescript", SCRIPT)
    assert found
    assert {one.pattern for one in found} == set(range(len(RULES)))
    assert grammar.find(patterns, "typescript", SCRIPT) == found
    assert grammar.find(patterns[2:], "typescript", SCRIPT + "\n")
    worker.close()
    assert grammar.find(patterns, "typescript", SCRIPT) == found


def test_patterns_that_are_too_many_for_numbers_are_asked_all_the_same(
    worker: grammar._Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grammar_patterns, "MOST", 0)
    monkeypatch.setattr(grammar_patterns, "HELD", 2)
    patterns = [({"rule": {"regex": f"^{'f' * (k == 5)}{k}?$"}}, ()) for k in range(10)]
    found = [grammar.find([one], "typescript", SCRIPT) for one in (*patterns, *patterns)]
    assert found[:10] == found[10:]
    assert [bool(one) for one in found[:10]] == [k in (1, 2, 5) for k in range(10)]


@pytest.mark.usefixtures("worker")
def test_what_a_grammar_does_not_know_is_not_answered_however_often_it_is_asked() -> None:
    """What is asked first of this pattern every text lacks, and the rest no grammar knows."""
    unknown = {"rule": {"kind": "string", "regex": "^nowhere$", "not": {"kind": "no_such_kind", "regex": "x" * 200}}}
    assert grammar_patterns.first(unknown) is not None
    assert [grammar.find([(unknown, ())], "typescript", SCRIPT) for _ in range(3)] == [None, None, None]


def test_first_is_asked_no_more_where_it_spares_nothing() -> None:
    pattern = {"rule": {"kind": "string", "not": {"regex": "(?i)" + "x" * 100}}}
    asked: list[Any] = [7_000_000, grammar_patterns.first(pattern), pattern, []]
    for k in range(3 * grammar_worker.ENOUGH):
        assert len(grammar_worker.find(f"f('a', 'b')\nlet c{k}", "javascript", [asked])) == 2
    assert grammar_worker._TRIED[7_000_000, "javascript"] == [grammar_worker.ENOUGH, 0]


def test_placeholders_are_read_alike_a_hundred_times(worker: grammar._Worker) -> None:
    """What is told of a text does not hang on the texts before it."""
    paths = {name: f"src/a.{ending}" for ending, name in GRAMMARS.items()}
    once = [read(text, paths[name], PLACEHOLDERS) for name, text in TEXTS]
    assert [read(text, paths[name], PLACEHOLDERS) for name, text in reversed(TEXTS)] == once[::-1]
    assert any(one.stand_ins for one in once)
