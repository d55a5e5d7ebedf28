from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet, Chunk, ChunkLog
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.claims import Paths

_MOST = 200_000  # lines that a canary writes
_FEW = "## Chunk 1 — cart\n- Files changed:\n  - api/cart.ts\n  - api/till.ts\n"


class ChunkSize(Rule):
    """A chunk is small enough to be audited: so many files and so many changed lines, and no more.

    Why: a chunk is the unit that is checked before work goes on. One that holds the whole story has put off
    every check to the end.

    Blind spots: a chunk's size is seen, not whether its edits belong together. The lines of a file that several
    chunks claim are shared out among them evenly.
    """

    max_files: Annotated[int, Field(ge=1)] = Field(default=20, description="How many files one chunk may change.")
    max_lines: Annotated[int, Field(ge=1)] = Field(
        default=1500, description="How many lines, added and removed, its files may have."
    )
    exempt: list[str] = Field(
        default=["pnpm-lock.yaml", "package-lock.json", "yarn.lock", "*.lock", "*.snap", "**/__snapshots__/**", "**/generated/**"],
        description="Globs of files that a tool writes; they do not count.",
    )

    remedy = Remedy("fix", "Cut the work into chunks of one coherent set of edits each, and log each one as it is done.")
    examples = (
        Example(
            "A chunk of too many files is reported at its heading.",
            given={"max_files": 1},
            log=_FEW,
            after={"api/cart.ts": "1\n", "api/till.ts": "1\n"},
            finds=("BACKEND-LOG.md:1",),
        ),
        Example(
            "A chunk of too many lines is reported at its heading.",
            given={"max_lines": 50},
            log=_FEW,
            after={"api/cart.ts": "1\n" * 60, "api/till.ts": "1\n"},
            finds=("BACKEND-LOG.md:1",),
        ),
        Example("A small chunk is kept.", log=_FEW, after={"api/cart.ts": "1\n", "api/till.ts": "1\n"}),
        Example(
            "What a tool writes does not count.",
            given={"max_lines": 50},
            log=_FEW + "  - pnpm-lock.yaml\n",
            after={"api/cart.ts": "1\n", "api/till.ts": "1\n", "pnpm-lock.yaml": "a: 1\n" * 900},
        ),
        Example(
            "A file that two chunks claim is shared out between them.",
            given={"max_lines": 50},
            log=_FEW + "## Chunk 2 — till\n- Files changed:\n  - api/cart.ts\n",
            after={"api/cart.ts": "1\n" * 80, "api/till.ts": "1\n"},
        ),
    )

    def canaries(self) -> tuple[Example, ...]:
        path = next((one for one in ("api/cart.ts", "src/cart.py") if not matches(one, self.exempt or [""])), "")
        if not path or self.max_lines > _MOST:
            return ()
        log = f"## Chunk 1 — cart\n- Files changed:\n  - {path}\n"
        lines = {path: "1\n" * (self.max_lines + 1)}
        return (Example("A chunk of one line more than it may have.", log=log, after=lines, finds=("BACKEND-LOG.md:1",)),)

    def check(self, log: ChunkLog, changes: ChangeSet) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing import claims  # start-up time: when there is a log

        if not log.chunks:
            raise NotJudged("the log has no chunks, so there is none to be measured")
        paths = claims.known(changes.paths)
        own = {id(chunk): self._own(chunk, paths) for chunk in log.chunks}
        claimed: dict[str, int] = {}
        for found in own.values():
            for path in found:
                claimed[path] = claimed.get(path, 0) + 1
        readable = {change.path: change for change in changes.readable(changes.by_path[path] for path in sorted(claimed))}
        lines = {
            path: (len(change.added) + len(change.removed)) / claimed[path] for path, change in readable.items() if change.is_text
        }
        for chunk in log.new_chunks:
            files = own[id(chunk)]
            count = round(sum(lines.get(path, 0) for path in files))
            if len(files) > self.max_files or count > self.max_lines:
                over = f"{len(files)} files" if len(files) > self.max_files else f"{count:,} lines"
                limit = f"{self.max_files}" if len(files) > self.max_files else f"{self.max_lines:,}"
                yield Finding(
                    f"chunk {chunk.number} changes {over}; at most {limit} can be audited as one",
                    chunk.at,
                    evidence=f"{chunk.number} {chunk.name}",
                )

    def _own(self, chunk: Chunk, paths: "Paths") -> set[str]:
        found = (paths.find(claim.path) for claim in chunk.files if claim.changed)
        sure = {path for match in found if match.how != "ambiguous" for path in match.paths}
        return {path for path in sure if not (self.exempt and matches(path, self.exempt))}
