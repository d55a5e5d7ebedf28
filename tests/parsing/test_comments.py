"""Comments are told from strings and code, in every language that is read, and whatever a hostile text holds."""

import pytest

from pytest_agentcompliance.parsing import grammar, scan
from pytest_agentcompliance.parsing.comments import Comment, blanked, comments
from pytest_agentcompliance.parsing.languages import LANGUAGES, language_of

# Path, text, and the comments as (line, text without what stands around it).
TOLD = [
    ("a.tsx", "const x = <p>// no {/* yes */}</p> // yes", [(1, "/* yes */"), (1, "// yes")]),
    ("a.js", "const a = '// no', b = /\\/\\/ no/\n/* yes */ `// no ${/* yes */ 1}`", [(2, "/* yes */"), (2, "/* yes */")]),
    ("a.ts", 'const url = "https://no"\n/** yes */', [(2, "/** yes */")]),
    ("a.py", "a = '# no'  # yes\nb = f'{a} # no'", [(1, "# yes")]),
    ("a.sql", "select '-- no' -- yes\n", [(1, "-- yes")]),
    ("a.toml", '# yes\na = "# no"', [(1, "# yes")]),
    ("Dockerfile", 'FROM a\n# yes\nRUN echo "# no"', [(2, "# yes")]),
    ("Makefile", 'a:\n\techo "# no"\n# yes', [(3, "# yes")]),
    ("a.prisma", 'model A {\n  // yes\n  url String @default("http://no")\n}', [(2, "// yes")]),
    (".env.local", 'A=b#no\nC="x # no"\n# yes', [(3, "# yes")]),
    ("a.http", "GET https://no/#no\n# yes\n// yes", [(2, "# yes"), (3, "// yes")]),
    ("a.yml", 'a: "x # no"\nb: no#no\nc: d # yes\n', [(3, "# yes")]),
    ("b.yml", "a: |\n  # no\n\n  # no\nb: >-\n  # no\n# yes\nc:\n  - d: |\n      # no\n    # yes\n", [(7, "# yes"), (11, "# yes")]),
    ("a.vue", '<template><!-- yes --><a href="//no"/></template>\n<script lang="ts">\n// yes\nconst a = "<!-- no -->"\n</script>',
     [(1, "<!-- yes -->"), (3, "// yes")]),
    ("a.svelte", "<script>\n// yes\n</script>\n{#if a}<p>// no</p>{/if}", [(2, "// yes")]),
    ("a.html", "<p>// no</p><!-- yes --><style>/* yes */</style>", [(1, "<!-- yes -->"), (1, "/* yes */")]),
    ("route.ts.hbs", "{{!-- yes --}}\n// no {{ name }}\nconst a = '// no'", [(1, "{{!-- yes --}}")]),
    ("a.rs", 'let a = "// no"; /* yes */\nlet b: &\'static str = "";', [(1, "/* yes */")]),
    ("a.go", "a := `// no`\n// yes", [(2, "// yes")]),
    ("a.tf", 'a = "# no" # yes', [(1, "# yes")]),
    ("a.proto", "// yes", [(1, "// yes")]),
    ("a.ps1", "<# yes #>\n'# no'", [(1, "<# yes #>")]),
    ("a.graphql", "# yes\ntype A { a: String }", [(1, "# yes")]),
    ("tsconfig.json", '{"a": "// no"} // yes', [(1, "// yes")]),
    ("run", '#!/usr/bin/env -S python3 -u\na = "# no" # yes', [(1, "#!/usr/bin/env -S python3 -u"), (2, "# yes")]),
    ("a.json", '{"a": "// no"}', []),
    ("a.md", "<!-- no -->\n# no", []),
    ("notes.unknown", "// no # no", []),
]


@pytest.mark.parametrize(("path", "text", "expected"), TOLD, ids=[path for path, _, _ in TOLD])
def test_comments_and_nothing_else(path: str, text: str, expected: list[tuple[int, str]]) -> None:
    assert [(one.line, one.text.strip()) for one in comments(text, path)] == expected


def test_docstrings_are_comments_and_other_strings_are_not() -> None:
    text = (
        '"""Module."""\n"""no"""\nclass A:\n    "Class."\n    x = "no"\n'
        '    async def f(self):\n        # why\n        r"""Function."""\n'
    )
    assert comments(text, "a.py") == (
        Comment('"""Module."""', 1, "docstring"),
        Comment('"Class."', 4, "docstring"),
        Comment("# why", 7),
        Comment('r"""Function."""', 8, "docstring"),
    )


