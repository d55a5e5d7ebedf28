"""The sentences of a text that say, as a fact, that a check passed, that one failed, or that the work is done."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from pytest_agentcompliance.parsing import markdown, work
from pytest_agentcompliance.parsing.claimed import words
from pytest_agentcompliance.parsing.lookalikes.folding import folded
from pytest_agentcompliance.parsing.work import Check, commands

LONGEST = 2000  # characters of a line that are looked at
MOST = 400  # claims of one text; who reads more of them has stopped reading

_HEADED = re.compile(  # what stands below such a heading is for the reader to do, or was asked for
    r"(?i)\b(?:how to|instructions?|next steps?|to run|to test|test plan|usage|manual|todo|to do|acceptance|requirements?"
    r"|criteria"
    r"|definition of done|remaining|recommend\w*|follow[- ]?ups?|getting started|quick ?start|commands|workflow|plan|goals?"
    r"|targets?"
    r"|task|original|issue|problem|expected|before)\b"
)
_TICKED = re.compile(r"(?i)^\s*(?:[-*+]\s+)?(?:\[[x✓✔]\]|[✓✔✅☑])")
_OPEN_BOX = re.compile(r"^\s*(?:[-*+]\s+)?\[ \]")
_ALERT = re.compile(r"^\s{0,3}>\s{0,3}\[!\w{1,20}\]")  # of GitHub's: a quotation of nobody
_QUOTE = re.compile(r"^(?:\s{0,3}>){1,5}\s?")
_EXAMPLE = re.compile(r"(?i)\b(?:example|e\.g\.|such as|looks? like|before|prior|baseline|earlier|previous\w*|expect\w*)\b")
_TODO = re.compile(r"(?i)^[\W_]{0,8}(?:todo|to do|next|later|remaining|fixme)\b")
_SENTENCE = re.compile(r"[.!?;](?:\s|$)|\s[–—]\s|\||\b(?:but|while|whereas|however|although|though)\b")
_NAMED: dict[Check, str] = {"tests": "pytest", "type check": "tsc", "lint": "lint", "build": "build", "schema": "prisma validate"}
_CODE = re.compile(r"`([^`]{0,200})`")
_NOT_AFTER = re.compile(  # what takes a part back of what was said
    r"(?i)^[^.;]{0,60}?\b(?:except|apart from|other than|with the exception|excluding|if|once|unless|until|when|before|not|but"
    r"|would|should)\b"
)
_TAKEN_BACK = re.compile(
    r"(?i)\b(?:claim(?:s|ed|ing)?|said|says|told|suppos\w+|assum\w+|believe\w*|think|hope\w*|likely|presum\w+)\b"
)


class Said(NamedTuple):
    """A sentence that says that a kind of check passed. ``row`` counts from 0; ``many`` is how many tests."""

    check: Check
    row: int
    text: str
    many: int | None = None
    pasted: bool = False  # out of a fence, as a tool printed it


class Told(NamedTuple):
    """A line and its words."""

    row: int
    text: str
    read: str = ""  # the line with the commands in it by the name of the check that they run


def passed(text: str) -> Iterator[Said]:
    """Where the text says that a check passed: not that it should, will, or did before, and not for the reader to see."""
    given = 0
    for row, shown, line in _prose(text):
        for check, start, end in words.passes(line):
            if not _is_fact(line, start, end) or (check == "tests" and words.partial(line, start, end)):
                continue
            many = words.count(line, start, end) if check == "tests" else None
            yield Said(check, row, shown.strip(" -*\t|#"), many)
            given += 1
            if given >= MOST:
                return


def pasted(text: str) -> Iterator[Said]:
    """Where a fence shows the end of a run of tests that passed: not one that is expected, or that was before."""
    return islice(_pasted(text), MOST)


def _pasted(text: str) -> Iterator[Said]:
    if markdown.too_much(text):
        return
    heading, before, block = "", "", list[markdown.Line]()
    for line in [*markdown.read(text)[: MOST * 100], None]:
        if line is not None and line.kind == "code":
            block.append(line)
            continue
        if block and not (_HEADED.search(heading) or _EXAMPLE.search(before) or words.open_question(before)):
            yield from _printed(block)
        if line is None:
            return
        block = []
        heading = line.body if line.kind == "heading" else heading
        before = line.body[:LONGEST] if line.kind == "text" else "" if line.kind == "heading" else before


def _printed(block: list[markdown.Line]) -> Iterator[Said]:
    shown = work.read("", "\n".join(line.text[:LONGEST] for line in block[-200:]))
    if any(one.failing for one in shown):
        return
    for one in shown:
        if one.check == "tests" and one.passed and one.closed:
            last = next((line for line in reversed(block) if str(one.passed) in line.text), block[-1])
            yield Said("tests", last.number - 1, last.text.strip()[:LONGEST], one.passed, pasted=True)


def of_json(text: str) -> Iterator[Said]:
    """The same of a report in JSON: each value is read behind the names that lead to it."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        yield from passed(text)
        return
    for row, line in enumerate(islice(_leaves(value), 5000)):
        for check, start, end in words.passes(line):
            if _is_fact(line, start, end):
                yield Said(check, _row(text, line), line, words.count(line, start, end) if check == "tests" else None)
        if row >= MOST * 10:
            return


