"""The files that a log names: paths out of list items, tables and prose, with what is said of them."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from typing import NamedTuple

from pytest_agentcompliance.parsing import log_labels as labels
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.log_status import STATUS, judged
from pytest_agentcompliance.parsing.markdown import Line, stripped, unticked, word_set

__all__ = ["Mention", "Named", "Reader", "expanded", "judged", "named"]

MOST_BRACES = 64  # paths that one path with braces may stand for
LONGEST = 20_000  # characters of a line that are read


class Named(NamedTuple):
    """A path that is named, its status word, whether it is said to be changed, and the line.

    ``aside``: the list is one of files that were only looked at, or that are still to be changed.
    """

    path: str
    status: str
    changed: bool
    line: int
    aside: bool = False


_EXTENSIONS = word_set(
    "ts tsx mts cts js jsx mjs cjs json jsonc json5 yaml yml toml md mdx txt py pyi ipynb sql prisma graphql gql proto html htm"
    " css scss sass less vue svelte astro http rest sh bash zsh ps1 bat go rs rb php java kt kts scala swift c h cc cpp hpp cs"
    " fs ex exs erl lua pl r jl dart tf tfvars hcl xml svg png jpg jpeg gif webp ico pdf csv tsv lock ini cfg conf properties snap"
    " hbs ejs mustache tmpl tpl jinja j2 gradle map jsonl ndjson wasm example sample template"
)
_BARE = word_set(
    "Dockerfile Makefile LICENSE Procfile Jenkinsfile Gemfile Rakefile CODEOWNERS Brewfile Vagrantfile Justfile justfile"
    " Containerfile NOTICE CHANGELOG README Caddyfile Pipfile Tiltfile Earthfile BUILD WORKSPACE"
)
_PRODUCTS = late(r"(?i)^(node|next|vue|express|react|three|d3|nuxt|nest|ember|backbone|chart|moment|day|socket|alpine)\.js$")
_TOOLS = late(
    r"^(pnpm|npm|npx|yarn|git|node|tsc|docker|curl|cd|mkdir|rm|cp|mv|python3?|pytest|bash|sh|GET|POST|PUT|PATCH|DELETE)\s"
)
_EXTENSION = late(r"\.([A-Za-z][A-Za-z0-9_-]{0,15})$")
_LINES = late(r"(?::\d[\d,:-]*|#L\d[\dL-]*)$")
_TOKEN = late(r"`([^`]+)`|\[([^\[\]\n]{1,300})\]\(([^()\s]{1,500})\)|([^\s`|]+)")
_SEGMENTS = late(r"[\w.@+~\-\[\](){}*$#=%!,&' ]*")
_JOINERS = frozenset(["", ",", ";", "and", ", and", "&", "+", "→", "->", "=>", "⇒", "/", "to", "or", "·", "•"])
_MOVES = late(r"([^\s{}]{0,200})\{([^\s{}]{0,200}) => ([^\s{}]{0,200})\}([^\s{}]{0,200})")
_MOVED = late(r"(?i)\b(?:moved|renamed)\s+(?:from|to)\s*$")
_STATUS_COLUMNS = word_set("status,action,change,changes,operation,type,change type,what", ",")
_NOTHING = late(r"(?i)^(?:none|nothing|n/?a|not applicable|no files?|-+|—|no changes?|no code changes?)\b")


@dataclass(slots=True)
class Reader:
    """Reads a list of files line by line. ``strict``: only what begins with a whole path counts."""

    status: str = ""
    changed: bool = True
    strict: bool = False
    found: list[Named] = field(default_factory=list)
    _nest: list[tuple[int, str, bool]] = field(default_factory=list)  # indent, folder, is a file
    _column: int | None = None
    _statuses: list[int] = field(default_factory=list)
    _table: bool = False
    _items: int = 0

    def take(self, line: Line, body: str | None = None, *, following: Line | None = None) -> int:
        """Read one line; says how many paths it named. ``body`` stands for the line's own where it is given."""
        before = len(self.found)
        text = unticked(line.body if body is None else body)
        if not text.startswith("|"):
            self._table = False
        if not text or line.kind == "rule" or (_NOTHING.match(text) and not named(text, strict=True)):
            return 0
        if line.kind in ("code", "indented") and not line.marker:
            text = re.sub(r"^[AMDRC?]{1,2}\d{0,3}\s+", "", text.lstrip("│├└─| "))  # a tree's lines, git's letters
            paths = [] if text.startswith("#") else named(text, strict=True)[:1]
            self._keep(line, paths, text)
        elif text.startswith("|"):
            self._row(line, text, following)
        else:
            self._item(line, text, flat=body is not None)
        return len(self.found) - before

    def _item(self, line: Line, text: str, *, flat: bool) -> None:
        while self._nest and self._nest[-1][0] >= line.indent:
            self._nest.pop()
        under_file = any(is_file for _, _, is_file in self._nest)
        prose = not line.marker and not flat and self._items > 0
        strict = self.strict or under_file or prose
        paths = named(text, strict=strict)
        if under_file and paths and "/" not in paths[0].path:
            paths = []
        folder = next((folder for _, folder, _ in reversed(self._nest) if folder), "")
        self._keep(line, paths, text, folder)
        self._items += bool(line.marker)
        if line.marker and not flat:
            first = paths[0].path if paths else ""
            is_file = bool(first) and not first.endswith("/") and bool(_EXTENSION.search(first)) and not text.endswith(":")
            heads = bool(first) and not is_file and (first.endswith("/") or text.endswith((":", ":**")))
            self._nest.append((line.indent, first if heads else "", is_file))

    def _row(self, line: Line, text: str, following: Line | None) -> None:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", text.strip("|"))]
        if _delimits(text):
            return
        if not self._table:
            self._table = True
            if following is not None and _delimits(following.body):
                keys = [labels.words(cell) for cell in cells]
                ranks = [at for at, key in enumerate(keys) if labels.files(key) or key in ("location", "filename", "artifact")]
                self._column = ranks[0] if ranks else None
                self._statuses = [at for at, key in enumerate(keys) if key in _STATUS_COLUMNS]
                return
            self._column, self._statuses = None, []
        column = self._column
        if column is None:
            column = next((at for at, cell in enumerate(cells) if named(cell, strict=True)), None)
        if column is None or column >= len(cells):
            return
        said = [cells[at] for at in self._statuses if at < len(cells)] or cells[column + 1 :]
        paths = [one._replace(notes=(*one.notes, *map(stripped, said))) for one in named(cells[column], strict=True)]
        self._keep(line, paths, cells[column])

    def _keep(self, line: Line, paths: "list[Mention]", text: str, folder: str = "") -> None:
        for mention in paths:
            status, changed = judged(mention.notes, self.status, self.changed)
            path = mention.path
            if folder and not path.startswith(("/", folder)) and ("/" not in path or path.split("/")[0] not in folder.split("/")):
                path = folder.rstrip("/") + "/" + path.removeprefix("./")
            aside = not self.changed and not changed
            self.found.extend(Named(one, status, changed, line.number, aside) for one in expanded(path))


