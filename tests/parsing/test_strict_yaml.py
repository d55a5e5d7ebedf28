"""The strict YAML reader: what it types, what it refuses, and how it says so."""

import json
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from pytest_agentcompliance.errors import PolicyError
from pytest_agentcompliance.parsing import strict_yaml
from pytest_agentcompliance.parsing.strict_yaml import checked, read


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    severity: Literal["error", "warning"] | None = None
    words: tuple[str, ...] = ()
    first: int = 1


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    inner: dict[str, Inner] = {}
    several: list[Inner] = []
    loud: bool = False


def refusal(text: str | bytes) -> str:
    with pytest.raises(PolicyError) as caught:
        read(text, "f.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5", 5), ("-12", -12), ("0", 0), ("true", True), ("false", False), ("~", None), ("null", None), ("", None),
        ("007", "007"), ("0644", "0644"), ("22:22", "22:22"), ("1.10", "1.10"), ("1_000", "1_000"), ("0x1f", "0x1f"), ("on", "on"),
        ("no", "no"), ("Yes", "Yes"), ("True", "True"), ("2024-01-01", "2024-01-01"), (".inf", ".inf"), ("=", "="), ('"5"', "5"),
        ("'true'", "true"), ('""', ""), ("9" * 200_000, "9" * 200_000), ("+5", "+5"), ("-0", "-0"), ("٣", "٣"),
    ],
)
def test_scalar_is_typed_only_where_its_text_can_be_told_back(written: str, value: object) -> None:
    data, _ = read(f"key: {written}", "f.yaml")
    assert data == {"key": value}
    assert type(data["key"]) is type(value)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "\ufeff", b"", b"\xef\xbb\xbf"])
def test_empty_file_is_none(text: str | bytes) -> None:
    assert read(text, "f.yaml")[0] is None


def test_keys_are_texts_as_written() -> None:
    assert read("on: 1\n007: 2\ntrue: 3\n~: 4\n\"<<\": 5", "f.yaml")[0] == {"on": 1, "007": 2, "true": 3, "~": 4, "<<": 5}


def test_lines_of_keys_and_items() -> None:
    _, lines = read("a:\n  b:\n    - x\n    - c: 1\n      d: >\n        long\n\nlast: {k: [1,\n 2]}\n", "f.yaml")
    wanted = {("a",): 1, ("a", "b"): 2, ("a", "b", 0): 3, ("a", "b", 1): 4, ("a", "b", 1, "d"): 5, ("last", "k", 1): 9}
    assert {path: lines.of(path) for path in wanted} == wanted
    assert lines.of(("a", "b", "nothing here", 3)) == 2
    assert lines.of(()) == 1


