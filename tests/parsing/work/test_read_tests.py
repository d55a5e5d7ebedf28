"""What runners of tests print, by tool and version, is read as the counts that they give."""

# ruff: noqa: E501 - what is printed on one line stands on one line

import pytest

from pytest_agentcompliance.parsing.work import Work, read


def counted(tool: str, *counts: int | None, closed: bool = True, errors: int | None = None) -> Work:
    """passed, failed, skipped, collected, selected."""
    passed, failed, skipped, collected, selected = [*counts, None, None, None, None, None][:5]
    return Work(tool, "tests", passed, failed, skipped, collected, selected, errors=errors, closed=closed)


HEADER = "============================= test session starts ==============================\nplatform linux -- Python 3.12.1, pytest-8.3.4\n"


@pytest.mark.parametrize(
    ("output", "work"),
    [
        (HEADER + "collected 3 items\n\ntest_a.py ...      [100%]\n\n============== 3 passed in 0.12s ===============\n", (3, 0, 0, 3, 3)),
        ("..F.                       [100%]\n1 failed, 3 passed, 1 warning in 0.31s\n", (3, 1, 0, 4, 4)),
        (HEADER + "collected 5 items / 5 deselected / 0 selected\n\n=== 5 deselected in 0.01s ===\n", (0, 0, 0, 5, 0)),
        (HEADER + "collected 9 items / 2 deselected / 7 selected\n=== 7 passed, 2 deselected in 1.01s ===\n", (7, 0, 0, 9, 7)),
        ("5 deselected in 0.01s\n", (0, 0, 0, 5, 0)),
        (HEADER + "collected 0 items\n\n============================ no tests ran in 0.01s =============================\n", (0, 0, 0, 0, 0)),
        ("ERROR: file or directory not found: tests/x\n\nno tests ran in 0.00s\n", (0, 0, 0, 0, 0)),
        (HEADER + "collected 0 items / 1 error\n!!!! Interrupted: 1 error during collection !!!!\n==== 1 error in 0.12s ====\n", (0, 1, 0, 0, 0)),
        ("= 2 failed, 10 passed, 3 skipped, 1 xfailed, 1 xpassed, 2 errors, 4 warnings in 75.20s (0:01:15) =\n", (11, 4, 4, 17, 17)),
        ("==== 2 passed, 1 skipped in 3.21 seconds ====\n", (2, 0, 1, 3, 3)),
        (HEADER + "4 workers [120 items]\n......\n== 119 passed, 1 skipped in 4.02s ==\n", (119, 0, 1, 120, 120)),
        (HEADER + "collecting ... \rcollecting 7 items\rcollected 12 items     \n=== 12 passed in 0.5s ===", (12, 0, 0, 12, 12)),
        ("\x1b[32m\x1b[32m\x1b[1m2 passed\x1b[0m\x1b[32m in 0.01s\x1b[0m\x1b[0m\n", (2, 0, 0, 2, 2)),
        ("1 failed, 4 passed, 3 subtests passed in 0.10s\n", (4, 1, 0, 5, 5)),
        ("3/8 tests collected (5 deselected) in 0.02s\n", (0, 0, 0, 8, 3)),
        ("no tests collected (8 deselected) in 0.02s\n", (0, 0, 0, 8, 0)),
        ("\nResults (0.31s):\n       4 passed\n       1 failed\n         - test_a.py:3 test_b\n", (4, 1, 0, 5, 5)),
    ],
)  # fmt: skip
def test_pytest(output: str, work: tuple[int, ...]) -> None:
    assert read("pytest", output) == (counted("pytest", *work),)
    assert read("make check", output) == (counted("pytest", *work),)


def test_pytest_without_an_end() -> None:
    assert read("pytest", HEADER + "collected 9 items\n\ntest_a.py ..") == (
        counted("pytest", None, None, None, 9, 9, closed=False),
    )
    cut = HEADER + "collected 9 items\ntest_a.py ..F\n=== short test summary info ===\nFAILED test_a.py::test_b - assert"
    assert read("pytest", cut) == (counted("pytest", None, 1, None, 9, 9, closed=False),)
    two = HEADER + "collected 2 items\n" + HEADER + "collected 1 item\n\n=== 1 passed in 0.1s ==="
    assert [work.closed for work in read("pytest a; pytest b", two)] == [False, True]