class Mention(NamedTuple):
    """A path in a line and what stands around it: before it, in brackets behind it, after it."""

    path: str
    notes: tuple[str, ...]


def named(text: str, *, strict: bool = False) -> list[Mention]:
    """The paths that a line is about: the first one and those joined to it; not those of its description.

    ``strict``: only where the line begins with a path that has a folder or an extension.
    """
    text = text[:LONGEST]
    if " => " in text and "{" in text:
        text = _MOVES.sub(_ends, text)
    found: list[tuple[str, int, int]] = []
    prefix, described, lead = "", False, True
    for token in _TOKEN.finditer(text):
        path = _of(token, lead=lead)
        if not found and strict and (token.start() > 200 or not (path or _is_status(text[: token.end()]))):
            return []
        leads, lead = lead, lead and not re.search(r"\w", unticked(token[0]))
        if not path:
            continue
        if found:
            gap = text[max(found[-1][2], token.start() - 400) : token.start()]
            joint = re.sub(r"\([^()]*\)", " ", gap).replace("*", "").strip(" \"'").lower()
            described = described or joint not in _JOINERS
            if described and not _MOVED.search(gap):
                continue
        elif strict and not leads and not _is_status(text[: token.start()]):
            return []
        else:
            prefix = text[max(0, token.start() - 200) : token.start()]
        found.append((path, token.start(), token.end()))
    return [Mention(path, _around(text, prefix, at, found)) for at, (path, _, _) in enumerate(found)]


def _ends(move: re.Match[str]) -> str:
    """Both ends of a move as git writes it: ``src/{a => b}/c.ts``."""
    head, old, new, tail = move.groups()
    return " → ".join(re.sub(r"/{2,}", "/", f"{head}{end}{tail}") for end in (old, new))


def _delimits(text: str) -> bool:
    """Whether a row of a table is the one under its head."""
    return "-" in text and not text.strip("|:- \t")


def expanded(path: str) -> Iterator[str]:
    """``src/{a,b}.ts`` as two paths; a path whose braces are not simple as it is."""
    parts = re.split(r"\{([^{}]*,[^{}]*)\}", path)
    if len(parts) == 1 or "{" in "".join(parts[::2]):
        return iter([path])
    choices = [[part] if at % 2 == 0 else [choice.strip() for choice in part.split(",")] for at, part in enumerate(parts)]
    return islice(("".join(choice) for choice in product(*choices)), MOST_BRACES)


