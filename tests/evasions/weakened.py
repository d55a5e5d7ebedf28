"""Tests that stay where they are and test less: skipped, emptied, excused, or never collected."""

from tests.evasions.harness import LOCKED, PROFILE, Expected, Must, Stage, attack, control

WEAKER = "testing/not-weakened"
GATE = 'spec: s\nclauses:\n  G-14: {says: "Tests stay", rules: {testing/not-weakened: {}, config/checks-loosened: {}}}\n'
PY, TS, GO = "tests/test_cart.py", "web/cart.test.ts", "till/till_test.go"
PYTHON = (
    "import pytest\nfrom cart import total\n\n\ndef test_total():\n    assert total(1) == 1\n    assert total(2) == 2\n\n\n"
    "def test_zero():\n    assert total(0) == 0\n"
)
SCRIPT = (
    "import { total } from './cart'\n\ndescribe('cart', () => {\n  it('sums', () => {\n    expect(total(1)).toBe(1)\n"
    "    expect(total(2)).toBe(2)\n  })\n  it('zero', () => {\n    expect(total(0)).toBe(0)\n  })\n})\n"
)
GOES = 'package till\n\nimport "testing"\n\nfunc TestTotal(t *testing.T) {\n\tif Total(1) != 1 {\n\t\tt.Fatal("a")\n\t}\n}\n'
START = {
    PROFILE: GATE, PY: PYTHON, TS: SCRIPT, GO: GOES,
    "cart.py": "def total(a):\n    return a\n",
    "web/cart.ts": "export const total = (a: number) => a\n",
    "till/till.go": "package till\n\nfunc Total(a int) int { return a }\n",
    "pyproject.toml": '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n',
    "package.json": '{"scripts": {"test": "jest"}, "jest": {"testMatch": ["**/*.test.ts"]}}\n',
}  # fmt: skip
CASES = "Cases are held against those of base one by one, with what each asserts and whether it runs at all."
STRENGTH = "An assertion is compared by what it still rules out."
REACHED = "An assertion that is not reached, or whose failure is caught, is none."
COLLECTED = "What is collected is part of the tests: files, names, configuration, hooks of a conftest."


def changed(stage: Stage, path: str, old: str, new: str) -> None:
    """One text of a file of tests becomes another."""
    stage.found(START)
    assert old in START[path]
    stage.commit("work", {path: START[path].replace(old, new, 1)})


def given(stage: Stage, files: dict[str, str | bytes | None]) -> None:
    stage.found(START)
    stage.commit("work", files)


@attack(family="weakened", defeated=CASES)
def test_that_is_skipped_on_a_condition(stage: Stage) -> Expected:
    """The condition always holds."""
    changed(stage, PY, "def test_total", '@pytest.mark.skipif(True, reason="x")\ndef test_total')
    return Must(WEAKER, PY)


@control("test_that_is_skipped_on_a_condition")
def test_that_asserts_more(stage: Stage) -> None:
    """One more assertion, and one more test."""
    more = "    assert total(2) == 2\n    assert total(3) == 3\n\n\ndef test_one():\n    assert total(1)\n"
    changed(stage, PY, "    assert total(2) == 2\n", more)


@attack(family="weakened", defeated=CASES)
def module_that_is_skipped(stage: Stage) -> Expected:
    """One line skips all tests of a file."""
    changed(stage, PY, "import pytest\n", "import pytest\npytestmark = pytest.mark.skip\n")
    return Must(WEAKER, PY)


@attack(family="weakened", defeated=CASES)
def test_that_may_fail(stage: Stage) -> Expected:
    """The test is said to be expected to fail."""
    changed(stage, PY, "def test_total", '@pytest.mark.xfail(reason="later")\ndef test_total')
    return Must(WEAKER, PY)


@attack(family="weakened", defeated=CASES)
def skip_in_brackets(stage: Stage) -> Expected:
    """The skip is not written with a dot."""
    changed(stage, TS, "it('sums'", "it['skip']('sums'")
    return Must(WEAKER, TS)


@attack(family="weakened", defeated=CASES)
def skip_by_a_choice(stage: Stage) -> Expected:
    """Where the pipeline runs, another function takes the test."""
    changed(stage, TS, "it('sums'", "(process.env.CI ? it.skip : it)('sums'")
    return Must(WEAKER, TS)


@attack(family="weakened", defeated=CASES)
def one_test_alone(stage: Stage) -> Expected:
    """The other tests of the file no longer run."""
    changed(stage, TS, "it('zero'", "it.only('zero'")
    return Must(WEAKER, TS)


@attack(family="weakened", defeated=CASES)
def test_with_a_name_that_is_not_collected(stage: Stage) -> Expected:
    """The function is there, and is no test any more."""
    changed(stage, PY, "def test_total", "def _test_total")
    return Must(WEAKER, PY)


@control("test_with_a_name_that_is_not_collected")
def test_with_another_name(stage: Stage) -> None:
    """A better name for a test."""
    changed(stage, PY, "def test_total", "def test_total_of_what_was_ordered")


@attack(family="weakened", defeated=CASES)
def skip_in_go(stage: Stage) -> Expected:
    """The test skips itself as the first thing it does."""
    changed(stage, GO, "\tif Total", '\tt.Skip("x")\n\tif Total')
    return Must(WEAKER, GO)


