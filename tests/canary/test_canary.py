"""The canary: it finds a planted breach of every rule, and says so where one stays silent. Whole, on real repositories."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pytest_agentcompliance import engine, profile
from pytest_agentcompliance.canary import trial
from pytest_agentcompliance.canary.result import Canary, Row, State
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.errors import UsageError
from tests.conftest import GitRepo, new_repo

ENGINEER = "backend-engineer"
GATE = ".agent-compliance/profiles/gate.yaml"
LAW = {
    "agent-compliance.yaml": "profiles:\n  - name: gate\n",
    GATE: """\
spec: what the agent was told
clauses:
  G-01: {says: "Only the backend changes", rules: {scope/allowed-paths: {allowed: ["packages/backend/**"]}}}
  G-02: {says: "Requests lie in __http__", rules: {files/http-location: {}}}
  G-03: {says: "No markers of unfinished work", rules: {content/todo: {}}}
  G-04: {says: "It reads well", person: "taste"}
""",
}


def run(repo: GitRepo, *profiles: str, base: str | None = None, policy: Path | None = None) -> Canary:
    return trial.run(engine.Options(repo.root, base, None, profiles, policy=policy, environ={}))


def rows(made: Canary) -> dict[str, Row]:
    """Those of the asked profile, by clause and rule."""
    return {f"{row.clause} {row.rule}".strip(): row for row in made.rows if row.profile != profile.INTEGRITY}


def states(made: Canary) -> dict[str, str]:
    return {name: str(row.state) for name, row in rows(made).items()}


def everything(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.walk
@pytest.mark.parametrize("name", profile.names())
def test_every_profile_comes_out_clean_in_a_fresh_repository(repo: GitRepo, name: str) -> None:
    repo.commit("start", {"README.md": "hello\n"})
    before = everything(repo.root)
    made = run(repo, name)
    assert [row for row in made.rows if row.failed] == []
    assert made.exit_code == 0
    bound = {(clause.id, one.name) for clause in profile.load(name).clauses for one in clause.rules if one.rule is not None}
    assert {(row.clause, row.rule) for row in made.rows if row.state is State.FOUND and row.profile == name} == bound
    assert all(row.why == "" for row in made.rows if row.state is State.FOUND)
    assert everything(repo.root) == before


def test_a_policy_that_blinds_a_rule_could_not_judge(repo: GitRepo) -> None:
    repo.commit("start", LAW | {GATE: LAW[GATE].replace("packages/backend/**", "**")})
    made = run(repo)
    assert states(made) == {
        "G-01 scope/allowed-paths": "could not plant", "G-02 files/http-location": "found", "G-03 content/todo": "found",
        "G-04": "a person",
    }  # fmt: skip
    assert rows(made)["G-01 scope/allowed-paths"].why == "nothing is known that breaks it with the parameters that it has here"
    assert made.exit_code == 3


def test_parameters_that_no_example_breaks_are_planted_for(repo: GitRepo) -> None:
    gate = """\
spec: x
clauses:
  G-01: {says: a, rules: {scope/allowed-paths: {allowed: ["**"], denied: ["secrets/*.key"]}}}
  G-02: {says: a, rules: {files/http-location: {folder: requests, extensions: [.bru]}}}
  G-03: {says: a, rules: {content/todo: {words: [LATER]}}}
  G-04: {says: a, rules: {scope/frontend-files: {paths: ["site/**"], extensions: [], modules: []}}}
  G-05: {says: a, rules: {scope/frontend-files: {paths: [], extensions: [.elm], modules: []}}}
  G-06: {says: a, rules: {scope/frontend-files: {paths: [], extensions: [], modules: ["elm-*"]}}}
  G-07: {says: a, rules: {scope/inputs-locked: {documents: [], paths: ["given/*.yaml"]}}}
  G-08: {says: a, rules: {architecture/core-transport-agnostic: {core: ["heart/**"], layers: [], kinds: [], modules: [pad]}}}
  G-09: {says: a, rules: {log/chunk-size: {max_files: 3000, max_lines: 9000}}}
  G-10: {says: a, rules: {log/present: {path: "notes/LOG.md"}}}
