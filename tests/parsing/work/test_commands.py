"""Which checks a command line runs, what narrows them, and whether its exit code tells of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.shell.commands import commands
from pytest_agentcompliance.parsing.shell.words import LONGEST
from pytest_agentcompliance.parsing.work.commands import covers, only_checks, runs, same, shows_only


def named(line: str) -> list[tuple[str, str]]:
    """Each check of a line with its tool or its script."""
    return [(ran.check, ran.tool or f"[{ran.script}]") for ran in runs(line)]


@pytest.mark.parametrize(
    ("line", "checks"),
    [
        ("pytest", [("tests", "pytest")]),
        ("CI=1 FORCE_COLOR=0 pytest -q", [("tests", "pytest")]),
        ("python3.12 -W error -m pytest tests", [("tests", "pytest")]),
        (".venv/bin/python -m pytest", [("tests", "pytest")]),
        ("./.venv/bin/pytest", [("tests", "pytest")]),
        ("uv run --with x pytest -n 4", [("tests", "pytest")]),
        ("poetry run python -m pytest", [("tests", "pytest")]),
        ("coverage run --source app -m pytest", [("tests", "pytest")]),
        ("sudo -u app env A=1 nice -n 5 timeout -k 5s 2m pytest", [("tests", "pytest")]),
        ("docker compose exec -T api pytest -q", [("tests", "pytest")]),
        ('docker run --rm -v "$PWD:/app" -w /app node:20 sh -c "npm ci && npx vitest run"', [("tests", "vitest")]),
        ("python -m unittest discover -s tests", [("tests", "unittest")]),
        ("python manage.py test app", [("tests", "unittest")]),
        ("npx -y vitest@3 run", [("tests", "vitest")]),
        ("pnpm exec vitest run", [("tests", "vitest")]),
        ("./node_modules/.bin/jest", [("tests", "jest")]),
        ("node --experimental-vm-modules node_modules/jest/bin/jest.js", [("tests", "jest")]),
        ("npx @playwright/test@1.4 test", [("tests", "playwright")]),
        ("node --test test/", [("tests", "node")]),
        ("bun test", [("tests", "bun")]),
        ("bun run test", [("tests", "[test]")]),
        ("pnpm test", [("tests", "[test]")]),
        ("npm t", [("tests", "[test]")]),
        ("npm run test:coverage -- --silent", [("tests", "[test:coverage]")]),
        ("yarn workspace @shop/api lint", [("lint", "[lint]")]),
        ("npx turbo@2 run build test lint --filter=web", [("build", "[build]"), ("tests", "[test]"), ("lint", "[lint]")]),
        ("nx run-many -t lint,test -p a,b", [("lint", "[lint]"), ("tests", "[test]")]),
        ("nx run api:type-check", [("type check", "[type-check]")]),
        ("make -j 4 test", [("tests", "[test]")]),
        ("mise run test && mise run lint", [("tests", "[test]"), ("lint", "[lint]")]),
        ("make", [("build", "make")]),
        ("tox -e py312,lint", [("tests", "[py312]"), ("lint", "[lint]")]),
        ("go test ./... && go vet ./...", [("tests", "go"), ("lint", "go")]),
        ("cargo test && cargo clippy -- -D warnings", [("tests", "cargo"), ("lint", "cargo")]),
        ("cargo check && cargo build", [("type check", "cargo"), ("build", "cargo")]),
        ("tsc && vite build", [("type check", "tsc"), ("build", "vite")]),
        ("pnpm tsc --noEmit", [("type check", "tsc")]),
        ("mypy --strict src", [("type check", "mypy")]),
        ("ruff check . && ruff format --check .", [("lint", "ruff"), ("lint", "ruff")]),
        ("npx prettier --check .", [("lint", "prettier")]),
        ("pnpm format:check", [("lint", "[format:check]")]),
        ("npx prisma validate", [("schema", "prisma")]),
        ("alembic check", [("schema", "alembic")]),
        ("bash -lc 'cd api && pnpm lint'", [("lint", "[lint]")]),
        ("bash <<'END'\npytest\nEND", [("tests", "pytest")]),
        ('out=$(pnpm test 2>&1); echo "$out"', [("tests", "[test]")]),
        ("for d in a b; do (cd $d && pytest); done", [("tests", "pytest")]),
        ("powershell -Command \"Set-Location 'c:\\x'; npx vitest run\"", [("tests", "vitest")]),
        ("bash scripts/run_tests.sh", [("tests", "[run_tests.sh]")]),
        ("./lint.sh --all", [("lint", "[lint.sh]")]),
        ("python tests/runtests.py queries", [("tests", "[tests/runtests.py]")]),
        ("$ pnpm test", [("tests", "[test]")]),
        ("pnpm lint  # before the tests", [("lint", "[lint]")]),
    ],
)
def test_runs(line: str, checks: list[tuple[str, str]]) -> None:
    assert named(line) == checks


@pytest.mark.parametrize(
    "line",
    [
        "cat tests/test_app.py", "ls tests", "grep -rn pytest .", "echo pytest", "git commit -m 'test: run pytest and eslint'",
        "pip install pytest", "npm install vitest", "pnpm add -D jest eslint", "pytest --version", "pytest --collect-only -q",
        "pytest --help | head", "vitest list", "jest --showConfig", "eslint --print-config a.js", "tsc --version", "tsc --init",
        "ruff format .", "prettier --write .", "alembic upgrade head", "pnpm dev", "./deploy.sh", "pnpm test:db:up", "pnpm db:seed",
        "make -n build",
        "cat > run.sh <<'END'\npytest\npnpm test\nEND", "python -c 'import pytest; pytest.main()'", "turbo run test --dry-run",
        "", "(((",
    ],
)  # fmt: skip
def test_no_checks(line: str) -> None:
    assert named(line) == []


@pytest.mark.parametrize(
    ("line", "selects"),
    [
        ("pytest -q -p no:cacheprovider -n 4 --tb=short", ()),
        ("pytest tests/test_a.py::test_b -k 'slow and not x' -m unit --lf", ("tests/test_a.py::test_b", "-k slow and not x",
         "-m unit", "--lf")),
        ("python -m unittest tests.test_a -k b", ("tests.test_a", "-k b")),
        ("python -m unittest discover -s tests -v", ()),
        ("npx vitest run src/a.test.ts -t adds --reporter dot", ("src/a.test.ts", "-t adds")),
        ("npm test -- --testPathPattern='A|B' --verbose", ("--testPathPattern A|B",)),
        ("pnpm test NavUser.test.tsx", ("NavUser.test.tsx",)),
        ("pnpm --filter api test -- --run", ()),
        ("playwright test --grep @smoke e2e/a.spec.ts", ("--grep @smoke", "e2e/a.spec.ts")),
        ("go test ./... -run TestX -count=1", ("-run TestX",)),
        ("go test ./api/...", ("./api/...",)),
        ("cargo test --lib parse -- --nocapture", ("--lib", "parse")),
        ("eslint . --max-warnings 0", ()),
        ("ruff check src", ("src",)),
        ("npx tsc --noEmit -p tsconfig.build.json", ("-p tsconfig.build.json",)),
    ],
)  # fmt: skip
def test_selects(line: str, selects: tuple[str, ...]) -> None:
    assert [ran.selects for ran in runs(line)] == [selects]


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("pytest", False),
        ("pytest && echo green", False),
        ("pytest 2>&1 | tail -20", True),
        ("pytest |& tee log", True),
        ("set -o pipefail; pytest | tee log", False),
        ("set -euo pipefail\npytest | tee log\necho done", False),
        ("bash -ec 'pytest; echo done'", False),
        ("bash -o pipefail -c 'pytest | tee log'", False),
        ("bash -c 'pytest | tee log'", True),
        ("pytest || true", True),
        ("pytest || echo failed", True),
        ("pytest || exit 1", False),
        ("pytest || exit 1; echo done", False),
        ("pytest || { echo failed; exit 1; }", False),
        ("pytest || false", False),
        ("pytest; echo $?", True),
        ("pytest; code=$?; cat log; exit $code", False),
        ("pytest > log 2>&1; exit ${PIPESTATUS[0]}", False),
        ("pytest\necho done", True),
        ("pytest &", True),
        ("! pytest", True),
        ("if pytest; then echo green; fi", True),
        ("cd api && pytest", False),
        ("(cd api && pytest)", False),
        ("(cd api && pytest) | tail", True),
        ("yes | pytest", False),
        ("out=$(pytest)", False),
        ("out=$(pytest); echo $out", True),
        ("echo $(pytest)", True),
        ("sh -c 'pytest; echo done'", True),
        ("sh -c pytest || true", True),
    ],
)
def test_masked(line: str, masked: bool) -> None:
    assert [ran.masked for ran in runs(line)] == [masked]


@pytest.mark.parametrize(
    ("line", "empty"),
    [
        ("vitest run --passWithNoTests", True), ("jest --passWithNoTests=false", False), ("pnpm -r --if-present test", True),
        ("npm run lint --if-present", True), ("playwright test --pass-with-no-tests", True), ("pnpm test", False),
    ],
)  # fmt: skip
def test_passes_empty(line: str, empty: bool) -> None:
    assert [ran.passes_empty for ran in runs(line)] == [empty]


@pytest.mark.parametrize(
    ("line", "folder", "packages", "everything"),
    [
        ("pnpm test", None, (), False),
        ("cd api && pnpm test", "api", (), False),
        ("cd api; cd ..; pnpm test", ".", (), False),
        ("(cd api && ls); pnpm test", None, (), False),
        ("pnpm -C api test", "api", (), False),
        ("make -C build", "build", (), False),
        ("pnpm --filter @shop/api --filter web test", None, ("@shop/api", "web"), False),
        ("pnpm check-types --filter web", None, ("web",), False),
        ("npm run test -w @shop/api", None, ("@shop/api",), False),
        ("pnpm -r test", None, (), True),
        ("yarn workspaces foreach -A run test", None, (), True),
        ("turbo run test", None, (), True),
        ("turbo run @shop/api#test", None, ("@shop/api",), False),
        ("nx test api", None, ("api",), False),
    ],
)
def test_where_it_runs(line: str, folder: str | None, packages: tuple[str, ...], everything: bool) -> None:
    [ran] = runs(line)
    assert (ran.folder, ran.packages, ran.everything) == (folder, packages, everything)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pnpm test", "pnpm run test"),
        ("pnpm test", "npm test"),
        ("CI=1 pnpm test 2>&1 | tail -20", "pnpm test"),
        ("pytest 'tests/a.py' -q", "python -m pytest ./tests/a.py"),
        ("uv run mypy src/", "mypy src"),
        ("npx tsc", "pnpm exec tsc --noEmit"),
        ("cd api && pnpm test", "cd ./api/ && pnpm run test"),
        ("cd /repo/api && pnpm test", "cd api && pnpm test"),
        ("cd /repo && pnpm test", "pnpm test"),
        ("bash ./build.sh", "./build.sh"),
        ("timeout 60 ./build.sh --fast > log", "./build.sh --fast"),
        ("pytest -k 'a b'", 'pytest -k "a b"'),
        ("pytest --lf tests", "pytest tests --lf"),
    ],
)
def test_same(one: str, other: str) -> None:
    assert same(one, other)
    assert same(other, one, root="/repo")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pytest", "pytest -k slow"), ("pytest tests/a.py", "pytest tests/b.py"), ("pnpm test", "pnpm lint"),
        ("pnpm test", "pnpm test:unit"), ("cd api && pnpm test", "pnpm test"), ("cd api && pnpm test", "cd /repo/web && pnpm test"),
        ("pnpm --filter api test", "pnpm --filter web test"), ("eslint src", "eslint src --fix"),
        ("./build.sh", "./build.sh --fast"), ("pytest && ruff check .", "pytest"), ("", ""), ("pytest", ""),
    ],
)  # fmt: skip
def test_not_same(one: str, other: str) -> None:
    assert not same(one, other)
    assert not same(other, one)


def test_root() -> None:
    assert not same("cd /repo/api && pnpm test", "pnpm test", root="/repo")
    assert same("cd /repo/api && pnpm test", "cd api && pnpm test", root="/repo/")


def test_covers() -> None:
    assert covers("pnpm install && pnpm lint && pnpm test | tail", "pnpm test")
    assert not covers("pnpm lint", "pnpm lint && pnpm test")
    assert not covers("pnpm test", "")


def test_shows_only() -> None:
    assert shows_only("cat log | grep passed; git status && cd x")
    assert not shows_only("cat log; make")
    assert not shows_only("")


def test_only_checks() -> None:
    assert only_checks("cd x && npx vitest run 2>&1 | tail -5; echo done")
    assert not only_checks("npx vitest run && ./deploy")
    assert not only_checks("pnpm test"), "which runs nobody knows what"
    assert not only_checks("ls")


TEXT = st.text(alphabet="ab -'\"\\$`(){}|&;<>\n#=!./@:EOF", max_size=200) | st.text(max_size=200)


@given(TEXT, TEXT)
def test_any_text_is_read(line: str, other: str) -> None:
    assert runs(line) == runs(line)
    assert same(line, other) == same(other, line)
    assert not covers(line, other) or bool(other.strip())
    shows_only(line)
    only_checks(line)


@pytest.mark.parametrize(
    "line",
    ["(" * 50_000, "$(" * 50_000, '"$(' * 50_000, "`" * 50_000, "<<a\n" * 20_000, "a=" * 50_000, "sh -c " * 9_000, "npx " * 20_000,
     "eval " * 9_000, "pnpm exec " * 9_000, "{ " * 30_000, "a|" * 50_000, "a&&" * 50_000, "docker run x " * 9_000,
     "pnpm run " * 9_000],
)  # fmt: skip
def test_what_is_endless_is_bounded(line: str) -> None:
    assert len(list(commands(line))) <= LONGEST
    assert isinstance(runs(line), tuple)
