"""Secrets that a change lays open: what ``find`` masks when in doubt is held to more here, since each of these accuses.

A leak is shown by its kind, its first fixed letters and its length, never by its value.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.secrets.detectors import detected
from pytest_agentcompliance.parsing.secrets.forms import tokens
from pytest_agentcompliance.parsing.secrets.named import named
from pytest_agentcompliance.parsing.secrets.plausible import entropy, fake, public_token, random_value, repeated, weak, worded
from pytest_agentcompliance.parsing.secrets.private_keys import private_keys

_URL = re.compile(r"://(?<=[A-Za-z0-9]://)([^\s/:@\"'<>`{}$]{0,200}):([^\s/@\"'<>`{}$%\[\]()*]{3,200})@([A-Za-z0-9.-]{1,200})(\S?)")
_MINE = re.compile(r"(?i)localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|host\.docker\.internal|[^.]*\.localhost")
# Hosts of one name are those of a compose file; the others are nowhere.
_NOWHERE = re.compile(
    r"(?i)[^.]*|(?:[^.]*\.){0,4}(?:example|test|invalid|local|localhost|svc|internal)(?:\.(?:com|org|net))?\.?|.*your.*|"
    r".*(?:my|some)[-_.]?(?:host|db|server|domain).*|host(?:name)?\..*"
)
_PUTTY = re.compile(r"PuTTY-User-Key-File-\d: ")
_BASE64_URL = re.compile(r"[A-Za-z0-9_+/-]{48,64}$")
_BASE64 = re.compile(r"[A-Za-z0-9+/=]{16,}")


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret on a line. ``value`` is there to be compared and is in no text; ``named`` is the name that it was given, if any."""

    kind: str
    line: int
    value: str = field(repr=False)
    named: str = ""
    prefix: str = ""
    strong: bool = True

    @property
    def shown(self) -> str:
        """What may be shown of it: the first letters that all of its kind have in common, and its length."""
        of = f"{self.prefix}\u2026, {len(self.value)} characters" if self.prefix else f"{len(self.value)} characters"
        return f"{self.kind} ({of}{f', named {self.named}' if self.named else ''})"


def leaks(text: str, *, weakly: bool = True, names: bool = True, prose: bool = False, settings: bool = False) -> tuple[Leak, ...]:
    """The secrets of a text, each once a line.

    ``weakly``: also what only looks like one. ``names``: also values that are known by their name alone; in ``prose`` those
    must look more random; in ``settings`` they need no quotes.
    """
    line = Lines(text)
    taken: list[tuple[int, int]] = []
    found: list[Leak] = []

    def take(kind: str, start: int, end: int, *, name: str = "", prefix: str = "", strong: bool = True) -> None:
        if all(end <= one or start >= two for one, two in taken[-300:]):
            taken.append((start, end))
            found.append(Leak(kind, line(start), text[start:end], name, prefix, strong))

    for start, end in _keys(text):
        take("private key", start, end)
    for form, start, end in tokens(text):
        token = text[start:end]
        if (form.strong or weakly) and not _made_up(form.kind, token) and not _inside(text, start):
            take(form.kind, start, end, prefix=form.start if token.startswith(form.start) else "", strong=form.strong)
    if weakly:
        for start, end in _urls(text):
            take("password in a URL", start, end, strong=False)
        for kind, start, end in detected(text):
            take(kind, start, end, strong=False)
    if weakly and names:
        for name, kind, start, end in named(text, prose=prose, settings=settings):
            take(kind, start, end, name=name, strong=False)
    return tuple(sorted(found, key=lambda one: (one.line, one.kind)))


def _made_up(kind: str, token: str) -> bool:
    if kind == "JSON web token":
        return fake(token.rpartition(".")[2]) or fake(token) or public_token(token)
    if kind in ("Slack token", "Slack webhook", "Discord webhook", "Telegram token", "Teams webhook"):
        last = re.split(r"[-/:]", token)[-1]
        return len(last) < 10 or fake(last) or repeated(token)
    return fake(token)


def _inside(text: str, start: int) -> bool:
    """Whether random letters go on before it: what is long enough in base 64 has each short form somewhere."""
    before = _BASE64_URL.search(text[max(0, start - 64) : start])
    return before is not None and entropy(before[0]) > 4 and bool(re.search("[0-9]", before[0])) and worded(before[0]) < 0.4


def _keys(text: str) -> Iterator[tuple[int, int]]:
    """Private keys that have a body: a line that names the beginning of one is none."""
    for start, end in private_keys(text) if "PRIVATE KEY" in text else ():
        body = text[start:end].split("-----")
        inside = "".join(_BASE64.findall(re.sub(r"\\[nr]", " ", body[2][:20_000]))) if len(body) > 2 else ""
        if body[0] == "" and len(inside) >= 64 and not fake(inside[:2000]):
            yield start, end
    for match in _PUTTY.finditer(text):
        if (at := text.find("Private-Lines:", match.end(), match.end() + 20_000)) != -1:
            yield match.start(), at


def _urls(text: str) -> Iterator[tuple[int, int]]:
    """Passwords in the URLs of services, but those of one's own machine, and those that stand for another."""
    for match in _URL.finditer(text):
        user, password, host = match[1], match[2], match[3]
        if match[4] in ("$", "{", "<", "%") or fake(password) or weak(password) or password.lower() == user.lower():
            continue
        if _MINE.fullmatch(host):
            continue
        if random_value(password, 8) or (len(password) >= 6 and not _NOWHERE.fullmatch(host)):
            yield match.start(2), match.end(2)
