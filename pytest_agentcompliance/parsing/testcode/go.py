"""Tests written for Go's own testing, with or without testify."""

import re
from dataclasses import replace

from pytest_agentcompliance.parsing.testcode.record import EXACT, Assertion, Case, Off, Tests
from pytest_agentcompliance.parsing.testcode.strength import WILD, strength
from pytest_agentcompliance.parsing.testcode.tokens import Token, joined, partners, split, tokens

_FAILS = frozenset({"Error", "Errorf", "Fatal", "Fatalf", "Fail", "FailNow"})
_BUILT = re.compile(r"^//go:build +(\S.{0,200})$", re.MULTILINE)
_NEVER = frozenset({"ignore", "never", "none", "disabled", "skip", "false", "off"})


def read(path: str, text: str) -> Tests:
    """The tests of one file; none where go would not look for them."""
    if not path.endswith("_test.go"):
        return Tests()
    found = _Reader(tokens(path, text)).read()
    if built := _BUILT.search(text[:5000].partition("\npackage ")[0]):
        line = text.count("\n", 0, built.start()) + 1
        when = "" if built[1] in _NEVER else built[1]
        off = (
            one if one.off else replace(one, off="skipped", off_text=built[0], off_line=line, when=when) for one in found.cases
        )
        return Tests(tuple(off), found.assertions)
    return found


def _either(condition: str) -> list[str]:
    """The conditions of which each is a failure of its own: ``a || b`` asks for two things."""
    parts = condition.split(" || ")
    return parts if all(part.count("(") == part.count(")") for part in parts) else [condition]


class _Reader:
    def __init__(self, found: list[Token]) -> None:
        self.found = found
        self.pairs = partners(found)
        self.cases: list[Case] = []
        self.spans: list[tuple[int, int]] = []

    def _text(self, place: int) -> str:
        return self.found[place].text if 0 <= place < len(self.found) else ""

    def _is_string(self, place: int) -> bool:
        return place < len(self.found) and self.found[place].kind == "string"

    def read(self) -> Tests:
        assertions: list[Assertion] = []
        closes = -1  # the end of the last if
        condition = ""  # of the last if: what a failure that is reported by hand is about
        for place, token in enumerate(self.found):
            if token.kind != "word":
                continue
            following = self._text(place + 1)
            if token.text == "func" and following.startswith(("Test", "Fuzz", "Example")) and self._text(place + 2) == "(":
                self._case(place, following, place + 2)
            elif token.text == "Run" and following == "(" and self._text(place - 1) == "." and self._is_string(place + 2):
                self._case(place, self._text(place + 2).strip("'\"`"), place + 1, inner=True)
            elif token.text == "if":
                end = next((at for at in range(place + 1, min(place + 80, len(self.found))) if self._text(at) == "{"), place + 1)
                condition = joined(self.found[place + 1 : end])
                closes = self.pairs.get(end, end)
            elif token.text in ("Skip", "Skipf", "SkipNow") and self._text(place - 1) == "." and following == "(":
                self._skip(place, condition if place < closes else "")
            elif token.text in _FAILS and self._text(place - 1) == "." and self._text(place - 2) in (
                "t", "b", "tb", "tt"
            ) and following == "(":
                for part in _either(condition or "fails"):
                    made = self._made(place, part, "t.Error", "", EXACT)
                    # That the ground could be laid is no assertion: helpers say it as well.
                    assertions.append(replace(made, sure=not part.startswith(("err != nil", "err :="))))
            elif token.text in ("assert", "require") and following == "." and self._text(place + 3) == "(":
                assertions.append(self._asserted(place))
        return Tests(tuple(self.cases), tuple(assertions))

    def _case(self, place: int, name: str, opened: int, *, inner: bool = False) -> None:
        if len(self.cases) >= 5000:
            return
        above = self._above(place) if inner else -1
        end = self.pairs[opened]
        if not inner:
            at = end + 1
            end = self.pairs.get(at, end) if self._text(at) == "{" else end
        path = (*self.cases[above].path, self.cases[above].name) if above >= 0 else ()
        self.spans.append((place, end))
        body = joined(self.found[opened + 1 : min(end, opened + 3000)])
        table = " range " in body and ". Run (" in body
        last = self.found[end].line
        self.cases.append(Case(name, path, self.found[place].line, last, parametrised=table, rows=len(body), body=body))

    def _above(self, place: int) -> int:
        for number in range(len(self.spans) - 1, max(-1, len(self.spans) - 500), -1):
            if self.spans[number][0] < place <= self.spans[number][1]:
                return number
        return -1

    def _skip(self, place: int, when: str) -> None:
        case = self._above(place)
        off: Off = "skipped"
        if case >= 0 and not self.cases[case].off:
            said = f"{self._text(place - 2)}.{self._text(place)}()"
            self.cases[case] = replace(self.cases[case], off=off, off_text=said, off_line=self.found[place].line, when=when)

    def _asserted(self, place: int) -> Assertion:
        matcher = self._text(place + 2).removesuffix("f")
        given = [part for part in split(self.found[place + 4 : self.pairs[place + 3]][:300], ",") if part]
        if given and joined(given[0]) in ("t", "s . T ( )", "tt"):
            given = given[1:]
        if matcher in (
            "Equal", "NotEqual", "EqualValues", "Same", "Exactly", "ElementsMatch", "JSONEq", "InDelta"
        ) and len(given) > 1:
            expected, subject = joined(given[0]), joined(given[1])
        else:
            subject = joined(given[0]) if given else ""
            expected = joined(given[1]) if len(given) > 1 and matcher in (
                "Contains", "Len", "Greater", "Less", "ErrorIs", "EqualError", "ErrorContains"
            ) else ""
        made = self._made(place, subject, matcher, expected, strength(matcher, expected, negated=False))
        return replace(made, sure=matcher != "NoError")  # the ground again

    def _made(self, place: int, subject: str, relation: str, expected: str, level: int) -> Assertion:
        text = " ".join(part for part in (subject, relation, expected) if part)
        return Assertion(
            text, self.found[place].line, self._above(place), subject, relation, expected, level, wild=len(WILD.findall(expected))
        )
