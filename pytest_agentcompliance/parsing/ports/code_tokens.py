"""Code as tokens with their lines and the names that stand around them: rough, one pass, any language with brackets."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(r"[A-Za-z_$][\w$]*+|[0-9][\w.]*+|\?\?=?|\|\|=?|===?|!==?|[<>]=|=>|:=|::|\n|[^\s\w]")
_STRINGS = {
    '"': re.compile(r'"""(?s:.*?)"""|"(?:[^"\\\n]|\\[^\n])*+"'),
    "'": re.compile(r"\'\'\'(?s:.*?)\'\'\'|\'(?:[^\'\\\n]|\\[^\n])*+\'"),
    "`": re.compile(r"`(?:[^`\\]|\\(?s:.))*+`"),
}
MOST = 500_000  # tokens of a file


class Token(NamedTuple):
    """One token: ``kind`` is name, number, string or mark; ``text`` of a string is what stands between its marks.

    ``outermost``: it is the first of a line that has no indentation.
    """

    kind: str
    text: str
    line: int
    outermost: bool = False


class Around(NamedTuple):
    """What encloses a token: the keys, callees and classes up to the nearest function body, the nearest first."""

    names: tuple[str, ...]
    callee: str  # of the innermost bracket that is a call's, with its object: "app.listen"


def tokens(text: str) -> tuple[list[Token], int]:
    """All tokens, and how far that is in the text; line ends are none, comments must be blanked before."""
    found: list[Token] = []
    line = 1
    for start, word in _words(text):
        first = word[0]
        if first == "\n":
            line += 1
            continue
        if len(found) >= MOST:
            return found, start
        outermost = start == 0 or text[start - 1] == "\n"
        if first in "\"'`" and len(word) > 1:
            strip = 3 if word.startswith(('"""', "'''")) and len(word) >= 6 else 1
            found.append(Token("string", word[strip:-strip], line))
            line += word.count("\n")
        elif first.isdigit():
            found.append(Token("number", word.replace("_", ""), line))
        else:
            found.append(Token("name" if first.isalpha() or first in "_$" else "mark", word, line, outermost))
    return found, len(text)


def _words(text: str) -> Iterator[tuple[int, str]]:
    """Each word, string and mark with its place.

    Where a quotation mark is not closed, all later ones of its kind are escaped up to the end of the line, or of the text for
    a backtick: none of them begins a string, and none is looked at again.
    """
    unclosed = dict.fromkeys(_STRINGS, 0)
    at = 0
    while one := _TOKEN.search(text, at):
        at, word = one.end(), one[0]
        if (mark := word[0]) in unclosed and one.start() >= unclosed[mark]:
            if string := _STRINGS[mark].match(text, one.start()):
                at, word = string.end(), string[0]
            else:
                end = text.find("\n", at) if mark != "`" else -1
                unclosed[mark] = end if end >= 0 else len(text)
        yield one.start(), word


def walked(found: list[Token], *, python: bool) -> Iterator[tuple[int, Around]]:
    """The place of each token with what is around it."""
    stack: list[
        tuple[str, str]
    ] = []  # the mark that closes it, and its name: "" none, "{" a function body, else with "(" for a call
    current = ""
    around = Around((), "")
    for at, token in enumerate(found):
        if token.kind == "name" and token.text == "class" and at + 1 < len(found):
            current = found[at + 1].text
        elif python and current and token.outermost and not stack:
            current, around = "", Around((), "")
        yield at, around
        if token.kind != "mark":
            continue
        if token.text in "([{":
            stack.append((token.text, _owner(found, at, current if not python else "")))
        elif token.text in ")]}" and stack:
            stack.pop()
        else:
            continue
        around = _around(stack, current if python else "")


def _around(stack: list[tuple[str, str]], within: str) -> Around:
    names: list[str] = []
    callee = ""
    for mark, name in reversed(stack[-8:]):
        if name == "{":
            break
        if name:
            if mark == "(" and not callee:
                callee = name
            names.append(name)
    if within:
        names.append(within)
    return Around(tuple(names), callee)


def _owner(found: list[Token], at: int, within: str) -> str:
    """The name of a bracket: the callee of a call, the key or variable of an object, the class of a body."""
    if at == 0:
        return ""
    before = found[at - 1]
    if found[at].text == "(":
        if before.text in (">", "!"):  # get<number>(
            back = at - 2
            while back > max(0, at - 8) and found[back].text != "<":
                back -= 1
            before, at = found[back - 1], back
        if before.kind != "name":
            return ""
        return f"{found[at - 3].text}.{before.text}" if at > 2 and found[at - 2].text == "." else before.text
    if before.text in (")", "=>") and found[at].text == "{":
        return "{"
    if before.text in (":", "=", ":=") and at > 1:
        back = at - 2
        return found[back].text if found[back].kind in ("name", "string") else ""
    if found[at].text == "{" and before.kind == "name":
        if before.text in ("else", "try", "finally", "do", "return", "const", "default"):
            return {"return": "", "default": "default"}.get(before.text, "{")  # export default {port: 3000, fetch}
        return within if within else before.text
    return ""
