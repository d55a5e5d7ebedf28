"""What the methods of the language's own lists, strings and objects give."""

from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.scripts.values import Function, Many, Thing, Value

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

MOST = 500  # items of a list
_LONGEST = 2000
_EACH = ("forEach", "map", "flatMap", "filter", "some", "every", "find")


def many(machine: "Machine", value: Many, key: str, given: list[Value]) -> Value:
    """A list: its loops are run once for each item."""
    function = given[0] if given and isinstance(given[0], Function) else None
    if key in _EACH and function is not None:
        return _each(machine, value, key, function)
    if key == "reduce" and function is not None:
        total = given[1] if len(given) > 1 else None
        for one in value[:MOST]:
            said = machine.call(function, [total, one])
            total = said if said is not None else total
        return total
    if key == "join":
        between = given[0] if given and isinstance(given[0], str) else ","
        return between.join(value)[:_LONGEST] if len(value) < 50 and all(isinstance(one, str) for one in value) else None
    if key == "concat":
        made = Many(value)
        for one in given:
            made += one if isinstance(one, Many) else [one]
        return made
    if key in ("push", "unshift"):
        value += given[: max(0, MOST - len(value))]
    return value if key in ("slice", "reverse", "sort", "flat") else None


def _each(machine: "Machine", value: Many, key: str, function: Function) -> Value:
    results = [machine.call(function, [one, index, value]) for index, one in enumerate(value[:MOST])]
    if value.open:
        machine.call(function, [None, None, value])
    made = Many(value if key == "filter" else ())
    made.open = value.open
    for one in results if key in ("map", "flatMap") else ():
        if isinstance(one, Many) and key == "flatMap":
            made += one
        else:
            made.append(one)
    return made if key in ("map", "flatMap", "filter") else None


def text(value: str, key: str, given: list[Value]) -> Value:
    """A string."""
    if key == "toLowerCase":
        return value.lower()
    if key == "toUpperCase":
        return value.upper()
    if key == "trim":
        return value.strip()
    if key == "toString":
        return value
    if key == "concat" and all(isinstance(one, str) for one in given):
        return (value + "".join(given))[:_LONGEST]
    if key == "split" and given and isinstance(given[0], str) and given[0]:
        return Many(value.split(given[0]))
    return None


def of_object(key: str, value: Value) -> Value:
    """``Object.entries`` and its like."""
    if key in ("freeze", "seal", "fromEntries", "assign"):
        return value
    if not isinstance(value, Thing) or key not in ("entries", "values", "keys"):
        return None
    made = Many()
    made.open = value.open
    for name, one in value.fields.items():
        made.append(Many([name, one]) if key == "entries" else one if key == "values" else name)
    return made
