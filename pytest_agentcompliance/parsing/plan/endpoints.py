"""The endpoints of a plan: of headings, rows of tables, items of lists, fences and OpenAPI, with what stands below each."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pytest_agentcompliance.parsing.openapi.shapes import shape
from pytest_agentcompliance.parsing.plan import PlanEndpoint, PlanError, PlanShape, PlanUnread, details, listed, shapes, spelled
from pytest_agentcompliance.parsing.plan.errors import errors
from pytest_agentcompliance.parsing.plan.units import Unit, column, is_kept, plain

_VERB = r"(?:GET|POST|PUT|PATCH|DELETE)"
_PATH = r"(?:https?://(?:localhost|127\.0\.0\.1)(?::\d{1,5})?)?(/(?:\[{1,2}[\w.]{1,60}\]{1,2}|[^\s`|\"',;)*\]]){0,200})"
_CALL = re.compile(rf"(?<![\w/-])({_VERB}(?:\s?[/,|&]\s?(?:{_VERB}|HEAD|OPTIONS)){{0,4}})[\s`*:]{{1,12}}{_PATH}")
# What may stand before a call in an item or a line that plans it.
_LEAD = re.compile(
    r"(?:[\W\d_]*(?:(?:[A-Z]{1,3}-?\d{1,3}[:.]?|add|implement|create|build|expose|new|endpoints?|routes?|url|define|introduce|"
    r"provide|support|write|"
    r"the|a|an|api|request|method|step|task)\b[\W\d_]*){0,5})|(?:[^\n:|—–→]{1,60}\s?(?::|—|–|→|->|\s-)\s*[`*(]{0,4})|"
    r"(?:\*\*[^*\n]{1,60}\*\*\s?[(`]{1,3})",
    re.IGNORECASE,
)
_FOLDERS = re.compile(r"\[{1,2}(\.\.\.)?(\w{1,60})\]{1,2}")
_OF_ENDPOINTS = re.compile(r"\b(?:endpoints|rest api|api routes)\W*$|^[\W\d]*(?:(?:rest )?api )?endpoints\b", re.IGNORECASE)
_TITLED = re.compile(r"\*\*[^*\n]{1,60}\*\*\s?\(`?")
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
_ABOUT_API = re.compile(r"\b(?:api|apis|endpoints?|routes?|rest|http)\b|接口", re.IGNORECASE)
_TRANSPORT = re.compile(r"\b(?:curl|fetch\(|axios|import |def |function |const |app\.|router\.|expect\(|await )\b")
_PROSE = re.compile(r"[.;]\s|\b[a-z]{2,}\s+[a-z]{2,}\s+[a-z]{2,}")
_NO_LIST = frozenset({
    "bash", "sh", "shell", "curl", "python", "py", "javascript", "js", "jsx", "tsx", "mermaid", "sql", "diff", "json", "prisma",
})  # fmt: skip
_LISTS = " -*•#/│├└─`0123456789.[]"
_SENT = re.compile(r"^[ \t]{0,8}[{\[]", re.MULTILINE)
_OPENAPI = re.compile(r"(?:^|\{)[ \t]{0,40}\"?(?:openapi|swagger)\"?[ \t]{0,9}:", re.MULTILINE)
_PATHS_OF_OPENAPI = re.compile(r"(?:^|[{,])[ \t]{0,40}\"?paths\"?[ \t]{0,9}:\s{0,99}(?:\{\s{0,99})?[\"']?/", re.MULTILINE)
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
    units = spelled.together(units)
    named = shapes.named(units)
    drafts: list[_Draft] = []
    loose: list[Unit] = []
    open_: _Draft | None = None
    for unit in units:
        made = list(_starts(unit, open_))
        if made:
            drafts += made
            # What stands below a row, or several calls of a fence, is said of none of them.
            open_ = made[-1] if unit.kind != "row" and (unit.kind != "fence" or len(made) == 1) else None
            continue
        if open_ is not None and _ends(unit, open_):
            open_ = None
        (loose if open_ is None else open_.details).append(unit)
    found = [one for draft in drafts[:MOST] for one in (draft.made or _made(draft, named))]
    together = _together(found)
    return Served(tuple(together), tuple(_of_all(loose)), tuple(_unread(units, found)))


def _calls(said: str) -> list[tuple[int, str, str]]:
    """The calls that a text writes: where, the method, the path."""
    return [
        (found.start(), verb, path)
        for found in _CALL.finditer(said)
        for verb in re.findall(_VERB, found[1])
        if (path := _braced(found[2].rstrip(".:"))) and not path.startswith("//")
    ]


def _braced(path: str) -> str:
    """A path whose parameters are written as those of folders are: ``/orders/[id]`` as ``/orders/{id}``."""
    return _FOLDERS.sub(lambda one: f"{{{one[2]}*}}" if one[1] else f"{{{one[2]}}}", path) if "[" in path else path


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
        if _TITLED.fullmatch(before) and last is not None and not re.match(r"[`*]{0,3}\)", unit.text[last.end() :]):
            return
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
            yield _Draft([(said[verb], _braced(said[place]))], unit, shown=True)
            return
    if method is not None and path is not None and max(method, path) < len(unit.cells):
        verbs = re.findall(rf"\b{_VERB}\b", plain(unit.cells[method]).upper())
        paths = [one for one in re.findall(r"(?:^|[\s,`])(/[^\s,`]{0,200})", unit.cells[path]) if not one.startswith("//")]
        if verbs and paths:
            yield _Draft([(verb, _braced(one)) for one in paths[:10] for verb in verbs], unit)
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
    if _is_openapi(unit):
        yield from _of_openapi(unit)
        return
    if listed.may(unit):
        for one in listed.read(unit) or ():
            yield _Draft([(one.method, one.path)], unit, made=[one])
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
        sent = _SENT.search(body) if unit.info == "http" or rows[at][last.end() :].strip().startswith("HTTP/") else None
        if sent is not None:
            draft.rest, draft.details = "", [Unit("text", "Request:", within.line), replace(within, text=body[sent.start() :])]
        else:
            draft.details = list(_of_rows(body, within))
        yield draft


def _is_openapi(unit: Unit) -> bool:
    return unit.info in ("yaml", "yml", "json", "") and _PATHS_OF_OPENAPI.search(unit.text) is not None


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

    text = unit.text if _OPENAPI.search(unit.text) else f"openapi: 3.0.3\n{unit.text}"
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
    if start.kind == "fence" and unit.kind == "fence":
        # ... unless the line before it says that it is what is answered.
        label, rest = details.label_of(open_.details[-1]) if open_.details else ("", "")
        return not label or bool(rest.strip()) or details.topic_of(label) in ("", "other")
    return False


def _made(draft: _Draft, named: Mapping[str, PlanShape]) -> Iterator[PlanEndpoint]:
    if draft.unit.kind == "row":
        request, response, good, cases = details.of_row(draft.unit, named)
    else:
        request, response, good, cases = details.of_units(draft.unit, draft.rest, draft.details, named)
    kept = draft.unit.kept or (draft.unit.kind == "heading" and is_kept(_CALL.sub("", draft.unit.text)))
    for method, path in draft.calls:
        yield PlanEndpoint(
            method, path, draft.unit.line, request if method != "GET" else None, response, good, details.cases_of(cases),
            draft.unit.section, draft.shown, kept,
            short=method in ("PUT", "PATCH", "DELETE") and sum(1 for _, other in draft.calls if other == path) > 1,
        )  # fmt: skip


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
            errors=details.cases_of((*old.errors, *one.errors)), shown=old.shown and one.shown, kept=old.kept and one.kept,
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
    ends = _ends_of(units)
    for at, unit in enumerate(units):
        if unit.kind == "fence" and not unit.kept and (why := _broken(unit, lines)):
            yield PlanUnread(unit.line, why, endpoints=True)
        within = units[at + 1].level if at + 1 < len(units) and units[at + 1].kind == "heading" else 9
        if unit.kind != "heading" or within <= unit.level or unit.kept or is_kept(unit.text):
            continue
        title = plain(unit.text)
        empty = bisect_left(lines, unit.line) == bisect_left(lines, ends[at])
        if empty and _OF_ENDPOINTS.search(title):
            yield PlanUnread(unit.line, f'"{title[:80]}" names no endpoint that could be read', endpoints=True)


def _ends_of(units: Sequence[Unit]) -> dict[int, int]:
    """For each heading the line at which its section ends."""
    ends: dict[int, int] = {}
    open_: list[int] = []
    for at, unit in enumerate(units):
        if unit.kind == "heading":
            while open_ and units[open_[-1]].level >= unit.level:
                ends[open_.pop()] = unit.line
            open_.append(at)
    return ends | dict.fromkeys(open_, 1 << 30)


def _broken(unit: Unit, lines: Sequence[int]) -> str:
    """Why nothing was read of a fence that lists endpoints as data."""
    openapi = _is_openapi(unit)
    if not openapi and not listed.may(unit):
        return ""
    end = unit.line + unit.text.count("\n")
    if lines[bisect_left(lines, unit.line) : bisect_right(lines, end)]:
        return ""
    if openapi:
        return "its paths could not be read"
    return "its list of endpoints could not be read" if listed.read(unit) is None else ""
