"""What is churn and what is not, language by language: the reader of parsing/churn."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.churn.kinds import churn

SPACE: tuple[str, ...] = ()


def kinds(before: str, after: str, path: str = "x.ts") -> tuple[str, ...] | None:
    found = churn(before, after, path)
    return None if found is None else found.kinds


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("x.ts", "const a = 1;\n", "const a  =  1;\n"),
        ("x.ts", "f(a, b)\n", "f(\n  a,\n  b\n)\n"),
        ("x.ts", "a()\r\nb()\r\n", "a()\nb()\n"),
        ("x.ts", "a()\nb()", "a()\nb()\n"),
        ("x.ts", "a()\n\n\nb()\n", "a()\n\nb()\n"),
        ("x.tsx", "x = <p>\n  <b>{a} b</b>\n</p>\n", "x = <p><b>\n{a} b\n</b></p>\n"),
        ("x.tsx", "x = <p>\n  one two\n</p>\n", "x = <p>one two</p>\n"),
        ("x.ts", "a = `b ${c(d)} e`\n", "a = `b ${\n  c( d )\n} e`\n"),
        ("x.py", "if a:\n    b()\n    c()\n", "if a:\n  b()\n  c()\n"),
        ("x.py", "f(a,\n  b)\n", "f(\n    a,\n    b)\n"),
        ("x.py", "a = b + \\\n    c\n", "a = b + c\n"),
        ("x.go", "package a\n\nfunc f() {\n  x()\n}\n", "package a\n\nfunc f() {\n\tx()\n}\n"),
        ("x.css", ".a .b{c:d}\n", ".a .b {\n  c: d\n}\n"),
        ("x.json", '{"a":1}', '{\n  "a": 1\n}\n'),
        ("x.yaml", "a:\n  b: 1\n\n\nc: 1\n", "a:\n  b: 1\nc: 1   \n"),
        ("x.sql", "SELECT a FROM b WHERE c = 1;\n", "SELECT a\n  FROM b\n  WHERE c=1;\n"),
        ("x.sh", "a \nif b; then\n  c\nfi\n", "a\nif b; then\n    c\nfi\n"),
        ("x.vue", "<template>\n<p>a</p>\n</template>\n", "<template>\n  <p>a</p>\n</template>\n"),
        ("x.xyz", "a\r\nb\r\n", "a\nb\n"),
    ],
)
def test_white_space_that_means_nothing(path: str, before: str, after: str) -> None:
    assert kinds(before, after, path) == SPACE
    assert kinds(after, before, path) == SPACE


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("x.ts", "a = 'b  c'\n", "a = 'b c'\n"),
        ("x.ts", "a = `b\n  c`\n", "a = `b\nc`\n"),
        ("x.ts", "a = `b ${c} ${d}`\n", "a = `b ${c}${d}`\n"),
        ("x.ts", "a = `${b}'c'${d}`\n", 'a = `${b}"c"${d}`\n'),
        ("x.ts", "a = /b  c/\n", "a = /b c/\n"),
        ("x.ts", "return\nx\n", "return x\n"),
        ("x.ts", "a + +b\n", "a ++b\n"),
        ("x.tsx", "x = <p>{a} b</p>\n", "x = <p>{a}b</p>\n"),
        ("x.tsx", "x = <p>one  two</p>\n", "x = <p>one two</p>\n"),
        ("x.py", "if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n"),
        ("x.py", "a = '''b\n  c'''\n", "a = '''b\nc'''\n"),
        ("x.yaml", "a:\n  b: 1\n  c: 1\n", "a:\n  b: 1\nc: 1\n"),
        ("x.yaml", "a: |\n  b\n   c\n", "a: |\n  b\n  c\n"),
        ("Makefile", "a:\n\tb\n", "a:\n    b\n"),
        ("x.css", ".a .b {}\n", ".a.b {}\n"),
        ("x.sh", "cat <<E\n  a\nE\n", "cat <<E\na\nE\n"),
        ("x.sh", "a=b\n", "a= b\n"),
        ("x.sh", "a \\\n  b\n", "a \\ \n  b\n"),
        ("x.html", "<pre>\n  a\n</pre>\n", "<pre>\na\n</pre>\n"),
        ("x.go", "x := `a\n  b`\n", "x := `a\nb`\n"),
        ("x.xyz", "a  b\n", "a b\n"),
    ],
)
def test_white_space_that_means_something(path: str, before: str, after: str) -> None:
    assert kinds(before, after, path) is None


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("x.ts", "const a = 'x';\n", 'const a = "x"\n'),
        ("x.ts", "a = 'it\\'s'\n", 'a = "it\'s"\n'),
        ("x.ts", "const f = (x) => {\n  return [1, 2,]\n}\n", "const f = x => { return [1, 2] }\n"),
        ("x.ts", "import { a, b } from 'c'\n", "import {\n  a,\n  b,\n} from 'c'\n"),
        ("x.py", "a = f('b', c)\n", 'a = f(\n    "b",\n    c,\n)\n'),
        ("x.py", "a = [1, 2]\n", "a = [\n    1,\n    2,\n]\n"),
    ],
)
def test_formatting(path: str, before: str, after: str) -> None:
    assert kinds(before, after, path) == ("formatting",)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("x.py", "a = (b,)\n", "a = (b)\n"),
        ("x.py", "a = b[c,]\n", "a = b[c]\n"),
        ("x.py", "a = r'\\n'\n", "a = '\\n'\n"),
        ("x.ts", "a = [1,,]\n", "a = [1,]\n"),
        ("x.ts", "a = '\\\\'\n", 'a = "\\"\n'),
        ("x.go", "a := 'b'\n", 'a := "b"\n'),
    ],
)
def test_signs_that_mean_something(path: str, before: str, after: str) -> None:
    assert kinds(before, after, path) is None


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("x.ts", "// a\nf()\n", "f() // b\n"),
        ("x.tsx", "x = <p>{/* a */}</p>\n", "x = <p>{/* b */}</p>\n"),
        ("x.py", "# a\nf()\n", "f()\n"),
        ("x.py", 'def f():\n    """A."""\n    return 1\n', "def f():\n    return 1\n"),
        ("x.go", "package a\n\n// A.\nfunc f() {}\n", "package a\n\nfunc f() {}\n"),
        ("x.yaml", "a: 1 # b\n", "a: 1\n"),
        ("x.yaml", "# b\na: |\n  c # d\n", "a: |\n  c # d\n"),
        ("x.sql", "-- a\nSELECT 1;\n", "SELECT 1;\n"),
        ("x.prisma", "/// a\nmodel B {\n}\n", "model B {\n}\n"),
        ("x.sh", "# a\ncat <<E\nb\nE\n", "cat <<E\nb\nE\n"),
        ("x.vue", "<template>\n<!-- a -->\n<p/>\n</template>\n", "<template>\n<p/>\n</template>\n"),
    ],
)
def test_comments(path: str, before: str, after: str) -> None:
    found = churn(before, after, path)
    assert found is not None
    assert found.kinds == ("comments",)
    assert found.comments


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("x.ts", "// eslint-disable-next-line\nf()\n", "f()\n"),
        ("x.ts", "// @ts-expect-error\nf()\n", "f()\n"),
        ("x.js", "/** @type {A} */\nlet a\n", "let a\n"),
        ("x.py", "f()  # type: ignore\n", "f()\n"),
        ("x.py", "@tool\ndef f():\n    '''A.'''\n    g()\n", "@tool\ndef f():\n    '''B.'''\n    g()\n"),
        ("x.go", "//go:build linux\npackage a\n", "package a\n"),
        ("x.sh", "#!/bin/sh\na\n", "#!/bin/bash\na\n"),
        ("Dockerfile", "# syntax=docker/dockerfile:1\nFROM a\n", "FROM a\n"),
        (".env.example", "# A=1\nB=2\n", "# A=2\nB=2\n"),
        ("x.yaml", "a: |\n  # b\n  c\n", "a: |\n  c\n"),
        ("x.ts", "f()\n", "// f()\n"),
        ("x.ts", "a = 'http://b'\n", "a = 'http://c'\n"),
    ],
)
def test_comments_that_are_code(path: str, before: str, after: str) -> None:
    assert kinds(before, after, path) is None


@pytest.mark.parametrize(
    ("path", "before", "after", "found"),
    [
        (
            "x.ts",
            "import a from 'a'\nimport { b, c } from 'b'\nf()\n",
            "import { c, b } from 'b'\nimport a from 'a'\nf()\n",
            ("imports",),
        ),
        ("x.ts", "export * from './a'\nexport * from './b'\n", "export * from './b'\nexport * from './a'\n", ("imports",)),
        ("x.py", "import os\nimport sys\n\nf()\n", "import sys\nimport os\n\nf()\n", ("imports",)),
        ("x.py", "from a import b, c\nf()\n", "from a import (\n    c,\n    b,\n)\nf()\n", ("imports",)),
        ("x.py", "import os\nf()\nimport sys\n", "import os\nimport sys\nf()\n", None),
        ("x.py", "def f():\n    import os\n    g()\n", "import os\ndef f():\n    g()\n", None),
        ("x.ts", "import a from 'a'\nimport b from 'b'\n", "import a from 'a'\n", None),
        ("x.ts", "import type { A } from 'a'\nf()\n", "import { A } from 'a'\nf()\n", None),
        (
            "x.go",
            'package a\n\nimport (\n\t"b"\n\t"c"\n)\n\nfunc f() {}\n',
            'package a\n\nimport (\n\t"c"\n\t"b"\n)\n\nfunc f() {}\n',
            ("imports",),
        ),
    ],
)
def test_order_of_imports(path: str, before: str, after: str, found: tuple[str, ...] | None) -> None:
    assert kinds(before, after, path) == found


@pytest.mark.parametrize(
    ("path", "before", "after", "found"),
    [
        ("x.ts", "function a() {}\n/** B. */\nfunction b() {}\n", "/** B. */\nfunction b() {}\nfunction a() {}\n", ("moves",)),
        ("x.ts", "class A { a() { 1 }\n b() { 2 } }\n", "class A { b() { 2 }\n a() { 1 } }\n", ("moves",)),
        ("x.ts", "class A { a() {} }\nclass B { b() {} }\n", "class A { b() {} }\nclass B { a() {} }\n", None),
        ("x.ts", "a()\nb()\n", "b()\na()\n", None),
        ("x.py", "def a():\n    1\n\ndef b():\n    2\n", "def b():\n    2\n\ndef a():\n    1\n", ("moves",)),
        ("x.py", "@r\ndef a():\n    1\n\n@r\ndef b():\n    2\n", "@r\ndef b():\n    2\n\n@r\ndef a():\n    1\n", None),
        ("x.go", "package a\n\nfunc a() {}\n\nfunc b() {}\n", "package a\n\nfunc b() {}\n\nfunc a() {}\n", ("moves",)),
        ("x.json", '{"a": 1, "b": 2}', '{"b": 2, "a": 1}', ("keys",)),
        ("x.json", '{"a": 1}', '{"a": true}', None),
        ("x.json", '{"a": 1}', '{"a": 1.0}', None),
        ("x.json", '{"a": [1, 2]}', '{"a": [2, 1]}', None),
        ("package.json", '{"exports": {"a": 1, "b": 2}}', '{"exports": {"b": 2, "a": 1}}', None),
    ],
)
def test_order_of_declarations(path: str, before: str, after: str, found: tuple[str, ...] | None) -> None:
    assert kinds(before, after, path) == found


def test_several_kinds_at_once_are_all_told() -> None:
    before = "import b from 'b';\nimport a from 'a';\n\n// A.\nf(a);\n"
    after = 'import a from "a"\nimport b from "b"\n\n// B.\nf(a)\n'
    assert kinds(before, after) == ("comments", "formatting", "imports")


@pytest.mark.parametrize(
    ("before", "after", "space"),
    [
        ("a\r\nb\r\n", "a\nb\n", "line ends (CRLF to LF)"),
        ("a\nb\n", "a\r\nb\r\n", "line ends (LF to CRLF)"),
        ("a", "a\n", "the newline at the end of the file"),
        ("a\n", "a\n", "the byte order mark or the encoding"),
    ],
)
def test_which_white_space_it_was(before: str, after: str, space: str) -> None:
    found = churn(before, after, "x.ts")
    assert found is not None
    assert found.space == space


PATHS = st.sampled_from(
    [
        "x.ts",
        "x.tsx",
        "x.js",
        "x.py",
        "x.go",
        "x.rs",
        "x.css",
        "x.sql",
        "x.yaml",
        "x.sh",
        "x.json",
        "x.vue",
        "x.rb",
        "Makefile",
        "x.xyz",
    ]
)
SIGNS = "'|\"|`|//|/*|*/|#|(|)|[|]|{|}|,|;|=>|\\|<a>|$$|:|'''|\"\"\"|<<E|${|<script>|<!--|a|é|\ud800|\0|b |\n|\r\n|\t|  "
PIECES = st.lists(
    st.sampled_from([*SIGNS.split("|"), "import ", "from ", "def ", "function ", "class ", "|"]),
    max_size=30,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(PIECES, PIECES, PATHS)
def test_never_fails_and_has_no_direction(before: str, after: str, path: str) -> None:
    there, back = churn(before, after, path), churn(after, before, path)
    assert (there is None) == (back is None)
    assert there is None or back is None or there.kinds == back.kinds


@settings(max_examples=200, deadline=None)
@given(PIECES, PATHS)
def test_a_text_is_itself(text: str, path: str) -> None:
    found = churn(text, text.rstrip("\r\n") + "\n\n", path)
    assert found is not None
    assert found.kinds == ()


@pytest.mark.walk
@pytest.mark.parametrize(
    "piece", ["'\\", '"', "`", "/*", "(", "{", "[", "<a>", "'''", "$$", "$", "import {", "\\", " ", "\n", "a: |\n", "=>", "//"]
)
@pytest.mark.parametrize("path", ["x.ts", "x.tsx", "x.py", "x.go", "x.rs", "x.sql", "x.yaml", "x.sh", "x.json", "x.vue"])
def test_repetition_is_read_to_its_end(piece: str, path: str) -> None:
    churn(piece * 4000 + "a", piece * 4000 + " a", path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("const a = b;\n(c)\n", "const a = b\n(c)\n"),
        ("const a = b;\n[c].map(d)\n", "const a = b\n[c].map(d)\n"),
        ("if (a);\nb()\n", "if (a)\nb()\n"),
        ("while (a);\nb()\n", "while (a)\nb()\n"),
        ("x; ++y\n", "x ++; y\n"),
        ("class A {\n  get;\n  b() {}\n}\n", "class A {\n  get\n  b() {}\n}\n"),
    ],
)
def test_a_semicolon_that_means_something_is_no_formatting(before: str, after: str) -> None:
    assert churn(before, after, "a.ts") is None


def test_a_semicolon_that_stands_elsewhere_means_the_same() -> None:
    found = churn("const a = b;\n(c)()\nfor (;;) d();\n", "const a = b\n;(c)()\nfor (;;) d()\n", "a.ts")
    assert found is not None
    assert found.kinds == ("formatting",)


def test_imports_that_are_run_for_what_they_do_have_an_order() -> None:
    assert churn("import './a'\nimport './b'\n", "import './b'\nimport './a'\n", "a.ts") is None
    assert churn("import 'dotenv/config'\nimport b from 'b'\n", "import b from 'b'\nimport 'dotenv/config'\n", "a.ts") is None


@pytest.mark.parametrize(
    ("comment", "code", "path"),
    [
        ("x = []  # type: list[int]\n", "x = []\n", "a.py"),
        ('package a\n\n// #include <a.h>\nimport "C"\n', 'package a\n\nimport "C"\n', "a.go"),
    ],
)
def test_types_and_headers_in_comments_are_code(comment: str, code: str, path: str) -> None:
    assert churn(code, comment, path) is None
