"""What base has already of what was chosen: by the files that may have it, each read to see whether it really does."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from pytest_agentcompliance.parsing.choices import Choice, dependencies, environment, hosts, packages, services
from pytest_agentcompliance.parsing.globs import matches, usable
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.manifests import ecosystem_of, is_lockfile

MOST = 12  # files that are read to see whether they have one name
MOST_MANIFESTS = 500

_ITEM = late(r"^[ \t]*-[ \t]*[\"']?([^\"'#\n]{1,200})", re.MULTILINE)
_LISTED = late(r'"workspaces"\s{0,20}:\s{0,20}(?:\{\s{0,20}"packages"\s{0,20}:\s{0,20})?\[([^\]]{0,5000})\]')

Text = Callable[[str], str]  # the text of a file at base, empty where it cannot be had
Where = Callable[[Collection[str], tuple[str, ...]], Mapping[str, Collection[str]]]
# The endings of the files of base that are searched for names: those that code, configuration and deployments have.
SEARCHED = (
    ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".astro", ".html", ".css", ".scss",
    ".py", ".go", ".rs", ".java", ".kt", ".cs", ".php", ".rb", ".ex", ".sh", ".sql", ".http", ".json", ".yml", ".yaml",
    ".toml", ".ini", ".cfg", ".conf", ".tf", ".prisma", ".properties", ".mod", ".in", ".env", ".local", ".example", ".sample",
    ".template", ".production", ".development", "dockerfile", "makefile", "gemfile", "pipfile",
)  # fmt: skip
_MANIFESTS = (".json", ".toml", ".txt", ".in", ".cfg", "setup.py", ".mod", "file")
_READ = frozenset(
    {"javascript", "typescript", "tsx", "python", "go", "rust", "java", "kotlin", "csharp", "php", "ruby", "env", "markup"}
)


class Base:
    """Base as far as the choices need it: its paths, the text of a file, and which files have a name as a word."""

    def __init__(
        self, paths: Collection[str], text: Text, where: Where, tests: Iterable[str], exempt: Iterable[str], *, changed: Text
    ) -> None:
        """``changed`` gives the text of a changed file as the run left it, and nothing of any other."""
        self._paths, self._text, self._search, self._changed = paths, text, where, changed
        self._exempt, self._tests = tuple(exempt), tuple(tests)
        self._where: Mapping[str, Collection[str]] = {}
        self._names: dict[str, frozenset[str]] = {}

    def settled(self, choices: Iterable[Choice]) -> Iterator[Choice]:
        """The choices as they are in the light of base: without those that are none there, lesser where base has the like."""
        near = [self._by_manifest(one) if one.kind == "dependency" else one for one in choices]
        names = {one.name for one in near if one.kind in ("environment", "host") or (one.kind == "dependency" and not one.minor)}
        names |= {hosts.registered(one.name) for one in near if one.kind == "host"}
        self._where = self._search(names, SEARCHED) if names and self._paths else {}  # one search for all of them
        yield from (settled for one in near if (settled := self._settled(one)) is not None)

    def _settled(self, choice: Choice) -> Choice | None:
        if choice.kind == "dependency":
            return self._by_import(choice)
        if choice.kind == "environment":
            return None if self._reads(choice.name) else choice
        if choice.kind == "service":
            return self._service(choice)
        if choice.kind == "package":
            return self._package(choice)
        if choice.kind == "infrastructure":
            return self._infrastructure(choice)
        return self._host(choice) if choice.kind == "host" else choice

    def _by_manifest(self, choice: Choice) -> Choice:
        """A dependency that a manifest of base has is a lesser choice."""
        if choice.minor:
            return choice
        system = _system(choice)
        key = _folded(choice.name) if system == "python" else choice.name
        for path in self._manifests.get(system or "", ()):
            text = self._text(path)
            if key not in (_folded(text) if system == "python" else text):
                continue
            if path != choice.path and key in self._of(path, text):
                return replace(choice, minor=f"base has it already, in {path}")
            if packages.name_in(text, path) == choice.name:
                return replace(choice, minor="it is a package of this repository")
        return choice

    def _by_import(self, choice: Choice) -> Choice:
        """So is one that code of base imports, whose manifest forgot it."""
        if choice.minor:
            return choice
        name = choice.name.replace("-", "_") if _system(choice) == "python" else choice.name
        imported = re.compile(
            rf"""(?:from|import|require\(|mock\()\s{{0,20}}["'`]?{re.escape(name)}(?=["'`/.\s;]|$)""", re.MULTILINE
        )
        for path in self._files(choice.name)[:MOST]:
            language = language_of(path)
            if (
                language is not None
                and language.name in _READ
                and not matches(path, self._exempt)
                and imported.search(self._text(path))
            ):
                return replace(choice, minor=f"base imports it already, in {path}")
        return choice

    @cached_property
    def _manifests(self) -> Mapping[str, list[str]]:
        """The manifests of base by their ecosystem, those nearest to the root first."""
        found: dict[str, list[str]] = {}
        for path in self._paths:
            if path.endswith(_MANIFESTS) and (system := ecosystem_of(path)) and not matches(path, self._exempt):
                found.setdefault(system, []).append(path)
        return {system: sorted(paths, key=lambda path: (path.count("/"), path))[:MOST_MANIFESTS] for system, paths in found.items()}

    def _of(self, path: str, text: str) -> frozenset[str]:
        if path not in self._names:
            self._names[path] = dependencies.names(text, path)
        return self._names[path]

    def _reads(self, name: str) -> bool:
        """Whether base reads or gives a variable; a file that is not read for them has it as soon as it has its name."""
        files = [path for path in sorted(self._files(name), key=_env_first) if not matches(path, self._tests)]
        if len(files) > MOST:
            return True
        given = re.compile(rf"""(?<!\w){re.escape(name)}["']?\s{{0,5}}:(?!:)""")
        for path in files:
            language = language_of(path)
            text = self._text(path)
            if language is None or language.name not in _READ or name in environment.names(text, path) or given.search(text):
                return True
            if environment.quotes(name, text, path):
                return True
        return False

    @cached_property
    def _services(self) -> Mapping[str, str]:
        """The services of base, each with a file that has it."""
        found: dict[str, str] = {}
        for path in [path for path in self._paths if services.is_for(path) and not matches(path, self._exempt)][:MOST_MANIFESTS]:
            for name in services.names(self._text(path), path):
                found.setdefault(name, path)
        return found

    def _service(self, choice: Choice) -> Choice:
        path = self._services.get(choice.name)
        return replace(choice, minor=f"base has one already, in {path}") if path else choice

    def _package(self, choice: Choice) -> Choice:
        globs = self._workspaces
        if choice.path.endswith("package.json") and globs and not matches(choice.path, globs):
            return replace(choice, minor="it lies outside of the workspaces")
        return choice

    @cached_property
    def _workspaces(self) -> list[str]:
        """The globs of folders that the workspaces of Node name, at base or once the change is in."""
        found = [*self._globs(lambda path: self._text(path) if path in self._paths else ""), *self._globs(self._changed)]
        globs = [f"/{one.strip().strip('/').removeprefix('./')}/" if not one.startswith("!") else one for one in found[:200]]
        return [glob for glob in globs if usable(glob)]

    def _globs(self, text: Text) -> list[str]:
        """What the files of one side name as workspaces, as it is written there."""
        found = _ITEM.findall(text("pnpm-workspace.yaml")[:20_000].partition("packages:")[2])
        if not found and (told := _LISTED.search(text("package.json")[:200_000])):
            found = re.findall(r'"([^"\n]{1,200})"', told[1])
        return [str(one) for one in found][:200]

    def _infrastructure(self, choice: Choice) -> Choice:
        if choice.name == choice.path:
            return choice
        beside = next((path for path in self._paths if path.startswith(f"{choice.name}/") and path.endswith(choice.path[-3:])), "")
        return replace(choice, minor=f"base has {beside} beside it") if beside else choice

    def _host(self, choice: Choice) -> Choice | None:
        if any(not matches(path, (*self._exempt, *self._tests)) for path in self._files(choice.name)):
            return None
        domain = hosts.registered(choice.name)
        if domain != choice.name:
            for path in [
                path for path in self._files(domain) if hosts.is_for(path) and not matches(path, (*self._exempt, *self._tests))
            ][:MOST]:
                if any(hosts.registered(one) == domain for one in hosts.names(self._text(path), path)):
                    return replace(choice, minor=f"base has other hosts of {domain}, in {path}")
        return choice

    def _files(self, name: str) -> list[str]:
        return [path for path in sorted(self._where.get(name, ())) if not is_lockfile(path)]


def _system(choice: Choice) -> str | None:
    return ecosystem_of(choice.path) or ("python" if choice.path.endswith((".txt", ".in")) else None)


def _env_first(path: str) -> tuple[bool, str]:
    return "env" not in path, path


def _folded(text: str) -> str:
    """A name of Python, or a text of such, as they are compared."""
    return re.sub(r"[-_.]+", "-", text).lower()
