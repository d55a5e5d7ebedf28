"""The tests that a sentence names: files, functions, classes, nodes of pytest, the titles of cases."""

import re
from typing import NamedTuple

LONGEST = 20_000
_WORD = re.compile(r"[\w@./:\[\]()*-]{3,300}")
_FILE = re.compile(
    r"(?:^|/)(?:test_[\w.-]+|[\w.-]+[._-](?:test|tests|spec|e2e|cy)(?=\.))[\w.-]*\.[a-z]{2,4}$|(?:^|/)(?:tests?|__tests__|specs?|e2e)/[\w@./*-]+"
    r"|(?:^|/)[A-Z]\w*(?:Tests?|IT|Spec)\.(?:java|kt|cs|rb|php|swift|scala)$"
)
_CASE = re.compile(r"^(?:test_\w{2,}|test[A-Z]\w+|Test[A-Z]\w+|\w+_(?:test|spec)|\w+Tests?)$")
_QUOTED = re.compile(
    r"(?i)\b(?:tests?|specs?|it|describe|case|scenario|suite)\b[\s:(=]{1,4}[\"'`“]([^\"'`“”\n]{4,200})[\"'`”]"
    r"|[\"'`“]([^\"'`“”\n]{4,200})[\"'`”] (?:tests?|specs?|cases?|suite)\b"
)
_MARKED = re.compile(r"[\"'`“‘]([^\"'`“”‘’\n]{4,200})[\"'`”’]")
_TITLE, _MOST = 3, 20  # words of a title, and titles of one text
_SPOKEN = re.compile(r"(?i)\b(?:tests?|tested|testing|specs?|e2e|smoke|pytest|jest|vitest|coverage)\b")


class Named(NamedTuple):
    """What a text names: paths, names of functions or classes, titles in quotation marks; and whether it speaks of tests at all."""

    files: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    spoken: bool = False

    def __bool__(self) -> bool:
        return bool(self.files or self.cases or self.titles)


def read(text: str) -> Named:
    """The tests that a text names."""
    text = text[:LONGEST]
    files, cases = list[str](), list[str]()
    for word in _WORD.findall(text):
        bare = word.strip("()[]*.,:;")
        path, *nodes = bare.split("::")
        path = re.sub(r"(?::\d+(?:-\d+)?|\[.*|\(.*)$", "", path)
        if _FILE.search(path):
            files.append(path.removeprefix("./").lstrip("/"))
        elif _CASE.match(path):
            cases.append(path)
        cases += [re.sub(r"[\[(].*", "", node) for node in nodes if node]
    titles = [one or two for one, two in _QUOTED.findall(text)]
    kept = tuple(dict.fromkeys(case for case in cases if case.lower() not in ("tests", "test", "unittest", "unittests", "pytest")))
    return Named(tuple(dict.fromkeys(files)), kept, tuple(dict.fromkeys(titles)), _SPOKEN.search(text) is not None)


def words(text: str) -> str:
    """The words of the cases that a text names, which often say what they show; a file is named for the thing that it is about."""
    named = read(text)
    return re.sub(r"[\W_]+", " ", " ".join((*named.cases, *named.titles)))[:LONGEST]


def quoted(text: str) -> tuple[str, ...]:
    """What stands between quotation marks and may be the title of a test: several words."""
    found = (hit[1].split("›")[-1].split(" > ")[-1].strip() for hit in _MARKED.finditer(text[:LONGEST]))
    return tuple(dict.fromkeys(one for one in found if len(one.split()) >= _TITLE))[:_MOST]


def is_test(path: str) -> bool:
    """Whether a file is a test by its name or its folder."""
    return _FILE.search(path) is not None
