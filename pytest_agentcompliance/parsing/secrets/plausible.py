"""Whether a value can be a secret: how random it looks, and what only stands where a secret would."""

import base64
import binascii
import json
import math
import re
from collections import Counter
from itertools import pairwise

from pytest_agentcompliance.parsing.late import late

RANDOM = 3.0  # bits in a character, from where on a text looks random
_PIECE = late(r"[A-Za-z0-9]+")
# Parts of names, in camel case or not: random letters seldom have so many small ones in a row with a vowel among them.
_PART = late(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}")
_BASE64 = late(r"[A-Za-z0-9+/]{16,}={0,2}")
_VOWEL = late("[aeiouyAEIOUY]")
_SAID = late(
    r"(?i)example|change[-_]?(?:me|this|it)|placeholder|redacted|masked|dummy|sample|your[-_]?(?:own|api|key|token|secret|pass|"
    r"real)|"
    r"\byour\b|your_|x{4}|\*{3}|\.\.\.|\u2026|0{8}|fake|(?<![A-Za-z])test|test(?![A-Za-z])|[-_]mock|^mock|notreal|not[-_]a[-_]|"
    r"invalid|"
    r"replace[-_]?(?:me|this|with)|insert|dead-?beef|c0ffee|cafebabe|abc-?123|a1b2c3|1a2b3c|12-?34-?56|123abc|todo|fixme|"
    r"goes[-_]?here|"
    r"xyz-?(?:123|789)|foobar|secret[-_]?(?:key|token|value)|lorem|do[-_]?not[-_]?use|development|insecure"
)
_NO_VALUE = late(
    r"(?i)phc_|pk_|pub_|[$<{%\[(]|process\.env|os\.environ|import\.meta|env\.|secrets?\.|vars\.|vault:|op://|ref\+|arn:|sm://|"
    r"ssm:|projects/|"
    r"[a-z][a-z0-9+.-]{1,30}://|[./~]{1,3}[\w-]{1,60}/|\d{4}-\d\d-\d\d|data:|sha\d{1,3}[-:=]|md5[-:]|\$2[aby]\$|\$argon2|"
    r"\$pbkdf2|pbkdf2_|"
    r"0x[0-9a-f]{40}$|ssh-(?:rsa|ed25519) |-----|enc:|enc\[|encrypted:|urn:|application/|[\w.]+\([^)]*\)$|\\|@|v?\d+\.\d+\.\d+"
)
_UUID = late(r"(?i)\{?[0-9a-z]{8}-(?:[0-9a-z]{4}-){3}[0-9a-z]{12}\}?")
_CODE = late(
    r"[\w$]+(?:\.[\w$]+)+(?:\(.*)?|[\w$]+\(.*|.*[{}\\|].*|.*\[[^\]]*\].*|.*(?:=>|\?\.|&&|\.[*+]).*|\.?[\w-]+:[\w:-]+"
)
_SERIES = late(r"(?i)[a-z]+[-_.@#!$]?(?:0?1234?5?6?7?8?9?|4321|5678|6789)[!@#$]?")
_COMMON = frozenset(
    """
    a abc access account admin administrator and another api app auth bar baz bearer change changeme client confirm cookie
    correct credential credentials current database db default demo dev develop development different dummy e encryption env
    example fake first foo for guest hash hashed hello here in initial insecure invalid is jwt key letmein local localhost
    login long max me min minio minioadmin mock mongo mongodb my mysql new not of old one only other p pass passphrase
    passwd password placeholder plain please postgres postgresql prod production pwd qwerty rabbitmq random redis refresh
    reset right root safe sample second secret secrets secure server service session short signing some staging str string
    strong super temp temporary test tester testing the this to token two updated user username valid value w weak webhook
    welcome world wrong x xxx your
    """.split()  # noqa: SIM905 - a list of so many words is read by nobody
)
_LEET = str.maketrans("013457@$!", "oleastasi")
_DOCUMENTED = frozenset({
    "sk_test_" "4eC39HqLyjWDarjtT1zdp7dc", "sk_test_" "BQokikJOvBiI2HlWgH4olfQ2", "sk_test_" "tGN0bIwXnHdwOa85VABjPdSn8nWY7G7I",
    "wJalrXUtnFEMI/K7MDENG/" "bPxRfiCYEXAMPLEKEY", "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
    "ghp_" "16C7e42F292c6912E7710c838347Ae178B4a",  # of GitHub's documentation
    # the key of Azure's storage emulator, the same on every machine
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/" "K1SZFPTOtr/KBHBeksoGMGw==",
})  # fmt: skip


def entropy(text: str) -> float:
    """Bits in a character, by how often each stands in the text itself."""
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values()) if size else 0.0


