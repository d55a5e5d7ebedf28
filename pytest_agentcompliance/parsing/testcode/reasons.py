"""Why a test was taken out or asks for less: what the commits' messages or the report say of it."""

import re
from collections.abc import Iterable
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
_TELLING = re.compile(r"[A-Za-z][A-Za-z0-9]{3,}")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_COMMON = frozenset(
    """
    test tests spec should when with from that this does return returns given unit integration suite case cases true false none
    null index main utils helpers error errors value values data result results check checks then have into after before src
    """.split()  # noqa: SIM905 - a table of words
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n")
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
        lines = _SENTENCES.split(text[:LONGEST])
        found += (Said(" ".join(one.split()), where, stems(one)) for one in lines if _DONE.search(one) and _TESTS.search(one))
    return found


def reason(said: Iterable[Said], path: str, name: str) -> Said | None:
    """The sentence that names a test or its file, by name or by what is telling in it."""
    file = path.rpartition("/")[2]
    stem = re.sub(r"(?i)^test_|_test$|[._-](?:test|spec|e2e|cy)$", "", file.rpartition(".")[0])
    mine = stems(f"{stem} {name}")
    for one in said:
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
    for ending in ("ing", "ers", "ies", "es", "ed", "er", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word[: -len(ending)]
    return word