def test_lines_of_crlf_text() -> None:
    assert read("a: 1\r\nb: 2\r\n", "f.yaml")[1].of(("b",)) == 2


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: 2\na: 3", 3, "the key 'a' stands here and on line 1"),
        ("x:\n  - {a: 1,\n     a: 2}", 3, "the key 'a' stands here and on line 2"),
        ("'1': a\n1: b", 2, "the key '1' stands here and on line 1"),
        ("a: *x", 1, "'*x' is a YAML alias; quote the glob"),
        ("a:\n  - *.sql", 2, 'quote the glob, as in "*.sql"'),
        ("a:\n  - **/x", 2, "quote the glob"),
        ("a: *", 1, "quote the glob"),
        ("a:\n - !*.sql", 2, "quote the glob"),
        ("a: !x", 1, "'!x' is a YAML tag; quote the glob"),
        ("a: !!python/object/apply:os.system [id]", 1, "is a YAML tag"),
        ("a: ! b", 1, "is a YAML tag"),
        ("!!map {a: 1}", 1, "is a YAML tag"),
        ("a: &x 1", 1, "'&x' is a YAML anchor"),
        ("a: &x [*x]", 1, "'&x' is a YAML anchor"),
        ("<<: {a: 1}", 1, "'<<' merges another mapping"),
        ("? [a]\n: b", 1, "a key must be a text"),
        ("? {a: b}\n: b", 1, "a key must be a text"),
        ("a: 1\n---\nb: 2", 2, "a second document begins here"),
        ("%YAML 1.1\n---\na: 1", 1, "is a YAML directive"),
        ("%TAG ! tag:x,2000:\n" * 50_000, 1, "is a YAML directive"),
        ("a: b: c", 1, "a text with a colon in it must be quoted"),
        ("a:\n  path: {story}/x", 2, "a text that begins with { must be quoted"),
        ("a: [x\nb: 1", 2, "the YAML is broken"),
        ("a: 'x", 1, "the YAML is broken"),
        ("a:\n\t- b", 2, "a tab stands where spaces must"),
        ("a: @x", 1, "must be quoted"),
        ("a: `x", 1, "must be quoted"),
        ("a: 1\nb: \x00", 2, "the character U+0000"),
        ("a: 1\u2028b: 2", 1, "the character U+2028"),
        ("a: 1 # x\rb: 2", 1, "the character U+000D"),
        ("a: \u202ex", 1, "the character U+202E"),
        ("a: \ud800", 1, "the character U+D800"),
        ("a: 1\n\x85b: 2", 2, "the character U+0085"),
        ('a: 1\nb: "x\\e[31m"', 2, "the escape for U+001B"),
        ('"\\u202e": 1', 1, "the escape for U+202E"),
        ("a: *" + "x" * 9_000, 1, "is a YAML alias"),
        ("a: &" + "x" * 9_000 + " 1", 1, "is a YAML anchor"),
        ("a: !" + "x" * 9_000 + " 1", 1, "is a YAML tag"),
        ("x" * 900 + ": 1\n" + "x" * 900 + ": 1", 2, "stands here and on line 1"),
        ("[" * 41, 1, "nested more than 40 deep"),
        ("[" * 100_000, 1, "nested more than 40 deep"),
        ("{a: " * 100_000, 1, "nested more than 40 deep"),
        ("- " * 100_000, 1, "nested more than 40 deep"),
        ("[1" + ",1" * 20_000 + "]", 1, "more than 20000 values"),
        ("a: " + "x" * (1 << 20), 1, "larger than 1048576 bytes"),
    ],
)
def test_refusal_names_file_line_and_what_to_do(text: str, line: int, says: str) -> None:
    message = refusal(text)
    assert message.startswith(f"f.yaml:{line}: ")
    assert says in message
    assert len(message) < 400


def test_bytes_that_are_not_utf8() -> None:
    assert refusal(b"a: 1\nb: \xe9") == "f.yaml:2: the file is not UTF-8; save it as UTF-8"
    assert "not UTF-8" in refusal("a: 1".encode("utf-16"))
    assert refusal("a: 1\nb: \udce9") == "f.yaml:2: the file is not UTF-8; save it as UTF-8"  # read by somebody else


def test_bounds_themselves_are_kept() -> None:
    assert read("[" * 40 + "]" * 40, "f.yaml")[0] is not None
    assert len(read("[1" + ",1" * 19_998 + "]", "f.yaml")[0]) == 19_999


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("'" + "x\n " * 200_000 + "'", 400_000), ("|\n" + " x\n" * 200_000, 400_000), (">\n" + " x\n" * 200_000, 400_000),
        ("x\n " * 200_000, 399_999), ("#" + "x" * 900_000 + "\n y", 1), ("\n" * 900_000 + " y", 1),
        ('"' + "\\x41" * 200_000 + '"', 200_000),
    ],
)
def test_long_text_is_read_whole(text: str, length: int) -> None:
    assert len(read(f"a: {text}", "f.yaml")[0]["a"]) == length


def test_python_loader_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: [1, '2', {b: ~}]\nc: |\n  text\nd: 007\n"
    there = read(text, "f.yaml")[0]
    monkeypatch.setattr(strict_yaml, "LOADER", yaml.SafeLoader)
    assert read(text, "f.yaml")[0] == there == {"a": [1, "2", {"b": None}], "c": "text\n", "d": "007"}
    assert "nested more than 40 deep" in refusal("[" * 10_000)
    assert 'quote the glob, as in "*.sql"' in refusal("a: *.sql")


PIECES = st.sampled_from(
    ["a", "b", ": ", "\n", "  ", "- ", "[", "]", "{", "}", ",", "*", "&x", "!t", "'", '"', "|", ">", "#", "%", "? ", "---", "...",
     "<<", "\t", "\r", "~", "7", "\\", "\x00", "\u2028", "é", "\U0001f600", "@", "`"]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(), st.binary()))
