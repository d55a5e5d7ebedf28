"""Our own reader of comments: one pass, linear whatever the text, for what no grammar knows, or can be trusted with.

It knows comments and strings and nothing else of a language. Where a string and a comment could be
mistaken for each other, it takes the one that ends sooner, so that little is ever hidden from a rule.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pytest_agentcompliance.parsing.late import late


@dataclass(frozen=True, slots=True)
class Span:
    """Where a comment stands: offsets into the text, in characters. ``docstring`` tells Python's from others."""

    start: int
    end: int
    docstring: bool = False


_LINE = r"[^\r\n]*+"
_SLASHES = rf"//{_LINE}"
_HASH = rf"\#{_LINE}"
_SPACED_HASH = rf"(?<![^\s;|&(){{}}`])\#{_LINE}"
_DASHES = rf"--{_LINE}"
_SEMICOLON = rf";{_LINE}"
_PERCENT = rf"(?<!\\)%{_LINE}"
_BLOCK = r"/\*(?s:.*?)(?:\*/|\Z)"
_DOUBLE = r'"(?:[^"\\\r\n]|\\(?s:.))*+"?'
_SINGLE = r"'(?:[^'\\\r\n]|\\(?s:.))*+'?"
# A backslash may be the last character: where that failed, each later string would be tried to the end of the text.
_BACKTICK = r"`(?:[^`\\]|\\(?s:.|\Z))*+(?:`|\Z)"
_RAW_BACKTICK = r"`[^`]*+`"
_CHAR = r"'(?:[^'\\\r\n]|\\[^\r\n][^'\r\n]{0,8})'"
_TRIPLE = r'"""(?s:.*?)"""' + "|" + r"'''(?s:.*?)'''"
_SQL_STRING = r"'(?:[^']|'')*+(?:'|\Z)"
_FIRST_HASH = rf"(?m:^)[ \t]*\#{_LINE}"

# A style is what a comment looks like, what a string looks like, and the characters that either can begin with.
_STYLES: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "c": ((_SLASHES, _BLOCK), (_DOUBLE, _CHAR), "/\"'"),
    "c-js": ((_SLASHES, _BLOCK), (_DOUBLE, _SINGLE, _BACKTICK), "/\"'`"),
    "c-go": ((_SLASHES, _BLOCK), (_DOUBLE, _CHAR, _RAW_BACKTICK), "/\"'`"),
    "c-rust": ((_SLASHES, _BLOCK), (r'"(?:[^"\\]|\\(?s:.|\Z))*+(?:"|\Z)', _CHAR), "/\"'"),
    "c-java": ((_SLASHES, _BLOCK), (_TRIPLE, _DOUBLE, _SINGLE), "/\"'"),
    "css": ((_BLOCK,), (_DOUBLE, _SINGLE), "/\"'"),
    "scss": ((_BLOCK, rf"(?<![:\w])//{_LINE}"), (_DOUBLE, _SINGLE), "/\"'"),
    "php": ((_SLASHES, _BLOCK, rf"\#(?!\[){_LINE}"), (_DOUBLE, _SINGLE), "/\"'#"),
    "hash": ((r"(?m:^)=begin\b(?s:.*?)(?:^=end\b|\Z)", _HASH), (_DOUBLE, _SINGLE), "#\"'="),
    "hash-c": ((_SPACED_HASH, _SLASHES, _BLOCK), (_DOUBLE,), '#/"'),
    "python": ((_HASH,), (_TRIPLE, _DOUBLE, _SINGLE), "#\"'"),
    "shell": ((_SPACED_HASH,), (r'"(?:[^"\\]|\\(?s:.|\Z))*+(?:"|\Z)', r"'[^'\r\n]*+'?"), "#\"'"),
    "yaml": ((rf"(?<![^\s])\#{_LINE}",), (r'(?<=[\s\[{,:])"(?:[^"\\\r\n]|\\.)*+"', r"(?<=[\s\[{,:])'(?:[^'\r\n]|'')*+'"), "#\"'"),
    "env": ((rf"(?<![^\s])\#{_LINE}",), (r'(?<==)"(?:[^"\\]|\\(?s:.))*+"', r"(?<==)'[^']*+'"), "#\"'"),
    "http": ((rf"(?m:^)[ \t]*(?:\#|//){_LINE}",), (), "#/ \t"),
    "ini": ((rf"(?m:^)[ \t]*[#;]{_LINE}", rf"(?<=[ \t])[#;]{_LINE}"), (), "#; \t"),
    "toml": ((_HASH,), (_TRIPLE, _DOUBLE, r"'[^'\r\n]*+'?"), "#\"'"),
    "make": ((rf"(?<!\\)\#{_LINE}",), (r'"[^"\r\n]*+"', r"'[^'\r\n]*+'"), "#\"'"),
    "docker": ((_FIRST_HASH,), (), "# \t"),
    "sql": ((_DASHES, _BLOCK), (_SQL_STRING, r'"[^"\r\n]*+"?'), "-/\"'"),
    "lua": ((r"--\[\[(?s:.*?)(?:\]\]|\Z)", _DASHES), (_DOUBLE, _SINGLE, r"\[\[(?s:.*?)(?:\]\]|\Z)"), "-\"'["),
    "haskell": ((r"\{-(?s:.*?)(?:-\}|\Z)", _DASHES), (_DOUBLE, _CHAR), "-\"'{"),
    "lisp": ((_SEMICOLON,), (r'"(?:[^"\\]|\\(?s:.|\Z))*+(?:"|\Z)',), ';"'),
    "percent": ((_PERCENT,), (_DOUBLE,), '%"'),
    "ocaml": ((r"\(\*(?s:.*?)(?:\*\)|\Z)",), (_DOUBLE, _CHAR), "(\"'"),
    "powershell": ((r"<\#(?s:.*?)(?:\#>|\Z)", _SPACED_HASH), (r'"(?:[^"`]|`(?s:.))*+(?:"|\Z)', r"'[^']*+(?:'|\Z)"), "#<\"'"),
    "batch": ((rf"(?mi:^)[ \t]*(?:@?(?i:rem)\b|::){_LINE}",), (), "@rR: \t"),
    "markup": (
        (
            r"<!--(?s:.*?)(?:-->|\Z)", r"\{\{!--(?s:.*?)(?:--\}\}|\Z)", r"\{\{!(?s:.*?)(?:\}\}|\Z)", r"<%--(?s:.*?)(?:--%>|\Z)",
            r"<%\#(?s:.*?)(?:%>|\Z)", r"\{\#(?!if\b|each\b|await\b|key\b|snippet\b)(?s:.*?)(?:\#\}|\Z)", r"@\*(?s:.*?)(?:\*@|\Z)",
        ),
        (), "<{@",
    ),
}
# The language of a script or style element, by its lang or type attribute.
_ELEMENT = late(r"<(script|style)\b([^<>]{0,2000})>", re.IGNORECASE)
_CLOSE = {"script": late(r"</script\b", re.IGNORECASE), "style": late(r"</style\b", re.IGNORECASE)}
# The head of a block scalar: its indentation with the dashes of sequences, and its key.
_BLOCK_SCALAR = late(r"( *+(?:- ++)*+)([^\s#][^#]*?:)?(?:(?:(?<= )| ++)[!&][^\s]+)* *[|>][+\-0-9]{0,2} *(?:#.*)?\r?$")
_FRONT = late(r"\s{0,20}---[ \t]*\r?\n")
_FRONT_END = late(r"^---[ \t]*\r?$", re.MULTILINE)


