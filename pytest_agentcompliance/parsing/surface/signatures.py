"""Two signatures of one function of TypeScript or JavaScript, and what of the first a caller cannot rely on any more."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPEN, _SHUT = "([{<", ")]}>"
_PLAIN = re.compile(
    r"(?:string|number|boolean|bigint|symbol|null|undefined|void|Date|'[^']*'|\"[^\"]*\"|-?[\d.]+|true|false)$"
)
_NAME = re.compile(r"(?:(?:public|private|protected|readonly|override)\s)*(?:@[\w.]+(?:\([^()]*\))?\s?)*(?:\.\.\.)?([\w$]+)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: ``name`` is empty where it is taken apart."""

    name: str
    required: bool
    rest: bool
    type: str


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters, and what is returned, as far as it is written."""

    parameters: tuple[Parameter, ...]
    returns: str
    waits: bool  # it is async, or returns a promise


def read(text: str) -> Signature | None:
    """A signature as the outline has it; None where it has no parameters to read."""
    start = _list_start(text)
    if start < 0:
        return None
    end = _closing(text, start)
    if end < 0:
        return None
    given = tuple(_parameter(part) for part in split(text[start + 1 : end]) if part.strip())
    rest = text[end + 1 :].strip()
    returns = rest[1:].removesuffix("=>").strip() if rest.startswith(":") else ""
    waits = re.search(r"(?:^|[ =])async\b", text[:start]) is not None
    return Signature(given, returns, waits or returns.startswith("Promise<"))


def broken(before: Signature, after: Signature, *, typed: bool) -> Iterator[str]:
    """What a caller of the first cannot do with the second. Without types a parameter that is left out is no mistake."""
    yield from _parameters_broken(before, after, typed=typed)
    if after.waits and not before.waits and (before.returns or not typed):
        yield "it returns a promise now"
    elif typed and before.returns and after.returns:
        known = set(_union(_promised(before.returns)))
        wider = (set(_union(_promised(after.returns))) - known) & {"null", "undefined"}
        if wider and not {"any", "unknown"} & known:
            yield f"it may return {' or '.join(sorted(wider))} now"


def _parameters_broken(before: Signature, after: Signature, *, typed: bool) -> Iterator[str]:
    old, new = before.parameters, after.parameters
    names = [one.name for one in old], [one.name for one in new]
    shared = [name for name in names[0] if name and name in names[1]]
    if shared != [name for name in names[1] if name in shared] and len(set(shared)) == len(shared):
        yield f"its parameters are in another order ({', '.join(names[1])[:200]})"
        return
    for index, one in enumerate(old):
        if index >= len(new):
            if not (new and new[-1].rest):
                yield f"its parameter {one.name or index + 1} was removed"
            return
        other = new[index]
        if one.name and other.name and one.name != other.name and other.name not in names[0] and one.name in names[1]:
            if other.required:
                yield f"its parameter {other.name} was put in before {one.name}"
            else:
                yield f"its parameter {other.name} stands before {one.name} now"
            return
        if typed and other.required and not one.required:
            yield f"its parameter {other.name or index + 1} must be given now"
        if typed and (less := narrowed(one.type, other.type)):
            yield f"its parameter {other.name or index + 1} does not take {less} any more"
    extra = [one for one in new[len(old) :] if one.required]
    if extra and not (old and old[-1].rest):
        yield f"its parameter {extra[0].name or len(old) + 1} is new and must be given"


def narrowed(before: str, after: str) -> str:
    """The plain alternative that a type had and has not any more; empty where there is none, or it cannot be said."""
    old, new = _union(before), _union(after)
    if not old or not new or not all(_PLAIN.match(one) for one in new):
        return ""
    lost = [one for one in old if _PLAIN.match(one) and one not in new and not _covered(one, new)]
    return lost[0] if lost and all(_PLAIN.match(one) for one in old) else ""


def members(body: str) -> dict[str, bool]:
    """The members of an interface or an object type by name, and whether each must be there."""
    found: dict[str, bool] = {}
    for part in split(body.strip().removeprefix("{").removesuffix("}"), ",;\n"):
        one = re.match(r"\s*(?:readonly\s+)?[\"']?([\w$-]+)[\"']?(\?)?\s*(?:[:(<=]|$)", part)
        if one:
            found[one[1]] = not one[2]
    return found


def split(text: str, marks: str = ",") -> list[str]:
    """The parts of a list, whatever stands in their brackets and quotes."""
    parts, depth, start, quote, at = [], 0, 0, "", 0
    while at < len(text):
        sign = text[at]
        if quote:
            at += sign == "\\"
            quote = "" if sign == quote else quote
        elif sign in "\"'`":
            quote = sign
        elif sign in _OPEN:
            depth += 1
        elif sign in _SHUT and not (sign == ">" and text[at - 1 : at] == "="):
            depth -= 1
        elif sign in marks and depth <= 0:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return [*parts, text[start:]]


def _list_start(text: str) -> int:
    """Where the list of parameters begins: behind the name and its type parameters."""
    depth = 0
    for at, sign in enumerate(text):
        if sign == "<":
            depth += 1
        elif sign == ">" and text[at - 1 : at] != "=":
            depth -= 1
        elif sign == "(" and depth <= 0:
            return at
    return -1


def _closing(text: str, start: int) -> int:
    depth, quote = 0, ""
    for at in range(start, len(text)):
        sign = text[at]
        if quote:
            quote = "" if sign == quote and text[at - 1] != "\\" else quote
        elif sign in "\"'`":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
            if not depth:
                return at
    return -1


def _parameter(text: str) -> Parameter:
    text = text.strip()
    named = _NAME.match(text)
    name = named[1] if named and not text.startswith(("{", "[")) else ""
    head = split(text, "=")
    valued = len(head) > 1 and not head[1].startswith(">")
    before = split(head[0] if valued else text, ":")
    optional = before[0].rstrip().endswith("?") or valued
    rest = text.startswith("...")
    return Parameter(name, not optional and not rest, rest, ":".join(before[1:]).strip())


def _union(text: str) -> list[str]:
    return [one for part in split(text, "|") if (one := part.strip())]


def _promised(text: str) -> str:
    return text[8:-1] if text.startswith("Promise<") and text.endswith(">") else text


def _covered(one: str, new: list[str]) -> bool:
    wide = "string" if one[0] in "\"'" else "boolean" if one in ("true", "false") else "number" if one[-1].isdigit() else one
    return wide in new or (one == "boolean" and {"true", "false"} <= set(new))