@pytest.mark.parametrize(
    "output",
    [
        "ImportError while loading conftest '/x/tests/conftest.py'.\ntests/conftest.py:3: in <module>\nE   ModuleNotFoundError: No module named 'x'\n",
        "ERROR: usage: pytest [options] [file_or_dir]\npytest: error: unrecognized arguments: --x\n",
        "ERROR: /x/pyproject.toml: config option 'testpaths' expects a list for type 'args', got str: 'tests'\n",
        "/usr/bin/python: No module named pytest\n",
        "/bin/bash: line 1: pytest: command not found\n",
        "zsh: command not found: pytest\n",
    ],
)
def test_pytest_that_did_not_start(output: str) -> None:
    [work] = read("python -m pytest 2>&1 | tail" if "module" in output else "pytest | tail", output)
    assert (work.tool, work.passed, work.errors, work.failing) == ("pytest", 0, 1, True)


def test_coverage_below_its_bar() -> None:
    output = "FAIL Required test coverage of 90% not reached. Total coverage: 50.00%\n==== 3 passed in 0.1s ====\n"
    assert read("pytest", output) == (counted("pytest", 3, 0, 0, 3, 3, errors=1),)
    output = 'Jest: "global" coverage threshold for lines (80%) not met: 71%\nTest Suites: 1 passed, 1 total\nTests:       4 passed, 4 total\n'
    assert read("npm test", output) == (counted("jest", 4, 0, 0, 4, errors=1),)
    output = " Test Files  1 passed (1)\n      Tests  2 passed (2)\n\nERROR: Coverage for lines (50%) does not meet global threshold (80%)\n"
    assert read("npm test", output) == (counted("vitest", 2, 0, 0, 2, errors=1),)


@pytest.mark.parametrize(
    ("output", "work"),
    [
        ("....\n------\nRan 4 tests in 0.001s\n\nOK\n", (4, 0, 0, 4, 4)),
        ("Ran 5 tests in 0.1s\n\nOK (skipped=2, expected failures=1)\n", (2, 0, 3, 5, 5)),
        ("Ran 9 tests in 0.1s\n\nFAILED (failures=1, errors=2, skipped=1, unexpected successes=1)\n", (4, 4, 1, 9, 9)),
        ("\nRan 0 tests in 0.000s\n\nNO TESTS RAN\n", (0, 0, 0, 0, 0)),
        ("Ran 0 tests in 0.000s\n\nOK\n", (0, 0, 0, 0, 0)),
        ("Ran 0 tests in 0.000s\n\nFAILED (errors=1)\n", (0, 1, 0, 0, 0)),
        (
            "Found 12 test(s).\nSystem check identified no issues (0 silenced).\n...\nRan 12 tests in 1.2s\n\nOK\n",
            (12, 0, 0, 12, 12),
        ),
    ],
)
def test_unittest(output: str, work: tuple[int, ...]) -> None:
    assert read("python -m unittest", output) == (counted("unittest", *work),)


def test_unittest_without_an_end() -> None:
    assert read("make test", "Ran 4 tests in 0.001s\n") == (counted("unittest", None, None, None, 4, 4, closed=False),)
    assert read("make test | tail -1", "FAILED (failures=2, errors=1)\n") == (counted("unittest", None, 3),)


