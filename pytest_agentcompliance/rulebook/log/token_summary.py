from collections.abc import Iterator

from pydantic import Field

from pytest_agentcompliance.evidence import ChunkLog
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

_CHUNK = "## Chunk 1 — cart\n- Objective: store the cart\n\n"
_SUMMARY = "## Worker Token Summary\n- Input: ~9,000 tokens (files read)\n- Output: ~2,000 tokens (files written)\n"


class TokenSummary(Rule):
    """The log ends with a Worker Token Summary that counts input and output tokens.

    Why: whoever leads the agents adds the counts up. One that is missing, or that stands before later work, makes
    the sum wrong without a trace.

    Blind spots: whether the numbers are right is for ``log/token-estimate``; input cannot be held against anything.
    """

    sides: tuple[str, ...] = Field(default=("input", "output"), description="What the summary must count.")

    at_end = True
    remedy = Remedy(
        "fix", "End the log with '## Worker Token Summary' and the lines '- Input: ~N tokens' and '- Output: ~N tokens'."
    )
    examples = (
        Example("A log without a summary is reported at its last line.", log=_CHUNK, finds=("BACKEND-LOG.md:2",)),
        Example(
            "A summary that counts one side alone is reported.",
            log=_CHUNK + "## Worker Token Summary\n- Output: ~2,000 tokens\n",
            finds=("BACKEND-LOG.md:4",),
        ),
        Example(
            "A count without a number is none.",
            log=_CHUNK + "## Worker Token Summary\n- Input: ~9k tokens\n- Output: some tokens\n",
            finds=("BACKEND-LOG.md:4",),
        ),
        Example(
            "A chunk behind the summary is not in it.",
            log=_SUMMARY + "\n## Chunk 1 — cart\n- Objective: store the cart\n",
            finds=("BACKEND-LOG.md:5",),
        ),
        Example("A summary at the end is kept.", log=_CHUNK + _SUMMARY),
        Example("The completion signal may follow.", log=_CHUNK + _SUMMARY + "\nBACKEND COMPLETE\n"),
        Example(
            "The last of several summaries counts; an earlier one went with an earlier round of work.",
            log=_CHUNK + _SUMMARY + "\n## Chunk 2 — till\n- Objective: pay\n\n" + _SUMMARY,
        ),
        Example(
            "Another heading, bold words and short numbers are a matter of style.",
            log=_CHUNK + "## Token Usage\n**Input**: ~105k tokens\n**Output**: ~2,000 tokens\n",
            styles=("BACKEND-LOG.md:4",),
        ),
    )

    def check(self, log: ChunkLog) -> Iterator[Finding]:
        if not log.tokens:
            yield Finding(
                "the log has no Worker Token Summary with counts of input and output tokens",
                Place(log.path, log.last_line or None),
                evidence="none",
            )
            return
        last = log.tokens[-1]
        counts = {"input": last.input, "output": last.output}
        if missing := [side for side in self.sides if counts.get(side) is None]:
            yield Finding(f"the token summary gives no number for {' and '.join(missing)}", last.at, evidence=" ".join(missing))
        line = last.at.line or 0
        behind = next((chunk for chunk in log.chunks if (chunk.at.line or 0) > line and chunk.new), None)
        if behind is not None:
            yield Finding(
                f"chunk {behind.number} stands behind the last token summary (line {line}), which does not count it",
                behind.at,
                evidence=f"behind {behind.number}",
            )
        for dress in log.dresses:
            if dress.part == "tokens":
                yield Finding(dress.what, dress.at, "style", dress.what)
