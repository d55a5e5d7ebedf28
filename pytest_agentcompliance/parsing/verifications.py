"""The type checks that a piece of a log shows: where, what came of them, and which packages they cover."""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Literal, NamedTuple

from pytest_agentcompliance.parsing import log_commands, markdown, type_check_words
from pytest_agentcompliance.parsing.command_lines import asides, simple
from pytest_agentcompliance.parsing.markdown import Line
from pytest_agentcompliance.parsing.packages import Package, Packages
from pytest_agentcompliance.parsing.selectors import selected
from pytest_agentcompliance.parsing.type_checks import TypeCheck, checks

LONGEST = 4000  # characters of a line in which a command stands
MOST = 50_000  # times that a command is held against a package, in one piece
NEAR = 2  # lines that a ``cd`` of its own is remembered for

_CODE = re.compile(r"`[^`]*`")
_COMMAND = re.compile(r"`[^`\s]*\s[^`]*`")
_TOKEN = re.compile(r"[@\w][\w@./-]*")
_OBJECTIVE = re.compile(r"(?i)^\W*objective\b")

_HTML = re.compile(r"\s*<[!?A-Za-z/]")
_MARKER = re.compile(r"^(?:[-*+•]|\d{1,4}[.)])\s+(?:\[[ xX]\]\s+)?")
_LABEL = re.compile(r"(?i)^\W*(?:status|result|outcome|output|exit code)s?\b")

Ran = tuple[str, str, int]  # the command, what came of it, the line


class Shown(NamedTuple):
    """A type check that a log shows. ``outcome`` older: it failed, the log says for errors that were there before.

    ``covers`` are those of the packages asked for. ``placed``: it says what it is of. ``command`` is empty where
    only words tell of it.
    """

    line: int
    outcome: Literal["pass", "fail", "older", ""]
    covers: frozenset[Package]
    placed: bool
    command: str


