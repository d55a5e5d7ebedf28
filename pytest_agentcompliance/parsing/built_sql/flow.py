"""An expression into the text that it makes: what is written there, and what is put in, followed inside of one function."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from pytest_agentcompliance.parsing.built_sql.source import Source, Spot, Value
from pytest_agentcompliance.parsing.built_sql.tame import REQUEST, is_tame, is_told_tame

MOST_STEPS, MOST_OF_FILE = 1500, 60_000  # of one expression, of a file
DEEPEST = 14


@dataclass(frozen=True, slots=True)
class Hole:
    """What is put into a text: where it stands there, and where it comes from in the end."""

    shown: Spot
    origin: Spot
    tame: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several texts, or several of them one after the other."""

    texts: "tuple[tuple[Piece, ...], ...]"


Piece = str | Hole | Choice
Text = tuple[Piece, ...]
_CHAIN = re.compile(r"[A-Za-z_$][\w$]*(?:\s*(?:\?\.|!?\.)\s*[A-Za-z_$][\w$]*)*\Z")
_KEEPS = frozenset(  # methods whose result is made of what they are called on
    """
    strip lstrip rstrip trim trimEnd trimStart lower upper toLowerCase toUpperCase toString replace replaceAll slice bindparams
    columns execution_options label filter sort reverse flat keys items values copy encode decode removesuffix removeprefix title
    capitalize split
    """.split()  # noqa: SIM905 - a list of so many words is read by nobody
)
_WRAPS = re.compile(
    r"(?:(?:\w+\.)*(?:text|dedent|cleandoc|str|String|raw|literal|unsafe|RawSQL|sorted|list|tuple|set|reversed|literal_column|"
    r"from|freeze|asc|desc|cast)|Object\.(?:keys|values|entries)|new Set|Set)\Z"
)
_PERCENT = re.compile(r"%(?:\((\w+)\))?[-+0 #]*\d*(?:\.\d+)?([sdrfxi])")
_BRACES = re.compile(r"\{(\w*)(?:[.\[][^{}]*)?(?:![rsa])?(?::[^{}]*)?\}")
_METHODS = _KEEPS | {"format", "concat", "join", "map", "get", "repeat"}
_QUOTES = re.compile(r"[\"'`]'[\"'`]|/'/g?")
_WORD = re.compile(r"\s+(if|else|or|and|for)\b")
_AS = re.compile(r"\s(?:as|satisfies)\s+[\w.<>\[\]|& ]{1,80}\Z")


