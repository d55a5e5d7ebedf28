"""Whether what documents name covers a path of the tree, and which name comes nearest to one that nothing covers."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.planned import Named
from pytest_agentcompliance.parsing.wildcards import modest

DEEPEST = 40  # folders of a path that are looked at
MOST_GLOBS = 300
MOST_ALIKE = 30  # folders of one name, of which one may be meant
COMMON = 10  # files of one name: a name that more have means nothing without its folder

_NUMBERED = re.compile(r"^\d{2,14}(?=[_-])")
_SPECIAL = re.compile(r"([\[\]!#?\\ ])")
_GENERIC = frozenset(("src", "lib", "app", "apps", "packages", "test", "tests", "__tests__", "dist", "index"))


class Entry(NamedTuple):
    """One name, and the path of the document that gives it."""

    named: Named
    document: str

    @property
    def where(self) -> str:
        return f"{self.document}:{self.named.line}"


class Cover:
    """Names, ready to be asked about paths. ``there`` are the paths of the tree, ``folder_of`` finds a package's folder."""

    def __init__(self, entries: Iterable[Entry], there: Collection[str], folder_of: Callable[[str], str | None]) -> None:
        self.entries = tuple(entries)
        self._there = there
        self._files: dict[str, Entry] = {}  # paths from the root
        self._ends: dict[str, Entry] = {}  # paths and names that a path may end in
        self._numbered: dict[str, Entry] = {}
        self._stems: dict[str, Entry] = {}  # names of files and of their folders, without an ending
        self._folders: dict[str, Entry] = {}
        self._inner: dict[str, Entry] = {}  # folders that may lie anywhere
        self._globs: list[tuple[str, Entry]] = []
        self._absolute: list[tuple[str, Entry]] = []
        for entry in self.entries:
            self._add(entry, folder_of)

    @cached_property
    def meant(self) -> tuple[Entry, ...]:
        """The names that a file can be covered by: no folder that nothing is in, no package that is not there, no word."""
        known = {id(entry) for found in (self._files, self._ends, self._numbered) for entry in found.values()}
        known |= {id(entry) for _, entry in (*self._globs, *self._absolute)}
        known |= {id(entry) for text, entry in self._folders.items() if entry.named.kind == "package" or self.is_folder(text)}
        known |= {id(entry) for text, entry in self._inner.items() if self._lies_somewhere(text)}
        return tuple(entry for entry in self.entries if id(entry) in known)

    def __bool__(self) -> bool:
        """Whether anything is named that a file could be covered by."""
        return bool(self.meant)

    def _add(self, entry: Entry, folder_of: Callable[[str], str | None]) -> None:
        text = entry.named.text.removeprefix("/") if entry.named.text.count("/") == 1 else entry.named.text
        while text.startswith("../"):
            text = text[3:]
        if entry.named.kind == "package":
            scope, name, *inner = text.split("/", 2)
            folder = folder_of(f"{scope}/{name}")
            if folder:
                self._folders.setdefault("/".join([folder, *inner]).rstrip("/"), entry)
        elif entry.named.kind == "glob":
            if len(self._globs) < MOST_GLOBS and (glob := self._glob(text)):
                self._globs.append((glob, entry))
        elif entry.named.kind == "folder":
            self._folder(text.strip("/"), entry)
        elif text.startswith(("/", "~")):
            self._absolute.append((text, entry))
        elif "/" not in text and "." not in text and text not in self._there:
            self._stems.setdefault(text, entry)
        elif text in self._there and "/" in text:
            self._files.setdefault(text, entry)
        else:
            self._ends.setdefault(text, entry)
            head, _, last = text.rpartition("/")
            if _NUMBERED.match(last):
                self._numbered.setdefault(f"{head}/{_NUMBERED.sub('', last)}".lstrip("/"), entry)

    def _folder(self, text: str, entry: Entry) -> None:
        if self.is_folder(text):
            self._folders.setdefault(text, entry)
        elif "/" not in text:
            self._folders.setdefault(self._lone(text, entry.document.rpartition("/")[0]) or text, entry)
        else:
            self._inner.setdefault(text, entry)

    def _lies_somewhere(self, text: str) -> bool:
        """Whether some folder of the tree ends in this one."""
        return any(f"/{folder}".endswith(f"/{text}") for folder in self._by_last.get(text.rpartition("/")[2], ()))

    def _lone(self, name: str, home: str) -> str:
        """The one folder of this name in the tree, or in the folder that the document lies in; empty where there are several."""
        if name in _GENERIC:
            return ""
        everywhere = self._by_last.get(name, [])
        if len(everywhere) > MOST_ALIKE:
            return ""
        for found in (everywhere, [one for one in everywhere if home and one.startswith(f"{home}/")]):
            outer = [one for one in found if not any(one.startswith(f"{other}/") for other in found)]
            if len(outer) == 1:
                return outer[0]
        return ""

    @cached_property
    def _by_last(self) -> dict[str, list[str]]:
        """All folders of the tree by their last names."""
        seen: set[str] = set()
        found: dict[str, list[str]] = {}
        for path in self._sorted:
            for folder in _above(path):
                if folder in seen:
                    break
                seen.add(folder)
                found.setdefault(folder.rpartition("/")[2], []).append(folder)
        return found

    def _glob(self, text: str) -> str:
        """A glob as .gitignore has it, from the root where its beginning lies there; empty where it means next to everything."""
        parts = text.strip("/").split("/")
        fixed = next((at for at, part in enumerate(parts) if "*" in part), len(parts))
        literal = [part for part in parts[:-1] if "*" not in part]
        last = parts[-1].replace("*", "").rpartition(".")[0] if "*" in parts[-1] else parts[-1]
        anchored = fixed > 0 and self.is_folder("/".join(parts[:fixed]))
        if not anchored and _GENERIC.issuperset(literal) and not re.search(r"\w", last if last not in _GENERIC else ""):
            return ""
        glob = _SPECIAL.sub(r"\\\1", "/".join(parts))
        try:
            modest(glob)
        except ValueError:
            return ""
        free = len(literal) > 1 or (literal and not _GENERIC.issuperset(literal)) or fixed == 0
        return f"/{glob}" if anchored or not free else f"**/{glob.removeprefix('**/')}"

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The files that are named one by one, as written and as the tree has them."""
        named = [entry.named.text for entry in self.entries if entry.named.kind in ("path", "name") and "." in entry.named.text]
        lasts = {text.rpartition("/")[2] for text in named} - self._often
        there = (path for path in self._there if path.rpartition("/")[2] in lasts and self.of(path))
        return (*(text for text in named if "/" in text), *sorted(there))

    def is_folder(self, text: str) -> bool:
        """Whether a folder of the tree has this path."""
        at = bisect_left(self._sorted, f"{text}/")
        return at < len(self._sorted) and self._sorted[at].startswith(f"{text}/")

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._there)

    def of(self, path: str) -> Entry | None:
        """The most particular name that covers a path."""
        if found := self._files.get(path):
            return found
        ends = list(_ends(path))
        found = next((self._ends[end] for end in ends if end in self._ends), None)
        if found and ("/" in found.named.text or self._is_meant(path)):
            return found
        if self._numbered and _NUMBERED.match(path.rpartition("/")[2]):
            for end in ends:
                head, _, last = end.rpartition("/")
                if found := self._numbered.get(f"{head}/{_NUMBERED.sub('', last)}".lstrip("/")):
                    return found
        if found := next((entry for text, entry in self._absolute if text.endswith(f"/{path}")), None):
            return found
        if found := self._wide(path):
            return found
        folder, _, name = path.rpartition("/")
        return self._stems.get(name.partition(".")[0]) or self._stems.get(folder.rpartition("/")[2])

    def _is_meant(self, path: str) -> bool:
        """Whether a name without a folder means this file: no other has it, or it lies where something else is planned."""
        folder, _, name = path.rpartition("/")
        if not folder or name not in self._often:
            return True
        return self._is_near(path)

    def _is_near(self, path: str) -> bool:
        """Whether something else is planned in the folder of a file, below it or not far above it; or nothing else is at all."""
        folder = path.rpartition("/")[0]
        return not self._homes or folder in self._homes or any(one in self._homes for one in _above(folder) if one.count("/") > 1)

    @cached_property
    def _often(self) -> frozenset[str]:
        """The names that so many files of the tree have that they mean none of them."""
        counted = Counter(path.rpartition("/")[2] for path in self._there)
        return frozenset(name for name, count in counted.items() if count > COMMON)

    @cached_property
    def _homes(self) -> frozenset[str]:
        """The folders of all planned files and those above them, and the planned folders."""
        paths = [*self._files, *(end for end in self._ends if end.count("/") > 1), *(f"{folder}/x" for folder in self._folders)]
        globs = (glob.removeprefix("/").partition("*")[0] for glob, _ in self._globs)
        return frozenset(above for path in [*paths, *globs] for above in _above(path))

    def _wide(self, path: str) -> Entry | None:
        """The longest folder or glob that covers a path."""
        stem = path[: -len(path.rpartition("/")[2])] + path.rpartition("/")[2].partition(".")[0]
        found = [self._folders[folder] for folder in (path, stem, *_above(path)) if folder in self._folders]
        if self._inner:
            inner = {end for folder in (stem, *_above(path)) for end in _ends(folder) if end in self._inner}
            found += [self._inner[end] for end in sorted(inner) if not _GENERIC.issuperset(end.split("/")) or self._is_near(path)]
        if self._globs and matches(path, tuple(glob for glob, _ in self._globs)):
            found += [entry for glob, entry in self._globs if matches(path, (glob,))]
        return max(found, key=lambda entry: len(entry.named.text.rstrip("*/")), default=None)

    def nearest(self, path: str) -> Entry | None:
        """The name that has most folders in common with a path, or its file's name; None where none is near."""
        last = path.rpartition("/")[2]
        if found := self._by_name.get(last):
            return found
        at = bisect_left(self._whole, path, key=lambda one: one[0])
        around = self._whole[max(0, at - 1) : at + 1]
        common, found = max(((_common(path, text), entry) for text, entry in around), key=lambda one: one[0], default=(0, None))
        return found if common > 1 else None

    @cached_property
    def _by_name(self) -> dict[str, Entry]:
        return {entry.named.text.rpartition("/")[2]: entry for entry in reversed(self.entries) if entry.named.kind == "path"}

    @cached_property
    def _whole(self) -> list[tuple[str, Entry]]:
        return sorted(((entry.named.text, entry) for entry in self.meant if "/" in entry.named.text), key=lambda one: one[0])


def _ends(path: str) -> Iterator[str]:
    """A path and all its ends that begin at a folder."""
    yield path
    at = 0
    for _ in range(DEEPEST):
        at = path.find("/", at) + 1
        if not at:
            return
        yield path[at:]


def _above(path: str) -> Iterator[str]:
    for _ in range(DEEPEST):
        path = path.rpartition("/")[0]
        if not path:
            return
        yield path


def _common(one: str, other: str) -> int:
    """How many folders two paths begin with in common."""
    count = 0
    for a, b in zip(one.split("/")[:-1], other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
