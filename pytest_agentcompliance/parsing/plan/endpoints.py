"""The endpoints of a plan: of headings, rows of tables, items of lists, fences and OpenAPI, with what stands below each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pytest_agentcompliance.parsing.openapi.shapes import shape
from pytest_agentcompliance.parsing.plan import PlanEndpoint, PlanError, PlanShape, PlanUnread, shapes
from pytest_agentcompliance.parsing.plan.errors import errors, prose, statuses
from pytest_agentcompliance.parsing.plan.units import Unit, column, is_kept, plain

_VERB = r"(?:GET|POST|PUT|PATCH|DELETE)"
_PATH = r"(?:https?://(?:localhost|127\.0\.0\.1)(?::\d{1,5})?)?(/[^\s`|\"',;)*\]]{0,200})"
_CALL = re.compile(rf"(?<![\w/-])({_VERB}(?:\s?[/,|&]\s?{_VERB}){{0,4}})[\s`*:]{{1,6}}{_PATH}")
# What may stand before a call in an item or a line that plans it.
_LEAD = re.compile(
    r"(?:[\W\d_]*(?:(?:[A-Z]{1,3}-?\d{1,3}[:.]?|add|implement|create|build|expose|new|endpoints?|routes?|url|define|introduce|"
    r"provide|support|write|"
    r"the|a|an|api|request|method|step|task)\b[\W\d_]*){0,5})|(?:[^\n:|—–→]{1,60}\s?(?::|—|–|→|->|\s-)\s*[`*(]{0,4})",
    re.IGNORECASE,
)
_UPSTREAM = re.compile(
    r"\b(?:calls?|fetch(?:es)?|invokes?|hits?|requests?|test|tests|verify|curl|consumes?|uses?|via|proxies|forwards?)\b",
    re.IGNORECASE,
)
_UPSTREAM_OF = re.compile(r"\b(?:purpose|used for|usage|when|external|upstream|page|screen|caller|called)\b", re.IGNORECASE)
_METHODS = re.compile(r"(?:http )?(?:methods?|verbs?|方法|메서드|método)", re.IGNORECASE)
_PATHS = re.compile(
    r"(?:api )?(?:paths?|endpoints?|routes?|ur[il]s?|api|路径|接口|경로|ruta)(?: path)?(?: \([^()]{0,30}\))?",
    re.IGNORECASE,
)
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
_ABOUT_API = re.compile(r"\b(?:api|apis|endpoints?|routes?|rest|http)\b|接口", re.IGNORECASE)
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
_TRANSPORT = re.compile(r"\b(?:curl|fetch\(|axios|import |def |function |const |app\.|router\.|expect\(|await )\b")
_NONE = re.compile(r"\s*[`*]*(?:none|n/a|no body|empty|-|—|–|nothing)\b", re.IGNORECASE)
_PROSE = re.compile(r"[.;]\s|\b[a-z]{2,}\s+[a-z]{2,}\s+[a-z]{2,}")
_NO_LIST = frozenset({
    "bash", "sh", "shell", "curl", "python", "py", "javascript", "js", "jsx", "tsx", "mermaid", "sql", "diff", "json", "prisma",
})  # fmt: skip
_LISTS = " -*•#/│├└─`0123456789.[]"
_CODES = re.compile(r"[\"']?(?:code|error_?code|error|type)[\"']?\s*:\s*[\"']([A-Z][A-Z0-9_]{2,60})[\"']")
MOST = 1000  # endpoints of a plan


@dataclass
class Served:
    """The endpoints of a plan, the errors that it lists for all of them, and what could not be read."""

    endpoints: tuple[PlanEndpoint, ...] = ()
    errors: tuple[PlanError, ...] = ()
    unread: tuple[PlanUnread, ...] = ()


@dataclass
class _Draft:
    calls: list[tuple[str, str]]
    unit: Unit
    rest: str = ""
    shown: bool = False
    details: list[Unit] = field(default_factory=list)
    made: list[PlanEndpoint] = field(default_factory=list)


def read(units: Sequence[Unit]) -> Served:
    """The endpoints that the units state."""
    named = shapes.named(units)
    drafts: list[_Draft] = []
    loose: list[Unit] = []
    open_: _Draft | None = None
    for unit in units:
        made = list(_starts(unit, open_))
        if made:
            drafts += made
            open_ = made[-1] if unit.kind != "row" else None
            continue
        if open_ is not None and _ends(unit, open_):
            open_ = None
        (loose if open_ is None else open_.details).append(unit)
    found = [one for draft in drafts[:MOST] for one in (draft.made or _made(draft, named))]
    together = _together(found)
    return Served(tuple(together), tuple(_of_all(loose)), tuple(_unread(units, together)))


def _calls(said: str) -> list[tuple[int, str, str]]:
    """The calls that a text writes: where, the method, the path."""
    return [
        (found.start(), verb, path)
        for found in _CALL.finditer(said)
        for verb in re.findall(_VERB, found[1])
        if (path := found[2].rstrip(".:")) and not path.startswith("//")
    ]


def _starts(unit: Unit, open_: _Draft | None) -> Iterator[_Draft]:
    """The endpoints that a unit begins."""
    if unit.kind == "row":
        yield from _of_row(unit)
    elif unit.kind == "fence":
        yield from _of_fence(unit, open_)
    else:
        calls = _calls(unit.text)
        if not calls:
            return
        if unit.kind == "item" and open_ is not None and (open_.unit.kind == "heading" or unit.indent > open_.unit.indent):
            return  # what is said of an endpoint may name others
        if unit.kind == "text" and open_ is not None and open_.unit.kind == "heading" and not unit.text.startswith(("**", "`")):
            return
        before = unit.text[: calls[0][0]]
        if unit.kind != "heading" and (_LEAD.fullmatch(before) is None or _UPSTREAM.search(before)):
            return
        last = _CALL.search(unit.text)
        rest = unit.text[last.end() :] if last is not None and unit.kind != "heading" else ""
        # Further ones follow the first, beside it; what stands in prose after it is no endpoint of its own.
        first = calls[0][0]
        near = [(verb, path) for at, verb, path in calls if at - first < 240 and not _PROSE.search(unit.text[first:at])]
        yield _Draft(near, unit, rest)


def _of_row(unit: Unit) -> Iterator[_Draft]:
    method, path = column(unit.header, _METHODS), column(unit.header, _PATHS)
    if method is None or path is None:  # in whatever language its header is
        said = [plain(one) for one in unit.cells]
        verb = next((at for at, one in enumerate(said) if re.fullmatch(_VERB, one)), None)
        place = next((at for at, one in enumerate(said) if re.fullmatch(r"/[^\s,]{0,200}", one)), None)
        if verb is not None and place is not None and _UPSTREAM_OF.search(" ".join(unit.header)) is None:
            yield _Draft([(said[verb], said[place])], unit, shown=True)
            return
    if method is not None and path is not None and max(method, path) < len(unit.cells):
        verbs = re.findall(rf"\b{_VERB}\b", plain(unit.cells[method]).upper())
        paths = [one for one in re.findall(r"(?:^|[\s,`])(/[^\s,`]{0,200})", unit.cells[path]) if not one.startswith("//")]
        if verbs and paths:
            yield _Draft([(verb, one) for one in paths[:10] for verb in verbs], unit)
        return
    cells = [(at, _calls(cell)) for at, cell in enumerate(unit.cells)]
    for at, calls in cells:
        if calls and (at == path or not plain(unit.cells[at])[: calls[0][0]].strip(" -•")):
            known = at == path or column(unit.header, _METHODS) is not None
            yield _Draft([(verb, one) for _, verb, one in calls], unit, shown=not known and not _about(unit))
            return


def _about(unit: Unit) -> bool:
    """Whether it stands where endpoints are spoken of."""
    return any(_ABOUT_API.search(one) for one in (*unit.titles, *unit.header))


def _of_fence(unit: Unit, open_: _Draft | None) -> Iterator[_Draft]:
    if unit.info in ("yaml", "yml", "json", "") and re.search(r"^\s*\"?paths\"?\s*:", unit.text, re.MULTILINE):
        yield from _of_openapi(unit)
        return
    if unit.info in _NO_LIST:
        return
    if unit.info in ("ts", "typescript") and _TRANSPORT.search(unit.text):
        return
    rows = unit.text.split("\n")[:3000]
    starts = [at for at, row in enumerate(rows) if (calls := _calls(row)) and not row[: calls[0][0]].strip(_LISTS)]
    drawn = any(one in unit.text for one in ("↓", "──▶", "-->", "┌", "│"))
    for number, at in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(rows)
        found = [(verb, path) for _, verb, path in _calls(rows[at])]
        if number == 0 and open_ is not None and any(_same(one, other) for one in found for other in open_.calls):
            return  # an example of what it is about
        last = list(_CALL.finditer(rows[at]))[-1]
        body = "\n".join(rows[at + 1 : end])
        within = replace(unit, text=body, line=unit.line + at + 1)
        shown = drawn or not (_about(unit) or open_ is None)
        draft = _Draft(found, replace(unit, line=unit.line + at), rows[at][last.end() :], shown=shown)
        draft.details = list(_of_rows(body, within))
        yield draft


def _of_rows(body: str, unit: Unit) -> Iterator[Unit]:
    """The lines below a call in a fence as units: labels, objects."""
    said = re.compile(r"^\s*(?:\w{1,40} )?(?:request|response|body|returns|errors?)\b", re.IGNORECASE | re.MULTILINE)
    if "{" in body and not said.search(body):
        return  # an example of HTTP: which side of it is which is not known
    rows = body.split("\n")
    at = 0
    while at < len(rows):
        row = rows[at].strip(" -*•│├└─")
        if row:
            depth = row.count("{") - row.count("}")
            text = [row]
            first = at
            while depth > 0 and at + 1 < len(rows):
                at += 1
                text.append(rows[at])
                depth += rows[at].count("{") - rows[at].count("}")
            yield Unit("item", " ".join(text), unit.line + first, unit.titles, indent=99)
        at += 1


def _of_openapi(unit: Unit) -> Iterator[_Draft]:
    from pytest_agentcompliance.parsing import openapi  # start-up time: when there is one

    text = unit.text if re.search(r"^\s*\"?(?:openapi|swagger)\"?\s*:", unit.text, re.MULTILINE) else f"openapi: 3.0.3\n{unit.text}"
    shift = 0 if text is unit.text else -1
    name = "plan.json" if unit.text.lstrip().startswith("{") else "plan.yaml"
    document = openapi.read(name, {name: text}.get)
    for one in document.operations if document is not None else ():
        line = unit.line + (one.at.line or 1) - 1 + shift
        cases = tuple(PlanError(status, "", "", line) for status in sorted(one.statuses) if status >= 400)
        good = frozenset(status for status in one.statuses if status < 400)
        request = PlanShape((), line, name=one.request) if one.request else None
        made = PlanEndpoint(one.method, one.path, line, request, None, good, cases, unit.section, kept=unit.kept)
        yield _Draft([(one.method, one.path)], unit, made=[made])


def _ends(unit: Unit, open_: _Draft) -> bool:
    """Whether what is said of an endpoint is over before a unit."""
    start = open_.unit
    if unit.kind == "heading":
        return start.kind != "heading" or unit.level <= start.level
    if start.kind == "item":
        # What is indented belongs to an item, and a fence or a label right behind the only one of a list may.
        return unit.kind in ("item", "text", "row") and unit.indent <= start.indent
    return start.kind == "fence" and unit.kind == "fence"


def _made(draft: _Draft, named: Mapping[str, PlanShape]) -> Iterator[PlanEndpoint]:
    if draft.unit.kind == "row":
        request, response, good, cases = _row_said(draft.unit, named)
    else:
        request, response, good, cases = _details(draft, named)
    kept = draft.unit.kept or (draft.unit.kind == "heading" and is_kept(_CALL.sub("", draft.unit.text)))
    for method, path in draft.calls:
        yield PlanEndpoint(
            method, path, draft.unit.line, request if method != "GET" else None, response, good, _cases(cases),
            draft.unit.section, draft.shown, kept,
            short=method in ("PUT", "PATCH", "DELETE") and sum(1 for _, other in draft.calls if other == path) > 1,
        )  # fmt: skip


def _cases(found: Sequence[PlanError]) -> tuple[PlanError, ...]:
    """Each case once: a status alone says nothing beside one with its code."""
    coded = {one.status for one in found if one.code}
    made: dict[tuple[int | None, str], PlanError] = {}
    for one in found:
        if one.code or one.status not in coded:
            made.setdefault((one.status, one.code), one)
    return tuple(made.values())


_Said = tuple[PlanShape | None, PlanShape | None, frozenset[int], list[PlanError]]


def _row_said(unit: Unit, named: Mapping[str, PlanShape]) -> _Said:
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


def _details(draft: _Draft, named: Mapping[str, PlanShape]) -> _Said:
    """What the units below an endpoint say of its bodies and its errors."""
    request: PlanShape | None = None
    response: PlanShape | None = None
    good: set[int] = set()
    cases: list[PlanError] = list(prose(draft.rest, draft.unit.line))
    if re.match(r"[`*\s]*(?:→|->|=>|returns?\b)", draft.rest):
        good |= {one for one in statuses(draft.rest) if one < 400}
    # The line of the call may be a label too: "**POST /tasks** request:".
    said = draft.rest.strip(" *`:_-—")
    topic, status, indent = _topic(said) if said and len(said) < 40 else "", 0, -1
    held: list[Unit] = []

    def close() -> None:
        nonlocal request, response
        if topic == "request" and request is None:
            request = shapes.of_units(held, named)
        elif topic == "response" and response is None:
            response = shapes.of_units(held, named)
        elif topic == "errors":
            cases.extend(_listed(held, status))

    for unit in draft.details:
        label, rest = _label(unit)
        said = _topic(label) if label else ""
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
                good |= {one for one in codes if one < 400}
                if status:
                    topic = "errors"
            if topic == "errors" and re.search(r"[45]\d\d", label) and not re.search(r"error|code", label, re.IGNORECASE):
                rest = f"{label} {rest}"
            if rest.strip() and not _NONE.match(rest):
                held.append(replace(unit, kind="text", text=rest))
        else:
            held.append(unit)
            if unit.kind in ("item", "text") and topic != "errors":
                if topic == "response" and (code := re.match(r"[`*\s]*([23]\d\d)\b", unit.text)):
                    good.add(int(code[1]))
                cases += prose(unit.text, unit.line)
    close()
    return request, response, frozenset(good), cases


def _listed(held: Sequence[Unit], status: int) -> Iterator[PlanError]:
    """The errors that units list; ``status`` is that of their label."""
    any_ = False
    for unit in held:
        if unit.kind == "fence":
            codes = _CODES.findall(unit.text[: shapes.LONGEST])
            for code in dict.fromkeys(codes):
                any_ = True
                yield PlanError(status or None, code, "", unit.line)
            if not codes:
                for at, row in enumerate(unit.text.split("\n")[:200]):
                    yield from (one for one in errors(row, unit.line + at) if one.status is not None)
        elif unit.kind == "row":
            yield from errors(" ".join(unit.cells), unit.line)
        else:
            made = errors(unit.text, unit.line)
            any_ = any_ or any(one.status == status for one in made)
            yield from made
    if status and not any_:
        yield PlanError(status, "", "", held[0].line if held else 0)


def _label(unit: Unit) -> tuple[str, str]:
    """The label that a unit begins with, and what stands behind it."""
    if unit.kind in ("fence", "row"):
        return "", ""
    bare = unit.text.replace("**", "").replace("__", "").strip()
    bare = re.sub(r"`([1-5]\d\d\b[^`\n]{0,40})`", r"\1", bare)
    if unit.kind == "heading":
        return plain(bare), ""
    found = re.match(r"[`]?([^:`{|\n]{1,60})[`]?\s*[::]\s*(.*)", bare, re.DOTALL)
    if found and not found[1].startswith(("`", '"')) and (unit.text.startswith("**") or _topic(found[1])):
        return found[1].strip(), found[2]
    if unit.text.startswith("**") and len(bare) < 80 and unit.text.rstrip().endswith("**"):
        return plain(bare), ""
    arrow = re.match(r"(request|body|response|returns?|errors?)\b\s*(?:→|->|=>|[—–-])\s*(.*)", bare, re.IGNORECASE)
    if arrow:
        return arrow[1], arrow[2]
    returned = re.match(r"(returns?)\s+(.*)", bare, re.IGNORECASE)
    return (returned[1], returned[2]) if returned and re.match(r"[`{\[]|[1-5]\d\d", returned[2]) else ("", "")


def _topic(label: str) -> str:
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


def _of_all(loose: Sequence[Unit]) -> Iterator[PlanError]:
    """The errors that are listed for no endpoint: under headings of their own."""
    for unit in loose:
        titles = unit.titles[-2:]
        if unit.kept or not any(re.search(r"\berrors?\b|\bstatus (?:map|codes?)\b", one, re.IGNORECASE) for one in titles):
            continue
        if unit.kind == "row":
            yield from (one for one in errors(" ".join(unit.cells), unit.line) if one.status is not None or one.code)
        elif unit.kind in ("item", "text"):
            yield from (one for one in errors(unit.text, unit.line) if one.status is not None)


def _same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one[0] == other[0] and shape(one[1]).segments == shape(other[1]).segments


def _together(found: list[PlanEndpoint]) -> list[PlanEndpoint]:
    """What stands at several places as one endpoint, with what any says of it; ``/orders`` may be short for ``/api/orders``."""
    made: dict[tuple[str, tuple[str, ...]], PlanEndpoint] = {}
    bare: dict[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]] = {}
    for one in found:
        segments = shape(one.path).segments
        key = (one.method, segments)
        short = (one.method, _bare(segments))
        if key not in made and short in bare and (short == key or bare[short] == short):
            key = bare[short]
        old = made.get(key)
        bare.setdefault(short, key)
        if old is None:
            made[key] = one
            continue
        made[key] = replace(
            old, path=one.path if len(shape(one.path).segments) > len(shape(old.path).segments) else old.path,
            request=old.request or one.request, response=old.response or one.response, statuses=old.statuses | one.statuses,
            errors=_cases((*old.errors, *one.errors)), shown=old.shown and one.shown, kept=old.kept and one.kept,
            short=old.short and one.short, line=one.line if old.kept and not one.kept else old.line,
        )  # fmt: skip
    return list(made.values())


def _bare(segments: tuple[str, ...]) -> tuple[str, ...]:
    """Segments without /api and a version before them."""
    while len(segments) > 1 and re.fullmatch(r"api|rest|v\d{1,3}", segments[0]):
        segments = segments[1:]
    return segments


def _unread(units: Sequence[Unit], found: Sequence[PlanEndpoint]) -> Iterator[PlanUnread]:
    """The sections on endpoints in which none could be read."""
    lines = sorted(one.line for one in found)
    for at, unit in enumerate(units):
        if unit.kind != "heading" or unit.kept or is_kept(unit.text):
            continue
        title = plain(unit.text)
        if re.search(r"\b(?:endpoints?|rest api|api routes)\b", title, re.IGNORECASE):
            end = next((one.line for one in units[at + 1 :] if one.kind == "heading" and one.level <= unit.level), 1 << 30)
            if not any(unit.line <= line < end for line in lines):
                yield PlanUnread(unit.line, f'"{title[:80]}" names no endpoint that could be read')
