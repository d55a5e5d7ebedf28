"""The default that an expression comes down to, where it is a port: ``Number(process.env.PORT ?? 3000)``."""

from typing import NamedTuple

from pytest_agentcompliance.parsing.ports.code_tokens import Token
from pytest_agentcompliance.parsing.ports.declared import port_of, word_set
from pytest_agentcompliance.parsing.ports.names import holds_port, words

LONGEST = 60  # tokens of an expression
_VALUE_AFTER = frozenset(("=", ":", "??", "||", "or", "else", ":=", "??=", "||=", "?", "=>", "return", "as"))
_ENVIRONMENT = word_set(
    """
    env environ process Env ENV config configService settings Getenv getenv get getOrThrow
    """
)
_NO_DEFAULT = word_set(
    """
    parseInt parseint min max lte gte lt gt le ge clamp range randint between positive Math floor round
    """
)
_GIVES = word_set(
    """
    parseInt Number int default Field Option String str Some get getenv unwrap_or toString Int IntVar number port
    Integer parse defaultTo withDefault fallback or asPortNumber NewIntFlag cast
    """
)
_DEFAULTS = frozenset(("default", "fallback", "value", "initial", "dflt", "otherwise"))  # words of a keyword
_BOUNDS = word_set(
    """
    min max minimum maximum ge le gt lt gte lte lower upper limit low high from to
    """
)
_GOES_ON = frozenset(("??", "||", "?", ":", ".", "|", "&&", "or", "if", "else", ")", "]"))


class Value(NamedTuple):
    """Ports that an expression may come down to, the names that it reads them from, and where it ends."""

    ports: tuple[str, ...]
    reads: tuple[str, ...]
    end: int
    refers: str = ""
    schema: bool = False  # the port is the default of a schema
    public: bool = False  # it reads import.meta.env


def value(found: list[Token], start: int) -> Value | None:
    """The value of the expression that begins at ``start``; None where it is drawn at random or counted out."""
    ports: list[str] = []
    reads: list[str] = []
    callees: list[str] = []
    counted: list[int] = []  # how many ports there were when each of the open brackets began
    schema = public = False
    at = start
    while at < min(len(found), start + LONGEST):
        token, before = found[at], found[at - 1].text if at else ""
        following = found[at + 1].text if at + 1 < len(found) else ""
        if not callees and ((token.kind == "mark" and token.text in (")", "]", "}")) or (at > start and _ends(found, at))):
            break
        if token.kind == "mark":
            _enter(found, at, callees)
            counted = [*counted, len(ports)][: len(callees)]
        if token.text in ("*", "%") or (token.kind == "name" and "random" in token.text.lower()):
            return None
        public |= token.text == "meta" and before == "."
        port = port_of(token.text) if token.kind != "mark" else ""
        later = before == "," and counted[-1:] != [len(ports)]  # of the arguments one is the default
        named = _is_default(found, at) if callees else True
        if port and named and not later and _stands_as_value(before, callees) and following not in ("*", "<", ">", "/"):
            ports += [port] if port not in ports else []
            schema |= "default" in callees or callees[-1:] in (["Field"], ["withDefault"])
        elif holds_port(token.text) and (token.kind == "string" or (token.kind == "name" and following not in ("(", ":", "="))):
            reads.append(token.text)
        at += 1
    if not ports and len(reads) == 1 and at - start <= 4:
        return Value((), (), at, reads[0])
    return Value(tuple(ports), tuple(reads), at, schema=schema, public=public)


def _enter(found: list[Token], at: int, callees: list[str]) -> None:
    """Keep count of the brackets that are open."""
    if found[at].text in (")", "]", "}"):
        callees.pop()
    elif found[at].text in ("(", "[", "{"):
        callees.append(found[at - 1].text if at and found[at - 1].kind == "name" else _generic(found, at))


def _ends(found: list[Token], at: int) -> bool:
    token, before = found[at], found[at - 1]
    if token.text in (",", ";") and token.kind == "mark":
        return True
    if token.line == before.line:
        return False
    if token.text in ("if", "else") and token.kind == "name" and not _conditional(found, at):
        return True
    return token.text not in _GOES_ON and before.text not in (*_VALUE_AFTER, ".", "(", "&&", "|")


def _conditional(found: list[Token], at: int) -> bool:
    """Whether the if or else that begins a line goes on with the expression before it, and begins no statement."""
    following = [one.text for one in found[at + 1 : at + 30]]
    if found[at].text == "else":
        return following[:1] not in ([":"], ["{"], ["if"]) and following[1:2] != ["="]
    return following[:1] != ["("] and "else" in following and ":" not in following[: following.index("else")]


def _is_default(found: list[Token], at: int) -> bool:
    """Whether what has a name within brackets is a default: ``default=8000``, and neither ``max=65535`` nor ``retries=30``."""
    if at < 2 or found[at - 1].text not in ("=", ":") or found[at - 2].kind != "name":
        return True
    said = set(words(found[at - 2].text))
    if said & _BOUNDS:
        return False
    return found[at - 1].text == ":" or bool(said & _DEFAULTS) or holds_port(found[at - 2].text)


def _stands_as_value(before: str, callees: list[str]) -> bool:
    callee = callees[-1] if callees else ""
    if callee in ("min", "max", "lte", "gte", "lt", "gt", "le", "ge"):
        return False
    if before == ",":
        return bool(callee) and callee not in _NO_DEFAULT
    if before in ("(", "{"):
        return callee in _GIVES or not callee
    return before in _VALUE_AFTER


def _generic(found: list[Token], at: int) -> str:
    """The callee of ``get<number>(``."""
    back = at - 1
    if not at or found[back].text != ">":
        return ""
    while back > max(0, at - 8) and found[back].text != "<":
        back -= 1
    return found[back - 1].text if back and found[back - 1].kind == "name" else ""
