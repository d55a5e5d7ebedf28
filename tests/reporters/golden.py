"""One small audit in each format, read by a person: the golden files. ``python -m tests.reporters.golden`` writes them anew.

A format is added by its name and the name of its file. What is made here hangs on nothing but the account below.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters import formats, json, text
from pytest_agentcompliance.reporters.account import (
    Account,
    ChunkFact,
    ClaimFact,
    CommitFact,
    Exhibits,
    FileFact,
    ProofFact,
    RuleFact,
    ShownLine,
)
from pytest_agentcompliance.verdict import Audit, Finding, Meter, Outcome, PolicyFacts, Remedy, Severity, Verdict, fingerprinted

FOLDER = Path(__file__).parent / "golden"
FILES: Mapping[str, str] = {
    "text": "text.txt", "json": "audit.json", "sarif": "audit.sarif", "github": "github.txt", "github-summary": "github-summary.md",
    "gitlab": "gitlab.json", "rdjson": "rdjson.json", "markdown": "comment.md", "svr": "svr.json",
}  # fmt: skip

WHEN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BASE, HEAD, TREE = "1b2f" * 10, "4c5d" * 10, "7e8a" * 10
PROFILE = "dev-implement-backend-coder-v3"
LOG = "plans/wish/in-progress/WISH-1/_implementation/BACKEND-LOG.md"
PROOF = ".agent-compliance/proofs/0001-tests-1a2b3c4d.json"
ROUTE, HOSTILE = "apps/api/route.ts", "apps/api/\u202ename\n<b>@everyone.ts"
AGREED = "agreed (Ada, until 2999-01-01)"
PORT = Remedy("revert", "Put the port back, or ask for a decision.")
FINISH = Remedy("fix", "Do the work, or take it out of the log.")


def _judged(
    clause: str, section: str, says: str, rule: str, outcome: Outcome, *found: Finding, severity: Severity = "error", why: str = "",
    excused: tuple[Finding, ...] = (), profile: str = PROFILE,
) -> Verdict:
    found, excused = tuple(fingerprinted(rule, found)), tuple(fingerprinted(rule, excused))
    return Verdict(profile, clause, says, rule, severity, outcome, found, why, excused=excused, section=section)


VERDICTS = (
    _judged("C3-03", "Scope Constraint", "Only the backend may change", "scope/allowed-paths", Outcome.KEPT),
    _judged(
        "C3-09", "Non-negotiables", "No TODO in place of a requirement", "content/todo", Outcome.BROKEN,
        Finding("TODO stands for work: 'wire the queue'", Place(ROUTE, 3), remedy=FINISH, evidence="// TODO: wire the queue"),
        Finding("an owner would be good", Place(ROUTE, 5), "style", evidence="// later"),
    ),
    _judged(
        "C3-09", "Non-negotiables", "No TODO in place of a requirement", "content/placeholder", Outcome.BROKEN,
        Finding("returns nothing but a constant", Place(HOSTILE, 1), remedy=FINISH, evidence="return 1"),
        severity="warning",
    ),
    _judged(
        "C3-10", "Non-negotiables", "Ports never change", "config/ports", Outcome.BROKEN,
        Finding("the port 3000 became 3001", Place("compose.yaml"), remedy=PORT, evidence="3001:3000"),
    ),
    _judged(
        "C3-12", "Non-negotiables", "No decision outside of the plan", "decisions/undeclared", Outcome.WAIVED, severity="warning",
        why=f"1 of 1 findings waived: {AGREED}",
        excused=(Finding("a new dependency: left-pad", Place("package.json", 9), excuse=f"waivers[0]: {AGREED}"),),
    ),
    _judged("C3-23", "Mission", "The log proves scope", "log/files-match-diff", Outcome.KEPT),
    _judged(
        "C3-29", "Required Log Structure (append per chunk)", "Commands said to have run really ran", "log/claims-proved",
        Outcome.NOT_JUDGED, severity="warning", why="the run left neither proofs nor a transcript",
    ),
    _judged(
        "BE-17", "Code Quality", "Meaningful names", "", Outcome.NOT_CHECKABLE, why="a person reads names",
        profile="backend-engineer",
    ),
    _judged(
        "IN-04", "What could not be read", "What could not be read is a finding", "integrity/unaudited", Outcome.KEPT,
        profile="integrity",
    ),
)  # fmt: skip
AUDIT = Audit(
    "origin/main (the branch's upstream)", BASE, HEAD, PolicyFacts("agent-compliance.yaml at the merge base", "9f" * 32), VERDICTS,
    Meter(files_changed=3, files_read=3, lines=42, commits=1, rules=8), ("the policy has 1 of its waivers in waivers.yaml",),
)  # fmt: skip
EXHIBITS = Exhibits(
    files=(
        FileFact(ROUTE, "added", 6), FileFact(HOSTILE, "added", 1),
        FileFact("compose.yaml", "modified", 1, 1, 4),
    ),
    commits=(CommitFact(HEAD, "feat: add the route", "Ada", WHEN, files=3, paths=(ROUTE, "compose.yaml")),),
    log=LOG,
    chunks=(ChunkFact("1", "add the route", 3, (ClaimFact(ROUTE, 5, (ROUTE,)), ClaimFact("apps/api/queue.ts", 6))),),
    proofs=(ProofFact("tests", "pnpm test", PROOF, "exit code 0", "exact", 1, True, WHEN),),
    excerpts={
        VERDICTS[1].findings[0].fingerprint: (
            ShownLine("+", 2, "export const route = () => {"), ShownLine("+", 3, "  // TODO: wire the queue"),
            ShownLine("+", 4, "}"),
        ),
    },
)  # fmt: skip
RULES = {
    name: RuleFact(name, title, "Why it is there.", "What it does not see.")
    for name, title in (
        ("scope/allowed-paths", "Nothing outside of the allowed paths is changed."),
        ("content/todo", "No TODO is added."), ("content/placeholder", "Nothing only stands where work should be."),
        ("config/ports", "No port changes."), ("decisions/undeclared", "Every decision was confirmed before."),
        ("log/files-match-diff", "The files of the log are those of the change."),
        ("log/claims-proved", "What is claimed really ran."),
        ("integrity/unaudited", "What could not be read is said."),
    )
}  # fmt: skip
ACCOUNT = Account(AUDIT, EXHIBITS, RULES, "1.2.3", "WISH-1", WHEN, HEAD, TREE)


def made(name: str) -> str:
    """The account in a format."""
    if name == "json":
        return json.dumps(AUDIT)
    if name == "text":
        return "".join(f"{line}\n" for _, line in text.lines(AUDIT, width=80))
    return formats.dumps(name, ACCOUNT)


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, file in FILES.items():
        (FOLDER / file).write_bytes(made(name).encode())


if __name__ == "__main__":
    write()
