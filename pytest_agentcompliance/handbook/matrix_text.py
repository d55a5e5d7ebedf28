"""The traceability matrix for people at a terminal: folded to its width, in pieces that each have a style."""

import textwrap
from collections.abc import Iterator, Sequence

from pytest_agentcompliance.handbook.matrix import HeldBy, Matrix, Row, Trace, counted
from pytest_agentcompliance.handbook.standing import STATES, State
from pytest_agentcompliance.profile import INTEGRITY
from pytest_agentcompliance.reporters.text import Style, shown

Piece = tuple[Style, str]
Line = tuple[Piece, ...]

NARROWEST, WIDEST = 50, 110  # columns: a line that is longer is not read any better
STYLES: dict[State, Style] = {"enforced": "green", "partly": "yellow", "a person": "yellow", "not built": "red", "off": "red"}
WHY: dict[State, str] = {"partly": "not seen: ", "a person": "why: ", "off": "switched off by the policy: "}
HINT = "'agent-compliance trace --profile NAME' shows the clauses of one"


def lines(trace: Trace, width: int = 80) -> Iterator[Line]:
    """The whole trace; the totals are its last lines, since those stay on the screen."""
    width = min(max(width, NARROWEST), WIDEST)
    if trace.short:
        yield from _short(trace.matrices, width)
        return
    for one in trace.matrices:
        yield from _matrix(one, width)
    if trace.policy:
        yield from _folded(f"as {trace.policy} of the work tree has it; an audit reads it at the merge base", "dim", width, "")
    for one in trace.matrices:
        yield _closing(one)


def _short(matrices: Sequence[Matrix], width: int) -> Iterator[Line]:
    """One row for each profile, and the hint how to see more."""
    wide = max(len(one.profile) for one in matrices)
    yield (("bold", "  ".join([f"{'profile':<{wide}}", "clauses", *STATES])),)
    ours = [one for one in matrices if one.profile != INTEGRITY]
    for one in matrices:
        yield _numbers(one.profile, one.rows, wide, "")
    every = [row for one in ours for row in one.rows]
    yield _numbers("without integrity" if len(ours) < len(matrices) else "all", every, wide, "bold")
    yield ()
    yield from _folded(f"{HINT}. No policy names one here.", "dim", width, "")


def _numbers(name: str, rows: Sequence[Row], wide: int, style: Style) -> Line:
    counts = counted(rows)
    cells = [(style, f"{shown(name):<{wide}}  {len(rows):>7}")]
    for state in STATES:
        number = counts.get(state, 0)
        cells.append((STYLES[state] if number else "dim", f"  {number or '-':>{len(state)}}"))
    return tuple(cells)


def _matrix(one: Matrix, width: int) -> Iterator[Line]:
    yield (("bold", shown(one.profile)), *((("dim", f"  {shown(one.spec)}"),) if one.spec else ()))
    yield from (line for text in one.differences for line in _folded(text, "yellow", width, "  "))
    for section, rows in one.sections:
        yield ()
        told = _told(rows)
        name = shown(section) or "under no heading"
        gap = width - len(name) - len(told)
        if gap >= 2:
            yield ("bold", name), ("dim", " " * gap + told)
        else:
            yield (("bold", name),)
            yield (("dim", f"  {told}"),)
        for row in rows:
            yield from _row(row, width)
    yield ()


def _row(row: Row, width: int) -> Iterator[Line]:
    """Its id and its state in a margin, what it says beside; below, each rule, and what is not seen."""
    margin = f"  {shown(row.clause):<6} "
    state = f"{row.state:<10}"
    indent = " " * (len(margin) + len(state))
    first, *rest = _wrapped(row.says, width - len(indent)) or [""]
    yield ("bold", margin), (STYLES[row.state], state), ("", first)
    yield from ((("", indent + text),) for text in rest)
    for one in row.rules:
        yield from _rule(one, width, indent)
    if row.why:
        yield from _folded(f"{WHY.get(row.state, '')}{row.why}", STYLES[row.state], width, indent)


def _rule(one: HeldBy, width: int, indent: str) -> Iterator[Line]:
    if not one.built:
        yield from _folded(f"{one.rule}: not built yet", "red", width, indent)
        return
    told = _folded(f"{one.rule} ({one.severity}) {evidence(one)}", "dim", width, indent)
    ((style, text),) = next(told)
    end = len(indent) + len(one.rule)  # a name has no white space to fold at, and is never the longest of lines
    yield ("", text[:end]), (style, text[end:])
    yield from told


def evidence(one: HeldBy) -> str:
    """What the rule reads, in words."""
    also = f"if left: {', '.join(one.also)}" if one.also else ""
    return f"reads {'; '.join(filter(None, [', '.join(one.needs), also])) or 'nothing'}"


def _closing(one: Matrix) -> Line:
    counts = counted(one.rows)
    pieces: list[Piece] = [("bold", shown(one.profile)), ("", f": {_count(len(one.rows), 'clause')}: ")]
    for k, (state, number) in enumerate(counts.items()):
        pieces += [("", ", " if k else ""), (STYLES[state], f"{number} {state}")]
    return (*pieces, ("", f"; {_count(one.rules, 'rule')}"))


def _told(rows: Sequence[Row]) -> str:
    return ", ".join(f"{number} {state}" for state, number in counted(rows).items())


def _folded(text: str, style: Style, width: int, indent: str) -> Iterator[Line]:
    for k, line in enumerate(_wrapped(text, width - len(indent) - 2)):
        yield ((style, f"{indent}{'  ' if k else ''}{line}"),)


def _wrapped(text: str, width: int) -> list[str]:
    """The words of a text on lines; a path that is longer than one is broken."""
    return textwrap.wrap(shown(text), max(width, 20), break_on_hyphens=False)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
