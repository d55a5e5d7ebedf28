"""A verdict as an in-toto statement with a Simple Verification Result, as far as both who writes it and who reads it know it.

The specification: https://github.com/in-toto/attestation/blob/main/spec/predicates/svr.md, version 0.2.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, TypeGuard

from pytest_agentcompliance.parsing.proofs import statement
from pytest_agentcompliance.parsing.proofs.statement import TYPE, Malformed

PREDICATE = "https://in-toto.io/attestation/svr/v0.2"
VERIFIER = "pkg:pypi/pytest-agentcompliance@"  # with the version behind it: a package URL
COMMIT, TREE = "gitCommit", "gitTree"
MERGE_BASE = "merge_base"  # an annotation of the subject: what the change was compared with

# The properties. Only what passed has one; a clause that is broken, excused, or was not judged has none.
PASSED = "AGENT_COMPLIANCE_PASSED"  # nothing is broken at severity error, and nothing was left undecided
NOTHING_BROKEN = "AGENT_COMPLIANCE_NOTHING_BROKEN"  # nor at severity warning
REVIEWED = "AGENT_COMPLIANCE_POLICY_REVIEWED"  # the policy is one that the run itself could not write
PROFILE = "AGENT_COMPLIANCE_PROFILE_PASSED:"  # with the profile's name behind it
CLAUSE = "AGENT_COMPLIANCE_CLAUSE_KEPT:"  # with profile::clause behind it

ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
SHA256 = re.compile(r"[0-9a-f]{64}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)
VERSION = re.compile(r"[0-9A-Za-z.%_~-]{1,60}")


@dataclass(frozen=True, slots=True)
class Result:
    """What a statement says. ``kind`` is COMMIT or TREE; ``policy`` is the SHA-256 of the policy, empty where there was none."""

    kind: str
    id: str
    merge_base: str
    version: str
    time: datetime
    policy: str
    source: str  # where the policy was read, in words
    properties: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return PASSED in self.properties

    @property
    def reviewed(self) -> bool:
        return REVIEWED in self.properties

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles of which nothing was broken."""
        return tuple(one.removeprefix(PROFILE) for one in self.properties if one.startswith(PROFILE))

    @property
    def clauses(self) -> dict[str, list[str]]:
        """The clauses that were kept, by their profile."""
        found: dict[str, list[str]] = {}
        for one in self.properties:
            if one.startswith(CLAUSE):
                profile, _, clause = one.removeprefix(CLAUSE).partition("::")
                found.setdefault(profile, []).append(clause)
        return found


def read(data: bytes) -> Result:
    """The result that a statement holds. Fields that are not known are passed over, as in-toto asks. Raises ``Malformed``."""
    whole = statement.document(data)
    if whole.get("_type") != TYPE:
        raise Malformed("it is no in-toto Statement v1")
    if whole.get("predicateType") != PREDICATE:
        raise Malformed(f"it is a statement of another kind than {PREDICATE}")
    subject = _only(whole.get("subject"), "subject")
    digest = _mapping(subject, "digest", "subject[0]")
    kinds = [kind for kind in (COMMIT, TREE) if kind in digest]
    found = digest.get(kinds[0]) if len(kinds) == len(digest) == 1 else None
    if not _is(found, ID):
        raise Malformed(f"its subject[0].digest is not one {COMMIT} or one {TREE}")
    notes = subject.get("annotations", {})
    merge_base = notes.get(MERGE_BASE, "") if isinstance(notes, dict) else None
    if merge_base != "" and not _is(merge_base, ID):
        _refuse(f"subject[0].annotations.{MERGE_BASE}", "the id of a commit")
    predicate = _mapping(whole, "predicate")
    verifier = _mapping(predicate, "verifier", "predicate")
    id, version = verifier.get("id"), ""
    if isinstance(id, str) and id.startswith(VERIFIER):
        version = id.removeprefix(VERIFIER)  # percent-encoded
    if not _is(version, VERSION):
        raise Malformed("its verifier is another one than agent-compliance")
    time = _time(predicate.get("timeCreated"))
    policy, source = _policy(verifier.get("policies"))
    properties = predicate.get("properties")
    if not isinstance(properties, list) or not all(isinstance(one, str) for one in properties):
        _refuse("predicate.properties", "a list of texts")
    return Result(kinds[0], found, merge_base, version, time, policy, source, tuple(properties))


def _time(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(value if _is(value, TIME) else "")
    except ValueError:  # the thirty-first of February too
        _refuse("predicate.timeCreated", "a time of RFC 3339 in UTC")


def _policy(listed: Any) -> tuple[str, str]:
    """The digest of the policy, and where it was read. The specification wants the list even where there is none."""
    if listed == []:
        return "", ""
    one = _only(listed, "predicate.verifier.policies")
    digest, notes = _mapping(one, "digest", "policies[0]"), one.get("annotations")
    found = digest.get("sha256")
    if not _is(found, SHA256):
        _refuse("policies[0].digest.sha256", "a SHA-256")
    source = notes.get("source", "") if isinstance(notes, dict) else ""
    return found, source if isinstance(source, str) else ""


def _only(listed: Any, at: str) -> Mapping[str, Any]:
    if not isinstance(listed, list) or len(listed) != 1 or not isinstance(listed[0], dict):
        raise Malformed(f"its {at} does not have one entry")
    return listed[0]


def _mapping(of: Mapping[str, Any], key: str, at: str = "") -> Mapping[str, Any]:
    found = of.get(key)
    if not isinstance(found, dict):
        _refuse(f"{at}.{key}" if at else key, "an object")
    return found


def _is(value: Any, pattern: re.Pattern[str]) -> TypeGuard[str]:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _refuse(at: str, called: str) -> NoReturn:
    raise Malformed(f"its {at} is not {called}")
