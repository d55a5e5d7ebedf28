"""The reader of BLOCKERS.md: what is a blocker, what is none, and what the file comes to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import blockers, markdown

TITLE = "## Architectural Decision Required\n\n"
PARTS = (
    "**Context**: storing the cart\n**Decision Needed**: which store\n**Options Identified**:\n1. Redis\n2. Postgres\n"
    "**Recommendation**: Postgres\n**Blocked Steps**: step 3\n"
)


@pytest.mark.parametrize(
    "text",
    [
        "# Blockers\n\nNo blockers identified.\n",
        "# Blockers\n\n_No blockers at this time_\n",
        "# SHOP-7: Blockers\n\n## Status: NO BLOCKERS ✅\n\nAll is there.\n",
        "# Blockers\n\n## Status\nNo blockers identified.\n\n## Notes\nAll requirements are clear.\n",
        "# Blockers\n\n**Status:** No blockers identified\n\n## Blockers Log\n\n_None at this time._\n",
        "# Blockers\n\n(Empty - no blockers)\n",
        "# Blockers\n\nNone identified.\n",
        "# Blockers\n\n## Status: NONE\n\nNo blocking issues have been identified for SHOP-7.\n",
        "# Blockers\n\n## Current Blockers\n\n**None identified.**\n\n## Potential Blockers\n"
        "\n| ID | Status |\n|---|---|\n| — | — |\n",
        "# Blockers\n\n## Active Blockers\n\nNone. All workers are done.\n\n"
        "## Warnings\n\n### Warning 1: slow tests\n\nThey take an hour.\n",
        "# Blockers\n\n## Blocker Assessment\n\nNo blocking issues identified:\n\n1. **Schema:** there\n2. **Keys:** there\n",
        "# Blockers\n\n## Status: NO BLOCKERS\n\n## Resolved Decisions\n\n### 1. Store\n\n**Decision:** Postgres\n",
        "# Blockers\n\n## Status: NO BLOCKERS\n\n## Checklist of Blockers\n\n| Item | Status |\n|---|---|\n| table | CLEAR |\n",
        "# Blockers\n\n## Status: NO BLOCKERS\n\n### Search\n\nLeft for later.\n",
        "There are currently no open blockers.\n",
        "# Blockers\n\nOnly for people.\n\n(none recorded; likely later: a signing key)\n",
        "# Blockers\n\n| ID | What | Cause | Status |\n|---|---|---|---|\n| - | No open blockers | - | Open |\n",
        "# Blockers\n\n## Open blockers\n\nNone.\n\n## Blocker template\n\n- What:\n- Status: open / resolved\n",
        "# Blockers\n\n## 🚧 Current Blockers\n\n| ID | What |\n|---|---|\n| - | - |\n\n**No open blockers**\n\n"
        "## Blocker severity levels\n\n### High\n- the shop is down\n\n## Blocker metrics\n\n- total: 0\n",
    ],
)
def test_file_that_says_that_there_is_none(text: str) -> None:
    found = blockers.read(text)
    assert (found.state, found.open) == ("none", ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n",
        "# Blockers (if any)",
        "# Blockers\n\n(Workers will write here if they are blocked)\n",
        "# Blockers\n\n_This file will be populated if an agent meets a blocking issue_\n",
        "# Blockers\n\n(To be populated by workers)\n",
        "# Blockers\n<!-- Workers write here -->\n",
        "# Blockers\n\nThis file is written by workers if they need a decision.\n",
    ],
)
def test_file_that_nobody_has_written_to(text: str) -> None:
    assert blockers.read(text) == blockers.Blockers("empty")


@pytest.mark.parametrize(
    "text",
    [
        TITLE + "**Status**: RESOLVED\n" + PARTS,
        TITLE + PARTS + "**Decision**: the user took the second\n",
        TITLE + PARTS + "\n### Resolution\n\nThe user took the second.\n",
        TITLE + PARTS + "**Decided by**: user\n",
        "## Architectural Decision Required (RESOLVED 2026-02-01)\n\n" + PARTS,
        "## ~~Architectural Decision Required~~\n\n" + PARTS,
        "# Blockers\n\n## Resolved Blockers\n\n### B1: no database\n\nStarted.\n",
        "# Blockers\n\nAll blockers resolved.\n\n## Blocker 1: no database\n\nIt was down.\n",
        "# Blockers\n\n## Active Blockers\n\n- [x] no database\n",
        "# Blockers\n\n## Active Blockers\n\n- ~~no database~~ ✅\n",
        "# Known Blockers\n\n## Second model — dropped\n\nIts package cannot be built.\n",
        "# Blockers\n\nWhat went wrong, and how it was mended.\n\n| Issue | Effect | Status |\n|---|---|---|\n"
        "| port | db | Resolved |\n",
        "# Blockers\n\n## B-1 no network\n\n- **Cause:** policy\n- **Status:** accepted-limitation\n",
        "# Blockers\n\n## B1 no key\n\n- Blocked: the mail.\n\n## Resolved\n\n- B1 resolved: the owner sent the key.\n",
        "# Blockers\n\n## B1 no key\n\nMail cannot be sent.\nResolved 2026-03-01: the key came.\n",
        "# Blockers\n\n## Blocker: no tool\n\n**Impact**: no build\n\n**Cleared**: 2026-03-01\n",
        "# Blockers\n\n## 1. ~~Cloud account~~ ✅ RESOLVED\n- there\n\n## New: Release Blockers\n\n"
        "### 2. Login — ✅ RESOLVED\n\nDone.\n",
        "# Blockers\n\n## B1 tool missing\n\n**Options**:\n1. drop it\n2. stub it\n\n**Decision taken for this run:** the first.\n",
        "# Blockers\n\n## Active Blockers\n\n| ID | What | Status |\n|---|---|---|\n| B1 | no database | FIXED |\n",
    ],
)
def test_file_whose_blockers_are_all_resolved(text: str) -> None:
    found = blockers.read(text)
    assert found.state == "resolved"
    assert all(entry.resolved for entry in found.entries)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("# Blockers\n\n## Blocker 1: no database\n\nIt is down.\n", ["Blocker 1: no database"]),
        ("# Blockers\n\nThe database cannot be reached.\n", ["The database cannot be reached."]),
        ("BLOCKED: no database\n", ["BLOCKED: no database"]),
        ("# Blockers\n\n## Database is missing\n\n### Impact\n\nNo tests.\n", ["Database is missing"]),
        ("# Blockers\n\n## Active Blockers\n\n- no database\n- no key\n", ["no database", "no key"]),
        ("# Blockers\n\n## Active Blockers\n\n- [x] no database\n- [ ] no key\n", ["no key"]),
        (
            "# Blockers\n\n## Open Blockers\n\n| ID | What | Status |\n|---|---|---|\n| B1 | no key | OPEN |\n| B2 | db | DONE |\n",
            ["B1 | no key | OPEN"],
        ),
        ("# Blockers\n\n## Blocker 1: conflict not resolved\n\nStill there.\n", ["Blocker 1: conflict not resolved"]),
        (
            "# Blockers\n\n## Search\n\n| # | Blocker | Owner | Next |\n|---|---|---|---|\n"
            "| 1 | ~~no index~~ **Fixed** | me | - |\n"
            "| 2 | no quota | you | ask |\n| 3 | brittle reader | me | **Fixed.** In the last commit. |\n",
            ["2 | no quota | you | ask"],
        ),
        (
            "# Blockers for the owner\n\nOne blocker stops one task.\n\n| ID | Need | Clear when |\n|---|---|---|\n"
            "| K-1 | key | sent |\n",
            ["K-1 | key | sent"],
        ),
        ("# Blockers\n\nOpen owner items (until resolved):\n- GATE 1: a key\n- a list\n", ["GATE 1: a key", "a list"]),
        (
            "# Blockers\n\n## Awaiting credentials\n\n1. **Push key** (iOS)\n   - Status: none\n"
            "2. ~~**Map key**~~ — **resolved by removal**\n"
            "3. **Mail key**\n\n## Other blockers met\n\n- installer failed. Resolved by using another.\n",
            ["**Push key** (iOS)", "**Mail key**"],
        ),
        (
            "# Blockers\n\n## BLOCKER-1: no tool\n\n**Status:** Open\n\n### Resolution\n\nInstall the tool.\n",
            ["BLOCKER-1: no tool"],
        ),
        (
            "# Blockers\n\n## Payment key\n\n- blank\n\n## Deploy (blocked on owner)\n\n- no account\n\n"
            "## 3. Map key — already set ✓\n\nThere.\n",
            ["Payment key", "Deploy (blocked on owner)"],
        ),
        ("# Blockers\n\n## B-1 · two machines, **not a blocker**\n\nSo be it.\n\n## B-2 · no key\n\nMail.\n", ["B-2 · no key"]),
        ("# Blockers\n\n## B1 no remote\n\n- Blocked: nothing.\n\n## B2 no key\n\n- Blocked: mail.\n", ["B2 no key"]),
        ("# Blockers\n\n## Created: 2026-01-02\n\n### 1. Key missing\n- **Status**: by hand\n", ["1. Key missing"]),
        ("# Blockers\n\n## Active\n\n- 2026-01-02: no key\n- 2026-01-03: no host\n", ["2026-01-02: no key", "2026-01-03: no host"]),
        (TITLE + PARTS + "\n### Resolution\n\nPending, the user must answer.\n", ["Architectural Decision Required"]),
        ("# Blockers\n\n**Status**: NO BLOCKERS\n\n" + TITLE + PARTS, ["Architectural Decision Required"]),
        (
            "# Blockers\n\n## Status: NO BLOCKERS FOR PLANNING\n\n## Dependency Blockers\n\n### SHOP-6\n\n"
            "**Resolution:** SHOP-6 must be done first.\n\n## Planning Blockers\n\nNone. All is known.\n",
            ["SHOP-6"],
        ),
        (
            "# Blockers\n\n## Current Status\n\n### Done\n\n✅ all moved\n\n## BLOCKER: tests fail\n\n### Issue 1: import\n\n"
            "## Work Remaining\n\n- [ ] fix\n\n## Recommendations\n\n1. Fix it.\n",
            ["BLOCKER: tests fail"],
        ),
    ],
)
def test_file_with_open_blockers(text: str, titles: list[str]) -> None:
    found = blockers.read(text)
    assert found.state == "open"
    assert [entry.title for entry in found.open] == titles
    assert found.line == found.open[0].line > 0


def test_what_is_struck_out_is_not_open() -> None:
    assert blockers.read("# Blockers\n\n- ~~no database~~\n").open == ()
    assert len(blockers.read("# Blockers\n\n- ~~no database~~ and no key\n").open) == 1


def test_two_blockers_under_one_heading_are_two() -> None:
    assert [entry.line for entry in blockers.read(TITLE + PARTS + "\n" + PARTS).entries] == [1, 11]


def test_decisions_listed_under_one_heading_are_blockers_of_their_own() -> None:
    text = "# Blockers\n\n## Architectural Decisions Required\n\n### 1. Store\n\n" + PARTS + "\n### 2. Port\n\n" + PARTS
    assert [(entry.title, entry.decision) for entry in blockers.read(text).entries] == [("1. Store", True), ("2. Port", True)]


def test_the_file_beside_the_log_is_the_runs() -> None:
    here, there, planned = "a/S-1/_implementation/BLOCKERS.md", "b/S-1/_implementation/BLOCKERS.md", "a/S-1/_pm/BLOCKERS.md"
    log = "a/S-1/_implementation/BACKEND-LOG.md"
    assert blockers.of_the_run([there, here, planned], log) == [here]
    assert blockers.of_the_run([there, planned], log) == [there]
    assert blockers.of_the_run([planned], log) == []


PIECES = st.sampled_from(
    [
        "# Blockers\n", TITLE, PARTS, "## ", "### ", "**", "**Context**:", "- ", "1. ", "| a | b |\n", "|---|---|\n", "```\n",
        "<!--", "-->", "> ", "None", "NO BLOCKERS", "RESOLVED", "Status: ", "\n", "\n\n", "\t", "Option A: ", "[x] ", "~~",
        "BLOCKED: ", "\0", "## Active Blockers\n", "## Resolved\n", "Decision Needed", "(", ")", "\r", "\u202e", "\ufeff", "\ud800",
    ]
)  # fmt: skip


@given(st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=60).map("".join)))
def test_no_text_is_refused_and_each_blocker_has_its_line(text: str) -> None:
    found = blockers.read(text)
    assert (found.state == "open") == bool(found.open)
    last = len(markdown.read(text))
    assert all(1 <= entry.line <= last and entry.title is not None for entry in found.entries)
    assert all(entry.line <= part.line <= last for entry in found.entries for part in entry.parts.values() if entry.text)


@pytest.mark.parametrize(
    "piece", ["## Blocker\n", "**Context**: a\n", "- [ ] a\n", "1. ", "> ", "**", "| a ", "(resolved", "Option A ", "no ", "a: "]
)
def test_one_piece_a_great_many_times(piece: str) -> None:
    assert blockers.read("## Active Blockers\n" + piece * 5000).state in ("open", "none", "resolved", "empty")


def test_headings_beside_a_blocker_are_of_its_kind_however_many_there_are() -> None:
    found = blockers.read("# Log\n\n" + "## Redis\n\nwe need it\n\n" * 3000 + "## Database problem\n\nit is down\n")
    assert len(found.open) == 3001