@dataclass(slots=True)
class Flow:
    """Follows expressions of one file."""

    source: Source
    steps: int = 0
    total: int = 0
    _told: dict[tuple[int, int], Text | None] = field(default_factory=dict)  # of names, where they stand

    def text(self, start: int, end: int) -> Text:
        """What an expression makes."""
        self.total += self.steps
        self.steps, self._told = 0, {}
        return self._of(start, end, 0)

    def is_whole(self, start: int, end: int) -> bool:
        """Whether an expression is one text that nothing is put into, so that nobody need follow it; it is counted all the same."""
        if self.source.strings.get(start) != end or start in self.source.parts:
            return False
        self.total += self.steps
        self.steps, self._told = 1, {}
        return True

    def _of(self, start: int, end: int, depth: int) -> Text:
        source = self.source
        start, end = source.trim(start, end)
        self.steps += 1
        if start >= end:
            return ()
        if depth > DEEPEST or self.steps > MOST_STEPS or self.total > MOST_OF_FILE or end - start > 40_000:
            return (Hole((start, end), (start, end), tame=True),)
        code = source.code
        if code.startswith("await ", start):
            return self._of(start + 6, end, depth)
        if code.startswith("...", start) or code[start] == "*":
            return self._of(start + (3 if code[start] == "." else 1), end, depth)
        if code[end - 1] == "!" or (source.script and (cast := _AS.search(code, max(start, end - 90), end))):
            return self._of(start, end - 1 if code[end - 1] == "!" else cast.start() if cast else end, depth)
        if code[start] == "(" and source.pairs.get(start) == end - 1:
            inner = source.split(start + 1, end - 1)
            return self._of(*inner[0], depth + 1) if len(inner) == 1 else self._each(inner, depth)
        if code[start] in "[{" and source.pairs.get(start) == end - 1:
            return self._collection(start, end, depth)
        if source.strings.get(start) == end:
            return self._string(start, end, depth)
        return self._operators(start, end, depth) or self._tail(start, end, depth)

    def _each(self, spots: Iterable[Spot], depth: int) -> Text:
        return tuple(piece for one in spots for piece in (", ", *self._of(*one, depth + 1)))[1:]

    def _string(self, start: int, end: int, depth: int) -> Text:
        source = self.source
        head = re.match(r"[A-Za-z]{0,3}(?:\"{3}|'{3}|[\"'`])", source.text[start : start + 8])
        if head is None:  # a regular expression
            return (Hole((start, end), (start, end), tame=True),)
        quote = head[0].lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        at, last = start + len(head[0]), end - len(quote)
        pieces: list[Piece] = []
        for begin, finish in source.parts.get(start, ()):
            pieces.append(source.text[at:begin])
            inner = source.trim(begin + (2 if source.script else 1), finish - 1)
            if not source.script:
                inner = source.trim(inner[0], _without_format(source, *inner))
            pieces.extend(self._put(inner, depth))
            at = finish
        pieces.append(source.text[at:last])
        return tuple(piece for piece in pieces if piece != "")

    def _put(self, spot: Spot, depth: int) -> Text:
        """What is put into a text: followed, and shown where it is put in."""
        return _shown(self._of(*spot, depth + 1), spot)

    def _collection(self, start: int, end: int, depth: int) -> Text:
        source = self.source
        inside = re.search(r"\s(?:async\s+)?for\s", source.code[start:end])
        if inside and any(at == start + inside.start() for at in source.steps(start + 1, end - 1)):
            return self._of(start + 1, start + inside.start(), depth + 1)
        if source.code[start] == "[":
            return self._each(source.split(start + 1, end - 1), depth)
        pieces: list[Piece] = []
        for one in source.split(start + 1, end - 1):
            colon = next(source.signs(*one, ":"), None)
            pieces.extend(self._of(colon + 1 if colon is not None else one[0], one[1], depth + 1))
        return tuple(pieces)

    def _operators(self, start: int, end: int, depth: int) -> Text | None:
        """The text of operators: what is chosen between, what is put together, what is formatted; None where there is none."""
        source, code = self.source, self.source.code
        signs = _signs(source, start, end)
        if signs.loop is not None:
            return self._of(start, signs.loop, depth + 1)
        if signs.first is not None and signs.second is not None:
            return (Choice((self._of(*signs.first, depth + 1), self._of(*signs.second, depth + 1))),)
        if signs.either:
            edges = [start, *(edge for one in signs.either for edge in one), end]
            sides = [(edges[at], edges[at + 1]) for at in range(0, len(edges), 2)]
            if code[signs.either[-1][0] : signs.either[-1][1]].strip() in ("&&", "and"):
                sides = sides[-1:]
            return (Choice(tuple(self._of(*one, depth + 1) for one in sides)),)
        if signs.plus:
            parts = [source.trim(low + 1, high) for low, high in pairwise([start - 1, *signs.plus, end])]
            return tuple(piece for one in parts if one[0] < one[1] for piece in self._put(one, depth))
        if signs.times is not None and code[start] in "[('\"":
            return self._of(start, signs.times, depth + 1)  # a mark for each
        if signs.percent is not None:
            return self._percent(start, signs.percent, end, depth)
        return None if source.script else self._adjacent(start, end, depth)

    def _adjacent(self, start: int, end: int, depth: int) -> Text | None:
        """Strings that stand one after the other."""
        source, at = self.source, start
        spots: list[Spot] = []
        while at in source.strings:
            spots.append((at, source.strings[at]))
            at = source.trim(source.strings[at], end)[0]
        whole = len(spots) > 1 and at >= end
        return tuple(piece for one in spots for piece in self._of(*one, depth + 1)) if whole else None

    def _percent(self, start: int, sign: int, end: int, depth: int) -> Text | None:
        left = self._of(start, sign, depth + 1)
        right = self.source.trim(sign + 1, end)
        if right[0] >= right[1] or not any(isinstance(piece, str) for piece in left):
            return None
        code = self.source.code
        wrapped = code[right[0]] == "(" and self.source.pairs.get(right[0]) == right[1] - 1
        given = self.source.split(right[0] + 1, right[1] - 1) if wrapped else [right]
        named = _keys(self.source, *right) if code[right[0]] == "{" else {}
        return self._filled(left, given, named, right, depth)

    def _filled(self, left: Text, given: list[Spot], named: dict[str, Spot], right: Spot, depth: int) -> Text:
        """A text whose marks (%s) are filled in."""
        pieces: list[Piece] = []
        count = 0
        for piece in left:
            if not isinstance(piece, str):
                pieces.append(piece)
                continue
            at = 0
            for mark in _PERCENT.finditer(piece):
                pieces.append(piece[at : mark.start()])
                at = mark.end()
                spot = named.get(mark[1], right) if mark[1] else given[min(count, len(given) - 1)] if given else right
                count += not mark[1]
                pieces.extend(self._put(spot, depth) if mark[2] in "sr" else (Hole(spot, spot, tame=True),))
            pieces.append(piece[at:])
        return tuple(pieces)

    def _formatted(self, text: Text, arguments: Spot, depth: int) -> Text:
        given = self.source.split(arguments[0] + 1, arguments[1] - 1)
        named: dict[str, Spot] = {}
        listed: list[Spot] = []
        for one in given:
            match = re.compile(r"(\w+)\s*=(?!=)").match(self.source.code, one[0], one[1])
            if match:
                named[match[1]] = self.source.trim(match.end(), one[1])
            else:
                listed.append(one)
        pieces: list[Piece] = []
        count = 0
        for piece in text:
            if not isinstance(piece, str):
                pieces.append(piece)
                continue
            at = 0
            for mark in _BRACES.finditer(piece):
                name = mark[1] or str(count)
                count += not mark[1]
                spot = named.get(name) or (listed[int(name)] if name.isdecimal() and int(name[:4]) < len(listed) else None)
                spot = spot or (listed[-1] if listed else given[-1] if given else None)
                pieces.append(piece[at : mark.start()])
                at = mark.end()
                if spot:
                    pieces.extend(self._put(spot, depth))
            pieces.append(piece[at:])
        return tuple(pieces)

    def _tail(self, start: int, end: int, depth: int) -> Text:
        """A name, a number, a call, a subscript."""
        source, code = self.source, self.source.code
        whole = (Hole((start, end), (start, end), tame=is_tame(source, start, end)),)
        last = code[end - 1]
        if last == ")" and (opened := source.pairs.get(end - 1, -1)) >= start:
            return self._call(start, opened, end, depth) or whole
        if last == "]" and (opened := source.pairs.get(end - 1, -1)) > start:
            root = self._of(start, opened, depth + 1)
            if _is_plain(root) or whole[0].tame:
                return root or whole
            return whole
        if last == '"' and source.script and code[start] != '"':
            tag = source.text[start:end].partition("`")[0]
            raw = tag.strip() == "String.raw"
            return self._string(start + len(tag), end, depth) if raw else (Hole((start, end), (start, end), tame=True),)
        if whole[0].tame:
            return whole
        if _CHAIN.match(code[start : min(end, start + 300)]):
            return self._named(start, end, depth) or whole
        return whole

    def _call(self, start: int, opened: int, end: int, depth: int) -> Text | None:
        source = self.source
        callee = source.trim(start, opened)
        given = source.split(opened + 1, end - 1)
        if is_tame(source, start, end):
            return None
        name = source.code[callee[0] : callee[1]].partition("<")[0]
        if source.script and given and re.search(r"(?:^|\.)(?:format|v?sprintf)\Z", name):
            return self._filled(self._of(*given[0], depth + 1), given[1:] or given, {}, given[0], depth)
        dot = max(source.signs(*callee, "."), default=None)
        method = source.code[dot + 1 : callee[1]].strip().partition("<")[0] if dot is not None else ""
        if dot is not None and method in _METHODS:
            receiver = source.trim(start, dot - 1 if source.code[dot - 1 : dot] == "?" else dot)
            return self._method(method, self._of(*receiver, depth + 1), (opened, end), depth)
        if _WRAPS.match(name) and given:
            return self._of(*given[0], depth + 1)
        return self._each(given, depth) if re.search(r"(?:^|\.)(?:zip|enumerate|chain)\Z", name) else None

    def _method(self, method: str, text: Text, arguments: Spot, depth: int) -> Text | None:
        """What a method makes of a text."""
        source = self.source
        given = source.split(arguments[0] + 1, arguments[1] - 1)
        if method == "format":
            return self._formatted(text, arguments, depth)
        if method == "concat":
            return text + tuple(piece for one in given for piece in self._put(one, depth))
        if method == "join" and not source.script:
            return self._of(*given[0], depth + 1) if given else ()
        if method == "map":
            return self._mapped(given, depth)
        if method == "get":
            return text if _is_plain(text) else None
        if method.startswith("replace") and _QUOTES.search(source[arguments][:12]):
            return (Hole(arguments, arguments, tame=True),)  # its quotes are doubled
        if method.startswith("replace") and len(given) > 1:
            return self._replaced(text, source[given[0]].strip("\"'`"), given[1], depth)
        return text

    def _replaced(self, text: Text, old: str, new: Spot, depth: int) -> Text:
        """A text in which something takes the place of a part of it."""
        pieces: list[Piece] = []
        for piece in text:
            if isinstance(piece, str) and old and old in piece:
                before, _, after = piece.partition(old)
                pieces += [before, *self._put(new, depth), after]
            else:
                pieces.append(piece)
        return tuple(pieces)

    def _mapped(self, given: list[Spot], depth: int) -> Text | None:
        """What an arrow function makes of each."""
        if not given:
            return None
        arrow = self.source.code.find("=>", *given[0])
        if arrow < 0:
            return None
        body = self.source.trim(arrow + 2, given[0][1])
        if self.source.code[body[0]] == "{":
            inside = [one for one in self.source.returns if body[0] <= one[0] < body[1]]
            return self._each([(low, high - self.source.code.endswith(";", 0, high)) for low, high in inside], depth)
        return self._of(*body, depth + 1)

    def _named(self, start: int, end: int, depth: int) -> Text | None:
        """What a name holds there; nothing is followed twice."""
        if (start, end) not in self._told:
            self._told[start, end] = (Hole((start, end), (start, end), tame=True),)
            self._told[start, end] = self._followed(start, end, depth)
        return self._told[start, end]

    def _followed(self, start: int, end: int, depth: int) -> Text | None:
        """What a name holds, as far as its function, those around it and the module say."""
        source = self.source
        name = re.sub(r"[\s?!]", "", source.code[start:end])
        told = is_told_tame(source, name, start)
        for function in [*source.around(start), None]:
            low, high, parameters = function or (0, len(source.text), (0, 0))
            near = source.given(name, function, end, min(high, end + 2000))
            each = [one for one in near if one.how == "for" and _is_around(source, start, one.at)]
            module = function is None and depth > 0
            here = source.given(name, function, low, high if module else start)
            before = each or [one for one in here if module or one.end <= start]
            if before:
                return (Hole((start, end), (start, end), tame=True),) if told else self._held(before, start, depth)
            if function and re.search(rf"(?<![\w$.]){re.escape(name)}(?![\w$])", source.code[slice(*parameters)]):
                return (Hole((start, end), (start, end), tame=told),)
        return (Hole((start, end), (start, end), tame=told or self._is_imported(name, start, end)),)

    def _is_imported(self, name: str, start: int, end: int) -> bool:
        return name.partition(".")[0] in self.source.imported and not REQUEST.search(self.source.text[start : end + 1])

    def _held(self, values: list[Value], use: int, depth: int) -> Text:
        """What a name was given before its use: from the last time that it was given all of it, on the way there."""
        source = self.source
        kept: list[Value] = []
        for one in reversed(values):
            kept.append(one)
            if one.how in ("=", "for") and _is_above(source, one.at, use):
                break
        pieces: list[Piece] = []
        first = [one for one in reversed(kept) if one.how in ("=", "for")]
        texts = tuple(self._value(one, depth) for one in first)
        if len(texts) > 1:
            pieces.append(Choice(texts))
        elif texts:
            pieces.extend(texts[0])
        for one in reversed(kept):
            if one.how not in ("=", "for"):
                pieces.append(" ")
                pieces.extend(self._value(one, depth))
        return tuple(pieces)

    def _value(self, one: Value, depth: int) -> Text:
        if one.how == "add":
            return self._each(self.source.split(one.start + 1, one.end - 1), depth)
        return self._of(one.start, one.end, depth + 1)


