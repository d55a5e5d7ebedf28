"""What an expression comes to where nobody sets it: numbers, and texts that stand in for a setting."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.built_sql.source import Call, Source, Spot

_OR = re.compile(r"\|\||\?\?|\bor\b")
_FIRST = re.compile(r"(?:int|Number|parseInt|\w*\.?parseInt|str|String)\Z")
_SECOND = re.compile(r"(?:(?:\w+\.)*(?:getenv|get|config|env|getOrThrow|int|getNumber))\Z")
_NAME = re.compile(r"[A-Za-z_$][\w$.]*\Z")


def fields(source: Source, spot: Spot) -> dict[str, Spot]:
    """The fields of an object or dict, or the named arguments of a call, each with its value."""
    start, end = spot
    found: dict[str, Spot] = {}
    for low, high in source.split(start + 1, end - 1):
        for at in source.steps(low, high):
            sign = source.code[at]
            if sign == ":" or (sign == "=" and source.code[at + 1 : at + 2] != "="):
                found[source.text[low:at].strip(" \t\r\n\"'`")] = source.trim(at + 1, high)
                break
        else:
            found.setdefault(source.text[low:high], (low, high))
    return found


def given(source: Source, call: Call) -> list[Spot]:
    """The arguments of a call."""
    return source.split(call.arguments[0] + 1, call.arguments[1] - 1)


def literal(source: Source, spot: Spot) -> str | None:
    """The text of an expression that is one string and nothing else."""
    start, end = spot
    if source.strings.get(start) != end or source.parts.get(start):
        return None
    return source.text[start:end].lstrip("rbuRBU").strip("\"'`")


def named(source: Source, spot: Spot) -> Spot | None:
    """What a name of this file was given, where it was given one thing before."""
    name = source.code[slice(*spot)]
    values = source.values.get(name, []) if _NAME.match(name) else []
    plain = [one for one in values if one.how == "="]
    return source.trim(plain[0].start, plain[0].end) if len(plain) == 1 else None


def defaults(source: Source, spot: Spot, depth: int = 0) -> Iterator[Spot]:
    """What an expression is where no setting says otherwise: the ends of ``a || b``, of ``getenv(a, b)``, of names."""
    start, end = source.trim(*spot)
    if depth > 6 or start >= end:
        return
    code = source.code
    if code[start] == "(" and source.pairs.get(start) == end - 1:
        yield from defaults(source, (start + 1, end - 1), depth + 1)
        return
    steps = frozenset(source.steps(start, end))
    either = [one for one in _OR.finditer(code, start, end) if one.start() in steps]
    if either:
        yield from defaults(source, (either[-1].end(), end), depth + 1)
        return
    if code[end - 1] == ")" and (opened := source.pairs.get(end - 1, start)) > start:
        callee = re.sub(r"\s", "", code[start:opened])
        inner = source.split(opened + 1, end - 1)
        if _FIRST.match(callee) and inner:
            yield from defaults(source, inner[0], depth + 1)
        elif _SECOND.match(callee) and len(inner) > 1:
            yield from defaults(source, inner[1], depth + 1)
        elif callee.endswith((".split", ".strip", ".trim", ".map", ".filter")):
            yield from defaults(source, (start, code.rfind(".", start, opened)), depth + 1)
        return
    if (value := named(source, (start, end))) is not None:
        yield from defaults(source, value, depth + 1)
        return
    yield start, end


def number(source: Source, spot: Spot) -> int | None:
    """The number that an expression is where no setting says otherwise."""
    for one in defaults(source, spot):
        said = literal(source, one) or source.code[slice(*one)]
        if re.fullmatch(r"\d{1,4}", said):
            return int(said)
    return None
