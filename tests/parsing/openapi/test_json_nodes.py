"""JSON as nodes: the same values as the library's own reader, with lines; what is no JSON is none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import openapi
from pytest_agentcompliance.parsing.openapi import json_nodes
from pytest_agentcompliance.parsing.yaml_nodes import DEEPEST, Mapping, Node, Scalar, Sequence, TooMuch

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20
)


def plain(node: Node) -> object:
    """A node as the value that it stands for."""
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.items}
    if isinstance(node, Sequence):
        return [plain(one) for one in node.items]
    return json.loads(node.text) if node.plain else node.text


@given(st.lists(values) | st.dictionaries(texts, values), st.sampled_from([None, 0, 2]), st.booleans())
def test_any_value_is_read_as_it_is(value: object, indent: int | None, ascii_only: bool) -> None:
    node = json_nodes.read(json.dumps(value, indent=indent, ensure_ascii=ascii_only))
    assert node is not None
    assert plain(node) == value


def test_lines_are_those_of_the_text() -> None:
    node = json_nodes.read('\n{"a":\n [1,\n"b"\n]}\n')
    assert isinstance(node, Mapping)
    assert node.line == 2
    inner = node.get("a")
    assert isinstance(inner, Sequence)
    assert inner.line == 3
    assert inner.items == (Scalar("1", 3), Scalar("b", 4, plain=False))


@pytest.mark.parametrize(
    "text",
    ["", "a", "1", "{", "}", "[1", "[1,]", "[,1]", "[1 2]", '{"a"}', '{"a":}', '{"a":1,}', "{a: 1}", '{"a" 1}', '["a', '["\\x"]',
     "[1]]", "[1] [2]", "{]", '{"a":1 "b":2}', "[:]", '[1:2]'],
)  # fmt: skip
def test_what_is_no_json_is_none(text: str) -> None:
    assert json_nodes.read(text) is None


@pytest.mark.parametrize("text", ["[" * (DEEPEST + 1), '{"a":' * (DEEPEST + 1), "[" + "1," * json_nodes.MOST_NODES + "1]"])
def test_what_is_too_much_is_said(text: str) -> None:
    with pytest.raises(TooMuch):
        json_nodes.read(text)


def test_half_a_pair_of_surrogates_is_a_question_mark() -> None:
    node = json_nodes.read('["\\ud800"]')
    assert node == Sequence((Scalar("?", 1, plain=False),), 1)


@given(st.text())
def test_no_text_makes_the_reader_fail(text: str) -> None:
    for head in ("", "openapi: 3.0.0\npaths:\n  /a: ", '{"openapi": "3.0.0", "paths": {"/a": '):
        openapi.read("a.yaml", {"a.yaml": head + text}.get)
