"""The time line: it says of the log and the change what the rule that holds them together says, and nothing else."""

from dataclasses import replace

from pytest_agentcompliance import engine
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters import html
from pytest_agentcompliance.reporters.account import Account, ChunkFact, ClaimFact, CommitFact, Exhibits, FileFact
from pytest_agentcompliance.reporters.html import timeline as room
from pytest_agentcompliance.reporters.html.timeline import LISTING, Timeline, timeline
from pytest_agentcompliance.verdict import Audit, Finding, Outcome, PolicyFacts, Verdict
from tests.conftest import GitRepo
from tests.reporters.golden import WHEN
from tests.reporters.html_reader import read

LOG = "plans/BACKEND-LOG.md"


def held(*found: Finding, excused: tuple[Finding, ...] = (), why: str = "", outcome: Outcome | None = None) -> Verdict:
    outcome = outcome or (Outcome.BROKEN if found else Outcome.KEPT)
    return Verdict("p", "C-1", "says", LISTING, "error", outcome, found, why, excused=excused)


def chunk(number: str, *claimed: ClaimFact) -> ChunkFact:
    return ChunkFact(number, f"chunk {number}", 1, claimed)


def claim(path: str, line: int = 2, *paths: str, sure: bool = True, changed: bool = True) -> ClaimFact:
    return ClaimFact(path, line, paths, sure, changed)


def account(
    verdicts: tuple[Verdict, ...], chunks: tuple[ChunkFact, ...], *paths: str, commits: tuple[CommitFact, ...] = ()
) -> Account:
    files = tuple(FileFact(one, "modified") for one in paths)
    exhibits = Exhibits(files=files, log=LOG, chunks=chunks, commits=commits)
    return Account(Audit("", "", "", PolicyFacts(""), verdicts), exhibits)


def made(
    verdicts: tuple[Verdict, ...], chunks: tuple[ChunkFact, ...], *paths: str, commits: tuple[CommitFact, ...] = ()
) -> Timeline:
    line = timeline(account(verdicts, chunks, *paths, commits=commits))
    assert line is not None
    return line


def states(line: Timeline) -> dict[str, tuple[str, str]]:
    return {one.path: (one.state, one.tone) for one in line.lines}


def marks(line: Timeline, path: str) -> list[str]:
    """What each column has of a file."""
    cells = next(one.cells for one in line.lines if one.path == path)
    return [cell.mark for cell in cells for _ in range(cell.span)]


def test_log_that_claims_nothing_has_none() -> None:
    assert timeline(account((held(),), (), "a.ts")) is None
    assert timeline(account((held(),), (chunk("1"),), "a.ts")) is None


def test_states_are_those_of_the_rule_in_its_colours() -> None:
    verdict = held(
        Finding("not listed", Place("b.ts"), evidence="unlisted"), Finding("never", Place(LOG, 9), evidence="x.ts"),
        Finding("in passing", Place("d.ts"), "style"),
        excused=(Finding("not listed", Place("c.ts"), evidence="unlisted", excuse="w"),),
    )  # fmt: skip
    chunks = (chunk("1", claim("a.ts", 3, "a.ts"), claim("x.ts", 9)), chunk("2", claim("a.ts", 12, "a.ts"), claim("y.ts", 13)))
    line = made((verdict,), chunks, "a.ts", "b.ts", "c.ts", "d.ts")
    assert states(line) == {
        "a.ts": ("listed", ""), "x.ts": ("invented", "broken"), "y.ts": ("let", ""), "b.ts": ("unlisted", "broken"),
        "c.ts": ("unlisted", "excused"), "d.ts": ("unasked", ""),
    }  # fmt: skip
    assert (marks(line, "a.ts"), marks(line, "x.ts"), marks(line, "b.ts")) == (["claimed"] * 2, ["invented", ""], ["", ""])
    assert line.told == (
        "1 changed file claimed", "2 files changed and not in the log (1 excused)", "1 file claimed and never changed",
    )  # fmt: skip
    assert states(made((replace(verdict, severity="warning"),), chunks, "b.ts"))["b.ts"] == ("unlisted", "warned")


