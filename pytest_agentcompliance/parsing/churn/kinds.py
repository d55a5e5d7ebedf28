"""Changes that leave the code what it was: white space, comments, formatting, the order of imports or declarations."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pytest_agentcompliance.parsing import scan
from pytest_agentcompliance.parsing.churn.directives import obeyed
from pytest_agentcompliance.parsing.churn.forms import form
from pytest_agentcompliance.parsing.churn.quick import told
from pytest_agentcompliance.parsing.churn.shapes import is_json, shape_of
from pytest_agentcompliance.parsing.churn.tokens import Read, read
from pytest_agentcompliance.parsing.comments import blanked

__all__ = ["Churn", "churn"]

LARGEST = 1024 * 1024  # characters of a text that is read
_ALONE: tuple[list[str], ...] = ([], ["formatting"], ["comments"])
_WORDS = re.compile(r"\w+")
_QUOTED = re.compile(r'"""(?:[^"]|"(?!""))*+"""|' r"\'\'\'(?:[^\']|\'(?!\'\'))*+\'\'\'")  # a docstring may be one
_LONE = re.compile(r"\([ \t\n]{0,99}[\w$]{1,200}[ \t\n]{0,99}\)[ \t\n]{0,99}=>")
KINDS = ("moves", "imports", "formatting", "comments")  # in the order in which each is tried to be done without


@dataclass(frozen=True, slots=True)
class Churn:
    """That a change is churn alone, and of which kinds; of none but white space, where there are none.

    ``kinds``: comments, formatting, imports, moves, keys. ``comments`` are those that were added, removed or rewritten.
    ``space`` says which white space changed, where that alone did.
    """

    kinds: tuple[str, ...]
    comments: tuple[str, ...] = ()
    space: str = ""


def churn(before: str, after: str, path: str) -> Churn | None:
    """What kinds of churn a change of one file's text is, when it is nothing else; None when the code itself changed."""
    if _plain(before) == _plain(after):
        return Churn((), space=_space(before, after))
    if max(len(before), len(after)) > LARGEST:
        return None
    if is_json(path):
        return _of_json(before, after, path)
    shape = shape_of(path, before)
    if shape_of(path, after) != shape:
        return None
    # Roughly and at once: most changes are seen to be real ones here, and few of the others need every way of reading them.
    bare = [_QUOTED.sub("", blanked(text, path)) for text in (before, after)]
    words = [_WORDS.findall(text) for text in bare]
    if Counter(words[0]) != Counter(words[1]):
        return None
    if shape.loose == "script" and (_signs(bare[0]) != _signs(bare[1]) or _obeyed(before, path) != _obeyed(after, path)):
        return None
    spaced = _squeezed(before) == _squeezed(after)
    alone = [one for one in _ALONE if one or spaced] if words[0] == words[1] else []
    if words[0] == words[1] and (quick := told(before, after, shape.grammar)) is not None:
        return Churn((quick,) if quick else ())
    old, new = read(before, path, shape), read(after, path, shape)

    def same(kinds: Iterable[str]) -> bool:
        return old is not None and new is not None and form(old, shape, frozenset(kinds)) == form(new, shape, frozenset(kinds))

    if old is None or new is None:
        return None
    needed = next((one for one in alone if same(one)), None)  # what most churn is, and quicker told than the rest
    if needed is None:
        if not same(KINDS):
            return None
        needed = list(KINDS)
        for kind in KINDS:
            without = [one for one in needed if one != kind]
            needed = without if same(without) else needed
    return Churn(tuple(sorted(needed)), tuple(_changed(old, new)) if "comments" in needed else ())


def _signs(code: str) -> tuple[int, ...]:
    """How often a script has each sign that no formatter adds or takes away, and brackets, those of a lone parameter apart."""
    return (*(code.count(sign) for sign in "[]{}=<>+-*!?:&|.@#"), code.count("(") - len(_LONE.findall(code)))


def _obeyed(text: str, path: str) -> Counter[str]:
    """The comments that a tool obeys."""
    said = (text[one.start : one.end] for one in scan.spans(text, "c-js"))
    return Counter(" ".join(comment.split()) for comment in said if obeyed(comment, path))


def _squeezed(text: str) -> str:
    """Without any white space, lines that are continued among it."""
    return "".join(re.sub(r"\\\r?\n", "", text).split())


def _space(before: str, after: str) -> str:
    if before == after:
        return "the byte order mark or the encoding"
    if before.count("\r\n") != after.count("\r\n"):
        return "line ends (" + ("CRLF to LF)" if before.count("\r\n") > after.count("\r\n") else "LF to CRLF)")
    return "the newline at the end of the file"


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip("\n")


def _changed(old: Read, new: Read) -> Iterator[str]:
    sides = [Counter(" ".join(token.text.split()) for token in side.tokens if token.kind == "comment") for side in (old, new)]
    yield from (sides[0] - sides[1]).keys()
    yield from (sides[1] - sides[0]).keys()


def _of_json(before: str, after: str, path: str) -> Churn | None:
    """Plain JSON: its keys have no order, except those of a package's entry points."""
    try:
        values = [json.loads(text, object_pairs_hook=_Pairs, parse_int=_Number, parse_float=_Number) for text in (before, after)]
        if values[0] == values[1]:
            return Churn(())
        named = path.rpartition("/")[2] == "package.json"
        return Churn(("keys",)) if _sorted(values[0], named=named) == _sorted(values[1], named=named) else None
    except (ValueError, RecursionError):
        return None


class _Pairs(list[tuple[str, object]]):
    """An object of JSON, its keys in order."""


class _Number(str):
    """A number as it is written: 1, 1.0 and true are three things."""

    __slots__ = ()


def _sorted(value: object, *, named: bool = False) -> object:
    if isinstance(value, _Pairs):
        items = ((key, one if named and key in ("exports", "imports") else _sorted(one)) for key, one in value)
        return _Pairs(sorted(items, key=lambda item: item[0]))
    return [_sorted(one) for one in value] if isinstance(value, list) else value
