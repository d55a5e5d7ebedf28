"""What type checkers, linters and builders print is read as the errors that they count."""

# ruff: noqa: E501 - what is printed on one line stands on one line

import pytest

from pytest_agentcompliance.parsing.work import Check, Work, read

TYPES: Check = "type check"


@pytest.mark.parametrize(
    ("command", "output", "work"),
    [
        ("tsc --noEmit", "src/a.ts(3,5): error TS2322: Type 'x'.\nsrc/b.ts(1,1): error TS2307: y\n", Work("tsc", TYPES, errors=2)),
        ("pnpm check-types", "src/a.ts:3:5 - error TS2322: x\n\n3 const\n\nFound 1 error in src/a.ts:3\n", Work("tsc", TYPES, errors=1)),
        ("tsc -b", "a.ts:3:5 - error TS2322: x\nb.ts:3:5 - error TS2322: x\n\nFound 2 errors.\n", Work("tsc", TYPES, errors=2)),
        ("tsc", "error TS18003: No inputs were found in config file 'tsconfig.json'.\n", Work("tsc", TYPES, errors=1)),
        ("tsc -w", "[10:00:00 AM] Found 0 errors. Watching for file changes.\n", Work("tsc", TYPES, errors=0)),
        ("vue-tsc", "a.vue(3,5): error TS2322: x\n", Work("vue-tsc", TYPES, errors=1)),
        ("mypy .", "Success: no issues found in 3 source files\n", Work("mypy", TYPES, errors=0)),
        ("make types", "a.py:1: error: x  [y]\nFound 1 error in 1 file (checked 3 source files)\n", Work("mypy", TYPES, errors=1)),
        ("mypy .", "Found 1 error in 1 file (errors prevented further checking)\n", Work("mypy", TYPES, errors=1)),
        ("pyright", "0 errors, 0 warnings, 0 informations \n", Work("pyright", TYPES, errors=0, warnings=0)),
        ("basedpyright", "3 errors, 1 warning, 0 notes\n", Work("basedpyright", TYPES, errors=3, warnings=1)),
        ("ty check", "Found 2 diagnostics\n", Work("ty", TYPES, errors=2)),
        ("ty check", "All checks passed!\n", Work("ty", TYPES, errors=0)),
        ("npm run check", "svelte-check found 2 errors and 1 warning in 1 file\n", Work("svelte-check", TYPES, errors=2, warnings=1)),
        ("eslint .", "/a.js\n  1:1  error  x  no-undef\n\n✖ 3 problems (2 errors, 1 warning)\n  1 error and 0 warnings potentially fixable with the `--fix` option.\n", Work("eslint", "lint", errors=2, warnings=1)),
        ("stylelint .", "✖ 1 problem (1 error, 0 warnings)\n", Work("stylelint", "lint", errors=1, warnings=0)),
        ("pnpm lint", "✔ No ESLint warnings or errors\n", Work("eslint", "lint", errors=0)),
        ("oxlint", "Found 2 warnings and 1 error.\nFinished in 5ms on 3 files with 90 rules.\n", Work("oxlint", "lint", errors=1, warnings=2)),
        ("biome check", "Checked 12 files in 5ms. No fixes applied.\nFound 3 errors.\nFound 1 warning.\n", Work("biome", "lint", errors=3, warnings=1)),
        ("npm run lint", "Checked 12 files in 5ms. No fixes applied.\n", Work("biome", "lint", errors=0, warnings=0)),
        ("prettier --check .", "[warn] a.ts\n[warn] Code style issues found in 2 files. Run Prettier with --write to fix.\n", Work("prettier", "lint", errors=2)),
        ("prettier --check .", "Checking formatting...\nAll matched files use Prettier code style!\n", Work("prettier", "lint", errors=0)),
        ("ruff check .", "All checks passed!\n", Work("ruff", "lint", errors=0)),
        ("ruff check x", "warning: No Python files found under the given path(s)\nAll checks passed!\n", Work("ruff", "lint")),
        ("make lint", "a.py:1:8: F401 [*] `os` imported but unused\nFound 1 error.\n[*] 1 fixable with the `--fix` option.\n", Work("ruff", "lint", errors=1)),
        ("ruff check --fix", "Found 3 errors (1 fixed, 2 remaining).\n", Work("ruff", "lint", errors=2)),
        ("ruff format --check", "Would reformat: a.py\n2 files would be reformatted, 3 files already formatted\n", Work("ruff", "lint", errors=2)),
        ("ruff format --check", "3 files already formatted\n", Work("ruff", "lint", errors=0)),
        ("mise run lint", "0 issues.\n", Work("golangci-lint", "lint", errors=0)),
        ("lint-imports", "Contracts: 5 kept, 1 broken.\n", Work("lint-imports", "lint", errors=1)),
        ("rubocop", "35 files inspected, no offenses detected\n", Work("rubocop", "lint", errors=0)),
        ("rubocop", "35 files inspected, 4 offenses detected, 2 offenses autocorrectable\n", Work("rubocop", "lint", errors=4)),
        ("prisma validate", "The schema at prisma/schema.prisma is valid 🚀\n", Work("prisma", "schema", errors=0)),
        ("npx prisma validate", "Error: Prisma schema validation - (validate wasm)\nError code: P1012\n\nValidation Error Count: 2\n", Work("prisma", "schema", errors=2)),
        ("alembic check", "No new upgrade operations detected.\n", Work("alembic", "schema", errors=0)),
        ("alembic check", "FAILED: New upgrade operations detected: [('add_column', None)]\n", Work("alembic", "schema", errors=1)),
        ("vite build", "✓ 34 modules transformed.\n✓ built in 1.24s\n", Work("vite", "build", errors=0)),
        ("pnpm build", "✗ Build failed in 12ms\n", Work("vite", "build", errors=1)),
        ("next build", "   ▲ Next.js 15\n ✓ Compiled successfully in 3.0s\n", Work("next", "build", errors=0)),
        ("next build", "Failed to compile.\n", Work("next", "build", errors=1)),
        ("nest build", "Found 2 error(s).\n", Work("nest", "build", errors=2)),
        ("nest build", "webpack 5.97.1 compiled successfully in 900 ms\n", Work("nest", "build", errors=0, warnings=0)),
        ("webpack", "webpack 5.89.0 compiled with 2 errors and 1 warning in 12 ms\n", Work("webpack", "build", errors=2, warnings=1)),
        ("tsup", "ESM ⚡️ Build success in 12ms\n", Work("tsup", "build", errors=0)),
        ("turbo run build", " Tasks:    5 successful, 5 total\nCached:    5 cached, 5 total\n  Time:    90ms >>> FULL TURBO\n", Work("turbo", "build", errors=0)),
        ("turbo run lint", " Tasks:    3 successful, 5 total\nCached:    0 cached, 5 total\n  Time:    9s\nFailed:    web#lint, api#lint\n", Work("turbo", "lint", errors=2)),
        ("nx run-many -t lint", " NX   Successfully ran target lint for 3 projects\n", Work("nx", "lint", errors=0)),
        ("make", "make: *** [Makefile:192: build] Error 2\n", Work("make", "build", errors=1)),
        ("cmake -B build", "CMake Error at CMakeLists.txt:3 (find_package):\n-- Configuring incomplete, errors occurred!\n", Work("cmake", "build", errors=1)),
        ("./gradlew build", "BUILD FAILED in 3s\n", Work("gradle", "build", errors=1)),
        ("docker build .", "ERROR: failed to solve: process \"/bin/sh -c npm ci\"\n", Work("docker", "build", errors=1)),
        ("bun run lint | tail", 'error: script "lint" exited with code 1\n', Work("script", "lint", errors=1)),
        ("pnpm build | tail", " ELIFECYCLE  Command failed with exit code 1.\n", Work("script", "build", errors=1)),
        ("npm run lint", "npm error Lifecycle script `lint` failed with error:\n", Work("script", "lint", errors=1)),
        ("mise run lint", "[lint] ERROR task failed\n", Work("script", "lint", errors=1)),
        ("npm run lint | tail", "sh: 1: eslint: not found\n", Work("eslint", "lint", errors=1)),
    ],
)  # fmt: skip
def test_checkers(command: str, output: str, work: Work) -> None:
    assert read(command, output) == (work,)


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("tsc --noEmit", ""), ("eslint .", "\n"), ("bun run lint", "$ eslint src/\n"), ("./serve", "Found 3 errors.\n"),
        ("python3 test_visitors.py", "All checks passed!\n"),
        ("gh run list", "0 issues.\n"), ("which docker", "docker: command not found\n"), ("pnpm lint && pnpm build", " ELIFECYCLE  x\n"),
        ("./notes", "we had 3 problems and 2 errors\nTests: all of them\nbuilt in 2020\n"),
    ],
)  # fmt: skip
def test_nothing_is_read(command: str, output: str) -> None:
    assert read(command, output) == ()


def test_a_script_that_failed_is_not_told_twice() -> None:
    output = "src/a.ts(3,5): error TS2322: x\n ELIFECYCLE  Command failed with exit code 2.\n"
    assert read("pnpm check-types", output) == (Work("tsc", TYPES, errors=1),)
