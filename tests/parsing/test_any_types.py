"""Where code gives up its types: in TypeScript, in Python, and in texts that are neither."""

import pytest

from pytest_agentcompliance.parsing.any_types import LONGEST, untyped


def texts(path: str, text: str) -> list[str]:
    return [one.text for one in untyped(path, text)]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("let a: any", ["let a: any"]),
        ("const q: Record<string, any> = {}", ["const q: Record<string, any>"]),
        ("f(x, y as any, 1)", ["y as any"]),
        ("f(g(a, b) as any)", ["g(a, b) as any"]),
        ("const z = <any>y", ["const z = <any>"]),
        ("try {} catch (e: any) {}", ["e: any"]),
        ("type A<T = any> = T", ["type A<T = any>"]),
        ("class M { m(...args: any[]): void {} }", ["...args: any[]"]),
        ("type R = (a: any) => any", ["a: any", "type R = (a: any) => any"]),
        ("a = b satisfies any", ["a = b satisfies any"]),
        ("interface I { [k: string]: any }", ["[k: string]: any"]),
    ],
)
def test_types_of_typescript(code: str, said: list[str]) -> None:
    assert texts("a.ts", f"{code}\n") == said


@pytest.mark.parametrize(
    "code",
    [
        "function f<T extends any[]>(a: T) {}",
        "type A<T> = T extends (...args: any[]) => infer R ? R : never",
        "type D<T> = T extends any ? T : never",
        "type C = new (...args: any[]) => object",
        "type C = abstract new (...args: any[]) => object",
        "type K = keyof any",
        "declare module 'a' { export const b: any }",
        "// a: any",
        "const a = 'b as any'",
        "const a = `let b: any`",
        "expect.any(String); a.any; const any = 1; f({ any: 1 }); any()",
        "interface A { any: string }",
        "let a: unknown",
    ],
)
def test_what_is_no_type_that_is_given_up(code: str) -> None:
    assert texts("a.ts", f"{code}\n") == []


def test_scripts_of_markup_are_read_where_they_are_typescript() -> None:
    assert [one.line for one in untyped("a.vue", "<script lang='ts'>\nlet a: any\n</script>\n")] == [2]
    assert texts("a.vue", "<script>\nlet a = 1 // any\n</script>\n<p>x as any</p>\n") == []
    assert texts("a.js", "let a = 1 // : any\n") == []


def test_python_is_read_where_typing_is_imported() -> None:
    code = "def f(a: Any, b: dict[str, Any], *args: Any, **kw: Any) -> None:\n    c = cast(Any, a)\n    return any(b) or Any\n"
    assert texts("a.py", f"from typing import Any\n{code}") == ["a: Any", "b: dict[str, Any]", "Any"]
    assert texts("a.py", code) == []


def test_text_that_no_grammar_may_read_is_read_roughly() -> None:
    long = "x" * 120_000
    code = f"let a: any\nf(b as any)\n// c: any\nconst any = '{long}'\nlet m: Map<string, any>\n"
    assert [one.line for one in untyped("a.ts", code)] == [1, 2, 5]


@pytest.mark.parametrize(
    "text",
    ["", "any", ": any" * 20_000, "(" * 5000 + "a: any", "<any" * 5000, "let a: any\0\r\ud800\n", "a" * (LONGEST + 1),
     "`${" * 3000 + "any"],
)  # fmt: skip
def test_no_text_makes_it_fail(text: str) -> None:
    for path in ("a.ts", "a.tsx", "a.py", "a.vue", "a.md"):
        assert all(one.line >= 1 for one in untyped(path, text))
