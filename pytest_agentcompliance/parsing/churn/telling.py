"""How churn is told: one thing once, though it is a hundred files."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

MANY = 5  # files of one folder with the same churn; more are told as one
FEW = 2  # lines of white space that are a matter of style
_KINDS = {
    "comments": "comments",
    "formatting": "formatting (line breaks, quotes, semicolons, commas)",
    "imports": "the order of imports",
    "moves": "the order of declarations",
    "keys": "the order of keys",
}


@dataclass(frozen=True, slots=True)
class Churned:
    """One file of which nothing changed but its form: the kinds of churn, which white space, its first line, how many lines."""

    path: str
    kinds: tuple[str, ...]
    space: str
    line: int
    size: int

    @property
    def what(self) -> str:
        return " and ".join(_KINDS[kind] for kind in self.kinds) or self.space or "white space"

    @property
    def style(self) -> bool:
        return not self.kinds and self.size <= FEW


@dataclass(frozen=True, slots=True)
class Moved:
    """A file that went elsewhere, or ``names`` declarations of it; ``imports`` may have changed."""

    source: str
    target: str
    names: tuple[str, ...] = ()
    imports: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What there is to be said, where, and what makes it this and nothing else."""

    text: str
    path: str
    line: int | None
    evidence: str
    style: bool = False


def churned(found: Iterable[Churned]) -> Iterator[Said]:
    """Each file by itself; many of one folder, with one kind of churn, at the first of them."""
    groups: dict[tuple[str, bool, str], list[Churned]] = defaultdict(list)
    for one in found:
        groups[one.what, one.style, "/".join(one.path.split("/")[:-1][:2])].append(one)
    for (what, style, _), members in groups.items():
        if len(members) <= MANY:
            for one in members:
                yield Said(f"nothing but {what} changed here, {_lines(one.size)}", one.path, one.line, what, style)
            continue
        folder, first = shared(one.path for one in members) or "the repository", members[0]
        where = f"in {len(members)} files of {folder} ({few([_name(one.path) for one in members])})"
        size = _lines(sum(one.size for one in members))
        yield Said(f"nothing but {what} changed {where}, {size}", first.path, first.line, f"{what} in {folder}", style)


def moved(found: Iterable[Moved], stay: Collection[str]) -> Iterator[Said]:
    """Moves from one folder to another together. What left a file that is still there (``stay``) is told at that file."""
    groups: dict[tuple[str, str, str], list[Moved]] = defaultdict(list)
    for one in found:
        groups[*roots(one.source, one.target), one.source if one.source in stay else ""].append(one)
    for (source, target, stays), members in groups.items():
        first = members[0]
        but = " but imports" * any(one.imports for one in members)
        evidence = f"moved {source} {target} {stays}"
        names = few([name for one in members for name in one.names if name]) or "declarations"
        if stays:
            to = few(sorted({one.target for one in members}))
            yield Said(f"{names} went from here to {to}, unchanged", stays, None, evidence)
        elif len(members) == 1:
            what = f"{names} went" if first.names else "this file was moved"
            yield Said(f"{what} here from {first.source}, with nothing changed{but}", first.target, None, evidence)
        else:
            files = sorted({one.source for one in members})
            old, new = (shared(one) or "the root" for one in (files, [one.target for one in members]))
            way = f"moved from {old} to {new}" if old != new else f"renamed in {old}"
            said = f"{len(files)} files were {way}, with nothing changed in them{but} ({few([_name(path) for path in files])})"
            yield Said(said, first.target, None, evidence)


def roots(old: str, new: str) -> tuple[str, str]:
    """The two folders between which a file moved: where its two paths part ways, the deepest that each has there.

    Of a/b/c/d.ts and a/e/c/d.ts these are a/b and a/e; a file that got another name in its folder stays in that.
    """
    before, after = old.split("/"), new.split("/")
    same = 0
    while same < min(len(before), len(after)) - 1 and before[same] == after[same]:
        same += 1
    return "/".join(before[:-1][: same + 1]), "/".join(after[:-1][: same + 1])


def shared(paths: Iterable[str]) -> str:
    """The deepest folder that all of the paths lie below; empty for the root."""
    parts = [path.split("/")[:-1] for path in paths]
    common = []
    for names in zip(*parts, strict=False):
        if len(set(names)) > 1:
            break
        common.append(names[0])
    return "/".join(common)


def few(names: list[str], most: int = 3) -> str:
    """Some of the names, each once, and how many more there are."""
    once = list(dict.fromkeys(names))
    return ", ".join(once[:most]) + (f" and {len(once) - most} more" if len(once) > most else "")


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _lines(count: int) -> str:
    return f"{count} line{'s' * (count != 1)}"
