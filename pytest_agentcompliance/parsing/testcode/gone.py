"""What a change took out of the code: names and sayings that nothing of it has any more."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

_WORD = re.compile(r"(?<![A-Za-z0-9_$])[A-Za-z_$][A-Za-z0-9_]{4,80}")
_DASHED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]{1,40}(?:-[A-Za-z0-9]{1,40}){1,6}")
_KEPT = re.compile(r"[a-z][A-Z]|[A-Za-z]_[A-Za-z]|[a-z]\d|[A-Z]{2}[a-z]|.{11}")
_AFFIX = re.compile(r"(?i)^test_|_tests?$|[._-](?:tests?|spec|e2e|cy|unit|integration)$")
WINDOW = 4  # words of a saying that are looked for as one


def names(text: str) -> set[str]:
    """The words of a text that are names and not plain words: of several parts, or long."""
    return {word for word in _WORD.findall(text) if _KEPT.search(word)} | set(_DASHED.findall(text))


# Where a name is given to something: a field, a key, an option, a variable, a function, a command, a route.
_DEFINED = re.compile(
    r"\b(?:def|class|function|func|type|interface|enum) +([A-Za-z_$][\w$]{2,80})"
    r"|(?<![\w$])([A-Za-z_$][\w$]{2,80})\??(?: ?:(?![:=])| ?=(?![=>]))"
    r"|[\"'`]([A-Za-z_/.:-][\w/.:-]{2,80})[\"'`]"
    r"|^[ \t]*(?:readonly |static |async |public |private |get |set )?([A-Za-z_$][\w$]{2,80})"
    r"(?:,?$|\([^()\n]{0,200}\)[^\n;]{0,80}\{$)",
    re.MULTILINE,
)
_FUNCTION = re.compile(
    r"\b(?:def|function|func(?: \([^()\n]{0,80}\))?) +([A-Za-z_$][\w$]{2,80})"
    r"|^[ \t]*(?:export )?(?:const |async |public |private |static )*([A-Za-z_$][\w$]{2,80})"
    r"(?: = (?:async )?\(|\([^()\n]{0,200}\)[^\n;]{0,80}\{$)",
    re.MULTILINE,
)
_FIELD = re.compile(r"^[ \t]+([A-Za-z_]\w{2,80}) +[\w*.\[\]]+(?: +`[^`\n]*`)?$", re.MULTILINE)  # of a struct in Go
_NAME = re.compile(r"(?<![\w$])[A-Za-z_$][\w$]{2,80}")
_NUMBER = re.compile(r"(?<![\w.])\d[\d_]*(?:\.\d+)?")
_NAMES = re.compile(f"({_NAME.pattern})")
MOST_LINES = 20_000  # in which a name is looked for that became another
LONGEST = 300  # characters of such a line


def defined(path: str, text: str) -> Counter[str]:
    """How often a text gives each name to something."""
    found = Counter(next(filter(None, one)) for one in _DEFINED.findall(text))
    if path.endswith(".go"):
        found.update(_FIELD.findall(text))
    return found


def _value(number: str) -> float:
    return float(number.replace("_", "")[:300])


def called(was: str, now: str, renamed: Mapping[str, str]) -> str:
    """A file of tests as it was, with the names that the code has for things now, where the file has taken them up too."""
    if not any(old in was and new in now for old, new in renamed.items()):
        return was
    there = set(_NAME.findall(now))
    ours = {old: new for old in set(_NAME.findall(was)) - there if (new := renamed.get(old, "")) in there}
    return _NAME.sub(lambda one: ours.get(one[0], one[0]), was) if ours else was


def _masks(lines: Iterable[str], asked: Callable[[str], bool]) -> dict[str, set[str]]:
    """The lines with a name that is asked for, without it; each with the names that stand there."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in sorted(lines)[:MOST_LINES]:
        parts = _NAMES.split(line) if len(line) < LONGEST else []  # every second one is a name
        words = set(parts[1::2])
        for word in filter(asked, words) if len(words) > 1 else ():
            found["".join("\0" if part == word else part for part in parts)].add(word)
    return found


def _code(path: str, text: str) -> str:
    """A text without the lines that are comments: what is only told of is not there."""
    marks = ("#",) if path.endswith(".py") else ("//", "/*", "* ", "*/")
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(marks))


def _lines_of(texts: Mapping[str, str], others: Mapping[str, str]) -> dict[str, list[str]]:
    """The lines of each text that the other side's text of the same path has not, or has less often."""
    found: dict[str, list[str]] = {}
    for path, text in texts.items():
        lines = text.split("\n")
        if path in others:
            lines = list((Counter(lines) - Counter(others[path].split("\n"))).elements())
        found[path] = lines
    return found


