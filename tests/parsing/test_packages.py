"""Which package a file belongs to, by every kind of manifest; broken and hostile ones never raise."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.parsing.chunk_packages import ChunkPackages
from pytest_agentcompliance.parsing.defaults import CODE, EXEMPT, SCRIPTS
from pytest_agentcompliance.parsing.packages import Packages, calls_checker
from pytest_agentcompliance.parsing.selectors import selected


@dataclass(frozen=True)
class Text:
    value: str | None

    def text(self) -> str:
        if self.value is None:
            raise Unreadable("package.json", "missing")
        return self.value


def tree(files: Mapping[str, str | None]) -> Packages:
    return Packages({path: Text(text) for path, text in files.items()})


SHOP = tree(
    {
        "package.json": '{"name": "shop", "workspaces": ["packages/*"], "scripts": {"check-types": "turbo run check-types"}}',
        "tsconfig.json": "{}",
        "packages/cart/package.json": '{"name": "@shop/cart", "scripts": {"check-types": "tsc --noEmit"}}',
        "packages/cart/src/package.json": '{"type": "module"}',
        "packages/till/package.json": '{"name": "@shop/till", "dependencies": {"@shop/cart": "workspace:*"}}',
        "packages/till/tsconfig.json": "{}",
        "packages/plain/package.json": '{"name": "@shop/plain", "scripts": {"build": "rollup -c", "dev": "tsc --watch"}}',
        "libs/tax/project.json": '{"name": "tax", "targets": {"type-check": {"executor": "nx:run", "command": "tsc"}}}',
        "jobs/pyproject.toml": '[project]\nname = "shop-jobs"\n\n[tool.mypy]\nstrict = true\n',
        "tools/setup.py": 'setup(\n    name="shop-tools",\n)\n',
        "loose/setup.cfg": "[metadata]\nname = loose\n[mypy]\nstrict = true\n",
        "packages/cart/scripts/seed.py": "x = 1\n",
    }
)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("packages/cart/src/cart.ts", "@shop/cart"),
        ("packages/cart/src/deep/er/cart.ts", "@shop/cart"),
        ("packages/till/till.ts", "@shop/till"),
        ("libs/tax/tax.ts", "tax"),
        ("scripts/seed.ts", "shop"),
        ("jobs/run.py", "shop-jobs"),
        ("jobs/run.ts", "shop"),
        ("tools/deep/run.py", "shop-tools"),
        ("loose/run.pyi", "loose"),
    ],
)
def test_nearest_named_manifest_is_the_package(path: str, name: str) -> None:
    found = SHOP.of(path)
    assert found is not None
    assert found.name == name


def test_python_above_which_there_is_no_python_project_has_no_package() -> None:
    assert SHOP.of("packages/cart/scripts/seed.py") is None


def test_manifest_without_a_name_is_the_package_where_none_above_has_one() -> None:
    found = tree({"package.json": "{}", "api/package.json": "[]"}).of("api/cart.ts")
    assert found is not None
    assert found.folder == "api"


@pytest.mark.parametrize(
    ("path", "has"),
    [
        ("packages/cart/cart.ts", True),  # a script
        ("packages/till/till.ts", True),  # a tsconfig
        ("packages/plain/plain.ts", False),  # neither: a watcher never ends
        ("libs/tax/tax.ts", True),
        ("scripts/seed.ts", False),  # the root of a workspace: its script hands on, its tsconfig is the others' base
        ("jobs/run.py", True),
        ("tools/run.py", False),
        ("loose/run.py", True),
    ],
)
def test_what_can_be_type_checked(path: str, has: bool) -> None:
    found = SHOP.of(path)
    assert found is not None
    assert SHOP.has_checks(found, path, SCRIPTS) is has


def test_configuration_above_a_python_project_checks_it_too() -> None:
    packages = tree({"mypy.ini": "", "jobs/pyproject.toml": '[project]\nname = "jobs"\n'})
    found = packages.of("jobs/run.py")
    assert found is not None
    assert packages.has_checks(found, "jobs/run.py", SCRIPTS)


def test_configuration_between_a_file_and_its_package_counts() -> None:
    packages = tree({"api/package.json": '{"name": "api"}', "api/vercel/tsconfig.json": "{}"})
    found = packages.of("api/vercel/cart.ts")
    assert found is not None
    assert packages.has_checks(found, "api/vercel/cart.ts", SCRIPTS)
    assert not packages.has_checks(found, "api/aws/cart.ts", SCRIPTS)


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (["@shop/cart"], {"@shop/cart"}),
        (["cart"], {"@shop/cart"}),
        (["./packages/till"], {"@shop/till"}),
        (["{./packages/till}"], {"@shop/till"}),
        (["{packages/till}..."], {"@shop/till", "@shop/cart"}),
        (["@shop/*"], {"@shop/cart", "@shop/till", "@shop/plain"}),
        (["./packages/**"], {"@shop/cart", "@shop/till", "@shop/plain"}),
        (["./packages"], {"@shop/cart", "@shop/till", "@shop/plain"}),
        (["@shop/till..."], {"@shop/till", "@shop/cart"}),
        (["@shop/till^..."], {"@shop/cart"}),
        (["...@shop/cart"], {"@shop/cart", "@shop/till"}),
        (["...^@shop/cart"], {"@shop/till"}),
        (["@shop/cart", "@shop/plain"], {"@shop/cart", "@shop/plain"}),
        (["!@shop/cart"], {"@shop/till", "@shop/plain"}),
        (["@shop/*", "!@shop/cart"], {"@shop/till", "@shop/plain"}),
        (["...[origin/main]"], {"@shop/cart", "@shop/till", "@shop/plain"}),
        (["@shop/other"], set()),
        (["[", "*a" * 90], set()),
    ],
)
def test_filters(filters: list[str], names: set[str]) -> None:
    packages = [found for name in ("cart", "till", "plain") if (found := SHOP.at(f"packages/{name}", "node"))]
    assert {one.name for one in packages if selected(one, filters, SHOP)} == names


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("packages/cart", "packages/cart"),
        ("./packages/cart/", "packages/cart"),
        ("/home/agent/shop/packages/cart", "packages/cart"),
        ("~/shop/packages/cart/src", "packages/cart/src"),
        ("packages/cart/tsconfig.check.json", "packages/cart"),
        ("tsconfig.json", None),
        ("src", None),
        ("", None),
    ],
)
def test_places(written: str, place: str | None) -> None:
    assert SHOP.place(written) == place


def test_scripts_that_call_a_checker() -> None:
    assert calls_checker("vite build && tsc -p tsconfig.build.json")
    assert calls_checker("./node_modules/.bin/vue-tsc")
    assert not calls_checker("tsc --watch")
    assert not calls_checker("tsc-alias")
    assert not calls_checker("vitest run")


def chunk_packages(head: Mapping[str, str], base: Mapping[str, str]) -> ChunkPackages:
    changed = {path for path in {*head, *base} if head.get(path) != base.get(path)}
    return ChunkPackages(changed, (head, tree(head)), tree(base), code=CODE, exempt=EXEMPT, scripts=SCRIPTS)


CART = {"cart/package.json": '{"name": "cart"}', "cart/tsconfig.json": "{}", "cart/src/index.ts": "1", "cart/src/old.ts": "1"}


@pytest.mark.parametrize(
    ("claims", "names"),
    [
        (["cart/src/index.ts"], {"cart"}),
        (["/home/agent/shop/cart/src/index.ts"], {"cart"}),
        (["src/index.ts"], set()),  # of two packages
        (["cart/README.md", "cart/package.json", "cart/vitest.config.ts"], set()),
        (["cart/src/"], {"cart"}),
        (["cart/", "cart/README.md"], set()),  # a folder whose files are listed
        (["cart/src/nowhere.ts"], set()),
        (["cart/src/*.ts"], {"cart"}),
        (["cart/src/old.ts"], {"cart"}),  # deleted: the rest of the package still needs its check
        (["gone/src/index.ts"], set()),  # the package went with the file
        (["kept/kept.ts"], {"kept"}),  # claimed, there, and as it was
    ],
)
def test_packages_of_claims(claims: list[str], names: set[str]) -> None:
    kept = {"kept/package.json": '{"name": "kept"}', "kept/tsconfig.json": "{}", "kept/kept.ts": "1"}
    gone = {"gone/package.json": '{"name": "gone"}', "gone/tsconfig.json": "{}", "gone/src/index.ts": "1"}
    till = {"till/package.json": '{"name": "till"}', "till/tsconfig.json": "{}", "till/src/index.ts": "2"}
    head = CART | kept | till | {"cart/src/index.ts": "2", "cart/README.md": "1", "cart/vitest.config.ts": "1"}
    del head["cart/src/old.ts"]
    assert {one.name for one in chunk_packages(head, CART | gone | kept).of(claims)} == names


@pytest.mark.parametrize(
    "text", [None, "", "{", "[" * 100_000, "null", '{"name": 3, "scripts": [], "dependencies": "x"}', "\0", "{}" * 9]
)
def test_broken_manifests_never_raise(text: str | None) -> None:
    packages = tree({"package.json": text, "project.json": text, "pyproject.toml": text, "setup.cfg": text, "setup.py": text})
    for path in ("a.ts", "a.py"):
        found = packages.of(path)
        assert found is not None
        packages.has_checks(found, path, SCRIPTS)
    assert packages.by_name is not None


@given(st.text(max_size=200), st.text(max_size=40))
def test_any_text_is_read(text: str, path: str) -> None:
    packages = tree({"package.json": text, "a/pyproject.toml": text, "a/package.json": json.dumps({"name": text})})
    for one in (path, f"a/{path}", f"a/{path}.py"):
        if found := packages.of(one):
            packages.has_checks(found, one, SCRIPTS)
            selected(found, [text, path], packages)
    packages.place(path)
