"""Values that are a secret by their name: ``api_key: "..."``, ``DB_PASSWORD=...``, ``Authorization: Bearer ...``."""

import re
from collections.abc import Iterator
from functools import cache

from pytest_agentcompliance.parsing.secrets.hints import NAMED
from pytest_agentcompliance.parsing.secrets.plausible import password_value, public_token, random_value

_WORDS = (
    r"pass(?:wo?r?d|wd|phrase)|pwd|secret|token|credential|(?:api|access|auth|private|encryption|signing|account|service|master|"
    r"shared|webhook|license|app(?:lication)?|jwt|hmac|crypto|storage|subscription|admin|client|db|deploy|session|"
    r"integration)[_-]?key"
)
_NAME = (
    rf"(?i:({_WORDS})s?)([A-Za-z0-9_-]{{0,30}}+)([\"'`]?)\]?(?:[ \t]{{0,2}}:[ \t]{{0,2}}(?:str(?:ing)?|String|Final|const|"
    rf"SecretStr)\b"
    r"(?:\[str\])?)?[ \t]{0,12}(:=|=>|(?<![=!<>])=(?![=~>])|:(?!:)|,|\)?[ \t]?(?:\|\||\?\?)|[ \t]or[ \t])[ \t]{0,4}"
)
_QUOTED = r"(?:[A-Z][A-Za-z]{1,15}\()?(?:[bru]?\"([^\"\r\n]{8,400})\"|[bru]?'([^'\r\n]{8,400})'|`([^`\r\n]{8,400})`"
_OF_CODE = re.compile(_NAME + _QUOTED + r"|((?!)))")
_OF_SETTINGS = re.compile(_NAME + _QUOTED + r"|([^\s\"'`,;<>(){}]{8,400}))")
_HEADER = re.compile(r"(?i:\b(bearer|basic)[ \t]{1,4})([A-Za-z0-9._~+/-]{20,2000}={0,2})(?![\w$}{(])")
_ENDS = re.compile(r"[ \t]*(?:\Z|[\r\n#\"'`,;)}\\|&]|[ \t]--?\w)")
_ADDRESS = re.compile("[1-9A-HJ-NP-Za-km-z]{43,44}")
_UUID = re.compile(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_BARE_UUID = re.compile("[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}")  # what manuals show of ids
_BEFORE = re.compile(r"[A-Za-z0-9_.-]{1,60}$")
# Words after which a name is one of something else: an id, a place, a piece of a page; before, one that is public.
_ELSE = re.compile(
    r"(?i)(?:^|[_-]|(?<=[a-z])(?=[A-Z]))(?:ids?|names?|urls?|uris?|paths?|files?|filename|types?|headers?|fields?|prefix|suffix|"
    r"len(?:gth)?|"
    r"count(?:er)?s?|expir\w{0,6}|ttl|hash(?:ed|es)?|digest|checksum|regex|patterns?|labels?|placeholder|hints?|errors?|"
    r"messages?|msg|text|title|"
    r"endpoints?|env|vars?|ref|refs|arn|alias|polic(?:y|ies)|params?|attr|columns?|selector|inputs?|button|class|schema|"
    r"strategy|algorithm|"
    r"issuer|audience|usage|limits?|budget|mode|format|version|scopes?|store|dir|source|provider|address(?:es)?|mint|symbol|"
    r"contract|"
    r"program|pub(?:key)?|public|kind|status|state|flow|rules?|policy|event|action|route|screen|page|form|view|model|table|test "
    r"?ids?|"
    r"is|has|should|at|by|in|for|from|to|changed|reset|required|missing|validation|requirements|description|template|manager|"
    r"service|"
    r"repository|module|reg|icon|i18n|key ?name|fingerprint|commitment|nonce)[0-9]*$"
)
# Words of a name that say that the value may be seen; those of the second row do of tokens alone, which are none of ours then.
_PUBLIC = frozenset((
    "public", "publishable", "anon", "anonymous", "design", "color", "theme", "css", "csrf", "xsrf", "special", "pad", "mask",
    "idempotency", "idempotent", "cache", "sort", "partition", "primary", "foreign", "test", "fake", "mock", "dummy", "example",
    "hash", "site",
))  # fmt: skip
_COUNTED = frozenset((
    "page", "continuation", "next", "sync", "cancel", "bos", "eos", "mint", "max", "min", "maximum", "minimum", "num", "number",
    "total", "input", "output", "prompt", "completion",
))  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_RUN = re.compile(r"(?:public|publishable|anon|csrf|xsrf|page|next|sync|max|min|num|total|theme|cache|sort)_?(?:tokens?|keys?)$")


@cache
def _hints() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(hint.decode()) for hint in NAMED)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where to look: around the places that a quick search finds, and nowhere twice."""
    begin, finish = 0, 0
    for start, end in sorted((match.start(), match.end()) for hint in _hints() for match in hint.finditer(text)):
        if start - 80 > finish:
            if finish:
                yield begin, finish
            begin = start - 80
        finish = min(len(text), end + 450)
    if finish:
        yield begin, finish


def named(text: str, *, prose: bool = False, settings: bool = False) -> Iterator[tuple[str, str, int, int]]:
    """Values that are named as secret and can be one: their name, their kind, where they stand."""
    for begin, finish in _pieces(text):
        yield from _in_piece(text, begin, finish, prose, settings)


def _in_piece(text: str, begin: int, finish: int, prose: bool, settings: bool) -> Iterator[tuple[str, str, int, int]]:
    for match in (_OF_SETTINGS if settings or prose else _OF_CODE).finditer(text, begin, finish):
        if match.end() == finish < len(text):
            continue  # cut off: the next piece has it whole
        group = next(number for number in (5, 6, 7, 8) if match[number] is not None)
        quoted, value = group != 8, match[group]
        value = value.partition("&")[0] if prose and not quoted else value
        within = text[match.start() - 1 : match.start()].islower() or match[1].lower() in value.lower()
        if match[4] == "," and (within or not match[3]):
            continue
        if prose and match[3] and quoted and match[1].lower().startswith(("pass", "pwd")):
            continue  # the body of a request, as manuals show it
        before = _BEFORE.search(text[max(0, match.start() - 60) : match.start()])
        name = (before[0] if before else "") + match[1] + match[2]
        tail = match[2].rstrip("-_")
        if _ELSE.search(tail) or _may_be_seen(name, match[1]) or tail.lower().startswith(("iz", "ary", "less", "ed")):
            continue
        word = match[1].lower()
        if not quoted and word.startswith(("pass", "pwd")) and not _ENDS.match(text, match.end()):
            continue  # a sentence goes on
        value = value if quoted or value.endswith("..") else value.rstrip(".")
        if _is_secret(word, value, prose=prose, quoted=quoted) or ("heroku" in name.lower() and _UUID.fullmatch(value)):
            kind, start = "password" if word.startswith(("pass", "pwd")) else "secret", match.start(group)
            yield _short(name), kind, start, start + len(value)
    for match in _HEADER.finditer(text, begin, finish):
        if random_value(match[2], 20):
            yield "", f"{match[1].lower()} credential", match.start(2), match.end(2)


def _is_secret(word: str, value: str, *, prose: bool, quoted: bool) -> bool:
    if word == "token" and _ADDRESS.fullmatch(value):
        return False  # where a coin is kept
    if value.startswith("eyJ") and public_token(value):
        return False
    if prose:
        return not _BARE_UUID.fullmatch(value) and random_value(value, 20)
    if word.startswith(("pass", "pwd")):
        return password_value(value)
    return random_value(value, 16) or (word in ("secret", "credential") and quoted and len(value) >= 12 and password_value(value))


def _may_be_seen(name: str, word: str) -> bool:
    """Whether a word of the name says so: ``next`` of nextToken does, and is none of NEXTAUTH_SECRET, nor ``min`` of ADMIN_KEY."""
    words = {one.lower() for one in _WORD.findall(name)}
    return bool(words & _PUBLIC or (word.lower() == "token" and words & _COUNTED) or any(map(_RUN.fullmatch, words)))


def _short(name: str) -> str:
    return name.lstrip(".-")[-60:]
