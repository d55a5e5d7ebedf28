"""Which file of the tree an import of Python means."""

from collections.abc import Mapping

from pytest_agentcompliance.parsing.routes.python.values import Module

LIBRARIES = frozenset({"fastapi", "starlette", "flask", "quart", "apiflask", "flask_restful", "flask_restx", "flask_smorest"})


class Finder:
    """The modules of a tree, each made once."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._made: dict[str, Module] = {}
        self._folders: set[str] = {""}
        for path in files:
            folder = path.rpartition("/")[0] if path.endswith(".py") else ""
            while folder not in self._folders:
                self._folders.add(folder)
                folder = folder.rpartition("/")[0]

    def at(self, path: str) -> Module:
        """The module of a file."""
        if path not in self._made:
            base = path.removesuffix(".py").removesuffix("__init__").rstrip("/")
            self._made[path] = Module(path, base)
        return self._made[path]

    def named(self, name: str, importer: Module) -> Module | None:
        """The module that an import names, dots of a relative one in front; None for a library's."""
        dots = len(name) - len(name.lstrip("."))
        parts = [one for one in name.lstrip(".").split(".") if one]
        if dots:
            folder = importer.path.rpartition("/")[0]
            for _ in range(dots - 1):
                folder = folder.rpartition("/")[0]
            return self._base("/".join(filter(None, (folder, *parts))))
        if not parts or parts[0] in LIBRARIES:
            return None
        bases = ["/".join(filter(None, (folder, *parts))) for folder in self._roots(importer.path)]
        files = (self._file(one) for one in bases)
        return next((one for one in files if one), None) or next((one for one in map(self._base, bases) if one), None)

    def inside(self, module: Module, name: str) -> Module | None:
        """A module of a package."""
        if module.path.endswith(".py") and not module.path.endswith("__init__.py"):
            return None
        return self._base("/".join(filter(None, (module.base, name))))

    def _file(self, base: str) -> Module | None:
        for path in (f"{base}/__init__.py" if base else "__init__.py", f"{base}.py"):
            if path in self._files:
                return self.at(path)
        return None

    def _base(self, base: str) -> Module | None:
        if found := self._file(base):
            return found
        if base in self._folders and base:
            if base not in self._made:
                self._made[base] = Module(base, base)
            return self._made[base]
        return None

    def _roots(self, path: str) -> list[str]:
        """The folders that imports may count from: those around a file, first the nearest that is no package."""
        folder, around = path.rpartition("/")[0], []
        while folder:
            around.append(folder)
            folder = folder.rpartition("/")[0]
        around.append("")
        plain = [one for one in around if not self._is_package(one)]
        sources = [f"{one}/src".lstrip("/") for one in around if f"{one}/src".lstrip("/") in self._folders]
        return [*plain, *sources, *(one for one in around if self._is_package(one))]

    def _is_package(self, folder: str) -> bool:
        return (f"{folder}/__init__.py" if folder else "__init__.py") in self._files
