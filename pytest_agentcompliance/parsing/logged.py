"""What calls of a logger write down that should not be read by whoever reads logs: told by the names of what they are given."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.somewhere import Anywhere, may_say
from pytest_agentcompliance.parsing.together import Together

Kind = Literal["secret", "personal"]
# What must stand somewhere in the added lines before a grammar is asked.
SENSITIVE = Anywhere(re.compile(
    r"(?i)passw|passphrase|\bpwd|_pwd|secret|token|credential|authorization|cookie|api_?key|access_?key|private_?key|signing_?key|"
    r"encryption_?key|ssn|social_?security|card_?num|credit_?card|cvv|cvc|\.env\b|environ|req(?:uest)?\.(?:body|headers)|e?mail\b"
), (
    "passw", "passphrase", "pwd", "_pwd", "secret", "token", "credential", "authorization", "cookie", "api", "access", "private",
    "signing", "encryption", "ssn", "social", "card", "credit", "cvv", "cvc", ".env", "environ", "req", "email", "mail",
))  # fmt: skip
_LEVELS = r"(?:log|info|warn|warning|error|debug|trace|fatal|verbose|silly|http|notice|critical|exception|success|msg|dir|table)"
_NAMES = r"(?:logger|log|_logger|_log|logging|LOGGER|LOG|winston|pino|Logger|appLogger|rootLogger|reqLog)"
_LETTER = r"(?:\w|[^\0-\x7f])"
_CALLEES = {
    "python": re.compile(rf"print|pprint|pprint\.pprint|(?:[A-Za-z_]{_LETTER}*\.)*{_NAMES}\.{_LEVELS}"),
    "go": re.compile(
        r"fmt\.Print(?:f|ln)?|log\.(?:Print|Fatal|Panic)(?:f|ln)?|slog\.(?:Debug|Info|Warn|Error)(?:Context)?"
        rf"|(?:[A-Za-z_]{_LETTER}*\.)*(?:logger|log|sugar|zap)\.(?:Debug|Info|Warn|Error|Fatal|Panic|Print)(?:f|w|ln)?"
    ),
    "": re.compile(rf"console\.{_LEVELS}|(?:[A-Za-z_$](?:{_LETTER}|\$)*\.)*{_NAMES}\.{_LEVELS}"),
}  # fmt: skip
# How each of them ends: the grammar makes its patterns anew for each text, and those above take it longer than the rest.
_ENDS = {
    "python": rf"(?:^p?print|\.pprint|\.{_LEVELS})$", "": rf"\.{_LEVELS}$",
    "go": r"\.(?:Print|Debug|Info|Warn|Error|Fatal|Panic)(?:f|w|ln|Context)?$",
}  # fmt: skip
_SCRIPTS = frozenset({"javascript", "typescript", "tsx"})
_CHAIN = re.compile(r"[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Calls that write down what they are given; any other may have masked it.
_THROUGH = re.compile(r"(?:JSON\.stringify|String|str|repr|json\.dumps|dumps|pformat|inspect|util\.inspect|dict|format|"
                      r"orjson\.dumps|vars|(?:zap|slog)\.\w+|fmt\.Sprintf?|Object\.(?:entries|values|assign)|)$")  # fmt: skip
_SECRETS = frozenset({
    "password", "passwd", "passphrase", "pwd", "secret", "secrets", "token", "credential", "credentials", "authorization", "cookie",
    "cookies", "apikey", "ssn", "cvv", "cvc", "jwt",
})  # fmt: skip
_PAIRS = frozenset({
    ("api", "key"), ("access", "key"), ("private", "key"), ("signing", "key"), ("encryption", "key"), ("secret", "key"),
    ("card", "number"),
    ("credit", "card"), ("social", "security"), ("auth", "header"),
})  # fmt: skip
# Words that make of a name another thing: a count, an id, a name, a mark that something is there.
_ELSE = frozenset(
    """
    address age alg algo algorithm amount arn at audience average avg balance bucket budget cache cached cancel cancellation
    chain change changed check claims color completion config configured consumed context contract cost count counter counts
    created csrf css data decimals delta design dict dir efficiency enabled endpoint env err error errors estimate estimated
    event exists exp expected expiration expire expired expires expiry failed field fields file filename fingerprint flag format
    found has hash hashed header hint holder id ids index info input invalid is issuer key_id keys kind kinds label len length
    lexeme limit limits list manager map mask masked max message metadata min mint missing mode msg name names next node nodes
    num number ok option options output overhead page pair pairs param params parser path paths payload per percent percentage
    policy prefix present preview price prompt provider public rate ratio reasoning redacted reduction ref remaining request
    required reset response result results safe sanitized saved savings scope scopes semantic service set settings size source
    state stats status storage store stream strength style success suffix sum supply symbol tab text theme thinking threshold
    title total tree ttl type types updated uri url usage used user valid value_count var variable vars verified version window
    """.split()  # noqa: SIM905 - a list of so many words is read by nobody
)
_SAME = frozenset(
    """
    b64 base64 bearer bytes clear code cookie credential credentials decoded encoded header headers hex jwt key original
    pair password plain plaintext raw secret str string text token value values
    """.split()  # noqa: SIM905 - as above
)
# What makes of a token a word of a text, or a coin.
_OTHER = frozenset(
    """
    base bos buy coin dest draft end eos fee first from fungible generated governance image last lp native out pad payment predicted
    quote reward sampled second selected sell sep source special stake staked start stop target to trade unk word wrapped
    """.split()  # noqa: SIM905 - as above
)
# One of these stands in whatever is written down here, in small letters.
_SAID = (
    "passw", "passphrase", "pwd", "secret", "token", "credential", "authorization", "cookie", "key", "ssn", "cvv", "cvc", "jwt",
    "card", "security", "header", "mail", "body", "env",
)  # fmt: skip
_FROM = frozenset({"for", "from", "of", "in", "to", "by", "with"})
_WHOLE = re.compile(
    r"(?:(?:ctx|c|context|self|this|this\.ctx)\.)?(?:req|request)\??\.(?:raw\??\.)?(?:body|headers|rawHeaders|cookies)|(?:ctx|"
    r"event)\??\.(?:headers|request\.body)|"
    r"process\.env|os\.environ|(?:r|req)\.Header"
)
_BRACKET = re.compile(r"[()\[\]{}]")
_CUT = re.compile(r"([A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*)\[:")
_MASKED = re.compile(r"\s*(?:\)?\s*=>|\[|\(|\?(?![.?])|&&|[=!]=|[<>]|is\b|in\b|and\b|instanceof\b|:(?=[^}\]]*$)|:(?![.\w]*\}))")
_ASKED = re.compile(r"(?:!|\bnot|\btypeof|\bif|\bdelete|\bawait|===?|!==?|\bin|\?\.|\.)\s*$")


@dataclass(frozen=True, slots=True)
class Logged:
    """A call that logs what it should not: its lines, what it is, the call on one line."""

    line: int
    last: int
    kind: Kind
    what: str
    text: str
    callee: str


def logged(path: str, text: str) -> tuple[Logged, ...]:
    """The calls of a file that log a secret, a whole request, the environment, or an e-mail address; one for each thing."""
    language = language_of(path, text)
    if language is None or (language.name not in _SCRIPTS and language.name not in ("python", "go")):
        return ()
    if not may_say(text, _SAID):
        return ()
    calls = grammar.find(_call(language.name), language.grammar, text) or ()
    calls = tuple(
        one for one in calls
        if one.held[0] and one.held[1] and _is_callee(text, *one.held[0], language.name)
        and may_say(text[slice(*one.held[1])], _SAID)
    )  # fmt: skip
    found = _paints(language.name).find(language.grammar, text) if calls else None
    if found is None:
        return ()
    line, paints = Lines(text), sorted((one.start, -one.end, one.pattern + 1) for one in found)
    counts = re.search(r"max_?tokens|tokeniz|on_?token|lexer|prompt_tokens|completion_tokens|token_?count|"
                       r"num_tokens", text, re.IGNORECASE)
    hide = 300 if language.name == "python" and "SecretStr" in text else 0  # so often it is asked: each time costs a walk
    said: list[Logged] = []
    for call in calls:
        assert call.held[0]
        assert call.held[1]
        (begin, end), (start, finish) = call.held[0], call.held[1]
        if finish - start > 20_000:
            continue
        code = _code(text, start + 1, finish - 1, paints)
        named = dict.fromkeys(_named(code, text[start + 1 : finish - 1], streams=counts is not None))
        for what, kind in named:
            if hide and kind == "secret":
                hide -= 1
                if _hides(text, call.start, what):
                    continue
            whole = " ".join(text[call.start : call.end].split())
            said.append(Logged(line(call.start), line(call.end), kind, what, whole, text[begin:end]))
    return tuple(said)


def _hides(text: str, at: int, what: str) -> bool:
    """Whether a value is one of pydantic's that show themselves as stars: by what its function, or its class, does with it."""
    last = what.rpartition(".")[2]
    start, end = (0, len(text)) if what.startswith("self.") else (text.rfind("def ", 0, at), text.find("def ", at))
    part = text[max(0, start) : end if end != -1 else len(text)]
    return re.search(rf"\b{re.escape(last)}(?:\.get_secret_value\(|\s*[:=][^\n]{{0,40}}\bSecretStr\b)", part) is not None


