"""``agent-compliance log check``: one log alone anywhere, or that of the run; its end is owed once the log says that it ended."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pytest_agentcompliance import catalog
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.logbook import check
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.verdict import BASELINE, Audit, Finding, Outcome, PolicyFacts, Verdict
from tests.conftest import GitRepo
from tests.logbook.shop import LOG, V3, begun, run, work

CHUNK = """## Chunk 1 — totals
- Objective (maps to AC-2): the service adds up a cart
- Files changed:
  - `packages/backend/cart/src/totals.ts` (NEW)
- Summary of changes: adds up
- Reuse compliance:
  - Reused: `@shop/logger`
  - New: `totals.ts`
  - Why new was necessary: no package adds up carts
- Ports & adapters note:
  - What stayed in core: the sums
  - What stayed in adapters: nothing yet
- Commands run (if any):
  - `pnpm check-types --filter @shop/cart` - PASS
- Notes / Risks: none
"""
END = "\nBACKEND COMPLETE\n\n## Worker Token Summary\n- Input: ~900 tokens\n- Output: ~200 tokens\n"
TOTALS = {"packages/backend/cart/src/totals.ts": "export const total = 1\n"}


def checked(file: Path, *words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, ["log", "check", str(file), *words])
    assert done.exit_code == code, done.output
    return done


def outcomes(done: Result) -> dict[str, tuple[str, str]]:
    document: dict[str, Any] = json.loads(done.stdout)
    return {one["rule"]: (one["outcome"], one["why"]) for one in document["verdicts"]}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "BACKEND-LOG.md"
    file.write_text(CHUNK)
    return file


def test_a_log_under_way_owes_no_end(log: Path) -> None:
    done = checked(log)
    assert done.stdout.splitlines()[-1].startswith("the log: kept: ")
    assert "2 not due yet" in done.stdout
    assert "not due yet: C3-26 log/completion-signal, C3-27 log/token-summary\n" in done.stdout
    assert outcomes(checked(log, "--output", "json"))["log/token-summary"] == ("not-judged", check.NOT_DUE)


def test_what_is_said_to_be_finished_owes_it(log: Path) -> None:
    done = checked(log, "--finished", code=1)
    assert f"{log.as_posix()}:15: the log does not say how the run ended" in done.stdout
    assert "[C3-26 log/completion-signal]\n  fix: End the log with the line" in done.stdout
    log.write_text(CHUNK + "\nBLOCKED: no schema\n")
    assert "the log has no Worker Token Summary" in checked(log, code=1).stdout
    log.write_text(CHUNK + "\n## Status: IN PROGRESS\n")
    assert "not due yet" in checked(log).stdout
    log.write_text(CHUNK + END)
    assert "not due" not in checked(log).stdout


def test_each_finding_is_one_line_with_its_place_and_its_remedy_follows(log: Path) -> None:
    log.write_text(CHUNK.replace(" — totals", "").replace("Summary of changes: adds up", "Summary of changes:\x1b[1m"))
    lines = checked(log, code=1).stdout.splitlines()
    assert lines[0] == f"{log.as_posix()}:1: chunk 1 has no name [C3-21 log/chunk-heading]"
    assert lines[1] == "  fix: Head each chunk '## Chunk N — short name', with the number that follows the last one."
    assert lines[-1].startswith("the log: broken: 1 to mend, ")
    assert "\x1b" not in "".join(lines)


def test_the_json_is_that_of_an_audit(log: Path) -> None:
    document = json.loads(checked(log, "--output", "json").stdout)
    assert {"schema_version", "base", "policy", "verdicts", "meter", "notes"} <= document.keys()
    assert {one["profile"] for one in document["verdicts"]} == {V3}


def test_only_rules_of_the_log_alone_are_asked(log: Path) -> None:
    asked = outcomes(checked(log, "--output", "json"))
    assert {"log/chunk-heading", "log/chunk-fields", "log/completion-signal", "log/token-summary"} <= asked.keys()
    assert {rule for rule in asked if catalog.find(rule).reads != {"log"}} == set()
    other = outcomes(checked(log, "--profile", "dev-implement-backend-coder-v1", "--output", "json"))
    assert "log/chunk-heading" in other
    assert "log/token-summary" not in other


def test_what_cannot_be_asked_and_what_cannot_be_read(log: Path) -> None:
    assert "No such file" in checked(log.with_name("nope.md"), code=2).stderr
    assert "there is no profile" in checked(log, "--profile", "nope", code=2).stderr
    assert "--base is for the log of a run" in checked(log, "--base", "main", code=2).stderr
    link = log.with_name("link.md")
    link.symlink_to(log)
    assert "symbolic link" in checked(link, code=3).stderr
    assert "is a folder" in checked(log.parent, code=3).stderr


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\xfd\xff", b"| a |\n|---|\n", b"## Chunk 1 \xe2\x80\x94 x\n\xff\n", b"<!--\n"])
def test_any_file_gets_a_verdict(log: Path, data: bytes) -> None:
    log.write_bytes(data)
    assert "the log: broken" in checked(log, code=1).stdout


def test_the_log_of_a_run_is_held_against_its_change(repo: GitRepo) -> None:
    begun(repo)
    work(repo, {**TOTALS, "packages/backend/cart/src/till.ts": "export const till = 1\n", LOG: CHUNK})
    done = run(repo, "log", "check", code=1)
    assert "packages/backend/cart/src/till.ts: the log does not list this file [C3-23 log/files-match-diff]\n  fix: " in done.stdout
    assert "not due yet: C3-26 log/completion-signal, C3-27 log/token-summary" in done.stdout.replace("C3-15 blockers/signal, ", "")
    (repo.root / "packages/backend/cart/src/till.ts").unlink()
    assert "the log: kept" in run(repo, "log", "check").stdout
    run(repo, "log", "check", "--finished", code=1)
    repo.write(LOG, CHUNK + END)
    assert "not due" not in run(repo, "log", "check").stdout
    assert "log/present" in outcomes(run(repo, "log", "check", "--output", "json"))


def test_a_run_without_a_log_is_told_where_it_belongs(repo: GitRepo) -> None:
    begun(repo)
    work(repo, TOTALS)
    done = run(repo, "log", "check", code=1)
    assert LOG.replace("in-progress", "*") in done.stdout
    whole, claims = (line for line in done.stdout.splitlines() if line.startswith("not judged: "))
    assert whole.count(" log/") > 5
    assert claims.count(" log/") == 1  # a report may claim what no log does
    assert "log/claims-proved" in claims


def test_a_remedy_stands_once_for_all_findings_of_a_rule(repo: GitRepo) -> None:
    begun(repo)
    work(repo, {**TOTALS, "packages/backend/cart/src/a.ts": "1\n", "packages/backend/cart/src/b.ts": "1\n", LOG: CHUNK})
    done = run(repo, "log", "check", code=1)
    assert done.stdout.count("does not list this file") == 2
    assert done.stdout.count("fix: Make the log tell what was done") == 1


def test_what_breaks_at_severity_warning_is_counted_apart(repo: GitRepo) -> None:
    begun(repo)
    work(repo, {**TOTALS, LOG: CHUNK.replace("AC-2", "AC-9")})
    done = run(repo, "log", "check")
    assert "[C3-24 log/objectives-traced] (warning)\n" in done.stdout
    assert "the log: kept: 1 to mend at severity warning, " in done.stdout


def test_the_same_findings_as_the_audit(repo: GitRepo) -> None:
    begun(repo)
    work(repo, {**TOTALS, LOG: CHUNK.replace("## Chunk 1", "## Chunk 4") + END, "docs/x.md": "x\n"})
    words = ["--repo", str(repo.root), "--base", "main", "--output", "json"]
    audit, log = (json.loads(CliRunner().invoke(main, [*command, *words]).stdout) for command in (["audit"], ["log", "check"]))
    mine = {one["rule"]: one for one in log["verdicts"]}
    assert {"log/chunk-heading", "log/files-match-diff"} <= {rule for rule, one in mine.items() if one["outcome"] == "broken"}
    assert [one for one in audit["verdicts"] if one["rule"] in mine] == log["verdicts"]


def test_what_is_owed_at_the_end_reads_the_log() -> None:
    late = {name for name in catalog.names() if catalog.find(name).at_end}
    assert {"log/completion-signal", "log/token-summary", "log/token-estimate", "blockers/signal"} <= late
    assert all("log" in catalog.find(name).reads for name in late)


def test_what_the_policy_excuses_is_shown_and_not_to_be_mended() -> None:
    known, waived = (
        Finding(said, Place("LOG.md", 3), excuse=excuse) for said, excuse in (("one", BASELINE), ("two", "p.yaml:3: agreed"))
    )
    one = Verdict("p", "A", "says", "log/x", "error", Outcome.WAIVED, excused=(known, waived))
    told = list(check.lines(Audit("", "", "", PolicyFacts("p.yaml"), (one,))))
    assert told[:2] == [("dim", "LOG.md:3: one [A log/x] (in the baseline)"), ("dim", "LOG.md:3: two [A log/x] (waived)")]
    assert "to mend" not in told[-1][1]
