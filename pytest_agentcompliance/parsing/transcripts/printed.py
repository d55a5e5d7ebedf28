"""How much of a document stands in what a step printed, by whatever means it did."""

import re
from functools import cached_property, lru_cache

SHORT = 24  # characters of a line that many a text might hold by chance
FEW = 12  # longer lines of a document that is known again by them
CLIPPED = 8000  # characters of an output from which on its beginning may not have been kept
ALIKE = 0.9  # of the lines of a cut output that have to be the document's end
_NUMBER = re.compile(r"[ \t]{0,12}\d{1,7}(?:[:\t|→]|[ \t]{2})[ \t]?")


class Document:
    """The lines by which a document is known again, in their order."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def lines(self) -> dict[str, None]:
        """Its longer lines, each once."""
        return {line: None for row in self._text.splitlines() if len(line := _bare(row)) >= SHORT}

    def share(self, output: str) -> float:
        """The part of its lines that an output has; of one whose beginning was not kept, 1 where all that was is its end."""
        if len(output) < SHORT * 2 or not self.lines:
            return 0.0
        there = shown(output)
        hits = self.lines.keys() & there
        if len(output) >= CLIPPED and len(hits) >= len(there) * ALIKE and sum(map(len, hits)) * 2 >= len(output):
            end = list(self.lines)[-len(there) :]
            if sum(line in there for line in end) >= len(end) * ALIKE:
                return 1.0
        return len(hits) / len(self.lines)


@lru_cache(maxsize=64)
def document(text: str) -> Document:
    """A document, read once for all steps that are held against it."""
    return Document(text)


@lru_cache(maxsize=8)  # several documents are asked of one output
def shown(output: str) -> frozenset[str]:
    """The longer lines of an output, without the numbers that tools put before them."""
    return frozenset(line for row in output.splitlines() if len(line := _bare(row)) >= SHORT)


def _bare(row: str) -> str:
    number = _NUMBER.match(row)
    return (row[number.end() :] if number else row).strip()
