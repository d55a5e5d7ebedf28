"""The book of what is held and how: rules, clauses and profiles as Markdown, for the shell and for docs/."""

from collections.abc import Iterator

from pytest_agentcompliance import catalog
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.handbook import profile_page, rule_page
from pytest_agentcompliance.handbook.bound import Bound, bound, drafts, unbuilt
from pytest_agentcompliance.handbook.standing import STATES
from pytest_agentcompliance.parsing.strict_yaml import nearest

LONGEST = 200  # characters of a name that still looks like one


def rule_rows() -> list[tuple[str, ...]]:
    """Name and title of every rule, sorted; those that a profile waits for say that they are not built."""
    built = {name: catalog.find(name).title() for name in catalog.names()}
    return sorted({**dict.fromkeys(unbuilt(), "not built"), **built}.items())


def profile_rows() -> list[tuple[str, ...]]:
    """Name, clauses, enforced, partly, left to a person, not built: one row a profile, the last four add up to the second."""
    rows: list[tuple[str, ...]] = []
    for draft in drafts():
        states = [profile_page.state(clause) for clause in draft.spelled.values()]
        rows.append((draft.name, str(len(states)), *(str(states.count(state)) for state in STATES)))
    return rows


def explain(name: str) -> str:
    """The page of a rule, a clause or a profile. A clause may be called by its node id.

    Raises ``UsageError``, which names the nearest that there is.
    """
    wanted = name.strip()
    within, _, rest = wanted.rpartition("::")
    clause = rest.partition("[")[0]
    if wanted in catalog.names():
        return rule_page.page(wanted, catalog.find(wanted), bound(wanted))
    if wanted in unbuilt():
        return rule_page.waiting(wanted, bound(wanted))
    for draft in drafts():
        if wanted == draft.name:
            return profile_page.page(draft)
    if found := list(_clauses(within, clause)):
        return "\n".join(found)
    # A word of a person: what it is nearest to is looked for among everything that has a page.
    valid = [*catalog.names(), *unbuilt(), *(draft.name for draft in drafts()), *(id for draft in drafts() for id in draft.spelled)]
    hint = nearest(wanted, valid, "rule") if len(wanted) < LONGEST else ""
    if not hint.startswith("did you mean"):
        hint = (
            "'agent-compliance rules' lists the rules, 'agent-compliance profiles' the profiles, "
            "'agent-compliance explain PROFILE' the clauses of one"
        )
    raise UsageError(f"there is no rule, no clause and no profile {wanted[:LONGEST]!r}; {hint}")


def _clauses(within: str, id: str) -> Iterator[str]:
    for draft in drafts():
        for known, clause in draft.spelled.items():
            if known.lower() == id.lower() and within in ("", draft.name):
                yield profile_page.clause_page(draft, known, clause)


__all__ = ["Bound", "bound", "drafts", "explain", "profile_rows", "rule_rows"]
