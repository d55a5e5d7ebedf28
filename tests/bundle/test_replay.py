"""What a bundle has to hold beside the plain case: excuses, the work tree, detours, what cannot be read, odd names."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pytest_agentcompliance import bundle, catalog, engine, profile
from pytest_agentcompliance.bundle import archive, law
from pytest_agentcompliance.bundle.tape import Law
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.errors import EvidenceError, UsageError
from pytest_agentcompliance.evidence import ChangeSet
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters import formats, json, text
from pytest_agentcompliance.rule import Rule
from pytest_agentcompliance.rulebook.content.todo import Todo
from pytest_agentcompliance.sources.wanted import Wanted
from pytest_agentcompliance.verdict import Audit, Finding, Outcome, PolicyFacts, Remedy
from tests.bundle.replaying import replayed
from tests.conftest import GitRepo

PROFILE = """\
spec: what an agent was told
clauses:
  G-01: {says: "Only the backend changes", rules: {scope/allowed-paths: {allowed: ["src/**"]}}}
  G-02: {says: "No markers of unfinished work", rules: {content/todo: {}}}
  G-03: {says: "Commits say what they do", rules: {history/commit-message: {}}}
  G-04: {says: "Nothing is written twice", rules: {architecture/duplicate-symbol: {}}}
  G-05: {says: "What others use stays", rules: {compat/public-api: {}}}
  G-06: {says: "No secrets", rules: {security/secrets: {}}}
