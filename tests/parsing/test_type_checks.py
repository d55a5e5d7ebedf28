"""Command lines: which are type checks, and what they say that they cover; and what prose tells of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import type_check_words as words
from pytest_agentcompliance.parsing.command_lines import Simple, simple
from pytest_agentcompliance.parsing.defaults import SCRIPTS
from pytest_agentcompliance.parsing.type_checks import TypeCheck, checks


def named(line: str) -> list[TypeCheck]:
    """The checks of a line that need no manifest to be known as such."""
    return [one for one in checks(line) if not one.script or one.script in SCRIPTS]


@pytest.mark.parametrize(
    ("line", "selectors"),
    [
        ("pnpm check-types --filter @shop/api", ("@shop/api",)),
        ("pnpm check-types --filter=@shop/api", ("@shop/api",)),
        ("pnpm --filter @shop/api check-types", ("@shop/api",)),
        ("pnpm --filter=@shop/api run type-check", ("@shop/api",)),
        ("pnpm -F api typecheck", ("api",)),
        ("pnpm -F 'api...' typecheck", ("api...",)),
        ("pnpm --filter './packages/**' check-types", ("./packages/**",)),
        ('pnpm --filter "@shop/api" exec tsc --noEmit', ("@shop/api",)),
        ("pnpm --filter @shop/api tsc --noEmit", ("@shop/api",)),
        ("pnpm --filter a --filter b check-types", ("a", "b")),
        ("turbo run check-types --filter=@shop/api", ("@shop/api",)),
        ("pnpm turbo check-types --filter @shop/api", ("@shop/api",)),
        ("npx turbo@2.1 run lint check-types --filter @shop/api", ("@shop/api",)),
        ("turbo run @shop/api#check-types", ("@shop/api",)),
        ("nx run api:type-check", ("api",)),
        ("npx nx typecheck api", ("api",)),
        ("nx run-many -t typecheck -p api,web", ("api", "web")),
        ("yarn workspace @shop/api tsc --noEmit", ("@shop/api",)),
        ("yarn workspace @shop/api run typecheck", ("@shop/api",)),
        ("npm run check-types -w @shop/api", ("@shop/api",)),
        ("npm run check-types --workspace=@shop/api", ("@shop/api",)),
        ("npm -w @shop/api run check-types", ("@shop/api",)),
        ("lerna run typecheck --scope @shop/api", ("@shop/api",)),
        ("bun run --filter @shop/api typecheck", ("@shop/api",)),
        ("uv run --package shop-jobs mypy", ("shop-jobs",)),
        ("CI=1 pnpm check-types --filter @shop/api 2>&1 | tail -5", ("@shop/api",)),
        ("timeout 60 pnpm check-types --filter @shop/api", ("@shop/api",)),
        ("timeout -k 5s --signal KILL 2m pnpm check-types --filter @shop/api", ("@shop/api",)),
        ("bash -lc 'cd api && pnpm check-types --filter @shop/api'", ("@shop/api",)),
    ],
)
def test_selectors(line: str, selectors: tuple[str, ...]) -> None:
    assert [one.selectors for one in named(line)] == [selectors]


@pytest.mark.parametrize(
    "line",
    [
        "pnpm -r check-types",
        "pnpm --recursive exec tsc --noEmit",
        "pnpm check-types -r",
        "npm run check-types --workspaces",
        "yarn workspaces foreach -A run typecheck",
        "nx affected -t type-check",
        "nx affected:typecheck",
        "nx run-many --target=typecheck --all",
        "turbo run check-types --affected",
    ],
)
def test_runs_over_everything(line: str) -> None:
    assert [one.everything for one in named(line)] == [True]


@pytest.mark.parametrize(
    ("line", "folder", "places"),
    [
        ("pnpm -C api check-types", "api", ()),
        ("pnpm --dir ./api exec tsc --noEmit", "api", ()),
        ("yarn --cwd api typecheck", "api", ()),
        ("npm --prefix api run typecheck", "api", ()),
        ("cd api && pnpm check-types", "api", ()),
        ("cd api; cd src; npx tsc --noEmit", "api/src", ()),
        ("(cd api && npx tsc --noEmit)", "api", ()),
        ("npx tsc -p api", None, ("api",)),
        ("tsc --noEmit --project=api/tsconfig.json", None, ("api/tsconfig.json",)),
        ("tsc -b api web", None, ("api",)),
        ("cd api && tsc -p src", "api", ("api/src",)),
        ("mypy jobs/src tests", None, ("jobs/src", "tests")),
        ("uv run mypy jobs", None, ("jobs",)),
        ("uv run --directory jobs pyright", "jobs", ()),
        ("python -m mypy --strict .", None, ()),
        ("mypy --config-file mypy.ini jobs", None, ("jobs",)),
        ("uvx ty check jobs", None, ("jobs",)),
        ("make -C jobs typecheck", "jobs", ()),
        ("pnpm exec tsc --noEmit (in the package)", None, ()),
    ],
)
def test_places(line: str, folder: str | None, places: tuple[str, ...]) -> None:
    assert [(one.folder, one.places) for one in named(line)] == [(folder, places)]


@pytest.mark.parametrize(
    "line", ["pnpm exec tsc --noEmit", "npx --yes tsc", "pnpm type-check", "tsc", "mypy", "poetry run pyright", "tox -e mypy"]
)
def test_bare_runs(line: str) -> None:
    assert [one.bare for one in named(line)] == [True]


@pytest.mark.parametrize(
    "line",
    [
        "", "pnpm test", "pnpm --filter @shop/api test", "echo pnpm check-types", "# tsc", "git commit -m tsc", "tsc --version",
        "npx tsc --init", "pnpm add -D typescript", "pnpm check-types --help", "turbo run check-types --dry-run", "ty --version",
        "cat tsconfig.json", "mypy --version", "pnpm", "npx", "cd", "nx", "turbo run", "yarn workspace", "uv run", "python -m",
        "pnpm --filter", "tsx src/tsc.ts", "pnpm exec tsc --noCheck",
        "timeout", "timeout 60", "bash -c", "bash tsc", "bash -c 'echo tsc'",
    ],
)  # fmt: skip
def test_other_lines_are_none(line: str) -> None:
    assert named(line) == []


def test_scripts_of_other_names_are_told_for_the_manifest_to_judge() -> None:
    assert [one.script for one in checks("pnpm --filter @shop/api build && pnpm test")] == ["build", "test"]


def test_simple_commands() -> None:
    assert list(simple("cd a && FOO=1 sudo pnpm 'b c' | tail; ls")) == [
        Simple(("cd", "a"), "a"), Simple(("pnpm", "b c"), "a"), Simple(("tail",), "a"), Simple(("ls",), "a"),
    ]  # fmt: skip


def test_folder_that_grows_without_end_is_left() -> None:
    folder: str | None = None
    for _ in range(3000):
        folder = [*simple("cd deep/er", folder)][-1].folder
    assert folder is not None
    assert len(folder) < 5000


PIECES = [
    *"\"'\\ab;|&()-=@ \n",
    "pnpm ",
    "--filter ",
    "tsc ",
    "cd ",
    "nx ",
    "turbo run ",
    "mypy ",
    "-p ",
    "type check ",
    "attempt 3 ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_line_is_read(line: str) -> None:
    checks(line)
    for read in (words.told, words.trouble, words.troubles, words.attempts, words.older, words.not_run):
        read(line)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    checks(text)
    words.attempts(text)
    words.troubles(text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Type check: PASSED", "pass"),
        ("TypeScript compilation passed", "pass"),
        ("- tsc clean", "pass"),
        ("type-check failed with 3 errors", "fail"),
        ("Fixed the type check failures", ""),
        ("The type check should pass", ""),
        ("Type check not run", ""),
        ("Type check not passed", "fail"),
        ("Ensure that check-types passes. Tests are green.", ""),
        ("Tests pass", ""),
    ],
)
def test_prose(line: str, said: str) -> None:
    assert words.told(line) == said


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("x\nattempt 1: tsc failed\nattempt 2: tsc failed\nattempt 3: tsc failed", 3),
        ("x\ntype check, attempt 3: passed", 2),
        ("x\nsecond attempt at the type check failed", 2),
        ("x\ntsc still failing\ntsc still failing", 3),
        ("x\nthe client retries; attempt 5 fails", 0),
        ("x\nThe type check passed. The client gives up after attempt 4 fails.", 0),
        ("attempt 9: tsc failed", 0),  # a heading
    ],
)
def test_attempts_in_words(text: str, count: int) -> None:
    assert words.attempts(text)[0] == count


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("x\n\nsrc/a.ts(1,2): error TS2769: No overload matches this call", [2]),
        ("x\nresolved error TS2769: No overload matches this call", []),
        ("x\nsrc/a.ts(1,2): error TS2322: Type 'a' is wrong", [1]),
        ("x\nTests not run due to TypeScript compilation issues", [1]),
        ("x\n- Objective: the type errors of the review", []),
        ("x\nFixed type errors", []),
        ("x\nPre-existing type errors in other packages", []),
    ],
)
def test_troubles(text: str, lines: list[int]) -> None:
    assert words.troubles(text) == lines
