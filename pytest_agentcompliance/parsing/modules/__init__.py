"""What kind of thing a module or package is: a web framework, an ORM, a cloud's SDK. From the table beside this file."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 300  # characters of a module's name
# What some runtimes and bundlers write around a package's name: npm:express@4, https://esm.sh/express@4/lib, express?raw
_FROM = re.compile(r"(?:npm:/?|jsr:/?|https?://(?:esm\.sh|esm\.run|cdn\.skypack\.dev|unpkg\.com|cdn\.jsdelivr\.net/npm)/)")
_VERSION = re.compile(r"(?<=[^/])@[^/]*")
_NPM = re.compile(r"(?:@[^/\s]{1,214}/)?[^/\s@.:][^/\s:]{0,213}")


@dataclass(frozen=True, slots=True)
class _Kinds:
    """The table of one ecosystem: whole names, beginnings and ends of names. Two thousand regular expressions would cost 30 ms."""

    exact: dict[str, str]
    begins: dict[str, str]
    ends: dict[str, str]

    def of(self, name: str) -> str:
        if name in self.exact:
            return self.exact[name]
        found = next((kind for end in range(len(name), 0, -1) if (kind := self.begins.get(name[:end]))), "")
        return found or next((kind for at in range(len(name)) if (kind := self.ends.get(name[at:]))), "")


@lru_cache(maxsize=4096)
def kind_of(module: str, ecosystem: str) -> str:
    """The kind of a module as imported, or of a package as installed; empty where the table does not have it.

    ``ecosystem`` is "node", "python" or "go". A relative path is of no kind.
    """
    if not module or len(module) > LONGEST:
        return ""
    table = _tables().get(ecosystem)
    if table is None:
        return ""
    return next((kind for name in _names(module, ecosystem, table.exact) if (kind := table.of(name))), "")


def kinds() -> frozenset[str]:
    """All kinds that the table has."""
    parts = (part for table in _tables().values() for part in (table.exact, table.begins, table.ends))
    return frozenset(kind for part in parts for kind in part.values())


def package_of(module: str, ecosystem: str) -> str:
    """The package of an imported module: ``@a/b`` of ``@a/b/c``, ``a`` of ``a.b`` in Python; empty for a relative path."""
    if ecosystem == "node":
        module = _bare(module)
        if module.startswith(("node:", "bun:")):
            return module.partition("/")[0]
        found = _NPM.match(module)
        return found[0] if found else ""
    if ecosystem == "python":
        return "" if module.startswith(".") else module.partition(".")[0]
    return "" if module.startswith(".") else "/".join(module.split("/")[:3])


def _names(module: str, ecosystem: str, known: Container[str]) -> Iterator[str]:
    """What a module is looked up by, the most particular first."""
    if module.startswith((".", "/")):
        return
    if ecosystem == "node":
        module = _bare(module)
        yield from _node_names(module, known)
    elif ecosystem == "python":
        parts = module.split(".")[:20]
        yield from (_python(".".join(parts[:end])) for end in range(len(parts), 0, -1))
    else:
        parts = module.split("/")[:20]
        yield from ("/".join(parts[:end]) for end in range(len(parts), 0, -1))


def _bare(module: str) -> str:
    """A module's name without where it is fetched from, and without what a bundler is asked to do with it."""
    if found := _FROM.match(module[:60]):
        module = _VERSION.sub("", module[found.end() :], count=1)
    return module.partition("?")[0]


def _node_names(module: str, known: Container[str]) -> Iterator[str]:
    bare = module.removeprefix("node:")
    if bare != module or f"node:{bare.partition('/')[0]}" in known:  # a package's name cannot be that of Node's own module
        yield f"node:{bare}"
        yield f"node:{bare.partition('/')[0]}"
        return
    parts = module.split("/")[:20]
    least = 2 if module.startswith("@") else 1
    yield from ("/".join(parts[:end]) for end in range(len(parts), least - 1, -1))


def _python(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@lru_cache(maxsize=1)
def _tables() -> dict[str, _Kinds]:
    from importlib.resources import files

    import yaml

    text = files(__package__).joinpath("table.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: dict[str, dict[str, str]] = yaml.load(text, Loader=loader)  # noqa: S506 - our own file, by the safe loader
    return {ecosystem: _kinds(table, ecosystem) for ecosystem, table in data.items()}


def _kinds(table: dict[str, str], ecosystem: str) -> _Kinds:
    found = _Kinds({}, {}, {})
    for kind, names in table.items():
        for written in names.split():
            name = _python(written) if ecosystem == "python" else written
            if name.endswith("*"):
                found.begins.setdefault(name[:-1], kind)
            elif name.startswith("*"):
                found.ends.setdefault(name[1:], kind)
            else:
                found.exact.setdefault(name, kind)
    return found
