"""After a tool: the log judged as it stands, once a chunk of it is finished."""

from pathlib import Path

from pytest_agentcompliance import engine
from pytest_agentcompliance.errors import AgentComplianceError
from pytest_agentcompliance.evidence import ChunkLog
from pytest_agentcompliance.evidence.log import FieldName
from pytest_agentcompliance.hooks import memory, place, words
from pytest_agentcompliance.hooks.event import Event
from pytest_agentcompliance.hooks.memory import Memory
from pytest_agentcompliance.logbook import check
from pytest_agentcompliance.verdict import Audit

Answer = dict[str, object]
FILLED: tuple[FieldName, ...] = ("objective", "summary")  # every chunk fills these in; one that is empty is still being written


def answer(event: Event, logs: dict[Path, str], known: Memory) -> Answer | None:
    """What the agent is to know of these logs, each with what its file looks like; None where there is nothing to say."""
    made = None
    for file, look in logs.items():
        made, unfinished = _judged(event, file)
        if not unfinished:
            known.logs[str(file)] = look
        if made is not None:
            break
    found = words.broken(made.verdicts) if made is not None else []
    told = memory.key("log", *sorted(one.fingerprint for verdict in found for one in verdict.findings))
    new = bool(found) and told not in known.told
    if new:
        known.told.append(told)
    memory.save(event.session, known)
    if not new:
        return None
    return {"decision": "block", "reason": "\n".join([
        f"agent-compliance looked at the log after this chunk: {words.clauses(found)}. {words.DATA}", "", *words.of(found), "",
        "The whole of it: agent-compliance log check",
    ])}  # fmt: skip


def _judged(event: Event, file: Path) -> tuple[Audit | None, bool]:
    """The audit of the log that lies there, and whether it is still being written. None for what is no log of a run here."""
    root = next((root for root in place.roots(event) if file.resolve().is_relative_to(root.resolve())), None)
    if root is None:
        return None, False
    options = engine.Options(root, evidence=place.evidence(event))
    try:
        with engine.opened(options) as one:
            for bound in one.bound:
                log = one.gather(bound, ("log",)).log if bound.wanted.log_globs else None
                if log is not None and not log.problem and (root / log.path).resolve() == file.resolve():
                    return (None, True) if _is_open(log) else (check.of_case(one), False)
    except AgentComplianceError:
        pass  # no policy, no base: the end of the session says so, once
    return None, False


def _is_open(log: ChunkLog) -> bool:
    """Whether there is no chunk yet, or the last one is a form that is not filled in."""
    if not log.new_chunks:
        return True
    last = log.new_chunks[-1]
    return not last.name or any(name in last.fields and not last.fields[name].text.strip() for name in FILLED)
