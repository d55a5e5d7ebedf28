"""What was measured, as a table, as JSON, and against what was measured before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

TIMES, MEBIBYTES = "times", "MiB above"
SMALL = 50.0  # MiB: below it a share of the memory above git's says nothing


@dataclass(frozen=True)
class Measured:
    """One row. ``value`` is a ratio, or MiB above git; it is None where ``why`` says what went wrong."""

    name: str
    what: str
    against: str
    budget: float | None
    value: float | None
    low: float = 0.0
    high: float = 0.0
    unit: str = TIMES
    note: str = ""
    why: str = ""

    @property
    def met(self) -> bool | None:
        """Whether it is within its budget; None where it has none, or was not measured."""
        return None if self.value is None or self.budget is None else self.value <= self.budget


def markdown(rows: Iterable[Measured]) -> str:
    """The table of the README."""
    lines = ["| row | what | against | budget | measured | quartiles | met |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        budget = "" if row.budget is None else _shown(row.budget, row.unit)
        value, spread = f"not measured: {row.why}", ""
        if row.value is not None:
            value = "; ".join([_shown(row.value, row.unit), *([row.note] if row.note else [])])
            spread = f"{_shown(row.low, row.unit)} to {_shown(row.high, row.unit)}"
        met = {True: "yes", False: "**no**", None: ""}[row.met]
        cells = (f"`{row.name}`", row.what, row.against, budget, value, spread, met)
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|').replace(chr(10), ' ') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _shown(value: float, unit: str) -> str:
    return f"{value:.0f} MiB" if unit == MEBIBYTES else f"{value:.2f}"


def as_json(machine: Mapping[str, Any], rows: Iterable[Measured]) -> dict[str, Any]:
    return {"machine": dict(machine), "rows": [asdict(row) for row in rows]}


def from_json(given: Mapping[str, Any]) -> list[Measured]:
    """The rows of a file that an older or a newer version may have written: what it has more is left out."""
    known = Measured.__dataclass_fields__
    return [Measured(**{name: value for name, value in row.items() if name in known}) for row in given["rows"]]


def worse(old: Sequence[Measured], new: Sequence[Measured], tolerance: float) -> dict[str, str]:
    """What got worse by more than ``tolerance`` (0.2 is 20 %), or cannot be measured any more: a sentence by the row's name."""
    before = {row.name: row for row in old if row.value is not None}
    found = {}
    for row in new:
        if (was := before.get(row.name)) is None or was.value is None:
            continue
        if row.value is None:
            found[row.name] = f"it was {_shown(was.value, was.unit)} and is not measured any more: {row.why}"
        elif row.value - was.value > tolerance * (max(was.value, SMALL) if row.unit == MEBIBYTES else was.value):
            found[row.name] = f"it was {_shown(was.value, was.unit)} and is {_shown(row.value, row.unit)}"
    return found
