"""Secrets in text: keys and tokens by the form that their providers gave them, and values that are named as secret and look random.

``find`` says where they stand, ``masked`` puts a mark in their place. Time is linear in the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.secrets.forms import tokens
from pytest_agentcompliance.parsing.secrets.plausible import RANDOM, entropy, repeated
from pytest_agentcompliance.parsing.secrets.private_keys import private_keys

LONGEST = 4096  # characters of one secret, but for a private key
MARK = "[masked: {kind}]"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in a text: what it is, and where it stands."""

    kind: str
    start: int
    end: int


_PASSWORD = late(r"(?<=[A-Za-z0-9])://[^\s/:@\"'<>]{0,200}:([^\s/@\"'<>]{1,200})@")
_HEADER = late(
    r"(?i:authorization[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"'`]?+"
    r"(?:(?:basic|bearer|token|digest|negotiate|apikey)[ \t]{1,4})?+)([^\s\"',;]{6,4096})"
)
_BEARER = late(r"(?i:\bbearer[ \t]{1,4})([A-Za-z0-9._~+/-]{16,4096}={0,2})")
# What a name says of its value. The name is walked back from the word, so that each character is looked at a few times.
_NAMED = late(
    r"(?i:(?:passwo?r?d|passwd|passphrase|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|auth[_-]?key|private[_-]?key|"
    r"credential|client[_-]?secret|encryption[_-]?key|signing[_-]?key)s?[A-Za-z0-9_-]{0,24}[\"']?[ \t]{0,4}(?::=|=>|[:=]|[ \t])"
    r"[ \t]{0,4})(?:\"([^\"\r\n]{8,400})\"|'([^'\r\n]{8,400})'|([^\s\"',;)}\]]{8,400}))"
)
# What stands where a secret would, and is none.
_HARMLESS = late(
    r"(?i)(?:.{0,40}(?:example|changeme|change-me|placeholder|redacted|masked|dummy|sample|your[_-]|xxxx|\*\*\*|\.\.\.)|"
    r"[$<{%\[(]|process\.env|os\.environ|import\.meta|env\.|https?://|[./~]{1,3}[\w-]{1,60}/|\d{4}-\d\d-\d\d|"
    r"[a-z_$][\w$]{0,40}(?:\.[a-z_$][\w$]{0,40}){1,8}\()"  # a call of a method
)
_WORDS = late(r"[A-Za-z]{3,}")


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


def over_lines(value: str, mark: str, signs: str = "") -> str:
    """A mark on each line of a value, on as many lines. With ``signs``, of a patch, only lines that begin with one of them are
    masked, and keep it."""
    first, *more = value.split("\n")
    made = [mark + "\r" * first.endswith("\r")]
    for line in more:
        start = line[:1] if signs else ""
        hidden = line[len(start) :].strip() and (not signs or start in signs)
        made.append(start + mark + "\r" * line.endswith("\r") if hidden else line)
    return "\n".join(made)


def masked_lines(text: str) -> str:
    """The text with a mark on each line of each secret: it has as many lines as before."""
    parts, at = [], 0
    for one in find(text):
        parts += [text[at : one.start], over_lines(text[one.start : one.end], MARK.format(kind=one.kind))]
        at = one.end
    return "".join([*parts, text[at:]])


def _all(text: str) -> Iterator[Secret]:
    for form, start, end in tokens(text):
        if not repeated(text[start:end]):
            yield Secret(form.kind, start, end)
    for start, end in private_keys(text):
        yield Secret("private key", start, end)
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


def looks_random(text: str) -> bool:
    """Whether a value that is named as secret can be one: no name, no sentence, no placeholder."""
    if len(text) < 8 or len(text) > LONGEST or _HARMLESS.match(text) or repeated(text):
        return False
    kinds = sum(bool(re.search(kind, text)) for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9_. -]"))
    if " " in text.strip() or kinds < 2:
        return False
    if entropy(text) < RANDOM:
        return False
    # Names in camel case, in snake case, of modules and of files: what is left without the words is too little.
    return bool(re.search("[0-9]", text)) or sum(map(len, _WORDS.findall(text))) < 0.7 * len(text)
