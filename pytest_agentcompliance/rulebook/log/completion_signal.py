from collections.abc import Iterator

from pydantic import Field

from pytest_agentcompliance.evidence import ChunkLog
from pytest_agentcompliance.evidence.log import Signal
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

_CHUNK = "## Chunk 1 — cart\n- Objective: store the cart\n\n"


class CompletionSignal(Rule):
    """A finished log ends by saying that the work is complete, or that it is blocked and why, and not both.

    Why: whoever started the agent reads this line first. A log that just stops does not say whether the
    work did; one that is complete and blocked says nothing.

    Blind spots: the last of several such lines counts; whether the work is complete is for other rules.
    """

    complete: str = Field(
        default="BACKEND COMPLETE", description="The words that end the log of finished work; they end in COMPLETE."
    )
    blocked: str = Field(default="BLOCKED:", description="The word that ends the log of blocked work; the reason follows it.")

    at_end = True
    remedy = Remedy("fix", "End the log with the line that says how the run ended, once, after its last chunk.")
    examples = (
        Example("A log that just stops is reported at its last line.", log=_CHUNK, finds=("BACKEND-LOG.md:2",)),
        Example("Work in progress is not finished.", log=_CHUNK + "## Status: IN PROGRESS\n", finds=("BACKEND-LOG.md:4",)),
        Example("Other words do not end a log.", log="# Log\n\n**Status**: COMPLETE\n", finds=("BACKEND-LOG.md:3",)),
        Example(
            "Complete and blocked exclude each other.",
            log=_CHUNK + "BLOCKED: no database\n\nBACKEND COMPLETE\n",
            finds=("BACKEND-LOG.md:6",),
        ),
        Example(
            "A chunk behind the signal is reported.",
            log=_CHUNK + "BACKEND COMPLETE\n\n## Chunk 2 — till\n- Objective: pay\n",
            finds=("BACKEND-LOG.md:6",),
        ),
        Example("Blocked without a reason is reported.", log=_CHUNK + "BLOCKED:\n", finds=("BACKEND-LOG.md:4",)),
        Example("A log that ends as it should is kept.", log=_CHUNK + "BACKEND COMPLETE\n"),
        Example("Blocked with a reason is kept.", log=_CHUNK + "BLOCKED: the schema is not approved\n"),
        Example(
            "The token summary may follow.",
            log=_CHUNK
            + "BACKEND COMPLETE\n\n## Worker Token Summary\n"
            + "- Input: ~900 tokens (files read)\n- Output: ~200 tokens (files written)\n",
        ),
        Example("Bold words are a matter of style.", log=_CHUNK + "**BACKEND COMPLETE**\n", styles=("BACKEND-LOG.md:4",)),
        Example(
            "Text behind the signal is a matter of style.",
            log=_CHUNK + "BACKEND COMPLETE\n\nAll is well.\n",
            styles=("BACKEND-LOG.md:6",),
        ),
        Example(
            "The words in code and in a table are no signal.",
            log=_CHUNK + "```\nBLOCKED: sample\n```\n\n| AC | Status |\n|---|---|\n| 1 | BLOCKED |\n\nBACKEND COMPLETE\n",
        ),
    )

    def check(self, log: ChunkLog) -> Iterator[Finding]:
        words = f"'{self.complete}' or '{self.blocked} <reason>'"
        signal = self._governing(log)
        if signal is None:
            yield Finding(
                f"the log does not say how the run ended; it ends with {words}",
                Place(log.path, log.last_line or None),
                evidence="none",
            )
            return
        line = signal.at.line or 0
        if signal.kind not in ("complete", "blocked"):
            yield Finding(f"the log says that the work is {signal.kind}; a finished one ends with {words}", signal.at)
            return
        if signal.kind == "complete" and not self._worded(signal):
            yield Finding(f"the log ends with {signal.text[:80]!r} and not with {words}", signal.at)
            return
        if signal.kind == "blocked" and not signal.reason:
            yield Finding(f"the log says that the work is blocked and not why; it ends with {words}", signal.at)
        later = next((chunk for chunk in log.chunks if (chunk.at.line or 0) > line), None)
        if later is not None:
            said = f"chunk {later.number} stands behind the line that ends the log (line {line})"
            yield Finding(said, later.at, evidence=f"chunk {later.number} behind the end")
        if other := self._contrary(log, signal):
            yield Finding(
                f"the log is {other.kind} in line {other.at.line} and {signal.kind} here; one excludes the other", signal.at,
                evidence=f"{other.kind} and {signal.kind}",
            )
        yield from self._style(log, signal)

    def _governing(self, log: ChunkLog) -> Signal | None:
        """The last signal; where that is complete in other words, the one before it with the right ones."""
        for signal in reversed(log.signals):
            if signal.kind != "complete":
                break
            if self._worded(signal):
                return signal
        return log.signals[-1] if log.signals else None

    def _worded(self, signal: Signal) -> bool:
        return self.complete.casefold() in " ".join(signal.text.split()).casefold()

    def _contrary(self, log: ChunkLog, signal: Signal) -> Signal | None:
        """A signal of the other kind that is as final: behind the last chunk, and no line of status."""
        start = max((chunk.at.line or 0 for chunk in log.chunks), default=0)
        for other in log.signals:
            final = (other.at.line or 0) > start and "status line" not in other.dress and other.kind != signal.kind
            if final and (other.kind == "blocked" or (other.kind == "complete" and self._worded(other))):
                return other
        return None

    def _style(self, log: ChunkLog, signal: Signal) -> Iterator[Finding]:
        plain = self.complete in signal.text if signal.kind == "complete" else signal.text.startswith(self.blocked.rstrip(": "))
        if signal.dress or not plain:
            yield Finding(f"the line that ends the log is dressed: {signal.dress or 'letter case'}", signal.at, "style", "dress")
        last = log.signals[-1]
        if last is not signal:
            yield Finding(f"{last.text[:80]!r} stands behind the line that ends the log", last.at, "style", "after")
        elif log.after_signal is not None:
            yield Finding("text stands behind the line that ends the log", log.after_signal, "style", "after")
