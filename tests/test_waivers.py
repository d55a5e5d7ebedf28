"""What the policy excuses in real repositories: waivers where they lie, their end, what they must not excuse, and the baseline."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_agentcompliance import baseline, engine
from pytest_agentcompliance.errors import PolicyError, UsageError
from pytest_agentcompliance.verdict import BASELINE, Audit, Finding, Outcome, Verdict
from tests.conftest import GitRepo

PROFILE = """\
spec: what an agent was told
clauses:
  G-01: {says: "Only the backend changes", rules: {scope/allowed-paths: {allowed: ["src/**"]}}}
  G-02: {says: "No markers of unfinished work", rules: {content/todo: {}}}
"""
CHOSEN = "profiles: [{name: gate}]\n"
LAW: Mapping[str, str] = {"agent-compliance.yaml": CHOSEN, ".agent-compliance/profiles/gate.yaml": PROFILE}
TODO = "const a = 1 // TODO: wire it\n"
FILES = ".agent-compliance/baseline"


def waiver(**words: str) -> str:
    given = {"reason": "agreed", "by": "Ada", "until": "2999-01-01", **words}
    return "  - {" + ", ".join(f'{key}: "{value}"' for key, value in given.items()) + "}\n"


def audit(repo: GitRepo, **more: Any) -> Audit:
    return engine.audit(engine.Options(repo.root, more.pop("base", "main"), more.pop("head", "HEAD"), environ={}, **more))


def of(made: Audit, rule: str) -> Verdict:
    (found,) = (one for one in made.verdicts if one.rule == rule)
    return found


def todo_of(repo: GitRepo, **more: Any) -> Finding:
    (found,) = of(audit(repo, **more), "content/todo").findings
    return found


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    """A branch on which a TODO was added in a file that base has."""
    repo.commit("start", {**LAW, "src/a.ts": "const z = 0\n"})
    repo.branch("agent")
    repo.commit("work", {"src/a.ts": "const z = 0\n" + TODO})
    return repo


def amend_base(repo: GitRepo, files: Mapping[str, str | bytes | None]) -> None:
    """Something more on main, and the agent's branch rebased on it."""
    repo.git("checkout", "--quiet", "main")
    repo.commit("law", files)
    repo.git("checkout", "--quiet", "agent")
    repo.git("rebase", "--quiet", "main")


def test_waiver_by_fingerprint_holds_after_a_rebase_and_a_moved_line(run: GitRepo) -> None:
    law = CHOSEN + "waivers:\n" + waiver(finding=todo_of(run).fingerprint)
    amend_base(run, {"agent-compliance.yaml": law, "src/other.ts": "export {}\n"})
    run.commit("move", {"src/a.ts": "\n\nconst z = 0\n\n" + TODO})
    made = audit(run)
    found = of(made, "content/todo")
    assert (found.outcome, found.findings) == (Outcome.WAIVED, ())
    assert found.why == "1 of 1 findings waived: agreed (Ada, until 2999-01-01)"
    assert [one.excuse for one in found.excused] == ["agent-compliance.yaml:3: agreed (Ada, until 2999-01-01)"]
    assert (made.exit_code(), [note for note in made.notes if "waiver" in note]) == (0, [])


def test_waivers_lie_in_a_file_that_the_policy_names(run: GitRepo) -> None:
    files = {
        "agent-compliance.yaml": CHOSEN + "waivers_file: .agent-compliance/waivers.yaml\nwaivers:\n" + waiver(finding="0" * 24),
        ".agent-compliance/waivers.yaml": "waivers:\n" + waiver(rule="content/todo", path="src/**"),
    }
    amend_base(run, files)
    made = audit(run)
    assert of(made, "content/todo").excused[0].excuse.startswith(".agent-compliance/waivers.yaml:2: agreed")
    assert "the policy has 1 of its waivers in .agent-compliance/waivers.yaml" in made.notes
    assert "1 waiver excused nothing in this run: agent-compliance.yaml:4" in made.notes


def test_head_s_waivers_and_head_s_waivers_file_count_for_nothing(run: GitRepo) -> None:
    amend_base(run, {
        "agent-compliance.yaml": CHOSEN + "waivers_file: w.yaml\n", "w.yaml": "waivers: []\n",
    })  # fmt: skip
    mine = "waivers:\n" + waiver(rule="content/todo", path="**")
    run.commit("excuse", {"agent-compliance.yaml": CHOSEN + mine, "w.yaml": mine})
    assert of(audit(run), "content/todo").outcome is Outcome.BROKEN


