"""How much of a proof still holds at the end of the run: the tree that it names, held against the tree that is there."""

from collections.abc import Container, Mapping
from functools import cached_property

from pytest_agentcompliance.errors import EvidenceError
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.evidence.proofs import Freshness
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.proofs.record import FOLDER as PROOFS
from pytest_agentcompliance.parsing.proofs.record import FileState, Record
from pytest_agentcompliance.sources import ignoring
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository

MOST_BASES = 50  # trees that proofs start from and that are compared with the end
MOST_READ = 4000  # files that are read to see whether they differ in line ends alone
State = tuple[str, str]  # mode and id; "0" and empty for a path that is gone
GONE: State = ("0", "")


class Grader:
    """Grades proofs against one end of a run.

    ``written`` are globs of what the run itself writes as evidence, ``beside`` paths of such files that no glob names.
    """

    def __init__(self, repository: Repository, ends: Ends, written: tuple[str, ...], beside: Container[str] = ()) -> None:
        self._repository, self._ends, self._beside = repository, ends, beside
        self._written = (*written, f"/{PROOFS}/**")
        self._over: dict[str, dict[str, State] | None] = {}
        self._spelled: dict[str, frozenset[str]] = {}

    def grade(self, record: Record) -> tuple[Freshness, tuple[str, ...]]:
        """The grade, and where it is stale the paths in which the end of the run is not what was proved."""
        if record.tree == self.tree:
            return "exact", ()
        if record.files is None:
            return "stale", ()
        same_base = record.base_tree == self._ends.base_tree
        now = self._now(record.base_tree)
        differing: tuple[str, ...] | None = None
        if now is not None and not (differing := self._differing(record, record.files, now)):
            return "equivalent", ()
        if same_base or not record.base_tree:
            return "stale", differing or ()
        moved = self._moved(record.files)
        return ("stale", moved) if moved else ("rebased", ())

    @cached_property
    def tree(self) -> str:
        """The tree at the end of the run, without proofs."""
        from pytest_agentcompliance.sources import patches

        return patches.without_proofs(self._repository, self._ends.head_tree)

    def _now(self, base_tree: str) -> dict[str, State] | None:
        """All that differs between the tree from which a proof started and the end; None where that tree is not there."""
        if base_tree not in self._over and len(self._over) >= MOST_BASES:
            return None
        if base_tree not in self._over:
            self._over[base_tree] = self._compared(base_tree)
        return self._over[base_tree]

    def _compared(self, base_tree: str) -> dict[str, State] | None:
        if base_tree == self._ends.base_tree:
            changes = self._ends.changes
            return {one.path: (one.after.mode, one.after.oid) if one.after else GONE for one in changes}
        if not base_tree:
            return None
        try:
            (found,) = self._repository.differences([(base_tree, self._ends.head_tree)])
        except EvidenceError:  # a proof may name what has never been here
            return None
        paths = ((one.path.decode("utf-8", "surrogateescape"), one) for one in found)
        return {path: (one.new_mode, one.new) if one.new_mode != "000000" else GONE for path, one in paths}

    def _differing(self, record: Record, then: Mapping[str, FileState], now: Mapping[str, State]) -> tuple[str, ...]:
        proved = {path: (state.mode, state.oid) for path, state in then.items()}
        odd = [path for path in {*proved, *now} if proved.get(path) != now.get(path)]
        odd = [path for path in sorted(odd) if not self._exempt(path, now)]
        base = record.base_tree
        return tuple(path for path in odd if not self._is_respelled(base, path, proved.get(path), now.get(path)))

    def _is_respelled(self, base_tree: str, path: str, then: State | None, now: State | None) -> bool:
        """Whether line ends are all that differs: a checkout may have others than what is committed (core.autocrlf)."""
        try:
            base = self._repository.entry(base_tree, path) if then is None or now is None else None
            (mode, oid), (other, here) = then or base or GONE, now or base or GONE
            return mode == other and is_file(mode) and oid in self._spellings(here)
        except EvidenceError:
            return False

    def _spellings(self, oid: str) -> frozenset[str]:
        """The ids that a text has with either line ends. Raises ``Unreadable``."""
        if oid not in self._spelled:
            if len(self._spelled) >= MOST_READ:
                return frozenset()
            data = self._repository.blobs.read(oid)
            plain = data.replace(b"\r\n", b"\n")
            both = () if b"\0" in data else (plain, plain.replace(b"\n", b"\r\n"))
            self._spelled[oid] = frozenset(self._repository.object_id(one) for one in both)
        return self._spelled[oid]

    def _moved(self, then: Mapping[str, FileState]) -> tuple[str, ...]:
        """The paths whose patch against the base of the run is not the one that was proved against another."""
        proved = {path: state.patch for path, state in then.items()}
        odd = [path for path in {*proved, *self._patches} if proved.get(path) != self._patches.get(path)]
        return tuple(sorted(path for path in odd if not self._exempt(path, self._patches)))

    @cached_property
    def _patches(self) -> Mapping[str, str]:
        from pytest_agentcompliance.sources import patches

        found = patches.read(self._repository, self._ends.base_tree, self._ends.head_tree, whole=False)
        return {path: state.patch for path, state in found.files.items()}

    def _exempt(self, path: str, now: Container[str]) -> bool:
        """Whether a proof holds although this path is not what was proved."""
        # A new file of the work tree that was not committed: the ignore files that the run wrote leave it out.
        return path in self._beside or matches(path, self._written) or (path not in now and self._ignored(path))

    def _ignored(self, path: str) -> bool:
        try:
            if self._repository.entry(self._ends.base_tree, path) is not None:
                return False
        except EvidenceError:
            return False
        return self._rules.ignore(path.encode("utf-8", "surrogateescape"), folder=False)

    @cached_property
    def _rules(self) -> ignoring.Rules:
        return ignoring.Rules(self._repository, self._repository.listing(self._ends.head_tree))
