"""The statement of a verdict: what in-toto's own library says of it, what it is about, and that nothing broken is in it."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance import engine
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.parsing import svr
from pytest_agentcompliance.reporters import formats
from pytest_agentcompliance.reporters.account import Account
from pytest_agentcompliance.reporters.text import shown
from pytest_agentcompliance.verdict import Audit, Finding, Outcome, PolicyFacts, Severity, Verdict
from tests import in_toto
from tests.conftest import GitRepo
from tests.test_waivers import LAW, TODO

WHEN = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
COMMIT, BASE, TREE = "a" * 40, "b" * 40, "c" * 40
REVIEWED = PolicyFacts("agent-compliance.yaml at the merge base", "d" * 64)


def verdict(clause: str, outcome: Outcome = Outcome.KEPT, severity: Severity = "error", **more: Any) -> Verdict:
    return Verdict(more.pop("profile", "gate"), clause, "says", more.pop("rule", "content/todo"), severity, outcome, **more)


def account(*verdicts: Verdict, head: str = COMMIT, policy: PolicyFacts = REVIEWED, **more: Any) -> Account:
    return Account(Audit("main", BASE, head, policy, verdicts), version="1.2.3", made=WHEN, **more)


def said(made: Account) -> Mapping[str, Any]:
    text = formats.dumps("svr", made)
    in_toto.validated(text.encode())
    found: Mapping[str, Any] = json.loads(text)
    return found


def properties(*verdicts: Verdict, **more: Any) -> list[str]:
    found: list[str] = said(account(*verdicts, **more))["predicate"]["properties"]
    return found


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("start", {**LAW, "src/a.ts": "const z = 0\n"})
    repo.branch("agent")
    repo.commit("work", {"src/b.ts": "const b = 0\n"})
    return repo


def of(repo: GitRepo, head: str | None = "HEAD") -> Account:
    return engine.account(engine.Options(repo.root, "main", head, environ={}))


def test_statement_has_the_fields_of_the_specification_and_no_others() -> None:
    assert said(account(verdict("G-01"))) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "commit", "digest": {"gitCommit": COMMIT}, "annotations": {"merge_base": BASE}}],
        "predicateType": "https://in-toto.io/attestation/svr/v0.2",
        "predicate": {
            "verifier": {
                "id": "pkg:pypi/pytest-agentcompliance@1.2.3",
                "policies": [
                    {
                        "name": "agent-compliance.yaml",
                        "digest": {"sha256": "d" * 64},
                        "annotations": {"source": "agent-compliance.yaml at the merge base", "reviewed": True},
                    }
                ],
            },
            "timeCreated": "2026-01-02T03:04:05Z",
            "properties": [
                "AGENT_COMPLIANCE_PASSED", "AGENT_COMPLIANCE_NOTHING_BROKEN", "AGENT_COMPLIANCE_POLICY_REVIEWED",
                "AGENT_COMPLIANCE_PROFILE_PASSED:gate", "AGENT_COMPLIANCE_CLAUSE_KEPT:gate::G-01",
            ],
        },
    }  # fmt: skip


def test_in_toto_has_types_for_each_field_of_it() -> None:
    """A field of another name, or of another kind, would not be read into the message."""
    made = in_toto.validated(formats.dumps("svr", account(verdict("G-01"))).encode())
    assert made.verifier.policies[0].digest["sha256"] == "d" * 64
    assert made.timeCreated.ToDatetime() == datetime(2026, 1, 2, 3, 4, 5)
    text = formats.dumps("svr", account(verdict("G-01")))
    parse_error = import_module("google.protobuf.json_format").ParseError
    for old, new in (("timeCreated", "time"), ("2026-01-02T", "2026-1-2 "), ('"policies"', '"policy"')):
        with pytest.raises(parse_error):
            in_toto.validated(text.replace(old, new).encode())


def test_no_policy_is_an_empty_list() -> None:
    made = said(account(verdict("G-01"), policy=PolicyFacts("none: the profile's own defaults")))
    assert made["predicate"]["verifier"]["policies"] == []
    assert svr.REVIEWED not in made["predicate"]["properties"]
    assert svr.REVIEWED not in properties(verdict("G-01"), policy=replace(REVIEWED, reviewed=False))


BREACH = (Finding("no"),)


@pytest.mark.parametrize(
    ("one", "passed", "nothing_broken"),
    [
        (verdict("G-02", Outcome.BROKEN, findings=BREACH), False, False),
        (verdict("G-02", Outcome.BROKEN, "warning", findings=BREACH), True, False),
        (verdict("G-02", Outcome.WAIVED, excused=BREACH), True, True),
        (verdict("G-02", Outcome.NOT_JUDGED, why="no log"), True, True),
        (verdict("G-02", Outcome.NOT_JUDGED, unread=("a",)), False, False),
        (verdict("G-02", Outcome.NOT_CHECKABLE, rule=""), True, True),
        (verdict("G-02", Outcome.NOT_BUILT), True, True),
        (verdict("G-02", Outcome.CRASHED, why="oh"), False, False),
    ],
)
def test_only_what_every_rule_kept_is_said_to_be_kept(one: Verdict, passed: bool, nothing_broken: bool) -> None:
    """The clause has another rule that kept it: one of them is not all of them."""
    found = properties(verdict("G-01"), verdict("G-02", rule="x/y"), one, verdict("O-01", profile="other"))
    assert [text for text in found if text.startswith(svr.CLAUSE)] == [f"{svr.CLAUSE}gate::G-01", f"{svr.CLAUSE}other::O-01"]
    assert (svr.PASSED in found, svr.NOTHING_BROKEN in found) == (passed, nothing_broken)
    assert (f"{svr.PROFILE}gate" in found, f"{svr.PROFILE}other" in found) == (passed, True)


OUTCOMES = st.sampled_from(list(Outcome))


@given(st.lists(st.tuples(st.sampled_from(["p", "q"]), st.sampled_from(["1", "2", "3"]), OUTCOMES), max_size=8))
def test_a_clause_that_is_broken_anywhere_is_never_kept(given: list[tuple[str, str, Outcome]]) -> None:
    found = properties(*(verdict(clause, outcome, profile=profile) for profile, clause, outcome in given))
    for profile, clause, outcome in given:
        if outcome is not Outcome.KEPT:
            assert f"{svr.CLAUSE}{profile}::{clause}" not in found
            assert outcome is not Outcome.BROKEN or svr.PASSED not in found


def test_names_come_through_inert_and_cannot_pose_as_others() -> None:
    name = f"x\n\x1b[31m\u202e\udcff</script>@everyone::{svr.PASSED}"
    text = formats.dumps("svr", account(verdict(name, profile=name), policy=PolicyFacts(f"--policy {name}", "d" * 64)))
    text.encode()
    assert not set("\x1b\u202e\udcff") & set(text)
    found = svr.read(text.encode()).properties
    assert found[-1] == f"{svr.CLAUSE}{shown(name)}::{shown(name)}"
    assert all(one.isprintable() for one in found)
    broken = verdict(svr.PASSED, Outcome.BROKEN, profile=svr.PASSED, findings=BREACH)
    assert properties(broken) == [svr.REVIEWED]


@pytest.mark.parametrize("made", [replace(account(), made=None), account(head=""), account(head=f"{COMMIT}+worktree")])
def test_what_cannot_be_named_is_refused(made: Account) -> None:
    with pytest.raises(UsageError, match=r"^svr: "):
        formats.dumps("svr", made)


def test_same_account_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = formats.dumps("svr", account(verdict("G-01")))
    monkeypatch.setitem(os.environ, "TZ", "Asia/Tokyo")
    assert formats.dumps("svr", account(verdict("G-01"))) == first


# Of real repositories


def test_a_commit_is_named_by_its_id(run: GitRepo) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    made = svr.read(formats.dumps("svr", of(run)).encode())
    assert (made.kind, made.id, made.merge_base) == (svr.COMMIT, run.git("rev-parse", "HEAD"), run.git("rev-parse", "main"))
    assert before <= made.time <= datetime.now(UTC)  # that of the audit, and not the commit's
    assert made.clauses["gate"] == ["G-01", "G-02"]
    assert made.profiles == ("gate", "integrity")
    assert (made.passed, made.reviewed) == (True, True)
    assert made.policy == hashlib.sha256(LAW["agent-compliance.yaml"].encode()).hexdigest()


def test_a_work_tree_is_its_commit_where_nothing_differs_and_a_tree_where_something_does(run: GitRepo) -> None:
    made = svr.read(formats.dumps("svr", of(run, None)).encode())
    assert (made.kind, made.id) == (svr.COMMIT, run.git("rev-parse", "HEAD"))
    run.write("src/c.ts", TODO)
    made = svr.read(formats.dumps("svr", of(run, None)).encode())
    assert made.kind == svr.TREE
    assert not made.passed
    assert made.clauses["gate"] == ["G-01"]
    run.git("add", "-A")
    assert made.id == run.git("write-tree")


def test_shell_writes_it_and_signs_it_only_where_it_is_asked_to(run: GitRepo, tmp_path: Path) -> None:
    from tests.parsing.test_proof_signatures import private

    key = private(tmp_path, "ci")
    file = tmp_path / "verdict.json"
    given = ["audit", "--repo", str(run.root), "--base", "main", "--head", "HEAD", "--output"]

    def shell(*words: str) -> Any:
        return CliRunner().invoke(main, [*given, *words])

    assert shell(f"svr:{file}").exit_code == 0
    in_toto.validated(file.read_bytes())
    assert shell(f"svr:{file}", "--output", "text", "--sign-with", str(key)).exit_code == 0
    assert json.loads(file.read_bytes())["payloadType"] == "application/vnd.in-toto+json"
    done = shell("text", "--sign-with", str(key))
    assert (done.exit_code, "ask for one by --output svr:FILE" in done.output) == (2, True)
    inside = private(run.root, "inside")
    done = shell(f"svr:{file}", "--sign-with", str(inside))
    assert (done.exit_code, "--sign-with" in done.output, "lies in the repository" in done.output) == (2, True, True)
    done = shell(f"svr:{file}", "--sign-with", str(tmp_path / "none"))
    assert (done.exit_code, "No such file" in done.output) == (2, True)
    if os.name == "posix":
        key.chmod(0o644)
        done = shell(f"svr:{file}", "--sign-with", str(key))
        assert (done.exit_code, "chmod 600" in done.output) == (0, True)
