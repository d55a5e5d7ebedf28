"""How much of a file's change is form alone, line by line."""

import difflib
import re
from dataclasses import dataclass

import pytest

from pytest_agentcompliance.parsing.churn.sizes import Sizes, sizes

LOOP = "".join(f"  for (const a{n} of b{n}) {{\n    use(a{n})\n  }}\n" for n in range(8))
RUN = f"export function run() {{\n{LOOP}}}\n"


@dataclass(frozen=True)
class Line:
    number: int
    text: str


def told(before: str, after: str, path: str = "a.ts") -> Sizes:
    old, new = before.split("\n"), after.split("\n")
    removed: list[Line] = []
    added: list[Line] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            removed += [Line(n + 1, old[n]) for n in range(a, b)]
            added += [Line(n + 1, new[n]) for n in range(c, d)]
    return sizes(before, after, path, removed, added)


def indented(text: str, by: str = r"\1\1") -> str:
    return re.sub(r"^( +)", by, text, flags=re.MULTILINE)


def test_another_width_of_indentation_is_form_beside_a_change() -> None:
    found = told(RUN, indented(RUN).replace("use(a3)", "use(a4)"))
    assert (found.what, found.line) == ("indentation (2 to 4 blanks)", 2)
    assert found.form == 2 * 23
    assert found.real == 2


def test_a_block_around_it_is_none() -> None:
    deeper = "".join(f"  {line}\n" for line in RUN.splitlines())
    assert told(RUN, f"if (ready) {{\n{deeper}}}\n").form == 0
    python = "def f():\n" + "".join(f"    use({n})\n\n" for n in range(20))
    assert told(python, python.replace("    ", "        ").replace("def f():\n", "def f():\n    with lock:\n"), "a.py").form == 0


def test_tabs_and_line_ends_are_told() -> None:
    assert told(RUN, RUN.replace("  ", "\t") + "more()\n").what == "indentation (spaces to tabs)"
    found = told(RUN, RUN.replace("\n", "\r\n") + "more()\r\n")
    assert found.what == "line ends (LF to CRLF)"
    assert 1 <= found.real <= 3


def test_lines_that_a_formatter_broke_are_paired_with_what_they_were() -> None:
    before = "".join(f"pay({{ a: {n}, b: 'x{n}' }});\n" for n in range(10))
    after = "".join(f'pay({{\n  a: {n},\n  b: "x{n}",\n}})\n' for n in range(10)) + "settle()\n"
    found = told(before, after)
    assert found.form >= 40
    assert found.real == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = f(aaaa, bbbb)\n", "x = (\n    f(aaaa, bbbb)\n)\n"),
        ("from a import bb, cc\n", "from a import (\n    bb,\n    cc,\n)\n"),
        ("s = 'aa' 'bb'\n", "s = 'aabb'\n"),
    ],
)
def test_what_a_formatter_of_python_does_is_no_change_of_the_code(before: str, after: str) -> None:
    assert told(before, after, "a.py").real == 0


def test_lines_that_are_lined_up_with_a_new_one_are_no_form() -> None:
    rows = "".join(f'\t"k{n}": 1,\n' for n in range(9))
    after = rows.replace(": ", ":     ") + '\t"longer": 1,\n'
    found = told(f"var a = map[string]int{{\n{rows}}}\n", f"var a = map[string]int{{\n{after}}}\n", "a.go")
    assert (found.form, found.real) == (0, 1)


@pytest.mark.parametrize("path", ["a.yaml", "a.md", "a.unknown", "Makefile"])
def test_white_space_that_may_mean_something_is_real(path: str) -> None:
    found = told("a:\n  - b\n" * 9, "a:\n    - b\n" * 9, path)
    assert (found.form, found.real) == (0, 18)


def test_empty_lines_by_themselves_are_form() -> None:
    found = told(RUN, RUN.replace("  for", "\n  for") + "more()\n")
    assert (found.what, found.form) == ("empty lines", 8)


@pytest.mark.parametrize("text", ["", "\0" * 99, "\udcff\n" * 9, "(" * 5000, "\r\r\n" * 50, "'\n" * 500])
def test_nothing_makes_it_fail(text: str) -> None:
    for path in ("a.ts", "a.py", "a.go", "a.json"):
        assert told(text, f"{text}\nx\n", path).form <= 1_100
        assert told(RUN, text, path).form <= 100


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ("import {\n  b,\n  a,\n} from 'm'\n", 'import {\n  a,\n  b,\n} from "m"\n', "a.ts"),
        ("import { b, a } from 'm'\nimport c from 'c'\n", "import c from 'c'\nimport {\n  a,\n  b,\n} from 'm'\n", "a.ts"),
        ("type A<M extends B | undefined =\n  undefined> = M\n",
         "type A<M extends\n  | B\n  | undefined = undefined> = M\n", "a.ts"),
        ("use a::{C, B};\n", "use a::{B, C};\n", "a.rs"),
        ("    A(m) => B::C(d(m, 1)),\n", "    A(m) => {\n        B::C(d(m, 1))\n    }\n", "a.rs"),
    ],
)
def test_what_formatters_sort_and_break_changes_no_code(before: str, after: str, path: str) -> None:
    assert told(before + RUN, after + RUN, path).real == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("pay(a | b)\n", "pay(a || b)\n"),
        ("import { a } from 'm'\n", "import { a } from 'm'\npay(a)\n"),
        ("import { a } from 'm'\npay(a - b)\n", "import { b } from 'm'\npay(a + b)\n"),
        ("pay(a)\n", "pay(b)\n"),
    ],
)
def test_what_changes_the_code_is_told_beside_it(before: str, after: str) -> None:
    assert told(before + RUN, after + RUN).real > 0
