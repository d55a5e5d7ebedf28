"""Package managers, task runners and makers: which script or which tool they run, of which packages."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from posixpath import basename

from pytest_agentcompliance.parsing.command_lines import joined
from pytest_agentcompliance.parsing.work import tools
from pytest_agentcompliance.parsing.work.ran import Known, Ran, by_name, made
from pytest_agentcompliance.parsing.work.wrappers import ALL, MOVES, RUN, SELECTS, VALUED

Inner = Callable[[list[str], Known], Iterator[Ran]]  # reads the words that are left as a command
_BUILTINS = frozenset(  # of package managers: these are no scripts
    ("install", "i", "add", "ci", "remove", "rm", "uninstall", "ls", "list", "why", "outdated", "update", "up", "upgrade",
     "publish", "pack", "link", "unlink", "init", "create", "config", "cache", "audit", "store", "import", "prune", "rebuild",
     "info", "view", "show", "login", "logout", "whoami", "help", "set", "get", "fund", "doctor", "dedupe", "patch", "env",
     "root", "bin", "prefix", "ping", "approve-builds", "fetch", "deploy")
)  # fmt: skip
_EVERYWHERE = {"yarn": ("workspaces", "foreach"), "pnpm": ("recursive", "multi", "m")}
_MAKE_ALL = frozenset(("all", "default"))


class _Options:
    """What the options of a manager say of where and of which packages; the words of a script are none of them."""

    def __init__(self, manager: str, words: list[str], known: Known) -> None:
        self.manager, self.words, self.at = manager, words, 0
        self.packages, self.folder = list(known.packages), known.folder
        self.everything, self.empty = known.everything, known.passes_empty

    def take(self, valued: frozenset[str] = frozenset()) -> bool:
        """Whether the word at hand is an option of the manager; it is taken with its value then."""
        word, equals, value = self.words[self.at].partition("=")
        npm = self.manager == "npm"
        chooses = word in SELECTS or (npm and word in ("-w", "--workspace"))
        if (chooses or word in MOVES or word in valued) and not equals:
            self.at += 1
            value = self.words[self.at] if self.at < len(self.words) else ""
        if chooses:
            self.packages.append(value)
        elif word in MOVES and value:
            self.folder = joined(self.folder, value)
        self.everything = self.everything or word in ALL
        self.empty = self.empty or word == "--if-present"
        return chooses or word in MOVES or word in valued or word in ALL or word == "--if-present"

    def known(self, before: Known) -> Known:
        return replace(
            before, packages=tuple(self.packages), folder=self.folder, everything=self.everything and not self.packages,
            passes_empty=self.empty,
        )  # fmt: skip


def managed(manager: str, words: list[str], known: Known, inner: Inner) -> Iterator[Ran]:
    """pnpm, npm, yarn, bun: their options may stand before and behind the script, and before another command."""
    options, named = _Options(manager, words, known), False
    while options.at < len(words):
        word = words[options.at]
        if word.startswith("-") and word != "--":
            options.take(VALUED - {"-e", "-n", "-f", "-u"})
        elif word == "workspace" and manager == "yarn" and options.at + 1 < len(words):
            options.at += 1
            options.packages.append(words[options.at])
        elif word in _EVERYWHERE.get(manager, ()):
            options.everything = True
        elif word in RUN:
            named = True
        elif word != "--":
            break
        options.at += 1
    rest = words[options.at :]
    if not rest or (rest[0] in _BUILTINS and not named):
        return
    script = {"t": "test", "tst": "test"}.get(rest[0], rest[0]) if manager == "npm" and not named else rest[0]
    found = [] if script in ("test", "lint", "build") else list(inner(rest, options.known(known)))
    if found or (basename(rest[0]) in tools.BY_NAME and rest[0] not in ("check", "lint")):
        yield from found
        return
    options.words, options.at = rest, 1
    left: list[str] = []
    while options.at < len(rest) and rest[options.at] != "--":  # what is left is the script's
        word = rest[options.at]
        if word in ("-r", "-A", "m") or not options.take():
            left.append(word)
        options.at += 1
    yield from by_name(script, [*left, *rest[options.at :]], options.known(known))


def python_run(words: list[str], known: Known, inner: Inner) -> Iterator[Ran]:
    """uv, poetry, hatch and the like: ``run`` with their options, then a command or a script."""
    at, packages, folder = 0, list(known.packages), known.folder
    while at < len(words) and (words[at].startswith("-") or words[at] in ("run", "tool")):
        word, equals, value = words[at].partition("=")
        if not equals and (word in MOVES or word in VALUED or word in ("--package", "--project", "-p")):
            at += 1
            value = words[at] if at < len(words) else ""
        if word == "--package" and value:
            packages.append(value)
        elif (word in MOVES or word == "--project") and value:
            folder = joined(folder, value)
        at += 1
    rest = words[at:]
    if not rest or "run" not in words[:at]:
        return
    here = replace(known, packages=tuple(packages), folder=folder)
    rest[0] = rest[0].rpartition(":")[2] if re.fullmatch(r"[\w-]+:[\w-]+", rest[0]) and tools.script(rest[0]) is None else rest[0]
    found = list(inner(rest, here))
    yield from found
    if not found and basename(rest[0]) not in tools.BY_NAME and "/" not in rest[0] and "." not in rest[0]:
        yield from by_name(rest[0], rest[1:], here)


def sessions(words: list[str], known: Known) -> Iterator[Ran]:
    """tox, nox: environments by name; without a name they are taken for tests."""
    if not {"-l", "--list", "--help", "--version", "--notest", "-a"}.isdisjoint(words):
        return
    pairs = zip(["", *words], words, strict=False)
    for name in [one for before, word in pairs if before in ("-e", "-s") for one in word.split(",")] or ["tests"]:
        yield made(known, tools.script(name) or "tests", "", (), words, name)


def monorepo(name: str, words: list[str], known: Known) -> Iterator[Ran]:
    """turbo, nx, lerna, moon: tasks of many packages."""
    packages, targets, left, rest, at = list(known.packages), list[str](), list[str](), list[str](), 0
    selects = SELECTS | {"-p", "--project"} if name == "nx" else SELECTS
    while at < len(words):
        word, equals, value = words[at].partition("=")
        if word == "--":
            rest = words[at + 1 :]
            break
        if not word.startswith("-"):
            left.append(words[at])
        elif word in selects or word in _TARGETS or word in MOVES or word in VALUED:
            if not equals:
                at += 1
                value = words[at] if at < len(words) else ""
            if word in selects or word in _TARGETS:
                (packages if word in selects else targets).extend(one for one in value.split(",") if one)
        at += 1
    here = replace(known, packages=tuple(packages), everything=not packages)
    if not _PLANS.isdisjoint(word.partition("=")[0] for word in words) or left[:1] in _OTHER_VERBS:
        return
    for task, package in _tasks(name, left, targets):
        one = replace(here, packages=(*packages, package), everything=False) if package else here
        yield from by_name(task, rest, one)


_TARGETS = frozenset(("-t", "--target", "--targets"))
_PLANS = frozenset(("--dry", "--dry-run", "--graph"))
_OTHER_VERBS = (["prune"], ["ls"], ["gen"], ["login"], ["exec"])


def _tasks(name: str, words: list[str], targets: list[str]) -> list[tuple[str, str]]:
    """The tasks of a task runner, each with the package that it is of."""
    verb = words[0] if words else ""
    if name in ("turbo", "lerna"):
        named = words[1:] if verb in ("run", "run-script") else words
        return [(task.rpartition("#")[2], task.rpartition("#")[0]) for task in named]
    if verb in ("affected", "run-many") or verb.startswith("affected:"):
        return [(task, "") for task in targets or ([verb.partition(":")[2]] if ":" in verb else words[1:])]
    if verb == "run" or ":" in verb:
        parts = [target.split(":") for target in words[verb == "run" :][:1]]
        return [(part[1], part[0]) if len(part) > 1 else (part[0], "") for part in parts]
    return [(verb, words[1] if len(words) > 1 else "")] if verb else []


def maker(name: str, words: list[str], known: Known) -> Iterator[Ran]:
    """make, just, task: targets by name; make without one builds."""
    targets, at, folder = list[str](), 0, known.folder
    if name in ("make", "gmake") and not {"-n", "--just-print", "--dry-run", "--recon", "-p", "-q"}.isdisjoint(words):
        return
    while at < len(words):
        word, equals, value = words[at].partition("=")
        if word in MOVES or word in ("-f", "--file", "-d", "--justfile", "-t", "--taskfile", "-j"):
            if word == "-j" and not (at + 1 < len(words) and words[at + 1].isdecimal()):
                at += 1
                continue
            if not equals:
                at += 1
                value = words[at] if at < len(words) else ""
            folder = joined(folder, value) if word in MOVES and value else folder
        elif not word.startswith("-") and not equals and (targets or word not in RUN):
            targets.append(word)
        at += 1
    here = replace(known, folder=folder)
    if name not in ("make", "gmake", "just", "task", "rake"):
        yield from by_name(targets[0], targets[1:], here) if targets else ()
        return
    if name in ("make", "gmake") and (not targets or set(targets) <= _MAKE_ALL):
        yield made(here, "build", "make", (), words)
    for target in targets:
        check = tools.script(target)
        if check:
            yield made(here, check, "", (), words, target)
