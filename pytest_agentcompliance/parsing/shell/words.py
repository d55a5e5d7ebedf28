"""A shell line into words, operators and redirections, with the texts of its here-documents."""

import re
from typing import NamedTuple

LONGEST = 64 * 1024  # characters of a line, or of a script, that are read
_HELD = frozenset("$`*?[{")  # a word with one of these, not in quotes, means what only the shell knows
_WILD = frozenset("*?[")  # of these it is known what they mean
_SPACE = re.compile(r"(?:[^\S\n]|\\\r?\n)+")
_REDIRECTION = re.compile(r"\d{0,3}(?:<<<|<<-?|<>|>>|>\||>&|<&|>(?!\()|<(?!\())|&>>?")
_OPERATOR = re.compile(r"&&|\|\||\|&|;;|[\n;|()&]")
_WHOLE = re.compile(r"[^\s;|&()<>\"'\\$`#*?\[{]+(?=[\s;|&)]|\Z)")  # a word without anything special, as most are
_PLAIN = re.compile(r"[^\s;|&()<>\"'\\$`]+")
_IN_QUOTES = re.compile(r"[^\"\\$]+")
_VARIABLE = re.compile(r"\$\{[^{}\n]{0,300}\}")
_IN_PATH = re.compile(r"[A-Za-z0-9.]")
_DOCUMENT = re.compile(r"<<(-?)[ \t]*(['\"]?)([\w.-]{1,80})\2")
# Where one of these is called, a backslash is a letter like others.
_POWERSHELL = re.compile(
    r"\b[A-Z][a-z]{1,9}-(?:Content|Item|ItemProperty|ChildItem|Location|Object|String|File|Path|Host|Output|Null|Json|Expression"
    r"|Process|Table|WebRequest|Error|Command|Variable)\b"
)


class Word(NamedTuple):
    """A word without its quotes; not ``plain`` where the shell would make something else of it, ``wild`` where that is a glob.

    ``inner`` are the texts of the commands that are substituted in it.
    """

    text: str
    plain: bool = True
    wild: bool = False
    inner: tuple[str, ...] = ()


class Redirection(NamedTuple):
    """Where an output goes, or what is read. Of a here-document the target is its text."""

    sign: str
    target: Word


Token = Word | Redirection | str  # an operator is its text


def tokens(line: str) -> list[Token]:
    """The tokens of a line, of which it reads the first ``LONGEST`` characters; never fails, whatever the text is."""
    return _Reader(line[:LONGEST]).tokens