evidence: {log: notes/LOG.md}
"""
    repo.commit("start", LAW | {GATE: gate})
    made = run(repo)
    assert set(states(made).values()) == {"found"}
    assert rows(made)["G-01 scope/allowed-paths"].at == "secrets/canary.key"
    assert rows(made)["G-09 log/chunk-size"].at == "notes/LOG.md:1"
    assert made.exit_code == 0


def test_a_waiver_for_everything_silences_a_rule(repo: GitRepo) -> None:
    waiver = 'waivers:\n  - {rule: content/todo, path: "**", reason: "we like them", by: ada, until: 2999-01-31}\n'
    repo.commit("start", LAW | {"agent-compliance.yaml": LAW["agent-compliance.yaml"] + waiver})
    made = run(repo)
    row = rows(made)["G-03 content/todo"]
    assert (row.state, made.exit_code) == (State.SILENT, 3)
    assert row.why.startswith("the audit says waived: 1 of 1 findings waived: we like them (ada, until 2999-01-31)")


def test_a_clause_that_is_off_is_listed_and_not_demanded(repo: GitRepo) -> None:
    policy = 'profiles:\n  - name: gate\n    clauses:\n      G-03: {off: "we like them"}\n'
    repo.commit("start", LAW | {"agent-compliance.yaml": policy})
    made = run(repo)
    row = rows(made)["G-03 content/todo"]
    assert (row.state, row.why, made.exit_code) == (State.OFF, "we like them", 0)


PLUGIN = """
from pytest_agentcompliance import Example, Finding, Place, Remedy, Rule
from pytest_agentcompliance.evidence import ChangeSet, Tree
from pytest_agentcompliance.hookspecs import hookimpl
from pytest_agentcompliance.workshop import AS_OF

BREAKS = Example("A file without a header.", after={"a.ts": "1\\\\n"}, finds=("a.ts",))
KEEPS = Example("A file with a header.", after={"a.ts": "// header\\\\n1\\\\n"})

NAMES = ("header", "mute", "loud", "always", "staged", "lost", "crashes", "shy")

@hookimpl
def agent_compliance_rules():
    return {f"acme/{name}": f"acme:{name.title()}" for name in NAMES}

class Header(Rule):
    remedy = Remedy("fix", "add the header")
    examples = (BREAKS, KEEPS)

    def check(self, changes: ChangeSet):
        for change in changes:
            if change.after and change.path.endswith(".ts") and "header" not in change.after.text():
                yield Finding("no header", Place(change.path))

class Mute(Header):
    "It finds nothing, whatever there is."
    def check(self, changes: ChangeSet):
        yield from ()

class Loud(Header):
    "It finds something in whatever there is."
    def check(self, changes: ChangeSet):
        yield Finding("something is wrong")

class Always(Header):
    "It finds something in whatever changes."
    def check(self, changes: ChangeSet):
        for change in changes:
            yield Finding("it changed", Place(change.path))

class Staged(Header):
    "It finds what its examples hold, and nothing in a run."
    def check(self, changes: ChangeSet):
        if changes.as_of == AS_OF:
            yield from super().check(changes)

class Lost(Header):
    "It shows no breach at all."
    examples = (KEEPS,)

class Crashes(Header):
    "It fails where it should find, and so does what it offers."
    def canaries(self):
        raise RuntimeError("none today")

    def check(self, changes: ChangeSet):
        for change in changes:
            if change.path.endswith(".ts"):
                raise KeyError(change.path)
        yield from ()

class Shy(Header):
    "It finds nothing in a tree that has other files."
    def check(self, changes: ChangeSet, tree: Tree):
        if "README.md" not in tree.base:
            yield from super().check(changes)
