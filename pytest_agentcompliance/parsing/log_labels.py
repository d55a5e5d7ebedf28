"""The labels of a log: ``- **Files changed:** x`` in any dress, and the fields and file lists they stand for."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.markdown import Line, stripped, unticked, word_set

LONGEST = 160  # characters; what is longer before its colon is a sentence, not a label

SPECIFIED = {  # how the format of the log spells its labels
    "objective": "Objective", "files_changed": "Files changed", "summary": "Summary of changes", "reuse": "Reuse compliance",
    "reused": "Reused", "new": "New", "why_new": "Why new was necessary", "ports_adapters": "Ports & adapters note",
    "core": "What stayed in core", "adapters": "What stayed in adapters", "commands": "Commands run", "notes": "Notes / Risks",
}  # fmt: skip
_TOP = {
    "objective": "objective|objectives|chunk objective|goal",
    "summary": "summary of changes|summary of change|summary of the changes|summary|changes|changes made|change summary"
    "|summary of work|summary of findings|summary of implementation|what changed|changes summary",
    "reuse": "reuse compliance|reuse compliance note|reuse compliance notes|reuse|reuse first compliance|reuse first|reuse notes"
    "|reuse note|reuse check|reuse analysis",
    "ports_adapters": "ports and adapters note|ports and adapters notes|ports and adapters|ports adapters note|ports adapters"
    "|ports and adapters compliance|ports adapters compliance|ports and adapter note|ports and adapters architecture",
    "commands": "commands run|commands|command run|commands executed|commands ran|command|commands and results"
    "|commands run and results",
    "notes": "notes risks|notes|note|risks|risk|notes and risks|risks notes|risks and notes|notes or risks|notes risk|note risks",
}
_SUB = {
    "reused": "reused|what was reused|reused code|existing reused",
    "new": "new|new code|what is new|what was new|newly created|new additions",
    "why_new": "why new was necessary|why new|why new code was necessary|why new is necessary|why new was needed|why new needed"
    "|why new necessary|why it was necessary|why necessary|why was new necessary|why new is needed|reason for new",
    "core": "what stayed in core|core|stayed in core|in core|what stays in core|core layer|service layer|domain layer"
    "|core logic|core domain|core service layer|domain core",
    "adapters": "what stayed in adapters|adapters|adapter|stayed in adapters|in adapters|adapter layer|adapters layer"
    "|what stayed in adapter|what stays in adapters|adapter code",
}
LOOSE = word_set(
    "core layer|service layer|domain layer|core logic|core domain|core service layer|domain core|adapter layer"
    "|adapters layer|adapter code",
    "|",
)  # one half of the note only where the other half is told as well
TOP = {key: name for name, keys in _TOP.items() for key in keys.split("|")}
SUB = {key: name for name, keys in _SUB.items() for key in keys.split("|")}
PARENT = {"reused": "reuse", "new": "reuse", "why_new": "reuse", "core": "ports_adapters", "adapters": "ports_adapters"}

_CHANGED = word_set(
    "created create new modified modify changed change changes added add updated update edited edit deleted delete removed"
    " remove touched affected extended renamed moved generated fixed refactored written auto"
)
_LOOKED_AT = word_set(
    "verified audited reviewed checked inspected examined analyzed analysed read pending remaining planned unchanged existing"
    " referenced reference todo to next needed consulted validated confirmed"
)
_BESIDE = word_set(
    "all the key other main core test tests testing source sources backend frontend api http config configuration documentation"
    " docs doc migration migrations schema implementation implemented package already and or summary list total in this chunk"
    " iteration phase by story code path paths involved database db seed fixture fixtures script scripts lint unit integration"
    " complete of production support supporting adapter type types additional first second deliverable deliverables per fix"
    " fixes step location"
)
_PLAIN = word_set("changed change changes touched affected auto written")  # they say no more than the list does
_ALIKE = {
    word: kind
    for kind, words_ in enumerate(("created create new added add generated", "deleted delete removed remove", "renamed moved"))
    for word in words_.split()
}
_PLANNED = late(
    r"\b(?:remaining|pending|todo|planned|upcoming|outstanding|needed|deferred|unfinished)\b"
    r"|\bto (?:write|add|do|create|fix|implement|update|modify|change|build|be)\b"
    r"|\b(?:needs? to|not yet|not done|not started|still to)\b|^(?:should|will)\b"
    r"|^next(?: (?:steps?|up|chunks?|actions?|work|tasks?|phase))?(?: \d+)?$|^(?:fix |implementation |test )?plan$"
)
_DONE = late(r"\b(?:no|none|nothing|completed|done|added|created|updated|modified|changed|fixed|tested)\b(?! needed)")
_MARKED = late(r"\((?:NEXT|TODO|TO DO|PENDING|REMAINING|PLANNED|NOT STARTED|DEFERRED)\)")
_NUMBERED = late(r"^\d+[a-z]?(?=\s)")
_PARENTHESES = late(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Label:
    """A label: as written, its words in lower case, what follows on its line, and how it is dressed."""

    written: str
    key: str
    rest: str
    bold: bool
    colon: bool


@dataclass(frozen=True, slots=True)
class FileList:
    """What a label or heading over files says of them. ``field``: it can stand for the chunk's Files changed."""

    status: str
    changed: bool
    field: bool


def words(text: str) -> str:
    """The words of a label in lower case: ``Ports & adapters note (if any)`` is ``ports and adapters note``."""
    return _words(text[: 2 * LONGEST])


@lru_cache(maxsize=4096)  # a log has the same labels in each chunk
def _words(text: str) -> str:
    text = _PARENTHESES.sub(" ", text.lower()).replace("&amp;", "&").replace("&", " and ")
    key = " ".join(re.findall(r"[a-z0-9_]+|[^\W\d_]+", text))
    return _NUMBERED.sub("", key).strip()


