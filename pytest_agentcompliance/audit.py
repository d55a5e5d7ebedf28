"""Judge a run: one verdict for each rule of each clause. Evidence in, verdicts out; a rule that fails is a verdict too."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import Run
from pytest_agentcompliance.policy import Waiver
from pytest_agentcompliance.profile import BoundRule, Clause, Profile
from pytest_agentcompliance.rule import Rule
from pytest_agentcompliance.verdict import Audit, Finding, Meter, Outcome, PolicyFacts, Verdict, fingerprinted

DEFAULTS = PolicyFacts("the profile's own defaults")


def audit(
    profile: Profile, run: Run, *, waivers: Sequence[Waiver] = (), policy: PolicyFacts = DEFAULTS, today: date | None = None
) -> Audit:
    """All verdicts of one profile on one run. ``today`` is the day that waivers are held against (default: head's)."""
    day = today or (run.changes.as_of.date() if run.changes is not None else date.min)
    bound = [(clause, one) for clause in profile.clauses for one in clause.rules or (BoundRule("", None, clause.severity),)]
    # Rules that look at the verdicts of the others are judged last, and stand in their places all the same.
    late = {k for k, (_, one) in enumerate(bound) if one.rule is not None and "verdicts" in one.rule.reads}
    first = {k: judge(profile.name, *bound[k], run, waivers=waivers, day=day) for k in range(len(bound)) if k not in late}
    known = replace(run, verdicts=tuple(first.values()))
    verdicts = first | {k: judge(profile.name, *bound[k], known, waivers=waivers, day=day) for k in sorted(late)}
    return Audit(
        base=run.span.base, merge_base=run.span.merge_base, head=run.span.head, policy=policy,
        verdicts=tuple(verdicts[k] for k in range(len(bound))),
        meter=meter(run, rules=sum(one.rule is not None for _, one in bound)),
        notes=(*run.span.notes, *run.notes, *profile.differences),
        unaudited=tuple(sorted(run.ledger.unread.items())),
    )


def meter(run: Run, rules: int) -> Meter:
    changes = run.changes
    # Manifests and documents are read beside the changed files, and are none of them.
    read = run.ledger.read & changes.paths if changes is not None else run.ledger.read
    return Meter(
        files_changed=len(changes) if changes is not None else 0,
        files_read=len(read), files_unaudited=len(run.ledger.unread), files_ignored=run.span.ignored,
        lines=changes.lines if changes is not None else 0, commits=run.span.commits, rules=rules,
    )


def judge(
    profile: str, clause: Clause, bound: BoundRule, run: Run, *, waivers: Sequence[Waiver] = (), day: date = date.min
) -> Verdict:
    """The verdict of one rule of a clause; of the clause itself where it has none."""
    verdict = Verdict(profile, clause.id, clause.says, bound.name, bound.severity, Outcome.KEPT)
    if clause.off:
        return replace(verdict, outcome=Outcome.NOT_JUDGED, why=f"switched off by the policy: {clause.off}")
    if not bound.name:
        return replace(verdict, outcome=Outcome.NOT_CHECKABLE, why=clause.person)
    if bound.rule is None:
        return replace(verdict, outcome=Outcome.NOT_BUILT, why=f"the rule {bound.name} is not built yet")
    if problems := [problem for kind in sorted(bound.rule.needs) if (problem := run.problem(kind))]:
        return replace(verdict, outcome=Outcome.NOT_JUDGED, why="; ".join(problems))
    return _judged(verdict, bound.rule, run, waivers, day)


def _judged(verdict: Verdict, rule: Rule, run: Run, waivers: Sequence[Waiver], day: date) -> Verdict:
    findings: list[Finding] = []
    outcome, why = Outcome.KEPT, ""
    run.ledger.take()
    try:
        why = yield_into(findings, rule.findings_in(run))
    except NotJudged as wrong:
        outcome, why = Outcome.NOT_JUDGED, str(wrong)
    except Unreadable as wrong:
        run.ledger.note_unread(wrong.path, wrong.reason)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as wrong:  # ast-grep panics with one that is no Exception
        outcome, why = Outcome.CRASHED, f"the rule failed: {type(wrong).__name__}: {str(wrong)[:300]}"
    unread = run.ledger.take()
    if unread and outcome is Outcome.KEPT:
        some = ", ".join(unread[:3]) + (f" and {len(unread) - 3} more" if len(unread) > 3 else "")
        outcome, why = Outcome.NOT_JUDGED, f"could not read {some}"
    done = [replace(one, remedy=one.remedy or rule.remedy) for one in fingerprinted(verdict.rule, findings)]
    breaches = [one for one in done if one.level == "breach"]
    excused = [(one, waiver) for one in breaches if (waiver := _excuse(verdict.rule, one, waivers, day))]
    if len(breaches) > len(excused):
        outcome = Outcome.BROKEN
    elif breaches and outcome is Outcome.KEPT:
        outcome = Outcome.WAIVED
    lapsed = [w for one in breaches for w in waivers if w.expired(day) and w.excuses(verdict.rule, one)]
    if outcome is Outcome.BROKEN and lapsed:
        told = "; ".join(dict.fromkeys(f"{w.reason} ({w.by}, until {w.until})" for w in lapsed))
        why = "\n".join(filter(None, [why, f"a waiver has expired: {told}"]))
    if excused:
        reasons = "; ".join(dict.fromkeys(f"{w.reason} ({w.by}, until {w.until})" for _, w in excused))
        why = "; ".join(filter(None, [why, f"{len(excused)} of {len(breaches)} findings waived: {reasons}"]))
        if outcome is Outcome.BROKEN:
            waived = {id(one) for one, _ in excused}
            done = [one for one in done if id(one) not in waived]
    return replace(verdict, outcome=outcome, why=why, findings=tuple(done), unread=unread)


def yield_into(findings: list[Finding], found: Iterator[Finding]) -> str:
    """Take all findings; the text that the generator returns, or nothing."""
    while True:
        try:
            findings.append(next(found))
        except StopIteration as stop:
            return stop.value if isinstance(stop.value, str) else ""


def _excuse(rule: str, finding: Finding, waivers: Sequence[Waiver], day: date) -> Waiver | None:
    return next((one for one in waivers if not one.expired(day) and one.excuses(rule, finding)), None)
