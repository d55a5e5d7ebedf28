"""How passwords are hashed: the cost of bcrypt, and hashes that are too quick for a password."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.built_sql.source import Call, Source, Spot
from pytest_agentcompliance.parsing.hardening import Open
from pytest_agentcompliance.parsing.hardening.settled import fields, given, number
from pytest_agentcompliance.parsing.lines import Lines

_SCRIPT = re.compile(r"(?:(?i:\w*bcrypt\w*)\.)?(hash|hashSync|genSalt|genSaltSync)\Z")
_PYTHON = re.compile(r"(?:bcrypt\.)?gensalt\Z|(?i:\w*bcrypt\w*)\.(?:using|hash|encrypt|generate_password_hash)\Z|CryptContext\Z")
_IMPORTS = re.compile(
    r"(?:from\s+|require\(\s*)[\"'](?:bcrypt(?:js|-ts)?|@node-rs/bcrypt)[\"']|\bimport bcrypt\b|from bcrypt import|passlib|"
    r"flask_bcrypt|CryptContext"
)
_ROUNDS = ("rounds", "bcrypt__rounds", "bcrypt__default_rounds", "cost")
_QUICK = re.compile(r"(?:hashlib\.)?(?:md5|sha1|sha224|sha256|sha384|sha512)\Z|(?:^|\.)update\Z")
_PASSWORD = re.compile(r"(?i)(?<![\w])(?:[\w.]*[._])?(?:plain_?)?(?:password|passwd|pwd)\b(?!\s*\()")
# What nobody can guess is as safe behind a quick hash: the password of an account that nobody signs in to by one.
_RANDOM = re.compile(r"\A(?:\w+\.)*(?:randomUUID|randomBytes|nanoid|uuid\d?|v4|uuidv4|token_(?:hex|urlsafe|bytes))\s*\(")
_SLOW = re.compile(r"(?i)bcrypt|argon2|scrypt|pbkdf2|pwned|hibp")
DEFAULT = 10  # of bcrypt and bcryptjs for Node; Python's is 12


def found(source: Source) -> Iterator[Open]:
    """The hashes of passwords of a file: each use of bcrypt whose cost is known, and each hash that is no hash for passwords."""
    line = Lines(source.text)
    bcrypt, slow = _IMPORTS.search(source.text) is not None, _SLOW.search(source.text) is not None
    if not bcrypt and not re.search(r"(?i)passw|pwd", source.text):
        return
    for call in source.calls:
        callee = source.code[slice(*call.callee)]
        first, last, text = line(call.callee[1] - 1), line(call.end - 1), " ".join(source.text[call.start : call.end].split())[:200]
        if bcrypt and len(callee) < 200 and (cost := _cost(source, call, callee)) is not None:
            hashed = given(source, call)[:1]
            mild = any(_RANDOM.match(source.code[slice(*one)]) for one in hashed)
            yield Open(first, last, "password", f"bcrypt has a cost of {cost}", text, cost, mild)
        elif not slow and _QUICK.search(callee) and _hashes(source, call, callee):
            yield Open(first, last, "password", "a password is hashed with a hash that is made to be quick", text)


def _cost(source: Source, call: Call, callee: str) -> int | None:
    arguments = given(source, call)
    if not source.script:
        named = fields(source, call.arguments)
        spot: Spot | None = next((named[name] for name in _ROUNDS if name in named), None)
        if spot is None and callee.endswith("gensalt") and arguments:
            spot = arguments[0]
        elif spot is None and callee.endswith("generate_password_hash") and len(arguments) > 1:
            spot = arguments[1]
        return number(source, spot) if spot is not None and _PYTHON.match(callee) else None
    match = _SCRIPT.match(callee)
    if match is None or ("." not in callee and callee not in source.imported):
        return None
    if match[1].startswith("gen"):
        return number(source, arguments[0]) if arguments else DEFAULT
    return number(source, arguments[1]) if len(arguments) > 1 else None


def _hashes(source: Source, call: Call, callee: str) -> bool:
    if callee.endswith("update") and not re.search(r"createHash\s*\(", callee):
        return False
    return any(_PASSWORD.search(source.code[slice(*one)]) for one in given(source, call)[:1])
