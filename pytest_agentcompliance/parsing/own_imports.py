"""Imports of a project's own modules from its root: Python's absolute ones, and those that the paths of a tsconfig.json name."""

import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from posixpath import join, normpath

from pytest_agentcompliance.parsing import relative_imports as relative
from pytest_agentcompliance.parsing.stack import above

MOST = 60  # files in which it is looked up how the rest of the tree imports a package
_PYTHON = re.compile(r"(?:from[ \t]{1,4}(?P<name>[A-Za-z]\w{0,80}(?:\.\w{1,80}){1,12})[ \t]{1,4}import\b"
                     r"|import[ \t]{1,4}(?P<plain>[A-Za-z]\w{0,80}(?:\.\w{1,80}){1,12})[ \t]*(?:#|$|as\b))")  # fmt: skip
_SCRIPT = re.compile(
    r"(?:(?:import|export)\b[^'\"`;\n]{0,400}\bfrom\s{0,4}|import\s{0,4}|\}\s{0,4}from\s{0,4})"
    r"(['\"])(?P<name>(?:[@~#]|src|@src|@app|@lib|@server)/[^'\"\n?!]{1,300})\1"
)
_MADE_UP = re.compile(r"__path__|extend_path|declare_namespace|sys\.modules|__getattr__|import_module|lazy|MetaPathFinder")
_SETTINGS = ("tsconfig.json", "tsconfig.base.json", "tsconfig.app.json", "jsconfig.json")

Where = Callable[[str], Collection[str]]
Text = Callable[[str], str]


def named(line: str, path: str) -> str:
    """The module of the project itself that a line may import, as it is written; empty where it is no such import."""
    low = path.lower()
    if low.endswith(relative.PYTHON):
        said = _PYTHON.match(line)
        name = (said["name"] or said["plain"]) if said else ""
        return "" if name.partition(".")[0] in sys.stdlib_module_names else name
    script = _SCRIPT.match(line) if low.endswith(relative.SCRIPTS) else None
    return script["name"] if script else ""


class Own:
    """A tree by what its modules are imported as. ``where`` gives the files of code that have a word, ``text_of`` reads one."""

    def __init__(self, there: Collection[str], folders: Collection[str], where: Where, text_of: Text) -> None:
        self._there, self._folders, self._where, self._text_of = there, folders, where, text_of
        self._known: dict[str, frozenset[str]] = {}
        self._aims: dict[str, Mapping[str, list[str]]] = {}

    def lacks(self, path: str, written: str) -> str:
        """The place that an import leads to and where nothing is; empty where it leads somewhere, or that is not certain."""
        return self._python(path, written) if path.lower().endswith(relative.PYTHON) else self._script(path, written)

    def _python(self, path: str, written: str) -> str:
        inner = written.replace(".", "/")
        top = written.partition(".")[0]
        roots = [one for one in self._roots(path) if join(one, top) in self._folders]
        roots = [one for one in roots if join(one, "__init__.py") not in self._there]  # within a package nobody looks
        if not roots or any(self._is_there(join(root, inner)) for root in roots):
            return ""
        if relative.is_made(inner) or inner.rpartition("/")[2].startswith("_") or self._anywhere(inner):
            return ""
        for root in roots:
            for part in above(inner):
                if part and (self._is_file(join(root, part)) or _MADE_UP.search(self._text_of(join(root, part, "__init__.py")))):
                    return ""
        sure = [one for one in roots if self._is_package(one, inner)]
        return join(sure[0], inner) if sure and self._is_own(top, written) else ""

    def _roots(self, path: str) -> Iterator[str]:
        """Where Python may look for modules: the folders above a file, and what they keep sources in."""
        for folder in above(path):
            yield from (folder, join(folder, "src"), join(folder, "lib"), join(folder, "python"))

    def _is_package(self, root: str, inner: str) -> bool:
        """Whether the package is a whole one that lies here, or at least the folder that the module would lie in."""
        top, parent = join(root, inner.partition("/")[0]), join(root, inner.rpartition("/")[0])
        return f"{top}/__init__.py" in self._there or parent in self._folders

    def _is_there(self, at: str) -> bool:
        return at in self._folders or any(f"{at}{ending}" in self._there for ending in (".py", ".pyi", ".pyx", ".so", ".pyd"))

    def _is_file(self, at: str) -> bool:
        """Whether a path is no folder: a link, a module of git's."""
        return at in self._there

    def _anywhere(self, inner: str) -> bool:
        """Whether it lies elsewhere in the tree, whatever makes Python look there, or is written in another language."""
        return any(f"/{inner}." in f"/{one}" or f"/{inner}/" in f"/{one}" for one in self._there)

    def _is_own(self, top: str, written: str) -> bool:
        """Whether the rest of the tree imports modules of the package that lie in it, and seldom others: none is installed."""
        if top not in self._known:
            said = re.compile(rf"(?m)^[ \t]*(?:from|import)[ \t]+({top}(?:\.\w+)+)")
            found = {each for one in sorted(self._where(top))[:MOST] for each in said.findall(self._text_of(one))}
            self._known[top] = frozenset(found)
        others = self._known[top] - {written}
        led = sum(self._anywhere(one.replace(".", "/")) for one in others)
        return led > 0 and led >= 2 * (len(others) - led)

    def _script(self, path: str, written: str) -> str:
        places: list[str] = []
        for folder in above(path):
            for name in _SETTINGS:
                if (file := join(folder, name)) in self._there:
                    places += self._aimed(file, written)
        if not places or any(one.startswith(("../", "/")) for one in places):
            return ""
        return "" if any(relative.leads(path, one, self._there, self._folders) for one in places) else places[0]

    def _aimed(self, file: str, written: str) -> list[str]:
        """Where the settings of a file lead a name."""
        if file not in self._aims:
            self._aims[file] = _paths(file, self._text_of(file))
        found = [(key, aims) for key, aims in self._aims[file].items() if key[-1:] == "*" and written.startswith(key[:-1])]
        return [normpath(aim.replace("*", written[len(key) - 1 :])) for key, aims in found for aim in aims]


def _paths(file: str, text: str) -> dict[str, list[str]]:
    from pytest_agentcompliance.parsing.routes.scripts.places import loose  # start-up time

    options = loose(text).get("compilerOptions")
    options = options if isinstance(options, dict) else {}
    given, root = options.get("paths"), options.get("baseUrl")
    folder = join(file.rpartition("/")[0], root if isinstance(root, str) else "")
    pairs = [(key, aims) for key, aims in given.items() if isinstance(aims, list) and key] if isinstance(given, dict) else []
    return {key: [join(folder, one) for one in aims if isinstance(one, str)] for key, aims in pairs}
