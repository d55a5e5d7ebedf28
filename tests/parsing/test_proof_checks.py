"""What one run of a command says of the checks in it, what mends a failure, and what a text tells of one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import work
from pytest_agentcompliance.parsing.proofs import mentioned, rounds
from pytest_agentcompliance.parsing.proofs.checks import Done, done
from pytest_agentcompliance.parsing.proofs.rounds import Event, Named, Round
from pytest_agentcompliance.parsing.work import Check, Work

PASSED = (Work("pytest", "tests", passed=3, failed=0),)
FAILED = (Work("pytest", "tests", passed=2, failed=1),)
TEXTS = st.text(alphabet=st.sampled_from("ab \n'\"`$();&|-=:./*{}0fail errors test lint pytest"), max_size=200)


def states(line: str, works: tuple[Work, ...] = PASSED, *, well: bool = True) -> list[tuple[str, str]]:
    return [(one.check, one.state) for one in done(line, "", works, well=well, how="it ended with exit code 1")]


def one(line: str, works: tuple[Work, ...] = PASSED, *, well: bool = True, folder: str = "") -> Done:
    (found,) = done(line, folder, works, well=well, how="it ended with exit code 1")
    return found


@pytest.mark.parametrize(
    ("line", "works", "well", "said"),
    [
        ("pytest -q", PASSED, True, [("tests", "passed")]),
        ("pytest -q", FAILED, False, [("tests", "failed")]),
        ("pytest -q", FAILED, True, [("tests", "failed")]),
        ("pytest -q", (), True, [("tests", "nothing")]),
        ("sh -c 'pytest || true'", PASSED, True, [("tests", "nothing")]),
        ("sh -c 'pytest | tee out'", PASSED, True, [("tests", "nothing")]),
        ("bash -eo pipefail -c 'pytest | tee out'", PASSED, True, [("tests", "passed")]),
        ("sh -c 'set -o pipefail; pytest | tee out'", PASSED, True, [("tests", "passed")]),
        ("ruff check src", (), True, [("lint", "passed")]),
        ("ruff check src", (), False, [("lint", "failed")]),
        ("make verify", PASSED, True, [("tests", "passed")]),
        ("make verify", (), True, []),
        ("sh -c 'ruff check && pytest'", (Work("ruff", "lint", errors=2),), False, [("lint", "failed")]),
        ("echo '3 passed'", PASSED, True, []),
        ("sh -c \"echo '=== 3 passed in 0.1s ==='\"", PASSED, True, []),
        ("python -c 'print(3)'", PASSED, True, []),
        ("python -W error -c 'import pytest; pytest.main()'", PASSED, True, [("tests", "passed")]),
        ("python -m pytest -c other.ini", PASSED, True, [("tests", "passed")]),
        ("bash -lc 'X=1 sh -c \"printf 3\"'", PASSED, True, []),
        ("python -c 'print(\"test_a 3 passed in 0.1s\")'", PASSED, True, []),
        ("python -c 'import pytest; print(\"3 passed\")'", PASSED, True, []),
        ("python -c 'import subprocess; subprocess.run([\"pytest\"], check=True)'", PASSED, True, [("tests", "passed")]),
        ("node -e 'console.log(require(\"fs\").readFileSync(\"test.log\"))'", PASSED, True, []),
        ("node -e 'require(\"./tests/all.js\")'", PASSED, True, [("tests", "passed")]),
        ("zcat pytest.log.gz", PASSED, True, []),
        ("ruff check --exit-zero .", (), True, [("lint", "nothing")]),
        ("npx eslint --no-eslintrc .", (), True, [("lint", "nothing")]),
        ("npx eslint --no-eslintrc -c lint.json .", (), True, [("lint", "passed")]),
        ("npx eslint --max-warnings 1000 .", (), True, [("lint", "passed")]),
        ("uv run --isolated ruff check", (), True, [("lint", "passed")]),
        ("pylint --disable=all src", (), True, [("lint", "nothing")]),
        ("pylint --disable=all --enable=E src", (), True, [("lint", "passed")]),
        ("cargo clippy -- -D warnings", (), True, [("lint", "passed")]),
        ("cargo clippy -- -A warnings", (), True, [("lint", "nothing")]),
        ("mypy --ignore-errors src", (), True, [("type check", "nothing")]),
        ("npx tsc --noEmit --skipLibCheck", (), True, [("type check", "passed")]),
        ("bash -c 'pytest() { echo 3 passed; }; pytest -q; exit $?'", PASSED, True, [("tests", "nothing")] * 2),
    ],
)  # fmt: skip
def test_what_a_run_says_of_each_check(line: str, works: tuple[Work, ...], well: bool, said: list[tuple[str, str]]) -> None:
    assert states(line, works, well=well) == said


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("pytest", ""), ("pytest tests", ""), ("pytest tests/unit", ""), ("pytest -m 'not slow'", ""), ("pytest --ignore=x", ""),
        ("pytest tests/test_a.py", "tests/test_a.py"), ("pytest tests/test_a.py::test_b", "tests/test_a.py::test_b"),
        ("pytest -o python_functions=test_a", "python_functions=test_a"), ("pytest -o addopts=", ""), ("pytest -k cart", "-k cart"),
        ("pytest --deselect tests/test_a.py::test_b", "--deselect tests/test_a.py::test_b"), ("pytest --ignore=tests/e2e", ""),
        ("pytest --ignore=tests/test_a.py", "--ignore tests/test_a.py"), ("pytest -k 'not test_cart'", "-k not test_cart"),
        ("pytest -k 'not integration'", ""), ("env 'PYTEST_ADDOPTS=-k cart' pytest", "-k cart"),
        ("sh -c 'PYTEST_ADDOPTS=\"--lf -q\" pytest'", "--lf"), ("sh -c 'export PYTEST_ADDOPTS=-q; pytest'", ""),
        ("npx vitest run --exclude src/a.test.ts", "--exclude src/a.test.ts"), ("npx vitest run --exclude '**/*.e2e.ts'", ""),
        ("ruff check --ignore E501 .", "--ignore E501"), ("ruff check --select ALL .", ""),
        ("npx eslint --rule 'no-var: off' .", "--rule no-var: off"), ("tsc --strict false", "--strict false"),
        ("pre-commit run lint", "the staged files alone (--all-files is not there)"), ("pre-commit run --all-files", ""),
        ("python tests/test_cart.py", "tests/test_cart.py"), ("tests/test_cart.py", "tests/test_cart.py"), ("bin/check", ""),
        ("pytest --lf", "--lf"), ("npx vitest run", ""), ("npx vitest run src", ""),
        ("npx vitest run cart", "cart"), ("npx mocha 'test/**/*.spec.js'", ""), ("npx jest -t adds", "-t adds"),
        ("npx eslint .", ""), ("npx eslint src/a.ts", "src/a.ts"), ("ruff check src tests", ""), ("tsc -p tsconfig.build.json", ""),
    ],
)  # fmt: skip
def test_what_a_run_was_narrowed_to(line: str, part: str) -> None:
    lints = any(word in line for word in ("eslint", "ruff", "pre-commit"))
    check: Check = "lint" if lints else "type check" if "tsc" in line else "tests"
    assert [found.part for found in done(line, "", (Work("x", check, passed=1),), well=True)] == [part]


def test_less_than_half_of_what_was_found_is_a_part() -> None:
    few = Work("pytest", "tests", passed=2, collected=100, selected=2)
    assert one("make test", (few,)).part == "2 of 100 tests"
    assert one("make test", (Work("pytest", "tests", passed=90, collected=100, selected=90),)).part == ""


def test_only_what_looks_at_as_much_mends_a_failure() -> None:
    red = one("pytest", FAILED, well=False)
    assert one("pytest").mends(red)
    assert one("python -m pytest -x").mends(red)
    assert not one("pytest -k cart").mends(red)
    assert not one("pytest --deselect tests/test_a.py::test_b").mends(red)
    assert not one("pytest", folder="api").mends(red)
    assert not one("npx vitest run", (Work("vitest", "tests", passed=1),)).mends(red)
    fewer = Work("pytest", "tests", passed=2, failed=0, collected=3, selected=2)
    assert not one("pytest", (fewer,)).mends(red)
    assert one("pytest", (fewer,)).mends(one("pytest", (replace(fewer, failed=1),), well=False))
    part = one("pytest -k cart", FAILED, well=False)
    assert one("pytest -k cart").mends(part)
    assert one("pytest").mends(part)
    below = one("pytest", FAILED, well=False, folder="api")
    assert one("pytest").mends(below)
    assert one("pytest", folder="api").mends(below)
    assert not one("pytest", folder="web").mends(below)


@given(TEXTS, TEXTS)
def test_no_text_makes_it_fail(line: str, text: str) -> None:
    list(done(line, "", work.read(line, text), well=True))
    mentioned.tells([text], "tests", ["pytest"])
    rounds.steps_of(line, [Named("tests", "tests", ("*pytest*",))], {"test": line, "a": text})


@pytest.mark.parametrize(
    "text",
    [
        "- `pytest` - FAILED (2 of 20)", "tests failed first, fixed the import", "Two tests were red; they pass now.",
        "- Commands run:\n  - `pytest`\n    1 failed, 19 passed", "pytest ❌", "The suite does not run without a database.",
        "Tests time out on CI", "BLOCKED: tests need a service", "Notes: flaky test_cart, re-ran it",
    ],
)  # fmt: skip
def test_a_failure_is_told(text: str) -> None:
    assert mentioned.tells(["# Log\n\n" + text], "tests", ["tests", "pytest"])


@pytest.mark.parametrize(
    "text",
    [
        "- `pytest` - PASSED", "20 passed, 0 failed", "tests: no failures", "All tests pass without errors.",
        "failed: 0, passed: 20",
        "Added error handling to the cart; tests pass.", "", "pytest: exit code 0", "lint\n\n\n\n\n\nfailed to find a better name",
    ],
)  # fmt: skip
def test_a_failure_is_not_told(text: str) -> None:
    assert not mentioned.tells([text], "tests", ["tests", "pytest"])


NODE = [Named("type check", "type check"), Named("lint", "lint"), Named("build", "build"),
        Named("tests", "tests", (), frozenset({"cargo"})), Named("generate", None, ("*prisma generate*",))]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "scripts", "steps"),
    [
        ("npx tsc --noEmit && npm run lint && npm run build && npm test", {}, [0, 1, 2, 3]),
        ("npm run verify", {"verify": "npm run types && npm run lint", "types": "tsc --noEmit", "lint": "eslint ."}, [0, 1]),
        ("npm run build", {"build": "tsc -b && vite build"}, [2]),
        ("node esbuild.mjs", {"build": "node esbuild.mjs"}, [2]),
        ("pnpm exec prisma generate", {}, [4]),
        ("npm run loop", {"loop": "npm run loop && npm run pool", "pool": "npm run loop"}, []),
        ("powershell -NoProfile -Command 'npm run lint; npm test'", {}, [1, 3]),
        ("sh -c 'npm test && npm run lint'", {}, [3, 1]),
        ("cargo test", {}, []),
        ("ls && git status", {}, []),
    ],
)  # fmt: skip
def test_the_steps_of_a_line(line: str, scripts: dict[str, str], steps: list[int]) -> None:
    assert rounds.steps_of(line, NODE, scripts) == steps


def test_scripts_that_call_one_another_end_soon() -> None:
    scripts = {f"s{k}": " && ".join(f"npm run s{j}" for j in range(60)) for k in range(60)}
    assert rounds.steps_of("npm run s0", NODE, scripts) == []


def events(*ran: tuple[int, str]) -> list[Event]:
    return [Event(step, tree, number) for number, (step, tree) in enumerate(ran)]


@pytest.mark.parametrize(
    ("ran", "made"),
    [
        ([(0, "a"), (1, "a"), (2, "a")], Round()),
        ([(2, "a"), (0, "a"), (1, "a"), (2, "a"), (0, "a")], Round()),
        ([(0, "a"), (1, "a")], Round(missing=(2,))),
        ([(0, "a"), (1, "b"), (2, "b")], Round(elsewhere=(0,))),
        ([(0, "a"), (2, "a"), (1, "a")], Round(swapped=(1, 2))),
        ([], Round(missing=(0, 1, 2))),
    ],
)  # fmt: skip
def test_the_last_round_is_held_to_the_order(ran: list[tuple[int, str]], made: Round) -> None:
    assert rounds.judge(events(*ran), [0, 1, 2]) == made


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from("ab")), max_size=8))
def test_a_whole_round_at_the_end_always_will_do(before: list[tuple[int, str]]) -> None:
    assert rounds.judge(events(*before, (0, "end"), (1, "end"), (2, "end")), [0, 1, 2]) == Round()
