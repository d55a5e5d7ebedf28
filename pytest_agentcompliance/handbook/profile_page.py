"""The page of a profile and of one clause: what each says, what holds a run to it, and what nothing holds yet."""

from pytest_agentcompliance import catalog
from pytest_agentcompliance.handbook import values
from pytest_agentcompliance.handbook.standing import STATES, State, by_section, standing
from pytest_agentcompliance.profile import INTEGRITY, Draft, Spelled
from pytest_agentcompliance.reporters.markup import code, fence, plain, prose, table


def state(clause: Spelled) -> State:
    return standing(len(clause.rules), len(clause.not_built), clause.partly)


def page(draft: Draft, rules: str = "") -> str:
    """The page; ``rules`` is the address of the folder of rule pages, where the page lies in one tree with them."""
    head = [f"# {draft.name}\n"]
    if draft.name == INTEGRITY:
        head.append("Bound beside every other profile, whether a policy names it or not.\n")
    if draft.spec:
        head.append(f"The clauses come from {code(draft.spec.rpartition('/')[2])}.\n")
    if draft.values:
        rows = [(code(word), code(value)) for word, value in draft.values.items()]
        head.append("## Template values\n\nA policy may set them beside the profile's name.\n\n" + table(("name", "default"), rows))
    if draft.evidence:
        left = [(kind, ", ".join(code(path) for path in paths)) for kind, paths in draft.evidence.items()]
        head.append("## Evidence\n\n" + table(("kind", "where a run leaves it"), left))
    if draft.differences:
        head.append("## Differences\n\n" + "".join(f"- {one}\n" for one in draft.differences))
    states = [state(clause) for clause in draft.spelled.values()]
    counted = ", ".join(f"{states.count(one)} {one}" for one in STATES if one in states)
    head.append(f"## Clauses\n\n{len(states)}: {counted}.\n")
    for section, clauses in by_section(draft.spelled.items(), lambda one: one[1].section):
        each = [_row(id, clause, rules) for id, clause in clauses]
        heading = f"### {plain(section)}\n\n" if section else ""
        head.append(heading + table(("clause", "it says", "severity", "rules", "state"), each))
    return "\n".join(head)


def clause_page(draft: Draft, id: str, clause: Spelled) -> str:
    """A clause: what it says, the state it is in, and its rules with the parameters that the profile gives them."""
    parts = [f"# {id} of {draft.name}\n", f"{plain(clause.says)}\n", f"Severity: {clause.severity}. State: {_told(clause)}.\n"]
    if clause.section:
        parts.insert(1, f"{plain(clause.section)}\n")
    for name, change in clause.rules.items():
        told = [catalog.find(name).title()] if name in catalog.names() else []
        told += [f"Severity: {change.severity}."] if change.severity else []
        parts.append(f"## {name}\n\n{prose(chr(32).join(told))}\n")
        if change.parameters:
            parts.append(fence(values.lines(change.parameters), "yaml"))
        parts.append(f"More: {code('agent-compliance explain ' + name)}\n")
    parts += [f"## {name}\n\nNot built yet.\n" for name in clause.not_built]
    return "\n".join(parts)


def _row(id: str, clause: Spelled, rules: str) -> tuple[str, ...]:
    anchor = f'<a id="{id.lower()}"></a>{id}' if rules else id
    linked = [f"[{name}]({rules}/{name}.md)" if rules else name for name in clause.rules]
    return anchor, plain(clause.says), clause.severity, ", ".join([*linked, *clause.not_built]), _told(clause)


def _told(clause: Spelled) -> str:
    now = state(clause)
    if now == "a person":
        return f"a person: {plain(clause.person)}"
    if now == "partly":
        missing = [f"not built: {', '.join(clause.not_built)}"] if clause.not_built else []
        return "; ".join([now, *missing, *([f"not seen: {plain(clause.partly)}"] if clause.partly else [])])
    return now
