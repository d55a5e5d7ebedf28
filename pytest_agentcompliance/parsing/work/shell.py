"""A shell line into its simple commands, with what the exit code of the line says of each. Nothing is run or expanded."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pytest_agentcompliance.parsing.command_lines import joined

LONGEST = 16_000  # characters of a line that are read
_DEEPEST = 12  # brackets, and shells in shells
_OPERATOR = re.compile(r"&&|\|\||\|&|;;|[;\n|()]|&(?!>)")
_REDIRECTION = re.compile(r"(?:\d{0,3}|&)(?:<<<|<<-?|>>|>\||>&|<&|<>|>|<(?!\()|(?<=&)>)")
_PLAIN = re.compile(r"[^\s;|&()<>\"'\\$`#]+")
_KEYWORDS = frozenset(("then", "do", "else", "done", "fi", "esac", "$", "%"))
_BRACES = {"{": "(", "}": ")"}  # where a command would start
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=(?:\$\(|`)")
_CONDITIONS = frozenset(("if", "elif", "while", "until"))
_HEADERS = frozenset(("for", "case", "select", "function"))
_QUITS = re.compile(r"[1-9]\d*|\$.*")


class Command(NamedTuple):
    """One simple command: its words without quotes, where it runs (None: nothing says so), and what is fed to it.

    ``masked``: the line can end well though this command failed.
    """

    words: tuple[str, ...]
    folder: str | None
    masked: bool = False
    fed: str = ""


class _Piece(NamedTuple):
    """A token: an operator, or a word with the texts of the commands that are substituted in it."""

    kind: str  # "word", "operator", "fed"
    text: str
    inner: tuple[str, ...] = ()


class _Words(NamedTuple):
    words: tuple[str, ...]
    inner: tuple[str, ...]
    fed: str


_Node = _Words | list["_Chain"]  # a simple command, or a group in brackets


class _Pipe(NamedTuple):
    stages: list[_Node]
    negated: bool
    asked: bool  # the condition of an `if` or a `while`


class _Chain(NamedTuple):
    """What `&&` and `||` tie together. ``left`` behind: with `&`."""

    pipes: list[tuple[str, _Pipe]]
    behind: bool


class _State:
    """What a line has said so far of where it is and of how failures count."""

    def __init__(self, folder: str | None) -> None:
        self.folder, self.strict, self.pipefail = folder, False, False


def commands(line: str, folder: str | None = None, *, masked: bool = False, depth: int = 0) -> Iterator[Command]:
    """The simple commands of a line which starts in ``folder``, in their order; never fails, whatever the text is."""
    line = re.sub(r"^\s*[>$%]\s+", "", line[:LONGEST])  # a prompt
    pieces = list(_pieces(line))
    chains, _ = _chains(pieces, 0, 0)
    yield from _of_list(chains, _State(folder), masked, depth)


def _of_list(chains: list[_Chain], state: _State, masked: bool, depth: int) -> Iterator[Command]:
    last = next(iter(_last(chains)), None)
    carried = last is not None and last.words[:1] in (("exit",), ("return",)) and any("$" in word for word in last.words[1:2])
    for at, chain in enumerate(chains):
        lost = at + 1 < len(chains) and not state.strict and not carried
        for k, (_, pipe) in enumerate(chain.pipes):
            kept, leaves = _outcome(chain.pipes[k + 1 :])
            hidden = chain.behind or pipe.negated or pipe.asked or (not kept) or (lost and not leaves)
            yield from _of_pipe(pipe, state, masked or hidden, depth)


def _of_pipe(pipe: _Pipe, state: _State, masked: bool, depth: int) -> Iterator[Command]:
    for at, stage in enumerate(pipe.stages):
        hidden = masked or (at + 1 < len(pipe.stages) and not state.pipefail)
        if isinstance(stage, list):
            inner = _State(state.folder)
            inner.strict, inner.pipefail = state.strict, state.pipefail
            yield from _of_list(stage, inner, hidden, depth + 1)
            continue
        passed_on = len(stage.words) == 1 and bool(_ASSIGNED.match(stage.words[0]))  # `out=$(pytest)` ends as pytest does
        for text in stage.inner if depth < _DEEPEST else ():
            yield from commands(text, state.folder, masked=hidden or not passed_on, depth=depth + 1)
        if not stage.words:
            continue
        name, rest = stage.words[0], stage.words[1:]
        if name in ("cd", "pushd"):
            state.folder = joined(state.folder, next((word for word in rest if not word.startswith("-")), "."))
        elif name == "set":
            state.strict = state.strict or any(re.fullmatch(r"-[a-z]*e[a-z]*", word) for word in rest) or "errexit" in rest
            state.pipefail = state.pipefail or "pipefail" in rest
        yield Command(stage.words, state.folder, hidden, stage.fed)


def _outcome(after: list[tuple[str, _Pipe]]) -> tuple[bool, bool]:
    """Whether a failure is still one after what follows in its chain, and whether it leaves the line at once."""
    for operator, pipe in after:
        if operator == "||":
            return _fails(pipe)
    return True, False


def _fails(pipe: _Pipe) -> tuple[bool, bool]:
    """Whether what stands behind `||` fails itself, and whether it leaves."""
    last = _last([_Chain([("", pipe)], False)])
    if not last or pipe.negated:
        return False, False
    words = last[0].words
    if words[:1] in (("exit",), ("return",)):
        quits = len(words) < 2 or bool(_QUITS.fullmatch(words[1]))
        return quits, quits
    return words[:1] == ("false",), False


def _last(chains: list[_Chain]) -> list[_Words]:
    """The simple command that ends a list, as a list of one or none."""
    node: _Node = chains
    while isinstance(node, list):
        if not node or not node[-1].pipes or not node[-1].pipes[-1][1].stages:
            return []
        node = node[-1].pipes[-1][1].stages[-1]
    return [node]


def _chains(pieces: list[_Piece], at: int, depth: int) -> tuple[list[_Chain], int]:
    """The chains up to the bracket that closes, and where it stands."""
    list_ = _List()
    while at < len(pieces):
        piece = pieces[at]
        at += 1
        if not list_.words and piece.kind == "word" and piece.text in _BRACES:
            piece = _Piece("operator", _BRACES[piece.text])
        if piece.kind == "word" and not list_.words and piece.text in _HEADERS:  # its words are no command
            while at < len(pieces) and pieces[at].kind == "word":
                at += 1
        elif piece.kind != "operator":
            list_.take(piece)
        elif piece.text == "(" and list_.words:  # said of the command, and no part of it: `tsc (in the package)`; or a function
            at = _closing(pieces, at)
        elif piece.text == "(" and depth < _DEEPEST:
            group, at = _chains(pieces, at, depth + 1)
            list_.group(group)
        elif piece.text == ")" and depth:
            break
        elif piece.text not in ("(", ")"):
            list_.operate(piece.text)
    list_.chain()
    return list_.chains, at


class _List:
    """A list of commands as its pieces come."""

    def __init__(self) -> None:
        self.chains: list[_Chain] = []
        self.words: list[str] = []
        self._pipes: list[tuple[str, _Pipe]] = []
        self._stages: list[_Node] = []
        self._inner: list[str] = []
        self._operator, self._fed, self._negated, self._asked = "", "", False, False

    def take(self, piece: _Piece) -> None:
        """A word, or the text that is fed to the command."""
        if piece.kind == "fed":
            self._fed = piece.text
            return
        self._inner.extend(piece.inner)
        first = not self.words and not piece.inner
        if first and piece.text == "!":
            self._negated = True
        elif first and piece.text in _CONDITIONS:
            self._asked = True
        elif first and piece.text in _KEYWORDS:
            self._asked = self._asked and piece.text not in ("then", "do")
        else:
            self.words.append(piece.text)

    def group(self, chains: list[_Chain]) -> None:
        """What stood in brackets."""
        if chains:
            self._stages.append(chains)

    def operate(self, operator: str) -> None:
        """What ties the command to the next one, or ends it."""
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
            self.chains.append(_Chain(self._pipes, behind))
        self._pipes, self._operator = [], ""

    def _pipe(self) -> None:
        self._stage()
        if self._stages:
            self._pipes.append((self._operator, _Pipe(self._stages, self._negated, self._asked)))
        self._stages, self._negated = [], False

    def _stage(self) -> None:
        if self.words or self._inner:
            self._stages.append(_Words(tuple(self.words), tuple(self._inner), self._fed))
        self.words, self._inner, self._fed = [], [], ""


def _closing(pieces: list[_Piece], at: int) -> int:
    open_ = 1
    while at < len(pieces) and open_:
        open_ += (pieces[at].text == "(") - (pieces[at].text == ")") if pieces[at].kind == "operator" else 0
        at += 1
    return at


def _pieces(line: str) -> Iterator[_Piece]:
    at, ends = 0, list[str]()  # the words that end the texts which are fed to commands
    while at < len(line):
        if line[at] in " \t\r":
            at += 1
        elif line.startswith(("\\\n", "\\\r\n"), at):
            at += 2 + (line[at + 1] == "\r")
        elif line[at] == "#":
            end = line.find("\n", at)
            at = len(line) if end < 0 else end
        elif (found := _REDIRECTION.match(line, at)) and found.end() > at:
            at = found.end()
            while at < len(line) and line[at] in " \t":
                at += 1
            if at < len(line) and not _OPERATOR.match(line, at):
                target, at = _word(line, at)
                if found[0].rstrip("-").endswith("<<"):
                    ends.append(target.text)
        elif operator := _OPERATOR.match(line, at):
            at = operator.end()
            if operator[0] == "\n" and ends:
                text, at = _fed(line, at, ends.pop(0))
                ends.clear()
                yield _Piece("fed", text)
            yield _Piece("operator", operator[0])
        else:
            word, at = _word(line, at)
            yield word


def _fed(line: str, at: int, end: str) -> tuple[str, int]:
    """The text up to the line that is only the word."""
    start = at
    while at < len(line):
        stop = line.find("\n", at)
        stop = len(line) if stop < 0 else stop
        if line[at:stop].strip() == end:
            return line[start:at], stop
        at = stop + 1
    return line[start:], len(line)


def _word(line: str, at: int) -> tuple[_Piece, int]:
    parts, inner, start = list[str](), list[str](), at
    while at < len(line):
        char = line[at]
        if plain := _PLAIN.match(line, at):
            parts.append(plain[0])
            at = plain.end()
        elif char == "\\":
            parts.append(line[at + 1 : at + 2].replace("\n", ""))
            at += 2
        elif char == "'":
            end = line.find("'", at + 1)
            end = len(line) if end < 0 else end
            parts.append(line[at + 1 : end])
            at = end + 1
        elif char == '"':
            text, told, at = _quoted(line, at + 1)
            parts.append(text)
            inner.extend(told)
        elif line.startswith(("$(", "<("), at) or char == "`":
            end = _bracketed(line, at + 2) if char != "`" else line.find("`", at + 1)
            end = len(line) if end < 0 else end
            inner.append(line[at + (1 if char == "`" else 2) : end])
            parts.append(line[at : end + 1])
            at = end + 1
        elif char in "$#" or (char in "<>" and at == start):
            parts.append(char)
            at += 1
        else:
            break
    if at == start:  # nothing that a word is made of
        return _Piece("word", line[at]), at + 1
    return _Piece("word", "".join(parts), tuple(inner)), at


def _quoted(line: str, at: int) -> tuple[str, list[str], int]:
    parts, inner = list[str](), list[str]()
    while at < len(line) and line[at] != '"':
        if line[at] == "\\":
            parts.append(line[at + 1 : at + 2])
            at += 2
        elif line.startswith("$(", at):
            end = _bracketed(line, at + 2)
            inner.append(line[at + 2 : end])
            parts.append(line[at : end + 1])
            at = end + 1
        else:
            parts.append(line[at])
            at += 1
    return "".join(parts), inner, at + 1


def _bracketed(line: str, at: int) -> int:
    """Where the bracket closes that was opened before ``at``; quotes within are passed over."""
    depth = 1
    while at < len(line):
        if line[at] == "\\":
            at += 1
        elif line[at] == "'":
            at = line.find("'", at + 1)
            if at < 0:
                return len(line)
        elif line[at] in "()":
            depth += 1 if line[at] == "(" else -1
            if not depth:
                return at
        at += 1
    return len(line)
