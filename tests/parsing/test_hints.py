"""Hints and their sieve: what is passed over quickly is what the patterns themselves do not match."""

import importlib
import pkgutil
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance import rulebook
from pytest_agentcompliance.parsing import hints, sieve
from pytest_agentcompliance.parsing.choices.reader import CONTAINS
from pytest_agentcompliance.parsing.law import attempts
from pytest_agentcompliance.parsing.secrets.hints import HINTS
from pytest_agentcompliance.rule import Rule


def every() -> dict[str, tuple[bytes, ...]]:
    """The patterns of each rule of ours that has some."""
    found = {"attempts": attempts.HINTS, "secrets": HINTS, **{f"choices of {kind}": tuple(some) for kind, some in CONTAINS.items()}}
    for module in pkgutil.walk_packages(rulebook.__path__, f"{rulebook.__name__}."):
        for rule in vars(importlib.import_module(module.name)).values():
            if isinstance(rule, type) and issubclass(rule, Rule) and rule is not Rule and rule.__module__ == module.name:
                try:
                    found[module.name] = rule().wanted().contains
                except ValueError:  # it has a parameter without a default
                    found[module.name] = rule.candidates.contains
    return {name: some for name, some in found.items() if some}


EVERY = every()
PATTERNS = sorted({one for some in EVERY.values() for one in some})


def plainly(written: tuple[bytes, ...], text: bytes, parts: list[tuple[int, int, int]]) -> set[int]:
    some = [re.compile(one, re.DOTALL) for one in written]
    return {name for start, end, name in parts if any(one.search(text, start, end) for one in some)}


def parts_of(text: bytes) -> list[tuple[int, int, int]]:
    ends = [found.end() for found in re.finditer(rb"\n", text)] + ([len(text)] if not text.endswith(b"\n") else [])
    return [(start, end, k) for k, (start, end) in enumerate(zip([0, *ends], ends, strict=False))]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_pattern_of_ours_can_be_asked_quickly(pattern: bytes) -> None:
    assert (wide := sieve.wide(pattern, re.DOTALL)) is not None
    assert sieve.asked([wide[0]]) is not None


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(max_examples=8)
@given(data=st.data())
def test_the_sieve_keeps_back_no_match(pattern: bytes, data: st.DataObject) -> None:
    compiled = re.compile(pattern, re.DOTALL)
    # What a pattern asks of the bytes before it can hardly be drawn: some of those that are asked for stand there.
    without = re.compile(re.sub(rb"\(\?<[=!](?:\[[^\]]*\]|\\.|[^()\[\\])*\)", b"", pattern), re.DOTALL)
    before = data.draw(st.sampled_from([b"", b"A", b"AA", b"#", b" ", b"\r", b"\xe1"]))
    text = before + data.draw(st.from_regex(without)) + data.draw(st.binary(max_size=6))
    hint = hints.Hint(pattern)
    assert hint.may_stand is not None
    assert hint.may_stand(text.decode("latin-1")) or not compiled.search(text)
    assert hint.letters in text or not compiled.search(text)


ALPHABET = b"TODOFIXMEHACK todo:(@xX\xef\xbb\xbf\xe2\x80\x8b&#x41;key=\"sk-AKIA0123456789\n\n\0\r\x01"


@pytest.mark.parametrize("name", sorted(EVERY))
@settings(max_examples=25)
@given(data=st.data())
def test_a_large_text_is_searched_as_a_small_one_is(name: str, data: st.DataObject) -> None:
    some = EVERY[name]
    pieces = st.one_of(
        st.lists(st.sampled_from(ALPHABET), max_size=30).map(bytes), st.sampled_from(some).flatmap(st.from_regex), st.just(b"\n")
    )
    text = b"".join(data.draw(st.lists(pieces, max_size=12)))
    parts = parts_of(text)
    expected = plainly(some, text, parts)
    small, large = hints.Hints(some), hints.Hints(some)
    large._seen = hints.LARGE
    assert small.found(text, parts) == expected
    assert large.found(text, parts) == expected
    few = parts[::2]
    assert large.found(text, few) == plainly(some, text, few)