def test_what_a_waiver_lets_pass_in_a_kept_clause_is_no_breach() -> None:
    verdict = replace(held(), outcome=Outcome.WAIVED, excused=(Finding("never", Place(LOG, 2), evidence="x.ts", excuse="w"),))
    assert states(made((verdict,), (chunk("1", claim("x.ts")),), "a.ts"))["x.ts"] == ("invented", "excused")


def test_folder_accounts_for_what_the_rule_says_it_does() -> None:
    both = ("api/a.ts", "api/b.ts", "api/ab.ts")
    folder = claim("api/", 2, *both, sure=False)
    verdict = held(Finding("not listed", Place("api/b.ts"), evidence="unlisted"), why="chunk 1, chunk 3 accounts for api/a.ts")
    line = made((verdict,), (chunk("1", folder), chunk("2", folder)), *both)
    assert marks(line, "api/a.ts") == ["claimed", ""], "chunk 2 names the folder, and the rule does not count it"
    assert states(line) == {"api/a.ts": ("listed", ""), "api/b.ts": ("unlisted", "broken"), "api/ab.ts": ("unasked", "")}


def test_file_that_another_log_claims_is_no_gap() -> None:
    line = made((held(why="FRONTEND-LOG.md accounts for web/a.tsx"),), (chunk("1", claim("b.ts", 2, "b.ts")),), "web/a.tsx", "b.ts")
    assert states(line)["web/a.tsx"] == ("elsewhere", "")


def test_file_that_was_only_looked_at_is_neither_claimed_nor_invented() -> None:
    chunks = (chunk("1", claim("a.ts", 2, "a.ts"), claim("old.ts", 3, changed=False), claim("b.ts", 4, "b.ts", changed=False)),)
    line = made((held(Finding("it was", Place("b.ts"), evidence="looked at")),), chunks, "a.ts", "b.ts")
    assert states(line) == {"a.ts": ("listed", ""), "old.ts": ("looked", ""), "b.ts": ("unlisted", "broken")}
    assert marks(line, "old.ts") == ["looked"]


def test_without_the_rule_nothing_is_held_against_the_run() -> None:
    chunks = (chunk("1", claim("a.ts", 2, "a.ts"), claim("x.ts", 3)),)
    for verdicts, word in (
        ((), "no profile of this audit has the rule"), ((held(outcome=Outcome.NOT_JUDGED, why="no log"),), "could not judge"),
    ):  # fmt: skip
        line = made(verdicts, chunks, "a.ts", "b.ts")
        assert states(line) == {"a.ts": ("listed", ""), "x.ts": ("let", ""), "b.ts": ("open", "")}
        assert word in line.told[0]


def test_commits_stand_beside_the_chunks() -> None:
    commits = (
        CommitFact("0" * 40, "first", "Ada", WHEN, files=1, paths=("a.ts",)),
        CommitFact("1" * 40, "second", "Ada", WHEN, files=3, paths=("b.ts", "a.ts", "gone.ts")),
    )
    line = made((held(),), (chunk("1", claim("a.ts", 2, "a.ts")),), "a.ts", "b.ts", commits=commits)
    assert [one.label for one in (*line.chunks, *line.commits)] == ["1", "0000000", "1111111"]
    assert marks(line, "a.ts") == ["claimed", "changed", "changed"]
    assert marks(line, "b.ts") == ["", "", "changed"]
    assert states(line)["b.ts"] == ("unasked", "")
    assert "gone.ts" not in states(line), "what its end does not show is not in the change"
    assert made((held(),), (chunk("1", claim("a.ts", 2, "a.ts")),), "a.ts", commits=commits[:1]).commits == ()


