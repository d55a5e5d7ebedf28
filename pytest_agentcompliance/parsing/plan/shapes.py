"""Bodies as plans write them: JSON, types of TypeScript, lists of fields, names of schemas; only the outermost fields count."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pytest_agentcompliance.parsing.plan import PlanField, PlanShape
from pytest_agentcompliance.parsing.plan.units import Unit, column, plain

_COMMENT = re.compile(r"(?<![:\"'\w])//[^\n]*|/\*[^*]{0,2000}\*/|(?m:(?<=\s)#\s[^\n]*)")
_KEY = re.compile(r"\s*[\"'`]?([A-Za-z_$][\w$-]{0,80})[\"'`]?\s*(\?)?\s*(?::\s*([^\n]{0,200}))?", re.DOTALL)
_ITEM = re.compile(
    r"(?:(optional|required)\s+)?[`\"']{0,2}([A-Za-z_]\w{0,60})(\?|\[\])?[`\"']{0,2}\s*(\?)?(?:$|\s*[:(—–-]|\s*,|\s+\|)",
    re.IGNORECASE,
)
_CODE = re.compile(r"`([^`\n]{1,200})`")
_SCHEMA = re.compile(
    r"(?:list|array|page|paginated|sequence)?\s*(?:\[|<|of\s+)?\s*([A-Z][a-z]\w{1,60})\s*(\[\]|[\]>])?",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b([A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+)\b(\[\])?")
_FIELD = re.compile(r"(?:field|name|param(?:eter)?|property|key|字段)s?(?: name)?", re.IGNORECASE)
_TYPE = re.compile(r"(?:data )?type|类型", re.IGNORECASE)
_NEEDED = re.compile(r"required\??|mandatory|必填", re.IGNORECASE)
_OPTIONAL = re.compile(r"\boptional\b|可选", re.IGNORECASE)
_REQUIRED = re.compile(r"\brequired\b|必填", re.IGNORECASE)
_TYPES = re.compile(r"\b(?:interface|type)\s+(\w{1,80})(?:\s+extends\s+[\w, ]{1,80})?\s*=?\s*\{")
_LISTED = re.compile(
    r"\b(?:lists?|arrays?)\b(?:\s{1,2}(?:of|with|objects?|items?))?\W{0,4}$|\b(?:Array|List|list)[<\[]$",
    re.IGNORECASE,
)
_BARE = re.compile(r"([a-z_]\w{0,60})(\?|\[\])?(?:\s?\(([^()\n]{0,60})\))?")
# What a list of words between commas says that are no fields.
_NO_FIELD = frozenset({
    "list", "lists", "array", "object", "objects", "json", "paginated", "pagination", "none", "empty", "nothing", "same", "created",
    "updated", "deleted", "multipart", "sorted", "filtered", "idempotent", "ok",
})  # fmt: skip
MOST = 200  # fields of a body
LONGEST = 60_000  # characters of a body


def of_text(text: str, line: int) -> PlanShape | None:
    """The first object in a text, with its outermost fields; None where there is none."""
    text = _COMMENT.sub("", text[:LONGEST])
    start = text.find("{")
    if start < 0:
        return None
    fields: list[PlanField] = []
    partial = False
    for part in _parts(text, start + 1):
        said = part.strip()
        if said.startswith(("...", "…")) or said in ("etc", "etc."):
            partial = True
            continue
        found = _KEY.match(said)
        if found is None or (found[3] is None and not re.fullmatch(r"[\"'`]?[\w$-]+\??(?:\[\])?[\"'`]?(?:\s*\([^()]*\))?", said)):
            partial = True
            continue
        kind = (found[3] or "").strip().rstrip(",;")
        gone = bool(found[2]) or _OPTIONAL.search(said) is not None
        fields.append(PlanField(found[1], kind[:80], True if gone else False if _REQUIRED.search(said) else None))
    if not fields:
        return None
    before = text[:start].rstrip()
    many = before.endswith("[") or text.rstrip().endswith("}[]") or _LISTED.search(before[-40:]) is not None
    return PlanShape(tuple(fields[:MOST]), line, many=many, partial=partial)


def _parts(text: str, start: int) -> list[str]:
    """What stands between the commas of an object; a new line ends a field too where nothing is open."""
    found: list[str] = []
    depth, begun, quoted = 0, start, ""
    for at in range(start, len(text)):
        char = text[at]
        if quoted:
            quoted = "" if char in (quoted, "\n") else quoted
        elif char in "\"'" and not (at and text[at - 1].isalnum()):
            quoted = char
        elif char in "{[(<" and not (char == "<" and text[at : at + 2] in ("< ", "<=")):
            depth += 1
        elif char in "}])>" and not (char == ">" and text[at - 1] in "=-"):
            if not depth:
                found.append(text[begun:at])
                return [one for one in found if one.strip()]
            depth -= 1
        if not quoted and not depth and (char in ",;" or char == "\n"):
            found.append(text[begun:at])
            begun = at + 1
    found.append(text[begun:])
    return [one for one in found if one.strip()]


def of_units(given: Sequence[Unit], named: Mapping[str, PlanShape]) -> PlanShape | None:
    """The body that some units state: a fence, a table of fields, a list of them, or the name of a schema."""
    listed = False
    for unit in given:
        if unit.kind == "fence" and (found := of_text(unit.text, unit.line)) is not None:
            return replace(found, many=True) if listed else found
        listed = unit.kind in ("item", "text") and _LISTED.search(unit.text[-60:]) is not None
    rows = [one for one in given if one.kind == "row"]
    if (found := _of_rows(rows)) is not None:
        return found
    for unit in given:
        bare = unit.text.replace("`", "")
        if unit.kind in ("item", "text") and "{" in bare and (found := of_text(bare, unit.line)) is not None:
            return found
    if (found := _of_items([one for one in given if one.kind == "item"])) is not None:
        return found
    for unit in given:
        if unit.kind in ("item", "text") and (found := of_line(unit.text, unit.line, named)) is not None:
            return found
    return None


def of_line(said: str, line: int, named: Mapping[str, PlanShape]) -> PlanShape | None:
    """The body that one line states: an object, fields in code between commas, or a schema by its name."""
    if "{" in said and (found := of_text(said.replace("`", ""), line)) is not None:
        return found
    for one in _NAMED.finditer(said):
        if (shape := named.get(one[1])) is not None:
            listed = re.search(rf"\b(?:list|array|\[)\W{{0,3}}(?:of )?\W?{one[1]}", said, re.IGNORECASE)
            return PlanShape(shape.fields, shape.line, bool(one[2]) or listed is not None, one[1], shape.partial)
    codes = _CODE.findall(said)
    for each in codes:
        if (alone := re.fullmatch(r"(\w{1,80})(\[\])?", each)) is not None and (shape := named.get(alone[1])) is not None:
            return PlanShape(shape.fields, shape.line, bool(alone[2]), alone[1], shape.partial)
    if (bare := _bare(said, line)) is not None:
        return bare
    rest = _CODE.sub("", said)
    if codes and re.fullmatch(r"(?:\W|\b(?:and|or|with|plus|optional|required|the|a|fields?|body)\b)*", rest, re.IGNORECASE):
        words = [one.strip() for code in codes for one in code.split(",")]
        fit = all(re.fullmatch(r"[A-Za-z_]\w{0,60}(?:\[\]|\?)?", one) and not one.isupper() for one in words)
        if fit and (len(words) > 1 or words[0][:1].islower()):  # the name of a schema is no field
            return PlanShape(tuple(PlanField(one.rstrip("?[]")) for one in words), line)
    schema = _NAMED.search(said)
    if schema is not None and (len(said) < 60 or f"`{schema[1]}" in said):
        return PlanShape((), line, bool(schema[2]), schema[1])
    return None


def _bare(said: str, line: int) -> PlanShape | None:
    """Fields between commas, in code or not: ``email, password, name?``, ```amount` (int, optional), `reason` (str)``."""
    if len(said) > 600 or "," not in said:
        return None
    parts = re.split(r",\s{0,3}(?![^()\n]{0,60}\))", said.replace("`", "").strip(" .;"))
    found = [_BARE.fullmatch(one.strip()) for one in parts]
    if len(found) < 2 or any(one is None or one[1] in _NO_FIELD for one in found):
        return None
    fields = []
    for one in found:
        if one is not None:
            more = one[3] or ""
            optional = True if one[2] == "?" or _OPTIONAL.search(more) else False if _REQUIRED.search(more) else None
            fields.append(PlanField(one[1], more.partition(",")[0].strip()[:80], optional))
    return PlanShape(tuple(fields[:MOST]), line)


def _of_rows(rows: Sequence[Unit]) -> PlanShape | None:
    fields: list[PlanField] = []
    for row in rows:
        name = column(row.header, _FIELD)
        kind = column(row.header, _TYPE)
        if name is None or name >= len(row.cells) or len(row.header) < 2:
            return None
        called = plain(row.cells[name])
        if not re.fullmatch(r"[A-Za-z_]\w{0,60}\??", called):
            continue
        needed = column(row.header, _NEEDED)
        said = plain(row.cells[needed]).lower() if needed is not None and needed < len(row.cells) else ""
        optional = True if said in ("no", "false", "optional", "n", "-", "❌", "✗") else False if said else None
        typed = plain(row.cells[kind])[:80] if kind is not None and kind < len(row.cells) else ""
        fields.append(PlanField(called.rstrip("?"), typed, optional))
    return PlanShape(tuple(fields[:MOST]), rows[0].line) if fields else None


def _of_items(items: Sequence[Unit]) -> PlanShape | None:
    if not items:
        return None
    indent = min(one.indent for one in items)
    fields: list[PlanField] = []
    for one in items:
        if one.indent > indent:
            continue
        bare = one.text.replace("**", "")
        several = of_line(bare, one.line, {}) if bare.count("`") > 2 and "," in bare else None
        if several is not None and len(several.fields) > 1:
            fields += several.fields
            continue
        found = _ITEM.match(bare)
        if found is None or not (any(one in bare for one in "`:(") or bare.strip() == found[2]):
            return None
        if found[2].isupper() or (found[2][:1].isupper() and "`" not in bare):
            return None
        optional = found[3] == "?" or bool(found[4]) or _OPTIONAL.search(bare) is not None
        said = True if optional else False if _REQUIRED.search(bare) else None
        fields.append(PlanField(found[2], bare[found.end() :].strip()[:80], said))
    return PlanShape(tuple(fields[:MOST]), items[0].line) if fields else None


def named(given: Sequence[Unit]) -> dict[str, PlanShape]:
    """The schemas that a plan writes out by name: interfaces and types, classes of Pydantic, objects of Zod."""
    found: dict[str, PlanShape] = {}
    for unit in given:
        if unit.kind != "fence" or not re.search(r"\b(?:interface|type|class|BaseModel|object)\b", unit.text):
            continue
        starts = list(_TYPES.finditer(unit.text[:LONGEST]))
        for one, after in zip(starts, [*(each.start() for each in starts[1:]), LONGEST], strict=False):
            line = unit.line + unit.text.count("\n", 0, one.start())
            if (shape := of_text(unit.text[one.start() : after], line)) is not None:
                found[one[1]] = PlanShape(shape.fields, line, name=one[1], partial=shape.partial or " extends " in one[0])
        ending = {"python": "py", "py": "py", "ts": "ts", "typescript": "ts", "js": "ts", "javascript": "ts"}.get(unit.info, "")
        if ending and re.search(r"\bBaseModel\b|\bobject\(|@Is[A-Z]", unit.text):
            from pytest_agentcompliance.parsing import validators  # start-up time: when there is one

            for schema in validators.shapes(f"plan.{ending}", unit.text).found:
                if schema.name and not schema.inner:
                    fields = tuple(PlanField(each.name, each.kind, each.optional) for each in schema.fields)
                    line = unit.line + schema.line - 1
                    found[schema.name] = PlanShape(fields, line, name=schema.name, partial=bool(schema.bases))
    return found
