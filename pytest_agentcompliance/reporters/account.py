"""What a reporter is given: the audit, what of the evidence it may show beside it, and what the rules say of themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pytest_agentcompliance.verdict import Audit, Severity

Sign = Literal["+", "-", " "]


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of an excerpt: added, taken away, or beside it. ``number`` counts from 1 in the side that it stands in."""

    sign: Sign
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class FileFact:
    """One changed file. ``added`` and ``removed`` are lines; ``first`` is the first added line, 1 where there is none."""

    path: str
    kind: str  # added, modified, deleted, type-changed
    added: int = 0
    removed: int = 0
    first: int = 1
    renamed_from: str = ""
    readable: bool = True


@dataclass(frozen=True, slots=True)
class CommitFact:
    """One commit of the run; ``paths`` are what it changed, as far as they are shown, ``files`` how many they are."""

    id: str
    subject: str
    author: str
    when: datetime
    merge: bool = False
    files: int = 0
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimFact:
    """A file that the log claims, as written, and the changed files that are meant: none where there is no such file.

    ``sure``: it means these whatever stands beside it. A folder, a glob and the end of several paths only may: whether they
    account for a file is for the rule to say. ``changed``: False where the log says that the file was only looked at.
    """

    written: str
    line: int
    paths: tuple[str, ...] = ()
    sure: bool = True
    changed: bool = True


@dataclass(frozen=True, slots=True)
class ChunkFact:
    """One chunk of the log: its number and name as written, its line, its claims. Without a number: what stands outside of any."""

    number: str
    name: str
    line: int
    claimed: tuple[ClaimFact, ...] = ()


@dataclass(frozen=True, slots=True)
class ProofFact:
    """One proof. ``freshness`` is exact, equivalent, rebased or stale; ``trust`` is the L of L1 to L3."""

    name: str
    command: str
    path: str
    ended: str  # exit code 0, say
    freshness: str
    trust: int
    green: bool
    when: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RuleFact:
    """What a rule says of itself: its title, why it is there, what it cannot see, what it reads."""

    name: str
    title: str
    why: str = ""
    blind: str = ""
    reads: tuple[str, ...] = ()  # kinds of evidence


@dataclass(frozen=True, slots=True)
class Exhibits:
    """What of the evidence is shown. No text in it has a secret; every text may have been written by an adversary.

    ``excerpts`` has lines of the change by the fingerprint of their finding: those around its line, the first changed ones of
    the file where it has none. ``cut`` says what was left out for its size.
    """

    files: tuple[FileFact, ...] = ()
    commits: tuple[CommitFact, ...] = ()
    log: str = ""  # the path of the log that was read
    chunks: tuple[ChunkFact, ...] = ()
    proofs: tuple[ProofFact, ...] = ()
    excerpts: Mapping[str, tuple[ShownLine, ...]] = field(default_factory=dict)
    cut: tuple[str, ...] = ()

    @property
    def first(self) -> dict[str, int]:
        """The first added line of each changed file: where a finding about the whole file is shown."""
        return {one.path: one.first for one in self.files}


@dataclass(frozen=True, slots=True)
class Account:
    """All that a format may show. ``rules`` are by name, those of this audit alone; ``story`` is empty where none is known.

    ``made`` is when the audit was made, None where nobody said. ``tree`` is the tree that was judged, ``commit`` the one that has
    it: empty where the work tree differs from what is committed.
    """

    audit: Audit
    exhibits: Exhibits = Exhibits()
    rules: Mapping[str, RuleFact] = field(default_factory=dict)
    version: str = ""  # ours
    story: str = ""
    made: datetime | None = None
    commit: str = ""
    tree: str = ""
    fail_on: Severity = "error"  # the lowest severity that fails, for whoever asked
