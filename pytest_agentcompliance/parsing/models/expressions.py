"""The expressions in which columns are declared, in Python and TypeScript alike: calls, their arguments, chains of calls."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["word", "text", "call", "index", "list", "map", "arrow", "either", "other"]

DEEPEST = 40  # brackets in brackets; what lies deeper is passed over
MOST = 20_000  # nodes of one expression
LONGEST = 4000  # characters of texts that are joined
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"[A-Za-z_$@#][\w$]*(?:\s*\??\.\s*[A-Za-z_$#][\w$]*)*")
_NUMBER = re.compile(r"[-+]?\d[\w.]*")
_ANGLE = re.compile(r"=>|[<>]")
_LONGEST_TYPE = 1000  # characters between the brackets of type arguments
_TEXT = re.compile(r"(?:[rRuUbBfF]{1,2}(?=[\"']))?(\"\"\"|'''|\"|'|`)")
_THEN = re.compile(r"\s*!?\s*\??\.\s*([A-Za-z_$#][\w$]*)")
_AS = re.compile(r"!?\s*(?:as|satisfies)\s+(?:const\b|[\w.$]+(?:<[^<>]{0,200}>)?(?:\[\])?)")
_ARROW = re.compile(r"\s*(?::\s*[\w.$\[\]<>|& ]{1,200})?=>\s*")
_RETURN = re.compile(r"\breturn\b")
_KEY = re.compile(r"\s*([\w$]+)\s*(?=:)")
_NAMED = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?![=>])")
_OPEN, _CLOSED = "([{", ")]}"
_SIGN = re.compile(r"[\"'`()\[\]{},]|=>")


@dataclass(frozen=True, slots=True)
class Node:
    """One expression. ``name`` is a dotted name, the value of a text, or the other's text as written.

    ``parts`` are arguments or elements, ``named`` keyword arguments or entries of a map, ``then`` the calls that follow.
    """

    kind: Kind
    name: str
    start: int
    end: int
    parts: tuple["Node", ...] = ()
    named: tuple[tuple[str, "Node"], ...] = ()
    then: tuple["Node", ...] = ()

    @property
    def last(self) -> str:
        """The last part of a dotted name: ``Column`` of ``db.Column``."""
        return self.name.rpartition(".")[2]

    def get(self, key: str) -> "Node | None":
        """The entry or keyword argument of a name."""
        return next((value for name, value in self.named if name == key), None)

    def call(self, *names: str) -> "Node | None":
        """The first of the calls that follow with one of these names."""
        return next((one for one in self.then if one.name in names), None)


def expression(text: str) -> Node:
    """The expression that a text without comments begins with, up to a comma or a closing bracket. Never fails."""
    return _Reader(text).value(0, 0)


def leading(text: str) -> Node:
    """The word or call that a text begins with, whatever follows it."""
    reader = _Reader(text)
    return reader.chain(reader.primary(0, 0), 0)


class _Reader:
    """One reading: a place goes in, a node comes out whose end is the next place. No place is read twice."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._left = MOST

    def value(self, start: int, depth: int) -> Node:
        at = self._space(start)
        self._left -= 1
        if depth > DEEPEST or self._left <= 0:
            return self._other(at, at)
        first = self.primary(at, depth)
        first = self.chain(first, depth)
        if (cast := _AS.match(self._text, first.end)) is not None:
            first = _until(first, cast.end())
        at = self._space(first.end)
        if self._at_stop(at):
            return first
        if self._text.startswith("|", at) and not self._text.startswith("||", at):
            return self._either(first, at, depth)
        while first.kind == "text" and _TEXT.match(self._text, at):  # Python joins texts that stand side by side
            more = self._string(at)
            first = Node(more.kind, (first.name + more.name)[:LONGEST], first.start, more.end)
            at = self._space(more.end)
        return first if self._at_stop(at) else self._other(start, at)

    def _either(self, first: Node, at: int, depth: int) -> Node:
        parts = [first]
        while self._text.startswith("|", at) and self._left > 0:
            one = self.chain(self.primary(self._space(at + 1), depth + 1), depth)
            self._left -= 1
            parts.append(one)
            at = self._space(one.end)
        if not self._at_stop(at):
            return self._other(first.start, at)
        return Node("either", self._text[first.start : at], first.start, at, tuple(parts))

    def primary(self, at: int, depth: int) -> Node:
        text = self._text
        if _TEXT.match(text, at) is not None:
            return self._string(at)
        if (word := _WORD.match(text, at)) is not None:
            name = re.sub(r"[\s?]", "", word[0])
            if (arrow := _ARROW.match(text, word.end())) is not None and ":" not in arrow[0]:
                return self._arrow(at, arrow.end(), depth)
            if name in ("new", "await") or (name == "async" and text[word.end() : word.end() + 2].strip()):
                return _from(at, self.primary(self._space(word.end()), depth + 1) if depth < DEEPEST else self._other(at, at))
            if name == "lambda":
                colon = text.find(":", word.end(), word.end() + 200)
                return self._other(at, at) if colon < 0 else self._arrow(at, colon + 1, depth)
            return Node("word", name, at, word.end())
        if (number := _NUMBER.match(text, at)) is not None:
            return Node("other", number[0], at, number.end())
        sign = text[at : at + 1]
        if sign in ("(", "["):
            parts, named, end = self._elements(at + 1, depth)
            if sign == "(" and (arrow := _ARROW.match(text, end)) is not None:
                return self._arrow(at, arrow.end(), depth)
            if sign == "(" and len(parts) == 1 and not named and not text[at + 1 : end - 1].rstrip().endswith(","):
                return _until(_from(at, parts[0]), end)
            return Node("list", "", at, end, parts, named)
        if sign == "{":
            return self._map(at, depth)
        if text.startswith("...", at) or text.startswith("**", at):
            inner = self.value(at + (3 if sign == "." else 2), depth + 1)
            return Node("other", "...", at, inner.end, (inner,))
        return self._other(at, at)

    def _arrow(self, start: int, at: int, depth: int) -> Node:
        body = self.value(at, depth + 1)
        if body.kind == "map" and self._text.startswith("{", at) and (said := _RETURN.search(self._text, at, body.end)) is not None:
            told = self.value(said.end(), depth + 1)
            return Node("arrow", "", start, body.end, (told,))
        return Node("arrow", "", start, body.end, (body,))

    def _string(self, at: int) -> Node:
        """The text whose quotation mark stands at a place."""
        quote = _TEXT.match(self._text, at)
        if quote is None:
            return Node("other", "", at, at + 1)
        text, mark = self._text, quote[1]
        place = quote.end()
        while True:
            end = text.find(mark, place)
            if end < 0:
                return Node("other", "", at, len(text))
            back = end
            while back > quote.end() and text[back - 1] == "\\":
                back -= 1
            if (end - back) % 2 == 0:
                break
            place = end + 1
        said = text[quote.end() : end]
        plain = "${" not in said and not ("f" in quote[0].lower()[:2] and "{" in said)
        return Node("text" if plain else "other", said, at, end + len(mark))

    def chain(self, node: Node, depth: int) -> Node:
        """The node with the brackets and the calls that follow it."""
        then: list[Node] = []
        text = self._text
        if node.kind == "other" and node.name != "...":
            return node
        while self._left > 0:
            self._left -= 1
            end = then[-1].end if then else node.end
            if text[end : end + 20].lstrip()[:1] == "<":
                end = self._after_types(end)
            sign = text[end : end + 1]
            if sign == "`" and not then and node.kind == "word":
                said = self._string(end)
                return Node("other", f"{node.name}`{said.name}`", node.start, said.end)
            if sign in ("(", "["):
                parts, named, end = self._elements(end + 1, depth)
                kind: Kind = "call" if sign == "(" else "index"
                if then and then[-1].kind == "word":
                    then[-1] = Node(kind, then[-1].name, then[-1].start, end, parts, named)
                elif not then and node.kind == "word":
                    node = Node(kind, node.name, node.start, end, parts, named)
                else:  # what was called gives something that is called again
                    then.append(Node(kind, "", end, end, parts, named))
            elif (more := _THEN.match(text, end)) is not None:
                then.append(Node("word", more[1], more.start(1), more.end()))
            else:
                break
        if not then:
            return node
        return Node(node.kind, node.name, node.start, then[-1].end, node.parts, node.named, tuple(then))

    def _after_types(self, at: int) -> int:
        """Behind the type arguments of a call; the same place, where what follows are none."""
        depth = 0
        for sign in _ANGLE.finditer(self._text, at, at + _LONGEST_TYPE):
            depth += {"<": 1, ">": -1}.get(sign[0], 0)
            if depth == 0:
                return sign.end() if self._text.startswith("(", sign.end()) else at
        return at

    def _elements(self, at: int, depth: int) -> tuple[tuple[Node, ...], tuple[tuple[str, Node], ...], int]:
        """What stands in round or square brackets, and where they end; ``name=value`` apart."""
        parts: list[Node] = []
        named: list[tuple[str, Node]] = []
        text = self._text
        while True:
            at = self._space(at)
            if at >= len(text) or text[at] in _CLOSED:
                return tuple(parts), tuple(named), min(at + 1, len(text))
            if text[at] == ",":
                at += 1
                continue
            if (key := _NAMED.match(text, at)) is not None:
                value = self.value(key.end(), depth + 1)
                named.append((key[1], value))
            else:
                value = self.value(at, depth + 1)
                parts.append(value)
            at = value.end if value.end > at else at + 1

    def _map(self, start: int, depth: int) -> Node:
        named: list[tuple[str, Node]] = []
        text = self._text
        at = start + 1
        while True:
            at = self._space(at)
            if at >= len(text) or text[at] in _CLOSED:
                return Node("map", "", start, min(at + 1, len(text)), (), tuple(named))
            if text[at] in ",;":
                at += 1
                continue
            key = _KEY.match(text, at)
            if key is not None:
                name, begin = key[1], self._space(key.end()) + 1
            elif _TEXT.match(text, at) is not None:
                said = self._string(at)
                begin = self._space(said.end)
                if text[begin : begin + 1] != ":":
                    at = self._other(at, said.end).end
                    continue
                name, begin = said.name, begin + 1
            else:
                value = self.value(at, depth + 1)
                spread = value.kind == "other" and value.name == "..."
                named.append(("..." if spread else value.name, value.parts[0] if spread and value.parts else value))
                at = value.end if value.end > at else at + 1
                continue
            value = self.value(begin, depth + 1)
            named.append((name, value))
            at = max(value.end, begin)

    def _other(self, start: int, at: int) -> Node:
        """What is not understood, up to the comma or bracket that ends it."""
        text, depth = self._text, 0
        while (sign := _SIGN.search(text, at)) is not None:
            if sign[0] in ('"', "'", "`"):
                at = self._string(sign.start()).end
                continue
            if sign[0] in _OPEN:
                depth += 1
            elif sign[0] in _CLOSED:
                if depth == 0:
                    break
                depth -= 1
            elif sign[0] == "," and depth == 0:
                break
            at = sign.end()
        end = sign.start() if sign is not None else len(text)
        return Node("other", text[start : min(end, start + 500)].strip(), start, end)

    def _at_stop(self, at: int) -> bool:
        return at >= len(self._text) or self._text[at] in ",)]};"

    def _space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at


def _until(node: Node, end: int) -> Node:
    return Node(node.kind, node.name, node.start, end, node.parts, node.named, node.then)


def _from(start: int, node: Node) -> Node:
    return Node(node.kind, node.name, start, node.end, node.parts, node.named, node.then)
