"""Files, folders, globs and packages in one line of text."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.markdown import word_set
from pytest_agentcompliance.parsing.planned import Kind

LONGEST_LINE = 20_000
LONGEST_NAME = 300
MOST_BRACES = 64  # paths that one path with braces may stand for

_EXTENSIONS = word_set(
    "ts tsx mts cts js jsx mjs cjs json jsonc json5 yaml yml toml md mdx txt py pyi ipynb sql prisma graphql gql proto html"
    " htm css scss sass less vue svelte astro http rest sh bash zsh ps1 bat go rs rb php java kt kts scala swift c h cc cpp"
    " hpp cs fs ex exs erl lua pl r jl dart tf tfvars hcl xml svg png jpg jpeg gif webp ico pdf csv tsv lock ini cfg conf"
    " properties snap hbs ejs mustache tmpl tpl jinja j2 gradle map jsonl ndjson wasm example sample template bats"
)
_BARE = word_set(
    "Dockerfile Makefile LICENSE Procfile Jenkinsfile Gemfile Rakefile CODEOWNERS Brewfile Vagrantfile Justfile justfile"
    " Containerfile NOTICE Caddyfile Pipfile Tiltfile Earthfile"
)
_TOKEN = late(
    r"``?([^`]+)``?"
    r"|\[([^\[\]]{1,300})\]\(([^()\s]{1,500})\)"
    r'|"([^"]{1,300})"'
    r"|(?<!\w)'([^']{1,300})'(?!\w)"
    r"|([^\s`|\"]+)"
)
_EXTENSION = late(r"\.([A-Za-z][A-Za-z0-9_-]{0,15})$")
_LINES = late(r"(?::\d[\d,:-]*|#L?\d[\dL-]*|\(\d[\d,-]*\))$")
_PACKAGE = late(r"@[A-Za-z0-9][\w.-]{0,80}/[A-Za-z0-9][\w.-]{0,80}(?:/[\w.@+~\-\[\](){}*/]{0,200})?")
_PLACEHOLDER = late(r"<[^<>/\s]{1,60}>|\$?\{[^{}/,\s]{1,60}\}")
_SEGMENT = late(r"[\w.@+~\-\[\](){}*$#%!&' ]+")
_NAME = late(r"[\w@+~\-\[\].$*()]+")
# A name in code without an ending: of several words, as components and modules have, and as no plain word of a text is.
_WORDS = late(r"(?=.{6,60}$)(?:[a-z][a-z0-9]+(?:[-_][a-z0-9]+)+|(?:[A-Z][a-z0-9]+){2,})")
_PRODUCTS = late(r"(?i)(?:node|next|vue|express|react|three|d3|nuxt|nest|ember|backbone|chart|moment|day|socket|alpine)\.js")
_MEMBERS = late(r"(?:process|import|meta|this|self|z|req|res|ctx|window|document|module)\..*")


class Found(NamedTuple):
    """One name of a line, where it stands in it, and whether it is marked: as code, in quotation marks, as a link."""

    text: str
    kind: Kind
    start: int
    end: int
    marked: bool


def names(line: str, *, data: bool = False) -> list[Found]:
    """All names of a line. ``data``: the line is a value, every word of which may be a path."""
    found: list[Found] = []
    for token in _TOKEN.finditer(line[:LONGEST_LINE]):
        code, linked, target, quoted, single, word = token.groups()
        marked = data or word is None
        for text in (code, quoted, single) if linked is None else (linked.strip("`"), target):
            here = [Found(*one, token.start(), token.end(), marked) for one in kinds(text, marked=True)] if text else []
            if here:
                found.extend(here)
                break
        if word is not None and ("/" in word or "." in word[1:-1] or "\\" in word):
            words = word.split(",") if "{" not in word else [word]
            found.extend(
                Found(*one, token.start(), token.end(), marked) for text in words for one in kinds(bare(text), marked=marked)
            )
    return found


def bare(word: str) -> str:
    """A word without the punctuation and emphasis around it."""
    out = "!" if "/" in word and re.match(r"[\"'(]?![\w.*@]", word) else ""  # a glob that takes out again
    word = re.sub(r"\\([\[\]()_*{}.#-])", r"\1", word).strip("\"'“”‘’,;:!?…").removeprefix("~~").removesuffix("~~")
    if word.startswith("**") and not word.startswith("**/"):
        word = word[2:].removesuffix("**")
    elif word.endswith("**") and not word.endswith("/**"):
        word = word[:-2]
    word = word.strip("\"'“”‘’,;:!?").removesuffix(".")
    if word.startswith("(") and word.endswith(")") and word.count("(") == 1:
        word = word[1:-1]
    while word.endswith((")", "]")) and word.count(word[-1]) > word.count({")": "(", "]": "["}[word[-1]]):
        word = word[:-1]
    while word.startswith(("(", "[")) and word.count(word[0]) > word.count({"(": ")", "[": "]"}[word[0]]):
        word = word[1:]
    return out + word


def kinds(text: str, *, marked: bool) -> Iterator[tuple[str, Kind]]:
    """What a token stands for: nothing, one thing, or one for each choice in its braces."""
    if not 2 <= len(text) <= LONGEST_NAME:
        return
    for one in expanded(text.strip()):
        clean = cleaned(one)
        if kind := _kind(clean, marked=marked):
            yield clean, kind


def cleaned(text: str) -> str:
    """A path without line numbers and ``./``, its gaps and placeholders as wildcards."""
    text = _LINES.sub("", text.strip().replace("\\", "/") if "\\" in text and "/" not in text else text.strip())
    if "/" in text:
        text = _PLACEHOLDER.sub("*", text)
        text = re.sub(r"(?<=/)(?:\.{3,}|…)(?=/)", "**", text).removeprefix("…/").removeprefix(".../")
    return re.sub(r"^(?:\./)+", "", text)


def expanded(text: str) -> list[str]:
    """``src/{a,b}.ts`` as two paths; a path whose braces are not simple as it is."""
    parts = re.split(r"\{([^{}]*,[^{}]*)\}", text)
    if len(parts) == 1 or "{" in "".join(parts[::2]):
        return [text]
    made = [""]
    for at, part in enumerate(parts):
        choices = [part] if at % 2 == 0 else [choice.strip() for choice in part.split(",")]
        made = [head + choice for head in made for choice in choices][:MOST_BRACES]
    return made


def _kind(text: str, *, marked: bool) -> Kind | None:
    if len(text) < 2 or "://" in text or text.startswith(("-", "#", "$")) or text.endswith(("()", "=")) or text.strip("*/.") == "":
        return None
    if _PACKAGE.fullmatch(text):
        return "package" if "*" not in text.split("/")[1] else None
    last = text.rstrip("/").rpartition("/")[2]
    extension = _EXTENSION.search(last)
    if "/" not in text:
        return _name(text, extension, marked=marked)
    if any(mark in text for mark in '<>|"`;:=') or not all(map(_SEGMENT.fullmatch, filter(None, text.split("/")))):
        return None
    if " " in text and not (marked and extension and "/" in text.partition(" ")[0] and " -" not in text):
        return None
    if "*" in text:
        return "glob" if re.search(r"[A-Za-z0-9]", text) else None
    if text.startswith("/") and not extension:
        return None  # a route
    if text.endswith("/"):
        return "folder"
    if extension or last in _BARE or last.startswith("."):
        return "path"
    return "folder" if marked or text.count("/") > 1 else None


def _name(text: str, extension: re.Match[str] | None, *, marked: bool) -> Kind | None:
    """What a token without a slash is: the name of a file, or nothing."""
    if text in _BARE:
        return "name" if marked else None
    if marked and _WORDS.fullmatch(text):
        return "name"
    if not _NAME.fullmatch(text) or _PRODUCTS.fullmatch(text) or _MEMBERS.fullmatch(text):
        return None
    if re.fullmatch(r"\.[A-Za-z][\w.-]*", text):
        return "name" if marked or text.startswith((".env.", ".gitignore")) else None
    if extension is None or extension[1].lower() not in _EXTENSIONS:
        return None
    return "glob" if "*" in text else "name"