@dataclass(slots=True)
class _Signs:
    """The operators of an expression that stand in no bracket of it."""

    plus: list[int] = field(default_factory=list)
    either: list[Spot] = field(default_factory=list)
    percent: int | None = None
    times: int | None = None
    loop: int | None = None
    first: Spot | None = None
    second: Spot | None = None


def _signs(source: Source, start: int, end: int) -> _Signs:
    found, code = _Signs(), source.code
    for at in source.signs(start, end, "+?:|&" if source.script else "+%* "):
        sign = code[at]
        if sign == "+" and at > start and code[at : at + 2] != "++" and code[at - 1] != "+":
            found.plus.append(at)
        elif source.script:
            _script_sign(code, at, (start, end), found)
        elif sign in "%*" and at > start and (found.percent if sign == "%" else found.times) is None:
            found.percent, found.times = (at, found.times) if sign == "%" else (found.percent, at)
        elif sign == " " and (word := _WORD.match(code, at, end)):
            _python_word(word, (start, end), found)
    return found


def _script_sign(code: str, at: int, spot: Spot, found: _Signs) -> None:
    sign, two = code[at], code[at : at + 2]
    if sign == "?" and two not in ("?.", "??") and code[at - 1] != "?" and found.first is None:
        found.first = (at + 1, spot[1])
    elif sign == ":" and found.first is not None and found.second is None and at > found.first[0]:
        found.first, found.second = (found.first[0], at), (at + 1, spot[1])
    elif two in ("||", "??", "&&") and code[at - 1] != sign and found.first is None:
        found.either.append((at, at + 2))


