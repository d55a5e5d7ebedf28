"""Words that have a form wherever they come from a repository, held to it where they come from a bundle.

A format escapes what an agent could have written. Ids, kinds and fingerprints no agent writes, so that nobody escapes them.
"""

import re
from collections.abc import Iterable, Iterator
from typing import get_args

from pytest_agentcompliance.bundle.tape import Outcome
from pytest_agentcompliance.errors import EvidenceError
from pytest_agentcompliance.evidence.changes import Kind
from pytest_agentcompliance.evidence.proofs import FRESHNESS, Trust
from pytest_agentcompliance.profile import NAME, RULE_NAME
from pytest_agentcompliance.verdict import Audit, Verdict

ID = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})?")
HEAD = re.compile(rf"{ID.pattern}(?:\+worktree)?")
DIGEST = re.compile(r"(?:[0-9a-f]{64})?")
FINGERPRINT = re.compile(r"[0-9a-f]{24}")
NO_RULE = re.compile(rf"(?:{RULE_NAME.pattern})?")


def hold(outcome: Outcome) -> None:
    """Raises ``EvidenceError`` for a word that has not its form."""
    shown, audit = outcome.account.exhibits, outcome.account.audit
    words = [*_of(audit), (ID, outcome.account.commit), (ID, outcome.account.tree), *((ID, one.id) for one in shown.commits)]
    for carried in outcome.carried:
        words += _named(carried.verdict)
        words += [(FINGERPRINT, one.fingerprint) for one in (*carried.verdict.findings, *carried.verdict.excused)]
    words += [(FINGERPRINT, one) for one in shown.excerpts]
    _held(words)
    numbers = [n for one in shown.files for n in (one.added, one.removed, one.first)]
    numbers += [line.number for lines in shown.excerpts.values() for line in lines]
    numbers += [n for one in shown.chunks for n in (one.line, *(claim.line for claim in one.claimed))]
    numbers += [one.files for one in shown.commits]
    kinds = all(one.kind in get_args(Kind) for one in shown.files)
    proofs = all(one.freshness in FRESHNESS and one.trust in get_args(Trust) for one in shown.proofs)
    if not (kinds and proofs and all(0 <= number < 1 << 31 for number in numbers)):
        raise EvidenceError("the bundle is damaged: what it shows of the evidence is nothing that evidence can be")


def hold_audit(audit: Audit) -> None:
    """The same for the audit that came out."""
    _held([*_of(audit), *(pair for one in audit.verdicts for pair in _named(one))])


def _of(audit: Audit) -> Iterator[tuple[re.Pattern[str], str]]:
    yield from ((ID, audit.merge_base), (HEAD, audit.head), (DIGEST, audit.policy.digest))


def _named(verdict: Verdict) -> Iterator[tuple[re.Pattern[str], str]]:
    yield from ((NAME, verdict.profile), (NO_RULE, verdict.rule))


def _held(words: Iterable[tuple[re.Pattern[str], str]]) -> None:
    for form, word in words:
        if not form.fullmatch(word):
            raise EvidenceError(f"the bundle is damaged: {word[:80]!r} stands where an id, a name or a digest belongs")
