"""What the rules on logs say beside where they say it: reasons, levels, and what they cannot judge."""

import pytest

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.log.chunk_fields import ChunkFields
from pytest_agentcompliance.rulebook.log.chunk_heading import ChunkHeading
from pytest_agentcompliance.rulebook.log.completion_signal import CompletionSignal
from pytest_agentcompliance.rulebook.log.files_match_diff import FilesMatchDiff
from pytest_agentcompliance.rulebook.log.present import Present
from tests.rulebook.said import messages, why

HERE = "plans/in-progress/SHOP-7/_implementation/BACKEND-LOG.md"
THERE = "plans/in-progress/SHOP-8/_implementation/BACKEND-LOG.md"
HEAD = "## Chunk 1 — x\n- Files changed:\n"


def test_two_logs_cannot_be_judged_and_are_named() -> None:
    with pytest.raises(NotJudged, match=r"2 logs: .*SHOP-7.*SHOP-8.*--story"):
        messages(Present(path="plans/**/BACKEND-LOG.md"), Example("two", after={HERE: "a\n", THERE: "a\n"}))


def test_two_logs_of_one_story_are_a_breach() -> None:
    example = Example("twice", after={HERE: "a\n", HERE.replace("in-progress", "done"): "b\n"})
    assert messages(Present(path="plans/*/SHOP-7/_implementation/BACKEND-LOG.md"), example) == [
        f"the run wrote 2 logs of one story that differ: {HERE.replace('in-progress', 'done')}, {HERE}; "
        "which of them is its log cannot be told"
    ]


def test_two_logs_of_which_one_is_named_are_judged_by_that_one() -> None:
    rule = Present(path="**/BACKEND-LOG.md")
    assert messages(rule, Example("named", log="# Log\n", after={"BACKEND-LOG.md": "# Log\n", THERE: "\n"})) == []


def test_log_that_the_run_did_not_touch_is_not_written_by_it() -> None:
    example = Example(
        "old", log="# Log\n", before={"BACKEND-LOG.md": "# Log\n"}, after={"BACKEND-LOG.md": "# Log\n", "a.ts": "1\n"}
    )
    assert messages(Present(path="BACKEND-LOG.md"), example) == ["the log is there, but this run wrote nothing to it"]


def test_absent_log_is_looked_for_elsewhere() -> None:
    example = Example("stray", after={THERE: "# Log\n"})
    assert messages(Present(path=HERE), example) == [
        f"the run wrote no log at {HERE}, where it belongs; this one lies elsewhere"
    ]


def test_numbers_that_come_late_or_are_none_are_told_apart() -> None:
    log = "## Chunk 1 — a\n## Chunk 3 — b\n## Chunk 2 — c\n## Chunk II — d\n## Chunk 4 — e\n## Chunk — f\n"
    assert messages(ChunkHeading(), Example("order", log=log)) == [
        "chunk 3 stands where chunk 2 belongs",
        "chunk 2 stands behind a chunk with a higher number",
        "a chunk is numbered 'II'; each chunk has one whole number",
        "chunk 4 stands where chunk 3 belongs",
        "a chunk has no number",
    ]


def test_numbers_that_start_again_are_counted_from_there() -> None:
    log = "".join(f"## Chunk {number} — a\n" for number in (1, 2, 1, 2, 2))
    assert messages(ChunkHeading(), Example("again", log=log)) == [
        "the numbers start again: chunk 1 stands where chunk 3 belongs",
        "chunk 2 is there a second time",
    ]


def test_range_names_how_many_chunks_it_stands_for() -> None:
    log = "## Chunk 1-3 — a\n## Chunk 4 — b\n"
    assert messages(ChunkHeading(), Example("range", log=log)) == [
        "a chunk is numbered '1-3', which stands for 3 chunks; each chunk has one whole number"
    ]


def test_first_number_is_a_parameter() -> None:
    assert messages(ChunkHeading(first=0), Example("zero", log="## Chunk 0 — a\n## Chunk 1 — b\n")) == []


