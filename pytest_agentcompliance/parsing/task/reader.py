"""A text into the task that it delegates; never fails."""

import re
from collections.abc import Iterator
from functools import lru_cache

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.markdown import read as lines_of
from pytest_agentcompliance.parsing.markdown import too_much
from pytest_agentcompliance.parsing.task import data, prose
from pytest_agentcompliance.parsing.task.record import FIELDS, STRATEGIES, Assignment, Field, Item, Problem
from pytest_agentcompliance.parsing.task.said import NOTHING, Said, field_of

LONGEST = 400_000  # characters
ID_WORDS = 3  # of what can be an id
_STRATEGY = late(
    r"(?i)\b(?:(?P<tdd>tdd|test[- ]driven(?:[- ]development)?|tests?[- ]first)|(?P<characterization>characteri[sz]ation)"
    r"|(?P<after>tests?[- ]after)|(?P<fix>bug[-_ ]?fix(?:es|ing)?)|(?P<refactor>refactor(?:ing)?)|(?P<flexible>flexible))\b"
)
_GROUPS = {"tdd": "tdd", "characterization": "characterization", "after": "test-after", "fix": "bug-fix", "refactor": "refactor",
           "flexible": "flexible"}  # fmt: skip
_CAMEL = late(r"(?<=[a-z])(?=[A-Z])")
_PERCENT = late(r"(?<![\w.])(\d{1,3}(?:\.\d{1,4})?)\s{0,2}(%)?(?![\w.]|\s{0,2}(?:tests|files|lines)\b)")
_KIND = late(r"(?i)(?<![^\W_])(unit|integration)(?![^\W_])")
_OPEN = late(
    r"\{\{?\s{0,2}[\w.-]{1,60}(?:\s+or\s+\w{1,20})?\s{0,2}\}?\}|<[a-z][\w -]{1,60}>|"
    r"\[(?:TBD|TODO|fill in|insert|your)\b[^\]]{0,80}\]"
    r"|(?<!\w)(?:TBD|TODO|tbd)(?!\w)"
)
_FRONT = late(r"\A---[ \t]*\n(.{1,20000}?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_FENCE = late(r"^```(?:ya?ml|json)[ \t]*\n", re.MULTILINE)
_KEY = late(r"^[\"']?([A-Za-z][\w -]{0,40})[\"']?\s{0,3}:", re.MULTILINE)


@lru_cache(maxsize=4)  # several rules read the same task
def read(text: str) -> Assignment:
    """What a text delegates; an empty assignment where it delegates nothing."""
    if len(text) > LONGEST or too_much(text):
        return Assignment(problems=(Problem(None, "the task is too long to be read", 1),))
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    whole = _as_data(text)
    if whole is not None:
        return _made(list(whole))
    broken = () if not _meant_as_data(text) else (Problem(None, "it looks like YAML or JSON, and cannot be read as such", 1),)
    said = list(_fenced(text))
    said += prose.elements(text)
    lines = lines_of(text)
    said += prose.markdown(text)
    said += prose.items(lines)
    have = {one.field for one in said if one.items}
    if "id" not in have and (first := next(prose.ids(lines), None)):
        said.append(Said("id", first.line, (first,)))
    if "description" not in have and (opening := prose.opening(lines)):
        said.append(Said("description", opening.line, (opening,)))
    return _made(said, broken)


def _as_data(text: str) -> tuple[Said, ...] | None:
    """The fields of a text that is YAML or JSON as a whole."""
    if not _meant_as_data(text):
        return None
    said = data.read(text)
    return said if said is not None and said else None


def _meant_as_data(text: str) -> bool:
    """Whether a text is meant as YAML or JSON: it begins with a brace, or none of its lines is a heading and two are keys."""
    start = text.lstrip()
    if start.startswith("{"):
        return True
    if re.search(r"^#{1,6} \S", text, re.MULTILINE) and not start.startswith("#"):
        return False
    rows = [row for row in text.split("\n") if row.strip() and not row.lstrip().startswith("#")]
    keys = [found[1] for found in _KEY.finditer("\n".join(rows))]
    known = [key for key in keys if field_of(key) or key.lower() == "task"]
    first = rows[0] if rows and rows[0].strip() != "---" else rows[1] if len(rows) > 1 else ""
    shaped = all(row[:1].isspace() or _KEY.match(row) or row[:1] in "-]}" for row in rows)
    return len(known) >= 2 and bool(_KEY.match(first)) and shaped


def _fenced(text: str) -> Iterator[Said]:
    """The fields of front matter, and of a fence with YAML or JSON that has two of them or more."""
    if front := _FRONT.match(text):
        yield from data.read(front[1], 1) or ()
    for fence in _FENCE.finditer(text):
        end = text.find("\n```", fence.end())
        inner = text[fence.end() : end if end >= 0 else len(text)]
        if len({found[0] for key in _KEY.findall(inner) if (found := field_of(key))}) > 1:
            yield from data.read(inner, text.count("\n", 0, fence.end())) or ()
            return


def _made(given: list[Said], problems: tuple[Problem, ...] = ()) -> Assignment:
    said = [one for each in given for one in _as_id(each)]
    best: dict[Field, Said] = {}
    for one in said:
        have = best.get(one.field)
        if have is None or (not have.items and one.items) or (one.items and one.rank < have.rank):
            best[one.field] = one
    found = [*problems]
    lines = {field: best[field].line for field in FIELDS if field in best and best[field].items}
    empty = (field for field in FIELDS if field in best and not best[field].items and not best[field].rank)
    found += [Problem(field, "it is empty", best[field].line) for field in empty]
    for field, one in list(best.items()):
        if one.items and all(_OPEN.search(item.text) and len(_OPEN.sub("", item.text).split()) < 2 for item in one.items):
            found.append(Problem(field, f"its placeholder was never filled in: {one.items[0].text[:60]!r}", one.items[0].line))
            lines.pop(field, None)
            del best[field]
    strategy = _strategy(best.get("strategy"), said, lines, found)
    gates = _gates([one for one in said if one.field == "gates"], lines)
    return Assignment(
        id=_first(best.get("id")), description=best["description"].text[:4_000] if "description" in best else "",
        strategy=strategy, gates=gates, non_goals=_listed(best.get("non_goals")), risks=_listed(best.get("risks")),
        lines=lines, problems=tuple(found),
    )  # fmt: skip


def _as_id(one: Said) -> Iterator[Said]:
    """What stands under "task" may be its id, its description, or the one and the other."""
    if one.field != "id" or not one.items or len(one.items[0].text.split()) <= ID_WORDS:
        yield one
        return
    yield Said("description", one.line, one.items, 5)
    if found := prose.ID.match(one.items[0].text.lstrip("*`[( ")):
        yield Said("id", one.line, (Item(found[0], one.items[0].line),), one.rank)


def _first(one: Said | None) -> str:
    return one.items[0].text[:200].strip("`*_\"' ") if one and one.items else ""


def _listed(one: Said | None) -> tuple[Item, ...]:
    return tuple(item for item in one.items if not NOTHING.match(item.text)) if one else ()


def _strategy(best: Said | None, said: list[Said], lines: dict[Field, int], found: list[Problem]) -> str:
    """The one of the six that is named first; several with a stroke between them are a choice that nobody made."""
    if best is None or not best.items:
        return ""
    for one in [best, *(other for other in said if other.field == "strategy" and other is not best)]:
        names = [_GROUPS[match.lastgroup or ""] for match in _STRATEGY.finditer(one.text[:2_000])]
        if names and len(set(names)) > 1 and re.search(r"[|/]|\bor\b", one.text[:200]) and len(one.text) < 200:
            found.append(Problem("strategy", f"it leaves a choice between {', '.join(dict.fromkeys(names))}", one.line))
            lines.pop("strategy", None)
            return ""
        if names:
            lines["strategy"] = one.line
            return names[0]
    if best.rank > 3:  # an approach, a methodology in other words: it names none because it is about something else
        lines.pop("strategy", None)
        return ""
    found.append(Problem("strategy", f"{best.text[:60]!r} is none of {', '.join(STRATEGIES)}", best.line))
    return ""


def _gates(said: list[Said], lines: dict[Field, int]) -> dict[str, float]:
    """The percentage for each kind of tests: ``Unit >= 80 %`` and ``80% unit, 70% integration`` alike."""
    gates: dict[str, float] = {}
    for one in said:
        for item in one.items:
            text = _CAMEL.sub(" ", item.text[:600].replace("_", " "))
            kinds = [(match.start(), match[1].lower()) for match in _KIND.finditer(text)]
            values = [(match.start(), float(match[1])) for match in _PERCENT.finditer(text) if match[2] or kinds]
            pairs = list(zip(values, kinds, strict=False)) if kinds and values else []
            for (_, value), (_, kind) in pairs:
                gates.setdefault(kind, value * 100 if 0 < value <= 1 else value)
                lines.setdefault("gates", one.line)
    return gates
