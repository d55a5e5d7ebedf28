"""Names of files that are not what they look like, or not the same on every disk."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.lookalikes import words
from pytest_agentcompliance.parsing.lookalikes.oddity import Level
from pytest_agentcompliance.parsing.lookalikes.paths import CONTROL, plain
from pytest_agentcompliance.parsing.lookalikes.text import in_line

_ENDS = re.compile(r"[. ]\Z")
_NO_UTF8 = re.compile("[\udc80-\udcff]")


def odd_parts(path: str) -> Iterator[tuple[str, Level, str]]:
    """The parts of a path that are not what they look like, or not the same on every disk, each with what is odd about it."""
    if plain(path):
        return
    around = words.Surroundings(path)
    for part in dict.fromkeys(path.split("/")):
        if CONTROL.search(part):
            yield part, "breach", "a control character"
        if "\\" in part:
            yield part, "breach", "a backslash, which is a separator elsewhere"
        if part not in (".", "..") and _ENDS.search(part):
            yield part, "breach", "a dot or a space at its end, which some disks drop"
        if _NO_UTF8.search(part):
            yield part, "breach", "bytes that are not UTF-8"
        for one in in_line(CONTROL.sub("", part), "code"):
            if (found := around.judged(one)) is not None:
                yield part, found.level, f"{found.sort}: {found.said}"
