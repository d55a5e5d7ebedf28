"""Type checks as prose tells of them: that one passed or failed, the compiler's errors, and the number of an attempt."""

import re
from typing import Literal

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.log_commands import outcome

LONGEST = 600  # characters of a line that are read

HINT = late(r"(?i)type-?\s?check|check-types|types:check|\btsc\b|\bTS\d{4}\b|compil|type errors?|mypy|pyright|\bbuil[dt]")
_CHECK = late(
    r"(?i)\btype[- ]?check(?:s|ing|ed|er)?\b|\bcheck-types\b|\btsc\b|\btypescript (?:compil\w+|build|check\w*)\b"
    r"|\btypes? (?:all )?compiles?\b|\b(?:mypy|pyright)\b|\bcompiles? (?:cleanly|successfully|without)"
)
_AHEAD = late(
    r"(?i)\b(?:should|will|must|needs?|to run|todo|pending|ensures?|verify that|would|before|once|if|when"
    r"|not (?:yet )?(?:been )?(?:run|executed)|skipped|deferred|could not|unable to|cannot|awaiting|next)\b"
)
_NOT_RUN = late(
    r"(?i)\b(?:not (?:yet )?(?:been )?(?:run|executed)|skipped|deferred|to be run|could not (?:be )?run"
    r"|unable to run|cannot (?:be )?run|later|(?:should|would|will|expected to) (?:now )?(?:pass|succeed))\b"
)
_OLDER = late(
    r"(?i)\bpre-?existing\b|\bunrelated\b|\bnot (?:related|caused|introduced|from this)\b"
    r"|\bno new (?:type )?(?:errors?|failures?|issues?)\b|\balready (?:there|present|failing|broken)\b|\bexisting errors\b"
)
_SENTENCE = late(r"(?<=[.;])\s")
_RAW = late(r"\berror TS\d{4,5}\b", re.IGNORECASE)
_STILL = late(r"(?i)\bstill (?:fail\w*|broken|errors?|red)\b|\b(?:fails|failed|failing) again\b")
_SUBJECT = late(
    r"(?i)\btype[- ]?check|check-types|\btsc\b|\bTS\d{4}\b|\btype errors?\b|\bcompil(?:e|er|ation|ing)\b|\b(?:mypy|pyright)\b"
)
_ATTEMPT = late(
    r"(?i)\battempts?\s*(?:#|no\.?|number)?\s*(\d{1,2})\b|\b(\d{1,2})(?:st|nd|rd|th)\s+(?:attempt|try)\b"
    r"|\b(first|second|third|fourth|fifth)\s+(?:attempt|try)\b"
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_TROUBLE = late(r"(?i)\b(?:typescript|type|compil\w+)\s(?:compil\w+\s)?(?:errors?|issues?|failures?|problems?)\b")
_OBJECTIVE = late(r"(?i)^\W*objective\b")
_MENDED = late(r"(?i)\b(?:fix(?:e[sd]|ing)?|resolv\w+|solved|corrected|addressed)\b")
_SOLVED = late(
    r"(?i)\b(?:fix(?:e[sd]|ing)?|resolv\w+|solv\w+|clear(?:s|ed)|remov\w+|avoid\w*|prevent\w*|no|zero|0|without|none|correct\w*|address\w*|caused)\b"
)


def told(line: str) -> Literal["pass", "fail", ""]:
    """What a line of prose says came of a type check; empty where it tells of none, or of one that is still to be."""
    for sentence in _SENTENCE.split(line[:LONGEST]):
        if not _CHECK.search(sentence) or _AHEAD.search(sentence):
            continue
        said = outcome(sentence)
        if said and not (said == "fail" and _SOLVED.search(sentence)):
            return said
    return ""


def not_run(beside: str) -> bool:
    """Whether the words beside a command say that it was not run."""
    return bool(_NOT_RUN.search(beside[:LONGEST])) and outcome(beside) != "pass"


def older(beside: str) -> bool:
    """Whether the words beside a failure say that its errors were there before."""
    return bool(_OLDER.search(beside[:LONGEST]))


def trouble(line: str) -> bool:
    """Whether a line tells of type errors that stand: the compiler's own words, or errors that are not said to be solved."""
    line = line[:LONGEST]
    if _OLDER.search(line) or _MENDED.search(line):
        return False
    if _RAW.search(line):  # its words are the compiler's, as in "No overload matches this call"
        return True
    return not _SOLVED.search(line) and (bool(_TROUBLE.search(line)) or told(line) == "fail")


def troubles(text: str) -> list[int]:
    """The lines of a piece, counted from its first as 0, that tell of type errors that stand; its objective tells of none."""
    lines = text.split("\n") if _RAW.search(text) or _TROUBLE.search(text) or _CHECK.search(text) else []
    return [at for at, line in enumerate(lines) if at and HINT.search(line) and not _OBJECTIVE.match(line) and trouble(line)]


def attempts(text: str) -> tuple[int, int]:
    """How many failed attempts at a type check a piece tells of in words, and the line of the last, counted from its first as 0."""
    highest, again, last = 0, 0, 0
    if not (_ATTEMPT.search(text) or _STILL.search(text)):
        return 0, 0
    for at, line in enumerate(text.split("\n")):
        if not at or not HINT.search(line[:LONGEST]):
            continue
        for sentence in filter(_SUBJECT.search, _SENTENCE.split(line[:LONGEST])):
            number = _attempt(sentence)
            failed = number - (outcome(_ATTEMPT.sub(" ", sentence)) == "pass") if number else 0
            if failed > highest:
                highest, last = failed, at
            elif not number and _STILL.search(sentence):
                again, last = again + 1, at
    return max(highest, again + 1 if again else 0), last


def _attempt(line: str) -> int:
    numbers = [int(one or two or 0) or _ORDINALS.get(word.lower(), 0) for one, two, word in _ATTEMPT.findall(line)]
    return max(numbers, default=0)
