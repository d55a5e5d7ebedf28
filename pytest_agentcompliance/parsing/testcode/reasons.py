"""Why a test was taken out or asks for less: what the commits' messages or the report say of it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

# What is done to a test that checks less afterwards.
_DONE = re.compile(
    r"(?i)\b(?:remov|delet|drop|skip|disabl|obsolet|stale|outdated|redundant|duplicat|no longer|deprecat|replac|superse|rewr[io]t"
    r"|revert|loosen|relax|flak|brittl|weaken|updat\w* (?:\w+ ){0,4}(?:tests?|assert|expect|spec)|adjust|align|consolidat|merg"
    r"|simplif|clean|mov|migrat|rework|refactor|retir|quarantin|todo|fixme|x?fail|broken|unreliabl|timing|timeout|threshold"
    r"|tolerance)"
)
_TESTS = re.compile(
    r"(?i)\b(?:tests?|specs?|assertions?|asserts?|suites?|snapshots?|expectations?|coverage|cases|mocks?)\b"
    r"|_test\b|\btest_|\.(?:test|spec)\b"
)
# Said of tests outright, so that one telling word more is enough.
_OUTRIGHT = re.compile(r"(?i)\b(?:remov|delet|drop|skip|disabl|retir)\w*+ (?:[\w'-]+ ){0,3}(?:tests?|specs?|assertions?)\b")
# What is said to be taken out of the product, up to where the sentence goes on to something else.
_TAKEN = re.compile(
    r"(?i)\b(?:remov|drop|delet|retir|eliminat|strip|replac|revert|rip|no longer|get rid of)\w*+(?: out)?+:? "
    r"([^.;:\n]{3,160}?)"
    r"(?=[;:(\n]|\.(?:\s|$)|,? (?:from|with|in favou?r|because|since|so|to|by|that|which|when|for|as|until)\b|$)"
)
_FILLER = frozenset(
    """
    code codes dead unused legacy duplicate support feature logic stale redundant obsolete deprecated file files module modules
    function functions unnecessary needed entirely completely comment comments import imports dependency dependencies extra
    field fields option options property properties command commands type types method methods class classes longer them also
    related corresponding existing section block line lines empty hardcoded call calls usage references reference debug
    """.split()  # noqa: SIM905 - a table of words
)
MOST_TAKEN = 200
_TELLING = re.compile(r"[A-Za-z][A-Za-z0-9]{3,}")
_TOKEN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_COMMON = frozenset(
    """
    test tests spec should when with from that this does return returns given unit integration suite case cases true false none
    null index main utils helpers error errors value values data result results check checks then have into after before src
    """.split()  # noqa: SIM905 - a table of words
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n")
_WRAPPED = re.compile(r"\n[ \t]*(?=[a-z(`\"'])")  # a line that goes on with what the one before began
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence that speaks of tests, where it stands, and its words."""

    text: str
    where: str
    stems: frozenset[str]


def sentences(texts: Iterable[tuple[str, str]]) -> list[Said]:
    """The sentences about tests that are taken out or changed; each text with where it stands."""
    found: list[Said] = []
    for text, where in texts:
        lines = _SENTENCES.split(_WRAPPED.sub(" ", text[:LONGEST]))
        found += (Said(" ".join(one.split()), where, stems(one)) for one in lines if _DONE.search(one) and _TESTS.search(one))
    return found


@dataclass(frozen=True, slots=True)
class Taken:
    """One thing that a text says was taken out of the product."""

    text: str
    where: str
    words: frozenset[str]  # as code writes them, bare of their parts' case and dashes
    stems: frozenset[str]


def taken(texts: Iterable[tuple[str, str]]) -> list[Taken]:
    """What the texts say was taken out; nothing that they say of tests."""
    found: list[Taken] = []
    for text, where in texts:
        for one in _TAKEN.finditer(_WRAPPED.sub(" ", text[:LONGEST].replace("`", ""))):
            telling = stems(one[1]) - _FILLER_STEMS
            if telling and not _TESTS.search(one[1]) and len(found) < MOST_TAKEN:
                named = frozenset(bare(word) for word in _TOKEN.findall(one[1]) if len(word) > 3 and word.lower() not in _FILLER)
                found.append(Taken(" ".join(one[0].split()), where, named, telling))
    return found


def bare(name: str) -> str:
    """A name without its case and dashes, so that api_format is apiFormat."""
    return re.sub(r"[^A-Za-z0-9]", "", name).lower()


def feature(said: Iterable[Taken], told: str, named: Iterable[str], rarer: Callable[[str], bool]) -> Taken | None:
    """What was taken out, and what a test is about: it is named in the code of the test, or most of it in its name.

    ``told``: the names of the test and its suites; ``named``: what it asks about; ``rarer``: whether the code has it less often.
    """
    mine, asked = stems(told), frozenset(map(bare, named))
    for one in said:
        if any(rarer(word) for word in one.words & asked) or any(rarer(word) for word in one.words & _bares(told)):
            return one
        both = mine & one.stems
        if len(both) >= min(2, len(one.stems)) and len(both) * 2 >= len(one.stems) and any(map(rarer, both)):
            return one
    return None


def _bares(told: str) -> frozenset[str]:
    """The names in a test's name that are written as code is."""
    return frozenset(bare(word) for word in _TOKEN.findall(told) if re.search(r"[a-z][A-Z]|\w_\w", word))


def reason(said: Iterable[Said], path: str, name: str, suites: Iterable[str] = ()) -> Said | None:
    """The sentence that names a test, its file or its folder, by name or by what is telling in it or its suites."""
    folder, _, file = path.rpartition("/")
    stem = re.sub(r"(?i)^test_|_test$|[._-](?:test|spec|e2e|cy)$", "", file.rpartition(".")[0])
    mine = stems(f"{stem} {name} {' '.join(suites)}")
    for one in said:
        if "/" in folder and f"{folder}/" in one.text:
            return one
        if file in one.text or (name and name in one.text) or (len(stem) > 3 and stem in one.text):
            return one
        if mine and len(mine & one.stems) >= (1 if _OUTRIGHT.search(one.text) else min(2, len(mine))):
            return one
    return None


def stems(text: str) -> frozenset[str]:
    """The telling words of a text, without their endings."""
    parts = (part.lower() for word in _TELLING.findall(text.replace("_", " ")) for part in (word, *_PARTS.findall(word)))
    return frozenset(_stem(part) for part in parts if len(part) > 3 and part not in _COMMON)


def _stem(word: str) -> str:
    for ending in ("ions", "ion", "ing", "ers", "ies", "es", "ed", "er", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word[: -len(ending)]
    return word


_FILLER_STEMS = stems(" ".join(_FILLER))
