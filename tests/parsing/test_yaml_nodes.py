"""YAML as nodes: lines, raw scalars, anchors and merges, JSON, and bounds that hostile text meets."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import yaml_nodes
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence, documents


def plain(node: Node | None) -> object:
    """A node as texts, dicts and lists."""
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.items}
    if isinstance(node, Sequence):
        return [plain(one) for one in node.items]
    return node and node.text


def one(text: str) -> Node:
    found = documents(text)
    assert found is not None
    (node,) = found
    return node


def test_scalars_stay_as_they_are_written_with_their_lines() -> None:
    node = one("a: 22:22\nb:\n  - '8080'\n  - 0644\n  - on # yes\nc: |\n  x\n")
    assert plain(node) == {"a": "22:22", "b": ["8080", "0644", "on"], "c": "x\n"}
    assert isinstance(node, Mapping)
    assert node.get("a") == Scalar("22:22", 1)
    ports = node.get("b")
    assert isinstance(ports, Sequence)
    assert ports.items[0] == Scalar("8080", 3, plain=False)
    assert [item.line for item in ports.items] == [3, 4, 5]
    assert node.get("nothing") is None


def test_anchors_are_shared_and_merges_give_way_to_what_the_mapping_says() -> None:
    text = "base: &b {port: 1, host: x}\nmore: &m {port: 9, tls: yes}\n"
    text += "one:\n  <<: *b\n  port: 2\ntwo: {<<: [*b, *m]}\nthree: *b\n'<<': kept\n"
    node = one(text)
    assert plain(node) == {
        "base": {"port": "1", "host": "x"},
        "more": {"port": "9", "tls": "yes"},
        "one": {"port": "2", "host": "x"},
        "two": {"port": "1", "host": "x", "tls": "yes"},
        "three": {"port": "1", "host": "x"},
        "<<": "kept",
    }
    assert isinstance(node, Mapping)
    assert node.get("three") is node.get("base")


def test_an_alias_of_nothing_or_of_what_it_stands_in_is_a_text() -> None:
    assert plain(one("a: *none\nb: &b [*b, 1]\n")) == {"a": "*none", "b": ["*b", "1"]}


def test_documents_are_apart() -> None:
    found = documents("---\na: &a 1\n---\nb: *a\n...\n")
    assert found is not None
    assert [plain(node) for node in found] == [{"a": "1"}, {"b": "*a"}]
    assert documents("") == ()
    assert documents("# nothing\n") == ()


def test_the_last_of_equal_keys_is_the_value() -> None:
    node = one("a: 1\na: 2\n")
    assert isinstance(node, Mapping)
    assert len(node.items) == 2
    assert node.get("a") == Scalar("2", 2)


def test_json_with_tabs_surrogates_and_trailing_commas() -> None:
    node = one('{\n\t"scripts": {\n\t\t"dev": "vite \\ud83d\\ude00 --port 3001",\n\t},\n"n": [1, null, "\\/"]}')
    assert isinstance(node, Mapping)
    scripts = node.get("scripts")
    assert isinstance(scripts, Mapping)
    assert scripts.get("dev") == Scalar("vite \ufffd\ufffd --port 3001", 3, plain=False)
    assert plain(node.get("n")) == ["1", "null", "/"]


def test_lines_are_counted_at_newlines_alone_and_tags_passed_over() -> None:
    node = one("a: x\u2028y\r\nb: 1\x85\nc: !secret p\x00\udcff\n%TAG is no key\n".replace("%TAG is no key\n", ""))
    assert isinstance(node, Mapping)
    assert [key.line for key, _ in node.items] == [1, 2, 3]
    assert documents("%YAML 1.1\n%TAG ! tag:x,2000:\n---\na: 1\n") is not None
    assert documents("\ufeffa: 1\n") == (Mapping(((Scalar("a", 1), Scalar("1", 1)),), 1),)


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "a: b: c",
        "{{ if .Values.x }}\na: 1\n",
        "[" * 50_000,
        "{a: " * 50_000,
        "- " * 50_000,
        "? " * 50_000,
        "a: 1\n" * (yaml_nodes.MOST_NODES // 2 + 1),
        "x" * (yaml_nodes.LONGEST + 1),
        "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{n + 1}: &a{n + 1} [{','.join([f'*a{n}'] * 9)}]\n" for n in range(9)),
        "a0: &a0 [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}]\n" for n in range(200)),
        "a: &a {" + ",".join(f"k{n}: {n}" for n in range(1000)) + "}\n" + "".join(f"m{n}: {{<<: *a}}\n" for n in range(200)),
        ("---\na: &a [" + "x," * 100 + "]\nb: [" + "*a," * 90 + "]\n") * 20,
    ],
)  # fmt: skip
def test_what_is_broken_deep_or_a_bomb_is_none(text: str) -> None:
    assert documents(text) is None


def test_a_chain_of_merges_is_read() -> None:
    node = one("a0: &a0 {k: 1}\n" + "".join(f"a{n + 1}: &a{n + 1} {{<<: *a{n}, k{n}: 1}}\n" for n in range(50)))
    assert isinstance(node, Mapping)
    last = node.get("a50")
    assert isinstance(last, Mapping)
    assert len(last.items) == 51


@given(st.text(alphabet="ab: -[]{},&*<?|>'\"!%#\n\t\\ud8\u2028\ud800\0", max_size=200))
def test_no_text_raises(text: str) -> None:
    found = documents(text)
    assert found is None or isinstance(found, tuple)


@given(
    st.recursive(
        st.text(max_size=8) | st.integers(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    )
)
def test_json_is_read_as_json(value: object) -> None:
    def texts(one: object) -> object:
        if isinstance(one, dict):
            return {key: texts(inner) for key, inner in one.items()}
        return [texts(inner) for inner in one] if isinstance(one, list) else str(one)

    found = documents(json.dumps([value]))
    assert found is not None
    if "\\ud" not in json.dumps(value).lower():
        assert plain(found[0]) == [texts(value)]
