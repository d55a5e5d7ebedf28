import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pydantic import Field

from pytest_agentcompliance.evidence import ChunkLog, Commit, Documents, FileChange, History
from pytest_agentcompliance.evidence.documents import DocumentName
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.log_places import same_log
from pytest_agentcompliance.parsing.markdown import Bounds
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

_DECISION = re.compile(r"(?i)\bdecisions?\b|\bapproval\b")
_BLOCKED = "## Chunk 1 — cart\n- Objective: store the cart\n\nBLOCKED: Architectural decision required - where carts are kept\n"
_BLOCKER = (
    "## Architectural Decision Required\n\n**Context**: the cart\n**Decision Needed**: where carts are kept\n"
    "**Options Identified**:\n1. Redis\n2. Postgres\n**Recommendation**: Postgres\n**Blocked Steps**: 2\n"
)
_DECIDED = "decisions:\n  - id: ARCH-1\n    decision: Postgres\n    decided_by: user\n"
_RESUMED = _BLOCKED + "\n## Chunk 2 — till\n- Objective: pay\n\nBACKEND COMPLETE\n"


@dataclass(slots=True)
class _Stop:
    """The run has stopped: in which commit (empty: before the run), on what, and the work that came after it."""

    commit: str
    what: str
    at: Place
    work: list[tuple[Commit, str]] = field(default_factory=list)