class Gone:
    """What the changed files had and none of them has any more; both are given with their paths.

    Lines that both ends of a file have are much the most: what is asked is asked of the others wherever it stands in one line.
    """

    def __init__(self, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        self._paths = dict.fromkeys((*before, *after))
        self._old = {path: _code(path, text) for path, text in before.items()}
        self._new = {path: _code(path, text) for path, text in after.items()}
        self._before, self._after = list(self._old.values()), list(self._new.values())
        self._removed, self._added = _lines_of(self._old, self._new), _lines_of(self._new, self._old)
        self._went = "\n".join(line for lines in self._removed.values() for line in lines)
        there = (find(text) for text in self._after for find in (_WORD.findall, _DASHED.findall))
        self.names = names(self._went).difference(*there)

    @cached_property
    def _counts(self) -> dict[str, tuple[Counter[str], Counter[str]]]:
        """What the changed lines of each file give a name to."""
        sides = self._removed, self._added
        return {
            path: (defined(path, "\n".join(sides[0].get(path, ()))), defined(path, "\n".join(sides[1].get(path, ()))))
            for path in self._paths
        }

    @cached_property
    def functions(self) -> frozenset[str]:
        """The functions and methods that some file had."""
        return frozenset(name for text in self._before for one in _FUNCTION.findall(text) if (name := next(filter(None, one))))

    @cached_property
    def fewer(self) -> frozenset[str]:
        """The names that are given less often than before, over all files."""
        was, now = Counter[str](), Counter[str]()
        for before, after in self._counts.values():
            was.update(before)
            now.update(after)
        return frozenset(name for name, count in was.items() if count > now[name])

    def undefined(self, words: Iterable[str], related: Callable[[str], bool]) -> set[str]:
        """The words that a related file gave to something, and gives to nothing now; nor does another file instead."""
        found = {word for word in words if word in self.fewer}
        mine = [(path, was) for path, (was, _) in self._counts.items() if related(path)] if found else []
        return {word for word in found if any(was[word] and not self._defines(path, word) for path, was in mine)}

    def _defines(self, path: str, word: str) -> bool:
        text = self._new.get(path, "")
        if word not in text:
            return False
        if path not in self._defined:
            self._defined[path] = defined(path, text)
        return self._defined[path][word] > 0

    @cached_property
    def _defined(self) -> dict[str, Counter[str]]:
        """All that those files give a name to now that were asked about."""
        return {}

    @cached_property
    def _bare(self) -> list[str]:
        sides = self._removed.values(), self._added.values()
        return [re.sub(r"[_-]", "", "\n".join(line for lines in side for line in lines)).lower() for side in sides]

    def rarer(self, piece: str) -> bool:
        """Whether the code has a piece of a word less often than before, whatever its case and dashes."""
        return self._bare[0].count(piece) > self._bare[1].count(piece)

    @cached_property
    def renamed(self) -> dict[str, str]:
        """The names that went and only became others: a line is the same but for the name, and for no other name."""
        sides = self._removed.values(), self._added.values()
        went, came = ({line.strip() for lines in side for line in lines} for side in sides)
        old, new = ({line for text in texts for line in map(str.strip, text.split("\n"))} for texts in (self._before, self._after))
        was, now = (Counter(name for lines in side for line in lines for name in _NAME.findall(line)) for side in sides)
        left = set[str]().union(*map(_NAME.findall, self._after))
        gone = _masks(went - new, lambda word: word not in left)
        made = _masks(came - old, lambda word: now[word] > was[word]) if gone else {}
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for mask, were in gone.items():
            if len(were) == 1 and len(are := made.get(mask, ())) == 1:
                found[next(iter(were))].update(are)
        return {was: now.most_common(1)[0][0] for was, now in found.items()}

    @cached_property
    def _numbers(self) -> set[tuple[str, str]]:
        """The numbers that became others in a line that is the same but for them."""
        sides: list[dict[str, set[str]]] = []
        for texts in (self._before, self._after):
            lines = {line.strip() for text in texts for line in text.split("\n") if len(line) < LONGEST}
            masked: dict[str, set[str]] = defaultdict(set)
            for line in lines:
                if len(numbers := _NUMBER.findall(line)) == 1:
                    masked[_NUMBER.sub("\0", line)].add(numbers[0])
            sides.append(masked)
        return {(old, new) for mask, were in sides[0].items() for old in were for new in sides[1].get(mask, ()) if old != new}

    def renumbered(self, before: str, after: str) -> str:
        """The number of an assertion that the code gave up for the one that the assertion has now; empty where it did not."""
        was, now = ({_value(one) for one in _NUMBER.findall(text)} for text in (before, after))
        pairs = [(old, new) for old, new in self._numbers if _value(old) in was - now and _value(new) in now - was]
        return " became ".join(min(pairs)) if pairs else ""

    def sayings(self, words: Iterable[str]) -> set[str]:
        """Those of the texts of strings that were taken out, whole or four words of them."""
        return {word for word in words if " " in word and any(self._taken(piece) for piece in _pieces(word))}

    def _taken(self, piece: str) -> bool:
        return piece in self._went and not any(piece in text for text in self._after)


def _pieces(saying: str) -> list[str]:
    parts = saying.split(" ")
    windows = [" ".join(parts[at : at + WINDOW]) for at in range(max(0, min(len(parts) - WINDOW + 1, 12)))]
    return [saying, *(window for window in windows if len(window) > 14)]


def stem(path: str) -> str:
    """A file's name without its ending and without what makes it a test."""
    name = path.rpartition("/")[2]
    name = name.rpartition(".")[0] or name
    while (bare := _AFFIX.sub("", name)) != name:
        name = bare
    return name.lower().replace("-", "_")