@cache
def _pattern(style: str) -> re.Pattern[str]:
    comments, strings, starters = _STYLES[style]
    plain = "".join(map(re.escape, starters))
    # A line start is looked for by ^, so that plain text must stop at every line's end.
    stop = r"\r\n" if any("(?m:^)" in one or "(?mi:^)" in one for one in comments) else ""
    quoted = f"|(?:{'|'.join(strings)})" if strings else ""
    return re.compile(rf"[^{plain}{stop}]++|(?P<comment>{'|'.join(comments)}){quoted}|(?s:.)")


def spans(text: str, style: str) -> Iterator[Span]:
    """The comments of a text, in order."""
    blocks = _yaml_blocks(text) if style == "yaml" else []
    block = 0
    for found in _pattern(style).finditer(text):
        if found.lastgroup == "comment":
            while block < len(blocks) and blocks[block][1] <= found.start():
                block += 1
            if block == len(blocks) or found.start() < blocks[block][0]:
                yield Span(found.start("comment"), found.end("comment"))


def _yaml_blocks(text: str) -> list[tuple[int, int]]:
    """Where the block scalars of YAML stand (``key: |`` and the deeper lines below it): a hash in them is text."""
    found: list[tuple[int, int]] = []
    start = depth = -1
    at = 0
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        if start >= 0 and line.strip() and indent <= depth:
            found.append((start, at))
            start = -1
        if start < 0 and len(line) < 2000 and (opened := _BLOCK_SCALAR.match(line)):
            start, depth = at + len(line), len(opened[1]) if opened[2] else max(indent, len(opened[1]) - 2)
        at += len(line) + 1
    return [*found, (start, len(text))] if start >= 0 else found


@dataclass(frozen=True, slots=True)
class Island:
    """A stretch of code inside markup: offsets, and the name of its language."""

    start: int
    end: int
    language: str


def islands(text: str, path: str) -> tuple[Island, ...]:
    """The scripts, styles and (of Astro) the front matter of a file of markup."""
    found: list[Island] = []
    at = 0
    if path.lower().endswith(".astro") and (front := _FRONT.match(text)) and (end := _FRONT_END.search(text, front.end())):
        found.append(Island(front.end(), end.start(), "typescript"))
        at = end.end()
    skip = re.compile(r"<!--(?s:.*?)(?:-->|\Z)|" + _ELEMENT.pattern, re.IGNORECASE)
    while element := skip.search(text, at):
        at = element.end()
        if element[1] is None:
            continue
        kind, attributes = element[1].lower(), element[2].lower()
        closed = _CLOSE[kind].search(text, at)
        end_at = closed.start() if closed else len(text)
        if not (attributes.endswith("/") or "json" in attributes or "text/template" in attributes):
            found.append(Island(at, end_at, _island_language(kind, attributes)))
            at = end_at
    return tuple(found)


def _island_language(kind: str, attributes: str) -> str:
    if kind == "style":
        return next((name for name in ("scss", "sass", "less", "stylus") if name in attributes), "css")
    if "tsx" in attributes:
        return "tsx"
    return "typescript" if re.search(r"""\bts\b|typescript""", attributes) else "javascript"
