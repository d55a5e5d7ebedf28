"""The proofs that the run left in its tree: read, held against one another and against the end of the run."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from pytest_agentcompliance.errors import EvidenceError, Unreadable
from pytest_agentcompliance.evidence import Proof, Proofs
from pytest_agentcompliance.evidence.changes import FOLDER as IS_FOLDER
from pytest_agentcompliance.evidence.changes import PROOFS, is_file
from pytest_agentcompliance.evidence.proofs import Freshness, Refused, Trust
from pytest_agentcompliance.parsing.work import Work
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted

MOST = 2000  # proofs that are read
MOST_BYTES = 256 * 1024 * 1024  # of all of them together
WHOLE = 16 * 1024 * 1024  # bytes of output that are read for counts of all proofs together; of those behind them the end alone
END = 64 * 1024  # bytes of such an end
SHOWN = 32 * 1024  # characters of the end of an output that are kept
AHEAD = timedelta(minutes=5)  # that the clock of another machine may go before ours
BASES = 20  # commits that proofs name and whose place in history is looked for
FOLDER = PROOFS.rstrip("/")
NONE = "the run left no proof"
HIDDEN = f"proofs lie in {FOLDER}, where ignore files leave them out of the tree; they count once they are part of it"


def read(repository: Repository, ends: Ends, wanted: Wanted) -> tuple[Proofs | None, str]:
    """The proofs, or None and why there are none. They are read once for all profiles that look for them at the same places."""
    globs = wanted.globs.get("proofs", ())
    key = ("proofs", globs, wanted.written, tuple(sorted(wanted.keys.items())), wanted.reruns)
    if key not in ends.kept:
        try:
            ends.kept[key] = _read(repository, ends, wanted, globs)
        except Unreadable as wrong:  # the folder itself
            ends.ledger.unread[FOLDER] = wrong.reason
            ends.kept[key] = Proofs(problem=f"{FOLDER}: {wrong.reason}")
    found: Proofs | None = ends.kept[key]
    return found, "" if found else NONE


def _read(repository: Repository, ends: Ends, wanted: Wanted, globs: tuple[str, ...]) -> Proofs | None:
    if not globs and not _is_there(repository, ends.head_tree):
        return Proofs(notes=(HIDDEN,)) if _is_left_out(repository, ends) else None
    from pytest_agentcompliance.sources import proof_files  # start-up time: most runs leave no proof

    old, there = (proof_files.listed(repository, tree, globs) for tree in (ends.base_tree, ends.head_tree))
    new = {path: entry for path, entry in there.items() if old.get(path, ("", ""))[1] != entry[1] or not is_file(entry[0])}
    if not new:
        return None
    return _Reading(repository, ends, wanted, globs, (there, new)).proofs()


def _is_there(repository: Repository, tree: str) -> bool:
    """Whether anything lies in the place of the folder of proofs, or of the folder above it that is none."""
    above = repository.entry(tree, FOLDER.partition("/")[0])
    return above is not None and (above[0] != IS_FOLDER or repository.entry(tree, FOLDER) is not None)


def _is_left_out(repository: Repository, ends: Ends) -> bool:
    """Whether proofs lie in the work tree where ignore files of base leave them out."""
    if ends.captured is None or repository.root is None:
        return False
    try:
        return any(one.endswith(".json") for one in os.listdir(repository.root / FOLDER))
    except OSError:
        return False


class _Reading:
    """One pass over the files of the run's own proofs."""

    def __init__(
        self, repository: Repository, ends: Ends, wanted: Wanted, globs: tuple[str, ...],
        files: tuple[Mapping[str, tuple[str, str]], Mapping[str, tuple[str, str]]],
    ) -> None:
        """``files`` are all that lie there, and those of them that the run wrote."""
        from pytest_agentcompliance.sources import proof_files

        self._repository, self._ends, self._wanted = repository, ends, wanted
        self._there, self._new = files
        self._files = proof_files
        self._elders = proof_files.Elders(repository, ends.base_tree, globs)
        self._refused: dict[str, str] = {}
        self._problem = ""
        self._left = WHOLE
        self._ancestors: dict[str, bool] = {}
        self._reruns: Any = None

    def proofs(self) -> Proofs | None:
        from pytest_agentcompliance.parsing.proofs import chain
        from pytest_agentcompliance.sources import freshness

        reads = list(self._reads())
        by_file = {one.path: one for one in reads}
        links = chain.ordered(chain.Link(one.path, one.digest, one.record) for one in reads)
        for path, why in chain.broken(links, self._number_before, self._known).items():
            self._refuse(path, why)
        outputs = frozenset(one.output for one in reads if one.output.endswith(".txt"))
        grader = freshness.Grader(self._repository, self._ends, self._wanted.written, outputs)
        graded = {one.path: grader.grade(one.record) for one in reads}
        if self._wanted.reruns is not None:
            from pytest_agentcompliance.sources import reruns  # start-up time: where a person passed some

            self._reruns = reruns.Reruns(self._wanted.reruns, self._wanted.keys, grader.grade)
        self._refuse_foreign(links)
        made = [self._proof(by_file[link.path], *graded[link.path]) for link in links if link.path not in self._refused]
        self._refuse_strays(reads)
        refused = tuple(Refused(Place(path), why) for path, why in sorted(self._refused.items()))
        proofs = tuple(one for one in made if one is not None)
        if not (proofs or refused or self._problem):
            return None
        folder = proofs[0].at.path.rpartition("/")[0] if proofs else FOLDER
        notes = tuple(self._reruns.notes) if self._reruns is not None else ()
        return Proofs(proofs, refused, folder, notes, problem=self._problem)

    def _refuse(self, path: str, why: str) -> None:
        self._refused.setdefault(path, why)

    def _unread(self, path: str, why: str) -> None:
        self._ends.ledger.unread[path] = why
        self._problem = self._problem or f"{path}: {why}"

    def _reads(self) -> Iterator[Any]:
        """The files that say what a proof says, those left out that base has already."""
        paths = [path for path in self._new if self._is_proof(path)]
        for path in paths[MOST:]:
            self._refuse(path, f"there are {len(paths)} proofs; no more than {MOST} of a run are read")
        left = MOST_BYTES
        for path in paths[:MOST]:
            if left <= 0:
                self._refuse(path, f"the proofs before it have {MOST_BYTES:,} bytes; no more are read")
                continue
            try:
                found = self._files.read(self._repository, path, self._new[path])
            except self._files.Refusal as wrong:
                self._refuse(path, str(wrong))
            except Unreadable as wrong:
                self._unread(path, wrong.reason)
            else:
                left -= found.bytes
                elder = self._elders.at(found.digest)
                if elder is None or elder.path != path:
                    yield found

    def _is_proof(self, path: str) -> bool:
        """Whether a path is one where a proof lies, or the folder of proofs itself, in whose place is none."""
        name = path.rpartition("/")[2]
        return (name.endswith(".json") and not self._files.BESIDE.fullmatch(name)) or f"{FOLDER}/".startswith(f"{path}/")

    # The chain

    def _number_before(self, link: Any) -> int | None:
        """The number of the proof that this one follows, where base has it, or the tree from which the proof started."""
        record = link.record
        elder = self._elders.at(record.previous)
        if elder is None and record.base_tree and record.base_tree != self._ends.base_tree:
            elder = self._elders.at(record.previous, record.base_tree)
        return elder.record.sequence if elder else None

    def _known(self, link: Any) -> str:
        elder = self._elders.at(link.digest)
        return elder.path if elder else ""

    def _refuse_foreign(self, links: list[Any]) -> None:
        """Refuse what was made on a commit that is no part of this history.

        Where any proof of its chain was made on one that is, the chain was made here, whatever became of the others.
        """
        group: dict[str, int] = {}
        for link in links:  # in their order: what a proof follows comes before it
            group[link.digest] = group.get(link.record.previous, len(group))
        here = {group[link.digest] for link in links if not link.record.base or self._is_ancestor(link.record.base)}
        for link in links:
            if group[link.digest] not in here:
                base = link.record.base
                self._refuse(link.path, f"it is foreign: commit {base[:12]}, on which it was made, is no part of this history")

    def _is_ancestor(self, commit: str) -> bool:
        """Whether the end of the run descends from a commit; where that cannot be told, so it is taken."""
        span = self._ends.span
        if commit == span.merge_base or commit in self._ends.commits or self._repository.shadow.shallow:
            return True
        if commit not in self._ancestors:
            if len(self._ancestors) >= BASES:
                return True
            self._ancestors[commit] = self._descends_from(commit, span.head.removesuffix("+worktree"))
        return self._ancestors[commit]

    def _descends_from(self, commit: str, head: str) -> bool:
        (found,) = self._repository.blobs.sweep([commit], keep=False)
        if found.missing or (not found.problem and found.kind != "commit"):
            return False
        try:
            return commit in self._repository.between(commit, head)[0]
        except EvidenceError:
            return True

    # One proof

    def _proof(self, found: Any, freshness: Freshness, differs: tuple[str, ...]) -> Proof | None:
        record = found.record
        if record.started > self._now + AHEAD:
            self._refuse(found.path, f"it says that it started at {record.started:%Y-%m-%d %H:%M} UTC, which has not come yet")
            return None
        trust: Trust = 1
        signer = note = ""
        if found.envelope is not None:
            from pytest_agentcompliance.parsing.proofs import signatures

            signed = signatures.verify(found.envelope, self._wanted.keys)
            if signed.broken:
                self._refuse(found.path, f"its signature is broken: {signed.why}")
                return None
            trust, signer, note = (2 if signed.by else 1), signed.by, signed.why
        try:
            text, work = self._output(found)
        except self._files.Refusal as wrong:
            self._refuse(found.path, str(wrong))
            return None
        except Unreadable as wrong:
            self._unread(found.output, wrong.reason)
            return None
        if self._reruns is not None:
            answer = self._reruns.of(replace(record, work=work), found.digest)
            if answer.refused:
                self._refuse(found.path, answer.refused)
                return None
            trust, note = (3 if answer.borne_out else trust), note or answer.note
        return Proof(
            name=record.name, command=record.command, at=Place(found.path), folder=record.folder, exit_code=record.exit_code,
            ended=record.ended, started=record.started, seconds=record.seconds, sequence=record.sequence, tree=record.tree,
            changed=record.changed, freshness=freshness, differs=differs, trust=trust, signer=signer, work=work,
            output=text[-SHOWN:], tools=record.tools, digest=found.digest, untouched=not record.files, note=note,
        )  # fmt: skip

    @cached_property
    def _now(self) -> datetime:
        return max(datetime.now(UTC), self._ends.changes.as_of)

    def _output(self, found: Any) -> tuple[str, tuple[Work, ...]]:
        """What the command printed and what tools say in it. Raises ``Refusal`` where that is not what the proof says."""
        from pytest_agentcompliance.parsing.proofs import counts, exempt

        record, path = found.record, found.output
        text, whole = "", True
        if path:
            entry = self._there.get(path) or self._repository.entry(self._ends.head_tree, path)
            if entry is None:
                raise self._files.Refusal(f"its output, {record.output.file}, is not there")
            if not is_file(entry[0]):
                raise self._files.Refusal(f"its output is {self._files.WHAT.get(entry[0], 'no regular file')}")
            data = self._repository.blobs.read(entry[1])
            if len(data) > self._files.OUTPUT_LIMIT:
                raise self._files.Refusal(f"its output has {len(data):,} bytes; no more than {self._files.OUTPUT_LIMIT:,} are read")
            if exempt.output_digest(record, data) != record.output.sha256:
                raise self._files.Refusal(
                    f"its output, {record.output.file}, was altered (formatters and hooks must leave this folder alone)"
                )
            self._left -= len(data)
            whole = self._left >= 0
            text = (data if whole else data[-END:]).replace(b"\r\n", b"\n").decode("utf-8", "replace")
        work, wrong = counts.read(record, text, whole=whole)
        if wrong:
            raise self._files.Refusal(wrong)
        return text, work

    def _refuse_strays(self, reads: list[Any]) -> None:
        """What lies among the proofs and is none: no proof speaks of it, since this folder is left out of what they prove."""
        outputs = {one.output for one in reads}
        numbers = {path.rpartition("/")[2].partition("-")[0] for path in self._refused}
        for path in self._new:
            name = path.rpartition("/")[2]
            if path.endswith(".json") or path in outputs or path in self._refused or self._files.BESIDE.fullmatch(name):
                continue
            if not path.startswith(f"{FOLDER}/"):
                continue  # a glob of the policy's may name more than proofs
            number = name.partition("-")[0]
            if not (name.endswith(".txt") and number.isdigit()):
                self._refuse(path, "it lies among the proofs, and is none")
            elif number not in numbers:
                self._refuse(path, "it is the output of a proof that is not there: that was taken away")