@pytest.mark.parametrize(
    ("law", "file", "says"),
    [
        ("waivers_file: w.yaml", None, "agent-compliance.yaml:2: there is no w.yaml; write it, or take 'waivers_file' out"),
        ("waivers_file: w.yaml", "", "w.yaml:1: the file is empty; it needs a mapping with the keys waivers"),
        ("waivers_file: w.yaml", "waivers:\n- {rule: a/b, path: x}", "w.yaml:2: waivers[0]: the key 'reason' is missing"),
        ("waivers_file: w.yaml", "waivers:\n" + waiver(rule="content/tood", path="x"), "w.yaml:2: there is no rule 'content/tood'"),
        ("waivers_file: ../w.yaml", None, "agent-compliance.yaml:2: waivers_file: '../w.yaml' is no path of a file"),
        ("baseline: /b", None, "agent-compliance.yaml:2: baseline: '/b' is no path of a file"),
        ("waivers:\n" + waiver(rule="integrity/unaudited", path="**"), None,
         "agent-compliance.yaml:3: waivers[0]: findings of integrity/unaudited are not waived by a path; name each one by"),
    ],
)  # fmt: skip
def test_mistake_in_the_law_is_told_with_its_place(run: GitRepo, law: str, file: str | None, says: str) -> None:
    amend_base(run, {"agent-compliance.yaml": f"{CHOSEN}{law}\n", **({} if file is None else {"w.yaml": file})})
    with pytest.raises(PolicyError) as caught:
        audit(run)
    assert says in str(caught.value)


def test_waivers_file_that_is_no_file_is_refused(run: GitRepo) -> None:
    (run.root / "w.yaml").symlink_to("agent-compliance.yaml")
    run.git("checkout", "--quiet", "main")
    run.commit("law", {"agent-compliance.yaml": CHOSEN + "waivers_file: w.yaml\n"})
    with pytest.raises(UsageError, match=r"w.yaml is no regular file \(mode 120000\)"):
        audit(run, base="HEAD")


def test_expired_waiver_brings_back_the_finding_and_one_that_met_nothing_is_told(run: GitRepo) -> None:
    law = waiver(rule="content/todo", path="src/**", until="2020-01-31") + waiver(rule="content/todo", path="x", until="2020-01-31")
    amend_base(run, {"agent-compliance.yaml": CHOSEN + "waivers:\n" + law + waiver(rule="content/todo", path="docs/**")})
    made = audit(run)
    found = of(made, "content/todo")
    assert (found.outcome, made.exit_code()) == (Outcome.BROKEN, 1)
    assert "a waiver has expired: agreed (Ada, until 2020-01-31)" in found.why
    assert [note for note in made.notes if "waiver" in note] == [
        "1 waiver expired and excused nothing anyway; take it out: agent-compliance.yaml:4: agreed (Ada, until 2020-01-31)",
        "1 waiver excused nothing in this run: agent-compliance.yaml:5",
    ]


@pytest.mark.parametrize("how", ["waiver", "baseline"])
@pytest.mark.parametrize("where", ["in the run", "at base"])
def test_second_equal_finding_is_not_excused(run: GitRepo, how: str, where: str) -> None:
    one = todo_of(run)
    if how == "waiver":
        law = {"agent-compliance.yaml": CHOSEN + "waivers:\n" + waiver(finding=one.fingerprint)}
    else:
        law = {FILES: baseline.text([baseline.Known(one.fingerprint, "content/todo", "src/a.ts")])}
    if where == "at base":  # what was excused was merged; another run adds the same once more
        run.git("checkout", "--quiet", "main")
        run.git("merge", "--quiet", "agent")
        run.commit("law", law)
        run.git("checkout", "--quiet", "-B", "agent")
    else:
        amend_base(run, law)
        assert of(audit(run), "content/todo").outcome is Outcome.WAIVED
    run.commit("again", {"src/a.ts": "const z = 0\n" + TODO + "const b = 2\n" + TODO})
    made = of(audit(run), "content/todo")
    assert made.outcome is Outcome.BROKEN
    assert len(made.findings) == 1
    assert len(made.excused) == (1 if where == "in the run" else 0)
    assert made.findings[0].fingerprint != one.fingerprint


def test_excused_finding_that_is_merged_and_then_reformatted_stays_excused(run: GitRepo) -> None:
    one = todo_of(run)
    run.git("checkout", "--quiet", "main")
    run.git("merge", "--quiet", "agent")
    run.commit("law", {"agent-compliance.yaml": CHOSEN + "waivers:\n" + waiver(finding=one.fingerprint)})
    run.git("checkout", "--quiet", "-B", "agent")
    run.commit("format", {"src/a.ts": "const z = 0;\n\nconst a = 1;\n  //  TODO: wire  it\n"})
    assert of(audit(run), "content/todo").outcome is not Outcome.BROKEN


