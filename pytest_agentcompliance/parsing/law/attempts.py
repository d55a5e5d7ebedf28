"""Words that try to excuse a change from its audit, in comments and in messages of commits. They excuse nothing."""

import re
from collections.abc import Iterator, Set

from pytest_agentcompliance.parsing.late import late

# What a patch must hold before anything is read: patterns that begin with letters are found quickly. Prose has the two words, too.
HINTS = (
    rb"gent[-_]?[cC]ompliance", rb"GENT[-_]?COMPLIANCE", rb"gent [cC]ompliance ?[:=/-]", rb"GENT COMPLIANCE ?[:=/-]",
)  # fmt: skip
PROSE = (".md", ".mdx", ".markdown", ".rst", ".txt", ".adoc")
LEADERS = ("#", "//", "/*", "*", "--", ";", "%", "<!--", "'", '"')  # of comments, where the language is not known
LONGEST = 2000  # characters of a line that are looked at

_TOOL = r"agent[-_ ]?compliance"
_VERB = (
    r"(?:ignored?|disabled?|skip(?:ped)?|waived?|waiver|allow(?:ed)?|suppress(?:ed)?|exempt(?:ed)?|off|bypass(?:ed)?|exclude[ds]?"
    r"|exception|no-?check|no-?audit)"
)
# Behind the verb stand a clause, a rule, a sign or nothing; where a sentence goes on, it only speaks of the tool.
_TARGET = (
    r"(?:[-_ ](?:next|this|line|file|all|block|start|begin|end)){0,3}"
    r"(?=\s{0,4}(?:$|[\])}>:=;,(/*#-]|[A-Z][A-Z0-9]{0,7}-\d|[a-z-]{1,40}/[a-z-]{1,40}))"
)
# A mere blank may stand before the verb where the tool is written as one word: "agent compliance off" is prose.
_DIRECTIVE = late(rf"@?{_TOOL}\s?(?:[:=/]|--?|(?<!nt compliance)\s)\s?{_VERB}{_TARGET}", re.IGNORECASE)
_OTHERS = late(rf"(?:noqa|nolint|nosec|noinspection|pragma)\s?:\s?{_TOOL}(?![\w/.])", re.IGNORECASE)
_BRACKET = late(
    rf"[\[(]\s?(?:(?:no|skip|ignore|disable|waive|bypass)[-_ :]\s?{_TOOL}|{_TOOL}[-_ :]\s?{_VERB})[^\])\n]{{0,80}}[\])]",
    re.IGNORECASE,
)
_LEADER = late(r"[\s#/*<!;%\"'-]{0,40}")


def in_comments(text: str, path: str, numbers: Set[int]) -> Iterator[tuple[int, str]]:
    """Those of the numbered lines of a file that try it in a comment; of prose only comments count, not what it says."""
    written = text.split("\n")
    asked = {number for number in numbers if number <= len(written) and in_comment(written[number - 1])}
    if not asked:
        return
    from pytest_agentcompliance.parsing.comments import comments  # start-up time: when a line looks like it

    lines = [(one.line + k, part) for one in comments(text, path) for k, part in enumerate(one.text.split("\n"))]
    if path.lower().endswith(PROSE):
        lines = list(_of_prose(text))
    elif not lines:
        lines = [(k, line) for k, line in enumerate(written, 1) if k in asked and line.lstrip().startswith(LEADERS)]
    for number, line in lines:
        if number in asked and in_comment(line):
            yield number, line.strip()


def _of_prose(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a page that begin a comment, none of a sample between fences or pushed in."""
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.lstrip()
        if bare.startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and bare.startswith("<!--") and len(line) - len(bare) < 4:
            yield number, line


def in_comment(line: str) -> bool:
    """Whether a line of a comment tries it, and does not only speak of the tool in a sentence."""
    text = line[:LONGEST]
    leader = _LEADER.match(text)
    start = leader.end() if leader else 0
    return any(pattern.match(text, start) for pattern in (_DIRECTIVE, _OTHERS)) or any(
        text[: found.start()].rstrip(" ").endswith(("#", "/", "*", "--", ";"))
        for pattern in (_DIRECTIVE, _OTHERS)
        if (found := pattern.search(text, start))
    ) or bool(_BRACKET.search(text))  # fmt: skip


def in_message(message: str) -> Iterator[str]:
    """The lines of a commit's message that try it: in brackets anywhere, or as a line of their own below the subject."""
    for number, line in enumerate(message.split("\n")):
        text = line.strip()[:LONGEST]
        if _BRACKET.search(text) or (number and _DIRECTIVE.match(text)):
            yield text
