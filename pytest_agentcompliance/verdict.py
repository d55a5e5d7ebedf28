"""What the audit says: findings, a verdict for each rule of each clause, and the meter. Standard library only."""

import enum
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from pytest_agentcompliance.place import Place

Severity = Literal["error", "warning"]
Level = Literal["breach", "style"]
RemedyKind = Literal["fix", "revert", "ask-a-human"]

BASELINE = "in the baseline"  # the excuse of a finding that the baseline has
INTEGRITY = "integrity/"  # the group of rules whose findings are excused one by one alone, and by no baseline

PUNCTUATION = re.compile(r" ?([^\w\s]) ?")
LAST_COMMA = re.compile(r"(?<!,),+(?=[)\]}])")
LIKE = str.maketrans({"\"": "'", "`": "'", ";": " "})


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do about a finding. Following it never lowers what is declared or checked."""

    kind: RemedyKind
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule saw and that its clause does not allow.

    ``level`` style is shown and never breaks a clause. ``evidence`` is what makes this finding
    this one and no other (the text of the line, say); where it is empty, the message stands for it.
    ``remedy`` and ``fingerprint`` are filled in by the audit where the rule leaves them out; ``excuse`` is
    where the policy lets it pass: the waiver, with its place, or ``BASELINE``.
    """

    message: str
    at: Place | None = None
    level: Level = "breach"
    evidence: str = ""
    remedy: Remedy | None = None
    fingerprint: str = ""
    excuse: str = ""


class Outcome(enum.StrEnum):
    """What a verdict comes to; the spelling is that of the JSON."""

    KEPT = "kept"
    BROKEN = "broken"
    WAIVED = "waived"  # all that was found is excused by the policy
    NOT_JUDGED = "not-judged"  # Verdict.why says which evidence is missing, or who switched it off
    NOT_CHECKABLE = "not-checkable"  # the clause needs a person
    NOT_BUILT = "not-built"  # the rule does not exist yet
    CRASHED = "crashed"  # the rule failed; Verdict.why has its last words


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says of one clause. ``unread`` names the files that it needed and could not read.

    ``excused`` are the breaches that the policy lets pass; ``findings`` are all others. ``section`` is the heading of the spec
    under which the clause stands.
    """

    profile: str
    clause: str
    says: str
    rule: str
    severity: Severity
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    why: str = ""
    unread: tuple[str, ...] = ()
    excused: tuple[Finding, ...] = ()
    section: str = ""

    @property
    def name(self) -> str:
        """``profile::clause[rule]``: the node id of its item."""
        return f"{self.profile}::{self.clause}" + (f"[{self.rule}]" if self.rule else "")

    @property
    def breaks(self) -> bool:
        return self.outcome is Outcome.BROKEN

    @property
    def undecided(self) -> bool:
        """Whether evidence that is there could not be read, or the rule crashed."""
        return self.outcome is Outcome.CRASHED or bool(self.unread)


@dataclass(frozen=True, slots=True)
class Meter:
    """What was and was not looked at. ``lines`` are added and removed ones."""

    files_changed: int = 0
    files_read: int = 0
    files_unaudited: int = 0
    files_ignored: int = 0
    lines: int = 0
    commits: int = 0
    rules: int = 0
    bytes_ignored: int = 0
    ignored_complete: bool = True  # False: at least so many files and bytes were ignored


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """Which policy was in force: where it was read, the SHA-256 of its bytes, and whether base has it."""

    source: str
    digest: str = ""
    reviewed: bool = True


@dataclass(frozen=True, slots=True)
class Audit:
    """All verdicts of a run. ``base`` says what the run was compared with and how that was found."""

    base: str
    merge_base: str
    head: str
    policy: PolicyFacts
    verdicts: tuple[Verdict, ...]
    meter: Meter = Meter()
    notes: tuple[str, ...] = ()
    unaudited: tuple[tuple[str, str], ...] = field(default=())

    def exit_code(self, fail_on: Severity = "error") -> int:
        """0 kept, 1 broken, 3 could not judge; 1 beats 3. A warning counts from ``fail_on`` warning on."""
        counted = [v for v in self.verdicts if v.severity == "error" or fail_on == "warning"]
        if any(v.breaks for v in counted):
            return 1
        return 3 if any(v.undecided for v in counted) else 0


def alike(finding: Finding) -> tuple[str, str]:
    """What equal findings of one rule have in common: their path, and their evidence without its layout."""
    return finding.at.path if finding.at else "", unformatted(finding.evidence or finding.message)


def fingerprinted(
    rule: str, findings: Iterable[Finding], before: Mapping[tuple[str, str], int] = MappingProxyType({})
) -> Iterator[Finding]:
    """Give each finding its fingerprint.

    It is made of the rule, the path, the evidence without its layout, and an ordinal that tells equal findings
    of one file apart: it survives a moved line, a rebase, a formatter and a changed severity. ``before`` says how many
    findings that are ``alike`` have the first ordinals already.
    """
    seen = dict(before)
    for finding in findings:
        path, evidence = group = alike(finding)
        ordinal = seen[group] = seen.get(group, 0) + 1
        text = "\0".join([rule, path, evidence, str(ordinal)])
        yield replace(finding, fingerprint=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24])


def unformatted(text: str) -> str:
    """A text without what a formatter may change: white space, the kind of quotes, semicolons, the last comma of a list."""
    # One blank at most stands beside a sign when the pattern looks: it is linear.
    tight = PUNCTUATION.sub(r"\1", " ".join(text.translate(LIKE).split()))
    return LAST_COMMA.sub("", tight).rstrip(",")