"""
NAMES = ("header", "mute", "loud", "always", "staged", "lost", "crashes", "shy")


def test_a_rule_that_is_broken_is_caught(repo: GitRepo, tmp_path: Path) -> None:
    place = tmp_path / "installed"
    (place / "acme-1.0.dist-info").mkdir(parents=True)
    (place / "acme-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (place / "acme-1.0.dist-info" / "entry_points.txt").write_text("[agent_compliance]\nacme = acme\n")
    (place / "acme.py").write_text(PLUGIN.replace("\\\\", "\\"))
    clauses = "".join(f"  A-{number}: {{says: a, rules: {{acme/{name}: {{}}}}}}\n" for number, name in enumerate(NAMES))
    repo.commit("start", LAW | {GATE: f"spec: x\nclauses:\n{clauses}", "README.md": "hello\n"})
    path = os.pathsep.join(filter(None, [str(place), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, "-m", "pytest_agentcompliance", "canary", "--output", "json"], cwd=repo.root, capture_output=True,
        stdin=subprocess.DEVNULL, text=True, check=False, env={**os.environ, "PYTHONPATH": path, "GITHUB_ACTIONS": ""},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (3, "")
    found = {row["rule"]: (row["state"], row["why"]) for row in json.loads(done.stdout)["rules"] if row["profile"] == "gate"}
    assert found == {
        "acme/header": ("found", ""),
        "acme/mute": ("silent", "none of its 1 examples of a breach breaks it, not even with the parameters of the example"),
        "acme/loud": ("fires on everything", "it has findings whatever is planted, also where nothing breaks it"),
        "acme/always": ("fires on everything", "it has findings whatever is planted, also where nothing breaks it"),
        "acme/staged": ("silent", "the audit found nothing"),
        "acme/lost": ("could not plant", "nothing is known that breaks it with the parameters that it has here"),
        "acme/crashes": ("silent", "the audit says crashed: the rule failed: KeyError: 'a.ts'"),
        "acme/shy": ("found", trial.ALONE),
    }


# What the user's repository has


def test_files_that_stand_in_the_way_of_a_plant(repo: GitRepo) -> None:
    """A file where an example has a folder, a folder where it has a file, files of the same names, documents in their places."""
    repo.commit("start", {
        "apps": "a file\n", "a.py/b": "x\n", "canary": "x\n", "package.json": "{}\n", "api/package.json/x": "x\n",
        "docs/plans/backend-plan.md": "# Plan\n\nAll is planned: api/**\n", "docs/intent/product-intent.md": "# Intent\n\nAll\n",
    })  # fmt: skip
    made = run(repo, ENGINEER)
    assert made.exit_code == 0
    assert {row.why for row in rows(made).values() if row.state is State.FOUND} == {""}


def test_evidence_that_the_policy_has_elsewhere(repo: GitRepo) -> None:
    """The log of every story of the user's lies where a canary's would be looked for."""
    policy = "profiles:\n  - name: dev-implement-backend-coder-v1\n    story: WISH-1\n"
    evidence = "evidence: {log: notes/**/BACKEND-LOG.md, plan: PLAN.md}\n"
    repo.commit("start", {
        "agent-compliance.yaml": policy + evidence, "PLAN.md": "# Plan\n\n`apps/api/list/totals.ts`\n",
        "notes/WISH-1/_implementation/BACKEND-LOG.md": "## Chunk 1 — one\n", "notes/BACKEND-LOG.md": "BACKEND COMPLETE\n",
    })  # fmt: skip
    made = run(repo)
    assert [row for row in made.rows if row.failed] == []
    assert rows(made)["C1-14 log/chunk-heading"].at.startswith("notes/CANARY-1/_implementation/BACKEND-LOG.md")


# Where the law is read


def test_the_law_is_the_merge_base_s(repo: GitRepo) -> None:
    repo.commit("start", LAW)
    repo.branch("agent")
    start = repo.git("rev-parse", "HEAD")
    repo.commit("the agent wrote itself a law", {GATE: LAW[GATE].replace("packages/backend/**", "**")})
    made = run(repo)
    assert (made.exit_code, made.ground, made.said) == (0, start, "main")
    assert made.policy.source == "agent-compliance.yaml at the merge base"


def test_a_policy_that_only_head_has(repo: GitRepo) -> None:
    repo.commit("start", {"README.md": "hello\n"})
    repo.branch("agent")
    head = repo.commit("the first policy", LAW)
    made = run(repo)
    assert (made.exit_code, made.ground) == (0, head)
    assert "nobody has reviewed" in made.notes[0]


def test_the_files_that_a_policy_names_stay_in_force(repo: GitRepo) -> None:
    """Also where evidence is looked for, where an example has a file of its own, and in a tree that has the law alone."""
    waiver = 'waivers:\n  - {rule: content/todo, path: "**", reason: "we like them", by: ada, until: 2999-01-31}\n'
    policy = LAW["agent-compliance.yaml"] + "waivers_file: canary.py\nevidence: {log: '*.py'}\n"
    repo.commit("start", LAW | {"agent-compliance.yaml": policy, "canary.py": waiver})
    row = rows(run(repo))["G-03 content/todo"]
    assert (row.state, row.why[:23]) == (State.SILENT, "the audit says waived: ")


def test_a_policy_from_outside(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit("start", {"README.md": "hello\n"})
    outside = tmp_path / "policy.yaml"
    outside.write_text('profiles:\n  - name: backend-implementer\n    clauses:\n      IM-20: {off: "we like them"}\n')
    made = run(repo, policy=outside)
    assert made.exit_code == 0
    assert states(made)["IM-20 content/todo"] == "off"


def test_no_policy_and_no_profile_is_an_error_of_the_question(repo: GitRepo) -> None:
    repo.commit("start", {"README.md": "hello\n"})
    with pytest.raises(UsageError, match="neither at the merge base nor at HEAD, and no --profile was passed"):
        run(repo)
    with pytest.raises(UsageError, match="unknown revision 'nowhere'"):
        run(repo, ENGINEER, base="nowhere")


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_a_bare_repository_whose_head_names_nothing(tmp_path: Path, form: str) -> None:
    origin = tmp_path / "origin"
    origin.mkdir()
    repo = GitRepo(origin)
    repo.git("init", "--quiet", "--template=", "--initial-branch=trunk", f"--object-format={form}", ".")
    start = repo.commit("start", LAW)
    repo.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    bare = GitRepo(tmp_path / "bare")
    bare.git("symbolic-ref", "HEAD", "refs/heads/nothing")
    made = run(bare, base="trunk")
    assert (made.exit_code, made.ground) == (0, start)


# The command


def command(repo: GitRepo, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["canary", "--repo", str(repo.root), *words], catch_exceptions=False)
    return done.exit_code, done.output


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepo:
    for name in ("GITHUB_ACTIONS", "CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        monkeypatch.delenv(name, raising=False)
    made = new_repo(tmp_path / "ours")
    made.commit("start", LAW | {GATE: LAW[GATE].replace("packages/backend/**", "**")})
    return made


def test_the_table_for_people(ours: GitRepo) -> None:
    code, said = command(ours)
    lines = said.splitlines()
    assert code == 3
    assert lines[:2] == ["gate", "  could not plant  G-01  scope/allowed-paths"]
    assert "  found            G-02  files/http-location: canary/requests.http" in lines
    assert "  for a person to check: G-04" in lines
    assert lines[-1].startswith("agent compliance canary: could not judge: 1 could not plant, ")
    code, said = command(ours, "--profile", "backend-implementer")
    assert code == 0
    assert said.splitlines()[-1].startswith("agent compliance canary: every bound rule found its breach: ")


def test_the_document_for_machines(ours: GitRepo) -> None:
    code, said = command(ours, "--output", "json")
    document: dict[str, Any] = json.loads(said)
    assert (code, document["exit_code"]) == (3, 3)
    assert document["planted_on"] == ours.git("rev-parse", "HEAD")
    assert document["policy"]["source"] == "agent-compliance.yaml at the merge base"
    [todo] = [row for row in document["rules"] if row["rule"] == "content/todo"]
    assert todo == {
        "profile": "gate", "clause": "G-03", "says": "No markers of unfinished work", "rule": "content/todo", "severity": "error",
        "state": "found", "why": "", "planted": "A marker without owner or date.", "at": "canary.py:1",
    }  # fmt: skip


def test_errors_of_the_question(ours: GitRepo, tmp_path: Path) -> None:
    assert command(ours, "--profile", "nobody")[0] == 2
    assert command(ours, "--base", "nowhere")[0] == 2
    assert command(GitRepo(tmp_path))[0] == 2
