"""SARIF 2.1.0 as GitHub's code scanning takes it: https://docs.github.com/en/code-security/code-scanning, SARIF support.

The format is that of https://docs.oasis-open.org/sarif/sarif/v2.1.0. One run for each profile, one rule for each rule of a clause.
"""

import gzip
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from pytest_agentcompliance.reporters import inert, markup
from pytest_agentcompliance.reporters.account import Account
from pytest_agentcompliance.reporters.ranked import LONGEST, Result, address, document, results
from pytest_agentcompliance.reporters.text import shown
from pytest_agentcompliance.verdict import Verdict

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://pypi.org/project/pytest-agentcompliance/"
ROOT = "%SRCROOT%"  # what a path is relative to, by the name that code scanning knows
RESULTS = 25_000  # of a run; GitHub refuses more
RUNS = 20  # of a file
GZIPPED = 10_000_000  # bytes of the file, compressed
DESCRIPTION, NAME = 1024, 255  # characters
SEMANTIC = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


def dumps(account: Account) -> str:
    """The document. What GitHub would refuse for its size is left out, the least first, and counted in a notification."""
    found = _within(results(account, excused=True))
    text = document(_log(account, found))
    over, heavy = len(found), _weight(text)
    if heavy <= GZIPPED:
        return text
    # The most that fits: what a result weighs on average says where to look, and half of what is left bounds the search.
    fits, light, best = 0, 0, document(_log(account, []))
    while over - fits > max(over // 50, 1):
        guess = fits + int((over - fits) * (GZIPPED - light) / (heavy - light) * 0.995)
        guess = min(max(guess, fits + (over - fits) // 8, fits + 1), over - 1)
        text = document(_log(account, found[:guess]))
        if (weight := _weight(text)) <= GZIPPED:
            fits, light, best = guess, weight, text
        else:
            over, heavy = guess, weight
    return best


def _weight(text: str) -> int:
    raw = text.encode("utf-8")
    return len(raw) if len(raw) <= GZIPPED else len(gzip.compress(raw, mtime=0))


def _within(found: Sequence[Result]) -> list[Result]:
    """The worst of each run, as many as a run may have, still in one order."""
    kept: list[Result] = []
    counts: dict[str, int] = {}
    for one in found:
        counts[one.verdict.profile] = counts.get(one.verdict.profile, 0) + 1
        if counts[one.verdict.profile] <= RESULTS:
            kept.append(one)
    return kept


def _log(account: Account, shown_ones: Sequence[Result]) -> dict[str, Any]:
    profiles = list(dict.fromkeys(one.profile for one in account.audit.verdicts))
    beyond = [one for one in account.audit.verdicts if one.profile in profiles[RUNS:]]
    runs = [
        _run(account, name, [one for one in shown_ones if one.verdict.profile == name], beyond if k == RUNS - 1 else [])
        for k, name in enumerate(profiles[:RUNS])
    ]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": runs}


def _run(account: Account, profile: str, found: Sequence[Result], beyond: Sequence[Verdict]) -> dict[str, Any]:
    audit = account.audit
    verdicts = [one for one in audit.verdicts if one.profile == profile]
    rules: dict[str, dict[str, Any]] = {}
    for verdict in verdicts:
        if verdict.rule:
            rules.setdefault(_id(verdict), _rule(account, verdict))
    places = {id: k for k, id in enumerate(rules)}
    left = sum(len(one.findings) + len(one.excused) for one in (*verdicts, *beyond)) - len(found)
    return {
        "tool": {"driver": {"name": "agent-compliance", **_version(account.version), "informationUri": HOME,
                            "rules": list(rules.values())}},
        # Its category is all before the last /: alerts of one profile are held together from story to story.
        "automationDetails": {"id": f"agent-compliance/{quote(shown(profile), safe='')}/{quote(shown(account.story), safe='')}"},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the audited repository."}}},
        "invocations": [{"executionSuccessful": not any(one.undecided for one in verdicts),
                         "toolExecutionNotifications": list(_notifications(verdicts, left))}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, places[_id(one.verdict)]) for one in found],
        "properties": {
            "base": shown(audit.base), "mergeBase": audit.merge_base, "head": audit.head, "story": shown(account.story),
            "policy": {"source": shown(audit.policy.source), "digest": audit.policy.digest, "reviewed": audit.policy.reviewed},
        },
    }  # fmt: skip


def _version(ours: str) -> dict[str, str]:
    return {"semanticVersion": ours} if SEMANTIC.fullmatch(ours) else {"version": ours} if ours else {}


def _id(verdict: Verdict) -> str:
    return shown(f"{verdict.clause}/{verdict.rule}")


def _rule(account: Account, verdict: Verdict) -> dict[str, Any]:
    """What is the same whatever was found: what to do about a finding stands in its message."""
    fact = account.rules.get(verdict.rule)
    title, why, blind = (fact.title, fact.why, fact.blind) if fact else (verdict.rule, "", "")
    clause = f"{verdict.clause}: {verdict.says}"
    of = f"{verdict.section} ({verdict.profile})" if verdict.section else verdict.profile
    tags = dict.fromkeys(shown(one) for one in (verdict.profile, verdict.rule, verdict.section) if one)
    blank = f"What it does not see: {blind}" if blind else ""
    marked = [f"**{inert.prose(clause)}**", f"Of the spec: {inert.prose(of)}", markup.prose(title), markup.prose(why),
              f"**What it does not see:** {markup.prose(blind)}" if blind else "",
              f"{inert.code(f'agent-compliance explain {verdict.rule}')} says all of it."]  # fmt: skip
    return {
        "id": _id(verdict),
        "name": shown(f"{verdict.clause} {verdict.rule}")[:NAME],
        "shortDescription": {"text": _unlinked(shown(clause)[:DESCRIPTION])},
        "fullDescription": {"text": _unlinked(shown(title)[:DESCRIPTION])},
        "help": {
            "text": _unlinked("\n\n".join(_plain(part) for part in (clause, f"Of the spec: {of}", title, why, blank) if part)),
            "markdown": "\n\n".join(part for part in marked if part),
        },
        "defaultConfiguration": {"level": verdict.severity},
        "properties": {"tags": [*tags], "precision": "high", "problem.severity": verdict.severity},
    }


def _result(one: Result, rule: int) -> dict[str, Any]:
    finding = one.finding
    place = {"artifactLocation": {"uri": address(one.path), "uriBaseId": ROOT}, "region": {"startLine": one.line}}
    made: dict[str, Any] = {
        "ruleId": _id(one.verdict),
        "ruleIndex": rule,
        "level": one.rank,
        "message": {"text": _unlinked(one.message + (f" ({one.remedy})" if one.remedy else ""))},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"primaryLocationLineHash": f"{finding.fingerprint}:1"},
    }
    if finding.excuse:
        why = _unlinked(shown(finding.excuse)[:LONGEST])
        made["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return made


def _notifications(verdicts: Sequence[Verdict], left: int) -> Iterator[dict[str, Any]]:
    """What could not be judged, and what was left out for its size."""
    for one in verdicts:
        if one.undecided:
            files = f"; could not read {len(one.unread)} files" if one.unread else ""
            yield {"level": "error", "message": {"text": _unlinked(shown(f"{one.clause} {one.rule}: {one.why}{files}")[:LONGEST])}}
    if left > 0:
        yield {"level": "warning", "message": {"text": f"{left} results are left out: the file would have been too large"}}


def _plain(text: str) -> str:
    return "\n".join(shown(line) for line in text.split("\n"))


def _unlinked(text: str) -> str:
    """Nothing that a link (3.11.6) or a placeholder (3.11.5) could be made of, and else as it is.

    Brackets need no escape outside of a link. The specification doubles braces, but code scanning and the viewers that we know
    show both of them, and fill in nothing but ``{0}``: that alone is told apart.
    """
    return re.sub(r"\{(?=\d+\})", "{ ", text.replace("](", "] ("))
