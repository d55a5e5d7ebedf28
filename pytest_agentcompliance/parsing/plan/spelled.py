"""Endpoints that a plan spells over several lines: a method below a path, or each of both behind a label of its own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pytest_agentcompliance.parsing.plan.units import Unit, column, plain

_VERBS = r"(GET|POST|PUT|PATCH|DELETE)"
_PLACE = r"(/[\w{}:./<>\[\]*-]{0,200})"
_CALL = re.compile(rf"\b{_VERBS}[\s`*:]{{1,6}}/")
_PATH_TITLE = re.compile(rf"(?:[^/`\n]{{0,60}}[\s:(])?{_PLACE}\)?(?:\s[^/\n]{{0,80}})?")
_VERB_TITLE = re.compile(rf"(?:\d{{1,3}}[.)\d]{{0,6}}\s)?{_VERBS}\b(?!\s?[/,|&])")
_VERB_FIRST = re.compile(rf"(?:\*\*|`){{1,2}}{_VERBS}(?:\*\*|`|:){{1,3}}(?!\s{{0,3}}`?/)")
_METHOD = re.compile(rf"(?:http )?(?:method|verb)\s{{0,3}}[:|]\s{{0,3}}{_VERBS}\b", re.IGNORECASE)
_PATH = re.compile(
    r"(?:(?:api |endpoint )?(?:url|uri|path|route)|endpoint)(?: path)?\s{0,3}[:|]\s{0,3}"
    rf"(?:https?://(?:localhost|127\.0\.0\.1)(?::\d{{1,5}})?)?{_PLACE}",
    re.IGNORECASE,
)
_METHODS = re.compile(r"(?:http )?(?:methods?|verbs?)", re.IGNORECASE)
_WHOLE = re.compile(r"\b((?:GET|POST|PUT|PATCH|DELETE)[\s`*:]{1,6})(/[^\s`|,;)*]{0,200})")
_SHORT = re.compile(r"/(?:$|[:{\[])")
LONGEST = 2000  # characters of a line that are looked at
_PATHS = re.compile(r"(?:api )?(?:paths?|endpoints?|routes?|ur[il]s?)(?: path)?", re.IGNORECASE)
APART = 4  # units between a method and its path


def together(units: Sequence[Unit]) -> list[Unit]:
    """The units, in which each endpoint stands in one of them."""
    found: list[Unit] = []
    places: list[tuple[int, str]] = []  # the headings above that are paths, by their level
    at = 0
    while at < len(units):
        end = at + 1
        while end < len(units) and units[end].kind != "heading":
            end += 1
        part = list(units[at:end])
        if part[0].kind == "heading":
            places = [one for one in places if one[0] < part[0].level]
            title = plain(part[0].text)[:300]
            if not _CALL.search(title):
                if (place := _PATH_TITLE.fullmatch(title)) is not None and len(place[1]) > 1:
                    places.append((part[0].level, place[1]))
                elif places and _VERB_TITLE.match(title):
                    part[0] = replace(part[0], text=_VERB_TITLE.sub(rf"\1 {_literal(places[-1][1])}", title, count=1))
        if places and places[-1][0] == part[0].level:
            part[1:] = _joined(list(_below(part[1:], places[-1][1])), places[-1][1])
        found += _labelled(part)
        at = end
    return found


def _literal(path: str) -> str:
    return path.replace("\\", "\\\\")


def _below(part: Sequence[Unit], path: str) -> Iterator[Unit]:
    """What stands below a path: its methods get it."""
    for unit in part:
        if unit.kind in ("item", "text") and (verb := _VERB_FIRST.match(unit.text)) is not None:
            yield replace(unit, text=f"**{verb[1]} {path}** {unit.text[verb.end() :].strip('*` ')}")
        elif unit.kind == "row" and column(unit.header, _METHODS) is not None and column(unit.header, _PATHS) is None:
            yield replace(unit, header=(*unit.header, "path"), cells=(*unit.cells[: len(unit.header)], path))
        else:
            yield unit


def _joined(part: list[Unit], path: str) -> list[Unit]:
    """Calls that leave out the path that they stand below get it: ``/`` and ``/:id`` below ``/api/orders``."""
    path = path.rstrip("/")
    rows = [column(unit.header, _PATHS) if unit.kind == "row" else None for unit in part]
    found = [one[2] for unit in part if unit.kind in ("item", "text") for one in _WHOLE.finditer(unit.text[:LONGEST])]
    found += [plain(unit.cells[at]) for unit, at in zip(part, rows, strict=True) if at is not None and at < len(unit.cells)]
    if not any(_SHORT.match(one) for one in found) or any(one.startswith(path) for one in found):
        return part
    made = []
    for unit, at in zip(part, rows, strict=True):
        if unit.kind in ("item", "text"):
            text = _WHOLE.sub(lambda one: f"{one[1]}{path}{one[2].rstrip('/')}", unit.text[:LONGEST])
            made.append(replace(unit, text=text + unit.text[LONGEST:]))
        elif at is not None and at < len(unit.cells) and plain(unit.cells[at]).startswith("/"):
            whole = f"{path}{plain(unit.cells[at]).rstrip('/')}"
            made.append(replace(unit, cells=(*unit.cells[:at], whole, *unit.cells[at + 1 :])))
        else:
            made.append(unit)
    return made


def _labelled(part: list[Unit]) -> list[Unit]:
    """Methods and paths behind labels, as calls: of the heading where it has only one of them, else where they stand."""
    pairs: list[tuple[int, int, str, str]] = []
    method: tuple[int, str] | None = None
    path: tuple[int, str] | None = None
    for at, unit in enumerate(part):
        if unit.kind not in ("item", "text", "row"):
            continue
        said = plain(unit.text[:400]).lstrip("|-• ")
        if (one := _METHOD.match(said)) is not None:
            method = (at, one[1].upper())
        elif (one := _PATH.match(said)) is not None:
            path = (at, one[1].rstrip(".:"))
        if method is not None and path is not None and abs(method[0] - path[0]) <= APART:
            first, last = sorted((method[0], path[0]))
            pairs.append((first, last, method[1], path[1]))
            method = path = None
    if not pairs:
        return part
    gone = {at for pair in pairs for at in pair[:2]}
    made = {first: f"{verb} {place}" for first, _, verb, place in pairs}
    head = part[0].kind == "heading" and len(pairs) == 1 and not _CALL.search(plain(part[0].text))
    found: list[Unit] = []
    for at, unit in enumerate(part):
        if at == 0 and head:
            found.append(replace(unit, text=f"{plain(unit.text)} {made[pairs[0][0]]}"))
        elif at in made and not head:
            found.append(Unit("text", f"**{made[at]}**", unit.line, unit.titles))
        elif at not in gone:
            found.append(unit)
    return found
