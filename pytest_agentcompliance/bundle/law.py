"""The law that was in force, as data and back: profiles as they were bound, with the parameters of each rule."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pydantic import ValidationError

from pytest_agentcompliance import catalog
from pytest_agentcompliance import policy as policies
from pytest_agentcompliance.bundle.tape import BoundTape, ClauseTape, Law, ProfileTape
from pytest_agentcompliance.engine import Bound, Case
from pytest_agentcompliance.errors import EvidenceError
from pytest_agentcompliance.profile import BoundRule, Clause, Profile
from pytest_agentcompliance.rule import Rule
from pytest_agentcompliance.sources.wanted import Wanted


def taken(case: Case) -> Law:
    """What of the law a verdict hangs on. Where evidence was looked for, and the environment, are no part of it."""
    policy = case.policy
    return Law(
        case.day, case.facts, tuple(_profile(one) for one in case.bound), policy.waivers, policy.known, policy.notes
    )


def policy(law: Law) -> policies.Policy:
    """The policy again, as far as a verdict hangs on it."""
    bare = policies.Policy((), {}, law.waivers, law.facts.source, law.facts.digest)
    return replace(bare, known=law.known, notes=law.notes)


def bound(law: Law) -> tuple[Bound, ...]:
    """The profiles again. Raises ``EvidenceError`` for a parameter that no rule has, ``PolicyError`` for a rule that is nowhere."""
    return tuple(
        Bound(
            Profile(one.name, one.spec, tuple(_clauses(one.clauses)), {}, {}, one.differences),
            Wanted(story=one.story),
        )
        for one in law.profiles
    )


def _profile(one: Bound) -> ProfileTape:
    applied = one.profile
    clauses = (
        ClauseTape(
            clause.id, clause.says, clause.severity, tuple(map(_rule, clause.rules)), clause.person, clause.off, clause.section,
            clause.partly,
        )
        for clause in applied.clauses
    )
    return ProfileTape(applied.name, applied.spec, tuple(clauses), applied.differences, one.wanted.story)


def _rule(one: BoundRule) -> BoundTape:
    if one.rule is None:
        return BoundTape(one.name, one.severity, built=False)
    return BoundTape(one.name, one.severity, one.rule.model_dump(mode="json"))


def _clauses(taped: Iterable[ClauseTape]) -> Iterator[Clause]:
    for one in taped:
        rules = tuple(BoundRule(rule.name, _made(rule) if rule.built else None, rule.severity) for rule in one.rules)
        yield Clause(one.id, one.says, one.severity, rules, one.person, one.off, one.section, one.partly)


def _made(taped: BoundTape) -> Rule:
    kind = catalog.find(taped.name)
    try:
        return kind.model_validate(taped.parameters)
    except ValidationError as wrong:
        raise EvidenceError(f"the bundle gives the rule {taped.name} parameters that it cannot have: {str(wrong)[:300]}") from wrong