def _python_word(word: re.Match[str], spot: Spot, found: _Signs) -> None:
    if word[1] == "if" and found.first is None:
        found.first = (spot[0], word.start())
    elif word[1] == "else":
        found.second = (word.end(), spot[1])
    elif word[1] in ("or", "and"):
        found.either.append((word.start(), word.end()))
    elif word[1] == "for" and found.loop is None:
        found.loop = word.start()


def _is_plain(text: Text) -> bool:
    """Whether nothing is put in that could be anything."""
    texts = [each for one in text if isinstance(one, Choice) for each in one.texts if each]
    return bool(text) and all(one.tame for one in text if isinstance(one, Hole)) and all(map(_is_plain, texts))


def _shown(text: Text, spot: Spot) -> Text:
    """What comes from elsewhere and has no text of its own shows where it is put in."""
    if any(isinstance(one, str) and one.strip(" ,") for one in text):
        return text
    return tuple(
        Hole(spot, one.origin, one.tame) if isinstance(one, Hole)
        else Choice(tuple(_shown(each, spot) for each in one.texts)) if isinstance(one, Choice)
        else one
        for one in text
    )  # fmt: skip


def _without_format(source: Source, start: int, end: int) -> int:
    for at in source.signs(start, end, ":!="):
        if (source.code[at] == ":" and at > start) or (source.code[at] == "!" and source.code[at + 1 : at + 2] in ("r", "s", "a")):
            return at
        if source.code[at] == "=" and at == end - 1:
            return at
    return end


