"""Two versions of a log: what counts as rewriting, and what is only another dress or an addition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import log_chunks, log_signals
from pytest_agentcompliance.parsing.log_places import same_log
from pytest_agentcompliance.parsing.log_versions import alike, parts, rewrites
from pytest_agentcompliance.parsing.markdown import Line

ONE = "## Chunk 1 — cart\n\n- Objective: store the cart\n- Commands run:\n  - `pnpm test` - FAILED\n- Notes / Risks: none\n\n"
TWO = "## Chunk 2 — till\n\n- Objective: pay\n- Notes / Risks: slow\n\n"


def kinds(before: str, after: str) -> list[tuple[str, str]]:
    return [(one.kind, one.number) for one in rewrites(before, after)]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (ONE + TWO, []),
        (ONE + TWO + "## Chunk 3 — docs\n", []),
        ("# Log of the cart\n\n" + ONE + TWO, []),
        (ONE.replace("- Objective:", "- **Objective**:").replace("—", "-") + TWO, []),
        (ONE.replace("  - `pnpm test`", "  * pnpm test") + TWO, []),
        (ONE.replace("Notes / Risks", "Notes") + TWO, []),
        (ONE + TWO.replace("slow", "slow\n- Summary of changes: the till"), []),
        (ONE + TWO.replace("till\n", "till (COMPLETE)\n"), []),
        (ONE.replace("none\n", "none\n\n**Update 2026-03-02**: the test was flaky\nwe run it twice\n") + TWO, []),
        (ONE.replace("FAILED", "PASSED") + TWO, [("changed", "1")]),
        (ONE + TWO.replace("slow", "fast"), [("changed", "2")]),
        (TWO, [("gone", "1")]),
        (ONE.replace("Chunk 1", "Chunk 3") + TWO, [("changed", "1")]),
        (ONE.replace("none\n", "none\n- Summary of changes: the cart\n") + TWO, [("grown", "1")]),
        ("", [("gone", "1"), ("gone", "2")]),
        (ONE.replace("- Notes / Risks: none\n", "") + TWO, [("changed", "1")]),
    ],
)  # fmt: skip
def test_what_is_kept_of_two_chunks(after: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(ONE + TWO, after) == expected


def test_two_chunks_of_one_number_are_told_apart() -> None:
    again = ONE.replace("store the cart", "mend the cart")
    assert kinds(ONE + again, ONE + again + TWO) == []
    assert kinds(ONE + again, "x\n" + again + ONE) == []
    assert kinds(ONE + again, "x\n" + ONE + again.replace("mend", "end")) == [("changed", "1")]


def test_signal_and_token_summary_may_move() -> None:
    summary = "## Worker Token Summary\n- Input: ~9 tokens\n- Output: ~{} tokens\n\nBACKEND COMPLETE\n"
    assert kinds(ONE + summary.format(1), ONE + TWO + summary.format(2)) == []


PARTS = [ONE, TWO, "```\n## Chunk 9\n", "text\n", "BACKEND COMPLETE\n", "|a|b|\n", "<!-- \n", "\0"]


@given(st.lists(st.sampled_from(PARTS), max_size=8), st.text())
def test_a_log_that_only_grows_is_kept(parts: list[str], more: str) -> None:
    log = "".join(parts)
    assert rewrites(log, log + more) == []
    assert rewrites(log, log) == []


@given(st.text(max_size=300), st.text(max_size=300))
def test_never_raises(before: str, after: str) -> None:
    rewrites(before, after)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("plans/a/in-progress/S-1/_implementation/BACKEND-LOG.md", True),
        ("plans/a/done/S-1/_implementation/BACKEND-LOG.md", True),
        ("plans/a/done/S-2/_implementation/BACKEND-LOG.md", False),
        ("plans/a/in-progress/S-1/_implementation/FRONTEND-LOG.md", False),
        ("XS-1/_implementation/BACKEND-LOG.md", False),
    ],
)
def test_a_log_is_known_in_the_folder_of_another_stage(path: str, expected: bool) -> None:
    assert same_log(path, "plans/a/in-progress/S-1/_implementation/BACKEND-LOG.md") is expected


def test_a_log_at_the_root_is_known_by_its_path_alone() -> None:
    assert same_log("LOG.md", "LOG.md")
    assert not same_log("docs/LOG.md", "LOG.md")


def test_a_log_that_was_edited_is_alike_and_one_of_other_work_is_not() -> None:
    assert alike(ONE + TWO, ONE.replace("FAILED", "PASSED") + TWO)
    assert not alike(ONE, TWO)
    assert not alike("", ONE)


def test_a_great_many_chunks_of_one_number_are_compared() -> None:
    before = "## Chunk 1 — a\n- Objective: b\n" * 3000
    assert kinds(before, "# Log\n" + before) == []
    assert kinds(before, "# Log\n" + before + TWO) == []


ROWS = [
    "## Chunk 1 — cart", "## Chunk 2 — till", "**Chunk 3 — tax**", "*\u200b*Chunk 9**: x", "__Chunk 7__", "### Chunk 4",
    "Chunk five", "# Log", "---", "===", "```", "- a: b", "", "    deep", "<!-- no", "-->", "BACKEND COMPLETE",
    "**Status**: DONE", "## Token summary", "- Input: ~9", "BLOCKED: by ops", "> a",
]  # fmt: skip


@given(st.lists(st.sampled_from(ROWS), max_size=12))
def test_the_numbers_are_those_of_the_parts(rows: list[str]) -> None:
    text = "\n".join(rows)
    assert list(log_chunks.numbers(text)) == [part.number for part in parts(text)]


WORDS = [
    "BACKEND", "COMPLETE", "**", "__", "_", " ", ":", "Status", "sta", "tus", "done", "WORK DONE", "BLOCKED", "PARTIAL", "is",
    "EXECUTION", "Current", "result", "✅", "ﬆatus", "\u200b", "\0", "in progress", "(x)", "&amp;", "1.", "`", '"', "#", "|",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=6).map("".join), st.booleans())
def test_a_line_that_is_done_with_quickly_says_nothing_of_an_end(body: str, heading: bool) -> None:
    line = Line(1, "heading" if heading else "text", body, body, level=2 * heading)
    quick = log_signals.signal(line, "", 0)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(log_signals, "_may_end", lambda _: True)
        assert log_signals.signal(line, "", 0) == quick