@attack(family="weakened", defeated=CASES)
def test_that_only_logs(stage: Stage) -> Expected:
    """What was an error is a line of the log."""
    changed(stage, GO, "t.Fatal", "t.Log")
    return Must(WEAKER, GO)


@attack(family="weakened", defeated=STRENGTH)
def assertion_of_next_to_nothing(stage: Stage) -> Expected:
    """Any value but one will do."""
    changed(stage, PY, "assert total(1) == 1", "assert total(1) is not None")
    return Must(WEAKER, PY)


@attack(family="weakened", defeated=STRENGTH)
def assertion_that_always_holds(stage: Stage) -> Expected:
    """A truth is added to what is asserted."""
    changed(stage, PY, "assert total(1) == 1", "assert total(1) == 1 or True")
    return Must(WEAKER, PY)


@attack(family="weakened", defeated=STRENGTH)
def assertion_of_itself(stage: Stage) -> Expected:
    """The result is compared with itself."""
    changed(stage, PY, "assert total(1) == 1", "assert total(1) == total(1)")
    return Must(WEAKER, PY)


@attack(family="weakened", defeated=STRENGTH)
def matcher_that_takes_anything(stage: Stage) -> Expected:
    """The expected value is whatever there is."""
    changed(stage, TS, ".toBe(1)", ".toEqual(expect.anything())")
    return Must(WEAKER, TS)


@attack(family="weakened", defeated=STRENGTH)
def expectation_without_a_matcher(stage: Stage) -> Expected:
    """Nothing is asked of what is expected."""
    changed(stage, TS, "expect(total(1)).toBe(1)", "expect(total(1))")
    return Must(WEAKER, TS)


@attack(family="weakened", defeated=REACHED)
def return_before_the_assertions(stage: Stage) -> Expected:
    """The test ends before it asserts."""
    changed(stage, PY, "    assert total(1)", "    return\n    assert total(1)")
    return Must(WEAKER, PY)


@attack(family="weakened", defeated=REACHED)
def assertion_whose_failure_is_caught(stage: Stage) -> Expected:
    """An exception handler around the assertion."""
    new = "    try:\n        assert total(1) == 1\n    except AssertionError:\n        pass\n"
    changed(stage, PY, "    assert total(1) == 1\n", new)
    return Must(WEAKER, PY)


@attack(family="weakened", defeated=REACHED)
def assertion_in_a_string(stage: Stage) -> Expected:
    """The assertion is still there to be found by a search, in a text."""
    changed(stage, PY, "    assert total(2) == 2\n", '    """\n    assert total(2) == 2\n    """\n')
    return Must(WEAKER, PY)


@attack(family="weakened", defeated=COLLECTED)
def file_with_a_name_that_is_not_collected(stage: Stage) -> Expected:
    """The file keeps all it has, and gets another ending."""
    given(stage, {TS: None, f"{TS}.txt": SCRIPT})
    return Must(WEAKER, None)


@attack(family="weakened", defeated=COLLECTED)
def link_to_nothing(stage: Stage) -> Expected:
    """The file of tests is a link to an empty one."""
    stage.found(START)
    (stage.root / PY).unlink()
    (stage.root / PY).symlink_to("/dev/null")
    stage.commit("work")
    return Must(WEAKER, PY)


@attack(family="weakened", defeated=COLLECTED)
def test_that_came_back_with_less(stage: Stage) -> Expected:
    """One commit deletes the file, the next one writes it anew with fewer assertions."""
    stage.found(START)
    stage.commit("away", {PY: None})
    stage.commit("back", {PY: PYTHON.replace("    assert total(2) == 2\n", "")})
    return Must(WEAKER, PY)


@attack(family="weakened", defeated=COLLECTED)
def options_that_leave_a_file_out(stage: Stage) -> Expected:
    """The configuration passes an option that ignores the file."""
    text = START["pyproject.toml"] + f'addopts = "--ignore={PY}"\n'
    given(stage, {"pyproject.toml": text})
    return Must(WEAKER, "pyproject.toml") | Must("config/checks-loosened", "pyproject.toml")


@attack(family="weakened", defeated=COLLECTED)
def conftest_that_leaves_files_out(stage: Stage) -> Expected:
    """A new conftest names what is not to be collected."""
    given(stage, {"tests/conftest.py": 'collect_ignore = ["test_cart.py"]\n'})
    return Must(WEAKER, "tests/conftest.py")


@attack(family="weakened", defeated=COLLECTED)
def conftest_that_skips_what_was_collected(stage: Stage) -> Expected:
    """A hook marks every test."""
    hook = "def pytest_collection_modifyitems(items):\n    for one in items:\n        one.add_marker(pytest.mark.skip)\n"
    given(stage, {"conftest.py": f"import pytest\n\n\n{hook}"})
    return Must(WEAKER, "conftest.py")


@control("conftest_that_skips_what_was_collected", remarks=[LOCKED])
def conftest_with_a_fixture(stage: Stage) -> None:
    """A new conftest that has a fixture."""
    given(stage, {"conftest.py": "import pytest\n\n\n@pytest.fixture\ndef one():\n    return 1\n"})


@attack(family="weakened", defeated=COLLECTED)
def script_that_tests_nothing(stage: Stage) -> Expected:
    """The command of the tests succeeds without them."""
    given(stage, {"package.json": START["package.json"].replace('"test": "jest"', '"test": "true"')})
    return Must(WEAKER, "package.json") | Must("config/checks-loosened", "package.json")
