"""ARCHITECTURAL-DECISIONS.yaml as data: each decision with who confirmed it, and what is wrong with the file, line by line."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pytest_agentcompliance.errors import PolicyError
from pytest_agentcompliance.parsing.defaults import AGENTS
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.strict_yaml import Lines
from pytest_agentcompliance.parsing.strict_yaml import read as read_yaml

Standing = Literal["confirmed", "pending", "dropped", "unstated"]

MAX_DOCUMENTS, MAX_ID = 50, 80
NO_LIST = "the file has no key 'decisions' with a list of decisions"
LISTS = ("decisions", "architectural_decisions", "architecture_decisions", "architecturaldecisions", "adrs")
_ID = ("id", "decision_id", "ref", "key", "adr")
_QUESTION = ("question", "title", "topic", "context", "issue", "problem", "name")
_DECISION = (
    "decision", "answer", "choice", "chosen", "selected", "decided", "resolution", "outcome", "content", "selected_option", "value",
)  # fmt: skip
_BY = ("decided_by", "confirmed_by", "approved_by", "answered_by", "by", "decider", "approver")
_STATUS = ("status", "state")
_NAMES = (
    "names", "aliases", "also", "covers", "adds", "introduces", "package", "packages", "dependency", "dependencies", "library",
    "libraries", "technology", "technologies", "service", "services", "environment", "env", "env_vars", "environment_variables",
    "variables", "host", "hosts", "component", "components", "files", "paths",
)  # fmt: skip
_AGREES = late(
    r"(?i)^\W*(?:yes|yep|ok(?:ay)?|agreed?|approved?|accept(?:ed)?|allow(?:ed)?|confirmed|granted|go(?: ahead)?|do it|true)\b"
)
_START = late(r"^(?:---[ \t]*(?:#[^\n]*)?|\.\.\.[ \t]*)\r?$", re.MULTILINE)
_AT = late(r"^[^\n:]*:(\d+): ", re.DOTALL)
_NOTHING = late(
    r"(?is)^\W*(?:|tbd|tba|todo|pending|none|null|n/?a|unknown|unconfirmed|undecided|open|nobody|no one|awaiting\b.*|to be \w+.*"
    r"|\[.*\]|\?+)\W*$"
)
_PENDING = late(
    r"(?i)^\W*(?:pending|proposed|proposal|open|draft|unconfirmed|tbd|tba|awaiting|waiting|needs?|not |undecided|unresolved"
    r"|escalated|blocked|requested|in review|under review|todo|to be)\b"
)
_PEOPLE = late(r"(?i)\b(?:user|human|owner|product|stakeholder|customer|client|team|architect|cto|person)\b")
_ROLE = late(r"(?i)\W*(?:dev|pm|qa)(?:[-_]\w|\W*$)")
_DROPPED = late(
    r"(?i)^\W*(?:rejected|superseded|deprecated|withdrawn|cancell?ed|obsolete|revoked|replaced|dropped|declined)\b"
)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. ``answer`` and ``by`` are empty where the file does not say, or says that nobody knows yet."""

    id: str
    question: str
    answer: str
    by: str
    status: str
    line: int
    standing: Standing = "unstated"
    names: str = ""  # what it lists that it is about: packages, services, variables, aliases


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the form of the file, and where. ``minor``: nothing is lost by it."""

    line: int
    what: str
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Register:
    """All decisions of a file, in order."""

    decisions: tuple[Decision, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(text: str) -> Register:
    """The decisions of a file. Never raises: what cannot be read is a problem with its line."""
    decisions: list[Decision] = []
    problems: list[Problem] = []
    pieces = list(_documents(text))
    if len(pieces) > MAX_DOCUMENTS:
        problems.append(Problem(1, f"the file holds {len(pieces)} YAML documents, and is not read; one holds the decisions"))
        pieces = []
    elif len(pieces) > 1:
        problems.append(Problem(pieces[1][0], f"the file holds {len(pieces)} YAML documents; one holds the decisions", minor=True))
    for first, piece in pieces:
        try:
            data, lines = read_yaml("\n" * (first - 1) + piece, "")
        except PolicyError as wrong:
            told = str(wrong)
            at = _AT.match(told)
            problems.append(Problem(int(at[1]) if at else first, told[at.end() :] if at else told))
            continue
        for one in _entries(data, lines):
            if isinstance(one, Problem):
                problems.append(one)
            else:
                decisions.append(one)
    seen: dict[str, int] = {}
    for decision in decisions:
        name = decision.id.casefold()
        if name in seen:
            problems.append(Problem(decision.line, f"the id {decision.id} is taken by the decision of line {seen[name]}"))
        elif name:
            seen[name] = decision.line
    if decisions:  # of several YAML documents one holds them
        problems = [replace(one, minor=True) if one.what == NO_LIST else one for one in problems]
    last = text.count("\n") + (not text.endswith("\n"))  # YAML finds what is missing at the end behind it
    return Register(tuple(decisions), tuple(replace(one, line=min(one.line, last)) for one in problems))


def said(text: str) -> bool:
    """Whether a value says something: it is not empty, ``TBD``, ``pending`` or a stand-in in brackets."""
    return not _NOTHING.match(text[:300])


def agreed(decision: Decision) -> bool:
    """Whether the answer agrees to what the question names: ``yes``, ``approved``."""
    return bool(_AGREES.match(decision.answer[:60]))


def is_agent(by: str, agents: Collection[str] = AGENTS) -> bool:
    """Whether whoever confirmed a decision is an agent: by one of the words, or by a name as ``dev-planner``."""
    if _PEOPLE.search(by[:300]):
        return False
    return not frozenset(agents).isdisjoint(re.findall(r"[^\W_]+", by.lower()[:300])) or bool(_ROLE.match(by))


def _documents(text: str) -> Iterator[tuple[int, str]]:
    """The YAML documents of a file that hold anything, each with the line that it begins at."""
    text = text.removeprefix("\ufeff")
    at, line = 0, 1
    for mark in [*_START.finditer(text), None]:
        end = mark.start() if mark is not None else len(text)
        piece = text[at:end]
        if any(row.strip() and not row.lstrip().startswith("#") for row in piece.split("\n")):
            yield line, piece
        if mark is not None:
            line += text.count("\n", at, mark.end())
            at = mark.end()


def _entries(data: Any, lines: Lines) -> Iterator[Decision | Problem]:
    """The decisions of one YAML document, whatever shape they stand in."""
    path: tuple[str | int, ...] = ()
    if isinstance(data, dict):
        name = next((key for key in data if _key(key) in LISTS), None)
        if name is None and any(_key(key) in _ID for key in data) and any(_key(key) in _DECISION for key in data):
            yield _decision(data, "", lines.of(()))
            return
        if name is None:
            yield Problem(lines.of(()), NO_LIST)
            return
        path, data = (name,), data[name]
    if isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, dict):
                yield _decision(value, key, lines.of((*path, key)))
            else:
                yield Problem(
                    lines.of((*path, key)), f"{_shown(key)} is {_kind(value)} where a decision belongs: a mapping of keys"
                )
    elif isinstance(data, list):
        for at, value in enumerate(data):
            if isinstance(value, dict):
                yield _decision(value, "", lines.of((*path, at)))
            else:
                yield Problem(
                    lines.of((*path, at)), f"an item of the list is {_kind(value)} where a decision belongs: a mapping of keys"
                )
    elif data is not None and not (isinstance(data, str) and not said(data)):
        yield Problem(lines.of(path), f"the decisions are {_kind(data)} where a list belongs")


def _decision(entry: Mapping[str, Any], key: str, line: int) -> Decision:
    given = {_key(name): value for name, value in entry.items()}
    by, status = _first(given, _BY), _first(given, _STATUS)
    answer, question = _first(given, _DECISION), _first(given, _QUESTION)
    if not answer and "rationale" in given and not question.endswith("?"):
        answer = _first(given, ("title",))  # "Postgres", and why
    confirmed = next((given[name] for name in ("confirmed", "approved") if isinstance(given.get(name), bool)), None)
    standing: Standing = "unstated"
    if _DROPPED.match(status):
        standing = "dropped"
    elif confirmed is False or _PENDING.match(status) or _PENDING.match(by) or (_PENDING.match(answer) and not said(answer)):
        standing = "pending"
    elif said(by):
        standing = "confirmed"
    return Decision(
        (_first(given, _ID) or key)[:MAX_ID],
        question,
        answer if said(answer) else "",
        by if said(by) else "",
        status,
        line,
        standing,
        ", ".join(text for name in _NAMES if name in given and (text := _text(given[name]))),
    )


def _first(given: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The first of the keys that has a value, as text."""
    return next((text for name in names if name in given and (text := _text(given[name]))), "")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value).strip()
    if isinstance(value, list):
        return ", ".join(filter(None, (_text(one) for one in value)))
    if isinstance(value, dict):
        return ", ".join(filter(None, (f"{key}: {_text(one)}" for key, one in value.items())))
    return ""


def _key(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower()[:60])


def _kind(value: Any) -> str:
    return {dict: "a mapping", list: "a list", bool: "true or false", int: "a number", str: "a text"}.get(type(value), "empty")


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
