"""What is left out before it is looked at closely is what would have told nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.built_sql.flow import Flow, Hole
from pytest_agentcompliance.parsing.built_sql.source import Source, read
from pytest_agentcompliance.parsing.routes.python.tree import Node
from pytest_agentcompliance.parsing.swallowed.reading import handlers
from pytest_agentcompliance.parsing.validators import python, scripts
from pytest_agentcompliance.rulebook.testing.accompany_code import _BRANCH, _has_branches

CODE = [
    "a", " + ", "'x'", "`t ${b + `${c}`} u`", "f(", ")", "[", "]", "{", "}", ",", ":", "=", " = ", "/x,y/", "// n\n", "\n",
    ";", "...",
    " ? 1 : 2", ".b", " || c",
    "f'{d:>{e}}'", "\"\"\"q, r\"\"\"", "# m\n", "\\\n",
]  # fmt: skip
SIGNS = [",", ":", "=", ".", "+?:|&", "+%* ", ":!="]


@pytest.mark.parametrize("path", ["a.ts", "a.py"])
@given(parts=st.lists(st.sampled_from(CODE), max_size=14), among=st.sampled_from(SIGNS), cut=st.integers(0, 12))
def test_signs_are_those_of_the_steps(path: str, parts: list[str], among: str, cut: int) -> None:
    source = read(path, "".join(parts))
    assert source is not None
    for start, end in ((0, len(source.code)), (cut, len(source.code)), (0, max(0, len(source.code) - cut))):
        assert list(source.signs(start, end, among)) == [at for at in source.steps(start, end) if source.code[at] in among]


@given(
    code=st.text("a,+\"([{)]} ", max_size=30), strings=st.dictionaries(st.integers(0, 29), st.integers(0, 40), max_size=4),
    pairs=st.dictionaries(st.integers(0, 29), st.integers(0, 40), max_size=4), among=st.sampled_from([",", "+ "]),
)  # fmt: skip
def test_signs_are_those_of_the_steps_whatever_the_grammar_says(
    code: str, strings: dict[int, int], pairs: dict[int, int], among: str
) -> None:
    fit = {at: end for at, end in strings.items() if at < len(code)}
    closed = {at: end for at, end in pairs.items() if end > at}
    source = Source(code, True, code, strings=fit, pairs=closed)
    steps = [at for at in source.steps(0, len(code)) if code[at] in among]
    assert list(source.signs(0, len(code), among)) == steps


@pytest.mark.parametrize(("path", "said"), [
    ("a.ts", "'select 1'"), ("a.ts", "`a`"), ("a.py", "r'a'"), ("a.py", '"""a"""'), ("a.ts", "/a/"),
])  # fmt: skip
def test_a_text_of_its_own_has_no_holes_and_is_counted(path: str, said: str) -> None:
    source = read(path, f"a = {said}\n")
    assert source is not None
    spot = (4, 4 + len(said))
    one, other = Flow(source), Flow(source)
    one.text(*spot)
    assert other.is_whole(*spot)
    assert not any(isinstance(piece, Hole) and not piece.tame for piece in one.text(*spot))
    assert other.is_whole(*spot)
    assert (one.total, one.steps) == (other.total, other.steps)


@pytest.mark.parametrize(("path", "said"), [
    ("a.ts", "`a ${b}`"), ("a.py", "f'{a}'"), ("a.ts", "'a' + b"), ("a.ts", "('a')"), ("a.ts", "a"),
])  # fmt: skip
def test_what_something_may_be_put_into_is_no_text_of_its_own(path: str, said: str) -> None:
    source = read(path, f"a = {said}\n")
    assert source is not None
    assert not Flow(source).is_whole(4, 4 + len(said))


TYPED = [
    "const a = z.object({ b: z.string(), c: Joi.object().keys({ d: 1 }) }).strict()\n",
    "export class E { @IsString() f: string }\n",
    "const g = { h: [1, 2], i: () => j(k) }\n", "function l() { return yup.object({ m: yup.number() }).shape({ n: o }) }\n",
    "class P { q = 1 }\n", "z.strictObject<R>({ ...s })\n",
    "// object @\n", "f('object')\n", "{", "}", ")",
]  # fmt: skip
MODELS = [
    "class A(BaseModel):\n    b: int = Field(...)\n    class Config:\n        c = 1\n", "class D(A):\n    e: str\n", "f = g(1)\n",
    "def h():\n    class I(BaseModel):\n        j: int\n    return I\n", "# class\n", "k = 'class'\n",
    "if l:\n    m = [n for n in o]\n", "(",
]  # fmt: skip


@given(parts=st.lists(st.sampled_from(TYPED), max_size=6))
def test_schemas_of_scripts_stand_where_a_mark_does(parts: list[str]) -> None:
    text = "".join(parts)
    found = scripts.read("a.ts", text, "typescript")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Node, "has", lambda *_: True)
        assert scripts.read("a.ts", text, "typescript") == found


@given(parts=st.lists(st.sampled_from(MODELS), max_size=6))
def test_models_of_python_stand_where_a_mark_does(parts: list[str]) -> None:
    text = "".join(parts)
    found = python.read("a.py", text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Node, "has", lambda *_: True)
        assert python.read("a.py", text) == found


@given(
    text=st.lists(st.sampled_from(["if ", "a ", "&& ", "? ", "?. ", "elif ", "xif "]), max_size=8).map("".join),
    least=st.integers(0, 5),
)
def test_branches_are_counted_as_far_as_asked(text: str, least: int) -> None:
    assert _has_branches(text, 0, len(text), least) == (len(_BRANCH.findall(text)) >= least)


@pytest.mark.parametrize(("code", "owner"), [
    ("function a() {\n  const b = () => {\n    try { c() } catch { }\n  }\n}\n", "a"),
    ("class A {\n  b() {\n    const c = () => { try { d() } catch { } }\n  }\n}\n", "b"),
    ("const a = () => { try { b() } catch { } }\n", "a"), ("try { a() } catch { }\n", ""),
    ("const a = () => b().catch(() => {})\n", "a"), ("export default function () { try { a() } catch { } }\n", ""),
])  # fmt: skip
def test_a_handler_stands_in_one_function_those_that_are_declared_first(code: str, owner: str) -> None:
    assert [one.owner for one in handlers(code, "a.ts")] == [owner]
