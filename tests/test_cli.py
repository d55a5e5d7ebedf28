"""The command, as a shell sees it: policies and where they come from, bad input, exit codes, output."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pytest_agentcompliance import engine
from pytest_agentcompliance.cli import main
from tests.conftest import GitRepo

V3 = "dev-implement-backend-coder-v3"
POLICY = f"profiles:\n  - name: {V3}\n"
STORY = "plans/wish/in-progress/WISH-1"
LOG = f"{STORY}/_implementation/BACKEND-LOG.md"
CHUNK = """## Chunk 1 — add the route
- Objective (maps to story requirement/AC): AC-1
- Files changed:
  - `apps/api/route.ts`
- Summary of changes: a route
- Reuse compliance:
  - Reused: the router
  - New: the route
  - Why new was necessary: nothing answers this request
- Ports & adapters note:
  - What stayed in core: nothing
  - What stayed in adapters: the route
- Commands run (if any):
  - `pnpm check-types --filter api` - PASS
- Notes / Risks: none

BACKEND COMPLETE

## Worker Token Summary
- Input: ~900 tokens (files read)
- Output: ~160 tokens (files written)
"""
DOCUMENTS: Mapping[str, str] = {
    f"{STORY}/WISH-1.md": "# A route\n\n- AC-1: there is a route\n",
    f"{STORY}/_implementation/IMPLEMENTATION-PLAN.md": "Add the route.\n",
    f"{STORY}/_implementation/SCOPE.md": "apps/api/**\n",
    f"{STORY}/_implementation/ARCHITECTURAL-DECISIONS.yaml": "decisions: []\n",
}
GOOD: Mapping[str, str] = {"apps/api/route.ts": "export const a = 1\n", LOG: CHUNK}


def cli(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "CI_", "GIT_", "PYTEST"))}
    return subprocess.run(
        [sys.executable, "-I", "-m", "pytest_agentcompliance", *words],
        cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, env={**kept, **(env or {})}, check=False,
    )


def audited(folder: Path, *words: str, code: int) -> dict[str, Any]:
    done = cli(folder, "audit", "--output", "json", *words)
    assert done.returncode == code, done.stderr + done.stdout[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def outcomes(document: Mapping[str, Any]) -> dict[str, str]:
    return {f"{one['clause']}[{one['rule']}]": one["outcome"] for one in document["verdicts"]}


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("start", {"README.md": "hello\n", "agent-compliance.yaml": POLICY, **DOCUMENTS})
    repo.branch("agent")
    return repo


def test_a_run_that_kept_to_its_spec(run: GitRepo) -> None:
    run.commit("work", GOOD)
    found = audited(run.root, code=0)
    assert set(outcomes(found).values()) <= {"kept", "not-built", "not-checkable"}
    assert found["policy"]["source"] == "agent-compliance.yaml at the merge base"
    assert found["policy"]["reviewed"] is True
    assert (found["base"], found["merge_base"]) == ("main", run.git("rev-parse", "main"))
    assert found["meter"]["files_changed"] == 2


def test_a_run_that_broke_it(run: GitRepo) -> None:
    run.commit("work", {**GOOD, "apps/web/App.tsx": "export const A = () => <p/>\n", "apps/api/x.ts": "// TODO later\n"})
    found = audited(run.root, "--head", "HEAD", code=1)
    broken = {key for key, outcome in outcomes(found).items() if outcome == "broken"}
    assert broken == {
        "C3-03[scope/allowed-paths]", "C3-04[scope/frontend-files]", "C3-05[scope/planned-files]", "C3-09[content/todo]",
        "C3-23[log/files-match-diff]",
    }
    assert found["head"] == run.git("rev-parse", "HEAD")
    text = cli(run.root, "audit")
    assert text.returncode == 1
    assert "apps/api/x.ts:1" in text.stdout


def test_text_is_folded_to_the_columns_that_there_are(run: GitRepo, tmp_path: Path) -> None:
    run.commit("work", {**GOOD, LOG.replace("WISH-1", "WISH-2"): CHUNK})  # so that many clauses are not judged
    narrow, wide = (cli(run.root, "audit", env={"COLUMNS": columns}).stdout for columns in ("50", "150"))
    assert max(len(line) for line in narrow.splitlines() if "C3-" in line) <= 50
    assert max(len(line) for line in wide.splitlines() if "C3-" in line) > 100
    cli(run.root, "audit", "--output", f"text:{tmp_path / 'a.txt'}", env={"COLUMNS": "150"})
    assert max(len(line) for line in (tmp_path / "a.txt").read_text("utf-8").splitlines() if "C3-" in line) <= 80


def test_every_clause_of_the_profile_and_of_integrity_is_in_every_audit(run: GitRepo) -> None:
    run.commit("work", GOOD)
    found = outcomes(audited(run.root, code=0))
    clauses = {key.partition("[")[0] for key in found}
    assert {f"C3-{k:02}" for k in range(1, 30)} | {f"IN-{k:02}" for k in range(1, 5)} == clauses
    assert "not-built" not in found.values()


def test_the_judged_do_not_write_the_law(run: GitRepo) -> None:
    law = f"{POLICY}    clauses: {{C3-03: {{off: 'we agreed'}}}}\n"
    run.commit("work", {"apps/web/App.tsx": "x\n", "agent-compliance.yaml": law})
    found = outcomes(audited(run.root, code=1))
    assert found["C3-03[scope/allowed-paths]"] == "broken"


def test_a_first_policy_is_said_to_be_unreviewed(repo: GitRepo) -> None:
    repo.commit("start", {"README.md": "hello\n"})
    repo.branch("agent")
    repo.commit("work", {**GOOD, "agent-compliance.yaml": POLICY})
    found = audited(repo.root, code=1)
    assert found["policy"]["reviewed"] is False
    assert "policy unreviewed: first introduction" in cli(repo.root, "audit").stdout


def test_a_policy_from_outside_beats_all(run: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(f"{POLICY}    clauses:\n      C3-03: {{off: elsewhere}}\n      C3-04: {{severity: warning}}\n")
    run.commit("work", {"apps/web/App.tsx": "x\n"})
    found = audited(run.root, "--policy", str(tmp_path / "p.yaml"), code=1)
    (scope,) = (one for one in found["verdicts"] if one["clause"] == "C3-03")
    assert (scope["outcome"], scope["why"]) == ("not-judged", "switched off by the policy: elsewhere")
    (frontend,) = (one for one in found["verdicts"] if one["clause"] == "C3-04")
    assert (frontend["outcome"], frontend["severity"]) == ("broken", "warning")


def test_a_profile_needs_no_policy(repo: GitRepo) -> None:
    repo.commit("start", {"README.md": "hello\n", **DOCUMENTS})
    repo.branch("agent")
    repo.commit("work", GOOD)
    assert audited(repo.root, "--profile", V3, code=0)["policy"]["source"].startswith("none")
    done = cli(repo.root, "audit")
    assert done.returncode == 2
    assert "there is no agent-compliance.yaml" in done.stderr
    assert "agent-compliance init" in done.stderr


def test_two_profiles_are_judged_in_one_audit(run: GitRepo) -> None:
    run.commit("work", GOOD)
    found = audited(run.root, "--profile", V3, "--profile", "backend-engineer", code=1)
    assert {one["profile"] for one in found["verdicts"]} == {V3, "backend-engineer", "integrity"}
    assert {one["profile"] for one in found["verdicts"] if one["outcome"] == "broken"} == {"backend-engineer"}


def test_a_profile_of_the_project_is_read_at_the_merge_base(repo: GitRepo) -> None:
    page = f"extends: {V3}\nclauses:\n  C3-11: null\n"
    repo.commit("start", {".agent-compliance/profiles/ours.yaml": page, "agent-compliance.yaml": "profiles: [{name: ours}]\n"})
    repo.branch("agent")
    repo.commit("work", {**GOOD, "x.http": "GET /\n", ".agent-compliance/profiles/ours.yaml": page.replace("11", "03")})
    found = audited(repo.root, code=1)
    assert "C3-11[files/http-location]" not in outcomes(found)
    assert outcomes(found)["C3-03[scope/allowed-paths]"] == "broken"
    assert any("C3-11" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "agent-compliance.yaml"),
        ("- a\n", "agent-compliance.yaml"),
        ("profiles: [\n", "agent-compliance.yaml:"),
        ("profiles: []\nprofiles: []\n", "agent-compliance.yaml:2"),
        ("profiles:\n  - name: nope\n", "nope"),
        (f"{POLICY}    clauses: {{C3-99: {{off: x}}}}\n", "C3-99"),
        (f"{POLICY}    clauses: {{C3-09: {{rules: {{content/tood: {{}}}}}}}}\n", "content/todo"),
        (f"{POLICY}    clauses: {{C3-09: {{rules: {{content/todo: {{wordz: []}}}}}}}}\n", "words"),
        (f"{POLICY}    clauses: {{C3-09: {{severty: error}}}}\n", "severity"),
        (f"{POLICY}    storie: X\n", "story"),
        ("a: &a [*a]\n", "agent-compliance.yaml:1"),
        ("profiles: !!python/object/apply:os.system [id]\n", "agent-compliance.yaml:1"),
        ("[" * 100_000, "agent-compliance.yaml"),
    ],
)
def test_a_policy_that_is_wrong_is_an_error_that_names_the_place(repo: GitRepo, text: str, said: str) -> None:
    repo.commit("start", {"README.md": "hello\n", "agent-compliance.yaml": text})
    repo.branch("agent")
    repo.commit("work", GOOD)
    done = cli(repo.root, "audit")
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_names_on_the_command_line(run: GitRepo) -> None:
    run.commit("work", GOOD)
    for words, said in (
        (["--profile", "dev-implement-backend-coder-v4"], "did you mean 'dev-implement-backend-coder-v3'"),
        (["--base", "nowhere"], "unknown revision 'nowhere'"),
        (["--output", "yaml"], "there is no format 'yaml'"),
        (["--evidence", "lags=x"], "KIND=PATH"),
        (["--repo", "/nonexistent"], "No such file"),
        (["--policy", "nope.yaml"], "--policy nope.yaml"),
        (["--policy", "."], "it is no regular file"),
        (["--profile", "../../x"], "cannot be the name of a profile"),
    ):
        done = cli(run.root, "audit", *words)
        assert (done.returncode, done.stdout) == (2, ""), words
        assert said in done.stderr


def test_no_merge_base_could_not_judge(repo: GitRepo) -> None:
    repo.commit("start", {"agent-compliance.yaml": POLICY})
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit("work", GOOD)
    done = cli(repo.root, "audit", "--base", "main")
    assert done.returncode == 3
    assert "have no merge base" in done.stderr


def test_unreadable_evidence_could_not_judge_and_a_breach_beats_it(run: GitRepo) -> None:
    run.commit("work", {**GOOD, "apps/api/route.ts": "// TODO in a file that will be lost\n"})
    oid = run.git("rev-parse", "HEAD:apps/api/route.ts")
    (run.root / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    found = audited(run.root, "--head", "HEAD", code=3)
    (todo,) = (one for one in found["verdicts"] if one["rule"] == "content/todo")
    assert (todo["outcome"], todo["unread"]) == ("not-judged", ["apps/api/route.ts"])
    assert found["meter"]["files_unaudited"] == 1
    text = cli(run.root, "audit", "--head", "HEAD")
    assert text.returncode == 3
    assert "apps/api/route.ts" in text.stdout
    run.commit("more", {"apps/web/x.css": "x\n"})
    audited(run.root, "--head", "HEAD", code=1)


def test_waivers_of_the_policy(repo: GitRepo) -> None:
    waiver = 'waivers:\n  - {rule: scope/allowed-paths, path: "docs/**", reason: "agreed", by: "Ada", until: 2999-01-01}\n'
    waiver += waiver.removeprefix("waivers:\n").replace("allowed-paths", "planned-files")
    repo.commit("start", {"agent-compliance.yaml": POLICY + waiver, **DOCUMENTS})
    repo.branch("agent")
    repo.commit("work", {**GOOD, "docs/x.md": "x\n", LOG: CHUNK.replace("route.ts`", "route.ts`\n  - docs/x.md")})
    found = audited(repo.root, code=0)
    assert outcomes(found)["C3-03[scope/allowed-paths]"] == "waived"
    assert outcomes(found)["C3-05[scope/planned-files]"] == "waived"


def test_stories_that_could_not_be_told(run: GitRepo) -> None:
    other = LOG.replace("WISH-1", "WISH-2")
    run.commit("work", {**GOOD, other: CHUNK})
    found = audited(run.root, code=3)  # who writes two logs gains nothing
    (heading,) = (one for one in found["verdicts"] if one["rule"] == "log/chunk-heading")
    assert heading["outcome"] == "not-judged"
    assert "WISH-1" in heading["why"]
    assert "WISH-2" in heading["why"]
    assert outcomes(audited(run.root, "--story", "WISH-1", code=1))["C3-21[log/chunk-heading]"] == "kept"


def test_fail_on_warning(run: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(f"{POLICY}    clauses: {{C3-03: {{severity: warning}}, C3-05: {{severity: warning}}}}\n")
    run.commit("work", {**GOOD, "docs/x.md": "x\n", LOG: CHUNK.replace("route.ts`", "route.ts`\n  - docs/x.md")})
    words = ["audit", "--policy", str(tmp_path / "p.yaml")]
    assert cli(run.root, *words).returncode == 0
    assert cli(run.root, *words, "--fail-on", "warning").returncode == 1


def test_output_goes_to_files_and_one_to_the_terminal(run: GitRepo, tmp_path: Path) -> None:
    run.commit("work", GOOD)
    done = cli(run.root, "audit", "--output", f"json:{tmp_path}/a.json", "--output", "text")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "a.json").read_text())["schema_version"] == 1
    assert "\x1b" not in done.stdout
    assert cli(run.root, "audit", "--output", "json", "--output", "text").returncode == 2
    assert "--output json:" in cli(run.root, "audit", "--output", f"json:{tmp_path}/no/where").stderr


def test_two_audits_are_the_same_bytes(run: GitRepo) -> None:
    run.commit("work", {**GOOD, "apps/web/b.css": "x\n", "apps/web/a.css": "x\n"})
    first, second = (cli(run.root, "audit", "--head", "HEAD", "--output", "json").stdout for _ in range(2))
    assert first == second


def test_a_bare_repository(run: GitRepo) -> None:
    run.commit("work", GOOD)
    bare = run.root.parent / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(run.root), str(bare)], env=run.env, check=True, capture_output=True)
    audited(bare, "--base", "main", "--head", "agent", code=0)
    assert "pass --base and --head" in cli(bare, "audit", "--base", "main").stderr


def test_hostile_paths_and_contents_break_no_report(run: GitRepo) -> None:
    evil = "apps/api/x\x1b[31m\nC3-03 kept\r\u202e.ts"
    run.commit("work", {**GOOD, evil: "// TODO \x1b]0;owned\x07 \u202e\n", "docs/\udcff\udcfe.md": "x\n"})
    found = audited(run.root, "--head", "HEAD", code=1)
    assert evil in {one["path"] for verdict in found["verdicts"] for one in verdict["findings"]}
    done = cli(run.root, "audit", "--head", "HEAD")
    assert done.returncode == 1
    assert not {"\x1b", "\r", "\u202e", "\x07"} & set(done.stdout)


def test_the_tree_under_audit_is_never_imported(run: GitRepo) -> None:
    for name in ("yaml", "git", "json", "pytest", "pytest_agentcompliance", "click", "sitecustomize"):
        run.write(f"{name}.py", "raise SystemExit('hijacked')\n")
    run.commit("work", GOOD)
    found = audited(run.root, code=1)
    assert found["meter"]["files_changed"] == 9


def test_lists_and_explanations(tmp_path: Path) -> None:
    rules = cli(tmp_path, "rules").stdout
    assert "scope/allowed-paths" in rules
    assert "report/promises\t" in rules
    profiles = cli(tmp_path, "profiles").stdout
    assert len(profiles.splitlines()) == 6  # five of agent specs, and integrity
    assert "Why" in cli(tmp_path, "explain", "content/todo").stdout
    assert "content/todo" in cli(tmp_path, "explain", "C3-09").stdout
    wrong = cli(tmp_path, "explain", "content/tood")
    assert wrong.returncode == 2
    assert "content/todo" in wrong.stderr
    assert cli(tmp_path, "--version").stdout.startswith("agent-compliance, version ")


WAITING = (
    "import time; from pytest_agentcompliance import terminal; terminal.PATIENCE = {patience}\n"
    "with terminal.patience() as step:\n    step('reading the repository')\n    time.sleep({work})\n"
)


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
@pytest.mark.parametrize(("patience", "work", "told"), [(0.01, 2.0, True), (60, 0.01, False)])
def test_a_person_at_a_terminal_is_told_what_takes_long(patience: float, work: float, told: bool) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", WAITING.format(patience=patience, work=work)]
    with subprocess.Popen(command, stderr=theirs, stdout=subprocess.PIPE, env={**os.environ, "TERM": "xterm"}) as child:
        os.close(theirs)
        seen = b""
        while True:
            try:
                seen += (part := os.read(ours, 4096))
            except OSError:  # Linux says so at the end
                break
            if not part:
                break
        assert child.stdout is not None
        assert child.stdout.read() == b""
    os.close(ours)
    assert child.returncode == 0
    assert (b"reading the repository" in seen) is told


def test_in_a_pipe_nobody_is_told_anything() -> None:
    done = subprocess.run([sys.executable, "-c", WAITING.format(patience=0.01, work=1.0)], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.parametrize(("wrong", "said"), [
    (RuntimeError("one\ntwo \x1b[31m"), r"internal error: RuntimeError: one two \x1b[31m"),
    (OSError(28, "No space left on device"), "No space left on device; nothing was judged"),
])
def test_a_defect_of_ours_is_one_line_and_no_verdict(wrong: Exception, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise wrong

    monkeypatch.setattr(engine, "audit", fail)
    done = CliRunner().invoke(main, ["audit"])
    assert done.exit_code == 3
    assert said in done.output
    assert done.output.count("\n") == 1


def test_logs_that_are_no_files(run: GitRepo, tmp_path: Path) -> None:
    run.commit("work", GOOD)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name in ("pipe", "loop"):
        done = cli(run.root, "audit", "--base", "main", "--log", str(tmp_path / name))
        said = " ".join(done.stdout.split())  # it is folded at 80 columns
        assert "is no regular file" in said or "is a symbolic link" in said, done.stdout
        assert not done.stderr
    for name in ("nowhere", "loop/x", "n" * 5000):
        done = cli(run.root, "audit", "--base", "main", "--log", str(tmp_path / name))
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr


def test_a_glob_that_is_none_is_an_error_of_the_question(run: GitRepo) -> None:
    run.commit("work", GOOD)
    for glob in ("\\", "[z-a]"):
        done = cli(run.root, "audit", "--base", "main", "--evidence", f"log={glob}")
        assert (done.returncode, "glob" in done.stderr) == (2, True), done.stderr


def test_an_output_that_is_closed(run: GitRepo) -> None:
    run.commit("work", GOOD)
    for form in ("text", "json"):
        words = [sys.executable, "-I", "-m", "pytest_agentcompliance", "audit", "--base", "main", "--output", form]
        done = subprocess.run(
            ["sh", "-c", 'exec "$@" >&-', "sh", *words], cwd=run.root, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupted_audit_is_not_a_broken_clause(run: GitRepo) -> None:
    stop = "def stop(*_): raise KeyboardInterrupt\nengine.audit = stop\n__main__.run()"
    stop = f"from pytest_agentcompliance import engine, __main__\n{stop}"
    done = subprocess.run([sys.executable, "-c", stop, "audit"], cwd=run.root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "agent-compliance: interrupted; nothing was judged\n"


def test_how_much_is_said(run: GitRepo) -> None:
    run.commit("work", {**GOOD, "apps/web/App.tsx": "export const A = () => <p/>\n"})
    whole, short, last = (cli(run.root, "audit", *words) for words in ((), ("--summary",), ("--quiet",)))
    assert whole.returncode == short.returncode == last.returncode == 1
    assert len(whole.stdout.splitlines()) > len(short.stdout.splitlines()) > 3
    assert last.stdout == whole.stdout.splitlines(keepends=True)[-1] == short.stdout.splitlines(keepends=True)[-1]
    assert "  C3-04 scope/frontend-files: " in short.stdout


@pytest.mark.parametrize(
    ("env", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ],
)  # fmt: skip
def test_colours_are_asked_for(run: GitRepo, env: Mapping[str, str], coloured: bool) -> None:
    run.commit("work", GOOD)
    told = cli(run.root, "audit", "-q", env={"NO_COLOR": "", "FORCE_COLOR": "", **env}).stdout
    assert ("\x1b[" in told) is coloured
    assert "agent compliance: kept" in told


@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colours_at_a_terminal(run: GitRepo, env: Mapping[str, str], coloured: bool) -> None:
    pty = pytest.importorskip("pty")
    run.commit("work", GOOD)
    here, there = pty.openpty()
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "CI_", "GIT_", "PYTEST"))}
    command = [sys.executable, "-I", "-m", "pytest_agentcompliance", "audit", "-q"]
    said = {**kept, "NO_COLOR": "", "FORCE_COLOR": "", "TERM": "xterm", **env}
    subprocess.run(command, cwd=run.root, stdout=there, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=said, check=True)
    os.close(there)
    told = os.read(here, 65536).decode()
    os.close(here)
    assert "agent compliance: kept" in told
    assert ("\x1b[" in told) is coloured
