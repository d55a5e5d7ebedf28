from collections.abc import Generator, Iterable, Iterator
from typing import TYPE_CHECKING

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChunkLog, Documents, Tree
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.blockers import Blocker, Blockers

_CHUNK = "## Chunk 1 — cart\n- Objective: store the cart\n\n"
_OPEN = "# Blockers\n\n## Blocker 1: no database\n\nIt cannot be reached.\n"
_DECISION = "## Architectural Decision Required\n\n**Decision Needed**: which store\n"


class Signal(Rule):
    """The log is blocked where, and only where, BLOCKERS.md holds a blocker that is still open.

    Why: one of the two is read by whoever goes on, the other by whoever unblocks. Where they disagree, work is called
    complete that is not, or stands still and nobody knows for what.

    Blind spots: whether the blocker is real, or was resolved as the file says. Blockers beside the log are the
    run's; those of the planning, in another folder, are not. An open blocker is another agent's where that one's log
    says that it is blocked.
    """

    at_end = True
    remedy = Remedy(
        "fix",
        "Make the log and BLOCKERS.md tell the same: write down what blocks and end with 'BLOCKED: <reason>', or, once whoever"
        " decides has resolved it, write at the blocker how.",
    )
    examples = (
        Example("Blocked without a file is reported.", log=_CHUNK + "BLOCKED: no database\n", finds=("BACKEND-LOG.md:4",)),
        Example(
            "A file that says that nothing blocks is no reason.",
            log=_CHUNK + "BLOCKED: no database\n",
            after={"BLOCKERS.md": "# Blockers\n\nNo blockers identified.\n"},
            finds=("BACKEND-LOG.md:4",),
        ),
        Example("A blocker without the signal is reported.", log=_CHUNK, after={"BLOCKERS.md": _OPEN}, finds=("BLOCKERS.md:3",)),
        Example("A blocker without a log is reported.", after={"BLOCKERS.md": _OPEN}, finds=("BLOCKERS.md:3",)),
        Example(
            "Complete with an open blocker is reported.",
            log=_CHUNK + "BACKEND COMPLETE\n",
            after={"BLOCKERS.md": _OPEN},
            finds=("BLOCKERS.md:3",),
        ),
        Example(
            "So it is where base had the blocker and nobody resolved it.",
            log=_CHUNK + "BACKEND COMPLETE\n",
            before={"BLOCKERS.md": _OPEN},
            after={"BLOCKERS.md": _OPEN},
            finds=("BLOCKERS.md:3",),
        ),
        Example(
            "Blocked by a decision needs a blocker about one.",
            log=_CHUNK + "BLOCKED: Architectural decision required - which store\n",
            after={"BLOCKERS.md": _OPEN},
            finds=("BACKEND-LOG.md:4",),
        ),
        Example("Blocked with a blocker is kept.", log=_CHUNK + "BLOCKED: no database\n", after={"BLOCKERS.md": _OPEN}),
        Example(
            "Blocked by a decision that the file asks for is kept.",
            log=_CHUNK + "BLOCKED: Architectural decision required - which store\n",
            after={"BLOCKERS.md": _DECISION},
        ),
        Example(
            "A blocker that was resolved blocks no more.",
            log=_CHUNK + "BACKEND COMPLETE\n",
            after={"BLOCKERS.md": _OPEN + "\n**Resolution**: the user started it\n"},
        ),
        Example(
            "A file that nobody has written to is no blocker.",
            log=_CHUNK + "BACKEND COMPLETE\n",
            after={"BLOCKERS.md": "# Blockers\n\n_Workers will write here if they are blocked_\n"},
        ),
        Example(
            "Another agent's blocker is not this run's.",
            log=_CHUNK + "BACKEND COMPLETE\n",
            after={"BLOCKERS.md": _OPEN, "FRONTEND-LOG.md": "# Log\n\nBLOCKED: no database\n"},
        ),
        Example("Complete without a file is kept.", log=_CHUNK + "BACKEND COMPLETE\n"),
    )

    def check(self, documents: Documents, log: ChunkLog | None, tree: Tree | None) -> Generator[Finding, None, str]:
        files: dict[str, Blockers] = {}
        read: set[str] = set()
        for document in documents.head("blockers"):
            from pytest_agentcompliance.parsing import blockers  # start-up time: when there is one

            own = blockers.of_the_run((one.path for one in documents.head("blockers")), log.path if log is not None else "")
            if document.path in own and document.oid not in read:  # a copy in another stage's folder says nothing new
                read.add(document.oid)
                try:
                    files[document.path] = blockers.read(document.text())
                except Unreadable:
                    return ""  # the ledger was told; the verdict names the file
        found = [(path, entry) for path, file in files.items() for entry in file.open]
        if log is None or log.problem:
            beside = _logs(tree, files)
            if found and log is None and not beside:
                yield _open(found, "and there is no log that ends with 'BLOCKED: <reason>'", "no log")
                return ""
            why = f"the log cannot be read: {log.problem}" if log is not None else "it is not clear which log is the run's"
            raise NotJudged(why if log is not None or beside else "the run left no log, and no blocker is open")
        if log.signal.kind == "blocked":
            yield from _blocked(log, files, found)
            return ""
        other = next((one for one in documents.logs if one.signal.kind == "blocked"), None)
        if found and other is None:
            before = {document.oid for document in documents.base("blockers")}
            still = all(one.oid in before for one in documents.head("blockers") if one.path in files)
            since = "; it was there at base, and nothing says how it was resolved" if still else ""
            if log.signal.kind == "complete":
                yield _open(found, f"and the log says that the work is complete, line {log.signal.at.line}{since}", "complete")
            else:
                said = "" if log.signal.kind == "none" else f": it is {log.signal.kind}, line {log.signal.at.line}"
                yield _open(found, f"and the log does not end with 'BLOCKED: <reason>'{said}{since}", "no signal")
        if found and other is not None:
            return f"the open blocker is taken for that of {other.path}, which is blocked"
        return "\n".join(f"{path} holds no open blocker: {file.state}" for path, file in files.items() if not file.open)


