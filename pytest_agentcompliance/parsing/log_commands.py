"""The commands that a log says were run: out of bullets, inline code and fences, with their outcome."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.markdown import Line, stripped


class Ran(NamedTuple):
    """A command, what the log says came of it, and the line."""

    command: str
    outcome: Literal["pass", "fail", ""]
    line: int


LONGEST = 20_000  # characters of a line that are read
_CODE = late(r"`([^`]+)`")
_TOOL = late(
    r"^(?:\$ |sudo |\./|[A-Z_]+=\S+ )|^(?:pnpm|npm|npx|yarn|bunx?|deno|node|tsc|tsx|git|gh|docker(?:-compose)?"
    r"|python3?|pytest|pip|uv|poetry|ruff"
    r"|mypy|make|cargo|go|curl|wget|psql|sqlite3|redis-cli|vitest|jest|eslint|prettier|biome|turbo|nx|ls|cd|cat|mkdir|rm|cp|mv|touch|echo|grep|rg"
    r"|sed|awk|find|wc|head|tail|bash|sh|zsh|prisma|drizzle-kit|supabase|vercel|wrangler|terraform|aws|kubectl|helm|artillery|k6|mvn|gradle"
    r"|dotnet|php|composer|bundle|rails|rake|ruby|mix|playwright|export|source|chmod|diff|test|time|lsof|kill|jq|openssl)(?:\s|$)"
)
_SHELLS = frozenset(("sh", "bash", "shell", "zsh", "console", "terminal", "shell-session"))
_ZERO = late(
    r"(?i)\b(?:0|no|zero|without)\s+(?:\w+\s+)?(?:fail\w*|errors?|warnings?|issues?|regressions?|problems?)\b"
    r"|\b(?:fail\w*|errors?)\s*:\s*0\b|exit(?:ed)?(?: with)?(?: code| status)?:? ?0\b|\b(?:not|never|none|nothing)\s+failed\b"
)
_NOT_PASSED = late(
    r"(?i)(?:\b(?:not|never)|n['’]t)\s+(?:yet |fully |all )?(?:pass(?:es|ed|ing)?|succeed(?:s|ed)?|successful|green|clean|ok)\b"
)
_NOT_NOW = late(  # what is hoped for, and what was before
    r"(?i)\b(?:should|would|will|must|expected to)\s+(?:now |then |all |still |be )?(?:pass|succeed|green|clean)\b"
    r"|\bpass expected\b|\b(?:previously|formerly|down from) \d{1,6} (?:\w{1,20} )?(?:errors?|failures?)\b"
)
_FAIL = late(
    r"(?i)\bfail(?:s|ed|ing|ures?)?\b|[✗✘❌]|\berrors?\b|\bexit(?:ed)?(?: with)?(?: code| status)?:? ?[1-9]\d*\b"
    r"|\bbroken\b|\btimed out\b"
)
_PASS = late(
    r"(?i)\bpass(?:es|ed|ing)?\b|\bsucc(?:ess(?:ful(?:ly)?)?|eed(?:s|ed)?)\b|\bok\b|\bgreen\b|[✓✔✅]|\bvalid\b|\bclean\b"
    r"|\bcomplete[sd]?\b|\bconfirmed\b"
)
# "FAILED (TS2345), fixed, PASS" tells of two runs, and the later one counts; "1 failed, 20 passed" tells of one.
_AFTER_A_FIX = late(r"(?i)\bafter (?:\w+ ){0,3}(?:fix|mend|correct|resolv)\w*(?:(?! [-–—] )[^,;.:()→>]){0,80}")
_RUN_AGAIN = late(
    r"(?i)\b(?:fixed|mended|corrected|resolved|re-?r[au]n|r[au]n again|then|now"
    r"|second (?:run|try|attempt)|retried|first(?= ?[,;]))\b(.{0,120})|(?:→|->|=>)(\s{0,3}[✓✔✅].{0,120})"
)
_NOT_YET = late(r"(?i)\b(?:not|never|once|before|pending|to ?do|to be|cannot)\b")
_SAID = late(  # where a command ends that stands without code marks, and what came of it begins
    r"\s(?:-|–|—|→|->|=>|:)\s|\s(?=\([^()]{0,200}(?i:pass|fail|success|\bok\b|0 errors|clean))|\s(?=[✓✔✅✗✘❌])"
)
_NOT_RUN = late(r"(?i)^\W*(?:none|n/?a|nothing|not run|not applicable|-+$)")
_NOT_NEW = late(r"(?i)\b(?:pre-?existing|existing|known|unrelated)\b[^,;.()]{0,40}")
_NO_NEW = late(r"(?i)\bno (?:new|further|additional|other) (?:\w+ )?(?:errors?|fail\w*|issues?|warnings?)\b")
_LEFT_OUT = late(r"(?i)^[^\w(]*\(?(?:not (?:yet )?(?:run|executed)|skipped|pending|deferred|to ?do|n/a)\b")
_RESULT = late(r"(?i)^\W{0,6}(?:results?|output|outcome|status|exit code)\W{0,4}[:：]|^(?:→|->|=>|✓|✔|✅|✗|✘|❌)")
# A comment over a command says what came of it: "First try - failed with X"; "Test it (should fail)" does not.
_CAME_OF_IT = late(
    r"(?i)(?:^#+\s*|[-–—:(→,;]\s*|\b(?:attempt|run|try|retry|build|tests?|check|lint|all|both|now|it|command|migration)\s+)"
    r"(?:(?:all|both|now|it|still|again|then|\d{1,6}(?: \w{1,20})?) )?"
    r"(?:(?P<fail>fail(?:s|ed)|exit code [1-9])|(?P<pass>pass(?:es|ed)?|succe(?:eds|eded|ss|ssful|ssfully)|exit code 0|ok))\b"
)
_EXPECTED = late(r"(?i)\b(?:should|must|will|would|expect(?:ed|s)?(?: to)?|if|when|until|that|verif\w+|ensure|check that)\b")


def commands(lines: Iterable[tuple[Line, str]]) -> Iterator[Ran]:
    """The commands in the lines of a field; of each line its text without the label is given beside it."""
    fence: list[Line] = []
    open_: list[Ran] = []  # the last ones: a line such as "Result: PASS" may follow
    for line, body in lines:
        if line.kind in ("code", "indented") and not line.marker:
            fence.append(line)
            continue
        if fence:
            yield from open_
            open_, fence = list(_fenced(fence)), []
        if line.kind not in ("text", "html", "indented"):
            continue
        found = list(_item(line, body[:LONGEST]))
        if found or not open_:
            yield from open_
            open_ = found
        elif _RESULT.match(body):
            said = outcome(body)
            yield from (ran if ran.outcome else ran._replace(outcome=said) for ran in open_)
            open_ = []
    yield from open_
    yield from _fenced(fence)


def outcome(text: str) -> Literal["pass", "fail", ""]:
    """What words like ``21 tests PASS``, ``0 errors`` or ``exit code 1`` come to."""
    text = text[:2000]
    if _NO_NEW.search(text) and _NOT_NEW.search(text):
        text = _NO_NEW.sub(" ", _NOT_NEW.sub(" ", text))  # old errors, no new ones: it neither passed nor says that it failed
    rest, zeros = _ZERO.subn(" ", text)
    rest, missed = _NOT_PASSED.subn(" ", _NOT_NOW.sub(" ", _AFTER_A_FIX.sub(" ", rest)))
    if failed := [found.end() for found in _FAIL.finditer(rest)]:
        later = rest[failed[-1] :]
        again = _RUN_AGAIN.search(later)
        mended = again and _PASS.search(again[1] or again[2])
        return "pass" if mended and not (_NOT_YET.search(later) or _EXPECTED.search(later)) else "fail"
    if _PASS.search(rest) or (zeros and not missed):
        return "pass"
    return "fail" if missed else ""


def is_command(text: str) -> bool:
    """Whether a text begins as a command of a known tool does."""
    return bool(_TOOL.match(text))


def of_comment(text: str) -> Literal["pass", "fail", ""]:
    """What a comment over a command says came of it."""
    found = _CAME_OF_IT.search(text[:300])
    if found is None or _EXPECTED.search(text[: found.start() + 1]) or _EXPECTED.search(found[0]):
        return ""
    return "fail" if found["fail"] else "pass"


def _item(line: Line, body: str) -> Iterator[Ran]:
    if not body or _NOT_RUN.match(body):
        return
    spans = list(_CODE.finditer(body))
    if spans and not (body[: spans[0].start()].count(" ") > 6 and not _TOOL.match(spans[0][1])):
        beside = body[: spans[0].start()] + " ".join(body[one.end() : two.start()] for one, two in pairwise(spans))
        said = outcome(beside + " " + body[spans[-1].end() :])
        ran = [span for at, span in enumerate(spans) if _runs(span[1], first=at == 0)]
        for at, span in enumerate(ran):
            until = ran[at + 1].start() if at + 1 < len(ran) else len(body)
            if _LEFT_OUT.match(body[span.end() : until]):
                continue
            yield Ran(span[1].strip().removeprefix("$ "), outcome(_CODE.sub(" ", body[span.end() : until])) or said, line.number)
        return
    text = stripped(body)
    if text.startswith("|"):
        yield from _cells(line, text)
    elif _TOOL.match(text):
        parts = _SAID.split(text, maxsplit=1)
        if _LEFT_OUT.match(text[len(parts[0]) :]):
            return
        yield Ran(parts[0].removeprefix("$ ").strip(), outcome(text[len(parts[0]) :]), line.number)


def _cells(line: Line, text: str) -> Iterator[Ran]:
    """The command of a table's row, written without code marks; the cells behind it say what came of it."""
    cells = [cell.strip() for cell in text.strip("|").split("|")]
    at = next((at for at, cell in enumerate(cells) if _TOOL.match(cell) and " " in cell), None)
    if at is not None and not any(map(_LEFT_OUT.match, cells[at + 1 :])):
        yield Ran(cells[at].removeprefix("$ ").strip(), outcome(" ".join(cells[at + 1 :])), line.number)


