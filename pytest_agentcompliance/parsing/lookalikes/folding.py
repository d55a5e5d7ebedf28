"""A line as a reader sees it."""

import html
import re
import unicodedata

_ENTITY = re.compile(r"&(?:#|[A-Za-z])")
# What neither is invisible nor looks like a letter, and is in most texts that are not ASCII.
_HARMLESS = re.compile("[\x00-\x7f\xa0-\xac\xae-\u017e\u2010-\u2027\u2030-\u205e\u2190-\u23ff\u2500-\u27bf\u3001-\u9fff]*")


def folded(line: str) -> str:
    """A line as a reader sees it: without invisible characters, full-width and look-alike letters, or entities."""
    if "&" in line and _ENTITY.search(line):
        line = html.unescape(line)
    if line.isascii():
        return line
    # Start-up time: the tables are for lines that are not ASCII.
    from pytest_agentcompliance.parsing.lookalikes.marks import INVISIBLE
    from pytest_agentcompliance.parsing.lookalikes.tables import nearly

    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", line))
    return text if _HARMLESS.fullmatch(text) else "".join(map(nearly, text))
