"""Where code gives up its types: ``any`` in TypeScript, ``Any`` in Python, and a compiler that is told to allow it silently."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pytest_agentcompliance.parsing.any_types import python, typescript
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.lines import Lines

MOST = 5000  # of one file
LONGEST = 1_000_000  # characters of a file that is read
_AROUND = 160  # characters before the word that may say what it stands for


@dataclass(frozen=True, slots=True)
class Untyped:
    """One type that is given up: its line, and the code up to it on that line, without layout.

    ``whole``: it is those of a whole file, which the compiler is told not to check.
    """

    line: int
    text: str
    whole: bool = False


@lru_cache(maxsize=128)
def untyped(path: str, text: str) -> tuple[Untyped, ...]:
    """The types that a file of TypeScript or Python gives up by name; none of another file. Never fails.

    Vue, Svelte and Astro are read where their scripts say that they are TypeScript. Not among them is what a type parameter must
    fit (``T extends any[]``), the right side of ``extends`` in a conditional type, ``keyof any``, the arguments of a constructor's
    type, what is declared of a module without types (``declare module "x"``), and ``*args: Any`` and ``**kwargs: Any``.
    """
    if len(text) > LONGEST:
        return ()
    line = Lines(text)
    found: list[Untyped] = []
    for start, part, name in _parts(path, text):
        if name != "python" and (at := typescript.unchecked(part)) is not None:
            found.append(Untyped(line(start + at), f"@ts-nocheck in {path.rpartition('/')[2]}", whole=True))
        found += (Untyped(line(start + at), _shown(part, at)) for at in _places(part, name))
    return tuple(found[:MOST])


def _parts(path: str, text: str) -> list[tuple[int, str, str]]:
    language = language_of(path, text)
    if language is None:
        return []
    if language.style == "markup":
        from pytest_agentcompliance.parsing.scan import islands

        found = [one for one in islands(text, path) if one.language in ("typescript", "tsx")]
        return [(one.start, text[one.start : one.end], one.language) for one in found]
    return [(0, text, language.grammar)] if language.grammar in ("typescript", "tsx", "python") else []


def _places(text: str, name: str) -> list[int]:
    return python.places(text) if name == "python" else typescript.places(text, name)


def _shown(text: str, at: int) -> str:
    """What is untyped: the code before the word, back to where its parameter, property, statement or line begins."""
    first = max(0, at - _AROUND)
    first = max(text.rfind("\n", first, at) + 1, first)
    begin, depth = first, 0
    for place in range(at - 1, first - 1, -1):
        letter = text[place]
        if letter in ")]}":
            depth += 1
        elif letter in "([{" and depth:
            depth -= 1
        elif letter in "({;}" and not depth:
            begin = place + 1
            break
    angles, depth = 0, 0
    for place in range(begin, at):
        letter = text[place]
        angles += (letter == "<") - (letter == ">" and text[place - 1 : place] != "=" and angles > 0)
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and not angles and depth <= 0:
            begin = place + 1
    after = re.match(r"[\w.]{1,24}[\[\]>]{0,12}", text[at : at + 24])
    return " ".join(f"{text[begin:at]}{after[0] if after else 'any'}".split())
