"""The beginnings of secrets in a text that was cut short: too little of a token to be one, and too much to be shown."""

import re
from functools import cache

from pytest_agentcompliance.parsing.secrets.forms import FORMS

LEAST = 6  # characters behind the fixed beginning
LONG = 7  # characters of a beginning that no name has
_MARK = "[masked: {kind}, its beginning]"
_DIGIT = re.compile(r"[0-9]")


def masked(text: str) -> str:
    """The text with a mark in the place of what begins as a provider's token does."""
    kinds, pattern = _pattern()
    return pattern.sub(lambda found: _MARK.format(kind=kinds[found[1]]) if _may_be(found[1], found[2]) else found[0], text)


def _may_be(start: str, rest: str) -> bool:
    """Whether it is no name, such as ``npm_config_cache2``."""
    return _DIGIT.search(rest) is not None and ("_" not in rest or len(start) > LONG)


@cache
def _pattern() -> tuple[dict[str, str], re.Pattern[str]]:
    kinds = {form.start: form.kind for form in FORMS if form.strong and len(form.start) > 3 and form.start[0].isalnum()}
    starts = "|".join(map(re.escape, sorted(kinds, key=len, reverse=True)))
    return kinds, re.compile(rf"(?<![A-Za-z0-9_])({starts})([A-Za-z0-9_./+-]{{{LEAST},300}})")