class Stopped(Rule):
    """After a stop on a decision nothing more is implemented until that decision is confirmed.

    Why: the question was asked because the answer was not the agent's to give. Work that goes on gives it.

    Blind spots: who confirmed is not seen, only that a decision was entered as confirmed, the plan was changed, or the
    blocker was answered. Uncommitted work shows only where the log has a chunk for it.
    """

    exempt: list[str] = Field(default=["*.md", "*.txt"], description="Globs of files that are no implementation.")

    remedy = Remedy(
        "ask-a-human", "Take the work back to where the run stopped, and have the decision confirmed before it goes on."
    )
    examples = (
        Example(
            "A commit of work after the stop is reported at the first file.",
            commits=({"BACKEND-LOG.md": _BLOCKED, "BLOCKERS.md": _BLOCKER}, {"api/till.ts": "1\n"}),
            finds=("api/till.ts",),
        ),
        Example(
            "To take the blocker away is not to have it confirmed.",
            commits=({"BLOCKERS.md": _BLOCKER}, {"BLOCKERS.md": None}, {"api/till.ts": "1\n"}),
            finds=("api/till.ts",),
        ),
        Example(
            "A run that begins with an open decision may not begin.",
            before={"BLOCKERS.md": _BLOCKER},
            after={"BLOCKERS.md": _BLOCKER, "api/till.ts": "1\n"},
            finds=("api/till.ts",),
        ),
        Example(
            "A chunk behind the line that stopped the log is reported where the commits do not tell.",
            log=_RESUMED,
            after={"api/cart.ts": "1\n"},
            finds=("BACKEND-LOG.md:6",),
        ),
        Example(
            "Work goes on after the decision was confirmed.",
            commits=(
                {"BACKEND-LOG.md": _BLOCKED, "BLOCKERS.md": _BLOCKER},
                {"ARCHITECTURAL-DECISIONS.yaml": _DECIDED},
                {"api/till.ts": "1\n", "BACKEND-LOG.md": _RESUMED},
            ),
        ),
        Example(
            "What is committed together with the stop was done before it.",
            commits=({"BACKEND-LOG.md": _BLOCKED, "BLOCKERS.md": _BLOCKER, "api/cart.ts": "1\n"},),
        ),
        Example(
            "A blocker that is answered lets the work go on.",
            commits=(
                {"BLOCKERS.md": _BLOCKER},
                {"BLOCKERS.md": _BLOCKER + "**Resolution**: Postgres, decided by the product owner\n"},
                {"api/till.ts": "1\n"},
            ),
        ),
        Example(
            "A stop for want of a tool is not one on a decision.",
            commits=({"BACKEND-LOG.md": _BLOCKED.replace("Architectural decision required - where carts are kept", "no database")},
                     {"api/till.ts": "1\n"}),
        ),
    )  # fmt: skip

    def check(self, commits: History, documents: Documents, log: ChunkLog | None) -> Iterator[Finding]:
        bounds = Bounds()
        stop = self._at_base(documents)
        found = 0
        for commit in commits:
            if len(commit.parents) > 1:
                continue
            if stop and self._confirms(commit.changes, documents, bounds):
                yield from self._told(stop)
                found += bool(stop.work)
                stop = None
            if stop:
                work = next((path for path in (one.path for one in commit.changes) if self._is_work(path, documents, log)), None)
                if work is not None:
                    stop.work.append((commit, work))
            else:
                stop = self._stops(commit, documents, log, bounds)
        if stop:
            yield from self._told(stop)
            found += bool(stop.work)
        if not found and log is not None:
            yield from self._within(log, documents)

    def _at_base(self, documents: Documents) -> _Stop | None:
        for one in documents.base("blockers"):
            from pytest_agentcompliance.parsing import blockers  # start-up time: when there is one

            for entry in blockers.read(one.text()).open:
                if entry.decision:
                    return _Stop("", entry.title, Place(one.path, entry.line))
        return None

    def _stops(self, commit: Commit, documents: Documents, log: ChunkLog | None, bounds: Bounds) -> _Stop | None:
        """Whether the run stops on a decision in this commit: by the log's last signal, or by a blocker."""
        from pytest_agentcompliance.parsing import log_chunks

        for change in commit.changes:
            if change.after is None or not change.is_text:
                continue
            if log is not None and same_log(change.path, log.path):
                signals = log_chunks.read(bounds.take(change.path, change.after.text()))[1].signals
                if signals and signals[-1][1].kind == "blocked" and _DECISION.search(signals[-1][1].reason):
                    return _Stop(commit.id[:9], signals[-1][1].reason, Place(change.path, signals[-1][0]))
            elif matches(change.path, documents.globs("blockers") or ("",)):
                from pytest_agentcompliance.parsing import blockers

                for entry in blockers.read(bounds.take(change.path, change.after.text())).open:
                    if entry.decision:
                        return _Stop(commit.id[:9], entry.title, Place(change.path, entry.line))
        return None

    def _confirms(self, changes: Iterable[FileChange], documents: Documents, bounds: Bounds) -> bool:
        from pytest_agentcompliance.parsing import blockers

        for change in changes:
            if change.after is None or not change.is_text:
                continue
            if matches(change.path, documents.globs("plan") or ("",)):
                if change.before is None or change.before.text().split() != change.after.text().split():
                    return True
                continue
            if matches(change.path, documents.globs("decisions") or ("",)):
                old = _confirmed(change.before.text()) if change.before else frozenset()
                if _confirmed(change.after.text()) - old:
                    return True
            elif matches(change.path, documents.globs("blockers") or ("",)):
                now = blockers.read(bounds.take(change.path, change.after.text()))
                if any(entry.decision and entry.resolved for entry in now.entries) and not any(e.decision for e in now.open):
                    return True
        return False

    def _is_work(self, path: str, documents: Documents, log: ChunkLog | None) -> bool:
        names: tuple[DocumentName, ...] = ("story", "plan", "scope", "decisions", "blockers")
        if any(matches(path, documents.globs(name) or ("",)) for name in names) or (log is not None and same_log(path, log.path)):
            return False
        return not (self.exempt and matches(path, self.exempt))

    def _told(self, stop: _Stop) -> Iterator[Finding]:
        if stop.work:
            since = f"had stopped in commit {stop.commit}" if stop.commit else "was to wait from the start"
            ids = ", ".join(commit.id[:9] for commit, _ in stop.work[:4]) + (" ..." if len(stop.work) > 4 else "")
            yield Finding(
                f"work went on ({ids}) although the run {since} on {stop.what[:100]!r}; no decision was confirmed in between",
                Place(stop.work[0][1]), evidence=stop.what,
            )  # fmt: skip

    def _within(self, log: ChunkLog, documents: Documents) -> Iterator[Finding]:
        """The log alone, where the commits do not tell: a new chunk behind a stop on a decision."""
        stops = [one for one in log.signals if one.kind == "blocked" and _DECISION.search(one.reason)]
        later = [chunk for chunk in log.new_chunks if stops and (chunk.at.line or 0) > (stops[0].at.line or 0)]
        if not later:
            return
        before = {one for register in documents.base("decisions") for one in _confirmed(register.text())}
        now = {one for register in documents.head("decisions") for one in _confirmed(register.text())}
        from pytest_agentcompliance.parsing import blockers

        entries = [entry for one in documents.head("blockers") for entry in blockers.read(one.text()).entries if entry.decision]
        if now - before or (entries and all(entry.resolved for entry in entries)):
            return
        yield Finding(
            f"chunk {later[0].number} goes on behind the stop in line {stops[0].at.line} on {stops[0].reason[:100]!r}; "
            "no decision was confirmed",
            later[0].at, evidence=stops[0].reason,
        )  # fmt: skip


def _confirmed(text: str) -> frozenset[str]:
    from pytest_agentcompliance.parsing import decisions

    made = (one for one in decisions.read(text).decisions if one.standing == "confirmed" and not decisions.is_agent(one.by))
    return frozenset(one.id or one.answer for one in made)
