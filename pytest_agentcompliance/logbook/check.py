"""``agent-compliance log check``: the rules that read the log, judged while the run is still under way."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_agentcompliance.errors import EvidenceError, UsageError
from pytest_agentcompliance.evidence import ChunkLog, Run
from pytest_agentcompliance.reporters.text import LONGEST, Line, remedies, shown
from pytest_agentcompliance.rule import Rule
from pytest_agentcompliance.verdict import BASELINE, Audit, Finding, Outcome, PolicyFacts, Verdict

if TYPE_CHECKING:
    from pytest_agentcompliance.engine import Case, Options
    from pytest_agentcompliance.profile import BoundRule, Clause, Profile

DEFAULT = "dev-implement-backend-coder-v3"  # the profile that a log alone is held to, where none is named
ENDED = ("complete", "blocked", "partial")  # what a signal of a run that is over says
NOT_DUE = "not due yet: the log does not say that the run ended"


def of_file(file: Path, profile: str = DEFAULT, *, finished: bool = False) -> Audit:
    """One log, by the rules whose evidence is the log alone. Raises ``UsageError``, and ``EvidenceError`` for what is no log."""
    from pytest_agentcompliance import profile as profiles  # start-up time: the mistakes above cost nothing
    from pytest_agentcompliance.audit import audit
    from pytest_agentcompliance.sources import log_file

    notes: list[str] = []
    log = log_file.from_disk(file, notes)
    if log.problem:
        raise EvidenceError(log.problem)
    part = _part(profiles.load(profile), lambda rule: rule.reads == {"log"})
    if not part.clauses:
        raise UsageError(f"the profile {profile} has no rule that a log alone could be held to")
    run = Run(log=log, notes=tuple(notes))
    facts = PolicyFacts("none: the log alone, by the profile's own defaults")
    return _judged(part, log, lambda due: audit(due, run, policy=facts), finished=finished)


def of_run(options: "Options", step: Callable[[str], None] = lambda _: None, *, finished: bool = False) -> Audit:
    """The log of the run in the work tree, by every rule that reads it, with the evidence that these ask for."""
    from pytest_agentcompliance import engine

    with engine.opened(options, step) as one:
        return of_case(one, step, finished=finished)


def of_case(one: "Case", step: Callable[[str], None] = lambda _: None, *, finished: bool = False) -> Audit:
    """The log of a case that is open."""
    from pytest_agentcompliance import engine

    audits = []
    for bound in one.bound:
        part = _part(bound.profile, lambda rule: "log" in rule.reads)
        if part.clauses:
            step(f"judging {bound.profile.name}")
            run = one.gather(bound, part.reads)
            audits.append(_judged(part, run.log, lambda due, run=run: one.judged(due, run), finished=finished))  # type: ignore[misc]
    if not audits:
        raise UsageError("no profile in force has a rule that reads the log; pass --profile")
    return engine.merged(audits)


def _part(profile: "Profile", wanted: Callable[[Rule], bool]) -> "Profile":
    """The profile with these rules alone; what nobody has built or a program cannot check is no matter of the log."""
    kept = [
        replace(clause, rules=rules)
        for clause in profile.clauses
        if (rules := tuple(bound for bound in clause.rules if bound.rule is not None and wanted(bound.rule)))
    ]
    return replace(profile, clauses=tuple(kept))


def _judged(part: "Profile", log: ChunkLog | None, audit: Callable[["Profile"], Audit], *, finished: bool) -> Audit:
    """The audit of what is due, with what is not due yet in its place."""
    over = finished or (log is not None and log.signal.kind in ENDED)

    def is_due(clause: "Clause", bound: "BoundRule") -> bool:
        return over or bool(clause.off) or bound.rule is None or not bound.rule.at_end

    due = [replace(clause, rules=tuple(one for one in clause.rules if is_due(clause, one))) for clause in part.clauses]
    made = audit(replace(part, clauses=tuple(clause for clause in due if clause.rules)))
    judged = iter(made.verdicts)
    verdicts = [
        next(judged)
        if is_due(clause, one)
        else Verdict(part.name, clause.id, clause.says, one.name, one.severity, Outcome.NOT_JUDGED, why=NOT_DUE)
        for clause in part.clauses
        for one in clause.rules
    ]
    return replace(made, verdicts=tuple(verdicts))


def lines(audit: Audit) -> Iterator[Line]:
    """A line for each finding, with its place, and one for each remedy of a rule; what is style behind them; one for each
    reason why something could not be judged; the summary last."""
    for verdict in audit.verdicts:
        breaches = [one for one in verdict.findings if one.level == "breach"]
        yield from (_line(verdict, one) for one in (*breaches, *verdict.excused))
        if verdict.breaks:
            yield from (("", f"  {remedy}") for remedy in remedies(breaches))
    yield from (_line(verdict, one) for verdict in audit.verdicts for one in verdict.findings if one.level == "style")
    unjudged: dict[str, list[str]] = {}
    for verdict in audit.verdicts:
        if verdict.outcome is Outcome.CRASHED:
            yield "yellow", f"crashed: {_label(verdict)}: {_short(verdict.why)}"
        elif _is_unjudged(verdict):
            unread = f"could not read {', '.join(verdict.unread[:3])}" if verdict.unread else ""
            unjudged.setdefault(_short(verdict.why or unread), []).append(_label(verdict))
    yield from (("yellow", f"not judged: {', '.join(labels)}: {why}") for why, labels in unjudged.items())
    if later := [_label(verdict) for verdict in audit.verdicts if verdict.why == NOT_DUE]:
        yield "dim", f"not due yet: {', '.join(later)}"
    yield from (("yellow", f"note: {_short(note)}") for note in audit.notes)
    yield _summary(audit)


def _line(verdict: Verdict, one: Finding) -> Line:
    place = f"{shown(str(one.at))}: " if one.at else ""
    said = f"{place}{_short(one.message)} [{_label(verdict)}]"
    if one.level == "style":
        return "dim", f"{said} (style)"
    if one.excuse:
        return "dim", f"{said} ({one.excuse if one.excuse == BASELINE else 'waived'})"
    return ("yellow", f"{said} (warning)") if verdict.severity == "warning" else ("red", said)


def _summary(audit: Audit) -> Line:
    code = audit.exit_code()
    says = {0: "kept", 1: "broken", 3: "could not judge"}[code]

    def breaches(*, warned: bool) -> int:
        broken = (verdict for verdict in audit.verdicts if verdict.breaks and (verdict.severity == "warning") is warned)
        return sum(one.level == "breach" for verdict in broken for one in verdict.findings)

    counts = {
        "to mend": breaches(warned=False),
        "to mend at severity warning": breaches(warned=True),
        "kept": sum(verdict.outcome is Outcome.KEPT for verdict in audit.verdicts),
        "not due yet": sum(verdict.why == NOT_DUE for verdict in audit.verdicts),
        "crashed": sum(verdict.outcome is Outcome.CRASHED for verdict in audit.verdicts),
        "not judged": sum(map(_is_unjudged, audit.verdicts)),
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return "red" if code else "green", f"the log: {says}: {told}"


def _is_unjudged(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.NOT_JUDGED and verdict.why != NOT_DUE


def _label(verdict: Verdict) -> str:
    return shown(f"{verdict.clause} {verdict.rule}")


def _short(text: str) -> str:
    text = shown(" ".join(text.split()))
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
