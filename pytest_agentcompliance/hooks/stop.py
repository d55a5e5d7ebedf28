"""At the end: the audit of the run. An agent is not let go while clauses are broken, a few times at most, and never in a circle."""

from dataclasses import dataclass
from pathlib import Path

from pytest_agentcompliance import engine
from pytest_agentcompliance.errors import AgentComplianceError
from pytest_agentcompliance.evidence import ChunkLog
from pytest_agentcompliance.hooks import memory, place, words
from pytest_agentcompliance.hooks.event import Event
from pytest_agentcompliance.hooks.memory import Memory
from pytest_agentcompliance.logbook.check import ENDED
from pytest_agentcompliance.reporters.text import shown
from pytest_agentcompliance.verdict import Audit, Verdict

Answer = dict[str, object]
TIMES = 3  # that an agent is told before it is let go; the harness itself lets go after 8
REPORT = "report/"  # the group of rules about what an agent says when it is done
ASK = "What only a person can decide, leave as it is and say so in your answer: then you may stop."


@dataclass(frozen=True, slots=True)
class Found:
    """What was found. ``owed`` is what a run owes at its end, where its ``log`` does not say yet that it ended."""

    audit: Audit
    broken: tuple[Verdict, ...]
    owed: tuple[Verdict, ...] = ()
    log: ChunkLog | None = None

    @property
    def key(self) -> str:
        """What was found, and in how much work: after more of it the same is worth being said again."""
        meter = self.audit.meter
        found = sorted(one.fingerprint for verdict in (*self.broken, *self.owed) for one in verdict.findings)
        return memory.key("stop", found, meter.files_changed, meter.lines, meter.commits, self.log is not None)


def answer(event: Event, times: int = TIMES) -> Answer | None:
    """The answer of the protocol, or None where the agent may simply stop."""
    roots = place.roots(event)
    if not roots or event.waits or event.mode == "plan":  # a plan changes nothing
        return None
    known = memory.load(event.session)
    try:
        found = _judged(roots[0], place.evidence(event))
    except AgentComplianceError as wrong:
        return _once(event, known, f"agent-compliance could not judge this run: {shown(' '.join(str(wrong).split())[:400])}")
    if found is None:
        return None
    if not found.broken and not (found.log and found.owed):
        if found.audit.exit_code() == 3:
            return _once(event, known, "agent-compliance could not judge all of this run; agent-compliance audit says why")
        return None
    return _held(event, known, found, times)


def _held(event: Event, known: Memory, found: Found, times: int) -> Answer:
    """The agent is told, unless it has been told the same, or often enough."""
    blocks = known.blocks if event.active else 0
    again = found.key == known.last if event.active else found.key in known.told
    still = f"agent-compliance: {_summary(found)}; agent-compliance audit shows it"
    if again or blocks >= times:
        return {"systemMessage": still}
    known.told.append(found.key)
    known.blocks, known.last = blocks + 1, found.key
    # Without a memory nobody could count: then once is enough.
    if not memory.save(event.session, known) and event.active:
        return {"systemMessage": still}
    return {"decision": "block", "reason": "\n".join(_reason(found, last=blocks + 1 >= times)), "systemMessage": still}


def _reason(found: Found, *, last: bool) -> list[str]:
    lines = []
    if found.broken:
        lines += [f"agent-compliance: {words.clauses(found.broken)}. {words.DATA}", "", *words.of(found.broken), ""]
    if found.log is not None and found.owed:
        owed = ", ".join(dict.fromkeys(words.name(one) for one in found.owed))
        lines += [
            f"The log {words.quoted(found.log.path)} does not say that the run ended. Is the work over, then this is still owed: "
            f"{owed}. Does it go on, or wait for an answer, then simply stop again.", "",
        ]  # fmt: skip
    if found.broken:
        lines.append(ASK)
    lines.append("The whole of it: agent-compliance audit")
    return [*lines, *(["This is not said again before a person has spoken."] if last else [])]


def _summary(found: Found) -> str:
    if not found.broken:
        return "the log does not say that the run ended"
    names = list(dict.fromkeys(shown(one.clause) for one in found.broken))
    return f"{words.clauses(found.broken)} ({', '.join(names[:8])}{' ...' if len(names) > 8 else ''})"


def _judged(root: Path, evidence: dict[str, str]) -> Found | None:
    """The audit, and what of it is not due before the log says that the run ended; None where nothing was changed at all."""
    with engine.opened(engine.Options(root, evidence=evidence)) as one:
        if not len(one.ends.changes):
            return None
        engine.warm(one.ends.changes)
        made = engine.judged(one)
        broken = words.broken(made.verdicts)
        logs = [one.gather(bound, ("log",)).log for bound in one.bound if bound.wanted.log_globs]
        log = next((log for log in logs if log is not None and not log.problem), None)
        if log is None or log.signal.kind in ENDED:
            return Found(made, tuple(broken))
        late = {
            (bound.profile.name, clause.id, rule.name)
            for bound in one.bound for clause in bound.profile.clauses for rule in clause.rules
            if rule.rule is not None and (rule.rule.at_end or rule.name.startswith(REPORT))
        }  # fmt: skip
        owed = [verdict for verdict in broken if (verdict.profile, verdict.clause, verdict.rule) in late]
        return Found(made, tuple(verdict for verdict in broken if verdict not in owed), tuple(owed), log)


def _once(event: Event, known: Memory, said: str) -> Answer | None:
    """A word to the person at the terminal, once in a session; the agent may stop."""
    told = memory.key("said", said)
    if told in known.told:
        return None
    known.told.append(told)
    memory.save(event.session, known)
    return {"systemMessage": said}
