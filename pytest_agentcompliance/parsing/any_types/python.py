"""Where Python gives up its types: ``typing.Any`` in a type, under whatever name it is imported."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.any_types.nodes import Node, rows

_FROM = re.compile(r"(?m)^[ \t]*from[ \t]+typing(?:_extensions)?[ \t]+import\b")
_MODULE = re.compile(r"(?m)^[ \t]*import[ \t]+(typing(?:_extensions)?)\b(?:[ \t]+as[ \t]+(\w{1,80}))?")
_RENAMED = re.compile(r"\bAny[ \t]+as[ \t]+(\w{1,80})")
_WORD = re.compile(r"\bAny\b")
_TYPE_IN_TEXT = re.compile(r"['\"][\w .,|\[\]]{1,300}['\"]")
_VALUES = re.compile(r"(?:\w{1,80}\.)?(?:Literal|Annotated)\s{0,20}\[")  # their strings are no types
_ALIAS = re.compile(r"(?:^|\n)[A-Z]\w{0,80} ?(?::[ \w.]{0,40})?= ?\Z")
_LINE = 140  # characters before the word, of the line of an alias


@dataclass(frozen=True, slots=True)
class _Around:
    """A node in which others stand: where it ends, whether it is a type, whether its strings are values, whether it is let be."""

    end: int
    types: bool = False
    values: bool = True
    let_be: bool = False


def places(text: str) -> list[int]:
    """Where the word begins, each time that it stands for a type; not of ``*args: Any`` and ``**kwargs: Any``. Never fails."""
    modules = {name for one in _MODULE.finditer(text) for name in one.groups() if name}
    names = {"Any", *_RENAMED.findall(text)} if _FROM.search(text) else set()
    if not modules and not names:
        return []
    asked = [{"kind": kind} for kind in ("type", "generic_type", "subscript", "typed_parameter")]
    asked += [{"kind": "string", "regex": "\\bAny\\b"}, {"kind": "call", "regex": r"^(?:\w+[.])?cast\s*[(]"}]
    asked += [{"kind": "attribute", "regex": f"^(?:{'|'.join(sorted(modules))})[.]Any$"}] if modules else []
    asked += [{"kind": "identifier", "regex": f"^(?:{'|'.join(sorted(names))})$"}] if names else []
    said = grammar.nodes([{"any": asked}], "python", text)
    return list(_given_up(text, rows(said[0]))) if said else []


def _given_up(text: str, nodes: Iterable[Node]) -> Iterator[int]:
    stack = [_Around(len(text) + 1)]
    for kind, start, end in nodes:
        while stack[-1].end <= start:
            stack.pop()
        around = stack[-1]
        if kind == "typed_parameter":
            stack.append(_Around(end, around.types, around.values, around.let_be or text.startswith("*", start)))
        elif kind in ("type", "generic_type", "subscript", "call"):
            values = (around.values if around.types or kind == "subscript" else False) or _VALUES.match(text, start) is not None
            stack.append(_Around(end, types=True, values=values, let_be=around.let_be))
        elif around.let_be:
            continue
        elif kind == "string":
            if not around.values and _TYPE_IN_TEXT.fullmatch(text, start, end):
                yield from (one.start() for one in _WORD.finditer(text, start, end))
        elif text[start - 1 : start] != "." and (around.types or (len(stack) == 1 and _is_alias(text, start))):
            yield start


def _is_alias(text: str, start: int) -> bool:
    return _ALIAS.search(text, max(0, start - _LINE), start) is not None
