"""The shape of an expression, as far as a file says it: literals, names that were given one, functions that build one."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.built_sql.source import Function, Source, Spot
from pytest_agentcompliance.parsing.error_answers import Shape

TEXT, OTHER, UNKNOWN = Shape("text"), Shape("other"), Shape("unknown")
DEEPEST = 8  # names and functions that are followed, and objects in objects
LONGEST = 10_000  # characters of one expression
_MOST_FIELDS = 100
_MOST = 1000  # functions, and values of a name, that are looked at

_NAME = re.compile(r"[A-Za-z_$][\w$]*\Z")
_DOTTED = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\?\.|\.|!\.)[A-Za-z_$][\w$]*)*\Z")
_KEY = re.compile(r"(?:[\"']([\w$. -]{1,80})[\"']|([A-Za-z_$][\w$]*))\Z")
_PLAIN = re.compile(r"(?:-?\d[\w.]*|true|false|null|undefined|None|True|False)\Z")
# Names of what is a text, by the last word of them.
_SAYS = re.compile(
    r"(?i)(?:^|[._?])(?:\w*message|msg|\w*_msg|errmsg|error_?text|reason|detail|status_?text|description|stack|\w+Msg|error_?code)\Z"
    r"|(?:^|[._])(?:e|ex|err|error|exc|exception)\.(?:name|code)\Z"
)
_CALLS_TEXT = re.compile(
    r"(?:String|str|repr|format|escape|gettext|_|t|i18n\.t|"
    r"(?:\w+\.)?(?:getErrorMessage|get_error_message|errorMessage|error_message|toErrorMessage)"
    r"|.*\.(?:toString|join|format|trim|replace|slice|strip|toISOString))\Z",
    re.DOTALL,
)
_CALLS_OTHER = re.compile(
    r".*(?:\.(?:flatten|array|format|treeifyError|flattenError|errors|map|filter)|treeifyError|flattenError)\Z", re.DOTALL
)
_THROUGH = re.compile(r"(?:JSON\.stringify|jsonify|(?:flask\.)?jsonify|jsonable_encoder|(?:or|u)?json\.dumps|Object\.freeze)\Z")
_AS = re.compile(r"\s(?:as|satisfies)\s")


def shape(source: Source, spot: Spot, depth: int = 0) -> Shape:
    """The shape of an expression; unknown where the file does not say."""
    start, end = source.trim(*spot)
    if depth > DEEPEST or start >= end or end - start > LONGEST:
        return UNKNOWN
    code = source.code
    if source.script and (cut := _at(source, _AS, start, end)) is not None:
        return shape(source, (start, cut), depth + 1)
    if (told := _literal(source, start, end, depth)) is not None:
        return told
    either = list(_either(source, start, end))
    if either:
        shapes = [shape(source, one, depth + 1) for one in either]
        if all(one.kind in ("text", "other") for one in shapes):
            return shapes[0]
        objects = [one for one in shapes if one.kind == "object"]
        return objects[0] if len(objects) == len(shapes) else UNKNOWN
    said = code[start:end]
    if _PLAIN.match(said):
        return OTHER
    if (source.pairs.get(end - 1, -1)) > start and code[end - 1] == ")":
        return _called(source, start, source.pairs[end - 1], end, depth)
    if _NAME.match(said):
        return _named(source, said, start, depth)
    if _DOTTED.match(said):
        return TEXT if _SAYS.search(said) else UNKNOWN
    return TEXT if _joins(source, start, end) else UNKNOWN


def _literal(source: Source, start: int, end: int, depth: int) -> Shape | None:
    """The shape of a text, an object, a list, or what stands in brackets; None of anything else."""
    if source.strings.get(start) == end:
        return TEXT
    if source.pairs.get(start) != end - 1:
        return None
    if source.code[start] == "{":
        return _object(source, start, end, depth)
    inner = (start + 1, end - 1)
    return shape(source, inner, depth + 1) if source.code[start] == "(" and len(source.split(*inner)) == 1 else OTHER


def _joins(source: Source, start: int, end: int) -> bool:
    """Whether texts are joined: by a sign, or as Python does with those that follow one another."""
    steps = list(source.steps(start, end))
    if not any(at in source.strings for at in steps):
        return False
    return any(source.code[at] in "+%" for at in steps) or not source.code[start:end].strip('" \n\t\rfrb')


def named(source: Source, start: int, end: int, depth: int = 0) -> Shape:
    """The shape that named arguments make between two offsets: ``jsonify(error="x")``."""
    fields: list[tuple[str, Shape]] = []
    more = False
    for low, high in source.split(start, end)[:_MOST_FIELDS]:
        at = next((at for at in source.signs(low, high, "=") if source.code[at + 1] != "="), None)
        if at is None:
            more = True
        else:
            fields.append((source.text[low:at].strip(), shape(source, (at + 1, high), depth + 1)))
    return Shape("object", tuple(fields), more)


def is_silent(source: Source, spot: Spot) -> bool:
    """Whether an expression is a text that is empty, or a page for a browser."""
    start, end = source.trim(*spot)
    if source.strings.get(start) != end:
        return False
    said = source.text[start : min(end, start + 60)].lstrip("bBfFrRuU").strip("\"'` \t\n\\")
    return not said or said.startswith("<")


_PAGES = re.compile(
    r"text/html|\.html?\b|FileResponse|HTMLResponse|html_response|send_?[fF](?:ile|rom)|createReadStream|render_?[tT]o"
)


def is_page(source: Source, at: int) -> bool:
    """Whether the function around an answer answers with pages or files, so that its texts are for a browser."""
    function = source.function(at)
    return function is not None and _PAGES.search(source.text, function[0], min(function[1], function[0] + LONGEST)) is not None


def arguments(source: Source, opened: int) -> tuple[list[Spot], dict[str, Spot]]:
    """What stands in the brackets that open at an offset: in order, and by name."""
    plain: list[Spot] = []
    by_name: dict[str, Spot] = {}
    for low, high in source.split(opened + 1, source.pairs.get(opened, opened + 1)):
        at = None
        if not source.script:
            signs = source.signs(low, high, "=")
            at = next((one for one in signs if source.code[one + 1] != "=" and source.code[one - 1] not in "=!<>"), None)
        if at is None:
            plain.append((low, high))
        else:
            by_name[source.text[low:at].strip()] = source.trim(at + 1, high)
    return plain, by_name


def _object(source: Source, start: int, end: int, depth: int) -> Shape:
    fields: list[tuple[str, Shape]] = []
    more = False
    for low, high in source.split(start + 1, end - 1)[:_MOST_FIELDS]:
        at = next(source.signs(low, high, ":"), None)
        key = _KEY.match(source.text[low : high if at is None else at].strip())
        if key is None or (at is None and not source.script):
            more = True  # spread, computed
        elif at is None:
            fields.append((key[2] or key[1], _named(source, key[2] or key[1], low, depth + 1)))
        else:
            fields.append((key[1] or key[2], shape(source, (at + 1, high), depth + 1)))
    return Shape("object", tuple(fields), more)


def _called(source: Source, start: int, opened: int, end: int, depth: int) -> Shape:
    callee = source.code[start:opened].strip()
    if len(callee) > 400:
        return UNKNOWN
    if _THROUGH.match(callee):
        plain, by_name = arguments(source, opened)
        return shape(source, plain[0], depth + 1) if plain else named(source, opened + 1, end - 1, depth) if by_name else UNKNOWN
    if callee == "dict" and not source.script:
        return named(source, opened + 1, end - 1, depth)
    if _CALLS_OTHER.match(callee):
        return OTHER
    if _CALLS_TEXT.match(callee) or callee.startswith('"'):
        return TEXT
    return built(source, callee.rpartition(".")[2], depth) if _DOTTED.match(callee) else UNKNOWN


def built(source: Source, name: str, depth: int = 0) -> Shape:
    """What a function of the file gives back: the shape of all its returns, where they are of one kind."""
    function = next(functions(source, name), None)
    if function is None or depth > DEEPEST:
        return UNKNOWN
    start, end, _ = function
    spots = [one for one in source.returns if start <= one[0] and one[1] <= end and source.function(one[0]) == function]
    if source.script and not spots and (arrow := source.code.find("=>", function[2][1], end)) >= 0:
        spots = [(arrow + 2, end)]
    shapes = [shape(source, (low, _without_end(source, high)), depth + 1) for low, high in spots[:20]]
    kinds = {one.kind for one in shapes}
    return shapes[0] if len(kinds) == 1 else UNKNOWN


def _without_end(source: Source, end: int) -> int:
    return end - 1 if source.code[end - 1 : end] == ";" else end


def functions(source: Source, name: str) -> Iterator[Function]:
    """The functions of the file that have a name."""
    head = re.compile(rf"(?:\bdef\s+|\bfunction\s+|\b(?:const|let|var)\s+|\b)?{re.escape(name)}\s*(?:<[^<>]{{0,200}}>)?\Z")
    given = re.compile(rf"\b{re.escape(name)}\b[^=;\n]{{0,200}}=\s*(?:async\s*)?\Z")
    for one in source.functions[:_MOST]:
        before = source.code[max(0, one[2][0] - 300) : one[2][0]]
        if head.search(before[-120:]) or (one[0] == one[2][0] and given.search(before)):
            yield one


def _named(source: Source, name: str, at: int, depth: int) -> Shape:
    """What a name stands for: what it was given, the type of a parameter, else by what it is called."""
    function = source.function(at)
    for owner in [*source.around(at), None]:
        values = [one for one in source.values.get(name, [])[:_MOST] if one.how == "=" and source.function(one.at) == owner]
        if len(values) == 1:
            value = values[0]
            inner = source.code[value.at : value.start]
            if re.match(r"\s*[{\[(]", inner) is None:
                found = shape(source, (value.start, value.end), depth + 1)
                if found.kind != "unknown":
                    return found
        if values:
            break
    if function is not None:
        head = source.code[slice(*function[2])]
        if re.search(rf"\b{re.escape(name)}\s*\??\s*:\s*(?:string|str)\b", head[:4000]):
            return TEXT
    return TEXT if _SAYS.search(name) else UNKNOWN


def _either(source: Source, start: int, end: int) -> Iterator[Spot]:
    """The values that an expression may have: of a condition, of ``a || b``."""
    code = source.code
    steps = list(source.steps(start, end))
    if source.script:
        asks = next((at for at in steps if code[at] == "?" and code[at + 1] not in ".?" and code[at - 1] != "?"), None)
        if asks is not None:
            otherwise = next((at for at in reversed(steps) if code[at] == ":" and at > asks), None)
            if otherwise is not None:
                yield asks + 1, otherwise
                yield otherwise + 1, end
            return
        cuts = [at for at in steps if code[at : at + 2] in ("||", "??")]
        size = 2
    else:
        found = re.compile(r"\bif\b")
        asks = next((at for at in steps if code[at] == "i" and found.match(code, at) and code[at - 1].isspace()), None)
        if asks is not None and asks > start:
            otherwise = next((at for at in steps if at > asks and code.startswith("else", at) and code[at - 1].isspace()), None)
            if otherwise is not None:
                yield start, asks
                yield otherwise + 4, end
            return
        cuts = [at for at in steps if code.startswith("or ", at) and code[at - 1].isspace()]
        size = 2
    if cuts:
        low = start
        for at in cuts:
            yield low, at
            low = at + size
        yield low, end


def _at(source: Source, pattern: re.Pattern[str], start: int, end: int) -> int | None:
    found = pattern.search(source.code, start, end)
    if found is None:
        return None
    steps = frozenset(source.steps(start, end))
    return next((one.start() for one in pattern.finditer(source.code, start, end) if one.start() in steps), None)
