"""content/function-length on what an Example cannot say: its messages, copies, moves, odd files."""

import pytest

from pytest_agentcompliance.parsing.outline.length import is_data, may_be_long
from pytest_agentcompliance.rulebook.content.function_length import FunctionLength
from tests.rulebook.said_of import judged

STEP = "    total = total + step(total)\n"
RULE = FunctionLength(most_lines=10, most_growth=5)


def function(lines: int, name: str = "add") -> str:
    return f"def {name}(total):\n" + STEP * (lines - 1)


def test_messages_say_how_long_it_was() -> None:
    (new,), _ = judged(RULE, {}, {"a.py": function(11)})
    assert new.message == "function add is new and has 11 lines of code; 10 are the most"
    (grown,), _ = judged(RULE, {"a.py": function(10)}, {"a.py": function(12)})
    assert grown.message == "function add grew from 10 to 12 lines of code; 10 are the most"
    (more,), _ = judged(RULE, {"a.py": function(20)}, {"a.py": function(25)})
    assert (more.message, more.level) == ("function add was too long with 20 lines of code and has 25 now (10 at most)", "breach")
    (little,), _ = judged(RULE, {"a.py": function(20)}, {"a.py": function(24)})
    assert (little.level, little.evidence) == ("style", "function add")


def test_ten_lines_are_enough_and_eleven_too_many() -> None:
    assert judged(RULE, {}, {"a.py": function(10)}) == ([], "")
    assert len(judged(RULE, {}, {"a.py": function(11)})[0]) == 1


def test_copies_are_reported_once() -> None:
    found, _ = judged(RULE, {}, {"a/x.py": function(20), "b/x.py": function(20), "c/x.py": function(21)})
    assert [str(one.at) for one in found] == ["a/x.py:1", "c/x.py:1"]


def test_what_moved_and_grew_is_held_to_what_it_was() -> None:
    found, _ = judged(RULE, {"a.py": function(20)}, {"a.py": "\n", "b.py": function(30)})
    assert [one.message for one in found] == ["function add was too long with 20 lines of code and has 30 now (10 at most)"]


def test_two_of_one_name_are_told_apart() -> None:
    text = f"class A:\n    def add(self): ...\nclass B:\n    def add(self): ...\n{function(20)}"
    assert judged(RULE, {"a.py": text}, {"a.py": f"x = 1\n{text}"}) == ([], "")


@pytest.mark.parametrize("text", ["def f(:\n" * 50, "\0" * 100, "def f():\n" + "    x = '''\n" * 99, "\udcff\n" * 50, ""])
def test_odd_files_raise_nothing(text: str) -> None:
    assert all(one.at is not None for one in judged(RULE, {}, {"a.py": text, "b.ts": text, "c.go": text})[0])


@pytest.mark.parametrize("line", ['"a",', "{", "a: 1,", "'a-b': [1, 2.5],", "},", '  name: "x", other: None }', "-1, +2"])
def test_data_is_no_code(line: str) -> None:
    assert is_data(line)


@pytest.mark.parametrize("line", ["return 1", "else:", "a(1)", "a = 1", "a: b,", "await x", "x" * 500])
def test_code_is_no_data(line: str) -> None:
    assert not is_data(line)


@pytest.mark.parametrize(
    ("path", "text", "may"),
    [
        ("a.py", function(11), True), ("a.py", function(10) + function(10), False), ("a.py", "x = 1\n" * 50, False),
        ("a.py", "class A:\n" + "    x = 1\n" * 50, False), ("a.py", "def f(\n" + "  a,\n" * 20 + "):\n  pass\n", True),
        ("a.ts", "f(() => {\n" + "  a()\n" * 11 + "})\n", True), ("a.ts", "class A {\n" + "  a() {}\n" * 20 + "}\n", False),
        ("a.ts", "if (a) {\n" * 20, True), ("a.ts", "}\n", True), ("a.go", "func f() {\n" + "\ta()\n" * 5 + "}\n", False),
    ],
)  # fmt: skip
def test_a_grammar_is_asked_where_a_function_may_be_long(path: str, text: str, may: bool) -> None:
    assert may_be_long(text, path, 10) is may