def _is_callee(text: str, start: int, end: int, name: str) -> bool:
    """Whether what is called writes to the log."""
    if text.find("(", start, end) >= 0:  # so that what many calls hang on is not gone through for each
        return False
    return _CALLEES["" if name in _SCRIPTS else name].fullmatch(text, start, end) is not None


@cache
def _call(name: str) -> list[tuple[Mapping[str, Any], list[str]]]:
    """The calls of a logger, by what is called and what it is given."""
    call = "call" if name == "python" else "call_expression"
    callee = {"has": {"field": "function", "pattern": "$F", "regex": _ENDS["" if name in _SCRIPTS else name]}}
    return [({"rule": {"kind": call, "all": [callee, {"has": {"field": "arguments", "pattern": "$A"}}]}}, ["F", "A"])]


@cache
def _paints(name: str) -> Together:
    """Strings and comments, and what is put into strings."""
    script = name in _SCRIPTS
    strings = (
        ["string", "template_string", "regex", "comment"] if script
        else ["string", "comment"] if name == "python"
        else ["interpreted_string_literal", "raw_string_literal", "comment"]
    )  # fmt: skip
    patterns: list[tuple[Mapping[str, Any], list[str]]] = [
        ({"rule": {"any": [{"kind": kind} for kind in strings]}}, []),
    ]
    if name != "go":
        patterns.append(({"rule": {"kind": "template_substitution" if script else "interpolation"}}, []))
    return Together(patterns)


