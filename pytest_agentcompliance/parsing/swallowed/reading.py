"""The handlers of errors in a file of Python, TypeScript, JavaScript or Go, as the grammar tells them."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.remembered import remembered
from pytest_agentcompliance.parsing.swallowed import Handler, Kind
from pytest_agentcompliance.parsing.together import Together

LONGEST = 20_000  # characters of what is tried that are kept
MOST = 2000  # handlers of one file

_SCRIPTS = frozenset({"javascript", "typescript", "tsx"})
_WORDS, _OF_SCRIPTS = {"python": ("except", "suppress("), "go": ("nil",)}, ("catch",)
_BODY, _TRIED, _OWNER = "BODY", "TRIED", "OWNER"
_SUPPRESS = r"^(?:contextlib\.)?suppress\("
# For texts that no grammar may read: handlers with nothing in them, or with one word.
_ROUGH_PYTHON = re.compile(
    r"^[ \t]*(except\b[ \t]*([^:\n]{0,200}):)[ \t]*(?:\n[ \t\n]{0,200})?(pass|\.\.\.|continue|return(?: None)?)[ \t]*$",
    re.MULTILINE,
)
_ROUGH_SCRIPT = re.compile(r"\bcatch\s{0,5}(?:\(\s{0,5}(?:[\w$]{1,60}(?:\s?:\s?\w{1,60})?)?\s{0,5}\))?\s{0,5}\{\s{0,200}(\})")


@remembered
def handlers(text: str, path: str) -> tuple[Handler, ...]:
    """The handlers of a file in order; none of a language that is not read. Never fails."""
    language = language_of(path, text)
    name = language.grammar if language is not None else ""
    if name not in _SCRIPTS and name not in ("python", "go"):
        return ()
    plain = blanked(text, "x.py" if name == "python" else "x.ts" if name in _SCRIPTS else "x.go")
    # Without a word that each of them has there are none, whoever reads it.
    found = _patterns(name).find(name, text) if any(word in text for word in _WORDS.get(name, _OF_SCRIPTS)) else ()
    read = _rough(plain, name) if found is None else _told(found, plain, name)
    line = Lines(text)
    rows: dict[tuple[int, int], Handler] = {}
    for start, end, kind, caught, code, tried, owner in read:
        last = text.find("\n", end)
        said = _comments(text, plain, start, last if last >= 0 else len(text))
        rows.setdefault(
            (start, end), Handler(kind, line(start), line(end), caught, code.strip(), said, tried.strip()[:LONGEST], owner)
        )
        if len(rows) >= MOST:
            break
    return tuple(rows[at] for at in sorted(rows))


_Row = tuple[int, int, Kind, str, str, str, str]


def _told(found: tuple[grammar.Match, ...], plain: str, name: str) -> Iterator[_Row]:
    # What has an owner comes first.
    for one in sorted(found, key=lambda one: (one.held[2] is None, one.start)):
        body, tried, owner = (plain[place[0] : place[1]] if place else "" for place in one.held)
        whole = plain[one.start : one.end]
        head = plain[one.start : one.held[0][0]] if one.held[0] else whole
        if one.kind == "except_clause":
            caught = re.sub(r"\s+as\s+\w+$", "", head.strip().removeprefix("except").lstrip("*").strip().rstrip(":").strip())
            yield one.start, one.end, "except", caught, body, tried, owner
        elif one.kind == "with_item":
            caught = whole.partition("(")[2].rpartition(")")[0].strip()
            yield one.start, one.end, "suppress", caught, "", tried, owner
        elif one.kind == "catch_clause":
            yield one.start, one.end, "catch", "", _inner(body), _inner(tried), owner
        elif one.kind == "call_expression":
            start = one.held[1][1] if one.held[1] else one.start
            yield start, one.end, "promise", "", _inner(body) if body.startswith("{") else f"return {body}", tried, owner
        else:
            yield one.start, one.end, "if", tried, _inner(body), tried, owner


def _inner(block: str) -> str:
    block = block.strip()  # a comment behind it, made blank, may be a part of it
    return block[1:-1] if block.startswith("{") and block.endswith("}") else block


def _comments(text: str, plain: str, start: int, end: int) -> str:
    """What stands between two offsets and is blank in the text without its comments."""
    if text[start:end] == plain[start:end]:
        return ""
    words = (a if a != b else " " for a, b in zip(text[start:end][:4000], plain[start:end][:4000], strict=True))
    return " ".join("".join(words).split())


def _rough(plain: str, name: str) -> Iterator[_Row]:
    if name == "python":
        for one in _ROUGH_PYTHON.finditer(plain):
            yield one.start(1), one.end(), "except", re.sub(r"\s+as\s+\w+$", "", one[2].strip()), one[3], "", ""
    elif name in _SCRIPTS:
        for one in _ROUGH_SCRIPT.finditer(plain):
            yield one.start(), one.end(), "catch", "", "", "", ""


@lru_cache(maxsize=8)
def _patterns(name: str) -> Together:
    """What is asked of a grammar: each with the function around it, where there is one."""
    if name == "python":
        owners: list[dict[str, Any]] = [_around("function_definition")]
        rules: list[dict[str, Any]] = [
            {
                "kind": "except_clause",
                "all": [
                    {"has": {"kind": "block", "pattern": f"${_BODY}"}},
                    {"inside": {"kind": "try_statement", "has": {"field": "body", "pattern": f"${_TRIED}"}}},
                ],
            },
            {
                "kind": "with_item",
                "all": [
                    {"regex": _SUPPRESS},
                    {"inside": {"stopBy": "end", "kind": "with_statement", "has": {"field": "body", "pattern": f"${_TRIED}"}}},
                ],
            },
        ]
    elif name == "go":
        owners = [_around("function_declaration"), _around("method_declaration")]
        rules = [
            {
                "kind": "if_statement",
                "all": [
                    {"has": {"field": "condition", "regex": r"^\w*[eE]rr\w*\s*!=\s*nil$", "pattern": f"${_TRIED}"}},
                    {"has": {"field": "consequence", "pattern": f"${_BODY}"}},
                ],
            }
        ]
    else:
        owners = [_around("function_declaration"), _around("method_definition"), _around("variable_declarator")]
        function = {"any": [{"kind": "arrow_function"}, {"kind": "function_expression"}], "nthChild": 1}
        rules = [
            {
                "kind": "catch_clause",
                "all": [
                    {"has": {"field": "body", "pattern": f"${_BODY}"}},
                    {"inside": {"kind": "try_statement", "has": {"field": "body", "pattern": f"${_TRIED}"}}},
                ],
            },
            {
                "kind": "call_expression",
                "all": [
                    {
                        "has": {
                            "field": "function",
                            "kind": "member_expression",
                            "all": [
                                {"has": {"field": "property", "regex": "^catch$"}},
                                {"has": {"field": "object", "pattern": f"${_TRIED}"}},
                            ],
                        }
                    },
                    {"has": {"field": "arguments", "has": {**function, "has": {"field": "body", "pattern": f"${_BODY}"}}}},
                ],
            },
        ]
    held = (_BODY, _TRIED, _OWNER)
    return Together([
        ({"rule": {**rule, "all": [*rule["all"], {"any": [*owners, {"kind": rule["kind"]}]}]}}, held) for rule in rules
    ])


def _around(kind: str) -> dict[str, Any]:
    return {"inside": {"stopBy": "end", "kind": kind, "has": {"field": "name", "pattern": f"${_OWNER}"}}}
