"""Tokens that are signed without an end to their life."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.built_sql.source import Call, Source, Spot
from pytest_agentcompliance.parsing.hardening import Open
from pytest_agentcompliance.parsing.hardening.settled import given, named
from pytest_agentcompliance.parsing.lines import Lines

_SIGN = re.compile(r"(?:jwt|jsonwebtoken|JWT|jsonWebToken|Jwt)\.sign\Z|sign\Z")
_JOSE = re.compile(r"new\s+(?:\w+\.)?SignJWT\s*\(")
_ENCODE = re.compile(r"(?:\w+\.)*(?:jwt|pyjwt|PyJWT|_jwt)\.encode\Z")
_EXPIRES = re.compile(r"(?i)[\"']exp[\"']|\bexp\s*[:=,}]|\.exp\b|expires?_?in|expires?_?(?:at|delta|time)|expiration")
_FROM = re.compile(r"[\"']jsonwebtoken[\"']")


def found(source: Source) -> Iterator[Open]:
    """The calls of a file that sign a token which says nowhere when it ends."""
    text = source.text
    if "sign" not in text and "encode" not in text:
        return
    line = Lines(text)
    for call in source.calls:
        callee = text[slice(*call.callee)]
        if len(callee) > 4000 or not callee.rstrip().endswith((".sign", "sign", ".encode")):
            continue
        if (_endless_script if source.script else _endless_python)(source, call, callee):
            said = " ".join(text[call.start : call.end].split())[:200]
            yield Open(line(call.callee[1] - 1), line(call.end - 1), "token", "a token is signed without an expiry", said)


def _endless_script(source: Source, call: Call, callee: str) -> bool:
    if _JOSE.match(callee.lstrip()):
        return "setExpirationTime" not in callee and not _EXPIRES.search(callee)
    arguments = given(source, call)
    plain = re.sub(r"\s", "", callee)
    if not _SIGN.match(plain) or not 2 <= len(arguments) <= 4 or (plain == "sign" and not _FROM.search(source.text)):
        return False
    if not _FROM.search(source.text) and not plain.startswith(("jwt", "jsonwebtoken")):
        return False
    options = next((one for one in arguments[2:3] if "=>" not in source.code[slice(*one)]), None)
    if options is not None and (source.code[options[0]] != "{" or "..." in source.code[slice(*options)]):
        value = named(source, options)
        if value is None or source.code[value[0]] != "{" or "..." in source.code[slice(*value)]:
            return False  # what is set elsewhere may have it
        options = value
    if options is not None and _EXPIRES.search(source[options]):
        return False
    return not _carries(source, arguments[0], call)


def _endless_python(source: Source, call: Call, callee: str) -> bool:
    arguments = given(source, call)
    if not _ENCODE.match(callee) or len(arguments) < 2:
        return False
    return not _EXPIRES.search(source[call.arguments]) and not _carries(source, arguments[0], call)


def _carries(source: Source, payload: Spot, call: Call) -> bool:
    """Whether what is signed says itself when it ends, as far as this file knows."""
    if source.code[payload[0]] == "{" and not re.search(r"\.\.\.|\*\*", source.code[slice(*payload)]):
        return _EXPIRES.search(source[payload]) is not None
    function = source.function(call.start)
    name = re.match(r"\w*", source.code[payload[0] : payload[1]])
    known = function and name and any(function[0] <= one.at < call.start for one in source.values.get(name[0], ()))
    part = source.text[function[0] : function[1]] if function and known else source.text
    return _EXPIRES.search(part) is not None
