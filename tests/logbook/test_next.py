"""``agent-compliance log next``: what git knows stands in the chunk, what it does not know is left open, nothing else moves."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance import engine
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.logbook import next_chunk, next_place
from pytest_agentcompliance.logbook.next_chunk import Entry, Parts
from pytest_agentcompliance.parsing.claims import Paths
from pytest_agentcompliance.parsing.packages import Package
from pytest_agentcompliance.rulebook.log.verification import Verification
from pytest_agentcompliance.sources.log import parse
from tests.conftest import GitRepo
from tests.logbook.shop import HOME, LOG, START, STORY, WORK, begun, following, judged, listed, log_of, run, work

CART = "packages/backend/cart/src"
ONE = f"""# Backend log

## Chunk 1 — totals
- Objective (maps to story requirement/AC): AC-2
- Files changed:
  - `{CART}/totals.ts` (NEW)
- Summary of changes: adds up
"""
END = "BACKEND COMPLETE\n\n## Worker Token Summary\n- Input: ~900 tokens\n- Output: ~200 tokens\n"
TOTALS = {f"{CART}/totals.ts": "export const total = 1\n"}


@pytest.fixture
def shop(repo: GitRepo) -> GitRepo:
    return begun(repo)


def filled(chunk: str) -> str:
    """The chunk as a conscientious agent completes it."""
    for empty, full in {
        "## Chunk 1 —\n": "## Chunk 1 — totals\n",
        "(maps to story requirement/AC):\n": "(maps to AC-1, AC-2): the service stores and adds up a cart\n",
        "Summary of changes:\n": "Summary of changes: totals, and a logger that trims\n",
        "Reused:\n": "Reused: `@shop/logger`\n",
        "Why new was necessary:\n": "Why new was necessary: no package adds up carts\n",
        "What stayed in core:\n": "What stayed in core: the logger\n",
        "What stayed in adapters:\n": "What stayed in adapters: nothing, the route comes later\n",
        "- Notes / Risks:\n": "  - `pnpm check-types --filter @shop/cart` - PASS\n"
        "  - `pnpm check-types --filter @shop/logger` - PASS\n- Notes / Risks: none\n",
    }.items():
        assert chunk.count(empty) == 1, empty
        chunk = chunk.replace(empty, full)
    return f"{chunk}\n{END}"


def unverified(repo: GitRepo) -> list[str]:
    """What the rule of type checks finds."""
    left = engine.evidence(engine.Options(repo.root, "main", environ={}), {"log", "tree"})
    return [finding.message for finding in Verification().findings_in(left)]


def test_after_real_edits_only_what_an_author_must_say_is_missing(shop: GitRepo) -> None:
    work(shop, WORK)
    done = following(shop, "--write")
    assert f"{LOG}:3: the next chunk is there, with 5 files; give it a name and fill in its fields" in done.stderr
    assert listed(log_of(shop)) == [
        "`packages/backend/cart/docs/cart.md` (NEW)",
        f"`{CART}/money.ts` (DELETED)",
        f"`{CART}/totals.test.ts` (NEW)",
        f"`{CART}/totals.ts` (NEW)",
        "`packages/core/logger/src/index.ts` (MODIFIED)",
    ]
    assert f"  - New: `{CART}/totals.ts`\n" in log_of(shop)
    (chunk,) = parse(log_of(shop), LOG).chunks
    assert chunk.commands == ()
    assert unverified(shop) == ["chunk 1 shows no type check of @shop/cart, @shop/logger"]
    found = judged(shop)
    broken = {rule: messages for rule, (outcome, messages) in found.items() if outcome == "broken" and "log" in rule}
    assert broken.keys() - {"log/verification", "log/objectives-traced"} == {
        "log/chunk-heading", "log/chunk-fields", "log/completion-signal", "log/token-summary",
    }  # fmt: skip
    assert broken["log/chunk-heading"] == ["chunk 1 has no name"]
    (fields,) = broken["log/chunk-fields"]
    assert "'Files changed'" not in fields
    assert "'New'" not in fields
    assert found["log/files-match-diff"] == ("kept", [])
    shop.write(LOG, filled(log_of(shop)))
    assert {rule: said for rule, said in judged(shop).items() if said[0] in ("broken", "crashed") and "log" in rule} == {}
    assert unverified(shop) == []
    assert "the log: kept" in run(shop, "log", "check").stdout
    assert "nothing to log" in following(shop, "--write").stderr


def test_printing_writes_nothing_and_writing_twice_adds_one_chunk(shop: GitRepo) -> None:
    work(shop, WORK)
    printed = following(shop)
    assert not (shop.root / LOG).exists()
    assert "--write makes it" in printed.stderr
    following(shop, "--write")
    once = log_of(shop)
    assert once == f"# Backend log\n\n{printed.stdout}"
    again = following(shop, "--write")
    assert (log_of(shop), again.stdout) == (once, "")
    assert "nothing to log" in again.stderr
    assert set(os.listdir(shop.root / HOME)) - {path.rpartition("/")[2] for path in START} == {"BACKEND-LOG.md"}


def test_nothing_changed_is_nothing_to_log(shop: GitRepo) -> None:
    done = following(shop, "--write")
    assert "nothing to log: every changed file is accounted for" in done.stderr
    assert not (shop.root / LOG).exists()


def test_a_file_that_changes_again_after_its_chunk_was_committed_is_listed_again(shop: GitRepo) -> None:
    shop.commit("one", {**TOTALS, f"{CART}/store.ts": "export const store = 1\n", LOG: ONE + ""})
    shop.commit("two", {f"{CART}/totals.ts": "export const total = 2\n"})
    work(shop, {f"{CART}/till.ts": "export const till = 1\n"})
    text = following(shop, "--write").stderr and log_of(shop)
    assert listed(text) == [f"`{CART}/store.ts` (MODIFIED)", f"`{CART}/till.ts` (NEW)", f"`{CART}/totals.ts` (MODIFIED)"]
    assert f"  - New: `{CART}/till.ts`\n" in text
    assert "nothing to log" in following(shop, "--write").stderr
    shop.commit("three")
    assert "nothing to log" in following(shop, "--write").stderr


def test_a_log_that_is_committed_before_its_files_tells_of_them(shop: GitRepo) -> None:
    work(shop, {**TOTALS, f"{CART}/store.ts": "export const store = 1\n"})
    following(shop, "--write")
    shop.git("add", LOG)
    shop.git("commit", "--quiet", "-m", "the log alone")
    assert "nothing to log" in following(shop, "--write").stderr
    shop.commit("the files")
    assert "nothing to log" in following(shop, "--write").stderr


def test_what_came_back_to_how_it_was_is_not_listed(shop: GitRepo) -> None:
    shop.commit("one", {**TOTALS, LOG: ONE})
    shop.commit("two", {f"{CART}/totals.ts": None})
    work(shop, {f"{CART}/till.ts": "1\n"})
    assert listed(following(shop).stdout) == [f"`{CART}/till.ts` (NEW)"]


def test_a_chunk_of_an_earlier_run_accounts_for_nothing_that_this_one_changes(repo: GitRepo) -> None:
    repo.commit("before", {**TOTALS, LOG: ONE})
    begun(repo)
    work(repo, {f"{CART}/totals.ts": "export const total = 2\n"})
    done = following(repo)
    assert done.stdout.startswith("## Chunk 2 —\n")
    assert listed(done.stdout) == [f"`{CART}/totals.ts` (MODIFIED)"]


def test_a_rename_is_one_line(shop: GitRepo) -> None:
    (shop.root / CART / "money.ts").rename(shop.root / CART / "cents.ts")
    following(shop, "--write")
    assert listed(log_of(shop)) == [f"`{CART}/money.ts` -> `{CART}/cents.ts` (RENAMED)"]
    assert [claim.path for _, claim in parse(log_of(shop), LOG).claims()] == [f"{CART}/money.ts", f"{CART}/cents.ts"]
    assert "  - New:\n" in log_of(shop)
    assert judged(shop)["log/files-match-diff"] == ("kept", [])


def test_what_others_claim_the_runs_documents_and_ignored_files_are_left_out(shop: GitRepo) -> None:
    work(shop, {
        **TOTALS,
        "apps/web/Cart.tsx": "export const Cart = () => null\n",
        f"{HOME}/FRONTEND-LOG.md": "## Chunk 1 — page\n- Files changed:\n  - apps/web/Cart.tsx (NEW)\n",
        f"{HOME}/NOTES.md": "note\n",
        f"{STORY}/SHOP-7.md": "# SHOP-7: A cart\n\n- [x] **AC-1**: The service stores a cart\n",
        "node_modules/x/index.js": "1\n",
        "packages/backend/cart/dist/totals.js": "1\n",
    })  # fmt: skip
    assert listed(following(shop).stdout) == [f"`{CART}/totals.ts` (NEW)"]


def test_a_lockfile_goes_with_its_manifest_and_is_listed_alone(shop: GitRepo) -> None:
    work(shop, {"pnpm-lock.yaml": "a: 1\n"})
    assert listed(following(shop).stdout) == ["`pnpm-lock.yaml` (NEW)"]
    work(shop, {"packages/backend/cart/package.json": '{"name": "@shop/cart", "scripts": {"check-types": "tsc"}}\n'})
    assert listed(following(shop).stdout) == ["`packages/backend/cart/package.json` (MODIFIED)"]


def test_the_chunk_goes_before_the_signal_and_nothing_else_moves(shop: GitRepo) -> None:
    shop.commit("one", {**TOTALS, LOG: f"{ONE}\n---\n\n## Status\n\n{END}"})
    work(shop, {f"{CART}/till.ts": "1\n"})
    done = following(shop, "--write")
    assert "'BACKEND COMPLETE' now stands behind this chunk" in done.stderr
    assert log_of(shop).startswith(f"{ONE}\n---\n\n## Chunk 2 —\n")
    assert log_of(shop).endswith(f"- Notes / Risks:\n\n## Status\n\n{END}")
    found = judged(shop)
    assert found["log/completion-signal"] == ("kept", [])
    assert found["log/append-only"][0] != "broken"
    assert found["log/files-match-diff"] == ("kept", [])


def test_a_blocked_run_is_not_asked_whether_it_is_complete(shop: GitRepo) -> None:
    shop.commit("one", {**TOTALS, LOG: f"{ONE}\nBLOCKED: no schema\n"})
    work(shop, {f"{CART}/till.ts": "1\n"})
    assert "stands behind" not in following(shop, "--write").stderr
    assert log_of(shop).endswith("- Notes / Risks:\n\nBLOCKED: no schema\n")


HOSTILE = [
    "a\n## Chunk 9 — mine\n- Files changed:\n  - b.ts", "a`b.ts", "\x1b[2Jred.ts", "tab\there.ts", "-rf.ts", "--> x.ts", "# x.ts",
    "שלום.ts", "\u202etxt.ts", "zero\u200bwidth.ts", "two words.ts", "two words", "line.ts:12", "{a,b}.ts", "[id].ts",
    "(group)/page.ts", "a|b.ts", "<b>.ts", "x;y.ts", "BACKEND COMPLETE", "Makefile.old", "plainname", "$HOME.ts", "none", "N/A.ts",
    "é.ts", "e\u0301.ts",
    "*.ts", "**bold**.ts", "git push.ts", "'quoted'.ts", "http:/x.ts", "a -> b.ts", "New: x.ts", "\udcff.ts", "tail .ts", "~/x.ts",
]  # fmt: skip


def test_hostile_names_are_read_back_or_said_and_never_break_the_log(shop: GitRepo) -> None:
    paths = [f"packages/backend/cart/{name}" for name in HOSTILE] + [name for name in HOSTILE if "/" not in name]
    for path in paths:
        shop.write(path, "1\n")
    done = following(shop, "--write")
    log = parse(log_of(shop), LOG)
    (chunk,) = log.chunks
    assert (log.signals, log.tokens, log.unchunked_files, chunk.number) == ((), (), (), "1")
    said = {line.partition(": no log can tell")[0] for line in done.stderr.splitlines() if "no log can tell" in line}
    assert len({claim.path.removeprefix("./") for claim in chunk.files}) + len(said) == len(paths)
    assert {"packages/backend/cart/a`b.ts", "packages/backend/cart/\\xff.ts", "packages/backend/cart/line.ts:12"} <= said
    named = {claim.path.removeprefix("./") for claim in chunk.files}
    assert {"-rf.ts", "שלום.ts", "two words.ts", "[id].ts", "packages/backend/cart/(group)/page.ts", "*.ts", "plainname"} <= named
    assert "\x1b" not in done.output
    outcome, messages = judged(shop)["log/files-match-diff"]
    assert outcome == "broken"
    assert set(messages) == {"the log does not list this file"}
    assert len(messages) == len(said)
    once = log_of(shop)
    assert "nothing to log: every changed file else" in following(shop, "--write").stderr
    assert log_of(shop) == once


@given(st.lists(st.text(st.characters(exclude_characters="\0/"), min_size=1, max_size=30), min_size=1, max_size=6, unique=True))
def test_any_name_is_read_back_or_said(names: list[str]) -> None:
    paths = [f"src/{name}" for name in names]
    written, unwritten = next_chunk.entries([Entry(path, "NEW") for path in paths], Paths(paths))
    assert sorted([*(one.path for one in written), *unwritten]) == sorted(paths)
    text = Parts("x", [one.line for one in written], [], []).chunk(1)
    found = [Paths(paths).find(claim.path).paths for claim in parse(text, LOG).chunks[0].files]
    assert found == [(one.path,) for one in written]


SOME = st.lists(
    st.sampled_from([
        "# Log", "## Chunk 1 — a", "## Chunk 2 — b", "### Chunk 7-9: c", "- Objective: x", "- Files changed:", "  - `a.ts` (NEW)",
        "BACKEND COMPLETE", "BLOCKED: y", "**Status**: COMPLETE", "## Worker Token Summary", "- Input: ~9 tokens", "```", "<!--",
        "-->", "---", "===", "", "text", "  deep", "| a | b |", "## Status", "\ufeff", "> q",
    ]),
    max_size=14,
)  # fmt: skip


@given(SOME, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_chunk_is_put_where_it_changes_no_other_line(rows: list[str], end: str, last: bool) -> None:
    text = end.join(rows) + (end if last else "")
    chunk = Parts("", ["`z.ts` (NEW)"], [], ["pnpm check-types --filter z"]).chunk(5)
    try:
        put = next_place.put(text, chunk, parse(text, LOG))
    except UsageError as wrong:
        assert "left open" in str(wrong)  # noqa: PT017
        return
    kept = put.text.replace("\r\n", "\n").split("\n")
    at = kept.index("## Chunk 5 —")
    assert put.line == at + 1
    rest = [row for row in kept[:at] + kept[at + chunk.count("\n") + 1 :] if row]
    assert rest == [row for row in rows if row]


def test_line_ends_and_a_missing_last_one_stay(shop: GitRepo) -> None:
    shop.commit("one", {**TOTALS, LOG: ("\ufeff" + ONE).replace("\n", "\r\n").removesuffix("\r\n")})
    work(shop, {f"{CART}/till.ts": "1\n"})
    assert "; fill in its fields" in following(shop, "--write", "--name", "till").stderr
    text = log_of(shop)
    assert text.startswith("\ufeff# Backend log\r\n")
    assert "adds up\r\n\r\n## Chunk 2 — till\r\n" in text
    assert "\n" not in text.replace("\r\n", "")


@pytest.mark.parametrize(("heads", "number"), [
    (["1", "2-4"], 5), (["1", "3", "2"], 4), (["1", "2", "1"], 2), (["1", "2", "2"], 3), (["IV"], 5), (["9"], 10),
])  # fmt: skip
def test_the_number_follows(shop: GitRepo, heads: list[str], number: int) -> None:
    shop.commit("one", {LOG: "".join(f"## Chunk {head} — x\n- Objective: y\n\n" for head in heads)})
    work(shop, TOTALS)
    assert following(shop).stdout.startswith(f"## Chunk {number} —\n")


@pytest.mark.parametrize("name", ["x\ny", "—", "\x1b[1m", "x" * 300, "**"])
def test_a_name_that_no_heading_can_hold_is_an_error(shop: GitRepo, name: str) -> None:
    work(shop, TOTALS)
    assert "--name" in following(shop, "--write", "--name", name, code=2).stderr
    assert not (shop.root / LOG).exists()


def test_an_open_fence_is_an_error_and_leaves_the_log(shop: GitRepo) -> None:
    shop.commit("one", {LOG: f"{ONE}\n```\nopen\n"})
    work(shop, {f"{CART}/till.ts": "1\n"})
    assert "left open" in following(shop, "--write", code=2).stderr
    assert log_of(shop) == f"{ONE}\n```\nopen\n"


def test_no_story_and_no_folder_are_usage_errors(repo: GitRepo) -> None:
    repo.commit("start", {"a.ts": "1\n", "agent-compliance.yaml": "profiles:\n  - name: dev-implement-backend-coder-v3\n"})
    repo.branch("agent")
    work(repo, {"a.ts": "2\n"})
    assert "pass --story" in following(repo, "--write", code=2).stderr
    assert "pass --story" in following(repo, "--write", "--story", "SHOP-9", code=2).stderr
    for stage in ("done", "uat"):
        repo.write(f"plans/{stage}/SHOP-9/SHOP-9.md", "# x\n")
    assert "2 folders could be meant" in following(repo, "--write", "--story", "SHOP-9", code=2).stderr
    logs = [f"plans/{stage}/SHOP-9/_implementation/BACKEND-LOG.md" for stage in ("uat", "done")]
    repo.write(logs[0], "")
    following(repo, "--write", "--story", "SHOP-9")
    assert "## Chunk 1 —" in (repo.root / logs[0]).read_text()
    repo.write(logs[1], "# Log\n")
    assert "2 logs could be meant" in following(repo, "--write", "--story", "SHOP-9", code=2).stderr
    following(repo, "--write", "--story", "SHOP-9", "--log", str(repo.root / logs[1]))
    assert "# Log\n\n## Chunk 1 —" in (repo.root / logs[1]).read_text()
    (repo.root.parent / "x.md").write_text("# Log\n")
    words = ("--write", "--story", "SHOP-9", "--log", str(repo.root.parent / "x.md"))
    assert "lies outside" in following(repo, *words, code=2).stderr


def test_a_log_without_chunks_that_lists_files_gets_one_chunk(shop: GitRepo) -> None:
    shop.commit("one", {**TOTALS, LOG: f"# Log\n\n## Implementation\n\n### 1. `{CART}/totals.ts`\n\n**Changes**: adds up\n"})
    work(shop, {f"{CART}/till.ts": "1\n"})
    following(shop, "--write")
    assert judged(shop)["log/files-match-diff"] == ("kept", [])
    assert "nothing to log" in following(shop, "--write").stderr


def test_links_are_refused(shop: GitRepo, tmp_path: Path) -> None:
    work(shop, TOTALS)
    (tmp_path / "out.md").write_text("mine")
    (shop.root / LOG).symlink_to(tmp_path / "out.md")
    assert "symbolic link" in following(shop, "--write", code=2).stderr
    assert (tmp_path / "out.md").read_text() == "mine"
    for path in (shop.root / HOME).iterdir():
        path.unlink()
    (shop.root / HOME).rmdir()
    (shop.root / HOME).symlink_to(tmp_path, target_is_directory=True)
    assert "no link is followed" in following(shop, "--write", code=2).stderr
    assert not (tmp_path / "BACKEND-LOG.md").exists()


def test_a_log_that_git_does_not_see_is_left(repo: GitRepo) -> None:
    repo.commit("ignore", {".gitignore": "BACKEND-LOG.md\n"})
    begun(repo)
    repo.commit("ignored", {".gitignore": "BACKEND-LOG.md\n"})
    repo.git("branch", "--force", "main")
    work(repo, {**TOTALS, LOG: "mine\n"})
    assert "it was left as it is" in following(repo, "--write", code=2).stderr
    assert log_of(repo) == "mine\n"


@pytest.mark.parametrize(("package", "root", "command"), [
    (Package("p", "node", "@a/p", scripts={"check-types": "tsc"}), {}, "pnpm check-types --filter @a/p"),
    (Package("p", "node", "p", scripts={"typecheck": "tsc"}), {}, "pnpm typecheck --filter p"),
    (Package("p", "node", "p"), {"check-types": "turbo check-types"}, "pnpm check-types --filter p"),
    (Package("p/q", "node", ""), {}, "pnpm --filter ./p/q exec tsc --noEmit"),
    (Package("p/q", "node", "x --> y", scripts={"check-types": "tsc"}), {}, "pnpm check-types --filter ./p/q"),
    (Package("p q", "node", "$(id)"), {}, ""),
    (Package("tools", "python", "t"), {}, "mypy tools"),
    (Package("", "python", "t"), {}, "mypy ."),
    (Package("-x", "python", "t"), {}, ""),
])  # fmt: skip
def test_the_command_of_a_package(package: Package, root: dict[str, str], command: str) -> None:
    assert next_chunk.command(package, ["check-types", "typecheck"], root) == command
