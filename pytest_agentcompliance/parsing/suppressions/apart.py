"""What is left of comments without the words that are for tools: an explanation, or nothing."""

import re
from functools import cache, lru_cache

from pytest_agentcompliance.parsing import scan
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.suppressions.kinds import HINTS
from pytest_agentcompliance.parsing.suppressions.reading import LONGEST, spots

_MOST = 100  # comments within a line; one with more explains nothing
_COMMENT = re.compile(r"[#]|//|/\*|<!--")
_WORD = re.compile(r"[^\W\d_]{3,}")
_WORDLESS = re.compile(r"(?://|#|/\*)[^\w\r\n]*+(?:[\r\n]|\Z)")


def explanation(said: str) -> str:
    """What a comment says to its readers; empty where it speaks to tools alone, or has no words."""
    kept = "\n".join(_spoken(line[:LONGEST]) for line in said.split("\n"))
    return kept if _WORD.search(kept) else ""


@lru_cache(maxsize=8)
def unexplained(text: str, path: str) -> str:
    """A text with the comments made blank that explain nothing; offsets and lines are what they were."""
    language = language_of(path, text)
    if language is None or not (_hinted().search(text) or _WORDLESS.search(text)):
        return text
    parts: list[str] = []
    at = 0
    for one in scan.spans(text, language.style):
        said = text[one.start : one.end]
        if not _WORD.search(said) or (_hinted().search(said) and not explanation(said)):
            parts += [text[at : one.start], re.sub(r"[^\r\n]", " ", said)]
            at = one.end
    return "".join([*parts, text[at:]])


def _spoken(line: str) -> str:
    if len(_COMMENT.findall(line)) > _MOST:
        return ""
    for start, end in sorted((spot.span() for _, spot in spots(line, _MOST)), reverse=True):
        line = line[:start] + " " * (end - start) + line[end:]
    return line


@cache
def _hinted() -> re.Pattern[str]:
    return re.compile("|".join(one.decode() for one in HINTS))