"""
CHOSEN = "profiles: [{name: gate}]\n"
TODO = "const a = 1 // TODO: wire it\n"

Both = Callable[..., tuple[bundle.Replay, bundle.Replay]]


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    """A branch with a breach of two clauses."""
    repo.commit("start", {
        "agent-compliance.yaml": CHOSEN, ".agent-compliance/profiles/gate.yaml": PROFILE, "src/a.ts": "export const z = 0\n",
        "src/b.ts": "import { z } from './a'\n",
    })  # fmt: skip
    repo.branch("agent")
    repo.commit("feat: work", {"src/a.ts": "export const z = 0\n" + TODO, "web/x.ts": "export const z = 0\n"})
    return repo


@pytest.fixture
def both(run: GitRepo, tmp_path: Path) -> Both:
    """A function that bundles an audit and reads it again once the repository is gone."""

    def made(**options: Any) -> tuple[bundle.Replay, bundle.Replay]:
        file = tmp_path / "run.tar"
        given = {"base": "main", "head": "HEAD", "environ": {}, **options}
        done = bundle.write(engine.Options(run.root, **given), file)
        run.root.rename(run.root.with_name("gone"))
        try:
            return done, bundle.read(file)
        finally:
            run.root.with_name("gone").rename(run.root)

    return made


def of(made: Audit, rule: str) -> Outcome:
    (found,) = (one.outcome for one in made.verdicts if one.rule == rule)
    return found


def amend_base(repo: GitRepo, files: dict[str, str]) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.commit("law", files)
    repo.git("checkout", "--quiet", "agent")
    repo.git("rebase", "--quiet", "main")


def same(made: bundle.Replay, again: bundle.Replay) -> Audit:
    assert (made.said, again.said) == ((), ())
    assert json.dumps(again.account.audit) == json.dumps(made.account.audit)
    assert again.account == made.account
    return again.account.audit


def fingerprint(repo: GitRepo) -> str:
    audit = engine.audit(engine.Options(repo.root, "main", "HEAD", environ={}))
    (found,) = next(one.findings for one in audit.verdicts if one.rule == "content/todo")
    return found.fingerprint


def test_plain_run(both: Both) -> None:
    audit = same(*both())
    assert (of(audit, "content/todo"), of(audit, "scope/allowed-paths")) == (Outcome.BROKEN, Outcome.BROKEN)
    assert of(audit, "integrity/hidden-changes") is Outcome.KEPT


@pytest.mark.parametrize("before", ["", TODO], ids=["first", "second"])
def test_excuse_by_fingerprint_looks_at_the_whole_file_again(run: GitRepo, both: Both, before: str) -> None:
    """What a file had before stands in its bundle too: an equal finding that the change adds is excused by no first one."""
    waiver = f'waivers: [{{finding: "{fingerprint(run)}", reason: agreed, by: Ada, until: "2999-01-01"}}]\n'
    run.git("checkout", "--quiet", "main")
    run.commit("law", {"agent-compliance.yaml": CHOSEN + waiver, "src/a.ts": "export const z = 0\n" + before})
    run.git("checkout", "--quiet", "agent")
    run.git("merge", "--quiet", "-X", "theirs", "-m", "merge", "main")
    run.commit("feat: more", {"src/a.ts": "export const z = 0\n" + before + "const more = 2\n" + TODO})
    made, again = both()
    assert of(same(made, again), "content/todo") is (Outcome.BROKEN if before else Outcome.WAIVED)


def test_baseline(run: GitRepo, both: Both) -> None:
    done = CliRunner().invoke(main, ["baseline", "--repo", str(run.root), "--base", "main"])
    assert done.exit_code == 0, done.output
    known = (run.root / ".agent-compliance" / "baseline").read_text()
    run.git("checkout", "--quiet", "--force", "main")
    run.commit("law", {".agent-compliance/baseline": known})
    run.git("checkout", "--quiet", "agent")
    run.git("rebase", "--quiet", "main")
    audit = same(*both())
    assert of(audit, "content/todo") is Outcome.WAIVED
    assert any("findings known from" in one for one in audit.notes)


def test_waivers_are_held_to_the_day_of_the_audit(run: GitRepo, both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    amend_base(run, {"agent-compliance.yaml": CHOSEN + "waivers:\n"
                     '  - {rule: content/todo, path: "src/**", reason: agreed, by: Ada, until: "2026-01-31"}\n'})  # fmt: skip
    monkeypatch.setattr(engine, "_today", lambda: date(2026, 1, 31))
    made, again = both()
    monkeypatch.setattr(engine, "_today", lambda: date(2026, 2, 1))
    assert of(same(made, again), "content/todo") is Outcome.WAIVED
    assert of(same(*both()), "content/todo") is Outcome.BROKEN


def test_work_tree_with_what_is_staged_and_untracked(run: GitRepo, both: Both) -> None:
    run.write("src/staged.ts", "// TODO: staged and taken away again\n")
    run.git("add", "src/staged.ts")
    (run.root / "src/staged.ts").unlink()
    run.write("src/new.ts", "export const n = 1 // TODO: new\n")
    audit = same(*both(head=None))
    assert audit.head.endswith("+worktree")
    hidden = next(one for one in audit.verdicts if one.rule == "integrity/hidden-changes")
    assert any("src/staged.ts" in str(one.at) for one in hidden.findings)


def test_detours_and_merges_of_the_commits(run: GitRepo, both: Both) -> None:
    run.commit("feat: there", {"web/detour.ts": "export const d = 1\n"})
    run.commit("feat: and back", {"web/detour.ts": None})
    run.git("checkout", "--quiet", "main")
    run.commit("feat: of others", {"src/c.ts": "export const c = 1\n"})
    run.git("checkout", "--quiet", "agent")
    run.git("merge", "--quiet", "--no-ff", "-m", "merge main", "main")
    run.commit("feat: last", {"src/d.ts": "export const d = 2\n"})
    made, again = both()
    audit = same(made, again)
    assert len(again.account.exhibits.commits) == 5
    assert any("web/detour.ts" in str(each.at) for one in audit.verdicts for each in one.findings)


def test_what_cannot_be_read_is_not_read_in_the_bundle_either(run: GitRepo, both: Both) -> None:
    oid = run.git("rev-parse", "HEAD:src/a.ts")
    file = run.root / ".git" / "objects" / oid[:2] / oid[2:]
    file.chmod(0o600)
    file.unlink()
    audit = same(*both())
    assert [path for path, _ in audit.unaudited] == ["src/a.ts"]
    assert audit.exit_code() == 1


def test_names_that_are_no_text(run: GitRepo, both: Both) -> None:
    odd = b"src/\xff\n\x1b[31m.ts".decode("utf-8", "surrogateescape")
    run.commit("feat: odd", {odd: b"// TODO: \xff here\n", "src/\u202egnp.ts": "// TODO: turned\n", "src/\U0001f600.ts": TODO})
    audit = same(*both())
    assert odd in {one.at.path for verdict in audit.verdicts for one in verdict.findings if one.at}


def test_evidence_from_outside_and_no_word_of_the_environment(run: GitRepo, both: Both, tmp_path: Path) -> None:
    log = tmp_path / "LOG.md"
    log.write_text("# Log\n\n## Chunk 1 - start\n- Objective: x\n", "utf-8")
    said = '{"type":"assistant","message":{"role":"assistant","content":[{"type":"text","text":"\\ud83d\\ude00 \\ud83d alone"}]}}\n'
    (tmp_path / "s.jsonl").write_text(said, "utf-8")
    made, again = both(
        profiles=("dev-implement-backend-coder-v3", "backend-developer-v6"), log=log,
        evidence={"transcript": str(tmp_path / "s.jsonl")}, environ={"CI_TOKEN": "of-the-environment"},
    )  # fmt: skip
    same(made, again)
    data = (tmp_path / "run.tar").read_bytes()
    assert b"of-the-environment" not in data
    assert b"alone" in data


def test_repository_with_long_ids(tmp_path: Path) -> None:
    root = tmp_path / "long"
    root.mkdir()
    repo = GitRepo(root)
    repo.git("init", "--quiet", "--template=", "--initial-branch=main", "--object-format=sha256", ".")
    repo.commit("start", {"agent-compliance.yaml": CHOSEN, ".agent-compliance/profiles/gate.yaml": PROFILE})
    repo.branch("agent")
    repo.commit("feat: work", {"src/a.ts": TODO})
    made = bundle.write(engine.Options(root, "main", "HEAD", environ={}), tmp_path / "run.tar")
    assert of(same(made, bundle.read(tmp_path / "run.tar")), "content/todo") is Outcome.BROKEN
    oid = repo.git("rev-parse", "HEAD:src/a.ts")
    assert len(oid) == 64
    assert f"blobs/{oid}" in archive.read(tmp_path / "run.tar")


def test_rule_that_is_not_built_yet(run: GitRepo, both: Both) -> None:
    waiting = PROFILE + '  G-07: {says: "Later", not_built: [house/later]}\n  G-08: {says: "Well", person: "taste"}\n'
    amend_base(run, {".agent-compliance/profiles/gate.yaml": waiting})
    made, again = both()
    audit = same(made, again)
    assert {one.outcome for one in audit.verdicts} >= {Outcome.NOT_BUILT, Outcome.NOT_CHECKABLE}
    for one in formats.RICH:
        assert formats.dumps(one, again.account) == formats.dumps(one, made.account)


def test_branch_whose_name_looks_like_a_secret(run: GitRepo, both: Both) -> None:
    """What every format shows cannot be masked in the bundle alone."""
    name = "ghp_" + "9fK2mQ7xLz4TnB8vRc3WpY6sHd1JgE5uAo0X"
    run.git("branch", name, "main")
    assert same(*both(base=name)).base == name


def test_bundle_follows_from_the_run_alone(run: GitRepo, tmp_path: Path) -> None:
    """But for the time of the audit, which stands beside the verdicts."""
    found = []
    for name in ("one.tar", "two.tar.gz"):
        bundle.write(engine.Options(run.root, "main", "HEAD", environ={}), tmp_path / name)
        found.append(archive.read(tmp_path / name))
    assert found[0].keys() == found[1].keys()
    assert {name for name in found[0] if found[0][name] != found[1][name]} <= {"outcome.json", "manifest.json", "digest"}
    assert archive.packed(found[0], "a.tar") == (tmp_path / "one.tar").read_bytes()
    assert (tmp_path / "two.tar.gz").stat().st_size < (tmp_path / "one.tar").stat().st_size / 3


def test_verdict_that_does_not_come_out_the_same_is_carried_and_named(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    count = iter(range(9))

    def check(self: Todo, changes: ChangeSet) -> Iterator[Finding]:
        yield Finding(f"asked {next(count)} times before")

    monkeypatch.setattr(Todo, "check", check)
    made, again = both()
    assert made.said == again.said == (
        "one part of the audit is in the bundle as made, and not judged anew, because a second judgement came out otherwise, "
        "though nothing of the evidence is masked (please report it): gate::G-02[content/todo]",
    )
    assert json.dumps(again.account.audit) == json.dumps(made.account.audit)


def test_audit_that_the_evidence_does_not_bear_out_is_refused(both: Both, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    both()
    monkeypatch.setattr(Todo, "check", lambda self, changes: iter(()))
    with pytest.raises(EvidenceError, match=r"does not bear out the audit that it holds \(gate::G-02\[content/todo\]\)"):
        bundle.read(tmp_path / "run.tar")


@pytest.mark.parametrize("name", [*profile.names(), profile.INTEGRITY])
def test_every_rule_comes_back_with_its_parameters(name: str) -> None:
    applied = profile.load(name)
    policy = law.policy(Law(date(2026, 1, 1), PolicyFacts("p"), ()))
    case = engine.Case(policy, PolicyFacts("p"), (engine.Bound(applied, Wanted(story="S-1")),), date(2026, 1, 1))
    (again,) = law.bound(law.taken(case))
    assert again.wanted.story == "S-1"
    assert [one.id for one in again.profile.clauses] == [one.id for one in applied.clauses]
    for one, two in zip(again.profile.clauses, applied.clauses, strict=True):
        assert one == two
    assert again.profile.differences == applied.differences


class House(Rule):
    """No file is called like a house."""

    remedy = Remedy("fix", "Call it otherwise.")

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        yield from (Finding("a house", Place(one.path)) for one in changes if "house" in one.path)


def test_rule_of_a_plugin_is_sealed_by_its_own_file(
    run: GitRepo, both: Both, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ours = catalog.find
    monkeypatch.setattr(catalog, "find", lambda name: House if name == "house/rule" else ours(name))
    more = PROFILE + '  G-07: {says: "No houses", rules: {house/rule: {}}}\n'
    amend_base(run, {".agent-compliance/profiles/gate.yaml": more})
    run.commit("feat: build", {"src/house.ts": "export {}\n"})
    made, again = both()
    assert of(same(made, again), "house/rule") is Outcome.BROKEN
    as_it_is = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: as_it_is(self) + b"#" * (self == Path(__file__)))
    with pytest.raises(UsageError, match="made with another rule house/rule; install the version of its plugin that made it"):
        bundle.read(tmp_path / "run.tar")


# The command


def test_command_writes_and_reads(run: GitRepo, tmp_path: Path) -> None:
    file, outputs = tmp_path / "run.tar.gz", ["--output", f"text:{tmp_path / 'a.txt'}", "--output", "json"]
    made = CliRunner().invoke(main, ["audit", "--repo", str(run.root), "--base", "main", "--bundle", str(file), *outputs])
    assert made.exit_code == 1
    assert made.stdout == json.dumps(json.loads(made.stdout))
    again = replayed(file, tmp_path / "empty", "--output", "json", "--fail-on", "warning")
    assert (again.code, again.err) == (1, "")
    assert again.out.decode() == made.stdout
    shutil.rmtree(run.root)
    plain = CliRunner().invoke(main, ["audit", "--from-bundle", str(file), "-v", "--output", f"text:{tmp_path / 'b.txt'}"])
    assert plain.exit_code == 1
    assert (tmp_path / "b.txt").read_text() == "".join(f"{line}\n" for _, line in text.lines(json.loads(made.stdout), verbose=True))


@pytest.mark.parametrize(
    "option",
    ["--repo=.", "--base=x", "--head=x", "--profile=x", "--story=x", "--feature-dir=x", "--log=x", "--policy=x",
     "--evidence=log=x", "--reruns=x", "--bundle=x", "--session-module=x"],
)  # fmt: skip
def test_bundle_has_its_own_run(option: str) -> None:
    done = CliRunner().invoke(main, ["audit", "--from-bundle", "x.tar", option])
    assert done.exit_code == 2
    name = option.partition("=")[0]
    assert f"--from-bundle judges the run that the bundle holds, as it was; leave out {name}\n" in done.output


def test_bundle_that_cannot_be_written_is_a_usage_error(run: GitRepo, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["audit", "--repo", str(run.root), "--base", "main", "--bundle", str(tmp_path / "no" / "x")])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("agent-compliance: --bundle ")


def test_pytest_writes_one_too(run: GitRepo, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    file = run.root.parent / "run.tar.gz"
    monkeypatch.chdir(run.root)
    done = pytester.runpytest_subprocess(
        "--agent-compliance", "--agent-compliance-base=main", f"--agent-compliance-bundle={file}", "-p", "no:cacheprovider",
        f"--rootdir={run.root}", "--agent-compliance-output=json:audit.json",
    )
    assert done.ret == 1
    members = archive.read(file)
    assert members["audit.json"] == (run.root / "audit.json").read_bytes()
    assert {"law.json", "asked.json", "outcome.json", "manifest.json"} <= members.keys()