@pytest.mark.parametrize(
    ("output", "work"),
    [
        ("PASS src/a.test.ts\nTest Suites: 1 passed, 1 total\nTests:       2 passed, 2 total\nSnapshots:   0 total\nTime:        0.5 s\n", (2, 0, 0, 2)),
        ("Test Suites: 1 failed, 2 passed, 3 total\nTests:       1 failed, 1 skipped, 2 todo, 5 passed, 9 total\n", (5, 1, 3, 9)),
        ("Test Suites: 2 failed, 2 total\nTests:       0 total\n", (0, 2, 0, 0)),
        ("Test Suites: 1 skipped, 0 of 1 total\nTests:       5 skipped, 5 total\nRan all test suites with tests matching \"x\".\n", (0, 0, 5, 5, 0)),
        ("No tests found, exiting with code 1\nRun with `--passWithNoTests` to exit with code 0\n", (0, 0, 0, 0, 0)),
        ("No tests found, exiting with code 0\n", (0, 0, 0, 0, 0)),
        ("\x1b[1mTest Suites: \x1b[22m\x1b[1m\x1b[32m1 passed\x1b[39m\x1b[22m, 1 total\n\x1b[1mTests:       \x1b[22m\x1b[1m\x1b[32m3 passed\x1b[39m\x1b[22m, 3 total\n", (3, 0, 0, 3)),
        ('{"numFailedTestSuites":0,"numFailedTests":1,"numPassedTests":4,"numPendingTests":1,"numTodoTests":0,"numTotalTests":6}', (4, 1, 1, 6)),
    ],
)  # fmt: skip
def test_jest(output: str, work: tuple[int, ...]) -> None:
    assert read("npx jest", output) == (counted("jest", *work),)
    assert read("pnpm test", output) == (counted("jest", *work),)


def test_jest_without_an_end() -> None:
    assert read("npm test | head -2", "PASS src/a.test.ts\nPASS src/b.test.ts\n") == (counted("jest", closed=False),)
    assert read("npm test | grep FAIL", "FAIL src/a.test.ts\n") == (counted("jest", None, 1, closed=False),)


RUN = "\n RUN  v3.2.4 /home/ada/shop\n\n"


@pytest.mark.parametrize(
    ("output", "work"),
    [
        (RUN + " ✓ src/a.test.ts (2 tests) 3ms\n\n Test Files  1 passed (1)\n      Tests  2 passed (2)\n   Duration  300ms\n", (2, 0, 0, 2)),
        (RUN + " Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 8 passed | 2 skipped | 1 todo (12)\n", (8, 1, 3, 12)),
        (RUN + " FAIL  src/a.test.ts [ src/a.test.ts ]\nError: x\n\n Test Files  1 failed (1)\n      Tests  no tests\n", (0, 1, 0, 0)),
        (RUN + " Test Files  1 passed (1)\n      Tests  2 passed (2)\n     Errors  1 error\n", (2, 1, 0, 2)),
        (RUN + " Test Files  1 skipped (1)\n      Tests  5 skipped (5)\n", (0, 0, 5, 5)),
        (RUN + "No test files found, exiting with code 1\n\ninclude: **/*.test.ts\n", (0, 0, 0, 0, 0)),
        ("No test files found, exiting with code 0\n", (0, 0, 0, 0, 0)),
        ("Test Files  3 passed (3)\n     Tests  9 passed (9)\n      Time  1.2s (in thread 90ms, 1300%)\n", (9, 0, 0, 9)),
        (RUN + " Test Files  1 passed (1)\n      Tests  3 passed | 1 expected fail (4)\nType Errors  no errors\n", (4, 0, 0, 4)),
        ("\x1b[2m Test Files \x1b[22m \x1b[1m\x1b[32m3 passed\x1b[39m\x1b[22m (3)\n\x1b[2m      Tests \x1b[22m \x1b[1m\x1b[32m10 passed\x1b[39m (10)\n", (10, 0, 0, 10)),
    ],
)  # fmt: skip
def test_vitest(output: str, work: tuple[int, ...]) -> None:
    assert read("npx vitest run", output) == (counted("vitest", *work),)
    assert read("pnpm test", output) == (counted("vitest", *work),)


def test_vitest_without_an_end() -> None:
    assert read("npm test", RUN + " ✓ src/a.test.ts (2 tests)\n") == (counted("vitest", closed=False),)
    assert read("npm test", RUN + " FAIL  src/a.test.ts > adds\n") == (counted("vitest", None, 1, closed=False),)


