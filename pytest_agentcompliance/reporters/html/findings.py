"""What was found, ready to be written down: by clause and rule, the worst first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_agentcompliance.reporters.account import Account, ShownLine
from pytest_agentcompliance.reporters.html.words import name, told
from pytest_agentcompliance.verdict import BASELINE, Finding, Verdict

MOST = 10_000  # findings that are shown
STATES = {"error": "broken", "warned": "broken, warning", "style": "remark", "excused": "excused"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding. ``note`` says what its lines are where it has no line of its own."""

    number: int
    place: str
    message: str
    remedy: str
    excuse: str
    fingerprint: str
    lines: tuple[ShownLine, ...]
    line: int
    note: str


@dataclass(frozen=True, slots=True)
class Several:
    """What one rule of a clause found of one kind. ``state`` is a key of ``STATES``; ``remedy`` is that of all, if they share one;
    ``total`` counts them, those too that are not shown.
    """

    number: int
    state: str
    word: str
    clause: str
    clause_number: int
    says: str
    rule: str
    rule_number: int
    profile: str
    remedy: str
    total: int
    findings: tuple[Shown, ...]


def several(account: Account, clauses: Mapping[tuple[str, str], int], rules: Mapping[str, int]) -> list[tuple[int, Several]]:
    """All findings, each group with the place of its verdict among all; findings are numbered from 1 in the order of the page."""
    groups: list[tuple[str, int, Verdict, list[Finding]]] = []
    for k, verdict in enumerate(account.audit.verdicts):
        hard = [one for one in verdict.findings if one.level == "breach" and verdict.breaks]
        soft = [one for one in verdict.findings if one.level != "breach" or not verdict.breaks]
        state = "error" if verdict.severity == "error" else "warned"
        parts = ((state, hard), ("style", soft), ("excused", list(verdict.excused)))
        groups += [(one, k, verdict, found) for one, found in parts if found]
    order = list(STATES)
    groups.sort(key=lambda one: order.index(one[0]))
    kinds = {one.path: one.kind for one in account.exhibits.files}
    made, number = [], 1
    for at, (state, k, verdict, found) in enumerate(groups, 1):
        remedies = {f"{one.remedy.kind}: {one.remedy.text}" if one.remedy else "" for one in found}
        common = remedies.pop() if len(remedies) == 1 and state != "excused" else ""
        kept = found[: max(0, MOST - number + 1)]
        made.append((k, Several(
            at, state, STATES[state], name(verdict.clause), clauses[verdict.profile, verdict.clause], told(verdict.says),
            name(verdict.rule), rules.get(verdict.rule, 0), name(verdict.profile), told(common), len(found),
            tuple(_shown(kept, number, account, kinds, common=bool(common))),
        )))  # fmt: skip
        number += len(found)
    return made


def _shown(found: list[Finding], number: int, account: Account, kinds: Mapping[str, str], *, common: bool) -> Iterator[Shown]:
    for k, one in enumerate(found, number):
        lines = account.exhibits.excerpts.get(one.fingerprint, ())
        remedy = f"{one.remedy.kind}: {one.remedy.text}" if one.remedy and not common and not one.excuse else ""
        yield Shown(
            k, name(str(one.at)) if one.at else "", told(one.message), told(remedy),
            BASELINE if one.excuse == BASELINE else told(one.excuse), name(one.fingerprint),
            tuple(ShownLine(line.sign, line.number, told(line.text.expandtabs(4))) for line in lines),
            (one.at.line or 0) if one.at else 0, _note(one, lines, kinds),
        )  # fmt: skip


def _note(finding: Finding, lines: tuple[ShownLine, ...], kinds: Mapping[str, str]) -> str:
    """What the lines are where the finding has no line, or why there are none."""
    if finding.at is None:
        return ""
    kind = kinds.get(finding.at.path)
    if kind is None:
        return "" if finding.at.line is None and finding.at.path.endswith("/") else "not a file of the change"
    if finding.at.line is not None:
        return "" if lines else "its lines are not shown"
    if not lines:
        return f"the whole file, {kind}: no line of it can be shown"
    if kind == "deleted":
        return "the whole file, deleted; it began so"
    return f"the whole file, {kind}; the first changed lines"
