"""JSON and TOML as a flat list of texts, each with its path and its line; a broken end loses no beginning."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_agentcompliance.parsing.late import late

DEEPEST = 60  # levels; what lies deeper is passed over, and what comes after it is read

Path = tuple[str, ...]
# A string that is not closed stays open to its line's end: there the reader stops.
_JSON = late(r'"(?:[^"\\\n]|\\.)*+"?|[{}\[\],:\n]|[^\s"{}\[\],:]++')
_TOML = late(r"""#[^\n]*+|"{3}|'{3}|"(?:[^"\\\n]|\\.)*+"?|'[^'\n]*+'?|[{}\[\],=.\n]|[^\s"'#{}\[\],=.]++""")


@dataclass(frozen=True, slots=True)
class Text:
    """One value that is no table: the keys above it (of an item of a list those of the list), its text, its key's line."""

    path: Path
    text: str
    line: int
    quoted: bool = True


def of_json(text: str) -> Iterator[Text]:
    """The values of a JSON text; of comments and other things that JSON has not it makes what it can."""
    line, key, key_line, awaits = 1, "", 1, False
    open_: list[tuple[str, str]] = []  # the brackets that are open, each with the key under which it stands
    below = 0  # brackets that are open deeper than that
    for token in _JSON.finditer(text):
        word = token[0]
        within_list = bool(open_) and open_[-1][0] == "["
        if word == "\n":
            line += 1
        elif below or (word in "{[" and len(open_) == DEEPEST):
            if word[0] == '"' and (len(word) < 2 or word[-1] != '"'):
                return
            below += (word in "{[") - (word in "}]")
            awaits = False
        elif word in "{[":
            open_.append((word, "" if within_list else key))
            key, awaits = "", word == "{"
        elif word in "}]":
            del open_[-1:]
            awaits = False
        elif word in ",:":
            awaits = word == "," and bool(open_) and not within_list
        elif word[0] == '"' and (len(word) < 2 or word[-1] != '"'):
            return
        elif awaits:
            key, key_line = _plain(word), line
        else:
            path = tuple(name for _, name in open_[1:] if name)
            yield Text(path if within_list else (*path, key), _plain(word), line if within_list else key_line, word[0] == '"')


def _plain(word: str) -> str:
    """The text that a JSON string stands for."""
    if word[0] != '"':
        return word
    if "\\" in word:
        try:
            return str(json.loads(word))
        except ValueError:
            return word[1:-1]
    return word[1:-1]


def of_toml(text: str) -> Iterator[Text]:
    """The values of a TOML text: those of ``[a] b = {c = 1}`` as ``a.b.c``. Dates and the like are given in pieces."""
    return _Toml(text).texts()


class _Toml:
    """One pass over the tokens; what is open is a stack of lists and inline tables."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1
        self._table: Path = ()
        self._key: list[str] = []  # what is read of a key before its equals sign
        self._key_line = 1
        self._open: list[tuple[str, Path]] = []  # open brackets of a value, each with the path that they stand at
        self._header = self._in_value = False

    def texts(self) -> Iterator[Text]:
        for word in self._tokens():
            if word[0] in "\"'" and (len(word) < 2 or word[-1] != word[0]):
                return
            if self._header:
                self._of_header(word)
            elif not self._in_value:
                self._of_key(word)
            elif word in "[{]},\n":
                self._mark(word)
            elif word not in "=." and (at := (*self._outer, *self._key)):
                listed = bool(self._open) and self._open[-1][0] == "["
                yield Text(at, _bare(word), self._line if listed else self._key_line, word[0] in "\"'")

    def _tokens(self) -> Iterator[str]:
        """Each token; a text over several lines comes as one quoted token."""
        while found := _TOML.search(self._text, self._at):
            self._at = found.end()
            word = found[0]
            if word in ('"""', "'''"):
                end = self._text.find(word, self._at)
                if end < 0:
                    return
                yield word[0] + self._text[self._at : end] + word[0]
                self._line += self._text.count("\n", self._at, end)
                self._at = end + 3
            elif word[0] != "#":
                yield word
                self._line += word == "\n"

    @property
    def _outer(self) -> Path:
        return self._open[-1][1] if self._open else self._table

    def _of_header(self, word: str) -> None:
        if word == "\n":
            self._table, self._key, self._header = tuple(self._key[:DEEPEST]), [], False
        elif word not in "[].":
            self._key.append(_bare(word))

    def _of_key(self, word: str) -> None:
        """A table's header begins where a key would: at the start of a line, outside of any value."""
        if word == "[" and not self._key and not self._open:
            self._header = True
        elif word == "=":
            self._in_value, self._key = True, self._key[:DEEPEST]
        elif word in "}]" and self._open:
            self._mark(word)
        elif word == "\n" and not self._open:
            self._key = []
        elif word not in "[]{},.\n":
            self._key_line = self._key_line if self._key else self._line
            self._key.append(_bare(word))

    def _mark(self, word: str) -> None:
        """A bracket, a comma or a line's end after an equals sign."""
        if word in "[{":
            outer = self._outer
            self._open.append((word, (*outer, *self._key) if self._key and len(outer) < DEEPEST else outer))
            self._in_value, self._key = word == "[", []
        elif word in "}]":
            del self._open[-1:]
            self._in_value, self._key = True, []
        elif word == ",":
            self._in_value, self._key = bool(self._open) and self._open[-1][0] == "[", []
        elif not self._open:
            self._in_value, self._key = False, []


def _bare(word: str) -> str:
    return word[1:-1] if word[0] in "\"'" and len(word) > 1 else word