@pytest.mark.parametrize(
    ("tool", "output", "work"),
    [
        ("mocha", "  sums\n    ✔ adds\n\n  3 passing (12ms)\n  1 pending\n  2 failing\n\n  1) sums\n", (3, 2, 1, 6, 6)),
        ("mocha", "\n  0 passing (1ms)\n\n", (0, 0, 0, 0, 0)),
        ("mocha", 'Error: No test files found: "test"\n', (0, 0, 0, 0, 0)),
        ("playwright", "Running 5 tests using 2 workers\n  ✓  1 a.spec.ts:3:1 › a (1s)\n\n  5 passed (2.3s)\n", (5, 0, 0, 5, 5)),
        ("playwright", "Running 6 tests using 1 worker\n\n  1 failed\n    [chromium] › a.spec.ts:3:1 › a ───\n  1 flaky\n    x\n  1 skipped\n  1 did not run\n  2 passed (4.1s)\n", (3, 1, 2, 6, 6)),
        ("playwright", "Running 1 test using 1 worker\n\n  1 failed\n    a.spec.ts:3:1 › a ───\n", (0, 1, 0, 1, 1)),
        ("playwright", "Error: No tests found\n", (0, 0, 0, 0, 0)),
        ("node", "✔ a (1ms)\nℹ tests 4\nℹ suites 0\nℹ pass 2\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\nℹ todo 0\nℹ duration_ms 52.1\n", (2, 1, 1, 4)),
        ("node", "# tests 0\n# suites 0\n# pass 0\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0\n# duration_ms 2\n", (0, 0, 0, 0)),
        ("tap", "1..3\n# tests 3\n# pass  2\n# fail  1\n", (2, 1, 0, 3)),
        ("tap", "# { total: 3, pass: 2, skip: 1 }\n", (2, 0, 1, 3)),
        ("bun", "bun test v1.2.3\n\n 573 pass\n 1 skip\n 2 fail\n 2009 expect() calls\nRan 576 tests across 25 files. [4.39s]\n", (573, 2, 1, 576, 576)),
        ("bun", " 0 pass\n 12 filtered out\n 0 fail\nRan 0 tests across 3 files. [10.00ms]\n", (0, 0, 0, 12, 0)),
        ("deno", "ok | 3 passed (2 steps) | 0 failed | 1 ignored (12ms)\n", (3, 0, 1, 4, 4)),
        ("mvn", "[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.1 s - in A\n[WARNING] Tests run: 5, Failures: 1, Errors: 1, Skipped: 1\n", (2, 2, 1, 5)),
        ("ctest", "80% tests passed, 1 tests failed out of 5\n", (4, 1, 0, 5)),
        ("rspec", "5 examples, 1 failure, 2 pending\n", (2, 1, 2, 5)),
        ("minitest", "0 runs, 0 assertions, 0 failures, 0 errors, 0 skips\n", (0, 0, 0, 0)),
        ("phpunit", "OK (5 tests, 12 assertions)\n", (5, 0, 0, 5)),
        ("phpunit", "Tests: 5, Assertions: 12, Failures: 1, Skipped: 1.\n", (3, 1, 1, 5)),
        ("dotnet", "Failed!  - Failed:     1, Passed:     5, Skipped:     0, Total:     6, Duration: 1 s\n", (5, 1, 0, 6)),
        ("gotestsum", "DONE 7 tests, 1 skipped, 2 failures in 0.3s\n", (4, 2, 1, 7)),
    ],
)  # fmt: skip
def test_other_runners(tool: str, output: str, work: tuple[int, ...]) -> None:
    assert read("make test", output) == (counted(tool, *work),)


