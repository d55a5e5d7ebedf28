"""Whether texts name a path, a package or a command: what an agent announced, in whichever words."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from pytest_agentcompliance.parsing import claims

LONGEST = 2_000_000  # characters of one text that are read
MOST = 200_000  # tokens of all texts
GLOBS = 60  # of all texts: each is held against every path
BRACES = 40  # names that one pair of braces stands for
_TOKEN = re.compile(r"[\w@$~+./\\*()\[\]{},-]{1,400}")
_EDGES = "()[]{},.*\\/-+~"
_PLAIN = re.compile(r"[a-z]+\d{0,2}")
_WORD = re.compile(r"[A-Za-z0-9@][\w@/.-]{0,200}")


class Named:
    """All that some texts name, ready to be asked."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._tokens: set[str] = set()
        self.words: set[str] = set()
        for text in texts:
            self._take(text[:LONGEST])

    def _take(self, text: str) -> None:
        for token in _TOKEN.findall(text.replace("](", "] (")):  # a link of Markdown
            if len(self._tokens) >= MOST:
                return
            self._tokens.update(_braced(token))
        for word in _WORD.findall(text):
            if len(self.words) < MOST:
                self.words.add(word.lower().rstrip("./-"))

    def among(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of the paths that a text names: whole or by their end, by a folder within another, by a glob, by a telling name."""
        known = claims.Paths(paths := tuple(paths))
        names = {part for path in paths for part in path.split("/")}
        found, globs = set[str](), 0
        for token in sorted(self._tokens):
            for written in dict.fromkeys((token.strip("*"), token.strip(_EDGES), token.strip("(),.*-+~"))):
                globs += "*" in written
                there = globs <= GLOBS if "*" in written else written.rstrip("/").rpartition("/")[2] in names
                if not there or not written.strip(_EDGES):
                    continue
                match = known.find(written)
                if match.how == "folder" and "/" not in written.strip("/"):
                    continue  # it names where most of the code lies
                found.update(match.paths)
        return frozenset(found | {path for path in paths if path not in found and self._tells(path)})

    def has(self, name: str) -> bool:
        """Whether a name stands in a text as a word, or as the last part of one."""
        low = name.lower()
        return low in self.words or low.rpartition("/")[2] in self.words

    def _tells(self, path: str) -> bool:
        """Whether the name of a file stands without its ending, where it is no common word: ``LoginForm``, ``user-service``."""
        stem = path.rpartition("/")[2].lstrip(".").rpartition(".")[0]
        return len(stem) > 4 and not _PLAIN.fullmatch(stem) and stem.lower() in self.words


def _braced(token: str) -> Iterator[str]:
    """A token, and what the shell would make of one with braces: ``src/{a,b}.ts``."""
    yield token
    opened, braced, rest = token.partition("{")
    inner, closed, end = rest.partition("}")
    if braced and closed and "," in inner:
        yield from (f"{opened}{one}{end}" for one in islice(inner.split(","), BRACES))
