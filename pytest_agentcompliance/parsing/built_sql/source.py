"""A file of code as its strings, brackets, functions, calls and assignments, so that an expression can be followed."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain, pairwise
from typing import Any, Literal

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.languages import SCRIPTS, language_of
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.together import Together

How = Literal["=", "+=", "for", "add"]
Spot = tuple[int, int]
Function = tuple[int, int, Spot]  # start, end, parameters
DEEPEST, MOST_VALUES = 40, 100
_OPEN, _CLOSE = {"(": ")", "[": "]", "{": "}"}, frozenset(")]}")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_ADDS = re.compile(r"([A-Za-z_$][\w$]*)\.(?:append|push|extend|unshift|insert|add)$")
_IMPORTS = re.compile(
    # The word first, which is found quicker than what must not stand before it.
    r"import(?<!\wimport)\s+(?:"
    r"(?:type\s+)?((?:\w+\s*,\s*)?\{[^{}]{0,5000}\}|\([^()]{0,5000}\)|\w+(?=\s+from\b))|([\w., *]{1,2000}))"
)
_DOTTED = re.compile(r"[A-Za-z_$][\w$.]*")
_NUMBER = r"\([^()]{0,500}\)\s{0,9}(?:->|:)\s{0,9}(?:int|float|bool|number|boolean|bigint|Decimal|date|datetime|UUID|Date)\b"
_COUNTS = re.compile(rf"\b(?:def|function)\s{{1,9}}([\w$]+)\s{{0,9}}{_NUMBER}|\b([\w$]+)\s{{0,9}}=\s{{0,9}}{_NUMBER}\s{{0,9}}=>")
# A name that is looked for in a list, held against a pattern, or given to what checks or quotes it; with what such a place is
# known by, so that a text is searched for the rest only there.
_CHECKS = (
    (re.compile(
        r"\b(?:includes|has|test|match|fullmatch|isInteger|isSafeInteger|isNaN|isFinite|indexOf|issubset)\s?\(([^()\n]{1,200})"
    ), ()),
    (re.compile(r"([A-Za-z_$][\w$.]{0,99})\.(?:isidentifier|isalnum|isdigit|isnumeric|isdecimal|issubset)\("),
     (".isidentifier(", ".isalnum(", ".isdigit(", ".isnumeric(", ".isdecimal(", ".issubset(")),
    (re.compile(r"\b(?:isinstance\(\s*([\w.]{1,99})\s*,\s*\(?\s*(?:int|float)\b)"), ("isinstance(",)),
    (re.compile(r"\"\s{1,9}not\s{1,9}in\s{1,9}([A-Za-z_][\w.]{0,99})"), ()),
    (re.compile(r"\b(?:typeof|switch)\s*\(?\s*([\w$.]{1,99})"), ("typeof", "switch")),
)  # fmt: skip
_IN = re.compile(r"(?<=\s)in\s")
_AMONG = re.compile(
    r"(?:\bif|\belif|\band|\bor|\bassert|\bnot|\bwhile|\()\s{0,99}([A-Za-z_$][\w$.]{0,99})\s{1,9}(?:not\s{1,9})?in\s"
)
_LONGEST_AMONG = 240  # characters of it
_VETS = ("valid", "allow", "sanit", "assert", "ensure", "safe", "quote", "escape", "check")
_VETTED = re.compile(rf"(?i)(?:{'|'.join(_VETS)})\w{{0,40}}\(\s{{0,99}}([\w$.]+(?:,\s?[\w$.]+)?)")
_MOST = 60_000  # matches of a file: more is no code that a person wrote


@dataclass(frozen=True, slots=True)
class Value:
    """What a name is given, and where: assigned, put behind what it has, taken one by one from, put into."""

    at: int
    start: int
    end: int
    how: How


@dataclass(frozen=True, slots=True)
class Call:
    """A call: where what is called stands, and its arguments with their brackets."""

    start: int
    end: int
    callee: Spot
    arguments: Spot


@dataclass
class Source:
    """A text of Python, JavaScript or TypeScript. Comments are blanks; ``code`` has quotes for strings."""

    text: str
    script: bool
    code: str = ""
    strings: dict[int, int] = field(default_factory=dict)
    parts: dict[int, list[Spot]] = field(default_factory=dict)  # what is put into the string that starts there
    pairs: dict[int, int] = field(default_factory=dict)  # opening bracket to closing one, and back
    functions: list[Function] = field(default_factory=list)
    values: dict[str, list[Value]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    returns: list[Spot] = field(default_factory=list)

    def trim(self, start: int, end: int) -> Spot:
        """Without blanks and comments at both ends."""
        part = self.code[start:end]
        return start + len(part) - len(part.lstrip()), end - (len(part) - len(part.rstrip()))

    def steps(self, start: int, end: int) -> Iterator[int]:
        """The offsets of an expression that stand in no bracket and no string of it; of those the first alone."""
        at = start
        while at < end:
            yield at
            at = max(at + 1, self.strings.get(at, at + 1), self.pairs.get(at, at) + 1 if self.code[at] in _OPEN else at + 1)

    def signs(self, start: int, end: int, among: str) -> Iterator[int]:
        """Those of the steps where one of these signs stands, which are no brackets and no quotes."""
        if self._odd:
            yield from (at for at in self.steps(start, end) if self.code[at] in among)
            return
        look, at = _looking(among), start
        while at < end and (found := look.search(self.code, at, end)):
            at = found.start()
            if (sign := self.code[at]) == '"':
                at = max(at + 1, self.strings.get(at, at + 1))
            elif sign in _OPEN:
                at = self.pairs.get(at, at) + 1
            else:
                yield at
                at += 1

    @cached_property
    def _odd(self) -> bool:
        """Whether some string does not begin with a quote: no code that a grammar reads has one."""
        return any(self.code[start] != '"' for start, end in self.strings.items() if end > start + 1)

    def split(self, start: int, end: int, sign: str = ",") -> list[Spot]:
        """The parts of an expression between signs, trimmed; empty ones are left out."""
        cuts = [start - 1, *self.signs(start, end, sign), end]
        parts = [self.trim(low + 1, high) for low, high in pairwise(cuts)]
        return [one for one in parts if one[0] < one[1]]

    @cached_property
    def imported(self) -> frozenset[str]:
        """The names that the file imports."""
        return frozenset(name for one in _IMPORTS.finditer(self.code) for name in _NAME.findall(one[1] or one[2]))

    @cached_property
    def counting(self) -> frozenset[str]:
        """The functions of the file that are declared to give a number, a date, or the like."""
        return frozenset(one[1] or one[2] for one in _COUNTS.finditer(self.code))

    @cached_property
    def _outer(self) -> list[int]:
        """For each function the number of the one that it stands in, -1 where that is none."""
        found: list[int] = []
        for number, one in enumerate(self.functions):
            above = number - 1
            while above >= 0 and self.functions[above][1] < one[1]:
                above = found[above]
            found.append(above)
        return found

    def around(self, at: int) -> list[Function]:
        """The functions that an offset stands in, the innermost first."""
        number = bisect_right(self.functions, at, key=lambda each: each[0]) - 1
        found: list[Function] = []
        while number >= 0 and len(found) < DEEPEST:
            if self.functions[number][1] > at:
                found.append(self.functions[number])
            number = self._outer[number]
        return found

    def function(self, at: int) -> Function | None:
        """The innermost function that an offset stands in."""
        return next(iter(self.around(at)), None)

    @cached_property
    def _owned(self) -> dict[tuple[str, Function | None], list[Value]]:
        found: dict[tuple[str, Function | None], list[Value]] = {}
        for name, values in self.values.items():
            for one in values:
                found.setdefault((name, self.function(one.at)), []).append(one)
        return found

    def given(self, name: str, function: Function | None, low: int, high: int) -> list[Value]:
        """What a name is given in a function (None: in none), between two offsets; the last hundred of them."""
        values = self._owned.get((name, function), [])
        first, last = (bisect_left(values, at, key=lambda one: one.at) for at in (low, high))
        return values[max(first, last - MOST_VALUES) : last]

    @cached_property
    def checks(self) -> dict[str, list[int]]:
        """Where the code asks of each name what it is, so that what comes after may rely on it."""
        found: dict[str, list[int]] = {}
        plain = (one for pattern, signs in _CHECKS if not signs or any(sign in self.code for sign in signs)
                 for one in pattern.finditer(self.code))  # fmt: skip
        for one in chain(plain, _among(self.code), _vetted(self.code)):
            for name in _DOTTED.findall(one[1]):
                found.setdefault(name, []).append(one.end())
        return found

    def __getitem__(self, spot: Spot) -> str:
        return self.text[spot[0] : spot[1]]


@cache
def _looking(among: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(among)}\"(\\[{{]")


def read(path: str, text: str) -> Source | None:
    """The file at a path; None where no grammar of ours reads it."""
    language = language_of(path, text)
    if language is None or (language.name not in SCRIPTS and language.name != "python"):
        return None
    script = language.name in SCRIPTS
    can = (number for number, may in enumerate(_NEEDS[script]) if may is None or may.search(text))
    found = _patterns(script).find(language.grammar, text, tuple(can))
    if found is None or len(found) > _MOST:
        return None
    source = Source(text, script)
    _paint(source, found)
    _pair(source)
    for one in found:
        spots = [held or (0, 0) for held in one.held]
        if one.pattern == _CALL:
            if source.code[spots[1][0] : spots[1][0] + 1] == "(":
                source.calls.append(Call(one.start, one.end, spots[0], spots[1]))
        elif one.pattern == _FUNCTION:
            source.functions.append((one.start, one.end, spots[0]))
        elif one.pattern in _GIVEN:
            _give(source, spots[0], Value(one.start, *spots[1], _GIVEN[one.pattern]))
        elif one.pattern == _RETURN:
            source.returns.append((one.start + len("return"), one.end))
    source.functions.sort()
    source.calls.sort(key=lambda one: (one.start, -one.end))
    for call in source.calls:
        named = _ADDS.search(source[call.callee]) if call.callee[1] - call.callee[0] < 200 else None
        if named:
            _give(source, (call.callee[0], call.callee[0] + len(named[1])), Value(call.start, *call.arguments, "add"))
    for values in source.values.values():
        values.sort(key=lambda one: one.at)
    return source


_STRING, _PART, _COMMENT, _CALL, _FUNCTION, _SET, _MORE, _LOOP, _RETURN = range(9)
_GIVEN: dict[int, How] = {_SET: "=", _MORE: "+=", _LOOP: "for"}


# What stands in each text that has something of a pattern.
_NEEDS: dict[bool, list[re.Pattern[str] | None]] = {
    script: [
        None, re.compile(r"\$\{" if script else r"\{"), re.compile("/[/*]" if script else "#"), None, None, None,
        re.compile(r"[^\s\w]="), re.compile("for"), re.compile("return"),
    ]
    for script in (True, False)
}


@cache
def _patterns(script: bool) -> Together:
    def kinds(*names: str) -> dict[str, Any]:
        return {"any": [{"kind": name} for name in names]}

    def sides(left: str, right: str, *names: str) -> tuple[Mapping[str, Any], list[str]]:
        held = [{"has": {"field": left, "pattern": "$L"}}, {"has": {"field": right, "pattern": "$R"}}]
        return {"rule": {**kinds(*names), "all": held}}, ["L", "R"]

    call = "call_expression" if script else "call"
    if script:
        functions = kinds("function_declaration", "function_expression", "arrow_function", "method_definition",
                          "generator_function_declaration")  # fmt: skip
        either = [{"has": {"field": field, "pattern": "$P"}} for field in ("parameters", "parameter")]
        parameters: dict[str, Any] = {"any": either}
        given = [
            ({"rule": {"any": [
                {"kind": "variable_declarator", "all": [{"has": {"field": "name", "pattern": "$L"}},
                                                        {"has": {"field": "value", "pattern": "$R"}}]},
                {"kind": "assignment_expression", "all": [{"has": {"field": "left", "pattern": "$L"}},
                                                          {"has": {"field": "right", "pattern": "$R"}}]},
            ]}}, ["L", "R"]),
            sides("left", "right", "augmented_assignment_expression"),
            sides("left", "right", "for_in_statement"),
        ]  # fmt: skip
    else:
        functions = kinds("function_definition", "lambda")
        parameters = {"has": {"field": "parameters", "pattern": "$P"}}
        named = {"kind": "named_expression", "all": [{"has": {"field": "name", "pattern": "$L"}},
                                                     {"has": {"field": "value", "pattern": "$R"}}]}  # fmt: skip
        plain, _ = sides("left", "right", "assignment")
        given = [
            ({"rule": {"any": [plain["rule"], named]}}, ["L", "R"]),
            sides("left", "right", "augmented_assignment"),
            sides("left", "right", "for_statement", "for_in_clause"),
        ]
    return Together([
        ({"rule": kinds("string", "template_string", "regex") if script else kinds("string")}, []),
        ({"rule": {"kind": "template_substitution" if script else "interpolation"}}, []),
        ({"rule": {"kind": "comment"}}, []),
        sides("function", "arguments", call),
        ({"rule": functions | {"all": [parameters]}}, ["P"]),
        *given,
        ({"rule": {"kind": "return_statement"}}, []),
    ])


def _among(code: str) -> Iterator[re.Match[str]]:
    """Where a name is looked for in something: each ``in``, and what stands before it."""
    last = 0
    for one in _IN.finditer(code):
        if found := _AMONG.search(code, max(last, one.end() - _LONGEST_AMONG), one.end()):
            last = found.end()
            yield found


def _vetted(code: str) -> Iterator[re.Match[str]]:
    """Where a name is given to what checks or quotes it by its own name."""
    small = code.lower()
    if len(small) != len(code):  # some letters become two: offsets must stay
        small = "".join(sign.lower() if sign.isascii() else sign for sign in code)
    last = 0
    for at in sorted({at for word in _VETS for at in _places(small, word)}):
        unsafe = small.startswith("safe", at) and small.startswith("un", max(0, at - 2))
        if at >= last and not unsafe and (found := _VETTED.match(code, at)):
            last = found.end()
            yield found


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _paint(source: Source, found: tuple[grammar.Match, ...]) -> None:
    code, plain = list(source.text), list(source.text)
    open_strings: list[Spot] = []
    for one in sorted((one for one in found if one.pattern <= _COMMENT), key=lambda one: (one.start, -one.end)):
        size = one.end - one.start
        while open_strings and open_strings[-1][1] <= one.start:
            open_strings.pop()
        if one.pattern == _PART:
            if open_strings:
                source.parts.setdefault(open_strings[-1][0], []).append((one.start, one.end))
            code[one.start : one.end] = source.text[one.start : one.end]
        elif one.pattern == _STRING:
            code[one.start : one.end] = '"' * size
            source.strings[one.start] = one.end
            open_strings.append((one.start, one.end))
        else:
            # What a comment says excuses nothing.
            plain[one.start : one.end] = code[one.start : one.end] = [
                sign if sign == "\n" else " " for sign in source.text[one.start : one.end]
            ]
    source.text = "".join(plain)
    source.code = "".join(code).replace("\\\n", " \n")


def _pair(source: Source) -> None:
    waiting: list[int] = []
    for sign in re.finditer(r"[()\[\]{}]", source.code):
        if sign[0] not in _CLOSE:
            waiting.append(sign.start())
            continue
        if waiting and _OPEN[source.code[waiting[-1]]] == sign[0]:
            begin = waiting.pop()
            source.pairs[begin], source.pairs[sign.start()] = sign.start(), begin


def _give(source: Source, left: Spot, value: Value) -> None:
    """Each name of the left side; an attribute is known by its whole chain."""
    said = source.code[left[0] : left[1]]
    if len(said) > 2000:
        return
    if re.fullmatch(r"[A-Za-z_$][\w$.]*", said):
        source.values.setdefault(said, []).append(value)
        return
    names = [one[0] for one in _NAME.finditer(said) if said[one.end() : one.end() + 1] not in (".", "[", "(")]
    for name in dict.fromkeys(names):
        source.values.setdefault(name, []).append(value)


def lines(source: Source) -> Lines:
    """The lines of the text."""
    return Lines(source.text)
