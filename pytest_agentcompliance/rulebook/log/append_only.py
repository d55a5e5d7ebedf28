from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet, ChunkLog, Content, History
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.log_places import same_log
from pytest_agentcompliance.parsing.markdown import Bounds
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.log_versions import Rewrite

MOST_OTHERS = 20  # logs that are gone, and compared

_ONE = "## Chunk 1 — cart\n- Objective: store the cart\n- Commands run:\n  - `pnpm test` - FAILED\n"
_TWO = _ONE + "\n## Chunk 2 — till\n- Objective: pay\n"


class AppendOnly(Rule):
    """The log is only ever added to: a chunk that was committed stays as it was.

    Why: the log is a record. One that is rewritten afterwards tells what should have happened, and a failure
    that was logged once is gone from it.

    Blind spots: what was rewritten before it was committed, or by a rebase, left no trace. The text outside the
    chunks may change: summaries and states are brought up to date. A log of base that moved to another story's folder
    is known by half of its lines.
    """

    remedy = Remedy("revert", "Restore the committed text, and write the correction as a new chunk or as a marked addition.")
    examples = (
        Example(
            "An outcome that a later commit turns is reported at the chunk.",
            commits=({"BACKEND-LOG.md": _TWO}, {"BACKEND-LOG.md": _TWO.replace("FAILED", "PASSED")}),
            finds=("BACKEND-LOG.md:1",),
        ),
        Example(
            "A chunk that a later commit takes out is reported.",
            commits=({"BACKEND-LOG.md": _TWO}, {"BACKEND-LOG.md": _TWO.replace(_ONE, "# Log\n")}),
            finds=("BACKEND-LOG.md",),
        ),
        Example(
            "What the base had is held as well.",
            before={"BACKEND-LOG.md": _ONE},
            after={"BACKEND-LOG.md": _TWO.replace("store the cart", "store the basket")},
            finds=("BACKEND-LOG.md:1",),
        ),
        Example(
            "An old chunk that grows without a mark is reported.",
            commits=({"BACKEND-LOG.md": _TWO}, {"BACKEND-LOG.md": _TWO.replace("FAILED\n", "FAILED\n- Notes: it was flaky\n")}),
            finds=("BACKEND-LOG.md:1",),
        ),
        Example(
            "A log that is deleted on the way is reported.",
            commits=({"BACKEND-LOG.md": _TWO}, {"BACKEND-LOG.md": None}, {"BACKEND-LOG.md": _ONE}),
            finds=("BACKEND-LOG.md",),
        ),
        Example(
            "A log that loses an outcome while it moves to another folder is reported.",
            commits=(
                {"plans/todo/BACKEND-LOG.md": _ONE},
                {"plans/todo/BACKEND-LOG.md": None, "BACKEND-LOG.md": _ONE.replace("FAILED", "PASSED")},
            ),
            finds=("BACKEND-LOG.md:1",),
        ),
        Example(
            "A log that moves to another folder and grows there is kept.",
            commits=(
                {"plans/todo/BACKEND-LOG.md": _ONE},
                {"plans/todo/BACKEND-LOG.md": None, "BACKEND-LOG.md": _TWO},
            ),
        ),
        Example(
            "The log of another story that is taken away is not this one.",
            before={"plans/till/BACKEND-LOG.md": "## Chunk 1 — till\n- Objective: pay\n"},
            commits=({"plans/till/BACKEND-LOG.md": None, "BACKEND-LOG.md": _ONE},),
        ),
        Example("A log to which chunks are added is kept.", commits=({"BACKEND-LOG.md": _ONE}, {"BACKEND-LOG.md": _TWO})),
        Example(
            "The last chunk may grow while work on it goes on.",
            commits=({"BACKEND-LOG.md": _ONE}, {"BACKEND-LOG.md": _ONE + "  - `pnpm test` - PASSED\n"}),
        ),
        Example(
            "A marked addition to an old chunk is kept.",
            commits=(
                {"BACKEND-LOG.md": _TWO},
                {"BACKEND-LOG.md": _TWO.replace("FAILED\n", "FAILED\n- Correction: the route was missing\n")},
            ),
        ),
        Example(
            "Formatting, a ticked box and a state that moves on are no rewriting.",
            commits=(
                {"BACKEND-LOG.md": _ONE + "  - [ ] ship\n\nStatus: IN PROGRESS\n"},
                {
                    "BACKEND-LOG.md": _ONE.replace("- Objective:", "- **Objective**:").replace("—", "-")
                    + "  - [x] ship\n\n**Status**: COMPLETE\n"
                },
            ),
        ),
        Example(
            "The token summary may move behind new chunks.",
            commits=(
                {"BACKEND-LOG.md": _ONE + "\n## Worker Token Summary\n- Input: ~9 tokens\n- Output: ~9 tokens\n"},
                {"BACKEND-LOG.md": _TWO + "\n## Worker Token Summary\n- Input: ~90 tokens\n- Output: ~90 tokens\n"},
            ),
        ),
    )

    def check(self, log: ChunkLog, changes: ChangeSet, commits: History) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.log_versions import parts, rewrites  # start-up time: when there is a log

        written = log.path in changes.paths or any(same_log(path, log.path) for one in commits for path in one.changes.paths)
        if not written:
            raise NotJudged("no commit of this run touched the log")
        told: set[tuple[str, str]] = set()
        last = None
        for what, before, after in _versions(log, changes, commits):
            if after is None:
                if parts(before):
                    yield Finding(f"{what} deleted the log, with its chunks", Place(log.path), evidence="deleted")
                continue
            last = after
            for one in rewrites(before, after):
                if (one.kind, one.number) not in told:
                    told.add((one.kind, one.number))
                    yield Finding(
                        _told(what, one), Place(log.path, _line(log, one)), evidence=f"{one.kind} {one.number} {one.lines}"
                    )
        if last is None and not log.chunks:
            raise NotJudged("the log has no chunks, so there is none that could have been rewritten")


