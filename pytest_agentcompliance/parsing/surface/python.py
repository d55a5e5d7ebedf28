"""The names that a package of Python declares to be public, and what of them a new text breaks (griffe). Nothing is imported."""

import posixpath
import re
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.surface.offered import Files, Package, text_of
from pytest_agentcompliance.parsing.surface.scripts import Where

MOST = 400  # modules that say what is public
LONGEST = 500_000  # characters of a module
_ALL = re.compile(r"^__all__[ \t]*(?::[^=\n]{1,80})?\+?=[ \t]*[\[(]([^\])]{0,50000})[\])]", re.MULTILINE)
_QUOTED = re.compile(r"[\"']([A-Za-z_]\w*)[\"']")
_FROM = re.compile(
    r"^from[ \t]+(\.{0,20}[\w.]{0,200})[ \t]+import[ \t]+(?:\(([^()]{0,20000})\)|([^\n(]{1,2000}))", re.MULTILINE
)
_PATH = Path("m.py")
_DECLARED = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]{1,200})?=(?!=)", re.MULTILINE)
REMOVED = "it was removed"


class Surface:
    """What the packages below a folder declare: what their ``__init__`` passes on, and what an ``__all__`` lists."""

    def __init__(self, files: Files, package: Package) -> None:
        self._files = files
        self.full = True
        roots = [posixpath.join(package.folder, "src"), package.folder.rstrip("/")]
        self._root = next((one for one in roots if any(self._packages(one))), roots[1])

    def _packages(self, root: str) -> Iterator[str]:
        begin = f"{root}/" if root else ""
        for path in self._files:
            if path.startswith(begin) and path.endswith("/__init__.py") and path.count("/") == begin.count("/") + 1:
                yield path

    def names(self, touched: Collection[str]) -> dict[str, Where]:
        """Every public name, as it is imported (``shop.cart.total``), with where it is declared; of ``__all__`` the touched."""
        begin = f"{self._root}/" if self._root else ""
        found: dict[str, Where] = {}
        count = 0
        for path in sorted(self._files):
            if not path.startswith(begin) or not path.endswith(".py") or not _open(path[len(begin) :]):
                continue
            if not path.endswith("/__init__.py") and not (path in touched and self._lists(path)):
                continue
            count += 1
            if count > MOST:
                self.full = False
                break
            module = path[len(begin) :].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            found |= {f"{module}.{name}": where for name, where in self._declared(path).items()}
        return found

    def _lists(self, path: str) -> bool:
        text = text_of(self._files, path)
        return "__all__" in text and self._inside(path)

    def _inside(self, path: str) -> bool:
        """Whether a module lies in a package."""
        return posixpath.join(posixpath.dirname(path), "__init__.py") in self._files

    def _declared(self, path: str) -> dict[str, Where]:
        text = text_of(self._files, path)
        if not self._inside(path) or len(text) > LONGEST:
            return {}
        code = blanked(text, path)
        listed = [name for part in _ALL.findall(code) for name in _QUOTED.findall(part)]
        passed: dict[str, Where] = {}
        for source, several, one in _FROM.findall(code):
            target = self._target(path, source)
            if not target:
                continue
            for entry in (several or one).split(","):
                words = entry.split()
                if words and words[0].isidentifier():
                    passed[words[-1]] = Where(target, words[0])
        own = {name: Where(path, name) for pair in _DECLARED.findall(code) if (name := pair[0] or pair[1])}
        known = own | passed
        if listed:
            return {name: known.get(name, Where(path, name)) for name in listed}
        shown = known if path.endswith("/__init__.py") else {}
        return {name: where for name, where in shown.items() if not name.startswith("_")}

    def _target(self, path: str, source: str) -> str:
        """The module of the package that is imported from; empty for another package's."""
        dots = len(source) - len(source.lstrip("."))
        parts = [one for one in source.lstrip(".").split(".") if one]
        if dots:
            folder = posixpath.dirname(path)
            for _ in range(dots - 1):
                folder = posixpath.dirname(folder)
        else:
            folder = self._root
        bare = posixpath.join(folder, *parts)
        return next((one for one in (f"{bare}.py", f"{bare}/__init__.py") if one in self._files), "")


def _open(path: str) -> bool:
    """Whether no part of a module's path is private, or a test's."""
    parts = [one for one in PurePosixPath(path).with_suffix("").parts if one != "__init__"]
    return not any(one.startswith("_") or one in ("tests", "test", "migrations", "scripts") for one in parts)


def broken(before: str, after: str) -> Iterator[tuple[str, str]]:
    """What a module's new text breaks: a name, and what. Nothing where one of the two is no Python."""
    if max(len(before), len(after)) > LONGEST:
        return
    import griffe  # start-up time: when a public name of Python may have changed

    kinds = griffe.BreakageKind
    wanted = {
        kinds.PARAMETER_MOVED: "its parameter {} was moved", kinds.PARAMETER_REMOVED: "its parameter {} was removed",
        kinds.PARAMETER_CHANGED_REQUIRED: "its parameter {} must be given now",
        kinds.PARAMETER_ADDED_REQUIRED: "its parameter {} is new and must be given",
        kinds.PARAMETER_CHANGED_KIND: "its parameter {} is given in another way now",
        kinds.OBJECT_CHANGED_KIND: "it is another kind of thing now", kinds.OBJECT_REMOVED: REMOVED,
        kinds.CLASS_REMOVED_BASE: "it lost a base class",
    }  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            old, new = (griffe.visit("m", filepath=_PATH, code=text.replace("\0", "")) for text in (before, after))
            found = [one for one in griffe.find_breaking_changes(old, new) if one.kind in wanted]
    except Exception:  # hostile or broken text: what griffe raises for it, nobody tells
        return
    for one in found:
        values = [getattr(value, "name", "") for value in (one.old_value, one.new_value)]
        yield one.obj.path.removeprefix("m."), wanted[one.kind].format(next(filter(None, values), ""))



