"""Outputs of many packages, cut ones, quoted ones and hostile ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.work import Work, read, terminal
from pytest_agentcompliance.parsing.work.reading import MOST
from pytest_agentcompliance.parsing.work.text import FIRST, LAST, printed

PASSED = Work("vitest", "tests", 2, 0, 0, 2)
NONE = Work("vitest", "tests", 0, 0, 0, 0, 0)
ONE = " RUN  v3.2.4 /x\n Test Files  1 passed (1)\n      Tests  2 passed (2)\n"
EMPTY = " RUN  v3.2.4 /y\nNo test files found, exiting with code 0\n"


def prefixed(prefix: str, text: str) -> list[str]:
    return [prefix + line for line in text.splitlines()]


@pytest.mark.parametrize(
    ("command", "first", "second"),
    [
        ("turbo run test", "@shop/api:test: ", "web:test: "),
        ("pnpm -r test", "packages/api test: ", "apps/web test: "),
        ("yarn workspaces foreach -A run test", "[@shop/api]: ", "[web]: "),
        ("npx concurrently 'npm:test:*'", "[0] ", "[1] "),
        ("npx lerna run test", "@shop/api: ", "web: "),
        ("docker compose up --abort-on-container-exit", "api-1  | ", "web-1  | "),
    ],
)
def test_packages_are_read_apart(command: str, first: str, second: str) -> None:
    """Their lines come mixed; each is one work."""
    a, b = prefixed(first, ONE), prefixed(second, EMPTY)
    mixed = [line for pair in zip(a, [*b, ""], strict=True) for line in pair]
    assert sorted(read(command, "\n".join(mixed)), key=lambda work: work.passed or 0) == [NONE, PASSED]


def test_runs_in_one_line_stay_apart() -> None:
    assert read("pnpm test; pnpm test:e2e", ONE + EMPTY) == (PASSED, NONE)
    assert read("./all.sh", ONE + "ok  \tshop\t0.1s\n") == (PASSED, Work("go", "tests", failed=0))


@pytest.mark.parametrize(
    "command", ["cat log.txt", "echo done", "grep -rn passed . | head", "git log -p", "cd x && tail -5 log", "sed -n 1,9p x"]
)
def test_what_only_shows_text_runs_nothing(command: str) -> None:
    assert read(command, "==== 3 passed in 0.12s ====\n" + ONE) == ()


def test_what_the_tests_print_is_not_theirs() -> None:
    """Where the command names its tool, the summary of another one is text that was printed."""
    output = ONE + "==== 1 failed, 3 passed in 0.12s ====\n"
    assert read("pytest -s", output) == (Work("pytest", "tests", 3, 1, 0, 4, 4),)
    assert len(read("pnpm test", output)) == 2


def test_long_outputs_are_read_at_both_ends() -> None:
    header = "====== test session starts ======\ncollected 3 items\n"
    filler = "x = 1\n" * ((FIRST + LAST) // 3)
    assert read("pytest", header + filler + "=== 3 passed in 0.1s ===\n") == (Work("pytest", "tests", 3, 0, 0, 3, 3),)
    assert read("pytest", "=== 3 passed in 0.1s ===\n".join([filler, filler])) == (), "and not in the middle"
    [work] = read("tsc", "a.ts(1,1): error TS1: x\n" + filler)
    assert (work.errors, work.closed) == (1, False), "what is counted line by line is not all there"


@pytest.mark.parametrize(
    "marker",
    ["... [4103 characters truncated] ...", "[... Observation truncated due to length ...]", "[... omitted 20 of 40 lines ...]",
     "[12 lines truncated] ...", "…120 tokens truncated…"],
)  # fmt: skip
def test_cut_outputs(marker: str) -> None:
    [work] = read("tsc", f"a.ts(1,1): error TS1: x\n{marker}\nb.ts(1,1): error TS1: x\n")
    assert (work.errors, work.closed) == (2, False)
    [work] = read("go test ./...", f"=== RUN   TestA\n--- PASS: TestA (0.00s)\n{marker}\nok  \tshop\t0.1s\n")
    assert (work.passed, work.skipped, work.collected, work.closed) == (1, None, None, False), "and never a wrong zero"


def test_a_terminal_is_seen_as_it_was_seen() -> None:
    output = "\x1b]0;title\x07\x1b[2K\r1\r2\r\n\x1b[1;32mok\x1b[0m\r\nnoise\n2026-01-01T00:00:00.1234567Z 3\x00\n"
    assert printed(output).lines == [(0, "2"), (1, "ok"), (3, "3")]


@pytest.mark.parametrize(
    ("output", "rows"),
    [
        ("1\n2\x1b[1A\r3\n", ["3", "2"]),
        ("10 of 20\x1b[K\x1b[3D30\n", ["10 of300"]),
        ("abc 1\r\x1b[Kok\x1b[1A", ["ok"]),
        ("1\n2\n3\x1b[2A\x1b[J4\n", ["14"]),
        ("1\x1b[2J2\x1b[H3", ["1", "2", "3"]),
        ("1\x1b[99A\x1b[99B\x1b[9999999999A2", ["12"]),
        ("12\x08\x083\x1b[F", ["32"]),
    ],
)
def test_what_was_printed_over_is_gone(output: str, rows: list[str]) -> None:
    assert [line for line in terminal.lines(output) if line] == rows


def test_counts_on_the_way_are_no_summary() -> None:
    """vitest on a terminal writes them again and again, with and without the codes that go back."""
    times = "   Start at 10:00:00\n   Duration 1.12s\n"
    going = [f" ❯ a.test.ts {k}/2\n\n Test Files  0 passed (1)\n      Tests  {k} passed (2)\n{times}" for k in range(3)]
    assert read("pnpm test", " RUN  v4.0.15 /x\n" + "".join(going) + ONE.partition("\n")[2]) == (PASSED,)
    back = "\x1b[K" + "\x1b[1A\x1b[K" * 6
    assert read("pnpm test", " RUN  v4.0.15 /x\n" + "".join(one + back for one in going) + ONE.partition("\n")[2]) == (PASSED,)


PIECES = st.sampled_from(
    ["Tests:", "  ", "1 passed", "(1)", " in 0.1s", "=", "collected 3 items", "\n", "\r", "\x1b[", "Found 1 error", ".", "ok\t",
     "FAIL",
     "test result: ok. ", "Ran 1 test", " Test Files  ", "error TS1: ", "9" * 30, "\x00", "é", "a:b: ", "running 1 test", "[x] ",
     "\x1b[A", "\x1b[J", "\x1b[5D", "\x1b[K"]
)  # fmt: skip


@given(
    st.sampled_from(["pytest", "pnpm test", "", "(((", "tsc"]), st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=300)
)
def test_any_output_is_read(command: str, output: str) -> None:
    for work in read(command, output):
        counts = (work.passed, work.failed, work.skipped, work.collected, work.selected, work.errors, work.warnings)
        assert all(count is None or count >= 0 for count in counts)
        assert work.said
        assert isinstance(work.idle, str)


@pytest.mark.parametrize(
    "unit",
    [" ", "=", "1 ", "ok\t", "Tests  ", "\x1b[", "\x1b]", "\r", "a:", "[", "FAIL ", "{", "\n", "Ran 1 test in 0.1s\n", "@a/",
     "= 1 passed ",
     "error ", "1 passed, ", "collected 1 items / ", "a.ts(1,1", "\x1b[0", "1\n\x1b[99A", "9\x1b[J\n", "9\x1b[H"],
)  # fmt: skip
def test_hostile_outputs_are_bounded(unit: str) -> None:
    output = unit * (400_000 // len(unit))
    assert len(read("pnpm test", output)) <= MOST