def _code(text: str, start: int, end: int, paints: list[tuple[int, int, int]]) -> str:
    """The code between two offsets with its strings and comments made blank, but not what is put into them."""
    code = list(text[start:end])
    for begin, minus, pattern in paints:
        if begin >= end:
            break
        low, high = max(begin, start) - start, min(-minus, end) - start
        if low < high:
            code[low:high] = " " * (high - low) if pattern == 1 else text[low + start : high + start]
    return "".join(code)


def _named(code: str, raw: str, *, streams: bool) -> Iterator[tuple[str, Kind]]:
    marks, now = _hidden(code), 0
    cut = frozenset(_CUT.findall(code))
    for match in _CHAIN.finditer(code):
        while now + 1 < len(marks) and marks[now + 1][0] < match.start():
            now += 1
        chain, after = match[0].replace("?.", "."), code[match.end() : match.end() + 60]
        if marks[now][1] or _ASKED.search(code[max(0, match.start() - 200) : match.start()]):
            continue
        if subscript := re.match(r"""\s*(?:\?\.)?\[\s*["']([\w-]{1,60})["']\s*\]""", raw[match.end() : match.end() + 80]):
            chain = f"{chain}.{subscript[1].replace('-', '_')}"
            after = code[match.end() + subscript.end() :][:60]
        if chain.endswith(".get_secret_value"):
            yield chain, "secret"
            continue
        after = re.sub(r"^\s*!(?:[rsa](?=[:}])|(?=\s*[,)}]))", "", after)
        after = re.sub(r"^\s*=(?=[!:}])", "", after)
        if re.match(r"\s*=(?!=)", after) or _MASKED.match(after) or match[0] in cut:
            continue  # what is cut beside it is whole only where it is short
        if _WHOLE.fullmatch(chain):
            yield f"all of {chain}", "secret"
        elif kind := _kind(chain, streams):
            yield chain, kind


def _hidden(code: str) -> list[tuple[int, bool]]:
    """From which offset on what is given is written down as it is, and from where it is not: no call but those of ``_THROUGH``."""
    marks: list[tuple[int, bool]] = [(0, False)]
    opened: list[bool] = []
    for sign in _BRACKET.finditer(code):
        at = sign.start()
        if sign[0] in "([{":
            before = code[max(0, at - 60) : at]
            called = re.split(r"[^\w.$]", before)[-1]
            hides = sign[0] == "[" and re.search(r"[\w)\]]\s*$", before) is not None
            if sign[0] == "(":
                hides = before[-6:].rstrip().endswith(("!", "not")) or bool(called and not _THROUGH.fullmatch(called))
            opened.append(marks[-1][1])
            marks.append((at, marks[-1][1] or hides))
        elif opened:
            marks.append((at, opened.pop()))
    return marks


def _kind(chain: str, streams: bool) -> Kind | None:
    last = chain.rpartition(".")[2]
    words = [word.lower() for word in _WORD.findall(last)]
    if words and words[-1] in ("email", "mail") and len(words) <= 2 and not set(words) & _ELSE:
        return "personal"
    if words == ["token"] and ("." not in chain and streams):
        return None
    # The last word says what it is: the earnings of a key are none, the value of a token is one.
    for at, word in enumerate(words):
        if word == "token" and set(words[:at]) & _OTHER:
            continue
        size = 2 if tuple(words[at : at + 2]) in _PAIRS else 1 if word in _SECRETS else 0
        resets = word == "token" and words[at - 1 : at] == ["reset"]  # it opens an account
        if size and not set(words[: at - resets]) & _ELSE and _is_it(words[at + size :]):
            return "secret"
    return None


def _is_it(rest: list[str]) -> bool:
    return not rest or rest[0] in _FROM or all(word in _SAME or word.isdigit() for word in rest)