def test_any_input_gives_plain_data_or_a_policy_error(text: str | bytes) -> None:
    told = "f.yaml:"
    try:
        hold_plain(read(text, "f.yaml")[0])
    except PolicyError as wrong:
        told = str(wrong)
    assert told.startswith("f.yaml:")


def hold_plain(data: Any) -> None:
    if isinstance(data, dict):
        assert all(type(key) is str for key in data)
        for value in data.values():
            hold_plain(value)
    elif isinstance(data, list):
        for value in data:
            hold_plain(value)
    else:
        assert data is None or type(data) in (bool, int, str)


LETTERS = st.characters(codec="utf-8", max_codepoint=0xFFFF)
WORDS = st.text(LETTERS, max_size=12).filter(lambda text: not strict_yaml.UNSEEN.search(text))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(PLAIN)
def test_what_json_writes_is_read_back(data: Any) -> None:
    """JSON in ASCII is YAML, and its texts are all quoted."""
    assert read(json.dumps(data), "f.yaml")[0] == data


def mistakes(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        checked(Outer, text, "f.yaml")
    return str(caught.value).split("\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: x\ninner:\n  A-1:\n    severty: error", "f.yaml:4: inner.A-1: unknown key 'severty'; did you mean 'severity'?"),
        ("name: x\ninner:\n  A-1: {zzz: 1}", "f.yaml:3: inner.A-1: unknown key 'zzz'; the keys here are severity, words, first"),
        ("name: x\n" + "k" * 900 + ": y", f"f.yaml:2: unknown key '{'k' * 56}...; the keys here are name, inner, several, loud"),
        ("name: x\ninner:\n  " + "k" * 900 + ": y", f"f.yaml:3: inner.{'k' * 57}...: must be a mapping of keys, and is 'y'"),
        ("name: x\nNAMES: y", "f.yaml:2: unknown key 'NAMES'; did you mean 'name'?"),
        ("name: x\nseveral:\n- severity: wrning",
         "f.yaml:3: several[0].severity: 'wrning' is not possible; did you mean 'warning'?"),
        ("inner: {}", "f.yaml:1: the key 'name' is missing"),
        ("name:", "f.yaml:1: name: must be a text, and is empty"),
        ("name: [a]", "f.yaml:1: name: must be a text, and is a list"),
        ("name: x\ninner: [a]", "f.yaml:2: inner: must be a mapping of keys, and is a list"),
        ("name: x\ninner:\n  a: b", "f.yaml:3: inner.a: must be a mapping of keys, and is 'b'"),
        ("name: x\nseveral: {a: 1}", "f.yaml:2: several: must be a list, and is a mapping"),
        ("name: x\ninner:\n  a: {words: [x, [y]]}", "f.yaml:3: inner.a.words[1]: must be a text, and is a list"),
        ("", "f.yaml:1: the file is empty; it needs a mapping with the keys name, inner, several, loud"),
        ("- a", "f.yaml:1: the file holds a list at its top; it needs a mapping with the keys name, inner, several, loud"),
        ("text", "f.yaml:1: the file holds 'text' at its top; it needs a mapping with the keys name, inner, several, loud"),
    ],
)
def test_mistake_names_file_line_key_and_nearest(text: str, says: str) -> None:
    assert mistakes(text) == [says]


def test_every_mistake_is_told_up_to_ten() -> None:
    told = mistakes("name: x\n" + "\n".join(f"k{number}: 1" for number in range(14)))
    assert len(told) == 11
    assert told[-1] == "... and 4 more"


def test_numbers_and_truth_values_are_texts_where_texts_are_wanted() -> None:
    value, _ = checked(Outer, "name: 12\nloud: on\ninner: {a: {words: [007, 7, true, 1.10], first: 3}}", "f.yaml")
    assert value == Outer(name="12", loud=True, inner={"a": Inner(words=("007", "7", "true", "1.10"), first=3)})


def test_value_that_no_model_expects_is_shown_shortened() -> None:
    [told] = mistakes(f"name: x\ninner: {{a: {{first: {'x' * 5000}}}}}")
    assert told.startswith("f.yaml:2: inner.a.first: 'xxx")
    assert len(told) < 250
