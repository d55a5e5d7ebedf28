"""What of the released packages' surfaces a change removed, changed or added."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from pytest_agentcompliance.parsing.outline import Symbol, outline
from pytest_agentcompliance.parsing.surface import python, scripts, signatures
from pytest_agentcompliance.parsing.surface.offered import Files, Package, package_of, text_of, ways_in
from pytest_agentcompliance.parsing.surface.scripts import Where

Change = Literal["removed", "changed", "added"]
MOST_PACKAGES = 60
# A function that a decorator makes a command or a route of: nobody calls it by its parameters.
_REGISTERED = re.compile(
    r"[\w.]{0,100}?\b(?:command|group|callback|result_callback|route|api_route|get|post|put|patch|delete)\b(?:\(|$)"
)
_TYPED = (".ts", ".tsx", ".mts", ".cts")


@dataclass(frozen=True, slots=True)
class Difference:
    """One public name that is not what it was. The line is base's for what was removed, head's for all else."""

    package: Package
    change: Change
    name: str
    path: str
    line: int
    at_head: bool
    what: str


@dataclass(slots=True)
class Found:
    """All differences, and what could not be told."""

    differences: list[Difference] = field(default_factory=list)
    packages: list[Package] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)


def differences(touched: Iterable[str], base: Files, head: Files, *, released: bool = True) -> Found:
    """Compares the packages of the files that the change touched; ``released``: only those that others can install."""
    found = Found()
    packages: dict[str, Package] = {}
    paths = set(touched)
    for path in sorted(paths):
        package = package_of(path, base)
        if package is not None and (package.released or not released):
            packages.setdefault(package.manifest, package)
    for package in list(packages.values())[:MOST_PACKAGES]:
        found.packages.append(package)
        read = _python if package.language == "python" else _scripts
        found.differences += read(package, base, head, paths, found)
    found.differences.sort(key=lambda one: (one.package.manifest, one.path, one.line, one.name))
    found.unresolved += [one.manifest for one in list(packages.values())[MOST_PACKAGES:]]
    return found


def _placed(entry: tuple[str, Where]) -> tuple[str, str]:
    return entry[1].path, entry[0]


def _scripts(package: Package, base: Files, head: Files, touched: set[str], found: Found) -> Iterator[Difference]:
    entries, lost = ways_in(package, base)
    found.unresolved += [f"{package.manifest}: {one}" for one in lost]
    now = package_of(package.manifest, head)
    if now is None or now.manifest != package.manifest:
        return  # the package itself is gone
    before, after = scripts.Surface(base), scripts.Surface(head)
    old = before.of(entries)
    new = after.of(tuple(dict.fromkeys([*ways_in(now, head)[0], *(one for one in entries if one in head)])))
    if not (before.full and after.full):
        found.unresolved.append(package.manifest)
        return
    if after.unresolved - before.unresolved:
        found.unresolved += sorted(after.unresolved - before.unresolved)
    for name, where in sorted(old.items(), key=_placed):
        if name not in new:
            if not after.unresolved - before.unresolved:
                line, _ = _declared(where, base)
                what = f"{package.name} does not export {name} any more"
                yield Difference(package, "removed", name, where.path, line, False, what)
        elif where.path in touched or new[name].path in touched:
            yield from _changed(package, name, (where, new[name]), base, head)
    for name in sorted(new.keys() - old.keys()):
        line, _ = _declared(new[name], head)
        yield Difference(package, "added", name, new[name].path, line, True, f"{package.name} exports {name}")


def _changed(package: Package, name: str, ends: tuple[Where, Where], base: Files, head: Files) -> Iterator[Difference]:
    old, new = ends
    (_, before), (now, after) = _declared(old, base), _declared(new, head)
    if before is None or after is None:
        return
    typed = new.path.endswith(_TYPED)
    for what in _less(before, after, text_of(base, old.path), text_of(head, new.path), typed=typed):
        yield Difference(package, "changed", name, new.path, now, True, f"{name} of {package.name}: {what}")
    if before.kind == "class" == after.kind:
        theirs = {one.name: one for one in outline(new.path, text_of(head, new.path)) if one.parent == after.qualified}
        for one in outline(old.path, text_of(base, old.path)):
            if one.parent != before.qualified or not one.public or one.kind != "method":
                continue
            other = theirs.get(one.name)
            if other is None or not other.public:
                if not _inherits(after):
                    what = f"{name}.{one.name} of {package.name} was removed"
                    yield Difference(package, "removed", f"{name}.{one.name}", new.path, now, True, what)
            elif other.kind == "method":
                for less in _less(one, other, "", "", typed=typed):
                    what = f"{name}.{one.name} of {package.name}: {less}"
                    yield Difference(package, "changed", f"{name}.{one.name}", new.path, other.line, True, what)


def _inherits(one: Symbol) -> bool:
    return " extends " in one.signature


def _less(before: Symbol, after: Symbol, old: str, new: str, *, typed: bool) -> Iterator[str]:
    """What one symbol offered and the other does not."""
    if before.signature == after.signature and before.is_function:
        return
    if before.is_function and after.is_function:
        first, second = signatures.read(before.signature), signatures.read(after.signature)
        if first is not None and second is not None:
            yield from signatures.broken(first, second, typed=typed)
    elif before.kind in ("interface", "enum") and after.kind == before.kind:
        theirs = signatures.members(new[after.body : after.stop])
        yield from (
            f"its member {name} was removed" for name in signatures.members(old[before.body : before.stop])
            if name not in theirs and not _inherits(after)
        )  # fmt: skip
    elif before.kind == "type" == after.kind:
        first_value, second_value = (one.signature.partition("=")[2].rstrip(";") for one in (before, after))
        if less := signatures.narrowed(first_value, second_value):
            yield f"it is not {less} any more"
    elif {before.kind, after.kind} == {"class", "function"}:
        yield f"it was a {before.kind} and is a {after.kind}"


def _declared(where: Where, files: Files) -> tuple[int, Symbol | None]:
    """The line and the symbol of what is exported; of overloads the last, which none of the others may contradict."""
    found = [one for one in outline(where.path, text_of(files, where.path)) if one.name == where.name and not one.parent]
    if len(found) != 1:
        return (found[0].line if found else 1), None
    return found[0].line, found[0]


def _python(package: Package, base: Files, head: Files, touched: set[str], found: Found) -> Iterator[Difference]:
    before, after = python.Surface(base, package), python.Surface(head, package)
    old, new = before.names(touched), after.names(touched)
    if not (before.full and after.full):
        found.unresolved.append(package.manifest)
        return
    told: set[tuple[str, str, str]] = set()
    pairs: dict[tuple[str, str], dict[str, str]] = {}
    for name, where in sorted(old.items(), key=_placed):
        if name not in new:
            line, _ = _declared(where, base)
            if (where.path, where.name, "") not in told:
                told.add((where.path, where.name, ""))
                yield Difference(package, "removed", name, where.path, line, False, f"{name} cannot be imported any more")
        elif touched & {where.path, new[name].path} and where.name == new[name].name:
            pairs.setdefault((where.path, new[name].path), {})[where.name] = name
    for ends, names in pairs.items():
        yield from _broken(package, ends, names, base, head)
    for name in sorted(new.keys() - old.keys()):
        line, _ = _declared(new[name], head)
        yield Difference(package, "added", name, new[name].path, line, True, f"{name} can be imported")


def _broken(package: Package, ends: tuple[str, str], names: dict[str, str], base: Files, head: Files) -> Iterator[Difference]:
    path, now = ends
    new = text_of(head, now)
    symbols = outline(now, new)
    lines = {one.qualified: one.line for one in symbols}
    registered = {one.qualified for one in symbols if any(map(_REGISTERED.match, one.decorators))}
    lost: dict[str, list[str]] = {}
    for inner, what in python.broken(text_of(base, path), new):
        top, _, member = inner.partition(".")
        if top in names and inner not in registered and (member or what != python.REMOVED):
            lost.setdefault(inner, []).append(what)
    for inner, whats in lost.items():
        top, _, member = inner.partition(".")
        line = lines.get(inner) or lines.get(top) or 1
        name = f"{names[top]}.{member}" if member else names[top]
        change: Change = "removed" if python.REMOVED in whats else "changed"
        yield Difference(package, change, name, now, line, True, f"{name}: {', '.join(whats[:3])}")
