"""A column as it is compared: without its layout, and without what makes no difference to the database."""

import re

LONGEST = 4000  # characters of one column

# What is passed over: a call of Drizzle's that only its types and its code know, an argument or a key of such a name.
_IDLE = re.compile(
    r"\.\$[a-zA-Z]+|\b(?:default|default_factory|doc|info|validators|help_text|verbose_name|verbose_name_plural|description|title|"
    r"examples|repr|init|active_history|deferred|onupdate|sa_kwargs|comment|related_name)\s*=(?!=)"
    r"|\b(?:mode|enum|transformer|select|cascade|eager|lazy|comment)\s*:"
)
_OPEN, _CLOSED = "([{<", ")]}>"


def tight(text: str) -> str:
    """The text without what is idle, with one kind of quotes, and no white space beside a sign."""
    text = text[:LONGEST]
    parts: list[str] = []
    at = 0
    while found := _IDLE.search(text, at):
        parts.append(text[at : found.start()])
        at = _after_call(text, found.end()) if found[0].startswith(".") else _after_value(text, found.end())
    said = re.sub(r"\s*([^\w\s])\s*", r"\1", " ".join("".join([*parts, text[at:]]).split()))
    return re.sub(r",+(?=[)\]}])|(?<=[(\[{]),+|,+(?=,)", "", said).replace('"', "'").replace(",{})", ")").rstrip(",;")


def _after_call(text: str, at: int) -> int:
    """Behind the brackets that follow a name: those of its types, and those of its arguments."""
    for opening in "<(":
        if text[at : at + 1] == opening:
            at = _after_value(text, at + 1, closing=True)
    return at


def _after_value(text: str, at: int, *, closing: bool = False) -> int:
    """Where a value ends: at the comma or bracket that is not its own; with ``closing`` behind the bracket that ends it."""
    depth = 0
    quote = ""
    for place in range(at, len(text)):
        sign = text[place]
        if quote:
            if sign == quote and text[place - 1] != "\\":
                quote = ""
        elif sign in "\"'`":
            quote = sign
        elif sign in _OPEN:
            depth += 1
        elif sign in _CLOSED and text[place - 1 : place + 1] not in ("=>", "->"):
            if depth == 0:
                return place + closing
            depth -= 1
        elif sign == "," and depth == 0 and not closing:
            return place
    return len(text)
