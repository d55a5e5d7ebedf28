"""The cases of error that a line of a plan lists: statuses, codes, and how each is put."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.plan import PlanError

_STATUS = re.compile(
    r"(?<![\w.#/:-])([1-5]\d\d)(?![\w%]|\.\d|\s?(?:ms|px|kb|mb|chars?|characters?|seconds?|items?|rows?|users?|bytes|tokens?|words|"
    r"requests?|req)\b)",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b([A-Z][A-Z0-9]{1,40}(?:_[A-Z0-9]{1,40}){1,8})\b|[`\"']([A-Z][A-Z_]{4,40})[`\"']")
_NO_CODE = frozenset({"PATCH", "DELETE", "CREATE", "UPDATE", "HTTP_ONLY", "UTF_8"})
# A setting is no code of an error.
_SETTING = re.compile(r"\s*[`]?\s*=|^\s*env\b")
_RETURNED = re.compile(
    r"(?:\breturns?|\brespond(?:s|ing)?(?: with)?|\bthrows?|\braises?|\banswers?(?: with)?|\bgives?|\bbecomes?|\bfails? with|"
    r"\breject(?:s|ed)?(?: with)?|→|->|=>|⇒|；|\belse)"
    r"[\s`*(]{0,4}(?:a |an |the |with |http |status )?[`*(]{0,2}([45]\d\d)\b"
    r"|`([45]\d\d)\s+[A-Z][A-Za-z_ ]{2,60}`|`([45]\d\d)`"
    r"|(?:^|[,.;|])\s?([45]\d\d)\s(?:when|if|where|for|on|unless)\b",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"[.;,]\s(?:errors?|error cases|fails with)\s?:\s", re.IGNORECASE)
_NOT = re.compile(
    r"\b(?:no|not|never|don't|doesn't|without|instead of|rather than|avoid)\b(?:\s{1,2}(?:an?|the|any|return(?:s|ing)?|"
    r"respond(?:s|ing)?|answer(?:s|ing)?|throw(?:s|ing)?|rais(?:es?|ing)|giv(?:es?|ing)|with|be|as|status|code|http)){0,4}"
    r"[\s`*(]{0,4}$|不[^，。]{0,6}$",
    re.IGNORECASE,
)
MOST = 30  # cases of a line


def statuses(said: str) -> list[int]:
    """The status codes that a text names, in order."""
    return [int(one) for one in _STATUS.findall(said[:2000])]


def errors(said: str, line: int) -> list[PlanError]:
    """All cases that a line of a list of errors states."""
    said = said[:2000]
    found = [
        (one.start(), int(one[1]))
        for one in _STATUS.finditer(said)
        if not _NOT.search(said[max(0, one.start() - 40) : one.start()])
    ]
    hits = [(at, status) for at, status in found if status >= 400]
    codes = [
        (one.start(), code) for one in _CODE.finditer(said)
        if (code := one[1] or one[2]) not in _NO_CODE and not _SETTING.match(said[one.end() : one.end() + 6])
    ]  # fmt: skip
    if found and not hits:
        return []  # it is about success
    made: list[PlanError] = []
    if not hits:
        return [PlanError(None, code, _words(said), line) for _, code in codes[:MOST]]
    # A code stands before its status or behind it: as the first one does.
    before = bool(codes) and codes[0][0] < hits[0][0]
    for number, (at, status) in enumerate(hits[:MOST]):
        low = (hits[number - 1][0] if number else 0) if before else at
        high = at if before else hits[number + 1][0] if number + 1 < len(hits) else len(said)
        near = [code for position, code in codes if low <= position < high]
        words = _words(said[at : hits[number + 1][0] if number + 1 < len(hits) else len(said)])
        made += [PlanError(status, code, words, line) for code in near] or [PlanError(status, "", words, line)]
    return made


def prose(said: str, line: int) -> Iterator[PlanError]:
    """The cases that a sentence states by the way: ``returns 404 where there is none``, ``503 INSUFFICIENT_POOL``."""
    said = said[:2000]
    if (within := _WITHIN.search(said)) is not None:
        yield from (one for one in errors(said[within.end() :], line) if one.status is not None)
        said = said[: within.start()]
    for found in list(_RETURNED.finditer(said))[:MOST]:
        if _NOT.search(said[max(0, found.start() - 40) : found.start()]):
            continue
        status = int(found[1] or found[2] or found[3] or found[4])
        at = found.start(1) if found[1] else found.start(4) if found[4] else found.start()
        code = _CODE.match(said[at : at + 80].lstrip("`").removeprefix(str(status)).lstrip(" `:"))
        yield PlanError(status, (code[1] or code[2]) if code else "", _words(said[at:]), line)


def _words(said: str) -> str:
    return " ".join(said.replace("`", "").replace("**", "").split())[:120]
