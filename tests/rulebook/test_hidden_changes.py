"""integrity/hidden-changes and integrity/unaudited, on real repositories through the whole audit."""

import os
from pathlib import Path

import pytest

from pytest_agentcompliance import engine
from pytest_agentcompliance.rulebook.integrity import hidden_changes
from pytest_agentcompliance.verdict import Audit, Outcome, Verdict
from tests.conftest import GitRepo

PROFILE = """\
spec: a small one
clauses:
  G-1: {says: Work stays in api, rules: {scope/allowed-paths: {allowed: ["api/**"]}}}
  G-2: {says: Nothing is left to do, severity: warning, rules: {content/todo: {}}}
"""


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("base", {
        "api/a.py": "a = 1\n", "web/b.tsx": "b\n", ".agent-compliance/profiles/gate.yaml": PROFILE,
        "agent-compliance.yaml": "profiles:\n  - name: gate\n",
    })  # fmt: skip
    repo.branch("agent")
    return repo


def audited(run: GitRepo, head: str | None = "agent") -> Audit:
    return engine.audit(engine.Options(run.root, "main", head, environ={}))


def of(audit: Audit, rule: str) -> Verdict:
    return next(one for one in audit.verdicts if one.rule == rule)


def told(run: GitRepo, head: str | None = "agent") -> list[tuple[str, str, str]]:
    found = of(audited(run, head), "integrity/hidden-changes").findings
    return [(str(one.at), one.level, one.message) for one in found]


def test_what_has_gone_again_breaks_where_a_bound_rule_would_have(run: GitRepo) -> None:
    commit = run.commit("more", {"web/c.tsx": "c\n", "api/b.py": "b = 1  # TODO: later\n", "api/fine.py": "f = 1\n"})
    run.commit("back", {"web/c.tsx": None, "api/b.py": None, "api/fine.py": None, "api/a.py": "a = 2\n"})
    made = audited(run)
    assert [(str(one.at), one.level) for one in of(made, "integrity/hidden-changes").findings] == [
        ("web/c.tsx", "breach"), ("api/b.py", "style"),
    ]  # fmt: skip
    first = of(made, "integrity/hidden-changes").findings[0]
    gone = f"it was in commit {commit[:12]} and is not in the run's end: scope/allowed-paths (G-1): the file was added; "
    assert first.message.startswith(gone)
    assert first.remedy is not None
    assert first.remedy.kind == "ask-a-human"
    assert of(made, "scope/allowed-paths").outcome is Outcome.KEPT
    assert made.exit_code() == 1


def test_a_file_that_only_moved_on_has_not_gone(run: GitRepo) -> None:
    run.commit("draft", {"draft.py": "work = 1\n"})
    run.commit("home", {"draft.py": None, "api/work.py": "work = 1\n"})
    assert told(run) == []


def test_several_versions_of_one_path_are_told_once(run: GitRepo) -> None:
    for n in range(3):
        last = run.commit(str(n), {"web/c.tsx": f"{n}\n"})
    run.commit("back", {"web/c.tsx": None})
    assert [(place, f"commit {last[:12]}" in message) for place, _, message in told(run)] == [("web/c.tsx", True)]


def test_the_policy_may_make_what_has_gone_a_remark(run: GitRepo) -> None:
    run.git("checkout", "-q", "main")
    change = "IN-02: {rules: {integrity/hidden-changes: {passed: style}}}"
    law = f"profiles:\n  - name: gate\n  - name: integrity\n    clauses: {{{change}}}\n"
    run.commit("law", {"agent-compliance.yaml": law})
    run.git("checkout", "-q", "-B", "agent")
    run.commit("more", {"web/c.tsx": "c\n"})
    run.commit("back", {"web/c.tsx": None})
    assert [level for _, level, _ in told(run)] == ["style"]


def test_what_is_staged_is_judged_as_the_next_commit(run: GitRepo) -> None:
    run.write("web/c.tsx", "c\n")
    run.git("add", "web/c.tsx")
    (run.root / "web/c.tsx").unlink()
    [(place, level, message)] = told(run, None)
    assert (place, level) == ("web/c.tsx", "breach")
    assert message.startswith("it is staged and is not in the run's end: scope/allowed-paths (G-1)")


def test_a_waived_finding_is_not_told_of_what_has_gone(run: GitRepo) -> None:
    run.git("checkout", "-q", "main")
    waiver = '  - {rule: scope/allowed-paths, path: "web/**", reason: "agreed once", by: "Ada", until: 2999-01-01}\n'
    run.commit("law", {"agent-compliance.yaml": f"profiles:\n  - name: gate\nwaivers:\n{waiver}"})
    run.git("checkout", "-q", "-B", "agent")
    run.commit("more", {"web/c.tsx": "c\n"})
    run.commit("back", {"web/c.tsx": None})
    assert told(run) == []


