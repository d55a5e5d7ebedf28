"""Where code gives up its types: ``any`` in TypeScript, ``Any`` in Python, and a compiler that is told to allow it silently."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.lines import Lines

MOST = 5000  # of one file
LONGEST = 1_000_000  # characters of a file that is read
_AROUND = 160  # characters before the word that may say what it stands for
_WORD = re.compile(r"(?<![\w.$@#-])any(?![\w$-])")
# Where ``any`` is how TypeScript itself says it: what a type parameter or an inferred type must fit, ``keyof any``, the arguments
# of any constructor (it asks for these of a mixin), and what a project declares of a module that has no types.
_FINE = (
    {"inside": {"kind": "constraint", "stopBy": "end"}},
    {"inside": {"kind": "conditional_type", "field": "right", "stopBy": "end"}},
    {"inside": {"kind": "index_type_query", "stopBy": "neighbor"}},
    {"inside": {"kind": "required_parameter", "has": {"kind": "rest_pattern"}, "stopBy": "end",
                "inside": {"kind": "formal_parameters", "inside": {"kind": "constructor_type"}}}},
    {"inside": {"kind": "module", "has": {"kind": "string", "field": "name"}, "stopBy": "end"}},
)  # fmt: skip
_PATTERN = {"rule": {"kind": "predefined_type", "regex": "^any$", "not": {"any": list(_FINE)}}}
_TYPING = re.compile(r"(?m)^[ \t]*(?:from[ \t]+typing(?:_extensions)?[ \t]+import\b|import[ \t]+typing\b)")
_PYTHON = {
    "rule": {
        "any": [
            {"kind": "identifier", "regex": "^Any$", "not": {"inside": {"kind": "attribute"}}},
            {"kind": "attribute", "regex": "^(?:typing|t|typing_extensions)[.]Any$"},
        ],
        "inside": {"any": [{"kind": "type"}, {"kind": "subscript"}, {"pattern": "cast($$$)"}, {"pattern": "typing.cast($$$)"}],
                   "stopBy": "end"},
        "not": {"inside": {"kind": "typed_parameter", "stopBy": "end",
                           "has": {"any": [{"kind": "dictionary_splat_pattern"}, {"kind": "list_splat_pattern"}]}}},
    }
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Untyped:
    """One type that is given up: its line, and the code up to it on that line, without layout."""

    line: int
    text: str


@lru_cache(maxsize=128)
def untyped(path: str, text: str) -> tuple[Untyped, ...]:
    """The types that a file of TypeScript or Python gives up by name, in order; none of another file. Never fails.

    Vue, Svelte and Astro are read where their scripts say that they are TypeScript. Not among them is what a type parameter must
    fit (``T extends any[]``), the right side of ``extends`` in a conditional type, ``keyof any``, the arguments of a constructor's
    type, what is declared of a module without types (``declare module "x"``), and ``*args: Any`` and ``**kwargs: Any``.
    """
    if len(text) > LONGEST:
        return ()
    line = Lines(text)
    found: list[Untyped] = []
    for start, part, name in _parts(path, text):
        found += (Untyped(line(start + at), _shown(part, at, name)) for at in _places(part, name))
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
    """Where the word begins, each time that it is such a type."""
    if name == "python":
        if not _TYPING.search(text):
            return []
        said = grammar.find([(_PYTHON, [])], name, text)
        return sorted({one.start for one in said or ()})
    if not _WORD.search(text):
        return []
    said = grammar.find([(_PATTERN, [])], name, text)
    if said is not None:
        return sorted(one.start for one in said)
    # No grammar may read it: the word in the place of a type, comments and strings being blank.
    code = blanked(text, "x.ts")
    return [one.start() for one in _WORD.finditer(code) if _is_type(code, one.start(), one.end())]


def _is_type(code: str, start: int, end: int) -> bool:
    before, after = code[max(0, start - 60) : start].rstrip(), code[end : end + 20].lstrip()
    if after[:1] in ("(", ":", ".", "?") or after[:2] == "=>":
        return False
    return before.endswith((":", "<", "|", "&")) or re.search(r"\b(?:as|satisfies)\Z", before) is not None or (
        before.endswith(",") and after[:1] == ">"
    )


def _shown(text: str, at: int, name: str) -> str:
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
    word = "Any" if name == "python" else "any"
    after = re.match(r"[\w.]{1,24}[\[\]>]{0,12}", text[at : at + 24])
    return " ".join(f"{text[begin:at]}{after[0] if after else word}".split())