def repeated(text: str) -> bool:
    """One of few characters, as in ``ghp_xxxxxxxx``: nobody's."""
    tail = text[-16:]
    return len(set(tail)) <= 3


def fake(token: str) -> bool:
    """Whether a text that has the form of a secret was made up: it says so, counts up, or repeats itself."""
    if token in _DOCUMENTED or repeated(token) or _SAID.search(token):
        return True
    if _says(token):
        return True
    core = max(_PIECE.findall(token), key=len, default="")
    counted = any(_counts(one) for one in (core, core[::2], core[1::2]))
    return counted or _periodic(core) or len(set(core.lower())) < min(8, len(core) // 2)


def _says(token: str) -> bool:
    """Whether it is words in base 64, as the keys of documentation are."""
    if not 16 <= len(token) <= 400 or not _BASE64.fullmatch(token):
        return False
    try:
        plain = base64.b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
    except ValueError:
        return False
    return plain.isprintable() and (worded(plain) > 0.5 or _SAID.search(plain) is not None)


def random_value(value: str, least: int = 16) -> bool:
    """Whether a value that is named as a key or token is one: letters and digits without order or words."""
    if not least <= len(value) <= 400 or nothing(value) or fake(value) or " " in value:
        return False
    if not (re.search("[0-9]", value) and re.search("[A-Za-z]", value)) or entropy(value) < RANDOM:
        return False
    return worded(value) < 0.45


def password_value(value: str) -> bool:
    """Whether a value that is named as a password is one: of several kinds of characters, and no word of everybody's."""
    if not 8 <= len(value) <= 100 or nothing(value) or repeated(value) or _SAID.search(value) or " " in value.strip():
        return False
    kinds = sum(bool(re.search(kind, value)) for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9_-]"))
    if kinds < 2 or not re.search("[0-9]", value) or not re.search("[A-Za-z]", value) or len(set(value)) < 6:
        return False
    return not weak(value) and not _SERIES.fullmatch(value) and worded(value) < (0.75 if kinds > 2 else 0.45)


def weak(value: str) -> bool:
    """A password made of words that everybody uses: ``admin123``, ``P@ssw0rd!``, ``my-test-password-1``."""
    plain = value.lower()
    bare = re.sub(r"[^a-z]{1,20}$", "", plain)
    return any(_all_common(one) for one in (plain, bare.translate(_LEET), plain.translate(_LEET)))


def _all_common(text: str) -> bool:
    """Whether all letters belong to common words, taken from the left, the longest first."""
    letters = [part for part in re.split(r"[^a-z]+", text) if part]
    return all(_splits(part) for part in letters[:12])


def _splits(part: str) -> bool:
    part, reach = part[:60], {0}
    for end in range(1, len(part) + 1):
        if any(start in reach and part[start:end] in _COMMON for start in range(max(0, end - 14), end)):
            reach.add(end)
    return len(part) in reach


def nothing(value: str) -> bool:
    """Whether a value is a reference, a path, a hash, an id: what names a secret, or is none."""
    return bool(_NO_VALUE.match(value) or _UUID.fullmatch(value) or _CODE.fullmatch(value))


def worded(value: str) -> float:
    """How much of a value is made of words, from 0 to 1."""
    return sum(len(one) for one in _PART.findall(value) if _VOWEL.search(one)) / max(1, len(value))


def public_token(token: str) -> bool:
    """Whether a JSON web token is no secret: the sample of the documentation, or one that is made to be public."""
    parts = token.split(".")
    said = [_decoded(part) for part in parts[:2]]
    if any(said) and "alg" not in said[0]:
        return True
    claims = said[1] if len(said) > 1 else {}
    if str(claims.get("role", "")) in ("anon", "authenticated") or claims.get("name") == "John Doe":
        return True
    return str(claims.get("sub", "")).startswith(("1234567890", "test", "user")) or "demo" in str(claims.get("iss", ""))


def _decoded(part: str) -> dict[str, object]:
    try:
        said = json.loads(base64.urlsafe_b64decode(part[:4000] + "=" * (-len(part[:4000]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _counts(text: str) -> bool:
    """Whether a part of a text counts up or down: ``12345678``, ``abcdefgh``."""
    low = text.lower()
    run = 1
    step = 0
    for one, two in pairwise(low):
        now = ord(two) - ord(one)
        run = run + 1 if now == step and now in (1, -1) else 2 if now in (1, -1) else 1
        step = now
        if run >= 7:
            return True
    return any(keys in low for keys in ("qwertyui", "asdfghjk"))


def _periodic(text: str) -> bool:
    return len(text) >= 16 and any(text == (text[:size] * len(text))[: len(text)] for size in range(1, min(16, len(text) // 2) + 1))
