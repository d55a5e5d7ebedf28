"""What a formatter does most, seen with one pattern and no grammar: line breaks, quotes and trailing commas of scripts."""

import re
from typing import Literal, NamedTuple

# A regular expression, or a template in a template: one pattern cannot tell where those end.
_UNSURE = re.compile(
    r"\$\{[^}`]{0,2000}`|(?:^|[=(,:\[!&|?{};+>%~^-]|\b(?:return|typeof|case|in|of|delete|void|do|else))[ \t\n]{0,99}/(?![/*])",
    re.MULTILINE,
)
# Behind these the end of the line ends the statement, or makes a name of the word.
_ENDED = r"(?:return|throw|break|continue|yield|async|get|set|static|type|abstract|declare)"
_TOKENS = re.compile(
    r"""//[^\n]*|/\*(?s:.*?)\*/|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|`(?:[^`\\]|\\(?s:.))*+`"""
    rf"""|(?<![\w$]){_ENDED}[ \t]*\n|[\w$]++|[-+&|<>=*/!?:.~^%@#]++|[^\s\w]"""
)
_TRAILING = re.compile(r"(?<![\[,]\0),\0(?=[)\]}])")  # not the holes of an array
_LINE_MATTERS = re.compile(rf"(?<![\w$]){_ENDED}[ \t]*/[/*]|\n[ \t]*(?:\+\+|--)")


class _Told(NamedTuple):
    code: str
    comments: tuple[str, ...]


def told(before: str, after: str, language: str) -> Literal["", "formatting"] | None:
    """``formatting``, or nothing where white space alone changed; None where that cannot be said so, which says nothing.

    It is sure of what it says: what is more than line breaks, quotes and commas is left to those who read by the grammar.
    """
    sides = (before, after)
    if language not in ("javascript", "typescript") or any(_UNSURE.search(one) or _LINE_MATTERS.search(one) for one in sides):
        return None
    old, new = _read(before), _read(after)
    if old is None or new is None or old.comments != new.comments:
        return None
    if old.code == new.code:
        return ""
    return "formatting" if _loosened(old.code) == _loosened(new.code) else None


def _read(text: str) -> _Told | None:
    tokens = _TOKENS.findall(text)
    if any(token in ('"', "'", "`") for token in tokens):  # one that nothing closes
        return None
    comments = tuple(" ".join(token.split()) for token in tokens if token.startswith(("//", "/*")))
    code = (f"{token.strip()}\n" if token.endswith("\n") else token for token in tokens if not token.startswith(("//", "/*")))
    return _Told("\0".join(code), comments)


def _loosened(code: str) -> str:
    """With one kind of quotes, where no backslash says more, and without trailing commas."""
    tokens = ["\1" + token[1:-1] if token[:1] in ("'", '"') and "\\" not in token else token for token in code.split("\0")]
    return _TRAILING.sub("", "\0".join(tokens))
