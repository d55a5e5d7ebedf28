"""decisions/undeclared over whole runs: what is told of a decision, what base changes about it, what the parameters do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.decisions.undeclared import Undeclared
from pytest_agentcompliance.verdict import Finding
from pytest_agentcompliance.workshop import run_of

API = '{"name": "api",\n "dependencies": {\n  "zod": "^3.0.0"\n }}\n'
REDIS = '{"name": "api",\n "dependencies": {\n  "ioredis": "^5.0.0",\n  "zod": "^3.0.0"\n }}\n'
REGISTER = "decisions:\n  - {id: AD-3, question: Which cache?, decision: use valkey for cache, decided_by: user}\n"


def found(before: Mapping[str, str], after: Mapping[str, str], **given: Any) -> list[Finding]:
    return list(Undeclared(**given).findings_in(run_of(Example("", before=before, after={**before, **after}))))


def test_the_message_says_what_it_is_and_what_is_nearest() -> None:
    (one,) = found({"ARCHITECTURAL-DECISIONS.yaml": REGISTER, "api/package.json": API}, {"api/package.json": REDIS})
    assert one.message == "ioredis: a new dependency (cache); no entry names it; nearest: AD-3 'use valkey for cache'"
    assert (str(one.at), one.level, one.evidence) == ("api/package.json:3", "breach", "dependency ioredis")


def test_without_any_document_that_is_said() -> None:
    (one,) = found({"api/package.json": API}, {"api/package.json": REDIS})
    assert one.message.endswith(
        "; no document of the story, and none of the stack or of decisions, was found at base that could name it"
    )


def test_without_a_story_the_documents_of_the_repository_count() -> None:
    example = Example("", before={"api/package.json": API, "docs/TECH_STACK.md": "Redis\n"}, after={})
    run = run_of(replace(example, after={**example.before, "api/package.json": REDIS}))
    assert not list(Undeclared().findings_in(replace(run, documents=None)))


@pytest.mark.parametrize(("reused", "levels"), [("style", ["style"]), ("breach", ["breach"]), ("ignore", [])])
def test_what_another_package_has(reused: str, levels: list[str]) -> None:
    other = '{"name": "web", "dependencies": {"ioredis": "^5.0.0"}}\n'
    told = found({"api/package.json": API, "web/package.json": other}, {"api/package.json": REDIS}, reused=reused)
    assert [one.level for one in told] == levels


def test_what_base_imports_without_a_manifest_is_style() -> None:
    before = {"api/package.json": API, "api/src/a.ts": "import { Redis } from 'ioredis'\n"}
    (one,) = found(before, {"api/package.json": REDIS})
    assert (one.level, "base imports it already, in api/src/a.ts" in one.message) == ("style", True)


def test_a_fixture_or_an_example_is_not_another_package() -> None:
    before = {"api/package.json": API, "examples/x/package.json": REDIS, "api/fixtures/package.json": REDIS}
    assert [one.level for one in found(before, {"api/package.json": REDIS})] == ["breach"]


def test_a_name_of_python_is_one_however_it_is_written() -> None:
    before = {"a/requirements.txt": "Flask_Cors==4\n", "b/pyproject.toml": '[project]\nname = "b"\ndependencies = []\n'}
    after = {"b/pyproject.toml": '[project]\nname = "b"\ndependencies = ["flask-cors>=4"]\n'}
    assert [one.level for one in found(before, after)] == ["style"]


def test_a_dependency_of_a_dependency_is_whole_once_the_change_imports_it() -> None:
    before = {"go.mod": "module shop.io/till\n\ngo 1.22\n", "main.go": "package main\n"}
    mod = before["go.mod"] + "\nrequire (\n\tgithub.com/a/b v1.0.0 // indirect\n\tgithub.com/c/d v1.0.0 // indirect\n)\n"
    told = found(before, {"go.mod": mod, "main.go": 'package main\n\nimport "github.com/c/d/x"\n'})
    assert [(one.evidence, one.level) for one in told] == [
        ("dependency github.com/c/d", "breach"),
        ("dependency github.com/a/b", "style"),
    ]


@pytest.mark.parametrize(
    ("base", "is_new"),
    [
        ({"src/b.ts": "process.env.SHOP_KEY\n"}, False),
        ({".env.example": "SHOP_KEY=\n"}, False),
        ({"deploy.sh": "echo $SHOP_KEY\n"}, False),
        ({"sst.config.ts": "environment: { SHOP_KEY: key.value }\n"}, False),
        ({"src/b.ts": "const SHOP_KEY = 1\n"}, True),
        ({"src/b.test.ts": "process.env.SHOP_KEY\n"}, True),
        ({"README.md": "SHOP_KEY\n"}, True),
        ({"src/b.ts": "for (const key of ['SHOP_KEY']) use(process.env[key])\n"}, False),
        ({"src/b.ts": "const key = 'SHOP_KEY'\n"}, True),
        ({"src/b.ts": "process.env.SHOP_KEY = '1'\n"}, False),
        ({"test-int/b.ts": "process.env.SHOP_KEY\n"}, True),
        ({}, True),
    ],
)
def test_a_variable_is_new_where_base_does_not_read_it(base: dict[str, str], is_new: bool) -> None:
    assert bool(found({**base, "src/a.ts": "1\n"}, {"src/a.ts": "process.env.SHOP_KEY\n"})) is is_new


@pytest.mark.parametrize(
    ("base", "levels"),
    [
        ("fetch('https://api.shipper.io')\n", []),
        ("fetch('https://files.shipper.io')\n", ["style"]),
        ("// see files.shipper.io\n", ["breach"]),
    ],
)
def test_a_host_is_new_where_base_has_none_of_its_domain(base: str, levels: list[str]) -> None:
    told = found({"src/b.ts": base, "src/a.ts": "1\n"}, {"src/a.ts": "fetch('https://api.shipper.io')\n"})
    assert [one.level for one in told] == levels


def test_a_service_that_another_file_of_base_has_is_style() -> None:
    compose = "services:\n  cache:\n    image: redis:7\n"
    assert [one.level for one in found({"compose.yml": compose}, {"compose.dev.yml": compose})] == ["style"]


def test_a_package_that_moved_is_none() -> None:
    example = Example("", before={"a/package.json": '{"name": "till"}\n'}, after={"b/package.json": '{"name": "till"}\n\n'})
    assert [one.evidence for one in Undeclared().findings_in(run_of(example))] == ["folder b"]


def test_a_package_outside_of_the_workspaces_is_style() -> None:
    before = {"pnpm-workspace.yaml": "packages:\n  - 'packages/*'\n", "sketches/a.md": "x\n", "packages/a.md": "x\n"}
    after = {"sketches/x/package.json": '{"name": "x"}\n', "packages/y/package.json": '{"name": "y"}\n'}
    assert {one.evidence: one.level for one in found(before, after)} == {"package x": "style", "package y": "breach"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"pnpm-workspace.yaml": "packages:\n  - api\n"}, {"pnpm-workspace.yaml": "packages:\n  - api\n  - till\n"}),
        ({"package.json": '{"workspaces": ["api"]}\n'}, {"package.json": '{"workspaces": ["api", "till"]}\n'}),
        (
            {"package.json": '{"workspaces": {"packages": ["api"]}}\n'},
            {"package.json": '{"workspaces": {"packages": ["api", "till"]}}\n'},
        ),
    ],
)
def test_a_package_that_the_change_adds_to_the_workspaces_is_whole(before: dict[str, str], after: dict[str, str]) -> None:
    package = {"till/package.json": '{"name": "till"}\n'}
    there = {**before, "till/a.ts": "1\n"}
    assert [one.level for one in found(there, package)] == ["style"]
    assert [one.level for one in found(there, {**after, **package})] == ["breach"]


def test_several_lesser_dependencies_are_told_with_what_changed() -> None:
    before = {"a/package.json": '{"dependencies": {"a": "^1.0.0", "b": "^1.0.0"}, "devDependencies": {"c": "1", "d": "1"}}\n'}
    after = {
        "a/package.json": '{"dependencies": {"a": "^2.0.0", "b": "^3.0.0", "c": "1", "d": "1", "@types/e": "1", "@types/f": "1"}}\n'
    }
    assert [one.message.rpartition(",")[0] for one in found(before, after)] == [
        "a, b: dependencies, each in another major version; they were there before",
        "c, d: dependencies moved from devDependencies to dependencies; they were dependencies of the work on the package before",
        "@types/e, @types/f: new dependencies; they hold types alone",
    ]


def test_files_of_one_folder_of_terraform_are_one_thing() -> None:
    after = {"infra/net/main.tf": "# a\n", "infra/net/out.tf": "# b\n"}
    assert [one.evidence for one in found({"infra/a.md": "x\n"}, after)] == ["infrastructure infra/net"]
    before = {"infra/net/main.tf": "# a\n"}
    assert [one.level for one in found(before, {"infra/net/out.tf": "# b\n"})] == ["style"]


def test_a_thing_that_is_chosen_in_several_places_is_told_once() -> None:
    told = found({"src/a.ts": "1\n"}, {"src/a.ts": "process.env.SHOP_KEY\n", "src/b.ts": "process.env.SHOP_KEY\n"})
    assert [str(one.at) for one in told] == ["src/a.ts:1"]


def test_entries_of_the_run_are_told_by_their_own_lines() -> None:
    register = REGISTER.replace("use valkey for cache", "ioredis")
    told = found({"api/package.json": API, "SCOPE.md": "x\n"}, {"api/package.json": REDIS, "ARCHITECTURAL-DECISIONS.yaml": register,
                                                               "SCOPE.md": "x\nRedis\n"})  # fmt: skip
    assert [(str(one.at), one.level) for one in told] == [
        ("api/package.json:3", "breach"),
        ("ARCHITECTURAL-DECISIONS.yaml:2", "breach"),
    ]
    assert told[1].message == "AD-3 names ioredis, which this run chose; the entry came with the run and confirms nothing"


def test_a_name_is_said_once() -> None:
    after = {"infra/main.tf": "# a\n", "SCOPE.md": "All in `infra/`, infra/main.tf\n"}
    own = [one.message for one in found({"a.md": "x\n"}, after) if "came with the run and" in one.message]
    assert own == ["SCOPE.md names infra, which this run chose; the entry came with the run and confirms nothing"]


def test_parameters_choose_kinds_documents_and_names() -> None:
    before = {"api/package.json": API, "SCOPE.md": "Redis\n", "src/a.ts": "1\n"}
    after = {"api/package.json": REDIS, "src/a.ts": "process.env.SHOP_KEY\n"}
    assert [one.evidence for one in found(before, after)] == ["environment SHOP_KEY"]
    assert [one.evidence for one in found(before, after, documents=["plan"], kinds=["dependency"])] == ["dependency ioredis"]
    assert not found(before, after, ignored=["SHOP_*"])
    assert not found(before, after, provided=["SHOP_KEY"])
    assert not found(before, after, exempt=["src/**"])


def test_one_file_that_cannot_be_parsed_hides_no_other() -> None:
    after = {"api/package.json": '{"dependencies": {"a": ', "compose.yml": "services: [\n", "src/a.ts": "process.env.SHOP_KEY\n"}
    assert [one.evidence for one in found({"src/a.ts": "1\n", "api/a.md": "x\n"}, after)] == [
        "environment SHOP_KEY",
        "infrastructure compose.yml",
    ]


def test_two_audits_say_the_same() -> None:
    before = {"api/package.json": API}
    after = {"api/package.json": REDIS, **{f"src/{at}.ts": f"process.env.SHOP_{at}_KEY\n" for at in "abcdefgh"}}
    assert found(before, after) == found(before, dict(reversed(after.items())))


COMPOSE = "services:\n  cache:\n    image: redis:7\n"


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("api/package.json", " " * 4_000_001 + REDIS, "characters"),
        ("api/requirements.txt", "zod\n" * 20_001, "dependencies"),
        ("compose.yml", f"x-deep: {'[' * 200}{']' * 200}\n{COMPOSE}", "deeper"),
        ("api/a.ts", "// http://a\n" * 400_000 + "fetch('https://api.shipper.io')\n", "characters"),
        ("api/a.ts", "const a = 'https://www.w3.org/'\n" * 20_001 + "fetch('https://api.shipper.io')\n", "URLs"),
    ],
    ids=["size", "dependencies", "depth", "code", "urls"],
)
def test_what_is_over_a_bound_is_unread_and_hides_no_other_file(path: str, text: str, why: str) -> None:
    run = run_of(Example("", before={"web/package.json": API}, after={"web/package.json": REDIS, path: text}))
    findings = Undeclared(kinds=["dependency", "service", "host"]).findings_in(run)
    assert "dependency ioredis" in {one.evidence for one in findings}
    assert why in run.ledger.unread[path]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("api/package.json", " " * 1_100_000 + REDIS.replace("zod", "ioredis")),
        ("compose.yml", f"# {'x' * 1_100_000}\n{COMPOSE}"),
        ("api/a.ts", f"// {'x' * 1_100_000}\nfetch('https://api.shipper.io')\n"),
        ("api/a.ts", "const a = 'https://www.w3.org/'\n" * 3_000 + "fetch('https://api.shipper.io')\n"),
        ("api/a.ts", "const {\n" + "  // more\n" * 1_000 + "  SHIPPING_API_KEY } = process.env\n"),
    ],
    ids=["blanks", "comment", "code", "urls", "apart"],
)
def test_padding_hides_no_decision(path: str, text: str) -> None:
    assert [one.level for one in found({"api/package.json": '{"name": "api"}\n'}, {path: text})] == ["breach"]


def test_large_files_that_choose_nothing_are_read() -> None:
    rows = '["word", "https://www.w3.org/"],\n' * 150_000
    after = {"api/rows.json": f"[{rows}]", "api/words.txt": rows, "api/a.sql": rows, "api/a.csv": rows}
    run = run_of(Example("", before={"api/a.py": ""}, after=after))
    assert (list(Undeclared().findings_in(run)), run.ledger.unread) == ([], {})