@pytest.mark.parametrize(
    ("output", "work"),
    [
        ("ok  \tshop/api\t0.012s\nok  \tshop/db\t(cached)\n?   \tshop\t[no test files]\n", counted("go", None, 0)),
        ("--- FAIL: TestA (0.00s)\n    a_test.go:3: x\nFAIL\nFAIL\tshop/api\t0.01s\nok  \tshop/db\t0.1s\nFAIL\n", counted("go", None, 1)),
        ("# shop/api\napi/a.go:3:2: undefined: x\nFAIL\tshop/api [build failed]\nFAIL\n", counted("go", None, 1)),
        ("?   \tshop\t[no test files]\n", counted("go", 0, 0, 0, 0)),
        ("ok  \tshop/api\t0.01s [no tests to run]\nok  \tshop/db\t(cached) [no tests to run]\n", counted("go", 0, 0, 0, 0)),
        ("=== RUN   TestA\n=== RUN   TestA/one\n--- PASS: TestA (0.00s)\n    --- PASS: TestA/one (0.00s)\n=== RUN   TestB\n--- SKIP: TestB (0.00s)\nPASS\nok  \tshop\t0.1s\n", counted("go", 1, 0, 1, 2)),
        ('{"Time":"2026-01-01T00:00:00Z","Action":"run","Package":"shop","Test":"TestA"}\n{"Time":"2026-01-01T00:00:00Z","Action":"pass","Package":"shop","Test":"TestA","Elapsed":0}\n{"Time":"2026-01-01T00:00:00Z","Action":"pass","Package":"shop","Elapsed":0.1}\n', counted("go", 1, 0, 0, 1)),
        ("=== RUN   TestA\n", counted("go", closed=False)),
    ],
)  # fmt: skip
def test_go(output: str, work: Work) -> None:
    assert read("go test ./...", output) == (work,)


RESULT = "test result: ok. {} passed; 0 failed; {} ignored; 0 measured; {} filtered out; finished in 0.00s\n"


@pytest.mark.parametrize(
    ("output", "work"),
    [
        ("running 3 tests\n...\n" + RESULT.format(2, 1, 0) + "\nrunning 1 test\n" + RESULT.format(1, 0, 4), counted("cargo", 3, 0, 1, 8, 4)),
        ("running 0 tests\n\n" + RESULT.format(0, 0, 0), counted("cargo", 0, 0, 0, 0, 0)),
        ("running 2 tests\ntest result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n", counted("cargo", 1, 1, 0, 2, 2)),
        ("running 2 tests\ntest a ... ok\n", counted("cargo", closed=False)),
        ("     Summary [   0.012s] 5 tests run: 4 passed, 1 failed, 2 skipped\n", counted("cargo", 4, 1, 0, 7, 5)),
    ],
)  # fmt: skip
def test_cargo(output: str, work: Work) -> None:
    assert read("cargo test", output) == (work,)


def test_cargo_that_does_not_compile() -> None:
    output = "error[E0308]: mismatched types\nerror: could not compile `shop` (lib) due to 2 previous errors; 1 warning emitted\n"
    assert read("cargo test", output) == (Work("cargo", "tests", errors=2, warnings=0),)
    assert read("cargo build", output) == (Work("cargo", "build", errors=2, warnings=0),)
    output = "warning: `shop` (lib) generated 3 warnings\n    Finished `dev` profile [unoptimized + debuginfo] target(s) in 2.91s\n"
    assert read("cargo check", output) == (Work("cargo", "type check", errors=0, warnings=3),)


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (counted("pytest", 0, 0, 0, 5, 0), "none of 5 tests was selected"), (counted("pytest", 0, 0, 0, 0, 0), "no test ran"),
        (counted("pytest", 0, 0, 0, 8, 3), "none of 3 tests ran"), (counted("jest", 0, 0, 5, 5, 0), "all 5 tests were skipped"),
        (counted("jest", 0, 0, 1, 1), "the one test was skipped"), (counted("pytest", 1, 0, 4, 5, 5), ""),
        (counted("pytest", 0, 1, 0, 1, 1), ""), (counted("go", None, 0), ""), (counted("vitest", closed=False), ""),
        (counted("pytest", 0, errors=1), ""), (Work("eslint", "lint", errors=0), ""),
    ],
)  # fmt: skip
def test_idle(work: Work, why: str) -> None:
    assert work.idle == why
