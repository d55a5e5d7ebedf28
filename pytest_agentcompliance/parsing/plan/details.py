"""What stands below or beside an endpoint of a plan: labels, and behind each a body, statuses or cases of error."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pytest_agentcompliance.parsing.plan import PlanError, PlanShape, beside, shapes
from pytest_agentcompliance.parsing.plan.errors import errors, prose, statuses
from pytest_agentcompliance.parsing.plan.units import Unit, plain

_REQUEST = re.compile(
    r"(?:request|input|payload|body)(?: body| fields?| shape| schema| params?)?|request/body|入参|요청",
    re.IGNORECASE,
)
_RESPONSE = re.compile(
    r"(?:response|returns?|output|success|result)(?: body| fields?| shape| schema| \(?\d{3}\)?)?|出参|응답",
    re.IGNORECASE,
)
_ERRORS = re.compile(
    r"(?:errors?|failures?|error (?:cases|codes|responses))(?: .{0,20})?|status(?:es| codes?)?|错误码?",
    re.IGNORECASE,
)
_SAYS_REQUEST = re.compile(
    r"^(?:example )?(?:request|input|payload|body|json body|request payload|入参|요청)\b(?! headers)",
    re.IGNORECASE,
)
_SAYS_RESPONSE = re.compile(
    r"^(?:example |success(?:ful)? )?(?:response|returns?|output|success|successful|ok|2\d\d|出参|응답)\b",
    re.IGNORECASE,
)
_SAYS_ERRORS = re.compile(
    r"\b(?:errors?|failures?|failure modes?|error cases|status codes?|status map|http codes)\b|"
    r"^(?:response\s*)?\(?[45]\d\d\b|\b错误",
    re.IGNORECASE,
)
_SAYS_OTHER = re.compile(
    r"^(?:description|purpose|auth\w*|headers?|query(?: param\w*)?|path param\w*|param\w*|url param\w*|validation(?: rules|"
    r" order)?|notes?|behaviou?rs?|logic|flow|"
    r"steps|rate limit\w*|permissions?|access|implementation|service|side effects?|sql|tests?|acceptance.*|business rules|rules|"
    r"complexity|example usage|cookies?)\b",
    re.IGNORECASE,
)
_NONE = re.compile(r"\s*[`*]*(?:none|n/a|no body|empty|-|—|–|nothing)\b", re.IGNORECASE)
_CODES = re.compile(r"[\"']?(?:code|error_?code|error|type)[\"']?\s*:\s*[\"']([A-Z][A-Z0-9_]{2,60})[\"']")
_SUCCESS = re.compile(
    r"(?:(?:status|code|status code|http status):?\s)?([23]\d\d)\b"
    r"(\s(?:on success|no content|created|accepted|ok|when (?:done|made|deleted|created))\b)?",
    re.IGNORECASE,
)
_SAID_GOOD = re.compile(r"\b(?:status|code):?\s?`?(2\d\d)\b|^HTTP/[\d.]{1,3}\s(2\d\d)\b", re.IGNORECASE)
# A label of one word or two that stands alone in its line.
_ALONE = re.compile(
    r"(?:request|response|success|errors?)(?: (?:body|payload|responses?|cases|codes|handling))?"
    r"(?:\s?\(?[1-5]\d\d[\w\s]{0,30}\)?)?",
    re.IGNORECASE,
)


def cases_of(found: Sequence[PlanError]) -> tuple[PlanError, ...]:
    """Each case once: a status alone says nothing beside one with its code."""
    coded = {one.status for one in found if one.code}
    made: dict[tuple[int | None, str], PlanError] = {}
    for one in found:
        if one.code or one.status not in coded:
            made.setdefault((one.status, one.code), one)
    return tuple(made.values())


Said = tuple[PlanShape | None, PlanShape | None, frozenset[int], list[PlanError]]


def of_row(unit: Unit, named: Mapping[str, PlanShape]) -> Said:
    request, response, good, cases = None, None, frozenset[int](), list[PlanError]()
    for at, cell in enumerate(unit.cells[: len(unit.header)]):
        title = unit.header[at]
        if not cell or _NONE.match(cell):
            continue
        if _REQUEST.fullmatch(title):
            request = shapes.of_line(cell, unit.line, named)
        elif _RESPONSE.fullmatch(title):
            response = shapes.of_line(cell, unit.line, named)
            good |= {one for one in statuses(cell) if one < 400}
            cases += [one for one in errors(cell, unit.line) if one.status is not None]
        elif _ERRORS.fullmatch(title):
            good |= {one for one in statuses(cell) if one < 400}
            cases += errors(cell, unit.line)
    return request, response, good, cases


def of_units(start: Unit, rest: str, details: Sequence[Unit], named: Mapping[str, PlanShape]) -> Said:
    """What the units below an endpoint say of its bodies and its errors."""
    request: PlanShape | None = None
    response: PlanShape | None = None
    good: set[int] = set()
    near = beside.read(rest, start.line, named)
    good |= near.statuses
    cases: list[PlanError] = near.errors
    # The line of the call may be a label too: "**POST /tasks** request:".
    said = rest.strip(" *`:_-—")
    topic, status, indent = topic_of(said) if said and len(said) < 40 else "", 0, -1
    held: list[Unit] = []

    def close() -> None:
        nonlocal request, response
        if topic == "request" and request is None:
            request = shapes.of_units(held, named)
        elif topic == "response" and response is None:
            response = shapes.of_units(held, named)
        elif topic == "errors":
            cases.extend(_listed(held, status))

    for unit in details:
        label, rest = label_of(unit)
        said = topic_of(label) if label else ""
        if not said and unit.kind == "item" and unit.indent <= indent:
            close()  # what stands beside an item that is a label does not belong to it
            topic, held, indent = "", [], -1
        if said:
            close()
            held = []
            topic, indent = said, unit.indent if unit.kind == "item" and not rest.strip() else -1
            codes = statuses(label)
            if topic == "response" and re.match(r"[`*\s]*[1-5]\d\d\b", rest):
                codes += statuses(rest)[:1]
            status = next((one for one in codes if one >= 400), 0)
            if topic == "response":
                good |= {one for one in (*codes, *_good(rest)) if one < 400}
                if status:
                    topic = "errors"
            if topic == "errors" and re.search(r"[45]\d\d", label) and not re.search(r"error|code", label, re.IGNORECASE):
                rest = f"{label} {rest}"
            if rest.strip() and not _NONE.match(rest):
                held.append(replace(unit, kind="text", text=rest))
        else:
            held.append(unit)
            if topic == "response" and unit.kind == "fence":
                good |= set(_good(unit.text))
            if unit.kind in ("item", "text") and topic != "errors":
                if (code := _SUCCESS.match(plain(unit.text))) is not None and (topic == "response" or code[2]):
                    good.add(int(code[1]))
                cases += prose(unit.text, unit.line)
    close()
    return request or near.request, response or near.response, frozenset(good), cases


def _good(said: str) -> list[int]:
    """The statuses of success that a text names as such: ``status 201``, ``HTTP/1.1 201 Created``."""
    return [int(one[1] or one[2]) for one in _SAID_GOOD.finditer(said[:300])]


def _listed(held: Sequence[Unit], status: int) -> Iterator[PlanError]:
    """The errors that units list; ``status`` is that of their label."""
    any_ = False
    last: int | None = None
    for unit in held:
        if unit.kind == "fence":
            codes = _CODES.findall(unit.text[: shapes.LONGEST])
            for code in dict.fromkeys(codes):
                any_ = True
                yield PlanError(last or status or None, code, "", unit.line)
            if not codes:
                for at, row in enumerate(unit.text.split("\n")[:200]):
                    yield from (one for one in errors(row, unit.line + at) if one.status is not None)
        elif unit.kind == "row":
            yield from errors(" ".join(unit.cells), unit.line)
        else:
            made = errors(unit.text, unit.line)
            any_ = any_ or any(one.status == status for one in made)
            last = made[0].status if len(made) == 1 and not made[0].code else None
            yield from made
    if status and not any_:
        yield PlanError(status, "", "", held[0].line if held else 0)


def label_of(unit: Unit) -> tuple[str, str]:
    """The label that a unit begins with, and what stands behind it."""
    if unit.kind in ("fence", "row"):
        return "", ""
    bare = unit.text.replace("**", "").replace("__", "").strip()
    bare = re.sub(r"`([1-5]\d\d\b[^`\n]{0,40})`", r"\1", bare)
    if unit.kind == "heading" or _ALONE.fullmatch(bare):
        return plain(bare), ""
    found = re.match(r"[`]?([^:`{|\n]{1,60})[`]?\s*[::]\s*(.*)", bare, re.DOTALL)
    if found and not found[1].startswith(("`", '"')) and (unit.text.startswith("**") or topic_of(found[1])):
        return found[1].strip(), found[2]
    if unit.text.startswith("**") and len(bare) < 80 and unit.text.rstrip().endswith("**"):
        return plain(bare), ""
    arrow = re.match(r"(request|body|response|returns?|errors?)\b\s*(?:→|->|=>|[—–-])\s*(.*)", bare, re.IGNORECASE)
    if arrow:
        return arrow[1], arrow[2]
    returned = re.match(r"(returns?)\s+(.*)", bare, re.IGNORECASE)
    return (returned[1], returned[2]) if returned and re.match(r"[`{\[]|[1-5]\d\d", returned[2]) else ("", "")


def topic_of(label: str) -> str:
    """What a label is about: request, response, errors, something else; empty for one that is not known."""
    said = label.strip()
    if not re.match(r"\(?[1-5]\d\d\b", said):
        said = re.sub(r"^[\W\d]{1,8}(?=[A-Za-z])", "", said)
    if _SAYS_ERRORS.search(said):
        return "errors"
    if _SAYS_REQUEST.match(said):
        return "request"
    if _SAYS_RESPONSE.match(said):
        return "response"
    return "other" if _SAYS_OTHER.match(said) else ""