def _keys(source: Source, start: int, end: int) -> dict[str, Spot]:
    found: dict[str, Spot] = {}
    for one in source.split(start + 1, end - 1):
        colon = next(source.signs(*one, ":"), None)
        if colon is not None:
            found[source.text[one[0] : colon].strip(" \"'\n\t")] = source.trim(colon + 1, one[1])
    return found


def _is_around(source: Source, use: int, at: int) -> bool:
    """Whether brackets around a use have an offset in them too, as those of a comprehension do."""
    if at - use > 2000:
        return False
    begun = source.code.count("\n", use, at)
    return begun < 12 and any(
        source.code[sign] in "([{" and source.pairs.get(sign, 0) > at for sign in range(use - 1, max(0, use - 1500), -1)
    )


def _is_above(source: Source, at: int, use: int) -> bool:
    """Whether whatever comes to the use has come by there: as far as indentation, or the brackets around, say."""
    code = source.code
    if not source.script:
        return _indent(code, at) <= _indent(code, use)
    opened = code.rfind("{", 0, at)
    for _ in range(40):
        if opened < 0 or source.pairs.get(opened, len(code)) > at:
            break
        opened = code.rfind("{", 0, opened)
    return opened < 0 or source.pairs.get(opened, len(code)) > use


def _indent(code: str, at: int) -> int:
    line = code.rfind("\n", 0, at) + 1
    return len(code[line:at]) - len(code[line:at].lstrip())