def test_fields_of_a_log_without_chunks_are_not_judged() -> None:
    with pytest.raises(NotJudged, match="the log has no chunks"):
        messages(ChunkFields(), Example("none", log="# Log\n"))


def test_one_finding_names_all_missing_and_all_empty_fields() -> None:
    log = "## Chunk 1 — x\n- Objective: a\n- Files changed: none\n- Summary of changes:\n- Reuse compliance: N/A\n"
    log += "- Commands run: none\n"
    assert messages(ChunkFields(), Example("some", log=log)) == [
        "chunk 1 lacks 'Ports & adapters note', 'Notes / Risks' and leaves 'Summary of changes' empty"
    ]


def test_required_fields_are_a_parameter() -> None:
    log = "## Chunk 1 — x\n- Objective: a\n"
    assert messages(ChunkFields(required=("objective",)), Example("one", log=log)) == []


def test_every_file_is_told_with_the_chunks_that_claim_it() -> None:
    log = HEAD + "  - a.ts\n  - lib/\n\n## Chunk 2 — y\n- Files changed:\n  - a.ts\n"
    example = Example("why", log=log, after={"a.ts": "1\n", "lib/b.ts": "1\n"})
    assert why(FilesMatchDiff(), example).split("\n") == ["chunk 1, chunk 2 accounts for a.ts", "chunk 1 accounts for lib/b.ts"]


def test_lockfile_without_its_manifest_must_be_listed() -> None:
    example = Example("lock", log=HEAD + "  - a.ts\n", after={"a.ts": "1\n", "yarn.lock": "1\n"})
    assert messages(FilesMatchDiff(), example) == ["the log does not list this file"]
    assert messages(FilesMatchDiff(exempt=["*.lock"]), example) == []


def test_invented_file_that_several_places_claim_is_one_finding() -> None:
    log = HEAD + "  - a.ts\n  - b.ts\n\n## Files Created\n- `b.ts`\n"
    assert messages(FilesMatchDiff(), Example("twice", log=log, after={"a.ts": "1\n"})) == [
        "chunk 1 says that 'b.ts' was changed; it is not in the change"
    ]


def test_path_that_could_be_two_files_is_not_invented_and_accounts_for_neither() -> None:
    example = Example("two", log=HEAD + "  - index.ts\n", after={"a/index.ts": "1\n", "b/index.ts": "1\n"})
    assert messages(FilesMatchDiff(), example) == [
        "the log does not list this file; 'index.ts', line 3, could be this file or another" for _ in "ab"
    ]


def test_log_need_not_list_itself() -> None:
    log = HEAD + "  - a.ts\n"
    assert messages(FilesMatchDiff(), Example("self", log=log, after={"a.ts": "1\n", "BACKEND-LOG.md": log})) == []


def test_words_of_the_signal_are_parameters() -> None:
    rule = CompletionSignal(complete="IMPLEMENTATION COMPLETE")
    assert messages(rule, Example("other", log="# Log\n\nIMPLEMENTATION COMPLETE\n")) == []
    assert messages(rule, Example("ours", log="# Log\n\nBACKEND COMPLETE\n")) == [
        "the log ends with 'BACKEND COMPLETE' and not with 'IMPLEMENTATION COMPLETE' or 'BLOCKED: <reason>'"
    ]


def test_other_words_behind_the_right_ones_are_a_matter_of_style() -> None:
    example = Example("fix", log="# Log\n\nBACKEND COMPLETE\n\n## Fix\nDone.\n\nFIX COMPLETE\n")
    assert messages(CompletionSignal(), example) == []
    assert messages(CompletionSignal(), example, "style") == ["'FIX COMPLETE' stands behind the line that ends the log"]


def test_status_at_the_top_does_not_contradict_the_end() -> None:
    assert (
        messages(CompletionSignal(), Example("top", log="# Log\n\n**Status**: BLOCKED - waits\n\n## Work\n\nBACKEND COMPLETE\n"))
        == []
    )
