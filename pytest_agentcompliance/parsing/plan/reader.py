"""A plan read as a whole: its units, and what each kind of reader finds in them."""

import re

from pytest_agentcompliance.parsing import markdown
from pytest_agentcompliance.parsing.plan import Plan, PlanService, tables
from pytest_agentcompliance.parsing.plan.units import Unit, units

_SERVICE = re.compile(r"\b([A-Z]\w{0,50}Service)\b|\b(?:services?/)([a-z]\w{1,50})\.(?:py|ts|js)\b")


class Reader:
    """One plan."""

    def __init__(self, text: str, path: str) -> None:
        self._path = path
        self._units = units(markdown.read(text))

    def plan(self) -> Plan:
        """What it states."""
        from pytest_agentcompliance.parsing.plan import endpoints

        found = tables.read(self._units, self._path)
        served = endpoints.read(self._units)
        return Plan(
            served.endpoints, tuple(found.tables), tuple(_services(self._units)), served.errors,
            tuple(sorted((*served.unread, *found.unread), key=lambda one: one.line)), found.soft, found.timestamps,
        )  # fmt: skip


def _services(given: list[Unit]) -> list[PlanService]:
    found: dict[str, PlanService] = {}
    for unit in given:
        if unit.kind != "fence" and not unit.kept:
            for one in _SERVICE.finditer(unit.text):
                name = one[1] or one[2]
                found.setdefault(name, PlanService(name, unit.line))
    return list(found.values())
