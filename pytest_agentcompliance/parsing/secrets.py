"""Secrets in text: keys and tokens by the form that their providers gave them, and values that are named as secret and look random.

``find`` says where they stand, ``masked`` puts a mark in their place. Time is linear in the text.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 4096  # characters of one secret, but for a private key
MARK = "[masked: {kind}]"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in a text: what it is, and where it stands."""

    kind: str
    start: int
    end: int


_EDGE, _END = r"(?<![A-Za-z0-9_])", r"(?![A-Za-z0-9_])"
_PROVIDERS = (
    ("AWS key", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}"),
    ("GitHub token", r"gh[pousr]_[A-Za-z0-9]{36,255}"),
    ("GitHub token", r"github_pat_[A-Za-z0-9_]{60,255}"),
    ("GitLab token", r"gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|oas|imt)-[A-Za-z0-9_.=-]{20,300}"),
    ("Slack token", r"xox[abeoprs]-[A-Za-z0-9-]{10,250}"),
    ("Slack token", r"xapp-\d-[A-Za-z0-9-]{20,250}"),
    ("Stripe key", r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,250}"),
    ("Stripe key", r"whsec_[A-Za-z0-9+/]{24,250}={0,2}"),
    ("Anthropic key", r"sk-ant-[A-Za-z0-9_-]{20,250}"),
    ("OpenAI key", r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,250}"),
    ("OpenAI key", r"sk-[A-Za-z0-9]{40,64}"),
    ("Google key", r"AIza[A-Za-z0-9_-]{35}"),
    ("Google token", r"ya29\.[A-Za-z0-9_-]{20,1000}"),
    ("Google key", r"GOCSPX-[A-Za-z0-9_-]{20,60}"),
    ("npm token", r"npm_[A-Za-z0-9]{36}"),
    ("PyPI token", r"pypi-AgE[A-Za-z0-9_-]{40,1000}"),
    ("Hugging Face token", r"hf_[A-Za-z0-9]{30,60}"),
    ("DigitalOcean token", r"do[opr]_v1_[a-f0-9]{64}"),
    ("SendGrid key", r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"),
    ("Twilio key", r"SK[a-f0-9]{32}"),
    ("Mailgun key", r"key-[a-f0-9]{32}"),
    ("Telegram token", r"\d{8,10}:AA[A-Za-z0-9_-]{33}"),
    ("Shopify token", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    ("Linear key", r"lin_api_[A-Za-z0-9]{32,60}"),
    ("Postman key", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    ("Databricks token", r"dapi[a-f0-9]{32}"),
    ("Vault token", r"hv[sbr]\.[A-Za-z0-9_-]{24,250}"),
    ("Doppler token", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{30,90}"),
    ("age key", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    ("Supabase key", r"sb_secret_[A-Za-z0-9_-]{20,80}"),
    ("Supabase key", r"sbp_[a-f0-9]{40}"),
    ("Sentry token", r"sntry[su]_[A-Za-z0-9_=+/-]{40,300}"),
    ("Azure key", r"(?<=AccountKey=)[A-Za-z0-9+/]{80,100}={0,2}"),
    ("JSON web token", r"eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,1000}"),
)
# One alternative of each kind; every one begins with letters of its own, so that a text is walked once.
_TOKENS = re.compile(_EDGE + "(?:" + "|".join(f"({pattern})" for _, pattern in _PROVIDERS) + ")" + _END)
_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_FINISH = re.compile(r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_ARMOUR = re.compile(r"[ \t>|\"'+\\rn]{0,20}[A-Za-z0-9+/=:, .-]{0,200}[\"'\\rn,;]{0,8}")
_PASSWORD = re.compile(r"(?<=[A-Za-z0-9])://[^\s/:@\"'<>]{0,200}:([^\s/@\"'<>]{1,200})@")
_HEADER = re.compile(
    r"(?i:authorization[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?"
    r"(?:(?:basic|bearer|token|digest|negotiate|apikey)[ \t]{1,4})?)([^\s\"',;]{6,4096})"
)
_BEARER = re.compile(r"(?i:\bbearer[ \t]{1,4})([A-Za-z0-9._~+/-]{16,4096}={0,2})")
# What a name says of its value. The name is walked back from the word, so that each character is looked at a few times.
_NAMED = re.compile(
    r"(?i:(?:passwo?r?d|passwd|passphrase|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|auth[_-]?key|private[_-]?key|"
    r"credential|client[_-]?secret|encryption[_-]?key|signing[_-]?key)s?[A-Za-z0-9_-]{0,24}[\"']?[ \t]{0,4}(?::=|=>|[:=]|[ \t])"
    r"[ \t]{0,4})(?:\"([^\"\r\n]{8,400})\"|'([^'\r\n]{8,400})'|([^\s\"',;)}\]]{8,400}))"
)
# What stands where a secret would, and is none.
_HARMLESS = re.compile(
    r"(?i)(?:.{0,40}(?:example|changeme|change-me|placeholder|redacted|masked|dummy|sample|your[_-]|xxxx|\*\*\*|\.\.\.)|"
    r"[$<{%\[(]|process\.env|os\.environ|import\.meta|env\.|https?://|[./~]{1,3}[\w-]{1,60}/|\d{4}-\d\d-\d\d)"
)
_WORDS = re.compile(r"[A-Za-z]{3,}")
RANDOM = 3.0  # bits in a character, from where on a text looks random


def find(text: str) -> tuple[Secret, ...]:
    """The secrets of a text in their order; where two overlap they are one."""
    found = sorted(_all(text), key=lambda one: (one.start, -one.end))
    apart: list[Secret] = []
    for one in found:
        if apart and one.start < apart[-1].end:
            if one.end > apart[-1].end:
                apart[-1] = Secret(apart[-1].kind, apart[-1].start, one.end)
        else:
            apart.append(one)
    return tuple(apart)


def masked(text: str) -> tuple[str, int]:
    """The text with a mark in the place of each secret, and how many there were. A masked text has none."""
    found = find(text)
    if not found:
        return text, 0
    parts, at = [], 0
    for one in found:
        parts += [text[at : one.start], MARK.format(kind=one.kind)]
        at = one.end
    return "".join([*parts, text[at:]]), len(found)


def _all(text: str) -> Iterator[Secret]:
    for match in _TOKENS.finditer(text):
        if not _repeated(match[0]):
            yield Secret(_PROVIDERS[(match.lastindex or 1) - 1][0], match.start(), match.end())
    yield from _private_keys(text)
    for match in _PASSWORD.finditer(text):
        if not _HARMLESS.match(match[1]):
            yield Secret("password", match.start(1), match.end(1))
    for kind, pattern in (("authorization", _HEADER), ("authorization", _BEARER)):
        for match in pattern.finditer(text):
            if not _HARMLESS.match(match[1]):
                yield Secret(kind, match.start(1), match.end(1))
    for match in _NAMED.finditer(text):
        number = match.lastindex or 1
        if looks_random(match[number]):
            yield Secret("secret", match.start(number), match.end(number))


def _private_keys(text: str) -> Iterator[Secret]:
    """From where one begins to where it ends; one whose end or whose beginning was cut off is as long as its armour."""
    at = 0
    while begin := _BEGIN.search(text, at):
        finish = _FINISH.search(text, begin.end(), begin.end() + 20_000)
        at = finish.end() if finish else _armoured(text, begin.end())
        yield Secret("private key", begin.start(), at)
    first = _FINISH.search(text)
    if first and text.rfind("-----BEGIN ", 0, first.start()) == -1:
        start = _armoured_before(text, first.start())
        yield Secret("private key", start, first.end())


def _armoured(text: str, at: int) -> int:
    """Where the lines of a key end that go on from here."""
    end = at
    for _ in range(400):
        newline = text.find("\n", end)
        line = text[end : newline if newline != -1 else len(text)].strip()
        if len(line) > 200 or not _ARMOUR.fullmatch(line) or (" " in line and ":" not in line):
            return end
        if newline == -1:
            return len(text)
        end = newline + 1
    return end


def _armoured_before(text: str, at: int) -> int:
    start = at
    for _ in range(400):
        if start == 0:
            return 0
        newline = text.rfind("\n", 0, start - 1)
        line = text[newline + 1 : start].strip()
        if line and (len(line) > 200 or not _ARMOUR.fullmatch(line) or " " in line):
            return start
        start = newline + 1
    return start


def looks_random(text: str) -> bool:
    """Whether a value that is named as secret can be one: no name, no sentence, no placeholder."""
    if len(text) < 8 or len(text) > LONGEST or _HARMLESS.match(text) or _repeated(text):
        return False
    kinds = sum(bool(re.search(kind, text)) for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9_. -]"))
    if " " in text.strip() or kinds < 2:
        return False
    if entropy(text) < RANDOM:
        return False
    # Names in camel case, in snake case, of modules and of files: what is left without the words is too little.
    return bool(re.search("[0-9]", text)) or sum(map(len, _WORDS.findall(text))) < 0.7 * len(text)


def entropy(text: str) -> float:
    """Bits in a character, by how often each stands in the text itself."""
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values()) if size else 0.0


def _repeated(text: str) -> bool:
    """One of few characters, as in ``ghp_xxxxxxxx``: nobody's."""
    tail = text[-16:]
    return len(set(tail)) <= 3
