from collections.abc import Iterator
from functools import cache, partial

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChunkLog, Commit, History
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.log_places import same_log
from pytest_agentcompliance.parsing.markdown import Bounds
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

_ONE = "## Chunk 1 — cart\n- Objective: store the cart\n"
_TWO = _ONE + "\n## Chunk 2 — till\n- Objective: pay\n"


class LogWithChunk(Rule):
    """The log grows with the work: each chunk is logged when it is done, not all of them at the end.

    Why: a log that is written chunk by chunk is what the agent did. One that is written in one go, after the
    last edit, is what it remembers.

    Blind spots: commits are all that can be seen. A run that was committed in one piece, or squashed, is kept.
    Commits of people in the range count as the run's.
    """

    exempt: list[str] = Field(
        default=["*.md", "*.txt"], description="Globs of files that are no work to be logged; the story's own documents among them."
    )

    remedy = Remedy("fix", "Update the log after each chunk, and commit both together.")
    examples = (
        Example(
            "Chunks that are logged together, after several commits, are one finding at the first of them.",
            commits=({"api/cart.ts": "1\n"}, {"api/till.ts": "1\n"}, {"BACKEND-LOG.md": _TWO}),
            finds=("BACKEND-LOG.md:1",),
        ),
        Example(
            "Work after the last update of the log is one finding.",
            commits=({"api/cart.ts": "1\n", "BACKEND-LOG.md": _ONE}, {"api/till.ts": "1\n"}, {"api/tax.ts": "1\n"}),
            finds=("BACKEND-LOG.md",),
        ),
        Example(
            "A log that grows with each commit is kept.",
            commits=({"api/cart.ts": "1\n", "BACKEND-LOG.md": _ONE}, {"api/till.ts": "1\n", "BACKEND-LOG.md": _TWO}),
        ),
        Example(
            "A chunk may take several commits, and its log one of its own.",
            commits=({"api/cart.ts": "1\n"}, {"api/cart.test.ts": "1\n"}, {"BACKEND-LOG.md": _ONE}),
        ),
        Example("A run in one commit is kept.", commits=({"api/cart.ts": "1\n", "api/till.ts": "1\n", "BACKEND-LOG.md": _TWO},)),
        Example(
            "Documents are no work to be logged.",
            commits=({"api/cart.ts": "1\n", "BACKEND-LOG.md": _ONE}, {"docs/cart.md": "done\n"}),
        ),
    )

    def check(self, log: ChunkLog, commits: History) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.log_chunks import numbers  # start-up time: when there is a log

        own = [commit for commit in commits if len(commit.parents) < 2]
        if not any(same_log(path, log.path) for commit in own for path in commit.changes.paths):
            raise NotJudged("no commit of this run touched the log")
        unlogged: list[Commit] = []
        is_work = cache(partial(self._is_work, log=log.path))  # most commits change what others changed
        bounds = Bounds()
        for commit in own:
            works = any(is_work(path) for path in commit.changes.paths - commit.changes.proofs)
            updates = [one for one in commit.changes if same_log(one.path, log.path) and one.after is not None]
            unlogged += [commit] if works else []
            if not updates:
                continue
            known = {
                number
                for one in commit.changes
                if same_log(one.path, log.path) and one.before
                for number in numbers(bounds.take(one.path, one.before.text()))
            }
            texts = [bounds.take(one.path, one.after.text()) for one in updates if one.after]
            new = [number for text in texts for number in numbers(text) if number not in known]
            if len(new) > 1 and len(unlogged) > 1:
                first = next((chunk.at for chunk in log.chunks if chunk.number == new[0]), Place(log.path))
                yield Finding(
                    f"commit {commit.id[:9]} logs {len(new)} chunks at once, after {len(unlogged)} commits of work",
                    first,
                    evidence=f"at once {new[0]}",
                )
            unlogged = []
        if unlogged:
            yield Finding(
                f"work went on in {len(unlogged)} commit{'s' if len(unlogged) > 1 else ''} after the log was last updated: "
                + ", ".join(_called(commit) for commit in unlogged[:4])
                + (" ..." if len(unlogged) > 4 else ""),
                Place(log.path),
                evidence="after " + " ".join(commit.message.partition("\n")[0] for commit in unlogged),
            )

    def _is_work(self, path: str, log: str) -> bool:
        return not same_log(path, log) and not (self.exempt and matches(path, self.exempt))


def _called(commit: Commit) -> str:
    return f"{commit.id[:9]} {commit.message.partition(chr(10))[0][:50]!r}"
