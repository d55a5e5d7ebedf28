"""Declarations that left one file for another and stayed what they were."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pytest_agentcompliance.parsing.churn.forms import Form, apart
from pytest_agentcompliance.parsing.churn.shapes import shape_of
from pytest_agentcompliance.parsing.churn.tokens import read

SAME_NAME = 10  # files of one name that a new one is compared with
MOST_TAKERS = 10  # files that the same declaration may have gone to
FEWEST = 2  # lines that two files share, when a declaration went from one to the other
MOSTLY = 0.6
SMALLEST = 12  # words and signs of a declaration that says something
_ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".py", ".go")


@dataclass(frozen=True, slots=True)
class Move:
    """One file that gave declarations, the file that took them, and what they begin with."""

    source: str
    target: str
    names: tuple[str, ...]


@dataclass(slots=True)
class _Balance:
    lost: Counter[Form] = field(default_factory=Counter)
    gained: Counter[Form] = field(default_factory=Counter)


def likely(lost: Mapping[str, Iterable[str]], came: Mapping[str, Iterable[str]]) -> set[str]:
    """The files worth reading: most of the lines that one lost came to others, or most that it got left others.

    Cheap, before anything is parsed. ``lost`` and ``came`` give the lines of each file; those of imports say nothing.
    """
    sides = [{path: {line for one in lines if _says(line := one.strip())} for path, lines in side.items()} for side in (lost, came)]
    found: set[str] = set()
    for mine, theirs in (sides, sides[::-1]):
        there = Counter(line for lines in theirs.values() for line in lines)
        for path, lines in mine.items():
            own = theirs.get(path, set())
            shared = sum(1 for line in lines if there[line] > (line in own))
            if shared >= FEWEST and shared >= MOSTLY * len(lines):
                found.add(path)
    return found


def _says(line: str) -> bool:
    return len(line) > 8 and not line.startswith(("import ", "from ", "export {", "export *", "} from"))


def readable(path: str) -> bool:
    """Whether declarations of such a file are read."""
    return path.lower().endswith(_ENDINGS)


def relocated(before: str, after: str, old: str, new: str) -> bool:
    """Whether a file is another one with other imports, as a file is that was moved and then found its neighbours again."""
    sides = [_apart(before, old), _apart(after, new)]
    return sides[0] is not None and sides[0] == sides[1] and sum(map(len, sides[0][1])) + len(sides[0][0]) >= SMALLEST


def relocations(files: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The files that went elsewhere and changed nothing but their imports: the path that is gone, and the one that came."""
    gone: dict[str, list[str]] = {}
    for path, (before, after) in files.items():
        if before and not after:
            gone.setdefault(path.rpartition("/")[2], []).append(path)
    for path, (before, after) in files.items():
        for old in gone.get(path.rpartition("/")[2], ())[:SAME_NAME] if after and not before else ():
            if relocated(files[old][0], after, old, path):
                gone[path.rpartition("/")[2]].remove(old)
                yield old, path
                break


def moved(files: Mapping[str, tuple[str, str]]) -> Iterator[Move]:
    """The declarations that went from file to file, of files in which nothing but them and the imports changed.

    ``files`` gives for each path the text before and after; a file that is not there is an empty text.
    """
    books: dict[str, _Balance] = {}
    for path, (before, after) in files.items():
        old, new = _apart(before, path), _apart(after, path)
        if old is not None and new is not None and (old[0] == new[0] or not (before and after)) and old[1] != new[1]:
            if not (before and after) and (old[0] or new[0]):
                continue
            books[path] = _Balance(old[1] - new[1], new[1] - old[1])
    _settle(books)
    takers: dict[Form, list[str]] = {}
    for path, one in books.items():
        for form in one.gained:
            takers.setdefault(form, []).append(path)
    for path, one in books.items():
        best = Counter(target for form in one.lost for target in takers[form][:MOST_TAKERS])
        by_target: dict[str, list[str]] = {}
        for form in one.lost:
            target = max(takers[form][:MOST_TAKERS], key=lambda taker: best[taker])
            if len(form) >= SMALLEST and target != path:
                by_target.setdefault(target, []).append(_called(form))
        yield from (Move(path, target, tuple(names)) for target, names in by_target.items())


def _settle(books: dict[str, _Balance]) -> None:
    """Leave those files whose every declaration that left or came is found in another."""
    while True:
        lost, gained = _sum(one.lost for one in books.values()), _sum(one.gained for one in books.values())
        odd = {form for form in {**lost, **gained} if lost[form] != gained[form]}
        wrong = [path for path, one in books.items() if odd & {*one.lost, *one.gained}]
        if not wrong:
            return
        for path in wrong:
            del books[path]


def _sum(counters: Iterable[Counter[Form]]) -> Counter[Form]:
    total: Counter[Form] = Counter()
    for one in counters:
        total.update(one)
    return total


def _apart(text: str, path: str) -> tuple[Form, Counter[Form]] | None:
    if not text:
        return (), Counter()
    shape = shape_of(path, text)
    tokens = read(text, path, shape) if shape.grammar else None
    return None if tokens is None else apart(tokens, shape)


def _called(form: Form) -> str:
    """The declaration's name: the first word that is none of the language's own."""
    own = ("async", "abstract", "function", "class", "const", "let", "interface", "type", "enum", "def", "func", "declare")
    return next((str(word) for word in form if str(word).isidentifier() and word not in own), "")
