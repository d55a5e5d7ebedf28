"""What came of a canary, for people and as JSON. Standard library only."""

import json
import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from pytest_agentcompliance.canary.result import FAILED, Canary, Row, State
from pytest_agentcompliance.reporters.text import Line, Style, shown

SCHEMA_VERSION = 1  # grows when a reader of the version before could misread the document
SURROGATE = re.compile("[\ud800-\udfff]")
NOT_ASKED = {State.PERSON: "for a person to check", State.NOT_BUILT: "not built yet"}
LONGEST = 400  # characters of one reason


def lines(canary: Canary, width: int = 80) -> Iterator[Line]:
    """The table, profile by profile, and what it comes to."""
    for profile, group in groupby(canary.rows, key=lambda row: row.profile):
        rows = list(group)
        told = [row for row in rows if row.state not in NOT_ASKED]
        yield "bold", shown(profile)
        wide = max((len(row.clause) for row in told), default=0)
        states = max((len(row.state) for row in told), default=0)
        for row in told:
            yield from _row(row, states, wide)
        for state, title in NOT_ASKED.items():
            if names := dict.fromkeys(row.clause for row in rows if row.state is state):
                text = f"{title}: {', '.join(names)}"
                folded = textwrap.wrap(text, max(width, 40), initial_indent="  ", subsequent_indent="    ")
                yield from (("dim", shown(line)) for line in folded)
        yield "", ""
    yield "", shown(f"planted on: {canary.ground} ({canary.said})")
    digest = f" (sha256 {canary.policy.digest[:12]})" if canary.policy.digest else ""
    yield "", shown(f"policy: {canary.policy.source or 'none'}{digest}")
    yield from (("yellow", shown(f"note: {note}")) for note in canary.notes)
    yield closing(canary)


def closing(canary: Canary) -> Line:
    """One line that says what it comes to."""
    count = Counter(row.state for row in canary.rows)
    order = [*FAILED, State.FOUND, State.OFF, State.PERSON, State.NOT_BUILT]
    parts = ", ".join(f"{count[state]} {'for a person' if state is State.PERSON else state}" for state in order if count[state])
    if canary.exit_code:
        return "red", f"agent compliance canary: could not judge: {parts or 'no rule is bound'}"
    return "green", f"agent compliance canary: every bound rule found its breach: {parts}"


def dumps(canary: Canary) -> str:
    """The document; always valid UTF-8."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "exit_code": canary.exit_code,
        "planted_on": canary.ground,
        "found_by": canary.said,
        "policy": {"source": canary.policy.source, "digest": canary.policy.digest, "reviewed": canary.policy.reviewed},
        "rules": [
            {
                "profile": row.profile, "clause": row.clause, "says": row.says, "rule": row.rule, "severity": row.severity,
                "state": str(row.state), "why": row.why, "planted": row.example, "at": row.at,
            }
            for row in canary.rows
        ],
        "audits": canary.audits,
        "notes": list(canary.notes),
    }  # fmt: skip
    return SURROGATE.sub(lambda found: f"\\\\u{ord(found[0]):04x}", json.dumps(document, indent=1, ensure_ascii=False)) + "\n"


def _row(row: Row, states: int, wide: int) -> Iterator[Line]:
    style: Style = "red" if row.failed else "dim" if row.state is State.OFF else ""
    end = f": {row.at or row.example}" if row.state is State.FOUND else ""
    yield style, shown(f"  {row.state:<{states}}  {row.clause:<{wide}}  {row.rule or 'no rule'}{end}")
    if row.failed and row.example:
        yield style, shown(f"      planted: {row.example}")
    if row.why:
        yield style or "yellow", shown(f"      {row.why[:LONGEST]}")
