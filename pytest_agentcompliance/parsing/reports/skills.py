"""The skills that a report says were used, out of a list, a table, a sentence, or JSON."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pytest_agentcompliance.parsing.reports.sections import key, named, sections

MOST = 200  # names of one section
DEEPEST = 8  # levels of a JSON report
LONGEST = 4_000_000  # characters of one
_CUT = re.compile(r":(?=\s|$)|\s[-–—]\s|\s?[(\[]|\s=>?\s|\s→\s")  # what follows is said of the name
_AND = re.compile(r"[,;|]|\s(?:and|&|\+|/)\s")
_CODE = re.compile(r"`([^`\n]{1,100})`")
_SLUG = re.compile(r"@?[^\W_][\w.:/+-]{1,80}")
_NONE = re.compile(
    r"(?i)^[\W_]*(?:n/?a|none|nothing|nil|not applicable|not used|no skills?\b.{0,200}|did not (?:use|invoke)\b.{0,200})"
    r"(?=[\W_]*$|[\s.,;:(–—-])"
)
_NOT = re.compile(
    r"(?i)\b(?:not|never|n[o']t be|without being) (?:be(?:en)? )?(?:needed|used|invoked|applicable|required|relevant|loaded)\b"
)
_LABELS = frozenset(("skill", "skills", "invoked", "used", "skills used", "skills invoked", "skill used", "via skill tool"))
_FENCE = re.compile(r"```(?:json)?[ \t]*\n([^`]{2,200000})```")


class Named(NamedTuple):
    """A skill as the report writes it; ``clear`` where it is written as a name, and not as a part of a sentence."""

    name: str
    line: int
    clear: bool = True


class Told(NamedTuple):
    """What a report says of its skills: where it begins, and which it names. None of them where it says that there were none."""

    line: int
    names: tuple[Named, ...]


def told(text: str, titles: Iterable[str], known: Iterable[str] = ()) -> Told | None:
    """The skills of a report; None where it has no such section. ``known`` helps to see a name within a sentence."""
    names = tuple(titles)
    words = {plain(one) for one in known}
    found = named(sections(text), names)
    if found is not None:
        return Told(found.line, tuple(_within(list(found.said), words))[:MOST])
    for at, page in _pages(text):
        answer = _json(page, {key(name).replace(" ", "") for name in names})
        if answer is not None:
            word, values = answer
            line = text[: max(0, text.find(f'"{word}"', at))].count("\n") + 1
            return Told(line, tuple(Named(one, line) for one in values if not _NONE.match(one))[:MOST])
    return None


def plain(name: str) -> str:
    """A name as it is compared: without its plugin, with one kind of dash, in small letters."""
    return re.sub(r"[\s_]+", "-", name.strip().strip("`*_\"'/").rpartition(":")[2].strip().lower())


def _within(said: list[tuple[int, str, bool]], known: set[str]) -> Iterator[Named]:
    rule = next((at for at, (_, text, _) in enumerate(said) if re.fullmatch(r"[\s|:-]{3,200}", text) and "-" in text), None)
    for at, (line, text, item) in enumerate(said):
        if rule is not None and at in (rule - 1, rule):
            continue  # the head of a table
        row = text.strip("| ").split("|")[0].strip() if text.startswith("|") else text
        if _NONE.match(re.sub(r"\*\*|__|`", "", row)) or _NOT.search(text[:2000]):
            continue
        yield from _of_line(line, row, known, item=item)


def _of_line(line: int, text: str, known: set[str], *, item: bool) -> Iterator[Named]:
    head, tail = _parted(text)
    if key(head) in _LABELS:
        head = tail
    pieces = [piece.strip() for piece in _AND.split(head[:2000]) if piece.strip()]
    bare = [re.sub(r"\*\*|__|`|\.$", "", piece).strip() for piece in pieces]
    if bare and all(plain(one) in known or _SLUG.fullmatch(one) for one in bare):
        yield from (Named(one, line) for one in bare)
        return
    codes = [code.strip() for code in _CODE.findall(head[:2000] if item else text[:2000])]
    marked = [code for code in codes if plain(code) in known] or (
        [codes[0]] if item and codes and _SLUG.fullmatch(codes[0]) else []
    )
    yield from (Named(code, line) for code in marked)
    if item and marked:
        return
    words = {plain(word) for word in re.findall(r"[\w:-]{2,80}", text[:2000].lower().replace("_", "-"))}
    within = sorted((known & words) - {plain(code) for code in marked})
    yield from (Named(one, line) for one in within)
    if item and not within:
        yield Named(head.strip()[:100], line, clear=False)


def _parted(text: str) -> tuple[str, str]:
    """What comes before the first mark that begins a description, and what follows it; a plugin's colon is no such mark."""
    cut = _CUT.search(text[:2000], 1) if text else None
    return (text[: cut.start()], text[cut.end() :]) if cut else (text, "")


def _pages(text: str) -> Iterator[tuple[int, str]]:
    """The JSON of a report: all of it, or what its fences hold."""
    if text.lstrip()[:1] in ("{", "["):
        yield 0, text
    else:
        yield from ((found.start(1), found[1]) for found in _FENCE.finditer(text[:LONGEST]))


def _json(page: str, keys: set[str]) -> tuple[str, list[str]] | None:
    try:
        value = json.loads(page) if len(page) <= LONGEST else None
    except (ValueError, RecursionError):
        return None
    waiting: list[tuple[object, int]] = [(value, 0)]
    for one, depth in waiting:
        if isinstance(one, dict):
            for word, inner in one.items():
                if re.sub(r"[\W_]", "", word.lower()) in keys and isinstance(inner, str | list | dict):
                    return word, _texts(inner)
        if depth < DEEPEST and len(waiting) < 10_000:
            waiting += [
                (inner, depth + 1) for inner in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
            ]
    return None


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [piece.strip() for piece in _AND.split(value) if piece.strip()]
    if isinstance(value, dict):
        return [word for word, used in value.items() if used not in (False, None)]
    found = []
    for one in value if isinstance(value, list) else []:
        name = next((one[word] for word in ("name", "skill", "id") if word in one), "") if isinstance(one, dict) else one
        found += [name] if isinstance(name, str) and name.strip() else []
    return found