def _logs(tree: Tree | None, files: Iterable[str]) -> bool:
    """Whether a log lies beside one of the files: the run's, where several could be meant."""
    folders = {path.rpartition("/")[0] for path in files}
    return tree is not None and any(
        path.upper().endswith("LOG.MD") and path.rpartition("/")[0] in folders and "TOKEN" not in path.upper()
        for path in tree.head.files
    )


def _open(found: "list[tuple[str, Blocker]]", why: str, evidence: str) -> Finding:
    path, first = found[0]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    what = "a blocker is open" if len(found) == 1 else f"{len(found)} blockers are open"
    return Finding(f"{what} ({first.title[:80]!r}{more}) {why}", Place(path, first.line), evidence=f"{evidence} {first.title}")


def _blocked(log: ChunkLog, files: "dict[str, Blockers]", found: "list[tuple[str, Blocker]]") -> Iterator[Finding]:
    from pytest_agentcompliance.parsing.blocker_words import calls_for_decision

    signal = log.signal
    if not files:
        yield Finding("the log ends blocked, and there is no BLOCKERS.md that says by what", signal.at, evidence="no file")
    elif not found:
        said = {"none": "says that there is none", "resolved": "says that all are resolved"}
        told = "; ".join(
            f"{path}{f', line {file.line},' if file.line else ''} {said.get(file.state, 'holds none')}"
            for path, file in files.items()
        )
        yield Finding(f"the log ends blocked, and no blocker is open: {told}", signal.at, evidence="no open blocker")
    elif calls_for_decision(signal.reason) and not any(entry.decision for _, entry in found):
        yield Finding(
            f"the log is blocked by a decision, and no open blocker is about one: {found[0][0]}, line {found[0][1].line}",
            signal.at,
            evidence="no decision",
        )
