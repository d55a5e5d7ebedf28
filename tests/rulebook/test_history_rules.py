"""The rules that go through the commits of a run, on real repositories: moves, merges, the work tree, shallow clones."""

from pathlib import Path

import pytest

from pytest_agentcompliance import engine
from pytest_agentcompliance.verdict import Verdict
from tests.conftest import GitRepo

HOME = "plans/shop/in-progress/WISH-1/_implementation"
DONE = "plans/shop/done/WISH-1/_implementation"
ONE = "## Chunk 1 — cart\n- Objective: store the cart\n- Commands run:\n  - `pnpm test` - FAILED\n"
TWO = ONE + "\n## Chunk 2 — till\n- Objective: pay\n"
LOG = f"{HOME}/BACKEND-LOG.md"


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("start", {"api/a.ts": "1\n", f"{HOME}/SCOPE.md": "the cart\n"})
    repo.branch("agent")
    return repo


def verdict(repo: GitRepo, rule: str, head: str | None = "HEAD") -> Verdict:
    made = engine.audit(
        engine.Options(Path(repo.root), "main", head, ("dev-implement-backend-coder-v3",), "WISH-1", environ={})
    )
    return next(one for one in made.verdicts if one.rule == rule)


def told(repo: GitRepo, rule: str, head: str | None = "HEAD") -> list[str]:
    return [f"{finding.at}: {finding.message}" for finding in verdict(repo, rule, head).findings]


def test_rewritten_chunk_names_the_commit_and_the_lost_line(run: GitRepo) -> None:
    run.commit("one", {LOG: TWO})
    commit = run.commit("two", {LOG: TWO.replace("FAILED", "PASSED")})
    assert told(run, "log/append-only") == [
        f"{LOG}:1: commit {commit[:9]} rewrote chunk 1: it no longer says 'pnpm test - failed'"
    ]


def test_log_that_moves_to_another_stage_is_followed(run: GitRepo) -> None:
    run.commit("one", {LOG: TWO})
    run.commit("move", {LOG: None, f"{DONE}/BACKEND-LOG.md": TWO})
    assert verdict(run, "log/append-only").outcome == "kept"
    commit = run.commit("move back, and lie", {f"{DONE}/BACKEND-LOG.md": None, LOG: TWO.replace("FAILED", "PASSED")})
    assert [line.partition(" rewrote")[0] for line in told(run, "log/append-only")] == [f"{LOG}:1: commit {commit[:9]}"]


def test_what_the_work_tree_rewrites_is_seen(run: GitRepo) -> None:
    run.commit("one", {LOG: TWO})
    run.write(LOG, TWO.replace("store the cart", "store the basket"))
    assert told(run, "log/append-only", head=None) == [f"{LOG}:1: the run rewrote chunk 1: it no longer says 'store the cart'"]


def test_merge_that_loses_a_chunk_is_seen(run: GitRepo) -> None:
    run.commit("one", {LOG: ONE})
    run.git("checkout", "-q", "-b", "side")
    run.commit("side", {"api/side.ts": "1\n"})
    run.git("checkout", "-q", "agent")
    run.commit("two", {LOG: TWO})
    run.git("merge", "-q", "--no-ff", "--no-commit", "side")
    run.write(LOG, "# Log\n\n" + TWO.replace(ONE, ""))
    run.git("add", "-A")
    run.git("commit", "-q", "-m", "merge")
    assert told(run, "log/append-only") == [f"{LOG}: commit {run.git('rev-parse', 'HEAD')[:9]} took chunk 1 out of the log"]


def test_merging_main_accuses_nobody(run: GitRepo) -> None:
    run.commit("one", {LOG: ONE, "api/cart.ts": "1\n"})
    run.git("checkout", "-q", "main")
    run.commit("other work", {"api/other.ts": "1\n"})
    run.git("checkout", "-q", "agent")
    run.git("merge", "-q", "--no-ff", "-m", "merge main", "main")
    run.commit("two", {LOG: TWO, "api/till.ts": "1\n"})
    assert verdict(run, "log/append-only").outcome == "kept"
    assert verdict(run, "history/log-with-chunk").outcome == "kept"


