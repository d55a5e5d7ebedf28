"""What a file of code imports, and where JSX stands in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from pytest_agentcompliance.parsing import grammar, scan
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.languages import LANGUAGES, language_of
from pytest_agentcompliance.parsing.lines import Lines

_SCRIPTS = frozenset({"javascript", "typescript", "tsx"})
# For texts that no grammar may read: import and export with "from", bare imports, and calls with one string.
_ROUGH_IMPORT = re.compile(
    r"""(?:\b(import|export)\b(?:\s+(type)\b)?[^;"'`()=]{0,2000}?\bfrom\s*|\bimport\s*|\b(?:require|import|mock)\s*\(\s*)["'`]([^"'`\r\n]{1,300})["'`]"""
)
_ROUGH_PYTHON = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]{1,300})[ \t]+import\b|import[ \t]+([\w.]{1,300}))", re.MULTILINE)
_MOST_ELEMENTS = 1000  # of a text that is read roughly: the first is what matters
_ROUGH_ELEMENT = re.compile(
    r"(?:\breturn|=>|[=(?:,]|&&)\s{0,200}<(?:>|[A-Za-z][\w.]{0,100}(?:\s[^<>]{0,500})?/>|([A-Za-z][\w.]{0,100})(?:\s[^<>]{0,500})?>[^<>]{0,500}</)"
)


@dataclass(frozen=True, slots=True)
class Import:
    """One import: the module as written, its line, and whether types alone are imported."""

    module: str
    line: int
    type_only: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """An outermost JSX element: its line, and how it begins (its first line, shortened)."""

    line: int
    text: str


@lru_cache(maxsize=256)  # several rules ask about one file
def imports(text: str, path: str) -> tuple[Import, ...]:
    """What JavaScript, TypeScript, Python, Vue, Svelte and Astro files import; nothing of other files.

    Static imports, ``export from``, ``require``, ``import()`` and the mocks of jest and vitest count.
    """
    line = Lines(text)
    return tuple(
        Import(module, line(at), type_only)
        for start, part, name in _parts(text, path)
        for at, module, type_only in _imports(part, name, start)
    )


def jsx_elements(text: str, path: str) -> tuple[Element, ...]:
    """The outermost JSX elements of a JavaScript or TypeScript file. A type assertion ``<T>x`` is none."""
    line = Lines(text)
    return tuple(
        Element(line(at), text[at : at + 80].split("\n", 1)[0].strip())
        for start, part, name in _parts(text, path)
        if name in _SCRIPTS
        for at in _elements(part, name, start)
    )


def _parts(text: str, path: str) -> Iterator[tuple[int, str, str]]:
    """The stretches of code in a file: where each begins, its text, its language's name."""
    language = language_of(path, text)
    if language is None:
        return
    if language.style == "markup":
        for island in scan.islands(text, path):
            if island.language in _SCRIPTS:
                yield island.start, text[island.start : island.end], island.language
    elif language.name in _SCRIPTS or language.name == "python":
        yield 0, text, language.name


def _imports(text: str, name: str, start: int) -> Iterator[tuple[int, str, bool]]:
    said = grammar.ask("imports", LANGUAGES[name].grammar, text)
    if said is not None:
        yield from ((start + at, module, types) for at, module, types in said)
        return
    code = blanked(text, "x.py" if name == "python" else "x.ts")
    told: set[str] = set()  # a text of this size may import one module a million times
    for one in (_ROUGH_PYTHON if name == "python" else _ROUGH_IMPORT).finditer(code):
        module, type_only = (one[1] or one[2], False) if name == "python" else (one[3], bool(one[2]))
        if module not in told:
            told.add(module)
            yield start + one.start(), module, type_only


def _elements(text: str, name: str, start: int) -> Iterator[int]:
    said = grammar.ask("elements", LANGUAGES[name].grammar, text)
    if said is not None:
        yield from (start + at for (at,) in said)
    else:
        rough = _ROUGH_ELEMENT.finditer(blanked(text, "x.ts"))
        yield from (start + one.start() for one in islice(rough, _MOST_ELEMENTS))
