"""Tests written for Go's own testing, with or without testify."""

from dataclasses import replace

from pytest_agentcompliance.parsing.testcode.record import EXACT, Assertion, Case, Off, Tests
from pytest_agentcompliance.parsing.testcode.strength import WILD, strength
from pytest_agentcompliance.parsing.testcode.tokens import Token, joined, partners, split, tokens

_FAILS = frozenset({"Error", "Errorf", "Fatal", "Fatalf", "Fail", "FailNow"})


def read(path: str, text: str) -> Tests:
    """The tests of one file; none where go would not look for them."""
    if not path.endswith("_test.go"):
        return Tests()
    return _Reader(tokens(path, text)).read()


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
            elif token.text in ("Skip", "Skipf", "SkipNow") and self._text(place - 1) == "." and following == "(":
                self._skip(place)
            elif token.text in _FAILS and self._text(place - 1) == "." and self._text(place - 2) in (
                "t", "b", "tb", "tt"
            ) and following == "(":
                made = self._made(place, condition or "fails", "t.Error", "", EXACT)
                # That the ground could be laid is no assertion: helpers say it as well.
                assertions.append(replace(made, sure=not condition.startswith(("err != nil", "err :="))))
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

    def _skip(self, place: int) -> None:
        case = self._above(place)
        off: Off = "skipped"
        if case >= 0 and not self.cases[case].off:
            said = f"{self._text(place - 2)}.{self._text(place)}()"
            self.cases[case] = replace(self.cases[case], off=off, off_text=said, off_line=self.found[place].line)

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
        return self._made(place, subject, matcher, expected, strength(matcher, expected, negated=False))

    def _made(self, place: int, subject: str, relation: str, expected: str, level: int) -> Assertion:
        text = " ".join(part for part in (subject, relation, expected) if part)
        return Assertion(
            text, self.found[place].line, self._above(place), subject, relation, expected, level, wild=len(WILD.findall(expected))
        )
