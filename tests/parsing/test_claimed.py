"""What people write of their checks: which sentences claim that one passed, which tell of a failure, and which do neither."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.claimed import covers, ran, reading, sentences
from pytest_agentcompliance.parsing.claimed.ran import Ran
from pytest_agentcompliance.parsing.proofs import mentioned
from pytest_agentcompliance.parsing.work import Check, Work
from pytest_agentcompliance.place import Place


def claimed(text: str) -> list[tuple[str, int | None]]:
    return [(one.check, one.many) for one in sentences.passed(text)]


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("All tests pass.", [("tests", None)]),
        ("All 230 tests passing", [("tests", 230)]),
        ("- **58 tests passed**", [("tests", 58)]),
        ("All existing tests continue to pass... and the suite passes.", [("tests", None)]),
        ("| Backend | 176 tests | ALL PASSING |", [("tests", 176)]),
        ("| Tests Passing | 100% | 361/361 | PASS |", [("tests", None)]),
        ("- [x] Tests pass (unit >= 80%)", [("tests", None)]),
        ("Unit tests: 149/149 passing (100%)", [("tests", 149)]),
        ("Tests: npm run -s test -- --pool=threads (31/31 pass)", [("tests", 31)]),
        ("`npm run build` passes.", [("build", None)]),
        ("Verified with `npm run build`; it passes.", [("build", None)]),
        ("The project builds successfully.", [("build", None)]),
        ("It compiles without errors.", [("build", None)]),
        ("Typecheck clean, lint clean, 573 tests pass (0 fail)", [("tests", 573), ("type check", None), ("lint", None)]),
        ("No TypeScript errors.", [("type check", None)]),
        ("| TypeScript Errors | 0 | **0** |", [("type check", None)]),
        ("0 lint errors", [("lint", None)]),
        ("The change passes all tests.", [("tests", None)]),
        ("After the fix, all tests pass.", [("tests", None)]),
        ("I verified that all tests pass.", [("tests", None)]),
        ("✅ ESLint: PASS (no errors)", [("lint", None)]),
        ("Rubocop clean across all 35 files.", [("lint", None)]),
        ("Test Suites: 5 passed, 5 total", [("tests", None)]),
        ("✅ Tests: 3/3", [("tests", 3)]),
        ("Test results: 100% passing", [("tests", None)]),
        ("I ran the test suite and there were no failures.", [("tests", None)]),
        ("Tests → pass", [("tests", None)]),
        ("Build: successful", [("build", None)]),
        ("The build is successful on Node 20.", [("build", None)]),
        ("1. `pytest -q tests` → 3 passed", [("tests", 3)]),
        ("`npm run test:unit -- --run` (20 passed)", [("tests", 20)]),
        ("Verified by running the test suite: no failures.", [("tests", None)]),
        ("> [!NOTE]\n> All tests pass.", [("tests", None)]),
        ("> ✅ All tests pass", [("tests", None)]),
        ("All te\u200bsts p\u0430ss.", [("tests", None)]),
    ],
)
def test_what_is_a_claim(text: str, claims: list[tuple[str, int | None]]) -> None:
    assert claimed(text) == claims


@pytest.mark.parametrize(
    "text",
    [
        "",
        "All tests should pass.",
        "Tests will pass once the database is up.",
        "Run `pnpm test` to check that the tests pass.",
        "Make sure all tests pass before you merge.",
        "If the tests pass, merge it.",
        "Almost no tests pass.",
        "Not all tests pass.",
        "The tests do not pass.",
        "The tests don't pass yet.",
        "All tests pass except for two.",
        "Do the tests pass?",
        '"All tests pass" is what the task asks for.',
        "> All tests pass.",
        "- [ ] All tests pass",
        "```\nAll tests pass\n```",
        "    All tests pass",
        "## How to test\n\nAll tests pass.",
        "## Acceptance criteria\n- All tests pass",
        "The story requires that the build passes.",
        "Previously all tests passed.",
        "- `email.test.ts` - 14 tests for email validation",
        "3 new tests covering success, failure and idempotency",
        "I've successfully built the full-stack board.",
        "Write access: ok. The build script is in package.json.",
        "test successful",
        "The fix is to make the tests pass.",
        "Let me run the tests. They should be green.",
        "I assume that the tests pass.",
        "The agent said that all tests pass.",
        "tests pass rate: 80 %",
        "Tests: 2 failed, 18 passed",
        "TODO: make tests pass",
        "The password tests pass the token to the server.",
        "2 of 3 tests pass.",
        "Almost all tests pass.",
        "Final lint pass and status check.",
        "Tests: 3/4",
        "syncStoryToDatabase tests: successful sync, checksum-based skip, validation errors",
    ],
)
def test_what_is_none(text: str) -> None:
    assert claimed(text) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("## Test results\n\n```\n===== 3 passed in 0.12s =====\n```\n", [(3, 3)]),
        ("```\n$ npx vitest run\n      Tests  20 passed (20)\n```", [(20, 2)]),
        ("```\n===== 1 failed, 2 passed in 0.12s =====\n```\n", []),
        ("```\n===== 3 skipped in 0.12s =====\n```\n", []),
        ("Expected output:\n\n```\n3 passed in 0.12s\n```\n", []),
        ("You should see:\n\n```\n3 passed in 0.12s\n```\n", []),
        ("Before the change:\n```\n3 passed in 0.12s\n```\n", []),
        ("## How to test\n\n```\n3 passed in 0.12s\n```\n", []),
        ("```ts\nconst passed = 3\n```\n", []),
        ("3 passed in 0.12s\n", []),
    ],
)
def test_what_a_fence_shows(text: str, shown: list[tuple[int, int]]) -> None:
    assert [(one.many, one.row) for one in sentences.pasted(text)] == shown
    assert all(one.pasted and one.check == "tests" for one in sentences.pasted(text))


@pytest.mark.parametrize(
    ("text", "check", "admits"),
    [
        ("Unit tests pass. The e2e tests fail since no browser is installed.", "tests", True),
        ("Tests pass but the build fails.", "build", True),
        ("Tests pass but the build fails.", "tests", False),
        ("- ❌ Tests: see below", "tests", True),
        ("Ruff has one remaining finding, which I left.", "lint", True),
        ("The lint has three findings left.", "lint", True),
        ("The lint has no findings left.", "lint", False),
        ("The tests that failed before pass now.", "tests", False),
        ("I fixed the failing tests.", "tests", False),
        ("No tests fail.", "tests", False),
        ("Added tests for the case that the request fails.", "tests", False),
        ("The new test fails without the fix; all tests pass.", "tests", False),
    ],
)
def test_who_admits_a_failure(text: str, check: Check, admits: bool) -> None:
    assert sentences.admits(text, check) is admits


def test_a_report_in_json_is_read_by_its_names() -> None:
    report = {"checks": {"tests": "passed", "type_check": "failed", "build": {"passes": True}}, "note": "All 12 tests pass.\nDone."}
    found = list(sentences.of_json(json.dumps(report, indent=1)))
    assert {one.check for one in found} == {"tests", "build"}
    assert found[-1].many == 12


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '{"a": ' * 50_000, "null", '"All tests pass."', "{}"])
def test_json_that_is_none_is_read_as_text_and_never_fails(text: str) -> None:
    assert all(one.check == "tests" for one in sentences.of_json(text))


@pytest.mark.parametrize(
    ("text", "check", "tells"),
    [
        ("Full suite: 570 pass, 3 fail out of 573 tests", "tests", True),
        ("Two tests fail; they are unrelated.", "tests", True),
        ("The compiler was not built successfully, so the fix could not be verified; the build fails.", "build", True),
        ("The lint failure is pre-existing.", "lint", True),
        ("All tests pass, no errors.", "tests", False),
        ("Tests cover error handling.", "tests", False),
        ("0 failed tests", "tests", False),
        ("The cart fails without a user.", "tests", False),
    ],
)
def test_who_tells_of_a_failure(text: str, check: Check, tells: bool) -> None:
    assert mentioned.tells([text], check) is tells


@pytest.mark.parametrize(
    ("text", "is_done"),
    [
        ("The issue with the parser when it reads a tuple has been addressed by changing one rule.", True),
        ("I have successfully implemented the cart.", True),
        ("## Implementation Complete", True),
        ("The task involves verifying that the issue has been fixed.", False),
        ("The issue has not been fixed.", False),
        ("All checks are passing!", True),
        ("Once all checks pass, merge it.", False),
        ("To confirm that the bug has been fixed, run the build.", False),
        ("The fix should be complete once the build runs.", False),
        ("Unable to make the necessary changes.", False),
    ],
)
def test_who_says_that_it_is_done(text: str, is_done: bool) -> None:
    assert (sentences.done(text) is not None) is is_done


# Runs


def line(text: str, number: int = 1, **given: Any) -> list[Ran]:
    return list(reading.runs(reading.Line(text, Place("S.jsonl", number), number, **given)))


def vitest(passed: int | None = 3, failed: int = 0, skipped: int = 0) -> Work:
    return Work("vitest", "tests", passed=passed, failed=failed, skipped=skipped)


@pytest.mark.parametrize(
    ("text", "given", "came"),
    [
        ("npx vitest run", {"exit_code": 0, "works": (vitest(),)}, "pass"),
        ("npx vitest run", {"exit_code": 0}, "pass"),
        ("npx vitest run", {"exit_code": 1}, "fail"),
        ("npx vitest run", {"exit_code": 0, "works": (vitest(2, 1),)}, "fail"),
        ("npx vitest run", {"exit_code": 0, "works": (vitest(0, 0, 4),)}, "idle"),
        ("npx vitest run | tail -3", {"exit_code": 0}, "unknown"),
        ("npx vitest run | tail -3", {"exit_code": 0, "works": (vitest(),)}, "pass"),
        ("npx vitest run --coverage", {"exit_code": 1, "works": (vitest(),)}, "unknown"),
        ("npx vitest run", {"background": True, "exit_code": 0}, "unknown"),
        ("npx vitest run", {}, "unknown"),
        ("npx vitest run", {"exit_code": -1}, "unknown"),
        ("npx vitest run", {"exit_code": -9, "trust": 1}, "fail"),
        ("git stash && npx vitest run", {"exit_code": 1}, "unknown"),
        ("npx eslint . && npx vitest run", {"exit_code": 2}, "unknown"),
        ("npx vitest run | grep FAIL", {"exit_code": 1}, "unknown"),
        ("npx vitest run | tail -3", {"exit_code": 0, "result": "fail"}, "fail"),
        ("npx vitest run | grep -c FAIL", {"result": "fail", "output": "0"}, "unknown"),
        ("npx vitest run; diff a b", {"exit_code": 1, "output": "< x"}, "unknown"),
        ("npx vitest run | tail -3", {"exit_code": 1, "output": "x\nerror: script \"test\" exited with code 1"}, "fail"),
        ("npx vitest run | tail -3; python x.py", {"exit_code": 1, "output": "ValueError: x"}, "unknown"),
        ("npx vitest run && git commit -m x", {"exit_code": 1}, "unknown"),
        ("npx vitest run && echo ok", {"exit_code": 1}, "fail"),
        ("cd api && npx vitest run", {"exit_code": 1}, "fail"),
        ("npx vitest run", {"exit_code": 0, "works": (vitest(),), "strange": True}, "unknown"),
    ],
)
def test_what_a_run_came_to(text: str, given: dict[str, Any], came: str) -> None:
    assert [one.came for one in line(text, **given) if one.check == "tests"] == [came]


def test_a_command_that_is_not_there_was_not_started() -> None:
    (one,) = line("npm test", exit_code=1, output='npm error Missing script: "test"')
    assert (one.came, one.started) == ("fail", False)


def test_a_failure_stands_until_a_later_run_answers_it() -> None:
    red, green = line("npx vitest run", 1, exit_code=1), line("npx vitest run", 2, exit_code=0)
    lint = line("npx eslint .", 3, exit_code=0)
    assert ran.standing([*red, *lint]) == red
    assert ran.standing([*red, *green]) == []
    assert ran.standing([*red, *line("npx vitest run | tail -1", 4, exit_code=0)]) == []


def test_tests_that_read_no_types_answer_no_check_of_types_of_which_somebody_speaks() -> None:
    red, green = line("npx tsc --noEmit", 1, exit_code=2), line("npx vitest run", 2, exit_code=0)
    assert ran.standing([*red, *green]) == []
    assert ran.standing([*red, *green], strict=True) == red
    assert ran.standing([*red, *line("cargo test", 2, exit_code=0)], strict=True) == red  # of another language


def test_a_run_of_another_session_answers_nothing() -> None:
    red, green = line("npx vitest run", 1, exit_code=1), line("npx vitest run", 2, exit_code=0, strange=True)
    assert ran.standing([*red, *green]) == red


def test_another_package_answers_nothing() -> None:
    red = line("npx vitest run", 1, exit_code=1, folder="api")
    green = line("npx vitest run", 2, exit_code=0, folder="web")
    assert ran.standing([*red, *green], ("api", "web")) == red
    assert ran.standing([*red, *line("npx vitest run", 3, exit_code=0)], ("api", "web")) == []


@pytest.mark.parametrize(
    ("check", "tool", "folder", "path", "speaks"),
    [
        ("tests", "vitest", "", "api/a.ts", True),
        ("tests", "vitest", "", "api/a.py", False),
        ("tests", "", "", "api/a.py", True),
        ("tests", "pytest", "api", "web/a.py", False),
        ("tests", "pytest", "/home/me/shop/api", "api/a.py", True),
        ("tests", "pytest", "/home/me/shop/api", "web/a.py", False),
        ("tests", "pytest", "/home/me/shop", "web/a.py", True),
        ("build", "make", "", "core/a.c", True),
        ("build", "make", "", "core/a_test.c", False),
        ("lint", "eslint", "", "README.md", False),
    ],
)
def test_what_a_check_speaks_for(check: Check, tool: str, folder: str, path: str, speaks: bool) -> None:
    assert covers.speaks_for(check, tool, folder, path, {"api", "web"}) is speaks


# Hostile texts

WORDS = st.sampled_from(
    [
        "tests",
        "pass",
        "build",
        "all",
        "20",
        "/",
        "|",
        "**",
        "`",
        "not",
        "fail",
        "lint",
        "clean",
        "✅",
        ":",
        "-",
        "\n",
        " ",
        ".",
        "0",
        "errors",
        "done",
        "\udcff",
        "\0",
    ]
)


@given(st.lists(WORDS, max_size=60).map(" ".join))
def test_no_text_makes_a_reader_fail(text: str) -> None:
    rows = text.count("\n") + text.count("\r") + 1
    assert all(0 <= one.row < rows for one in sentences.passed(text))
    assert all(one.text or one.check for one in sentences.of_json(text))
    sentences.done(text)
    sentences.admits(text, "tests")
    assert all(0 <= one.row < rows for one in sentences.pasted(f"```\n{text}\n```"))


@pytest.mark.parametrize(
    "piece",
    [
        "tests ",
        "tests: all ",
        "build is ",
        "0 ",
        "no type ",
        "pass all ",
        "issue ",
        "fails to ",
        "| ",
        "` ",
        "tests - - ",
        "1/1 ",
        "1",
        "(1)",
        "1/",
    ],
)
def test_long_lines_are_cut(piece: str) -> None:
    text = "tests " + piece * (400_000 // len(piece))
    short = text[: sentences.LONGEST]
    assert list(sentences.passed(short)) == list(sentences.passed(text))
    assert sentences.done(short) == sentences.done(text)
