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
        ("type A<T> = T extends string ? any : never", ["type A<T> = T extends string ? any"]),
        ("class A { accessor x: any = 1 }", ["accessor x: any"]),
        ("function f(this: any) {}", ["this: any"]),
        ("x as /* loose */ any", ["x as /* loose */ any"]),
        ("let a:\n  any", ["any"]),
        ("for (const a of b as any) {}", ["const a of b as any"]),
        ("type F = typeof f<any>", ["type F = typeof f<any>"]),
        ("type A = new () => any", ["type A = new () => any"]),
        ("declare module './mine' { const a: any }", ["const a: any"]),
        ("declare global { var a: any }", ["var a: any"]),
        ("type T = { [K in keyof A]: any }", ["[K in keyof A]: any"]),
        ("type T = `${any}`", ["any"]),
        ("const a: { b: (c: any) => void }[] = []", ["c: any"]),
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
        "interface C { new (...args: any[]): object }",
        "function f<T extends Record<string, any>, U extends (...a: any[]) => any>(a: T) {}",
        "type A<T> = T extends (infer U extends any)[] ? U : 2",
        "type A<T> = T extends [any, ...infer R] ? R : T extends Array<any> ? 1 : 2",
        "declare module '*.svg' { const a: any; export default a }",
        "type A = 'any' | 'none'",
        "label: any()",
        "/* for any reason: any of these */ let a = 1",
        "import { any } from 'zod'; z.any()",
        "const a = /: any/",
        "let a = 1\n// @ts-nocheck",
        "// @ts-nocheck\n// @ts-check",
        "/* @ts-nocheck */",
        "const a = '// @ts-nocheck'",
    ],
)
def test_what_is_no_type_that_is_given_up(code: str) -> None:
    assert texts("a.ts", f"{code}\n") == []


def test_scripts_of_markup_are_read_where_they_are_typescript() -> None:
    assert [one.line for one in untyped("a.vue", "<script lang='ts'>\nlet a: any\n</script>\n")] == [2]
    assert texts("a.vue", "<script>\nlet a = 1 // any\n</script>\n<p>x as any</p>\n") == []
    assert texts("a.js", "let a = 1 // : any\n") == []


def test_file_that_the_compiler_shall_not_check() -> None:
    code = "#!/usr/bin/env node\n/* a licence */\n\n// @ts-nocheck\nlet a: any\n"
    assert [(one.line, one.whole) for one in untyped("a.ts", code)] == [(4, True), (5, False)]
    assert untyped("a.js", code) == ()


TYPING = (
    "import typing\nimport typing as tp\nfrom typing import (\n    Any,\n    cast,\n)\nfrom typing_extensions import Any as Loose\n"
)


def test_python_is_read_where_typing_is_imported() -> None:
    code = "def f(a: Any, b: dict[str, Any], *args: Any, **kw: Any) -> None:\n    c = cast(Any, a)\n    return any(b) or Any\n"
    assert texts("a.py", f"from typing import Any\n{code}") == ["a: Any", "b: dict[str, Any]", "Any"]
    assert texts("a.py", code) == []


@pytest.mark.parametrize(
    "code",
    [
        "def f() -> Any: ...", "x: Any | None",
        "def f(*, a: Callable[..., Any] = g): ...", "x: typing.Any", "x: tp.Any", "x: Loose",
        "x: 'Any'", 'x: "dict[str, Any]"', "Json = Any", "Json: TypeAlias = Any", "type Json = Any", "Json = dict[str, Any]",
        "class A(Generic[Any]): ...", "class A:\n    x: Any = 1", "x: Annotated[Any, 1]", "tp.cast(Any, x)", "cast('Any', x)",
    ],
)  # fmt: skip
def test_types_of_python(code: str) -> None:
    assert len(texts("a.py", f"{TYPING}{code}\n")) == 1


@pytest.mark.parametrize(
    "code",
    [
        "def f(*args: Any, **kwargs: dict[str, Any]): ...", "x = 'Any'", "x: Literal['Any', 'None'] = 'Any'",
        "x: Annotated[int, 'Any of it']", "isinstance(x, Any)", "x == Any", "x: Anything", "x: obj.Any", "x = {'a': Any}",
        "T = TypeVar('T', bound=Any)",
        '# x: Any', '"""x: Any"""', "any(x)", "def f(a: 'company'): ...", "mock.ANY", "x['Any'] = 1",
    ],
)  # fmt: skip
def test_what_is_no_type_of_python(code: str) -> None:
    assert texts("a.py", f"{TYPING}{code}\n") == []


def test_text_that_no_grammar_may_read_is_read_roughly() -> None:
    long = "x" * 120_000
    code = f"let a: any\nf(b as any)\n// c: any\nconst any = '{long}'\nlet m: Map<string, any>\n"
    assert [one.line for one in untyped("a.ts", code)] == [1, 2, 5]


@pytest.mark.parametrize(
    "text",
    ["", "any", ": any" * 20_000, "(" * 5000 + "a: any", "<any" * 5000, "let a: any\0\r\ud800\n", "a" * (LONGEST + 1),
     "`${" * 3000 + "any", "f(a as any,\n" * 8000, "(x: (y: any) =>\n" * 4000, "type A = " + "B extends any ? any :\n" * 4000,
     "new (...a: any[]) =>\n" * 4000,
     "/*" * 20_000 + "@ts-nocheck any", "from typing import Any\n" + "x: dict[Any, 'Any'\n" * 3000],
)  # fmt: skip
def test_no_text_makes_it_fail(text: str) -> None:
    for path in ("a.ts", "a.tsx", "a.py", "a.vue", "a.md"):
        assert all(one.line >= 1 for one in untyped(path, text))
