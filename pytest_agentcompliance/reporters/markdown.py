"""Markdown for the comment on a pull request: the verdict, the broken clauses, what was not judged, folded details."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from pytest_agentcompliance.reporters import inert
from pytest_agentcompliance.reporters.account import Account
from pytest_agentcompliance.reporters.text import meter, remedies, shortened, shown
from pytest_agentcompliance.verdict import BASELINE, Audit, Finding, Outcome, Verdict

LONGEST = 65_400  # characters of a comment: GitHub takes 65,536, and the action puts a name into the first line
MESSAGE = 300  # characters of a finding
EACH = 25  # findings of one rule that are shown
DETAILS = 8_000  # characters of one folded part: a clause with much to say leaves room for the others
MARKS = {"error": "❌", "warning": "⚠️"}
SAID = {0: "✅ Agent compliance: kept", 1: "❌ Agent compliance: broken", 3: "❔ Agent compliance: could not judge"}
CUT = "\n_The rest is left out: the text would have been too long for this place. See the report of the job._\n"


def dumps(account: Account) -> str:
    """The comment. Its first line is a mark by which it is found again and replaced."""
    return written(account, LONGEST, len)


def written(account: Account, most: int, size: Callable[[str], int]) -> str:
    """The parts in their order, whole, for as long as they fit, and the facts; what they are measured in is ``size``'s."""
    facts = f"\n{_facts(account.audit)}\n"
    parts: list[str] = []
    room = most - size(CUT) - size(facts)
    for part in _parts(account):
        if (needed := size(part)) > room:
            parts.append(CUT)
            break
        parts.append(part)
        room -= needed
    return "".join([*parts, facts])


def _parts(account: Account) -> Iterator[str]:
    audit = account.audit
    profiles = list(dict.fromkeys(one.profile for one in audit.verdicts))
    mark = " ".join(shown(one).encode("ascii", "backslashreplace").decode().replace("--", "-\\x2d") for one in profiles)
    yield f"<!-- agent-compliance: {mark} -->\n## {SAID[audit.exit_code(account.fail_on)]}\n\n{_counts(audit)}\n"
    broken = sorted((one for one in audit.verdicts if one.breaks), key=lambda one: one.severity != "error")
    if broken:
        yield "\n| | clause | rule | findings | first |\n| --- | --- | --- | --: | --- |\n"
        yield from map(_row, broken)
    for verdict in broken:
        yield _details(verdict)
    if undecided := [one for one in audit.verdicts if one.undecided]:
        yield _folded(f"❔ {len(undecided)} could not be judged", map(_why, undecided))
    if unjudged := [one for one in audit.verdicts if one.outcome is Outcome.NOT_JUDGED and not one.undecided]:
        yield _folded(f"{len(unjudged)} not judged, and why", map(_why, unjudged))
    if excused := [(one, finding) for one in audit.verdicts for finding in one.excused]:
        told = (f"- {_label(one)} {_finding(finding)} ({_excuse(finding)})\n" for one, finding in excused)
        yield _folded(f"{len(excused)} {_plural(excused, 'finding')} that the policy lets pass", told)
    if style := [(one, finding) for one in audit.verdicts for finding in one.findings if finding.level == "style"]:
        told = (f"- {_label(one)} {_finding(it)}\n" for one, it in style)
        yield _folded(f"{len(style)} {_plural(style, 'remark')} on style, breaking nothing", told)


def _counts(audit: Audit) -> str:
    def clauses(severity: str) -> int:
        return len({(one.profile, one.clause) for one in audit.verdicts if one.breaks and one.severity == severity})

    kept = sum(one.outcome is Outcome.KEPT for one in audit.verdicts)
    error, warning = clauses("error"), clauses("warning")
    broken = f"**{error} {'clause' if error == 1 else 'clauses'}** broken"
    warned = f"{warning} at severity warning" if warning else ""
    parts = [broken if error else "nothing broken", warned, f"{kept} kept"]
    unreviewed = "" if audit.policy.reviewed else "\n\n⚠️ **The policy is unreviewed**: this run is the first that has it."
    return ", ".join(filter(None, parts)) + unreviewed


def _row(verdict: Verdict) -> str:
    found = [one for one in verdict.findings if one.level == "breach"]
    first = _place(found[0]) if found else ""
    clause = f"**{inert.prose(verdict.clause)}** {inert.prose(verdict.says[:MESSAGE])}"
    return f"| {MARKS[verdict.severity]} | {clause} | {inert.code(verdict.rule)} | {len(found)} | {first} |\n"


def _details(verdict: Verdict) -> str:
    found = [one for one in verdict.findings if one.level == "breach"]
    told = [f"- {_finding(one)}\n" for one in found[:EACH]]
    done = [f"\n{inert.prose(text)}\n" for text in remedies(found)]
    if verdict.section:
        done.append(f"\n<sub>of the spec: {inert.prose(verdict.section[:MESSAGE])}</sub>\n")
    return _folded(f"{MARKS[verdict.severity]} {_title(verdict)}", told, len(found), done)


def _folded(title: str, items: Iterable[str], many: int | None = None, after: Sequence[str] = ()) -> str:
    """A list that a click opens, as far as it fits, with how many more there are."""
    told, room, items = [], DETAILS, list(items)
    for one in items:
        if (room := room - len(one)) < 0:
            break
        told.append(one)
    if rest := (len(items) if many is None else many) - len(told):
        told.append(f"- and {rest} more\n")
    return f"\n<details><summary>{title}</summary>\n\n{''.join([*told, *after])}\n</details>\n"


def _finding(finding: Finding) -> str:
    text = finding.message if len(finding.message) <= MESSAGE else finding.message[: MESSAGE - 3] + "..."
    return f"{_place(finding)} {inert.prose(text)}" if finding.at else inert.prose(text)


def _place(finding: Finding) -> str:
    return inert.code(shortened(str(finding.at))) if finding.at else ""


def _why(verdict: Verdict) -> str:
    files = [inert.code(shortened(path)) for path in verdict.unread[:EACH]]
    return f"- {_label(verdict)} {inert.prose(verdict.why[:MESSAGE])} {', '.join(files)}".rstrip() + "\n"


def _excuse(finding: Finding) -> str:
    return BASELINE if finding.excuse == BASELINE else f"waived: {inert.prose(finding.excuse[:MESSAGE])}"


def _label(verdict: Verdict) -> str:
    return f"**{inert.prose(verdict.clause)}** {inert.prose(verdict.rule)}".strip()


def _title(verdict: Verdict) -> str:
    rule = f" <code>{inert.tagged(verdict.rule)}</code>" if verdict.rule else ""
    return f"<b>{inert.tagged(verdict.clause)}</b> {inert.tagged(verdict.says[:MESSAGE])}{rule}"


def _plural(several: Sequence[object], what: str) -> str:
    return what if len(several) == 1 else f"{what}s"


def _facts(audit: Audit) -> str:
    policy = f"{inert.prose((audit.policy.source or 'none')[:MESSAGE])} {inert.code(audit.policy.digest[:12])}".strip()
    ends = f"base {inert.code(audit.merge_base[:12]) or 'none'}, head {inert.code(audit.head[:12]) or 'the work tree'}"
    return f"<sub>{ends}, policy: {policy}; {inert.prose(meter(audit))}</sub>"