def _runs(code: str, *, first: bool) -> bool:
    """Whether a span of code is a command and not a name in what is said of one."""
    return bool(_TOOL.match(code.strip())) or (first and " " in code.strip())


def _fenced(lines: list[Line]) -> Iterator[Ran]:
    shell = any(line.info.split(" ")[0] in _SHELLS for line in lines)
    prompted = any(line.body.startswith("$ ") for line in lines)
    held: Ran | None = None
    continued = False
    above: Literal["pass", "fail", ""] = ""
    commented = False
    for line in lines:
        text = line.text.strip()
        if not text or text.startswith("#"):
            continued = continued and bool(text)
            above = (of_comment(text) or (above if commented else "")) if text else ""
            commented = bool(text)
            continue
        commented = False
        if held and continued:
            continued = text.endswith("\\") and len(held.command) < 10_000
            held = held._replace(command=f"{held.command} {text.rstrip(chr(92)).strip()}")
            continue
        is_command = text.startswith("$ ") if prompted else (bool(_TOOL.match(text)) or (shell and text[0] not in "→✓✗✔❌✅>⚠=|-"))
        if not is_command:
            if held and not held.outcome and (text[0] in "→✓✗✔❌✅" or prompted):
                held = held._replace(outcome=outcome(text))
            continue
        if held:
            yield held
        command, said = _aside(text.removeprefix("$ "))
        continued = command.endswith("\\")
        held = Ran(command.rstrip("\\").strip(), outcome(said) or above, line.number)
    if held:
        yield held


def _aside(text: str) -> tuple[str, str]:
    """A command and the comment or the outcome that stands behind it on its line."""
    at = text.rfind(" #")
    if at > 0 and text[at + 2 : at + 3] in (" ", "") and text.count('"', 0, at) % 2 == 0 and text.count("'", 0, at) % 2 == 0:
        return text[:at].rstrip(), text[at + 2 :]
    wide = re.split(r" {2,}", text, maxsplit=1)
    if len(wide) == 2:
        return (wide[0], wide[1]) if outcome(wide[1]) and not wide[1].startswith("-") else (text, "")
    return text, ""
