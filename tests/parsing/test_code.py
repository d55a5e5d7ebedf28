"""Imports and JSX are read off the grammar, and roughly where no grammar may read."""

import pytest

from pytest_agentcompliance.parsing.code import imports, jsx_elements


@pytest.mark.parametrize("path", ["a.ts", "a.tsx", "a.mjs", "a.cts"])
def test_every_way_to_import(path: str) -> None:
    text = (
        "import a from 'one'\nimport 'two'\nexport * from 'three'\nconst b = require('four')\nconst c = await import(`five`)\n"
        "vi.mock('six', () => 1)\n// import 'no'\nconst d = \"import 'no'\"\nrequire(`${no}`)\n"
    )
    assert [(one.module, one.line) for one in imports(text, path)] == [
        ("one", 1), ("two", 2), ("three", 3), ("four", 4), ("five", 5), ("six", 6),
    ]  # fmt: skip


def test_imports_of_types_alone_say_so() -> None:
    text = 'import type { A } from "a"\nimport { type B } from "b"\nimport c, { type C } from "c"\nexport type { D } from "d"\n'
    assert [one.type_only for one in imports(text, "a.ts")] == [True, True, False, True]


def test_imports_of_python() -> None:
    text = "import a.b as c, d\nfrom . import e\nfrom ..f import g\nif TYPE_CHECKING:\n    import h\n# import no\n"
    assert [(one.module, one.line, one.type_only) for one in imports(text, "a.py")] == [
        ("a.b", 1, False), ("d", 1, False), (".", 2, False), ("..f", 3, False), ("h", 5, True),
    ]  # fmt: skip


def test_scripts_inside_components_are_read_where_they_stand() -> None:
    text = "<template>\n</template>\n<script setup lang='ts'>\nimport { ref } from 'vue'\n</script>\n"
    assert [(one.module, one.line) for one in imports(text, "a.vue")] == [("vue", 4)]


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        ("a.js", "const a = () => (\n  <p><b/></p>\n)\nconst b = <></>", [2, 4]),
        ("a.ts", "const a = () => {\n  return <p><b/></p>\n}", [2]),
        ("a.ts", "const a = <T>b\nconst c = <T,>(d: T) => d\nconst e = f < g && h > i", []),
        ("a.js", "// <p/>\nconst a = '<p></p>'\nconst b = `<p/>`", []),
        ("a.py", "a = '<p/>'", []),
    ],
)
def test_outermost_elements(path: str, text: str, lines: list[int]) -> None:
    assert [one.line for one in jsx_elements(text, path)] == lines


def test_too_large_for_a_grammar_is_read_roughly() -> None:
    padding = "x = 1;\n" * 200_000
    text = padding + "import { a } from 'react'\n// import 'no'\nconst b = () => <p>c</p>\n"
    assert [(one.module, one.line) for one in imports(text, "a.js")] == [("react", 200_001)]
    assert [one.line for one in jsx_elements(text, "a.js")] == [200_003]