def _versions(log: ChunkLog, changes: ChangeSet, commits: History) -> Iterator[tuple[str, str, str | None]]:
    """Every change of the log: in which commit, the text before and the text after it; None where it was deleted."""
    latest: str | None = None
    bounds = Bounds()
    others = _Others(log.path, bounds)
    for commit in commits:
        touched = [change for change in commit.changes if same_log(change.path, log.path)]
        others.see(commit.changes, begun=latest is not None)
        gone = {change.path: change for change in touched if change.after is None}
        for change in changes.readable(touched) if touched else ():
            if change.after is None:
                continue
            latest = change.after.text()
            source = change.before or next((gone.pop(path).before for path in sorted(gone)), None)
            if source is not None:
                yield from _compared(f"commit {commit.id[:9]}", source, change.after, bounds)
        for change in gone.values():
            if change.before is not None and not any(other.after is not None for other in touched):
                yield f"commit {commit.id[:9]}", bounds.take(change.path, change.before.text()), None
    net = changes.by_path.get(log.path)
    if net is not None and net.after is not None:
        final = net.after.text()
        # What no commit has: the work tree, and what a merge lost.
        if latest is not None and latest != final:
            yield "the run", bounds.take(log.path, latest), bounds.take(log.path, final)
        old = net.before or next((one.before for one in changes if one.after is None and same_log(one.path, log.path)), None)
        if old is not None:
            yield from _compared("the run", old, net.after, bounds)
        else:
            others.see(changes, begun=latest is not None)
            for path, text in others.ancestors(changes, final):
                yield f"the run, which moved the log from {path},", text, final


def _compared(what: str, before: Content, after: Content, bounds: Bounds) -> Iterator[tuple[str, str, str | None]]:
    old, new = before.text(), after.text()
    # What only grew is not looked at twice.
    yield (what, old, new) if new.startswith(old) else (what, bounds.take(before.path, old), bounds.take(after.path, new))


class _Others:
    """Logs in other folders that are gone: where the run's own may have lain before it lay where it does."""

    def __init__(self, log: str, bounds: Bounds) -> None:
        self.log, self.bounds = log, bounds
        self.name = log.rpartition("/")[2].casefold()
        self.written: set[str] = set()  # by this run
        self.gone: dict[str, tuple[Content, bool]] = {}  # and whether it was the only log that the run had

    def see(self, changes: ChangeSet, *, begun: bool) -> None:
        for change in changes:
            if change.path.rpartition("/")[2].casefold() != self.name or same_log(change.path, self.log):
                continue
            if change.after is not None:
                self.written.add(change.path)
                self.gone.pop(change.path, None)
            elif change.before is not None and is_file(change.before.mode):
                self.gone.setdefault(change.path, (change.before, change.path in self.written and not begun))

    def ancestors(self, changes: ChangeSet, final: str) -> Iterator[tuple[str, str]]:
        """Those that the log is, or has taken the place of; one that lies in the folder of another stage now is none."""
        from pytest_agentcompliance.parsing.log_versions import alike

        there = [one.path for one in changes if one.after is not None and one.path.rpartition("/")[2].casefold() == self.name]
        for path, (content, only) in list(self.gone.items())[:MOST_OTHERS]:
            if any(same_log(one, path) for one in there):
                continue
            text = self.bounds.take(path, content.text())
            if text != final and (only or alike(text, self.bounds.take(self.log, final))):
                yield path, text


def _told(what: str, one: "Rewrite") -> str:
    chunk = f"chunk {one.number}" if one.number else f"the chunk {one.name!r}"
    quoted = " / ".join(repr(line[:80]) for line in one.lines)
    if one.kind == "gone":
        return f"{what} took {chunk} out of the log"
    if one.kind == "changed":
        return f"{what} rewrote {chunk}: it no longer says {quoted}"
    return f"{what} added to {chunk} after later chunks were written, without a mark: {quoted}"


def _line(log: ChunkLog, one: "Rewrite") -> int | None:
    """The line of the chunk as the log is now."""
    return next((chunk.at.line for chunk in log.chunks if chunk.number == one.number), None) if one.kind != "gone" else None
