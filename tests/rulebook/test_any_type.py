"""content/any-type over real commits: what came, what moved, what was edited, and what a compiler is told."""

from typing import Any

import pytest

from pytest_agentcompliance.rulebook.content.any_type import AnyType
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo

Files = dict[str, str | bytes | None]


def found(repo: GitRepo, before: Files, after: Files, level: str = "breach", **given: Any) -> list[str]:
    base = repo.commit("base", before)
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), AnyType.reads, Wanted())
        return [str(one.at) for one in AnyType(**given).findings_in(run) if one.level == level]


def test_one_that_came_is_found_at_its_line(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": "export {}\n"}, {"a.ts": "export {}\nlet a: any\n"}) == ["a.ts:2"]


def test_line_that_was_edited_keeps_what_base_had_there(repo: GitRepo) -> None:
    before = "f(a as any)\nrun()\nfunction g(data: any) {}\n"
    after = "f(b.c as any)\nrun()\nfunction g(input: any, more: any) {}\n"
    assert found(repo, {"a.ts": before}, {"a.ts": after}) == ["a.ts:3"]


def test_one_elsewhere_in_the_file_is_new_though_another_went(repo: GitRepo) -> None:
    before = "let a: any\nrun()\nrun()\nlet c = 1\n"
    after = "let a: string\nrun()\nrun()\nlet c: any = 1\n"
    assert found(repo, {"a.ts": before}, {"a.ts": after}) == ["a.ts:4"]


def test_one_that_moved_to_another_file_is_not_new_and_its_copy_is(repo: GitRepo) -> None:
    before = "export function f(a: any) {\n  return a\n}\n"
    assert found(repo, {"a.ts": before}, {"a.ts": None, "b.ts": f"// moved\n{before}", "c.ts": f"// too\n\n{before}"}) == ["c.ts:3"]


def test_one_that_moved_out_of_a_file_that_stays(repo: GitRepo) -> None:
    before: Files = {"a.ts": "let a: any\nlet b = 1\n", "b.ts": "run()\n"}
    assert found(repo, before, {"a.ts": "let b = 1\n", "b.ts": "run()\nlet a: any\n"}) == []


def test_two_on_a_line_are_one_finding(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": "run()\n"}, {"a.ts": "const f = (a: any): any => a\n"}) == ["a.ts:1"]


@pytest.mark.parametrize("path", ["src/generated/a.ts", "src/a.gen.ts", "node_modules/a/index.d.ts", "next-env.d.ts"])
def test_files_of_others_are_left_out(repo: GitRepo, path: str) -> None:
    assert found(repo, {"b.ts": "1\n"}, {path: "export type A = any\n"}) == []


def test_own_declarations_are_not_left_out(repo: GitRepo) -> None:
    assert found(repo, {"b.ts": "1\n"}, {"src/types.d.ts": "declare global {\n  type Loose = any\n}\n"}) == ["src/types.d.ts:2"]


@pytest.mark.parametrize(("tests", "breaches", "remarks"), [("forbid", 1, 0), ("remark", 0, 1), ("ignore", 0, 0)])
def test_what_tests_are_held_to(repo: GitRepo, tests: str, breaches: int, remarks: int) -> None:
    after: Files = {"src/a.spec.ts": "const a = {} as any\n"}
    assert len(found(repo, {"b.ts": "1\n"}, after, tests=tests)) == breaches
    after = {"src/a.spec.ts": "const a = {} as any\nconst b = {} as any\n", "src/c.spec.ts": "1 as any\n"}
    assert len(found(repo, {"src/a.spec.ts": "const a = {}\n"}, after, "style", tests=tests)) == remarks * 2


STRICT = '{"compilerOptions": {"strict": true}}\n'


@pytest.mark.parametrize(
    ("before", "after", "places"),
    [
        ({"tsconfig.json": STRICT}, {"tsconfig.json": '{"compilerOptions": {"strict": false}}\n'}, ["tsconfig.json:1"]),
        ({"tsconfig.json": STRICT}, {"tsconfig.json": '{"compilerOptions": {}}\n'}, ["tsconfig.json:1"]),
        ({"tsconfig.json": STRICT}, {"tsconfig.json": '{\n "compilerOptions": {"strict": true,\n "noImplicitAny": false}}\n'},
         ["tsconfig.json:3"]),
        ({"tsconfig.json": STRICT}, {"tsconfig.json": '{"compilerOptions": {"noImplicitAny": true}}\n'}, []),
        ({"tsconfig.json": STRICT}, {"tsconfig.json": '{"extends": "./base.json"}\n', "base.json": STRICT}, []),
        ({"tsconfig.json": STRICT}, {"tsconfig.json": '{"extends": "@tsconfig/strictest"}\n'}, []),
        ({"tsconfig.json": STRICT, "a/tsconfig.json": '{"extends": "../tsconfig.json"}\n'},
         {"a/tsconfig.json": '{"extends": "../tsconfig.json", "compilerOptions": {"strict": false}}\n'}, ["a/tsconfig.json:1"]),
        ({"tsconfig.json": "{}\n"}, {"tsconfig.json": '{"compilerOptions": {"strict": false}}\n'}, []),
        ({"tsconfig.json": STRICT}, {"tsconfig.json": "{"}, []),
        ({"tsconfig.json": STRICT}, {"tsconfig.json": None}, []),
        ({"tsconfig.json": '{"extends": "./tsconfig.json"}\n'}, {"tsconfig.json": '{"extends": "./tsconfig.json", "a": 1}\n'}, []),
    ],
)  # fmt: skip
def test_compiler_that_is_told_to_let_it_through(repo: GitRepo, before: Files, after: Files, places: list[str]) -> None:
    assert found(repo, {**before, "a.ts": "1\n"}, after) == places


def test_compiler_is_not_asked_where_the_parameter_says_so(repo: GitRepo) -> None:
    assert found(repo, {"tsconfig.json": STRICT}, {"tsconfig.json": "{}\n"}, compiler=False) == []
