"""What is told by one pattern is what the grammar tells; where that is not sure, nothing is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.churn import kinds, quick

PIECES = [
    "const a = 1", "const b = 'x'", 'const b = "x"', "f(a, b)", "f(a, b,)", "return a", "return\n  a", "continue\n", "// note\n",
    "/* n */", "`t  ${a}`", "`t ${`x`}`", "[a, ]", "[, ]", "[a,, b]", "{ a, b, }", "a++", "\n++b", "/['\"]/.test(x)", "if (a) {",
    "}", ";", "\n", "  ", "a + +b", "a ++b", "type\n A = 1", "'it\\'s'", '"it\'s"', "x = y / 2", "y => x", "(x) => x", "get\n",
    "async\n f()", "/a  b/",
]  # fmt: skip
TEXT = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8)


@pytest.mark.parametrize(("before", "after", "wanted"), [
    ("f(a, b)\n", "f(\n  a,\n  b,\n)\n", "formatting"), ("const a = 'x'\n", 'const a = "x"\n', "formatting"),
    ("f( a )\n", "f(a)\n", ""), ("a = `x\n  y`\n", "a = `x\n    y`\n", None), ("a = 'x  y'\n", "a = 'x y'\n", None),
    ("return a\n", "return\na\n", None), ("return // why\na\n", "return a // why\n", None), ("a\n++b\n", "a++\nb\n", None),
    ("x = [,]\n", "x = []\n", None), ("a + +b\n", "a ++b\n", None), ("f(a) // b\n", "f(a)\n", None),
    ("a = 'it\\'s'\n", "a = \"it's\"\n", None), ("a = /b  c/\n", "a = /b c/\n", None),
    ("r = /['\"]/\n", "r = /['\"]/ \n", None), ("a = `${`x`}`\n", "a =  `${`x`}`\n", None), ("f(a)\n", "f(b)\n", None),
])  # fmt: skip
def test_what_is_told(before: str, after: str, wanted: str | None) -> None:
    assert quick.told(before, after, "typescript") == wanted


def test_of_other_languages_nothing_is_told() -> None:
    assert quick.told("f( a )", "f(a)", "tsx") is None
    assert quick.told("f( a )", "f(a)", "python") is None


@given(TEXT, st.lists(st.booleans(), min_size=8, max_size=8))
def test_it_says_nothing_that_the_grammar_does_not_say(pieces: list[str], turned: list[bool]) -> None:
    """Statements are parted, or what no grammar knows as code would be all that is tried."""
    before = "; ".join(pieces)
    quoted = "; ".join(one.replace("'", '"') if turn else one for one, turn in zip(pieces, turned, strict=False))
    for after in (";\n".join(pieces), ";  ".join(pieces), quoted, "; ".join(pieces[1:])):
        said = quick.told(before, after, "typescript")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kinds, "told", lambda *_: None)
            by_grammar = kinds.churn(before, after, "a.ts")
        if said is not None:
            assert by_grammar is not None, (before, after)
            assert set(by_grammar.kinds) <= {said}
