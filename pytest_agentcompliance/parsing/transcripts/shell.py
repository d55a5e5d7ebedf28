"""A shell script into its simple commands, with their redirections and here-documents. Nothing is run, and nothing is expanded."""

import re
from dataclasses import dataclass, field
from posixpath import normpath

LONGEST = 64 * 1024  # characters of a script that are read
NESTED = 3  # of ``bash -c "bash -c ..."``
TOKEN = re.compile(
    r"(?P<space>(?:[ \t\r]|\\\r?\n)+)|(?P<line>\n)|(?P<redirection>\d{0,2}(?:<<<|<<-?|<>|>>|>\||>&|<&|>|<)|&>>?)"
    r"|(?P<end>&&|\|\||;;?|\|&|\||&|\(|\))|(?P<single>'[^']*')|(?P<double>\"(?:[^\"\\]|\\[\s\S])*\")"
    r"|(?P<escaped>\\[\s\S])|(?P<plain>[^\s;|&<>()\"'\\]+)|(?P<other>[\s\S])"
)
HELD = frozenset("$`*?[{")  # a word with one of these, not in quotes, means what only the shell knows
WILD = frozenset("*?[")  # of these it is known what they mean
ESCAPED = re.compile(r"\\([$`\"\\\n])")
ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}\+?=")
OPENING = frozenset((
    "then", "do", "else", "elif", "if", "while", "until", "{", "}", "!", "time", "sudo", "command", "builtin", "exec", "nohup",
    "env", "nice",
))  # fmt: skip
SHELLS = frozenset(("bash", "sh", "zsh", "dash", "ksh"))
SCRIPT = re.compile(r"-[a-z]*c[a-z]*")
SECONDS = re.compile(r"[\d.]{1,20}[smhd]?")


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its quotes; not ``plain`` where the shell would make something else of it, ``wild`` where that is a glob."""

    text: str
    plain: bool = True
    wild: bool = False


@dataclass(slots=True)
class Command:
    """One simple command.

    ``folder`` is where a ``cd`` before it went, empty where none was. ``piped``: it reads what the one before prints.
    """

    words: list[Word] = field(default_factory=list)
    into: list[Word] = field(default_factory=list)  # files that its output goes to
    out_of: list[Word] = field(default_factory=list)  # files that it is fed
    fed: str = ""  # its here-document
    folder: str = ""
    piped: bool = False
    pipes: bool = False
    then: str = ""  # the sign after it: ``&&``, ``;`` and the like, a line end, or nothing
    silent: bool = False  # its standard output goes to a file

    @property
    def name(self) -> str:
        return self.words[0].text.rpartition("/")[2] if self.words and self.words[0].plain else ""

    def at(self, word: Word) -> str:
        """The path that a word names, from where the script started; empty where that is not plain."""
        path = word.text
        if not word.plain or not path or "\0" in path or len(path) > 1000 or self.folder == "?":
            return ""
        return path if path.startswith(("/", "~")) or not self.folder else normpath(f"{self.folder}/{path}")


def commands(script: str, folder: str = "", depth: int = 0) -> list[Command]:
    """The simple commands of a script in their order; never fails, whatever the text is."""
    found: list[Command] = []
    for command in _Reader(script[:LONGEST]).commands:
        command.words = _bare(command.words)
        command.folder = folder
        if not command.words and not command.into:
            continue
        inner = _script(command)
        if inner and depth < NESTED:
            found += commands(inner, folder, depth + 1)
            continue
        found.append(command)
        if command.name in ("cd", "pushd"):
            folder = _stepped(folder, next((word for word in command.words[1:] if not word.text.startswith("-")), Word("?", False)))
    return found


def _stepped(folder: str, step: Word) -> str:
    """The folder after a ``cd``; ``?`` where it cannot be told."""
    if not step.plain or step.text == "-" or len(folder) > 1000:
        return "?"
    if step.text.startswith(("/", "~")):
        return normpath(step.text)
    return folder if folder == "?" else normpath(f"{folder}/{step.text}" if folder else step.text)


def _bare(words: list[Word]) -> list[Word]:
    at = 0
    while at < len(words):
        text = words[at].text
        if text in OPENING or ASSIGNMENT.match(text):
            at += 1
        elif text == "timeout":
            at += 1
            while at < len(words) and words[at].text.startswith("-"):
                at += 2 if words[at].text in ("-k", "-s", "--kill-after", "--signal") else 1
            at += at < len(words) and bool(SECONDS.fullmatch(words[at].text))
        else:
            break
    return words[at:]


def _script(command: Command) -> str:
    """What a shell within the script is told to run."""
    if command.name not in SHELLS:
        return ""
    for option, script in zip(command.words[1:], command.words[2:], strict=False):
        if SCRIPT.fullmatch(option.text):
            return script.text
        if not option.text.startswith("-"):
            return ""
    return command.fed


class _Reader:
    """One pass over the tokens of a script."""

    def __init__(self, text: str) -> None:
        self.commands: list[Command] = []
        self._now = Command()
        self._word: list[str] | None = None
        self._plain, self._opens = True, ""
        self._wild = self._unknown = False
        self._heirs: list[tuple[Command, str, bool]] = []  # here-documents that wait for their line
        self._text, at = text, 0
        while at < len(text):
            token = TOKEN.match(text, at)
            if token is None:
                break
            at = self._take(token)
        self._word_ends()
        self._ends("")

    def _take(self, token: "re.Match[str]") -> int:
        kind, text, end = token.lastgroup, token[0], token.end()
        if kind in ("plain", "single", "double", "escaped", "other"):
            if kind == "plain" and text.startswith("#") and self._word is None:  # a comment
                line = self._text.find("\n", end)
                return line if line >= 0 else len(self._text)
            self._piece(kind, text)
            return end
        if kind == "redirection" and self._word is not None and text[0].isdigit():
            self._piece("plain", text.rstrip("<>|&-"))  # ``file2>x`` is a word and a redirection
            text = text.lstrip("0123456789")
        if kind == "end" and text == "(" and self._word is not None:  # $( ... ), a function: what is in it is not for us
            self._plain, self._unknown = False, True
        self._word_ends()
        if kind == "redirection":
            self._opens = text
        elif kind in ("line", "end"):
            self._ends(text)
            if kind == "line" and self._heirs:
                return self._documents(end)
        return end

    def _piece(self, kind: str, text: str) -> None:
        if self._word is None:
            self._word, self._plain, self._wild = [], True, False
        if kind == "single":
            text = text[1:-1]
        elif kind == "double":
            self._plain = self._plain and "$" not in text and "`" not in text
            self._unknown = self._unknown or "$" in text or "`" in text
            text = ESCAPED.sub(r"\1", text[1:-1])
        elif kind == "escaped":
            text = text[1:]
        else:
            held = HELD & set(text)
            self._plain, self._wild = self._plain and not held, self._wild or bool(held & WILD)
            self._unknown = self._unknown or bool(held - WILD)
        self._word.append(text)

    def _word_ends(self) -> None:
        if self._word is None:
            return
        wild = self._wild and not self._unknown
        word, self._word, self._unknown = Word("".join(self._word), self._plain, wild), None, False
        opens, self._opens = self._opens, ""
        if not opens:
            self._now.words.append(word)
            return
        sign = opens.lstrip("0123456789")
        if sign in ("<<", "<<-"):
            self._heirs.append((self._now, word.text, sign == "<<-"))
        elif sign == "<<<":
            self._now.fed = word.text
        elif sign in ("<", "<>"):
            self._now.out_of.append(word)
        elif sign not in ("<&",) and not (sign == ">&" and (word.text.isdigit() or word.text == "-")):
            self._now.silent = self._now.silent or not opens.startswith("2")
            if not word.text.startswith("/dev/"):
                self._now.into.append(word)

    def _ends(self, by: str) -> None:
        self._opens = ""
        self._now.pipes, self._now.then = by in ("|", "|&"), by
        if self._now.words or self._now.into:
            self.commands.append(self._now)
        elif by == "\n" and not self._now.pipes and self._now.piped:
            return  # a pipe goes on over the end of a line
        self._now = Command(piped=by in ("|", "|&"))

    def _documents(self, at: int) -> int:
        """The here-documents that begin on this line; where their last one ends."""
        for command, until, tabs in self._heirs:
            start = at
            while True:
                end = self._text.find("\n", at)
                line = self._text[at : end if end >= 0 else len(self._text)]
                if (line.lstrip("\t") if tabs else line).rstrip("\r") == until:
                    command.fed = self._text[start:at]
                    at = end + 1 if end >= 0 else len(self._text)
                    break
                if end < 0:
                    command.fed = self._text[start:]
                    at = len(self._text)
                    break
                at = end + 1
        self._heirs = []
        return at
