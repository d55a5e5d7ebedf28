"""testing/not-weakened beyond its examples: how it is told, what is a reason, what is gone, what its parameters change."""

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.testing.not_weakened import NotWeakened
from pytest_agentcompliance.verdict import Finding
from pytest_agentcompliance.workshop import run_of

PATH = "tests/test_till.py"
PAID = "def test_paid():\n    till.pay(5)\n    assert till.sum == 5\n"
DUE = "def test_due():\n    assert till.due(day) == 3\n"


def findings(before: Mapping[str, str], after: Mapping[str, str], message: str = "", **given: Any) -> list[Finding]:
    gone: dict[str, str | None] = dict.fromkeys(before)
    example = Example("x", given=given, before=before, commits=({**gone, **after},), messages=(message or "Work\n",))
    return list(NotWeakened(**given).findings_in(run_of(example)))


def levels(before: Mapping[str, str], after: Mapping[str, str], message: str = "", **given: Any) -> list[str]:
    return [one.level for one in findings(before, after, message, **given)]


def test_before_and_after_are_shown() -> None:
    (one,) = findings({PATH: PAID}, {PATH: PAID.replace("== 5", "> 0")})
    assert str(one.at) == "tests/test_till.py:3"
    assert one.message == "\u201ctest_paid\u201d asks for less; before: till.sum == 5; now: till.sum > 0"


def test_a_deleted_test_says_what_it_asserted() -> None:
    (one,) = findings({PATH: PAID + DUE}, {PATH: PAID})
    expected = "a test was deleted from this file: \u201ctest_due\u201d, with 1 assertion, such as: till.due(day) == 3"
    assert (one.message, one.level) == (expected, "breach")


def test_many_deleted_tests_of_a_file_are_one_finding() -> None:
    many = "".join(DUE.replace("test_due", f"test_{word}").replace("3", word) for word in ("one", "two", "three", "four"))
    (one,) = findings({PATH: PAID + many}, {PATH: PAID})
    assert one.message.startswith("4 tests were deleted from this file")


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("Work on the till\n", "breach"),
        ("Remove test_due, which the billing service has now\n", "style"),
        ("Mend it\n\n- drop the obsolete tests of the till\n", "style"),
        ("Update tests\n", "breach"),
        ("Remove dead code\n", "breach"),
    ],
)
def test_a_reason_names_the_test(message: str, level: str) -> None:
    assert levels({PATH: PAID + DUE}, {PATH: PAID}, message) == [level]


def test_a_reason_can_be_reported_all_the_same() -> None:
    assert levels({PATH: PAID + DUE}, {PATH: PAID}, "Remove test_due\n", reasons="report") == ["breach"]


def test_what_other_code_still_has_is_not_gone() -> None:
    test = "def test_later():\n    assert pay_later() == 1\n"
    before = {"a.py": "def pay_later(): ...\n", PATH: PAID + test}
    assert levels(before, {"a.py": "B = 1\n", PATH: PAID}) == ["style"]
    before["b.py"] = "from a import pay_later\n"
    assert levels(before, {"a.py": "B = 1\n", "b.py": before["b.py"], PATH: PAID}) == ["breach"]


def test_tests_go_with_their_module() -> None:
    before = {"shop/till.py": "A = 1\n", PATH: PAID + DUE}
    assert levels(before, {}) == ["style"]
    assert levels(before, {"shop/till.py": "A = 1\n"}) == ["breach"]


@pytest.mark.parametrize(
    ("mark", "level"),
    [
        ("@pytest.mark.skip", "breach"),
        ("@pytest.mark.skipif(True, reason='x')", "breach"),
        ("@pytest.mark.skipif(os.environ.get('CI'), reason='x')", "breach"),
        ("@pytest.mark.skipif(sys.platform == 'linux', reason='x')", "breach"),
        ("@pytest.mark.skipif(sys.platform == 'win32', reason='x')", "style"),
        ("@pytest.mark.xfail(reason='flaky')", "breach"),
        ("@unittest.skip('x')", "breach"),
    ],
)
def test_a_skip_that_holds_everywhere_is_a_breach(mark: str, level: str) -> None:
    assert levels({PATH: PAID}, {PATH: f"{mark}\n{PAID}"}) == [level]


def test_a_skip_that_was_there_is_nobody_s_breach() -> None:
    assert levels({PATH: f"@pytest.mark.skip\n{PAID}"}, {PATH: f"@pytest.mark.skip\n# later\n{PAID}"}) == []


def test_a_file_written_anew_is_shown() -> None:
    one = "def test_{0}_receipt():\n    receipt = print_receipt('{0}')\n    assert receipt.lines == '{0}'\n"
    anew = "".join(one.format(word) for word in "abc")
    assert levels({PATH: PAID + DUE}, {PATH: anew}) == ["style", "style"]


def test_edited_values_are_what_the_parameter_says() -> None:
    before, after = {PATH: PAID, "till.py": "A = 5\n"}, {PATH: PAID.replace("5", "6"), "till.py": "A = 6\n"}
    assert levels(before, after) == ["style"]
    assert levels(before, after, edited="breach") == ["breach"]
    assert levels(before, after, edited="ignore") == []
    assert levels(before, {**after, "till.py": "A = 5\n"}) == []


def test_snapshots_that_were_written_anew_are_shown() -> None:
    snap = "exports[`till 1`] = `5`;\n"
    before = {"a.ts": "1\n", "__snapshots__/a.test.ts.snap": snap}
    after = {"a.ts": "2\n", "__snapshots__/a.test.ts.snap": snap.replace("5", "6")}
    (one,) = findings(before, after)
    assert (str(one.at), one.level) == ("__snapshots__/a.test.ts.snap:1", "style")


def test_configuration_that_hits_no_test_is_kept() -> None:
    config = "export default { test: { exclude: ['dist'] } }\n"
    before = {"vitest.config.ts": config, "src/a.test.ts": "it('a', () => { expect(a).toBe(1) })\n"}
    for name, count in (("'.sst'", 0), ("'src/**'", 1)):
        after = {**before, "vitest.config.ts": config.replace("'dist'", f"'dist', {name}")}
        assert len(findings(before, after)) == count


def test_exempt_tests_are_never_looked_at() -> None:
    assert levels({PATH: PAID + DUE}, {PATH: PAID}, exempt=["tests/**"]) == []