def test_a_file_that_cannot_be_read_is_named_and_ends_in_3(run: GitRepo) -> None:
    run.commit("work", {"api/a.py": "a = 2\n"})
    blob = run.git("rev-parse", "agent:api/a.py")
    (run.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    made = audited(run)
    verdict = of(made, "integrity/unaudited")
    assert verdict.outcome is Outcome.NOT_JUDGED
    assert verdict.unread == ("api/a.py",)
    assert [(str(one.at), one.message) for one in verdict.findings] == [
        ("api/a.py", f"it could not be read: object {blob} is missing from the repository"),
    ]
    assert made.exit_code() == 3


@pytest.mark.skipif(os.name == "nt", reason="no folder there can be kept from its owner by its mode")
@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_listed_is_no_pass(run: GitRepo) -> None:
    folder = Path(run.root / "api" / "closed")
    folder.mkdir(mode=0)
    try:
        made = audited(run, None)
    finally:
        folder.chmod(0o755)
    assert of(made, "integrity/unaudited").unread == ("api/closed",)
    assert made.exit_code() == 3


def test_a_submodule_that_moved_is_a_finding_that_the_policy_may_allow(run: GitRepo) -> None:
    run.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},api/sub")
    run.git("commit", "-qm", "sub")
    assert [(place, level) for place, level, _ in told(run)] == [("api/sub", "breach")]


def test_attributes_below_the_root_count_for_their_own_folder(run: GitRepo) -> None:
    run.commit("work", {"api/.gitattributes": "*.py -diff\n/b.py binary\n", "api/x/a.py": "a = 2\n"})
    assert [place for place, _, _ in told(run)] == ["api/.gitattributes:1"]
    run.commit("work", {"api/b.py": "b = 2\n"})
    assert [place for place, _, _ in told(run)] == ["api/.gitattributes:1", "api/.gitattributes:2"]


def test_a_script_that_was_in_utf_16_before_may_stay_so(run: GitRepo) -> None:
    run.git("checkout", "-q", "main")
    run.commit("old", {"api/old.py": "a = 1\n".encode("utf-16")})
    run.git("checkout", "-q", "-B", "agent")
    run.commit("work", {"api/old.py": "a = 2\n".encode("utf-16"), "api/new.py": "a = 1\n".encode("utf-16")})
    assert [(place, message) for place, _, message in told(run)] == [
        ("api/new.py", "the file is in UTF-16 now, which git and most tools take for binary"),
    ]


def test_work_in_progress_on_a_file_that_stays_changed_is_shown_and_no_breach(run: GitRepo) -> None:
    run.git("checkout", "-q", "main")
    strict = PROFILE.replace("severity: warning, ", "")
    run.commit("law", {".agent-compliance/profiles/gate.yaml": strict})
    run.git("checkout", "-q", "-B", "agent")
    run.commit("begun", {"api/a.py": "a = 2  # TODO: finish\n", "web/still.tsx": "s\n"})
    run.commit("done", {"api/a.py": "a = 3\n", "web/still.tsx": "s2\n"})
    assert [(place, level) for place, level, _ in told(run)] == [("api/a.py", "style")]


def test_a_submodule_that_is_only_staged_is_told(run: GitRepo) -> None:
    run.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},api/sub")
    assert [(place, level) for place, level, _ in told(run, None)] == [("api/sub", "breach")]


def test_of_two_merge_bases_the_one_on_bases_own_line_counts(run: GitRepo) -> None:
    """The other is a commit of the run that was merged into base: held against it, what came before it would not show."""
    first = run.commit("first", {"web/c.tsx": "c\n"})
    run.git("checkout", "-q", "main")
    own = run.commit("own", {"api/main.py": "m = 1\n"})
    run.git("merge", "-q", "-m", "take it", first)
    run.git("checkout", "-q", "agent")
    run.git("merge", "-q", "-m", "keep up", own)
    made = audited(run)
    assert made.merge_base == own
    assert [str(one.at) for one in of(made, "scope/allowed-paths").findings] == ["web/c.tsx"]


def test_a_law_that_is_newer_at_base_is_said(run: GitRepo) -> None:
    run.git("checkout", "-q", "main")
    run.commit("stricter", {"agent-compliance.yaml": "profiles:\n  - {name: gate}\n  - {name: backend-engineer}\n"})
    run.git("checkout", "-q", "agent")
    run.commit("work", {"api/a.py": "a = 2\n"})
    assert [note for note in audited(run).notes if note.startswith("the law at base itself is not that")]


def test_a_long_collection_of_attributes_is_none_that_hides(run: GitRepo) -> None:
    lines = "".join(f"*.x{n} binary\n" for n in range(300))
    run.commit("work", {"api/.gitattributes": lines, "api/a.py": "a = 2\n"})
    assert told(run) == []


def test_more_lines_than_anybody_can_look_through_are_told(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hidden_changes, "MOST_ATTRIBUTES", 3)
    run.commit("work", {"api/.gitattributes": "".join(f"*.x{n} -diff\n" for n in range(5))})
    assert [(place, level) for place, level, _ in told(run)] == [("api/.gitattributes:4", "breach")]
