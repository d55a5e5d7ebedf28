"""Which changed files a log or a plan names: by path, folder or glob, and, where it speaks of a refactor, by a name alone."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from pytest_agentcompliance.parsing import claims, planned

LONGEST = 1_000_000  # characters of a document that are read
LONGEST_LINE = 4000
DEEPEST = 12  # folders of a path that a name may be
MOST_MEANT = 4  # files that a bare name may stand for and still name each of them
_WORD = re.compile(r"[\w.@+~\-\[\](){}*$#%!/\\]{2,400}")
_PATH = re.compile(r"[/\\]|\.[A-Za-z]\w{0,15}\Z|\*")
_MARKED = re.compile(r"[-_/@]|[a-z][A-Z]")
_EDGES = ".,;:!?)(}{]*~#"
_REFACTOR = re.compile(
    r"(?i)--fix\b|\b(?:re-?nam(?:e|ed|es|ing)\b|mov(?:e|ed|es|ing)\b|relocat|re-?organi[sz]|restructur|refactor|re-?format|"
    r"formatt(?:ed|ing)\b|(?:run|ran|pnpm|npm|yarn|bun|make|apply|applied|auto) ?-?format\b|format:(?:fix|write)|prettier|"
    r"white-?space|line[- ]endings?\b|import order|(?:re-?order|sort)(?:ed|ing|s)?\b|clean(?:ed|ing|s)?[- ]?up|tid(?:y|ied)\b|"
    r"jsdoc|docstring|docblock|(?:add|fix|updat|improv|remov|correct|clarif)\w{0,4} .{0,40}\bcomments?\b|"
    r"extract(?:ed|s|ing)?\b|consolidat|black\b|ruff\b|isort\b|gofmt\b|biome\b|fix\w{0,3} .{0,40}\blint|lint.{0,40} fix)"
)
_GENERIC = frozenset([
    "src", "lib", "libs", "test", "tests", "__tests__", "app", "apps", "api", "packages", "package", "index", "types", "type",
    "utils", "util", "main", "config", "docs", "core", "common", "shared", "backend", "frontend", "server", "client", "web",
    "services", "service", "components", "component", "scripts", "script", "data", "models", "model",
])  # fmt: skip


@dataclass
class Accounts:
    """Filled with what the documents name; asked for each file. ``paths`` are those of the change."""

    paths: frozenset[str]
    found: dict[str, str] = field(default_factory=dict)  # path: who names it
    looked_at: set[str] = field(default_factory=set)
    named: int = 0  # how many paths the documents name, in the change or not

    def claim(self, written: str, who: str) -> None:
        """A path out of a list of changed or planned files: a folder or a glob names all that is below it."""
        self.named += 1
        match = self._known.find(written)
        fixed = re.split(r"[*?]", written.strip("/"), maxsplit=1)[0].strip("/")
        if match.how == "ambiguous" and len(match.paths) > MOST_MEANT:
            return
        if len(match.paths) > 1 and match.how != "ambiguous" and _is_vague(fixed, match.paths):
            return
        for path in match.paths:
            self._enter(path, who)

    def leave(self, written: str) -> None:
        """A path that a log lists as one that it did not change: no other word of that log's names it."""
        self.looked_at |= set(self._known.find(written).paths[:1])

    def plan(self, text: str, path: str, who: str) -> None:
        """A plan: what it means to change, and what it says of refactors. What it only looks at, or leaves alone, is not named."""
        for one in planned.named(text, path):
            if one.kind == "package":
                self._by_name([one.text], who)
            self.claim(one.text, who)
        self.refactors(text, who)

    def prose(self, text: str, who: str) -> None:
        """A text that tells what was done: each file that it names, and what it says of refactors."""
        for word in dict.fromkeys(word.strip(_EDGES) for word in _WORD.findall(text[:LONGEST])):
            if _PATH.search(word):
                match = self._known.find(word)
                if match.how in ("whole", "end", "ambiguous") and len(match.paths) <= MOST_MEANT:
                    self.claim(word, who)
        self.refactors(text, who)

    def refactors(self, text: str, who: str) -> None:
        """The lines that speak of renaming, moving, formatting and the like: each file and folder that they name, by any name."""
        for line in text[:LONGEST].split("\n"):
            if _REFACTOR.search(line[:LONGEST_LINE]):
                words = [word.strip(_EDGES) for word in _WORD.findall(line[:LONGEST_LINE])]
                for word in words:
                    if _PATH.search(word) and self._known.find(word).paths:
                        self.claim(word, who)
                    else:
                        self._by_name([word], who)

    def beside(self, path: str) -> str:
        """Who names the file that this one tests, or that lies beside it under the same name."""
        return self._company.get(_subject(path), "")

    def _by_name(self, words: Iterable[str], who: str) -> None:
        """Files that a line names without their endings; folders too, by a name that is no plain word."""
        for word in words:
            bare = _folded(word.rpartition("/")[2])
            if len(bare) >= 4 and bare not in _GENERIC:
                for path in self._files.get(bare, ()):
                    self._enter(path, who)
                for path in self._folders.get(bare, ()) if _MARKED.search(word) else ():
                    self._enter(path, who)

    def _enter(self, path: str, who: str) -> None:
        if path not in self.looked_at:
            self.found.setdefault(path, who)

    @cached_property
    def _company(self) -> dict[str, str]:
        return {_subject(path): who for path, who in self.found.items() if len(_subject(path)) >= 4}

    @cached_property
    def _known(self) -> claims.Paths:
        return claims.known(self.paths)

    @cached_property
    def _files(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = defaultdict(list)
        for path in self.paths:
            name = path.rpartition("/")[2]
            for one in {_folded(name), _folded(name.partition(".")[0] or name)}:
                names[one].append(path)
        return names

    @cached_property
    def _folders(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = defaultdict(list)
        for path in self.paths:
            for one in {_folded(part) for part in path.split("/")[-DEEPEST:-1]}:
                names[one].append(path)
        return names


def _subject(path: str) -> str:
    """The name that a file shares with its test: cart of cart.ts, cart.test.ts, test_cart.py."""
    name = path.rpartition("/")[2].partition(".")[0]
    bare = _folded(name.removeprefix("test_").removesuffix("_test"))
    return "" if bare in _GENERIC else bare


def _folded(name: str) -> str:
    return re.sub(r"[-_ ]", "", name).casefold()


def _is_vague(fixed: str, paths: tuple[str, ...]) -> bool:
    """Whether a folder is one of the root that holds files of several parts: it names no work."""
    below = {path.removeprefix(f"{fixed}/").split("/")[0] for path in paths if path.startswith(f"{fixed}/") and path.count("/") > 1}
    return "/" not in fixed and len(below) > 1
