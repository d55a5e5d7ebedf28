"""The ports that a file declares, whatever kind of file it is: one reader for each kind, told by the path."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pytest_agentcompliance.parsing.ports.declared import LONGEST, Cut, Declared

if TYPE_CHECKING:  # start-up time: YAML is read where a file is of it
    from pytest_agentcompliance.parsing.yaml_nodes import Node

__all__ = ["ENDINGS", "Declared", "Reading", "declared", "kind_of", "read"]

MOST = 2000  # ports of a file
_CODE = (".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".py", ".go")
# How most of the files that may declare ports end: a tree is searched much quicker when it is told.
ENDINGS = (
    *_CODE, ".yml", ".yaml", ".json", ".toml", ".ini", ".cfg", ".conf", ".sh", ".bash", ".mk", "makefile", "justfile", "procfile",
    "dockerfile", "containerfile", ".env", ".envrc", ".example", ".sample", ".template", ".dist", ".local", ".dev", ".development",
    ".prod", ".production", ".test", ".staging", ".properties", ".nginx",
)  # fmt: skip
_OTHERS = (
    ".md",
    ".tsx",
    ".jsx",
    ".d.ts",
    ".d.mts",
    ".css",
    ".scss",
    ".html",
    ".svg",
    ".png",
    ".sql",
    ".txt",
    ".lock",
    ".mdx",
    ".csv",
    ".snap",
)
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("dockerfile", r"(?:.+\.)?dockerfile(?:[._-].+)?|containerfile(?:[._-].+)?|.+\.(?:docker|container)file"),
        ("env", r"\.env(?:[._-].+)?|.+\.env(?:\..+)?|env\.(?:example|sample|template|dist|local)|\.envrc|.+\.properties"),
        ("package", r"package\.json"),
        ("targets", r"(?:angular|workspace|project|\.angular-cli)\.json"),
        ("devcontainer", r"\.?devcontainer\.json"),
        ("table", r"(?:[\w.-]+[-_.])?ports?(?:[-_.](?:map|table|registry|config))?\.(?:json|ya?ml)"),
        ("launch", r"launchsettings\.json|appsettings(?:\..+)?\.json"),
        ("yaml", r".+\.ya?ml|.+\.ya?ml\.(?:example|sample|dist|tpl)"),
        ("sections", r".+\.(?:toml|ini|cfg)"),
        ("nginx", r".*nginx.*|.+\.nginx|default\.conf(?:\.template)?"),
        ("procfile", r"procfile(?:\..+)?"),
        ("shell", r".+\.(?:sh|bash|zsh|mk)|(?:gnu)?makefile|justfile|.+\.just"),
    )
)
_NEVER = re.compile(r"(?:.*-lock\.ya?ml|.*lock\.json|openapi.*|swagger.*|mkdocs\.yml|\.gitlab-ci\.yml|poetry\.toml|cargo\.toml)")
_PORTS = re.compile(r"(?i)port|listen|expose|:\d{2,5}|-p[ =]|bind|--inspect|runserver|http\.server|forward|Server\(")
LONG = 200_000  # characters from which on YAML is tightened before it is held to its bound, and JSON is read roughly
_PADDING = re.compile(r"(?<![ \t\r])[ \t\r]++(?=\n|\Z)|(?m:^)[ \t]*+#[^\n]*+")
_YAML = re.compile(r"(?i)ports?\b|listen|expose|endpoint|bind|_port")


@lru_cache(maxsize=4096)
def kind_of(path: str) -> str:
    """The kind of a file that may declare ports; empty for any other file."""
    name = path.rpartition("/")[2].lower()
    if name.endswith(_OTHERS) or "node_modules/" in path or path.startswith(".github/"):
        return ""
    if name.endswith(_CODE):
        return "code"
    if _NEVER.fullmatch(name):
        return ""
    for kind, pattern in _KINDS:
        if pattern.fullmatch(name):
            return kind
    return ("nginx" if "nginx" in path.lower() else "sections") if name.endswith(".conf") else ""


class Reading(NamedTuple):
    """What a file declares, in the order of its lines; ``unread`` says which bound kept the rest from being read."""

    declared: tuple[Declared, ...] = ()
    unread: str = ""


def declared(text: str, path: str) -> tuple[Declared, ...]:
    """What a file declares as far as it is read; nothing for a file of another kind."""
    return read(text, path).declared


@lru_cache(maxsize=256)
def read(text: str, path: str) -> Reading:
    """What a file declares, and whether all of it was read."""
    kind = kind_of(path)
    if not kind or not _PORTS.search(text):
        return Reading()
    if len(text) > LONGEST:
        return Reading(unread=f"it has {len(text):,} characters; more than {LONGEST:,} are not read for ports")
    found: list[Declared] = []
    seen: set[tuple[str, str, str, str]] = set()  # what is said twice is no padding for what comes after it
    unread = ""
    try:
        for one in _READERS[kind](text, path):
            if (key := (one.key, one.port, one.owner, one.refers)) not in seen:
                if len(seen) == MOST:
                    raise Cut(f"it declares more than {MOST:,} ports")
                seen.add(key)
            elif len(found) >= MOST:
                continue
            found.append(one)
    except Cut as bound:
        unread = str(bound)
    return Reading(tuple(sorted(found, key=lambda one: one.line)), unread)


def _documents(text: str) -> "tuple[Node, ...] | None":
    """The documents of YAML; None of what is broken. Raises ``Cut`` over a bound."""
    from pytest_agentcompliance.parsing.yaml_nodes import TooMuch, bounded

    try:
        return bounded(text)
    except TooMuch as bound:
        raise Cut(str(bound)) from bound


def _tightened(text: str) -> str:
    """A long text of YAML without what stands in it for its length alone: lines of comment, and blanks at the end of a line."""
    return _PADDING.sub("", text) if len(text) > LONG else text


def _of_text(room: str, reader: str) -> Callable[[str, str], Iterator[Declared]]:
    def read(text: str, _path: str) -> Iterator[Declared]:
        from importlib import import_module  # start-up time: one kind of file needs one reader

        found: Iterator[Declared] = getattr(import_module(f"{__name__}.{room}"), reader)(text)
        return found

    return read


def _code(text: str, path: str) -> Iterator[Declared]:
    from pytest_agentcompliance.parsing.ports.code import of_code

    return of_code(text, path)


def _json(reader: str) -> Callable[[str, str], Iterator[Declared]]:
    def read(text: str, _path: str) -> Iterator[Declared]:
        from pytest_agentcompliance.parsing.comments import blanked
        from pytest_agentcompliance.parsing.ports import manifest
        from pytest_agentcompliance.parsing.yaml_nodes import documents

        code = blanked(text, "x.jsonc")
        found = documents(code) if len(code) <= LONG else None
        for document in (manifest.roughly(code),) if found is None else found:
            yield from getattr(manifest, reader)(document)

    return read


def _yaml(text: str, path: str) -> Iterator[Declared]:
    if not _YAML.search(text):
        return
    from pytest_agentcompliance.parsing.ports import cluster, compose

    text = _tightened(text)
    found = _documents(text)
    if found is None and "{{" in text:
        found = _documents(cluster.untemplated(text))
    name = path.rpartition("/")[2].lower()
    for document in found or ():
        if compose.is_compose(document) or "compose" in name:
            yield from compose.of_compose(document)
        elif cluster.is_manifest(document):
            yield from cluster.of_manifest(document)
        elif name.startswith("values") or ("/helm/" in path and "templates/" not in path):
            yield from cluster.of_values(document)
        else:
            yield from cluster.of_servers(document)


_READERS: dict[str, Callable[[str, str], Iterator[Declared]]] = {
    "dockerfile": _of_text("dockerfile", "of_dockerfile"),
    "env": _of_text("settings", "of_env"),
    "sections": _of_text("settings", "of_sections"),
    "procfile": _of_text("settings", "of_procfile"),
    "shell": _of_text("settings", "of_shell"),
    "nginx": _of_text("nginx", "of_nginx"),
    "package": _json("of_package"),
    "targets": _json("of_targets"),
    "devcontainer": _json("of_devcontainer"),
    "table": _json("of_table"),
    "launch": _json("of_launch"),
    "yaml": _yaml,
    "code": _code,
}
