"""Which paths the names of a plan cover, and which they only seem to."""

import pytest

from pytest_agentcompliance.parsing.planned import named
from pytest_agentcompliance.parsing.planned.beside import Beside
from pytest_agentcompliance.parsing.planned.cover import Cover, Entry

TREE = frozenset(
    [
        "package.json",
        "apps/api/package.json",
        "apps/api/src/cart/index.ts",
        "apps/api/src/cart/add.ts",
        "apps/web/src/components/Cart.tsx",
        "libs/till/package.json",
        "libs/till/src/index.ts",
        *(f"many/p{number}/index.ts" for number in range(12)),
    ]
)


def cover(text: str, document: str = "SCOPE.md") -> Cover:
    folders = {"@repo/till": "libs/till"}
    return Cover((Entry(one, document) for one in named(text, document)), TREE, folders.get)


@pytest.mark.parametrize(
    ("text", "path", "is_covered"),
    [
        ("- `apps/api/src/cart/add.ts`", "apps/api/src/cart/add.ts", True),
        ("- `apps/api/src/cart/add.ts`", "apps/other/apps/api/src/cart/add.ts", False),
        ("- `src/cart/new.ts`", "apps/api/src/cart/new.ts", True),
        ("- `/home/me/shop/apps/api/src/cart/add.ts`", "apps/api/src/cart/add.ts", True),
        ("- `../api/src/cart/add.ts`", "apps/api/src/cart/add.ts", True),
        ("- `add.ts`", "apps/api/src/cart/add.ts", True),
        ("- `apps/api/src/cart/`", "apps/api/src/cart/deep/new.ts", True),
        ("- `apps/api/src/cart`", "apps/api/src/carts.ts", False),
        ("- `src/cart/`", "apps/api/src/cart/new.ts", True),
        ("- `src/`", "apps/api/src/cart/add.ts", False),
        ("- `components/`", "apps/web/src/components/deep/New.tsx", True),
        ("- `apps/api/src/cart/add`", "apps/api/src/cart/add.ts", True),
        ("- `apps/**`", "apps/web/a.ts", True),
        ("- `db/**/*.sql`", "apps/api/db/deep/1.sql", True),
        ("- `**/migrations/**`", "apps/api/migrations/1.sql", True),
        ("- `**`", "apps/web/a.ts", False),
        ("- `**/*.ts`", "apps/web/a.ts", False),
        ("- `*.ts`", "apps/web/a.ts", False),
        ("- `**/src/**`", "apps/web/src/a.ts", False),
        ("- `**/*.test.ts`", "apps/web/a.test.ts", True),
        ("- Extend `@repo/till`", "libs/till/src/new.ts", True),
        ("- Extend `@repo/till/src/sum.ts`", "libs/till/src/sum.ts", True),
        ("- Extend `@repo/none`", "libs/none/src/new.ts", False),
        ("- `db/0007_carts.sql`", "libs/db/0011_carts.sql", True),
        ("- `db/0007_carts.sql`", "libs/db/0007_tills.sql", False),
        ("- `CartSummary` component", "apps/web/src/CartSummary/index.tsx", True),
    ],
)
def test_coverage(text: str, path: str, is_covered: bool) -> None:
    assert (cover(text + "\n").of(path) is not None) == is_covered


def test_name_that_many_files_have_means_those_beside_what_is_planned() -> None:
    plan = cover("- `apps/api/src/cart/add.ts`\n- `index.ts`\n")
    assert plan.of("apps/api/src/cart/index.ts")
    assert plan.of("apps/api/src/index.ts")
    assert not plan.of("many/p3/index.ts")


def test_folder_by_its_name_is_looked_for_where_the_document_lies() -> None:
    assert cover("- `components/`\n", "apps/web/PLAN.md").of("apps/web/src/components/New.tsx")


@pytest.mark.parametrize("text", ["- `yes/no` and `401/403/404`\n", "- `**`\n", "- Extend `@types/node`\n", "Nothing.\n"])
def test_what_means_nothing_of_the_tree_plans_nothing(text: str) -> None:
    assert not cover(text)


def test_nearest_is_told_by_name_or_by_folder() -> None:
    plan = cover("- `apps/api/src/cart/add.ts`\n- `libs/till/src/index.ts`\n")
    nearest = [plan.nearest(path) for path in ("libs/add.ts", "libs/till/src/other.ts", "infra/main.tf")]
    assert [found and found.named.text for found in nearest] == ["apps/api/src/cart/add.ts", "libs/till/src/index.ts", None]


@pytest.mark.parametrize(
    ("test", "is_beside"),
    [
        ("libs/cart/src/__tests__/add.test.ts", True),
        ("libs/cart/src/__tests__/unit/other.test.ts", True),
        ("libs/cart/tests/test_add.py", True),
        ("libs/cart/src/deep/add.spec.ts", True),
        ("libs/till/src/__tests__/add.test.ts", False),
        ("libs/cart/src/deep/other.test.ts", False),
    ],
)
def test_tests_beside_a_file(test: str, is_beside: bool) -> None:
    assert Beside(["libs/cart/src/add.ts"]).has(test) == is_beside