def label(line: Line) -> Label | None:
    """The label that a line begins with, known or not."""
    body = unticked(line.body)
    if line.kind == "heading":
        written = stripped(body).rstrip(":： ")
        head, _, rest = written.partition(":")
        known = words(head) in TOP or bool(files(words(head)))
        written, rest = (head, rest.strip()) if known else (written, "")
        return Label(written, words(written), rest, False, body.endswith(":")) if len(written) <= LONGEST else None
    if line.kind not in ("text", "html", "indented") or not body:
        return None
    if body.startswith("|"):
        return _row(body)
    if body.startswith(("**", "__")):
        return _bold(body)
    return _plain(line, body)


@lru_cache(maxsize=4096)  # keys are what `words` made: they are short
def files(key: str) -> FileList | None:
    """What a label or heading with these words says of files: ``files created`` that they were."""
    given = key.split()
    if key in ("file structure", "") or not {"file", "files", "path", "paths", "artifacts"} & set(given):
        return None
    others = [word for word in given if word not in ("file", "files", "filename")]
    known = _CHANGED | _LOOKED_AT | _BESIDE | {"artifacts"}
    if not all(word in known or word.isdigit() for word in others):
        return None
    if "artifacts" in others and not _CHANGED & set(others):
        return None
    status = _status(others)
    status = status or next((word for word in others if word in _LOOKED_AT), "")
    planned = {"pending", "remaining", "planned", "todo", "to", "next", "needed"} & set(others)
    changed = not planned and (bool(_CHANGED & set(others)) or status in ("", "existing"))
    return FileList("" if status in _PLAIN else status, changed, changed)


def planned(text: str) -> bool:
    """Whether a heading or a lead-in is over what is still to be done: ``Remaining work``, ``Need to add:``."""
    key = words(text)
    return bool(_PLANNED.search(key) and not _DONE.search(key)) or bool(_MARKED.search(text[:400]))


def leads_to_plans(line: Line) -> bool:
    """Whether a line such as ``Tests to write:`` stands over what is still to be done."""
    return line.body.rstrip("*").endswith(":") and len(line.body) < LONGEST and planned(line.body.strip("*: "))


def within(listed: FileList | None, above: FileList | None) -> FileList | None:
    """What a part of a list says: ``Test files`` under ``Files created`` are created as well."""
    if listed is None or (above is not None and listed.changed and not listed.status):
        return above
    return listed


def _status(given: list[str]) -> str:
    """The first word for what was done; none where two words say different things, as in ``created/modified``."""
    done = [word for word in given if word in _CHANGED and word not in _PLAIN]
    if len({_ALIKE.get(word, "") for word in done}) > 1:
        return ""
    if done and "auto" in given:
        return "auto-" + done[0]
    return next(iter(done), "") or next((word for word in given if word in _CHANGED), "")


def over_changes(key: str) -> bool:
    """Whether a label is over files that were changed beyond doubt: ``files created``, not ``http file``."""
    given = key.split()
    return files(key) is not None and "files" in given and bool((_CHANGED | _LOOKED_AT) & set(given))


def _bold(body: str) -> Label | None:
    close = body.find(body[:2], 2)
    if not 2 < close <= LONGEST + 4:
        return None
    inside, after = body[2:close].strip(), body[close + 2 :].strip()
    if inside.endswith((":", "：")):
        return _made(inside[:-1], after, bold=True)
    if after[:1] in (":", "："):
        return _made(inside, after[1:], bold=True)
    if after.startswith("("):
        aside, closed, beyond = after.partition(")")
        if closed and beyond.lstrip()[:1] in (":", "："):
            return _made(f"{inside} {aside})", beyond.lstrip()[1:], bold=True)
    head, colon, tail = inside.partition(":")
    if colon and _known(words(head)):
        return _made(head, f"{tail.strip()} {after}", bold=True)
    if not after or (after[0] in "-–—" and after[1:2] in (" ", "")):
        return _made(inside, after[1:], bold=True, colon=False)
    return None


def _plain(line: Line, body: str) -> Label | None:
    depth = 0
    for at, char in enumerate(body[: LONGEST + 1]):
        if char == "`":
            return None
        depth += (char == "(") - (char == ")")
        if char in ":：" and depth <= 0:
            follows = body[at + 1 : at + 2]
            if follows and not follows.isspace() and follows not in "*_`[(\"'" and not _known(words(body[:at])):
                return None  # a URL, a line number, a clock
            return _made(body[:at].strip("*_ "), body[at + 1 :].lstrip("*_"), bold=False)
        if char in "—–-" and body[at - 1 : at].isspace() and body[at + 1 : at + 2].isspace() and _known(words(body[:at])):
            return _made(body[:at], body[at + 1 :], bold=False, colon=False)
    key = words(body)
    if len(body) <= 60 and " " in key and _known(key):
        return _made(body, "", bold=False, colon=False)
    return None


def _row(body: str) -> Label | None:
    cells = [cell.strip() for cell in body.strip("|").split("|")]
    key = words(stripped(cells[0]))
    if len(cells) > 1 and _known(key) and key not in ("file", "files", "path", "note", "notes", "new"):
        return Label(stripped(cells[0]), key, " | ".join(cells[1:]), False, True)
    return None


def _known(key: str) -> bool:
    return key in TOP or key in SUB or bool(files(key))


def _made(written: str, rest: str, *, bold: bool, colon: bool = True) -> Label:
    written = stripped(written)
    return Label(written, words(written), rest.strip(), bold, colon)