class _Reader:
    """One pass over a text."""

    def __init__(self, line: str) -> None:
        self.tokens: list[Token] = []
        self._line = line
        self._powershell = _POWERSHELL.search(line) is not None
        self._documents: list[int] = []  # the redirections that wait for the text on the lines below
        at, length = 0, len(line)
        while at < length:
            if whole := _WHOLE.match(line, at):
                self.tokens.append(Word(whole[0]))
                at = whole.end()
            elif space := _SPACE.match(line, at):
                at = space.end()
            else:
                at = self._next(at)

    def _next(self, at: int) -> int:
        line = self._line
        if line[at] == "#":
            end = line.find("\n", at)
            return len(line) if end < 0 else end
        if self._powershell and line.startswith(("`\n", "`\r\n"), at):  # the next line goes on with this one
            return line.index("\n", at) + 1
        if sign := _REDIRECTION.match(line, at):
            return self._redirection(sign[0], sign.end())
        if operator := _OPERATOR.match(line, at):
            self.tokens.append(operator[0])
            return self._texts(at) if operator[0] == "\n" and self._documents else operator.end()
        word, at = self._word(at)
        self.tokens.append(word)
        return at

    def _redirection(self, sign: str, at: int) -> int:
        if space := _SPACE.match(self._line, at):
            at = space.end()
        if at >= len(self._line) or _OPERATOR.match(self._line, at):
            return at
        target, at = self._word(at)
        if sign.lstrip("0123456789") in ("<<", "<<-"):
            self._documents.append(len(self.tokens))
        self.tokens.append(Redirection(sign, target))
        return at

    def _texts(self, at: int) -> int:
        """The here-documents that begin on the line which ends here, in their order; the end of the last line of the last."""
        for number in self._documents:
            opened = self.tokens[number]
            if isinstance(opened, Redirection):
                text, at = _document(self._line, at + 1, opened.target.text, tabs=opened.sign.endswith("-"))
                self.tokens[number] = Redirection(opened.sign, Word(text))
        self._documents = []
        return at

    def _word(self, at: int) -> tuple[Word, int]:
        line, start, parts, inner = self._line, at, list[str](), list[str]()
        held: set[str] = set()
        while at < len(line):
            char = line[at]
            if plain := _PLAIN.match(line, at):
                parts.append(plain[0])
                held |= _HELD.intersection(plain[0])
                at = plain.end()
            elif char == "\\":
                after = line[at + 1 : at + 2]
                kept = self._powershell or (at > start and _IN_PATH.match(after))  # of a path, as Windows writes it
                parts.append("\\" if kept else after.replace("\n", ""))
                at += 1 if kept else 2
            elif char == "'":
                end = _found(line, "'", at + 1)
                parts.append(line[at + 1 : end])
                at = end + 1
            elif char == '"':
                text, told, at = self._quoted(at + 1, held)
                parts.append(text)
                inner.extend(told)
            elif variable := _VARIABLE.match(line, at):
                parts.append(variable[0])
                held.add("$")
                at = variable.end()
            elif (opens := line.startswith(("$(", "<(", ">("), at)) or (char == "`" and not self._powershell):
                end = _bracketed(line, at + 2) if opens else _found(line, "`", at + 1)
                inner.append(line[at + (2 if opens else 1) : end])
                parts.append(line[at : end + 1])
                held.add("$")
                at = end + 1
            elif char in "$`" or (char in "<>" and at == start):
                parts.append(char)
                held.add("$")
                at += 1
            else:
                break
        if at == start:  # nothing that a word is made of
            return Word(line[at], plain=False), at + 1
        return Word("".join(parts), not held, bool(held) and held <= _WILD, tuple(inner)), at

    def _quoted(self, at: int, held: set[str]) -> tuple[str, list[str], int]:
        line, parts, inner = self._line, list[str](), list[str]()
        while at < len(line) and line[at] != '"':
            if plain := _IN_QUOTES.match(line, at):
                parts.append(plain[0])
                at = plain.end()
                if "`" in plain[0]:
                    held.add("`")
            elif line[at] == "\\":
                after = line[at + 1 : at + 2]
                parts.append(after.replace("\n", "") if after in '$`"\\\n' else "\\" + after)
                at += 2
            elif line.startswith("$(", at):
                end = _bracketed(line, at + 2)
                inner.append(line[at + 2 : end])
                parts.append(line[at : end + 1])
                held.add("$")
                at = end + 1
            else:
                parts.append("$")
                held.add("$")
                at += 1
        return "".join(parts), inner, at + 1


def _found(line: str, char: str, at: int) -> int:
    end = line.find(char, at)
    return len(line) if end < 0 else end


def _document(line: str, at: int, until: str, *, tabs: bool) -> tuple[str, int]:
    """The text up to the line that is only the word, and where that line ends."""
    start = at
    while at < len(line):
        end = _found(line, "\n", at)
        if (line[at:end].lstrip("\t") if tabs else line[at:end]).rstrip("\r") == until:
            return line[start:at], end
        at = end + 1
    return line[start:], len(line)


def _bracketed(line: str, at: int) -> int:
    """Where the bracket closes that was opened before ``at``; quotes and here-documents within are passed over."""
    open_, documents = ["("], list[tuple[str, bool]]()
    while at < len(line):
        char = line[at]
        if char == "\\":
            at += 1
        elif open_[-1] == '"':
            if char == '"':
                open_.pop()
            elif line.startswith("$(", at):
                open_.append("(")
                at += 1
        elif char in '"(':
            open_.append(char)
        elif char == "'":
            at = _found(line, "'", at + 1)
        elif char == ")":
            open_.pop()
            if not open_:
                return at
        elif char == "<" and (found := _DOCUMENT.match(line, at)):
            documents.append((found[3], bool(found[1])))
            at = found.end() - 1
        elif char == "\n" and documents:
            for until, tabs in documents:
                at = _document(line, at + 1, until, tabs=tabs)[1]
            documents = []
            continue
        at += 1
    return len(line)
