"""architecture/core-transport-agnostic beyond its examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.architecture.core_transport_agnostic import CoreTransportAgnostic as Rule
from pytest_agentcompliance.workshop import places, run_of

CORE = "packages/core/cart"


def found(after: dict[str, str], before: dict[str, str] | None = None, **given: object) -> list[str]:
    return sorted(places(Rule, Example("", after=after, before=before or {}, given=given)))


def said(after: dict[str, str], before: dict[str, str] | None = None, **given: object) -> list[str]:
    rule = Rule(**given)  # type: ignore[arg-type]
    return [one.message for one in rule.findings_in(run_of(Example("", after=after, before=before or {})))]


@pytest.mark.parametrize("line", [
    "import a from 'express'", "import 'express'", "export { Router } from 'express'", "export * from \"express\"",
    "const a = require('express')", "const a = await import('express')", "import a = require('express')",
    "const a = await import(`express`)", "import a,\n  { b } from 'express'", "import type { Request } from 'express'",
    "import a from 'express/lib/router'", "import a from 'node:http'", "import a from 'http'", "jest.mock('express')",
    "import a from 'expr\\u0065ss'",
])  # fmt: skip
def test_every_way_to_import_counts(line: str) -> None:
    assert found({f"{CORE}/a.ts": f"{line}\n"}) == [f"{CORE}/a.ts:1"]


@pytest.mark.parametrize(
    "padding",
    ["".join(f"export const a{k} = '{k}'\n" for k in range(50_001)), f"// {'x' * 1_100_000}\n"],
    ids=["strings", "comment"],
)
def test_padding_hides_no_import(padding: str) -> None:
    line = padding.count("\n") + 1
    assert found({f"{CORE}/a.ts": f"{padding}import a from 'express'\n"}) == [f"{CORE}/a.ts:{line}"]


@pytest.mark.parametrize("padding", ["", "    # which\n", f"    # {'x' * 3000}\n", "    # more\n" * 100, "    name,\n" * 300])
def test_padding_hides_no_name_that_python_imports(padding: str) -> None:
    tree = {"src/till/adapters/__init__.py": "", "src/till/core/a.py": f"from .. import (\n{padding}    adapters,\n)\n"}
    assert found(tree) == ["src/till/core/a.py:1"]


@pytest.mark.parametrize("line", [
    "// import a from 'express'", "const a = 'express'", "/* require('express') */", "const a = \"import 'express'\"",
    "import a from './express'", "import a from 'zod'", "import a from 'pino'", "import a from '@x/express'",
    "import fs from 'node:fs'",
])  # fmt: skip
def test_what_is_no_import_of_such_a_module_is_kept(line: str) -> None:
    assert not found({f"{CORE}/a.ts": f"{line}\n"})


def test_a_message_names_what_is_imported_what_makes_it_core_and_base() -> None:
    assert said({f"{CORE}/a.ts": "import 'pg'\n"}) == [
        "core logic (packages/core/**) imports 'pg' (database driver); the file is new",
    ]
    assert said({f"{CORE}/a.ts": "import 'pg'\n"}, {f"{CORE}/a.ts": "const a = 1\n"}) == [
        "core logic (packages/core/**) imports 'pg' (database driver); at base this file did not import it",
    ]
    assert said({f"{CORE}/a.ts": "import 'pg'\n"}, {"apps/a.ts": "import 'pg'\n"}) == [
        "core logic (packages/core/**) imports 'pg' (database driver); the file was moved here from apps/a.ts",
    ]
    assert said({f"{CORE}/package.json": '{"dependencies": {"pg": "8"}}\n'}, {f"{CORE}/package.json": "{}\n"}) == [
        "a core package (packages/core/**) depends on 'pg' (database driver) under dependencies; at base it did not",
    ]


def test_imports_of_types_alone_count_as_the_parameter_says() -> None:
    after = {f"{CORE}/a.ts": "import type { Pool } from 'pg'\n"}
    assert found(after)
    assert not found(after, type_only="ignore")
    rule = Rule(type_only="style")
    assert [one.level for one in rule.findings_in(run_of(Example("", after=after)))] == ["style"]


def test_where_types_count_less_an_import_of_code_is_a_gain() -> None:
    before, after = {f"{CORE}/a.ts": "import type { Pool } from 'pg'\n"}, {f"{CORE}/a.ts": "import { Pool } from 'pg'\n"}
    assert not found(after, before)
    assert found(after, before, type_only="style") == found(after, before, type_only="ignore") == [f"{CORE}/a.ts:1"]
    assert not found(before, after, type_only="style")


def test_a_module_is_reported_once_for_each_file() -> None:
    after = {f"{CORE}/a.ts": "import 'drizzle-orm'\nimport 'drizzle-orm/pg-core'\n", f"{CORE}/b.ts": "import 'drizzle-orm'\n"}
    assert found(after) == [f"{CORE}/a.ts:1", f"{CORE}/b.ts:1"]
    assert found(after, {f"{CORE}/a.ts": "import 'drizzle-orm'\n"}) == [f"{CORE}/b.ts:1"]


def test_what_leaves_one_core_file_may_come_into_one_other() -> None:
    before = {f"{CORE}/a.ts": "import 'pg'\nconst a = 1\n"}
    assert not found({f"{CORE}/b.ts": "import 'pg'\n"}, before)
    assert found({f"{CORE}/b.ts": "import 'pg'\n", f"{CORE}/c.ts": "import 'pg'\n"}, before) == [f"{CORE}/c.ts:1"]
    assert found({f"{CORE}/b.ts": "import 'pg'\n", f"{CORE}/a.ts": "import 'pg'\n"}, before) == [f"{CORE}/b.ts:1"]


def test_parameters_add_and_allow_modules_and_kinds() -> None:
    after = {f"{CORE}/a.ts": "import 'pg/lib'\nimport '@x/db-client'\nimport 'stripe'\n"}
    assert found(after) == [f"{CORE}/a.ts:1"]
    assert found(after, allowed=["pg"], modules=["@x/db-*"]) == [f"{CORE}/a.ts:2"]
    assert found(after, kinds=["payment"]) == [f"{CORE}/a.ts:3"]
    manifest = {f"{CORE}/package.json": '{"dependencies": {"pg": "8", "@x/db-client": "1"}}\n'}
    assert found(manifest, modules=["@x/*"]) == [f"{CORE}/package.json:1"] * 2
    assert not found(manifest, allowed=["pg"])


def test_a_manifest_counts_what_is_installed_with_the_package() -> None:
    text = (
        '{"name": "@x/cart",\n"dependencies": {"zod": "3",\n"db": "npm:pg@8"},\n"peerDependencies": {\n"express": "5"},\n'
        '"optionalDependencies": {"ioredis": "5"},\n"devDependencies": {"mysql2": "3"}}\n'
    )
    path = f"{CORE}/package.json"
    assert found({path: text}) == [f"{path}:3", f"{path}:5", f"{path}:6"]
    assert not found({path: text}, {path: text.replace("8", "7")})
    moved = '{"devDependencies": {"pg": "8"}}\n'
    assert found({path: moved.replace("devD", "d")}, {path: moved}) == [f"{path}:1"]
    assert found({f"{CORE}/pyproject.toml": '[project]\ndependencies = [\n"fastapi>=0.1",\n"pydantic"]\n'}) == [
        f"{CORE}/pyproject.toml:3"
    ]


def test_a_package_of_the_repository_is_found_by_its_name() -> None:
    tree = {
        "packages/backend/db/package.json": '{"name": "@x/db"}\n',
        "packages/backend/rows/package.json": '{"name": "@x/database-rows"}\n',
        "packages/backend/till-core/package.json": '{"name": "@x/till-core"}\n',
        "packages/core/prices/package.json": '{"name": "@x/prices"}\n',
        f"{CORE}/package.json": '{"dependencies": {"@x/db": "workspace:*", "@x/database-rows": "workspace:*"}}\n',
    }
    code = {
        f"{CORE}/a.ts": "import '@x/db/client'\nimport '@x/database-rows'\nimport '@x/till-core'\n"
        "import '@x/prices'\nimport '@x/no'\n"
    }
    assert found(tree | code, tree) == [f"{CORE}/a.ts:1", f"{CORE}/a.ts:2"]
    assert found(tree, tree | {f"{CORE}/package.json": "{}\n"}) == [f"{CORE}/package.json:1"] * 2
    assert not found(tree | code, tree, adapter_packages=["apps/**"])


def test_the_face_of_a_package_hands_on_the_adapters_below_it() -> None:
    tree = {f"{CORE}/adapters/rows.ts": "import 'pg'\n", f"{CORE}/index.ts": "export * from './adapters/rows.js'\n"}
    assert not found(tree)
    assert found(tree | {f"{CORE}/a.ts": "import './adapters/rows.js'\n"}) == [f"{CORE}/a.ts:1"]


def test_entries_are_adapters_and_no_sign_of_layers() -> None:
    tree = {"src/cart/adapters/rows.ts": "1\n", "src/cart/application/a.ts": "import '../routes.js'\nimport '../controllers/x'\n"}
    assert found(tree) == ["src/cart/application/a.ts:1", "src/cart/application/a.ts:2"]
    assert not found({"src/cart/routes/rows.ts": "1\n", "src/cart/application/a.ts": "import '../routes/rows.js'\n"})


def test_a_layer_is_one_where_adapters_lie_one_folder_further() -> None:
    tree = {"src/cart/adapters/rows.ts": "1\n", "src/till/application/a.ts": "import 'pg'\n", "src/till/core/a.ts": "import 'pg'\n"}
    assert found(tree) == ["src/till/application/a.ts:1"]
    assert not found({"adapters/rows.ts": "1\n", "till/application/a.ts": "import 'pg'\n"})
    assert found({"adapters/rows.ts": "1\n", "core/a.ts": "import 'pg'\n"}) == ["core/a.ts:1"]
    assert not found({"infrastructure/main.tf": "1\n", "application/a.ts": "import 'pg'\n"})


def test_what_a_compiler_made_of_the_source_beside_it_does_not_count() -> None:
    before = {f"{CORE}/a.ts": "import 'pg'\n"}
    assert not found(before | {f"{CORE}/a.js": "import 'pg';\n"}, before)
    assert found({f"{CORE}/a.js": "import 'pg';\n"}) == [f"{CORE}/a.js:1"]


def test_a_file_of_types_alone_is_no_adapter_for_what_it_imports() -> None:
    tree = {
        "src/domain/a.ts": "import '../rows'\nimport '../row.types'\n",
        "src/rows.ts": "import 'pg'\n",
        "src/row.types.ts": "import 'pg'\n",
    }
    assert found(tree) == ["src/domain/a.ts:1"]


def test_go_is_read_by_its_import_paths() -> None:
    tree = {
        "till/internal/adapters/rows.go": "package adapters\n",
        "till/internal/domain/a.go": (
            'package domain\n\nimport "fmt"\nimport (\n\t"net/http"\n\tgorm "gorm.io/gorm"\n'
            '\t"x.org/till/internal/adapters"\n\t"strings"\n)\n\n'
            'const a = "database/sql"\n'
        ),
        "till/internal/domain/a_test.go": 'package domain\n\nimport "net/http"\n',
    }
    assert found(tree) == [f"till/internal/domain/a.go:{line}" for line in (5, 6, 7)]


def test_python_modules_of_the_repository_are_not_taken_for_others() -> None:
    tree = {"shop/databases/a.py": "1\n", "shop/domain/a.py": "import databases.a\nfrom shop.databases import a\n"}
    assert not found({f"shop/{path.removeprefix('shop/')}": text for path, text in tree.items()})
    assert found({"shop/domain/a.py": "import databases\n"}) == ["shop/domain/a.py:1"]


def test_a_new_package_of_the_user_interface_may_have_its_framework_alone() -> None:
    manifest = {f"{CORE}/package.json": '{"dependencies": {"react": "19"}}\n'}
    code = {f"{CORE}/a.ts": "import 'react'\nimport 'pg'\n"}
    assert not found(manifest | code, manifest)
    assert found(manifest | code) == [f"{CORE}/a.ts:2"]
    assert found(code) == [f"{CORE}/a.ts:1", f"{CORE}/a.ts:2"]
    assert found(manifest | code, {f"{CORE}/package.json": "{}\n"}) == [
        f"{CORE}/a.ts:1",
        f"{CORE}/a.ts:2",
        f"{CORE}/package.json:1",
    ]


def test_links_and_files_that_are_gone_are_passed_over() -> None:
    example = Example(
        "", links={f"{CORE}/a.ts": "../b.ts"}, before={f"{CORE}/c.ts": "import 'pg'\n"}, after={"b.ts": "import 'pg'\n"}
    )
    assert not places(Rule, example)


def test_a_file_that_is_too_long_for_a_grammar_is_read_roughly() -> None:
    long = "const a = 1\n" * 100_000
    assert found({f"{CORE}/a.ts": long + "import 'pg'\n"}) == [f"{CORE}/a.ts:100001"]
    assert found({"src/domain/a.go": "package a\n" + "// x\n" * 250_000 + 'import (\n\t"net/http"\n)\n'}) == [
        "src/domain/a.go:250003"
    ]


@pytest.mark.walk
@pytest.mark.parametrize("line", ["import '@a/{}/x'\n", "import './{}'\n", "const a{} = 'x{}'\n", "import './adapters/{}'\n"])
def test_a_file_of_very_many_imports_is_judged(line: str) -> None:
    text = "".join(line.replace("{}", str(number)) for number in range(20_000))
    manifest = '{"dependencies": {' + ",".join(f'"@b/{number}": "workspace:*"' for number in range(10_000)) + "}}"
    assert len(found({f"{CORE}/a.ts": text, f"{CORE}/package.json": manifest, f"{CORE}/1/package.json": "{}"})) in (0, 20_000)


SCRAP = st.sampled_from(
    [
        "import ",
        "from ",
        "'pg'",
        '"',
        "`",
        "(",
        ")",
        "{",
        "}",
        "\n",
        "..",
        "adapters",
        ".",
        "require",
        "\udc80",
        "\0",
        "type ",
        "*",
        "/",
        "\\",
        ";",
    ]
)


@given(
    st.lists(SCRAP, max_size=30).map("".join), st.sampled_from(["a.ts", "a.py", "a.go", "a.vue", "package.json", "pyproject.toml"])
)
def test_any_text_is_judged(text: str, name: str) -> None:
    for message in said({f"src/domain/{name}": text, "src/adapters/b.py": text}):
        assert message


@pytest.mark.parametrize("module", [
    "e\\u{78}press", "ex\\\npress", "ex\\press", "npm:express@4", "https://esm.sh/express@4.19/lib", "express?raw",
    "npm:drizzle-orm@1/pg",
])  # fmt: skip
def test_a_module_is_known_however_its_name_is_written(module: str) -> None:
    assert found({f"{CORE}/a.ts": f"import e from '{module}'\n"}) == [f"{CORE}/a.ts:1"]


def test_the_ending_of_a_file_may_be_written_in_capitals() -> None:
    assert found({f"{CORE}/a.TS": "import e from 'express'\n"}) == [f"{CORE}/a.TS:1"]