def test_very_long_log_shows_what_is_wrong_first() -> None:
    count = room.CHUNKS + 20
    paths = [f"src/{k:04}.ts" for k in range(room.ROWS + 50)]
    chunks = tuple(chunk(f"{k}", *(claim(one, k, one) for one in paths[k::count])) for k in range(count))
    verdict = held(Finding("not listed", Place("z/last.ts"), evidence="unlisted"), Finding("never", Place(LOG, 7), evidence="x.ts"))
    chunks = (*chunks, chunk("last", claim("x.ts", 7)))
    line = made((verdict,), chunks, *paths, "z/last.ts", commits=tuple(CommitFact("ab" * 20, "c", "A", WHEN) for _ in range(2)))
    assert len(line.lines) == room.ROWS
    assert len(line.chunks) == room.CHUNKS
    assert states(line)["z/last.ts"] == ("unlisted", "broken")
    assert states(line)["x.ts"] == ("invented", "broken")
    assert all(sum(cell.span for cell in one.cells) == room.CHUNKS + 2 for one in line.lines)
    assert {mark for one in line.lines for mark in marks(line, one.path)[room.CHUNKS :]} == {""}, "no chunk stands where commits do"
    assert line.told[3:] == ("21 more chunks not shown", f"{len(paths) + 2 - room.ROWS} more files not shown")


def test_page_shows_it_as_a_table() -> None:
    verdict = held(Finding("never", Place(LOG, 9), evidence="x.ts"))
    chunks = (chunk("1", claim("a.ts", 2, "a.ts"), claim("x.ts", 9)), chunk("", claim("a.ts", 20, "a.ts")))
    tree = read(html.dumps(account((verdict,), chunks, "a.ts")))
    rows = tree.by_id("chunks").all("tr")
    assert [one.text for one in rows[0].all("th")] == ["File", "1", "log", "State"]
    assert [one.text for one in rows[1].inside] == ["a.ts", "claimed", "claimed", "claimed and changed"]  # type: ignore[union-attr]
    assert rows[2].attributes["class"] == "invented broken"
    assert rows[2].text.endswith("claimed, and never changed")


def test_real_log_is_read_as_the_rule_reads_it(repo: GitRepo) -> None:
    log = "plans/features/shop/in-progress/SHOP-1/_implementation/BACKEND-LOG.md"
    repo.commit("base", {"README.md": "shop\n", "api/old.ts": "1\n"})
    repo.branch("agent")
    repo.commit("feat: cart", {
        "api/cart.ts": "1\n", "api/till.ts": "1\n", "api/seeds/a.sql": "1\n", "api/seeds/b.sql": "1\n", "api/deep/src/x.ts": "1\n",
        log: "# Log\n\n## Chunk 1 — cart\n- Files changed:\n  - `api/cart.ts` (NEW)\n  - `api/seeds/`\n\n"
        "## Chunk 2 — more\n- Files changed:\n  - `src/x.ts`\n  - `api/never.ts`\n  - `api/old.ts` (no changes)\n",
    })  # fmt: skip
    profiles = ("dev-implement-backend-coder-v3",)
    found = engine.account(engine.Options(repo.root, base="main", head="agent", profiles=profiles, story="SHOP-1", environ={}))
    (verdict,) = (one for one in found.audit.verdicts if one.rule == LISTING)
    line = timeline(found)
    assert line is not None
    told = states(line)
    unlisted = {one.at.path for one in verdict.findings if one.at is not None and one.at.line is None}
    assert {path for path, (state, _) in told.items() if state == "unlisted"} == unlisted
    assert {path for path, (state, _) in told.items() if state == "invented"} == {"api/never.ts"}
    assert told["api/till.ts"] == ("unlisted", "broken")
    for path, chunks in (
        ("api/cart.ts", ["claimed", ""]), ("api/seeds/a.sql", ["claimed", ""]), ("api/seeds/b.sql", ["claimed", ""]),
        ("api/deep/src/x.ts", ["", "claimed"]), ("api/never.ts", ["", "invented"]),
    ):  # fmt: skip
        assert marks(line, path) == chunks, path
    assert told["api/old.ts"] == ("looked", "")
