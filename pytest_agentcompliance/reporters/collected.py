"""The exhibits of an audit out of the evidence: with ``excerpts`` the rooms of speech that know it, so that no format has to."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import FileChange, Run
from pytest_agentcompliance.evidence.log import Claim
from pytest_agentcompliance.reporters.account import ChunkFact, ClaimFact, CommitFact, Exhibits, FileFact, ProofFact
from pytest_agentcompliance.reporters.excerpts import excerpts
from pytest_agentcompliance.verdict import Audit

LONGEST = 240  # characters of a line that is shown
COMMITS, PATHS = 2000, 200  # commits that are shown, and paths of each
CHUNKS, CLAIMS = 1000, 400


def exhibits(audit: Audit, run: Run, masked: Callable[[str], str]) -> Exhibits:
    """What of the evidence is shown beside the verdicts. ``masked`` takes the secrets out of a text."""
    cut: list[str] = []
    changes = run.changes
    masked = cache(masked)  # a path stands in many commits
    return Exhibits(
        files=tuple(_file(one, masked) for one in changes) if changes is not None else (),
        commits=tuple(_commits(run, masked, cut)),
        log=masked(run.log.path) if run.log is not None else "",
        chunks=tuple(_chunks(run, masked, cut)),
        proofs=tuple(_proofs(run, masked)),
        excerpts=excerpts(audit, changes, masked, cut) if changes is not None else {},
        cut=tuple(cut),
    )


def _file(change: FileChange, masked: Callable[[str], str]) -> FileFact:
    path, before = masked(change.path), masked(change.renamed_from or "")
    try:
        added, removed = change.added, change.removed
    except Unreadable:
        return FileFact(path, change.kind, renamed_from=before, readable=False)
    return FileFact(path, change.kind, len(added), len(removed), added[0].number if added else 1, before)


def _commits(run: Run, masked: Callable[[str], str], cut: list[str]) -> Iterator[CommitFact]:
    if run.commits is None:
        return
    for k, one in enumerate(run.commits):
        if k == COMMITS:
            cut.append(f"{len(run.commits) - COMMITS} of {len(run.commits)} commits are not shown")
            return
        paths = [change.path for change in one.changes]
        subject = one.message.strip().partition("\n")[0]
        yield CommitFact(
            one.id, masked(subject[:LONGEST]), masked(one.author.name[:LONGEST]), one.author.when, len(one.parents) > 1,
            len(paths), tuple(map(masked, paths[:PATHS])),
        )


def _chunks(run: Run, masked: Callable[[str], str], cut: list[str]) -> Iterator[ChunkFact]:
    """The chunks, and as one more what the log claims outside of them. Claims mean the files that rules take them to mean."""
    if run.log is None:
        return
    from pytest_agentcompliance.parsing import claims

    paths = claims.known(run.changes.paths if run.changes is not None else frozenset())
    meant = paths.together(claim.path for _, claim in run.log.claims())

    def facts(files: Iterable[Claim]) -> Iterator[ClaimFact]:
        for one in list({(one.path, one.changed): one for one in files if not one.aside}.values())[:CLAIMS]:
            how, sure = meant[one.path].how, len(meant[one.path].paths) < 2
            yield ClaimFact(
                masked(one.path), one.at.line or 1, tuple(map(masked, meant[one.path].paths)),
                sure and how not in ("folder", "ambiguous"), one.changed,
            )  # fmt: skip

    for one in run.log.chunks[:CHUNKS]:
        yield ChunkFact(one.number, masked(one.name[:LONGEST]), one.at.line or 1, tuple(facts(one.files)))
    if len(run.log.chunks) > CHUNKS:
        cut.append(f"the chunks of the log after the first {CHUNKS} are not shown")
    if beside := tuple(facts(run.log.unchunked_files)):
        yield ChunkFact("", "outside of the chunks" if run.log.chunks else "the log", beside[0].line, beside)


def _proofs(run: Run, masked: Callable[[str], str]) -> Iterator[ProofFact]:
    for one in run.proofs.proofs if run.proofs is not None else ():
        ended = f"exit code {one.exit_code}" if one.ended == "exit" else one.ended
        yield ProofFact(
            one.name, masked(one.line[:LONGEST]), masked(one.at.path), ended, one.freshness, one.trust, one.green, one.started,
            masked(one.note),
        )  # fmt: skip
