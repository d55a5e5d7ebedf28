"""The traceability matrix as Markdown: a table under each heading of the spec; what a profile says of itself stays text."""

from collections.abc import Iterator, Sequence

from pytest_agentcompliance.handbook.matrix import HeldBy, Matrix, Row, Trace, counted
from pytest_agentcompliance.handbook.matrix_text import WHY, evidence
from pytest_agentcompliance.handbook.standing import STATES, State
from pytest_agentcompliance.reporters import inert
from pytest_agentcompliance.reporters.markup import table


def page(trace: Trace) -> str:
    """The page of a trace; in short, the table of its profiles alone."""
    if trace.short:
        rows = [(_inert(one.profile), *_numbers(one.rows)) for one in trace.matrices]
        return "# Profiles\n\n" + table(("profile", "clauses", *STATES), rows)
    parts = [_matrix(one) for one in trace.matrices]
    if trace.policy:
        parts.append(f"As {_inert(trace.policy)} of the work tree has it; an audit reads it at the merge base.\n")
    return "\n".join(parts)


def _matrix(one: Matrix) -> str:
    told = ", ".join(f"{number} {state}" for state, number in counted(one.rows).items())
    parts = [f"# {_inert(one.profile)}\n", f"{len(one.rows)} clauses: {told}.\n"]
    if one.spec:
        parts.append(f"The clauses come from {_inert(one.spec)}.\n")
    if one.differences:
        parts.append("".join(f"- {_inert(text)}\n" for text in one.differences))
    for section, rows in one.sections:
        told = ", ".join(f"{number} {state}" for state, number in counted(rows).items())
        parts.append(f"## {_inert(section) or 'Under no heading'}\n\n{told}\n")
        parts.append(table(("clause", "it says", "state", "held by"), map(_row, rows)))
    states = (*STATES, *(("off",) if "off" in counted(one.rows) else ()))
    totals = [(_inert(section) or "under no heading", *_numbers(rows, states)) for section, rows in one.sections]
    parts.append("## Totals\n\n" + table(("section", "clauses", *states), [*totals, ("all", *_numbers(one.rows, states))]))
    return "\n".join(parts)


def _row(row: Row) -> tuple[str, ...]:
    state = f"{row.state}; {WHY.get(row.state, '')}{_inert(row.why)}" if row.why else row.state
    return _inert(row.clause), _inert(row.says), state, "<br>".join(_rules(row.rules))


def _rules(rules: Sequence[HeldBy]) -> Iterator[str]:
    for one in rules:
        yield f"{one.rule} ({one.severity}) {evidence(one)}" if one.built else f"{_inert(one.rule)}: not built yet"


def _numbers(rows: Sequence[Row], states: Sequence[State] = STATES) -> list[str]:
    counts = counted(rows)
    return [str(len(rows)), *(str(counts.get(state, 0)) for state in states)]


def _inert(text: str) -> str:
    """Text on one line that is nothing but text, whoever wrote it."""
    return inert.prose(" ".join(text.split()))
