"""What white space means in each language: nothing, the end of a line, a nesting, or itself."""

import re
from dataclasses import dataclass
from typing import Literal

from pytest_agentcompliance.parsing.languages import language_of

Layout = Literal["free", "lines", "levels", "indents", "text", "exact"]


@dataclass(frozen=True, slots=True)
class Shape:
    """How one file is compared.

    ``layout``: ``free`` (line ends and indentation mean nothing), ``lines`` (a line's end does), ``levels`` (Python),
    ``indents`` (each indentation as it is), ``text`` (any white space is one blank), ``exact`` (line ends alone are nothing).
    ``glue``: blanks between signs mean nothing. ``loose``: quotes, semicolons and trailing commas are a formatter's matter.
    ``strings`` names the pattern of its strings where no grammar tells them; ``grammar`` the grammar that does.
    """

    layout: Layout
    glue: bool = False
    loose: Literal["", "script", "python"] = ""
    strings: Literal["plain", "long", "sql", "none"] = "plain"
    grammar: str = ""


def _each(names: str, shape: Shape) -> dict[str, Shape]:
    return dict.fromkeys(names.split(), shape)


_SHAPES: dict[str, Shape] = {
    **{name: Shape("free", glue=True, loose="script", grammar=name) for name in ("javascript", "typescript", "tsx")},
    "python": Shape("levels", glue=True, loose="python", grammar="python"),
    "go": Shape("lines", glue=True, grammar="go"),
    **_each("java jsonc graphql proto solidity thrift wgsl", Shape("free", glue=True)),
    "rust": Shape("free", glue=True, strings="long"),
    "sql": Shape("free", glue=True, strings="sql"),
    # a blank between two selectors is one of them: only around braces and ends it means nothing
    **_each("css scss less", Shape("free")),
    **_each("kotlin swift scala c cpp csharp groovy objective-c glsl zig prisma hcl bicep d dart", Shape("lines", glue=True)),
    **_each(
        "ruby lua perl r julia elixir powershell dockerfile toml ini properties cmake awk crystal nix rego clojure lisp"
        " erlang ocaml php pascal batch http",
        Shape("lines"),
    ),
    **_each("bash fish", Shape("lines", strings="long")),
    **_each("yaml stylus coffeescript nim haskell fsharp", Shape("indents")),
    "sass": Shape("indents"),
    "markup": Shape("text", strings="none"),
}
_EXACT = Shape("exact", strings="none")
_JSON = re.compile(r"\.(?:json|webmanifest|geojson|har|avsc|mcmeta)$")
# Text that is kept as it stands: a heredoc, a block of YAML, preformatted text, code in a template.
_VERBATIM = {
    "ruby": "<<", "bash": "<<", "fish": "<<", "php": "<<<", "perl": "<<", "lua": "[[", "hcl": "<<", "elixir": '"""', "julia": '"""',
    "kotlin": '"""', "swift": '"""', "scala": '"""', "java": '"""', "csharp": '"""', "dart": "'''", "groovy": "'''", "toml": '"""',
    "markup": "<pre", "powershell": "@'", "coffeescript": '"""', "crystal": "<<", "nix": "''", "d": "q{", "rego": "`", "cpp": 'R"',
    "dockerfile": "<<",
}  # fmt: skip
_BLOCK = re.compile(r"[:\-] +[|>][+\-0-9]{0,2}[ \t]*(?:#[^\n]*)?\r?$", re.MULTILINE)
_PREFORMATTED = re.compile(r"<(?:pre|textarea|xsl:text)\b|white-space:\s?pre|xml:space", re.IGNORECASE)


def is_json(path: str) -> bool:
    """Whether a file is plain JSON, whose keys have no order."""
    return bool(_JSON.search(path.lower())) and language_of(path) is None


def shape_of(path: str, text: str) -> Shape:
    """How this text is compared; ``exact`` where its language is not known, or keeps white space in a way that is not read."""
    if is_json(path):
        return Shape("free", glue=True)
    language = language_of(path, text)
    if language is None or path.lower().endswith((".sass", ".styl")):
        return Shape("indents") if language is not None else _EXACT
    shape = _SHAPES.get(language.name, _EXACT)
    if language.name == "yaml" and _BLOCK.search(text):
        return _EXACT
    if (mark := _VERBATIM.get(language.name)) and mark in text:
        return _EXACT
    if language.name == "markup" and _PREFORMATTED.search(text):
        return _EXACT
    return shape
