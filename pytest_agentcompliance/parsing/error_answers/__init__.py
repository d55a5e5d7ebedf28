"""The answers of a file that tell a client of an error: which status, and in which shape."""

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from pytest_agentcompliance.parsing.remembered import remembered

Kind = Literal["object", "text", "other", "unknown"]

LONGEST = 1_000_000  # characters of a file that is read
MOST = 1000  # answers of one file
# By one of these the bytes of a patch that adds an answer are known.
SIGNS = (
    rb"\.json[(<]", rb"\.send\(", rb"\.text\(", rb"\.(?:end|body)\(", rb"sendStatus\(", rb"\.jsonp\(", rb"Response\b",
    rb"Exception\(", rb"jsonify\(", rb"make_response\(", rb"abort\((?<!\wabort\()(?:[45m]|HTTP|http)", rb"json\w{0,12}\(",
    rb"Json\w{0,12}\(", rb"ctx\.body\b",
    rb"reply\.(?<!\wreply\.)\w", rb"set\.status\b(?<!\wset\.status)", rb"\.status_code\b", rb"httpErrors\.",
    rb"werkzeug\.exceptions",
    rb"return [^\n]{1,300}, ?(?:[45]\d\d|HTTPStatus)\b",
)  # fmt: skip
_SIGN = re.compile("|".join(one.decode() for one in SIGNS))
# And by one of these, a file that says how a request ended.
_STATED = re.compile(
    r"\b[45]\d\d\b|HTTP_[45]\d\d|\.(?:status|code)\(|status_code\s?=|\bstatus\s?[:=]|HttpStatus|StatusCodes|HTTPStatus|"
    r"@nestjs/common|\bstatus\s?[,}]|statusCode\s?=|\.writeHead\(|httpErrors\.|reply\.\w+\(|werkzeug|\b(?:e|err|error|exc|ex)\.code\b"
)
# What a script answers with: most that say ".json(" only read what somebody else answered.
_SCRIPT = re.compile(
    r"\.(?:status|code|writeHead)\s?\(|statusCode\s?=|sendStatus\(|Response\.json|new\s(?:Next)?Response\b|(?<![.\w])json\(|"
    r"\b(?:c|ctx|context|\w{1,20}[cC]tx)\.(?:(?:json|text|body|newResponse)\b|status\()|@nestjs/common|hono/http-exception|httpErrors\.|"
    r"\breply\.|\bset\.status|[jJ]son\w{0,12}\((?=[^\n]{0,300}\b[45]\d\d\b)"
)
# A file of a page answers its own page: a router shows what is thrown, and the form what is given back.
_PAGE = re.compile(r"[\"'](?:@remix-run/|react-router)")
_HEALTH = re.compile(r"(?i)health|readiness|liveness")
# What keeps families of one shape apart; the rest is told beside it.
_TELLING = ("error", "errors", "message", "detail", "code", "title", "msg", "reason")


@dataclass(frozen=True, slots=True)
class Shape:
    """What an expression is as JSON. ``fields`` are those of an object; ``more`` says that it has others that are not known."""

    kind: Kind
    fields: tuple[tuple[str, "Shape"], ...] = ()
    more: bool = False

    def get(self, name: str) -> "Shape | None":
        """The field of a name; of two the last one, as in JSON."""
        return next((shape for key, shape in reversed(self.fields) if key == name), None)

    def has(self, path: str) -> bool | None:
        """Whether it has something at a path (``error.code``); None where that is not known."""
        name, _, rest = path.partition(".")
        if self.kind == "unknown":
            return None
        if self.kind != "object":
            return False
        held = self.get(name)
        if held is None:
            return None if self.more else False
        return held.has(rest) if rest else True

    @property
    def family(self) -> str:
        """What it shares with answers that differ in what they tell beside the error: ``{error: text}``."""
        held = self.get("error")
        return "{error: text}" if held is not None and held.kind == "text" else self._said(_TELLING)

    def __str__(self) -> str:
        return self._said()

    def _said(self, among: tuple[str, ...] | None = None) -> str:
        if self.kind != "object":
            return "text" if self.kind == "text" else "\u2026"
        names = [name for name in dict.fromkeys(key for key, _ in self.fields) if among is None or name in among]
        parts = [f"{name}: {shape}" if (shape := self.get(name)) is not None and name == "error" else name for name in names]
        parts = sorted(parts) if among else [*parts, *(["\u2026"] if self.more else [])]
        return "{" + ", ".join(parts) + "}"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its lines, the status as written, its shape, and the text of it without layout.

    ``by`` is the framework that gives an exception its shape (fastapi, flask, nest, hono, fastify), where nothing in the project
    handles it; empty where the answer is built here.
    """

    line: int
    last: int
    status: str
    shape: Shape
    text: str = field(repr=False)
    by: str = ""


@remembered
def answers(path: str, text: str) -> tuple[Answer, ...]:
    """The answers of a file of Python, TypeScript or JavaScript that tell of an error, in order. Never fails.

    They are known by their status: a number from 400 on, the name of one, or the one of an error that is handled there.
    """
    if len(text) > LONGEST or not _STATED.search(text) or not _SIGN.search(text):
        return ()
    if not path.endswith(".py") and not _SCRIPT.search(text):
        return ()
    from pytest_agentcompliance.parsing.built_sql.source import read  # start-up time

    source = read(path, text)
    if source is None:
        return ()
    from pytest_agentcompliance.parsing.error_answers import python, scripts

    if path.endswith((".tsx", ".jsx")) and "export default" in source.code and _PAGE.search(source.text):
        return ()
    told = scripts.found(source) if source.script else python.found(source)
    found = (one for one in told if "503" not in one.status or not _HEALTH.search(path))
    return tuple(sorted(islice(found, MOST), key=lambda one: (one.line, one.last)))