def _leaves(value: object) -> Iterator[str]:
    """``tests passed``, ``20 tests passed``, ``type check: passed``, and longer texts as they are."""
    open_: list[tuple[str, object]] = [("", value)]
    while open_:
        names, one = open_.pop()
        if isinstance(one, dict):
            open_ += [(f"{names} {str(name).replace('_', ' ')}".strip()[-200:], inner) for name, inner in reversed(one.items())]
        elif isinstance(one, list):
            open_ += [(names, inner) for inner in reversed(one)]
        elif one is True:
            yield names
        elif isinstance(one, int | float) and one is not False:
            yield f"{one} {names}"
        elif isinstance(one, str):
            for part in one[: LONGEST * 10].split("\n"):
                yield part[:LONGEST] if len(part) > 40 else f"{names}: {part}"


def _row(text: str, line: str) -> int:
    """The line of a JSON text that a value stands in, as far as its last word tells."""
    at = text.find(line.rpartition(": ")[2][:60])
    return text.count("\n", 0, at) if at >= 0 else 0


def done(text: str) -> Told | None:
    """The sentence that says that the work as a whole is done: fixed, implemented, complete."""
    for row, line, _ in _prose(text):
        for found in islice(words.DONE.finditer(line), 4):
            before = re.split(r"[.!?;](?:\s|$)", line[: found.start()])[-1]
            if _is_fact(line, found.start(), found.end()) and not (
                words.NOT_DONE.search(before) or words.NOT_DONE.search(words.CHECKS.sub(" ", found[0]))
            ):
                return Told(row, line.strip(" -*\t|#"))
    return None


def speaks(text: str) -> bool:
    """Whether a text says that the work is done, or that a check passed."""
    return done(text) is not None or next(passed(text), None) is not None


def admits(text: str, check: Check) -> bool:
    """Whether a text says plainly that some of a check fail: ``570 pass, 3 fail``, ``The e2e tests fail without a browser``."""
    named = words.NAMES[check]
    for line in text.split("\n"):
        row = line[:LONGEST]
        if words.RED.search(row) and (named.search(row) or words.ANY.search(row)):
            return True
        if words.FAILS.search(row) and any(words.fails(part, check) or _some_check_fails(part) for part in _SENTENCE.split(row)):
            return True
        if named.search(row) and words.LEFT.search(words.NONE_LEFT.sub(" ", row)):
            return True
    return False


def _some_check_fails(sentence: str) -> bool:
    """Whether a sentence says so of a check that it does not name."""
    return (
        words.RED_NOW.search(sentence) is not None
        and words.ANY.search(sentence) is not None
        and not any(one.search(sentence) for one in words.NAMES.values())
    )


def _prose(text: str) -> Iterator[Told]:
    """The lines that state something: no code, no quotation, no open box, nothing below a heading of instructions."""
    below = 0  # the level of the heading of instructions that the line stands under
    alert = False
    if markdown.too_much(text):
        return
    for line in markdown.read(text):
        if line.kind in ("heading",):
            if below and line.level > below and not _HEADED.search(line.body):
                continue
            below = line.level if _HEADED.search(line.body) else 0
            if not below:
                yield Told(line.number - 1, _plain(line.body), _plain(line.body, named=True))
            continue
        if line.kind not in ("text", "html", "table"):
            continue
        row = line.text[:LONGEST]
        quote = _QUOTE.match(row)
        alert = bool(quote) and (alert or bool(_ALERT.match(row)))
        if quote:
            row = row[quote.end() :]
            if not alert and not _TICKED.match(row):
                continue
        if _OPEN_BOX.match(row) or (below and not _TICKED.match(row)):
            continue
        yield Told(line.number - 1, _plain(row), _plain(row, named=True))


def _plain(text: str, *, named: bool = False) -> str:
    """A line as a reader sees it, without its marks of emphasis; code stays, without its marks."""
    code = _CODE.sub(_named if named else r"\1", text[:LONGEST])
    return folded(code).replace("**", "").replace("__", "")


def _named(code: re.Match[str]) -> str:
    """The name of the one check that a command in a line runs: `` `pytest -q tests` `` is pytest; else the code as it is."""
    if " " not in code[1].strip():
        return code[1]
    checks = list({one.check for one in commands.runs(code[1])})
    return _NAMED[checks[0]] if len(checks) == 1 else code[1]


def _is_fact(line: str, start: int, end: int) -> bool:
    before = line[max(0, start - 100) : start]
    sentence = re.split(r"[.!?;:|](?:\s|$)", before)[-1]
    after = line[end : end + 120]
    if line.count('"', 0, start) % 2 or line.count("“", 0, start) > line.count("”", 0, start):
        return False  # somebody's words
    if _TODO.match(line) or re.match(r"[^.!;|]{0,100}\?", after) or _NOT_AFTER.match(after) or _TAKEN_BACK.search(sentence):
        return False
    return not words.open_question(sentence)