def test_lone_carriage_return_ends_a_comment_and_counts_no_line() -> None:
    found = comments("x = 1 # a\ry = 2 # b\r\n# c\n", "a.py")
    assert [(one.line, one.text) for one in found] == [(1, "# a"), (1, "# b"), (2, "# c")]


@pytest.mark.parametrize("text", ["x = '\udce9' # yes\n", "\0x = 1 # yes\n", "x = 1 # \U0001f600\n# yes\n"])
def test_bytes_that_are_no_text_move_no_line(text: str) -> None:
    last = comments(text, "a.py")[-1]
    assert last.text == "# yes"
    assert last.line == text.count("\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_grammar_and_lexer_that_is_named_is_there(language: str) -> None:
    named = LANGUAGES[language]
    if named.grammar:
        assert grammar.ask("comments", named.grammar, "a") is not None
    elif named.lexer:
        assert grammar.ask("tokens", named.lexer, "a") is not None
    assert list(scan.spans("", named.style)) == []


def test_text_that_keeps_a_grammar_busy_is_read_by_our_own_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """20 KB that cost tree-sitter's error recovery more than the whole patience; what follows is answered again."""
    monkeypatch.setattr(grammar, "FIRST_SECONDS", 0.3)
    text = "{-" * 10_000 + "\n// yes"
    assert grammar.ask("comments", "typescript", text) is None
    assert [(one.line, one.text) for one in comments(text, "a.ts")] == [(2, "// yes")]
    assert grammar.ask("comments", "typescript", "// a") == [[0, 4, False]]


def test_text_that_kills_the_grammar_costs_one_answer() -> None:
    assert grammar.ask("comments", "yaml", "- " * 10_000) is None
    assert grammar.ask("comments", "python", "# a") == [[0, 3, False]]


@pytest.mark.parametrize(
    ("text", "path"),
    [("x" * 2_000_000 + " // yes", "a.ts"), ("y = 1\n" * 300_000 + "# yes", "a.py"), ("/* " * 500_000, "a.c"),
     ('\\"' * 600_000 + "\n// yes", "a.ts")],
)
def test_what_is_too_large_for_a_grammar_is_read_all_the_same(text: str, path: str) -> None:
    assert comments(text, path)


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("x/Dockerfile.dev", "", "dockerfile"), ("api.Dockerfile", "", "dockerfile"),
        (".env", "", "env"), (".env.example", "", "env"),
        ("A.TSX", "", "tsx"), ("bin/run", "#!/bin/bash\n", "bash"), ("bin/run", "#!/usr/bin/python3.11\n", "python"),
        (".vscode/settings.json", "", "jsonc"), ("config.yml.example", "", "yaml"), ("requirements-dev.txt", "", "ini"),
        ("run.unknown", "#!/bin/sh\n", None), ("LICENSE", "", None), ("a.txt", "", None), ("a.png", "", None), ("", "", None),
    ],
)  # fmt: skip
def test_language_by_name_and_first_line(path: str, text: str, name: str | None) -> None:
    found = language_of(path, text)
    assert (found.name if found else None) == name


@pytest.mark.parametrize("head", ["a: |", "a: &x |", "- |", "- &x |", "- !t >-", "a: !t &x |2"])
def test_a_hash_in_a_block_of_yaml_is_text_whatever_stands_before_its_sign(head: str) -> None:
    assert [one.text for one in comments(f"{head}\n  # text\n  more\nb: 1 # said\n", "a.yaml")] == ["# said"]


def test_deep_indentation_of_yaml_is_read_at_once() -> None:
    text = "".join(f"{' ' * (k % 1900)}- - - \n" for k in range(500)) + "a: 1 # said\n"
    assert [one.text for one in comments(text, "a.yaml")] == ["# said"]


@pytest.mark.parametrize("path", ["a.ts", "a.sh", "a.rs", "a.lisp", "a.env", "a.py", "a.go"])
@pytest.mark.parametrize("quote", ["`", '"', "'"])
def test_a_text_that_ends_in_a_backslash_is_read_at_once(path: str, quote: str) -> None:
    assert len(blanked(f"x = {quote}\\" * 30_000, path)) == len(f"x = {quote}\\") * 30_000