def _of(token: re.Match[str], *, lead: bool) -> str:
    code, linked, target, word = token.groups()
    if code is not None:
        return _path(code, code=True, lead=lead)
    if linked is not None:
        return _path(linked.strip("`"), code=True, lead=lead) or _path(target, code=True, lead=lead)
    return _path(word, code=False, lead=lead)


def _path(token: str, *, code: bool, lead: bool) -> str:
    """The path that a token is, without what dresses it; empty where it is none."""
    if len(token) > 1024:
        return ""
    path = token.strip()
    if not code:
        path = re.sub(r"\\([\[\]()_*{}.#-])", r"\1", path).strip("\"'“”‘’")
        path = path.rstrip(",;:!?\"'”’…").removeprefix("~~").removesuffix("~~")
        if path.startswith("**") and not path.startswith("**/"):
            path = path[2:].removesuffix("**")
        elif path.endswith("**") and not path.endswith("/**"):
            path = path[:-2]
        path = path.rstrip(",;:!?\"'”’…").removesuffix(".")
        while path.endswith(")") and path.count(")") > path.count("("):
            path = path[:-1]
        while path.startswith("(") and path.count("(") > path.count(")"):
            path = path[1:]
        path = re.sub(r"\((?:NEW|CREATED?|MODIF(?:Y|IED)|DELETED?|UPDATED?|ADDED)\)$", "", path, flags=re.IGNORECASE)
    path = _LINES.sub("", path)
    if not path or "://" in path or path.endswith("()") or any(mark in path for mark in '<>|"`;') or _TOOLS.match(path):
        return ""
    last = re.split(r"[/\\]", path.rstrip("/\\"))[-1]
    extension = _EXTENSION.search(last)
    if "/" not in path and ("\\" not in path or not extension):
        return path if _is_name(_unmarked(path), extension, code=code, lead=lead) else ""
    segments = re.split(r"[/\\]", re.sub(r"^[A-Za-z]:(?=\\)", "", _unmarked(path)))
    if not any(segments) or not all(map(_SEGMENTS.fullmatch, segments)):
        return ""
    if path.startswith("@") and path.count("/") == 1 and not extension:
        return ""  # the name of a package
    if " " in path and not (code and extension):
        return ""
    if extension or path.endswith(("/", "\\")) or "*" in path:
        return path if re.search(r"[A-Za-z0-9]", path) else ""
    return path if lead and re.search(r"[a-z]", path) and (code or path.count("/") > 1) else ""


def _unmarked(path: str) -> str:
    """A path without the marks that stand on its letters, which are letters of no word to a pattern."""
    return path if path.isascii() else "".join(char for char in path if not unicodedata.category(char).startswith("M"))


def _is_name(path: str, extension: re.Match[str] | None, *, code: bool, lead: bool) -> bool:
    """Whether a token without a folder is the name of a file."""
    if re.fullmatch(r"\.[A-Za-z][\w.-]*", path):
        return lead or path.startswith((".env", ".git", ".eslint", ".prettier", ".npm", ".docker", ".nvmrc"))
    if path in _BARE:
        return lead
    if extension is None or not re.fullmatch(r"[\w@+~\-\[\].{}$,*()]+", path) or _PRODUCTS.match(path):
        return lead and path.partition(".")[0] in _BARE
    return extension[1].lower() in _EXTENSIONS and not re.fullmatch(r"(?:process|import|meta|this|z)\..*", path)


def _is_status(prefix: str) -> bool:
    """Whether what stands before a path is but a word of status: ``NEW:``, ``Created``."""
    bare = re.sub(r"[^A-Za-z ]", " ", prefix).split()
    return len(bare) <= 2 and all(STATUS.fullmatch(word) or word.lower() in ("file", "test", "files") for word in bare)


def _around(text: str, prefix: str, at: int, found: list[tuple[str, int, int]]) -> tuple[str, ...]:
    end = found[at][2]
    following = found[at + 1][1] if at + 1 < len(found) else len(text)
    after = text[end : min(following, end + 400)].strip(" *`_")
    if at + 1 < len(found) and not after.startswith("("):
        last = text[found[-1][2] : found[-1][2] + 400].strip(" *`_")
        after = "" if last.startswith("(") else last
    brackets = re.match(r"[(\[]([^()\[\]]*)[)\]]", after)
    rest = after[brackets.end() :] if brackets else after
    aside = brackets[1] if brackets and not re.match(r"(?i)lines?\b", brackets[1]) else ""
    return (stripped(prefix)[-60:].strip(" :-–—"), aside, rest.strip(" :-–—→>*").strip())
