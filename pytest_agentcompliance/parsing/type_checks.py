"""Is a command line a type check, by which script or checker, and what of the repository does it say that it covers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from posixpath import basename
from typing import NamedTuple

from pytest_agentcompliance.parsing.command_lines import joined, simple

_NODE_CHECKERS = frozenset(("tsc", "vue-tsc", "tsgo", "tspc", "svelte-check", "glint"))
_PYTHON_CHECKERS = frozenset(("mypy", "dmypy", "pyright", "basedpyright", "ty", "pytype", "pyre"))
_IDLE_RUNS = frozenset(("--help", "--version", "--dry-run", "--dry"))  # of whatever tool
_IDLE = frozenset(
    ("--version", "-v", "-V", "--help", "-h", "--init", "--showConfig", "--listFilesOnly", "--install-types", "--noCheck")
)
_SHELLS = frozenset(("sh", "bash", "zsh", "dash"))
_MANAGERS = frozenset(("pnpm", "npm", "yarn", "bun"))
_RUNNERS = frozenset(("npx", "bunx", "pnpx"))
_PYTHON_RUNNERS = frozenset(("uv", "poetry", "pdm", "hatch", "pipenv", "rye", "uvx", "pipx", "nox", "tox", "pre-commit"))
_PROJECT = ("-p", "--project", "-b", "--build", "--tsconfig")
_MAKERS = frozenset(("make", "just", "task", "rake"))
_MONOREPO = frozenset(("turbo", "nx", "lerna", "moon"))
_RUN = frozenset(("run", "run-script", "exec", "dlx", "x", "rum"))
_SELECTS = frozenset(("--filter", "-F", "--filter-prod", "--scope", "--projects", "--package", "--include", "--from"))
_MOVES = frozenset(("-C", "--dir", "--cwd", "--prefix", "--directory", "--project-directory"))
_ALL = frozenset(("-r", "--recursive", "-ws", "--workspaces", "--all", "--affected", "-A"))
_WORKSPACE = ("-w", "--workspace")  # npm's; the -w of pnpm is the root of the workspace
_VALUED = frozenset(  # options whose value is the next word
    ("--workspace-concurrency", "--concurrency", "--reporter", "--loglevel", "--with", "--python", "--extra", "--group",
     "--env-file", "--cache-dir", "--config", "--config-file", "--output-logs", "--target", "--targets", "-t", "--jobs", "-j",
     "--python-version", "--pythonversion", "--platform", "--python-platform", "--outDir", "--module", "--exclude", "--level")
)  # fmt: skip


class _Options(NamedTuple):
    """What the options of a package manager or a task runner say, and the words that are left."""

    selectors: tuple[str, ...]
    folder: str | None
    everything: bool
    words: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TypeCheck:
    """A run that may be a type check. ``script`` is what it runs by name; empty where it calls a checker itself.

    ``selectors`` name packages, ``places`` are paths that the checker is given, ``folder`` is where it ran: None
    and empty where the line does not say. ``everything``: it covers every package.
    """

    script: str = ""
    selectors: tuple[str, ...] = ()
    folder: str | None = None
    places: tuple[str, ...] = field(default=())
    everything: bool = False
    spreads: bool = False  # run at the root without more, it is of every package: turbo, nx
    language: str = ""

    @property
    def bare(self) -> bool:
        """Whether it says nothing of what it covers."""
        return not (self.selectors or self.places or self.everything or self.folder not in (None, "."))


@lru_cache(maxsize=1024)  # the chunks of a log run the same commands again and again
def checks(line: str, folder: str | None = None) -> tuple[TypeCheck, ...]:
    """What a command line runs that may be a type check: checkers, and scripts by name, of which some may call one."""
    return tuple(check for one in simple(line, folder) for check in _read(list(one.words), TypeCheck(folder=one.folder), 0))


def _read(words: list[str], known: TypeCheck, depth: int) -> Iterator[TypeCheck]:
    if not words or depth > 6 or not _IDLE_RUNS.isdisjoint(words):
        return
    tool, rest = basename(words[0]), words[1:]
    tool = re.sub(r"@[\w.^~-]+$", "", tool)
    if tool in _SHELLS:
        at = next((k for k, word in enumerate(rest[:4]) if re.fullmatch(r"-[a-z]*c", word)), None)
        for one in simple(rest[at + 1], known.folder) if at is not None and at + 1 < len(rest) else ():
            yield from _read(list(one.words), replace(known, folder=one.folder), depth + 1)
    elif tool in _RUNNERS:
        yield from _read(_after_options(rest, ("-p", "--package")), known, depth + 1)
    elif tool in ("python", "python3", "py") and "-m" in rest[:4]:
        yield from _read(rest[rest.index("-m") + 1 :], known, depth + 1)
    elif tool in _MANAGERS:
        yield from _managed(tool, rest, replace(known, language="node"), depth)
    elif tool in _PYTHON_RUNNERS:
        yield from _python_run(tool, rest, known, depth)
    elif tool in _MONOREPO:
        yield from _monorepo(tool, rest, replace(known, language="node"))
    elif tool in _MAKERS:
        options = _options(rest, known)
        for word in options.words:
            yield replace(known, script=word, folder=options.folder)
    elif tool in _NODE_CHECKERS or (tool in ("astro", "deno") and rest[:1] == ["check"]):
        yield from _node_checker(rest, known)
    elif tool in _PYTHON_CHECKERS:
        yield from _python_checker(tool, rest, known)


def _managed(tool: str, words: list[str], known: TypeCheck, depth: int) -> Iterator[TypeCheck]:
    """pnpm, npm, yarn, bun: their options may stand before and behind the script, and before another command."""
    at, selectors = 0, list(known.selectors)
    folder, everything = known.folder, known.everything
    while at < len(words):
        word, _, value = words[at].partition("=")
        if word.startswith("-"):
            takes = word in _SELECTS or word in _MOVES or word in _VALUED or (tool == "npm" and word in _WORKSPACE)
            if takes and not value:
                at += 1
                value = words[at] if at < len(words) else ""
            if word in _SELECTS or (tool == "npm" and word in _WORKSPACE):
                selectors.append(value)
            elif word in _MOVES and value:
                folder = joined(folder, value)
            everything = everything or word in _ALL
        elif word == "workspace" and tool == "yarn" and at + 1 < len(words):
            at += 1
            selectors.append(words[at])
        elif word in ("workspaces", "foreach") and tool == "yarn":
            everything = True
        elif word not in _RUN:
            break
        at += 1
    here = replace(known, selectors=tuple(selectors), folder=folder, everything=everything and not selectors)
    rest = words[at:]
    inner = list(_read(rest, here, depth + 1))
    yield from inner
    if not rest or inner or basename(rest[0]) in _NODE_CHECKERS | _MONOREPO:
        return
    options = _options(rest[1:], here, also=_WORKSPACE if tool == "npm" else ())
    yield replace(
        here, script=rest[0], selectors=options.selectors, folder=options.folder,
        everything=(here.everything or options.everything) and not options.selectors,
    )  # fmt: skip


def _options(words: list[str], known: TypeCheck, *, also: tuple[str, ...] = ()) -> _Options:
    selectors, left, targets = list(known.selectors), list[str](), list[str]()
    folder, everything, at = known.folder, False, 0
    while at < len(words):
        word, equals, value = words[at].partition("=")
        if words[at] == "--":
            break
        if not word.startswith("-"):
            left.append(words[at])
            at += 1
            continue
        chooses = word in _SELECTS or word in also
        if (chooses or word in _MOVES or word in _VALUED) and not equals:
            at += 1
            value = words[at] if at < len(words) else ""
        if chooses and value:
            selectors.extend(value.split(","))
        elif word in _MOVES and value:
            folder = joined(folder, value)
        elif word in ("-t", "--target", "--targets") and value:
            targets.extend(value.split(","))
        everything = everything or word in _ALL
        at += 1
    return _Options(tuple(selectors), folder, everything, tuple(left), tuple(targets))


def _monorepo(tool: str, words: list[str], known: TypeCheck) -> Iterator[TypeCheck]:
    """turbo, nx, lerna, moon: tasks of many packages."""
    options = _options(words, known, also=("-p", "--projects", "--project") if tool == "nx" else ())
    left = list(options.words)
    everything = options.everything and not options.selectors
    here = replace(known, selectors=options.selectors, folder=options.folder, everything=everything, spreads=True)
    verb = left[0] if left else ""
    if tool in ("turbo", "lerna"):
        for task in left[1:] if verb in ("run", "run-script", "exec") else left:
            package, _, name = task.rpartition("#")
            yield replace(here, script=name, selectors=(*here.selectors, *([package] if package else [])))
        return
    if verb.startswith("affected") or verb == "run-many":
        named = [*options.targets, *([verb.partition(":")[2]] if ":" in verb else []), *([] if options.targets else left[1:])]
        yield from (replace(here, script=name, everything=not here.selectors) for name in named)
    elif verb == "run" or ":" in verb:
        for target in left[1:] if verb == "run" else left[:1]:
            package, _, name = target.partition(":")
            selectors = (package,) if name else here.selectors
            yield replace(here, script=name.partition(":")[0] or package, selectors=selectors)
    elif len(left) > 1:
        yield replace(here, script=verb, selectors=(*here.selectors, left[1]))
    elif verb:
        yield replace(here, script=verb)


def _python_run(tool: str, words: list[str], known: TypeCheck, depth: int) -> Iterator[TypeCheck]:
    if tool in ("nox", "tox", "pre-commit"):
        for word in words:
            for name in word.split(",") if not word.startswith("-") else ():
                yield replace(known, script=name)
        return
    at, selectors, folder = 0, list(known.selectors), known.folder
    while at < len(words) and (words[at].startswith("-") or words[at] == "run"):
        word, equals, value = words[at].partition("=")
        if not equals and (word in _MOVES or word in _VALUED or word in ("--package", "--project", "-p")):
            at += 1
            value = words[at] if at < len(words) else ""
        if word == "--package" and value:
            selectors.append(value)
        elif (word in _MOVES or word == "--project") and value:
            folder = joined(folder, value)
        at += 1
    here = replace(known, selectors=tuple(selectors), folder=folder)
    inner = list(_read(words[at:], here, depth + 1))
    yield from inner
    if not inner and words[at:]:
        yield replace(here, script=words[at])


def _node_checker(words: list[str], known: TypeCheck) -> Iterator[TypeCheck]:
    if _IDLE & set(words):
        return
    places, selectors = list[str](), list(known.selectors)
    for before, word in zip(["", *words], words, strict=False):
        name, _, value = word.partition("=")
        if (name in _SELECTS and value) or before in _SELECTS:
            selectors.append(value or word)
        elif name in ("-p", "--project", "--tsconfig") and value:
            places.append(value)
        elif not word.startswith("-") and (before in _PROJECT or re.search(r"\.[cm]?tsx?$|\.vue$", word)):
            places.append(word)
    told = tuple(joined(known.folder, place) for place in places)
    yield replace(known, places=told, selectors=tuple(selectors), everything=known.everything and not selectors, language="node")


def _python_checker(tool: str, words: list[str], known: TypeCheck) -> Iterator[TypeCheck]:
    if _IDLE - {"-v"} & set(words) or (tool == "ty" and words[:1] != ["check"]):
        return
    words = [word for word in words if word not in ("check", "run", "--")]
    places: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        modules = before in ("-m", "-c", "--package") or (tool == "mypy" and before == "-p")
        if not word.startswith("-") and before not in _VALUED and not modules:
            places.append(word)
    places = [joined(known.folder, place) for place in places]
    yield replace(known, places=tuple(place for place in places if place != "."), language="python")


def _after_options(words: list[str], valued: tuple[str, ...]) -> list[str]:
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in valued else 1
    return words[at:]
