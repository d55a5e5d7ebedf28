"""Judge a run: one verdict for each rule of each clause. Evidence in, verdicts out; a rule that fails is a verdict too."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import Run
from pytest_agentcompliance.policy import Waiver
from pytest_agentcompliance.profile import BoundRule, Clause, Profile
from pytest_agentcompliance.rule import Rule
from pytest_agentcompliance.verdict import (
    BASELINE,
    INTEGRITY,
    Audit,
    Finding,
    Meter,
    Outcome,
    PolicyFacts,
    Verdict,
    alike,
    fingerprinted,
)

DEFAULTS = PolicyFacts("the profile's own defaults")
# What a text must have for a secret to stand in it; the patterns of all secrets are only read for such a one.
MAY_HOLD_A_SECRET = re.compile(r"[\w+=-]{16}|://[^\s/]*:[^\s/]*@|(?i:passw|pwd|secret|token|key|credential|authorization|bearer)")


@dataclass(frozen=True, slots=True)
class Excuses:
    """What lets a finding pass: waivers, held against a day, and the fingerprints of the baseline.

    ``anew`` gives a run in which some files are new, so that all that they hold is found and not only what was added.
    """

    waivers: Sequence[Waiver] = ()
    known: Collection[str] = ()
    day: date | None = None  # None: that of head
    anew: Callable[[Collection[str], Collection[str]], Run] | None = None

    def of(self, rule: str, finding: Finding) -> str:
        """The waiver that excuses a breach, with its place, or the baseline; empty where nothing does."""
        if finding.level != "breach":
            return ""
        for one in self.waivers:
            if not self._late(one) and one.excuses(rule, finding):
                return f"{one.at}: {one.said}"
        return BASELINE if finding.fingerprint in self.known and not rule.startswith(INTEGRITY) else ""

    def by_fingerprint(self, finding: Finding) -> bool:
        return finding.fingerprint in self.known or any(one.finding == finding.fingerprint for one in self.waivers)

    def lapsed(self, rule: str, findings: Sequence[Finding]) -> str:
        """The waivers that no longer excuse what they were meant for."""
        late = [one for one in self.waivers if self._late(one)]
        return "; ".join(dict.fromkeys(one.said for one in late if any(one.excuses(rule, finding) for finding in findings)))

    def _late(self, waiver: Waiver) -> bool:
        return self.day is not None and waiver.expired(self.day)


def audit(
    profile: Profile, run: Run, *, excuses: Excuses = Excuses(), policy: PolicyFacts = DEFAULTS, others: Sequence[Verdict] = ()
) -> Audit:
    """All verdicts of one profile on one run. ``others`` are those of other profiles on it, for the rules that look at verdicts."""
    if excuses.day is None and run.changes is not None:
        excuses = replace(excuses, day=run.changes.as_of.date())
    bound = [(clause, one) for clause in profile.clauses for one in clause.rules or (BoundRule("", None, clause.severity),)]
    # Rules that look at the verdicts of the others are judged last, and stand in their places all the same.
    late = {k for k, (_, one) in enumerate(bound) if one.rule is not None and "verdicts" in one.rule.reads}
    first = {k: judge(profile.name, *bound[k], run, excuses) for k in range(len(bound)) if k not in late}
    known = replace(run, verdicts=(*others, *first.values()))
    verdicts = first | {k: judge(profile.name, *bound[k], known, excuses) for k in sorted(late)}
    return Audit(
        base=run.span.base, merge_base=run.span.merge_base, head=run.span.head, policy=policy,
        verdicts=tuple(_unnamed(verdicts[k]) for k in range(len(bound))),
        meter=meter(run, rules=sum(one.rule is not None for _, one in bound)),
        notes=(*run.span.notes, *run.notes, *profile.differences),
        unaudited=tuple((without_secrets(path), why) for path, why in sorted(run.ledger.unread.items())),
    )


def meter(run: Run, rules: int) -> Meter:
    changes = run.changes
    # Manifests and documents are read beside the changed files, and are none of them.
    read = run.ledger.read & changes.paths if changes is not None else run.ledger.read
    return Meter(
        files_changed=len(changes) if changes is not None else 0,
        files_read=len(read), files_unaudited=len(run.ledger.unread), files_ignored=run.span.ignored,
        bytes_ignored=run.span.ignored_bytes, ignored_complete=run.span.ignored_complete,
        lines=changes.lines if changes is not None else 0, commits=run.span.commits, rules=rules,
    )


def judge(profile: str, clause: Clause, bound: BoundRule, run: Run, excuses: Excuses = Excuses()) -> Verdict:
    """The verdict of one rule of a clause; of the clause itself where it has none."""
    verdict = Verdict(profile, clause.id, clause.says, bound.name, bound.severity, Outcome.KEPT, section=clause.section)
    if clause.off:
        return replace(verdict, outcome=Outcome.NOT_JUDGED, why=f"switched off by the policy: {clause.off}")
    if not bound.name:
        return replace(verdict, outcome=Outcome.NOT_CHECKABLE, why=clause.person)
    if bound.rule is None:
        return replace(verdict, outcome=Outcome.NOT_BUILT, why=f"the rule {bound.name} is not built yet")
    if problems := [problem for kind in sorted(bound.rule.needs) if (problem := run.problem(kind))]:
        return replace(verdict, outcome=Outcome.NOT_JUDGED, why="; ".join(problems))
    return _judged(verdict, bound.rule, run, excuses)


def _judged(verdict: Verdict, rule: Rule, run: Run, excuses: Excuses) -> Verdict:
    findings: list[Finding] = []
    outcome, why = Outcome.KEPT, ""
    run.ledger.take()
    try:
        why = yield_into(findings, rule.findings_in(run))
    except NotJudged as wrong:
        outcome, why = Outcome.NOT_JUDGED, without_secrets(str(wrong))
    except Unreadable as wrong:
        run.ledger.note_unread(wrong.path, wrong.reason)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as wrong:  # ast-grep panics with one that is no Exception
        outcome, why = Outcome.CRASHED, without_secrets(f"the rule failed: {type(wrong).__name__}: {str(wrong)[:300]}")
    unread = run.ledger.take()
    if unread and outcome is Outcome.KEPT:
        some = ", ".join(unread[:3]) + (f" and {len(unread) - 3} more" if len(unread) > 3 else "")
        outcome, why = Outcome.NOT_JUDGED, f"could not read {some}"
    done = [replace(one, remedy=one.remedy or rule.remedy) for one in fingerprinted(verdict.rule, findings)]
    doubted = [one for one in done if excuses.by_fingerprint(one)]
    if doubted and excuses.anew is not None and "verdicts" not in rule.reads:  # such a rule finds nothing of a file's own
        done = list(fingerprinted(verdict.rule, done, _had_before(rule, done, doubted, excuses.anew)))
    excused = [replace(one, excuse=excuse) for one in done if (excuse := excuses.of(verdict.rule, one))]
    passed = {one.fingerprint for one in excused}
    left = [one for one in done if one.fingerprint not in passed]
    if any(one.level == "breach" for one in left):
        outcome = Outcome.BROKEN
        lapsed = excuses.lapsed(verdict.rule, left)
        why = "\n".join(filter(None, [why, f"a waiver has expired: {lapsed}" if lapsed else "", *_told(excused, done)]))
    elif excused and outcome is Outcome.KEPT:
        outcome, why = Outcome.WAIVED, "; ".join(_told(excused, done))
    return replace(verdict, outcome=outcome, why=why, findings=tuple(left), unread=unread, excused=tuple(excused))


def _had_before(
    rule: Rule, found: Sequence[Finding], doubted: Sequence[Finding], anew: Callable[..., Run]
) -> Mapping[tuple[str, str], int]:
    """How many equal findings the files have beside those of the change, for what a fingerprint would excuse.

    What is excused may lie in a file already, and the change adds another that is equal: the fingerprint is that of the first.
    """
    groups = Counter(map(alike, found))
    paths = {one.at.path for one in doubted if one.at is not None}
    whole: list[Finding] = []
    try:
        yield_into(whole, rule.findings_in(anew(rule.reads, paths)))
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # what cannot be told apart is not excused
        return dict.fromkeys(map(alike, doubted), 1)
    there = Counter(map(alike, whole))
    return {group: max(0, there[group] - groups[group]) for group in map(alike, doubted)}


def _told(excused: Sequence[Finding], found: Sequence[Finding]) -> Iterator[str]:
    """How many were excused, and by what; those of the baseline behind those of waivers."""
    breaches = sum(one.level == "breach" for one in found)
    waived = [one for one in excused if one.excuse != BASELINE]
    if waived:
        reasons = "; ".join(dict.fromkeys(one.excuse.partition(": ")[2] for one in waived))
        yield f"{len(waived)} of {breaches} findings waived: {reasons}"
    if len(excused) > len(waived):
        yield f"{len(excused) - len(waived)} of {breaches} findings {BASELINE}"


def yield_into(findings: list[Finding], found: Iterator[Finding]) -> str:
    """Take all findings; the text that the generator returns, or nothing. Neither shows a secret of the audited lines."""
    while True:
        try:
            one = next(found)
        except StopIteration as stop:
            return without_secrets(stop.value) if isinstance(stop.value, str) else ""
        findings.append(replace(one, message=without_secrets(one.message)))


def _unnamed(verdict: Verdict) -> Verdict:
    """The verdict as it is shown, once all is judged: a secret stands in no name of a file either."""

    def shown(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        return tuple(one if one.at is None else replace(one, at=replace(one.at, path=_name(one.at.path))) for one in found)

    paths = {one.at.path for one in (*verdict.findings, *verdict.excused) if one.at is not None} | {*verdict.unread}
    if all(_name(path) == path for path in paths):
        return verdict
    return replace(
        verdict, findings=shown(verdict.findings), excused=shown(verdict.excused), unread=tuple(map(_name, verdict.unread)),
        why=without_secrets(verdict.why),
    )


@lru_cache(maxsize=4096)
def _name(path: str) -> str:
    return without_secrets(path)


def without_secrets(text: str) -> str:
    """A text that is shown, with a mark in the place of each secret."""
    if not MAY_HOLD_A_SECRET.search(text):
        return text
    from pytest_agentcompliance.parsing import secrets  # start-up time
    from pytest_agentcompliance.parsing.secrets import cut

    return cut.masked(secrets.masked(text)[0])  # a rule may have shown the first half of a long line
