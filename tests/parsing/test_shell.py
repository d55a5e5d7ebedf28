"""Shell lines into commands: words, folders, here-documents, substitutions, and what Windows writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.shell import scripts
from pytest_agentcompliance.parsing.shell.commands import commands
from pytest_agentcompliance.parsing.shell.prefixes import told
from pytest_agentcompliance.parsing.shell.words import Redirection, Word, tokens
from pytest_agentcompliance.parsing.transcripts import hidden


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("a 'b c' \"d e\"", ["a", "b c", "d e"]),
        ("a\\ b c", ["a b", "c"]),
        ("a \\\n b", ["a", "b"]),
        ("a b\\\nc", ["a", "bc"]),
        ("a # b", ["a"]),
        ("a#b", ["a#b"]),
        ("a 'it", ["a", "it"]),
        ("a ${b:-c d} e", ["a", "${b:-c d}", "e"]),
        ('a "x$(b "c)")" d', ["a", 'x$(b "c)")', "d"]),
        ("cat docs\\a.md", ["cat", "docs\\a.md"]),
        ("Get-Content -Raw .\\docs\\_a.md `\n -Tail 3", ["Get-Content", "-Raw", ".\\docs\\_a.md", "-Tail", "3"]),
        ("find . -name \\*.py", ["find", ".", "-name", "*.py"]),
        ("pytest tests/test\\_a.py", ["pytest", "tests/test_a.py"]),
        ('grep "a\\|b" c', ["grep", "a\\|b", "c"]),
    ],
)
def test_words(line: str, wanted: list[str]) -> None:
    assert [one.text for one in tokens(line) if isinstance(one, Word)] == wanted


@pytest.mark.parametrize(
    ("word", "plain", "wild"),
    [("a", True, False), ("'*'", True, False), ("a*", False, True), ("$a*", False, False), ("{a,b}", False, False),
     ("`a`", False, False), ('"$a"', False, False), ('"*"', True, False), ("<(a)", False, False)],
)  # fmt: skip
def test_what_the_shell_would_make_of_a_word(word: str, plain: bool, wild: bool) -> None:
    [found] = tokens(word)
    assert isinstance(found, Word)
    assert (found.plain, found.wild) == (plain, wild)


def test_redirections() -> None:
    found = tokens("a 2>&1 >b <<< c &> d <(e)")
    assert [(one.sign, one.target.text) for one in found if isinstance(one, Redirection)] == [
        ("2>&", "1"), (">", "b"), ("<<<", "c"), ("&>", "d"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("a <<X <<-Y\n1\nX\n\t2\n\tY\nb", [("a", "\t2\n"), ("b", "")]),
        ("cat <<'END' | bash\npytest\nEND\n", [("cat", "pytest\n"), ("bash", "pytest\n")]),
        ("bash <<< 'pytest'", [("bash", "pytest")]),
        ("git commit -m \"$(cat <<'E'\nDon't (do\nE\n)\" && git push", [("cat", "Don't (do\n"), ("git", ""), ("git", "")]),
    ],
)
def test_here_documents(line: str, wanted: list[tuple[str, str]]) -> None:
    assert [(one.words[0], one.fed) for one in commands(line)] == wanted


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("a |\n b", [True, False]),
        ("a &&\n b", [False, False]),
        ("a ||\n exit 1", [False, False]),
        ("a\nb", [True, False]),
        ("for x in y; do a; done > log", [False]),
        ("bash <<< a; b", [True, False]),
    ],
)
def test_masked_over_the_ends_of_lines(line: str, masked: list[bool]) -> None:
    assert [one.masked for one in commands(line)] == masked


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("cd a && (cd b && x > y); x > z", ["a/b/y", "a/z"]),
        ("cd - && x > y", [""]),
        ("cd $A; cd /b; x > y", ["/b/y"]),
        ("cd a && bash -c 'cd b; x > y'", ["a/b/y"]),
        ("cd $A && bash -c 'x > y'", [""]),
        ("cd a; for f in g; do x; done > y", ["a/y"]),
        ("(x) > y", ["y"]),
        ("npx -y prettier a > y", ["y"]),
    ],
)
def test_where_a_script_writes(line: str, wanted: list[str]) -> None:
    assert [one.at(word) for one in scripts.commands(line) for word in one.into] == wanted


def test_what_xargs_starts_is_not_named_by_the_line() -> None:
    assert [one.name for one in scripts.commands("ls | xargs cat; sudo -u a env B=1 npx cat")] == ["ls", "xargs", "cat"]


@pytest.mark.parametrize(
    ("words", "script"),
    [
        ("bash -c x", "x"), ("bash -ec x", "set -e;x"), ("bash -o pipefail -c x", "set -o pipefail;x"), ("bash x.sh", None),
        ("/bin/sh", "fed"), ("pwsh.exe -Command x", "x"), ("cat -c x", None),
    ],
)  # fmt: skip
def test_what_a_shell_is_told(words: str, script: str | None) -> None:
    assert told(words.split(), "fed") == script


@pytest.mark.parametrize(
    ("line", "code", "wanted"),
    [
        ("pytest 2>&1 | grep FAIL", 1, True),
        ("npx tsc --noEmit 2>&1 | grep -c error", None, True),
        ("pytest 2>&1 | grep FAIL", 2, False),
        ("pytest | tail", 1, False),
        ("set -o pipefail; pytest | grep FAIL", 1, False),
        ("make && pytest | grep FAIL", 1, False),
        ("pytest", 1, False),
        ("", 1, False),
    ],
)
def test_a_search_that_found_nothing(line: str, code: int | None, wanted: bool) -> None:
    assert hidden.found_nothing(line, code) is wanted


@given(st.text(alphabet="ab \t-'\"\\$`(){}|&;<>\n#=!./@:E\r*[]~_", max_size=200))
def test_any_text(text: str) -> None:
    found = commands(text)
    assert all(one.words and len(one.words) == len(one.typed) for one in found)
    assert all(one.words or one.into or one.out_of for one in scripts.commands(text))
