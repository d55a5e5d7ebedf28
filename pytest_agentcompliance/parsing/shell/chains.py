"""The tokens of a shell line into groups, chains, pipes and simple commands."""

from typing import NamedTuple

from pytest_agentcompliance.parsing.shell.words import Redirection, Token, Word

DEEPEST = 12  # brackets, and shells in shells
_KEYWORDS = frozenset(("then", "do", "else", "done", "fi", "esac", "$", "%"))
_BRACES = {"{": "(", "}": ")"}  # where a command would start
_CONDITIONS = frozenset(("if", "elif", "while", "until"))
_HEADERS = frozenset(("for", "case", "select", "function"))


class Simple(NamedTuple):
    """One simple command.

    ``into`` are the files that its output goes to, ``out_of`` those that it is fed, ``fed`` the text. ``silent``: what it prints
    goes to a file.
    """

    words: tuple[Word, ...]
    into: tuple[Word, ...] = ()
    out_of: tuple[Word, ...] = ()
    fed: str = ""
    silent: bool = False


class Pipe(NamedTuple):
    """What `|` ties together: simple commands, and groups in brackets. ``asked``: the condition of an `if` or a `while`."""

    stages: "list[Simple | list[Chain]]"
    negated: bool
    asked: bool


class Chain(NamedTuple):
    """What `&&` and `||` tie together. ``left`` behind: with `&`."""

    pipes: list[tuple[str, Pipe]]
    behind: bool


Node = Simple | list[Chain]


def chains(tokens: list[Token]) -> tuple[list[Chain], list[Simple]]:
    """The chains of a line; and, as commands without words, the redirections of its loops and groups."""
    around: list[Simple] = []
    return _chains(tokens, 0, 0, around)[0], around


def last(found: list[Chain]) -> Simple | None:
    """The simple command that ends a list."""
    node: Node = found
    while isinstance(node, list):
        if not node:
            return None
        node = node[-1].pipes[-1][1].stages[-1]
    return node


def _chains(tokens: list[Token], at: int, depth: int, around: list[Simple]) -> tuple[list[Chain], int]:
    """The chains up to the bracket that closes, and where it stands."""
    list_ = _List(around)
    while at < len(tokens):
        piece = tokens[at]
        at += 1
        if isinstance(piece, Redirection):
            list_.redirect(piece)
            continue
        if isinstance(piece, Word) and not list_.words and piece.text in _HEADERS:  # its words are no command
            while at < len(tokens) and isinstance(tokens[at], Word):
                at += 1
            continue
        if isinstance(piece, Word):
            if list_.words or piece.text not in _BRACES:
                list_.take(piece)
                continue
            piece = _BRACES[piece.text]
        if piece == "(" and list_.words:  # said of the command, and no part of it: `tsc (in the package)`; or a function
            at = _closing(tokens, at)
        elif piece == "(" and depth < DEEPEST:
            group, at = _chains(tokens, at, depth + 1, around)
            list_.group(group)
        elif piece == ")" and depth:
            break
        elif piece not in ("(", ")"):
            list_.operate(piece)
    list_.chain()
    return list_.chains, at


class _List:
    """A list of commands as its tokens come."""

    def __init__(self, around: list[Simple]) -> None:
        self.chains: list[Chain] = []
        self.words: list[Word] = []
        self._around = around
        self._pipes: list[tuple[str, Pipe]] = []
        self._stages: list[Node] = []
        self._into, self._out_of = list[Word](), list[Word]()
        self._operator, self._fed = "", ""
        self._negated = self._asked = self._silent = self._goes_on = False

    def take(self, word: Word) -> None:
        """One word of a command."""
        self._goes_on = False
        first = not self.words and not word.inner
        if first and word.text == "!":
            self._negated = True
        elif first and word.text in _CONDITIONS:
            self._asked = True
        elif first and word.text in _KEYWORDS:
            self._asked = self._asked and word.text not in ("then", "do")
        else:
            self.words.append(word)

    def redirect(self, redirection: Redirection) -> None:
        """Where the output of the command goes, or what it reads."""
        self._goes_on = False
        sign, word = redirection.sign.lstrip("0123456789"), redirection.target
        if sign.startswith("<<"):
            self._fed = word.text
        elif sign in ("<", "<>"):
            self._out_of.append(word)
        elif sign != "<&" and not (sign == ">&" and (word.text.isdigit() or word.text == "-")):
            self._silent = self._silent or not redirection.sign.startswith("2")
            if not word.text.startswith("/dev/"):
                self._into.append(word)

    def group(self, found: list[Chain]) -> None:
        """What stood in brackets."""
        self._goes_on = False
        if found:
            self._stages.append(found)

    def operate(self, operator: str) -> None:
        """What ties the command to the next one, or ends it."""
        if operator == "\n" and self._goes_on:  # what ties goes on over the end of a line
            return
        self._goes_on = operator in ("|", "|&", "&&", "||")
        if operator in ("|", "|&"):
            self._stage()
        elif operator in ("&&", "||"):
            self._pipe()
            self._operator = operator
        else:
            self.chain(behind=operator == "&")

    def chain(self, *, behind: bool = False) -> None:
        """The end of what `&&` and `||` tie together."""
        self._pipe()
        if self._pipes:
            self.chains.append(Chain(self._pipes, behind))
        self._pipes, self._operator = [], ""

    def _pipe(self) -> None:
        self._stage()
        if self._stages:
            self._pipes.append((self._operator, Pipe(self._stages, self._negated, self._asked)))
        self._stages, self._negated = [], False

    def _stage(self) -> None:
        if self.words:
            self._stages.append(Simple(tuple(self.words), tuple(self._into), tuple(self._out_of), self._fed, self._silent))
        elif self._into or self._out_of:
            self._around.append(Simple((), tuple(self._into), tuple(self._out_of)))
        self.words, self._into, self._out_of, self._fed, self._silent = [], [], [], "", False


def _closing(tokens: list[Token], at: int) -> int:
    open_ = 1
    while at < len(tokens) and open_:
        open_ += (tokens[at] == "(") - (tokens[at] == ")")
        at += 1
    return at