def test_work_behind_the_last_update_of_the_log_names_its_commits(run: GitRepo) -> None:
    run.commit("one", {LOG: ONE, "api/cart.ts": "1\n"})
    commit = run.commit("sneak in the till", {"api/till.ts": "1\n"})
    assert told(run, "history/log-with-chunk") == [
        f"{LOG}: work went on in 1 commit after the log was last updated: {commit[:9]} 'sneak in the till'"
    ]


def test_the_storys_own_documents_are_no_work(run: GitRepo) -> None:
    run.commit("one", {LOG: ONE, "api/cart.ts": "1\n"})
    run.commit("notes", {f"{HOME}/VERIFICATION.yaml": "ok: 1\n"})
    assert verdict(run, "history/log-with-chunk").outcome == "kept"


def test_a_log_that_no_commit_touches_is_not_judged(run: GitRepo) -> None:
    run.commit("work", {"api/cart.ts": "1\n"})
    run.write(LOG, ONE)
    assert verdict(run, "history/log-with-chunk", head=None).outcome == "not-judged"


def test_stop_on_a_decision_holds_until_it_is_confirmed(run: GitRepo) -> None:
    blocked = ONE + "\nBLOCKED: Architectural decision required - where carts are kept\n"
    run.commit("stop", {LOG: blocked})
    commit = run.commit("go on all the same", {"api/till.ts": "1\n"})
    assert told(run, "blockers/stopped") == [
        f"api/till.ts: work went on ({commit[:9]}) although the run had stopped in commit "
        f"{run.git('rev-parse', 'HEAD^')[:9]} on 'Architectural decision required - where carts are kept'; "
        "no decision was confirmed in between"
    ]


def test_plan_of_the_same_words_confirms_nothing(run: GitRepo) -> None:
    plan = f"{HOME}/IMPLEMENTATION-PLAN.md"
    run.commit("stop", {plan: "1. Store\n", LOG: ONE + "\nBLOCKED: Architectural decision required - where carts are kept\n"})
    run.commit("format", {plan: "1.  Store\n\n"})
    run.commit("go on", {"api/till.ts": "1\n"})
    assert verdict(run, "blockers/stopped").outcome == "broken"


def test_a_decision_that_the_register_gained_lets_the_work_go_on(run: GitRepo) -> None:
    run.commit("stop", {LOG: ONE + "\nBLOCKED: Architectural decision required - where carts are kept\n"})
    run.commit("answer", {f"{HOME}/ARCHITECTURAL-DECISIONS.yaml": "decisions:\n- id: A-1\n  decision: here\n  decided_by: user\n"})
    run.commit("go on", {"api/till.ts": "1\n"})
    assert verdict(run, "blockers/stopped").outcome == "kept"


def test_names_are_looked_up_in_the_tree_that_the_run_found(run: GitRepo) -> None:
    log = "## Chunk 1 — cart\n- Reuse compliance:\n  - Reused: `addUp()`, `there.ts`, `@shop/gone`\n  - New: none\n"
    run.git("checkout", "-q", "main")
    run.commit("more", {"core/there.ts": "export function addUp() {}\n"})
    run.git("checkout", "-q", "-B", "agent")
    run.commit("one", {LOG: log, "api/cart.ts": "addUp()\n"})
    assert told(run, "log/reuse-justified") == [
        f"{LOG}:3: chunk 1 says that '@shop/gone' was reused; nothing at base has that name"
    ]


def test_a_name_that_another_one_begins_with_is_found_all_the_same(run: GitRepo) -> None:
    log = "## Chunk 1 — cart\n- Reuse compliance:\n  - Reused: `cart`, `cart-service`, `cart-service-core`\n  - New: none\n"
    run.git("checkout", "-q", "main")
    run.commit("more", {"core/package.json": '{"name": "cart-service-core"}\n'})
    run.git("checkout", "-q", "-B", "agent")
    run.commit("one", {LOG: log})
    assert told(run, "log/reuse-justified") == []
