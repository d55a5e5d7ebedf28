"""A plan read as a whole: its units, and what each kind of reader finds in them."""

import re

from pytest_agentcompliance.parsing import markdown
from pytest_agentcompliance.parsing.plan import Plan, PlanService, tables
from pytest_agentcompliance.parsing.plan.units import Unit, column, plain, units

_SERVICE = re.compile(r"\b([A-Z]\w{0,50}Service)\b|\b(?:services?/)([a-z][\w-]{1,50})(?:\.service)?\.(?:py|ts|js)\b")
# In a heading, or as the name that an item of a section of services begins with.
_TITLE = re.compile(r"(?:[\d.]{1,8}\s)?([A-Z]\w{1,40}(?: [A-Z]\w{1,40}){0,2}) [Ss]ervice(?:\s?[:(—–-].{0,200})?")
_NAMED = re.compile(r"(?:\*\*|`){1,2}([A-Za-z]\w{1,60})(?:\*\*|`|:){1,3}")
_COLUMN = re.compile(r"services?(?: name)?", re.IGNORECASE)
_SECTION = re.compile(r"\bservices(?: layer)?\W*$|\bservice layer\b", re.IGNORECASE)


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
            names = [one[1] or one[2] for one in _SERVICE.finditer(unit.text)]
            for name in names or _titled(unit):
                found.setdefault(re.sub(r"[\W_]|service", "", name.lower()), PlanService(name, unit.line))
    return list(found.values())


def _titled(unit: Unit) -> list[str]:
    """The service that a heading, a row or an item is about."""
    if unit.kind == "heading":
        name = _TITLE.fullmatch(plain(unit.text))
        return [name[1]] if name else []
    if unit.kind == "row":
        at = column(unit.header, _COLUMN)
        said = plain(unit.cells[at]) if at is not None and at < len(unit.cells) else ""
        return [said] if re.fullmatch(r"[A-Za-z]\w{1,60}(?: \w{1,40}){0,2}", said) else []
    name = _NAMED.match(unit.text) if unit.kind == "item" and not unit.indent and _SECTION.search(unit.section) else None
    return [name[1]] if name else []
