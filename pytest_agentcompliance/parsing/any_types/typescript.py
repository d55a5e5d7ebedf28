"""Where TypeScript gives up its types: the word ``any`` where it is a type, and TypeScript has another one for it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.any_types.nodes import Node, rows
from pytest_agentcompliance.parsing.comments import blanked

_WORD = re.compile(r"any(?<![\w.$@#-]any)(?![\w$-])")  # the letters first: a search for them is quick
# Where it stands as a type: behind a sign or one of some words, and not in a sentence. What only writes of it is not parsed.
_SIGNS = tuple(":<>,|&([{=?/")
_WORDS = re.compile(r"\b(?:as|satisfies|is|readonly|extends|keyof|infer|in|out|unique)\Z")
_SENTENCE = re.compile(r"[ \t]{1,20}(?!(?:as|extends|satisfies|is|in|instanceof|of)\b)[A-Za-z]")
_BACK = 200  # characters before it
_AROUND = (
    "constraint", "conditional_type", "required_parameter", "formal_parameters", "constructor_type", "construct_signature",
    "function_type", "object_type", "module",
)  # fmt: skip
_NODES = {"any": [{"kind": "predefined_type", "regex": "^any$"}, *({"kind": kind} for kind in _AROUND)]}
_CONSTRUCTORS = ("constructor_type", "construct_signature")
_CONDITION = {"rule": {"pattern": {"context": "type T = $A extends $B ? $C : $D", "selector": "conditional_type"}}}
_KEYS = re.compile(r"\bkeyof\s{1,20}\Z")
_FOREIGN = re.compile(r"module\s{0,20}['\"](?!\.)")  # of a path of the project itself everybody knows the types
# As TypeScript reads it: in comments of a line of their own before the first statement.
_FIRST_COMMENTS = re.compile(r"\ufeff?(?:#![^\n]*\n)?(?:\s+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*+")
_NO_CHECK = re.compile(r"(?m)^[ \t]*///?[ \t]*@ts-(no)?check\b")


@dataclass(frozen=True, slots=True)
class _Around:
    """A node in which others stand: where it ends, whether any is right in it, whether a conditional type is around."""

    kind: str
    end: int
    right: bool
    conditional: bool


def places(text: str, name: str) -> list[int]:
    """Where the word begins, each time that it is a type that is given up, in a text that the grammar ``name`` reads. Never fails.

    It is the right word in what a type parameter or an inferred type must fit, in ``keyof any``, in the arguments of any
    constructor (TypeScript asks for these of a mixin), and in what a project declares of a module that has no types.
    """
    if not any(_is_likely(text, one.start(), one.end()) for one in _WORD.finditer(text)):
        return []
    said = grammar.nodes([_NODES], name, text)
    if said is not None:
        return _given_up(text, name, rows(said[0]))
    # No grammar may read it: the word in the place of a type, comments and strings being blank.
    code = blanked(text, "x.ts")
    return [one.start() for one in _WORD.finditer(code) if _is_type(code, one.start(), one.end())]


def unchecked(text: str) -> int | None:
    """Where a file tells the compiler to check nothing in it, if it does: the last word on it counts."""
    if "@ts-nocheck" not in text:
        return None
    first = _FIRST_COMMENTS.match(text)
    said = list(_NO_CHECK.finditer(text, 0, first.end() if first is not None else 0))
    return said[-1].start() if said and said[-1][1] else None


def _given_up(text: str, name: str, nodes: Iterable[Node]) -> list[int]:
    found: list[int] = []
    asked: list[int] = []  # in a conditional type: not where it is what another type must fit
    stack = [_Around("", len(text) + 1, right=False, conditional=False)]
    for kind, start, end in nodes:
        while stack[-1].end <= start:
            stack.pop()
        around = stack[-1]
        if kind != "predefined_type":
            right = around.right or kind == "constraint" or (kind == "module" and _FOREIGN.match(text, start) is not None)
            rest = kind == "required_parameter" and text.startswith("...", start) and around.kind == "formal_parameters"
            right = right or (rest and stack[-2].kind in _CONSTRUCTORS)
            stack.append(_Around(kind, end, right, around.conditional or kind == "conditional_type"))
        elif not around.right and not _KEYS.search(text, max(0, start - 30), start):
            (asked if around.conditional else found).append(start)
    if asked:
        fit = [one.held[0] for one in grammar.find([(_CONDITION, ["B"])], name, text) or ()]
        found += _outside(asked, [one for one in fit if one is not None])
    return sorted(found)


def _outside(places: Iterable[int], spans: Iterable[tuple[int, int]]) -> Iterator[int]:
    """The places that lie in none of the spans; they are in order."""
    rest = iter(sorted(spans))
    ahead = next(rest, None)
    end = -1
    for place in places:
        while ahead is not None and ahead[0] <= place:
            end = max(end, ahead[1])
            ahead = next(rest, None)
        if place >= end:
            yield place


def _is_likely(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - _BACK) : start].rstrip()
    if before and not before.endswith(_SIGNS) and not _WORDS.search(before, max(0, len(before) - 20)):
        return False
    return _SENTENCE.match(text, end) is None


def _is_type(code: str, start: int, end: int) -> bool:
    before, after = code[max(0, start - 60) : start].rstrip(), code[end : end + 20].lstrip()
    if after[:1] in ("(", ":", ".", "?") or after[:2] == "=>":
        return False
    return before.endswith((":", "<", "|", "&")) or re.search(r"\b(?:as|satisfies)\Z", before) is not None or (
        before.endswith(",") and after[:1] == ">"
    )
