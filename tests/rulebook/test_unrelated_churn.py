"""history/unrelated-churn beyond its examples: what accounts, what is not judged, how it is told."""

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.history.unrelated_churn import UnrelatedChurn
from pytest_agentcompliance.verdict import Finding
from pytest_agentcompliance.workshop import run_of

LOG = "## Chunk 1 — cart\n- Files changed:\n  - api/cart.ts\n"
PAY = "import { tax } from './tax'\n\nexport function pay(sum: number) {\n  return tax(sum) + sum;\n}\n"
OTHER = PAY.replace("'", '"').replace(";", "")


def findings(before: Mapping[str, str], after: Mapping[str, str], log: str | None = LOG, **given: Any) -> list[Finding]:
    example = Example("x", given=given, before=before, after={"api/cart.ts": "1\n", **after}, log=log)
    return list(UnrelatedChurn(**given).findings_in(run_of(example)))


def said(before: Mapping[str, str], after: Mapping[str, str], log: str | None = LOG, **given: Any) -> list[str]:
    return [f"{one.at}: {one.message}" for one in findings(before, after, log, **given)]


def test_a_finding_says_what_changed_and_what_was_looked_at() -> None:
    what = "formatting (line breaks, quotes, semicolons, commas)"
    assert said({"api/pay.ts": PAY}, {"api/pay.ts": OTHER}) == [
        f"api/pay.ts:1: nothing but {what} changed here, 4 lines; the log says nothing of it"
    ]


def test_a_move_names_both_ends() -> None:
    assert said({"api/pay.ts": PAY}, {"api/till/pay.ts": PAY}) == [
        "api/till/pay.ts: this file was moved here from api/pay.ts, with nothing changed; the log says nothing of it"
    ]
    moved = PAY.replace("./tax", "../tax")
    assert said({"api/pay.ts": PAY}, {"api/till/pay.ts": moved}) == [
        "api/till/pay.ts: this file was moved here from api/pay.ts, with nothing changed but imports; the log says nothing of it"
    ]


def test_either_end_of_a_move_may_be_named() -> None:
    for end in ("api/pay.ts", "api/till/pay.ts"):
        assert not findings({"api/pay.ts": PAY}, {"api/till/pay.ts": PAY}, f"{LOG}  - {end}\n")


def test_a_file_that_says_next_to_nothing_is_not_taken_for_another() -> None:
    assert not findings({"api/__init__.py": ""}, {"web/__init__.py": ""})


def test_a_file_that_the_log_says_it_left_alone_is_not_accounted_for() -> None:
    log = f"{LOG}  - api/pay.ts (no changes)\n"
    assert [str(one.at) for one in findings({"api/pay.ts": PAY}, {"api/pay.ts": OTHER}, log)] == ["api/pay.ts:1"]


@pytest.mark.parametrize("paper", ["STORY.md", "IMPLEMENTATION-PLAN.md", "SCOPE.md", "FRONTEND-LOG.md"])
def test_every_paper_of_the_story_accounts(paper: str) -> None:
    text = {"FRONTEND-LOG.md": "## Chunk 1 — a\n- Files changed:\n  - api/pay.ts\n"}.get(
        paper, "## Files to change\n\n- `api/pay.ts`\n"
    )
    assert not findings({"api/pay.ts": PAY, paper: text}, {"api/pay.ts": OTHER, paper: text})


def test_a_plan_that_base_has_counts_as_it_was_given() -> None:
    base, head = "## Files to change\n\n- `api/a.ts`\n", "## Files to change\n\n- `api/pay.ts`\n"
    before = {"api/pay.ts": PAY, "SCOPE.md": base}
    assert [str(one.at) for one in findings(before, {"api/pay.ts": OTHER, "SCOPE.md": head})] == ["api/pay.ts:1"]


def test_without_anything_that_names_files_nothing_is_judged() -> None:
    with pytest.raises(NotJudged, match=r"^there is no log, plan or scope: nothing could account for a changed file"):
        findings({"api/pay.ts": PAY}, {"api/pay.ts": OTHER}, log=None)
    with pytest.raises(NotJudged, match=r"^the log names no file: nothing could account"):
        findings({"api/pay.ts": PAY}, {"api/pay.ts": OTHER}, log="# Log\n\nAll done.\n")


@pytest.mark.parametrize(
    "path", ["docs/a.md", "pnpm-lock.yaml", "api/__snapshots__/a.ts", "api/a.gen.ts", "vendor/a.ts", "plans/a.yaml"]
)
def test_what_nobody_writes_by_hand_is_kept(path: str) -> None:
    assert not findings({path: "a: 1\nb: 2\n"}, {path: "a: 1\n\n\n\n\nb: 2\n"})


def test_what_a_tool_says_it_wrote_is_kept() -> None:
    assert not findings({"api/a.ts": f"// @generated\n{PAY}"}, {"api/a.ts": f"// @generated\n{OTHER}"})


def test_parameters_take_out_files_and_kinds() -> None:
    assert not findings({"api/pay.ts": PAY}, {"api/pay.ts": OTHER}, own=["api/**"])
    assert not findings({"api/pay.ts": PAY}, {"api/pay.ts": OTHER}, kinds=["comments"])
    assert findings({"a.md": "a\n"}, {"a.md": "a\r\n"}, exempt=[])


def test_many_files_of_one_folder_are_one_finding() -> None:
    before = {f"api/till/{n}.ts": PAY for n in range(9)}
    found = findings(before, dict.fromkeys(before, OTHER))
    assert [str(one.at) for one in found] == ["api/till/0.ts:1"]
    assert "in 9 files of api/till (0.ts, 1.ts, 2.ts and 6 more), 36 lines" in found[0].message


def test_binary_files_links_and_modes_are_no_text() -> None:
    assert not findings({"a.png": "a\0b\r\n"}, {"a.png": "a\0b\n"})
    example = Example("x", before={"api/a.ts": PAY}, after={"api/cart.ts": "1\n"}, links={"api/a.ts": "cart.ts"}, log=LOG)
    assert not list(UnrelatedChurn().findings_in(run_of(example)))


def test_what_was_taken_back_is_kept_and_the_commit_is_named() -> None:
    def run(*commits: dict[str, str | None]) -> list[str]:
        example = Example("x", before={"api/pay.ts": PAY}, commits=commits, log=LOG)
        return [one.message for one in UnrelatedChurn().findings_in(run_of(example))]

    assert run({"api/cart.ts": "1\n"}, {"api/pay.ts": OTHER}, {"api/pay.ts": PAY}) == []
    (message,) = run({"api/cart.ts": "1\n"}, {"api/pay.ts": OTHER})
    assert message.endswith("the log says nothing of it (commit 000000000 'Commit 2')")


def test_findings_keep_their_fingerprint_when_lines_move() -> None:
    one, other = (findings({"api/pay.ts": head + PAY}, {"api/pay.ts": head + OTHER})[0] for head in ("", "const a = 1\n\n"))
    assert one.evidence == other.evidence
    assert one.at != other.at
