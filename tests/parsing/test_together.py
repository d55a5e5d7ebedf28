"""Patterns that are asked as one match what they match when each is asked by itself, in the same order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import endpoints, grammar, handlers
from pytest_agentcompliance.parsing.built_sql import source
from pytest_agentcompliance.parsing.outline import python as python_outline
from pytest_agentcompliance.parsing.outline import scripts as script_outline
from pytest_agentcompliance.parsing.queries import loops
from pytest_agentcompliance.parsing.swallowed import reading
from pytest_agentcompliance.parsing.together import Together, _groups

SCRIPT = [
    "const a = 1\n", "export const b = () => c(1, `x ${d}`)\n", "app.get('/a', async (req, res) => { res.json(1) })\n", "// note\n",
    "class A { b = 1; async c(req: Request, res: Response) { try { d() } catch (e) { } } }\n", "for (const x of y) { z += x }\n",
    "function f(a, { b }) { return a.map((c) => c.d) }\n", "load().catch(() => 1)\n", "export { a as b }\nexport default a\n",
    "module.exports = { a }\n", "type T = { a: string }\n", "interface I { m(): void }\n",
    "@D() class E {}\n", "while (a) b()\n", "{", ")",
]  # fmt: skip
PYTHON = [
    "a = 1\n", "@app.get('/a')\ndef f(request):\n    return g(f'{a}')\n",
    "class A(View):\n    b: int = 1\n    def get(self): pass\n", "try:\n    a()\nexcept E as e:\n    pass\n",
    "for x in y:\n    z += x\n", "b = [c for c in d if e]\n", "# note\n", "with suppress(E):\n    a()\n", "type T = int\n",
    "if (n := f(1)):\n    pass\n", "def h():\n    def i():\n        return 1\n", "(",
]  # fmt: skip
SCRIPTS = [
    endpoints._SCRIPT, handlers._SCRIPT, source._patterns(True), script_outline._TYPED, loops._SCRIPT,
    reading._patterns("typescript"),
]  # fmt: skip
PYTHONS = [
    endpoints._PYTHON, handlers._PYTHON, source._patterns(False), python_outline._PATTERNS, loops._PYTHON,
    reading._patterns("python"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(SCRIPTS)))
@given(parts=st.lists(st.sampled_from(SCRIPT), max_size=6))
def test_scripts_are_matched_as_one_by_one(number: int, parts: list[str]) -> None:
    one, text = SCRIPTS[number], "".join(parts)
    assert one.find("typescript", text) == grammar.find(one._patterns, "typescript", text)


@pytest.mark.parametrize("number", range(len(PYTHONS)))
@given(parts=st.lists(st.sampled_from(PYTHON), max_size=6))
def test_python_is_matched_as_one_by_one(number: int, parts: list[str]) -> None:
    one, text = PYTHONS[number], "".join(parts)
    assert one.find("python", text) == grammar.find(one._patterns, "python", text)


def test_some_of_the_patterns_keep_their_numbers() -> None:
    found = script_outline._TYPED.find("typescript", "const a = 1\nclass B {}\n", [5, 0])
    assert found is not None
    assert [(one.pattern, one.kind) for one in found] == [(0, "class_declaration"), (5, "variable_declarator")]


def test_none_of_them_match_nothing_and_nobody_is_asked() -> None:
    assert script_outline._TYPED.find("no such grammar", "const a = 1\n", []) == ()


def test_what_no_grammar_can_say_stays_unsaid() -> None:
    assert script_outline._TYPED.find("no such grammar", "const a = 1\n") is None


def test_patterns_of_one_kind_stay_apart_and_so_does_one_of_no_kind() -> None:
    call: dict[str, Any] = {"kind": "call_expression"}
    patterns: list[tuple[dict[str, Any], list[str]]] = [
        ({"rule": {**call, "has": {"field": "function", "pattern": "$A"}}}, ["A"]), ({"rule": {"kind": "number"}}, []),
        ({"rule": {**call, "has": {"field": "arguments", "pattern": "$A"}}}, ["A"]), ({"rule": {"pattern": "$X"}}, ["X"]),
        ({"rule": {"kind": "string"}, "constraints": {}}, []),
    ]  # fmt: skip
    assert len(_groups(patterns, range(len(patterns)))) == 4
    assert Together(patterns).find("typescript", "f(1, 'b')\n") == grammar.find(patterns, "typescript", "f(1, 'b')\n")


def test_variables_of_one_name_in_two_patterns_may_hold_two_things() -> None:
    patterns = [
        ({"rule": {"kind": kind, "has": {"field": field, "pattern": "$N"}}}, ["N"])
        for kind, field in (("function_declaration", "name"), ("call_expression", "function"))
    ]
    assert Together(patterns).find("typescript", "function f() { g() }\n") == (
        grammar.Match(0, 0, 20, "function_declaration", ((9, 10),)), grammar.Match(1, 15, 18, "call_expression", ((15, 16),)),
    )  # fmt: skip
