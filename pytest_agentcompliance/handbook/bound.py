"""Which clauses of which profiles name a rule, as the profiles spell it: what a rule is bound to, built or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pytest_agentcompliance import profile
from pytest_agentcompliance.profile import Draft
from pytest_agentcompliance.verdict import Severity


@dataclass(frozen=True, slots=True)
class Bound:
    """One clause that a rule is bound to. ``parameters`` are those that the profile gives, templates as written."""

    profile: str
    clause: str
    says: str
    severity: Severity
    parameters: Mapping[str, Any]


@cache
def drafts() -> tuple[Draft, ...]:
    """Every profile that is installed, and last the one that is bound beside all of them."""
    return tuple(profile.read(name) for name in [*profile.names(), profile.INTEGRITY])


def bound(rule: str) -> list[Bound]:
    """The clauses that name the rule, in the order of the profiles."""
    found = []
    for draft in drafts():
        for id, clause in draft.spelled.items():
            if rule in clause.rule_names:
                change = clause.rules.get(rule)
                severity = (change.severity if change else None) or clause.severity
                found.append(Bound(draft.name, id, clause.says, severity, change.parameters if change else {}))
    return found


def unbuilt() -> list[str]:
    """The rules that clauses wait for, sorted."""
    return sorted({name for draft in drafts() for clause in draft.spelled.values() for name in clause.not_built})