def test_baseline_excuses_what_it_has_and_nothing_else(run: GitRepo) -> None:
    amend_base(run, {FILES: baseline.text([baseline.Known(todo_of(run).fingerprint, "content/todo", "src/a.ts")])})
    run.commit("more", {"docs/x.md": "x\n"})
    made = audit(run)
    found = of(made, "content/todo")
    assert (found.outcome, found.why) == (Outcome.WAIVED, "1 of 1 findings in the baseline")
    assert [one.excuse for one in found.excused] == [BASELINE]
    assert of(made, "scope/allowed-paths").outcome is Outcome.BROKEN
    assert f"findings known from {FILES}: 1" in made.notes


def test_baseline_that_head_writes_counts_for_nothing(run: GitRepo) -> None:
    text = baseline.text([baseline.Known(todo_of(run).fingerprint, "content/todo", "src/a.ts")])
    run.commit("excuse", {FILES: text})
    assert of(audit(run), "content/todo").outcome is Outcome.BROKEN
    run.write("agent-compliance.yaml", CHOSEN + f"baseline: {FILES}\n")
    made = audit(run, head=None, policy=run.root / "agent-compliance.yaml")
    assert of(made, "content/todo").outcome is Outcome.BROKEN


def test_first_policy_does_not_bring_its_own_baseline(repo: GitRepo) -> None:
    repo.commit("start", {"src/a.ts": "const z = 0\n"})
    repo.branch("agent")
    repo.commit("work", {**LAW, "src/a.ts": TODO})
    repo.commit("excuse", {FILES: baseline.text([baseline.Known(todo_of(repo).fingerprint, "content/todo", "src/a.ts")])})
    made = audit(repo)
    assert not made.policy.reviewed
    assert of(made, "content/todo").outcome is Outcome.BROKEN


def test_baseline_excuses_no_finding_of_integrity(repo: GitRepo) -> None:
    profile = PROFILE + '  G-03: {says: "Nothing hides", rules: {integrity/hidden-changes: {}}}\n'
    repo.commit("start", {**LAW, ".agent-compliance/profiles/gate.yaml": profile, "src/a.ts": "x\n"})
    repo.branch("agent")
    repo.commit("work", {".gitattributes": "*.ts -diff\n", "src/a.ts": "y\n"})

    def judged() -> Verdict:
        return next(one for one in audit(repo).verdicts if one.clause == "G-03")

    before = judged()
    assert before.outcome is Outcome.BROKEN
    known = [baseline.Known(one.fingerprint, before.rule, one.at.path) for one in before.findings if one.at]
    amend_base(repo, {FILES: baseline.text(known)})
    assert judged().outcome is Outcome.BROKEN
    by_name = "".join(waiver(finding=one.fingerprint) for one in known)
    amend_base(repo, {"agent-compliance.yaml": CHOSEN + "waivers:\n" + by_name})
    assert judged().outcome is Outcome.WAIVED


def test_policy_outside_of_the_repository_has_its_files_beside_it(run: GitRepo, tmp_path: Path) -> None:
    folder = tmp_path / "law"
    folder.mkdir()
    law = folder / "p.yaml"
    one = todo_of(run)
    law.write_text(CHOSEN + "waivers_file: w.yaml\nbaseline: known\n")
    with pytest.raises(PolicyError, match=r"p.yaml:2: there is no w.yaml"):
        audit(run, policy=law)
    (folder / "w.yaml").write_text("waivers: []\n")
    made = audit(run, policy=law)
    assert of(made, "content/todo").outcome is Outcome.BROKEN
    assert any("there is no known yet, which the policy names as its baseline" in note for note in made.notes)
    (folder / "known").write_text(baseline.text([baseline.Known(one.fingerprint, "content/todo", "src/a.ts")]))
    assert of(audit(run, policy=law), "content/todo").excused[0].excuse == BASELINE
    (folder / "known").unlink()
    (folder / "known").mkdir()
    with pytest.raises(UsageError, match="no regular file"):
        audit(run, policy=law)


def test_broken_baseline_is_told(run: GitRepo) -> None:
    amend_base(run, {FILES: "# x\n\n<<<<<<< HEAD\n"})
    with pytest.raises(PolicyError, match=r"\.agent-compliance/baseline:3: it is the mark of a merge conflict; keep the lines"):
        audit(run)
