"""The oddities of a text: by what a person reads something else than a machine."""

from collections import Counter
from collections.abc import Iterator

from pytest_agentcompliance.parsing.lookalikes import marks, words
from pytest_agentcompliance.parsing.lookalikes.oddity import Kind, Oddity

MANY = 20_000  # oddities after which the rest of a text is passed over: it has been told often enough


def suspicious(text: str) -> bool:
    """Whether a text has any character that ``oddities`` looks at: cheap, before it is cut into lines."""
    return marks.SUSPECTS.search(text) is not None or (not text.isascii() and words.LETTERS.search(text) is not None)


def oddities(text: str, kind: Kind, beside: str = "") -> Iterator[tuple[int, Oddity]]:
    """What of a text is not what it looks like, with the lines, counted from 1 at newlines alone.

    Lines that the text ``beside`` has too are passed over, as often as it has them. A byte order mark that begins the text
    is taken for one that is left in the middle: decode without it.
    """
    told = 0
    there, around = Counter(beside.split("\n")), words.Surroundings(text)
    for number, line in enumerate(text.split("\n"), 1):
        if there.get(line):
            there[line] -= 1
            continue
        for one in in_line(line, kind):
            if (found := around.judged(one)) is not None:
                yield number, found
                told += 1
        if told > MANY:
            return


def in_line(line: str, kind: Kind) -> Iterator[Oddity]:
    """As ``oddities``, of one line, which may be a part of a path."""
    if line.isascii() and line.isprintable():
        return
    yield from marks.oddities(line, kind)
    if not line.isascii():
        yield from words.oddities(line, kind)
