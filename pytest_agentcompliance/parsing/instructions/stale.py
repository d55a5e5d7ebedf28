"""Which of the commands that documents tell are gone."""

import posixpath
import re
from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass

from pytest_agentcompliance.parsing.instructions.given import Kind
from pytest_agentcompliance.parsing.instructions.told import Line

_ELSEWHERE = re.compile(
    r"(?:^|\s)(?:--filter|-F|--prefix|--cwd|-C|--dir|--workspace|-w|--scope|workspace|--directory|cd)(?:[= ]|$)"
)
# What belongs to a package manager itself, and is no script.
_OWN = frozenset(
    """add install i ci remove rm uninstall update up upgrade init create exec dlx x link unlink publish pack audit outdated why
    list ls config set get login logout version view info help cache store prune dedupe import rebuild root bin global
    workspaces workspace node pkg run test start stop restart""".split()  # noqa: SIM905 - a table of words
)
_SCRIPT = re.compile(
    r"(?<![\w./-])(npm|pnpm|yarn|bun)[ \t]+(run[ \t]+|run-script[ \t]+)?(?:-[\w-]+[ \t]+){0,3}([A-Za-z][\w:.-]{0,80})(?![\w:/@.-])"
)
_TARGET = re.compile(r"(?<![\w./-])make[ \t]+([A-Za-z][\w.-]{0,80})(?![\w./=-])")
_RECIPE = re.compile(r"(?<![\w./-])just[ \t]+([A-Za-z][\w-]{0,80})(?![\w./=-])")
_RUN = re.compile(r"(?:(?:uv|poetry|pdm|pipenv|hatch|rye|poe|task)[ \t]+(?:run[ \t]+)?|^)([A-Za-z][\w-]{0,80})(?=[ \t]|$)")
_SERVICE = re.compile(r"\bdocker[ -]compose\b([^\n|;&]{0,300})")
_FILE = re.compile(
    r"(?:(?<![\w./-])(?:bash|sh|zsh|python3?|node|tsx|ts-node|deno run|bun|source|npx tsx|uv run|uv run python|chmod \+x"
    r"|pip install -r|pip3 install -r|-f|-r|--config|--env-file)[ \t]+|^[ \t]*(?=\./))([\w./-]{3,200})"
)
_MANAGER = re.compile(
    r"(?<![\w./@-])(npm|pnpm|yarn|bun|poetry|uv|pipenv|pdm)[ \t]+(?:install|ci|run|test|start|i|sync|add|build|dev)\b"
)
_DRESS = r"[`*_]{0,3}[ \t]*[(:`*]{0,3}[ \t]*(?:version[ \t]*)?(>=?|\u2265)?[ \t]*v?"
_MORE = r"(?:\.[\dx]{1,2})?[ \t]*(\+|or (?:later|higher|newer|above))?"
_VERSIONS = {
    "Node": re.compile(rf"\bNode(?:\.?js)?{_DRESS}(\d{{1,2}})(?:\.(\d{{1,2}}|x))?{_MORE}"),
    "Python": re.compile(rf"\bPython{_DRESS}(3)\.(\d{{1,2}}){_MORE}"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stale:
    """A command that a document tells and that is gone."""

    line: int
    command: str
    name: str


def gone(lines: Collection[Line], kind: Kind, names: Collection[str]) -> Iterator[Stale]:
    """The lines that run one of the names that are gone."""
    for one in lines:
        if not one.here or _ELSEWHERE.search(one.text):
            continue
        for name in _named(one.text, kind):
            if name in names:
                yield Stale(one.line, one.text.strip()[:120], name)


def _named(text: str, kind: Kind) -> Iterator[str]:
    if kind == "script":
        for found in _SCRIPT.finditer(text):
            if found[2] or (found[1] != "npm" and found[3] not in _OWN) or found[3] in ("test", "start", "restart"):
                yield found[3]
    elif kind == "service":
        for found in _SERVICE.finditer(text):
            yield from (word for word in found[1].split() if re.fullmatch(r"[A-Za-z][\w.-]{0,80}", word))
    else:
        pattern = {"target": _TARGET, "recipe": _RECIPE, "command": _RUN, "task": _RUN}[kind]
        yield from (found[1] for found in pattern.finditer(text))


def files(lines: Collection[Line], document: str, paths: Collection[str], there: Container[str] = ()) -> Iterator[Stale]:
    """The lines that run or read a file that is gone: as it lies from the root, or from the document's folder.

    ``there`` are the files that there are: where one of them may be meant as well, nothing is said.
    """
    folder = posixpath.dirname(document)
    for one in lines:
        if not one.here or _ELSEWHERE.search(one.text):
            continue
        for found in _FILE.finditer(one.text):
            written = posixpath.normpath(found[1])
            meant = dict.fromkeys((posixpath.normpath(posixpath.join(folder, written)), written))
            lost = next((path for path in meant if path in paths), None)
            if lost is not None and not any(path in there for path in meant):
                yield Stale(one.line, one.text.strip()[:120], lost)


def managers(lines: Collection[Line], name: str) -> Iterator[Stale]:
    """The lines that call a package manager."""
    for one in lines:
        if one.here and not _ELSEWHERE.search(one.text) and any(found[1] == name for found in _MANAGER.finditer(one.text)):
            yield Stale(one.line, one.text.strip()[:120], name)


def versions(text: str, language: str, old: tuple[int, int], new: tuple[int, int]) -> Iterator[Stale]:
    """The lines that ask for a version of a language that was enough and is not any more."""
    for number, line in enumerate(text[:1_000_000].split("\n"), 1):
        for found in _VERSIONS[language].finditer(line[:1000]):
            minor = int(found[3]) if found[3] and found[3] != "x" else 0
            said = int(found[2]), minor
            if (found[1] or found[4]) and said[0] == old[0] and said < new and (said == old or said[1] == 0):
                yield Stale(number, found[0].strip(), f"{language} {'.'.join(map(str, said))}")