class Verifications:
    """Reads type checks against the packages of a tree. ``scripts`` are the names of scripts that type check."""

    def __init__(self, packages: Packages, scripts: Collection[str], *, builds: bool = True) -> None:
        self._packages, self._scripts, self._builds = packages, frozenset(scripts), builds
        self._selected: dict[tuple[Package, tuple[str, ...]], bool] = {}

    def shown(self, commands: Iterable[Ran], text: str, first: int, own: frozenset[Package]) -> list[Shown]:
        """The type checks of a piece whose first line has the number ``first``; ``own`` are the packages asked for."""
        lines = text.split("\n")
        found = list(self._commands(commands, lines, first, own))
        if not own <= {package for one in found for package in one.covers} and type_check_words.HINT.search(text):
            known = {one.line for one in found}
            found += [one for one in self._elsewhere(lines, first, own) if one.line not in known]
        return sorted(found, key=lambda one: one.line)

    def _elsewhere(self, lines: list[str], first: int, own: frozenset[Package]) -> Iterator[Shown]:
        """Those that stand in other fields, and that words alone tell of: only where it is said what came of them."""
        read = list(_read(lines))
        ran = log_commands.commands((line, line.body) for line in read if not _OBJECTIVE.match(line.body))
        found = [one for one in self._commands(((one.command, one.outcome, one.line) for one in ran), lines, 1, own) if one.outcome]
        yield from (one._replace(line=one.line + first - 1) for one in found)
        known = {one.line for one in found}
        for line in read:
            if line.kind not in ("text", "html", "code") or line.number in known or _OBJECTIVE.match(line.body):
                continue
            if outcome := type_check_words.told(_COMMAND.sub(" ", line.body).replace("`", "").replace("**", "")):
                named = self._named(line.body)
                covers = frozenset(own & named if named else own if len(own) == 1 else ())
                older = outcome == "fail" and type_check_words.older(line.body)
                yield Shown(line.number + first - 1, "older" if older else outcome, covers, bool(named), "")

    def _commands(self, commands: Iterable[Ran], lines: list[str], first: int, own: frozenset[Package]) -> Iterator[Shown]:
        folder, last = None, -NEAR
        for command, outcome, line in islice(commands, max(50, MOST // max(1, len(own)))):
            folder = folder if line - last <= NEAR else None
            written = lines[line - first][:LONGEST] if 0 <= line - first < len(lines) else ""
            beside = " ".join([_CODE.sub(" ", written).replace(command, " ")[:600], asides(command)])
            for check in checks(command, folder)[:50]:
                named = self._named(beside) if check.bare else frozenset()
                covers = frozenset(one for one in own if self._is_check(check, one) and self._covers(check, one, own, named))
                if not (covers or self._is_named(check)) or type_check_words.not_run(beside):
                    continue
                came = outcome or _labelled(lines, line - first)
                said: Literal["pass", "fail", "older", ""] = "pass" if came == "pass" else "fail" if came == "fail" else ""
                if said != "pass" and type_check_words.older(beside):
                    said = "older"
                placed = bool(covers) or not check.bare or bool(named)
                yield Shown(line, said, covers, placed, command)
            if command.startswith(("cd ", "pushd ")) and (steps := list(simple(command, folder))):
                folder, last = (steps[-1].folder, line) if len(steps) == 1 else (folder, last)
            elif folder is not None:
                last = line

    def _is_named(self, check: TypeCheck) -> bool:
        return not check.script or check.script in self._scripts

    def _is_check(self, check: TypeCheck, package: Package) -> bool:
        if check.language == "node" and package.language == "python" and check.script:
            return self._hands_on(check.script, package)
        if check.language not in ("", package.language):
            return False
        return self._is_named(check) or (self._builds and package.checks_types(check.script, self._scripts))

    def _hands_on(self, script: str, package: Package) -> bool:
        """Whether a script of a package.json type checks a Python project: its own, or the root's that calls such a checker."""
        beside = self._packages.at(package.folder, "node")
        if beside is not None and beside.checks_types(script, self._scripts):
            return script in beside.scripts
        return bool(re.search(r"\b(?:mypy|pyright|ty check)\b", self._packages.root_scripts.get(script, "")))

    def _covers(self, check: TypeCheck, package: Package, own: frozenset[Package], named: frozenset[Package]) -> bool:
        if check.everything:
            return True
        if check.selectors:
            asked = (package, check.selectors)
            if asked not in self._selected:
                self._selected[asked] = selected(package, check.selectors[:50], self._packages)
            return self._selected[asked]
        known = [place for one in check.places if (place := self._packages.place(one))]
        if not known and check.folder not in (None, "."):
            known = [place] if (place := self._packages.place(check.folder or "")) else []
        if known:
            return any(self._within(place, package, check) for place in known)
        if named:
            return package in named
        if check.spreads or (check.script in self._packages.root_scripts) or (package.language == "python" and not check.places):
            return True
        return len(own) == 1

    def _within(self, place: str, package: Package, check: TypeCheck) -> bool:
        if package.language == "python" and package.folder.startswith(place + "/"):
            return True
        inside = (
            self._packages.of(f"{place}/x" + (".py" if package.language == "python" else ""))
            if (place in self._packages.folders)
            else self._packages.of(place if check.language != "python" else place.removesuffix(".pyi"))
        )
        return inside == package

    def _named(self, beside: str) -> frozenset[Package]:
        """The packages that words name: by a name with a sign in it, by a folder, or by a name alone in brackets."""
        found: set[Package] = set()
        for token in list(_TOKEN.finditer(beside[:600]))[:60]:
            word = token[0].strip("./")
            before = beside[max(0, token.start() - 4) : token.start()]
            after = beside[token.end() : token.end() + 8]
            told = bool(re.search(r"[-@/]", word)) or before.endswith(("(", "in ", "for ")) or after == " package"
            if not told or word in self._scripts:
                continue
            place = self._packages.place(word) if "/" in word else None
            if package := self._packages.by_name.get(word) or (self._packages.inside(place) if place else None):
                found.add(package)
        return frozenset(found)


def _read(lines: list[str]) -> Iterator[Line]:
    """The lines that matter: those in fences and those with a word of type checks.

    Where a block of HTML could hide some, the whole is read as Markdown; else that would be the slowest part by far.
    """
    if any(_HTML.match(line) for line in lines):
        yield from markdown.read("\n".join(lines))
        return
    fence, info = "", ""
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text.startswith(("```", "~~~")) and (not fence or text.startswith(fence)):
            fence, info = ("", "") if fence else (text[:3], text.strip("`~ ").lower())
        elif fence:
            yield Line(number, "code", line, text, info=info)
        elif type_check_words.HINT.search(text):
            yield Line(number, "text", line, _MARKER.sub("", text, count=1))


def _labelled(lines: list[str], at: int) -> str:
    """What came of a command by a line of its own beside it: ``Result: PASS``."""
    near = [one for one in (at + 1, at - 1, at + 2) if 0 <= one < len(lines)]
    return next((said for one in near if _LABEL.match(lines[one][:200]) and (said := log_commands.outcome(lines[one]))), "")
