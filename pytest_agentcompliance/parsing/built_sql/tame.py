"""Which expressions put nothing into a text that could break out of it: numbers, constants, dates, what was checked or quoted."""

import re

from pytest_agentcompliance.parsing.built_sql.source import Source

_NUMBER = re.compile(r"[-+]?[\d_.]+(?:e\d+)?n?\Z|(?:True|False|None|true|false|null|undefined)\Z")
_CHAIN = re.compile(r"[A-Za-z_$][\w$]*(?:\s*(?:\?\.|!?\.)\s*[A-Za-z_$][\w$]*)*\Z")
_CONSTANT = re.compile(r"_{0,2}[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_{0,2}\Z")
_SET_UP = re.compile(r"(?:\w+\.)*(?:settings|config|configuration|cfg|process\.env|os\.environ|env|import\.meta\.env)\b")
# Calls that answer a number, a date, an id of their own making, or what was quoted or checked.
_SAFE_CALL = re.compile(
    r"""(?ix)(?:^|\.)(?:int|float|len|number|parseint|parsefloat|bigint|bool|boolean|round|abs|ord|range|sum|isoformat|toisostring|
    strftime|todatestring|now|utcnow|today|timestamp|gettime|timedelta|tofixed|uuid\d?|randomuuid|nanoid|cuid|hexdigest|token_hex|
    decimal|date|mogrify|getenv|model_dump|dict|model_dump_json|quote_ident|as_string|sql|identifier|literal|
    placeholder|placeholders|ntile|date\.now|typeof|require|getrepository|gettablename|gettablepath|gettablecolumns|get_model|join_path)\Z
    |^math\.|(?:^|[._])[a-z_]*(?:escape|quote|sanitiz|sanitis|whitelist|allow|validat|parse|ident|placeholder|safe)[a-z_]*\Z"""
)
REQUEST = re.compile(
    r"""(?x)(?<![\w.])(?:(?:self|this|flask|ctx|c|context)\.)?(?:req|request|event|evt|c\.req|ctx)\s*(?:\??\.\s*|\[["'])
    (?:raw\.)?(?:query|body|params?|args|form|json|get_json|values|headers?|cookies|GET|POST|data|query_params|path_params|get|
    queryStringParameters|pathParameters|FormValue|view_args|nextUrl|url|path|arguments|valid)\b
    |(?<![\w.])event\[|searchParams\.get\(|formData\.get\(|(?<![\w.])req\.\w+\.(?:query|body|params)\b|(?<![\w.])input\("""
)
_SAFE_END = re.compile(r"\.(?:length|size|rowcount|lastrowid|__tablename__|__table__|tableName|tablePath|name_quoted|fullname)\Z")
_SAFE_NAME = re.compile(
    r"(?:i|j|n|idx|index|num|count|(?:\w+_)?ph|qs|qmarks?|marks)\Z|(?i:.*(?:placeholder|_?idx|param_?index|param_?count|_count|_num|"
    r"bind_?mark)s?)\Z|.*[a-z](?:Count|Index|Num)\Z"
)
# What takes out of a text all but some letters.
_STRIPS = re.compile(r"(?:\bre\.sub\(\s*r?[\"']|\.replace(?:All)?\(\s*/)\[\^|\bre\.sub\(\s*r?[\"']\\W")
# What says by its name that it is a number or a piece of SQL, where no quotes stand around it.
UNQUOTED = re.compile(
    r"(?i)(?:expr(?:ession)?|sql|clause|filter|cond|condition|col|column|field|fragment|subquery|query|where|values|list|func|function|"
    r"predicate|interval|cast|type|default|order|direction|_ms|secs?|seconds?|timeout|days?|hours?|minutes?|limit|offset|size|page|now|"
    r"number|amount|lat|lng|lon|latitude|longitude|threshold|version|year|month|dim|dims|dimensions?)s?(?:\(\))?\Z"
)
_NUMERIC = (
    r"(?:Optional\[|Annotated\[)?\s*(?:int|float|bool|number|boolean|bigint|Decimal|UUID|uuid\.UUID|date|datetime|timedelta|Date|"
    r"Literal\[|\"|keyof\b)"
)


def is_tame(source: Source, start: int, end: int) -> bool:
    """Whether an expression says by itself that it is harmless."""
    code = source.code[start : min(end, start + 600)].strip()
    if _NUMBER.match(code) or end - start > 20_000:
        return True
    if REQUEST.search(source.text[start : min(end, start + 600)]):
        return code.endswith(")") and _is_safe_call(source, start, end)
    if code.endswith(")") and end - start <= 600:
        return _is_safe_call(source, start, end)
    if code.endswith("]") and end - start <= 600:
        root = source.code[start : source.pairs.get(end - 1, start)].strip()
        return _has_constant(root) or _SET_UP.match(root) is not None
    if re.search(r"(?<![=!<>])[-*/](?![>])", code) and _NUMBER.match(re.split(r"[-*/]", code)[-1].strip()):
        return True
    known = (_SET_UP.match(code), _SAFE_END.search(code), _SAFE_NAME.match(code))
    return _CHAIN.match(code) is not None and (_has_constant(code) or any(known))


def _is_safe_call(source: Source, start: int, end: int) -> bool:
    opened = source.pairs.get(end - 1, start)
    given = source.split(opened + 1, end - 1)
    if re.search(r"(?:^|\.)(?:min|max)\Z", source.code[start:opened]) and any(is_tame(source, *one) for one in given):
        return True  # what is compared with a number is one
    if any(re.match(r"type\s*=\s*(?:int|float|bool)\Z", source.code[slice(*one)]) for one in given):
        return True
    if _STRIPS.search(source.text[start:end][:400]):
        return True
    callee = re.sub(r"\s", "", source.code[start:opened])
    return _SAFE_CALL.search(callee) is not None or callee in source.counting


def _has_constant(chain: str) -> bool:
    names = re.split(r"\W+", chain)
    return any(_CONSTANT.match(name) and len(name) > 1 for name in names)


def is_told_tame(source: Source, name: str, at: int) -> bool:
    """Whether the functions around say so before: a type that is a number or one of few words, or a check of the name."""
    if _SAFE_NAME.match(name):
        return True
    said = re.escape(name)
    functions = source.around(at)
    for _, _, parameters in functions:
        if re.search(rf"(?<![\w$.]){said}\s*\??\s*:\s*{_NUMERIC}", source.code[slice(*parameters)]):
            return True
    low = functions[-1][0] if functions else 0
    return any(low <= one <= at for one in source.checks.get(name, ()))

