from collections.abc import Generator
from typing import Annotated

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet, ChunkLog
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

BYTES_A_TOKEN = 4  # the spec's own rule of thumb

_LOG = (
    "## Chunk 1 — cart\n- Files changed:\n  - api/cart.ts\n\n## Worker Token Summary\n- Input: ~900 tokens\n- Output: ~{} tokens\n"
)


class TokenEstimate(Rule):
    """The output tokens that the log states agree with the bytes that the run wrote, divided by four.

    Why: the count is an estimate with a given formula, so that it can be checked. One that is far off was not
    estimated at all, and spoils every sum that it goes into.

    Blind spots: an agent writes a changed file whole or in part, which cannot be told; the stated number may lie
    anywhere between the added lines and the whole files. What was written and taken away again is not counted.
    """

    tolerance: Annotated[float, Field(ge=1, le=1000)] = Field(
        default=2.0, description="How many times too high or too low the stated number may be."
    )

    at_end = True
    remedy = Remedy("fix", "State the estimate that the formula gives: bytes of the files written, divided by four.")
    examples = (
        Example(
            "A number far above what was written is reported at the summary.",
            log=_LOG.format("50,000"),
            after={"api/cart.ts": "x" * 4000},
            finds=("BACKEND-LOG.md:5",),
        ),
        Example(
            "A number far below what was written is reported.",
            log=_LOG.format("100"),
            after={"api/cart.ts": "x" * 4000},
            finds=("BACKEND-LOG.md:5",),
        ),
        Example("A number near it is kept.", log=_LOG.format("1,200"), after={"api/cart.ts": "x" * 4000}),
        Example(
            "Of a changed file the added lines may be counted, or all of it.",
            log=_LOG.format("1k"),
            before={"api/cart.ts": "x\n" * 2000},
            after={"api/cart.ts": "x\n" * 2000 + "y\n"},
        ),
        Example(
            "Files that another agent claims, or nobody, are not this log's.",
            log=_LOG.format("1,000"),
            after={"api/cart.ts": "x" * 4000, "web/cart.tsx": "y" * 90000},
        ),
    )

    def check(self, log: ChunkLog, changes: ChangeSet) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.parsing import claims  # start-up time: when there is a log

        stated = log.tokens[-1].output if log.tokens else None
        if stated is None:
            raise NotJudged("the log states no output tokens")
        if any(not chunk.new for chunk in log.chunks):
            raise NotJudged("the log was begun before this run; its count goes over both")
        paths = claims.known(changes.paths)
        matches = (paths.find(claim.path) for _, claim in log.claims() if claim.changed)
        written = {path for match in matches if match.how in ("whole", "end", "folder", "glob") for path in match.paths}
        least = most = 0
        for change in changes.readable(changes.by_path[path] for path in sorted(written | ({log.path} & changes.paths))):
            if change.is_text and change.after is not None:
                most += len(change.after.bytes())
                least += sum(len(line.text.encode("utf-8", "surrogateescape")) + 1 for line in change.added)
        if not written:
            raise NotJudged("the log claims no file of the change, so there are no bytes to count")
        low, high = least // BYTES_A_TOKEN, most // BYTES_A_TOKEN
        said = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        if not low / self.tolerance <= stated <= high * self.tolerance:
            yield Finding(
                f"the log states {stated:,} output tokens; the files that it claims come to {said} tokens",
                log.tokens[-1].at,
                evidence=f"stated {stated}",
            )
        return f"stated {stated:,}, counted {said} tokens"
