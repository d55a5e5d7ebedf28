"""Texts and values out of somebody's JSON, made safe to keep: bounded, and without what no file can hold."""

import re
from collections.abc import Mapping

DEEPEST, MOST, LONGEST = 6, 200, 4096  # of a value: levels, items in one container, characters of one text
ITEMS = 2000  # of one call, in all
SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str, limit: int, *, tail: bool = False) -> str:
    """The beginning of a text, or its end; halves of characters and NUL are replaced by the sign for what cannot be read."""
    text = text[-limit:] if tail else text[:limit]
    if not text.isascii() and SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "\ufffd")


def plain(value: Mapping[str, object]) -> dict[str, object]:
    """The arguments of a call, bounded in every direction."""
    found = _plain(value, 0, [ITEMS])
    return found if isinstance(found, dict) else {}


def weight(value: object) -> int:
    """About how many characters a value takes."""
    if isinstance(value, str):
        return len(value) + 50
    if isinstance(value, Mapping):
        return sum(100 + weight(one) for one in value.values())
    return sum(map(weight, value)) if isinstance(value, (list, tuple)) else 20


def _plain(value: object, depth: int, left: list[int]) -> object:
    left[0] -= 1
    if isinstance(value, str):
        return clean(value, LONGEST)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth >= DEEPEST or left[0] < 0:
        return "..."
    if isinstance(value, Mapping):
        return {clean(str(key), LONGEST): _plain(one, depth + 1, left) for key, one in list(value.items())[:MOST]}
    if isinstance(value, (list, tuple)):
        return [_plain(one, depth + 1, left) for one in value[:MOST]]
    return str(type(value).__name__)


def text_of(value: object) -> str:
    """The text of a content: a string, a list of blocks that have one, or a block. Images and the like have none."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        inner = value.get("text", value.get("content", value.get("output")))
        return inner if isinstance(inner, str) else ""
    if isinstance(value, list):
        return "\n".join(part for one in value[:10_000] if (part := text_of(one) if not isinstance(one, list) else ""))
    return ""


def as_text(value: object) -> str:
    """A value that should be a text; empty where it is none."""
    return value if isinstance(value, str) else ""


def as_mapping(value: object) -> Mapping[str, object]:
    """A value that should be an object; an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[object]:
    """A value that should be a list; an empty one where it is none."""
    return value if isinstance(value, list) else []


def as_number(value: object) -> int | None:
    """A value that should be a whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) and -(1 << 53) < value < 1 << 53 else None
