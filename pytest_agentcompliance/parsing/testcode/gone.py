"""What a change took out of the code: names and sayings that nothing of it has any more."""

import re
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_]{4,80}")
_DASHED = re.compile(r"[A-Za-z][A-Za-z0-9]{1,40}(?:-[A-Za-z0-9]{1,40}){1,6}")
_KEPT = re.compile(r"[a-z][A-Z]|[A-Za-z]_[A-Za-z]|[a-z]\d|[A-Z]{2}[a-z]|.{11}")
_AFFIX = re.compile(r"(?i)^test_|_tests?$|[._-](?:tests?|spec|e2e|cy|unit|integration)$")
WINDOW = 4  # words of a saying that are looked for as one


def names(text: str) -> set[str]:
    """The words of a text that are names and not plain words: of several parts, or long."""
    return {word for word in _WORD.findall(text) if _KEPT.search(word)} | set(_DASHED.findall(text))


class Gone:
    """What the changed files had and none of them has any more."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        self._before, self._after = before, after
        self.names: set[str] = set()
        for text in before:
            self.names |= names(text)
        for text in after:
            if not self.names:
                break
            self.names -= names(text)

    def sayings(self, words: Iterable[str]) -> set[str]:
        """Those of the texts of strings that were taken out, whole or four words of them."""
        return {word for word in words if " " in word and any(self._taken(piece) for piece in _pieces(word))}

    def _taken(self, piece: str) -> bool:
        return any(piece in text for text in self._before) and not any(piece in text for text in self._after)


def _pieces(saying: str) -> list[str]:
    parts = saying.split(" ")
    windows = [" ".join(parts[at : at + WINDOW]) for at in range(max(0, min(len(parts) - WINDOW + 1, 12)))]
    return [saying, *(window for window in windows if len(window) > 14)]


def stem(path: str) -> str:
    """A file's name without its ending and without what makes it a test."""
    name = path.rpartition("/")[2]
    name = name.rpartition(".")[0] or name
    while (bare := _AFFIX.sub("", name)) != name:
        name = bare
    return name.lower().replace("-", "_")