@given(st.lists(st.sampled_from([b"a", b"Any", b" ", b"\n", b"\xe9", b".", b"_"]), max_size=12).map(b"".join), st.data())
def test_the_ends_of_words_are_those_that_python_sees_wherever_a_part_ends(text: bytes, data: st.DataObject) -> None:
    cuts = sorted({0, len(text), *data.draw(st.lists(st.integers(0, len(text)), max_size=4))})
    parts = [(start, end, k) for k, (start, end) in enumerate(pairwise(cuts))]
    some = (rb"\bAny", rb"Any\b", rb"\b\.", rb"\.\b", rb"\bAny\b", rb"\B_")
    for one in some:
        quick = hints.Hints((one,))
        quick._seen = hints.LARGE
        assert quick.found(text, parts) == plainly((one,), text, parts)


TREES = st.recursive(
    st.sampled_from([
        rb"a", rb"B", rb"\xe9", rb"\n", rb".", rb"\w", rb"\W", rb"\s", rb"\S", rb"\d", rb"\D", rb"[ab\xe9]", rb"[^ab]", rb"[^\W_]",
        rb"\b", rb"\B", rb"^", rb"$", rb"(?i:aB)", rb"(?i:[^a\xe9])", rb"(?=a)", rb"(?!a)", rb"(?<=a)", rb"(?<!a)", rb"()",
    ]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(b"".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda some: b"(?:" + b"|".join(some) + b")"),
        st.builds(
            lambda one, sign: b"(?:" + one + b")" + sign, inner,
            st.sampled_from([b"?", b"*", b"+", b"*?", b"++", b"{2}", b"{0,70}", b"{65,}"]),
        ),
        inner.map(lambda one: b"(?>" + one + b")"),
    ),
    max_leaves=8,
)


@settings(max_examples=400)
@given(TREES, st.sampled_from([0, re.DOTALL, re.IGNORECASE, re.MULTILINE]), st.lists(
    st.sampled_from([b"a", b"b", b"A", b"B", b"\xe9", b"\xc9", b"\n", b" ", b"_", b"1", b"-", b"a" * 70]), max_size=8
).map(b"".join))  # fmt: skip
def test_what_is_made_wider_matches_wherever_the_pattern_does(written: bytes, flags: int, text: bytes) -> None:
    try:
        compiled = re.compile(written, flags)
    except re.error:
        return
    if (wide := sieve.wide(written, flags)) is None or (asked := sieve.asked([wide[0]])) is None:
        return
    if compiled.search(text):
        assert asked(text.decode("latin-1"))


@pytest.mark.parametrize(("written", "letters"), [
    (rb"TODO|XXX", b""), (rb"ixme[ \t]?[:(]", b"ixme"), (rb"keys?x", b"key"), (rb"\xc2\xad[A-Z]", b"\xc2\xad"), (rb"a{2}", b""),
    (rb"hooks\.slack\.com/", b"hooks.slack.com/"), (rb"a[|]b", b"a"), (rb"a(?:b|c)", b"a"), (rb"a[]|]b", b"a"), (rb"a[^]|]b", b"a"),
    (rb"a\|b", b"a"), (rb"(?i)abc", b""), (rb"[ab]c", b""), (rb"ab*|c", b""), (rb"ab*", b"a"),
])  # fmt: skip
def test_the_letters_that_a_match_begins_with(written: bytes, letters: bytes) -> None:
    assert hints.letters(written) == letters


def test_what_the_crate_cannot_say_is_searched_all_the_same() -> None:
    odd = (rb"(a)\1", rb"(b)(?(1)c|d)")
    assert [sieve.wide(one, re.DOTALL) for one in odd] == [None, None]
    quick = hints.Hints(odd)
    quick._seen = hints.LARGE
    assert quick.found(b"aa\nbc\nab\n", [(0, 3, "x"), (3, 6, "y"), (6, 9, "z")]) == {"x", "y"}
